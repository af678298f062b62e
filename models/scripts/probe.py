"""Gives manifests a probe: what onnxruntime makes of one known input, which the library runs when it loads the encoder.

Run from the project root: `python models/scripts/probe.py MANIFEST.json...`. Needs numpy, onnxruntime and the ONNX file that
each manifest names. The other scripts that write manifests call `probe`. The rule of the input stands in
`encoder/src/probe.rs`; where the manifest names a size for live pictures, that has numbers of its own.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

# How many numbers of each output.
VALUES = 8


def tensor(manifest: dict, side: tuple[int, int]) -> np.ndarray:
    height, width = side
    pixels = (np.arange(height * width * 3, dtype=np.int64) * 40503 % 65536 // 256).reshape(height, width, 3)
    mean, std = (np.float32(manifest["preprocess"][key]) for key in ("mean", "std"))
    image = (pixels.astype(np.float32) / np.float32(255) - mean) / std
    if manifest["input"]["layout"] == "NCHW":
        image = image.transpose(2, 0, 1)
    return np.ascontiguousarray(image[None])


def session(model: bytes | Path) -> onnxruntime.InferenceSession:
    """As the file says it: optimised, onnxruntime rounds the inputs of matrices behind DequantizeLinear to 8 bits too."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def probe(manifest: dict, model: bytes | Path, values: int = VALUES) -> dict:
    """The field of a manifest, with so many numbers of each output."""
    runner = session(model)
    shape = manifest["input"]["shape"]
    side = tuple(shape[2:]) if manifest["input"]["layout"] == "NCHW" else tuple(shape[1:3])
    sides = {"photo": side}
    if live := manifest.get("detail", {}).get("live"):
        sides["live"] = (live, live)
    number = np.float16 if runner.get_inputs()[0].type == "tensor(float16)" else np.float32
    result = {}
    for detail, side in sides.items():
        result[detail] = {}
        for stream, output in manifest["outputs"].items():
            image = tensor(manifest, side).astype(number)
            (row,) = runner.run([output.get("tensor", stream)], {manifest["input"]["name"]: image})
            row = row[0, output["token"]] if "token" in output else row[0]
            row = row.astype(np.float32)
            rounded = [float(f"{value:.7g}") for value in [*row[:values], np.abs(row).max()]]
            result[detail][stream] = {"first": rounded[:-1], "largest": rounded[-1]}
    return result


def main(paths: list[str]) -> None:
    for path in map(Path, paths):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["probe"] = probe(manifest, path.with_name(manifest["file"]))
        path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
