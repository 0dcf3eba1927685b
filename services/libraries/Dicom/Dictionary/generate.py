#!/usr/bin/python3
"""Writes dictionary.tsv and uids.tsv from the tables of Debian's python3-pydicom (2.3.1, DICOM 2022a; MIT, see LICENSE.pydicom).

Run with the system's Python, which sees that package:  /usr/bin/python3 generate.py
The files are committed; run this again only to take a newer edition.
"""

import re
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

HERE = Path(__file__).resolve().parent

# Entered into PS3.6 table A-1 after the edition that pydicom 2.3.1 carries.
LATER_TRANSFER_SYNTAXES = {
    "1.2.840.10008.1.2.4.100.1": "Fragmentable MPEG2 Main Profile / Main Level",
    "1.2.840.10008.1.2.4.101.1": "Fragmentable MPEG2 Main Profile / High Level",
    "1.2.840.10008.1.2.4.102.1": "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1",
    "1.2.840.10008.1.2.4.103.1": "Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1",
    "1.2.840.10008.1.2.4.104.1": "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video",
    "1.2.840.10008.1.2.4.105.1": "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video",
    "1.2.840.10008.1.2.4.106.1": "Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000 Image Compression (Lossless Only)",
    "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)",
    "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000 Image Compression",
    "1.2.840.10008.1.2.4.204": "JPIP HTJ2K Referenced",
    "1.2.840.10008.1.2.4.205": "JPIP HTJ2K Referenced Deflate",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}
LATER_STORAGE_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.6.3": "Photoacoustic Image Storage",
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.77.1.8": "Confocal Microscopy Image Storage",
    "1.2.840.10008.5.1.4.1.1.77.1.9": "Confocal Microscopy Tiled Pyramidal Image Storage",
    "1.2.840.10008.5.1.4.1.1.201.1": "Inventory Storage",
}

# Not data sets of PS3.5: MIME and XML encodings, real-time video flows, and Papyrus.
NOT_DATA_SETS = re.compile(r"^1\.2\.840\.10008\.1\.(2\.6|2\.7|20)(\.|$)")
# Storage SOP classes are named so; a directory, commitment and the print classes are something else.
STORAGE = re.compile(r"\bStorage\b(?! Commitment| Management)")
NOT_STORED = re.compile(r"Media Storage Directory|Storage Commitment|Stored Print")


def write(name, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="\n") as out:
        out.writelines("\t".join(row) + "\n" for row in rows)
    print(f"{name}: {len(rows)} rows")


def tag_rows():
    """tag (x: any digit), VR, VM, keyword, name, "R" for retired; delimiters (VR NONE) and nameless entries left out."""
    entries = [(f"{tag:08X}", entry) for tag, entry in DicomDictionary.items()]
    entries += [(mask[:8].replace("x", "?").upper().replace("?", "x"), entry) for mask, entry in RepeatersDictionary.items()]
    return [
        (tag, vr, vm, keyword, name, "R" if retired else "")
        for tag, (vr, vm, name, retired, keyword) in entries
        if vr != "NONE" and keyword
    ]


def uid_rows():
    """UID, kind ("syntax", "storage" or "class"), name, "R" for retired."""
    rows = []
    for uid, (name, kind, _, retired, _) in UID_dictionary.items():
        if kind == "Transfer Syntax" and not NOT_DATA_SETS.match(uid):
            rows.append((uid, "syntax", name, "R" if retired else ""))
        elif kind == "SOP Class":
            stored = STORAGE.search(name) and not NOT_STORED.search(name)
            rows.append((uid, "storage" if stored else "class", name, "R" if retired else ""))
    rows += [(uid, "syntax", name, "") for uid, name in LATER_TRANSFER_SYNTAXES.items()]
    rows += [(uid, "storage", name, "") for uid, name in LATER_STORAGE_CLASSES.items()]
    return sorted(rows, key=lambda row: [int(part) for part in row[0].split(".")])


if __name__ == "__main__":
    write("dictionary.tsv", tag_rows())
    write("uids.tsv", uid_rows())
