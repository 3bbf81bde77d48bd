"""Progress of a running solve on standard error: a live line on a terminal, plain lines otherwise."""

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
    """Console for stages and progress; its lines are kept for the log of the run."""

    quiet: bool = False
    unit: str = "MUSD"
    seconds: float | None = None
    began: float = field(default_factory=time.monotonic)
    log: list[str] = field(default_factory=list)
    _live: bool = False
    _printed_at: float = 0.0
    _has_plan: bool = False

    def stage(self, text: str) -> None:
        """Report a stage of the solve on a line of its own."""
        line = f"{self._elapsed()}  {escapes.line(text)}"
        self.log.append(line)
        self._write(line)

    def show(self, event: SearchEvent) -> None:
        """Show incumbent, bound and gap; on a terminal the line overwrites itself."""
        plan = self._amount("plan", event.objective)
        bound = self._amount("bound", event.bound)
        gap = "" if event.gap is None or event.gap > 10 else f"   gap {100 * event.gap:.2f} %"
        left = (
            "" if self.seconds is None else f"   {max(0.0, self.seconds - (time.monotonic() - self.began)):.0f} s left"
        )
        line = f"{self._elapsed()}  {event.stage}   {plan}   {bound}{gap}{left}"
        now = time.monotonic()
        if self._on_terminal() and not self.quiet:
            self._send(f"\r\x1b[K{fitted(line, terminal_width())}")
            self._live = True
        first_plan = event.objective is not None and not self._has_plan
        if first_plan or now - self._printed_at >= PLAIN_EVERY_SECONDS:
            self._printed_at, self._has_plan = now, event.objective is not None
            self.log.append(line)
            if not self._on_terminal():
                self._write(line)

    def end(self) -> None:
        """Clear the live line."""
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
        # A closed stream, or a signal in the middle of a line, must not lose the plan.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            sys.stderr.write(text)
            sys.stderr.flush()

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self.began)
        return f"{seconds // 60:02d}:{seconds % 60:02d}"

    def _amount(self, name: str, value: float | None) -> str:
        if value is None:
            return f"no {name} yet"
        if self.unit == "MUSD":
            return f"{name} {value / 1000:,.2f} GUSD"
        return f"{name} {value:.4g}"
