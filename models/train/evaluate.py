"""How well an encoder's features tell classes apart that nobody trained on: class means of a few photos each.

python evaluate.py --encoder ../handful-tiny.json --photos PHOTOS    one folder a class
python evaluate.py --features FILE.safetensors                      features that are computed already
python evaluate.py --encoder ... --photos ... --features FILE       both, one below the other
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from data import SUFFIXES
from targets import read_safetensors, unit

SHOTS = (1, 4, 8)
DRAWS = 5
BATCH = 16


class Encoder:
    """An ONNX encoder with the preprocessing that its manifest asks for, done by Pillow."""

    def __init__(self, manifest, threads=0):
        self.manifest = json.loads(manifest.read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        path = str(manifest.parent / self.manifest["file"])
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def pixels(self, photo):
        """One photo to a (3, height, width) tensor."""
        pre = self.manifest["preprocess"]
        shorter = pre["resize"]["shorter_side"]
        resample = Image.Resampling[pre["resize"]["filter"].split()[0].upper()]
        width, height = photo.size
        scale = shorter / min(width, height)
        photo = photo.resize((max(shorter, round(width * scale)), max(shorter, round(height * scale))), resample)
        high, wide = pre["crop"]["size"]
        left, top = (photo.width - wide) // 2, (photo.height - high) // 2
        x = np.asarray(photo.crop((left, top, left + wide, top + high)), np.float32) / 255
        return ((x - np.float32(pre["mean"])) / np.float32(pre["std"])).transpose(2, 0, 1)

    def features(self, files):
        """Output name to (n, dim)."""
        names = [output.name for output in self.session.get_outputs()]
        rows = {name: [] for name in names}
        for first in range(0, len(files), BATCH):
            x = np.stack([self.pixels(Image.open(f).convert("RGB")) for f in files[first : first + BATCH]])
            for name, value in zip(names, self.session.run(names, {self.manifest["input"]["name"]: x}), strict=True):
                rows[name].append(value)
        return {name: np.concatenate(value) for name, value in rows.items()}


def class_mean_accuracy(features, labels, shots):
    """Per cent of the other photos whose nearest class mean is their own, averaged over the draws."""
    x = unit(features.astype(np.float32))
    if not np.isfinite(x).all():
        raise SystemExit("the features hold NaN or infinity")
    scores = []
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        picked = [rng.permutation(np.flatnonzero(labels == c))[:shots] for c in range(labels.max() + 1)]
        means = unit(np.stack([x[rows].mean(0) for rows in picked]))
        query = np.ones(len(x), bool)
        query[np.concatenate(picked)] = False
        scores.append(np.mean((x[query] @ means.T).argmax(1) == labels[query]))
    return 100 * np.mean(scores)


def zero_shot_accuracy(clip, text, labels):
    """Per cent of the photos whose nearest class name is their own; photos and names centred on their means."""
    named = np.flatnonzero(np.abs(text).sum(1) > 0)
    known = np.isin(labels, named)
    images, words = unit(clip.astype(np.float32)), unit(text[named].astype(np.float32))
    images, words = unit(images - images.mean(0)), unit(words - words.mean(0))
    return 100 * np.mean(named[(images[known] @ words.T).argmax(1)] == labels[known])


def report(title, streams, labels, text=None):
    for name, features in sorted(streams.items()):
        cells = [f"{class_mean_accuracy(features, labels, shots):6.1f}" for shots in SHOTS]
        zero = f"{zero_shot_accuracy(features, text, labels):10.1f}" if name == "clip" and text is not None else ""
        print(f"{title + ' ' + name:44}{''.join(cells)}{zero}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--encoder", type=Path, help="manifest of an encoder, its ONNX file beside it")
    p.add_argument("--photos", type=Path, help="photos, one folder a class")
    p.add_argument("--features", type=Path, help="safetensors with `labels`, `clip` and `aux.NAME`")
    options = p.parse_args()
    if bool(options.encoder) != bool(options.photos) or not (options.photos or options.features):
        p.error("give --encoder with --photos, or --features, or all three")
    shots = "".join(f"{s:6}" for s in SHOTS)
    print(f"{'class means, accuracy in per cent; shots:':44}{shots} zero-shot")
    text = None
    if options.features:
        tensors, metadata = read_safetensors(options.features)
        text = tensors.get("text")
        streams = {k: v for k, v in tensors.items() if k == "clip" or k.startswith("aux.")}
        report(options.features.parent.name, streams, tensors["labels"], text)
    if options.photos:
        classes = sorted(d for d in options.photos.iterdir() if d.is_dir())
        files = [(c, f) for c, d in enumerate(classes) for f in sorted(d.iterdir()) if f.suffix.lower() in SUFFIXES]
        labels = np.array([c for c, _ in files])
        # Rows of `text` belong to these folders only where both lists of classes are one.
        known = json.loads(metadata["classes"]) if options.features else []
        if known != [d.name.replace("_", " ") for d in classes]:
            text = None
        streams = Encoder(options.encoder).features([f for _, f in files])
        report(options.encoder.stem, streams, labels, text)


if __name__ == "__main__":
    main()
