"""What the student is asked for: directions in the teacher's feature space, and in CLIP space."""

import csv
import json
import struct
from pathlib import Path

import numpy as np

from teacher import load_features

AUX_DIM = 256
AXES_VIEWS = 2  # views that the axes are found on; views added later leave them as they are
WHITENING = 0.25  # 0 keeps the teacher's variances, 1 makes them equal; class means gain a little in between


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


def aux_targets(cache, views, rows):
    """Per view (n, AUX_DIM): teacher features, centred, on their principal axes, partly whitened, unit length."""
    features = [unit(load_features(cache, view, "aux")) for view in range(views)]
    sample = np.concatenate([f[rows] for f in features[:AXES_VIEWS]])
    mean = sample.mean(0)
    variances, axes = np.linalg.eigh(np.cov(sample - mean, rowvar=False))
    variances, axes = variances[::-1][:AUX_DIM], axes[:, ::-1][:, :AUX_DIM]
    axes = (axes / np.sqrt(np.maximum(variances, 1e-12)) ** WHITENING).astype(np.float32)
    return [unit((f - mean) @ axes) for f in features]


def clip_targets(cache, views, names, clip_pairs):
    """Per view (n, 512): the teacher's map into CLIP space, or CLIP's own feature of the photo where known."""
    targets = [unit(load_features(cache, view, "clip")) for view in range(views)]
    if clip_pairs:
        tensors, metadata = read_safetensors(clip_pairs.with_suffix(".safetensors"))
        true = unit(tensors["clip"].astype(np.float32))
        row = {name: i for i, name in enumerate(names)}
        index = [row[f"{clip_pairs.stem}/{file}"] for file in json.loads(metadata["files"])]
        for target in targets:
            target[index] = true
    return targets


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
