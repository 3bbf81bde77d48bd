"""What all tests share."""

from __future__ import annotations

import signal

from hypothesis import settings

# The suite repeats: the same examples in every run, and no limit of time on shared machines. New ones: make hunt.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Undo an ignored Ctrl-C: a suite started in the background hands that down, and no child shell could trap it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
