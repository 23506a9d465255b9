"""What the tests of `cluster/` share: a small packed set, small networks, the programs of both languages."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "cluster"), str(pathlib.Path(__file__).parent)]

from packs import write_packed  # noqa: E402

# Sums are added up in another order with more of them.
torch.set_num_threads(1)

SMALL = {
    "size": 16,
    "widths": {"mask": 4, "generator": 2, "discriminator": 2, "encoder": 2},
    "attention": {"generator": True, "discriminator": True},
    "temperature": 1,
}
TRAINING = {"batchSize": 4, "decay": {"fromIteration": 1, "toIteration": 5, "factor": 0.5}}


@pytest.fixture(scope="session")
def packed(tmp_path_factory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("packed") / "ovals.redo.zip"
    write_packed(path, size=16, counts={"train": 24, "val": 6, "test": 6})
    return path


@pytest.fixture
def arguments(packed):
    """Options of a small run, with changes."""

    def of(model: dict = {}, training: dict = {}, **options) -> list[str]:
        values = {
            "preset": "blobs-32",
            "dataset": packed,
            "model": json.dumps(SMALL | model),
            "training": json.dumps(TRAINING | training),
            "images": 6,
            "steps": 4,
        } | {name.replace("_", "-"): value for name, value in options.items()}
        return [f"--{name}={value}" for name, value in values.items()]

    return of


def environment() -> dict[str, str]:
    """In which a program of its own finds the package."""
    return os.environ | {"PYTHONPATH": str(ROOT / "cluster"), "OMP_NUM_THREADS": "1"}


def torchrun(*arguments: str) -> list[str]:
    """The command that runs two processes on this machine."""
    return [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"),
        *("--standalone", "--max-restarts=0", "--shutdown-timeout=2"),
        *("-m", "redo_cluster", "--", *arguments),
    ]


@pytest.fixture(scope="session")
def npm_train():
    """`npm run train` with options; skips where there is no Node or no bundler."""
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules/vite").is_dir():
        pytest.skip("node and its packages are not installed (npm install)")
    name = f"test-cluster-{os.getpid()}"
    script = (
        "import('./cli/bundle.mjs').then(async ({bundle}) => "
        f"console.log(await bundle(['cli/train.ts'], '{name}')))"
    )
    folder = subprocess.run(
        [node, "-e", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()[-1]

    def train(arguments: list[str]) -> str:
        ended = subprocess.run(
            [node, "cli/run.mjs", f"{folder}/train.js", *arguments], cwd=ROOT, capture_output=True, text=True
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    yield train
    shutil.rmtree(folder)


def reports(run: pathlib.Path, event: str | None = None) -> list[dict]:
    """Lines of a run's log: iterations, or events of a kind."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if line.get("event") == event]


def state(run: pathlib.Path) -> dict:
    return json.loads((run / "state.json").read_text())


def contents(data: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """What a checkpoint holds, to the bit: its metadata, which the file has in any order, and its tensors."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    body = data[8 + length :]
    return metadata, {name: body[slice(*each["data_offsets"])] for name, each in header.items()}


def final(run: pathlib.Path) -> bytes:
    """The checkpoint that a run is at."""
    return (run / state(run)["checkpoint"]).read_bytes()
