"""What an encoder makes of photos: its `pooled` features, kept in a file for fit.py and benchmark.py.

python features.py --encoder ENCODER.onnx --side 224 --photos FOLDER ZIP ... --out FEATURES.npz
"""

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
BATCH = 8
MIDDLE, SPREAD = 127, 128  # what the encoder's input is: (x - 127) / 128


def photos(source):
    """Name and bytes of each photo in a folder or a zip, by name. A name begins with that of the folder or zip."""
    if source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.suffix.lower() in SUFFIXES):
            yield f"{source.name}/{path.relative_to(source).as_posix()}", path.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(n for n in archive.namelist() if Path(n).suffix.lower() in SUFFIXES):
            yield f"{source.stem}/{name}", archive.read(name)


def pixels(photo, side):
    """The shorter side becomes `side` pixels, of the longer one the middle is kept: (3, side, side)."""
    scale = side / min(photo.size)
    photo = photo.resize([max(side, round(length * scale)) for length in photo.size], Image.Resampling.BICUBIC)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    x = np.asarray(photo.crop((left, top, left + side, top + side)), np.float32)
    return ((x - MIDDLE) / SPREAD).transpose(2, 0, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True, help="ONNX: `pixels` (n, 3, h, w) to `pooled` (n, d)")
    parser.add_argument("--side", type=int, required=True, help="pixels a side that it is shown")
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="folders, or zips without folders")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # weights of one byte become floats once, not at every photo
    session = onnxruntime.InferenceSession(str(args.encoder), options, providers=["CPUExecutionProvider"])
    names, rows, batch = [], [], []

    def flush():
        if batch:
            rows.append(session.run(["pooled"], {"pixels": np.stack(batch)})[0])
            batch.clear()

    for source in args.photos:
        for name, data in photos(source):
            names.append(name)
            batch.append(pixels(Image.open(io.BytesIO(data)).convert("RGB"), args.side))
            if len(batch) == BATCH:
                flush()
        print(f"{source}: {len(names)} photos so far", flush=True)
    flush()
    np.savez(args.out, names=np.array(names), pooled=np.concatenate(rows))


if __name__ == "__main__":
    main()
