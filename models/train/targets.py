"""What the student is asked for: directions in the teacher's feature space, and in CLIP space."""

import csv
import hashlib
import json
import struct
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from views import View

AUX_DIM = 256
AXES_VIEWS = 2  # the views that the axes are found on
WHITENING = 0.25  # 0 keeps the teacher's variances, 1 makes them equal; class means gain a little in between
TEACHER_BATCH = {"cuda": 256, "cpu": 16}


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def read_safetensors(path):
    """Tensors as arrays, and the metadata."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    kinds = {"F16": np.float16, "F32": np.float32, "I32": np.int32}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        raw = np.frombuffer(data[8 + length + first : 8 + length + last], kinds[entry["dtype"]])
        tensors[name] = raw.reshape(entry["shape"])
    return tensors, metadata


def save(path, what):
    """Writes beside and renames, so that a file with its final name is whole."""
    part = path.with_suffix(".part")
    torch.save(what, part)
    part.rename(path)


def look(teacher, pixels, view):
    """What the teacher says of a view of every photo, in rows of unit length: `aux` (n, d) and `clip` (n, 512)."""
    aux, clip = [], []
    for rows in torch.arange(len(pixels), device=pixels.device).split(TEACHER_BATCH[pixels.device.type]):
        with torch.no_grad(), torch.autocast(pixels.device.type, torch.float16, enabled=pixels.is_cuda):
            said = teacher(view.render(pixels, rows, teacher.side, mode="bicubic"))
        aux.append(F.normalize(said[0].float(), dim=1))
        clip.append(F.normalize(said[1].float(), dim=1))
    return torch.cat(aux), torch.cat(clip)


def main_axes(features, power):
    """Columns are the main axes of centred features, the widest last, divided by a power of their variances; and the axes undivided."""
    variances, axes = torch.linalg.eigh(torch.cov(features.T.double()))
    return axes / variances.clamp_min(variances[-1] * 1e-6) ** (power / 2), axes


class Directions:
    """The teacher's features of some photos tell where the middle is, and the AUX_DIM axes that others are put on."""

    def __init__(self, features):
        self.middle = features.mean(0)
        self.axes = main_axes(features - self.middle, WHITENING)[0][:, -AUX_DIM:].float()

    def __call__(self, features):
        return F.normalize((features - self.middle) @ self.axes, dim=1)


class Lessons:
    """Views of the photos, and for each what the student shall say of it.

    `views` is a list; `aux` and `clip` are lists of (n, AUX_DIM) and (n, 512), each row of unit length. CLIP's own feature
    of a photo takes the place of the teacher's where it is known (`own`: which photos, and their features).
    """

    def __init__(self, pixels, sizes, teacher, views, seed, own, cache, key):
        self.views = [View(sizes, number, seed) for number in range(views)]
        self.aux, self.clip = [], []
        key = hashlib.sha256(f"{key}{seed}".encode()).hexdigest()[:16]  # other photos, other file
        directions, started = None, time.time()
        for number, view in enumerate(self.views):
            kept = cache / f"view-{key}-{number}.pt"
            if not kept.exists():
                if directions is None:
                    directions = Directions(torch.cat([look(teacher, pixels, v)[0] for v in self.views[:AXES_VIEWS]]))
                aux, clip = look(teacher, pixels, view)
                save(kept, (directions(aux).half(), clip.half()))
                if number % 10 == 0:
                    print(f"view {number} of {views}: {time.time() - started:.0f} s", flush=True)
            aux, clip = torch.load(kept, map_location=pixels.device, weights_only=True)
            photos, features = (x.to(pixels.device) for x in own)
            alone = ~view.mixed[photos]
            clip[photos[alone]] = features[alone].half()
            self.aux.append(aux)
            self.clip.append(clip)


def known_clip(names, clip_pairs):
    """CLIP's own features: which photos (k,), and their features (k, 512) of unit length."""
    if clip_pairs is None:
        return torch.zeros(0, dtype=torch.long), torch.zeros(0, 512)
    tensors, metadata = read_safetensors(clip_pairs.with_suffix(".safetensors"))
    row = {name: i for i, name in enumerate(names)}
    photos = torch.tensor([row.get(f"{clip_pairs.stem}/{file}", -1) for file in json.loads(metadata["files"])])
    features = F.normalize(torch.from_numpy(tensors["clip"].astype(np.float32)), dim=1)
    return photos[photos >= 0], features[photos >= 0]


def centred_texts(vocabulary):
    """(n, 512): unit text embeddings of words, minus their mean, unit again."""
    tensors, _ = read_safetensors(vocabulary)
    texts = unit(tensors["embeddings"].astype(np.float32))
    return unit(texts - texts.mean(0))


def singular(noun):
    """Ways to read a noun: as it is, and with the endings of a plural taken off."""
    yield noun
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if noun.endswith(ending):
            yield noun.removesuffix(ending) + instead


def category_words(names, categories, vocabulary):
    """(n,): for each photo which word of the vocabulary its category is; -1 where it is none, or nobody said."""
    words = np.full(len(names), -1)
    if categories is None:
        return words
    _, metadata = read_safetensors(vocabulary)
    index = {word.lower(): i for i, word in enumerate(json.loads(metadata["words"]))}
    row = {name: i for i, name in enumerate(names)}
    with open(categories, newline="") as file:
        for entry in csv.DictReader(file):
            photo = row.get(f"{Path(entry['shard']).stem}/{entry['file']}")
            known = [index[noun] for noun in singular(entry["category"].lower()) if noun in index]
            if photo is not None and known:
                words[photo] = known[0]
    return words
