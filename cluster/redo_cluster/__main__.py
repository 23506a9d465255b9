"""Trains a model and says how good its masks are on held-out images.

    python -m redo_cluster --preset blobs-32 --dataset set.redo.zip --steps 1000 --run runs/one
    torchrun --nproc-per-node 2 -m redo_cluster -- --preset …

Options, configuration files, run folders and exit codes are those of `npm run train`.
"""

import gc
import os
import pathlib
import signal
import statistics
import sys

import torch.distributed as dist

from .checkpoint import read_checkpoint
from .config import UsageError, find_preset, model_config, training_config
from .device import Device
from .evaluation import Evaluation
from .options import EXIT_FAILED, EXIT_STOPPED, EXIT_USAGE, json_object, one_of, read_options, whole
from .packed import PackedSet
from .progress import ProgressLine
from .reduce import rank
from .run_folder import LOG, RunFolder, read_state, write_whole
from .trainer import Diverged
from .training_run import RunOptions, TrainingRun


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The program; returns its exit code."""
    try:
        with _Stop() as stop:
            code = _train_all(read_options(arguments), stop)
    except UsageError as error:
        _say(str(error), os.environ.get("RANK", "0") == "0", sys.stderr)
        return EXIT_USAGE
    if dist.is_initialized():
        _leave()
    return code


def _leave() -> None:
    """Ends the processes' group: all at a time, and not before what was trained in it is gone.

    Without the two, under gloo, one process aborted at its exit in a tenth of the runs and more.
    """
    dist.barrier()
    gc.collect()
    dist.destroy_process_group()


def _train_all(given: dict[str, str], stop: "_Stop") -> int:
    """One run a seed."""
    seeds = [whole("seed", seed) for seed in given["seed"].split(",")]
    if len(seeds) > 1 and (given["out"] or given["out-model"] or given["from"]):
        raise UsageError(
            "--out, --out-model and --from must be left out with several seeds; give --run"
        )
    if given["from"] and not given["run"]:
        raise UsageError("--from must be given with --run")
    preset = find_preset(given["preset"])
    model, training = json_object("model", given), json_object("training", given)
    precision = one_of("precision", given, ("float32", "tf32", "bf16", "float64"))
    compiles = one_of("compile", given, ("no", "yes")) == "yes"
    config = model_config(preset.model | model)
    common = {
        "preset": preset.name,
        "config": config,
        "training": training_config(preset.training | training, config.regions),
        "steps": whole("steps", given["steps"], 1),
        "every": whole("every", given["every"]),
        "checkpoint_every": whole("checkpoint-every", given["checkpoint-every"], 1),
        "images": whole("images", given["images"], 1),
        "restarts": whole("restarts", given["restarts"]),
    }
    dataset = PackedSet(given["dataset"], config.size, config.regions)
    threads = whole("threads", given["threads"])
    device = Device.open(one_of("device", given, ("", "cpu", "cuda")), precision, compiles, threads)
    device.share(common["training"].batchSize)
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
    if info.config != options.config:
        raise UsageError(
            f"--from must be of the model that is given; {source} has {info.config}, "
            f"and {options.config} is given"
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
        self._before = {}

    def __enter__(self) -> "_Stop":
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._tell)
        return self

    def __exit__(self, *_) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _tell(self, number, _frame) -> None:
        self.told = True
        if number == signal.SIGINT:
            # A second one ends it at once. SIGTERM may come twice, from a scheduler and from torchrun.
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


def _say(line: str, whether: bool, to=None) -> None:
    if whether:
        print(line, file=to or sys.stdout, flush=True)


def _save(path: str, data: bytes) -> None:
    writewhole(pathlib.Path(path), data)
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
