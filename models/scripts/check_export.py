"""Runs an exported ONNX head in onnxruntime and compares it with the same head exported as weights.

Run: python models/scripts/check_export.py head.onnx head.safetensors   (needs NumPy, onnx, onnxruntime, safetensors)
Prints the largest difference between the probabilities of the two, over random features of every stream.
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open

ROWS = 100
TOLERANCE = 1e-5

onnx_file, weights_file = sys.argv[1:]
onnx.checker.check_model(onnx_file, full_check=True)
session = onnxruntime.InferenceSession(onnx_file)
with safe_open(weights_file, framework="numpy") as file:
    about = json.loads(file.metadata()["handful"])
    weights, bias = (file.get_tensor(name).astype(float) for name in ("weights", "bias"))
assert json.loads(session.get_modelmeta().custom_metadata_map["handful"]) == about

rng = np.random.default_rng(1)
raw = [rng.normal(size=(ROWS, stream["dim"])).astype(np.float32) for stream in about["streams"]]
raw[0][0] = 0  # Nothing may become NaN, also where the classifier would refuse the features.
names = [value.name for value in session.get_inputs()]
assert names == [stream["name"] for stream in about["streams"]], names
scores, found = session.run(None, dict(zip(names, raw)))
assert np.isfinite(scores).all() and np.isfinite(found).all()

unit = np.hstack([x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in raw])
logits = (unit @ weights.T + bias) / about["temperature"]
expected = np.exp(logits - logits.max(axis=1, keepdims=True))
expected /= expected.sum(axis=1, keepdims=True)
difference = np.abs(found - expected).max()
print(f"{len(about['labels'])} classes, {ROWS} rows: probabilities differ by {difference:.1e} at most")
sys.exit(difference > TOLERANCE)
