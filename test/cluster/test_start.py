"""How a training starts: few regions, kept in balance, f warming up (`core/training/start.ts`)."""

import pytest
import torch

from conftest import SMALL, reports
from redo_cluster.__main__ import run
from redo_cluster.adam import NetworkAdam
from redo_cluster.config import UsageError, find_preset, model_config, training_config
from redo_cluster.model import Redo
from redo_cluster.start import balance_regions, starting_model
from redo_cluster.split import ColourDifference, split_region

START = {"regions": 2, "warmUp": 0, "balance": 3}
SPLITS = {"fromIteration": 3, "toIteration": 4, "every": 5}


def settings(regions: int = 3, **training):
    preset = find_preset("blobs-32")
    config = model_config(preset.model | SMALL | {"regions": regions, "temperature": 0.5})
    return config, training_config(preset.training | training, regions)


def images() -> torch.Tensor:
    return torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(3))


@torch.no_grad()
def levels(model: Redo) -> torch.Tensor:
    """Mean logits of the regions, divided by T, but for what is the same for all."""
    return model.mask(images()).log().mean((0, 2, 3))


def test_regions_that_it_does_not_start_with_are_empty():
    config, training = settings(start=START, splits=SPLITS)
    begun, drawn = starting_model(config, training, 1), Redo(config).initialize(training.initGain, 1)
    with torch.no_grad():
        masks, whole = begun.mask(images()), drawn.mask(images())
    assert masks[:, 2].max() < 1e-10
    torch.testing.assert_close(masks[:, 0], whole[:, 0] / (whole[:, 0] + whole[:, 1]))
    changed = [
        name for name, values in begun.state_dict().items() if not torch.equal(values, drawn.state_dict()[name])
    ]
    assert changed == ["mask.out.mods.9.weight", "mask.out.mods.9.bias"]


@pytest.mark.parametrize("regions", [2, 3])
def test_balance_gives_regions_one_mean_logit(regions):
    config, training = settings(regions)
    model = starting_model(config, training, 1)
    before = levels(model)
    assert before.max() - before.min() > 0.01
    balance_regions(model, images(), regions)
    after = levels(model)
    assert after.max() - after.min() < 1e-4


def test_balance_leaves_empty_regions_empty():
    config, training = settings(start=START, splits=SPLITS)
    model = starting_model(config, training, 1)
    balance_regions(model, images(), 2)
    after = levels(model)
    assert after[0].item() == pytest.approx(after[1].item(), abs=1e-4) and after[2] < -20


@pytest.mark.parametrize("variant", ["published", "paper"])
def test_a_run_redraws_what_it_started_with_until_a_split_fills_the_rest(arguments, tmp_path, variant):
    training = {"start": START, "splits": SPLITS, "variant": variant}
    assert run(arguments(run=tmp_path, steps=4, model={"regions": 3}, training=training)) == 0
    *first, last = reports(tmp_path)
    assert all(each["areas"][2] < 1e-10 and "split" not in each for each in first)
    assert last["split"]["to"] == 2 and last["areas"][2] > 0.01


def test_a_generator_that_was_never_drawn_gets_the_moments_of_the_one_it_copies():
    config, training = settings(start=START, splits=SPLITS)
    model = starting_model(config, training, 1)
    optimizers = {name: NetworkAdam(name, model.network(name), training) for name in ("mask", "generator", "encoder")}
    for parameter in model.generator.net[1].parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizers["generator"].advance(0)
    last = model.mask.out.mods["9"]
    split_region(model, optimizers, 1, 2, ColourDifference(torch.zeros(last.weight.shape[1:]), 0.0))
    moments = optimizers["generator"].moments()
    assert torch.equal(moments["net.2.dense.bias"]["exp_avg_sq"], moments["net.1.dense.bias"]["exp_avg_sq"])
    assert "net.0.dense.bias" not in moments


@pytest.mark.parametrize("training, message", [
    ({"start": 5}, "start must have regions, warmUp, balance; got 5"),
    ({"start": START | {"regions": 1}, "splits": SPLITS}, "start.regions must be a whole number of at least 2; got 1"),
    ({"start": START | {"regions": 4}, "splits": SPLITS}, "start.regions must be at most 3; got 4"),
    ({"start": START | {"balance": 0.5}}, "start.balance must be a whole number of at least 0; got 0.5"),
    ({"start": START}, "start.regions must be all 3 where there are no splits, or they stay empty; got 2"),
])
def test_refuses_what_is_not_sound(training, message):
    with pytest.raises(UsageError, match=message):
        settings(3, **training)
