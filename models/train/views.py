"""Views of the photos: which part of a photo is seen, and with which other photo it is mixed.

Teacher and student look at the same view, so that the student is asked for the features of what it sees.
"""

import math

import torch
import torch.nn.functional as F

from data import LONG

SIDE = (0.45, 1.0)  # of the largest square in the photo
STRETCH = 0.15
MIXED = 0.3  # share of the views that mix two photos; nobody takes such photos, but the teacher says what they look like


class View:
    """One view of every photo. View 0 is the photo's central square; of the others each (seed, number) is drawn once."""

    def __init__(self, sizes, number, seed):
        n, device = len(sizes), sizes.device
        self.sizes = sizes
        self.centre, self.half = sizes / 2, sizes.min(1, keepdim=True).values.expand(n, 2) / 2
        self.other = torch.arange(n, device=device)
        self.weight = torch.tensor([0.0, 0.0, 1.0], device=device).repeat(n, 1)  # of the photo itself: a plane over the view
        if number > 0:
            rng = torch.Generator(device).manual_seed(1000 * seed + number)
            draw = lambda *shape: torch.rand(*shape, generator=rng, device=device)  # noqa: E731
            stretch = ((2 * draw(n, 1) - 1) * STRETCH).exp()
            side = self.half * (SIDE[0] + (SIDE[1] - SIDE[0]) * draw(n, 1))
            self.half = torch.minimum(side * torch.cat([stretch, 1 / stretch], 1), sizes / 2)
            self.centre = self.half + (sizes - 2 * self.half) * draw(n, 2)
            self.other = torch.where(draw(n) < MIXED, torch.randint(n, (n,), generator=rng, device=device), self.other)
            self.weight = self._mixtures(n, draw)
        self.mixed = self.other != torch.arange(n, device=device)

    @staticmethod
    def _mixtures(n, draw):
        """One half of the mixtures is transparent, the other is two photos side by side with a straight edge between them."""
        share, angle, edge = draw(n), 2 * math.pi * draw(n), draw(n) < 0.5
        slope = torch.where(edge, 20.0, 0.0)
        height = torch.where(edge, 20 * (share - 0.5), share)
        return torch.stack([slope * angle.cos(), slope * angle.sin(), height], 1)

    def render(self, pixels, rows, side, turn=None, mode="bilinear"):
        """(n, 3, side, side) in [-1, 1]; `turn` (n, 2, 3) moves, turns and mirrors what is seen within the view."""
        n = len(rows)
        if turn is None:
            turn = torch.eye(2, 3, device=rows.device).expand(n, 2, 3)
        place = F.affine_grid(turn, (n, 3, side, side), align_corners=False)
        first, second = (self._look(pixels, photo, place, mode) for photo in (rows, self.other[rows]))
        weight = self.weight[rows]
        plane = (place @ weight[:, :2, None].unsqueeze(1)).squeeze(-1) + weight[:, 2, None, None]
        return torch.lerp(second, first, plane.clamp(0, 1).unsqueeze(1))

    def _look(self, pixels, photo, place, mode):
        at = self.centre[photo, None, None] + place * self.half[photo, None, None]
        at = torch.minimum(at.clamp_min(0.5), self.sizes[photo, None, None] - 0.5)  # beyond the edge: what is at the edge
        x = pixels[photo].float() / 127.5 - 1
        return F.grid_sample(x, at * (2 / LONG) - 1, mode=mode, align_corners=False).clamp_(-1, 1)
