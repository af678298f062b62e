"""Builds the networks of tests/data/models/faults, which the engine once got wrong, those of tests/data/models/greedy,
which ask for more than can be had, and those of tests/data/models/empty, which compute with numbers or axes that are not there.

The first are what was left of larger networks, drawn by `fuzz_models.py` and from elsewhere, when nothing more could be taken
away; the probes of their manifests hold all of onnxruntime's numbers. Run from the project root: `python models/scripts/make_fault_models.py`. Needs numpy, onnx,
onnxruntime.
"""

import json
from pathlib import Path

import fuzz_models
import numpy as np
import onnx
from onnx import numpy_helper
from probe import probe

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "models"

# Name: the lines of a graph from `x` (1, 3, 8, 8) to `y`, and its constants by name; of a shape alone, drawn at random.
FAULTS = {
    "softmax_between_bytes": (
        "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) p = Softmax<axis = -1>(d)"
        " r = QuantizeLinear(p, t, z) e = DequantizeLinear(r, t, z) y = Flatten(e)",
        {"s": 0.0278, "z": np.uint8(0), "t": 1 / 255},
    ),
    "softmax_between_signed_bytes": (
        "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) p = Softmax<axis = 1>(d)"
        " r = QuantizeLinear(p, t, w) e = DequantizeLinear(r, t, w) y = Flatten(e)",
        {"s": 0.0278, "z": np.int8(0), "t": 1 / 255, "w": np.int8(-128)},
    ),
    "log_softmax_between_bytes": (
        "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) p = LogSoftmax<axis = -1>(d)"
        " r = QuantizeLinear(p, t, w) e = DequantizeLinear(r, t, w) y = Flatten(e)",
        {"s": 0.0278, "z": np.uint8(0), "t": 0.031, "w": np.uint8(255)},
    ),
    "bytes_of_two_kinds": (
        "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) p = Sigmoid(d)"
        " r = QuantizeLinear(p, t, w) e = DequantizeLinear(r, t, w) y = Flatten(e)",
        {"s": 0.0278, "z": np.int8(0), "t": 1 / 255, "w": np.uint8(0)},
    ),
    "bottleneck_channels_last": (
        "a = Conv<kernel_shape = [1, 1]>(x, k) b = Transpose<perm = [0, 2, 3, 1]>(a) c = Add(b, v)"
        " d = Transpose<perm = [0, 3, 1, 2]>(c) e = Conv<kernel_shape = [3, 3], pads = [1, 1, 1, 1]>(d, l)"
        " f = Transpose<perm = [0, 2, 3, 1]>(e) g = Add(f, w) h = Transpose<perm = [0, 3, 1, 2]>(g)"
        " i = Conv<kernel_shape = [1, 1]>(h, m) j = Transpose<perm = [0, 2, 3, 1]>(i)"
        " y = ReduceMean<axes = [1, 2], keepdims = 0>(j)",
        {"k": (16, 3, 1, 1), "v": (1, 1, 1, 16), "l": (16, 16, 3, 3), "w": (1, 1, 1, 16), "m": (16, 16, 1, 1)},
    ),
    "negative_batch": ("a = Relu(x) y = Flatten(a)", {}),
    "celu": ("a = Celu<alpha = 1.5>(x) y = Flatten(a)", {}),
    "softplus_of_hundreds": ("a = Mul(x, c) b = Softplus(a) y = Flatten(b)", {"c": 70.0}),
    "log_softmax_of_hundreds": ("a = Mul(x, c) b = LogSoftmax<axis = -1>(a) y = Flatten(b)", {"c": 70.0}),
    "squeezed_from_the_end": ("a = GlobalAveragePool(x) y = Squeeze(a, c)", {"c": np.array([-1, -2])}),
    "second_places_of_a_convolution": (
        "a = Conv<kernel_shape = [3, 3], pads = [1, 1, 1, 1]>(x, k) b = Slice(a, s, e, i, t) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "s": np.array([1]), "e": np.array([99]), "i": np.array([2]), "t": np.array([2])},
    ),
    "every_second_place_of_a_padded_convolution": (
        'a = Conv<kernel_shape = [3, 3], auto_pad = "SAME_UPPER">(x, k)'
        " b = Conv<kernel_shape = [1, 1], strides = [2, 2]>(a, l) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "l": (4, 4, 1, 1)},
    ),
    "every_second_place_of_a_reshaped_image": (
        "a = Reshape(x, c) b = Reshape(a, d) r = Relu(b) e = Conv<kernel_shape = [1, 1], strides = [2, 2]>(r, l) y = Flatten(e)",
        {"c": np.array([1, 3, 64]), "d": np.array([1, 3, 8, 8]), "l": (4, 3, 1, 1)},
    ),
    "third_places_of_an_activation": (
        "a = Conv<kernel_shape = [3, 3], pads = [1, 1, 1, 1]>(x, k) r = Relu(a) b = Slice(r, s, e, i, t) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "s": np.array([2]), "e": np.array([99]), "i": np.array([3]), "t": np.array([3])},
    ),
    "joined_and_mapped_in_bytes": (
        "q = QuantizeLinear(x, s, z) a = com.microsoft.QLinearLeakyRelu<alpha = 0.1>(q, s, z, u, z)"
        " b = com.microsoft.QLinearConcat<axis = 1>(u, z, q, s, z, a, u, z)"
        " p = com.microsoft.QLinearGlobalAveragePool(b, u, z, r, z) f = Flatten(p)"
        " g = com.microsoft.QGemm(f, r, z, m, t, v, n, u, z) y = DequantizeLinear(g, u, z)",
        {"s": 0.0278, "z": np.uint8(77), "u": 0.05, "r": 0.004, "m": np.arange(-30, 30, dtype=np.int8).reshape(6, 10), "t": 0.11,
         "v": np.int8(0), "n": np.arange(10, dtype=np.int32)},
    ),
    "attention_between_bytes": (
        "t = Reshape(x, c) k = Transpose<perm = [0, 2, 1]>(t) a = MatMul(t, k) q = QuantizeLinear(a, s, z)"
        " d = DequantizeLinear(q, s, z) p = Softmax<axis = -1>(d) r = QuantizeLinear(p, u, w) e = DequantizeLinear(r, u, w)"
        " f = MatMul(e, t) y = Flatten(f)",
        {"c": np.array([1, 12, 16]), "s": 0.2, "z": np.uint8(128), "u": 1 / 255, "w": np.uint8(0)},
    ),
    "log_softmax_between_signed_bytes": (
        "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) p = LogSoftmax<axis = 2>(d)"
        " r = QuantizeLinear(p, t, w) e = DequantizeLinear(r, t, w) y = Flatten(e)",
        {"s": 0.0278, "z": np.int8(-3), "t": 0.031, "w": np.int8(127)},
    ),
    "residual_in_bytes": (
        "q = QuantizeLinear(x, s, z) a = QLinearConv<pads = [1, 1, 1, 1]>(q, s, z, k, t, v, u, z)"
        " b = com.microsoft.QLinearAdd(q, s, z, a, u, z, u, z) p = com.microsoft.QLinearSigmoid(b, u, z, r, w)"
        " m = com.microsoft.QLinearMul(b, u, z, p, r, w, u, z) d = DequantizeLinear(m, u, z) y = Flatten(d)",
        {"s": 0.0278, "z": np.uint8(77), "k": np.arange(-40, 41, dtype=np.int8).reshape(3, 3, 3, 3), "t": 0.011, "v": np.int8(0),
         "u": 0.05, "r": 1 / 255, "w": np.uint8(0)},
    ),
    "less_a_normalised_convolution": (
        "a = Conv<kernel_shape = [3, 3]>(x, k) n = BatchNormalization(a, g, h, i, j) b = Sub(c, n) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "g": (4,), "h": (4,), "i": (4,), "j": np.full(4, 2.0, np.float32), "c": (1, 4, 1, 1)},
    ),
    "less_a_convolution": (
        "a = Conv<kernel_shape = [3, 3]>(x, k) b = Sub(c, a) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "c": (1, 4, 1, 1)},
    ),
    "branch_by_a_size": (
        "h = Mul(x, c) p = GlobalMaxPool(h) s = Shape(p) d = Gather(s, two) k = Equal(d, one)"
        " a = If<then_branch = t () => (float[N,3,1] u) { q = Softplus(p) u = Squeeze(q, last) },"
        " else_branch = e () => (float[N,3,1,1] v) { v = Identity(p) }>(k) y = Flatten(a)",
        {"c": 70.0, "two": np.int64(2), "one": np.int64(1), "last": np.array([-1])},
    ),
    "by_a_convolution": (
        "a = Conv<kernel_shape = [3, 3]>(x, k, n) b = Div(c, a) y = Flatten(b)",
        {"k": (4, 3, 3, 3), "n": np.full(4, 9.0, np.float32), "c": (1, 4, 1, 1)},
    ),
    "zeros_of_no_type": (
        "a = ConstantOfShape(c) g = Greater(x, n) b = Where(g, x, a) m = MatMul(b, k) y = Flatten(m)",
        {"c": np.array([1, 3, 8, 8]), "n": 0.1, "k": (8, 4)},
    ),
}

# The same of graphs that may not be run: names begin with the operator that is named.
GREEDY = {
    "ConstantOfShape": ("a = ConstantOfShape(c) b = ReduceMean<keepdims = 0>(a) e = Add(x, b) y = Flatten(e)",
                        {"c": np.array([1, 65536, 65536])}),
    "Expand": ("a = Expand(x, c) b = ReduceMean<axes = [0, 1]>(a) y = Flatten(b)",
               {"c": np.array([2**20, 1, 3, 8, 8])}),
    "Resize": ("a = Resize(x, , c) b = GlobalAveragePool(a) y = Flatten(b)",
               {"c": np.array([1, 1, 4096, 4096], np.float32)}),
    "Pad": ("a = Pad(x, c) b = GlobalAveragePool(a) y = Flatten(b)",
            {"c": np.array([0, 0, 20000, 20000, 0, 0, 20000, 20000])}),
    "Tile": ("a = Tile(x, c) b = GlobalAveragePool(a) y = Flatten(b)", {"c": np.array([1, 1, 8192, 8192])}),
    "MatMul": ("l = ConstantOfShape(c) r = Transpose(l) a = MatMul(l, r) b = ReduceMean<keepdims = 0>(a) e = Add(x, b)"
               " y = Flatten(e)", {"c": np.array([65536, 1])}),
    "Range": ("a = Range(s, e, t) b = Cast<to = 1>(a) d = ReduceMean<keepdims = 0>(b) f = Add(x, d) y = Flatten(f)",
              {"s": np.int64(0), "e": np.int64(2**40), "t": np.int64(1)}),
    "Conv": ("a = Conv<kernel_shape = [1, 1], pads = [99999, 99999, 99999, 99999]>(x, k) b = GlobalAveragePool(a) y = Flatten(b)",
             {"k": (4, 3, 1, 1)}),
    "Expand_in_a_branch": (
        "a = If<then_branch = t () => (float[N,3,8,8] u) { e = Expand(x, c) u = ReduceMean<axes = [0]>(e) },"
        " else_branch = e () => (float[N,3,8,8] v) { v = Identity(x) }>(k) y = Flatten(a)",
        {"c": np.array([2**20, 3, 8, 8]), "k": np.True_}),
    "Sum_many_at_once": (
        # Summed, and all of them needed once more.
        " ".join(f"a{i} = Expand(x, c)" for i in range(8)) + " s = Sum(" + ", ".join(f"a{i}" for i in range(8)) + ")"
        " m = Max(s, " + ", ".join(f"a{i}" for i in range(8)) + ") b = ReduceMean<axes = [0]>(m) y = Flatten(b)",
        {"c": np.array([2**17, 3, 8, 8])}),
    "ConstantOfShape_many": (
        " ".join(f"a{i} = ConstantOfShape(c)" for i in range(200)) + " s = Sum(x, " + ", ".join(f"a{i}" for i in range(200)) + ")"
        " b = ReduceMean<axes = [0]>(s) y = Flatten(b)", {"c": np.array([5000, 3, 8, 8])}),
    "Loop": ("a = Loop<body = b (int64 i, bool c, float[1,3,8,8] v) => (bool d, float[1,3,8,8] w)"
             " { d = Identity(c) w = Add(v, v) }>(n, k, x) y = Flatten(a)", {"n": np.int64(5), "k": np.True_}),
    "Scan": ("a = Scan<body = b (float[3,8,8] v) => (float[3,8,8] w) { w = Relu(v) }, num_scan_inputs = 1>(x)"
             " y = Flatten(a)", {}),
    "If": ("m = ReduceMax<keepdims = 0>(x) c = Greater(m, z)"
           " a = If<then_branch = t () => (float[N,3,8,8] u) { u = Relu(x) },"
           " else_branch = e () => (float[N,3,8,8] v) { v = Neg(x) }>(c) y = Flatten(a)", {"z": 0.0}),
    "MaxPool": ("a = MaxPool<kernel_shape = [99999, 99999], pads = [50000, 50000, 50000, 50000]>(x) y = Flatten(a)", {}),
    "Transpose": ("a = Transpose<perm = [0, 1, 1, 2]>(x) y = Flatten(a)", {}),
    "LayerNormalization": ("a = LayerNormalization<axis = -5>(x, c) y = Flatten(a)", {"c": (8,)}),
    "LayerNormalization_of_one_number": ("m = ReduceMax<keepdims = 0>(x) n = LayerNormalization(m, c) a = Add(x, n) y = Flatten(a)",
                                         {"c": 0.5}),
    "OneHot": ("m = ArgMax<axis = 1, keepdims = 0>(x) n = OneHot<axis = -9>(m, e, v) b = ReduceMax<keepdims = 0>(n) a = Add(x, b) y = Flatten(a)",
               {"e": np.int64(3), "v": np.float32([0, 1])}),
    "Add_of_other_sizes": (
        "c = Conv<kernel_shape = [4, 4], strides = [4, 4]>(x, k) a = Add(c, x) f = Flatten(c) m = MatMul(a, f) s = Add(c, m) y = MatMul(s, v)",
        {"k": (4, 3, 4, 4), "v": (4, 8)}),
}  # fmt: skip

# The same, with tensors of no numbers, or without axes.
EMPTY = {
    "Pow": ("m = GlobalAveragePool(x) p = Pow(m, c) s = ReduceSum(p, i) a = Add(x, s) y = Flatten(a)",
            {"c": np.zeros(0, np.float32), "i": np.int64([3])}),
    "Clip": ("a = Clip(x, c) y = Flatten(a)", {"c": np.zeros(0, np.float32)}),
    "Range": ("a = Range(c, e, t) b = Cast<to = 1>(a) d = ReduceMean<keepdims = 0>(b) f = Add(x, d) y = Flatten(f)",
              {"c": np.zeros(0, np.int64), "e": np.int64(4), "t": np.int64(1)}),
    "Pad": ("a = Pad(x, p, c) b = GlobalAveragePool(a) d = Add(x, b) y = Flatten(d)",
            {"p": np.int64([0, 0, 1, 1, 0, 0, 1, 1]), "c": np.zeros(0, np.float32)}),
    "MaxPool": ("a = MaxPool<kernel_shape = [9, 1]>(x) b = ReduceSum(a, i) d = Add(x, b) y = Flatten(d)", {"i": np.int64([2, 3])}),
    "Slice": ("a = Slice(x, o, o, i) b = ReduceSum(a, i) d = Add(x, b) y = Flatten(d)",
              {"o": np.int64([2]), "i": np.int64([3])}),
    "BatchNormalization": ("m = ReduceMax<axes = [0, 1, 2], keepdims = 0>(x) n = BatchNormalization(m, c, c, c, c) a = Add(x, n) y = Flatten(a)",
                           {"c": np.ones(8, np.float32)}),
    "BatchNormalization_of_a_shared_name": (
        "m = ReduceMax<axes = [0, 1, 2], keepdims = 0>(x) n = BatchNormalization(m, c, c, c, c) a = Add(x, n) y = Flatten(a)",
        {"c": np.ones(8, np.float32)}),
    "Conv": ("m = ReduceMax<axes = [0, 1, 2], keepdims = 0>(x) n = Conv(m, k) a = Add(x, n) y = Flatten(a)", {"k": (8,)}),
    "MaxPool_of_one_axis": ("m = ReduceMax<axes = [0, 1, 2], keepdims = 0>(x) n = MaxPool<kernel_shape = [1]>(m) a = Add(x, n) y = Flatten(a)", {}),
}  # fmt: skip


def network(lines: str, constants: dict, random, batch: str) -> onnx.ModelProto:
    model = onnx.parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 13, "com.microsoft": 1]> g (float[{batch},3,8,8] x) => (float[N,M] y) {{ {lines} }}'
    )
    for name, value in constants.items():
        if isinstance(value, tuple):
            value = random.normal(0, np.prod(value[1:]) ** -0.5, value).astype(np.float32)
        elif isinstance(value, float):
            value = np.float32(value)
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    return model


def manifest(name: str, outputs: dict, layout: str, side: int) -> dict:
    return {
        "name": name,
        "file": f"{name}.onnx",
        "licence": "MIT OR Apache-2.0",
        "how": "random weights, models/scripts/make_fault_models.py",
        "input": {
            "name": "x",
            "shape": ["N", 3, side, side] if layout == "NCHW" else ["N", side, side, 3],
            "layout": layout,
            "color": "RGB",
        },
        "preprocess": {
            "resize": {"size": [side, side], "filter": "bilinear"},
            "scale": "x/255",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.25, 0.25, 0.25],
        },
        "outputs": outputs,
    }


def write(folder: Path, model: onnx.ModelProto, description: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = description["name"]
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / f"{name}.json").write_text(json.dumps(description, indent=1) + "\n")


def faults() -> None:
    random = np.random.default_rng(5)
    for name, (lines, constants) in FAULTS.items():
        model = network(lines, constants, random, "-1" if name == "negative_batch" else "N")
        row = fuzz_models.reference(fuzz_models.with_open_batch(model, "N"), ["y"], np.zeros((1, 3, 8, 8)))[0]
        description = manifest(name, {"aux": {"tensor": "y", "shape": ["N", row.shape[1]]}}, "NCHW", 8)
        description["probe"] = probe(description, model.SerializeToString(), row.shape[1])
        if name == "negative_batch":
            model = fuzz_models.with_open_batch(model, -1)
        write(OUT / "faults", model, description)


def refused(folder: str, networks: dict) -> None:
    random = np.random.default_rng(6)
    for name, (lines, constants) in networks.items():
        model = network(lines, constants, random, "N")
        if name.endswith("shared_name"):
            for node in model.graph.node:
                node.name = "the same"
        write(OUT / folder, model, manifest(name, {"aux": {"tensor": "y", "shape": ["N", 192]}}, "NCHW", 8))


if __name__ == "__main__":
    faults()
    refused("greedy", GREEDY)
    refused("empty", EMPTY)
