"""The four networks of ReDO, and how they start."""

import math

import torch
from torch import nn

from .config import NETWORKS, ModelConfig
from .layers import SelfAttention, SpectralConv2d
from .mask_network import MaskNetwork
from .region_generator import Generators
from .residual_encoder import Discriminator, Encoder
from .seeded import Random

# The published names of the networks.
PUBLISHED = {"mask": "netEncM", "generator": "netGenX", "discriminator": "netDX", "encoder": "netRecZ"}

_CLASSES = {
    "mask": MaskNetwork,
    "generator": Generators,
    "discriminator": Discriminator,
    "encoder": Encoder,
}


class Redo(nn.Module):
    """f, G, D and δ; its parameters and buffers have the published names below each network's own."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        for name in NETWORKS:
            self.add_module(name, _CLASSES[name](config))

    def network(self, name: str) -> nn.Module:
        return self.get_submodule(name)

    def compile_networks(self) -> None:
        """Computes from here on what `torch.compile` makes of the networks."""
        for network in (self.mask, *self.generator.net, self.discriminator, self.encoder):
            network.compile()

    @torch.no_grad()
    def initialize(self, gain: float, seed: int) -> "Redo":
        """New weights: orthogonal; biases uniform in ±1/√fan_in; norms at 1 and 0, gates at 0.

        The rules of `core/nn/parameters.ts`, with PyTorch's random numbers: the weights of a seed are
        others than TypeScript's.
        """
        for name in NETWORKS:
            generator = torch.Generator().manual_seed(Random(seed, "weights", name).word())
            for module in self.network(name).modules():
                _initialize(module, gain, generator)
            # Random vectors say nothing of σ yet: an untrained D would score 10¹⁴.
            for module in self.network(name).modules():
                if isinstance(module, SpectralConv2d):
                    for _ in range(15):
                        module.advance()
        return self


def _initialize(module: nn.Module, gain: float, generator: torch.Generator) -> None:
    if isinstance(module, SpectralConv2d):
        weight = module.weight_orig
        nn.init.normal_(module.weight_u, generator=generator)
        module.weight_u.div_(module.weight_u.norm())
    elif isinstance(module, (nn.Conv2d, nn.Linear)):
        weight = module.weight
    elif isinstance(module, SelfAttention):
        module.gamma.zero_()
        return
    else:
        return
    nn.init.orthogonal_(weight, gain, generator=generator)
    if module.bias is not None:
        bound = 1 / math.sqrt(weight[0].numel())
        module.bias.uniform_(-bound, bound, generator=generator)
