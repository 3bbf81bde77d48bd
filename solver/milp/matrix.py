"""Matrix of a compiled model: sparse columns, bounds, types and names; built once, patched as copies by searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formulations.names import Row, Var
from solver.errors import ModelError
from solver.milp.names import Index, Names, printed

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

# An empty row is a comparison of two constants; sums of a few floats may differ in the last digits.
CONSTANT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Residual:
    """Residual of a point: the largest violation of a row or bound, absolute and relative, with its name (or empty)."""

    absolute: float
    relative: float
    name: str


@dataclass(frozen=True, eq=False)
class Matrix:
    """Mixed-integer program in arrays: minimise ``cost @ x + cost_offset`` over rows and bounds.

    Rows: ``row_lower <= a @ x <= row_upper``. Bounds: ``lower <= x <= upper``. ``integer`` marks the integer columns. A
    maximised model is stored with its objective negated and ``sign`` -1: ``sign * value(x)`` is the model's own
    objective. The arrays are read-only: use ``with_`` and ``with_rows``.
    """

    a: sp.csc_matrix
    row_lower: Floats
    row_upper: Floats
    cost: Floats
    cost_offset: float
    sign: int
    lower: Floats
    upper: Floats
    integer: Bools
    row_names: Names
    column_names: Names

    def __post_init__(self) -> None:
        rows, columns = self.a.shape
        for field in ("row_lower", "row_upper", "row_names"):
            _check_length(field, len(getattr(self, field)), rows)
        for field in ("cost", "lower", "upper", "integer", "column_names"):
            _check_length(field, len(getattr(self, field)), columns)
        for field in ("row_lower", "row_upper", "cost", "lower", "upper", "integer"):
            kind = np.bool_ if field == "integer" else np.float64
            array: NDArray[Any] = np.array(getattr(self, field), dtype=kind)
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        self._check_numbers()

    def _check_numbers(self) -> None:
        wrong = np.flatnonzero(~np.isfinite(self.a.data))
        if wrong.size:
            entry = int(wrong[0])
            column = int(np.searchsorted(self.a.indptr, entry, side="right")) - 1
            row = self.row_names[self.a.indices[entry]]
            raise ModelError(f"row {row}: coefficient of {self.column_names[column]} is {self.a.data[entry]}")
        if not np.isfinite(self.cost_offset):
            raise ModelError(f"objective: its constant is {self.cost_offset}")
        sides = (
            ("cost", ~np.isfinite(self.cost), self.column_names),
            ("lower", np.isnan(self.lower) | (self.lower == np.inf), self.column_names),
            ("upper", np.isnan(self.upper) | (self.upper == -np.inf), self.column_names),
            ("row_lower", np.isnan(self.row_lower) | (self.row_lower == np.inf), self.row_names),
            ("row_upper", np.isnan(self.row_upper) | (self.row_upper == -np.inf), self.row_names),
        )
        for field, bad, names in sides:
            for position in np.flatnonzero(bad)[:1]:
                raise ModelError(f"{names[position]}: {field} is {getattr(self, field)[position]}")

    @property
    def rows(self) -> int:
        """Row count."""
        return len(self.row_lower)

    @property
    def columns(self) -> int:
        """Column count."""
        return len(self.cost)

    @property
    def index(self) -> dict[str, int]:
        """Column positions by printed name, as used in files."""
        return self.column_names.positions

    @property
    def row_index(self) -> dict[str, int]:
        """Row positions by printed name, as used in files."""
        return self.row_names.positions

    def components(self) -> tuple[str, ...]:
        """Return the components of the rows, such as ``launch.lift``, in order of first appearance."""
        return tuple(self.row_names.components)

    def rows_of(self, row: str) -> Indices:
        """Return the positions of a component's rows, possibly none; raise ``ModelError`` for an unknown component."""
        return self.row_names.of(row, Row)

    def columns_of(self, variable: str) -> Indices:
        """Return the positions of a variable's columns, possibly none; raise ``ModelError`` for an unknown variable."""
        return self.column_names.of(variable, Var)

    def find_row(self, row: str, *index: str | int) -> int | None:
        """Return the position of one row; None where this model does not have it."""
        return self.row_names.find(row, index, Row)

    def find_column(self, variable: str, *index: str | int) -> int | None:
        """Return the position of one column; None where this model does not have it."""
        return self.column_names.find(variable, index, Var)

    def row(self, row: str, *index: str | int) -> int:
        """Return the position of one row; raise ``ModelError`` where this model does not have it."""
        return _required(self.find_row(row, *index), row, index)

    def column(self, variable: str, *index: str | int) -> int:
        """Return the position of one column; raise ``ModelError`` where this model does not have it."""
        return _required(self.find_column(variable, *index), variable, index)

    def value(self, x: Floats) -> float:
        """Return the objective at ``x`` in the minimised sense; times ``sign`` it is the model's own."""
        return float(self.cost @ x) + self.cost_offset

    @cached_property
    def _absolute(self) -> sp.csr_matrix:
        return sp.csr_matrix(abs(self.a))

    def same_points(self, other: Matrix) -> bool:
        """Return whether another matrix has the same points: only costs may differ."""
        pairs = (
            (self.a.indptr, other.a.indptr), (self.a.indices, other.a.indices), (self.a.data, other.a.data),
            (self.row_lower, other.row_lower), (self.row_upper, other.row_upper),
            (self.lower, other.lower), (self.upper, other.upper),
        )  # fmt: skip
        return all(np.array_equal(a, b) for a, b in pairs) and self.column_names == other.column_names

    def violation(self, x: Floats, row_unit: Floats | float = 1.0) -> Residual:
        """Return the largest relative violation of a row or column bound at ``x``, with its name; ignore integrality.

        The scale of a row is the largest of its unit, its violated side and its largest term; that of a bound is the
        larger of 1 and the bound. A unit below 1 protects rows of small amounts; a unit above 1 would admit violations
        in rows of large amounts where they hold little. A value that is not finite violates everything.
        """
        if not np.all(np.isfinite(x)):
            return Residual(np.inf, np.inf, self.column_names[int(np.flatnonzero(~np.isfinite(x))[0])])
        terms = np.zeros(self.rows)
        if self.a.nnz:
            terms = self._absolute.multiply(np.abs(x)[None, :]).max(axis=1).toarray().ravel()
        rows = _worst(self.a @ x, self.row_lower, self.row_upper, np.maximum(row_unit, terms), self.row_names)
        columns = _worst(x, self.lower, self.upper, np.ones(len(x)), self.column_names)
        return rows if rows.relative >= columns.relative else columns

    def with_(
        self,
        *,
        lower: Floats | None = None,
        upper: Floats | None = None,
        cost: Floats | None = None,
        cost_offset: float | None = None,
        row_lower: Floats | None = None,
        row_upper: Floats | None = None,
        integer: Bools | None = None,
    ) -> Matrix:
        """Copy with the given arrays in place of its own; coefficients and names are shared."""
        given = {
            "lower": lower, "upper": upper, "cost": cost, "cost_offset": cost_offset,
            "row_lower": row_lower, "row_upper": row_upper, "integer": integer,
        }  # fmt: skip
        return replace(self, **{field: value for field, value in given.items() if value is not None})  # type: ignore[arg-type]

    def relaxed(self) -> Matrix:
        """Copy without integer columns: the LP relaxation."""
        return self.with_(integer=np.zeros(self.columns, dtype=bool))

    def with_rows(self, extra: sp.csr_matrix, lower: Floats, upper: Floats, names: Names) -> Matrix:
        """Copy with more rows below its own, such as cuts; raise ``ModelError`` for a name that exists already."""
        twice = Names.joined(self.row_names.only(names.components), names).repeated()
        if twice:
            raise ModelError(f"rows added twice under one name: {', '.join(sorted(twice)[:3])}")
        return replace(
            self,
            a=sp.csc_matrix(sp.vstack([self.a, extra], format="csc")),
            row_lower=np.concatenate([self.row_lower, lower]),
            row_upper=np.concatenate([self.row_upper, upper]),
            row_names=Names.joined(self.row_names, names),
        )


def row_ratios(a: sp.csc_matrix) -> Floats:
    """Return the largest over the smallest nonzero coefficient of every row; 0 for a row without any."""
    size = np.abs(a.data)
    most, least = np.zeros(a.shape[0]), np.full(a.shape[0], np.inf)
    np.maximum.at(most, a.indices, size)
    size[size == 0.0] = np.inf
    np.minimum.at(least, a.indices, size)
    return np.asarray(most / least, dtype=np.float64)


def _required(position: int | None, component: str, index: Index) -> int:
    if position is None:
        raise ModelError(f"{printed(component, index)}: not in this model")
    return position


def _check_length(field: str, found: int, expected: int) -> None:
    if found != expected:
        raise ValueError(f"matrix.{field}: found {found} entries, expected {expected}")


def _worst(value: Floats, lower: Floats, upper: Floats, least: Floats, names: Names) -> Residual:
    if not len(value):
        return Residual(0.0, 0.0, "")
    below, above = lower - value, value - upper
    absolute = np.maximum(np.maximum(below, above), 0.0)
    side = np.where(below > above, lower, upper)
    scale = np.maximum(np.where(np.isfinite(side), np.abs(side), 0.0), least)
    relative = absolute / scale
    worst = int(np.argmax(relative))
    if relative[worst] == 0.0:
        return Residual(0.0, 0.0, "")
    return Residual(float(absolute[worst]), float(relative[worst]), names[worst])


def compile_matrix(model: Any) -> Matrix:
    """Compile a linear Pyomo model; unfixed variables of active rows or the objective become columns.

    Raises ``ModelError`` for a nonlinear term, a row whose sides cross, or more than one objective. A model without an
    objective has cost 0. Inactive blocks, constraints and objectives are ignored. A row of constants is dropped where
    it holds; a violated one stays as a row without coefficients, which no point satisfies.
    """
    # Imported here so that the searches, which work on arrays alone, start without Pyomo.
    from pyomo.common.errors import PyomoException
    from pyomo.common.gc_manager import PauseGC
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    with PauseGC():
        try:
            form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
        except PyomoException as error:
            raise ModelError(f"the model cannot be compiled: {error}") from error
        if len(form.objectives) > 1:
            found = ", ".join(objective.name for objective in form.objectives)
            raise ModelError(f"{len(form.objectives)} active objectives, expected one: {found}")
        return _from_form(form)


def _from_form(form: Any) -> Matrix:
    columns, kept = form.columns, _kept_columns(form)
    sign = -1 if form.objectives and form.objectives[0].is_minimizing() is False else 1
    cost = np.asarray(form.c.todense(), dtype=np.float64).ravel() if form.objectives else np.zeros(len(columns))
    offset = float(form.c_offset[0]) if form.objectives else 0.0
    if kept is not None:
        columns, cost = [columns[i] for i in kept], cost[kept] if form.objectives else np.zeros(len(kept))
    a, row_lower, row_upper, row_names = _rows(form, sp.csr_matrix(form.A if kept is None else form.A[:, kept]))
    bounds = [variable.bounds for variable in columns]
    return Matrix(
        a=a,
        row_lower=row_lower,
        row_upper=row_upper,
        cost=sign * cost + 0.0,  # turns -0.0 into 0.0
        cost_offset=sign * offset,
        sign=sign,
        lower=np.array([-np.inf if low is None else low for low, _ in bounds], dtype=np.float64),
        upper=np.array([np.inf if high is None else high for _, high in bounds], dtype=np.float64),
        integer=np.array([_is_integer(variable) for variable in columns], dtype=bool),
        row_names=row_names,
        column_names=_names(columns),
    )


def _kept_columns(form: Any) -> Indices | None:
    """Return the columns without those that stand for sums without terms; None where there are none of these."""
    # Imported here so that the searches, which work on arrays alone, start without Pyomo.
    from formulations.demand import NOTHING

    kept = [i for i, variable in enumerate(form.columns) if variable.parent_component().local_name != NOTHING]
    return None if len(kept) == len(form.columns) else np.array(kept, dtype=np.int64)


def _rows(form: Any, by_row: sp.csr_matrix) -> tuple[sp.csc_matrix, Floats, Floats, Names]:
    """Return the rows of the mixed form: kind 1 is an upper side, -1 a lower one, 0 both; a range is 1, then -1."""
    kind = np.array([entry.bound_type for entry in form.rows], dtype=np.int8)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    lower = np.where(kind <= 0, rhs, -np.inf)
    upper = np.where(kind >= 0, rhs, np.inf)
    constraints = [entry.constraint for entry in form.rows]
    second = np.array([i > 0 and constraints[i] is constraints[i - 1] for i in range(len(constraints))], dtype=bool)
    twins = np.flatnonzero(second)
    lower[twins - 1] = lower[twins]
    empty = np.diff(by_row.indptr) == 0
    slack = CONSTANT_TOLERANCE * np.maximum(1.0, np.abs(rhs))
    keep = ~second & (~empty | (lower > slack) | (upper < -slack))
    names = _names(constraints)
    for row in np.flatnonzero(~second & (lower > upper)):
        raise ModelError(f"row {names[row]} can never hold: at least {lower[row]:g} and at most {upper[row]:g}")
    if keep.all():
        return sp.csc_matrix(by_row), lower, upper, names
    kept = np.flatnonzero(keep)
    return sp.csc_matrix(by_row[kept]), lower[kept], upper[kept], names.take(kept)


def _is_integer(variable: Any) -> bool:
    if variable.is_continuous():
        return False
    if variable.is_integer() or variable.is_binary():
        return True
    raise ModelError(f"variable {variable.name}: its domain is neither a range of reals nor of integers")


def _names(members: Sequence[Any]) -> Names:
    """Return the names of members of Pyomo components: the component's own name and the original index."""
    numbers: dict[int, int] = {}
    components: list[str] = []
    codes, indices = np.empty(len(members), dtype=np.int32), []
    for at, member in enumerate(members):
        parent = member.parent_component()
        code = numbers.get(id(parent))
        if code is None:
            code = numbers[id(parent)] = len(components)
            components.append(parent.name)
        codes[at] = code
        index = member.index()
        indices.append(index if type(index) is tuple else () if index is None else (index,))
    return Names(components, codes, indices)
