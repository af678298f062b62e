"""Random changes to a batch of views, as a hand-held camera in changing light would make them."""

import torch
import torch.nn.functional as F


def _uniform(n, low, high, rng):
    return torch.rand(n, generator=rng) * (high - low) + low


def augment(views, side, rng):
    """`views`: (n, s, s, 3) uint8. Returns (n, 3, side, side) floats, normalised to [-1, 1]."""
    n = len(views)
    x = views.permute(0, 3, 1, 2).float() / 127.5 - 1

    # Crop, stretch, mirror and tilt in one resampling; a crop keeps 56 to 100 % of the area.
    keep = _uniform(n, 0.75, 1.0, rng)
    flip = torch.randint(0, 2, (n,), generator=rng) * 2 - 1
    stretch = _uniform(n, -0.08, 0.08, rng).exp()
    angle = _uniform(n, -0.15, 0.15, rng)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = keep * stretch * flip * angle.cos()
    theta[:, 0, 1] = -keep * stretch * angle.sin()
    theta[:, 1, 0] = keep / stretch * flip * angle.sin()
    theta[:, 1, 1] = keep / stretch * angle.cos()
    theta[:, 0, 2] = _uniform(n, -1, 1, rng) * (1 - keep)
    theta[:, 1, 2] = _uniform(n, -1, 1, rng) * (1 - keep)
    grid = F.affine_grid(theta, (n, 3, side, side), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)

    # Light: per-channel gain (exposure and white balance), saturation, contrast, sensor noise.
    gain = _uniform(n, 0.7, 1.3, rng).view(n, 1, 1, 1) * _uniform(n * 3, 0.92, 1.08, rng).view(n, 3, 1, 1)
    x = (x + 1) * gain - 1
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * _uniform(n, 0.6, 1.4, rng).view(n, 1, 1, 1)
    middle = x.mean((1, 2, 3), keepdim=True)
    x = middle + (x - middle) * _uniform(n, 0.7, 1.3, rng).view(n, 1, 1, 1)
    noise = _uniform(n, 0, 0.06, rng).view(n, 1, 1, 1)
    x = x + noise * torch.randn(x.shape, generator=rng)
    return x.clamp_(-1, 1).contiguous(memory_format=torch.channels_last)
