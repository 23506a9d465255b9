"""Recomputes a reference file (test/reference/README.md) with the code that trains on clusters."""

import json
import pathlib

import torch
from safetensors import safe_open

import closeness
from redo_cluster.batches import Batch
from redo_cluster.checkpoint import load_weights, weights
from redo_cluster.config import NETWORKS, ModelConfig, TrainingConfig, depth
from redo_cluster.losses import redraw
from redo_cluster.model import PUBLISHED, Redo
from redo_cluster.trainer import Trainer


def read(path: pathlib.Path) -> tuple[dict, dict[str, torch.Tensor]]:
    """Options and tensors of a reference."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return json.loads(file.metadata()["options"]), tensors


def configs(o: dict) -> tuple[ModelConfig, TrainingConfig]:
    model = ModelConfig(
        size=o["size"],
        regions=o["n_regions"],
        codeSize=o["nz"],
        widths={name: o[f"nf_{name}"] for name in NETWORKS},
        maskResidualBlocks=o["mask_res_blocks"],
        attention={
            "generator": o["self_attention_generator"],
            "discriminator": o["self_attention_discriminator"],
        },
        normalization="instance",
        temperature=o["temperature"],
    )
    beta1, beta2 = o["adam_betas"]
    training = TrainingConfig(
        variant="published",
        batchSize=o["batch"],
        lambdaZ=o["lambda_z"],
        learningRates=o["lr"],
        beta1=beta1,
        beta2=beta2,
        epsilon=o["adam_eps"],
        maskWeightDecay=o["weight_decay_mask"],
        initGain=0.8,
    )
    return model, training


class FileBatches:
    """Batches that a reference holds, in the place of those that are drawn."""

    def __init__(self, tensors: dict[str, torch.Tensor], regions: int):
        self.tensors, self.regions = tensors, regions

    def batch(self, iteration: int, _use: str) -> Batch:
        image, z = (self.tensors[f"step{iteration}/{name}"] for name in ("image", "z"))
        return Batch(image, z, list(range(self.regions)))

    def images(self, iteration: int, _use: str) -> torch.Tensor:
        return self.tensors[f"step{iteration}/real"]


def compute(
    o: dict,
    tensors: dict[str, torch.Tensor],
    dtype: torch.dtype,
    settled: dict[str, tuple[torch.Tensor, torch.Tensor]] = {},
) -> dict[str, torch.Tensor]:
    """All that follows from the inputs of a reference, under the names that it has there.

    settled: gradients that the first steps go by, each with a mask of the elements for which they do.
    """
    config, training = configs(o)
    given = {name: values.to(dtype) for name, values in tensors.items()}
    model = Redo(config).to(dtype)
    load_weights(model, given, "the reference", "init/")
    result = {f"eval/{name}": values for name, values in _forwards(model, given).items()}
    trainer = Trainer(model, training, FileBatches(given, config.regions))
    gradients = _record_gradients(trainer, settled)
    for step in range(o["steps"]):
        report, _ = trainer.iterate()
        keys = ("generatorLoss", "recoveryLoss", "discriminatorLoss", "scoreReal", "scoreRedrawn")
        result[f"step{step}/losses"] = torch.tensor([report[key] for key in keys], dtype=dtype)
    result |= gradients
    result |= {f"after{o['steps']}/{name}": values for name, values in weights(model).items()}
    return result


@torch.no_grad()
def _forwards(model: Redo, given: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    model.eval()
    image, z = given["eval/image"], given["eval/z"]
    regions = list(range(z.shape[1]))
    masks, drawn, fakes = redraw(model, image, z, regions)
    by_region = lambda x: x.unflatten(0, (len(regions), -1)).transpose(0, 1)
    return {
        "masks": masks,
        "regions": torch.stack(drawn, 1),
        "redrawn": by_region(fakes),
        "score_real": model.discriminator(image),
        "score_redrawn": by_region(model.discriminator(fakes)),
        "z_from_generated": model.encoder(torch.stack(drawn).sum(0)),
    }


def _record_gradients(trainer: Trainer, settled: dict) -> dict[str, torch.Tensor]:
    """Fills in the gradients that the first iteration's optimisers see, and settles them."""
    found: dict[str, torch.Tensor] = {}
    for network, optimizer in trainer.optimizers.items():
        side = "grad_d" if network == "discriminator" else "grad_g"

        def advance(iteration, network=network, side=side, optimizer=optimizer):
            if iteration == 0:
                for name, parameter in optimizer.named.items():
                    if parameter.grad is None:
                        continue
                    full = f"{side}/{PUBLISHED[network]}.{name}"
                    found[full] = parameter.grad.clone()
                    if full in settled:
                        values, where = settled[full]
                        parameter.grad[where] = values[where]
            type(optimizer).advance(optimizer, iteration)

        optimizer.advance = advance
    return found


def is_given(name: str) -> bool:
    return name.startswith("init/") or name.split("/")[1] in ("image", "real", "z")


def without_effect(o: dict, names) -> set[str]:
    last = depth(o["size"]) - 1 if o["self_attention_generator"] else None
    return closeness.without_effect(names, last)
