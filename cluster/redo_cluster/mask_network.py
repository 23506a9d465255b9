"""The mask network f: an image in, the masks of its regions out (paper, section 4 and table 2).

Published code: `_netEncM`. For images smaller than 24 pixels a pyramid pool of ⌊q/6⌋ = 0 becomes 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig
from .layers import AffineNormRelu, convolve, full

# Divisors of the smallest map's side that give the windows of the pyramid pooling.
PYRAMID = (1, 2, 3, 6)


@dataclass
class MaskNoise:
    """Makes masks of a training random draws of one region a pixel (Gumbel-softmax; Jang et al. 2017).

    values: added to the logits, `[batch, regions, size, size]`, of two regions `[batch, 1, size, size]`;
    temperature: what the sum is divided by, in (0, 1].
    """

    values: Tensor
    temperature: float


class MaskBlock(nn.Module):
    """Residual block whose last norm comes after the addition."""

    def __init__(self, width: int):
        super().__init__()
        conv = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.blocs = nn.Sequential(
            conv, AffineNormRelu(width), nn.Identity(), nn.Conv2d(width, width, 3, padding=1)
        )
        self.activationF = nn.Sequential(AffineNormRelu(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.activationF(self.blocs(x) + x)


class Entry(nn.Module):
    """The way down, by 4 in all."""

    def __init__(self, width: int):
        super().__init__()
        quarter, half = width // 4, width // 2
        self.mods = nn.ModuleDict(
            {
                "1": nn.Conv2d(3, quarter, 7, bias=False),
                "2": AffineNormRelu(quarter),
                "4": nn.Conv2d(quarter, half, 3, 2, 1, bias=False),
                "5": AffineNormRelu(half),
                "7": nn.Conv2d(half, width, 3, 2, 1, bias=False),
                "8": AffineNormRelu(width),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (3, 3, 3, 3), mode="reflect")
        for layer in self.mods.values():
            x = layer(x)
        return x


class Exit(nn.Module):
    """The way up to the logits."""

    def __init__(self, joined: int, outputs: int):
        super().__init__()
        half, quarter = joined // 2, joined // 4
        self.mods = nn.ModuleDict(
            {
                "1": nn.Conv2d(joined, half, 3, padding=1, bias=False),
                "2": AffineNormRelu(half),
                "5": nn.Conv2d(half, quarter, 3, padding=1, bias=False),
                "6": AffineNormRelu(quarter),
                "9": nn.Conv2d(quarter, outputs, 7),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        mods = self.mods
        x = mods["2"](convolve(x, mods["1"].weight, resample="up"))
        x = mods["6"](convolve(x, mods["5"].weight, resample="up"))
        return mods["9"](F.pad(x, (3, 3, 3, 3), mode="reflect"))


class MaskNetwork(nn.Module):
    """M = f(I)."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        width, quarter = config.widths["mask"], config.size // 4
        self.temperature = config.temperature
        blocks = [MaskBlock(width) for _ in range(config.maskResidualBlocks)]
        self.cnn = nn.Sequential(Entry(width), *blocks)
        self.psp = nn.ModuleList(
            nn.Sequential(
                nn.AvgPool2d(max(1, quarter // divisor)),
                nn.Conv2d(width, 1, 1),
                nn.Upsample(size=(quarter, quarter), mode="bilinear"),
            )
            for divisor in PYRAMID
        )
        self.out = Exit(width + len(PYRAMID), 1 if config.regions == 2 else config.regions)

    def forward(self, images: Tensor, noise: MaskNoise | None = None) -> Tensor:
        """images `[batch, 3, size, size]` in [-1, 1] to M `[batch, regions, size, size]`, float32."""
        x = self.cnn(images)  # [batch, width, size / 4, size / 4]
        x = torch.cat([x, *(branch(x) for branch in self.psp)], 1)
        logits = full(self.out(x)) / self.temperature
        if noise:
            logits = (logits + noise.values) / noise.temperature
        if logits.shape[1] > 1:
            return logits.softmax(1)
        first = logits.sigmoid()
        return torch.cat([first, 1 - first], 1)
