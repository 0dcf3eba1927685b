"""cxr-lungs: training, figures."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, data, gate
from .data import ADULTS, CHILDREN
from .export import RADIOGRAPHY, read_manifest, write_card, write_manifest, write_onnx
from .metrics import adaptive_error, average_precision, calibration_error, interval, iou, reliability, sigmoid
from .nets import LungNet
from .onnx_graph import OnnxGraph
from .preprocess import standardise
from .trainer import DEVICE, Run, autocast, fit, trained

NAME, VERSION, EPOCHS = "cxr-lungs", "1.1.0", 120
BATCH, LOADED = 24, 176
ADULT_PART, EMPTY = 0.25, 3


def train(root, run: Run, only=None):
    """Returns the best averaged network; val decides which. `only` leaves out the other source, to see how far accuracy falls from one to the other."""
    split = data.lungs(root, "train", LOADED, as_input=False, few=run.few)
    cells = data.blood_smears_in_grey(root, "train", LOADED, as_input=False, few=run.few)
    held = data.lungs(root, "val", LungNet.SIZE, as_input=True, few=run.few)
    pools = {s: torch.from_numpy(np.flatnonzero(split.source == s)) for s in (CHILDREN, ADULTS)}
    return fit(
        LungNet(), f"{NAME}-{only}" if only else NAME, lambda net: _loss(net, split, _draw(pools, only), cells), lambda net: _score(net, held, only),
        len(split.images) // (BATCH - EMPTY), 3e-3, run,
    )


def release(net, root: Path, folder: Path, run: Run):
    """Writes model.onnx, manifest.json and card.md to `folder`. val decides the score threshold, test gives the card's figures."""
    write_onnx(net, folder / "model.onnx", ["boxes", "scores"])
    held = data.lungs(root, "val", net.SIZE, as_input=True, few=run.few)
    threshold = _threshold(sigmoid(predict(OnnxGraph(folder / "model.onnx"), held.images)[1]))
    write_manifest(folder, NAME, VERSION, "detection", LungNet, {
        "boxes": "boxes", "scores": "scores", "scale": 1.0, "bias": 0.0,
        "scoreThreshold": threshold, "nmsIou": 0.5, "maxDetections": 2,
        "labels": [{"code": "3341006", "display": "Right lung"}, {"code": "44029006", "display": "Left lung"}],
    }, RADIOGRAPHY)
    found = figures(root, folder, run)
    write_card(folder, NAME, VERSION, found)
    return found


def figures(root, folder: Path, run: Run):
    """The card's figures of the package in `folder`, from its files on test. They are of what the product reports: an image that the package's gate refuses has no result."""
    graph, threshold, size = OnnxGraph(folder / "model.onnx"), read_manifest(folder)["detection"]["scoreThreshold"], LungNet.SIZE
    train, held = (data.lungs(root, split, size, as_input=False, few=run.few) for split in ("train", "val"))
    test, cells = test_part(root, run), data.blood_smears_in_grey(root, "test", size, as_input=True, few=run.few)
    passed, (boxes, score) = gate.passing(folder, test.images), predict(graph, test.images)
    score, overlap = sigmoid(score), iou(boxes, test.boxes.numpy())
    found = {
        "threshold": f"{threshold:.2f}",
        "val_count": str(len(held.images)),
        "cells_count": str(len(cells)),
        "cells_found": str((sigmoid(predict(graph, cells)[1]) >= threshold).any(1).sum()),
        "noise_found": str((sigmoid(predict(graph, _noise(size))[1]) >= threshold).any(1).sum()),
    }
    for source in (CHILDREN, ADULTS):
        of = (test.source == source) & passed
        own = train.boxes[train.source == source]
        constant = iou(own.median(0).values.numpy(), test.boxes.numpy()[of])
        found |= {f"{source}_{key}": value for key, value in _figures(overlap[of], score[of], threshold).items()}
        found |= {f"{source}_constant": f"{constant.mean():.3f}", f"{source}_train": f"{len(own):,}", f"{source}_test": str((test.source == source).sum())}
    return found | others(root, test, run)


def test_part(root, run):
    """The `test` part as this network takes it."""
    return data.lungs(root, "test", LungNet.SIZE, as_input=True, few=run.few)


def others(root, test, run):
    """Rows of the card's table of how far accuracy falls, for the checkpoints that --work has: this network trained on one source alone; `test` as it takes it."""
    rows = []
    for only in (CHILDREN, ADULTS):
        if found := trained(f"{NAME}-{only}", LungNet, run):
            net, steps = found
            overlap = iou(predict(net, test.images)[0], test.boxes.numpy())
            by = {s: "%.3f [%.3f, %.3f]" % interval(lambda o: o.mean(), overlap[test.source == s]) for s in (CHILDREN, ADULTS)}
            rows.append(f"\n| {only} only, {steps} steps | {by[CHILDREN]} | {by[ADULTS]} |")
    return {"others": "".join(rows)}


def _figures(overlap, score, threshold):
    """`overlap` and `score` are [N,2], one column per lung."""
    kept = score >= threshold
    truth, said = overlap[kept], score[kept]  # the score estimates the IoU
    precision = lambda at: np.mean([average_precision(score[:, lung], overlap[:, lung], at) for lung in (0, 1)])
    return {
        "count": str(len(overlap)),
        "iou": "%.3f [%.3f, %.3f]" % interval(lambda o: o.mean(), overlap),
        "right": f"{overlap[:, 0].mean():.3f}",
        "left": f"{overlap[:, 1].mean():.3f}",
        "worst": f"{overlap.min():.3f}",
        "ap50": f"{precision(0.5):.3f}",
        "ap75": "%.3f [%.3f, %.3f]" % interval(lambda s, o: np.mean([average_precision(s[:, lung], o[:, lung], 0.75) for lung in (0, 1)]), score, overlap),
        "ap": f"{np.mean([precision(at) for at in np.arange(0.5, 0.96, 0.05)]):.3f}",
        "both": str((score >= threshold).all(1).sum()),
        "score": f"{score.mean():.3f}",
        "distance": f"{np.abs(score - overlap).mean():.3f}",
        "error": f"{calibration_error(truth, said):.3f}",
        "adaptive": f"{adaptive_error(truth, said):.3f}",
        "reliability": reliability(truth, said),
    }


def _threshold(score):
    """The highest of 0.50, 0.45, ... at which every val image keeps both lungs."""
    return max(step / 20 for step in range(1, 11) if step / 20 <= score.min() or step == 1)


def _noise(size):
    """100 images of white noise, standardised."""
    return torch.randn(100, 1, size, size, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def predict(net, images):
    """Inputs float32[N,1,160,160] -> boxes float32[N,2,4] and each lung's score logit float32[N,2]."""
    parts = [net(part.to(DEVICE)) for part in images.split(64)]
    return torch.cat([b.cpu() for b, _ in parts]).numpy(), torch.cat([s.diagonal(dim1=1, dim2=2).cpu() for _, s in parts]).numpy()


def empty(count, split_images, cells, size):
    """Images without a pair of lungs, float32[count,1,size,size] in 0..1: blood smears, a detail of an X-ray, noise of any grain, ramps and blanks."""
    source = torch.randint(0, 4, (count,)).tolist()
    images = []
    for kind in source:
        if kind == 0:
            maps = augment.affine(1, (0.5, 1.0), 0.3, 180, 0.1, 0.0, 0.5)
            image = augment.warp(cells[torch.randint(len(cells), (1,))], maps, size)
        elif kind == 1:
            maps = augment.affine(1, (0.1, 0.25), 0.3, 180, 0.1, 0.0, 0.5)
            image = augment.warp(split_images[torch.randint(len(split_images), (1,))], maps, size)
        elif kind == 2:
            grain = int(torch.randint(2, size + 1, ()))
            image = F.interpolate(torch.rand(1, 1, grain, grain), (size, size), mode="bilinear", align_corners=False)
        else:
            ramp = torch.linspace(0, 1, size) * (torch.rand(()) < 0.5)
            image = (ramp[None, :] if torch.rand(()) < 0.5 else ramp[:, None]).expand(1, 1, size, size) * 0.8 + 0.1
        images.append(image)
    return torch.cat(images)


def _draw(pools, only):
    lungs = BATCH - EMPTY
    adults = {None: round(lungs * ADULT_PART), CHILDREN: 0, ADULTS: lungs}[only]
    return torch.cat([pools[source][torch.randint(len(pools[source]), (count,))] for source, count in ((CHILDREN, lungs - adults), (ADULTS, adults))])


def _loss(net, split, rows, cells):
    lungs = len(rows)
    degrees, shear = (5, 0.03) if torch.rand(()) < 0.5 else (0, 0.0)  # boxes stay exact in the other half
    maps = augment.affine(lungs, scale=(0.84, 1.16), aspect=0.2, degrees=degrees, shear=shear, shift=0.04, flip=0.5)
    boxes = augment.warp_boxes(split.boxes[rows], maps)
    mirrored = maps[:, 0, 0] < 0
    boxes = torch.where(mirrored[:, None, None], boxes.flip(1), boxes)
    x = torch.cat([augment.warp(split.images[rows], maps, net.SIZE), empty(BATCH - lungs, split.images, cells, net.SIZE)])
    x = standardise(augment.cutout(augment.photometric(x, inversion=0.05), 0.3, 0.3))
    with autocast():
        edges, quality = net.edges_and_quality(x.to(DEVICE, memory_format=torch.channels_last))
    edges, quality, boxes = edges[:lungs].float(), quality.float(), boxes.to(DEVICE)
    found = net.boxes(edges)
    overlap, generalised = _overlaps(found, boxes)
    target = torch.zeros_like(quality)
    target[:lungs] = overlap.detach().clamp(0, 1)
    return (
        (1 - generalised).mean() + 4 * (found - boxes).abs().mean() + 0.3 * _bin_loss(edges, boxes)
        + 0.5 * F.binary_cross_entropy_with_logits(quality, target)
    )


def _bin_loss(edges, boxes):
    """Cross entropy of the edge distributions against the true edge, shared between its two nearest places."""
    truth = torch.cat([boxes[:, :, 0::2].reshape(-1, 4), boxes[:, :, 1::2].reshape(-1, 4)], 1) * (LungNet.BINS - 1)
    below = truth.floor().clamp(0, LungNet.BINS - 2)
    log = F.log_softmax(edges, 2)
    at = lambda index: log.gather(2, index.long()[..., None])[..., 0]
    return -((1 - (truth - below)) * at(below) + (truth - below) * at(below + 1)).mean()


def _overlaps(a, b):
    """IoU and generalised IoU of boxes [N,Q,4]."""
    area = lambda box: (box[..., 2:] - box[..., :2]).clamp_min(0).prod(-1)
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp_min(0).prod(-1)
    outer = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).clamp_min(0).prod(-1).clamp_min(1e-6)
    union = (area(a) + area(b) - inner).clamp_min(1e-6)
    return inner / union, inner / union - (outer - union) / outer


def _score(net, held, only):
    """Mean of the children's and the adults' mean IoU; of one source its own."""
    overlap = iou(predict(net, held.images)[0], held.boxes.numpy()).mean(1)
    by_source = [overlap[held.source == s].mean() for s in (CHILDREN, ADULTS)]
    print("children %.4f adults %.4f" % tuple(by_source), flush=True)
    return by_source[(CHILDREN, ADULTS).index(only)] if only else sum(by_source) / 2
