"""Writes the sample studies that ship with AllInOne, from public X-rays whose licences allow it."""

import csv
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, ImplicitVRLittleEndian, VLMicroscopicImageStorage,
)

SHORTER_SIDE = 480
CHILDREN_SOURCE = "Kermany, Zhang, Goldbaum 2018, Mendeley Data rscbjbr9sj"


@dataclass(frozen=True)
class Sample:
    """One study with one instance. `original` is a file of cxr_fullres; person, dates and numbers are invented."""

    name: str
    original: str
    patient: str
    sex: str
    age: int  # years
    description: str
    modality: str
    twelve_bit: bool = False  # stored in 12 of 16 bits with a window; else 8 bits without
    monochrome1: bool = False
    implicit: bool = False


SAMPLES = (
    Sample("child-normal", "full_011.jpeg", "SAMPLE^CHILD ONE", "F", 3, "Chest X-ray, cough", "CR"),
    Sample("child-bacterial-pneumonia", "full_010.jpeg", "SAMPLE^CHILD TWO", "M", 4, "Chest X-ray, fever", "DX", twelve_bit=True),
    Sample("child-viral-pneumonia", "full_015.jpeg", "SAMPLE^CHILD THREE", "F", 2, "Chest X-ray, fever", "CR", monochrome1=True, implicit=True),
    Sample("adult-normal", "full_034.png", "SAMPLE^ADULT ONE", "F", 52, "Chest X-ray, pre-operative", "DX", twelve_bit=True),
    Sample("adult-pneumonia", "full_031.png", "SAMPLE^ADULT TWO", "F", 61, "Chest X-ray, dyspnoea", "CR"),
)


def write(root: Path, folder: Path):
    """`root` is the shared data; every byte follows from it and from `SAMPLES`."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = {row["file"].removeprefix("images/"): row for row in _rows(root / "cxr_fullres" / "labels.csv")}
    lines = []
    for number, sample in enumerate(SAMPLES, 1):
        with Image.open(root / "cxr_fullres" / "images" / sample.original) as image:
            image = image.convert("L")
            ratio = min(1.0, SHORTER_SIDE / min(image.size))
            image = image.resize((round(image.width * ratio), round(image.height * ratio)), Image.Resampling.LANCZOS)
        instance = _instance(sample, number, np.asarray(image))
        instance.save_as(folder / f"{sample.name}.dcm", write_like_original=False)
        row = labels[sample.original]
        source = CHILDREN_SOURCE if row["source"].startswith("kermany") else "NIH ChestX-ray8, Wang et al. 2017"
        licence = "CC BY 4.0" if row["source"].startswith("kermany") else "no restriction, acknowledgement"
        pixels = f"{sample.modality}, {instance.BitsStored} bits, {instance.PhotometricInterpretation}"
        lines.append(f"| `{sample.name}.dcm` | {row['label']}, {row['subtype']} | {pixels} | `{row['orig_name']}` | {source} | {licence} |")
        print(f"{sample.name}.dcm {(folder / f'{sample.name}.dcm').stat().st_size // 1024} KiB")
    (folder / "README.md").write_text(README.replace("ROWS", "\n".join(lines)))


def _rows(path: Path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def _uid(*parts):
    return "2.25." + str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(["medcloud-sample", *map(str, parts)])).int)


def _instance(sample: Sample, number: int, grey):
    """`grey` is uint8[rows,columns], high is bright."""
    meta = FileMetaDataset()
    instance = Dataset()
    instance.is_little_endian, instance.is_implicit_VR = True, sample.implicit
    instance.file_meta, instance.preamble = meta, bytes(128)
    instance.SpecificCharacterSet = "ISO_IR 192"
    instance.ImageType = ["DERIVED", "PRIMARY"]
    digital = sample.modality == "DX"
    instance.SOPClassUID = DigitalXRayImageStorageForPresentation if digital else ComputedRadiographyImageStorage
    instance.SOPInstanceUID = _uid(sample.name, "instance")
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = instance.SOPClassUID, instance.SOPInstanceUID
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if sample.implicit else ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = _uid("implementation"), "MEDCLOUD_SAMPLE"
    _describe(instance, sample, number)
    if digital:
        _describe_digital(instance)
    _store(instance, sample, grey)
    return instance


def _describe(instance, sample, number):
    day = f"202601{number + 10:02d}"
    instance.StudyDate = instance.SeriesDate = instance.AcquisitionDate = instance.ContentDate = day
    instance.StudyTime = instance.SeriesTime = instance.AcquisitionTime = instance.ContentTime = f"{8 + number:02d}1500"
    instance.AccessionNumber = f"SAMPLE{number:04d}"
    instance.Modality = sample.modality
    instance.Manufacturer = "MedCloud samples"
    instance.ReferringPhysicianName = "SAMPLE^REFERRER"
    instance.StudyDescription = sample.description
    instance.SeriesDescription = "Chest frontal"
    instance.DerivationDescription = "Scaled from a published JPEG or PNG; not an original acquisition"
    instance.PatientName = sample.patient
    instance.PatientID = f"SAMPLE-{number:04d}"
    instance.PatientBirthDate = f"{2026 - sample.age - 1}0701"
    instance.PatientSex = sample.sex
    instance.PatientAge = f"{sample.age:03d}Y"
    instance.BodyPartExamined = "CHEST"
    instance.ViewPosition = "AP" if sample.age < 6 else "PA"
    instance.StudyInstanceUID = _uid(sample.name, "study")
    instance.SeriesInstanceUID = _uid(sample.name, "series")
    instance.StudyID = str(number)
    instance.SeriesNumber = instance.InstanceNumber = 1
    instance.PatientOrientation = ["L", "F"]
    instance.BurnedInAnnotation = "NO"  # side markers only, nothing that identifies
    instance.LossyImageCompression = "01"


def _describe_digital(instance):
    """What the DX module asks for beyond CR (PS3.3 A.26)."""
    instance.PresentationIntentType = "FOR PRESENTATION"
    instance.ImageLaterality = "U"
    instance.PixelIntensityRelationship, instance.PixelIntensityRelationshipSign = "LOG", -1
    instance.RescaleIntercept, instance.RescaleSlope, instance.RescaleType = "0", "1", "US"
    instance.PresentationLUTShape = "IDENTITY"
    instance.DetectorType = ""
    instance.AcquisitionContextSequence = []
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "51185008", "SCT", "Chest"
    instance.AnatomicRegionSequence = [region]


def _store(instance, sample, grey):
    instance.SamplesPerPixel = 1
    instance.PhotometricInterpretation = "MONOCHROME1" if sample.monochrome1 else "MONOCHROME2"
    instance.Rows, instance.Columns = grey.shape
    instance.PixelRepresentation = 0
    if sample.twelve_bit:
        # 0..255 lies at 300..3870 of 0..4095 and the window just spans it, as a modality would send it.
        stored = 300 + 14 * grey.astype(np.uint16)
        instance.BitsAllocated, instance.BitsStored, instance.HighBit = 16, 12, 11
        instance.WindowCenter, instance.WindowWidth = "2085", "3570"
        instance.add_new(0x7FE00010, "OW", stored.astype("<u2").tobytes())
    else:
        stored = 255 - grey if sample.monochrome1 else grey
        instance.BitsAllocated, instance.BitsStored, instance.HighBit = 8, 8, 7
        pixels = stored.tobytes()
        instance.add_new(0x7FE00010, "OW" if sample.implicit else "OB", pixels + bytes(len(pixels) % 2))


def smear(root: Path, path: Path):
    """A field of a blood smear as an instance in colour; for golden files only."""
    with Image.open(root / "bccd" / "test" / "BloodImage_00136.jpg") as image:
        colours = np.asarray(image.convert("RGB").resize((320, 240), Image.Resampling.LANCZOS))
    meta, instance = FileMetaDataset(), Dataset()
    instance.is_little_endian, instance.is_implicit_VR = True, False
    instance.file_meta, instance.preamble = meta, bytes(128)
    instance.SOPClassUID = VLMicroscopicImageStorage
    instance.SOPInstanceUID = _uid("smear", "instance")
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = instance.SOPClassUID, instance.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = _uid("implementation"), "MEDCLOUD_SAMPLE"
    instance.Modality = "GM"
    instance.PatientName, instance.PatientID = "SAMPLE^SMEAR", "SAMPLE-SMEAR"
    instance.StudyInstanceUID, instance.SeriesInstanceUID = _uid("smear", "study"), _uid("smear", "series")
    instance.SeriesNumber = instance.InstanceNumber = 1
    instance.SamplesPerPixel, instance.PhotometricInterpretation, instance.PlanarConfiguration = 3, "RGB", 0
    instance.Rows, instance.Columns = colours.shape[:2]
    instance.BitsAllocated, instance.BitsStored, instance.HighBit, instance.PixelRepresentation = 8, 8, 7, 0
    instance.add_new(0x7FE00010, "OB", colours.tobytes())
    instance.save_as(path, write_like_original=False)


README = """# Sample studies

Written by `services/tools/Training` (`samples`); do not edit by hand. Each file is one study with one chest X-ray, scaled to a shorter side of at most 480.
The images are real and were published de-identified; names, identifiers, ages, sexes, dates and descriptions are invented. Not for clinical use.

| file | label at the source | stored as | original file | source | licence |
| --- | --- | --- | --- | --- | --- |
ROWS

- Children: Kermany D, Zhang K, Goldbaum M. Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for Classification. Mendeley Data, 2018,
  doi:10.17632/rscbjbr9sj. [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Changes: scaled, grey values re-coded, wrapped as DICOM.
- Adults: provided by the NIH Clinical Center, https://nihcc.app.box.com/v/ChestXray-NIHCC. Wang X, Peng Y, Lu L, Lu Z, Bagheri M, Summers RM.
  ChestX-ray8: Hospital-scale Chest X-ray Database and Benchmarks on Weakly-Supervised Classification and Localization of Common Thorax Diseases. IEEE CVPR 2017.
"""
