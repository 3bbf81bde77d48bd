"""Extensive form of a two-stage problem: the matrices of all scenarios in one, with the first stage in common.

A decision of the first stage is one column for all scenarios, which is the same as a copy for each with rows that make
them equal. One that some scenario does not have is 0 in all: no decision may rest on what is known later. Bounds of
common columns are the widest: a bound by dominance in one scenario is none of the others, and bounds of feasibility
follow from the rows, which are kept. All others are block-diagonal, with costs times the probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.names import Index, Names

DECISIONS = frozenset({
    Var.NODES_LOADED, Var.NODES_MASS_DRIVER_LAUNCHED, Var.LAUNCH_FLIGHTS, Var.LAUNCH_PADS_ORDERED, Var.FLEET_ORDERED,
    Var.LINES_ORDERED, Var.LINES_DEVELOPMENT_STARTED, Var.GROUND_BUILT, Var.NETWORK_ORDERED,
    Var.LANDINGS_TANKER_FLIGHTS, Var.LANDINGS_LANDINGS, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LANDINGS_SEED_LANDED,
    Var.LANDINGS_SEED_MASS, Var.MASS_DRIVERS_ORDERED, Var.LUNAR_UNLOCK_STARTED,
})  # fmt: skip
"""Variables that are decisions and indexed by period; all others follow from them, or from the scenario."""
QUANTILE, TAIL = "risk.quantile", "risk.tail"
"""Columns of the CVaR: the quantile of the costs, and by scenario the cost above it."""
Key = tuple[str, Index]


@dataclass(frozen=True, slots=True)
class ExtensiveForm:
    """Extensive form, with the column of each scenario's column in it, and the keys of the first stage."""

    matrix: Matrix
    columns: tuple[Indices, ...]
    first_stage: tuple[Key, ...]

    def of_scenario(self, x: Floats, i: int) -> Floats:
        """Return the point of one scenario."""
        return np.asarray(x[self.columns[i]], dtype=np.float64)

    def first(self, x: Floats) -> dict[Key, float]:
        """Return the decisions of the first stage in a point."""
        return {key: float(x[j]) for j, key in enumerate(self.first_stage)}


def first_stage(matrix: Matrix, periods: int) -> Bools:
    """Return the columns of decisions in the first periods."""
    names = matrix.column_names
    decided = [code for code, label in enumerate(names.labels) if label in DECISIONS]
    return np.isin(names.codes, decided) & (names.periods < periods)


def keys_of(matrix: Matrix, columns: Bools | Indices) -> list[Key]:
    """Return component and indices of some columns."""
    return list(matrix.column_names.take(columns).pairs())


def extensive_form(matrices: Sequence[Matrix], probabilities: Sequence[float], periods: int) -> ExtensiveForm:
    """Return the extensive form with the decisions of the first periods in common."""
    shared = [first_stage(matrix, periods) for matrix in matrices]
    keys = [keys_of(matrix, mask) for matrix, mask in zip(matrices, shared, strict=True)]
    first = list(dict.fromkeys(key for listed in keys for key in listed))
    place = {key: j for j, key in enumerate(first)}
    columns, end = [], len(first)
    for matrix, mask, listed in zip(matrices, shared, keys, strict=True):
        at = np.empty(matrix.columns, dtype=np.int64)
        at[mask] = [place[key] for key in listed]
        at[~mask] = np.arange(end, end + int((~mask).sum()))
        end += int((~mask).sum())
        columns.append(at)
    return ExtensiveForm(_joined(matrices, probabilities, columns, first, end), tuple(columns), tuple(first))


def with_tail(
    form: ExtensiveForm, matrices: Sequence[Matrix], probabilities: Sequence[float], alpha: float, weight: float,
    least: float,
) -> ExtensiveForm:  # fmt: skip
    """Return the extensive form with a weighted sum of expected cost and CVaR as its objective.

    CVaR is the least of v + E[max(0, cost - v)] / (1 - alpha) over v (Rockafellar and Uryasev, Optimization of
    conditional value-at-risk, Journal of Risk 2, 2000). The best v is a quantile of the costs, so not below ``least``,
    which bounds them all. Each scenario has one more column, its cost above v, and one more row.
    """
    matrix, count = form.matrix, len(matrices)
    costs = np.zeros((count, matrix.columns))
    for i, (each, at) in enumerate(zip(matrices, form.columns, strict=True)):
        costs[i, at] = each.cost
    above = sp.csr_matrix(np.hstack([np.ones((count, 1)), np.eye(count)]))
    tail = sp.csr_matrix(sp.hstack([sp.csr_matrix(-costs), above]))
    wide = sp.hstack([matrix.a, sp.csc_matrix((matrix.rows, 1 + count))])
    own = Names.of_pairs([(TAIL, (f"({i})",)) for i in range(count)])
    excess = weight / (1.0 - alpha) * np.asarray(probabilities, dtype=np.float64)
    extended = replace(
        matrix,
        a=sp.csc_matrix(sp.vstack([wide, tail], format="csc")),
        row_lower=np.append(matrix.row_lower, [m.cost_offset for m in matrices]),
        row_upper=np.append(matrix.row_upper, np.full(count, np.inf)),
        cost=np.concatenate([(1.0 - weight) * matrix.cost, [weight], excess]),
        cost_offset=(1.0 - weight) * matrix.cost_offset,
        lower=np.concatenate([matrix.lower, [least], np.zeros(count)]),
        upper=np.append(matrix.upper, np.full(1 + count, np.inf)),
        integer=np.append(matrix.integer, np.zeros(1 + count, dtype=bool)),
        row_names=Names.joined(matrix.row_names, own),
        column_names=Names.joined(matrix.column_names, Names.of_pairs([(QUANTILE, ())]), own),
    )
    return replace(form, matrix=extended)


def _joined(
    matrices: Sequence[Matrix],
    probabilities: Sequence[float],
    columns: Sequence[Indices],
    shared: Sequence[Key],
    count: int,
) -> Matrix:
    first = len(shared)
    lower, upper = np.full(count, np.inf), np.full(count, -np.inf)
    cost, integer, found = np.zeros(count), np.zeros(count, dtype=bool), np.zeros(first, dtype=np.int64)
    blocks = []
    for matrix, weight, at in zip(matrices, probabilities, columns, strict=True):
        np.minimum.at(lower, at, matrix.lower)
        np.maximum.at(upper, at, matrix.upper)
        np.add.at(cost, at, weight * matrix.cost)
        np.logical_or.at(integer, at, matrix.integer)
        found += np.bincount(at[at < first], minlength=first)
        entries = matrix.a.tocoo()
        blocks.append(sp.csr_matrix((entries.data, (entries.row, at[entries.col])), shape=(matrix.rows, count)))
    absent = np.flatnonzero(found < len(matrices))
    lower[absent] = upper[absent] = 0.0
    own = [
        _tagged(matrix.column_names.take(at >= first), i)
        for i, (matrix, at) in enumerate(zip(matrices, columns, strict=True))
    ]
    return Matrix(
        a=sp.csc_matrix(sp.vstack(blocks, format="csc")),
        row_lower=np.concatenate([m.row_lower for m in matrices]),
        row_upper=np.concatenate([m.row_upper for m in matrices]),
        cost=cost,
        cost_offset=float(sum(w * m.cost_offset for m, w in zip(matrices, probabilities, strict=True))),
        sign=matrices[0].sign,
        lower=lower,
        upper=upper,
        integer=integer,
        row_names=Names.joined(*(_tagged(m.row_names, i) for i, m in enumerate(matrices))),
        column_names=Names.joined(Names.of_pairs(shared), *own),
    )


def _tagged(names: Names, scenario: int) -> Names:
    """Return names with the scenario in every label of their indices, so that those of one scenario belong together."""
    indices = np.empty(len(names), dtype=object)
    for at, index in enumerate(names.indices.tolist()):
        labels = tuple(f"{part} ({scenario})" if isinstance(part, str) else part for part in index)
        indices[at] = labels if any(isinstance(part, str) for part in index) else (f"({scenario})", *labels)
    return Names(names.labels, names.codes, indices)
