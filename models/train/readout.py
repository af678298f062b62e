"""After training: `aux` becomes the teacher's features as the network can tell them; it and `clip` are made more even.

Ridge regression finds weights for all that is read of the network that no training of minutes finds. What it guesses says
much about a few directions and little about the rest: evening that out costs nothing, since it is linear too, and class
means gain several points; in `clip`, where texts have to fit, a little of it. The mean of all photos says nothing about
any of them, but favours some texts: without it far more names are found.
"""

import numpy as np
import torch
import torch.nn.functional as F

from augment import augment
from data import load_views
from model import EVEN, READ, Student
from targets import aux_targets

BATCH = 64
RIDGE = 1e-3  # added to the variances, which are about 1 before EVEN
# 0 keeps the variances of the axes, 1 makes them equal; chosen on photos that were left out and categories of those that were not.
POWER = 0.5
CLIP_POWER = 0.2  # more would turn `clip` further from the texts of CLIP


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


def main_axes(features, power):
    """Columns are the main axes of centred features, divided by a power of their variances; and the axes undivided."""
    variances, axes = np.linalg.eigh(np.cov(features, rowvar=False))
    return axes / np.maximum(variances, variances[-1] * 1e-6) ** (power / 2), axes


def read_out(checkpoint, finished, cache, views, rows, side):
    """Reads `checkpoint`, writes `finished`: the same network with its new `aux`, and with `clip` centred and more even."""
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
    weights = weights @ main_axes(photos @ weights, POWER)[0]
    with torch.no_grad():
        narrow, clip = model.narrow.weight.double().numpy(), model.clip.weight.double().numpy()
        divided, axes = main_axes(photos @ narrow.T @ clip.T, CLIP_POWER)
        model.clip.weight.copy_(torch.from_numpy(divided @ axes.T @ clip))
        model.aux.weight.copy_(torch.from_numpy(weights.T.copy()))
        model.aux.bias.copy_(torch.from_numpy(-middle @ weights))
        model.clip.bias.copy_(-model.clip.weight @ model.narrow(torch.from_numpy(middle)))
    torch.save({"model": model.state_dict(), "state": saved["state"]}, finished)
