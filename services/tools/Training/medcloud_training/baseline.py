"""cnn-baseline: the textbook network that the card of cxr-pneumonia compares with. Its weights are too large to commit; nothing ships it."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import data
from .data import ADULTS, CHILDREN
from .export import RADIOGRAPHY, write_card, write_manifest, write_onnx
from .metrics import auc, with_interval
from .onnx_graph import OnnxGraph
from .preprocess import standardise
from .trainer import DEVICE, Run, autocast, save

NAME, VERSION, EPOCHS = "cnn-baseline", "1.0.0", 10
BATCH = 32


class BaselineNet(nn.Module):
    """float32[N,3,224,224] -> logits float32[N,2]: normal, pneumonia (softmax)."""

    SIZE, CHANNELS = (224, 224), 3

    def __init__(self):
        super().__init__()
        stage = lambda inputs, outputs: (nn.Conv2d(inputs, outputs, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.features = nn.Sequential(*stage(3, 32), *stage(32, 64), *stage(64, 128), nn.Flatten())
        self.hidden, self.last = nn.Linear(128 * 26 * 26, 1024), nn.Linear(1024, 2)

    def forward(self, x):
        return self.last(F.relu(self.hidden(self.features(x))))


def train(root, run: Run):
    """As the textbook has it: Adam, categorical cross-entropy, batches of 32, no augmentation; returns the network after the last epoch.

    Each epoch's end is kept, and `run.resume` goes on from it.
    """
    split, held = (data.pneumonia(root, name, 224, as_input=False, few=run.few) for name in ("train", "val"))
    net = BaselineNet().to(DEVICE, memory_format=torch.channels_last)
    weights, state = run.work / f"{NAME}.pt", run.work / f"{NAME}.state"
    run.work.mkdir(parents=True, exist_ok=True)
    optimiser, first = torch.optim.Adam(net.parameters()), 0
    if run.resume and state.exists():
        kept = torch.load(state, map_location=DEVICE)
        net.load_state_dict(kept["net"])
        optimiser.load_state_dict(kept["optimiser"])
        torch.set_rng_state(kept["random"].cpu())
        first = kept["step"]
        print(f"goes on after {first} epochs", flush=True)
    labels = torch.from_numpy(split.pneumonia)
    for epoch in range(first, run.epochs):
        total = 0.0
        for rows in torch.randperm(len(labels)).split(BATCH):
            with autocast():
                logits = net(_input(split.images[rows]))
            loss = F.cross_entropy(logits.float(), labels[rows].to(DEVICE))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows) / len(labels)
        save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "random": torch.get_rng_state(), "step": epoch + 1}, state)
        score = predict(net, held.images)
        each = [auc(held.pneumonia[held.source == s], score[held.source == s]) for s in (CHILDREN, ADULTS)]
        print("epoch %d loss %.4f val children %.4f adults %.4f" % (epoch + 1, total, *each), flush=True)
    save(net.state_dict(), weights)
    return net.cpu()


@torch.no_grad()
def predict(net, images):
    """uint8[N,224,224] -> the difference of the two logits, float64[N]."""
    return torch.cat([(lambda z: z[:, 1] - z[:, 0])(net(_input(part)).cpu()) for part in images.split(32)]).double().numpy()


def _input(images):
    """The grey image in each of the three channels, standardised as the manifest declares it."""
    x = standardise(images[:, None].float() / 255).expand(-1, 3, -1, -1)
    return x.to(DEVICE).contiguous(memory_format=torch.channels_last)


def release(net, root: Path, folder: Path, run: Run):
    """Writes model.onnx, manifest.json and card.md to `folder`, a folder that is served in tests and never committed."""
    write_onnx(net, folder / "model.onnx", ["logits"])
    write_manifest(folder, NAME, VERSION, "classification", BaselineNet, {
        "output": "logits",
        "heads": [{
            "activation": "softmax", "logits": [0, 1], "scale": 1.0, "bias": [0.0, 0.0],
            "labels": [{"logit": 1, "code": "233604007", "display": "Pneumonia", "threshold": 0.5}],
        }],
    }, RADIOGRAPHY)
    found = figures(root, folder, run)
    write_card(folder, NAME, VERSION, found)
    return found


def figures(root, folder: Path, run: Run):
    """AUC of each source on `test`, from the exported file."""
    graph, test = OnnxGraph(folder / "model.onnx"), data.pneumonia(root, "test", 224, as_input=False, few=run.few)
    score = predict(lambda x: graph(x)[0], test.images)
    return {f"{s}_auc": with_interval(auc, test.pneumonia[test.source == s], score[test.source == s]) for s in (CHILDREN, ADULTS)}
