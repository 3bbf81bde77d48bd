"""Progress of a running solve on standard error: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from solver.io import escapes, live_line
from solver.io.terminal import wrapped
from solver.threads import start

if TYPE_CHECKING:
    from solver.milp.solution import SearchEvent

PLAIN_EVERY_SECONDS = 10.0
FIRST_SECONDS, BEAT_SECONDS = 0.4, 1.0
"""Time until the live line is drawn, and after which it is drawn again where nothing else is shown."""
ADVISE_SECONDS = 60.0
"""Time after which a run without limits says which ones could be given."""


@dataclass(slots=True, eq=False)
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
    _printed_at: float = 0.0
    _shown_at: float = 0.0
    _has_plan: bool = False
    _doing: str = ""
    _steps: str = ""
    _event: SearchEvent | None = None
    _advised: bool = False
    _over: threading.Event | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __enter__(self) -> Self:
        """Start the thread of the live line, once; an outer console is still until the end."""
        if self._over is None and not self.quiet:
            self._over = threading.Event()
            _active.append(self)
            start(threading.Thread(target=self._beat, args=(self._over,), name="progress", daemon=True))
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread, and clear the live line."""
        if self._over is not None:
            self._over.set()
            self._over = None
            _active.remove(self)
        self.end()

    def doing(self, text: str) -> None:
        """Set what the live line shows, without a line of its own."""
        with self._lock:
            self._doing, self._steps, self._event = escapes.line(text), "", None

    def stage(self, text: str) -> None:
        """Report a stage of the solve on a line of its own."""
        with self._lock:
            self._doing, self._steps, self._event = escapes.line(text), "", None
            line = f"{self._elapsed()}  {self._doing}"
            self.log.append(line)
            self._write(line)

    def step(self, done: int, of: int) -> None:
        """Show how far the stage is: so many parts done of all."""
        with self._lock:
            self._steps = f"   {done:,} of {of:,}"
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
            live_line.clear()

    def _beat(self, over: threading.Event) -> None:
        """Draw the live line again while nothing else is shown; without a terminal print a line instead."""
        beat = FIRST_SECONDS
        while not over.wait(beat):
            beat = BEAT_SECONDS
            with self._lock:
                now = time.monotonic()
                if over.is_set():
                    return
                if _active[-1:] not in ([], [self]) or not (self._doing or self._event):
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
            room = live_line.terminal_width() - len(self._steps) - 8 if self._on_terminal() else len(self._doing)
            text = self._doing if len(self._doing) <= room else f"{self._doing[: max(room - 1, 1)]}…"
            return f"{self._elapsed()}  {text}{self._steps}"
        left = (
            "" if self.seconds is None else f"   {max(0.0, self.seconds - (time.monotonic() - self.began)):.0f} s left"
        )
        return f"{self._elapsed()}  {event.stage}   {self._standing(event)}{left}"

    def _standing(self, event: SearchEvent) -> str:
        gap = "" if event.gap is None or event.gap > 10 else f"   gap {100 * event.gap:.2f} %"
        return f"{self._amount('plan', event.objective)}   {self._amount('bound', event.bound)}{gap}"

    def _redraw(self) -> None:
        if self._on_terminal() and not self.quiet:
            live_line.draw(self._line())
            self._shown_at = time.monotonic()

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
        self._send(f"{wrapped(line, live_line.terminal_width()) if self._on_terminal() else line}\n")

    def _on_terminal(self) -> bool:
        return live_line.on_terminal()

    def _send(self, text: str) -> None:
        live_line.send(text)

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self.began)
        return f"{seconds // 60:02d}:{seconds % 60:02d}"

    def _amount(self, name: str, value: float | None) -> str:
        if value is None:
            return f"no {name} yet"
        if self.unit == "MUSD":
            return f"{name} {value / 1000:,.2f} GUSD"
        return f"{name} {value:.4g}"


_active: list[Console] = []
"""Consoles with a thread, the innermost last."""


def working(text: str) -> Console:
    """Return a console for a command without progress of its own: a live line on a terminal, else nothing."""
    console = Console(quiet=not live_line.on_terminal())
    console.doing(text)
    return console


def step(done: int, of: int) -> None:
    """Show on the innermost console how far its stage is: so many parts done of all."""
    for console in _active[-1:]:
        console.step(done, of)
