"""Records a few dozen outputs of a real encoder, as onnxruntime gives them, in tests/data/NAME_reference.json.

Run from the project root: `python models/scripts/make_real_reference.py MANIFEST.json`. Needs numpy, onnxruntime. Numbers
only: no file of an encoder lies there, and the input follows a rule. Where the manifest names a size for live pictures, the
outputs at that size are recorded too.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

OUT = Path(__file__).resolve().parents[2] / "tests" / "data"
VALUES = 40
RULE = "byte i of [side, side, 3] is (i * 40503 mod 65536) div 256"


def tensor(side, preprocess):
    pixels = (np.arange(side * side * 3, dtype=np.int64) * 40503 % 65536 // 256).reshape(side, side, 3)
    mean, std = (np.float32(preprocess[key]) for key in ("mean", "std"))
    return ((pixels.astype(np.float32) / np.float32(255) - mean) / std).transpose(2, 0, 1)[None]


def main(path):
    manifest = json.loads(path.read_text())
    session = onnxruntime.InferenceSession(path.with_name(manifest["file"]), providers=["CPUExecutionProvider"])
    names = list(manifest["outputs"])
    sides = [manifest["input"]["shape"][2], *manifest.get("detail", {}).values()]
    reference = {"encoder": manifest["name"], "input": RULE, "onnxruntime": onnxruntime.__version__, "sides": {}}
    for side in sides:
        rows = session.run(names, {manifest["input"]["name"]: tensor(side, manifest["preprocess"])})
        strides = [row.shape[1] // VALUES for row in rows]
        reference["sides"][side] = {
            name: {"dim": row.shape[1], "stride": stride, "values": [float(x) for x in row[0, ::stride]]}
            for name, row, stride in zip(names, rows, strides, strict=True)
        }
    out = OUT / f"{manifest['name'].replace('-', '_')}_reference.json"
    out.write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
