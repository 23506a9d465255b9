"""Trains a model and says how good its masks are on held-out images.

    python -m redo_cluster --preset blobs-32 --dataset set.redo.zip --steps 1000 --run runs/one
    torchrun --nproc-per-node 2 -m redo_cluster …

Options, configuration files, run folders and exit codes are those of `npm run train`.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import sys

import torch.distributed as dist

from .config import UsageError, find_preset, model_config, training_config
from .device import Device
from .evaluation import Evaluation
from .packed import PackedSet
from .progress import ProgressLine
from .reduce import rank
from .run_folder import LOG, RunFolder, read_state, write_whole
from .trainer import Diverged
from .training_run import RunOptions, TrainingRun

# 1: can't be run as it was asked for. 75 is EX_TEMPFAIL of sysexits: run it again.
EXIT_USAGE, EXIT_FAILED, EXIT_STOPPED = 1, 2, 75

_OPTIONS = {
    "config": ("", "JSON file of these options by name, which those given here override"),
    "preset": (None, "configuration to train"),
    "dataset": (None, "packed set, which npm run prepare-dataset makes"),
    "model": ("{}", 'JSON over the model of the preset, e.g. {"codeSize": 8}'),
    "training": ("{}", 'JSON over its training, e.g. {"lambdaZ": 2}'),
    "steps": ("1000", "iterations"),
    "seed": ("0", "seed of everything random; several by commas, one run after the other"),
    "run": ("", "folder of log and checkpoints; the same command goes on from it"),
    "from": ("", "folder of another run, or a whole checkpoint, that a new run goes on from"),
    "checkpoint-every": ("500", "iterations between checkpoints"),
    "restarts": ("0", "how often a collapsed training may begin again"),
    "out": ("", "file for the whole state, to go on from"),
    "out-model": ("", "file for the weights alone, in half precision"),
    "every": ("0", "iterations between looks at validation images, 0 for none"),
    "images": ("200", "held-out images to score"),
    "backend": ("", "npm run train's; not used here"),
    "device": ("", "cpu or cuda; a GPU where there is one if it is not given"),
    "precision": ("float32", "float32; tf32 or bf16 (autocast) on a GPU"),
    "compile": ("no", "yes compiles the networks with torch.compile"),
    "threads": ("0", "threads of a process on the CPU; 0 leaves them to PyTorch"),
}


def main() -> None:
    try:
        sys.exit(_main())
    except UsageError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_USAGE)
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def _main() -> int:
    given = _read_options()
    seeds = [_whole("seed", seed) for seed in given["seed"].split(",")]
    if len(seeds) > 1 and (given["out"] or given["out-model"] or given["from"]):
        raise UsageError(
            "--out, --out-model and --from must be left out with several seeds; give --run"
        )
    preset = find_preset(given["preset"])
    model, training = _json_object("model", given), _json_object("training", given)
    precision = _one_of("precision", given, ("float32", "tf32", "bf16"))
    compiles = _one_of("compile", given, ("no", "yes")) == "yes"
    common = {
        "preset": preset.name,
        "config": model_config(preset.model | model),
        "training": training_config(preset.training | training),
        "steps": _whole("steps", given["steps"], 1),
        "every": _whole("every", given["every"]),
        "checkpoint_every": _whole("checkpoint-every", given["checkpoint-every"], 1),
        "images": _whole("images", given["images"], 1),
        "restarts": _whole("restarts", given["restarts"]),
    }
    config = common["config"]
    dataset = PackedSet(given["dataset"], config.size, config.regions)
    threads = _whole("threads", given["threads"])
    device = Device.open(_one_of("device", given, ("", "cpu", "cuda")), precision, compiles, threads)
    device.share(common["training"].batchSize)
    stop = _Stop()
    scores, code = [], 0
    for seed in seeds:
        path = given["run"]
        if path and len(seeds) > 1:
            path = os.path.join(path, f"seed-{seed}")
        _say(f"seed {seed}", len(seeds) > 1)
        decisive = {"preset": preset.name, "dataset": given["dataset"]}
        decisive |= {"model": model, "training": training, "seed": seed}
        options = RunOptions(seed=seed, **common)
        score, own = _train(options, dataset, device, path, decisive, given, stop)
        code = max(code, own)
        if score:
            scores.append(score)
        if stop.told:
            return code
    if len(seeds) > 1:
        means = [
            _mean_and_deviation([getattr(each, name) for each in scores])
            for name in ("accuracy", "objectIou")
        ]
        _say(
            f"{len(scores)} of {len(seeds)} seeds: accuracy {means[0]}, object IoU {means[1]}",
            rank() == 0,
        )
    return code


def _train(
    options: RunOptions, dataset, device, path: str, decisive: dict, given: dict, stop: "_Stop"
) -> tuple[Evaluation | None, int]:
    """One run; its score on test images if it came to its end, and the exit code."""
    folder = RunFolder(path, decisive) if path and rank() == 0 else None
    if given["from"] and folder and folder.is_new:
        _take_over(folder, pathlib.Path(given["from"]), options)
    run = TrainingRun(options, dataset, device, folder)
    names, tells = dataset.region_names, rank() == 0
    for note in dataset.notes:
        _say(note, tells, sys.stderr)
    if run.iteration > 0:
        _say(f"going on at iteration {run.iteration} of {path}", tells)
    try:
        outcome = run.train(_Teller(options.steps, run.iteration, names), stop)
    except Diverged as error:
        _say(str(error), tells, sys.stderr)
        return None, EXIT_FAILED
    if outcome == "stopped":
        stop.told = True
        how = f"the same command goes on from {path}" if path else "without --run nothing was kept"
        _say(f"stopped; {how}", tells, sys.stderr)
        return None, EXIT_STOPPED
    if not tells:
        return None, EXIT_FAILED if outcome == "collapsed" else 0
    if given["out"]:
        _save(given["out"], run.snapshot())
    if given["out-model"]:
        _save(given["out-model"], run.snapshot(compact=True))
    test, best = run.evaluate("test"), run.evaluate_best()
    print(f"test: {_scores(test, names)}")
    if best:
        at = folder.state["best"]["iteration"]
        print(f"test, best of validation (iteration {at}): {_scores(best, names)}")
    if outcome == "collapsed":
        print("collapsed; --restarts N begins again, with other seeds", file=sys.stderr)
        return best or test, EXIT_FAILED
    return best or test, 0


def _take_over(folder: RunFolder, source: pathlib.Path, options: RunOptions) -> None:
    """Gives a new run the state of another, with its log and its best weights where it has them."""
    from .checkpoint import read_checkpoint

    if source.is_dir():
        state = read_state(source)
        if "checkpoint" not in state:
            raise UsageError(f"--from must be a run that has a checkpoint; {source} is at its beginning")
        data = (source / state["checkpoint"]).read_bytes()
    elif source.is_file():
        state, data = {}, source.read_bytes()
    else:
        raise UsageError(f"--from must be a run's folder or a checkpoint; got {source}, which is not there")
    info = read_checkpoint(data, str(source)).info
    if (info.config, info.training) != (options.config, options.training):
        raise UsageError(
            f"--from must be of the configuration that is given; {source} has {info.config}, "
            f"{info.training}, and {options.config}, {options.training} is given"
        )
    if state:
        folder.state |= {"seed": state["seed"], "restarts": state["restarts"]}
        folder.append_log((source / LOG).read_bytes()[: state["logBytes"]])
        if "best" in state:
            best = state["best"]
            weights = (source / best["file"]).read_bytes()
            folder.keep_best(best["iteration"], best["objectIou"], weights)
    folder.commit(info.iteration, data)


class _Stop:
    """Whether SIGTERM or SIGINT came."""

    def __init__(self):
        self.told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, number, _frame) -> None:
        self.told = True
        # A second one ends it at once.
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        return self.told


class _Teller:
    """Tells a person how the run goes; only in the first process."""

    def __init__(self, steps: int, first: int, names: list[str]):
        self._names = names
        self._progress = ProgressLine(steps, first)

    def on_report(self, report: dict) -> None:
        if rank() != 0:
            return
        areas = " ".join(f"{area:.2f}" for area in report["areas"])
        self._progress.show(
            report["iteration"],
            f"loss G {report['generatorLoss']:.2f} D {report['discriminatorLoss']:.2f} "
            f"z {report['recoveryLoss']:.2f}  areas {areas}",
        )

    def on_validation(self, iteration: int, evaluation: Evaluation | None) -> None:
        _say(f"iteration {iteration}: {_scores(evaluation, self._names)}", rank() == 0)

    def on_restart(self, reason: str, seed: int) -> None:
        _say(f"collapsed: {reason}; begun again with seed {seed}", rank() == 0)


def _read_options() -> dict[str, str]:
    parser = argparse.ArgumentParser(
        "redo_cluster", description=__doc__.splitlines()[0], allow_abbrev=False
    )
    for name, (usual, text) in _OPTIONS.items():
        note = "required" if usual is None else f"default {usual}" if usual else "optional"
        parser.add_argument(f"--{name}", dest=name, help=f"{text} ({note})".replace("%", "%%"))
    try:
        found = vars(parser.parse_args())
    except SystemExit as ended:
        # argparse ends with 2, which here says that a training failed.
        sys.exit(EXIT_USAGE if ended.code else 0)
    filed = _from_file(found["config"])
    values = {
        name: next(
            (each for each in (found[name], filed.get(name), usual) if each is not None), None
        )
        for name, (usual, _) in _OPTIONS.items()
    }
    for name, value in values.items():
        if value is None:
            raise UsageError(f"--{name} must be given\n{parser.format_help()}")
    return values


def _from_file(path: str | None) -> dict[str, str]:
    """The options in a JSON file; a value that is no text is taken as its JSON."""
    if not path:
        return {}
    try:
        values = json.loads(pathlib.Path(path).read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise UsageError(f"--config must be a file of JSON; got {path} ({cause})") from cause
    if not isinstance(values, dict) or not set(values) <= set(_OPTIONS):
        raise UsageError(f"--config must be an object of options; got {path} with {', '.join(values)}")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }


def _json_object(name: str, given: dict[str, str]) -> dict:
    try:
        value = json.loads(given[name])
    except ValueError as cause:
        raise UsageError(f"--{name} must be JSON; got {given[name]} ({cause})") from cause
    if not isinstance(value, dict):
        raise UsageError(f"--{name} must be a JSON object; got {given[name]}")
    return value


def _whole(name: str, value: str, least: int = 0) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise UsageError(f"--{name} must be a whole number of at least {least}; got {value}")
    return int(value)


def _one_of(name: str, given: dict[str, str], words: tuple[str, ...]) -> str:
    if given[name] not in words:
        raise UsageError(f"--{name} must be one of {', '.join(filter(None, words))}; got {given[name]}")
    return given[name]


def _say(line: str, whether: bool, to=None) -> None:
    if whether:
        print(line, file=to or sys.stdout, flush=True)


def _save(path: str, data: bytes) -> None:
    write_whole(pathlib.Path(path), data)
    print(f"saved {path}, {len(data)} bytes", flush=True)


def _scores(evaluation: Evaluation | None, names: list[str]) -> str:
    if evaluation is None:
        return "no true masks to score by"
    each = ", ".join(f"{name} {iou:.4f}" for name, iou in zip(names, evaluation.iou))
    return (
        f"accuracy {evaluation.accuracy:.4f}, IoU {each}, object IoU {evaluation.objectIou:.4f}, "
        f"best permutation, {evaluation.count} images"
    )


def _mean_and_deviation(values: list[float]) -> str:
    if not values:
        return "none"
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


if __name__ == "__main__":
    main()
