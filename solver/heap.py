"""One heap for all threads.

Every run of HiGHS has a thread of its own, and the C library of Linux gives new threads heaps of their own, which keep
what one large LP after another has freed. With one heap the next LP takes what the last one left.
"""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8
"""Number of ``mallopt(3)`` for how many heaps there may be."""


def share_one_heap() -> None:
    """Keep all threads to one heap, where the C library lets itself be told."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
