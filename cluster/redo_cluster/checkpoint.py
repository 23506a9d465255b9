"""The whole state of a training in one safetensors file, in the form of `core/training/checkpoint.ts`.

Weights and spectral vectors under their published names; Adam's moments as
`optimizer/NET.PARAM/exp_avg` and `…/exp_avg_sq`; everything else in the metadata. The random numbers of
an iteration follow from the seed and its number, so there is no generator to save.
"""

import json
from dataclasses import dataclass, replace

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from .adam import NetworkAdam
from .config import (
    NETWORKS,
    ModelConfig,
    TrainingConfig,
    UsageError,
    as_json,
    model_config,
    training_config,
)
from .model import PUBLISHED, Redo

FORMAT = "redo-viewer-1"
MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Info:
    """What a checkpoint says of itself; `datasetSeed` is of generated images."""

    preset: str
    dataset: str
    config: ModelConfig
    training: TrainingConfig
    iteration: int
    seed: int
    datasetSeed: int | None = None

    def at(self, iteration: int) -> "Info":
        return replace(self, iteration=iteration)


def write_checkpoint(
    info: Info, model: Redo, optimizers: dict[str, NetworkAdam] | None = None
) -> bytes:
    """optimizers: without them the file is weights alone, in half precision, to look at."""
    tensors = weights(model)
    metadata = {"format": FORMAT, "info": json.dumps(_info_json(info))}
    if optimizers is None:
        tensors = {name: values.half() for name, values in tensors.items()}
    else:
        for network, optimizer in optimizers.items():
            for name, moments in optimizer.moments().items():
                for key, values in moments.items():
                    tensors[_moment(network, name, key)] = values
        steps = {network: optimizer.steps for network, optimizer in optimizers.items()}
        metadata["optimizerSteps"] = json.dumps(steps)
    # Of a training in double precision they are rounded.
    return safetensors.torch.save(
        {
            name: (values.float() if values.dtype == torch.float64 else values).cpu().contiguous()
            for name, values in tensors.items()
        },
        metadata,
    )


def weights(model: Redo) -> dict[str, Tensor]:
    """Parameters and buffers by full published name."""
    return {
        f"{PUBLISHED[network]}.{name}": values.detach()
        for network in NETWORKS
        for name, values in model.network(network).state_dict().items()
    }


@torch.no_grad()
def load_weights(model: Redo, tensors: dict[str, Tensor], where: str, prefix: str = "") -> None:
    """Raises UsageError naming the array that is missing, of another shape, or not finite."""
    for network in NETWORKS:
        for name, own in model.network(network).state_dict().items():
            full = f"{PUBLISHED[network]}.{name}"
            own.copy_(_fitting(tensors, prefix + full, own, where))


@dataclass
class Checkpoint:
    """A checkpoint that was read; what it lacks is told when it is asked for."""

    info: Info
    steps: dict[str, int] | None
    tensors: dict[str, Tensor]
    where: str

    def load(self, model: Redo) -> None:
        load_weights(model, self.tensors, self.where)

    def restore(self, optimizers: dict[str, NetworkAdam]) -> None:
        """Fills optimisers with their moments. Raises UsageError if the file is weights alone."""
        if self.steps is None:
            raise UsageError(
                f"checkpoint: {self.where} must be a whole state, with Adam's moments; it holds weights alone"
            )
        for network, optimizer in optimizers.items():
            restored = {}
            for name, parameter in optimizer.named.items():
                names = {key: _moment(network, name, key) for key in MOMENTS}
                present = [each for each in names.values() if each in self.tensors]
                if not present:
                    continue
                restored[name] = {
                    key: _fitting(self.tensors, each, parameter, self.where)
                    for key, each in names.items()
                }
            optimizer.restore(self.steps[network], restored)


def read_checkpoint(data: bytes, where: str) -> Checkpoint:
    """Raises UsageError with what is wrong with the file."""
    try:
        tensors = safetensors.torch.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError) as cause:
        raise UsageError(f"checkpoint: {where} must be whole safetensors; {cause}") from cause
    metadata = _metadata(data)
    if metadata.get("format") != FORMAT or "info" not in metadata:
        raise UsageError(
            f"checkpoint: {where} must be one that redo-viewer saved ({FORMAT}); "
            f"got format {metadata.get('format', 'none')}"
        )
    try:
        values = json.loads(metadata["info"])
        config = model_config(values["config"])
        training = training_config(values["training"], config.regions)
        info = Info(**values | {"config": config, "training": training})
        steps = json.loads(metadata["optimizerSteps"]) if "optimizerSteps" in metadata else None
        if steps is not None and not all(type(steps.get(network)) is int for network in NETWORKS):
            raise ValueError(f"optimizerSteps must be a whole number for each network; got {steps}")
        if type(info.iteration) is not int or type(info.seed) is not int:
            raise ValueError("iteration and seed must be whole numbers")
    except (ValueError, KeyError, TypeError, AttributeError, UsageError) as cause:
        raise UsageError(f"checkpoint: the configuration in {where} must be sound; {cause}") from cause
    return Checkpoint(info, steps, tensors, where)


def _fitting(tensors: dict[str, Tensor], name: str, own: Tensor, where: str) -> Tensor:
    found = tensors.get(name)
    if found is None:
        raise UsageError(
            f"weights: {where} must hold {name}; it does not fit this configuration"
        )
    if found.shape != own.shape:
        raise UsageError(
            f"weights: {name} must be {list(own.shape)} for this configuration; got {list(found.shape)}"
        )
    if not found.isfinite().all():
        raise UsageError(
            f"weights: {name} in {where} must hold finite numbers: its training has diverged, or the file "
            "is damaged. Take an earlier checkpoint"
        )
    return found


def _moment(network: str, name: str, key: str) -> str:
    return f"optimizer/{PUBLISHED[network]}.{name}/{key}"


def _metadata(data: bytes) -> dict[str, str]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]).get("__metadata__") or {}


def _info_json(info: Info) -> dict:
    values = {
        "preset": info.preset,
        "dataset": info.dataset,
        "config": as_json(info.config),
        "training": as_json(info.training),
        "iteration": info.iteration,
        "seed": info.seed,
    }
    return values | ({"datasetSeed": info.datasetSeed} if info.datasetSeed is not None else {})
