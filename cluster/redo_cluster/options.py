"""Options of the program: those of `npm run train`, and what only PyTorch has."""

import argparse
import json
import pathlib
import sys

from .config import UsageError

# Exit codes for those who start it from a queue; 75 is EX_TEMPFAIL of sysexits: run it again.
EXIT_USAGE, EXIT_FAILED, EXIT_STOPPED = 1, 2, 75

# By name: the value if it is not given (None: it must be, empty: it may be left out), and what it means.
OPTIONS = {
    "config": ("", "JSON file of these options by name, which those given here override"),
    "preset": (None, "configuration to train"),
    "dataset": (None, "packed set, which npm run prepare-dataset makes"),
    "model": ("{}", 'JSON over the model of the preset, e.g. {"codeSize": 8}'),
    "training": ("{}", 'JSON over its training, e.g. {"lambdaZ": 2}'),
    "steps": ("1000", "iterations"),
    "seed": ("0", "seed of everything random; several by commas, one run after the other"),
    "run": ("", "folder of log and checkpoints; the same command goes on from it"),
    "from": ("", "folder of another run, or a whole checkpoint, that a new --run goes on from; its settings of training may be others"),
    "checkpoint-every": ("500", "iterations between checkpoints"),
    "restarts": ("0", "how often a collapsed training may begin again"),
    "out": ("", "file for the whole state, to go on from"),
    "out-model": ("", "file for the weights alone, in half precision"),
    "every": ("0", "iterations between looks at validation images, 0 for none"),
    "images": ("200", "held-out images to score"),
    "backend": ("", "npm run train's; not used here"),
    "device": ("", "cpu or cuda; a GPU where there is one if it is not given"),
    "precision": ("float32", "float32; tf32 or bf16 (autocast) on a GPU; float64 to compare by"),
    "compile": ("no", "yes compiles the networks with torch.compile"),
    "threads": ("0", "threads of a process on the CPU; 0 leaves them to PyTorch"),
}


def read_options(arguments: list[str]) -> dict[str, str]:
    """Raises UsageError naming what is missing or unknown."""
    parser = argparse.ArgumentParser(
        "redo_cluster", description=__doc__.splitlines()[0], allow_abbrev=False
    )
    for name, (usual, text) in OPTIONS.items():
        note = "required" if usual is None else f"default {usual}" if usual else "optional"
        parser.add_argument(f"--{name}", dest=name, help=f"{text} ({note})".replace("%", "%%"))
    if arguments[:1] == ["--"]:
        # It stands between torchrun's options and these, of which torchrun would take --run for its own.
        arguments = arguments[1:]
    try:
        found = vars(parser.parse_args(arguments))
    except SystemExit as ended:
        # argparse ends with 2, which here says that a training failed.
        sys.exit(EXIT_USAGE if ended.code else 0)
    filed = _from_file(found["config"])
    values = {
        name: next(
            (each for each in (found[name], filed.get(name), usual) if each is not None), None
        )
        for name, (usual, _) in OPTIONS.items()
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
    if not isinstance(values, dict) or not set(values) <= set(OPTIONS):
        raise UsageError(f"--config must be an object of options; got {path} with {', '.join(values)}")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }


def json_object(name: str, given: dict[str, str]) -> dict:
    try:
        value = json.loads(given[name])
    except ValueError as cause:
        raise UsageError(f"--{name} must be JSON; got {given[name]} ({cause})") from cause
    if not isinstance(value, dict):
        raise UsageError(f"--{name} must be a JSON object; got {given[name]}")
    return value


def whole(name: str, value: str, least: int = 0) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise UsageError(f"--{name} must be a whole number of at least {least}; got {value}")
    return int(value)


def one_of(name: str, given: dict[str, str], words: tuple[str, ...]) -> str:
    if given[name] not in words:
        raise UsageError(f"--{name} must be one of {', '.join(filter(None, words))}; got {given[name]}")
    return given[name]
