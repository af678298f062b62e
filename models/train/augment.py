"""Random changes to a batch of views, as a hand-held camera in changing light would make them."""

import torch


def _uniform(n, low, high, rng):
    return torch.rand(n, generator=rng, device=rng.device) * (high - low) + low


def turns(n, rng):
    """(n, 2, 3): crop to 72 to 100 % of the area, stretch, mirror and tilt, all in one resampling."""
    keep = _uniform(n, 0.85, 1.0, rng)
    flip = torch.randint(0, 2, (n,), generator=rng, device=rng.device) * 2 - 1
    stretch = _uniform(n, -0.08, 0.08, rng).exp()
    angle = _uniform(n, -0.15, 0.15, rng)
    across = [keep * stretch * flip * angle.cos(), -keep * stretch * angle.sin(), _uniform(n, -1, 1, rng) * (1 - keep)]
    down = [keep / stretch * flip * angle.sin(), keep / stretch * angle.cos(), _uniform(n, -1, 1, rng) * (1 - keep)]
    return torch.stack([torch.stack(across, 1), torch.stack(down, 1)], 1)


def relight(x, rng):
    """Gain for each channel (exposure and white balance), saturation, contrast, sensor noise; x is in [-1, 1]."""
    n = len(x)
    gain = _uniform(n, 0.7, 1.3, rng).view(n, 1, 1, 1) * _uniform(n * 3, 0.92, 1.08, rng).view(n, 3, 1, 1)
    x = (x + 1) * gain - 1
    grey = x.mean(1, keepdim=True)
    x = torch.lerp(grey, x, _uniform(n, 0.6, 1.4, rng).view(n, 1, 1, 1))
    middle = x.mean((1, 2, 3), keepdim=True)
    x = torch.lerp(middle, x, _uniform(n, 0.7, 1.3, rng).view(n, 1, 1, 1))
    noise = _uniform(n, 0, 0.06, rng).view(n, 1, 1, 1)
    x = x + noise * torch.randn(x.shape, generator=rng, device=rng.device)
    return x.clamp_(-1, 1)
