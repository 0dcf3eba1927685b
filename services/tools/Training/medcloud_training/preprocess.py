"""The one way from pixels to the network's input, as the manifests declare it; services/libraries/Inference repeats it in C#."""

from pathlib import Path

import numpy as np
import pydicom
import torch
import torch.nn.functional as F
from PIL import Image


def grey(stored, slope=1.0, intercept=0.0, window=None, monochrome1=False):
    """Maps stored values [H,W] to float32[H,W] in 0..1: rescale, linear window (PS3.3 C.11.2.1.2) or else min-max, inversion of MONOCHROME1.

    `window` is (centre, width) in rescaled units. The arithmetic is double; only the result is float32.
    """
    x = stored.astype(np.float64) * slope + intercept
    if window is not None:
        centre, width = window
        y = (x - (centre - 0.5)) / (width - 1) + 0.5 if width > 1 else np.zeros_like(x)
        y = np.where(x <= centre - 0.5 - (width - 1) / 2, 0.0, np.where(x > centre - 0.5 + (width - 1) / 2, 1.0, y))
    else:
        low, high = x.min(), x.max()
        y = (x - low) / (high - low) if high > low else np.zeros_like(x)
    return (1.0 - y if monochrome1 else y).astype(np.float32)


def grey_of_file(path: Path):
    """A JPEG or PNG counts as an 8-bit instance without a window. Returns float32[H,W]."""
    with Image.open(path) as image:
        return grey(np.asarray(image.convert("L")))


def grey_of_dicom(path: Path):
    """The first frame of a single-channel instance whose unused bits are zero, as float32[H,W]."""
    instance = pydicom.dcmread(path)
    stored = instance.pixel_array
    if int(instance.get("NumberOfFrames") or 1) > 1:
        stored = stored[0]
    centre, width = instance.get("WindowCenter"), instance.get("WindowWidth")
    window = None if centre is None or width is None else (_first(centre), _first(width))
    slope, intercept = float(instance.get("RescaleSlope", 1)), float(instance.get("RescaleIntercept", 0))
    return grey(stored, slope, intercept, window, instance.PhotometricInterpretation == "MONOCHROME1")


def colour_of_dicom(path: Path):
    """An instance of three interleaved samples of 8 bits in RGB as float32[3,H,W]."""
    pixels = pydicom.dcmread(path).pixel_array
    return np.ascontiguousarray(pixels.astype(np.float32).transpose(2, 0, 1)) / np.float32(255)


def _first(value):
    return float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)


def colour_of_file(path: Path):
    """Red, green and blue as float32[3,H,W] in 0..1."""
    with Image.open(path) as image:
        return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.float32).transpose(2, 0, 1)) / np.float32(255)


def resize(image: torch.Tensor, size):
    """float32[...,H,W] -> float32[...,*size]: stretched, antialiased triangle filter ("stretch-triangle"); `size` is (rows, columns), or one side of a square."""
    size = (size, size) if isinstance(size, int) else size
    planes = image.reshape(1, -1, *image.shape[-2:])
    return F.interpolate(planes, size, mode="bilinear", antialias=True, align_corners=False).reshape(*image.shape[:-2], *size)


def standardise(images: torch.Tensor):
    """float32[N,C,H,W] -> zero mean and unit population deviation per image; a flat image becomes zeros."""
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    deviation = images.std(dim=(1, 2, 3), unbiased=False, keepdim=True)
    return (images - mean) / deviation.clamp_min(1e-3)


def to_input(image: np.ndarray, size):
    """Grey float32[H,W] or colour float32[3,H,W] in 0..1 -> float32[C,*size], what the network sees. Mean and deviation are summed in double."""
    planes = resize(torch.from_numpy(image), size)
    return standardise(planes.reshape(1, -1, *planes.shape[-2:]).double())[0].float()
