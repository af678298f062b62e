"""The student: a plain residual network whose every operation is fast in small inference engines."""

import torch
import torch.nn as nn
import torch.nn.functional as F

STEM = 16
WIDTHS = (32, 64, 128, 256)  # channels at 1/4, 1/8, 1/16 and 1/32 of the input
BLOCKS = (0, 2, 5, 1)
LAST = 512
MIDDLE, LATE = -4, -2  # layers that the outputs read beside the last one: the ends of the last two stages
READ = 2 * WIDTHS[2] + 5 * WIDTHS[3] + 2 * LAST
NARROW = 128  # what `clip` is made of; all 512 of its numbers from all that is read would be most of the file
EVEN = 0.05  # size of each number that is read: they are many, and the optimiser moves all their weights by the same step


class ConvUnit(nn.Module):
    """Convolution, batch normalisation (folded away at export) and, unless `linear`, ReLU."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, linear=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.linear = linear

    def forward(self, x):
        x = self.norm(self.conv(x))
        return x if self.linear else F.relu(x)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = ConvUnit(channels, channels)
        self.second = ConvUnit(channels, channels, linear=True)
        nn.init.zeros_(self.second.norm.weight)  # starts as the identity: deeper nets train sooner

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)))


class Student(nn.Module):
    """Normalised pixels (n, 3, s, s), any s that 32 divides, to `aux` (n, aux_dim) and `clip` (n, clip_dim)."""

    def __init__(self, aux_dim, clip_dim):
        super().__init__()
        layers, channels = [ConvUnit(3, STEM, stride=2)], STEM
        for width, blocks in zip(WIDTHS, BLOCKS, strict=True):
            layers.append(ConvUnit(channels, width, stride=2))
            layers += [Residual(width) for _ in range(blocks)]
            channels = width
        layers.append(ConvUnit(channels, LAST, kernel=1))
        self.layers = nn.Sequential(*layers)
        self.even = nn.BatchNorm1d(READ, affine=False)
        self.aux = nn.Linear(READ, aux_dim)
        self.narrow = nn.Linear(READ, NARROW)
        self.clip = nn.Linear(NARROW, clip_dim)
        nn.init.zeros_(self.clip.weight)  # starts by answering its bias, the mean of all photos

    @classmethod
    def of(cls, weights):
        """The network of a checkpoint, ready to answer."""
        model = cls(weights["aux.bias"].numel(), weights["clip.bias"].numel()).eval()
        model.load_state_dict(weights)
        return model

    def read(self, x):
        """(n, READ): means and maxima over the picture of three layers; of the second, means of its four quarters."""
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(x)
        middle, late = outputs[MIDDLE], outputs[LATE]
        quarters = F.adaptive_avg_pool2d(late, 2).flatten(1)
        wholes = [x.mean((2, 3)), x.amax((2, 3)), quarters, late.amax((2, 3)), middle.mean((2, 3)), middle.amax((2, 3))]
        return torch.cat(wholes, dim=1)

    def say(self, read):
        """The two outputs, from what was read."""
        x = self.evened(read)
        return self.aux(x), self.clip(self.narrow(x))

    def evened(self, read):
        return EVEN * self.even(read)

    def forward(self, x):
        return self.say(self.read(x))
