"""Checkpoints come back bit by bit, and say what is wrong with them."""

import json

import pytest
import safetensors.torch
import torch

from conftest import SMALL, TRAINING, contents, final, state
from redo_cluster.__main__ import run
from redo_cluster.checkpoint import read_checkpoint, write_checkpoint
from redo_cluster.config import NETWORKS, UsageError
from redo_cluster.adam import NetworkAdam
from redo_cluster.model import Redo


@pytest.fixture(scope="module")
def written(packed, tmp_path_factory):
    """A whole state after an iteration of Algorithm 1, where some parameters were never updated."""
    path = tmp_path_factory.mktemp("run")
    training = TRAINING | {"variant": "paper"}
    code = run(
        [
            *("--preset=blobs-32", f"--dataset={packed}", f"--model={json.dumps(SMALL)}"),
            *(f"--training={json.dumps(training)}", "--steps=1", f"--run={path}", "--images=2"),
        ]
    )
    assert code == 0
    return final(path)


def rewritten(data: bytes, change) -> bytes:
    tensors = safetensors.torch.load(data)
    change(tensors)
    return safetensors.torch.save(tensors, contents(data)[0])


def restored(data: bytes):
    checkpoint = read_checkpoint(data, "a file")
    model = Redo(checkpoint.info.config)
    checkpoint.load(model)
    optimizers = {
        name: NetworkAdam(name, model.network(name), checkpoint.info.training) for name in NETWORKS
    }
    checkpoint.restore(optimizers)
    return checkpoint.info, model, optimizers


def test_comes_back_bit_by_bit(written):
    assert contents(write_checkpoint(*restored(written))) == contents(written)


def test_parameters_that_were_never_updated_have_no_moments(written):
    _, _, optimizers = restored(written)
    names = {name.split(".")[1] for name in optimizers["generator"].moments()}
    assert len(names) == 1 and optimizers["generator"].steps == 1


def test_weights_alone_are_half_as_large_and_no_state_to_go_on_from(written):
    info, model, _ = restored(written)
    alone = write_checkpoint(info, model)
    assert all(t.dtype == torch.float16 for t in safetensors.torch.load(alone).values())
    with pytest.raises(UsageError, match="must be a whole state"):
        restored(alone)


def drop(tensors):
    del tensors["netDX.dense.weight"]


def reshape(tensors):
    tensors["netEncM.out.mods.9.weight"] = torch.zeros(2, 1, 7, 7)


def spoil(tensors):
    tensors["netRecZ.net.dense.bias"][0] = float("nan")


def drop_moment(tensors):
    del tensors["optimizer/netDX.dense.weight/exp_avg"]


@pytest.mark.parametrize(
    "change, message",
    [
        (drop, "must hold netDX.dense.weight"),
        (reshape, r"netEncM.out.mods.9.weight must be \[1, 2, 7, 7\] for this configuration; got \[2, 1, 7, 7\]"),
        (spoil, "netRecZ.net.dense.bias in a file must hold finite numbers"),
        (drop_moment, "must hold optimizer/netDX.dense.weight/exp_avg"),
    ],
)
def test_says_what_does_not_fit(written, change, message):
    with pytest.raises(UsageError, match=message):
        restored(rewritten(written, change))


@pytest.mark.parametrize("length", [0, 7, 300, -1])
def test_says_that_a_file_is_cut_short(written, length):
    with pytest.raises(UsageError, match="must be whole safetensors"):
        read_checkpoint(written[:length], "a file")


def test_says_that_a_file_is_of_another_kind():
    with pytest.raises(UsageError, match="must be one that redo-viewer saved"):
        read_checkpoint(safetensors.torch.save({"a": torch.zeros(1)}), "a file")


def test_goes_on_from_a_file(written, arguments, tmp_path, capsys):
    source = tmp_path / "state.safetensors"
    source.write_bytes(written)
    paper = {"training": {"variant": "paper"}}
    assert run(arguments(**paper, steps=2, run=tmp_path / "run", **{"from": source})) == 0
    assert "going on at iteration 1" in capsys.readouterr().out
    assert state(tmp_path / "run")["iteration"] == 2
    other = tmp_path / "other"
    assert run(arguments(training={"lambdaZ": 2}, steps=3, run=other, **{"from": tmp_path / "run"})) == 0
    now = read_checkpoint((other / "checkpoint-0-3.safetensors").read_bytes(), "a file").info
    assert (now.iteration, now.training.variant, now.training.lambdaZ) == (3, "published", 2)
    assert len((other / "log.jsonl").read_text().splitlines()) == 2
    model = {"codeSize": 3}
    assert run(arguments(model=model, steps=2, run=tmp_path / "third", **{"from": source})) == 1
    assert "--from must be of the model that is given" in capsys.readouterr().err
