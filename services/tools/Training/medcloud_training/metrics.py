"""Figures for cards. All take numpy arrays with one entry per image unless said otherwise."""

import numpy as np


def auc(positive, score):
    """Area under the ROC curve; ties count half."""
    order = np.argsort(score, kind="stable")
    values, start, counts = np.unique(score[order], return_index=True, return_counts=True)
    ranks = np.empty(len(score))
    ranks[order] = np.repeat(start + (counts + 1) / 2, counts)
    p = positive.astype(bool)
    return (ranks[p].sum() - p.sum() * (p.sum() + 1) / 2) / (p.sum() * (~p).sum())


def interval(statistic, *arrays, rounds=1000, seed=1):
    """Bootstrap over images: (value, low, high) of the 95 % percentile interval."""
    generator, count = np.random.default_rng(seed), len(arrays[0])
    draws = (generator.integers(0, count, count) for _ in range(rounds))
    values = [statistic(*(array[draw] for array in arrays)) for draw in draws]
    return (statistic(*arrays), *np.nanpercentile(values, [2.5, 97.5]))


def with_interval(statistic, *arrays):
    return "%.3f [%.3f, %.3f]" % interval(statistic, *arrays)


def share(chosen):
    """The share of a decision with Wilson's 95 % interval, which holds for none and for all too."""
    n, p, z = len(chosen), chosen.mean(), 1.96
    middle, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return "%.3f [%.3f, %.3f]" % (p, max(0.0, middle - half), min(1.0, middle + half))


def calibration_error(positive, probability, bins=15):
    """Expected calibration error over bins of equal width."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    parts = [which == b for b in range(bins) if (which == b).any()]
    return sum(part.mean() * abs(positive[part].mean() - probability[part].mean()) for part in parts)


def adaptive_error(positive, probability, bins=15):
    """Expected calibration error over bins that hold equally many."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(bins, len(probability)))
    return sum(len(part) * abs(positive[part].mean() - probability[part].mean()) for part in parts) / len(probability)


def reliability(positive, probability, bins=15):
    """A reliability diagram as rows of a Markdown table: probabilities, images, mean probability, share with the finding (mean of `positive`, which may be a share itself), and a bar of that share."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    rows = []
    for b in np.unique(which):
        part = which == b
        said, true = probability[part].mean(), positive[part].mean()
        bar = "".join("|" if at == round(said * 20) else "#" if at < round(true * 20) else "." for at in range(21))
        rows.append(f"| {b / bins:.2f} to {(b + 1) / bins:.2f} | {part.sum()} | {said:.3f} | {true:.3f} | `{bar}` |")
    return "\n".join(rows)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def platt(positive, logit, counts=None, rounds=50):
    """Scale and bias that minimise the log loss of sigmoid(scale*logit + bias), by Newton's method; `counts` weighs the entries.

    A logit that ranks the wrong way round, as that of a hardly trained network may, has no calibration: it is left as it is.
    """
    design, weights = np.stack([logit, np.ones_like(logit)], 1), np.array([1.0, 0.0])
    counts = np.ones(len(logit)) if counts is None else counts
    for _ in range(rounds):
        p = sigmoid(design @ weights)
        hessian = design.T @ (design * (counts * p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        weights = weights - np.linalg.solve(hessian, design.T @ (counts * (p - positive)))
    return weights if np.isfinite(weights).all() and weights[0] > 0 else np.array([1.0, 0.0])


def rates(positive, chosen):
    """(sensitivity, specificity) of a decision."""
    p = positive.astype(bool)
    return chosen[p].mean(), (~chosen[~p]).mean()


def iou(a, b):
    """Intersection over union of boxes [...,4], xMin,yMin,xMax,yMax."""
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    inner = np.prod(np.clip(high - low, 0, None), -1)
    area = lambda box: np.prod(box[..., 2:] - box[..., :2], -1)
    return inner / (area(a) + area(b) - inner)


def average_precision(score, overlap, threshold):
    """AP of one label when each image has one true box and one prediction with `overlap`; 101-point interpolation as COCO."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(overlap[order] >= threshold)
    recall, precision = hits / len(score), hits / np.arange(1, len(score) + 1)
    return np.mean([precision[recall >= level].max(initial=0.0) for level in np.linspace(0, 1, 101)])


def suppress(boxes, nms):
    """Greedy non-maximum suppression of boxes [K,4], the best first: the positions that are kept."""
    kept = []
    for at in range(len(boxes)):
        if not kept or iou(boxes[kept], boxes[at]).max() <= nms:
            kept.append(at)
    return kept


def match(detections, truth, threshold):
    """For each image its (scores [K], hits [K], number of true boxes): detections are (boxes, scores), the best first, and each true box [M,4] is found once."""
    matched = []
    for (boxes, score), true in zip(detections, truth):
        free, hits = np.ones(len(true), bool), np.zeros(len(boxes), bool)
        for at, box in enumerate(boxes if len(true) else ()):
            overlap = np.where(free, iou(true, box), 0)
            best = overlap.argmax()
            hits[at] = overlap[best] >= threshold
            free[best] &= not hits[at]
        matched.append((score, hits, len(true)))
    return matched


def matched_precision(matched):
    """AP of one label from what `match` gives; 101-point interpolation as COCO."""
    scores, hits = (np.concatenate([image[part] for image in matched]) for part in (0, 1))
    total = sum(image[2] for image in matched)
    if not len(hits) or not total:
        return 0.0 if total else float("nan")
    hits = np.cumsum(hits[np.argsort(-scores, kind="stable")])
    recall, precision = hits / total, hits / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.where(at < len(precision), precision[np.minimum(at, len(precision) - 1)], 0).mean())
