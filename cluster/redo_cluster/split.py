"""A region split in two, the second in the place of one that has nothing left (`core/training/split-region.ts`)."""

import math

import torch
from torch import Tensor

from .adam import NetworkAdam
from .model import Redo

# Batches whose masks say what each region owns.
BATCHES = 8
# Share of the pixels below which a region owns next to nothing: that of a vanished one.
NEXT_TO_NOTHING = 0.01
# How far each half's last convolution of f begins from the whole one's, in standard deviations of its weights.
DIFFERENCE = 1


@torch.no_grad()
def owned_shares(model: Redo, images: list[Tensor]) -> Tensor:
    """Share of the pixels that each region has the most of `[regions]`. images: batches of I."""
    masks = torch.cat([model.mask(each) for each in images])  # [images, regions, size, size]
    owners = masks.argmax(1).flatten()
    return torch.bincount(owners, minlength=masks.shape[1]).to(masks.dtype) / owners.numel()


def choose_split(shares: list[float]) -> tuple[int, int]:
    """The region to be split, and the one that gets half of it.

    The first is the largest but for the background, which is the largest of all; the second has the least.
    """
    order = sorted(range(len(shares)), key=lambda k: shares[k])
    return order[-2], order[0]


@torch.no_grad()
def split_region(
    model: Redo,
    optimizers: dict[str, NetworkAdam],
    source: int,
    target: int,
    generator: torch.Generator,
) -> None:
    """Gives half of `source` to `target`, whose own is lost: copies what each network has of it, with Adam's moments.

    Each half of f's mask starts a little off the other, by `generator`; with `target`'s mask empty the
    other masks stay nearly as they are.
    """
    config = model.config
    last = model.mask.out.mods["9"]
    for parameter, axes in _per_region(model):
        _copy(parameter, axes, source, target)
        for network in ("mask", "encoder"):
            for moment in _moments(optimizers[network], parameter):
                _copy(moment, axes, source, target)
    difference = torch.randn(last.weight[source].shape, generator=generator).to(last.weight)
    difference *= DIFFERENCE * last.weight[source].std()
    last.weight[target] += difference
    last.weight[source] -= difference
    # Two of e^x are e^(x + log 2).
    last.bias[[source, target]] -= config.temperature * math.log(2)

    old, new = model.generator.net[source], model.generator.net[target]
    new.load_state_dict(old.state_dict())
    for one, other in zip(old.parameters(), new.parameters()):
        own, copies = (_moments(optimizers["generator"], each) for each in (one, other))
        for a, b in zip(own, copies):
            b.copy_(a)


def _per_region(model: Redo) -> list[tuple[torch.nn.Parameter, int]]:
    """The parameters whose first axis runs over regions, and how many entries a region has there."""
    last, dense = model.mask.out.mods["9"], model.encoder.net.dense
    code = model.config.codeSize
    return [(last.weight, 1), (last.bias, 1), (dense.weight, code), (dense.bias, code)]


def _copy(values: Tensor, entries: int, source: int, target: int) -> None:
    own = slice(source * entries, (source + 1) * entries)
    values[target * entries : (target + 1) * entries] = values[own].clone()


def _moments(optimizer: NetworkAdam, parameter: torch.nn.Parameter) -> list[Tensor]:
    """Both moments; none if the optimiser does not have the parameter, or has not moved it yet."""
    if parameter not in optimizer.state:
        return []
    return [optimizer.state[parameter][key] for key in ("exp_avg", "exp_avg_sq")]
