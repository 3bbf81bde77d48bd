"""Refutation of claims: a near-optimal plan without the columns behind them.

As a rule a small MIP finds it between the known plans that use these columns least and the LP optimum without them.
Else the search starts without a plan and takes the first one, be it dearer than the limit: path relinking between it
and the LP optimum finds a cheaper one within a second as a rule.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.solution import WITHIN_GAP, Incumbent, SearchEvent
from solver.milp.warm_lp import LpPoint
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.primal.path_relinking import between, relinked
from solver.search.variants.near_optimal import NearOptimal

GAP_SHARE = 0.8
"""Gap of the search, as a share of what lies between the LP optimum and the limit."""
LEAST_SECONDS, LINK_NODES, LINK_GAP = 0.5, 200, 1e-3
"""Least time of the search, and limits of path relinking: nodes, and a gap that is no gain any more."""
KNOWN_PLANS, KNOWN_SHARE = (1, 3), 0.25
"""Known plans beside the LP optimum, try by try, and the longest time of each try as a share of all."""


def linked_plan(
    near: NearOptimal, columns: Indices, optimum: LpPoint, known: Sequence[Floats], seconds: float
) -> SearchResult | None:
    """Search a near-optimal plan without some columns between known plans and the LP optimum; None without one in time.

    ``known`` are plans that may use the columns, the nearest first. A try ends where its bound passes the limit.
    """
    matrix, ends = _closed(near, columns), time.monotonic() + seconds
    for count in KNOWN_PLANS:
        points, left = [point.copy() for point in known[:count]], ends - time.monotonic()
        if len(points) < count or left <= 0.0 or near.stop.is_set():
            return None
        for point in points:
            point[columns] = matrix.lower[columns]
        part, done = between(matrix, [*points, optimum.x]), threading.Event()
        if part is None:
            continue

        def hopeless(event: SearchEvent, done: threading.Event = done) -> None:
            if near.stop.is_set() or (event.bound is not None and not near.within(event.bound)):
                done.set()

        limits = Limits(seconds=min(left, KNOWN_SHARE * seconds), gap=LINK_GAP, seed=near.seed, work=LINK_NODES)
        found = solve(part.matrix, limits, on_event=hopeless, stop=done, good_enough=near.limit)
        if found.x is not None and near.within(value := matrix.value(x := part.expand(found.x))):
            return SearchResult(WITHIN_GAP, Incumbent(x, value), matrix=matrix)
    return None


def plan_without(near: NearOptimal, columns: Indices, optimum: LpPoint | None, seconds: float) -> SearchResult | None:
    """Search a near-optimal plan without some columns; None without one in time.

    ``optimum`` is that of the LP relaxation without the columns, where it is known.
    """
    matrix, ends, done = _closed(near, columns), time.monotonic() + seconds, threading.Event()
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


def nearest_first(points: Sequence[Floats], sets: Sequence[Indices]) -> list[Floats]:
    """Return known plans by their use of sets of columns, each over its largest use, the least first."""
    used = np.array([[point[columns].sum() for columns in sets] for point in points])
    shares = used / np.maximum(used.max(axis=0), np.finfo(float).tiny)
    return [points[n] for n in np.argsort(shares.sum(axis=1), kind="stable").tolist()]


def _closed(near: NearOptimal, columns: Indices) -> Matrix:
    upper = near.matrix.upper.copy()
    upper[columns] = near.matrix.lower[columns]
    return near.matrix.with_(upper=upper)
