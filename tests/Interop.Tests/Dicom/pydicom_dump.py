"""Reads DICOM files with pydicom (JPEG with GDCM, HTJ2K with OpenJPH) and writes what it found, for the tests to compare with.

usage: pydicom_dump.py OUTPUT elements|pixels|seen < list-of-files

For the n-th file of the list, OUTPUT/n.json holds its elements as [path, VR, bytes, SHA-256, text, numbers], or OUTPUT/n.raw its pixels, little endian, row by
row, the samples of a pixel together, or its first frame as a reader sees it: grey as float32 from 0 to 1, colour as bytes. A file that pydicom cannot read gets OUTPUT/n.error with the reason.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy
import pydicom
from pydicom import config
from pydicom.encaps import generate_pixel_data_frame
from pydicom.multival import MultiValue
from pydicom.pixel_data_handlers import gdcm_handler, numpy_handler, rle_handler
from pydicom.pixel_data_handlers.util import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.sequence import Sequence

WORDS = {"AT": 2, "OW": 2, "SS": 2, "US": 2, "US or SS": 2, "OB or OW": 2, "US or OW": 2, "US or SS or OW": 2,
         "FL": 4, "OF": 4, "OL": 4, "SL": 4, "UL": 4, "FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8}
TEXT = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
NUMBERS = {"FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"}
UNDEFINED = 0xFFFFFFFF


def elements(data_set, prefix=""):
    for tag in sorted(data_set.keys()):
        raw = data_set._dict[tag]  # get_item converts empty values
        path = f"{prefix}({tag.group:04X},{tag.element:04X})"
        opaque = raw.is_raw and raw.length != UNDEFINED and (raw.VR == "UN" or (raw.VR is None and tag.is_private))
        if not opaque and convert(data_set, tag) == "SQ":
            items = data_set[tag].value or []
            yield [path, "SQ", len(items), "", None, None]
            for index, item in enumerate(items):
                yield from elements(item, f"{path}[{index}].")
            continue
        # the character set is converted already; from fragments the delimiter has been dropped
        if not raw.is_raw:
            yield [path, "", None, "", as_text(values(raw.value)), None]
            continue
        value = raw.value or b""
        if raw.length == UNDEFINED:
            yield [path, raw.VR, len(value) + 8, "", None, None]
            continue
        vr = "UN" if opaque else raw.VR or convert(data_set, tag)
        text = numbers = None
        if not opaque and vr in TEXT:
            text = as_text(read_values(data_set, tag))
        if not opaque and vr in NUMBERS:
            numbers = read_values(data_set, tag)
        yield [path, vr, len(value), hashlib.sha256(little_endian(value, vr, raw.is_little_endian)).hexdigest(), text, numbers]


def convert(data_set, tag):
    """The VR after pydicom has looked it up; of a value that it cannot convert, the one in the file. A "sequence" of something else than items is UN."""
    try:
        element = data_set[tag]
        return "UN" if element.VR == "SQ" and element.value and not isinstance(element.value, Sequence) else element.VR
    except Exception:
        return data_set._dict[tag].VR


def read_values(data_set, tag):
    """The values as pydicom converts them; None where it cannot."""
    try:
        return values(data_set[tag].value)
    except Exception:
        return None


def as_text(found):
    return None if found is None else [str(value) for value in found]


def values(value):
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (MultiValue, list)) else [value]


def little_endian(value, vr, already):
    size = WORDS.get(vr, 1)
    if already or size == 1:
        return value
    whole = len(value) // size * size
    return numpy.frombuffer(value[:whole], f">u{size}").astype(f"<u{size}").tobytes() + value[whole:]


def pixels(data_set):
    syntax = data_set.file_meta.TransferSyntaxUID
    if syntax.startswith("1.2.840.10008.1.2.4.20"):
        return b"".join(map(openjph, frames(data_set)))
    if syntax == "1.2.840.10008.1.2.8.1":
        return b"".join(bits(data_set, zlib.decompress(frame, -15)) for frame in frames(data_set))
    if syntax == "1.2.840.10008.1.2.5" and data_set.BitsAllocated == 1:
        return b"".join(bits(data_set, rle_handler._rle_decode_segment(frame[64:])) for frame in frames(data_set))
    array = data_set.pixel_array
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def frames(data_set):
    return generate_pixel_data_frame(data_set.PixelData, int(data_set.get("NumberOfFrames", 1)))


def openjph(frame):
    """The samples of a frame of 8 bits, by ojph_expand."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "frame.j2c"), Path(folder, "frame.ppm")
        source.write_bytes(frame)
        subprocess.run(["ojph_expand", "-i", source, "-o", target], check=True, stdout=subprocess.DEVNULL)
        head, size, _, samples = target.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        return samples[-width * height * (3 if head == b"P6" else 1):]


def bits(data_set, packed):
    """A frame of single bits, padded to whole bytes, as a byte for each."""
    return numpy.unpackbits(numpy.frombuffer(packed, "u1"), bitorder="little")[:data_set.Rows * data_set.Columns].tobytes()


def seen(data_set):
    frames_ = data_set.pixel_array
    stored = frames_[0] if int(data_set.get("NumberOfFrames") or 1) > 1 else frames_
    colours = data_set.PhotometricInterpretation
    if colours == "PALETTE COLOR":
        painted = apply_color_lut(stored, data_set)
        return (painted >> 8 if painted.itemsize == 2 else painted).astype("u1").tobytes()
    if stored.ndim == 3:
        if data_set.BitsStored > 8:
            stored = (stored >> (data_set.BitsStored - 8)).astype("u1")
        return (convert_color_space(stored, "YBR_FULL", "RGB") if colours.startswith("YBR_FULL") else stored).astype("u1").tobytes()
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        first = (data_set.get(groups) or [{}])[0]
        for group in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            for element in (first.get(group) or [[]])[0]:
                data_set.setdefault(element.tag, element)
    return grey(data_set, stored).astype("<f4").tobytes()


def grey(data_set, stored):
    # pydicom leaves what lies beside the stored bits where it is
    shift, bits_ = data_set.HighBit - data_set.BitsStored + 1, data_set.BitsStored
    stored = (stored.astype("i8") >> shift) & ((1 << bits_) - 1)
    if data_set.PixelRepresentation == 1:
        stored = numpy.where(stored >> (bits_ - 1), stored - (1 << bits_), stored)
    padding = numpy.zeros(stored.shape, bool)
    if "PixelPaddingValue" in data_set:
        ends = sorted((data_set.PixelPaddingValue, data_set.get("PixelPaddingRangeLimit", data_set.PixelPaddingValue)))
        padding = (stored >= ends[0]) & (stored <= ends[1])
    value = apply_modality_lut(stored, data_set).astype("f8")
    if data_set.get("VOILUTSequence"):
        item = data_set.VOILUTSequence[0]
        if isinstance(item.LUTData, bytes) and len(item.LUTData) < 2 * item.LUTDescriptor[0]:  # pydicom knows words alone
            item.LUTData = numpy.frombuffer(item.LUTData, "u1").astype("<u2").tobytes()
        found = apply_voi_lut(value.astype("i8"), data_set) / ((1 << data_set.VOILUTSequence[0].LUTDescriptor[2]) - 1)
    elif data_set.get("WindowWidth"):
        signed = data_set.PixelRepresentation == 1
        ends = numpy.array([-(1 << (bits_ - 1)), (1 << (bits_ - 1)) - 1] if signed else [0, (1 << bits_) - 1], "f8")
        if data_set.get("ModalityLUTSequence"):
            ends = numpy.array([0, (1 << data_set.ModalityLUTSequence[0].LUTDescriptor[2]) - 1], "f8")
        elif "RescaleSlope" in data_set:
            ends = ends * float(data_set.RescaleSlope) + float(data_set.RescaleIntercept)
        found = (apply_voi_lut(value, data_set) - ends[0]) / (ends[1] - ends[0])
    else:
        image = value[~padding]
        found = (value - image.min()) / max(image.max() - image.min(), 1e-12)
    return numpy.where(padding, 0, 1 - found if data_set.PhotometricInterpretation == "MONOCHROME1" else found)


if __name__ == "__main__":
    config.pixel_data_handlers = [numpy_handler, rle_handler, gdcm_handler]
    output, what = Path(sys.argv[1]), sys.argv[2]
    for number, line in enumerate(sys.stdin):
        try:
            read = pydicom.dcmread(line.rstrip("\n"), force=True)
            if what in ("pixels", "seen"):
                (output / f"{number}.raw").write_bytes(pixels(read) if what == "pixels" else seen(read))
            else:
                (output / f"{number}.json").write_text(json.dumps([*elements(read)]), encoding="utf-8")
        except Exception as error:
            (output / f"{number}.error").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
