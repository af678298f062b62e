"""Finds the output layers of an encoder: `aux` and `clip`, linear maps of what it says of photos (`pooled`).

See README.md in this folder. The same features give the same file.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from benchmark import unit

sys.path.append(str(Path(__file__).parents[1] / "train_words"))
from words import forms

AXES = 512  # numbers of `aux`
WHITENING = 0.5  # 0 keeps the variances of the axes, 1 makes them equal
NARROWEST = 1e-6  # of the widest axis' variance: what is less is rounding
RIDGE = 0.3  # of the mean variance of an axis
TEXT_RIDGE = 1.0  # from texts to images, for rows of unit length


def axes(features):
    """Weights (AXES, n) and bias that centre features and put them on their main axes, the widest first, made more even."""
    middle = features.mean(0)
    variances, directions = np.linalg.eigh(np.cov((features - middle).T))
    variances, directions = variances[::-1][:AXES], directions[:, ::-1][:, :AXES].T
    directions *= np.sign(np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1))
    weights = directions / np.maximum(variances, variances[0] * NARROWEST)[:, None] ** (WHITENING / 2)
    return weights, -weights @ middle


class Space:
    """The image space of CLIP: prototypes of classes, and where a noun would lie. Directions from the mean of all classes."""

    def __init__(self, prototypes, nouns):
        with safe_open(prototypes, "np") as file:
            names = [name.lower() for name in json.loads(file.metadata()["names"])]
            rows = file.get_tensor("clip").astype(np.float64)
        if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=0.01):
            rows = rows.reshape(rows.shape[::-1]).T  # stored column by column, whatever the header says
        with safe_open(nouns, "np") as file:
            words = [word.lower() for word in json.loads(file.metadata()["words"])]
            texts = unit(file.get_tensor("embeddings").astype(np.float64))
        self.middle = unit(rows).mean(0)
        prototypes, texts = self.directions(rows), unit(texts - texts.mean(0))
        self.prototypes = dict(zip(names, prototypes))
        both = [name for name in self.prototypes if name in words]
        x, y = texts[[words.index(name) for name in both]], np.stack([self.prototypes[name] for name in both])
        images = texts @ np.linalg.solve(x.T @ x + TEXT_RIDGE * np.eye(x.shape[1]), x.T @ y)
        self.nouns = dict(zip(words, unit(images)))

    def directions(self, rows):
        return unit(unit(rows) - self.middle)

    def noun(self, name):
        """Where things of this name would lie, in singular or plural; None if the nouns do not say."""
        return next((self.nouns[form] for form in forms(name) if form in self.nouns), None)


def lessons(names, categories, space, imagenet):
    """Which photos have a known place in the space of CLIP: rows, targets, and what each shows."""
    rows, targets, shown = [], [], []
    for row, name in enumerate(names):
        source, category = categories.get(name, (None, ""))
        target = space.prototypes.get(category) if source in imagenet else space.noun(category)
        if target is not None:
            rows.append(row)
            targets.append(target)
            shown.append(category)
    return rows, targets, shown
