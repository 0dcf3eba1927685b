"""Compares DICOM JSON files with what pydicom writes of the DICOM files; one difference a line.

usage: pydicom_json_compare.py compare|write < list

Standard input: one "DICOM file<tab>JSON file" a line. "write" writes the JSON files as pydicom does; "compare" also has pydicom read each and write it again. Elements below the pixel data are compared, without
group lengths, the file meta group and (0008,0005). Numbers compare as numbers, whether they stand as numbers or as strings.
"""

import json
import math
import sys

import pydicom


def values(element):
    return element.get("Value", [])


def same(vr, ours, theirs):
    if vr in ("DS", "IS", "SV", "UV", "FL", "FD") and ours is not None and theirs is not None:
        return math.isclose(float(ours), float(theirs), rel_tol=1e-15) or str(float(ours)) == str(float(theirs))
    if vr == "CS" and theirs:
        theirs = theirs.strip(" ")  # padding inside a list, which pydicom keeps (PS3.5 section 6.2)
    if vr == "PN" and ours and theirs:  # separators behind the last component, which DCMTK leaves out
        ours, theirs = ({group: text.rstrip("^") for group, text in name.items()} for name in (ours, theirs))
    return (ours or None) == (theirs or None)


def compare(path, ours, theirs):
    for tag in sorted(set(ours) | set(theirs)):
        if tag[4:] == "0000" or tag.startswith("0002") or tag >= "7FE0" or tag == "00080005":
            continue
        where = path + tag
        left, right = ours.get(tag), theirs.get(tag)
        if left is None or right is None:
            yield f"{where}: only {'pydicom has' if left is None else 'we have'} it"
        elif left["vr"] == "UN" and right["vr"] != "UN":
            continue  # pydicom puts the dictionary's VR there; we keep the element as it stands in the file
        elif left["vr"] != right["vr"]:
            yield f"{where}: vr {left['vr']}, pydicom {right['vr']}"
        elif "InlineBinary" in left or "InlineBinary" in right:
            if left.get("InlineBinary") != right.get("InlineBinary"):
                yield f"{where}: other bytes"
        elif len(values(left)) != len(values(right)):
            yield f"{where}: {values(left)!r:.60}, pydicom {values(right)!r:.60}"
        else:
            for number, (one, other) in enumerate(zip(values(left), values(right))):
                if left["vr"] == "SQ":
                    yield from compare(f"{where}[{number}].", one or {}, other or {})
                elif not same(left["vr"], one, other):
                    yield f"{where}: {one!r:.60}, pydicom {other!r:.60}"


for line in sys.stdin.read().splitlines():
    source, written = line.split("\t")
    theirs = pydicom.dcmread(source, stop_before_pixels=True, force=True).to_json_dict()
    if sys.argv[1] == "write":
        with open(written, "w", encoding="utf-8") as file:
            json.dump(theirs, file)
        continue
    with open(written, encoding="utf-8") as file:
        ours = json.load(file)
    # an element that stays UN as in the file would get the dictionary's VR and keep its bytes, which pydicom then cannot write
    pydicom.config.replace_un_with_known_vr = False
    below = {tag: element for tag, element in ours.items() if tag < "7FE00000"}
    again = pydicom.Dataset.from_json(below).to_json_dict()
    pydicom.config.replace_un_with_known_vr = True
    for how, found in (("", ours), ("read and written by pydicom: ", again)):
        for difference in compare("", found, theirs):
            print(f"{source.rsplit('/', 1)[-1]} {how}{difference}")
