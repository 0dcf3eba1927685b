"""Augmentation of whole batches: float32[N,1,H,W] in 0..1; every image draws its own parameters from torch's global generator."""

import math

import torch
import torch.nn.functional as F


def uniform(count, low, high):
    return torch.rand(count) * (high - low) + low


def chance(count, probability):
    return torch.rand(count) < probability


def affine(count, scale, aspect, degrees, shear, shift, flip):
    """Random maps float32[N,2,3] from output to input coordinates (both -1..1), as `warp` takes them.

    `scale` is (low, high) of the part of the side that is seen; the others are half-widths; `flip` is the probability of mirroring left and right.
    """
    size = uniform(count, *scale)
    ratio = torch.exp(uniform(count, -aspect, aspect) / 2)
    angle = uniform(count, -degrees, degrees) * math.pi / 180
    skew = uniform(count, -shear, shear)
    mirror = 1 - 2 * chance(count, flip).float()
    cos, sin = torch.cos(angle), torch.sin(angle)
    maps = torch.empty(count, 2, 3)
    maps[:, 0, 0] = size * ratio * cos * mirror
    maps[:, 0, 1] = size / ratio * (skew * cos - sin)
    maps[:, 1, 0] = size * ratio * sin * mirror
    maps[:, 1, 1] = size / ratio * (skew * sin + cos)
    reach = (1 - size).abs()[:, None] + shift
    maps[:, :, 2] = (torch.rand(count, 2) * 2 - 1) * reach
    return maps


def warp(images, maps, size):
    """uint8[N,S,S] or [N,C,H,W] -> float32[N,C,*size] in 0..1; outside of the image is black. `size` is (rows, columns), or one side of a square."""
    images = images[:, None] if images.ndim == 3 else images
    size = (size, size) if isinstance(size, int) else size
    grid = F.affine_grid(maps, (len(images), 1, *size), align_corners=False)
    return F.grid_sample(images.float() / 255, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def warp_boxes(boxes, maps):
    """Boxes [N,Q,4] (fractions) under `maps`: the box of the transformed inscribed ellipse, which is nearer to a lung than the box's corners are."""
    linear = torch.inverse(maps[:, :, :2])
    centre = boxes[..., :2] + boxes[..., 2:] - 1
    half = boxes[..., 2:] - boxes[..., :2]
    centre = torch.einsum("nij,nqj->nqi", linear, centre - maps[:, None, :, 2])
    half = torch.einsum("nij,nqj->nqi", linear**2, half**2).sqrt()
    return ((torch.cat([centre - half, centre + half], -1) + 1) / 2).clamp(0, 1)


def photometric(x, inversion):
    """Gamma, window, inversion, blur and noise; `inversion` is its probability."""
    count = len(x)
    per_image = lambda values: values[:, None, None, None]
    x = x.clamp_min(1e-4) ** per_image(torch.exp(uniform(count, -0.5, 0.5)))
    x = ((x - 0.5) * per_image(uniform(count, 0.75, 1.35)) + 0.5 + per_image(uniform(count, -0.12, 0.12))).clamp(0, 1)
    x = torch.where(per_image(chance(count, inversion)), 1 - x, x)
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.lerp(x, blurred, per_image(uniform(count, 0, 1) * chance(count, 0.3)))
    return x + torch.randn_like(x) * per_image(uniform(count, 0, 0.06) * chance(count, 0.5))


def cutout(x, probability, largest):
    """Fills one rectangle per chosen image with the image's mean; `largest` is its longest side as a fraction."""
    count, _, height, width = x.shape
    sides = uniform(count, 0.1, largest), uniform(count, 0.1, largest)
    rows, columns = torch.arange(height)[None, :, None] / height, torch.arange(width)[None, None, :] / width
    top, left = torch.rand(count) * (1 - sides[0]), torch.rand(count) * (1 - sides[1])
    inside = lambda at, start, side: (at >= start[:, None, None]) & (at < (start + side)[:, None, None])
    hole = inside(rows, top, sides[0]) & inside(columns, left, sides[1]) & chance(count, probability)[:, None, None]
    return torch.where(hole[:, None], x.mean(dim=(1, 2, 3), keepdim=True), x)
