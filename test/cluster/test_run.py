"""A run: its folder, killed and stopped and gone on with, collapsed, and what it refuses."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from conftest import contents, environment, final, reports, state
from packs import write_packed
from redo_cluster import training_run
from redo_cluster.__main__ import run
from redo_cluster.model import Redo

ALONE = (sys.executable, "-m", "redo_cluster")


def started(command, log, lines: int) -> subprocess.Popen:
    """A program that has written so many lines of its log."""
    program = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 120
    while not (log.exists() and log.read_text().count("\n") >= lines):
        assert program.poll() is None, program.communicate()[1].decode()
        assert time.monotonic() < until
        time.sleep(0.01)
    return program


@pytest.fixture(scope="module")
def unbroken(packed, tmp_path_factory):
    """Of `LONG`, in one piece."""
    path = tmp_path_factory.mktemp("unbroken") / "run"
    assert run([*LONG, f"--dataset={packed}", f"--run={path}"]) == 0
    return path


LONG = [
    *("--preset=blobs-32", "--steps=48", "--every=24", "--checkpoint-every=8", "--images=6"),
    '--model={"size": 16, "widths": {"mask": 4, "generator": 2, "discriminator": 2, "encoder": 2}}',
    '--training={"batchSize": 4}',
]


def test_the_log_and_the_state_have_the_form_of_npm_run_train(unbroken):
    assert [each["iteration"] for each in reports(unbroken)] == list(range(1, 49))
    keys = {"generatorLoss", "recoveryLoss", "areas", "discriminatorLoss", "scoreReal", "scoreRedrawn"}
    assert set(reports(unbroken)[0]) == keys | {"iteration", "stepMs"}
    validations = reports(unbroken, "validation")
    assert [each["iteration"] for each in validations] == [24, 48]
    assert set(validations[0]) == {"event", "iteration", "accuracy", "iou", "objectIou", "areas"}
    kept = state(unbroken)
    assert (kept["iteration"], kept["seed"], kept["restarts"]) == (48, 0, 0)
    assert kept["logBytes"] == (unbroken / "log.jsonl").stat().st_size
    best = max(validations, key=lambda each: each["objectIou"])
    assert (kept["best"]["iteration"], kept["best"]["objectIou"]) == (best["iteration"], best["objectIou"])
    probes = {"probe-0-24.png", "probe-0-48.png"}
    files = probes | {"state.json", "log.jsonl", "checkpoint-0-48.safetensors", kept["best"]["file"]}
    assert {file.name for file in unbroken.iterdir()} == files


def test_a_run_that_was_stopped_ends_as_unbroken(unbroken, packed, tmp_path, capsys):
    path = tmp_path / "run"
    command = [*ALONE, *LONG, f"--dataset={packed}", f"--run={path}", "--threads=1"]
    stopped = started(command, path / "log.jsonl", 10)
    stopped.send_signal(signal.SIGTERM)
    _, err = stopped.communicate()
    assert stopped.returncode == 75, err.decode()
    assert b"the same command goes on from" in err
    at = state(path)["iteration"]
    assert at == len(reports(path)) and 10 <= at < 48
    assert run(command[len(ALONE) :]) == 0
    assert f"going on at iteration {at}" in capsys.readouterr().out
    assert contents(final(path)) == contents(final(unbroken))
    without_time = lambda each: {key: value for key, value in each.items() if key != "stepMs"}
    assert list(map(without_time, reports(path))) == list(map(without_time, reports(unbroken)))


def test_a_collapsed_run_begins_again_with_another_seed(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(training_run, "collapse_area", lambda _: 0.6)
    path = tmp_path / "run"
    options = {"run": path, "steps": 4, "checkpoint_every": 2}
    assert run(arguments(**options, restarts=1)) == 2
    told = capsys.readouterr()
    assert "begun again with seed 1000003" in told.out
    assert "collapsed; --restarts N begins again" in told.err
    events = reports(path, "collapse")
    assert [each["iteration"] for each in events] == [2, 2]
    assert "under 0.6" in events[0]["reason"]
    assert [each["iteration"] for each in reports(path)] == [1, 2, 1, 2]
    kept = state(path)
    assert (kept["seed"], kept["restarts"], kept["iteration"]) == (1000003, 1, 0)
    # Once the time for it is over, a run goes on as it is.
    monkeypatch.setattr(training_run, "COLLAPSE_UNTIL", 1)
    assert run(arguments(**options, restarts=1)) == 0
    assert state(path)["iteration"] == 4


def test_several_seeds_run_one_after_the_other(arguments, tmp_path, capsys):
    assert run(arguments(seed="0,1", steps=1, run=tmp_path)) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 of 2 seeds: accuracy 0.")
    assert [state(tmp_path / f"seed-{seed}")["seed"] for seed in (0, 1)] == [0, 1]


def test_rates_fall_in_a_straight_line():
    from conftest import TRAINING
    from redo_cluster.config import find_preset, training_config

    training = training_config(find_preset("blobs-32").training | TRAINING, 2)
    rates = [training.rate_at("mask", iteration) / 2e-4 for iteration in (0, 1, 3, 5, 9)]
    assert rates == pytest.approx([1, 1, 0.75, 0.5, 0.5])


def test_the_rate_of_f_alone_warms_up():
    from conftest import TRAINING
    from redo_cluster.config import find_preset, training_config

    start = {"start": {"regions": 2, "warmUp": 4, "balance": 0}}
    training = training_config(find_preset("blobs-32").training | TRAINING | start, 2)
    rates = [training.rate_at("mask", iteration) / 2e-4 for iteration in (0, 1, 3, 5)]
    assert rates == pytest.approx([0, 0.25, 0.75 * 0.75, 0.5])
    assert training.rate_at("encoder", 0) == training.learningRates["encoder"]


def test_a_training_that_diverges_ends_with_what_to_do(arguments, tmp_path, capsys):
    rates = dict.fromkeys(("mask", "generator", "discriminator", "encoder"), 1e30)
    assert run(arguments(training={"learningRates": rates}, run=tmp_path / "run")) == 2
    assert "must stay finite; got" in capsys.readouterr().err
    assert all("NaN" not in json.dumps(each) for each in reports(tmp_path / "run"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def overwrite(path):
    data = bytearray(path.read_bytes())
    at = data.index(b"IDAT", data.index(b"images/train-0.png"))
    data[at + 20] ^= 255
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage, message",
    [
        (cut, "must be a whole zip archive"),
        (overwrite, "images/train-0.png in .* must be"),
        (lambda path: path.unlink(), "must be a packed set, which npm run prepare-dataset makes; got"),
        (lambda path: write_packed(path, 32, {"train": 1, "val": 1, "test": 1}), "--size 16"),
        (lambda path: write_packed(path, 16, {"train": 1, "val": 1, "test": 1}, version=2), "version 1"),
        (lambda path: write_packed(path, 16, {"train": 1, "val": 1, "test": 1}, splitsSha256=""), "checksum"),
    ],
)
def test_says_what_is_wrong_with_the_images(arguments, tmp_path, capsys, damage, message):
    path = tmp_path / "set.redo.zip"
    write_packed(path, 16, {"train": 1, "val": 1, "test": 1})
    damage(path)
    assert run(arguments(dataset=path, steps=1)) == 1
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"preset": "none"}, "preset: must be one of blobs-32, digits-64, published-128; got none"),
        ({"model": {"size": 20}}, "size must be 16, 32, 64, 128 or 256"),
        ({"model": {"depth": 2}}, "fields must be among size, regions"),
        ({"model": {"widths": {"mask": 4}}}, "widths must have mask, generator, discriminator, encoder"),
        ({"training": {"batchSize": 0}}, "batchSize must be a whole number of at least 1; got 0"),
        ({"training": {"lambdaZ": float("nan")}}, "lambdaZ must be a number of at least 0; got nan"),
        ({"steps": "many"}, "--steps must be a whole number of at least 1; got many"),
        ({"device": "tpu"}, "--device must be one of cpu, cuda; got tpu"),
        ({"config": "missing.json"}, "--config must be a file of JSON; got missing.json"),
        ({"from": "missing", "run": "new"}, "--from must be a run's folder or a checkpoint; got missing"),
        ({"from": "missing"}, "--from must be given with --run"),
        ({"unknown": 1}, "unrecognized arguments: --unknown=1"),
    ],
)
def test_says_what_is_wrong_with_the_options(arguments, tmp_path, monkeypatch, capsys, options, message):
    monkeypatch.chdir(tmp_path)
    try:
        assert run(arguments(**options)) == 1
    except SystemExit as ended:
        assert ended.code == 1
    assert message in capsys.readouterr().err


def test_refuses_the_folder_of_another_run_and_of_no_run(arguments, tmp_path, capsys):
    path = tmp_path / "run"
    assert run(arguments(steps=1, run=path)) == 0
    before = final(path)
    assert run(arguments(steps=1, run=path, seed=1)) == 1
    assert "must hold a run of this configuration" in capsys.readouterr().err
    assert final(path) == before
    (tmp_path / "letter.txt").write_text("mine")
    assert run(arguments(steps=1, run=tmp_path)) == 1
    assert "must be empty, new, or the folder of a run; got" in capsys.readouterr().err
    (path / "state.json").write_text("{")
    assert run(arguments(steps=1, run=path)) == 1
    assert "state.json must be a run's state" in capsys.readouterr().err


def test_options_come_from_a_file_and_those_given_go_before_them(arguments, tmp_path):
    options = dict(each[2:].split("=", 1) for each in arguments(steps=3))
    options |= {"model": json.loads(options["model"]), "steps": 3, "backend": "wasm"}
    (tmp_path / "run.json").write_text(json.dumps(options))
    assert run([f"--config={tmp_path / 'run.json'}", "--steps=1", f"--run={tmp_path / 'run'}"]) == 0
    assert state(tmp_path / "run")["iteration"] == 1


@pytest.mark.skipif("COMPILE" not in os.environ, reason="the compiler takes minutes; COMPILE=1 runs it")
def test_a_compiled_network_computes_the_same(arguments, tmp_path, monkeypatch):
    """D, which has two forward passes before a backward pass: each must keep its own spectral vectors."""
    compiled = lambda model: model.discriminator.compile()
    monkeypatch.setattr(Redo, "compile_networks", compiled)
    options = {"steps": 1, "model": {"attention": {"generator": False, "discriminator": False}}}
    assert run(arguments(compile="yes", run=tmp_path / "compiled", **options)) == 0
    assert run(arguments(run=tmp_path / "plain", **options)) == 0
    for ours, theirs in zip(reports(tmp_path / "compiled"), reports(tmp_path / "plain"), strict=True):
        for name in ("generatorLoss", "recoveryLoss", "discriminatorLoss"):
            assert ours[name] == pytest.approx(theirs[name], rel=1e-4)


def test_half_precision_under_autocast_trains_and_keeps_weights_single(arguments, tmp_path):
    assert run(arguments(steps=2, precision="bf16", run=tmp_path / "half")) == 0
    assert run(arguments(steps=2, run=tmp_path / "single")) == 0
    half, single = (reports(tmp_path / name)[0] for name in ("half", "single"))
    assert half["recoveryLoss"] == pytest.approx(single["recoveryLoss"], rel=0.05)
    assert half["recoveryLoss"] != single["recoveryLoss"]
