"""The folder of one training run, which can be killed at any moment: that of `cli/run-folder.ts`.

`state.json` is the run: it is replaced as a whole, and names the checkpoint that it belongs to and how
much of the log. What is newer than it never happened, and is removed when the run goes on. Runs of both
languages go on in each other's folders.
"""

import json
import os
import pathlib
import re

from .config import UsageError

STATE = "state.json"
LOG = "log.jsonl"


class RunFolder:
    """Of one process; the others have none."""

    def __init__(self, path: str, config: dict):
        """Opens the folder of a run, or makes it.

        config: what decides the numbers: preset, dataset, model, training, seed.
        Raises UsageError if it holds a run of another configuration, or something that is no run.
        """
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        names = os.listdir(self.path)
        if STATE in names:
            self.state = read_state(self.path)
            if self.state["config"] != config:
                raise UsageError(
                    f"run: {path} must hold a run of this configuration; it was begun with "
                    f"{json.dumps(self.state['config'])}, and {json.dumps(config)} was given. "
                    "Give the same, or another folder"
                )
        else:
            foreign = [name for name in names if not _is_ours(name)]
            if foreign:
                raise UsageError(
                    f"run: {path} must be empty, new, or the folder of a run; got {', '.join(foreign[:3])}"
                )
            seed = config["seed"]
            self.state = {"config": config, "seed": seed, "restarts": 0, "iteration": 0, "logBytes": 0}
        self._drop_newer()

    @property
    def is_new(self) -> bool:
        return "checkpoint" not in self.state and self.state["restarts"] == 0

    def checkpoint(self) -> bytes | None:
        """The whole state that the run is at; None at its beginning."""
        name = self.state.get("checkpoint")
        return None if name is None else self._read(name)

    def best(self) -> bytes | None:
        """The weights that were best on validation images."""
        best = self.state.get("best")
        return None if best is None else self._read(best["file"])

    def reports(self) -> list[dict]:
        """The iterations of the present try, as the log tells them."""
        entries = [json.loads(line) for line in (self.path / LOG).read_text("utf-8").splitlines()]
        ends = [i for i, entry in enumerate(entries) if entry.get("event") == "collapse"]
        return [entry for entry in entries[ends[-1] + 1 if ends else 0 :] if "event" not in entry]

    def log(self, entry: dict) -> None:
        """Adds a line to the log: an iteration, a look at validation images, an event."""
        self.append_log((json.dumps(entry, separators=(",", ":"), ensure_ascii=False) + "\n").encode())

    def append_log(self, lines: bytes) -> None:
        with open(self.path / LOG, "ab") as file:
            file.write(lines)
        self.state["logBytes"] += len(lines)

    def keep_best(self, iteration: int, object_iou: float, model: bytes) -> None:
        """Notes the best weights so far, to be kept from the next `commit` on."""
        file = f"best-{self.state['restarts']}-{iteration}.safetensors"
        write_whole(self.path / file, model)
        self.state["best"] = {"iteration": iteration, "objectIou": object_iou, "file": file}

    def keep_probe(self, iteration: int, picture: bytes) -> None:
        """Keeps a picture of what the weights do, and says so in the log."""
        file = f"probe-{self.state['restarts']}-{iteration}.png"
        write_whole(self.path / file, picture)
        self.log({"event": "probe", "iteration": iteration, "file": file})

    def commit(self, iteration: int, checkpoint: bytes) -> None:
        """Makes the state of now the one that the run goes on from."""
        file = f"checkpoint-{self.state['restarts']}-{iteration}.safetensors"
        write_whole(self.path / file, checkpoint)
        self._replace_state(self.state | {"iteration": iteration, "checkpoint": file})

    def restart(self, seed: int) -> None:
        """Begins again with another seed."""
        restarts, log_bytes = self.state["restarts"] + 1, self.state["logBytes"]
        self._replace_state(
            {
                "config": self.state["config"],
                "seed": seed,
                "restarts": restarts,
                "iteration": 0,
                "logBytes": log_bytes,
            }
        )

    def _replace_state(self, state: dict) -> None:
        write_whole(self.path / STATE, (json.dumps(state, indent=1) + "\n").encode())
        self.state = state
        self._drop_newer()

    def _drop_newer(self) -> None:
        """Removes what the state does not name: files of a moment that was not committed, and older ones."""
        kept = {STATE, LOG, self.state.get("checkpoint"), self.state.get("best", {}).get("file")}
        for name in os.listdir(self.path):
            if name not in kept and _is_ours(name) and not self._is_past_probe(name):
                os.remove(self.path / name)
        with open(self.path / LOG, "ab") as file:
            file.truncate(self.state["logBytes"])

    def _is_past_probe(self, name: str) -> bool:
        match = re.fullmatch(r"probe-(\d+)-(\d+)\.png", name)
        now = (self.state["restarts"], self.state["iteration"])
        return match is not None and tuple(map(int, match.groups())) <= now

    def _read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as cause:
            raise UsageError(
                f"run: {self.path / name} must be there, {STATE} names it; {cause}. "
                "Begin anew in another folder"
            ) from cause


def read_state(path: pathlib.Path) -> dict:
    """The state of the run in a folder. Raises UsageError if there is none that is sound."""
    try:
        state = json.loads((path / STATE).read_text("utf-8"))
        if type(state["iteration"]) is not int or type(state["logBytes"]) is not int:
            raise ValueError("iteration and logBytes must be whole numbers")
        return state
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise UsageError(f"run: {path / STATE} must be a run's state; {cause}") from cause


def write_whole(path: pathlib.Path, data: bytes) -> None:
    """Writes a file whole or not at all, also when the machine goes down."""
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _is_ours(name: str) -> bool:
    return name in (STATE, LOG) or bool(
        re.search(r"^((checkpoint|best)-\d+-\d+\.safetensors|probe-\d+-\d+\.png)$|\.part$", name)
    )
