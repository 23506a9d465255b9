"""The region generators G_k: a mask and a code in, the pixels of that region out (paper, table 3).

Published code: `_resMaskedGenerator128`, one for each region. The 1×1 shortcut runs before the nearest
upsampling that it commutes with.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig, depth
from .layers import BatchMoments, SelfAttention, SpectralConv2d, full, instance_norm_relu


def _indexed(layer: nn.Module) -> nn.Sequential:
    """A layer under the number 1, after an upsampling that is done elsewhere."""
    return nn.Sequential(nn.Identity(), layer)


class RegionGenerator(nn.Module):
    """V_k = G_k(M_k, z_k), times M_k."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        blocks, width, code = depth(config.size), config.widths["generator"], config.codeSize
        to = [width * 2 ** (blocks - 1 - k) for k in range(blocks)]
        of = [to[0], *to[:-1]]
        if config.attention["generator"]:
            self.selfAtt = SelfAttention(2 * width)
        self.dense = nn.Linear(code, 4 * 4 * of[0])
        pairs = list(zip(of, to))
        self.convA = nn.ModuleList(
            _indexed(SpectralConv2d(a + 1, b, 3, bias=False, resample="up")) for a, b in pairs
        )
        self.convB = nn.ModuleList(SpectralConv2d(b, b, 3) for b in to)
        self.sc = nn.ModuleList(_indexed(SpectralConv2d(a, b, 1)) for a, b in pairs)
        self.convOut = SpectralConv2d(width + 1, 3, 3)
        by_code = lambda channels: nn.ModuleList(nn.Conv2d(code, c, 1) for c in channels)
        self.gammaA, self.betaA = by_code(of), by_code(of)
        self.gammaB, self.betaB = by_code(to), by_code(to)
        self.gammaOut, self.betaOut = nn.Conv2d(code, width, 1), nn.Conv2d(code, width, 1)
        if config.normalization == "batch":
            self.normA = nn.ModuleList(BatchMoments(c) for c in of)
            self.normB = nn.ModuleList(BatchMoments(c) for c in to)
            self.normOut = BatchMoments(width)

    def forward(self, masks: Tensor, codes: Tensor) -> Tensor:
        """masks `[batch, 1, size, size]`, codes `[batch, codeSize]` to `[batch, 3, size, size]`."""
        size, last = masks.shape[-1], len(self.convA) - 1
        x = self.dense(codes).view(codes.shape[0], -1, 4, 4)
        for k, (convA, convB, shortcut) in enumerate(zip(self.convA, self.convB, self.sc)):
            if k == last and hasattr(self, "selfAtt"):
                x = self.selfAtt(x)
            shape = F.avg_pool2d(masks, size // x.shape[-1]).to(x.dtype)
            h = torch.cat([self._norm_relu("A", k, x, codes), shape], 1)
            h = convA(h)
            h = convB(self._norm_relu("B", k, h, codes))
            x = h + F.interpolate(shortcut(x), scale_factor=2)  # [batch, to[k], 8 · 2^k, 8 · 2^k]
        pixels = torch.cat([self._norm_relu("Out", None, x, codes), masks.to(x.dtype)], 1)
        return full(self.convOut(pixels)).tanh() * masks

    def _norm_relu(self, place: str, k: int | None, x: Tensor, codes: Tensor) -> Tensor:
        """Normalisation whose scale and shift are read off the code (1×1 convolutions of it), then ReLU."""
        layer = lambda name: getattr(self, name + place) if k is None else getattr(self, name + place)[k]
        by_code = lambda conv: F.linear(codes, conv.weight.flatten(1), conv.bias)
        scale, shift = by_code(layer("gamma")), by_code(layer("beta"))
        if not hasattr(self, "normOut"):
            return instance_norm_relu(x, scale, shift)
        y = layer("norm")(x) * scale[:, :, None, None] + shift[:, :, None, None]
        return F.relu(y).to(x.dtype)


class Generators(nn.Module):
    """All G_k."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.net = nn.ModuleList(RegionGenerator(config) for _ in range(config.regions))

    def forward(self, masks: Tensor, codes: Tensor, regions: list[int]) -> list[Tensor]:
        """M_k ⊙ V_k `[batch, 3, size, size]` of each of `regions`.

        masks: `[batch, regions, size, size]`; codes: `[batch, regions, codeSize]`.
        """
        return [self.net[k](masks[:, k : k + 1], codes[:, k]) for k in regions]
