"""How a running solve speaks on standard error: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.solution import Progress

PLAIN_EVERY_SECONDS = 10.0


@dataclass(slots=True)
class Console:
    """Stages and progress; everything said is kept for the log of the run."""

    quiet: bool = False
    unit: str = "MUSD"
    seconds: float | None = None
    began: float = field(default_factory=time.monotonic)
    log: list[str] = field(default_factory=list)
    _live: bool = False
    _said_at: float = 0.0

    def stage(self, text: str) -> None:
        """A step of the story that is worth a line of its own."""
        line = f"{self._clock()}  {text}"
        self.log.append(line)
        self._write(line)

    def progress(self, stage: str, progress: Progress, factor: float) -> None:
        """Where the search stands; on a terminal it overwrites itself."""
        plan = self._amount(progress.objective, factor)
        bound = self._amount(progress.bound, factor)
        gap = "" if progress.gap is None or progress.gap > 10 else f"   gap {100 * progress.gap:.2f} %"
        left = (
            "" if self.seconds is None else f"   {max(0.0, self.seconds - (time.monotonic() - self.began)):.0f} s left"
        )
        line = f"{self._clock()}  plan {plan}   bound {bound}{gap}   {stage}{left}"
        now = time.monotonic()
        if sys.stderr.isatty() and not self.quiet:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._live = True
        if now - self._said_at >= PLAIN_EVERY_SECONDS:
            self._said_at = now
            self.log.append(line)
            if not sys.stderr.isatty():
                self._write(line)

    def end(self) -> None:
        """Leave the live line behind."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._live = False

    def _write(self, line: str) -> None:
        if self.quiet:
            return
        self.end()
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _clock(self) -> str:
        passed = int(time.monotonic() - self.began)
        return f"{passed // 60:02d}:{passed % 60:02d}"

    def _amount(self, value: float | None, factor: float) -> str:
        if value is None:
            return "none yet"
        if self.unit == "MUSD":
            return f"{value * factor / 1000:,.2f} GUSD"
        return f"{value * factor:.4g}"
