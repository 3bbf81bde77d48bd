"""Progress of a running solve on standard error: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from solver.io import escapes
from solver.io.live_line import fitted, terminal_width
from solver.io.terminal import wrapped

if TYPE_CHECKING:
    from solver.milp.solution import SearchEvent

PLAIN_EVERY_SECONDS = 10.0
BEAT_SECONDS = 1.0
"""Time after which the live line is drawn again where nothing else is shown."""
ADVISE_SECONDS = 60.0
"""Time after which a run without limits says which ones could be given."""


@dataclass(slots=True)
class Console:
    """Console for stages and progress; its lines are kept for the log of the run.

    As a context it is never silent for long: its thread draws the live line again, or prints a plain line. ``limited``
    is true where a limit other than ``seconds`` ends the run.
    """

    quiet: bool = False
    unit: str = "MUSD"
    seconds: float | None = None
    began: float = field(default_factory=time.monotonic)
    log: list[str] = field(default_factory=list)
    limited: bool = False
    _live: bool = False
    _printed_at: float = 0.0
    _shown_at: float = 0.0
    _has_plan: bool = False
    _doing: str = ""
    _event: SearchEvent | None = None
    _advised: bool = False
    _over: threading.Event | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __enter__(self) -> Self:
        """Start the thread of the live line, once."""
        if self._over is None and not self.quiet:
            self._over = threading.Event()
            threading.Thread(target=self._beat, args=(self._over,), name="progress", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread, and clear the live line."""
        if self._over is not None:
            self._over.set()
            self._over = None
        self.end()

    def stage(self, text: str) -> None:
        """Report a stage of the solve on a line of its own."""
        with self._lock:
            self._doing, self._event = escapes.line(text), None
            line = f"{self._elapsed()}  {self._doing}"
            self.log.append(line)
            self._write(line)

    def step(self, done: int, of: int) -> None:
        """Show how far the stage is: so many parts done of all."""
        with self._lock:
            self._doing = f"{self._doing.partition('   ')[0]}   {done:,} of {of:,}"
            if time.monotonic() - self._shown_at >= BEAT_SECONDS / 4:
                self._redraw()

    def show(self, event: SearchEvent) -> None:
        """Show incumbent, bound and gap; on a terminal the line overwrites itself."""
        with self._lock:
            self._event = event
            first_plan = event.objective is not None and not self._has_plan
            self._redraw()
            if first_plan or time.monotonic() - self._printed_at >= PLAIN_EVERY_SECONDS:
                self._has_plan = event.objective is not None
                self._plain()

    def end(self) -> None:
        """Clear the live line."""
        with self._lock:
            if self._live:
                self._send("\r\x1b[K")
                self._live = False

    def _beat(self, over: threading.Event) -> None:
        """Draw the live line again while nothing else is shown; without a terminal print a line instead."""
        while not over.wait(BEAT_SECONDS):
            with self._lock:
                now = time.monotonic()
                if over.is_set():
                    return
                if not self._doing and self._event is None:
                    continue
                if now - self._shown_at >= BEAT_SECONDS:
                    self._redraw()
                if not self._on_terminal() and now - max(self._printed_at, self._shown_at) >= PLAIN_EVERY_SECONDS:
                    self._plain()
                self._advise(now)

    def _advise(self, now: float) -> None:
        """Say once how a run without limits stands, and which limits could end it."""
        event = self._event
        if self._advised or self.limited or self.seconds is not None or event is None:
            return
        if now - self.began < ADVISE_SECONDS:
            return
        self._advised = True
        for text in (
            f"no limit is given; after {now - self.began:.0f} s: {self._standing(event)}",
            "Ctrl-C ends with the best plan; --seconds 10m, --work 1000 or a wider --gap 5% would end it by itself",
        ):
            line = f"{self._elapsed()}  {text}"
            self.log.append(line)
            self._write(line)

    def _line(self) -> str:
        event = self._event
        if event is None:
            return f"{self._elapsed()}  {self._doing}"
        left = (
            "" if self.seconds is None else f"   {max(0.0, self.seconds - (time.monotonic() - self.began)):.0f} s left"
        )
        return f"{self._elapsed()}  {event.stage}   {self._standing(event)}{left}"

    def _standing(self, event: SearchEvent) -> str:
        gap = "" if event.gap is None or event.gap > 10 else f"   gap {100 * event.gap:.2f} %"
        return f"{self._amount('plan', event.objective)}   {self._amount('bound', event.bound)}{gap}"

    def _redraw(self) -> None:
        if self._on_terminal() and not self.quiet:
            self._send(f"\r\x1b[K{fitted(self._line(), terminal_width())}")
            self._live, self._shown_at = True, time.monotonic()

    def _plain(self) -> None:
        """Log the line, and print it where there is no terminal."""
        line, self._printed_at = self._line(), time.monotonic()
        self.log.append(line)
        if not self._on_terminal():
            self._write(line)

    def _write(self, line: str) -> None:
        if self.quiet:
            return
        self.end()
        self._shown_at = time.monotonic()
        self._send(f"{wrapped(line, terminal_width()) if self._on_terminal() else line}\n")

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
