"""Writes the ONNX files that fuzzing starts from into a folder: small networks of 3 x 8 x 8 pixels with random weights,
which between them have the operators that exporters use.

Run from the project root: `python models/scripts/make_fuzz_seeds.py FOLDER`. Needs what `make_test_models.py` needs.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from make_test_models import Builder

SIDE, OUT = 8, 8


def integers(b: Builder, values) -> str:
    return b.constant(np.asarray(values, np.int64))


def finish(b: Builder, x: str, channels: int, batch="N", layout: str = "NCHW") -> onnx.ModelProto:
    """Means of the channels, mapped to the output."""
    x = b.add("Flatten", b.add("GlobalAveragePool", x))
    b.add("Gemm", x, b.weight(channels, OUT), b.weight(OUT), name="aux")
    return b.model(SIDE, {"aux": OUT}, batch, layout)


def conv(b: Builder, x: str, inputs: int, outputs: int, size: int = 3, group: int = 1, **more) -> str:
    pad = size // 2
    return b.add(
        "Conv", x, b.weight(outputs, inputs // group, size, size), b.weight(outputs),
        kernel_shape=[size, size], pads=[pad] * 4, group=group, **more,
    )  # fmt: skip


def plain(opset: int) -> onnx.ModelProto:
    b = Builder(1, opset)
    x = b.add("Relu", conv(b, "pixels", 3, 4, strides=[2, 2]))
    x = b.add("Add", x, b.add("Sigmoid", conv(b, x, 4, 4, size=1)))
    return finish(b, b.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), 4, 1)


def depthwise() -> onnx.ModelProto:
    b = Builder(2, 13)
    x = conv(b, "pixels", 3, 4, size=1)
    x = b.add("BatchNormalization", x, b.positive(4), b.weight(4), b.weight(4), b.positive(4))
    x = b.add("Clip", x, b.constant(0.0), b.constant(6.0))
    return finish(b, conv(b, x, 4, 4, group=4), 4)


def channels_last() -> onnx.ModelProto:
    b = Builder(3, 13)
    x = b.add("Transpose", "pixels", perm=[0, 3, 1, 2])
    x = b.add("Transpose", conv(b, x, 3, 4), perm=[0, 2, 3, 1])
    x = b.add("Add", x, b.weight(4))
    return finish(b, b.add("Transpose", x, perm=[0, 3, 1, 2]), 4, layout="NHWC")


def attention() -> onnx.ModelProto:
    b = Builder(4, 17)
    x = b.add("Conv", "pixels", b.weight(4, 3, 4, 4), kernel_shape=[4, 4], strides=[4, 4])
    x = b.add("Transpose", b.add("Reshape", x, integers(b, [1, 4, 4])), perm=[0, 2, 1])
    n = b.layer_norm(x, 4)
    q, k, v = (b.linear(n, 4, 4) for _ in range(3))
    scores = b.add("Softmax", b.add("MatMul", q, b.add("Transpose", k, perm=[0, 2, 1])), axis=-1)
    x = b.add("Add", x, b.add("MatMul", scores, v))
    x = b.add("Mul", x, b.add("Erf", x))
    first = b.add("Gather", x, integers(b, 0), axis=1)
    b.add("MatMul", first, b.weight(4, OUT), name="aux")
    return b.model(SIDE, {"aux": OUT}, 1)


def shapes() -> onnx.ModelProto:
    b = Builder(5, 13)
    x = b.add("Pad", "pixels", integers(b, [0, 0, 1, 1, 0, 0, 1, 1]), mode="reflect")
    x = b.add("Resize", x, "", b.constant(np.float32([1, 1, 0.5, 0.5])), mode="linear")
    a = b.add("Slice", x, integers(b, [0]), integers(b, [2]), integers(b, [1]))
    x = b.add("Concat", a, x, axis=1)
    size = b.add("Gather", b.add("Shape", x), integers(b, [0]), axis=0)
    x = b.add("Reshape", x, b.add("Concat", size, integers(b, [-1]), axis=0))
    x = b.add("ReduceMean", b.add("Unsqueeze", x, integers(b, [2])), axes=[2], keepdims=0)
    b.add("LogSoftmax", b.add("MatMul", x, b.weight(5 * 25, OUT)), axis=-1, name="aux")
    return b.model(SIDE, {"aux": OUT}, "N")


class Noise(CalibrationDataReader):
    def __init__(self):
        random = np.random.default_rng(9)
        self.batches = [{"pixels": random.normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)} for _ in range(2)]

    def get_next(self):
        return self.batches.pop() if self.batches else None


def quantised(network: onnx.ModelProto, static: bool) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        source, target = (str(Path(folder) / name) for name in ("a.onnx", "b.onnx"))
        onnx.save(network, source)
        if static:
            quantize_static(source, target, Noise(), quant_format=QuantFormat.QDQ, per_channel=True)
        else:
            quantize_dynamic(source, target, weight_type=QuantType.QUInt8)
        return onnx.load(target)


def half() -> onnx.ModelProto:
    b = Builder(6, 17, np.float16)
    return finish(b, b.add("Relu", conv(b, "pixels", 3, 4)), 4)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    networks = {
        "plain11": plain(11), "plain20": plain(20), "depthwise": depthwise(), "channels_last": channels_last(),
        "attention": attention(), "shapes": shapes(), "half": half(),
        "static": quantised(plain(13), True), "static_attention": quantised(attention(), True),
        "dynamic": quantised(attention(), False),
    }  # fmt: skip
    for name, network in networks.items():
        network.graph.ClearField("value_info")
        for node in network.graph.node:
            node.ClearField("name")
        (folder / name).write_bytes(network.SerializeToString())


if __name__ == "__main__":
    main()
