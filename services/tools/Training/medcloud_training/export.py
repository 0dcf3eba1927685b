"""From a network to the folder that the catalogue loads: model.onnx, manifest.json, card.md."""

import hashlib
import json
import math
import string
import warnings
from pathlib import Path

import onnx
import torch

from .onnx_graph import OnnxGraph

RADIOGRAPHY = {
    "modality": {"allowed": ["CR", "DX"], "required": True},
    "sopClass": {
        "allowed": [
            "1.2.840.10008.5.1.4.1.1.1",
            "1.2.840.10008.5.1.4.1.1.1.1",
            "1.2.840.10008.5.1.4.1.1.1.1.1",
            "1.2.840.10008.5.1.4.1.1.7",
        ]
    },
    "bodyPart": {"allowed": ["CHEST", "THORAX", "LUNG"]},
    "photometric": {"allowed": ["MONOCHROME1", "MONOCHROME2"]},
    "rows": {"min": 64, "max": 16384},
    "columns": {"min": 64, "max": 16384},
    "ageYears": {"min": 0, "max": 120},
}


MICROSCOPY = {
    "modality": {"allowed": ["GM", "SM", "XC"], "required": True},
    "sopClass": {
        "allowed": [
            "1.2.840.10008.5.1.4.1.1.77.1.2",
            "1.2.840.10008.5.1.4.1.1.77.1.3",
            "1.2.840.10008.5.1.4.1.1.77.1.4",
            "1.2.840.10008.5.1.4.1.1.7",
            "1.2.840.10008.5.1.4.1.1.7.4",
        ]
    },
    "photometric": {"allowed": ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_RCT", "YBR_ICT", "PALETTE COLOR"]},
    "rows": {"min": 64, "max": 16384},
    "columns": {"min": 64, "max": 16384},
}


def input_shape(net):
    """(channels, rows, columns) of a network's input."""
    return (net.CHANNELS, *((net.SIZE, net.SIZE) if isinstance(net.SIZE, int) else net.SIZE))


def write_onnx(net, path: Path, outputs):
    """Opset 13, float32; the first axis of the input `image` and of every output is the batch, the others are fixed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    net = net.float().eval().to(memory_format=torch.contiguous_format)
    shape = input_shape(net)
    example = torch.linspace(-2, 2, 2 * math.prod(shape)).reshape(2, *shape)
    axes = {name: {0: "batch"} for name in ["image", *outputs]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about shape inference of constants; shapes are set and checked below
        torch.onnx.export(net, example, str(path), input_names=["image"], output_names=list(outputs), dynamic_axes=axes, opset_version=13)
        with torch.no_grad():
            results = net(example)
    results = results if isinstance(results, tuple) else (results,)
    model = onnx.load(str(path))
    for declared, result in zip(model.graph.output, results):
        for dimension, length in list(zip(declared.type.tensor_type.shape.dim, result.shape))[1:]:
            dimension.dim_value = length
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    for expected, result in zip(results, OnnxGraph(path)(example)):
        torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-4)


def digest(path: Path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(folder: Path):
    return json.loads((folder / "manifest.json").read_text())


def write_manifest(folder: Path, name, version, task, net, details, scope):
    """`details` is the manifest's member named like the task; `net` has the input's shape."""
    channels, rows, columns = input_shape(net)
    manifest = {
        "name": name,
        "version": version,
        "task": task,
        "file": "model.onnx",
        "sha256": digest(folder / "model.onnx"),
        "input": {
            "name": "image", "channels": channels, "height": rows, "width": columns,
            "resize": "stretch-triangle", "normalise": "standardise",
        },
        task: details,
        "scope": scope,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def write_card(folder: Path, name, version, figures):
    """Fills `cards/<name>.md`; a figure that the template lacks or leaves over is an error."""
    template = (Path(__file__).parent / "cards" / f"{name}.md").read_text()
    figures = {"version": version, "digest": digest(folder / "model.onnx"), **figures}
    unused = [key for key in figures if f"${{{key}}}" not in template]
    if unused:
        raise ValueError(f"the card of {name} leaves out {unused}")
    (folder / "card.md").write_text(string.Template(template).substitute(figures))
