"""Records a few dozen outputs of a real encoder, as onnxruntime gives them: tests/data/mobilenet_v2_reference.json.

Run from the project root: `python models/scripts/make_real_reference.py ENCODER.onnx`. Needs numpy, onnxruntime. Neither
the encoder nor anything of its weights is part of the project; the input follows a rule.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "mobilenet_v2_reference.json"
VALUES = 40


def main(encoder: str) -> None:
    count = 3 * 224 * 224
    pixels = (np.arange(count, dtype=np.int64) * 40503 % 65536 / 32768 - 1).astype(np.float32)
    session = onnxruntime.InferenceSession(encoder, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    outputs = {}
    for name, row in zip(names, session.run(names, {"pixels": pixels.reshape(1, 3, 224, 224)})):
        stride = row.shape[1] // VALUES
        outputs[name] = {"dim": row.shape[1], "stride": stride, "values": [float(x) for x in row[0, ::stride]]}
    reference = {
        "encoder": Path(encoder).name,
        "input": "value i of [1,3,224,224] is (i * 40503 mod 65536) / 32768 - 1",
        "onnxruntime": onnxruntime.__version__,
        "outputs": outputs,
    }
    OUT.write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
