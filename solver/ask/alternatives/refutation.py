"""Refutation of claims: a near-optimal plan without the columns behind them.

The search starts without a plan and takes the first one, be it dearer than the limit: path relinking between it and the
LP optimum without the columns finds a cheaper one within a second as a rule.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from solver.milp.limits import Limits
from solver.milp.matrix import Indices
from solver.milp.solution import Incumbent, SearchEvent
from solver.milp.warm_lp import LpPoint
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.primal.path_relinking import relinked
from solver.search.variants.near_optimal import NearOptimal

GAP_SHARE = 0.8
"""Gap of the search, as a share of what lies between the LP optimum and the limit."""
LEAST_SECONDS, LINK_NODES, LINK_GAP = 0.5, 200, 1e-3
"""Least time of the search, and limits of path relinking: nodes, and a gap that is no gain any more."""


def plan_without(near: NearOptimal, columns: Indices, optimum: LpPoint | None, seconds: float) -> SearchResult | None:
    """Search a near-optimal plan without some columns; None without one in time.

    ``optimum`` is that of the LP relaxation without the columns, where it is known.
    """
    upper, ends = near.matrix.upper.copy(), time.monotonic() + seconds
    upper[columns] = near.matrix.lower[columns]
    matrix, done = near.matrix.with_(upper=upper), threading.Event()
    linked = near.links and optimum is not None

    def first(event: SearchEvent) -> None:
        plan = event.x is not None and (linked or near.within(near.matrix.value(event.x)))
        if plan or near.stop.is_set():
            done.set()

    least = near.best if optimum is None else optimum.value
    gap = GAP_SHARE * max(near.limit - least, 0.0) / max(abs(near.limit), 1e-9)
    limits = Limits(seconds=max(seconds, LEAST_SECONDS), gap=gap, seed=near.seed)
    options = SearchOptions(limits, stop=done, on_event=first, interest_share=near.interest_share)
    found = near.search(matrix, options, None, None if optimum is None else optimum.statuses)
    if found.x is None:
        return None
    x, left = found.x, ends - time.monotonic()
    if linked and optimum is not None and not near.within(near.matrix.value(x)) and left > 0.0:
        within = Limits(seconds=left, gap=LINK_GAP, seed=near.seed, work=LINK_NODES)
        x = relinked(matrix, x, [optimum.x], within, near.stop, near.limit)
    value = near.matrix.value(x)
    return replace(found, incumbent=Incumbent(x, value), matrix=found.matrix or matrix) if near.within(value) else None
