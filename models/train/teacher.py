"""The teacher: an ONNX encoder that PyTorch runs, so that it can look at millions of views on a GPU."""

import json

import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


def _conv(x, weight, bias=None, *, pads=(0, 0, 0, 0), strides=(1, 1), group=1, dilations=(1, 1), kernel_shape=None):
    top, left, bottom, right = pads
    return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, strides, 0, dilations, group)


def _gemm(a, b, c=0, *, transA=0, transB=0, alpha=1.0, beta=1.0):  # noqa: N803
    return alpha * (a.mT if transA else a) @ (b.mT if transB else b) + beta * c


OPERATIONS = {
    "Add": torch.add,
    "Clip": torch.clamp,
    "Conv": _conv,
    "Flatten": lambda x, axis=1: x.flatten(axis),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
    "LpNormalization": lambda x, axis=-1, p=2: F.normalize(x, p=p, dim=axis),
    "Mul": torch.mul,
    "Relu": F.relu,
    "Sigmoid": torch.sigmoid,
}


class Teacher(torch.nn.Module):
    """An encoder with outputs `aux` and `clip`, and its manifest. What it cannot do it says when it is loaded."""

    def __init__(self, model, manifest):
        super().__init__()
        manifest = json.loads(manifest.read_text())
        self.input, self.side = manifest["input"]["name"], manifest["input"]["shape"][2]
        mean, std = (torch.tensor(manifest["preprocess"][k]).view(3, 1, 1) for k in ("mean", "std"))
        self.register_buffer("scale", 0.5 / std)  # from pixels in [-1, 1]
        self.register_buffer("shift", (0.5 - mean) / std)
        graph = onnx.load(str(model)).graph
        self.constants = {tensor.name: f"c{i}" for i, tensor in enumerate(graph.initializer)}
        for tensor in graph.initializer:
            self.register_buffer(self.constants[tensor.name], torch.from_numpy(numpy_helper.to_array(tensor).copy()))
        self.steps = []
        for node in graph.node:
            if node.op_type not in OPERATIONS:
                raise SystemExit(f"{model}: {node.op_type} is none of the operations that a teacher may have: {', '.join(OPERATIONS)}")
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            self.steps.append((OPERATIONS[node.op_type], list(node.input), attributes, node.output[0]))

    def forward(self, pixels):
        """`pixels` (n, 3, side, side) in [-1, 1]. Returns `aux` (n, d) and `clip` (n, 512)."""
        values = {self.input: pixels * self.scale + self.shift}
        for operation, inputs, attributes, output in self.steps:
            arguments = [values[name] if name in values else getattr(self, self.constants[name]) for name in inputs]
            values[output] = operation(*arguments, **attributes)
        return values["aux"], values["clip"]
