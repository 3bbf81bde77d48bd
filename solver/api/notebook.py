"""Progress of a solve in a notebook: one line that is replaced."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

from solver.run.progress import Console


@dataclass(slots=True, eq=False)
class NotebookConsole(Console):
    """Console that shows its last line as one output of the cell."""

    handle: Any = None

    def _on_terminal(self) -> bool:
        return True

    def _redraw(self) -> None:
        self._send(self._line())

    def _send(self, text: str) -> None:
        line = text.strip()
        if line:
            self.handle.update({"text/html": f"<code>{escape(line)}</code>", "text/plain": line}, raw=True)


def console_of(progress: bool, seconds: float | None) -> Console:
    """Return a silent console, one on standard error, or in a Jupyter notebook one in the cell."""
    if not progress:
        return Console(quiet=True, seconds=seconds)
    handle = _handle()
    return Console(seconds=seconds) if handle is None else NotebookConsole(seconds=seconds, handle=handle)


def _handle() -> Any:
    shell = sys.modules.get("IPython")
    running = None if shell is None else shell.get_ipython()
    if running is None or not hasattr(running, "kernel"):
        return None
    handle = import_module("IPython.display").DisplayHandle()
    handle.display({"text/plain": "starting"}, raw=True)
    return handle
