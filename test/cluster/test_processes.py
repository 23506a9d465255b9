"""Two processes are one process with the whole batch; one that dies is started again."""

import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest
import safetensors.torch

from closeness import apart, reach
from conftest import contents, environment, final, reports, torchrun
from redo_cluster import device
from redo_cluster.__main__ import run
from test_run import started

LOSSES = ("generatorLoss", "recoveryLoss", "discriminatorLoss", "scoreReal", "scoreRedrawn")
PAPER = {"training": {"variant": "paper"}, "model": {"normalization": "batch"}}
# Two regions kept in balance, noise on the masks, and a split on the way.
DIVIDED = {
    "model": {"regions": 3},
    "training": {
        "maskNoise": {"fromIteration": 0, "toIteration": 2, "temperature": 0.5},
        "start": {"regions": 2, "warmUp": 2, "balance": 3},
        "splits": {"fromIteration": 1, "toIteration": 2, "every": 5},
    },
}
# After which processes that wait for one another are given up.
PATIENCE_S = 120
LONG = {"checkpoint_every": 3, "threads": 1, "steps": 10, **PAPER}


def assert_same_losses(one: pathlib.Path, two: pathlib.Path) -> None:
    """Of the first three iterations, within 1e-4."""
    for ours, theirs in zip(reports(two)[:3], reports(one)[:3], strict=True):
        assert [ours[name] for name in LOSSES] == pytest.approx([theirs[name] for name in LOSSES], rel=1e-4)
        assert ours["areas"] == pytest.approx(theirs["areas"], rel=1e-4)


def test_half_the_batch_each_gives_the_same_losses_and_weights(arguments, tmp_path):
    """Started by hand, as a scheduler that is not torchrun would.

    In double precision: in single, the order of the sums alone carries a gate of G, one number, by more.
    """
    one, two = tmp_path / "one", tmp_path / "two"
    exact = {"steps": 3, "precision": "float64", **DIVIDED}
    assert run(arguments(run=one, **exact)) == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "redo_cluster", *arguments(run=two, threads=1, **exact)]
    world = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    processes = [
        subprocess.Popen(
            command, env=environment() | world | {"RANK": rank, "LOCAL_RANK": rank}, stderr=subprocess.PIPE
        )
        for rank in ("0", "1")
    ]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err.decode()
    assert_same_losses(one, two)
    assert [each.get("split") for each in reports(one)] == [each.get("split") for each in reports(two)]
    assert reports(two)[1]["split"]
    ours, theirs = (safetensors.torch.load(final(path)) for path in (two, one))
    assert not apart(ours, theirs, reach(3))


@pytest.fixture(scope="module")
def unbroken(packed, tmp_path_factory):
    return tmp_path_factory.mktemp("unbroken") / "run"


def test_torchrun_takes_norms_over_the_whole_batch(arguments, unbroken, tmp_path):
    command = torchrun(*arguments(run=unbroken, **LONG))
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert run(arguments(steps=3, run=tmp_path / "one", **PAPER)) == 0
    assert_same_losses(tmp_path / "one", unbroken)


def test_after_a_process_was_killed_the_same_command_ends_as_unbroken(arguments, unbroken, tmp_path):
    broken = tmp_path / "broken"
    command = torchrun(*arguments(run=broken, **LONG))
    program = started(command, broken / "log.jsonl", 5)
    os.kill(workers(program.pid)[-1], signal.SIGKILL)
    program.communicate(timeout=PATIENCE_S)
    assert program.returncode != 0
    again = subprocess.run(command, capture_output=True, env=environment(), timeout=PATIENCE_S)
    assert again.returncode == 0, again.stderr.decode()
    assert b"going on at iteration" in again.stdout
    assert contents(final(broken)) == contents(final(unbroken))


def test_a_batch_that_cannot_be_shared_is_refused(arguments, monkeypatch, capsys):
    monkeypatch.setattr(device, "world_size", lambda: 3)
    assert run(arguments()) == 1
    assert "training.batchSize must be a multiple of the 3 processes; got 4" in capsys.readouterr().err


def workers(pid: int) -> list[int]:
    """Processes that torchrun started."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    is_worker = lambda child: b"redo_cluster" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
    return [int(child) for child in children if is_worker(child)]
