"""After training: `aux` becomes the teacher's features as the network can tell them; it and `clip` are made more even.

Ridge regression finds weights for all that is read of the network that no training of minutes finds. What it guesses says
much about a few directions and little about the rest: evening that out costs nothing, since it is linear too, and class
means gain several points; in `clip`, where texts have to fit, a little of it. The mean of all photos says nothing about
any of them, but favours some texts: without it far more names are found.
"""

import torch

from model import Student
from targets import main_axes, save

BATCH = 256
RIDGE = 0.05  # of the variance of each number that is read, added to it
# 0 keeps the variances of the axes, 1 makes them equal; chosen on photos that were left out and categories of those that were not.
POWER = 0.5
CLIP_POWER = 0.2  # more would turn `clip` further from the texts of CLIP


def whole_photos(pixels, view, side):
    """Batches of photos as they are in use."""
    for rows in torch.arange(len(pixels), device=pixels.device).split(BATCH):
        yield view.render(pixels, rows, side, mode="bicubic").contiguous(memory_format=torch.channels_last)


def settle(model, photos):
    """Batch normalisation as whole photos of the size in use need it; training saw crops, mixtures and smaller ones."""
    norms = [m for m in model.layers.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
        norm.train()
    for x in photos:
        model.read(x)
    for norm in norms:
        norm.eval()


@torch.no_grad()
def read_out(checkpoint, finished, pixels, lessons, side):
    """Reads `checkpoint`, writes `finished`: the same network with its new `aux`, and with `clip` centred and more even."""
    saved = torch.load(checkpoint, weights_only=True, map_location=pixels.device)
    model = Student.of(saved["model"]).to(pixels.device, memory_format=torch.channels_last)
    settle(model, whole_photos(pixels, lessons.views[0], side))
    photos = torch.cat([model.evened(model.read(x)) for x in whole_photos(pixels, lessons.views[0], side)]).double()
    middle = photos.mean(0)
    photos -= middle
    wanted = lessons.aux[0].double()
    spread = photos.T @ photos
    weights = torch.linalg.solve(spread + RIDGE * spread.diag().diag(), photos.T @ (wanted - wanted.mean(0)))
    weights = weights @ main_axes(photos @ weights, POWER)[0]
    clip = model.clip.weight.double()
    divided, axes = main_axes(photos @ model.narrow.weight.double().T @ clip.T, CLIP_POWER)
    model.clip.weight.copy_(divided @ axes.T @ clip)
    model.aux.weight.copy_(weights.T)
    model.aux.bias.copy_(-middle @ weights)
    model.clip.bias.copy_(-model.clip.weight @ model.narrow(middle.float()))
    save(finished, {"model": model.cpu().state_dict(), "state": saved["state"]})
