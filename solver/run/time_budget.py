"""Budget of time for each part of a solve; the limit counts from the start of the command to its last file."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solver.milp.limits import Limits

AFTER_SECONDS, AFTER_SECONDS_PER_COLUMN, AFTER_SHARE = 1.0, 5e-5, 0.3
"""Time reserved for extracting, checking and writing: by size of the model, and at most as a share of the limit."""
LEAST_SECONDS = 1.0
"""Time of the search where building has used up the limit."""
MOST_TO_DROP, DROP_NODES = 20.0, 2_000
"""Time and branch-and-bound nodes for dropping idle purchases, at most."""
MOST_TO_EXPLAIN, LEAST_TO_EXPLAIN = 120.0, 2.0


def to_search(limits: Limits, began: float, columns: int) -> Limits:
    """Return the limits of the search: the time left after building, less that reserved for checking and writing."""
    if limits.seconds is None:
        return limits
    after = min(AFTER_SHARE * limits.seconds, AFTER_SECONDS + AFTER_SECONDS_PER_COLUMN * columns)
    return replace(limits, seconds=max(LEAST_SECONDS, limits.seconds - after - (time.monotonic() - began)))


def to_drop_purchases(limits: Limits, began: float) -> Limits:
    """Return the limits of the step that drops idle purchases: half the time left, within 1 and 20 seconds."""
    left = np.inf if limits.seconds is None else limits.seconds - (time.monotonic() - began)
    return replace(limits, seconds=min(MOST_TO_DROP, max(LEAST_SECONDS, left / 2)), gap=0.0, work=DROP_NODES)


def to_explain(limits: Limits, began: float) -> Limits:
    """Return the limits of the search for a conflict: the time left, within 2 and 120 seconds."""
    left = np.inf if limits.seconds is None else limits.seconds - (time.monotonic() - began)
    return Limits(seconds=min(MOST_TO_EXPLAIN, max(LEAST_TO_EXPLAIN, left)))
