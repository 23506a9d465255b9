"""A training goes back and forth between Python and TypeScript, through the same folder."""

import json
import shutil

import numpy as np
import pytest
import safetensors.torch
from PIL import Image

from closeness import apart, reach
from conftest import SMALL, TRAINING, final, reports, state
from redo_cluster.__main__ import run
from redo_cluster.checkpoint import read_checkpoint
from redo_cluster.evaluation import evaluate
from redo_cluster.model import Redo
from redo_cluster.packed import PackedSet

LOSSES = ("generatorLoss", "recoveryLoss", "discriminatorLoss", "scoreReal", "scoreRedrawn")


SPLIT = {"regions": 3, "attention": {"generator": False, "discriminator": False}}
# Two regions for three iterations, then the third is filled.
START = {
    "start": {"regions": 2, "warmUp": 2, "balance": 3},
    "splits": {"fromIteration": 3, "toIteration": 4, "every": 5},
}


@pytest.fixture(scope="module", params=["published", "paper", "split", "start"])
def runs(request, packed, npm_train, tmp_path_factory):
    """Three runs of 4 iterations from TypeScript's first: on in TypeScript, in Python, in both in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    model = SMALL | ({"normalization": "batch"} if request.param == "paper" else {})
    training = TRAINING | {"variant": request.param}
    if request.param == "split":
        model = SMALL | SPLIT
        training = TRAINING | {"splits": {"fromIteration": 1, "toIteration": 3, "every": 5}}
    if request.param == "start":
        model = SMALL | SPLIT
        training = TRAINING | START
    options = [
        *("--preset", "blobs-32", "--dataset", str(packed), "--images", "6", "--every", "1"),
        *("--model", json.dumps(model), "--training", json.dumps(training)),
    ]
    paths = {name: folder / name for name in ("typescript", "python", "both")}
    step = lambda name, steps: [*options, "--steps", str(steps), "--run", str(paths[name])]
    npm_train(step("typescript", 1))
    if request.param == "split":
        empty_region(paths["typescript"])
    for name in ("python", "both"):
        shutil.copytree(paths["typescript"], paths[name])
    npm_train(step("typescript", 4))
    assert run(step("python", 4)) == 0
    if request.param == "paper":
        return {name: paths[name] for name in ("typescript", "python")}
    # TypeScript also reads the best weights that Python kept.
    assert run(step("both", 2)) == 0
    said = npm_train(step("both", 4))
    assert "going on at iteration 2" in said and "test, best of validation" in said
    return paths


def empty_region(run):
    """Leaves region 0 of a run's checkpoint nothing, as the one that a split is over."""
    path = run / state(run)["checkpoint"]
    with safetensors.safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = safetensors.torch.load_file(path)
    tensors["netEncM.out.mods.9.bias"][0] -= 1e3
    safetensors.torch.save_file(tensors, path, metadata)


def test_both_split_the_same_region(runs):
    theirs, *others = (
        [each["split"] for each in reports(path) if "split" in each] for path in runs.values()
    )
    assert all(each == theirs for each in others)
    training = info(runs).training
    expected = [2] if training.start else [0] if training.splits else []
    assert [each["to"] for each in theirs] == expected


def info(runs):
    return read_checkpoint(final(runs["typescript"]), "TypeScript's").info


def ours(runs) -> list[str]:
    return [name for name in runs if name != "typescript"]


def test_losses_and_scores_are_those_of_typescript(runs):
    for name in ours(runs):
        compare_reports(runs[name], runs["typescript"])


def compare_reports(run, typescript):
    ours, theirs = reports(run), reports(typescript)
    assert [each["iteration"] for each in ours] == [1, 2, 3, 4]
    for own, other in zip(ours, theirs, strict=True):
        assert [own[key] for key in LOSSES] == pytest.approx([other[key] for key in LOSSES], rel=1e-4)
        assert own["areas"] == pytest.approx(other["areas"], rel=1e-4)
    looks = zip(reports(run, "validation"), reports(typescript, "validation"), strict=True)
    for own, other in looks:
        # A pixel of 1536 may lie so near to the border of two regions that rounding decides.
        assert own["accuracy"] == pytest.approx(other["accuracy"], abs=1e-3)
        assert own["areas"] == pytest.approx(other["areas"], rel=1e-4)


def test_weights_are_those_of_typescript(runs):
    theirs = safetensors.torch.load(final(runs["typescript"]))
    for name in ours(runs):
        own = safetensors.torch.load(final(runs[name]))
        assert set(own) == set(theirs)
        assert not apart(own, theirs, reach(4))


def test_the_state_of_a_run_says_the_same(runs):
    kept = {name: state(path) for name, path in runs.items()}
    for name in ours(runs):
        assert kept[name]["config"] == kept["typescript"]["config"]
        assert kept[name].keys() == kept["typescript"].keys()
        assert kept[name]["checkpoint"] == kept["typescript"]["checkpoint"]


def test_pictures_on_the_way_are_those_of_typescript(runs):
    for name in ours(runs):
        entries = reports(runs[name], "probe")
        assert entries == reports(runs["typescript"], "probe")
        assert [each["file"] for each in entries] == [f"probe-0-{i}.png" for i in (1, 2, 3, 4)]
        for each in entries:
            own, theirs = (
                np.asarray(Image.open(run / each["file"])).astype(int)
                for run in (runs[name], runs["typescript"])
            )
            # Six images: as they are, and mask and composition of each region.
            assert own.shape == (6 * 16, (1 + 2 * info(runs).config.regions) * 16, 3)
            assert own.std() > 10
            assert abs(own - theirs).max() <= 1


def test_masks_are_scored_as_in_typescript(runs, packed):
    last = reports(runs["typescript"], "validation")[-1]
    checkpoint = read_checkpoint(final(runs["typescript"]), "TypeScript's")
    model = Redo(checkpoint.info.config)
    checkpoint.load(model)
    found = evaluate(model, PackedSet(str(packed), 16, 2), "val", 6)
    assert found.accuracy == pytest.approx(last["accuracy"], abs=1e-3)
    assert found.objectIou == pytest.approx(last["objectIou"], abs=2e-3)
    assert found.iou == pytest.approx(last["iou"], abs=2e-3)
    assert found.areas == pytest.approx(last["areas"], rel=1e-5)
