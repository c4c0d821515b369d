"""A line that says how a study goes, drawn over itself in a terminal or a notebook."""

import sys
import time
from typing import Any, Mapping, Optional

WIDTH = 79
REDRAW_EVERY = 0.1  # seconds


class Progress:
    def __init__(self, total: int, objective: str, show: Optional[bool] = None) -> None:
        self._total = total
        self._objective = objective
        self._show = _is_watched() if show is None else show
        self._began = time.monotonic()
        self._drawn = float("-inf")

    def wanted(self, now: bool) -> bool:
        """Whether anybody would see a line drawn at this moment."""
        return self._show and (now or time.monotonic() - self._drawn >= REDRAW_EVERY)

    def draw(self, ended: int, best: Optional[Mapping[str, Any]]) -> None:
        """Show how many trials have ended, and the best of them."""
        self._drawn = time.monotonic()
        self._write("\r" + self.line(ended, best)[:WIDTH].ljust(WIDTH))

    def line(self, ended: int, best: Optional[Mapping[str, Any]]) -> str:
        filled = 20 * ended // max(self._total, 1)
        passed = int(time.monotonic() - self._began)
        text = "[%s%s] %d/%d" % ("#" * filled, "." * (20 - filled), ended, self._total)
        if best is not None and self._objective in best["values"]:
            text += "  best %s %.6g (trial %d)" % (self._objective, best["values"][self._objective], best["trial"])
        return text + "  %d:%02d:%02d" % (passed // 3600, passed // 60 % 60, passed % 60)

    def end(self) -> None:
        if self._show:
            self._write("\n")

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):  # no stderr, or it is closed
            self._show = False


def _is_watched() -> bool:
    """Whether a person looks: at a terminal or a notebook, not at a pipe or a file."""
    if "ipykernel" in sys.modules:
        return True
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
