"""Budget of time for each part of a solve; the limit counts from the start of the command to its last file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from solver.milp.limits import Limits
from solver.milp.solution import Limit

AFTER_SECONDS, AFTER_SECONDS_PER_COLUMN, AFTER_SHARE = 1.0, 5e-5, 0.3
"""Time reserved for extracting, checking and writing: by size of the model, and at most as a share of the limit."""
LEAST_SECONDS = 1.0
"""Time of the search where building has used up the limit."""
MOST_TO_DROP, DROP_NODES = 20.0, 2_000
"""Time and branch-and-bound nodes for dropping idle purchases, at most."""
MOST_TO_EXPLAIN, LEAST_TO_EXPLAIN = 50.0, 1.0
EXPLAINED_AFTER, LEAST_AFTER_SEARCH = 55.0, 20.0
"""Seconds after the start at which an explanation is complete, and its time where the search was longer."""
BUILD_GRACE, SEARCH_GRACE, EXPLAIN_GRACE = 0.5, 1.25, 0.25
"""Seconds beyond their limits after which the watchdog ends the phases before, within and after the search."""
LATEST_SECONDS, LATEST_SHARE = 1.5, 0.03
"""Time beyond the limit at which no phase goes on, so that the command ends within 2 s + 5 % of it."""

PHASES = {
    "read": "reading", "derive": "sizing and derivation", "build": "building", "solve": "search", "check": "checking"
}  # fmt: skip


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
    """Return the limits of the search for a conflict: the time left, and such that the answer is there in a minute."""
    used = time.monotonic() - began
    left = np.inf if limits.seconds is None else limits.seconds - used
    most = min(MOST_TO_EXPLAIN, max(LEAST_AFTER_SEARCH, EXPLAINED_AFTER - used))
    return Limits(seconds=min(most, max(LEAST_TO_EXPLAIN, left)))


def build_ends(limits: Limits, began: float) -> float | None:
    """Return the instant at which reading, derivation and building are ended; None without a limit."""
    return None if limits.seconds is None else began + limits.seconds + BUILD_GRACE


def phase_ends(limits: Limits, began: float, granted: Limits, grace: float) -> float | None:
    """Return the instant at which a phase that was granted some time from now on is ended; None without a limit."""
    if granted.seconds is None:
        return None
    ends = time.monotonic() + granted.seconds + grace
    if limits.seconds is None:
        return ends
    return min(ends, began + limits.seconds * (1 + LATEST_SHARE) + LATEST_SECONDS)


def stopped_while(phase: str, limit: Limit, laps: Mapping[str, float], limits: Limits) -> str:
    """Return the sentence on the phase that a limit ended, with the seconds of each phase until then."""
    if limit is Limit.INTERRUPT:
        return f"interrupted while {phase}"
    used = ", ".join(f"{PHASES[name]} {seconds:.1f} s" for name, seconds in laps.items())
    return (
        f"time limit of {limits.seconds:g} s reached while {phase}{f' ({used})' if used else ''}; raise it with "
        "--seconds, or plan with fewer or longer periods, fewer shells, vehicles or designs"
    )
