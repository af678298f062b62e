"""Exports known networks by the exporters that people use, and compares the engine that ships with onnxruntime on each.

The weights are drawn; batch normalisations hold the statistics of drawn pictures. Each exporter needs an environment of its own
(Python 3.11), besides the packages of requirements.txt:

- `keras`: tensorflow-cpu==2.21.0 tf2onnx==1.17.0
- `paddle`: paddlepaddle==3.3.1 paddle2onnx==2.1.0 setuptools
- `torch`: torch==2.13.0 torchvision==0.28.0 timm==1.0.31 onnxscript==0.7.2
- `compare`: sympy==1.14.0

Run from the project root, with a folder for the networks (about 2 GB):

    cargo build --locked --release --bin outputs
    python models/scripts/try_exporters.py keras FOLDER [PART OF A NAME...]
    python models/scripts/try_exporters.py compare FOLDER [PART OF A NAME...] [--forms FORM...]

`compare` tries each network as it was exported and in the other forms that onnxruntime makes of it. What is right is defined
in fuzz_models.py.
"""

import argparse
import collections
import re
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

# What the networks are calibrated on.
PICTURES = 8
CLASSES = 100
# The last layer before a sum. What it adds is kept small, as training keeps it: otherwise quantised networks are chaotic.
LAST = re.compile(r"(_3_(bn|conv)|project_(bn|BN)|\.bn3|layer\d\.\d\.bn2|\.bn2_b\.1)$")


def pictures(count: int, side: int, seed: int) -> np.ndarray:
    """Images `(count, 3, side, side)` of mean 0 and deviation 1, as smooth as photographs: amplitudes fall with the frequency."""
    random = np.random.default_rng(seed)
    frequencies = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequencies[0, 0] = 1 / side
    noise = np.fft.rfft2(random.normal(0, 1, (count, 3, side, side)))
    images = np.fft.irfft2(noise / frequencies, s=(side, side))
    images -= images.mean((1, 2, 3), keepdims=True)
    return (images / images.std((1, 2, 3), keepdims=True)).astype(np.float32)


# Keras.

# Name: the builder in `keras.applications`, its side, operator set, whether the input lies channels first.
KERAS = {
    "resnet50_13": ("ResNet50", 64, 13, False),
    "resnet50_17_nchw": ("ResNet50", 96, 17, True),
    "resnet50_11": ("ResNet50", 64, 11, False),
    "resnet50_18": ("ResNet50", 224, 18, False),
    "resnet50v2_15": ("ResNet50V2", 64, 15, False),
    "mobilenet_13": ("MobileNet", 64, 13, False),
    "mobilenetv2_13": ("MobileNetV2", 96, 13, False),
    "mobilenetv2_17_nchw": ("MobileNetV2", 224, 17, True),
    "mobilenetv3small_15": ("MobileNetV3Small", 96, 15, False),
    "mobilenetv3large_17_nchw": ("MobileNetV3Large", 64, 17, True),
    "efficientnetb0_15": ("EfficientNetB0", 96, 15, False),
    "efficientnetb0_18_nchw": ("EfficientNetB0", 224, 18, True),
    "efficientnetv2b0_17": ("EfficientNetV2B0", 64, 17, False),
    "densenet121_17": ("DenseNet121", 64, 17, False),
    "inceptionv3_17": ("InceptionV3", 96, 17, False),
    "xception_17": ("Xception", 96, 17, False),
    "nasnetmobile_15": ("NASNetMobile", 64, 15, False),
}


def keras_exporter():
    import keras
    import tensorflow as tf
    import tf2onnx

    random = np.random.default_rng(1)

    def export(path, builder, side, opset, first):
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        takes = {"include_preprocessing": False} if builder.startswith("MobileNetV3") else {}
        network = getattr(keras.applications, builder)(
            weights=None, classes=CLASSES, input_shape=(side, side, 3), **takes
        )
        for layer in network.layers:
            part = 0.2 if LAST.search(layer.name) else 1.0
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.0
                if layer.scale:
                    layer.gamma.assign(part * random.uniform(0.5, 1.5, layer.gamma.shape))
                layer.beta.assign(random.normal(0, 0.2, layer.beta.shape))
            elif isinstance(layer, keras.layers.Normalization):
                # As they are, tf2onnx makes inputs of them.
                layer.mean, layer.variance = np.array(layer.mean), np.array(layer.variance)
            elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)) and layer.use_bias:
                layer.bias.assign(random.normal(0, 0.1, layer.bias.shape))
                if isinstance(layer, keras.layers.Conv2D):
                    layer.kernel.assign(part * layer.kernel)
        network(pictures(PICTURES, side, 1).transpose(0, 2, 3, 1), training=True)
        both = keras.Model(network.input, [keras.layers.Flatten()(network.layers[-2].output), network.output])
        signature = [tf.TensorSpec((None, side, side, 3), tf.float32, name="pixels")]
        function = tf.function(lambda pixels: both(pixels, training=False), input_signature=signature)
        tf2onnx.convert.from_function(
            function, signature, opset=opset, inputs_as_nchw=["pixels"] if first else None,
            output_path=str(path),
        )  # fmt: skip

    return export


# Paddle.

# Name: the builder in `paddle.vision.models`, its side (-1: open, like the batch), operator set.
PADDLE = {
    "resnet50_11": ("resnet50", 64, 11),
    "resnet50_13_open": ("resnet50", -1, 13),
    "resnet50_17": ("resnet50", 224, 17),
    "mobilenetv1_13": ("mobilenet_v1", 64, 13),
    "mobilenetv2_16": ("mobilenet_v2", 96, 16),
    "mobilenetv3small_11": ("mobilenet_v3_small", 96, 11),
    "mobilenetv3large_14_open": ("mobilenet_v3_large", -1, 14),
    "shufflenetv2_13": ("shufflenet_v2_x0_5", 64, 13),
    "squeezenet_13": ("squeezenet1_1", 96, 13),
    "densenet121_15": ("densenet121", 64, 15),
    "inceptionv3_13": ("inception_v3", 96, 13),
    "googlenet_13": ("googlenet", 96, 13),
    "vit_13": (None, 64, 13),
    "vit_17": (None, 224, 17),
}


def paddle_exporter():
    import paddle
    import paddle2onnx
    from paddle import nn

    class Tokens(nn.Layer):
        """A vision transformer of Paddle's layers."""

        def __init__(self, side, width=192, patch=16):
            super().__init__()
            self.patches = nn.Conv2D(3, width, patch, patch)
            self.token = self.create_parameter([1, 1, width])
            self.places = self.create_parameter([1, (side // patch) ** 2 + 1, width])
            layer = nn.TransformerEncoderLayer(width, 3, 4 * width, 0.0, "gelu", normalize_before=True)
            self.blocks = nn.TransformerEncoder(layer, 4, nn.LayerNorm(width))
            self.head = nn.Linear(width, CLASSES)

        def forward(self, pixels):
            x = self.patches(pixels).flatten(2).transpose([0, 2, 1])
            token = self.token.expand([paddle.shape(x)[0], -1, -1])
            x = self.blocks(paddle.concat([token, x], axis=1) + self.places)
            return x[:, 0], self.head(x[:, 0])

    random = np.random.default_rng(1)

    def export(path, builder, side, opset):
        paddle.seed(1)
        calibrated = 96 if side < 0 else side
        network = getattr(paddle.vision.models, builder)(num_classes=CLASSES) if builder else Tokens(side)
        for label, layer in network.named_sublayers():
            if isinstance(layer, nn.BatchNorm2D):
                part = 0.2 if LAST.search(label) else 1.0
                layer._momentum = 0.0
                layer.weight.set_value((part * random.uniform(0.5, 1.5, layer.weight.shape)).astype("float32"))
                layer.bias.set_value(random.normal(0, 0.2, layer.bias.shape).astype("float32"))
        for parameter in network.parameters():
            if parameter.ndim == 3:
                parameter.set_value(random.normal(0, 0.5, parameter.shape).astype("float32"))
        network.train()
        network(paddle.to_tensor(pictures(PICTURES, calibrated, 1)))
        network.eval()
        with tempfile.TemporaryDirectory() as scratch:
            prefix = f"{scratch}/network"
            spec = paddle.static.InputSpec([-1, 3, side, side], "float32", "pixels")
            paddle.jit.save(network, prefix, input_spec=[spec])
            paddle2onnx.export(
                f"{prefix}.json", f"{prefix}.pdiparams", str(path), opset_version=opset,
            )  # fmt: skip

    return export


# PyTorch.

# Exporter and operator set.
TORCH_EXPORTERS = {"script13": (False, 13), "script17": (False, 17), "dynamo18": (True, 18), "dynamo20": (True, 20)}
# Name: the builder in torchvision, or timm's name, and its side.
TORCH_NETWORKS = {
    "resnet18": ("torchvision.resnet18", 64),
    "resnet50": ("torchvision.resnet50", 224),
    "mobilenetv2": ("torchvision.mobilenet_v2", 96),
    "mobilenetv3small": ("torchvision.mobilenet_v3_small", 96),
    "efficientnetb0": ("torchvision.efficientnet_b0", 96),
    "convnexttiny": ("torchvision.convnext_tiny", 64),
    "shufflenetv2": ("torchvision.shufflenet_v2_x0_5", 64),
    "regnety": ("torchvision.regnet_y_400mf", 64),
    "squeezenet": ("torchvision.squeezenet1_1", 96),
    "densenet121": ("torchvision.densenet121", 64),
    "mnasnet": ("torchvision.mnasnet0_5", 64),
    "googlenet": ("torchvision.googlenet", 96),
    "swint": ("torchvision.swin_t", 64),
    "swinv2t": ("torchvision.swin_v2_t", 64),
    "maxvit": ("torchvision.maxvit_t", 224),
    "vitb32": ("torchvision.vit_b_32", 224),
    "vittiny": ("vit_tiny_patch16_224", 224),
    "vitsmall": ("vit_small_patch16_224", 224),
    "deit": ("deit3_small_patch16_224", 224),
    "dinov2": ("vit_small_patch14_dinov2", 98),
    "dinov3": ("vit_small_patch16_dinov3", 96),
    "clip": ("vit_base_patch32_clip_224", 224),
    "siglip": ("vit_base_patch16_siglip_224", 64),
    "eva02": ("eva02_tiny_patch14_224", 224),
    "beit": ("beit_base_patch16_224", 224),
    "timmswin": ("swin_tiny_patch4_window7_224", 224),
    "mobilenetv4": ("mobilenetv4_conv_small", 96),
    "mobilevit": ("mobilevit_xs", 96),
    "efficientformer": ("efficientformerv2_s0", 224),
    "fastvit": ("fastvit_t8", 96),
    "mobileone": ("mobileone_s0", 96),
    "repvgg": ("repvgg_a0", 64),
    "ghostnet": ("ghostnet_100", 96),
    "convnextv2": ("convnextv2_atto", 64),
    "levit": ("levit_128s", 224),
    "xcit": ("xcit_nano_12_p16_224", 64),
    "tinyvit": ("tiny_vit_5m_224", 224),
    "mixer": ("mixer_s32_224", 224),
    "poolformer": ("poolformer_s12", 96),
    "efficientvit": ("efficientvit_b0", 96),
    "repvit": ("repvit_m0_9", 96),
    "edgenext": ("edgenext_xx_small", 96),
    "coatnet": ("coatnet_nano_rw_224", 224),
    "hrnet": ("hrnet_w18_small", 96),
    "nfnet": ("nf_resnet50", 64),
    "res2net": ("res2net50_26w_4s", 64),
    "resnest": ("resnest14d", 96),
    "lambda": ("lambda_resnet26t", 128),
}
TORCH = {
    f"{name}_{by}": (*network, *exporter)
    for name, network in TORCH_NETWORKS.items()
    for by, exporter in TORCH_EXPORTERS.items()
}


def torch_exporter():
    import timm
    import torch
    import torchvision
    from torch import nn

    class Both(nn.Module):
        """What the head sees, and what it gives."""

        def __init__(self, network, head):
            super().__init__()
            self.network, self.seen = network, None
            head.register_forward_pre_hook(lambda _, inputs: setattr(self, "seen", inputs[0]))

        def forward(self, pixels):
            logits = self.network(pixels)
            return self.seen.flatten(1), logits

    def network_of(builder, side):
        if builder.startswith("torchvision."):
            name = builder.split(".")[1]
            takes = {"init_weights": True, "aux_logits": False} if name == "googlenet" else {}
            return getattr(torchvision.models, name)(num_classes=CLASSES, **takes)
        try:
            return timm.create_model(builder, num_classes=CLASSES, img_size=side)
        except TypeError:
            return timm.create_model(builder, num_classes=CLASSES)

    def export(path, builder, side, dynamo, opset):
        torch.manual_seed(1)
        network = network_of(builder, side)
        for label, module in network.named_modules():
            if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
                part = 0.2 if LAST.search(label) else 1.0
                module.momentum = 1.0
                nn.init.uniform_(module.weight, 0.5 * part, 1.5 * part)
                nn.init.normal_(module.bias, 0, 0.2)
        for label, parameter in network.named_parameters():
            # Layer scales and places, which begin at nothing.
            if parameter.abs().max() < 1e-3 and not label.endswith("bias"):
                nn.init.normal_(parameter, 0, 0.3)
        images = torch.from_numpy(pictures(PICTURES, side, 1))
        network.train()
        with torch.no_grad():
            network(images)
        network.eval()
        # Of several networks the last layer is no linear one.
        linear = [module for module in network.modules() if isinstance(module, nn.Linear) and module.out_features == CLASSES]
        whole = Both(network, linear[-1]).eval() if linear else network
        takes = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamo else {"dynamic_axes": {"pixels": {0: "batch"}}}
        torch.onnx.export(
            whole.eval(), (images[:2],), str(path), input_names=["pixels"], opset_version=opset,
            dynamo=dynamo, external_data=False, **takes,
        )  # fmt: skip

    return export


# Comparison.

QUANTISED = {
    "qdq_u8": ("QDQ", "QUInt8", "QUInt8", False),
    "qdq_u8s8": ("QDQ", "QUInt8", "QInt8", True),
    "qdq_s8": ("QDQ", "QInt8", "QInt8", False),
    "qdq_s8_channels": ("QDQ", "QInt8", "QInt8", True),
    "qdq_u16": ("QDQ", "QUInt16", "QInt8", True),
    "qoperator_u8": ("QOperator", "QUInt8", "QUInt8", False),
    "qoperator_u8s8": ("QOperator", "QUInt8", "QInt8", True),
    "qoperator_s8": ("QOperator", "QInt8", "QInt8", False),
    "dynamic_u8": ("dynamic", None, "QUInt8", False),
    "dynamic_s8": ("dynamic", None, "QInt8", False),
    "dynamic_s8_channels": ("dynamic", None, "QInt8", True),
}
FORMS = ["float", "half", "optimised", *QUANTISED]


def in_form(model: onnx.ModelProto, form: str, images) -> onnx.ModelProto:
    """What onnxruntime's tools make of a network."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process
    from onnxruntime.transformers.float16 import convert_float_to_float16

    if form == "float":
        return model
    if form == "half":
        return convert_float_to_float16(model, disable_shape_infer=True)
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch, "source.onnx"), Path(scratch, "target.onnx")
        onnx.save(model, source)
        if form == "optimised":
            options = onnxruntime.SessionOptions()
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
            options.optimized_model_filepath = str(target)
            onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
            return onnx.load(target)
        kind, activations, weights, per_channel = QUANTISED[form]
        prepared = Path(scratch, "prepared.onnx")
        try:
            quant_pre_process(source, prepared)
        except Exception:  # noqa: BLE001: of some graphs it cannot infer the shapes
            prepared = source
        # 7 bits: with 8, onnxruntime's own sums overflow on processors without VNNI.
        common = {"weight_type": QuantType[weights], "per_channel": per_channel, "reduce_range": weights == "QInt8"}
        if kind == "dynamic":
            quantize_dynamic(prepared, target, **common)
        else:

            class Reader:
                """Of what onnxruntime calibrates on."""

                def __init__(self):
                    self.rest = iter([{model.graph.input[0].name: image[None]} for image in images])

                def get_next(self):
                    return next(self.rest, None)

            quantize_static(
                prepared, target, Reader(), quant_format=QuantFormat[kind], activation_type=QuantType[activations], **common
            )
        return onnx.load(target)


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """Negative sizes as symbols, which onnxruntime's tools understand."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for value in [*result.graph.input, *result.graph.output]:
        for place, dim in enumerate(value.type.tensor_type.shape.dim):
            if dim.dim_value < 0:
                dim.dim_param = f"size_{place}"
    return result


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-30))


def compare(exported: Path, form: str) -> str:
    """What the engine makes of a network in a form, in one line."""
    import fuzz_models

    original = onnx.load(exported)
    source = named(original)
    (pixels,) = source.graph.input
    dims = [dim.dim_value for dim in pixels.type.tensor_type.shape.dim]
    last = dims[3] == 3
    side = (dims[1] if last else dims[2]) or 96
    images = pictures(PICTURES + 1, side, 2)
    if last:
        images = images.transpose(0, 2, 3, 1)
    images, tensor = images[:-1], np.ascontiguousarray(images[-1:])
    try:
        model = in_form(source, form, images)
    except Exception as error:  # noqa: BLE001: onnxruntime's tools refuse some
        return f"no such form: {type(error).__name__} {str(error)[:100]}"
    names = [value.name for value in model.graph.output]
    exact = fuzz_models.widened(model) if form == "half" else model
    try:
        rows = fuzz_models.reference(exact, names, tensor)
    except Exception as error:  # noqa: BLE001
        return f"onnxruntime cannot run it: {str(error)[:160]}"
    rounds = form in QUANTISED
    random = np.random.default_rng(3)
    nudges = [tensor + (fuzz_models.NUDGE * random.normal(0, 1, tensor.shape)).astype(np.float32) for _ in range(8)]
    moved = [fuzz_models.reference(exact, names, nudge) for nudge in nudges if rounds]
    outputs, expected, apart = {}, {}, 1.0
    for place, (name, row) in enumerate(zip(names, rows)):
        if row.ndim not in (2, 3) or row.shape[-1] > 65536:
            continue
        step = max(fuzz_models.TOLERANCE * np.abs(row).max(), fuzz_models.steps(model, name))
        others = [other[place] for other in moved]
        quantum = max(step, *(np.abs(row - other).max() for other in others), 0.0)
        apart = min([apart, *(cosine(row.ravel(), other.ravel()) for other in others)])
        output = {"tensor": name, "shape": ["N", *row.shape[1:]]}
        if row.ndim == 3:
            output["token"] = 0
        outputs[f"output{place}"] = output
        expected[f"output{place}"] = (row[0].ravel()[: row.shape[-1]], float(step), float(quantum))
    manifest = {
        "input": {"name": pixels.name, "shape": ["N", side, side, 3] if last else ["N", 3, side, side],
                  "layout": "NHWC" if last else "NCHW", "color": "RGB"},
        "preprocess": {"resize": {"size": [side, side], "filter": "bilinear"}, "scale": "x/255",
                       "mean": [0.5] * 3, "std": [0.25] * 3},
        "outputs": outputs,
    }  # fmt: skip
    # The sizes as they were exported.
    if form != "half":
        for kind in ("input", "output"):
            for value, old in zip(getattr(model.graph, kind), getattr(original.graph, kind)):
                value.CopyFrom(old)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        fuzz_models.write(folder, "network", model, manifest, tensor)
        start = time.monotonic()
        fuzz_models.subprocess.run([fuzz_models.PROGRAM, folder], check=False)
        seconds = time.monotonic() - start
        kind, detail = fuzz_models.verdict(folder, "network", model, expected)
        if not (folder / "network.row").exists():
            return f"{kind}: {detail}"
        row = np.frombuffer((folder / "network.row").read_bytes(), "<f4")
    right = np.concatenate([expected[name][0] for name in sorted(expected)])
    off, start, cosines = 0.0, 0, []
    for name in sorted(expected):
        values = expected[name][0]
        got = row[start : start + values.size]
        start += values.size
        off = max(off, float(np.abs(got - values).max() / np.abs(values).max()))
        cosines.append(cosine(got, values))
    facts = f"cosine {min(cosines):.7f}, off by {off:.1e}"
    if rounds:
        facts += f"; onnxruntime against itself {apart:.7f}"
    assert right.size == row.size
    return f"{kind}{' (edge)' if detail == 'edge' else ''}: {facts}; {seconds:.1f} s{'; ' + detail if kind == 'wrong' else ''}"


EXPORTERS = {"keras": (keras_exporter, KERAS), "paddle": (paddle_exporter, PADDLE), "torch": (torch_exporter, TORCH)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", choices=[*EXPORTERS, "compare"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", help="parts of the names of networks; all where none is given")
    parser.add_argument("--forms", nargs="*", default=FORMS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    wanted = lambda name: not arguments.parts or any(part in name for part in arguments.parts)  # noqa: E731

    if arguments.step in EXPORTERS:
        exporter, networks = EXPORTERS[arguments.step]
        export = exporter()
        for name, network in networks.items():
            path = arguments.folder / f"{arguments.step}_{name}.onnx"
            if wanted(name) and not path.exists():
                print(name, flush=True)
                try:
                    export(path, *network)
                except Exception as error:  # noqa: BLE001: exporters refuse some
                    print(f"{name} cannot be exported: {type(error).__name__} {str(error)[:200]}", flush=True)
        return 0
    import logging

    logging.disable(logging.CRITICAL)
    onnxruntime.set_default_logger_severity(4)
    counts = collections.Counter()
    for exported in sorted(arguments.folder.glob("*.onnx")):
        if not wanted(exported.stem):
            continue
        for form in arguments.forms:
            try:
                result = compare(exported, form)
            except Exception:  # noqa: BLE001
                result = "failed: " + traceback.format_exc()
            counts[result.split(":")[0]] += 1
            print(f"{exported.stem} {form}: {result}", flush=True)
    print(dict(counts))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
