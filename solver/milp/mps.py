"""MPS file of a matrix in free format, all digits kept, and names that every solver reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from solver.milp.matrix import Matrix
from solver.milp.names import Names

LONGEST_NAME = 200
"""Letters of a name; readers of both formats take 255 at least."""
OBJECTIVE = "objective"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.,()]")


@dataclass(frozen=True, slots=True)
class FileNames:
    """File names of rows and columns."""

    rows: Sequence[str]
    columns: Sequence[str]

    @classmethod
    def numbered(cls, matrix: Matrix) -> FileNames:
        """Return the names ``r0 ...`` and ``c0 ...``."""
        return cls([f"r{i}" for i in range(matrix.rows)], [f"c{j}" for j in range(matrix.columns)])

    @classmethod
    def readable(cls, matrix: Matrix) -> FileNames:
        """Return the names of the model, as ``launch.flights(starship_v4,dawn_dusk_650,3)``, each of them unique."""
        return cls(_readable(matrix.row_names, {OBJECTIVE}), _readable(matrix.column_names, set()))


def _readable(names: Names, taken: set[str]) -> list[str]:
    found = []
    for component, index in names.pairs():
        places = f"({','.join(str(part) for part in index)})" if index else ""
        name = free = _UNSAFE.sub("_", component + places)[:LONGEST_NAME]
        for number in range(2, len(taken) + 3):
            if free not in taken:
                break
            free = f"{name}.{number}"
        taken.add(free)
        found.append(free)
    return found


def mps(matrix: Matrix, names: FileNames | None = None, comments: Sequence[str] = ()) -> str:
    """Return the text of the file, in the sense of the model; its constant is the negated side of the objective."""
    names = names or FileNames.numbered(matrix)
    lines = [
        *(f"* {comment}" for comment in comments), *_rows(matrix, names), *_columns(matrix, names),
        *_sides(matrix, names), *_bounds(matrix, names), "ENDATA", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _kinds(matrix: Matrix) -> list[str]:
    has_lower, has_upper = np.isfinite(matrix.row_lower), np.isfinite(matrix.row_upper)
    same = matrix.row_lower == matrix.row_upper
    return [
        "E" if e else "G" if lo else "L" if hi else "N"
        for e, lo, hi in zip(same & has_lower, has_lower, has_upper, strict=True)
    ]  # a range is written as G with a width


def _rows(matrix: Matrix, names: FileNames) -> Iterator[str]:
    yield "NAME kardashev"
    if matrix.sign < 0:
        yield "OBJSENSE"
        yield "    MAX"
    yield "ROWS"
    yield f" N {OBJECTIVE}"
    for name, kind in zip(names.rows, _kinds(matrix), strict=True):
        yield f" {kind} {name}"


def _columns(matrix: Matrix, names: FileNames) -> Iterator[str]:
    yield "COLUMNS"
    in_integers = False
    a, cost = matrix.a, matrix.sign * matrix.cost
    for j, name in enumerate(names.columns):
        if bool(matrix.integer[j]) != in_integers:
            in_integers = not in_integers
            yield f" m{j} 'MARKER' '{'INTORG' if in_integers else 'INTEND'}'"
        entries = range(a.indptr[j], a.indptr[j + 1])
        if cost[j] or not entries:
            yield f" {name} {OBJECTIVE} {float(cost[j])!r}"
        for e in entries:
            yield f" {name} {names.rows[a.indices[e]]} {float(a.data[e])!r}"
    if in_integers:
        yield " mend 'MARKER' 'INTEND'"


def _sides(matrix: Matrix, names: FileNames) -> Iterator[str]:
    kinds = _kinds(matrix)
    yield "RHS"
    if matrix.cost_offset:
        yield f" rhs {OBJECTIVE} {-matrix.sign * float(matrix.cost_offset)!r}"
    for i, kind in enumerate(kinds):
        side = matrix.row_upper[i] if kind == "L" else matrix.row_lower[i]
        if kind != "N" and side:
            yield f" rhs {names.rows[i]} {float(side)!r}"
    yield "RANGES"
    for i, kind in enumerate(kinds):
        if kind == "G" and np.isfinite(matrix.row_upper[i]):
            yield f" range {names.rows[i]} {float(matrix.row_upper[i] - matrix.row_lower[i])!r}"


def _bounds(matrix: Matrix, names: FileNames) -> Iterator[str]:
    yield "BOUNDS"
    for name, lower, upper in zip(names.columns, matrix.lower, matrix.upper, strict=True):
        # Both bounds are always written: solvers differ in the default bounds of integer columns.
        yield f" LO bound {name} {float(lower)!r}" if np.isfinite(lower) else f" MI bound {name}"
        yield f" UP bound {name} {float(upper)!r}" if np.isfinite(upper) else f" PL bound {name}"
