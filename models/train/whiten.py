"""After training: the `aux` output becomes the pooled features on their main axes, partly whitened; `clip` is centred.

A small network says much about a few directions and little about the rest. Evening that out costs nothing,
since it is linear and takes the place of the head that was trained, and class means gain several points. The mean of all
photos says nothing about any of them, but favours some texts: without it far more names are found.
"""

import numpy as np
import torch
import torch.nn.functional as F

from model import Student

SAMPLE = 4000  # photos
POWER = 0.5  # 0 keeps the variances of the axes, 1 makes them equal; chosen on photos that were left out and categories of those that were not


def pooled_features(model, views, side):
    """`views`: (n, s, s, 3) uint8, whole; resized as in use."""
    rows = []
    with torch.no_grad():
        for first in range(0, len(views), 64):
            x = torch.from_numpy(views[first : first + 64]).permute(0, 3, 1, 2).float() / 127.5 - 1
            x = F.interpolate(x, (side, side), mode="bicubic", antialias=True, align_corners=False).clamp_(-1, 1)
            rows.append(model.pooled(x.contiguous(memory_format=torch.channels_last)).double())
    return torch.cat(rows).numpy()


def whiten(checkpoint, finished, views, rows, side):
    """Reads `checkpoint`, writes `finished`: the same network with its new `aux` and its centred `clip`."""
    saved = torch.load(checkpoint, weights_only=True)
    model = Student.of(saved["model"])
    picked = np.sort(np.random.default_rng(0).permutation(rows)[:SAMPLE])
    features = pooled_features(model, views[picked], side)
    mean = features.mean(0)
    variances, axes = np.linalg.eigh(np.cov(features - mean, rowvar=False))
    dim = model.aux.out_features
    variances, axes = variances[::-1][:dim], axes[:, ::-1][:, :dim]
    axes = axes / np.maximum(variances, variances[0] * 1e-6) ** (POWER / 2)
    with torch.no_grad():
        model.aux.weight.copy_(torch.from_numpy(axes.T.copy()))
        model.aux.bias.copy_(torch.from_numpy(-mean @ axes))
        model.clip.bias.copy_(-model.clip.weight.double() @ torch.from_numpy(mean))
    torch.save({"model": model.state_dict(), "state": saved["state"]}, finished)
