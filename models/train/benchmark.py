"""Small tasks as people have them, cut from labelled photos, to choose an encoder and its outputs by.

python benchmark.py unpack --index INDEX.csv MORE.csv --out PHOTOS      folders SOURCE/CLASS, and their names in PHOTOS/names.txt
python benchmark.py measure --features A.npz B.npz                      a line each; differences are to the first
python benchmark.py measure --features A.npz --outputs O.safetensors    the same of what output layers make of them
"""

import argparse
import csv
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from outputs import Outputs

# Sources of the index whose categories are labels. Those cut from ImageNet are left out: encoders were trained on their photos.
SOURCES = (
    "animals-vehicles animals8 antiques bikes cat-dog-bird churches-imagenette-mix corel-1k desk-objects egokitchen electronics fashion "
    "fashion-small flowers5 furniture furniture-shop game-boxes ikea indian-vegetables intel-scenes kangaroo office-rooms pacs-photo "
    "pizza-icecream raccoon scenes15-grey sign-words us-products"
).split()
REMAINDERS = {"electronics or accessory", "furniture", "furniture or household product", "image"}  # categories of what fits no other
LEAST, MOST = 20, 40  # photos of a class
SMALL = 5  # sources with fewer classes are mixed with each other
CLASSES = (2, 10)  # in a task
SHOTS = (1, 10)  # photos of a class that are shown
REPORTED = (1, 4, 8)
QUERIES = 10  # photos of a class that are asked
RIDGE = 1.0  # added to the likeness of a photo with itself


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def chosen(indices, seed):
    """Photos of the benchmark: (index, row of it) by source and class."""
    photos = defaultdict(list)
    for index in indices:
        with open(index, newline="") as file:
            for row in csv.DictReader(file):
                if row["source"] in SOURCES and row["category"] not in REMAINDERS:
                    photos[row["source"], row["category"]].append((index, row))
    dice = np.random.default_rng(seed)
    for key, rows in sorted(photos.items()):
        if len(rows) >= LEAST:
            yield key, [rows[i] for i in sorted(dice.permutation(len(rows))[:MOST])]


def unpack(indices, out, seed):
    names, classes = [], 0
    for (source, category), rows in chosen(indices, seed):
        folder = out / source / category.replace("/", " ").replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        classes += 1
        for index, row in rows:
            shard = Path(row["shard"])
            with zipfile.ZipFile(index.parent / shard) as archive:
                (folder / f"{shard.stem}-{row['file']}").write_bytes(archive.read(row["file"]))
            names.append(f"{shard.stem}/{row['file']}")
    (out / "names.txt").write_text("".join(f"{name}\n" for name in sorted(names)))
    print(f"{len(names)} photos of {classes} classes in {out}")


class Benchmark:
    """Tasks of one draw, the same for all features of these photos."""

    def __init__(self, names, tasks, seed):
        by_class = defaultdict(list)
        for row, name in enumerate(names):
            source, category = name.split("/")[-3:-1]
            by_class[source, category].append(row)
        by_source = defaultdict(list)
        for source, category in sorted(by_class):
            by_source[source].append(np.array(by_class[source, category]))
        groups = [classes for classes in by_source.values() if len(classes) >= SMALL]
        groups.append([rows for classes in by_source.values() if len(classes) < SMALL for rows in classes])
        self.groups = len(groups)
        dice = np.random.default_rng(seed)
        self.tasks = [self._task(groups[i % len(groups)], dice) for i in range(tasks)]

    @staticmethod
    def _task(classes, dice):
        """For each class the rows that may be shown, in their order, and those that are asked; and how many are shown."""
        count = min(dice.integers(CLASSES[0], CLASSES[1] + 1), len(classes))
        picked = [dice.permutation(classes[i]) for i in dice.permutation(len(classes))[:count]]
        shown = [rows[: SHOTS[1]] for rows in picked]
        queries = [rows[SHOTS[1] : SHOTS[1] + QUERIES] for rows in picked]
        return shown, queries, dice.integers(SHOTS[0], SHOTS[1] + 1)

    def measure(self, features, heads, asked=None):
        """Per cent right: head to (tasks, shots of REPORTED and the drawn ones). `asked`: features of photos when they are asked."""
        taught = unit(np.asarray(features, np.float64))
        asked = taught if asked is None else unit(np.asarray(asked, np.float64))
        scores = {head: np.zeros((len(self.tasks), len(REPORTED) + 1)) for head in heads}
        for number, (shown, queries, drawn) in enumerate(self.tasks):
            truth = np.repeat(np.arange(len(queries)), [len(rows) for rows in queries])
            for column, shots in enumerate((*REPORTED, drawn)):
                examples = taught[np.concatenate([rows[:shots] for rows in shown])]
                labels = np.repeat(np.arange(len(shown)), shots)
                for head in heads:
                    found = heads[head](examples, labels, asked[np.concatenate(queries)])
                    scores[head][number, column] = 100 * np.mean(found == truth)
        return scores


def class_means(examples, labels, queries):
    """The nearest class mean by cosine."""
    means = np.stack([examples[labels == c].mean(0) for c in range(labels.max() + 1)])
    return (queries @ unit(means).T).argmax(1)


def ridge(examples, labels, queries):
    """Regression on the classes, all centred on the examples."""
    middle = examples.mean(0)
    x, y = examples - middle, np.eye(labels.max() + 1)[labels]
    weights = np.linalg.solve(x @ x.T + RIDGE * np.eye(len(x)), y - y.mean(0))
    return ((queries - middle) @ x.T @ weights + y.mean(0)).argmax(1)


HEADS = {"class means": class_means, "ridge": ridge}


def line(title, scores, first):
    """Mean and standard error at each number of photos; then the difference to the first features, task by task."""
    error = scores.std(0) / np.sqrt(len(scores))
    text = f"{title:40}" + "".join(f"{mean:7.2f} ±{e:4.2f}" for mean, e in zip(scores.mean(0), error))
    if first is not None:
        gain = (scores - first)[:, -1]
        text += f"  {gain.mean():+6.2f} ±{gain.std() / np.sqrt(len(gain)):4.2f}"
    return text


def read(path, outputs):
    """Names of photos, and the features to measure by their names: those of the file, or what output layers make of them."""
    with np.load(path) as file:
        pooled = {"pooled": file["pooled"]}
        return file["names"], Outputs(outputs)(pooled["pooled"]) if outputs else pooled


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("unpack")
    one.add_argument("--index", type=Path, nargs="+", required=True, help="csv: shard (a zip beside it), file, source, category")
    one.add_argument("--out", type=Path, required=True)
    two = commands.add_parser("measure")
    two.add_argument("--features", type=Path, nargs="+", required=True, help="of these photos, made by features.py")
    two.add_argument("--asked", type=Path, help="other features of the photos that are asked, such as at another size")
    two.add_argument("--outputs", type=Path, help="output layers, made by fit.py")
    two.add_argument("--tasks", type=int, default=600)
    for command in (one, two):
        command.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.command == "unpack":
        unpack(args.index, args.out, args.seed)
        return
    print(f"{'accuracy in per cent; photos a class:':40}" + "".join(f"{shots:>13}" for shots in (*REPORTED, "1 to 10")))
    first = {}
    for path in args.features:
        names, streams = read(path, args.outputs)
        asked = read(args.asked, args.outputs)[1] if args.asked else streams
        for stream in streams:
            scores = Benchmark(names, args.tasks, args.seed).measure(streams[stream], HEADS, asked[stream])
            for head in HEADS:
                print(line(f"{path.stem} {stream}, {head}", scores[head], first.get(head)), flush=True)
                first.setdefault(head, scores[head])


if __name__ == "__main__":
    main()
