"""Noise on f's logits, and a region split in two (`core/training/mask-noise.ts`, `split-region.ts`)."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from conftest import SMALL, contents, final, reports
from redo_cluster import trainer
from redo_cluster.__main__ import run
from redo_cluster.batches import Batches
from redo_cluster.config import NETWORKS, UsageError, find_preset, model_config, training_config
from redo_cluster.adam import NetworkAdam
from redo_cluster.mask_network import MaskNoise
from redo_cluster.model import Redo
from redo_cluster.split import (
    ColourDifference,
    choose_split,
    colour_difference,
    owned_shares,
    split_region,
)

TWICE = {"fromIteration": 1, "toIteration": 3, "every": 2}
NOISE = {"fromIteration": 10, "toIteration": 20, "temperature": 0.5}


def settings(regions: int = 3, **training):
    preset = find_preset("blobs-32")
    config = model_config(preset.model | SMALL | {"regions": regions})
    return config, training_config(preset.training | training, regions)


class NoImages:
    """A set of which only the noise of its batches is asked for."""

    def count(self, split: str) -> int:
        return 1

    def images(self, split: str, indices: list[int]) -> np.ndarray:
        return np.zeros((len(indices), 16, 16, 3), np.uint8)


def noise(iteration: int, regions: int = 3, share: slice = slice(None)) -> MaskNoise | None:
    config, training = settings(regions, batchSize=100, maskNoise=NOISE)
    batches = Batches(NoImages(), config, training, 1, share, torch.device("cpu"))
    return batches.batch(iteration, "generator").noise


def test_noise_grows_from_nothing():
    assert noise(10) is None
    half, whole, later = noise(15), noise(20), noise(99)
    assert [each.temperature for each in (half, whole, later)] == [0.75, 0.5, 0.5]
    assert half.values.std() == pytest.approx(whole.values.std().item() / 2, rel=0.02)


@pytest.mark.parametrize("regions, channels, mean, variance", [
    (3, 3, 0.5772, math.pi**2 / 6),
    (2, 1, 0, math.pi**2 / 3),
])
def test_noise_has_the_moments_of_its_distribution(regions, channels, mean, variance):
    values = noise(20, regions).values
    assert values.shape == (100, channels, 16, 16)
    assert values.mean().item() == pytest.approx(mean, abs=0.05)
    assert values.var().item() == pytest.approx(variance, rel=0.05)


def test_every_process_draws_its_share_of_the_same_noise():
    whole, part = noise(20), noise(20, share=slice(25, 50))
    assert torch.equal(part.values, whole.values[25:50])


@pytest.fixture
def model():
    """Three regions, the first of which owns nothing, and its optimisers, with moments of everything."""
    config, training = settings()
    model = Redo(config).initialize(0.8, 1).train()
    optimizers = {name: NetworkAdam(name, model.network(name), training) for name in NETWORKS}
    for name in NETWORKS:
        generator = torch.Generator().manual_seed(2)
        for parameter in model.network(name).parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizers[name].advance(0)
    with torch.no_grad():
        model.mask.out.mods["9"].bias[0] -= 1e3
    return model, optimizers


def split(model):
    split_region(*model, 2, 0, difference(model[0]))


def difference(model: Redo) -> ColourDifference:
    """By the first of what f's last convolution reads, at the pixel itself."""
    weights = torch.zeros(model.mask.out.mods["9"].weight.shape[1:])
    weights[0, 3, 3] = 0.5
    return ColourDifference(weights, -0.25)


def test_a_split_gives_half_of_a_mask_to_the_other(model):
    images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        before = model[0].mask(images)
        assert before[:, 0].max() == 0
        split(model)
        after = model[0].mask(images)
    # The halves together are as large as the whole was where they are alike, larger where they differ.
    assert (after[:, 1] - before[:, 1]).abs().mean() < 0.1
    assert min(after[:, 0].mean(), after[:, 2].mean()) > 0.1
    assert not torch.equal(after[:, 0], after[:, 2])


def test_a_split_copies_the_generator_the_encoder_and_the_moments(model):
    redo, optimizers = model
    split(model)
    one, other = redo.generator.net[2].state_dict(), redo.generator.net[0].state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(one["dense.weight"], redo.generator.net[1].state_dict()["dense.weight"])
    dense = redo.encoder.net.dense.weight
    assert torch.equal(dense[:2], dense[4:]) and not torch.equal(dense[2:4], dense[4:])
    for key in ("exp_avg", "exp_avg_sq"):
        of = lambda network, name: optimizers[network].moments()[name][key]
        for name in one.keys() & dict(redo.generator.net[2].named_parameters()).keys():
            assert torch.equal(of("generator", f"net.0.{name}"), of("generator", f"net.2.{name}"))
        assert torch.equal(of("encoder", "net.dense.bias")[:2], of("encoder", "net.dense.bias")[4:])
        assert torch.equal(of("mask", "out.mods.9.weight")[0], of("mask", "out.mods.9.weight")[2])


def test_what_is_split_is_the_largest_object_over_the_region_that_has_least(model):
    images = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    shares = torch.tensor(owned_shares(model[0], [images[:2], images[2:]]))
    owners = model[0].mask(images).argmax(1)
    assert shares.tolist() == pytest.approx([(owners == k).float().mean().item() for k in range(3)])
    assert shares[0] == 0
    assert choose_split([0.9, 0, 0.1]) == (2, 1)
    assert choose_split([0.1, 0.2, 0.65, 0.05]) == (1, 3)


def squares(count: int) -> torch.Tensor:
    """A dark and a bright square on grey, somewhere."""
    generator = torch.Generator().manual_seed(4)
    images = 0.02 * torch.randn(count, 3, 16, 16, generator=generator)
    for k, image in enumerate(images):
        x, y = k % 4, k % 9
        image[:, y : y + 6, x : x + 5] -= 0.8
        image[:, y : y + 6, x + 6 : x + 11] += 0.8
    return images


@torch.no_grad()
def test_a_colour_difference_tells_the_colours_of_a_region_apart_and_is_near_0_elsewhere():
    config, _ = settings()
    wide = dataclasses.replace(config, widths=config.widths | {"mask": 16})
    model = Redo(wide).initialize(0.8, 1).train()
    images = squares(12)
    shares = owned_shares(model, [images])
    region = shares.index(max(shares))
    found = colour_difference(model, [images[:5], images[5:]], region)
    read = []
    model.mask.out.mods["9"].register_forward_pre_hook(lambda _, given: read.append(given[0]))
    own = model.mask(images).argmax(1) == region
    values = torch.nn.functional.conv2d(read[0], found.weights[None].float())[:, 0] + found.bias
    assert values[own].std().item() == pytest.approx(1, abs=1e-2)
    assert abs(values[~own].mean().item()) < 0.5
    assert torch.corrcoef(torch.stack([values[own], images.mean(1)[own]]))[0, 1] > 0.5
    # None where there is nothing to tell apart.
    assert colour_difference(model, [torch.zeros(2, 3, 16, 16)], region) is None
    model.mask.out.mods["9"].bias[region] -= 1e3
    assert colour_difference(model, [images], region) is None


def test_a_run_splits_when_due_and_goes_on_after_a_stop_as_if_unbroken(arguments, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "NEXT_TO_NOTHING", 1)
    options = {
        "model": {"regions": 3},
        "training": {"variant": "paper", "maskNoise": NOISE | {"fromIteration": 0}, "splits": TWICE},
        "checkpoint_every": 1,
    }
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(arguments(run=one, steps=4, **options)) == 0
    assert run(arguments(run=two, steps=2, **options)) == 0
    assert run(arguments(run=two, steps=4, **options)) == 0
    # At a threshold that every region is under: new weights own something each.
    assert [each["iteration"] for each in reports(one) if "split" in each] == [2, 4]
    assert contents(final(one))[1] == contents(final(two))[1]


def test_regions_that_all_own_something_are_left_alone(arguments, tmp_path):
    options = {"model": {"regions": 3}, "training": {"splits": TWICE}}
    assert run(arguments(run=tmp_path, steps=4, **options)) == 0
    assert not any("split" in each for each in reports(tmp_path))


@pytest.mark.parametrize("training, message", [
    ({"splits": TWICE}, "splits must be left out for fewer than 3 regions; got 2"),
    ({"splits": 5}, "splits must have fromIteration, toIteration, every; got 5"),
    ({"splits": TWICE | {"every": 0}}, "splits.every must be a whole number of at least 1; got 0"),
    ({"maskNoise": NOISE | {"temperature": 0}}, "maskNoise.temperature must be greater than 0; got 0"),
    ({"maskNoise": NOISE | {"toIteration": 10}}, "maskNoise.toIteration must be a whole number of at least 11"),
])
def test_refuses_what_is_not_sound(training, message):
    with pytest.raises(UsageError, match=message):
        settings(2, **training)
