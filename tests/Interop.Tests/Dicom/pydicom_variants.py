"""Makes variants of DICOM files with pydicom: look-up tables, windows and palettes of every kind.

usage: pydicom_variants.py FOLDER GREY COLOUR

GREY is a file of 16 bits, grey and native; COLOUR one of 8 bits, RGB and native.
"""

import sys
from pathlib import Path

import numpy
import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian

FOLDER = Path(sys.argv[1])


def save(name, data_set):
    data_set.save_as(FOLDER / f"{name}.dcm", write_like_original=False)


def table(entries, first, bits, bytes_=False):
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65536, first, bits]
    item["LUTDescriptor"].VR = "SS" if first < 0 else "US"
    item.LUTData = numpy.asarray(entries, "u1" if bytes_ else "<u2").tobytes()
    item["LUTData"].VR = "OW"
    return Sequence([item])


def base(path):
    """The file, read anew: pydicom's copies of sequences know their parents and cannot be copied."""
    source = pydicom.dcmread(path)
    for keyword in ("WindowCenter", "WindowWidth", "VOILUTSequence", "ModalityLUTSequence", "RescaleSlope", "RescaleIntercept", "PixelPaddingValue", "SmallestImagePixelValue", "LargestImagePixelValue"):
        if keyword in source:
            delattr(source, keyword)
    return source


def grey(path):
    pixels = base(path).pixel_array.astype("i8")
    low, high = int(pixels.min()), int(pixels.max())
    middle, width = (low + high) / 2, (high - low) / 3
    ramp = numpy.linspace(0, 4095, high - low + 1)
    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        for inverted in (False, True):
            made = base(path)
            made.WindowCenter, made.WindowWidth, made.VOILUTFunction = [f"{middle:.1f}", "1"], [f"{width:.1f}", "1"], function
            made.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
            save(f"window-{function}-{inverted}", made)
    made = base(path)
    made.RescaleSlope, made.RescaleIntercept, made.WindowCenter, made.WindowWidth = "-1.5", "70", f"{70 - 1.5 * middle:.1f}", f"{width:.1f}"
    save("rescale-negative", made)
    made = base(path)
    made.ModalityLUTSequence = table((ramp ** 2 / 256).astype(int), low, 16)
    save("modality-lut", made)
    made.WindowCenter, made.WindowWidth = "20000", "30000"
    save("modality-lut-window", made)
    made = base(path)
    made.VOILUTSequence = table((4095 - ramp).astype(int)[: len(ramp) // 2], low + 10, 12)
    save("voi-lut", made)
    made = base(path)
    # pydicom counts no further than 256 in a table of 8 bits
    made.VOILUTSequence = table(numpy.arange(250), high - 249, 8, bytes_=True)
    save("voi-lut-bytes", made)
    made.file_meta.TransferSyntaxUID, made.is_implicit_VR = ImplicitVRLittleEndian, True
    save("voi-lut-implicit", made)
    made = base(path)
    made.PixelPaddingValue, made.PixelPaddingRangeLimit = low, low + (high - low) // 8
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        made[keyword].VR = "SS" if made.PixelRepresentation else "US"
    save("padding", made)
    made = base(path)
    made.PixelData, made.BitsAllocated, made.BitsStored, made.HighBit = (pixels * 1000).astype("<i4").tobytes(), 32, 32, 31
    made.PixelRepresentation = 1
    save("thirty-two-bits", made)


def colour(path):
    pixels = base(path).pixel_array
    made = base(path)
    made.PlanarConfiguration, made.PixelData = 1, numpy.moveaxis(pixels, 2, 0).tobytes()
    save("planes", made)
    made = base(path)
    made.PhotometricInterpretation = "YBR_FULL"
    save("ybr-full", made)
    made = base(path)
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelData = 16, 12, 11, (pixels.astype("<u2") * 16 + 5).tobytes()
    save("twelve-bits", made)
    made = base(path)
    made.PhotometricInterpretation = "YBR_PARTIAL_422"
    pairs = numpy.clip(pixels.reshape(-1, 2, 3).astype(int), 16, 235)
    made.PixelData = numpy.stack([pairs[:, 0, 0], pairs[:, 1, 0], pairs[:, 0, 1], pairs[:, 0, 2]], 1).astype("u1").tobytes()
    save("ybr-partial-422", made)
    for bits in (8, 16):
        made = base(path)
        made.PhotometricInterpretation, made.SamplesPerPixel, made.PixelData = "PALETTE COLOR", 1, pixels[:, :, 0].tobytes()
        del made.PlanarConfiguration
        steps = numpy.arange(200)
        for colour_, entries in (("Red", steps), ("Green", 255 - steps), ("Blue", steps ** 2 % 256)):
            scale = 1 if bits == 8 else 257
            setattr(made, f"{colour_}PaletteColorLookupTableDescriptor", [200, 20, bits])
            made[f"{colour_}PaletteColorLookupTableDescriptor"].VR = "US"
            setattr(made, f"{colour_}PaletteColorLookupTableData", (entries * scale).astype("u1" if bits == 8 else "<u2").tobytes())
        save(f"palette-{bits}", made)
    for name, words in (
        ("palette-segments", [0, 4, 0, 1000, 2000, 40000, 1, 96, 65535, 0, 2, 5, 9, 1, 98, 20000]),
        ("palette-segments-again", [0, 4, 0, 1000, 2000, 40000, 1, 96, 65535, 2, 2, 0, 0]),
    ):
        made = base(path)
        made.PhotometricInterpretation, made.SamplesPerPixel, made.PixelData = "PALETTE COLOR", 1, pixels[:, :, 0].tobytes()
        del made.PlanarConfiguration
        for colour_ in ("Red", "Green", "Blue"):
            setattr(made, f"{colour_}PaletteColorLookupTableDescriptor", [200, 0, 16])
            made[f"{colour_}PaletteColorLookupTableDescriptor"].VR = "US"
            setattr(made, f"Segmented{colour_}PaletteColorLookupTableData", numpy.asarray(words, "<u2").tobytes())
        save(name, made)


if __name__ == "__main__":
    grey(sys.argv[2])
    colour(sys.argv[3])
