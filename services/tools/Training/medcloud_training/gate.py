"""The image gates: small networks beside a model that tell whether an image looks like those that the model takes. One is of chest X-rays, one of blood smears."""

import json
import string
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, data
from .data import ADULTS, CHILDREN
from .export import digest, read_manifest, write_onnx
from .metrics import auc, share, with_interval
from .nets import GateNet
from .onnx_graph import OnnxGraph
from .preprocess import standardise
from .screens import chart, document, pictures, windows
from .trainer import DEVICE, Run, autocast, fit

BATCH, OWN_PART, STEPS = 48, 0.5, 100
LOST, LOST_VARIED = 0.01, 0.02  # the parts of a source's val images, as they are and varied, that the threshold may refuse
SENTENCE = "Nothing was analysed: the image does not look like ${what}, and the model takes no other"


@dataclass(frozen=True)
class Domain:
    """What a gate lets pass."""

    name: str
    what: str  # in the sentence of a refusal
    channels: int
    sizes: tuple  # (rows, columns) that it is trained at
    loaded: tuple  # (rows, columns) of the images in memory
    upright: bool  # whether turned images are refused
    models: tuple
    epochs: int


CHEST = Domain("gate-chest", "an upright frontal chest X-ray with white bones", 1, ((128, 128), (160, 160)), (176, 176), True, ("cxr-pneumonia", "cxr-lungs"), 60)
BLOOD = Domain("gate-blood", "a blood smear under the microscope", 3, ((96, 128),), (108, 144), False, ("blood-cells",), 40)


@dataclass
class Pools:
    """Images to draw from, uint8[N,C,rows,columns]."""

    own: list  # of the domain, one pool for each source
    other: torch.Tensor  # of the other domain
    documents: torch.Tensor
    windows: torch.Tensor


def train(domain, root, run: Run):
    """Returns the best averaged network; val decides which."""
    pools, held = _pools(domain, root, "train", run), _pools(domain, root, "val", run)
    with torch.random.fork_rng():
        torch.manual_seed(2)
        size = domain.sizes[0]
        seen = _varied(domain, _own(held, 20 if run.few else 600), size)
        unseen = _photometric(domain, torch.cat([make(domain, held, 4 if run.few else 60, size) for make in _kinds(domain).values()]))
    return fit(
        GateNet(domain.channels), domain.name, lambda net: _loss(net, domain, pools), lambda net: _score(net, standardise(seen), standardise(unseen)),
        STEPS, 3e-3, run,
    )


def release(net, domain, root, models: Path, run: Run):
    """Adds gate.onnx, the manifest's `imageGate` and the card's section to each of the domain's packages in `models`; figures are computed from that file on test."""
    figures = {}
    for path in sorted(path for name in domain.models for path in models.glob(f"{name}/*/manifest.json")):
        manifest = read_manifest(path.parent)
        size = manifest["input"]["height"], manifest["input"]["width"]
        net.SIZE = size
        write_onnx(net, path.parent / "gate.onnx", ["score"])
        graph = OnnxGraph(path.parent / "gate.onnx")
        threshold = _threshold(domain, graph, root, manifest["name"], size, run)
        manifest.pop("imageGate", None)
        manifest["imageGate"] = {
            "file": "gate.onnx", "sha256": digest(path.parent / "gate.onnx"), "output": "score", "threshold": threshold,
            "sentence": string.Template(SENTENCE).substitute(what=domain.what),
        }
        path.write_text(json.dumps(manifest, indent=2) + "\n")
        of_model = _figures(domain, graph, threshold, root, manifest["name"], size, run)
        _write_section(domain, path.parent / "card.md", of_model)
        figures |= {f"{manifest['name']} {key}": value for key, value in of_model.items()}
    return figures


def passing(folder: Path, images):
    """Which inputs the gate of the package in `folder` lets pass: bool[N]; all of them where it has no gate yet."""
    declared = read_manifest(folder).get("imageGate")
    return predict(OnnxGraph(folder / declared["file"]), images) >= declared["threshold"] if declared else np.ones(len(images), bool)


def figures(domain, root, models: Path, run: Run):
    """The card's figures of the domain's gates that lie in `models`, from the exported files; nothing is written."""
    found = {}
    for path in sorted(path for name in domain.models for path in models.glob(f"{name}/*/manifest.json")):
        manifest = read_manifest(path.parent)
        size = manifest["input"]["height"], manifest["input"]["width"]
        of_model = _figures(domain, OnnxGraph(path.parent / "gate.onnx"), manifest["imageGate"]["threshold"], root, manifest["name"], size, run)
        found |= {f"{manifest['name']} {key}": value for key, value in of_model.items()}
    return found


def _pools(domain, root, split, run):
    seed = {"train": 11, "val": 12, "test": 13}[split]
    drawn = lambda kind, offset: pictures(kind, 6 if run.few else 200 if split == "train" else 60, domain.loaded, domain.channels, seed + offset)
    if domain is CHEST:
        xrays = data.pneumonia(root, split, domain.loaded[0], as_input=False, few=run.few)
        lungs = data.lungs(root, split, domain.loaded[0], as_input=False, few=run.few)
        own = [xrays.images[xrays.source == CHILDREN], xrays.images[xrays.source == ADULTS], lungs.images[lungs.source == ADULTS]]
        own = [pool[:, None] for pool in own]
        other = data.blood_smears_in_grey(root, split, domain.loaded[0], as_input=False, few=run.few)[:, None]
    else:
        own = [data.cells(root, split, domain.loaded, as_input=False, few=run.few).images]
        xrays = data.pneumonia(root, split, 144, as_input=False, few=run.few).images[::10]
        other = F.interpolate(xrays[:, None].float(), domain.loaded, mode="bilinear").byte().expand(-1, 3, -1, -1)
    return Pools(own, other, drawn(document, 0), drawn(windows, 10))


def _own(pools, count):
    """Images of the domain, uint8[count,C,rows,columns]: every source as often."""
    return torch.stack([pool[torch.randint(len(pool), (1,))[0]] for pool in (pools.own[i % len(pools.own)] for i in range(count))])


def _varied(domain, images, size):
    """Images of the domain as other hospitals might send them, float32 in 0..1."""
    turn = 12 if domain.upright else 180
    maps = augment.affine(len(images), scale=(0.65, 1.25), aspect=0.3, degrees=turn, shear=0.08, shift=0.05, flip=0.5)
    x = _photometric(domain, augment.warp(images, maps, size))
    return augment.cutout(x, 0.3, 0.3)


def _photometric(domain, x):
    if domain.channels == 3:
        x = x * augment.uniform(len(x) * 3, 0.8, 1.2).reshape(-1, 3, 1, 1)
        x = torch.lerp(x, x.mean(dim=1, keepdim=True).expand_as(x), augment.uniform(len(x), 0, 0.5)[:, None, None, None]).clamp(0, 1)
    return augment.photometric(x, inversion=0)


def _kinds(domain):
    """What is refused, by name: each makes float32[count,C,*size] in 0..1 from (domain, pools, count, size)."""
    kinds = {
        "inverted": _inverted, "blank or a ramp": _blank, "noise": _noise, "phantoms": _phantoms, "spectrum": _spectrum, "of the other domain": _other,
        "documents": lambda *a: _screen(*a, "documents"), "windows": lambda *a: _screen(*a, "windows"), "in a window": _in_a_window,
    }
    return {"turned": _turned, "detail": _detail, "puzzle": _puzzle, **kinds} if domain.upright else kinds


def _plain(domain, images, size):
    maps = augment.affine(len(images), scale=(0.75, 1.1), aspect=0.2, degrees=12, shear=0.05, shift=0.03, flip=0.5)
    return augment.warp(images, maps, size)


def _turned(domain, pools, count, size):
    """By 90, 180 or 270 degrees, or mirrored top to bottom."""
    x = _plain(domain, _own(pools, count), size)
    return torch.stack([(torch.rot90(each, turn, (1, 2)) if turn else each.flip(1)) for each, turn in zip(x, torch.randint(0, 4, (count,)).tolist())])


def _inverted(domain, pools, count, size):
    """Some with their border, some within a black one."""
    images, whole = _own(pools, count), torch.rand(count) < 0.5
    x = _plain(domain, torch.where(whole[:, None, None, None], images, 255 - images), size)
    return torch.where(whole[:, None, None, None], 1 - x, x)


def _detail(domain, pools, count, size):
    return augment.warp(_own(pools, count), augment.affine(count, (0.1, 0.35), 0.3, 180, 0.1, 0.0, 0.5), size)


def _puzzle(domain, pools, count, size):
    """Cut into 4, 9 or 16 pieces that are laid anew."""
    x, (rows, columns) = _plain(domain, _own(pools, count), size), size
    made = []
    for each in x:
        n = int(torch.randint(2, 5, ()))
        order = torch.randperm(n * n)
        while (order == torch.arange(n * n)).sum() > n:
            order = torch.randperm(n * n)
        pieces = F.interpolate(each[None], (n * (rows // n), n * (columns // n)), mode="nearest")[0]
        pieces = pieces.unflatten(2, (n, -1)).unflatten(1, (n, -1)).permute(1, 3, 0, 2, 4).flatten(0, 1)[order]
        pieces = pieces.unflatten(0, (n, n)).permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)
        made.append(F.interpolate(pieces[None], size, mode="nearest")[0])
    return torch.stack(made)


def _spectrum(domain, pools, count, size):
    """Clouds that have the spectrum of an image of the domain, and random phases."""
    x = _plain(domain, _own(pools, count), size)
    noise = torch.fft.rfft2(torch.randn(count, 1, *size))
    clouds = torch.fft.irfft2(torch.fft.rfft2(x).abs() * noise / noise.abs().clamp_min(1e-6), s=size)
    return (standardise(clouds) / 5 + 0.5).clamp(0, 1)


def _noise(domain, pools, count, size):
    """Of any grain."""
    made = []
    for _ in range(count):
        grain = int(torch.randint(2, size[1] + 1, ()))
        made.append(F.interpolate(torch.rand(1, domain.channels, grain, grain) if torch.rand(()) < 0.5 else torch.rand(1, 1, grain, grain).expand(-1, domain.channels, -1, -1), size, mode="bilinear", align_corners=False))
    return torch.cat(made)


def _blank(domain, pools, count, size):
    """One tone, a ramp in any direction, or a spot; a third of them with a little noise."""
    rows, columns = torch.linspace(-1, 1, size[0])[:, None], torch.linspace(-1, 1, size[1])[None, :]
    made = []
    for kind in torch.randint(0, 3, (count,)).tolist():
        a, b, c, d = (torch.rand(4) * 2 - 1).tolist()
        plane = (a * rows + b * columns) if kind == 1 else torch.exp(-((rows - a) ** 2 + (columns - b) ** 2) / (0.05 + d * d)) * (1 if c > 0 else -1)
        made.append(((plane if kind else torch.zeros(size)) * 0.4 + 0.5).expand(domain.channels, -1, -1))
    x = torch.stack(made) + 0.02 * torch.randn(count, domain.channels, *size) * (torch.rand(count) < 0.3)[:, None, None, None]
    return x.clamp(0, 1)


def _phantoms(domain, pools, count, size):
    """Up to 14 ellipses over each other on a dark ground, as bones, organs and limbs look from afar."""
    rows, columns = torch.linspace(-1, 1, size[0])[:, None], torch.linspace(-1, 1, size[1])[None, :]
    x = torch.full((count, domain.channels, *size), 0.02)
    for each in x:
        for i in range(int(torch.randint(1, 15, ()))):
            y0, x0, angle, big = (torch.rand(4) * 2 - 1).tolist()
            big, thin = (0.4 + 0.5 * abs(big), 0.2 + 0.8 * float(torch.rand(()))) if i == 0 else (0.05 + 0.4 * abs(big), 0.15 + 0.85 * float(torch.rand(())))
            cos, sin = np.cos(3.14 * angle), np.sin(3.14 * angle)
            if i == 0:
                y0, x0 = y0 * 0.4, x0 * 0.4
            u, v = (columns - x0) * cos + (rows - y0) * sin, (rows - y0) * cos - (columns - x0) * sin
            inside = torch.sigmoid((1 - (u / big) ** 2 - (v / (big * thin)) ** 2) * 12)
            each.lerp_(torch.rand(domain.channels, 1, 1) if domain.channels == 3 and torch.rand(()) < 0.5 else torch.rand(1, 1, 1), inside[None] * (0.5 + 0.5 * float(torch.rand(()))))
    grain = torch.rand(count)[:, None, None, None] * 0.3 * (torch.rand(count) < 0.5)[:, None, None, None]
    return (x * (1 + grain * torch.randn_like(x))).clamp(0, 1)


def _other(domain, pools, count, size):
    """A blood smear for chest X-rays, a chest X-ray for blood smears."""
    return augment.warp(pools.other[torch.randint(len(pools.other), (count,))], augment.affine(count, (0.3, 1.1), 0.3, 180, 0.1, 0.0, 0.5), size)


def _screen(domain, pools, count, size, name):
    pool = getattr(pools, name)
    return augment.warp(pool[torch.randint(len(pool), (count,))], augment.affine(count, (0.5, 1.0), 0.2, 4, 0.0, 0.0, 0.0), size)


def _in_a_window(domain, pools, count, size):
    """An image of the domain that fills a fifth to a half of a screen."""
    maps = augment.affine(count, scale=(1.45, 2.2), aspect=0.2, degrees=0, shear=0, shift=0.0, flip=0.0)
    images = _own(pools, count)
    shown, inside = augment.warp(images, maps, size), augment.warp(torch.full_like(images, 255), maps, size)
    return torch.lerp(_screen(domain, pools, count, size, "windows"), shown, inside)


def _loss(net, domain, pools):
    size = domain.sizes[int(torch.randint(len(domain.sizes), ()))]
    own = round(BATCH * OWN_PART)
    kinds = list(_kinds(domain).values())
    drawn = torch.randint(len(kinds), (BATCH - own,)).bincount(minlength=len(kinds)).tolist()
    others = torch.cat([make(domain, pools, count, size) for make, count in zip(kinds, drawn) if count])
    x = standardise(torch.cat([_varied(domain, _own(pools, own), size), _photometric(domain, others)]))
    target = (torch.arange(BATCH) < own).float() * 0.98 + 0.01
    with autocast():
        logits = net(x.to(DEVICE, memory_format=torch.channels_last))
    return F.binary_cross_entropy_with_logits(logits.float()[:, 0], target.to(DEVICE))


def _score(net, seen, unseen):
    """The mean log likelihood, both sides alike."""
    within, without = predict(net, seen), predict(net, unseen)
    print(f"AUROC {auc(np.r_[np.ones(len(within)), np.zeros(len(without))], np.r_[within, without]):.4f}", flush=True)
    return float(np.log(within.clip(1e-3)).mean() + np.log((1 - without).clip(1e-3)).mean()) / 2


@torch.no_grad()
def predict(net, images):
    """Inputs float32[N,C,H,W] -> scores float64[N]."""
    return torch.cat([torch.as_tensor(net(part.to(DEVICE))[0] if isinstance(net, OnnxGraph) else net(part.to(DEVICE))).cpu() for part in images.split(64)]).double().numpy()[:, 0]


def _threshold(domain, graph, root, model, size, run):
    """The highest hundredth up to 0.5 that refuses at most LOST of the model's val images of any source, and LOST_VARIED of them as other hospitals might send them."""
    plain = _sources(domain, root, "val", model, size, True, run).values()
    images = _sources(domain, root, "val", model, domain.loaded, False, run).values()
    with torch.random.fork_rng():
        torch.manual_seed(3)
        varied = [torch.cat([standardise(_varied(domain, each, size)) for _ in range(4)]) for each in images]
    parts = [(predict(graph, each), lost) for which, lost in ((plain, LOST), (varied, LOST_VARIED)) for each in which]
    return max(step / 100 for step in range(1, 51) if step == 1 or all((score < step / 100).mean() <= lost for score, lost in parts))


def _figures(domain, graph, threshold, root, model, size, run):
    """The rows of the card's two tables."""
    sources = _sources(domain, root, "test", model, size, True, run)
    within = {source: predict(graph, images) for source, images in sources.items()}
    own, everything = np.concatenate(list(within.values())), torch.cat(list(sources.values()))
    rows = []
    for kind, images in _refused(domain, root, everything, size, run).items():
        without = predict(graph, images)
        positive = np.r_[np.ones(len(own)), np.zeros(len(without))]
        rows.append(f"| {kind} | {len(without)} | {with_interval(auc, positive, np.r_[own, without])} | {share(without < threshold)} |")
    return {
        "threshold": f"{threshold:.2f}",
        "passing": "\n".join(f"| {source} | {len(score)} | {(score < threshold).sum()} | {share(score < threshold)} |" for source, score in within.items()),
        "mirrored": share(predict(graph, everything.flip(3)) < threshold),
        "refused": "\n".join(rows),
    }


def _sources(domain, root, split, model, size, as_input, run):
    """The images of a model's split, all of which must pass, by source."""
    if domain is BLOOD:
        return {"blood smears": data.cells(root, split, size, as_input, few=run.few).images}
    images = (data.lungs if model == "cxr-lungs" else data.pneumonia)(root, split, size[0], as_input, few=run.few)
    return {source: images.images[images.source == source] for source in (CHILDREN, ADULTS)}


def _refused(domain, root, own, size, run):
    """The inputs that must not pass, by kind; the last were never trained on."""
    pools, count = _pools(domain, root, "test", run), 6 if run.few else 200
    with torch.random.fork_rng():
        torch.manual_seed(4)
        made = lambda make: standardise(make(domain, pools, count, size))
        kinds = {"inverted": -own}
        if domain.upright:
            kinds |= {"turned by 90 or 270 degrees": torch.cat([torch.rot90(own, 1, (2, 3)), torch.rot90(own, 3, (2, 3))]), "turned by 180 degrees": torch.rot90(own, 2, (2, 3)), "mirrored top to bottom": own.flip(2)}
            kinds |= {"a detail of an X-ray": made(_detail), "blood smears": data.blood_smears_in_grey(root, "test", size[0], as_input=True, few=run.few)}
        else:
            kinds |= {"chest X-rays": made(_other)}
        kinds |= {"blank, a ramp or a spot": made(_blank), "noise of any grain": made(_noise), "screens of documents": made(_kinds(domain)["documents"])}
        kinds |= {"screens of windows": made(_kinds(domain)["windows"]), "such an image in a window": made(_in_a_window)}
        charts = pictures(chart, count, size, domain.channels, 14)
        kinds |= {"charts (never trained on)": standardise(charts.float() / 255)}
        kinds |= {"CT, MR, PT, NM, US, mammograms, limbs, photographs, test pictures (never trained on)": data.other_pictures(root, size, domain.channels)}
    return kinds


def _write_section(domain, card: Path, figures):
    """Puts the section "Image gate" into a model's card, before its calibration, or in the place of an older one."""
    section = string.Template((Path(__file__).parent / "cards" / f"{domain.name}.md").read_text()).substitute(figures)
    parts = [part for part in card.read_text().split("\n## ") if not part.startswith("Image gate\n")]
    at = next(i for i, part in enumerate(parts) if part.startswith("Calibration\n"))
    parts.insert(at, section.removeprefix("## "))
    card.write_text("\n## ".join(part.rstrip("\n") + "\n" for part in parts))
