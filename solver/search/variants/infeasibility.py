"""Infeasible: which rules quarrel, where and when, in the words of the plan.

An elastic LP lets every limit be broken at a price relative to its size and asks for the cheapest break. The rules it
breaks are then thinned until each is needed: together they have to give, and with any one of them held the target
stays out of reach. Where the LP reaches the target, the same is asked with whole counts. Rows that only define
quantities (arrivals, stocks, lift, output) are never broken.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.horizon.periods import PlanningHorizon
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.names import Index, Names
from solver.milp.solution import Solution, Status

LIMITS = (
    Row.LAUNCH_CADENCE, Row.LAUNCH_SUBANNUAL_RATE, Row.LAUNCH_GROWTH, Row.LAUNCH_LICENCE, Row.LAUNCH_MAX_PADS,
    Row.LAUNCH_PADS, Row.FLEET_CAP, Row.FLEET_GROWTH, Row.NODES_SUPPLY, Row.LINES_MAX_LINES, Row.LINES_CAP,
    Row.LINES_GROWTH, Row.SHELLS_SLOTS, Row.SHELLS_REGIME, Row.SHELLS_DERELICTS, Row.GROUND_QUEUE, Row.MONEY_BUDGET,
    Row.LANDINGS_SEED_MAX, Row.LANDINGS_DEPOT_CAPACITY, Row.LUNAR_GROWTH, Row.LUNAR_CLOSURE,
    Row.MASS_DRIVERS_MAX_DRIVERS, Row.NETWORK_BISECTION, Row.NETWORK_CROSSLINK, Row.NETWORK_VIEW, Row.NETWORK_RELAY,
    Row.NETWORK_RECEPTION, Row.NETWORK_MAX_STATIONS, Row.NETWORK_CONTINGENCY,
)  # fmt: skip
SWITCHES = (Row.LANDINGS_SEED_MAX,)
"""Limits that only switch something off where counts are whole."""
INTEGER_SECONDS = 30.0
"""Time for each question where only whole counts forbid a plan."""
SHOWN = 12
"""Rows listed for each rule that has to give."""


@dataclass(frozen=True, slots=True)
class ConflictingConstraint:
    """A rule that would have to give, at a place and in a period; amounts in the unit of the row."""

    constraint: str
    place: str
    period: str
    allows: float
    needs: float

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.place, self.period) if part)
        return f"{self.constraint} at {where}: allows {self.allows:.4g}, would need {self.needs:.4g}"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The target in one period, and what of it is met by the largest share of the whole path that is possible."""

    period: str
    expected: float
    reachable: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why there is no plan: rules that have to give together, and what is reachable without."""

    constraints: tuple[ConflictingConstraint, ...]
    shortfall: tuple[Shortfall, ...]


def find_conflict(
    matrix: Matrix, horizon: PlanningHorizon, limits: Limits, stop: threading.Event | None = None
) -> Conflict:
    """The quarrelling rules of an infeasible matrix; no reason but the target if lead times alone forbid it."""
    matrix = _without_cuts(matrix)
    short = _shortfall(matrix, horizon, limits, stop)
    candidates: list[str] = [component for component in LIMITS if matrix.rows_of(component).size]
    relaxed = matrix.relaxed()
    relaxed_by = _relax_limits(relaxed, candidates, limits, stop)
    if relaxed_by is None:
        first = short[0] if short else None
        unmet = (
            []
            if first is None
            else [ConflictingConstraint(Row.TARGET_DEMAND, "", first.period, first.reachable, first.expected)]
        )
        return Conflict(tuple(unmet), tuple(short))
    if relaxed_by.any():
        return Conflict(tuple(_irreducible(relaxed, horizon, candidates, relaxed_by, limits, stop)), tuple(short))
    # Only whole counts forbid it.
    candidates = [component for component in candidates if component not in SWITCHES]
    brief = replace(limits, seconds=min(limits.seconds or INTEGER_SECONDS, INTEGER_SECONDS))
    relaxed_by = _relax_limits(matrix, candidates, brief, stop)
    if relaxed_by is not None and relaxed_by.any():
        return Conflict(tuple(_irreducible(matrix, horizon, candidates, relaxed_by, brief, stop)), tuple(short))
    return Conflict(tuple(_integer_shortfall(matrix, horizon, limits, stop)), tuple(short))


def _irreducible(
    matrix: Matrix,
    horizon: PlanningHorizon,
    candidates: list[str],
    relaxed_by: Floats,
    limits: Limits,
    stop: threading.Event | None,
) -> list[ConflictingConstraint]:
    """Reasons by the rules that break, without those that need not."""
    needed = [component for component in candidates if relaxed_by[matrix.rows_of(component)].any()]
    for component in list(needed):
        fewer = [other for other in needed if other != component]
        without = _relax_limits(matrix, fewer, limits, stop) if fewer else None
        if without is not None:
            needed, relaxed_by = fewer, without
    return _conflicting(matrix, horizon, needed, relaxed_by)


def _relax_limits(matrix: Matrix, components: list[str], limits: Limits, stop: threading.Event | None) -> Floats | None:
    """Amount by which each row is broken when only these words may be; None if even that does not help."""
    rows = (
        np.concatenate([matrix.rows_of(component) for component in components])
        if components
        else np.empty(0, dtype=np.int64)
    )
    solution, slack = _elastic(matrix, rows, limits, stop)
    if solution.x is None:
        return None
    amounts = np.zeros(matrix.rows)
    amounts[rows] = np.abs(solution.x[slack])
    amounts[amounts < 1e-6 * _scale(matrix)] = 0.0
    return amounts


def _elastic(matrix: Matrix, rows: np.ndarray, limits: Limits, stop: threading.Event | None) -> tuple[Solution, slice]:
    """Least relative break of some rows, with the rest as it stands and no bound that only mirrors a row."""
    keep = matrix.integer & (matrix.lower == 0) & (matrix.upper == 1)
    for component in (Var.LINES_DEVELOPMENT_STARTED, Var.TARGET_UNMET, Var.TARGET_FACTOR):
        keep[matrix.columns_of(component)] = True
    upper = np.where(keep, matrix.upper, np.inf)
    columns, solution = _with_slack(matrix, rows, upper, matrix.integer, limits, stop)
    return solution, slice(matrix.columns, columns)


def _with_slack(
    matrix: Matrix, rows: np.ndarray, upper: Floats, integer: Bools, limits: Limits, stop: threading.Event | None
) -> tuple[int, Solution]:
    """Number of columns and solution of the matrix in which some rows may be broken, at least relative break."""
    sign = np.where(np.isfinite(matrix.row_upper[rows]), -1.0, 1.0)
    extra = sp.csc_matrix((sign, (rows, np.arange(len(rows)))), shape=(matrix.rows, len(rows)))
    wide = replace(
        matrix,
        a=sp.csc_matrix(sp.hstack([matrix.a, extra], format="csc")),
        cost=np.concatenate([np.zeros(matrix.columns), 1.0 / _scale(matrix)[rows]]),
        cost_offset=0.0,
        lower=np.concatenate([matrix.lower, np.zeros(len(rows))]),
        upper=np.concatenate([upper, np.full(len(rows), np.inf)]),
        integer=np.concatenate([integer, np.zeros(len(rows), dtype=bool)]),
        column_names=Names.joined(matrix.column_names, Names.of_pairs(_slack(matrix, r) for r in rows)),
    )
    return wide.columns, solve(wide, limits, stop=stop)


def _without_cuts(matrix: Matrix) -> Matrix:
    """Cuts follow from the target and the limits as they stand; where one of them gives they hold no longer."""
    lower = matrix.row_lower.copy()
    for component in matrix.row_names.components:
        if component.startswith("cuts."):
            lower[matrix.rows_of(component)] = -np.inf
    return matrix.with_(row_lower=lower)


def _integer_shortfall(
    matrix: Matrix, horizon: PlanningHorizon, limits: Limits, stop: threading.Event | None
) -> list[ConflictingConstraint]:
    """Where only whole counts forbid the target: the periods in which the best whole plan falls short."""
    rows = matrix.rows_of(Row.TARGET_DEMAND)
    _, solution = _with_slack(matrix, rows, matrix.upper, matrix.integer, limits, stop)
    if solution.x is None:
        return []
    found = []
    for r, missing in zip(rows, solution.x[matrix.columns :], strict=True):
        expected = float(matrix.row_lower[r])
        if missing > 1e-6 * max(1.0, abs(expected)):
            period = _place(matrix.row_names.indices[r], horizon)[1]
            found.append(
                ConflictingConstraint(Row.TARGET_DEMAND, "whole counts", period, expected - float(missing), expected)
            )
    return found


def _shortfall(
    matrix: Matrix, horizon: PlanningHorizon, limits: Limits, stop: threading.Event | None
) -> list[Shortfall]:
    """The largest share of the whole target path that the LP lets through, period by period."""
    rows = matrix.rows_of(Row.TARGET_DEMAND)
    # The search for the earliest date asks nothing of the periods before the one it tries.
    rows = rows[np.isfinite(matrix.row_lower[rows])]
    if not rows.size:
        return []
    demand = matrix.row_lower[rows]
    column = sp.csc_matrix((demand, (rows, np.zeros(len(rows), dtype=np.int64))), shape=(matrix.rows, 1))
    scaled = replace(
        matrix,
        a=sp.csc_matrix(sp.hstack([matrix.a, column], format="csc")),
        cost=np.append(np.zeros(matrix.columns), 1.0),
        cost_offset=0.0,
        lower=np.append(matrix.lower, 0.0),
        upper=np.append(matrix.upper, 1.0),
        integer=np.zeros(matrix.columns + 1, dtype=bool),
        column_names=Names.joined(matrix.column_names, Names.of_pairs([("missed", ())])),
    )
    solution = solve(scaled, limits, stop=stop)
    if solution.status is not Status.OPTIMAL or solution.x is None:
        return []
    met = 1.0 - float(solution.x[-1])
    if met > 1.0 - 1e-6:
        return []
    periods = [_place(matrix.row_names.indices[r], horizon)[1] for r in rows]
    return [Shortfall(t, float(a), float(a) * met) for t, a in zip(periods, demand, strict=True)]


def _conflicting(
    matrix: Matrix, horizon: PlanningHorizon, components: list[str], relaxed_by: Floats
) -> list[ConflictingConstraint]:
    constraints = []
    for component in components:
        rows = [int(r) for r in matrix.rows_of(component) if relaxed_by[r] > 0]
        largest = sorted(sorted(rows, key=lambda r: -relaxed_by[r] / _scale(matrix)[r])[:SHOWN])
        for r in largest:
            place, period = _place(matrix.row_names.indices[r], horizon)
            limit = matrix.row_upper[r] if np.isfinite(matrix.row_upper[r]) else matrix.row_lower[r]
            grown = limit + (relaxed_by[r] if np.isfinite(matrix.row_upper[r]) else -relaxed_by[r])
            constraints.append(ConflictingConstraint(component, place, period, float(limit), float(grown)))
    return constraints


def _place(index: Index, horizon: PlanningHorizon) -> tuple[str, str]:
    """Place and period of a row by its indices, ``place,...,t``."""
    places, period = (index[:-1], horizon.label(index[-1])) if index and isinstance(index[-1], int) else (index, "")
    return ", ".join(map(str, places)), period


def _slack(matrix: Matrix, row: int) -> tuple[str, Index]:
    """Name of the column by which a row may be broken."""
    return f"slack.{matrix.row_names.component(row)}", matrix.row_names.indices[row]


def _scale(matrix: Matrix) -> Floats:
    """Size of each row's limit; rows whose limit is zero are measured in units."""
    side = np.where(np.isfinite(matrix.row_upper), matrix.row_upper, matrix.row_lower)
    return np.maximum(np.abs(np.where(np.isfinite(side), side, 0.0)), 1e-3)
