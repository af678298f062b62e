"""Builds the small ONNX models of tests/data/models, with random weights, and records what onnxruntime makes of them.

Two networks, in the forms that the usual exporters write:

* `vit`: the visual transformer of CLIP (patch embedding, class token, attention, quick GELU, projection), output `clip`;
* `conv`: convolutions with batch normalisation, a residual and a depthwise block, pooling, outputs `clip` and `aux`.

Each comes with its manifest. `expected.safetensors` holds the inputs and the outputs of onnxruntime.
Run from the project root: `python models/scripts/make_test_models.py`. Needs numpy, onnx, onnxruntime, safetensors.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnxruntime.quantization import QuantType, quantize_dynamic
from probe import probe, session
from safetensors.numpy import save_file

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "models"
FLOAT = {np.float32: TensorProto.FLOAT, np.float16: TensorProto.FLOAT16}


class Builder:
    """Nodes and weights of a graph; every method returns the name of the value that it adds."""

    def __init__(self, seed: int, opset: int, number=np.float32):
        self.random = np.random.default_rng(seed)
        self.opset, self.number = opset, number
        self.nodes, self.weights, self.count = [], [], 0

    def add(self, op: str, *inputs: str, name: str | None = None, **attributes) -> str:
        self.count += 1
        name = name or f"{op.lower()}_{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=f"node_{name}", **attributes))
        return name

    def constant(self, values) -> str:
        self.count += 1
        name = f"constant_{self.count}"
        array = np.asarray(values)
        if array.dtype == np.float64:
            array = array.astype(self.number)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, *shape: int, scale: float | None = None) -> str:
        fan_in = np.prod(shape[1:]) if len(shape) == 4 else shape[0]
        return self.constant(self.random.normal(0, scale or fan_in**-0.5, shape))

    def positive(self, size: int) -> str:
        return self.constant(self.random.uniform(0.5, 1.5, size))

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        return self.add("Add", self.add("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs, scale=0.1))

    def layer_norm(self, x: str, width: int) -> str:
        scale, bias = self.positive(width), self.weight(width, scale=0.1)
        if self.opset >= 17:
            return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-5)
        centred = self.add("Sub", x, self.add("ReduceMean", x, axes=[-1], keepdims=1))
        variance = self.add("ReduceMean", self.add("Pow", centred, self.constant(2.0)), axes=[-1], keepdims=1)
        deviation = self.add("Sqrt", self.add("Add", variance, self.constant(1e-5)))
        return self.add("Add", self.add("Mul", self.add("Div", centred, deviation), scale), bias)

    def model(self, side: int, outputs: dict[str, int], batch, layout: str = "NCHW") -> onnx.ModelProto:
        shape = [batch, 3, side, side] if layout == "NCHW" else [batch, side, side, 3]
        graph = helper.make_graph(
            self.nodes,
            "test",
            [helper.make_tensor_value_info("pixels", FLOAT[self.number], shape)],
            [helper.make_tensor_value_info(name, FLOAT[self.number], [batch, dim]) for name, dim in outputs.items()],
            self.weights,
        )
        opset = helper.make_opsetid("", self.opset)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="handful-tests")
        # Exporters record the shapes of inner values, symbolic batch and all.
        model = shape_inference.infer_shapes(model)
        onnx.checker.check_model(model, full_check=True)
        return model


def vit(opset: int, number=np.float32, batch="N", side=32, patch=8, width=32, heads=4, layers=2) -> onnx.ModelProto:
    """CLIP's visual transformer, small."""
    b = Builder(1, opset, number)
    tokens, head = (side // patch) ** 2 + 1, width // heads
    x = b.add("Conv", "pixels", b.weight(width, 3, patch, patch), strides=[patch, patch], kernel_shape=[patch, patch])
    x = b.add("Reshape", x, b.constant(np.array([0, width, tokens - 1])))
    x = b.add("Transpose", x, perm=[0, 2, 1])
    size = b.add("Gather", b.add("Shape", "pixels"), b.constant(np.array([0])), axis=0)
    shape = b.add("Concat", size, b.constant(np.array([1, width])), axis=0)
    x = b.add("Concat", b.add("Expand", b.weight(1, 1, width, scale=1.0), shape), x, axis=1)
    x = b.layer_norm(b.add("Add", x, b.weight(tokens, width, scale=0.5)), width)
    for _ in range(layers):
        y = b.layer_norm(x, width)
        parts = []
        for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]):
            part = b.add("Reshape", b.linear(y, width, width), b.constant(np.array([0, tokens, heads, head])))
            parts.append(b.add("Transpose", part, perm=perm))
        query, key, value = parts
        scores = b.add("Mul", b.add("MatMul", query, key), b.constant(head**-0.5))
        y = b.add("MatMul", b.add("Softmax", scores, axis=3 if opset < 13 else -1), value)
        y = b.add("Reshape", b.add("Transpose", y, perm=[0, 2, 1, 3]), b.constant(np.array([0, tokens, width])))
        x = b.add("Add", x, b.linear(y, width, width))
        y = b.linear(b.layer_norm(x, width), width, 2 * width)
        if opset >= 20:
            y = b.add("Gelu", y)
        else:
            y = b.add("Mul", y, b.add("Sigmoid", b.add("Mul", y, b.constant(1.702))))
        x = b.add("Add", x, b.linear(y, 2 * width, width))
    x = b.layer_norm(b.add("Gather", x, b.constant(np.array(0)), axis=1), width)
    b.add("MatMul", x, b.weight(width, 24), name="clip")
    return b.model(side, {"clip": 24}, batch)


def conv(opset: int, number=np.float32, batch="N", side=48, layout="NCHW") -> onnx.ModelProto:
    """A residual network, small; the file lists `aux` before `clip`."""
    b = Builder(2, opset, number)

    def block(x: str, inputs: int, outputs: int, size: int, stride: int = 1, group: int = 1) -> str:
        attributes = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "pads": [size // 2] * 4, "group": group}
        x = b.add("Conv", x, b.weight(outputs, inputs // group, size, size), **attributes)
        mean, bias = b.weight(outputs, scale=0.1), b.weight(outputs, scale=0.1)
        return b.add("BatchNormalization", x, b.positive(outputs), bias, mean, b.positive(outputs))

    x = "pixels" if layout == "NCHW" else b.add("Transpose", "pixels", perm=[0, 3, 1, 2])
    x = b.add("Relu", block(x, 3, 12, 3, stride=2))
    x = b.add("Relu", b.add("Add", x, block(b.add("Relu", block(x, 12, 12, 3)), 12, 12, 3)))
    x = b.add("Relu", block(x, 12, 12, 3, stride=2, group=12))
    x = b.add("Clip", block(x, 12, 32, 1), b.constant(0.0), b.constant(6.0))
    b.add("Flatten", b.add("GlobalAveragePool", x), name="aux")
    b.add("Gemm", "aux", b.weight(16, 32, scale=0.2), b.weight(16, scale=0.1), name="clip", transB=1)
    return b.model(side, {"aux": 32, "clip": 16}, batch, layout)


def replace_weights(model: onnx.ModelProto, encode) -> onnx.ModelProto:
    """Puts the nodes that `encode(name, array)` returns in the place of large weights."""
    graph = onnx.ModelProto()
    graph.CopyFrom(model)
    graph = graph.graph
    kept, nodes = [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.ndim > 1:
            initialisers, node = encode(tensor.name, array)
            kept += initialisers
            nodes.append(node)
        else:
            kept.append(tensor)
    nodes += graph.node
    del graph.initializer[:], graph.node[:], graph.value_info[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    result.graph.CopyFrom(graph)
    onnx.checker.check_model(result, full_check=True)
    return result


def half_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """16-bit weights behind Cast."""

    def encode(name, array):
        stored = numpy_helper.from_array(array.astype(np.float16), f"{name}_half")
        return [stored], helper.make_node("Cast", [stored.name], [name], name=f"cast_{name}", to=TensorProto.FLOAT)

    return replace_weights(model, encode)


def byte_weights(model: onnx.ModelProto, per_channel: bool) -> onnx.ModelProto:
    """8-bit weights behind DequantizeLinear, symmetric, one scale a tensor or a channel (the last axis of a matrix)."""

    def encode(name, array):
        axis = (0 if array.ndim == 4 else array.ndim - 1) if per_channel else None
        others = None if axis is None else tuple(i for i in range(array.ndim) if i != axis)
        scale = np.abs(array).max(axis=others, keepdims=True) / 127
        stored = np.clip(np.round(array / scale), -127, 127).astype(np.int8)
        scale = (scale.reshape(-1) if per_channel else scale.reshape(())).astype(np.float32)
        tensors = [
            numpy_helper.from_array(stored, f"{name}_byte"),
            numpy_helper.from_array(scale, f"{name}_scale"),
            numpy_helper.from_array(np.zeros_like(scale, dtype=np.int8), f"{name}_zero"),
        ]
        attributes = {"axis": axis} if per_channel else {}
        names = [tensor.name for tensor in tensors]
        return tensors, helper.make_node("DequantizeLinear", names, [name], name=f"dequantize_{name}", **attributes)

    return replace_weights(model, encode)


def dynamic(model: onnx.ModelProto, kind: QuantType) -> onnx.ModelProto:
    """What onnxruntime's quantize_dynamic makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.onnx"), Path(folder, "target.onnx")
        onnx.save(model, source)
        # Signed weights of 7 bits: with 8, onnxruntime's own sums overflow on processors without VNNI.
        quantize_dynamic(source, target, weight_type=kind, reduce_range=kind == QuantType.QInt8)
        # Shape inference again: the snag of these files is their symbolic value_info.
        return shape_inference.infer_shapes(onnx.load(target))


def manifest(name: str, model: onnx.ModelProto, data: bytes) -> dict:
    shape = [d.dim_param or d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    side = shape[2]
    dims = {o.name: o.type.tensor_type.shape.dim[1].dim_value for o in model.graph.output}
    return {
        "name": name,
        "file": f"{name}.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": "MIT OR Apache-2.0",
        "how": "random weights, models/scripts/make_test_models.py",
        "input": {
            "name": "pixels",
            "shape": shape,
            "layout": "NCHW" if shape[1] == 3 else "NHWC",
            "color": "RGB",
        },
        "preprocess": {
            "resize": {"shorter_side": side, "filter": "bicubic"},
            "crop": {"type": "center", "size": [side, side]},
            "scale": "x/255",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.25, 0.25, 0.25],
        },
        "outputs": {output: {"shape": ["N", dim]} for output, dim in dims.items()},
    }


def main() -> None:
    models = {
        "vit_opset11": vit(11),
        "vit_opset13": vit(13),
        "vit_opset17": vit(17),
        "vit_opset20": vit(20),
        "vit_half": vit(17, np.float16),
        "vit_half_weights": half_weights(vit(17)),
        "vit_byte_channel": byte_weights(vit(17), per_channel=True),
        "vit_dynamic_qint8": dynamic(vit(17), QuantType.QInt8),
        "vit_dynamic_quint8": dynamic(vit(17), QuantType.QUInt8),
        "conv_opset11": conv(11),
        "conv_opset13": conv(13),
        "conv_opset20_batch1": conv(20, batch=1),
        "conv_nhwc": conv(17, layout="NHWC"),
        "conv_half": conv(13, np.float16),
        "conv_half_weights": half_weights(conv(13)),
        "conv_byte_tensor": byte_weights(conv(13), per_channel=False),
        "conv_byte_channel": byte_weights(conv(13), per_channel=True),
        "conv_dynamic_qint8": dynamic(conv(13), QuantType.QInt8),
        "conv_dynamic_quint8": dynamic(conv(13), QuantType.QUInt8),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    inputs = {side: random.normal(0, 1, (3, side, side)).astype(np.float32) for side in (32, 48)}
    expected = {f"input.{side}": values for side, values in inputs.items()}
    for name, model in models.items():
        data = model.SerializeToString(deterministic=True)
        (OUT / f"{name}.onnx").write_bytes(data)
        description = manifest(name, model, data)
        description["probe"] = probe(description, data)
        (OUT / f"{name}.json").write_text(json.dumps(description, indent=1) + "\n")
        side = description["preprocess"]["resize"]["shorter_side"]
        image = inputs[side]
        if description["input"]["layout"] == "NHWC":
            image = image.transpose(1, 2, 0)
        number = helper.tensor_dtype_to_np_dtype(model.graph.input[0].type.tensor_type.elem_type)
        runner = session(data)
        names = [output.name for output in runner.get_outputs()]
        rows = runner.run(names, {"pixels": np.ascontiguousarray(image[None]).astype(number)})
        for output, row in zip(names, rows):
            expected[f"{name}.{output}"] = row[0].astype(np.float32)
        print(f"{name}: {len(data)} bytes, {len(model.graph.value_info)} value_info entries")
    versions = {"numpy": np.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
    save_file(expected, OUT / "expected.safetensors", metadata={"versions": json.dumps(versions)})


if __name__ == "__main__":
    main()
