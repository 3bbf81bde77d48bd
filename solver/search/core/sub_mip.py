"""Sub-MIP: a model with many columns fixed, solved without them, and its point in the full model.

Fixed columns, and rows of fixed columns only, are left out before HiGHS gets the model, so that a neighbourhood of a
large model costs only what a small model costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.solution import Basis, Solution
from solver.search.core.cumulative_columns import KEPT, with_period_totals
from solver.search.core.state import SearchState

SLACK = 1e-6
BESIDE = 2
"""Number of periods, before and after its own, to which a count may move."""


@dataclass(frozen=True, eq=False, slots=True)
class SubMip:
    """Sub-MIP: a matrix without its fixed columns, and the positions of its columns and rows in the full one."""

    matrix: Matrix
    columns: Indices
    rows: Indices
    fixed_values: Floats

    @classmethod
    def of(cls, matrix: Matrix) -> SubMip:
        """Remove columns with equal bounds or determined by a row, and rows without any other column."""
        is_fixed, at = _determined(matrix)
        columns, out = np.flatnonzero(~is_fixed), np.flatnonzero(is_fixed)
        given = matrix.a[:, out] @ at[out]
        rest = sp.csr_matrix(matrix.a[:, columns])
        rows = np.flatnonzero(np.diff(rest.indptr) > 0)
        small = replace(
            matrix,
            a=sp.csc_matrix(rest[rows]),
            row_lower=(matrix.row_lower - given)[rows],
            row_upper=(matrix.row_upper - given)[rows],
            cost=matrix.cost[columns],
            cost_offset=matrix.cost_offset + float(matrix.cost[out] @ at[out]),
            lower=matrix.lower[columns],
            upper=matrix.upper[columns],
            integer=matrix.integer[columns],
            row_names=matrix.row_names.take(rows),
            column_names=matrix.column_names.take(columns),
        )
        return cls(small, columns, rows, np.where(is_fixed, at, 0.0))

    def basis(self, of: Basis | None) -> Basis | None:
        """Return the part of a basis of the full model that belongs to the sub-MIP."""
        return None if of is None else (of[0][self.columns], of[1][self.rows])

    def expand(self, x: Floats) -> Floats:
        """Expand a point of the sub-MIP to one of the full model."""
        point = self.fixed_values.copy()
        point[self.columns] = x
        return point


def _determined(matrix: Matrix) -> tuple[Bools, Floats]:
    """Return the columns with only one possible value, and that value: by bounds, or by an equation.

    Where the loads of a design are closed, its arrivals are determined; most rows of a large model are of this kind.
    """
    is_fixed, at = matrix.lower == matrix.upper, np.where(matrix.lower == matrix.upper, matrix.lower, 0.0)
    equations = sp.csr_matrix(matrix.a)[np.flatnonzero(matrix.row_lower == matrix.row_upper)]
    right = matrix.row_lower[matrix.row_lower == matrix.row_upper]
    while True:
        open_ = sp.csr_matrix(equations.multiply(~is_fixed[None, :]))
        open_.eliminate_zeros()
        single = np.flatnonzero(np.diff(open_.indptr) == 1)
        columns, coefficient = open_.indices[open_.indptr[single]], open_.data[open_.indptr[single]]
        value = (right - equations @ at)[single] / coefficient
        integral = ~matrix.integer[columns] | (np.abs(value - np.rint(value)) <= SLACK)
        inside = (value >= matrix.lower[columns] - SLACK) & (value <= matrix.upper[columns] + SLACK)
        columns, first = np.unique(columns[integral & inside], return_index=True)
        if not columns.size:
            return is_fixed, at
        is_fixed[columns] = True
        at[columns] = np.clip(value[integral & inside][first], matrix.lower[columns], matrix.upper[columns])


def solve_sub_mip(
    state: SearchState,
    matrix: Matrix,
    integer: Bools,
    limits: Limits,
    stage: str,
    start: Floats | None = None,
    good_enough: float | None = None,
    patience: float | None = None,
    enough_bound: float = np.inf,
    options: Mapping[str, object] | None = None,
) -> Solution:
    """Solve a matrix with some columns fixed, count the work, and return its points in the full model.

    ``options`` of HiGHS are added to those of the search.
    """
    if np.any(matrix.lower > matrix.upper):
        return solve(matrix, limits)
    part = SubMip.of(matrix)
    found = solve(
        part.matrix.with_(integer=integer[part.columns]),
        limits,
        start=None if start is None else start[part.columns],
        stop=state.options.stop,
        on_event=state.progress_listener(stage),
        good_enough=good_enough,
        patience=patience,
        enough_bound=enough_bound,
        options={**state.highs_options, **(options or {})},
    )
    state.work_done += max(1, found.nodes)
    state.record_termination(found.termination)
    if found.x is None:
        return replace(found, refused=None if found.refused is None else part.expand(found.refused))
    return replace(found, incumbent=replace(found.incumbent, x=part.expand(found.x)))


def solve_with_totals(
    state: SearchState,
    matrix: Matrix,
    integer: Bools,
    limits: Limits,
    stage: str,
    start: Floats | None = None,
    enough_bound: float = np.inf,
) -> Solution:
    """Solve a matrix with some columns fixed as ``solve_sub_mip`` does, with totals of flights to branch on."""
    wider, totals = with_period_totals(matrix, Var.LAUNCH_FLIGHTS)
    if np.any(matrix.lower > matrix.upper) or not totals.shape[0]:
        return solve_sub_mip(state, matrix, integer, limits, stage, start, enough_bound=enough_bound)
    integer = np.concatenate([integer, np.ones(totals.shape[0], dtype=bool)])
    start = None if start is None else np.concatenate([start, totals @ start])
    found = solve_sub_mip(state, wider, integer, limits, stage, start, enough_bound=enough_bound, options=KEPT)
    if found.x is None:
        return replace(found, refused=None if found.refused is None else found.refused[: matrix.columns])
    return replace(found, incumbent=replace(found.incumbent, x=found.x[: matrix.columns]))


def integer_columns(matrix: Matrix, variables: Iterable[str]) -> Bools:
    """Return a mask of the integer columns of some variables."""
    chosen = np.zeros(matrix.columns, dtype=bool)
    for variable in variables:
        chosen[matrix.columns_of(variable)] = True
    return np.asarray(chosen & matrix.integer)


def fixed_at(matrix: Matrix, x: Floats, columns: Bools) -> Matrix:
    """Return the matrix with some columns fixed at the rounded values of a point."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns] = upper[columns] = np.clip(np.rint(x[columns]), matrix.lower[columns], matrix.upper[columns])
    return matrix.with_(lower=lower, upper=upper)


def restrict_around(matrix: Matrix, x: Floats, columns: Bools, radius: int) -> Matrix:
    """Return the matrix with some integer columns within ``radius`` of the integers below and above a point.

    A column at 0 may take the value of its neighbours in time: a count can move to a nearby period.
    """
    at = np.flatnonzero(columns)
    low = np.floor(x[at] + SLACK) - radius
    high = np.where(x[at] > SLACK, np.ceil(x[at] - SLACK) + radius, np.ceil(_beside(matrix, x, at) - SLACK))
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[at] = np.clip(low, matrix.lower[at], matrix.upper[at])
    upper[at] = np.clip(high, lower[at], matrix.upper[at])
    return matrix.with_(lower=lower, upper=upper)


def within(matrix: Matrix, x: Floats, columns: Bools, radius: float) -> Matrix:
    """Return the matrix with some columns within a radius of a point."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns] = np.clip(np.rint(x[columns]) - radius, matrix.lower[columns], matrix.upper[columns])
    upper[columns] = np.clip(np.rint(x[columns]) + radius, matrix.lower[columns], matrix.upper[columns])
    return matrix.with_(lower=lower, upper=upper)


def largest_node(matrix: Matrix, demand: Indices, x: Floats) -> Floats:
    """Return the contribution of the largest node in use to each target row, over all places and periods."""
    arrival, placed, loaded = (
        matrix.rows_of(Row.NODES_ARRIVAL), matrix.columns_of(Var.NODES_PLACED), matrix.columns_of(Var.NODES_LOADED),
    )  # fmt: skip
    loaded = loaded[x[loaded] > SLACK]
    if not demand.size or not loaded.size:
        return np.zeros(len(demand))
    by_row = sp.csr_matrix(matrix.a)
    given = -(by_row[demand][:, placed] @ by_row[arrival][:, loaded])
    return np.asarray(given.max(axis=1).todense(), dtype=np.float64).ravel()


def _beside(matrix: Matrix, x: Floats, at: Indices) -> Floats:
    """Return the largest value of columns of the same kind within ``BESIDE`` periods of each column."""
    kinds, periods = matrix.column_names.kinds[at], matrix.column_names.periods[at]
    value = dict(zip(zip(kinds.tolist(), periods.tolist(), strict=True), x[at].tolist(), strict=True))
    most = [
        max(value.get((kind, period + n), 0.0) for n in range(-BESIDE, BESIDE + 1))
        for kind, period in zip(kinds.tolist(), periods.tolist(), strict=True)
    ]
    return np.array(most, dtype=np.float64)
