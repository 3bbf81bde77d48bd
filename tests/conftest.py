"""What all tests share."""

from __future__ import annotations

import gc
import os
import signal
import sys

from hypothesis import settings

# Compiled tests and modules are kept, whatever the environment says: to make them again is half of a short run.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# All that is imported while tests are collected stays: looking for circles in it is a tenth of the collection.
gc.disable()

# The suite repeats: the same examples in every run, and no limit of time on shared machines. New ones: make hunt.
settings.register_profile("repeatable", max_examples=40, derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Undo an ignored Ctrl-C, which a suite in the background hands down and no child shell could trap.

    Undo ``COLUMNS`` as well, which parallel workers set: answers would be wrapped.
    """
    os.environ.pop("COLUMNS", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Leave modules and tests out of garbage collection, and collect seldom: thousands of models make it slow."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(400_000, 20, 50)
