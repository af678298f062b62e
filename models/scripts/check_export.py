"""Asks exported ONNX models in onnxruntime what the classifier has been asked, and compares the answers.

Run: cargo test -p handful export_runs   (needs Python with NumPy, onnx, onnxruntime, safetensors)
Arguments: folders with `model.onnx` and `answers.safetensors`: raw rows `features` (m, width), and what is said of each,
`probabilities` (m, C), `p_value` (m,) and `foreign` (m,).
Prints how far they are apart; fails where a probability is off by 1e-3, `p_value` by as much on average (where rounding
decides it is another rank), a label or a verdict at all.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-3


def check(folder):
    """Whether the model of this folder agrees with its answers."""
    onnx.checker.check_model(folder / "model.onnx", full_check=True)
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    about = json.loads(session.get_modelmeta().custom_metadata_map["handful"])
    asked = load_file(folder / "answers.safetensors")
    ends = np.cumsum([stream["dim"] for stream in about["streams"]])
    streams = np.split(asked["features"], ends[:-1], axis=1)
    names = [stream["name"] for stream in about["streams"]]
    assert [value.name for value in session.get_inputs()] == names
    assert [value.name for value in session.get_outputs()] == ["scores", "probabilities", "p_value", "foreign"]
    scores, probabilities, p_value, foreign = session.run(None, dict(zip(names, streams)))
    assert probabilities.shape == asked["probabilities"].shape == scores.shape
    assert p_value.shape == foreign.shape == asked["p_value"].shape
    off = np.abs(probabilities - asked["probabilities"]).max()
    rank = np.abs(p_value - asked["p_value"]).mean()
    labels = np.sum(probabilities.argmax(axis=1) != asked["probabilities"].argmax(axis=1))
    verdicts = np.sum(foreign != (asked["foreign"] > 0))
    # Nothing becomes NaN, also where the classifier would refuse the features.
    nothing = session.run(None, {name: np.zeros((1, rows.shape[1]), np.float32) for name, rows in zip(names, streams)})
    finite = all(np.isfinite(value).all() for value in nothing)
    print(
        f"{folder.name}: {len(foreign)} photos, {len(about['labels'])} classes: probabilities off by {off:.1e}, "
        f"p_value by {rank:.1e} on average, {labels} other labels, {verdicts} other verdicts"
    )
    return off < TOLERANCE and rank < TOLERANCE and labels == 0 and verdicts == 0 and finite


sys.exit(0 if all([check(Path(folder)) for folder in sys.argv[1:]]) else 1)
