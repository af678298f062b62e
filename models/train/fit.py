"""Finds the output layers of an encoder: `aux` and `clip`, linear maps of what it says of photos (`pooled`).

See README.md in this folder. The same features give the same file.
"""

import argparse
import csv
import json
import os
import sys
from collections import Counter
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: several would add up in another order, and the file would differ
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from benchmark import unit
from outputs import TRANSFORMS

sys.path.append(str(Path(__file__).parents[1] / "train_words"))
from words import forms

TRANSFORM = "sqrt"  # of `pooled`: what is taught at one size is found better at another
AXES = 512  # numbers of `aux`; README.md tells how these were chosen
CLIP_AXES = 384  # of these, the widest, that `clip` is guessed from
WHITENING = 0.25  # 0 keeps the variances of the axes, 1 makes them equal
NARROWEST = 1e-6  # of the widest axis' variance: what is less is rounding
RIDGE = 0.3  # of the mean variance of an axis
TEXT = 0.5  # of the way from where CLIP sees a thing to where it has the thing's name
CROWD = 0.5  # n photos of one thing count as many as n to the power of 1 less this
IMAGENET = {"imagen", "imagenet-mini-part", "imagenet-sample", "imagenette", "nips2017"}  # sources named as its classes are


def axes(features):
    """Weights (AXES, n) and a bias that centre features and put them on their main axes, the widest first, made more even."""
    middle = features.mean(0)
    variances, directions = np.linalg.eigh(np.cov((features - middle).T))
    variances, directions = variances[::-1][:AXES], directions[:, ::-1][:, :AXES].T
    directions = directions * np.sign(np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1))
    weights = directions / np.maximum(variances, variances[0] * NARROWEST)[:, None] ** (WHITENING / 2)
    return weights, -weights @ middle


def read_features(paths, left_out=frozenset()):
    """Names and features of all photos of the files that are not left out, each once."""
    rows = {}
    for path in paths:
        with np.load(path) as file:
            rows.update(zip(file["names"].tolist(), file["pooled"]))
    names = sorted(rows.keys() - left_out)
    return names, np.stack([rows[name] for name in names]).astype(np.float64)


def read_rows(path, tensor, entry):
    """Unit rows of a safetensors file, and the metadata entry that names them, lower case."""
    with safe_open(path, "np") as file:
        names = [name.lower() for name in json.loads(file.metadata()[entry])]
        rows = file.get_tensor(tensor).astype(np.float64)
    if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=0.01):
        rows = rows.reshape(rows.shape[::-1]).T  # stored column by column, whatever the header says
    return names, unit(rows)


class Space:
    """The space of CLIP, as directions from the middle of images and from that of texts: where a photo should lie."""

    def __init__(self, prototypes, nouns):
        classes, images = read_rows(prototypes, "clip", "names")
        words, texts = read_rows(nouns, "embeddings", "words")
        self.middle = images.mean(0)
        self.classes = dict(zip(classes, self.directions(images)))
        self.nouns = dict(zip(words, unit(texts - texts.mean(0))))

    def directions(self, images):
        return unit(images - self.middle)

    def place(self, name, image):
        """Between the direction of an image and that of its name, as far as they are known; None where neither is."""
        text = next((self.nouns[form] for form in forms(name) if form in self.nouns), None)
        known = [side for side in (image, text) if side is not None]
        return (1 - TEXT) * image + TEXT * text if len(known) == 2 else known[0] if known else None


def known_places(names, categories, space):
    """Rows of the photos whose place is known, what is on them, and their places."""
    rows, shown, places = [], [], []
    for row, name in enumerate(names):
        source, category = categories.get(name, ("", ""))
        image = space.classes.get(category) if source in IMAGENET else None
        place = space.place(category, image)
        if place is not None:
            rows.append(row)
            shown.append(category)
            places.append(place)
    return rows, shown, places


def read_categories(indices):
    """Name of a photo to its source and category."""
    found = {}
    for index in indices:
        with open(index, newline="") as file:
            for row in csv.DictReader(file):
                found[f"{Path(row['shard']).stem}/{row['file']}"] = row["source"], row["category"].lower()
    return found


def read_pairs(features, clip, space):
    """Features of the photos whose own CLIP features are known, what is on them, and their places."""
    names, pooled = read_features([features])
    files, images = read_rows(clip, "clip", "files")
    with safe_open(clip, "np") as file:
        classes = json.loads(file.metadata()["classes"])
        shown = [classes[label].lower() for label in file.get_tensor("labels")]
    row = {name.split("/")[-1]: i for i, name in enumerate(names)}
    places = [space.place(name, image) for name, image in zip(shown, space.directions(images))]
    return pooled[[row[name] for name in files]], shown, places


def regression(x, y, shown):
    """Weights (y, x) of a ridge regression without a constant; photos of the same thing share some of their weight."""
    count = Counter(shown)
    weight = np.array([count[thing] ** -CROWD for thing in shown])
    weight /= weight.mean()
    x, y = x - np.average(x, 0, weight), y - np.average(y, 0, weight)
    spread = (x.T * weight) @ x
    return np.linalg.solve(spread + RIDGE * spread.trace() / len(spread) * np.eye(len(spread)), (x.T * weight) @ y).T


def quantised(matrix):
    """Whole numbers from -127 to 127 and the scale of each row."""
    scales = np.maximum(np.abs(matrix).max(1), 1e-12) / 127
    levels = np.rint(matrix / scales[:, None]).astype(np.int8)
    return np.ascontiguousarray(levels), scales.astype(np.float32)  # safetensors writes memory as it lies


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, nargs="+", required=True, help="of many photos, made by features.py")
    parser.add_argument("--categories", type=Path, nargs="+", default=[], help="csv: shard, file, source, category of these photos")
    parser.add_argument("--leave-out", type=Path, help="names of photos not to learn from, one a line")
    parser.add_argument("--pairs", type=Path, required=True, help="features of photos whose CLIP features are known")
    parser.add_argument("--clip", type=Path, required=True, help="these: `clip`, `labels` and metadata `files`")
    parser.add_argument("--prototypes", type=Path, required=True, help="mean CLIP features of classes: `clip` and metadata `names`")
    parser.add_argument("--nouns", type=Path, required=True, help="CLIP's texts of nouns: `embeddings` and metadata `words`")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    left_out = frozenset(args.leave_out.read_text().split("\n")) if args.leave_out else frozenset()
    names, pooled = read_features(args.features, left_out)
    features = TRANSFORMS[TRANSFORM](pooled)
    weights, bias = axes(features)
    aux = features @ weights.T + bias
    space = Space(args.prototypes, args.nouns)
    rows, shown, places = known_places(names, read_categories(args.categories), space)
    pairs, shown_in_pairs, places_of_pairs = read_pairs(args.pairs, args.clip, space)
    x = np.concatenate([aux[rows], TRANSFORMS[TRANSFORM](pairs) @ weights.T + bias])[:, :CLIP_AXES]
    to_clip = np.zeros((len(places[0]), AXES))
    to_clip[:, :CLIP_AXES] = regression(x, np.array(places + places_of_pairs), shown + shown_in_pairs)
    print(f"{len(names)} photos, {len(rows)} of them with a known place in the space of CLIP, and {len(pairs)} pairs")

    tensors = {"aux.bias": bias, "clip.bias": -to_clip @ aux.mean(0)}
    tensors = {name: values.astype(np.float32) for name, values in tensors.items()}
    for name, matrix in (("aux", weights), ("clip", to_clip)):
        tensors[f"{name}.weight"], tensors[f"{name}.scale"] = quantised(matrix)
    args.out.write_bytes(save(tensors, {"transform": TRANSFORM}))


if __name__ == "__main__":
    main()
