"""Draws small image networks as exporters write them, and compares the engine that ships with onnxruntime on each.

Run from the project root, which `npm run fuzz:models -- [--seed SEED] [--count COUNT]` does: it builds the program that this
one calls. Needs numpy, onnx, onnxruntime. Every network must give onnxruntime's numbers within a quantum, or be refused with
the name of an operator in it.

A network is drawn from its seed and number alone: a stem, two to five blocks, a head; then the form in which it is stored
(32 or 16 bits, quantised statically or dynamically, 8-bit weights), the operator set, the order of axes, the batch.
The reference is onnxruntime without optimisation, as the file says it; for networks of 16 bits, of the same numbers in 32,
since the engine widens them. The quantum of an output is the largest of 1e-3 of its largest number, the step of its own
scale where it is quantised, and, in networks that round inside, what onnxruntime's own answer moves where the input moves by a
thousandth, a sixteenth of a level of its pixels: what lies on the edge of two steps falls to either side. How many are right
only by the last is told.
"""

import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnxruntime.quantization import (
    CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static,
)  # fmt: skip

TOLERANCE = 1e-3
# Of the input, whose numbers are about 1.
NUDGE = 1e-3
PROGRAM = Path(__file__).resolve().parents[2] / "target" / "release" / "outputs"
OPSETS = range(11, 21)
FORMS = [
    ("float", 8), ("half", 2), ("half_weights", 1), ("byte_weights", 1), ("qdq", 5), ("qoperator", 2), ("dynamic", 2),
]  # fmt: skip


class Builder:
    """Nodes and weights of a graph, and the shape of every value for one image. Images are `(1, C, H, W)` between blocks."""

    def __init__(self, random, opset: int, constants: bool):
        self.random, self.opset, self.constants = random, opset, constants
        self.nodes, self.weights, self.count = [], [], 0
        self.shapes = {}

    def fresh(self, op: str) -> str:
        self.count += 1
        return f"{op.lower()}_{self.count}"

    def add(self, op: str, *inputs: str, outputs: int = 1, **attributes):
        names = [self.fresh(op) for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"node_{names[0]}", **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, values, dtype=np.float32) -> str:
        name = self.fresh("constant")
        tensor = numpy_helper.from_array(np.asarray(values, dtype=dtype), name)
        if self.constants:
            self.nodes.append(helper.make_node("Constant", [], [name], name=f"node_{name}", value=tensor))
        else:
            self.weights.append(tensor)
        return name

    def integers(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def weight(self, *shape: int, scale: float | None = None) -> str:
        fan_in = np.prod(shape[1:]) if len(shape) > 2 else shape[0]
        return self.constant(self.random.normal(0, scale or 1.4 * fan_in**-0.5, shape))

    def positive(self, *shape: int) -> str:
        return self.constant(self.random.uniform(0.5, 1.5, shape))

    def one_of(self, *choices):
        return choices[self.random.integers(len(choices))]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # What changed its signature from one operator set to another.

    def reduce(self, op: str, x: str, axes: list[int], keepdims: int = 1) -> str:
        if self.opset >= (13 if op == "ReduceSum" else 18):
            return self.add(op, x, self.integers(*axes), keepdims=keepdims)
        return self.add(op, x, axes=axes, keepdims=keepdims)

    def squeeze(self, x: str, axes: list[int], op: str = "Squeeze") -> str:
        if self.opset >= 13:
            return self.add(op, x, self.integers(*axes))
        return self.add(op, x, axes=axes)

    def unsqueeze(self, x: str, axes: list[int]) -> str:
        return self.squeeze(x, axes, "Unsqueeze")

    def split(self, x: str, sizes: list[int], axis: int) -> list[str]:
        if self.opset >= 18 and len(set(sizes)) == 1 and self.chance(0.5):
            return self.add("Split", x, outputs=len(sizes), axis=axis, num_outputs=len(sizes))
        if self.opset >= 13:
            return self.add("Split", x, self.integers(*sizes), outputs=len(sizes), axis=axis)
        return self.add("Split", x, outputs=len(sizes), axis=axis, split=sizes)

    def slice(self, x: str, axis: int, start: int, end: int, step: int = 1) -> str:
        return self.add("Slice", x, *(self.integers(v) for v in (start, end, axis, step)))

    def clip(self, x: str, low: float, high: float) -> str:
        return self.add("Clip", x, self.constant(low), self.constant(high))

    def scalar(self, value: float) -> str:
        return self.constant(value if self.chance(0.5) else [value])

    def softmax(self, x: str, rank: int) -> str:
        # Before operator set 13 all axes from this one on count together.
        return self.add("Softmax", x, axis=rank - 1 if self.opset < 13 or self.chance(0.5) else -1)

    def transpose(self, x: str, *perm: int) -> str:
        return self.add("Transpose", x, perm=perm)

    # Layers.

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        y = self.add("MatMul", x, self.weight(inputs, outputs))
        bias = self.weight(outputs, scale=0.1)
        return self.one_of(
            lambda: self.add("Add", y, bias), lambda: self.add("Add", bias, y), lambda: y,
        )()  # fmt: skip

    def activation(self, x: str) -> str:
        half = lambda: self.constant(0.5)  # noqa: E731
        choices = [
            lambda: self.add("Relu", x),
            lambda: self.add("Relu", x),
            lambda: self.clip(x, 0.0, 6.0),
            lambda: self.add("LeakyRelu", x, alpha=0.1),
            lambda: self.add("Elu", x),
            lambda: self.add("Selu", x),
            lambda: self.add("Tanh", x),
            lambda: self.add("Softplus", x),
            lambda: self.add("Softsign", x),
            lambda: self.add("Celu", x, alpha=1.5) if self.opset >= 12 else x,
            lambda: self.add("ThresholdedRelu", x, alpha=0.3),
            lambda: self.add("HardSigmoid", x, alpha=1 / 6, beta=0.5),
            lambda: self.add("Mul", x, self.add("Sigmoid", x)),
            lambda: self.add("Mul", self.add("HardSigmoid", x, alpha=1 / 6, beta=0.5), x),
            lambda: self.add("Mul", x, self.add("Tanh", self.add("Softplus", x))),
            # Hard swish as Paddle wrote it before it had a name.
            lambda: self.add(
                "Div", self.add("Mul", x, self.clip(self.add("Add", x, self.scalar(3.0)), 0.0, 6.0)), self.scalar(6.0)
            ),
            lambda: self.add(
                "Mul", self.add("Mul", x, half()),
                self.add("Add", self.add("Erf", self.add("Div", x, self.constant(1.4142135))), self.constant(1.0)),
            ),
            lambda: self.add("Mul", x, self.add("Sigmoid", self.add("Mul", x, self.constant(1.702)))),
        ]  # fmt: skip
        if self.opset >= 14:
            choices.append(lambda: self.add("HardSwish", x))
        if self.opset >= 18:
            choices.append(lambda: self.add("Mish", x))
        if self.opset >= 20:
            choices.append(lambda: self.add("Gelu", x, approximate=self.one_of("none", "tanh")))
        return choices[self.random.integers(len(choices))]()

    def layer_norm(self, x: str, width: int) -> str:
        scale, bias = self.positive(width), self.weight(width, scale=0.1)
        if self.opset >= 17 and self.chance(0.7):
            return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-5)
        centred = self.add("Sub", x, self.reduce("ReduceMean", x, [-1]))
        square = self.one_of(
            lambda: self.add("Pow", centred, self.constant(2.0)), lambda: self.add("Mul", centred, centred),
        )()  # fmt: skip
        deviation = self.add("Sqrt", self.add("Add", self.reduce("ReduceMean", square, [-1]), self.constant(1e-5)))
        y = self.one_of(
            lambda: self.add("Div", centred, deviation),
            lambda: self.add("Mul", centred, self.add("Reciprocal", deviation)),
        )()
        return self.add("Add", self.add("Mul", y, scale), bias)

    def norm(self, x: str, channels: int) -> str:
        def group_norm():
            # As torch exports it.
            groups = self.one_of(1, 2, 4)
            ones, zeros = self.constant(np.ones(groups)), self.constant(np.zeros(groups))
            _, _, h, w = self.image
            y = self.add("Reshape", x, self.integers(0, groups, -1))
            y = self.add("InstanceNormalization", y, ones, zeros, epsilon=1e-5)
            y = self.add("Reshape", y, self.one_of(
                lambda: self.add("Shape", x), lambda: self.integers(1, channels, h, w),
            )())  # fmt: skip
            y = self.add("Mul", y, self.positive(channels, 1, 1))
            return self.add("Add", y, self.weight(channels, 1, 1, scale=0.1))

        def batch_norm():
            mean, bias = self.weight(channels, scale=0.1), self.weight(channels, scale=0.1)
            return self.add("BatchNormalization", x, self.positive(channels), bias, mean, self.positive(channels))

        def channel_norm():
            # Of ConvNeXt: the channels last, and back.
            return self.transpose(self.layer_norm(self.transpose(x, 0, 2, 3, 1), channels), 0, 3, 1, 2)

        def unit_length():
            length = self.reduce("ReduceL2", x, [1])
            return self.add("Div", x, self.add("Max", length, self.constant(1e-6)))

        return self.one_of(
            lambda: x, batch_norm, batch_norm, batch_norm, group_norm, channel_norm, unit_length,
            lambda: self.add("InstanceNormalization", x, self.positive(channels), self.weight(channels, scale=0.1)),
            lambda: self.add("LRN", x, size=self.one_of(3, 5), alpha=0.01, beta=0.75, bias=1.0),
            lambda: self.add("LpNormalization", x, axis=1, p=2),
            lambda: self.add("MeanVarianceNormalization", x, axes=[0, 2, 3]),
        )()  # fmt: skip

    def conv(self, x: str, outputs: int, size: int | None = None, stride: int = 1, group: int = 1, bias=None) -> str:
        """A convolution that keeps the size of the image, but for the stride. Sets `self.image`."""
        _, inputs, h, w = self.image
        size = size or self.one_of(1, 1, 3, 3, 3, 5)
        kernel = [size, size]
        if size == 3 and self.chance(0.15):
            kernel = self.one_of([1, 3], [3, 1])
        dilation = 2 if size == 3 and stride == 1 and min(h, w) > 5 and self.chance(0.15) else 1
        attributes = {"strides": [stride] * 2}
        if dilation > 1:
            attributes["dilations"] = [dilation] * 2
        if self.chance(0.8):
            attributes["kernel_shape"] = kernel
        if group > 1 or self.chance(0.5):
            attributes["group"] = group
        reach = [dilation * (k - 1) for k in kernel]
        if self.chance(0.15) and dilation == 1:
            attributes["auto_pad"] = self.one_of("SAME_UPPER", "SAME_LOWER")
        else:
            before = [r // 2 for r in reach]
            attributes["pads"] = before + [r - b for r, b in zip(reach, before)]
            if stride == 2 and size == 3 and self.chance(0.3):
                # TensorFlow's, on sides that are even.
                attributes["pads"] = [0, 0, *(r // 2 for r in reach)] if kernel == [3, 3] and h % 2 == w % 2 == 0 else attributes["pads"]
        weights = [self.weight(outputs, inputs // group, *kernel)]
        bias = self.chance(0.5) if bias is None else bias
        if bias:
            weights.append(self.weight(outputs, scale=0.1))
        y = self.add("Conv", x, *weights, **attributes)
        self.image = (1, outputs, -(-h // stride), -(-w // stride))
        return y

    def conv_channels_last(self, x: str, outputs: int) -> str:
        """As TensorFlow's exporter writes one: the image lies channels last around it, and so does what is added."""
        y = self.conv(self.transpose(x, 0, 3, 1, 2), outputs, bias=self.chance(0.3))
        y = self.transpose(y, 0, 2, 3, 1)
        if self.chance(0.7):
            shape = self.one_of((outputs,), (1, 1, 1, outputs), (1, 1, outputs))
            y = self.add("Add", y, self.weight(*shape, scale=0.1))
        if self.chance(0.4):
            y = self.add("Mul", y, self.positive(*self.one_of((outputs,), (1, 1, 1, outputs))))
        return y

    # Blocks: an image in, an image out.

    def plain(self, x: str) -> str:
        outputs = self.one_of(8, 12, 16, 24, self.image[1])
        stride = 2 if min(self.image[2:]) >= 8 and self.chance(0.4) else 1
        x = self.conv(x, outputs, stride=stride)
        return self.activation(self.norm(x, outputs))

    def residual(self, x: str) -> str:
        inputs = self.image[1]
        y, steps = x, self.one_of([3, 3], [1, 3, 1], [1, 3, 1], [3], [1, 1])
        for place, size in enumerate(steps):
            last = place + 1 == len(steps)
            y = self.conv(y, inputs if last else self.one_of(8, 16, inputs), size=size)
            if self.chance(0.5):
                y = self.norm(y, self.image[1])
            if not last and self.chance(0.8):
                y = self.activation(y)
        y = self.add("Add", *self.one_of((x, y), (y, x)))
        return self.activation(y) if self.chance(0.6) else y

    def inverted(self, x: str) -> str:
        """Of MobileNet: wide, each channel by itself, narrow."""
        inputs = self.image[1]
        wide = inputs * self.one_of(2, 3)
        y = self.activation(self.conv(x, wide, size=1))
        y = self.norm(self.conv(y, wide, size=self.one_of(3, 3, 5), group=wide), wide)
        y = self.activation(y)
        if self.chance(0.5):
            y = self.squeeze_excite(y)
        y = self.conv(y, inputs, size=1)
        return self.add("Add", x, y) if self.chance(0.8) else y

    def squeeze_excite(self, x: str) -> str:
        image = self.image
        channels = image[1]
        y = self.one_of(
            lambda: self.add("GlobalAveragePool", x), lambda: self.reduce("ReduceMean", x, self.one_of([2, 3], [-2, -1])),
            lambda: self.add("AveragePool", x, kernel_shape=list(image[2:])),
        )()  # fmt: skip
        self.image = (1, channels, 1, 1)
        if self.chance(0.7):
            y = self.add("Relu", self.conv(y, max(4, channels // 4), size=1, bias=True))
            y = self.conv(y, channels, size=1, bias=True)
        else:
            # Of linear layers, between reshapes.
            y = self.add("Flatten", y) if self.chance(0.5) else self.squeeze(y, [2, 3])
            y = self.linear(self.add("Relu", self.linear(y, channels, 8)), 8, channels)
            y = self.add("Reshape", y, self.integers(*self.one_of((-1, channels, 1, 1), (0, 0, 1, 1))))if self.chance(0.5) else self.unsqueeze(y, self.one_of([2, 3], [3, 2], [-1, -2]))
        gate = self.add("Sigmoid", y) if self.chance(0.6) else self.add("HardSigmoid", y, alpha=0.2, beta=0.5)
        self.image = image
        return self.add("Mul", *self.one_of((x, gate), (gate, x)))

    def grouped(self, x: str) -> str:
        """Groups, and their channels shuffled."""
        _, channels, h, w = self.image
        groups = self.one_of(2, 4)
        if channels % groups:
            return self.plain(x)
        y = self.conv(x, channels, size=self.one_of(1, 3), group=groups)
        if self.chance(0.6):
            h, w = self.image[2:]
            y = self.add("Reshape", y, self.integers(self.one_of(-1, 1), groups, channels // groups, h, w))
            y = self.transpose(y, 0, 2, 1, 3, 4)
            y = self.add("Reshape", y, self.integers(self.one_of(-1, 1), channels, h, w))
        return self.activation(y)

    def channels_last(self, x: str) -> str:
        """A stretch in TensorFlow's order of the axes, as its exporter leaves it: transposed around every convolution."""
        x = self.transpose(x, 0, 2, 3, 1)
        for _ in range(self.one_of(1, 2, 3)):
            channels = self.image[1]
            y, steps = x, self.one_of([8], [16, 16], [16, 16, 16], [channels])
            for outputs in steps:
                y = self.conv_channels_last(y, outputs)
                y = self.activation(y) if self.chance(0.6) else y
            x = self.add("Add", x, y) if steps[-1] == channels and self.chance(0.8) else y
        if self.chance(0.3):
            x = self.layer_norm(x, self.image[1])
        if self.chance(0.3):
            pooled = self.reduce("ReduceMean", x, [1, 2])
            x = self.add("Mul", x, self.add("Sigmoid", pooled))
        return self.transpose(x, 0, 3, 1, 2)

    def bottleneck_last(self, x: str) -> str:
        """A residual network's block as TensorFlow's exporter leaves it, the sum channels last."""
        x = self.transpose(x, 0, 2, 3, 1)
        narrow, wide = self.one_of(8, 16), self.one_of(16, 32)

        def step(y, outputs, size):
            y = self.transpose(self.conv(self.transpose(y, 0, 3, 1, 2), outputs, size=size, bias=self.chance(0.3)), 0, 2, 3, 1)
            if self.chance(0.7):
                y = self.add("Add", y, self.weight(*self.one_of((outputs,), (1, 1, 1, outputs)), scale=0.1))
            return y

        if self.image[1] != wide or self.chance(0.3):
            x = step(x, wide, 1)
        for _ in range(self.one_of(1, 2)):
            y = x
            for outputs, size in ((narrow, 1), (narrow, 3), (wide, 1)):
                y = step(y, outputs, size)
                if self.chance(0.5):
                    y = self.add("Relu", y)
            x = self.add("Add", *self.one_of((x, y), (y, x)))
            if self.chance(0.6):
                x = self.add("Relu", x)
        return self.transpose(x, 0, 3, 1, 2)

    def places(self, x: str) -> str:
        """Numbers moved about: rolled windows, chosen channels, tiles, masks."""
        _, channels, h, w = self.image

        def roll():
            # Of Swin: the image cut and put together again.
            cut = int(self.random.integers(1, h)) if h > 1 else 0
            if cut == 0:
                return x
            return self.add("Concat", self.slice(x, 2, cut, 2**31 - 1), self.slice(x, 2, 0, cut), axis=2)

        def windows():
            if h % 2 or w % 2:
                return x
            y = self.transpose(x, 0, 2, 3, 1)
            y = self.add("Reshape", y, self.integers(1, 2, h // 2, 2, w // 2, channels))
            y = self.add("Reshape", self.transpose(y, 0, 1, 3, 2, 4, 5), self.integers(-1, h * w // 4, channels))
            y = self.add("Add", y, self.attention(y, h * w // 4, channels, 1))
            y = self.add("Reshape", y, self.integers(-1, 2, 2, h // 2, w // 2, channels))
            y = self.add("Reshape", self.transpose(y, 0, 1, 3, 2, 4, 5), self.integers(1, h, w, channels))
            return self.transpose(y, 0, 3, 1, 2)

        def chosen():
            order = self.random.permutation(channels)
            return self.add("Gather", x, self.constant(order, np.int64), axis=1)

        def tiled():
            y = self.add("Tile", self.reduce("ReduceMean", x, [2, 3]), self.integers(1, 1, h, w))
            return self.add("Add", x, y)

        def expanded():
            y = self.add("Expand", self.weight(1, channels, 1, 1), self.add("Shape", x))
            return self.add("Mul", x, y)

        def masked():
            limit = self.constant(0.0)
            value = self.one_of(0.0, 0.3)
            # Zeros need not be said.
            said = {"value": helper.make_tensor("value", TensorProto.FLOAT, [1], [value])} if value else {}
            zeros = self.add("ConstantOfShape", self.add("Shape", x), **said)
            return self.add("Where", self.add(self.one_of("Less", "Greater"), x, limit), zeros, x)

        def flags():
            y = self.add("Cast", self.add("Greater", x, self.constant(0.1)), to=TensorProto.FLOAT)
            return self.add("Mul", x, self.add("Add", y, self.constant(0.5)))

        def highest():
            y = self.reduce(self.one_of("ReduceMax", "ReduceMin", "ReduceSum", "ReduceL1", "ReduceSumSquare"), x, [1])
            return self.add("Mul", x, self.add("Sigmoid", y))

        def spatial_gate():
            # Of CBAM.
            y = self.add("Concat", self.reduce("ReduceMean", x, [1]), self.reduce("ReduceMax", x, [1]), axis=1)
            image = self.image
            self.image = (1, 2, h, w)
            y = self.add("Sigmoid", self.conv(y, 1, size=3))
            self.image = image
            return self.add("Mul", x, y)

        def positions():
            if self.opset < 11 or h * w > 300:
                return x
            y = self.add("Range", self.constant(0.0), self.constant(float(w)), self.constant(1.0))
            return self.add("Add", x, self.add("Mul", y, self.constant(0.05)))

        def einsum():
            if self.opset < 12:
                return x
            y = self.add("Einsum", x, self.weight(channels, channels), equation="nchw,cd->ndhw")
            return y

        def flipped():
            step = self.one_of(-1, -2, 3)
            if step < 0:
                y = self.slice(x, 3, -1, -(2**31), step)
            else:
                y = self.slice(x, 3, min(1, w - 1), 2**31 - 1, step)
            if step != -1:
                self.image = (1, channels, h, -(-w // -step) if step < 0 else -(-(w - min(1, w - 1)) // step))
            return y

        def summed():
            return self.add("CumSum", x, self.constant(self.one_of(2, 3), np.int64))

        def twice():
            y = self.unsqueeze(x, [2])
            y = self.add("Expand", y, self.integers(1, channels, 2, h, w))
            y = self.add("Reshape", y, self.integers(1, 2 * channels, h, w))
            return self.slice(y, 1, 0, channels)

        return self.one_of(
            roll, windows, chosen, tiled, expanded, masked, flags, highest, spatial_gate, positions, einsum, summed, twice, flipped,
        )()  # fmt: skip

    def convnext(self, x: str) -> str:
        channels = self.image[1]
        y = self.conv(x, channels, size=self.one_of(3, 5), group=channels)
        y = self.layer_norm(self.transpose(y, 0, 2, 3, 1), channels)
        y = self.linear(self.activation(self.linear(y, channels, 2 * channels)), 2 * channels, channels)
        if self.chance(0.5):
            y = self.add("Mul", y, self.positive(channels))
        return self.add("Add", x, self.transpose(y, 0, 3, 1, 2))

    def tokens(self, x: str) -> str:
        """Attention between the places of the image."""
        _, channels, h, w = self.image
        places, heads = h * w, self.one_of(1, 2, 4)
        if channels % heads or places > 300:
            return self.plain(x)
        y = self.one_of(
            lambda: self.transpose(self.add("Reshape", x, self.integers(self.one_of(0, -1), channels, places)), 0, 2, 1),
            lambda: self.add("Reshape", self.transpose(x, 0, 2, 3, 1), self.integers(self.one_of(1, -1), places, channels)),
            lambda: self.transpose(self.flat_by_shape(x, channels), 0, 2, 1),
        )()  # fmt: skip
        for _ in range(self.one_of(1, 1, 2)):
            y = self.add("Add", y, self.attention(y, places, channels, heads))
            if self.chance(0.6):
                z = self.layer_norm(y, channels)
                z = self.linear(self.activation(self.linear(z, channels, 2 * channels)), 2 * channels, channels)
                y = self.add("Add", y, z)
        y = self.add("Reshape", self.transpose(y, 0, 2, 1), self.integers(self.one_of(0, -1), channels, h, w))
        return y

    def flat_by_shape(self, x: str, channels: int) -> str:
        """To `(N, C, H * W)` by sizes that are computed, as torch does where the batch is open."""
        size = self.slice(self.add("Shape", x), 0, 0, 2)
        rest = self.integers(-1)
        return self.add("Reshape", x, self.add("Concat", size, rest, axis=0))

    def attention(self, x: str, places: int, width: int, heads: int) -> str:
        head = width // heads
        x = self.layer_norm(x, width) if self.chance(0.7) else x
        if self.chance(0.4):
            # All three at once, and taken apart.
            y = self.add("Reshape", self.linear(x, width, 3 * width), self.integers(self.one_of(0, -1), places, 3, heads, head))
            y = self.transpose(y, 2, 0, 3, 1, 4)
            if self.chance(0.5):
                query, key, value = (self.add("Gather", y, self.constant(i, np.int64), axis=0) for i in range(3))
            else:
                query, key, value = (self.squeeze(part, [0]) for part in self.split(y, [1, 1, 1], 0))
            key = self.transpose(key, 0, 1, 3, 2)
        else:
            def part(*perm):
                y = self.add("Reshape", self.linear(x, width, width), self.integers(self.one_of(0, -1), places, heads, head))
                return self.transpose(y, *perm)

            query, key, value = part(0, 2, 1, 3), part(0, 2, 3, 1), part(0, 2, 1, 3)
        if self.chance(0.5):
            scores = self.add("Mul", self.add("MatMul", query, key), self.constant(head**-0.5))
        elif self.chance(0.5):
            scores = self.add("Div", self.add("MatMul", query, key), self.constant(head**0.5))
        else:
            scores = self.add("MatMul", self.add("Mul", query, self.constant(head**-0.5)), key)
        if self.chance(0.2):
            scores = self.add("Add", scores, self.weight(*self.one_of((1, heads, places, places), (heads, places, places)), scale=0.3))
        scores = self.softmax(scores, 4)
        y = self.transpose(self.add("MatMul", scores, value), 0, 2, 1, 3)
        y = self.add("Reshape", y, self.integers(self.one_of(0, -1), places, width))
        return self.linear(y, width, width)

    def pool(self, x: str) -> str:
        _, channels, h, w = self.image
        if min(h, w) < 4:
            return self.plain(x)
        size, stride = self.one_of((2, 2), (3, 2), (3, 1), (2, 1))
        attributes = {"kernel_shape": [size, size], "strides": [stride, stride]}
        pads = [0, 0, 0, 0] if size == 2 else self.one_of([1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1])
        ceil = self.chance(0.25)
        auto = self.chance(0.15)
        if auto:
            attributes["auto_pad"] = self.one_of("SAME_UPPER", "SAME_LOWER")
            sides = [-(-side // stride) for side in (h, w)]
        else:
            if any(pads) or self.chance(0.3):
                attributes["pads"] = pads
            if ceil:
                attributes["ceil_mode"] = 1
            sides = []
            for axis, side in enumerate((h, w)):
                span = side + pads[axis] + pads[axis + 2] - size
                out = (-(-span // stride) if ceil else span // stride) + 1
                # A window that begins beyond the image does not count.
                if ceil and (out - 1) * stride >= side + pads[axis]:
                    out -= 1
                sides.append(out)
        if self.chance(0.5):
            y = self.add("MaxPool", x, **attributes)
        else:
            if self.chance(0.4):
                attributes["count_include_pad"] = 1
            y = self.add("AveragePool", x, **attributes)
        self.image = (1, channels, *sides)
        return y

    def resize(self, x: str) -> str:
        _, channels, h, w = self.image
        if max(h, w) > 16:
            return self.pool(x)
        factor = self.one_of(2, 2, 1.5, 0.5)
        sides = [int(side * factor) for side in (h, w)]
        mode = self.one_of("nearest", "linear", "linear", "cubic")
        attributes = {"mode": mode}
        attributes["coordinate_transformation_mode"] = self.one_of("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
        if mode == "nearest":
            attributes["nearest_mode"] = self.one_of("floor", "round_prefer_floor", "ceil", "round_prefer_ceil")
        if mode == "cubic":
            attributes["cubic_coeff_a"] = self.one_of(-0.75, -0.5)
        if self.opset >= 18 and mode != "nearest" and factor < 1 and self.chance(0.3):
            attributes["antialias"] = 1
        empty = self.constant(np.zeros(0)) if self.opset < 13 or self.chance(0.3) else ""
        if self.chance(0.5):
            scales = [1.0, 1.0, sides[0] / h, sides[1] / w]
            y = self.add("Resize", x, empty, self.constant(scales), **attributes)
        elif self.chance(0.5) or self.opset < 13:
            nothing = self.constant(np.zeros(0)) if self.opset < 13 else ""
            y = self.add("Resize", x, empty, nothing, self.integers(1, channels, *sides), **attributes)
        else:
            # The batch and the channels as they come.
            size = self.add("Concat", self.slice(self.add("Shape", x), 0, 0, 2), self.integers(*sides), axis=0)
            y = self.add("Resize", x, "", "", size, **attributes)
        self.image = (1, channels, *sides)
        return y

    def pyramid(self, x: str) -> str:
        """Halved, and brought back beside itself."""
        _, channels, h, w = self.image
        if h % 2 or w % 2 or h < 4 or w < 4:
            return self.plain(x)
        y = self.activation(self.conv(x, channels, size=3, stride=2))
        if self.chance(0.4):
            y = self.add(
                "ConvTranspose", y, self.weight(self.image[1], channels, 2, 2), strides=[2, 2], kernel_shape=[2, 2]
            )
        else:
            y = self.add("Resize", y, self.constant(np.zeros(0)), self.constant([1, 1, 2, 2]), mode=self.one_of("nearest", "linear"),
                         coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
        self.image = (1, 2 * channels, h, w)
        y = self.add("Concat", x, y, axis=self.one_of(1, -3))
        return self.activation(self.conv(y, channels, size=1)) if self.chance(0.7) else y

    def pad(self, x: str) -> str:
        _, channels, h, w = self.image
        mode = self.one_of("constant", "reflect", "edge", "constant")
        top, left, bottom, right = (int(v) for v in self.random.integers(0, 3, 4))
        if min(h, w) < 4:
            return self.plain(x)
        inputs = [self.integers(0, 0, top, left, 0, 0, bottom, right)]
        if mode == "constant" and self.chance(0.5):
            inputs.append(self.constant(self.one_of(0.0, 0.5)))
        y = self.add("Pad", x, *inputs, mode=mode)
        self.image = (1, channels, h + top + bottom, w + left + right)
        return y if self.chance(0.3) else self.valid_conv(y)

    def valid_conv(self, x: str) -> str:
        """A convolution with no padding of its own, as TensorFlow pads beforehand."""
        _, inputs, h, w = self.image
        outputs, stride = self.one_of(8, 16), self.one_of(1, 2)
        y = self.add("Conv", x, self.weight(outputs, inputs, 3, 3), strides=[stride] * 2, kernel_shape=[3, 3])
        self.image = (1, outputs, (h - 3) // stride + 1, (w - 3) // stride + 1)
        return self.activation(y)

    def branches(self, x: str) -> str:
        """Of Inception and GhostNet: ways side by side."""
        image = self.image
        parts, channels = [], 0
        for _ in range(self.one_of(2, 3)):
            self.image = image
            if self.chance(0.25):
                part = self.add(self.one_of("MaxPool", "AveragePool"), x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
            else:
                part = self.conv(x, self.one_of(4, 8), size=self.one_of(1, 3))
                part = self.activation(part) if self.chance(0.7) else part
            parts.append(part)
            channels += self.image[1]
        self.image = (1, channels, *image[2:])
        return self.add("Concat", *parts, axis=1)

    def halves(self, x: str) -> str:
        """Of ShuffleNet and CSP: one half goes its own way."""
        _, channels, h, w = self.image
        if channels % 2:
            return self.plain(x)
        half = channels // 2
        if self.chance(0.5):
            a, b = self.split(x, [half, half], 1)
        else:
            a, b = self.slice(x, 1, 0, half), self.slice(x, 1, half, self.one_of(channels, 2**31 - 1, 2**63 - 1))
        self.image = (1, half, h, w)
        b = self.activation(self.conv(b, half))
        self.image = (1, channels, *self.image[2:])
        return self.add("Concat", a, b, axis=1)

    def focus(self, x: str) -> str:
        """Every second row and column, side by side, or space to depth and back."""
        _, channels, h, w = self.image
        if h % 2 or w % 2 or channels > 24 or min(h, w) < 4:
            return self.plain(x)
        if self.chance(0.5):
            parts = [self.slice(self.slice(x, 2, i, 2**31 - 1, 2), 3, j, 2**31 - 1, 2) for i in (0, 1) for j in (0, 1)]
            y = self.add("Concat", *parts, axis=1)
        else:
            y = self.add("SpaceToDepth", x, blocksize=2)
        self.image = (1, 4 * channels, h // 2, w // 2)
        if self.chance(0.4):
            y = self.add("DepthToSpace", y, blocksize=2, mode=self.one_of("DCR", "CRD"))
            self.image = (1, channels, h, w)
        return y

    def scale(self, x: str) -> str:
        """Numbers for each channel, written in any of the ways that broadcast."""
        channels = self.image[1]
        shape = self.one_of((1, channels, 1, 1), (channels, 1, 1), (1,), ())
        y = self.conv(x, channels) if self.chance(0.4) else x
        for _ in range(self.one_of(1, 2)):
            y = self.one_of(
                lambda: self.add("Mul", y, self.positive(*shape)),
                lambda: self.add("Mul", self.positive(*shape), y),
                lambda: self.add(self.one_of("Add", "Sub"), y, self.weight(*shape, scale=0.1)),
                lambda: self.add(self.one_of("Add", "Sub"), self.weight(*shape, scale=0.1), y),
                lambda: self.add("Div", y, self.positive(*shape)),
                lambda: self.add("Div", self.positive(*shape), self.add("Add", self.add("Abs", y), self.constant(1.0))),
                lambda: self.add("Sub", self.constant(1.0), y),
                lambda: self.activation(self.add("Mul", y, self.constant(60.0))),
                lambda: self.add("Neg", y),
            )()  # fmt: skip
        if self.chance(0.3):
            y = self.add("PRelu", y, self.constant(self.random.uniform(0, 0.4, (channels, 1, 1))))
        if self.chance(0.2):
            y = self.add("Identity", y)
        if self.chance(0.2):
            y = self.add("Max", y, self.constant(-0.2), self.constant([-0.3]))
        if self.chance(0.2):
            y = self.add("Where", self.add("Greater", y, self.constant(0.0)), y, self.add("Mul", y, self.constant(0.2)))
        if self.chance(0.2):
            y = self.add("Sqrt", self.add("Abs", y))
        if self.chance(0.1):
            y = self.add(self.one_of("Floor", "Ceil", "Round"), self.add("Mul", y, self.constant(3.0)))
        if self.chance(0.1):
            y = self.add("Pow", self.add("Abs", y), self.constant(self.one_of(2.0, 0.5, 3.0, 1.5)))
        if self.chance(0.1):
            y = self.add("Exp", self.add("Neg", self.add("Abs", y)))
        if self.chance(0.1):
            y = self.add("Log", self.add("Add", self.add("Abs", y), self.constant(1.0)))
        if self.chance(0.1):
            y = self.add(self.one_of("Sum", "Mean", "Max", "Min"), y, x, self.constant(0.1)) if self.image[1] == channels else y
        return y

    def mixer(self, x: str) -> str:
        """Maps between the places of each channel."""
        _, channels, h, w = self.image
        places = h * w
        if places > 150:
            return self.pool(x)
        y = self.add("Reshape", x, self.integers(0, channels, -1))
        y = self.linear(self.activation(self.linear(y, places, 12)), 12, places)
        y = self.add("Reshape", y, self.integers(self.one_of(1, -1), channels, h, w))
        return self.add("Add", x, y)

    # The whole.

    def head(self, x: str, layout: dict) -> dict:
        """Outputs by name: the shapes of a manifest without the batch."""
        _, channels, h, w = self.image
        features = x
        style = self.one_of("pool", "pool", "pool", "reduce", "flatten", "squeeze", "last", "tokens", "max")
        if style == "tokens" and h * w <= 200:
            y = self.transpose(self.add("Reshape", x, self.integers(0, channels, h * w)), 0, 2, 1)
            name = self.named("LayerNormalization" if self.opset >= 17 else "Mul", y, channels)
            return {"clip": {"tensor": name, "shape": ["N", h * w, channels], "token": int(self.random.integers(h * w))}}
        if style == "reduce":
            y = self.reduce("ReduceMean", features, self.one_of([2, 3], [-1, -2]), keepdims=0)
        elif style == "last":
            # Channels last, pooled there.
            y = self.reduce("ReduceMean", self.transpose(features, 0, 2, 3, 1), [1, 2], keepdims=0)
        elif style == "squeeze":
            y = self.squeeze(self.add("GlobalAveragePool", features), self.one_of([2, 3], [-1, -2]))
        elif style == "max":
            y = self.add("Flatten", self.add("GlobalMaxPool", features))
        elif style == "flatten" and channels * h * w <= 1500:
            y = self.add("Flatten", features) if self.chance(0.5) else self.add("Reshape", features, self.integers(self.one_of(1, -1, 0), channels * h * w))
            channels *= h * w
        else:
            y = self.add("Flatten", self.add("GlobalAveragePool", features), axis=1)
        if self.chance(0.2):
            y = self.add("Dropout", y)
        outputs = {}
        if self.chance(0.3):
            outputs["aux"] = (y, channels)
        width = self.one_of(8, 16, 10)
        if self.chance(0.5):
            trans = self.one_of(0, 1)
            weights = self.weight(width, channels, scale=channels**-0.5) if trans else self.weight(channels, width)
            y = self.add("Gemm", y, weights, self.weight(width, scale=0.1), transB=trans)
        else:
            y = self.linear(y, channels, width)
        if self.chance(0.2):
            y = self.one_of(
                lambda: self.softmax(y, 2), lambda: self.add("LogSoftmax", y, axis=1), lambda: self.add("Hardmax", y, axis=1), lambda: self.add("Sigmoid", y),
                lambda: self.add("Div", y, self.reduce("ReduceL2", y, [-1])), lambda: self.add("LpNormalization", y, axis=-1),
            )()  # fmt: skip
        outputs["clip"] = (y, width)
        described = {}
        for stream, (value, dim) in outputs.items():
            name = self.add("Identity", value) if value == "pixels" else value
            described[stream] = {"tensor": name, "shape": ["N", dim]}
        return described

    def named(self, op: str, x: str, channels: int) -> str:
        if op == "Mul":
            return self.add("Mul", x, self.positive(channels))
        return self.add(op, x, self.positive(channels), self.weight(channels, scale=0.1), axis=-1)


BLOCKS = [
    "plain", "plain", "residual", "residual", "residual", "inverted", "inverted", "grouped", "channels_last", "channels_last", "convnext",
    "bottleneck_last", "bottleneck_last", "places", "places",
    "tokens", "tokens", "pool", "pool", "resize", "pyramid", "pad", "branches", "halves", "focus", "scale", "mixer", "squeeze_excite",
]  # fmt: skip


def draw(random):
    """A network in 32 bits, its manifest, and what it was drawn as."""
    opset = int(random.choice(OPSETS))
    b = Builder(random, opset, constants=random.random() < 0.3)
    side = int(random.choice([8, 12, 16, 20]))
    layout = "NHWC" if random.random() < 0.25 else "NCHW"
    batch = b.one_of("N", "batch_size", -1, -1, 1, None)
    x = "pixels"
    b.image = (1, 3, side, side)
    if layout == "NHWC":
        if b.chance(0.5):
            y = b.conv_channels_last(x, b.one_of(8, 16))
            x = b.transpose(y, 0, 3, 1, 2)
        else:
            x = b.transpose(x, 0, 3, 1, 2)
    elif b.chance(0.2):
        x = b.add("Div", b.add("Sub", x, b.constant(np.full((1, 3, 1, 1), 0.1))), b.constant(np.full((1, 3, 1, 1), 1.1)))
    if b.image[1] == 3:
        x = b.activation(b.conv(x, b.one_of(8, 12, 16), size=3, stride=b.one_of(1, 2)))
    used = []
    for _ in range(int(random.integers(2, 6))):
        name = BLOCKS[random.integers(len(BLOCKS))]
        used.append(name)
        x = getattr(b, name)(x)
        if min(b.image[2:]) < 1:
            raise ValueError("the image has vanished")
    outputs = b.head(x, {})
    shape = [batch, 3, side, side] if layout == "NCHW" else [batch, side, side, 3]
    values = [
        helper.make_tensor_value_info(o["tensor"], TensorProto.FLOAT, [batch if batch != 1 else 1, *o["shape"][1:]])
        for o in outputs.values()
    ]
    graph = helper.make_graph(
        b.nodes, "drawn", [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)], values, b.weights,
    )  # fmt: skip
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="handful-fuzz"
    )
    sizes = [1 if isinstance(v, str) or v is None or v < 0 else v for v in shape]
    manifest = {
        "name": "drawn",
        "input": {"name": "pixels", "shape": ["N", *shape[1:]], "layout": layout, "color": "RGB"},
        "preprocess": {
            "resize": {"size": [side, side], "filter": "bilinear"}, "scale": "x/255", "mean": [0.5] * 3, "std": [0.25] * 3,
        },
        "outputs": outputs,
    }  # fmt: skip
    return model, manifest, {"opset": opset, "layout": layout, "batch": batch, "blocks": used}, sizes


def reference(model: onnx.ModelProto, names, tensor: np.ndarray) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    value = session.get_inputs()[0]
    number = np.float16 if value.type == "tensor(float16)" else np.float32
    return [row.astype(np.float32) for row in session.run(names, {value.name: tensor.astype(number)})]


class Calibration(CalibrationDataReader):
    def __init__(self, random, shape):
        self.images = iter([{"pixels": random.normal(0, 1, shape).astype(np.float32)} for _ in range(3)])

    def get_next(self):
        return next(self.images, None)


def with_open_batch(model: onnx.ModelProto, batch) -> onnx.ModelProto:
    """The batch of the file as drawn: onnxruntime's quantisers need one that they understand."""
    for value in [*model.graph.input, *model.graph.output]:
        dim = value.type.tensor_type.shape.dim
        if len(dim) == 0:
            continue
        dim[0].Clear()
        if isinstance(batch, str):
            dim[0].dim_param = batch
        elif batch is not None:
            dim[0].dim_value = batch
    return model


def halved(model: onnx.ModelProto, weights_only: bool) -> onnx.ModelProto:
    """Numbers of 16 bits throughout, or of the weights behind Cast."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    if weights_only:
        casts = []
        for tensor in graph.initializer:
            array = numpy_helper.to_array(tensor)
            if array.dtype == np.float32 and array.ndim > 1:
                name = tensor.name
                tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
                casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"cast_{name}", to=TensorProto.FLOAT))
        nodes = casts + list(graph.node)
        del graph.node[:]
        graph.node.extend(nodes)
        return result
    scales = {node.input[2] for node in graph.node if node.op_type == "Resize" and len(node.input) > 2}
    scales |= {node.input[1] for node in graph.node if node.op_type == "Resize"}
    tensors = list(graph.initializer) + [node.attribute[0].t for node in graph.node if node.op_type == "Constant"]
    for tensor in tensors:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and tensor.name not in scales:
            tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), tensor.name))
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    return result


def widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same numbers in 32 bits."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    for tensor in list(graph.initializer) + [a.t for node in graph.node for a in node.attribute if a.HasField("t")]:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        if attribute.name in ("to", "dtype") and attribute.i == TensorProto.FLOAT16:
            attribute.i = TensorProto.FLOAT
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.elem_type = TensorProto.FLOAT
    del graph.value_info[:]
    return result


def byte_weights(model: onnx.ModelProto, random) -> onnx.ModelProto:
    """8-bit weights behind DequantizeLinear, one scale a tensor or for each place of an axis."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    unsigned, per_channel = random.random() < 0.4, random.random() < 0.6
    nodes, kept = [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.ndim < 2 or array.size < 24:
            kept.append(tensor)
            continue
        axis = (0 if array.ndim == 4 else array.ndim - 1) if per_channel else None
        others = None if axis is None else tuple(i for i in range(array.ndim) if i != axis)
        scale = np.abs(array).max(axis=others, keepdims=True) / 127
        levels = np.clip(np.round(array / scale), -127, 127)
        zero = 128 if unsigned else 0
        kind = np.uint8 if unsigned else np.int8
        scale = scale.reshape(-1) if per_channel else scale.reshape(())
        values = [
            numpy_helper.from_array((levels + zero).astype(kind), f"{tensor.name}_byte"),
            numpy_helper.from_array(scale.astype(np.float32), f"{tensor.name}_scale"),
        ]
        if unsigned or random.random() < 0.7:
            values.append(numpy_helper.from_array(np.full(scale.shape, zero, kind), f"{tensor.name}_zero"))
        kept += values
        attributes = {} if axis is None else {"axis": axis if random.random() < 0.5 else axis - array.ndim}
        nodes.append(helper.make_node("DequantizeLinear", [v.name for v in values], [tensor.name], name=f"dequantize_{tensor.name}", **attributes))
    nodes += graph.node
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    # Per axis from operator set 13 on.
    result.opset_import[0].version = max(13, result.opset_import[0].version)
    return result


def quantised(model: onnx.ModelProto, form: str, random, shape) -> tuple[onnx.ModelProto, dict]:
    """What onnxruntime's quantisers make of it, at settings that are drawn."""
    traits = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.onnx"), Path(folder, "target.onnx")
        onnx.save(model, source)
        if form == "dynamic":
            traits["weights"] = ["QInt8", "QUInt8"][random.integers(2)]
            # Signed weights of 7 bits: with 8, onnxruntime's own sums overflow on processors without VNNI.
            quantize_dynamic(
                source, target, weight_type=QuantType[traits["weights"]], reduce_range=traits["weights"] == "QInt8",
                per_channel=bool(random.random() < 0.3),
            )  # fmt: skip
        else:
            traits["activations"] = ["QUInt8", "QInt8"][random.integers(2)]
            traits["weights"] = "QUInt8" if traits["activations"] == "QUInt8" and random.random() < 0.3 else "QInt8"
            traits["per_channel"] = bool(random.random() < 0.5)
            extra = {
                "ActivationSymmetric": bool(random.random() < 0.2),
                "QuantizeBias": bool(form == "qoperator" or random.random() < 0.8),
                "DedicatedQDQPair": bool(random.random() < 0.2),
            }
            quantize_static(
                source, target, Calibration(random, shape),
                quant_format=QuantFormat.QDQ if form == "qdq" else QuantFormat.QOperator,
                activation_type=QuantType[traits["activations"]], weight_type=QuantType[traits["weights"]],
                per_channel=traits["per_channel"], reduce_range=traits["weights"] == "QInt8", extra_options=extra,
            )  # fmt: skip
        return onnx.load(target), traits


def steps(model: onnx.ModelProto, name: str) -> float:
    """The step of the scale that an output is given in; 0 where it is not quantised."""
    makers = {output: node for node in model.graph.node for output in node.output}
    values = {tensor.name: tensor for tensor in model.graph.initializer}
    while name in makers:
        node = makers[name]
        if node.op_type == "DequantizeLinear":
            scale = values.get(node.input[1])
            return float(numpy_helper.to_array(scale).max()) if scale is not None else 0.0
        if node.op_type not in ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Cast"):
            break
        name = node.input[0]
    return 0.0


def case(seed: int, number: int):
    """The network of this number: its file, its manifest, its input, the right rows with their quanta, and its traits."""
    names, weights = zip(*FORMS)
    form = np.random.default_rng([seed, number]).choice(names, p=np.array(weights) / sum(weights))
    for attempt in range(20):
        random = np.random.default_rng([seed, number, attempt])
        try:
            model, manifest, traits, shape = draw(random)
            drawn = onnx.ModelProto()
            drawn.CopyFrom(model)
            # Whatever is drawn must be a network of ONNX that gives numbers.
            tensor = random.normal(0, 1, shape).astype(np.float32)
            names = [output["tensor"] for output in manifest["outputs"].values()]
            model = with_open_batch(model, "N")
            onnx.checker.check_model(model, full_check=True)
            if form in ("qdq", "qoperator", "dynamic"):
                model, more = quantised(model, form, random, shape)
                traits |= more
            elif form == "byte_weights":
                model = byte_weights(model, random)
            elif form in ("half", "half_weights"):
                model = halved(model, form == "half_weights")
            if random.random() < 0.3:
                model = shape_inference.infer_shapes(model)
            exact = widened(model) if form == "half" else model
            rows = reference(exact, names, tensor)
            rounds = form in ("qdq", "qoperator", "dynamic")
            nudges = [(NUDGE * random.normal(0, 1, shape)).astype(np.float32) for _ in range(8)]
            moved = [reference(exact, names, tensor + nudge) for nudge in nudges if rounds]
        except Exception as error:  # noqa: BLE001: onnxruntime and its quantisers refuse some of what is drawn
            last = error
            continue
        if not all(np.isfinite(row).all() and np.abs(row).max() > 1e-6 for row in rows):
            last = ValueError("no numbers")
            continue
        model = with_open_batch(model, traits["batch"])
        expected = {}
        for place, (stream, output) in enumerate(manifest["outputs"].items()):
            row = rows[place]
            if tuple(row.shape[1:]) != tuple(output["shape"][1:]):
                raise AssertionError(f"{number}: {stream} has the shape {row.shape}, not {output['shape']}")
            step = max(TOLERANCE * np.abs(row).max(), steps(model, output["tensor"]))
            quantum = max(step, *(np.abs(row - other[place]).max() for other in moved), 0.0)
            row = row[0, output["token"]] if "token" in output else row[0]
            expected[stream] = (row, float(step), float(quantum))
        return model, manifest, tensor, expected, {"form": str(form), **traits}
    raise RuntimeError(f"network {number} of seed {seed} cannot be drawn: {last}")


def write(folder: Path, name: str, model: onnx.ModelProto, manifest: dict, tensor: np.ndarray) -> None:
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / f"{name}.json").write_text(json.dumps({**manifest, "name": name, "file": f"{name}.onnx"}))
    (folder / f"{name}.input").write_bytes(tensor.astype("<f4").tobytes())


def verdict(folder: Path, name: str, model: onnx.ModelProto, expected: dict) -> tuple[str, str]:
    """`right`, `refused` with the operator, or `wrong` with what is."""
    error = folder / f"{name}.error"
    if error.exists():
        text = error.read_text()
        named = {node.op_type for node in model.graph.node}
        found = [word for word in re.findall(r"[A-Za-z]\w+", text) if word in named]
        return ("refused", f"{found[0]}: {text}") if found and text.startswith("model ") else ("wrong", text)
    result = folder / f"{name}.row"
    if not result.exists():
        return "wrong", "no answer"
    row = np.frombuffer(result.read_bytes(), "<f4")
    start, worst, edge = 0, [], False
    for stream in sorted(expected, key=lambda name: (name != "clip", name)):
        right, step, quantum = expected[stream]
        got = row[start : start + right.size]
        start += right.size
        off = float(np.abs(got - right).max())
        # A step is one step in single precision too.
        edge |= off > 1.001 * step
        if not off <= 1.001 * quantum:
            worst.append(f"{stream} is off by {off:.3g}, {off / quantum:.1f} quanta, largest {np.abs(right).max():.3g}")
    return ("wrong", "; ".join(worst)) if worst else ("right", "edge" if edge else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of the networks to draw")
    parser.add_argument("--refused", action="store_true", help="print why networks are refused")
    parser.add_argument("--keep", type=Path, help="folder to keep the networks that are wrong in")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    onnxruntime.set_default_logger_severity(4)
    import logging

    logging.disable(logging.CRITICAL)
    numbers = arguments.only if arguments.only is not None else range(arguments.count)
    cases = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in numbers:
            model, manifest, tensor, expected, traits = case(arguments.seed, number)
            cases[number] = (model, expected, traits)
            write(folder, str(number), model, manifest, tensor)
        subprocess.run([PROGRAM, folder], check=False)
        counts, refusals, edges = collections.Counter(), collections.Counter(), 0
        forms = collections.defaultdict(collections.Counter)
        for number, (model, expected, traits) in cases.items():
            kind, detail = verdict(folder, str(number), model, expected)
            counts[kind] += 1
            forms[traits["form"]][kind] += 1
            edges += detail == "edge"
            if kind == "refused":
                operator, text = detail.split(": ", 1)
                refusals[operator] += 1
                if arguments.refused:
                    print(f"refused: {number} {traits}: {text}", flush=True)
            if kind == "wrong":
                print(f"wrong: {number} {traits}: {detail}", flush=True)
                if arguments.keep:
                    arguments.keep.mkdir(parents=True, exist_ok=True)
                    for end in ("onnx", "json", "input", "error"):
                        path = folder / f"{number}.{end}"
                        if path.exists():
                            (arguments.keep / f"{arguments.seed}_{path.name}").write_bytes(path.read_bytes())
    print(f"seed {arguments.seed}: {counts['right']} right ({edges} on an edge), {counts['refused']} refused by name, {counts['wrong']} wrong of {len(cases)}")
    for form, of_form in sorted(forms.items()):
        print(f"  {form}: {dict(of_form)}")
    for operator, count in refusals.most_common():
        print(f"  refused for {operator}: {count}")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
