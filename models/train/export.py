"""From a checkpoint to `NAME.onnx` with weights of one byte each, and its manifest."""

import hashlib
import json

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from model import EVEN, LATE, MIDDLE, Residual, Student

SIDE = 128  # pixels a side in use: a little more than in training, where crops made things look larger
LOGIT_SCALE = 25.0  # the likeliest for photos not trained on and the names of their classes; see models/README.md
AUX_WEIGHT = 2.0  # beside `clip`, colours and edges; chosen as the temperature was
TEMPERATURE = 2.0  # with one photo a class; for photos unlike those of training; see models/README.md
DESCRIPTORS = ["color", "edges"]  # what the library counts in the same pixels, beside the network
LICENCE = "MIT OR Apache-2.0"


def folded(unit):
    """Weights and bias of a ConvUnit with its batch normalisation folded in."""
    norm = unit.norm
    factor = norm.weight / (norm.running_var + norm.eps).sqrt()
    weight = unit.conv.weight * factor.view(-1, 1, 1, 1)
    return weight.detach().numpy(), (norm.bias - norm.running_mean * factor).detach().numpy()


class Graph:
    """Writes the network node by node. A value is known by the name of the node that made it."""

    def __init__(self):
        self.nodes, self.tensors, self.multiply_adds, self.parameters = [], [], 0, 0

    def add(self, kind, inputs, name=None, **attributes):
        name = name or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, array):
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weights(self, weight, bias):
        """int8 with a scale for each output channel; engines turn them into floats once, when they load."""
        name = f"w{len(self.nodes)}"
        rows = weight.reshape(len(weight), -1)
        scale = np.maximum(np.abs(rows).max(1), 1e-12) / 127
        levels = np.rint(rows / scale[:, None]).astype(np.int8).reshape(weight.shape)
        inputs = [
            self.constant(f"{name}.int8", levels),
            self.constant(f"{name}.scale", scale.astype(np.float32)),
            self.constant(f"{name}.zero", np.zeros(len(weight), np.int8)),
        ]
        self.parameters += weight.size + bias.size
        return [self.add("DequantizeLinear", inputs, name, axis=0), self.constant(f"{name}.bias", bias)]

    def conv(self, x, unit, side):
        weight, bias = folded(unit)
        kernel, stride = weight.shape[2], unit.conv.stride[0]
        x = self.add(
            "Conv",
            [x, *self.weights(weight, bias)],
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[kernel // 2] * 4,
        )
        side //= stride
        self.multiply_adds += weight.size * side * side
        return (x if unit.linear else self.add("Relu", [x])), side

    def head(self, x, linear, name):
        weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
        self.multiply_adds += weight.size
        return self.add("Gemm", [x, *self.weights(weight, bias)], name, transB=1)

    def pool(self, kind, x, **attributes):
        return self.add("Flatten", [self.add(kind, [x], **attributes)], axis=1)

    def even(self, x, norm):
        """Batch normalisation of numbers that are summed up already."""
        size = norm.num_features
        constants = [np.full(size, EVEN, np.float32), np.zeros(size, np.float32), norm.running_mean.numpy(), norm.running_var.numpy()]
        names = [self.constant(f"even.{i}", array) for i, array in enumerate(constants)]
        return self.add("BatchNormalization", [x, *names], epsilon=norm.eps)


def build(model):
    graph, x, side, outputs, sides = Graph(), "pixels", SIDE, [], []
    for layer in model.layers:
        if isinstance(layer, Residual):
            inner, _ = graph.conv(x, layer.first, side)
            inner, _ = graph.conv(inner, layer.second, side)
            x = graph.add("Relu", [graph.add("Add", [x, inner])])
        else:
            x, side = graph.conv(x, layer, side)
        outputs.append(x)
        sides.append(side)
    middle, late, half = outputs[MIDDLE], outputs[LATE], [sides[LATE] // 2] * 2
    wholes = [
        graph.pool("GlobalAveragePool", x),
        graph.pool("GlobalMaxPool", x),
        graph.pool("AveragePool", late, kernel_shape=half, strides=half),
        graph.pool("GlobalMaxPool", late),
        graph.pool("GlobalAveragePool", middle),
        graph.pool("GlobalMaxPool", middle),
    ]
    x = graph.even(graph.add("Concat", wholes, axis=1), model.even)
    narrow = graph.head(x, model.narrow, "narrow")
    outputs = {"clip": graph.head(narrow, model.clip, "clip"), "aux": graph.head(x, model.aux, "aux")}
    sizes = {"clip": model.clip.out_features, "aux": model.aux.out_features}
    body = helper.make_graph(
        graph.nodes,
        "handful",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(o, TensorProto.FLOAT, ["N", sizes[o]]) for o in outputs],
        graph.tensors,
    )
    onnx_model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 13)], producer_name="handful")
    onnx_model.ir_version = 8
    onnx.checker.check_model(onnx_model)
    return onnx_model.SerializeToString(deterministic=True), graph, sizes


def verify(data, model):
    """The file must say what the network says: exactly that of the rounded weights, nearly that of the floats."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    x = torch.randn(4, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    clip, aux = session.run(["clip", "aux"], {"pixels": x.numpy()})
    rounded = Student.of(model.state_dict())
    modules = [(m.conv, m.norm) for m in rounded.modules() if hasattr(m, "conv")]
    with torch.no_grad():
        for conv, norm in modules:
            factor = norm.weight / (norm.running_var + norm.eps).sqrt()
            conv.weight.copy_(_round(conv.weight * factor.view(-1, 1, 1, 1)) / factor.view(-1, 1, 1, 1))
        for linear in (rounded.aux, rounded.narrow, rounded.clip):
            linear.weight.copy_(_round(linear.weight))
        wanted = [t.numpy() for t in reversed(rounded(x))]
        floats = [t.numpy() for t in reversed(model(x))]
    worst = [_difference((clip, aux), w) for w in (wanted, floats)]
    if not worst[0] <= 1e-3:  # also when it is NaN
        raise SystemExit(f"the exported file differs from the network by {worst[0]:.1e} (relative)")
    print(f"export: {worst[0]:.1e} from the rounded network, {worst[1]:.1e} from the floats")


def _round(weight):
    flat = weight.reshape(len(weight), -1)
    scale = flat.abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
    return ((flat / scale).round() * scale).view_as(weight)


def _difference(got, want):
    """The largest difference over the largest value, for the worst output; NaN if there is one anywhere."""
    return np.max([np.abs(g - w).max() / np.abs(w).max() for g, w in zip(got, want, strict=True)])


def export(checkpoint, out, name, teacher):
    saved = torch.load(checkpoint, weights_only=True)
    state = saved["state"]
    model = Student.of(saved["model"])
    data, graph, sizes = build(model)
    verify(data, model)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.onnx").write_bytes(data)
    manifest = {
        "name": name,
        "file": f"{name}.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "licence": LICENCE,
        "how": (
            f"trained by models/train from random weights to imitate {teacher}: "
            f"{state['images']} crops seen in {state['seconds'] / 60:.1f} minutes on {state['hardware']}; "
            f"{graph.parameters / 1e6:.2f} million parameters in int8 with a scale for each output channel, "
            f"{graph.multiply_adds / 1e6:.0f} million multiply-adds"
        ),
        "opset": 13,
        "input": {"name": "pixels", "shape": ["N", 3, SIDE, SIDE], "layout": "NCHW", "color": "RGB"},
        "preprocess": {
            "resize": {"shorter_side": SIDE, "filter": "bicubic"},
            "crop": {"type": "center", "size": [SIDE, SIDE]},
            "scale": "x/255",
            "mean": [0.5] * 3,
            "std": [0.5] * 3,
        },
        "outputs": {
            "clip": {
                "shape": ["N", sizes["clip"]],
                "meaning": "in the space of the teacher's `clip`, less the mean of training photos; not normalised",
                "logit_scale": LOGIT_SCALE,
                "temperature": TEMPERATURE,
            },
            "aux": {
                "shape": ["N", sizes["aux"]],
                "meaning": "features on their main axes, centred, partly whitened",
                "temperature": TEMPERATURE,
                "weight": AUX_WEIGHT,
            },
        },
        "descriptors": DESCRIPTORS,
    }
    before = out / f"{name}.json"
    words = json.loads(before.read_text()).get("words") if before.exists() else None
    if words:  # the text side is trained apart, and stays
        manifest["words"] = words
    before.write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"wrote {out / name}.onnx and .json, {len(data) / 1e6:.2f} MB")
