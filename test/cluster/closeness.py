"""When two programs, or two ways to add up the same sums, count as equal (docs/parity.md)."""

import re

import torch

# An instance norm subtracts again what these add: their gradient is zero in exact arithmetic, and Adam
# walks them by their whole rate wherever rounding points.
WITHOUT_EFFECT = re.compile(r"netEncM.cnn.\d+.blocs.3.bias|netGenX.net.\d+.(convB.\d+|sc.\d+.1).bias")
# With attention in G its softmax sees them, but for those of the last block; unless its gate is still shut.
SEEN_BY_ATTENTION = re.compile(r"netGenX.net.\d+.(convB.(?P<b>\d+)|sc.(?P<s>\d+).1).bias")
# These follow them.
FOLLOWING = re.compile(r"netGenX.net.\d+.norm.*.running_mean")


def without_effect(names, last_block: int | None = None) -> set[str]:
    """Names of the parameters without effect.

    last_block: of the generators, where they have attention with an open gate.
    """
    found = {name for name in names if WITHOUT_EFFECT.fullmatch(name)}
    if last_block is None:
        return found
    is_seen = lambda match: match and int(match["b"] or match["s"]) < last_block
    return {name for name in found if not is_seen(SEEN_BY_ATTENTION.fullmatch(name))}


def error(ours: torch.Tensor, theirs: torch.Tensor, least: float = 1e-300) -> float:
    """‖ours − theirs‖ / ‖theirs‖.

    least: what a smaller norm counts as.
    """
    ours, theirs = ours.double(), theirs.double()
    return float((ours - theirs).norm() / theirs.norm().clamp_min(least))


def apart(ours: dict, theirs: dict, reach: float) -> list[str]:
    """Names of the weights and spectral vectors that are further apart than 1e-4.

    reach: how far the steps can have carried them. Those without effect may be that far apart, and a gate that
    has come back to 0, where it began, is compared with the way that it went.
    """
    names = [name for name in theirs if not name.startswith("optimizer/")]
    free = without_effect(names) | {name for name in names if FOLLOWING.fullmatch(name)}
    return [
        f"{name}: {error(ours[name], theirs[name], reach):.1e}"
        for name in names
        if (
            (ours[name] - theirs[name]).abs().max() > reach
            if name in free
            else error(ours[name], theirs[name], reach) > 1e-4
        )
    ]


def reach(steps: int, rate: float = 5e-4, beta2: float = 0.9) -> float:
    """How far two walks of Adam with β₁ = 0 can be apart."""
    return 2 * rate * sum(((1 - beta2**t) / (1 - beta2)) ** 0.5 for t in range(1, steps + 1))
