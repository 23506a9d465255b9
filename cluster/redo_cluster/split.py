"""A region split in two, the second in the place of one that has nothing left (`core/training/split-region.ts`)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .adam import NetworkAdam
from .model import Redo
from .reduce import mean_over_processes

# Batches whose masks say what each region owns.
BATCHES = 8
# Share of the pixels below which a region owns next to nothing: that of a vanished one.
NEXT_TO_NOTHING = 0.01
# How far each half's logit begins from the whole one's, at one deviation of what tells them apart.
DIFFERENCE = 2
# Of the regression, in mean squares of what f's last convolution reads.
RIDGE = 1e-3
# Deviation of the regression, in units of colour, below which it is rounding.
SMALLEST_DEVIATION = 1e-6


@dataclass
class ColourDifference:
    """Weights a `[channels, 7, 7]` and bias b of f's last convolution, such that the map a ∗ h + b of what it reads
    has deviation 1 over a region's pixels, and is near 0 over all others."""

    weights: Tensor
    bias: float


@torch.no_grad()
def owned_shares(model: Redo, images: list[Tensor]) -> list[float]:
    """Share of the pixels that each region has the most of. images: batches of I; over those of all processes."""
    masks = torch.cat([model.mask(each) for each in images])  # [images, regions, size, size]
    owners = masks.argmax(1).flatten()
    counts = torch.bincount(owners, minlength=masks.shape[1]).to(masks.dtype)
    return mean_over_processes(counts / owners.numel()).tolist()


@torch.no_grad()
def colour_difference(model: Redo, images: list[Tensor], region: int) -> ColourDifference | None:
    """How f could tell the pixels of a region apart by their colour; None if the region has no pixel, or nothing
    tells them apart.

    It is a ridge regression on what f's last convolution reads: of the first principal component of the
    region's colours in its pixels, and of 0 in about as many others, evenly spread.
    images: batches of I; over those of all processes.
    """
    last = model.mask.out.mods["9"]
    read = []
    hook = last.register_forward_pre_hook(lambda _, given: read.append(given[0]))
    count = 4 + last.weight[0].numel()
    own, others = last.weight.new_zeros(2, count, count, dtype=torch.double)
    try:
        for image in torch.cat(images):
            owned = model.mask(image[None])[0].argmax(0).flatten() == region
            patches = F.unfold(read.pop(), last.kernel_size)[0].T  # [pixels, 49 · channels]
            rows = torch.cat([torch.ones_like(patches[:, :1]), image.flatten(1).T, patches], 1).double()
            inside, outside = rows[owned], rows[~owned]
            if len(inside) == 0:
                continue
            own += inside.T @ inside
            spread = outside[:: max(1, len(outside) // len(inside))]
            others += spread.T @ spread
    finally:
        hook.remove()
    inside, outside = mean_over_processes(own), mean_over_processes(others)
    if inside[0, 0] == 0 or outside[0, 0] == 0:
        return None
    inside, outside = inside / inside[0, 0], outside / outside[0, 0]
    colour = inside[0, 1:4]
    _, components = torch.linalg.eigh(inside[1:4, 1:4] - torch.outer(colour, colour))
    component = components[:, -1]
    component = component * component[component.abs().argmax()].sign()
    # The intercept and the patches, in both; the component of the colours in its own pixels.
    at = [0, *range(4, len(inside))]
    gram = (inside + outside)[at][:, at]
    wanted = inside[at, 1:4] @ component - inside[at, 0] * (colour @ component)
    ridge = RIDGE * gram.diagonal()[1:].mean() * torch.eye(len(at)).to(gram)
    ridge[0, 0] = 0
    found = torch.linalg.solve(gram + ridge, wanted)
    within = inside[at][:, at]
    deviation = (found @ within @ found - (within[0] @ found) ** 2).clamp_min(0).sqrt()
    if not deviation > SMALLEST_DEVIATION:
        return None
    found = found / deviation
    return ColourDifference(found[1:].view(last.weight.shape[1:]), found[0].item())


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
    difference: ColourDifference,
) -> None:
    """Gives half of `source` to `target`, whose own is lost: copies what each network has of it, with Adam's moments.

    The halves of f's mask start on two sides of the colours of `source`, as far as f can tell them apart. With
    `target`'s mask empty the other masks stay nearly as they are.
    """
    config = model.config
    last = model.mask.out.mods["9"]
    for parameter, entries in _per_region(model):
        _copy(parameter, entries, source, target)
        for network in ("mask", "encoder"):
            for moment in _moments(optimizers[network], parameter):
                _copy(moment, entries, source, target)
    # Logits are divided by T. Two of e^x are e^(x + log 2).
    unit = DIFFERENCE * config.temperature
    for half, side in ((target, 1), (source, -1)):
        last.weight[half] += (side * unit * difference.weights).to(last.weight)
        last.bias[half] += side * unit * difference.bias - config.temperature * math.log(2)

    old, new = model.generator.net[source], model.generator.net[target]
    new.load_state_dict(old.state_dict())
    for one, other in zip(old.parameters(), new.parameters()):
        optimizers["generator"].copy_moments(one, other)


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
