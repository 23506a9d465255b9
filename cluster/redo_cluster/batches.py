"""What an update trains on, all of it from the seed and the iteration (`core/training/batches.ts`)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .config import ModelConfig, TrainingConfig
from .mask_network import MaskNoise
from .packed import PackedSet
from .seeded import Random

# What a byte of colour is in [-1, 1], rounded once, as in TypeScript.
_COLORS = torch.from_numpy((np.arange(256) / 127.5 - 1).astype(np.float32))


@dataclass
class Batch:
    """images: I `[batch, 3, size, size]`; codes: z `[batch, regions, codeSize]`; regions: to be redrawn; noise: on f's logits."""

    images: Tensor
    codes: Tensor
    regions: list[int]
    noise: MaskNoise | None = None


class Batches:
    """Draws the share of this process in each batch. Every process draws the same numbers."""

    def __init__(
        self,
        dataset: PackedSet,
        config: ModelConfig,
        training: TrainingConfig,
        seed: int,
        share: slice,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ):
        """share: this process's places in a batch."""
        self.dataset = dataset
        self.config = config
        self.training = training
        self.seed = seed
        self.share = share
        self.device = device
        self.dtype = dtype

    def batch(self, iteration: int, use: str) -> Batch:
        """Images, codes and regions for one update; `use` names the stream."""
        count, regions, code = self.training.batchSize, self.config.regions, self.config.codeSize
        random = Random(self.seed, "codes", use, iteration)
        normals = np.array([random.normal() for _ in range(count * regions * code)], np.float32)
        codes = normals.reshape(count, regions, code)[self.share]
        in_play = self.training.regions_in_play(regions, iteration)
        drawn = list(range(in_play))
        if self.training.variant == "paper":
            drawn = [random.integer(in_play)]
        codes = torch.from_numpy(codes).to(self.device, self.dtype)
        return Batch(self.images(iteration, use), codes, drawn, self._noise(iteration, use))

    def _noise(self, iteration: int, use: str) -> MaskNoise | None:
        """With PyTorch's random numbers: Python is slow at so many."""
        at = self.training.noise_at(iteration)
        if at is None:
            return None
        amount, temperature = at
        generator = torch.Generator().manual_seed(
            Random(self.seed, "mask noise", use, iteration).word()
        )
        size, regions = self.config.size, self.config.regions
        shape = (self.training.batchSize, regions, size, size)
        # Never 0, of which there is no logarithm.
        gumbel = -torch.empty(shape).exponential_(generator=generator).clamp_min(1e-20).log()
        if regions == 2:
            # Masks of two regions come from one logit, the difference of two.
            gumbel = gumbel[:, :1] - gumbel[:, 1:]
        values = amount * gumbel[self.share]
        return MaskNoise(values.to(self.device, self.dtype), temperature)

    def images(self, iteration: int, use: str) -> Tensor:
        """Images `[batch, 3, size, size]` of the training split."""
        random = Random(self.seed, "images", use, iteration)
        count = self.dataset.count("train")
        indices = [random.integer(count) for _ in range(self.training.batchSize)]
        return colors(self.dataset.images("train", indices[self.share]), self.device, self.dtype)


def colors(images: np.ndarray, device: torch.device, dtype: torch.dtype = torch.float32) -> Tensor:
    """Colours in [-1, 1], `[count, 3, size, size]`, of bytes `[count, size, size, 3]`."""
    return _COLORS.to(device, dtype)[torch.from_numpy(images).to(device).int()].permute(0, 3, 1, 2)
