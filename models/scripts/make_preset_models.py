"""Builds models of the presets' architectures with random weights, by the exporters that made the real files.

The real files cannot be part of this repository, nor be fetched by its tests. These have the same graphs: `transformers`
(for MobileCLIP `open_clip` and `timm`) builds each network from its configuration, `optimum` or `torch.onnx` exports it,
onnxruntime's converter makes the 16-bit file and its dynamic quantiser the 8-bit one. Weights are rounded to 16 bits
first, so that the files of 32 and 16 bits hold the same network.

    python models/scripts/make_preset_models.py OUT [--full] [--quantized] [NAME ...]

writes for each preset `OUT/NAME/` with the files that its manifest names (below `models/presets`), and
`OUT/NAME/expected.json`: features of one drawn picture and of some prompts, by onnxruntime from the 32-bit files.
Their manifests, with the sizes and sums of these files, lie beside them in `OUT/NAME.json`. Without `--full` the networks
have two layers, a width of 8 and a vocabulary of our own: kilobytes instead of hundreds of megabytes. So were made those
of `tests/data/models/presets`, without mobileclip-s1, which has no small size:

    python models/scripts/make_preset_models.py tests/data/models/presets \
        clip-vit-b-32 siglip-b-16 tinyclip-8m-16 dinov2-small

Needs torch, transformers, optimum-onnx, onnxslim, onnxruntime, open_clip_torch, timm, pillow.
"""

import argparse
import gzip
import hashlib
import json
import tempfile
import warnings
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import onnxslim
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from optimum.exporters.onnx.convert import export
from optimum.exporters.onnx.model_configs import CLIPOnnxConfig, CLIPTextOnnxConfig, ViTOnnxConfig
from PIL import Image
from probe import probe
from transformers.models.clip.tokenization_clip import bytes_to_unicode

PRESETS = Path(__file__).resolve().parents[1] / "presets"
#: What the hub's exports of 2023 were made with; TinyCLIP's is of 2026.
OPSET = {"tinyclip-8m-16": 18}
NAMES = ["cat", "a photo of a dog", "café au lait", "two red apples and a rather long description of them " * 12]
PILLOW = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def picture(width: int = 320, height: int = 240) -> np.ndarray:
    """RGB with smooth and sharp parts; `npm/packaging` draws the same one."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    channels = [x * 255 // width, y * 255 // height, np.where((x // 20 + y // 20) % 2 == 0, 230, 40)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def preprocess(manifest: dict) -> np.ndarray:
    """The picture as the preset's input `(1, 3, H, W)`, by Pillow."""
    steps = manifest["preprocess"]
    image = Image.fromarray(picture())
    height, width = manifest["input"]["shape"][2:]
    resize = steps["resize"]
    if "size" in resize:
        image = image.resize((width, height), PILLOW[resize["filter"]])
    else:
        side, short = resize["shorter_side"], min(image.size)
        image = image.resize(tuple(side * s // short for s in image.size), PILLOW[resize["filter"]])
        left, top = (round((have - want) / 2) for have, want in zip(image.size, (width, height)))
        image = image.crop((left, top, left + width, top + height))
    pixels = np.asarray(image, dtype=np.float32) / 255
    pixels = (pixels - np.float32(steps["mean"])) / np.float32(steps["std"])
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None].astype(np.float32))


class Text(CLIPTextOnnxConfig):
    inputs = {"input_ids": {0: "batch_size", 1: "sequence_length"}}
    outputs = {"text_embeds": {0: "batch_size"}, "last_hidden_state": {0: "batch_size", 1: "sequence_length"}}


class SiglipText(CLIPTextOnnxConfig):
    inputs = {"input_ids": {0: "batch_size", 1: "sequence_length"}}
    outputs = {"last_hidden_state": {0: "batch_size", 1: "sequence_length"}, "pooler_output": {0: "batch_size"}}


class Vision(ViTOnnxConfig):
    outputs = {"image_embeds": {0: "batch_size"}, "last_hidden_state": {0: "batch_size"}}


class Pooled(ViTOnnxConfig):
    outputs = {"last_hidden_state": {0: "batch_size"}, "pooler_output": {0: "batch_size"}}


class Tokens(ViTOnnxConfig):
    outputs = {"last_hidden_state": {0: "batch_size"}}


#: Widths of the small networks: their files are committed.
SMALL = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
SMALL_VOCABULARY = 800


def clip_parts(patch: int, full: bool, **sizes):
    vision = {"image_size": 224, "patch_size": patch, "projection_dim": 512, **sizes.get("vision", {})}
    text = {"projection_dim": 512, "vocab_size": 49408, "eos_token_id": 2, **sizes.get("text", {})}
    return (vision, text) if full else (vision | SMALL, text | SMALL | {"vocab_size": SMALL_VOCABULARY})


def clip(patch: int):
    """OpenAI's CLIP: two files, with the attention of the `transformers` of their time."""

    def build(full: bool):
        vision, text = clip_parts(patch, full)
        v = transformers.CLIPVisionConfig(**vision, attn_implementation="eager")
        t = transformers.CLIPTextConfig(**text, attn_implementation="eager")
        return {
            "vision_model": (transformers.CLIPVisionModelWithProjection(v), Vision(v)),
            "text_model": (transformers.CLIPTextModelWithProjection(t), Text(t)),
        }

    return build


def tinyclip(full: bool):
    """TinyCLIP ViT-8M/16 Text-3M: one file with both sides, as the hub has it."""
    sizes = {
        "vision": {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 10, "num_attention_heads": 4},
        "text": {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 3, "num_attention_heads": 4},
    }
    vision, text = clip_parts(16, full, **sizes)
    if not full:
        vision["num_hidden_layers"] = text["num_hidden_layers"] = 1
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=512)
    return {"model": (transformers.CLIPModel(config), CLIPOnnxConfig(config, task="zero-shot-image-classification"))}


def siglip(full: bool):
    small = {} if full else SMALL
    v = transformers.SiglipVisionConfig(image_size=224, patch_size=16, attn_implementation="eager", **small)
    t = transformers.SiglipTextConfig(vocab_size=32000 if full else SMALL_VOCABULARY, max_position_embeddings=64, attn_implementation="eager", **small)
    return {
        "vision_model": (transformers.SiglipVisionModel(v), Pooled(v)),
        "text_model": (transformers.SiglipTextModel(t), SiglipText(t)),
    }


def dinov2(full: bool):
    size = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6} if full else SMALL
    config = transformers.Dinov2Config(image_size=518, patch_size=14, attn_implementation="eager", **size)
    return {"model": (transformers.Dinov2Model(config), Tokens(config))}


def mobileclip(full: bool):
    """MobileCLIP-S1, whose architecture has no small size."""
    import open_clip

    assert full
    config = open_clip.get_model_config("MobileCLIP-S1")
    whole = open_clip.CustomTextCLIP(**{k: v for k, v in config.items() if not k.startswith("custom")}).eval()
    from timm.utils import reparameterize_model

    whole.visual = reparameterize_model(whole.visual)
    return {
        "vision_model": (whole.visual, ("pixel_values", "image_embeds", torch.zeros(1, 3, 256, 256))),
        "text_model": (whole.text, ("input_ids", "text_embeds", torch.zeros(1, 77, dtype=torch.int64))),
    }


BUILD = {
    "clip-vit-b-32": clip(32),
    "clip-vit-b-16": clip(16),
    "mobileclip-s1": mobileclip,
    "siglip-b-16": siglip,
    "tinyclip-8m-16": tinyclip,
    "dinov2-small": dinov2,
}


def write_models(name: str, folder: Path, full: bool, quantized: bool) -> None:
    torch.manual_seed(7)
    for part, (model, how) in BUILD[name](full).items():
        model = model.half().float().eval()
        path = folder / f"{part}.onnx"
        if isinstance(how, tuple):
            source, target, example = how
            names = {"input_names": [source], "output_names": [target]}
            axes = {source: {0: "batch_size"}, target: {0: "batch_size"}}
            torch.onnx.export(model, (example,), path, opset_version=14, dynamic_axes=axes, dynamo=False, **names)
        else:
            export(model, how, path, opset=OPSET.get(name, 14))
        graph = onnx.load(path)
        if not full:
            # As the hub's newer files are; and half as large, where names are most of a file.
            graph = onnxslim.slim(graph)
            onnx.save(graph, path)
        onnx.save(convert_float_to_float16(graph, keep_io_types=True), folder / f"{part}_fp16.onnx")
        if quantized:
            options = {"MatMulConstBOnly": True}
            quantize_dynamic(
                path, folder / f"{part}_quantized.onnx", per_channel=True, reduce_range=True,
                weight_type=QuantType.QUInt8, extra_options=options,
            )


def clip_merges(full: bool) -> list[str]:
    """The pairs that OpenAI's tokenizer joins, from the file that open_clip carries; else pairs of our own."""
    if full:
        with gzip.open(files("open_clip") / "bpe_simple_vocab_16e6.txt.gz", "rt", encoding="utf-8") as lines:
            return lines.read().split("\n")[1 : 49152 - 256 - 2 + 1]
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])  # fmt: skip
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    options = {"initial_alphabet": alphabet, "end_of_word_suffix": "</w>", "show_progress": False}
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=SMALL_VOCABULARY, **options))
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [" ".join(pair) for pair in merges][: SMALL_VOCABULARY - 2 * 256 - 2]


def corpus() -> list[str]:
    return Path(__file__).read_text(encoding="utf-8").split("\n")


def write_clip_tokenizer(folder: Path, full: bool):
    """`tokenizer.json` as `transformers` writes it, and the tokenizer itself."""
    merges = clip_merges(full)
    letters = list(bytes_to_unicode().values())
    words = letters + [letter + "</w>" for letter in letters] + ["".join(pair.split()) for pair in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    with tempfile.TemporaryDirectory() as scratch:
        vocabulary, joins = Path(scratch, "vocab.json"), Path(scratch, "merges.txt")
        vocabulary.write_text(json.dumps({word: i for i, word in enumerate(words)}), encoding="utf-8")
        joins.write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
        tokenizer = transformers.CLIPTokenizerFast(str(vocabulary), str(joins))
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return lambda text: tokenizer(text, truncation=True, max_length=77)["input_ids"]


def write_siglip_tokenizer(folder: Path, full: bool):
    """A small vocabulary of our own behind the steps of SigLIP's tokenizer: the real one is a file of the hub."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Lowercase(), normalizers.Replace(Regex(r"[!-/:-@\[-`{-~]"), ""),
        normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip(),
    ])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer.enable_truncation(64)
    return lambda text: tokenizer.encode(text).ids


def numbers(row: np.ndarray) -> list[float]:
    return [float(f"{value:.7g}") for value in row]


def expected(manifest: dict, folder: Path, full_names: dict, tokenize) -> dict:
    """Features by onnxruntime, from the 32-bit files."""

    def run(path: str, outputs, inputs):
        session = onnxruntime.InferenceSession(folder / full_names[path], providers=["CPUExecutionProvider"])
        for value in session.get_inputs():
            # A file with both sides insists on all its inputs.
            shape = (1, 3, 224, 224) if value.name == "pixel_values" else (1, 77)
            kind = np.float32 if value.name == "pixel_values" else np.int64
            inputs.setdefault(value.name, np.ones(shape, dtype=kind))
        names = [value.name for value in session.get_inputs()]
        return session.run(outputs, {name: inputs[name] for name in names})

    tensor = preprocess(manifest)
    result = {"image": {}, "texts": []}
    for stream, output in manifest["outputs"].items():
        (row,) = run(manifest["file"], [output.get("tensor", stream)], {manifest["input"]["name"]: tensor})
        row = row[0] if "token" not in output else row[0][output["token"]]
        result["image"][stream] = numbers(row)
    if text := manifest.get("text"):
        for name in NAMES:
            ids = tokenize(text["template"].replace("{}", name))
            padded = np.full((1, text["length"]), text["pad"], dtype=np.int64)
            padded[0, : len(ids)] = ids
            inputs = {text["input"]["tokens"]: padded}
            if mask := text["input"].get("mask"):
                inputs[mask] = (np.arange(text["length"]) < len(ids)).astype(np.int64)[None]
            (row,) = run(text["file"], [text["output"]["tensor"]], inputs)
            result["texts"].append({"name": name, "tokens": ids, "features": numbers(row[0])})
    return result


def describe(path: Path, fields: dict) -> None:
    fields["bytes"] = path.stat().st_size
    fields["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()


def make(name: str, out: Path, full: bool, quantized: bool) -> None:
    manifest = json.loads((PRESETS / f"{name}.json").read_text(encoding="utf-8"))
    folder = out / name
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    write_models(name, folder / "onnx", full, quantized)
    text = manifest.get("text")
    tokenize = None
    if text:
        write = write_siglip_tokenizer if name.startswith("siglip") else write_clip_tokenizer
        tokenize = write(folder, full)
    if not full and name in ("siglip-b-16", "dinov2-small"):
        # Their features are as wide as the network.
        for output in manifest["outputs"].values():
            output["shape"][-1] = SMALL["hidden_size"]
        if text:
            text["output"]["shape"][-1] = SMALL["hidden_size"]
    if text and not full:
        text["vocabulary"] = SMALL_VOCABULARY
        text["pad"] = min(text["pad"], SMALL_VOCABULARY - 1)
    names = {path: path.replace("_fp16", "") for path in [manifest["file"], *([text["file"]] if text else [])]}
    values = expected(manifest, folder, names, tokenize)
    # The same numbers in 32 bits: those of 16 are not rounded any further here.
    manifest["probe"] = probe(manifest, folder / names[manifest["file"]])
    (folder / "expected.json").write_text(json.dumps(values) + "\n", encoding="utf-8")
    if not full:
        keep = {manifest["file"], *([text["file"]] if text else [])}
        for path in (folder / "onnx").glob("*.onnx"):
            if f"onnx/{path.name}" not in keep:
                path.unlink()
    describe(folder / manifest["file"], manifest)
    if text:
        describe(folder / text["file"], text)
        describe(folder / text["tokenizer"]["file"], text["tokenizer"])
    manifest["base"] = f"{name}/"
    manifest.pop("untried", None)
    manifest |= {"licence": "MIT OR Apache-2.0", "how": "random weights, models/scripts/make_preset_models.py"}
    (out / f"{name}.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    sizes = {path.name: path.stat().st_size for path in sorted((folder / "onnx").glob("*.onnx"))}
    print(name, json.dumps(sizes), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", default=list(BUILD), metavar="NAME")
    parser.add_argument("--full", action="store_true", help="the real sizes")
    parser.add_argument("--quantized", action="store_true", help="8-bit files too")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in arguments.names:
        make(name, arguments.out, arguments.full, arguments.quantized)


if __name__ == "__main__":
    main()
