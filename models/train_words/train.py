"""Trains the text side of the encoder: class names to the text space of CLIP, from random weights.

See README.md in this folder. One command, a few minutes on one core; the same seed gives the same file.
"""

import argparse
import hashlib
import json
import random
import re
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import words as ours
from torch import nn

CLIP = 512
WIDTH = 64  # numbers in a row of the table
HIDDEN = 256
LEAST_WORDS = 2  # a piece that fewer words share teaches nothing about others
SURE = 0.4  # a cosine with the true row from here on counts as understood: most nouns have a sibling as near as that
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def centred(rows):
    """Rows without their mean, of unit length, and the mean."""
    mean = rows.mean(0)
    rest = rows - mean
    return rest / np.linalg.norm(rest, axis=1, keepdims=True), mean


def read_nouns(path):
    tensors, metadata = ours.read(path)
    return json.loads(metadata["words"]), centred(tensors["embeddings"].astype(np.float32))[0]


def read_prototypes(path):
    """Class names and the centred mean image features of each."""
    tensors, metadata = ours.read(path)
    rows = tensors["clip"].astype(np.float32)
    if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=0.01):
        rows = rows.reshape(rows.shape[::-1]).T  # stored column by column, whatever the header says
    if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=0.01):
        raise SystemExit(f"{path}: the rows are not of unit length")
    return [name.lower() for name in json.loads(metadata["names"])], centred(rows)[0]


def from_images(nouns, targets, names, prototypes):
    """The prototypes of names that are no nouns of the table, mapped to the text side.

    The map is a ridge regression on the names that are on both sides.
    """
    place = {noun: i for i, noun in enumerate(nouns)}
    both = [(i, place[name]) for i, name in enumerate(names) if name in place]
    x, y = prototypes[[i for i, _ in both]], targets[[j for _, j in both]]
    to_text = np.linalg.solve(x.T @ x + np.eye(CLIP), x.T @ y)
    mapped = prototypes @ to_text
    mapped /= np.linalg.norm(mapped, axis=1, keepdims=True)
    return [(name, mapped[i]) for i, name in enumerate(names) if name not in place]


class Names:
    """What to learn: names, the direction of each, and how much it counts."""

    def __init__(self, nouns, targets, extra=(), extra_weight=0.3):
        bare = {re.sub(r"\s*\(.*?\)", "", noun): i for i, noun in enumerate(nouns)}
        aliases = [(name, targets[i]) for name, i in bare.items() if name not in nouns]
        entries = [*zip(nouns, targets), *aliases]
        self.names = [name for name, _ in entries] + [name for name, _ in extra]
        self.targets = torch.tensor(np.array([t for _, t in entries] + [t for _, t in extra]), dtype=torch.float32)
        self.weights = [1.0] * len(entries) + [extra_weight] * len(extra)
        self.nouns = len(nouns)

    def keys(self):
        """Keys of all names as one word, of all words, and of the pieces that several words share."""
        split = [ours.split(name) for name in self.names]
        words = {word for some in split for word in some}
        counts = Counter(piece for word in sorted(words) for piece in ours.pieces(word))
        texts = {f"<{''.join(some)}>" for some in split} | {f"<{word}>" for word in words}
        texts |= {piece for piece, n in counts.items() if n >= LEAST_WORDS}
        return sorted(map(ours.key, texts))


def typo(name, dice):
    """One letter left out, doubled with its neighbour, or another."""
    if len(name) < 5:
        return name
    i = dice.randrange(1, len(name) - 1)
    return dice.choice(
        [
            name[:i] + name[i + 1 :],
            name[:i] + name[i + 1] + name[i] + name[i + 2 :],
            name[:i] + dice.choice(ALPHABET) + name[i + 1 :],
        ]
    )


def plural(name):
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name[-1] in "sxh" else "s")


class Network(nn.Module):
    def __init__(self, rows):
        super().__init__()
        self.table = nn.EmbeddingBag(rows, WIDTH, mode="sum")
        self.hidden = nn.Linear(ours.SLOTS * WIDTH, HIDDEN)
        self.out = nn.Linear(HIDDEN, CLIP)
        nn.init.normal_(self.table.weight, std=0.06)

    def forward(self, batch):
        """`batch`: for each name its three slots, each a list of (row, weight). Gives unit rows."""
        slots = [slot for name in batch for slot in name]
        rows = torch.tensor([row for slot in slots for row, _ in slot], dtype=torch.long)
        weights = torch.tensor([weight for slot in slots for _, weight in slot], dtype=torch.float32)
        starts = torch.tensor(np.cumsum([0] + [len(slot) for slot in slots[:-1]]))
        x = self.table(rows, starts, per_sample_weights=weights).reshape(len(batch), -1)
        return F.normalize(self.out(F.relu(self.hidden(x))), dim=1)


class Trained:
    """A lookup and the network behind it."""

    def __init__(self, data, seed, steps, batch=256, rate=5e-3):
        self.keys = data.keys()
        self.lookup = ours.Lookup(self.keys)
        self.find = lru_cache(None)(self.lookup.find)
        torch.manual_seed(seed)
        self.network = Network(len(self.keys))
        self._learn(data, random.Random(seed), steps, batch, rate)

    def _learn(self, data, dice, steps, batch, rate):
        optimiser = torch.optim.AdamW(self.network.parameters(), rate, weight_decay=0)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
        for _ in range(steps):
            examples = [self._example(data, dice) for _ in range(batch)]
            targets = F.normalize(torch.stack([target for _, target, _ in examples]), dim=1)
            weights = torch.tensor([weight for _, _, weight in examples])
            cosines = (self.network([slots for slots, _, _ in examples]) * targets).sum(1)
            loss = ((1 - cosines) * weights).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()

    def _example(self, data, dice):
        """One name as somebody may write it: slots, target, weight."""
        if dice.random() < 0.25:  # two nouns side by side mean about the mean of both
            a, b = dice.randrange(data.nouns), dice.randrange(data.nouns)
            name, target, weight = f"{data.names[a]} {data.names[b]}", data.targets[a] + data.targets[b], 0.5
        else:
            i = dice.randrange(len(data.names))
            name, target, weight = data.names[i], data.targets[i], data.weights[i]
            kind = dice.random()
            name = typo(name, dice) if kind < 0.15 else plural(name) if kind < 0.3 else name
        return self._forgetful(name, dice), target, weight

    def _forgetful(self, name, dice):
        """The slots of a name, with something withheld, so that pieces learn to do without the whole."""
        words, whole = self.find(name)
        words = [
            (row if dice.random() > 0.4 else None, [r for r in rows if dice.random() > 0.1] or rows, share)
            for row, rows, share in words
        ]
        return ours.slots(words, whole if dice.random() > 0.4 else None)

    @torch.no_grad()
    def rows(self, names):
        return self.network([ours.slots(*self.find(name)) for name in names])


def report(title, rows, true, nouns=None, places=None):
    """One line: mean cosine with the truth, share that is understood, and how often the truth is nearest of all nouns."""
    cosines = (rows * true).sum(1)
    line = f"{title:34} {len(rows):5} cosine {cosines.mean():.3f}  >= {SURE} {(cosines >= SURE).float().mean():.3f}"
    if nouns is not None:
        ranks = (rows @ nouns.T).topk(5, 1).indices == torch.tensor(places)[:, None]
        line += f"  nearest {ranks[:, 0].float().mean():.3f}  among 5 {ranks.any(1).float().mean():.3f}"
    print(line, flush=True)
    return cosines


def measure(trained, nouns, targets, seen, unseen, seed):
    """Prints the results table; gives names and their cosines with the truth, for the confidence."""
    dice = random.Random(seed)
    true = torch.tensor(targets)
    some = dice.sample(seen, min(400, len(seen)))
    judged = []

    def judge(title, names, truth, places=None):
        if names:
            judged.extend(zip(names, report(title, trained.rows(names), truth, true, places).tolist()))

    def of(indices, change=lambda name: name):
        return [change(nouns[i]) for i in indices], true[indices], indices

    judge("trained nouns", *of(some))
    judge("  plural", *of(some, plural))
    judge("  capitals, hyphens", *of(some, lambda name: name.upper().replace(" ", "-")))
    judge("  a photo of a ...", *of(some, lambda name: f"a photo of a {name}"))
    judge("  one letter wrong", *of(some, lambda name: typo(name, dice)))
    pairs = [dice.sample(seen, 2) for _ in range(200)]
    both = F.normalize(torch.stack([true[a] + true[b] for a, b in pairs]), dim=1)
    rows = trained.rows([f"{nouns[a]} {nouns[b]}" for a, b in pairs])
    report("two nouns, against their mean", rows, both)
    judge("unseen nouns", *of(unseen))
    known = [i for i in unseen if trained.lookup.evidence(nouns[i])[1]]
    if known:
        report("  all of their words known", trained.rows([nouns[i] for i in known]), true[known], true, known)
    return judged


def fit_confidence(evidence, understood):
    """Weights of a logistic regression, the constant last; a little penalty keeps them finite."""
    x = torch.tensor(np.hstack([evidence, np.ones((len(evidence), 1))]))
    y = torch.tensor(understood, dtype=torch.float64)
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = F.binary_cross_entropy_with_logits(x @ w, y) + 1e-4 * (w[:-1] ** 2).sum()
        value.backward()
        return value

    optimiser.step(loss)
    return w.detach().numpy().astype(np.float32)


def quantised(matrix):
    """Whole numbers from -127 to 127 and the scale of each row."""
    scales = np.maximum(np.abs(matrix).max(1), 1e-8) / 127
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def save(path, trained, weights, card):
    tensors = {"keys": np.array(trained.keys, np.uint32)}
    for name, layer in trained.network.named_children():
        tensors[name], tensors[f"{name}_scale"] = quantised(layer.weight.detach().numpy())
        if name != "table":
            tensors[f"{name}_bias"] = layer.bias.detach().numpy()
    tensors["confidence"] = weights
    # Wide types first, so that each tensor begins where its type may.
    order = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    ours.write(path, {name: tensors[name] for name in order}, card)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nouns", type=Path, required=True, help="`embeddings` [n, 512] and metadata `words`")
    parser.add_argument("--prototypes", type=Path, help="`clip` [n, 512], image side, and metadata `names`")
    parser.add_argument("--out", type=Path, default=Path("models/handful-words.safetensors"))
    parser.add_argument("--manifest", type=Path, help="of the encoder whose text side this is: gets its name and sha256")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--folds", type=int, default=3, help="of the nouns, to measure and to learn the confidence from")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    ours.key = lru_cache(None)(ours.key)
    began = time.time()

    nouns, targets = read_nouns(args.nouns)
    images = read_prototypes(args.prototypes) if args.prototypes else ([], np.zeros((0, CLIP), np.float32))
    unknown = [line for line in Path(__file__).with_name("unknown.txt").read_text().splitlines() if line]

    def train(seen):
        """Of these nouns only: no other is in the table, nor in the map from images."""
        own, rest = [nouns[i] for i in seen], {" ".join(ours.split(noun)) for noun in nouns}
        rest -= {" ".join(ours.split(noun)) for noun in own}
        extra = from_images(own, targets[seen], *images) if args.prototypes else []
        extra = [(name, target) for name, target in extra if " ".join(ours.split(name)) not in rest]
        return Trained(Names(own, targets[seen], extra), args.seed, args.steps)

    folds = np.random.default_rng(args.seed).permutation(len(nouns)) % args.folds
    evidence, understood, unseen = [], [], []
    for fold in range(args.folds):
        seen, rest = (np.flatnonzero(where).tolist() for where in (folds != fold, folds == fold))
        print(f"fold {fold + 1} of {args.folds}: {len(seen)} nouns are trained, {len(rest)} are not")
        trained = train(seen)
        judged = measure(trained, nouns, targets, seen, rest, args.seed)
        judged += [(name, -1.0) for name in unknown]
        for place, (name, cosine) in enumerate(judged):
            found = trained.lookup.evidence(name)
            if found is not None:
                evidence.append(found)
                understood.append(cosine >= SURE)
                unseen.append((fold, cosine == -1.0, len(judged) - len(unknown) - len(rest) <= place))
        print(f"{time.time() - began:.0f} s", flush=True)

    evidence, understood = np.array(evidence), np.array(understood)
    fold_of, meaningless, not_trained = np.array(unseen).T
    # Measured on a fold that its weights were not fitted to.
    held = np.zeros(len(evidence))
    for fold in range(args.folds):
        rest = fold_of != fold
        held[~rest] = ours.confidence(fit_confidence(evidence[rest], understood[rest]), evidence[~rest])
    for title, which in [
        ("trained nouns as people write them", not_trained == 0),
        ("unseen nouns", (not_trained == 1) & (meaningless == 0)),
        ("names without meaning", meaningless == 1),
    ]:
        kept = held[which] >= 0.5
        right = understood[which][kept].mean() if kept.any() else float("nan")
        print(f"{title:36} {which.sum():5} confident {kept.mean():.3f}, of these understood {right:.3f}")
    weights = fit_confidence(evidence, understood)
    print("confidence", weights)

    print("all nouns")
    trained = train(list(range(len(nouns))))
    measure(trained, nouns, targets, list(range(len(nouns))), [], args.seed)
    save(args.out, trained, weights, {"licence": "MIT OR Apache-2.0", "how": "models/train_words"})
    if args.manifest:
        manifest = json.loads(args.manifest.read_text())
        digest = hashlib.sha256(args.out.read_bytes()).hexdigest()
        manifest["words"] = {"file": args.out.name, "sha256": digest, "bytes": args.out.stat().st_size}
        args.manifest.write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(trained.keys)} rows, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
