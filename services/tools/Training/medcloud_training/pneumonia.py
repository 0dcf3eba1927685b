"""cxr-pneumonia: training, calibration, figures."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, baseline, data, gate
from .data import ADULTS, CHILDREN, MASKED
from .export import RADIOGRAPHY, read_manifest, write_card, write_manifest, write_onnx
from .metrics import adaptive_error, auc, calibration_error, platt, rates, reliability, sigmoid, with_interval
from .nets import PneumoniaNet
from .onnx_graph import OnnxGraph
from .preprocess import standardise
from .trainer import DEVICE, Run, autocast, fit, trained

NAME, VERSION, EPOCHS = "cxr-pneumonia", "1.1.0", 80
PNEUMONIA, BACTERIAL, VIRAL = "233604007", "53084003", "75570004"
BATCH, LOADED = 32, 144
ADULT_PART = 0.32


def train(root, run: Run, only=None):
    """Returns the best averaged network; val decides which. `only` leaves out the other source, to see how far accuracy falls from one to the other."""
    split = data.pneumonia(root, "train", LOADED, as_input=False, few=run.few)
    held = data.pneumonia(root, "val", PneumoniaNet.SIZE, as_input=True, few=run.few)
    pools = {source: torch.from_numpy(np.flatnonzero(split.source == source)) for source in (CHILDREN, ADULTS)}
    return fit(
        PneumoniaNet(), f"{NAME}-{only}" if only else NAME, lambda net: _loss(net, split, _draw(pools, only)), lambda net: _score(net, held, only),
        len(split.images) // BATCH, 3e-3, run,
    )


def release(net, root: Path, folder: Path, run: Run):
    """Writes model.onnx, manifest.json and card.md to `folder`. val decides calibration and threshold, test gives the card's figures."""
    write_onnx(net, folder / "model.onnx", ["logits", "evidence", "embedding"])
    held = data.pneumonia(root, "val", net.SIZE, as_input=True, few=run.few)
    logits = predict(OnnxGraph(folder / "model.onnx"), held.images)
    known = held.kind != MASKED
    weight = np.array([1 / (held.source == source).sum() for source in held.source])  # each source weighs alike
    scale, bias = platt(held.pneumonia, logits[:, 0], weight * len(weight) / 2).round(6).tolist()
    kind_scale, kind_bias = platt(held.kind[known], (logits[:, 2] - logits[:, 1])[known]).round(6).tolist()
    threshold = _threshold(held, sigmoid(scale * logits[:, 0] + bias))
    write_manifest(folder, NAME, VERSION, "classification", PneumoniaNet, {
        "output": "logits",
        "heads": [
            {
                "activation": "sigmoid", "logits": [0], "scale": scale, "bias": [bias],
                "labels": [{"logit": 0, "code": PNEUMONIA, "display": "Pneumonia", "threshold": threshold}],
            },
            {
                "activation": "softmax", "logits": [1, 2], "scale": kind_scale, "bias": [0.0, kind_bias], "given": PNEUMONIA,
                "labels": [
                    {"logit": 1, "code": BACTERIAL, "display": "Bacterial pneumonia", "threshold": 0.5},
                    {"logit": 2, "code": VIRAL, "display": "Viral pneumonia", "threshold": 0.5},
                ],
            },
        ],
    }, RADIOGRAPHY)
    found = figures(root, folder, run)
    write_card(folder, NAME, VERSION, found)
    return found


def figures(root, folder: Path, run: Run):
    """The card's figures of the package in `folder`, from its files on test. They are of what the product reports: an image that the package's gate refuses has no result."""
    head, kinds = read_manifest(folder)["classification"]["heads"]
    threshold, test = head["labels"][0]["threshold"], test_part(root, run)
    logits, passed = predict(OnnxGraph(folder / "model.onnx"), test.images), gate.passing(folder, test.images)
    probability = sigmoid(head["scale"] * logits[:, 0] + head["bias"][0])
    viral = sigmoid(kinds["scale"] * (logits[:, 2] - logits[:, 1]) + kinds["bias"][1])
    train_rows, held_rows = (data.pneumonia_rows(root, split, run.few) for split in ("train", "val"))
    found = {"threshold": f"{threshold:.2f}", "val_patients": str(len({row["patient_id"] for row in held_rows})), "val_count": str(len(held_rows))}
    for source in (CHILDREN, ADULTS):
        of = (test.source == source) & passed
        found |= {f"{source}_{key}": value for key, value in _figures(test.pneumonia[of], probability[of], threshold).items()}
        found |= {
            f"{source}_raw_error": f"{calibration_error(test.pneumonia[of], sigmoid(logits[of, 0])):.3f}",
            f"{source}_test": str((test.source == source).sum()),
            f"{source}_test_positive": str(test.pneumonia[test.source == source].sum()),
            f"{source}_train": f"{sum(data.source_of(row['source']) == source for row in train_rows):,}",
            f"{source}_prior": f"{np.mean([row['label'] == 'pneumonia' for row in held_rows if data.source_of(row['source']) == source]):.0%}".replace("%", " %"),
        }
    known = (test.kind != MASKED) & passed
    found |= {
        "kind_count": str(known.sum()),
        "kind_auc": with_interval(auc, test.kind[known], viral[known]),
        "kind_right": with_interval(lambda k, p: ((p >= 0.5) == k).mean(), test.kind[known], viral[known]),
        "kind_error": f"{calibration_error(test.kind[known], viral[known]):.3f}",
    }
    by = _by_source(test, logits[:, 0])
    return found | {"all": f"{by[CHILDREN]} | {by[ADULTS]}"} | others(root, test, run)


def test_part(root, run):
    """The `test` part as this network takes it."""
    return data.pneumonia(root, "test", PneumoniaNet.SIZE, as_input=True, few=run.few)


def others(root, test, run):
    """Rows of the card's table of what it compares with, for the checkpoints that --work has: this network trained on one source alone, and the textbook's; `test` as this network takes it."""
    rows = []
    for only in (CHILDREN, ADULTS):
        if found := trained(f"{NAME}-{only}", PneumoniaNet, run):
            net, steps = found
            rows.append((f"{only} only, {steps} steps", _by_source(test, predict(net, test.images)[:, 0])))
    if found := trained(baseline.NAME, baseline.BaselineNet, run):
        net, epochs = found
        plain = data.pneumonia(root, "test", 224, as_input=False, few=run.few)
        rows.append((f"both sources, textbook network (`{baseline.NAME}`), {epochs} epochs", _by_source(plain, baseline.predict(net, plain.images))))
    return {"others": "".join(f"\n| {what} | {by[CHILDREN]} | {by[ADULTS]} |" for what, by in rows)}


def _by_source(split, score):
    return {s: with_interval(auc, split.pneumonia[split.source == s], score[split.source == s]) for s in (CHILDREN, ADULTS)}


def _figures(positive, probability, threshold):
    return {
        "count": str(len(positive)),
        "positive": str(positive.sum()),
        "auc": with_interval(auc, positive, probability),
        "sensitivity": with_interval(lambda p, q: rates(p, q >= threshold)[0], positive, probability),
        "specificity": with_interval(lambda p, q: rates(p, q >= threshold)[1], positive, probability),
        "error": f"{calibration_error(positive, probability):.3f}",
        "adaptive": f"{adaptive_error(positive, probability):.3f}",
        "brier": f"{((probability - positive) ** 2).mean():.3f}",
        "reliability": reliability(positive, probability),
    }


def _threshold(held, probability):
    """Where the mean of the children's and the adults' Youden index is largest on val; in hundredths."""
    def youden(threshold):
        return sum(sum(rates(held.pneumonia[of], probability[of] >= threshold)) for of in (held.source == CHILDREN, held.source == ADULTS))

    return max((step / 100 for step in range(5, 96)), key=youden)


@torch.no_grad()
def predict(net, images):
    """Inputs float32[N,1,128,128] -> logits float64[N,3]."""
    return torch.cat([net(part.to(DEVICE))[0].cpu() for part in images.split(64)]).double().numpy()


def _draw(pools, only):
    """Indices of one batch: a fixed part of adults; within a source, with and without pneumonia as they come.

    Drawing both alike often would teach one prior for both sources, and then no single scale and bias calibrates both.
    """
    adults = {None: round(BATCH * ADULT_PART), CHILDREN: 0, ADULTS: BATCH}[only]
    return torch.cat([pools[source][torch.randint(len(pools[source]), (count,))] for source, count in ((CHILDREN, BATCH - adults), (ADULTS, adults))])


def _loss(net, split, rows):
    maps = augment.affine(len(rows), scale=(0.68, 1.12), aspect=0.25, degrees=12, shear=0.08, shift=0.04, flip=0.5)
    x = augment.photometric(augment.warp(split.images[rows], maps, net.SIZE), inversion=0.05)
    x = standardise(augment.cutout(x, 0.4, 0.4))
    pneumonia = torch.from_numpy(split.pneumonia)[rows].float()
    kind = torch.from_numpy(split.kind)[rows]
    kind = F.one_hot(kind.clamp_min(0), 2).float() * (kind != MASKED)[:, None]
    if torch.rand(()) < 0.5:
        other = torch.randperm(len(rows))
        share = torch.distributions.Beta(0.5, 0.5).sample()
        x, pneumonia, kind = (torch.lerp(a[other], a, share) for a in (x, pneumonia, kind))
    with autocast():
        logits = net(x.to(DEVICE, memory_format=torch.channels_last))[0]
    logits, pneumonia, kind = logits.float(), pneumonia.to(DEVICE), kind.to(DEVICE)
    known = kind.sum().clamp_min(1.0)
    kinds = -(kind * F.log_softmax(logits[:, 1:], 1)).sum() / known
    return F.binary_cross_entropy_with_logits(logits[:, 0], pneumonia * 0.98 + 0.01) + 0.5 * kinds


def _score(net, held, only):
    """Mean of the children's and the adults' AUC, and a quarter of the kinds'; of one source its own AUC."""
    logits, known = predict(net, held.images), held.kind != MASKED
    by_source = [auc(held.pneumonia[held.source == s], logits[held.source == s, 0]) for s in (CHILDREN, ADULTS)]
    kinds = auc(held.kind[known], (logits[:, 2] - logits[:, 1])[known])
    print("children %.4f adults %.4f viral/bacterial %.4f" % (*by_source, kinds), flush=True)
    if only:
        return by_source[(CHILDREN, ADULTS).index(only)]
    return (sum(by_source) + 0.5 * kinds) / 2.5
