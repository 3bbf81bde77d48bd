"""What a limit of time leaves for each part of a solve: it counts from the start of the command to its last file."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solver.milp.limits import Limits

AFTER_SECONDS, AFTER_SECONDS_PER_COLUMN, AFTER_SHARE = 1.0, 5e-5, 0.3
"""Time kept back for extracting, checking and writing: by size of the model, and the most as a share of the limit."""
LEAST_SECONDS = 1.0
"""What a search gets where building has used up the limit."""
MOST_TO_EXPLAIN, LEAST_TO_EXPLAIN = 120.0, 2.0


def to_search(limits: Limits, began: float, columns: int) -> Limits:
    """What reading and building left of the time, less what checking and writing a plan will take."""
    if limits.seconds is None:
        return limits
    after = min(AFTER_SHARE * limits.seconds, AFTER_SECONDS + AFTER_SECONDS_PER_COLUMN * columns)
    return replace(limits, seconds=max(LEAST_SECONDS, limits.seconds - after - (time.monotonic() - began)))


def to_explain(limits: Limits, began: float) -> Limits:
    """Time to ask why there is no plan: what is left of the limit, and a little where there is nothing."""
    left = np.inf if limits.seconds is None else limits.seconds - (time.monotonic() - began)
    return Limits(seconds=min(MOST_TO_EXPLAIN, max(LEAST_TO_EXPLAIN, left)))
