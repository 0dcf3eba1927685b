"""Measures each model's explanations on `test`, and writes to its manifest what the worker shall make, and the figures to its card."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import torch

from . import cells, data, lungs, pneumonia
from .golden import outcome
from .metrics import iou
from .onnx_graph import OnnxGraph
from .preprocess import grey_of_file, to_input

GRID = 8  # rows and columns of the places that are hidden one at a time; the worker's
STEPS = 8  # of insertion and deletion
RANDOM_MAPS = 2
RANDOMISED = 3  # networks of the sanity test
MOST_CORRELATED = 0.30  # Spearman between trained and randomised map
GOAL, GOAL_OVER_RANDOM = 0.30, 0.10  # insertion less deletion; each against random maps
HEADING = "## Explanation"
CLASS_ACTIVATION, OCCLUSION, NONE = "classActivation", "occlusion", "none"
# The finding, and what it is set against: the kinds exclude each other, and only their difference moves the probability.
EVIDENCE = {
    pneumonia.NAME: ("evidence", [
        {"code": pneumonia.PNEUMONIA, "channel": 0},
        {"code": pneumonia.BACTERIAL, "channel": 1, "against": 2},
        {"code": pneumonia.VIRAL, "channel": 2, "against": 1},
    ])
}


class Explained:
    """One model version of the repository, and its maps as the worker makes them: float64[h,w], not negative."""

    def __init__(self, folder: Path):
        self.folder, self.manifest = folder, json.loads((folder / "manifest.json").read_text())
        self.graph = OnnxGraph(folder / "model.onnx")
        self.labels = [label for head in self.manifest.get("classification", {}).get("heads", [self.manifest.get("detection")]) for label in head["labels"]]

    def outcomes(self, images):
        """What the model says of each input of float32[N,C,H,W]."""
        for part in images.split(32):
            outputs = self.graph(part)
            for at in range(len(part)):
                yield outcome(self.manifest, _Computed(self.graph.outputs, [each[at:at + 1] for each in outputs]), part[at])

    def maps(self, method, image, said):
        return self.class_activation(image) if method == CLASS_ACTIVATION else self.occlusion(image, said)

    def class_activation(self, image):
        name, declared = EVIDENCE[self.manifest["name"]]
        evidence = dict(zip(self.graph.outputs, self.graph(image[None])))[name][0].double().numpy()
        return {
            each["code"]: (evidence[each["channel"]] - (evidence[each["against"]] if "against" in each else 0)).clip(min=0) for each in declared
        }

    def occlusion(self, image, said):
        """How much less sure the model is of what it `said` when a place is replaced by the image's mean."""
        images = image.repeat(GRID * GRID, 1, 1, 1)
        for place in range(GRID * GRID):
            hide(images[place], place, GRID, GRID)
        hidden = list(self.outcomes(images))
        codes = [label["code"] for label in self.labels]
        return {
            code: np.array([max(0.0, strength(said, said, code) - strength(said, each, code)) for each in hidden]).reshape(GRID, GRID) for code in codes
        }

    def randomised(self, seed):
        """The same graph with the values of each layer's weights and biases in another order."""
        other, generator = Explained(self.folder), torch.Generator().manual_seed(seed)
        learnt = {name for operator, inputs, _, _ in other.graph.nodes if operator in ("Conv", "Gemm") for name in inputs[1:]}
        for name in sorted(learnt & other.graph.constants.keys()):
            values = other.graph.constants[name]
            other.graph.constants[name] = values.flatten()[torch.randperm(values.numel(), generator=generator)].reshape(values.shape)
        return other


class _Computed:
    """Outputs of one image, where `outcome` wants a graph."""

    def __init__(self, outputs, values):
        self.outputs, self.values = outputs, values

    def __call__(self, _):
        return self.values


def hide(image, place, rows, columns):
    """Replaces one place of a grid by the mean of each channel, in float32[C,H,W]."""
    height, width = image.shape[1:]
    row, column = divmod(place, columns)
    image[:, row * height // rows:(row + 1) * height // rows, column * width // columns:(column + 1) * width // columns] = image.mean(dim=(1, 2))[:, None, None]


def strength(said, now, code):
    """How sure `now` still is of what was `said`: a label's probability, or the mean over its boxes of the best score times overlap."""
    if said["classifications"]:
        return next(each["probability"] for each in now["classifications"] if each["code"] == code)
    boxes, left = ([each for each in outcome["detections"] if each["code"] == code] for outcome in (said, now))
    if not boxes or not left:
        return 0.0
    edges, scores = np.array([each["box"] for each in left]), np.array([each["score"] for each in left])
    return float(np.mean([(scores * iou(edges, np.array(each["box"]))).max() for each in boxes]))


def curves(model, image, said, code, order, rows, columns):
    """(insertion, deletion): the mean strength while places are shown, or hidden, in `order`."""
    hidden, shown = [image.clone()], [image.mean(dim=(1, 2))[:, None, None].expand_as(image).clone()]
    height, width = image.shape[1:]
    for part in np.array_split(order, STEPS):
        hidden.append(hidden[-1].clone())
        shown.append(shown[-1].clone())
        for place in part:
            row, column = divmod(int(place), columns)
            where = (slice(None), slice(row * height // rows, (row + 1) * height // rows), slice(column * width // columns, (column + 1) * width // columns))
            hidden[-1][where] = shown[0][where]
            shown[-1][where] = image[where]
    values = [strength(said, each, code) for each in model.outcomes(torch.stack(shown + hidden))]
    return _area(values[:STEPS + 1]), _area(values[STEPS + 1:])


def _area(values):
    return float(np.trapz(values, dx=1 / (len(values) - 1)))


def ranks(values):
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse.reshape(-1)]


def spearman(a, b):
    """Rank correlation of two maps; nan where one is the same everywhere."""
    a, b = ranks(a.flatten()), ranks(b.flatten())
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else math.nan


def share_inside(heat, boxes):
    """Of a map's sum, what lies within boxes [K,4]; and of the image's area."""
    side = 160
    rows, columns = (np.arange(side) + 0.5) / side, (np.arange(side) + 0.5) / side
    within = np.zeros((side, side), bool)
    for x_min, y_min, x_max, y_max in boxes:
        within |= ((rows >= y_min) & (rows <= y_max))[:, None] & ((columns >= x_min) & (columns <= x_max))[None]
    fine = heat[np.arange(side) * heat.shape[0] // side][:, np.arange(side) * heat.shape[1] // side]
    return (float(fine[within].sum() / fine.sum()) if fine.sum() > 0 else math.nan), float(within.mean())


def measure(model, method, image, randomised, boxes=None, seed=1):
    """Figures of one image: {code: {figure: number}} for what the model is positive of."""
    said = next(model.outcomes(image[None]))
    found = {}
    maps, others = model.maps(method, image, said), [_other_maps(each, method, image, said) for each in randomised]
    for code in _positive(model, said):
        heat, generator = maps[code], np.random.default_rng(seed)
        order = np.argsort(-heat.flatten(), kind="stable")
        insertion, deletion = curves(model, image, said, code, order, *heat.shape)
        chance = np.mean([curves(model, image, said, code, generator.permutation(heat.size), *heat.shape) for _ in range(RANDOM_MAPS)], axis=0)
        inside, area = share_inside(heat, boxes) if boxes is not None else (math.nan, math.nan)
        correlations = [spearman(heat, each[code]) for each in others]
        found[code] = {
            "insertion": insertion, "deletion": deletion, "random_insertion": chance[0], "random_deletion": chance[1], "inside": inside, "area": area,
            "spearman": float(np.nanmean(correlations)) if np.isfinite(correlations).any() else math.nan,
            "absolute": float(np.nanmean(np.abs(correlations))) if np.isfinite(correlations).any() else math.nan,
        }
    return found


def _positive(model, said):
    if said["detections"]:
        return sorted({each["code"] for each in said["detections"]})
    found, heads = [], model.manifest.get("classification", {}).get("heads", [])
    probability = {each["code"]: each["probability"] for each in said["classifications"]}
    for head in heads:
        if head.get("given") in (None, *found):
            found += [label["code"] for label in head["labels"] if probability[label["code"]] >= label["threshold"]]
    return found


def _other_maps(model, method, image, said):
    """A randomised detector is hardly sure of any box: its best ones count, as many as the trained model reported."""
    if said["detections"]:
        declared = model.manifest["detection"]
        scores = dict(zip(model.graph.outputs, model.graph(image[None])))[declared["scores"]][0].double().numpy()
        best = np.sort(1 / (1 + np.exp(-(declared["scale"] * scores.max(1) + declared["bias"]))))[::-1]
        declared["scoreThreshold"] = float(best[min(len(said["detections"]), len(best)) - 1])
        said = next(model.outcomes(image[None]))
    return model.maps(method, image, said)


def write(root: Path, models: Path, only: str, most: int):
    """Measures the model named `only`, or every one of the repository, on at most `most` images of `test` of each source, and writes manifests and cards."""
    lung_finder = Explained(max(path.parent for path in models.glob(f"{lungs.NAME}/*/manifest.json")))
    for path in sorted(models.glob(f"{only or '*'}/*/manifest.json")):
        model = Explained(path.parent)
        name = model.manifest["name"]
        rows = {}
        for method in [CLASS_ACTIVATION] * (name in EVIDENCE) + [OCCLUSION]:
            randomised = [model.randomised(seed) for seed in range(1, RANDOMISED + 1)]
            for source, images, boxes in _images(name, root, lung_finder, most):
                for image, own in zip(images, boxes):
                    for code, figures in measure(model, method, image, randomised, own).items():
                        rows.setdefault((method, code, source), []).append(figures)
                print(f"{name}: {method}, {len(images)} images of {source}", flush=True)
        rows = {key: {figure: np.array([each[figure] for each in found]) for figure in found[0]} for key, found in rows.items()}
        declared = _declare(name, rows)
        _write_manifest(model, declared)
        _write_card(model, declared, rows, most)


def _images(name, root, lung_finder, most):
    """(source, inputs, boxes of the lungs or None) of what has the finding."""
    if name == pneumonia.NAME:
        split = data.pneumonia(root, "test", pneumonia.PneumoniaNet.SIZE, as_input=True)
        true, names = _true_lungs(root), _names(root)
        for source in (data.CHILDREN, data.ADULTS):
            of = np.flatnonzero((split.source == source) & (split.pneumonia == 1))
            # Those whose lungs were drawn by people first.
            of = sorted(of, key=lambda at: names[at] not in true)[:most]
            print(f"{name}: lungs of {sum(names[at] in true for at in of)} of {len(of)} {source} are drawn by people, the others found by {lungs.NAME}")
            yield source, split.images[of], [true.get(names[at]) or _found_lungs(root, names[at], lung_finder) for at in of]
    elif name == lungs.NAME:
        split = data.lungs(root, "test", lungs.LungNet.SIZE, as_input=True)
        for source in (data.CHILDREN, data.ADULTS):
            of = np.flatnonzero(split.source == source)[:most]
            yield source, split.images[of], [None] * len(of)
    else:
        split = data.cells(root, "test", cells.CellNet.SIZE, as_input=True)
        yield "smears", split.images[:most], [None] * len(split.images[:most])


def _names(root):
    """The original names of the images of cxr_pneumonia's test split, in its order."""
    with open(root / "cxr_pneumonia" / "labels.csv", newline="") as file:
        return [row["orig_name"] for row in csv.DictReader(file) if row["split"] == "test"]


def _true_lungs(root):
    """The lung boxes of cxr_lungs by the original name of the image."""
    with open(root / "cxr_lungs" / "images.csv", newline="") as file:
        original = {row["file"]: row["orig_name"] for row in csv.DictReader(file)}
    found = {}
    for split in ("train", "val", "test"):
        coco = json.loads((root / "cxr_lungs" / f"{split}.json").read_text())
        images = {image["id"]: image for image in coco["images"]}
        for each in coco["annotations"]:
            image, (x, y, w, h) = images[each["image_id"]], each["bbox"]
            edges = [x / image["width"], y / image["height"], (x + w) / image["width"], (y + h) / image["height"]]
            found.setdefault(original[image["file_name"]], []).append(edges)
    return found


def _found_lungs(root, name, lung_finder):
    with open(root / "cxr_pneumonia" / "labels.csv", newline="") as file:
        path = next(root / "cxr_pneumonia" / row["file"] for row in csv.DictReader(file) if row["orig_name"] == name)
    return [each["box"] for each in next(lung_finder.outcomes(to_input(grey_of_file(path), lungs.LungNet.SIZE)[None]))["detections"]]


def _passes(rows, method, code):
    """Randomised weights change the map, and it tells more than chance where the finding is."""
    of = [found for (by, about, _), found in rows.items() if (by, about) == (method, code)]
    if not any(np.isfinite(each["spearman"]).any() for each in of):
        return False
    mean = {figure: np.nanmean(np.concatenate([each[figure] for each in of])) for figure in ("insertion", "deletion", "random_insertion", "random_deletion", "spearman")}
    return abs(mean["spearman"]) < MOST_CORRELATED and mean["insertion"] > mean["random_insertion"] and mean["deletion"] < mean["random_deletion"]


def _declare(name, rows):
    """The manifest's `explanation`: the first method that passes, for the findings that it passes for."""
    codes = {method: sorted({code for by, code, _ in rows if by == method}) for method, _, _ in rows}
    if CLASS_ACTIVATION in codes:
        output, maps = EVIDENCE[name]
        passed = [each for each in maps if each["code"] in codes[CLASS_ACTIVATION] and _passes(rows, CLASS_ACTIVATION, each["code"])]
        if passed:
            return {"method": CLASS_ACTIVATION, "output": output, "maps": passed}
    return {"method": OCCLUSION if all(_passes(rows, OCCLUSION, code) for code in codes[OCCLUSION]) else NONE}


def _write_manifest(model, declared):
    """Before `scope`, where the tool that trains leaves it out."""
    manifest = {key: value for key, value in model.manifest.items() if key not in ("explanation", "scope")}
    manifest |= {"explanation": declared, "scope": model.manifest["scope"]}
    (model.folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _write_card(model, declared, rows, most):
    """Replaces the card's section, or puts it before the limits."""
    display = {label["code"]: label["display"] for label in model.labels}
    lines = [
        HEADING, "", f"{_verdict(declared, display)} {_goal(declared, rows)}".strip(), "",
        f"Measured on `test` by `python3 -m medcloud_training explanations --model {model.manifest['name']} --most {most}` ({GRID} x {GRID} places, {STEPS} steps, {RANDOM_MAPS} random maps for each image, {RANDOMISED} networks with the "
        "values of every layer in another order). Insertion and deletion: the area below how sure the model is while the image is shown, or hidden, place by place, the hottest first; "
        "in brackets the same with random maps. Spearman: the mean rank correlation with the randomised networks' maps (below 0.30 or the method is switched off), and of its size. Images that have the finding and are positive. -: not measured; "
        "a finding that no randomised network has cannot be tested, and does not pass."
        + (" The lungs are those that people drew where `cxr_lungs` has the image (children), else those that `cxr-lungs` finds (adults)." if model.manifest["name"] == pneumonia.NAME else ""),
        "", "| method | finding | source | images | insertion (random) | deletion (random) | in the lungs (their area) | Spearman (size) |", "| --- " * 8 + "|",
    ]
    for (method, code, source), found in rows.items():
        mean = {figure: np.nanmean(values) if np.isfinite(values).any() else math.nan for figure, values in found.items()}
        inside = "-" if math.isnan(mean["inside"]) else f"{mean['inside']:.2f} ({mean['area']:.2f})"
        correlation = "-" if math.isnan(mean["spearman"]) else f"{mean['spearman']:.2f} ({mean['absolute']:.2f})"
        lines.append(
            f"| {'class activation' if method == CLASS_ACTIVATION else method} | {display[code]} | {source} | {len(found['insertion'])} | {mean['insertion']:.3f} ({mean['random_insertion']:.3f}) | "
            f"{mean['deletion']:.3f} ({mean['random_deletion']:.3f}) | {inside} | {correlation} |")
    section = "\n".join(lines) + "\n"
    card = (model.folder / "card.md").read_text()
    if HEADING in card:
        start = card.index(HEADING)
        card = card[:start] + card[card.index("\n## ", start) + 1:]
    before, after = card.split("## Limits", 1)
    (model.folder / "card.md").write_text(f"{before}{section}\n## Limits{after}")
    print(section)


def _goal(declared, rows):
    of = [{figure: np.nanmean(values) for figure, values in found.items() if figure not in ("inside", "area")} for (method, _, _), found in rows.items() if method == declared["method"]]
    reached = sum(
        each["insertion"] - each["deletion"] >= GOAL and min(each["insertion"] - each["random_insertion"], each["random_deletion"] - each["deletion"]) >= GOAL_OVER_RANDOM for each in of)
    return f"The goal (insertion {GOAL:.2f} above deletion, each {GOAL_OVER_RANDOM:.2f} better than random maps) is reached in {reached} of {len(of)} rows." if of else ""


def _verdict(declared, display):
    if declared["method"] == CLASS_ACTIVATION:
        return f"Class activation, for {', '.join(display[each['code']] for each in declared['maps'])}: the positive part of the evidence, from the pass that gives the probability. A hint where to look, never an outline."
    if declared["method"] == OCCLUSION:
        return "Occlusion: how much less sure the model is when a place is hidden. A hint where to look, never an outline."
    return "None: the maps that could be made of this model do not pass, and none are made."
