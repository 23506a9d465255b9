"""Trains one model to its end, or until it is told to stop; through a folder it goes on after any kill.

As `cli/training-run.ts`. With several processes all of them decide alike: what only the first one knows
(checkpoint, scores) it tells the others.
"""

from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Callable, Protocol

import torch
import torch.distributed as dist

from .batches import Batches
from .checkpoint import Info, read_checkpoint, write_checkpoint
from .config import ModelConfig, TrainingConfig
from .device import Device
from .evaluation import Evaluation, evaluate
from .model import Redo
from .packed import PackedSet
from .probe import draw_probe
from .reduce import rank, world_size
from .run_folder import RunFolder
from .start import starting_model
from .trainer import Trainer

# Iterations over which the mean of the areas on training images is taken.
AREA_WINDOW = 50
# Seeds of the tries of one run are this far apart, so that runs of neighbouring seeds share none.
SEED_STRIDE = 1_000_003
# The published loop begins again with new weights at a collapse up to this iteration; later it goes on.
COLLAPSE_UNTIL = 7000


def collapse_area(regions: int) -> float:
    """Mean mask under which a region has vanished; where there are more than two, an object may rightly be
    smaller."""
    return 0.01 if regions > 2 else 0.1


@dataclass(frozen=True)
class RunOptions:
    """As `TrainingOptions` of `cli/training-run.ts`."""

    preset: str
    config: ModelConfig
    training: TrainingConfig
    seed: int
    steps: int
    every: int
    checkpoint_every: int
    images: int
    restarts: int


class Observer(Protocol):
    """What is told while it runs."""

    def on_report(self, report: dict) -> None: ...

    def on_validation(self, iteration: int, evaluation: Evaluation | None) -> None: ...

    def on_restart(self, reason: str, seed: int) -> None: ...


class TrainingRun:
    """One model at a time, from its first iteration or from where its folder left it."""

    def __init__(
        self, options: RunOptions, dataset: PackedSet, device: Device, folder: RunFolder | None
    ):
        """folder: of the first process, if the run has one."""
        self.options = options
        self.dataset = dataset
        self.device = device
        self.folder = folder
        state, data = _told((folder.state, folder.checkpoint()) if folder else (None, None))
        self.restarts = state["restarts"] if state else 0
        reports = folder.reports() if folder else []
        self._areas = deque((each["areas"] for each in reports), AREA_WINDOW)
        if data is None:
            self._begin(state["seed"] if state else options.seed)
        else:
            self._go_on(data, state["checkpoint"])

    @property
    def iteration(self) -> int:
        return self.trainer.iteration

    def train(self, observer: Observer, is_told_to_stop: Callable[[], bool]) -> str:
        """Returns `done`, `collapsed`, or `stopped` after the iteration in which it was told to stop."""
        options = self.options
        while self.iteration < options.steps:
            report, stops = self.trainer.iterate(is_told_to_stop())
            done = self.iteration
            self._areas.append(report["areas"])
            if self.folder:
                self.folder.log(report)
            observer.on_report(report)
            if options.every and (done % options.every == 0 or done == options.steps):
                self._validate(observer)
            due = done % options.checkpoint_every == 0
            collapse = self._collapse() if due else None
            if collapse is not None:
                if self.folder:
                    self.folder.log({"event": "collapse", "iteration": done, "reason": collapse})
                if self.restarts >= options.restarts:
                    return "collapsed"
                self._restart(collapse, observer)
                continue
            if due or done == options.steps or stops:
                self._commit()
            if stops and done < options.steps:
                return "stopped"
        return "done"

    def evaluate(self, split: str) -> Evaluation | None:
        """Of the first process; the others get None. None where no image has true masks."""
        if rank() != 0:
            return None
        return evaluate(self.trainer.model, self.dataset, split, self.options.images)

    def evaluate_best(self) -> Evaluation | None:
        """Scores on test images of the weights that were best on validation images."""
        data = self.folder.best() if self.folder else None
        if data is None:
            return None
        best = read_checkpoint(data, self.folder.state["best"]["file"])
        model = self.device.place(Redo(best.info.config))
        best.load(model)
        return evaluate(model, self.dataset, "test", self.options.images)

    def snapshot(self, compact: bool = False) -> bytes:
        """The whole state, or the weights alone in half precision."""
        optimizers = None if compact else self.trainer.optimizers
        return write_checkpoint(self._info.at(self.iteration), self.trainer.model, optimizers)

    def _begin(self, seed: int) -> None:
        options = self.options
        self._info = Info(
            options.preset, self.dataset.name, options.config, options.training, 0, seed
        )
        self._open(starting_model(options.config, options.training, seed))

    def _go_on(self, data: bytes, where: str) -> None:
        checkpoint = read_checkpoint(data, where)
        # The file may be of another run, begun with other settings: these are as they are given now.
        self._info = replace(checkpoint.info, training=self.options.training)
        model = Redo(checkpoint.info.config)
        checkpoint.load(model)
        self._open(model)
        checkpoint.restore(self.trainer.optimizers)

    def _open(self, model: Redo) -> None:
        config, training = self._info.config, self._info.training
        share = self.device.share(training.batchSize)
        batches = Batches(
            self.dataset, config, training, self._info.seed, share, self.device.device, self.device.dtype
        )
        model = self.device.place(model)
        self.trainer = Trainer(
            model, training, batches, self._info.iteration, self.device.autocast
        )

    def _commit(self) -> None:
        if self.folder:
            self.folder.commit(self.iteration, self.snapshot())

    def _validate(self, observer: Observer) -> None:
        if rank() != 0:
            return
        evaluation = self.evaluate("val")
        observer.on_validation(self.iteration, evaluation)
        if self.folder is None:
            return
        probe = draw_probe(self.trainer.model, self.dataset, self.options.seed)
        self.folder.keep_probe(self.iteration, probe)
        if evaluation is None:
            return
        entry = asdict(evaluation)
        del entry["count"]
        self.folder.log({"event": "validation", "iteration": self.iteration} | entry)
        best = self.folder.state.get("best")
        if not (best and best["objectIou"] >= evaluation.objectIou):
            self.folder.keep_best(self.iteration, evaluation.objectIou, self.snapshot(compact=True))

    def _collapse(self) -> str | None:
        """The published rule: a region whose mean mask is under a threshold on training and on validation
        images, where these can be scored, early enough to begin again."""
        return _told(self._find_collapse() if rank() == 0 else None)

    def _find_collapse(self) -> str | None:
        splits = self._info.training.splits
        if self.iteration > COLLAPSE_UNTIL or (splits and self.iteration <= splits["toIteration"]):
            # A region that has nothing is what a split is for.
            return None
        threshold = collapse_area(self._info.config.regions)
        train = torch.tensor(list(self._areas), dtype=torch.float64).mean(0).min().item()
        if train >= threshold:
            return None
        evaluation = self.evaluate("val")
        val = min(evaluation.areas) if evaluation else train
        if val >= threshold:
            return None
        return (
            f"the smallest region has {train:.3f} of training and {val:.3f} of validation images, "
            f"under {threshold}"
        )

    def _restart(self, reason: str, observer: Observer) -> None:
        self.restarts += 1
        seed = self.options.seed + self.restarts * SEED_STRIDE
        if self.folder:
            self.folder.restart(seed)
        self._begin(seed)
        self._areas.clear()
        observer.on_restart(reason, seed)


def _told(value):
    """The first process's value, to all."""
    if world_size() == 1:
        return value
    values = [value]
    dist.broadcast_object_list(values, src=0)
    return values[0]
