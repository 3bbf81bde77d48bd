"""Conflict of an infeasible model: an irreducible set of conflicting limits, by place and period.

An elastic LP relaxes every limit at a cost relative to its size and minimises that cost. The constraints it relaxes are
then reduced by a deletion filter until each is needed: with any one of them enforced the target stays out of reach.
Where the LP relaxation is feasible, the same is done with integer counts. Rows that only define quantities (arrivals,
stocks, lift, output) are never relaxed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.names import Index, Names
from solver.milp.solution import Solution
from solver.search.variants.conflict import Conflict, ConflictingConstraint, Shortfall
from solver.search.variants.deletion import irreducible
from solver.search.variants.limit_keys import LimitKeys
from solver.search.variants.missed_target import demand_rows, least_missed, without_cuts

LIMITS = (
    Row.LAUNCH_CADENCE, Row.LAUNCH_SUBANNUAL_RATE, Row.LAUNCH_GROWTH, Row.LAUNCH_LICENCE, Row.LAUNCH_MAX_PADS,
    Row.LAUNCH_PADS, Row.LAUNCH_POLAR, Row.FLEET_CAP, Row.FLEET_GROWTH, Row.NODES_SUPPLY, Row.LINES_MAX_LINES,
    Row.LINES_CAP, Row.LINES_GROWTH, Row.SHELLS_SLOTS, Row.SHELLS_REGIME, Row.SHELLS_DERELICTS, Row.SHELLS_OBJECT_YEARS,
    Row.SHELLS_REGIME_OBJECT_YEARS,
    Row.GROUND_QUEUE, Row.GROUND_SUPPLY, Row.MONEY_BUDGET, Row.LANDINGS_SEED_MAX, Row.LANDINGS_DEPOT_CAPACITY,
    Row.LUNAR_GROWTH, Row.LUNAR_MAX_PLANT, Row.LUNAR_LIGHT, Row.LUNAR_RESERVE, Row.LUNAR_CLOSURE,
    Row.MASS_DRIVERS_MAX_DRIVERS, Row.NETWORK_MAX_STATIONS, Row.NETWORK_CONTINGENCY,
)  # fmt: skip
BOUNDED = (
    Var.LINES_DEVELOPMENT_STARTED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LANDINGS_SEED_LANDED, Var.LUNAR_UNLOCK_STARTED,
    Var.LEARNING_SEGMENT_ACTIVE, Var.TARGET_UNMET, Var.TARGET_FACTOR,
)  # fmt: skip
"""Columns whose bounds no row repeats: choices, and the target."""
SWITCHES = (Row.LANDINGS_SEED_MAX,)
"""Limits with binary columns, which the integer elastic model does not relax."""
INTEGER_SECONDS = 30.0
"""Time limit of the elastic models with integer counts."""
ROUNDING_SECONDS = 8.0
"""Time limit of the elastic model with integer counts after that with fractional ones."""
ROUNDED_COLUMNS = 3_000
"""Columns up to which the elastic model with integer counts is tried: larger ones do not end in that time."""
LEAST_SECONDS = 0.5
"""Least time for a model."""
SHOWN = 12
"""Most keys listed for each conflicting constraint."""
SHOWN_UNREDUCED = 20
"""Most keys listed of a conflict that was not reduced in time."""


@dataclass(frozen=True, slots=True)
class _TimeLeft:
    """Limits of a search for a conflict, of which each model gets the time that the earlier ones left."""

    given: Limits
    ends: float

    @classmethod
    def of(cls, limits: Limits) -> _TimeLeft:
        return cls(limits, math.inf if limits.seconds is None else time.monotonic() + limits.seconds)

    @property
    def limits(self) -> Limits:
        """Limits of the next model."""
        seconds = None if math.isinf(self.ends) else max(LEAST_SECONDS, self.ends - time.monotonic())
        return replace(self.given, seconds=seconds)

    def at_most(self, seconds: float) -> _TimeLeft:
        """Return the same limits with at most some seconds from now."""
        return replace(self, ends=min(self.ends, time.monotonic() + seconds))

    @property
    def is_late(self) -> bool:
        """True when no time is left."""
        return time.monotonic() >= self.ends


def find_conflict(
    matrix: Matrix,
    keys: LimitKeys,
    limits: Limits,
    stop: threading.Event | None = None,
    on_conflict: Callable[[Conflict], None] = lambda _conflict: None,
) -> Conflict:
    """Find the conflicting constraints of an infeasible matrix among its limits.

    The result has no constraints where no relaxed limit makes a plan possible. ``on_conflict`` is called with the
    conflict before its reduction.
    """
    matrix, left = without_cuts(matrix), _TimeLeft.of(limits)
    short = tuple(_shortfall(matrix, keys, left, stop))
    matrix = matrix.with_(upper=_without_bounds(matrix))
    candidates: list[str] = [component for component in LIMITS if matrix.rows_of(component).size]
    relaxed = matrix.relaxed()
    if short and _out_of_reach_of_limits(relaxed, candidates, left, stop):
        return Conflict((), short)
    relaxed_by = _relax_limits(relaxed, candidates, left, stop)
    if relaxed_by is None:
        return Conflict((), short)
    if relaxed_by.any():
        on_conflict(_brief(_conflicting(matrix, keys, candidates, relaxed_by)))
        return replace(_irreducible_lp(matrix, keys, candidates, relaxed_by, left, stop), shortfall=short)
    # The LP relaxation is feasible.
    candidates = [component for component in candidates if component not in SWITCHES]
    brief = left.at_most(INTEGER_SECONDS)
    relaxed_by = _relax_limits(matrix, candidates, brief, stop)
    if relaxed_by is not None and relaxed_by.any():
        on_conflict(_brief(_conflicting(matrix, keys, candidates, relaxed_by)))
        return replace(_irreducible(matrix, keys, candidates, relaxed_by, brief, stop), shortfall=short)
    return Conflict((), short)


def _irreducible(
    matrix: Matrix,
    keys: LimitKeys,
    candidates: list[str],
    relaxed_by: Floats,
    left: _TimeLeft,
    stop: threading.Event | None,
) -> Conflict:
    """Return the conflict after deletion of the constraints that need not be relaxed, as far as time allows."""
    first = [component for component in candidates if relaxed_by[matrix.rows_of(component)].any()]
    for component in list(first):
        fewer = [other for other in first if other != component]
        if left.is_late:
            return _brief(_conflicting(matrix, keys, first, relaxed_by))
        if not fewer or _out_of_reach_of_limits(matrix, fewer, left, stop):
            continue
        without = _relax_limits(matrix, fewer, left, stop)
        if without is not None:
            first, relaxed_by = fewer, without
    return Conflict(_conflicting(matrix, keys, first, relaxed_by), ())


def _irreducible_lp(
    matrix: Matrix,
    keys: LimitKeys,
    candidates: list[str],
    relaxed_by: Floats,
    left: _TimeLeft,
    stop: threading.Event | None,
) -> Conflict:
    """Return the conflict of the LP relaxation after deletion, first of the constraints that are relaxed least.

    The LPs of the deletion leave out rows. The amounts by which the others are relaxed are those for a plan with
    integer counts, where that is found in time and the model is not large.
    """
    relaxed, share, proofs = matrix.relaxed(), relaxed_by / _scale(matrix), list[frozenset[str]]()
    first = [component for component in candidates if relaxed_by[matrix.rows_of(component)].any()]
    first.sort(key=lambda component: float(share[matrix.rows_of(component)].max()))
    # The elastic LP relaxes few constraints that need not be, so that halves are seldom left out.
    needed, minimal = irreducible(
        first,
        lambda fewer: not _out_of_reach_of_limits(relaxed, list(fewer), left, stop, proofs),
        lambda: left.is_late,
        singly=True,
    )
    needed = [component for component in candidates if component in needed]
    amounts = relaxed_by if len(needed) == len(first) else _relax_limits(relaxed, needed, left, stop)
    if not minimal or amounts is None:
        return _brief(_conflicting(matrix, keys, first if amounts is None else needed, relaxed_by))
    if matrix.integer.any() and matrix.columns <= ROUNDED_COLUMNS and not left.is_late:
        brief = left.at_most(ROUNDING_SECONDS)
        rounded = _relax_limits(matrix, needed, brief, stop)
        # A plan that is cut short may relax far more than it needs to.
        amounts = amounts if rounded is None or brief.is_late else rounded
    return Conflict(_conflicting(matrix, keys, needed, amounts), ())


def _relax_limits(
    matrix: Matrix, components: list[str], left: _TimeLeft, stop: threading.Event | None
) -> Floats | None:
    """Return the amount by which each row is relaxed when only these constraints may be; None if still infeasible."""
    rows = (
        np.concatenate([matrix.rows_of(component) for component in components])
        if components
        else np.empty(0, dtype=np.int64)
    )
    solution, slack = _elastic(matrix, rows, left, stop)
    if solution.x is None:
        return None
    amounts = np.zeros(matrix.rows)
    amounts[rows] = np.abs(solution.x[slack])
    amounts[amounts < 1e-6 * _scale(matrix)] = 0.0
    return amounts


def _elastic(matrix: Matrix, rows: np.ndarray, left: _TimeLeft, stop: threading.Event | None) -> tuple[Solution, slice]:
    """Minimise the relative relaxation of some rows."""
    columns, solution = _with_slack(matrix, rows, matrix.upper, matrix.integer, left, stop)
    return solution, slice(matrix.columns, columns)


def _without_bounds(matrix: Matrix) -> Floats:
    """Return the upper bounds without those that only repeat a row.

    Choices and the target keep theirs, in the LP relaxation too: else a seed could land seventeen times in a window.
    """
    keep = np.zeros(matrix.columns, dtype=bool)
    for component in BOUNDED:
        keep[matrix.columns_of(component)] = True
    return np.where(keep, matrix.upper, np.inf)


def _with_slack(
    matrix: Matrix, rows: np.ndarray, upper: Floats, integer: Bools, left: _TimeLeft, stop: threading.Event | None
) -> tuple[int, Solution]:
    """Solve the matrix with slack in some rows at least relative cost; also return its number of columns."""
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
    return wide.columns, solve(wide, left.limits, stop=stop)


def integer_shortfall(
    matrix: Matrix, keys: LimitKeys, limits: Limits, stop: threading.Event | None = None
) -> tuple[Shortfall, ...]:
    """Return the target and its part in reach by period in the best integer plan, where it misses the target."""
    rows = matrix.rows_of(Row.TARGET_DEMAND)
    rows = rows[np.isfinite(matrix.row_lower[rows])]
    left = _TimeLeft.of(limits)
    _, solution = _with_slack(without_cuts(matrix), rows, matrix.upper, matrix.integer, left, stop)
    if solution.x is None:
        return ()
    found = dict[str, Shortfall]()
    for r, missing in zip(rows, solution.x[matrix.columns :], strict=True):
        expected = float(matrix.row_lower[r])
        if missing > 1e-6 * max(1.0, abs(expected)):
            period = keys.period(Row.TARGET_DEMAND, matrix.row_names.indices[r])[1]
            found[period] = Shortfall(period, expected, expected - float(missing))
    return tuple(found[period] for period in keys.in_time(found))


def _shortfall(matrix: Matrix, keys: LimitKeys, left: _TimeLeft, stop: threading.Event | None) -> list[Shortfall]:
    """Return the target and its part in reach by period, at the largest share of the path that the LP allows."""
    found = least_missed(matrix, left.limits, stop)
    if found is None or found.share < 1e-6:
        return []
    rows = demand_rows(matrix, Row.TARGET_DEMAND)
    demand = matrix.row_lower[rows]
    periods = [keys.period(Row.TARGET_DEMAND, matrix.row_names.indices[r])[1] for r in rows]
    needs = dict(zip(periods, map(float, demand), strict=True))
    return [Shortfall(t, needs[t], needs[t] * (1.0 - found.share)) for t in keys.in_time(periods)]


def _out_of_reach_of_limits(
    matrix: Matrix,
    components: list[str],
    left: _TimeLeft,
    stop: threading.Event | None,
    proofs: list[frozenset[str]] | None = None,
) -> bool:
    """Return whether the target is missed even without these limits.

    This LP is solved far sooner than the elastic one. ``proofs`` are the components with duals of LPs that missed it:
    where all of one still stand, no LP is needed. That of this LP is added.
    """
    if any(proof.isdisjoint(components) for proof in proofs or ()):
        return True
    lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
    for component in components:
        rows = matrix.rows_of(component)
        lower[rows], upper[rows] = -np.inf, np.inf
    free = matrix.with_(row_lower=lower, row_upper=upper)
    found = least_missed(free, left.limits, stop)
    missed = found is not None and found.share > 1e-6
    if found is not None and missed and proofs is not None:
        proofs.append(frozenset(map(str, {matrix.row_names.component(r) for r in found.rows.tolist()})))
    return missed


def _conflicting(
    matrix: Matrix, keys: LimitKeys, components: list[str], relaxed_by: Floats
) -> tuple[ConflictingConstraint, ...]:
    """Return one conflicting constraint for each relaxed component and key, with the period that lacks most."""
    constraints: list[ConflictingConstraint] = []
    share = relaxed_by / _scale(matrix)
    for component in components:
        groups: dict[str | Index, list[int]] = {}
        for r in matrix.rows_of(component):
            if relaxed_by[r] > 0:
                index = matrix.row_names.indices[r]
                path = keys.of(component, index).path
                groups.setdefault(path or keys.period(component, index)[0], []).append(int(r))
        lacking = sorted(groups.values(), key=lambda rows: -share[rows].max())
        constraints += [_of_key(matrix, keys, component, rows, relaxed_by) for rows in lacking[:SHOWN]]
    return tuple(constraints)


def _brief(constraints: tuple[ConflictingConstraint, ...]) -> Conflict:
    """Return a conflict that time cut short: one constraint of each key, and the first few keys."""
    by_key = {constraint.key or constraint.text: constraint for constraint in reversed(constraints)}
    first = [constraint for constraint in constraints if constraint in by_key.values()]
    return Conflict(tuple(first[:SHOWN_UNREDUCED]), (), minimal=False)


def _of_key(
    matrix: Matrix, keys: LimitKeys, component: str, rows: list[int], relaxed_by: Floats
) -> ConflictingConstraint:
    indices = matrix.row_names.indices
    worst = max(rows, key=lambda r: relaxed_by[r] / _scale(matrix)[r])
    above = np.isfinite(matrix.row_upper[worst])
    side = float(matrix.row_upper[worst] if above else matrix.row_lower[worst])
    needed = side + float(relaxed_by[worst] if above else -relaxed_by[worst])
    key = keys.of(component, indices[worst])
    allows, needs = key.limits(side, needed)
    places, labels = zip(*(keys.period(component, indices[r]) for r in rows), strict=True)
    # Rows of several windows of one key differ in the last names of their places.
    place = [names[0] for names in zip(*places, strict=False) if len(set(names)) == 1]
    return ConflictingConstraint(
        constraint=component,
        place=", ".join(map(str, place)),
        periods=keys.in_time(labels),
        unit=key.unit,
        key=key.path,
        allows=allows,
        needs=needs,
    )


def _slack(matrix: Matrix, row: int) -> tuple[str, Index]:
    """Return the name of the slack column of a row."""
    return f"slack.{matrix.row_names.component(row)}", matrix.row_names.indices[row]


def _scale(matrix: Matrix) -> Floats:
    """Return the size of each row's limit; rows with a limit of zero have a small absolute size."""
    side = np.where(np.isfinite(matrix.row_upper), matrix.row_upper, matrix.row_lower)
    return np.maximum(np.abs(np.where(np.isfinite(side), side, 0.0)), 1e-3)
