"""Runs an exported model.onnx with torch: figures and golden values come from the file that ships, not from the network that was trained."""

from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class OnnxGraph:
    """Knows the operators that our networks export to (opset 13) and refuses any other."""

    def __init__(self, path: Path):
        graph = onnx.load(str(path)).graph
        self.nodes = [(n.op_type, list(n.input), n.output[0], _attributes(n)) for n in graph.node]
        self.constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.outputs = [output.name for output in graph.output]

    @torch.no_grad()
    def __call__(self, image):
        """float32[N,C,H,W] -> the outputs in the file's order."""
        values = {**self.constants, "image": image}
        for operator, inputs, output, attributes in self.nodes:
            values[output] = OPERATORS[operator](attributes, *(values[name] if name else None for name in inputs))
        return tuple(values[name] for name in self.outputs)


def _attributes(node):
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {k: torch.from_numpy(numpy_helper.to_array(v).copy()) if isinstance(v, onnx.TensorProto) else v for k, v in attributes.items()}


def _convolution(a, x, weight, bias=None):
    run = F.conv2d if weight.ndim == 4 else F.conv1d
    half = len(a["pads"]) // 2
    if a["pads"][:half] != a["pads"][half:]:
        raise ValueError("uneven padding")
    return run(x, weight, bias, a["strides"], a["pads"][:half], a["dilations"], a["group"])


def _resize(a, x, _, scales):
    if a["mode"] != b"nearest" or a["coordinate_transformation_mode"] != b"asymmetric" or scales.tolist() != [1, 1, 2, 2]:
        raise ValueError("only doubling by the nearest neighbour")
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def _unsqueeze(_, x, axes):
    for axis in sorted(axes.tolist()):
        x = x.unsqueeze(axis)
    return x


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "Concat": lambda a, *parts: torch.cat(parts, a["axis"]),
    "Constant": lambda a: a["value"],
    "Conv": _convolution,
    "Exp": lambda a, x: torch.exp(x),
    "Flatten": lambda a, x: x.flatten(a["axis"]),
    "Gemm": lambda a, x, weight, bias: F.linear(x, weight, bias),
    "Identity": lambda a, x: x,
    "MatMul": lambda a, x, y: x @ y,
    "MaxPool": lambda a, x: F.max_pool2d(x, a["kernel_shape"], a["strides"]),
    "Mul": lambda a, x, y: x * y,
    "ReduceMax": lambda a, x: x.amax(a["axes"], bool(a["keepdims"])),
    "ReduceMean": lambda a, x: x.mean(a["axes"], bool(a["keepdims"])),
    "Relu": lambda a, x: F.relu(x),
    "Reshape": lambda a, x, shape: x.reshape(shape.tolist()),
    "Resize": _resize,
    "Sigmoid": lambda a, x: torch.sigmoid(x),
    "Sign": lambda a, x: torch.sign(x),
    "Softmax": lambda a, x: torch.softmax(x, a["axis"]),
    "Sub": lambda a, x, y: x - y,
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Unsqueeze": _unsqueeze,
}
