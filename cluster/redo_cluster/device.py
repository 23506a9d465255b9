"""Where a process computes, how precisely, and which share of a batch is its own."""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist

from .config import UsageError
from .model import Redo
from .reduce import rank, world_size


@dataclass(frozen=True)
class Device:
    """dtype: of weights and images. autocast: the type that convolutions compute in, where it is another."""

    device: torch.device
    dtype: torch.dtype
    autocast: torch.dtype | None
    compiles: bool

    @staticmethod
    def open(name: str, precision: str, compiles: bool, threads: int) -> "Device":
        """Joins the other processes where `torchrun` started several.

        name: `cpu`, `cuda`, or empty for a GPU where there is one.
        precision: `float32`; `tf32`, which lets GPUs round what they multiply; `bf16`, under autocast;
            `float64`, in which what is left of a difference is no rounding. Checkpoints are float32.
        threads: of a process on the CPU; 0 leaves them to PyTorch.
        """
        if threads:
            torch.set_num_threads(threads)
        if not name:
            name = "cuda" if torch.cuda.is_available() else "cpu"
        if name == "cuda" and not torch.cuda.is_available():
            raise UsageError("--device cuda must have a GPU that PyTorch can use; got none")
        device = torch.device(name)
        if name == "cuda":
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
            torch.cuda.set_device(device)
            torch.backends.cudnn.benchmark = True
            torch.set_float32_matmul_precision("high" if precision in ("tf32", "bf16") else "highest")
            torch.backends.cudnn.allow_tf32 = precision in ("tf32", "bf16")
        if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if name == "cuda" else "gloo")
        dtype = torch.float64 if precision == "float64" else torch.float32
        return Device(device, dtype, torch.bfloat16 if precision == "bf16" else None, compiles)

    def share(self, batch_size: int) -> slice:
        """This process's places in a batch. Raises UsageError if not all shares are of one size."""
        own, left = divmod(batch_size, world_size())
        if left or not own:
            raise UsageError(
                f"training.batchSize must be a multiple of the {world_size()} processes; got {batch_size}"
            )
        return slice(rank() * own, (rank() + 1) * own)

    def place(self, model: Redo) -> Redo:
        """Moves a model here, and compiles it where that was asked for."""
        model = model.to(self.device, self.dtype)
        if self.compiles:
            model.compile_networks()
        return model
