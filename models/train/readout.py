"""After training: the `aux` output becomes the teacher's features as the network can tell them, made more even; `clip` is centred.

Ridge regression finds weights for all that is read of the network that no training of minutes finds. What it guesses says
much about a few directions and little about the rest: evening that out costs nothing, since it is linear too, and class means
gain several points. The mean of all photos says nothing about any of them, but favours some texts: without it far more
names are found.
"""

import numpy as np
import torch
import torch.nn.functional as F

from augment import augment
from data import load_views
from model import EVEN, READ, Student
from targets import aux_targets

BATCH = 64
RIDGE = 1e-3  # added to the variances, which are about 1
POWER = 0.5  # 0 keeps the variances of the axes, 1 makes them equal; chosen on photos that were left out and categories of those that were not


def whole(views, side):
    """(n, s, s, 3) uint8, resized as in use."""
    x = views.permute(0, 3, 1, 2).float() / 127.5 - 1
    x = F.interpolate(x, (side, side), mode="bicubic", antialias=True, align_corners=False).clamp_(-1, 1)
    return x.contiguous(memory_format=torch.channels_last)


def readings(model, cache, view, rows, side):
    """(n, READ): what is read of the photos' view; view 0, the whole photo, as it is, and others under changing light."""
    pixels, rng = load_views(cache, view), torch.Generator().manual_seed(view)
    read = np.empty((len(rows), READ), np.float32)
    with torch.no_grad():
        for first in range(0, len(rows), BATCH):
            x = torch.from_numpy(pixels[rows[first : first + BATCH]])
            x = whole(x, side) if view == 0 else augment(x, side, rng)
            read[first : first + BATCH] = model.pooled(x).numpy()
    return read


def even_axes(features, dim):
    """(d, dim): the main axes of centred features, divided by a power of their variances."""
    variances, axes = np.linalg.eigh(np.cov(features, rowvar=False))
    variances, axes = variances[::-1][:dim], axes[:, ::-1][:, :dim]
    return axes / np.maximum(variances, variances[0] * 1e-6) ** (POWER / 2)


def read_out(checkpoint, finished, cache, views, rows, side):
    """Reads `checkpoint`, writes `finished`: the same network with its new `aux` and its centred `clip`."""
    saved = torch.load(checkpoint, weights_only=True)
    model = Student.of(saved["model"])
    read = [readings(model, cache, view, rows, side) for view in range(views)]
    middle = read[0].mean(0)
    photos = read[0] - middle
    seen = np.concatenate(read)
    seen -= seen.mean(0)
    wanted = np.concatenate([target[rows] for target in aux_targets(cache, views, rows)])
    wanted -= wanted.mean(0)
    spread = (seen.T @ seen).astype(np.float64) / len(seen)
    weights = np.linalg.solve(spread + RIDGE * EVEN**2 * np.eye(READ), seen.T @ wanted / len(seen))
    weights = weights @ even_axes(photos @ weights, wanted.shape[1])
    with torch.no_grad():
        model.aux.weight.copy_(torch.from_numpy(weights.T.copy()))
        model.aux.bias.copy_(torch.from_numpy(-middle @ weights))
        model.clip.bias.copy_(-model.clip.weight @ model.narrow(torch.from_numpy(middle)))
    torch.save({"model": model.state_dict(), "state": saved["state"]}, finished)
