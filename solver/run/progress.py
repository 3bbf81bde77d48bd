"""How a running solve speaks on standard error: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import contextlib
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.io import escapes
from solver.io.live_line import fitted, terminal_width

if TYPE_CHECKING:
    from solver.milp.solution import SearchEvent

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
    _has_plan: bool = False

    def stage(self, text: str) -> None:
        """A step of the story that is worth a line of its own."""
        line = f"{self._horizon()}  {escapes.line(text)}"
        self.log.append(line)
        self._write(line)

    def show(self, event: SearchEvent) -> None:
        """Show where the search stands; on a terminal the line overwrites itself."""
        plan = self._amount("plan", event.objective)
        bound = self._amount("bound", event.bound)
        gap = "" if event.gap is None or event.gap > 10 else f"   gap {100 * event.gap:.2f} %"
        left = (
            "" if self.seconds is None else f"   {max(0.0, self.seconds - (time.monotonic() - self.began)):.0f} s left"
        )
        line = f"{self._horizon()}  {event.stage}   {plan}   {bound}{gap}{left}"
        now = time.monotonic()
        if self._on_terminal() and not self.quiet:
            self._send(f"\r\x1b[K{fitted(line, terminal_width())}")
            self._live = True
        first_plan = event.objective is not None and not self._has_plan
        if first_plan or now - self._said_at >= PLAIN_EVERY_SECONDS:
            self._said_at, self._has_plan = now, event.objective is not None
            self.log.append(line)
            if not self._on_terminal():
                self._write(line)

    def end(self) -> None:
        """Leave the live line behind."""
        if self._live:
            self._send("\r\x1b[K")
            self._live = False

    def _write(self, line: str) -> None:
        if self.quiet:
            return
        self.end()
        self._send(line + "\n")

    def _on_terminal(self) -> bool:
        return sys.stderr is not None and sys.stderr.isatty()

    def _send(self, text: str) -> None:
        if sys.stderr is None:
            return
        # Nobody may be left to read, and a signal may come amid a line: neither must cost the plan.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            sys.stderr.write(text)
            sys.stderr.flush()

    def _horizon(self) -> str:
        passed = int(time.monotonic() - self.began)
        return f"{passed // 60:02d}:{passed % 60:02d}"

    def _amount(self, what: str, value: float | None) -> str:
        if value is None:
            return f"no {what} yet"
        if self.unit == "MUSD":
            return f"{what} {value / 1000:,.2f} GUSD"
        return f"{what} {value:.4g}"
