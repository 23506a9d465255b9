"""D and δ: an image in, a vector out (paper, table 4).

Published code: `_resDiscriminator128` and `_resEncoder128`. The sum over space comes without a ReLU
before it, as there.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig, depth
from .layers import SelfAttention, SpectralConv2d, full


def _block(inputs: int, outputs: int, first: bool = False, last: bool = False) -> nn.Sequential:
    layers = [] if first else [nn.ReLU()]
    second = SpectralConv2d(outputs, outputs, 3, resample="" if last else "down")
    return nn.Sequential(*layers, SpectralConv2d(inputs, outputs, 3), nn.ReLU(), second)


def _shortcut(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.AvgPool2d(2), SpectralConv2d(inputs, outputs, 1))


def _channels_last(images: Tensor) -> Tensor:
    """The order of memory in which convolutions alone are fastest; D and δ have no norms that want another."""
    return images.contiguous(memory_format=torch.channels_last)


def _summed(dense: nn.Linear, x: Tensor) -> Tensor:
    """The sum over space and the dense layer, in float32 also under autocast."""
    with torch.autocast(x.device.type, enabled=False):
        return dense(full(x).sum((2, 3)))


class Discriminator(nn.Module):
    """D(I): high where the image looks real."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        widths = [config.widths["discriminator"] * 2**k for k in range(depth(config.size))]
        pairs = list(zip(widths, widths[1:]))
        if config.attention["discriminator"]:
            self.selfAtt = SelfAttention(widths[0])
        # Its first block stands apart.
        self.bloc0, self.sc0 = _block(3, widths[0], first=True), _shortcut(3, widths[0])
        last = _block(widths[-1], widths[-1], last=True)
        self.blocs = nn.ModuleList([*(_block(a, b) for a, b in pairs), last])
        self.sc = nn.ModuleList(_shortcut(a, b) for a, b in pairs)
        self.dense = nn.Linear(widths[-1], 1)

    def forward(self, images: Tensor) -> Tensor:
        """images `[batch, 3, size, size]` in [-1, 1] to scores `[batch]`."""
        images = _channels_last(images)
        x = self.bloc0(images) + self.sc0(images)
        if hasattr(self, "selfAtt"):
            x = self.selfAtt(x)
        for block, shortcut in zip(self.blocs, self.sc):
            x = block(x) + shortcut(x)
        x = self.blocs[-1](x) + x
        return _summed(self.dense, x).squeeze(1)


class Encoder(nn.Module):
    """δ(I): the codes that it reads in the image."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.shape = (config.regions, config.codeSize)
        widths = [3, *(config.widths["encoder"] * 2**k for k in range(depth(config.size)))]
        pairs = list(zip(widths, widths[1:]))
        self.net = nn.Module()
        last = _block(widths[-1], widths[-1], last=True)
        blocks = [_block(a, b, first=k == 0) for k, (a, b) in enumerate(pairs)]
        self.net.blocs = nn.ModuleList([*blocks, last])
        self.net.sc = nn.ModuleList(_shortcut(a, b) for a, b in pairs)
        self.net.dense = nn.Linear(widths[-1], config.regions * config.codeSize)

    def forward(self, images: Tensor) -> Tensor:
        """images `[batch, 3, size, size]` to codes `[batch, regions, codeSize]`."""
        x = _channels_last(images)
        for block, shortcut in zip(self.net.blocs, self.net.sc):
            x = block(x) + shortcut(x)
        x = self.net.blocs[-1](x) + x
        return _summed(self.net.dense, x).view(-1, *self.shape)
