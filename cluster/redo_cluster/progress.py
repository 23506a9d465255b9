"""One line of progress that is written over on a terminal, and now and then a new line elsewhere."""

import sys
import time


class ProgressLine:
    """As that of `cli/progress.ts`."""

    def __init__(self, total: int, first: int = 0):
        """first: what was done before this line began."""
        self._total, self._first = total, first
        self._start, self._shown = time.monotonic(), float("-inf")
        self._is_terminal = sys.stderr.isatty()

    def show(self, done: int, note: str) -> None:
        now, last = time.monotonic(), done == self._total
        if not last and now - self._shown < (0.2 if self._is_terminal else 30):
            return
        self._shown = now
        step = (now - self._start) / max(done - self._first, 1)
        left = (
            f"took {_clock(now - self._start)}"
            if last
            else f"{_clock(step * (self._total - done))} left"
        )
        filled = round(24 * done / self._total)
        bar = "█" * filled + "░" * (24 - filled)
        line = f"{bar} {done}/{self._total}  {1000 * step:.0f} ms a step, {left}  {note}"
        if self._is_terminal:
            line = f"\r\x1b[K{line}" + ("\n" if last else "")
        print(line, end="" if self._is_terminal else "\n", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    """`1:02:03` or `2:03`."""
    minutes, s = divmod(round(seconds), 60)
    h, m = divmod(minutes, 60)
    return f"{h}:{m:02}:{s:02}" if h else f"{m}:{s:02}"
