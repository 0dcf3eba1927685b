"""Golden files: what the exported models give for known instances, against which the C# pipeline is tested."""

import csv
import json
from pathlib import Path

import numpy as np
import torch

from .export import digest
from .metrics import sigmoid, suppress
from .onnx_graph import OnnxGraph
from .preprocess import colour_of_dicom, grey_of_dicom, to_input
from .samples import smear


def write(models: Path, samples: Path, root: Path, out: Path):
    """Writes `out`/<model>/golden.json and one raw float32 little-endian tensor per sample; `root` is the shared data."""
    for path in sorted(models.glob("*/*/manifest.json")):
        manifest = json.loads(path.read_text())
        for declared in (manifest, manifest["imageGate"]):
            if digest(path.parent / declared["file"]) != declared["sha256"]:
                raise ValueError(f"{path}: a sha256 is not that of {declared['file']}")
        folder = out / manifest["name"]
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*"):
            old.unlink()
        graph, gate = (OnnxGraph(path.parent / name) for name in ("model.onnx", "gate.onnx"))
        golden = {"model": manifest["name"], "version": manifest["version"], "digest": "sha256:" + manifest["sha256"]}
        if manifest["input"]["channels"] == 1:
            golden |= {
                "samples": [_sample(manifest, graph, gate, file, folder) for file in sorted(samples.glob("*.dcm"))],
                "cxrDicom": list(_cxr_dicom(manifest, graph, gate, root / "cxr_dicom")),
            }
        else:
            smear(root, folder / "smear.dcm")
            tensor = to_input(colour_of_dicom(folder / "smear.dcm"), _size(manifest))
            golden |= {"samples": [{"file": "smear.dcm", **_gated(manifest, graph, gate, tensor)}], "cxrDicom": []}
            (folder / "README.md").write_text(SMEAR)
        (folder / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")
        print(f"{manifest['name']}: {len(golden['samples'])} samples, {len(golden['cxrDicom'])} of cxr_dicom")


SMEAR = """`smear.dcm` is image BloodImage_00136 of BCCD (MIT, Copyright (c) 2017 shenggan; images by cosmicad and akshaylamba), scaled to 320 x 240 and wrapped
as DICOM by `services/tools/Training` (`golden`); names and identifiers are invented.
"""


def _size(manifest):
    return manifest["input"]["height"], manifest["input"]["width"]


def outcome(manifest, graph, tensor):
    """Calibrated probabilities, or detections above the threshold in the order of the labels, for one input float32[C,H,W]."""
    outputs = dict(zip(graph.outputs, (output[0].double().numpy() for output in graph(tensor[None]))))
    if manifest["task"] == "classification":
        return {"classifications": _classify(manifest["classification"], outputs), "detections": []}
    return {"classifications": [], "detections": _detect(manifest["detection"], outputs)}


def _gated(manifest, graph, gate, tensor):
    """The gate's score, and the outcome whatever it is."""
    return {"gateScore": round(float(gate(tensor[None])[0]), 6), **outcome(manifest, graph, tensor)}


def _sample(manifest, graph, gate, file, folder):
    tensor = to_input(grey_of_dicom(file), _size(manifest))
    (folder / f"{file.stem}.f32").write_bytes(tensor.numpy().astype("<f4").tobytes())
    return {"file": file.name, "tensor": f"{file.stem}.f32", **_gated(manifest, graph, gate, tensor)}


def _cxr_dicom(manifest, graph, gate, folder):
    with open(folder / "labels.csv", newline="") as file:
        for row in csv.DictReader(file):
            tensor = to_input(grey_of_dicom(folder / row["file"]), _size(manifest))
            yield {"file": row["file"], "transferSyntaxUid": row["transfer_syntax_uid"], **_gated(manifest, graph, gate, tensor)}


def _classify(declared, outputs):
    found = []
    for head in declared["heads"]:
        z = head["scale"] * outputs[declared["output"]][head["logits"]] + np.array(head["bias"])
        p = sigmoid(z) if head["activation"] == "sigmoid" else torch.softmax(torch.from_numpy(z), 0).numpy()
        by_logit = dict(zip(head["logits"], p))
        found += [{"code": label["code"], "probability": round(by_logit[label["logit"]], 6)} for label in head["labels"]]
    return found


def _detect(declared, outputs):
    """What is left of threshold and suppression, by label and then the best first."""
    boxes = outputs[declared["boxes"]].clip(0, 1)
    scores = sigmoid(declared["scale"] * outputs[declared["scores"]] + declared["bias"])
    found = []
    for index, label in enumerate(declared["labels"]):
        kept = np.flatnonzero(scores[:, index] >= declared["scoreThreshold"])
        kept = kept[np.argsort(-scores[kept, index], kind="stable")]
        kept = kept[suppress(boxes[kept], declared["nmsIou"])]
        found += [{"code": label["code"], "score": round(scores[q, index], 6), "box": [round(edge, 6) for edge in boxes[q]]} for q in kept]
    return found
