"""Two processes under torchrun are one process with the whole batch."""

import os
import pathlib
import signal
import subprocess

import pytest
import safetensors.torch

from closeness import apart, reach
from conftest import contents, environment, final, reports, torchrun
from redo_cluster.__main__ import run
from test_run import started


def together(arguments: list[str]) -> None:
    ended = subprocess.run(torchrun(*arguments), env=environment(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def assert_alike(one: pathlib.Path, other: pathlib.Path) -> None:
    """Losses and weights within 1e-4."""
    for ours, theirs in zip(reports(one), reports(other), strict=True):
        for name in ("generatorLoss", "recoveryLoss", "discriminatorLoss", "scoreReal", "scoreRedrawn"):
            assert ours[name] == pytest.approx(theirs[name], rel=1e-4), name
        assert ours["areas"] == pytest.approx(theirs["areas"], rel=1e-4)
    ours, theirs = (safetensors.torch.load(final(path)) for path in (one, other))
    assert not apart(ours, theirs, reach(3))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training": {"variant": "paper"}, "model": {"normalization": "batch"}},
    ],
    ids=["published", "paper"],
)
def test_half_the_batch_each_gives_the_same_losses_and_weights(arguments, tmp_path, changes):
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(arguments(steps=3, run=one, **changes)) == 0
    together(arguments(steps=3, run=two, threads=1, **changes))
    assert_alike(one, two)


def test_a_process_that_is_killed_is_started_again_and_ends_as_unbroken(arguments, tmp_path):
    options = {"checkpoint_every": 10, "threads": 1, "steps": 40}
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    together(arguments(run=unbroken, **options))
    command = torchrun(*arguments(run=broken, **options), restarts=1)
    program = started(command, broken / "log.jsonl", 15)
    os.kill(workers(program.pid)[-1], signal.SIGKILL)
    out, err = program.communicate()
    assert program.returncode == 0, err.decode()
    assert b"going on at iteration" in out
    assert contents(final(broken)) == contents(final(unbroken))


def test_a_batch_that_cannot_be_shared_is_refused(arguments, tmp_path):
    command = torchrun(*arguments(training={"batchSize": 3}))
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert ended.returncode != 0
    assert "training.batchSize must be a multiple of the 2 processes; got 3" in ended.stderr


def workers(pid: int) -> list[int]:
    """Processes that torchrun started."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    is_worker = lambda child: b"redo_cluster" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
    return [int(child) for child in children if is_worker(child)]
