"""LP file of a matrix, in the format of CPLEX that other solvers read, all digits kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from solver.milp.mps import OBJECTIVE, FileNames

WIDTH = 200
"""Letters of a line; readers of the format take 510 at least."""


def lp_text(matrix: Matrix, names: FileNames | None = None, comments: Sequence[str] = ()) -> str:
    """Return the text of the file, in the sense of the model; a row with two finite sides is written as two rows."""
    names = names or FileNames.numbered(matrix)
    lines = [
        *(f"\\ {comment}" for comment in comments),
        "Maximize" if matrix.sign < 0 else "Minimize",
        *_objective(matrix, names),
        "Subject To",
        *_rows(matrix, names),
        "Bounds",
        *_bounds(matrix, names),
        *_integers(matrix, names),
        "End",
        "",
    ]
    return "\n".join(lines)


def _objective(matrix: Matrix, names: FileNames) -> Iterator[str]:
    cost, constant = matrix.sign * matrix.cost, matrix.sign * float(matrix.cost_offset)
    used = np.flatnonzero(cost)
    terms = [_term(float(cost[j]), names.columns[j]) for j in used.tolist()]
    if not terms and matrix.columns:
        terms = [_term(0.0, names.columns[0])]
    yield from _wrapped(OBJECTIVE, [*terms, *([_signed(constant)] if constant else [])])


def _rows(matrix: Matrix, names: FileNames) -> Iterator[str]:
    by_row = sp.csr_matrix(matrix.a)
    for i, name in enumerate(names.rows):
        entries = range(by_row.indptr[i], by_row.indptr[i + 1])
        terms = [_term(float(by_row.data[e]), names.columns[by_row.indices[e]]) for e in entries]
        terms = terms or [_term(0.0, names.columns[0])]
        lower, upper = float(matrix.row_lower[i]), float(matrix.row_upper[i])
        if lower == upper:
            yield from _wrapped(name, [*terms, f"= {lower!r}"])
            continue
        two = np.isfinite(lower) and np.isfinite(upper)
        if np.isfinite(lower):
            yield from _wrapped(f"{name}.least" if two else name, [*terms, f">= {lower!r}"])
        if np.isfinite(upper):
            yield from _wrapped(f"{name}.most" if two else name, [*terms, f"<= {upper!r}"])


def _bounds(matrix: Matrix, names: FileNames) -> Iterator[str]:
    for name, lower, upper in zip(names.columns, matrix.lower, matrix.upper, strict=True):
        least = f"{float(lower)!r}" if np.isfinite(lower) else "-infinity"
        most = f"{float(upper)!r}" if np.isfinite(upper) else "+infinity"
        yield f" {least} <= {name} <= {most}"


def _integers(matrix: Matrix, names: FileNames) -> Iterator[str]:
    integers = [names.columns[j] for j in np.flatnonzero(matrix.integer).tolist()]
    if integers:
        yield "General"
        yield from (f" {name}" for name in integers)


def _term(coefficient: float, name: str) -> str:
    return f"{_signed(coefficient)} {name}"


def _signed(value: float) -> str:
    return f"- {-value!r}" if value < 0 else f"+ {value!r}"


def _wrapped(name: str, parts: Sequence[str]) -> list[str]:
    text = f"{name}: {' '.join(parts)}"
    return [f" {line}" for line in wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)]
