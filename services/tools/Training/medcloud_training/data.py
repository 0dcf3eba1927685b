"""Reads the shared data sets; images are held as uint8 so that a whole split stays in memory."""

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import torch
from PIL import Image

from .preprocess import colour_of_file, grey_of_file, resize, standardise, to_input

CHILDREN, ADULTS = "children", "adults"
MASKED = -1


@dataclass
class PneumoniaSplit:
    """One split of cxr_pneumonia. `images` is uint8[N,S,S] for training or the network's float32[N,1,S,S] for evaluation."""

    images: torch.Tensor
    pneumonia: np.ndarray  # 0 or 1
    kind: np.ndarray  # 0 bacterial, 1 viral, MASKED where unknown or without pneumonia
    source: np.ndarray  # CHILDREN or ADULTS


@dataclass
class LungSplit:
    """One split of cxr_lungs; `boxes` is float32[N,2,4], right lung first, xMin,yMin,xMax,yMax as fractions of width and height."""

    images: torch.Tensor
    boxes: torch.Tensor
    source: np.ndarray


@dataclass
class CellSplit:
    """One split of bccd in colour; `truth` holds for each image the boxes float32[M,4] as fractions and their labels: 0 red, 1 white, 2 platelet."""

    images: torch.Tensor
    truth: list


def pneumonia_rows(root: Path, split: str, few=False):
    """What labels.csv says of a split: `file`, `label`, `subtype`, `patient_id`, `source`."""
    with open(root / "cxr_pneumonia" / "labels.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    return _few(rows, lambda row: (row["source"], row["subtype"])) if few else rows


def pneumonia(root: Path, split: str, size: int, as_input: bool, few=False):
    """`few` keeps six images of each source and subtype."""
    folder, rows = root / "cxr_pneumonia", pneumonia_rows(root, split, few)
    kinds = {"bacterial": 0, "viral": 1}
    return PneumoniaSplit(
        _load([folder / row["file"] for row in rows], size, as_input),
        np.array([row["label"] == "pneumonia" for row in rows], np.int64),
        np.array([kinds.get(row["subtype"], MASKED) for row in rows], np.int64),
        np.array([source_of(row["source"]) for row in rows]),
    )


def lungs(root: Path, split: str, size: int, as_input: bool, few=False):
    folder = root / "cxr_lungs"
    coco = json.loads((folder / f"{split}.json").read_text())
    if few:
        coco["images"] = _few(coco["images"], lambda image: source_of(image["source"]))
    index = {image["id"]: i for i, image in enumerate(coco["images"])}
    boxes = torch.zeros(len(index), 2, 4)
    for annotation in coco["annotations"]:
        if annotation["image_id"] not in index:
            continue
        image = coco["images"][index[annotation["image_id"]]]
        x, y, w, h = annotation["bbox"]
        corners = torch.tensor([x / image["width"], y / image["height"], (x + w) / image["width"], (y + h) / image["height"]])
        boxes[index[image["id"]], annotation["category_id"] - 1] = corners
    return LungSplit(
        _load([folder / image["file_name"] for image in coco["images"]], size, as_input),
        boxes,
        np.array([source_of(image["source"]) for image in coco["images"]]),
    )


def cells(root: Path, split: str, size, as_input: bool, few=False):
    """`size` is (rows, columns)."""
    folder = root / "bccd"
    coco = json.loads((folder / f"{split}.json").read_text())
    images = coco["images"][: 6 if few else None]
    truth = []
    for image in images:
        own = [a for a in coco["annotations"] if a["image_id"] == image["id"]]
        boxes = np.array([a["bbox"] for a in own], np.float32).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        truth.append((boxes / np.array([image["width"], image["height"]] * 2, np.float32), np.array([a["category_id"] - 1 for a in own], np.int64)))
    pixels = [resize(torch.from_numpy(colour_of_file(folder / image["file_name"])), size) for image in images]
    if as_input:
        return CellSplit(torch.stack([standardise(each[None].double())[0].float() for each in pixels]), truth)
    return CellSplit(torch.stack([(each * 255).round().clamp(0, 255).byte() for each in pixels]), truth)


def blood_smears_in_grey(root: Path, split: str, size: int, as_input: bool, few=False):
    """Images that hold no lung: uint8[N,S,S] or float32[N,1,S,S]."""
    folder = root / "bccd"
    names = [image["file_name"] for image in json.loads((folder / f"{split}.json").read_text())["images"]]
    return _load([folder / name for name in names[: 6 if few else None]], size, as_input)


def other_pictures(root: Path, size, channels):
    """The distinct images of at least 64 x 64 among the well-formed DICOM files that show no human chest from the front, as input float32[N,C,*size]."""
    folder, kept, seen = root / "dicom", [], []
    with open(folder / "index.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["decoded_by_pydicom_gdcm"] == "ok" and row["malformed"] == "0"]
    for row in rows:
        if min(int(row["rows"]), int(row["cols"])) < 64 or row["file"].startswith(CHEST_XRAYS):
            continue
        instance = pydicom.dcmread(folder / row["file"])
        pixels = instance.pixel_array.astype(np.float32)
        pixels = pixels[0] if int(row["frames"]) > 1 else pixels
        if row["photometric"] == "MONOCHROME1":
            pixels = pixels.max() - pixels
        pixels = (pixels - pixels.min()) / max(pixels.max() - pixels.min(), 1e-6)
        colours = np.ascontiguousarray(pixels.transpose(2, 0, 1)) if pixels.ndim == 3 else np.broadcast_to(pixels, (3, *pixels.shape)).copy()
        small = to_input(colours.mean(0), 16)
        if all((small - other).abs().mean() > 0.1 for other in seen):
            seen.append(small)
            kept.append(to_input(colours if channels == 3 else colours.mean(0), size))
    return torch.stack(kept)


CHEST_XRAYS = ("files/200_", "files/201_")


def _few(rows, group, count=6):
    """The first `count` rows of each group."""
    seen = Counter()
    return [row for row in rows if seen.update([group(row)]) or seen[group(row)] <= count]


def source_of(name: str):
    return CHILDREN if name.startswith("kermany") else ADULTS


def _load(paths, size, as_input):
    if as_input:
        return torch.stack([to_input(grey_of_file(path), size) for path in paths])
    images = torch.empty(len(paths), size, size, dtype=torch.uint8)
    for i, path in enumerate(paths):
        with Image.open(path) as image:
            full = torch.from_numpy(np.asarray(image.convert("L"), dtype=np.float32))
        images[i] = resize(full, size).round().clamp(0, 255).byte()
    return images
