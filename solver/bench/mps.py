"""MPS file of a matrix in free format: rows ``r0 ...``, columns ``c0 ...``, all digits kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.milp.matrix import Matrix


def mps(matrix: Matrix) -> str:
    """Return the text of the file; the constant of the objective is left out."""
    return "\n".join([*_rows(matrix), *_columns(matrix), *_sides(matrix), *_bounds(matrix), "ENDATA", ""])


def _kinds(matrix: Matrix) -> list[str]:
    has_lower, has_upper = np.isfinite(matrix.row_lower), np.isfinite(matrix.row_upper)
    same = matrix.row_lower == matrix.row_upper
    return [
        "E" if e else "G" if lo else "L" if hi else "N"
        for e, lo, hi in zip(same & has_lower, has_lower, has_upper, strict=True)
    ]  # a range is written as G with a width


def _rows(matrix: Matrix) -> Iterator[str]:
    yield "NAME kardashev"
    yield "ROWS"
    yield " N cost"
    for i, kind in enumerate(_kinds(matrix)):
        yield f" {kind} r{i}"


def _columns(matrix: Matrix) -> Iterator[str]:
    yield "COLUMNS"
    in_integers = False
    a = matrix.a
    for j in range(matrix.columns):
        if bool(matrix.integer[j]) != in_integers:
            in_integers = not in_integers
            yield f" m{j} 'MARKER' '{'INTORG' if in_integers else 'INTEND'}'"
        if matrix.cost[j]:
            yield f" c{j} cost {float(matrix.cost[j])!r}"
        entries = range(a.indptr[j], a.indptr[j + 1])
        if not entries and not matrix.cost[j]:
            yield f" c{j} cost 0.0"
        for e in entries:
            yield f" c{j} r{a.indices[e]} {float(a.data[e])!r}"
    if in_integers:
        yield " mend 'MARKER' 'INTEND'"


def _sides(matrix: Matrix) -> Iterator[str]:
    kinds = _kinds(matrix)
    yield "RHS"
    for i, kind in enumerate(kinds):
        side = matrix.row_upper[i] if kind == "L" else matrix.row_lower[i]
        if kind != "N" and side:
            yield f" rhs r{i} {float(side)!r}"
    yield "RANGES"
    for i, kind in enumerate(kinds):
        if kind == "G" and np.isfinite(matrix.row_upper[i]):
            yield f" range r{i} {float(matrix.row_upper[i] - matrix.row_lower[i])!r}"


def _bounds(matrix: Matrix) -> Iterator[str]:
    yield "BOUNDS"
    for j, (has_lower, has_upper) in enumerate(zip(matrix.lower, matrix.upper, strict=True)):
        # Both bounds are always written: solvers differ in the default bounds of integer columns.
        yield f" LO bound c{j} {float(has_lower)!r}" if np.isfinite(has_lower) else f" MI bound c{j}"
        yield f" UP bound c{j} {float(has_upper)!r}" if np.isfinite(has_upper) else f" PL bound c{j}"
