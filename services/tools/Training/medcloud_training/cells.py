"""blood-cells: training, figures."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, data, gate
from .export import MICROSCOPY, read_manifest, write_card, write_manifest, write_onnx
from .metrics import calibration_error, interval, match, matched_precision, platt, reliability, sigmoid, suppress
from .nets import CellNet
from .onnx_graph import OnnxGraph
from .preprocess import standardise
from .trainer import DEVICE, Run, autocast, fit

NAME, VERSION, EPOCHS = "blood-cells", "1.0.0", 180
RED, WHITE, PLATELET = range(3)
BATCH, LOADED = 8, (300, 400)  # rows and columns
NMS, LEAST = 0.5, 0.02


def train(root, run: Run):
    """Returns the best averaged network; val decides which."""
    split = data.cells(root, "train", LOADED, as_input=False, few=run.few)
    held = data.cells(root, "val", CellNet.SIZE, as_input=True, few=run.few)
    rare = _cut_out(split)
    return fit(CellNet(), NAME, lambda net: _loss(net, split, rare), lambda net: _score(net, held), max(1, 2 * len(split.images) // BATCH), 2e-3, run)


def release(net, root: Path, folder: Path, run: Run):
    """Writes model.onnx, manifest.json and card.md to `folder`. val decides calibration and threshold, test gives the card's figures."""
    write_onnx(net, folder / "model.onnx", ["boxes", "scores"])
    held = data.cells(root, "val", net.SIZE, as_input=True, few=run.few)
    boxes, logits = predict(OnnxGraph(folder / "model.onnx"), held.images)
    scale, bias = _calibration(found(boxes, logits), held.truth)
    threshold = _threshold(boxes, logits * scale + bias, held.truth)
    write_manifest(folder, NAME, VERSION, "detection", CellNet, {
        "boxes": "boxes", "scores": "scores", "scale": scale, "bias": bias,
        "scoreThreshold": threshold, "nmsIou": NMS, "maxDetections": 200,
        "labels": [
            {"code": "41898006", "display": "Red blood cell"}, {"code": "52501007", "display": "White blood cell"},
            {"code": "16378004", "display": "Platelet"},
        ],
    }, MICROSCOPY)
    measured = figures(root, folder, run)
    write_card(folder, NAME, VERSION, measured)
    return measured


def figures(root, folder: Path, run: Run):
    """The card's figures of the package in `folder`, from its files on test. They are of what the product reports: an image that the package's gate refuses has no result."""
    graph, declared = OnnxGraph(folder / "model.onnx"), read_manifest(folder)["detection"]
    train, held = (data.cells(root, split, (48, 64), as_input=False, few=run.few) for split in ("train", "val"))
    test = data.cells(root, "test", CellNet.SIZE, as_input=True, few=run.few)
    passed = gate.passing(folder, test.images)
    truth, (boxes, logits) = [each for each, kept in zip(test.truth, passed) if kept], predict(graph, test.images[passed])
    detections = found(boxes, logits * declared["scale"] + declared["bias"], declared["scoreThreshold"])
    matched = [_matched(detections, truth, label) for label in range(3)]
    ap = lambda each: lambda rows: float(np.mean([matched_precision([matched[label][row] for row in rows]) for label in each]))
    rows = np.arange(len(truth))
    spread = lambda each: "%.3f [%.3f, %.3f]" % interval(ap(each), rows)
    score, right = (np.concatenate([image[part] for label in matched for image in label]) for part in (0, 1))
    measured = {
        "train_count": str(len(train.images)), "val_count": str(len(held.images)), "test_count": str(len(test.images)), "map": spread(range(3)),
        "map75": f"{np.mean(precisions(detections, truth, 0.75)):.3f}",
        "map_all": f"{np.mean([precisions(detections, truth, at) for at in np.arange(0.5, 0.96, 0.05)]):.3f}",
        "threshold": f"{declared['scoreThreshold']:.2f}", "error": f"{calibration_error(right, score):.3f}", "reliability": reliability(right, score),
    }
    for label, name in enumerate(("red", "white", "platelet")):
        hits, count = sum(image[1].sum() for image in matched[label]), sum(len(image[1]) for image in matched[label])
        true = sum(image[2] for image in matched[label])
        measured |= {f"{name}_ap": spread([label]), f"{name}_count": str(true), f"{name}_found": f"{hits / true:.3f}", f"{name}_right": f"{hits / max(count, 1):.3f}"}
    return measured


def _calibration(detections, truth):
    """Scale and bias that make the score the share of detections that are right."""
    matched = [image for label in range(3) for image in _matched(detections, truth, label)]
    score, right = (np.concatenate([image[part] for image in matched]) for part in (0, 1))
    return platt(right, np.log(score / (1 - score))).round(6).tolist()


def _threshold(boxes, logits, truth):
    """The highest of 0.05, 0.10, ... that costs the mean AP at most 0.015."""
    mean = lambda least: np.mean(precisions(found(boxes, logits, least), truth))
    whole = mean(LEAST)
    return max([step / 20 for step in range(1, 11) if mean(step / 20) >= whole - 0.015], default=0.05)


@torch.no_grad()
def predict(net, images):
    """Inputs float32[N,3,240,320] -> boxes float32[N,4800,4] and score logits float32[N,4800,3]."""
    parts = [net(part.to(DEVICE)) for part in images.split(16)]
    return torch.cat([b.cpu() for b, _ in parts]).numpy(), torch.cat([s.cpu() for _, s in parts]).numpy()


def found(boxes, logits, least=LEAST, nms=NMS):
    """What the product reports: for each image and label the boxes [K,4] and scores [K] that are left, the best first."""
    def of(box, score):
        kept = np.flatnonzero(score >= least)
        kept = kept[np.argsort(-score[kept], kind="stable")]
        kept = kept[suppress(box[kept], nms)]
        return box[kept], score[kept]

    scores = sigmoid(logits.astype(np.float64))
    return [[of(box.clip(0, 1), score[:, label]) for label in range(3)] for box, score in zip(boxes, scores)]


def precisions(detections, truth, at=0.5):
    """AP of each label at the overlap `at`; `truth` holds for each image (boxes [M,4], labels [M])."""
    return [matched_precision(_matched(detections, truth, label, at)) for label in range(3)]


def _matched(detections, truth, label, at=0.5):
    return match([d[label] for d in detections], [boxes[labels == label] for boxes, labels in truth], at)


def _score(net, held):
    each = precisions(found(*predict(net, held.images)), held.truth)
    print("red %.4f white %.4f platelets %.4f" % tuple(each), flush=True)
    return float(np.mean(each))


def _cut_out(split):
    """Every white cell and platelet with a margin, uint8[3,h,w], and its label: they are rare, and pasting them elsewhere makes them less so."""
    height, width = LOADED
    cut = []
    for image, (boxes, labels) in zip(split.images, split.truth):
        for box, label in zip(boxes, labels):
            left, top, right, bottom = (box * [width, height, width, height]).round().astype(int)
            margin = max(1, (right - left) // 8)
            inside = left >= margin and top >= margin and right <= width - margin and bottom <= height - margin
            if label != RED and inside:
                cut.append((image[:, top - margin:bottom + margin, left - margin:right + margin], int(label)))
    return cut


def _view(split, at):
    """One image turned by a multiple of 90 degrees, mirrored and zoomed: float32[3,240,320] in 0..1, its boxes in pixels and their labels."""
    (high, wide), (rows, columns) = CellNet.SIZE, LOADED
    scale = rows / high * float(torch.exp(augment.uniform((), -0.45, 0.35)))  # pixels of the source for one of the output
    turns = int(torch.randint(4, ()))
    linear = torch.tensor([[1.0, 0], [0, 1]])
    for _ in range(turns):
        linear = torch.tensor([[0.0, -1], [1, 0]]) @ linear
    if torch.rand(()) < 0.5:
        linear = linear @ torch.tensor([[-1.0, 0], [0, 1]])
    linear = linear * scale
    stretch = float(torch.exp(augment.uniform((), -0.08, 0.08)))
    linear = linear * torch.tensor([[stretch, 1 / stretch]])
    seen = (linear.abs() @ torch.tensor([wide, high]).float()) / 2
    source = torch.tensor([columns, rows]).float()
    free = (source / 2 - seen).abs() * (augment.uniform(2, -1, 1)) + augment.uniform(2, -20, 20)
    centre = source / 2 + free
    # affine_grid wants both sides in -1..1
    normal = linear * torch.tensor([[wide, high]]) / source[:, None]
    maps = torch.cat([normal, (2 * centre / source - 1)[:, None]], 1)[None]
    grid = F.affine_grid(maps, (1, 3, high, wide), align_corners=False)
    image = split.images[at][None].float() / 255
    mean = image.mean(dim=(2, 3), keepdim=True)
    image = (F.grid_sample(image - mean, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + mean)[0]
    boxes, labels = split.truth[at]
    corners = torch.from_numpy(boxes).reshape(-1, 2, 2).float() * source - centre
    corners = corners @ torch.inverse(linear).T + torch.tensor([wide, high]) / 2
    return image, torch.cat([corners.amin(1), corners.amax(1)], 1), torch.from_numpy(labels)


def _clip(boxes, labels, left, right):
    """What of the boxes is seen between two columns; a box that loses more than half is no box, as the data sets' authors left them out."""
    high = CellNet.SIZE[0]
    low, far = torch.tensor([left, 0, left, 0]), torch.tensor([right, high, right, high])
    seen = torch.minimum(torch.maximum(boxes, low), far)
    area = lambda box: (box[:, 2] - box[:, 0]).clamp_min(0) * (box[:, 3] - box[:, 1]).clamp_min(0)
    kept = area(seen) > 0.4 * area(boxes)
    return seen[kept], labels[kept]


def _paste(image, boxes, labels, rare):
    """One cut-out cell where there is none, with a soft rim."""
    patch, label = rare[int(torch.randint(len(rare), ()))]
    patch = torch.rot90(patch, int(torch.randint(4, ())), (1, 2)).float()[None] / 255
    if torch.rand(()) < 0.5:
        patch = patch.flip(3)
    factor = CellNet.SIZE[0] / LOADED[0] * float(torch.exp(augment.uniform((), -0.25, 0.3)))
    patch = F.interpolate(patch, scale_factor=factor, mode="bilinear", align_corners=False, antialias=True)[0]
    high, wide = patch.shape[1:]
    if high < 6 or wide < 6 or high >= image.shape[1] or wide >= image.shape[2]:
        return boxes, labels
    for _ in range(6):
        top, left = int(torch.randint(image.shape[1] - high, ())), int(torch.randint(image.shape[2] - wide, ()))
        inner = torch.tensor([left + wide * 0.1, top + high * 0.1, left + wide * 0.9, top + high * 0.9])
        covered = (torch.minimum(boxes[:, 2:], inner[2:]) - torch.maximum(boxes[:, :2], inner[:2])).clamp_min(0).prod(1)
        if label == PLATELET and covered.sum() > 0.1 * (inner[2:] - inner[:2]).prod() or label == WHITE and bool((covered > 200).any()):
            continue
        across, down = torch.linspace(-1, 1, wide)[None, :], torch.linspace(-1, 1, high)[:, None]
        mask = ((1.15 - (across**2 + down**2).sqrt()) * 4).clamp(0, 1)
        place = image[:, top:top + high, left:left + wide]
        place.copy_(torch.lerp(place, patch, mask))
        return torch.cat([boxes, inner[None]]), torch.cat([labels, torch.tensor([label])])
    return boxes, labels


def _example(split, rare):
    pick = lambda: int(torch.randint(len(split.images), ()))
    image, boxes, labels = _view(split, pick())
    wide = CellNet.SIZE[1]
    if torch.rand(()) < 0.3:
        middle = int(torch.randint(wide // 4, 3 * wide // 4, ()))
        other, more, kinds = _view(split, pick())
        image = torch.cat([image[:, :, :middle], other[:, :, middle:]], 2)
        (boxes, labels), (more, kinds) = _clip(boxes, labels, 0, middle), _clip(more, kinds, middle, wide)
        boxes, labels = torch.cat([boxes, more]), torch.cat([labels, kinds])
    else:
        boxes, labels = _clip(boxes, labels, 0, wide)
    for _ in range(int(torch.randint(4, ())) if rare else 0):
        boxes, labels = _paste(image, boxes, labels, rare)
    return image, boxes, labels


def _targets(boxes, labels):
    """Heat maps float32[3,60,80], 1 at each centre; for the places near a centre the box [4,60,80] and a weight [60,80]."""
    stride, (high, wide) = CellNet.STRIDE, CellNet.SIZE
    rows, columns = torch.arange(high // stride) + 0.5, torch.arange(wide // stride) + 0.5
    heat, target, weight = torch.zeros(3, len(rows), len(columns)), torch.zeros(4, len(rows), len(columns)), torch.zeros(len(rows), len(columns))
    order = torch.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(1))
    for box, label in zip(boxes[order], labels[order]):
        x, y = (box[0] + box[2]) / 2 / stride, (box[1] + box[3]) / 2 / stride
        w, h = ((box[2] - box[0]) / stride).clamp_min(1), ((box[3] - box[1]) / stride).clamp_min(1)
        # To the place that holds the centre, so that exactly one place has 1.
        row, column = y.long().clamp(0, len(rows) - 1), x.long().clamp(0, len(columns) - 1)
        off = ((rows - row - 0.5)[:, None] / (0.14 * h)) ** 2 + ((columns - column - 0.5)[None, :] / (0.14 * w)) ** 2
        bump = torch.exp(-off / 2)
        heat[label] = torch.maximum(heat[label], bump)
        near = bump > 0.25
        target[:, near] = box[:, None]
        weight[near] = bump[near]
    return heat, target, weight


def _loss(net, split, rare):
    images, targets = [], []
    for _ in range(BATCH):
        image, boxes, labels = _example(split, rare)
        images.append(image)
        targets.append(_targets(boxes, labels))
    heat, target, weight = (torch.stack(part).to(DEVICE) for part in zip(*targets))
    x = standardise(_colour(torch.stack(images)))
    with autocast():
        features = net.features(x.to(DEVICE, memory_format=torch.channels_last))
    centres, boxes = net.heads(*(part.float() for part in features))
    p = torch.sigmoid(centres).clamp(1e-4, 1 - 1e-4)
    focal = torch.where(heat == 1, -((1 - p) ** 2) * torch.log(p), -((1 - heat) ** 4) * p**2 * torch.log(1 - p))
    high, wide = CellNet.SIZE
    target = target / torch.tensor([wide, high, wide, high], device=DEVICE).reshape(1, 4, 1, 1)
    return focal.sum() / (heat == 1).sum().clamp_min(1) + 2 * ((1 - _generalised(boxes, target)) * weight).sum() / weight.sum().clamp_min(1)


def _generalised(a, b):
    """Generalised IoU of boxes [N,4,...]."""
    area = lambda box: (box[:, 2] - box[:, 0]).clamp_min(0) * (box[:, 3] - box[:, 1]).clamp_min(0)
    inner = area(torch.cat([torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])], 1))
    outer = area(torch.cat([torch.minimum(a[:, :2], b[:, :2]), torch.maximum(a[:, 2:], b[:, 2:])], 1)).clamp_min(1e-6)
    union = (area(a) + area(b) - inner).clamp_min(1e-6)
    return inner / union - (outer - union) / outer


def _colour(x):
    """Another stain, another lamp: gamma, gain of each channel, saturation, contrast, blur and noise."""
    count = len(x)
    per_image = lambda values: values.reshape(count, -1, 1, 1)
    x = x.clamp(1e-4, 1) ** per_image(torch.exp(augment.uniform(count, -0.35, 0.35)))
    x = x * per_image(augment.uniform(3 * count, 0.85, 1.15)) + per_image(augment.uniform(count, -0.08, 0.08))
    x = torch.lerp(x.mean(1, keepdim=True).expand_as(x), x, per_image(augment.uniform(count, 0.6, 1.4)))
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.lerp(x, blurred, per_image(augment.uniform(count, 0, 1) * augment.chance(count, 0.3)))
    return x + torch.randn_like(x) * per_image(augment.uniform(count, 0, 0.04) * augment.chance(count, 0.5))
