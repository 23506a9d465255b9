"""Iterations: Algorithm 1's two updates, or the published loop's (`core/training/updates.ts`)."""

import math
import time

import torch
from torch.nn.parallel import DistributedDataParallel

from .adam import NetworkAdam
from .batches import Batches
from .config import NETWORKS, TrainingConfig
from .losses import DiscriminatorLoss, GeneratorLosses, redraw
from .model import Redo
from .reduce import mean_over_processes, world_size
from .split import BATCHES, NEXT_TO_NOTHING, choose_split, colour_difference, owned_shares, split_region
from .start import balance_regions


class Diverged(Exception):
    """A loss is no longer a number."""


class Trainer:
    """Trains a model whole iterations. With several processes each has its share of the batch."""

    def __init__(
        self,
        model: Redo,
        training: TrainingConfig,
        batches: Batches,
        iteration: int = 0,
        autocast: torch.dtype | None = None,
    ):
        """autocast: the type that convolutions compute in, where it is not float32."""
        self.model = model.train()
        self.training = training
        self.batches = batches
        self.iteration = iteration
        self.optimizers = {
            name: NetworkAdam(name, model.network(name), training) for name in NETWORKS
        }
        self._autocast = autocast
        self._device = next(model.parameters()).device
        # Each wrapper takes care of the gradients that its side needs.
        model.discriminator.requires_grad_(False)
        self._generator_losses = self._distributed(
            GeneratorLosses(model, training.lambdaZ),
            some_unused=training.variant == "paper" or training.start is not None,
        )
        model.discriminator.requires_grad_(True)
        self._discriminator_loss = self._distributed(DiscriminatorLoss(model.discriminator))

    def iterate(self, wants_stop: bool = False) -> tuple[dict, bool]:
        """Runs one iteration.

        wants_stop: whether this process was told to stop.
        Returns the report as `core/training/report.ts` has it, and whether any process was told to stop.
        Raises Diverged if a loss is no longer a number.
        """
        start = time.perf_counter()
        split = self._split() if self.training.is_split_due(self.iteration) else None
        published = self.training.variant == "published"
        batch = self.batches.batch(self.iteration, "generator")
        on_generator = self._update_generator(batch)
        if not published:
            batch = self.batches.batch(self.iteration, "discriminator")
        on_discriminator = self._update_discriminator(batch)
        stops = torch.full((1,), float(wants_stop), device=self._device)
        numbers = torch.cat([on_generator, on_discriminator, stops])
        numbers = mean_over_processes(numbers).tolist()
        adversarial, recovery, *areas, hinge, real, redrawn, stop = numbers
        self.iteration += 1
        report = {
            "generatorLoss": adversarial,
            "recoveryLoss": recovery,
            "areas": areas,
            "discriminatorLoss": hinge,
            "scoreReal": real,
            "scoreRedrawn": redrawn,
            "iteration": self.iteration,
            **({"split": split} if split else {}),
            "stepMs": 1000 * (time.perf_counter() - start),
        }
        _check_finite(report)
        return report, stop > 0

    def _split(self) -> dict[str, int] | None:
        """Splits the largest object over the region that owns the least, if that is next to nothing."""
        images = [self.batches.images(self.iteration, f"split {k}") for k in range(BATCHES)]
        shares = owned_shares(self.model, images)
        if min(shares) >= NEXT_TO_NOTHING:
            return None
        source, target = choose_split(shares)
        difference = colour_difference(self.model, images, source)
        if difference is None:
            return None
        split_region(self.model, self.optimizers, source, target, difference)
        return {"from": source, "to": target}

    def _update_generator(self, batch) -> torch.Tensor:
        discriminator = self.model.discriminator.requires_grad_(False)
        with self._precision():
            loss, numbers = self._generator_losses(
                batch.images, batch.codes, batch.regions, batch.noise
            )
        loss.backward()
        for name in ("mask", "generator", "encoder"):
            self.optimizers[name].advance(self.iteration)
        start = self.training.start
        if start and self.iteration < start["balance"]:
            balance_regions(self.model, batch.images, start["regions"])
        discriminator.requires_grad_(True)
        return numbers

    def _update_discriminator(self, batch) -> torch.Tensor:
        real = self.batches.images(self.iteration, "real")
        with self._precision():
            with torch.no_grad():
                _, _, fakes = redraw(
                    self.model, batch.images, batch.codes, batch.regions, batch.noise
                )
            loss, numbers = self._discriminator_loss(real, fakes)
        loss.backward()
        self.optimizers["discriminator"].advance(self.iteration)
        return numbers

    def _precision(self):
        return torch.autocast(
            self._device.type, dtype=self._autocast, enabled=self._autocast is not None
        )

    def _distributed(self, module, some_unused: bool = False):
        if world_size() == 1:
            return module
        # Every process computes the same vectors and moments by itself.
        return DistributedDataParallel(
            module, broadcast_buffers=False, find_unused_parameters=some_unused
        )


def _check_finite(report: dict) -> None:
    for name, value in report.items():
        if name == "split":
            continue
        values = value if isinstance(value, list) else [value]
        if not all(map(math.isfinite, values)):
            raise Diverged(
                f"training: {name} must stay finite; got {value} at iteration {report['iteration']}. "
                "Go back to a checkpoint, begin with another seed, or lower the learning rates"
            )
