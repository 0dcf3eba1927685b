"""Makes images and has every encoder at hand write them as DICOM: DCMTK, GDCM, OpenJPEG and OpenJPH.

usage: pydicom_encodings.py FOLDER

FOLDER/IMAGE.dcm holds an image in native form, FOLDER/IMAGE.ENCODING.dcm the same as an encoder wrote it; lossy encodings have LOSSY in their name.
"""

import subprocess
import sys
from pathlib import Path

import numpy
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

FOLDER = Path(sys.argv[1])
ROWS, COLUMNS = 67, 93
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def texture(bits, signed, samples):
    """Smooth, with edges and noise, over the whole range."""
    y, x = numpy.mgrid[0:ROWS, 0:COLUMNS]
    noise = numpy.random.default_rng(bits + samples).integers(0, 1 << max(1, bits - 5), (ROWS, COLUMNS, samples))
    waves = numpy.stack([(numpy.sin(x / (7 + s)) * numpy.cos(y / (5 + s)) + 1) / 2 + ((x + y * (s + 1)) % 40 > 20) for s in range(samples)], 2) / 2
    image = numpy.clip(waves * (1 << bits) * 0.95 + noise, 0, (1 << bits) - 1).astype("i4")
    return image - (1 << (bits - 1)) if signed else image


def native(name, image, bits, signed):
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = SECONDARY_CAPTURE
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.826.0.1.3680043.10.2.1"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.826.0.1.3680043.10.2.2", "1.2.826.0.1.3680043.10.2.3"
    made.Rows, made.Columns, made.SamplesPerPixel = image.shape
    made.PhotometricInterpretation = "RGB" if made.SamplesPerPixel == 3 else "MONOCHROME2"
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 8 if bits == 8 else 16, bits, bits - 1
    made.PixelRepresentation = int(signed)
    made.PixelData = image.astype(("i" if signed else "u") + "1" if bits == 8 else "<i2" if signed else "<u2").tobytes()
    made.is_little_endian, made.is_implicit_VR = True, False
    made.save_as(FOLDER / f"{name}.dcm", write_like_original=False)
    return made


def encode(name, encoding, *command):
    subprocess.run([*command, FOLDER / f"{name}.dcm", FOLDER / f"{name}.{encoding}.dcm"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wrap(made, name, encoding, frame):
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"  # also for HTJ2K, which pydicom 2.3 does not know
    made.PixelData = encapsulate([frame])
    made["PixelData"].is_undefined_length = True
    made.save_as(FOLDER / f"{name}.{encoding}.dcm", write_like_original=False)


def codestreams(made, name, image, bits):
    """JPEG 2000 by opj_compress and HTJ2K by ojph_compress, from a portable map."""
    source, target = FOLDER / ("source.ppm" if image.shape[2] == 3 else "source.pgm"), FOLDER / "target.j2k"
    head = f"{'P6' if image.shape[2] == 3 else 'P5'}\n{COLUMNS} {ROWS}\n{(1 << bits) - 1}\n".encode()
    source.write_bytes(head + image.astype("u1" if bits == 8 else ">u2").tobytes())
    subprocess.run(["opj_compress", "-i", source, "-o", target, "-t", "40,40"], check=True, stdout=subprocess.DEVNULL)
    wrap(made, name, "openjpeg-tiles", target.read_bytes())
    target = target.with_suffix(".j2c")
    subprocess.run(["ojph_compress", "-i", source, "-o", target, "-reversible", "true"], check=True, stdout=subprocess.DEVNULL)
    wrap(made, name, "openjph", target.read_bytes())


def main():
    for bits, signed, samples in ((8, False, 1), (8, False, 3), (10, False, 1), (12, False, 1), (12, True, 1), (16, False, 1), (16, True, 1)):
        name = f"{bits}-{'signed' if signed else 'unsigned'}-{samples}"
        image = texture(bits, signed, samples)
        made = native(name, image, bits, signed)
        encode(name, "dcmtk-rle", "dcmcrle")
        encode(name, "dcmtk-lossless-sv1", "dcmcjpeg")
        for selection in range(2, 8):
            encode(name, f"dcmtk-lossless-{selection}", "dcmcjpeg", "+el", "+sv", str(selection))
        encode(name, "dcmtk-jpeg-ls", "dcmcjpls")
        encode(name, "dcmtk-jpeg-ls-padded", "dcmcjpls", "+pz")
        encode(name, "gdcm-jpeg-ls", "gdcmconv", "--jpegls")
        encode(name, "gdcm-jpeg-2000", "gdcmconv", "--j2k")
        encode(name, "gdcm-jpeg-lossless", "gdcmconv", "--jpeg")
        if bits == 8:
            encode(name, "dcmtk-baseline-LOSSY", "dcmcjpeg", "+eb", "+q", "95", *(["+s4"] if samples == 3 else []))
        if bits in (8, 10, 12) and not signed:
            encode(name, "dcmtk-extended-LOSSY", "dcmcjpeg", "+ee", "+q", "95", *(["+s4"] if samples == 3 else []))
        if samples == 3:
            for mode in ("line", "sample", "none"):
                encode(name, f"dcmtk-jpeg-ls-{mode}", "dcmcjpls", {"line": "+il", "sample": "+is", "none": "+in"}[mode])
        if not signed:
            codestreams(made, name, image, bits)


if __name__ == "__main__":
    main()
