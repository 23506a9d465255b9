"""How a training starts, where a preset says so (`core/training/start.ts`)."""

import torch
from torch import Tensor

from .config import ModelConfig, TrainingConfig
from .model import Redo
from .reduce import mean_over_processes

# Logit, divided by T, of a region that is to be empty: its mask is 1e-13.
EMPTY = -30.0

# Smallest share that a logarithm is taken of.
SMALLEST_SHARE = 1e-12


@torch.no_grad()
def starting_model(config: ModelConfig, training: TrainingConfig, seed: int) -> Redo:
    """A model of new weights, with the regions empty that its training does not start with."""
    model = Redo(config).initialize(training.initGain, seed)
    if training.start and training.start["regions"] < config.regions:
        last, first = model.mask.out.mods["9"], training.start["regions"]
        last.weight[first:] = 0
        last.bias[first:] = EMPTY * config.temperature
    return model


@torch.no_grad()
def balance_regions(model: Redo, images: Tensor, count: int) -> None:
    """Shifts f's last biases so that the logits of the first `count` regions have one mean over a batch.

    images: I `[batch, 3, size, size]`, the share of this process.
    """
    # They differ from the mean logits, divided by T, by what is the same for all regions.
    levels = model.mask(images).clamp_min(SMALLEST_SHARE).log().mean((0, 2, 3))
    levels = mean_over_processes(levels)[:count]
    bias = model.mask.out.mods["9"].bias
    excess = levels[:1] - levels[1:] if len(bias) == 1 else levels - levels.mean()
    bias[: len(excess)] -= model.config.temperature * excess.to(bias)
