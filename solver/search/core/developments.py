"""Binary development paths, fixed at one from the period where an LP point first uses them.

A binary path that never falls (a development begun, an unlock) only adds capacity when it steps earlier, and costs
little beside what it makes possible. In the LP optimum it rises by small shares with its use, because a hundredth of
the use needs a hundredth of the path. Fixing it at the first positive share costs about 0.1 %; higher thresholds cost
more or leave no plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from formulations.names import Row, Var
from solver.milp.matrix import Floats, Indices, Matrix

DEVELOPMENTS = (Var.LINES_DEVELOPMENT_STARTED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LUNAR_UNLOCK_STARTED)
SEED, SEEDED = Var.LANDINGS_SEED_LANDED, Var.LANDINGS_SEED_MASS
STEP = 1e-6
"""Value of a path from which it counts as used."""
TOLERANCE = 1e-6
EXPLORE, FULL_GAIN = 0.5, 0.1
"""Weight of a trial's uncertainty, and share of the cost whose gain counts as one."""


def has_lunar_industry(matrix: Matrix) -> bool:
    """Return whether a matrix has lunar industry."""
    return bool(matrix.columns_of(Var.LANDINGS_DEVELOPMENT_STARTED).size)


def paths(matrix: Matrix, variables: Iterable[str] = DEVELOPMENTS) -> Iterator[Indices]:
    """Iterate over the columns of each entity of some variables by period, such as those of one platform."""
    for variable in variables:
        columns = matrix.columns_of(variable)
        columns = columns[np.argsort(matrix.column_names.periods[columns], kind="stable")]
        kinds = matrix.column_names.kinds[columns]
        for kind in np.unique(kinds):
            yield columns[kinds == kind]


@dataclass(frozen=True, eq=False, slots=True)
class Trial:
    """Trial of one development: shut in all periods, or begun."""

    columns: Indices
    begun: bool

    @property
    def key(self) -> tuple[int, bool]:
        """Development, by its first column, and the way in which it is tried."""
        return int(self.columns[0]), self.begun

    def at_once(self, matrix: Matrix) -> Matrix:
        """Return the matrix in which the development is shut, or begun in the first period."""
        return self._with_begun(matrix, self.columns)

    def at_last(self, matrix: Matrix) -> Matrix:
        """Return the matrix in which the development is shut, or begun by the last period."""
        return self._with_begun(matrix, self.columns[-1:])

    def _with_begun(self, matrix: Matrix, columns: Indices) -> Matrix:
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        if self.begun:
            lower[columns] = upper[columns]
        else:
            upper[self.columns] = lower[self.columns]
        return matrix.with_(lower=lower, upper=upper)


@dataclass(slots=True)
class Bandit:
    """Bandit over the trials of developments: those that promised most so far come first, by upper confidence bounds.

    A trial is known by its development and its way, so that it keeps its score from plan to plan. Trials without a
    score come first, in the order given, and equal scores in an order drawn from ``seed`` (UCB1 of Auer, Cesa-Bianchi
    and Fischer, Machine Learning 47, 2002).
    """

    seed: int = 0
    tries: dict[tuple[int, bool], int] = field(default_factory=dict)
    gains: dict[tuple[int, bool], float] = field(default_factory=dict)

    def order(self, given: Iterable[Trial]) -> list[Trial]:
        """Return trials in the order in which they are to be tried."""
        rng, all_ = np.random.default_rng(self.seed), max(2, 1 + sum(self.tries.values()))
        ranked = []
        for trial in given:
            tries, drawn = self.tries.get(trial.key, 0), float(rng.random())
            # The sort is stable: trials without a score keep their order.
            score = np.inf if not tries else self._mean(trial) + EXPLORE * float(np.sqrt(np.log(all_) / tries))
            ranked.append((-score, drawn if tries else 0.0, trial))
        return [trial for *_, trial in sorted(ranked, key=lambda each: each[:2])]

    def record(self, trial: Trial, gain: float) -> None:
        """Record what a trial gained: the share of the plan's cost by which its estimate or plan lies below it."""
        self.tries[trial.key] = self.tries.get(trial.key, 0) + 1
        self.gains[trial.key] = self.gains.get(trial.key, 0.0) + min(1.0, max(0.0, gain) / FULL_GAIN)

    def _mean(self, trial: Trial) -> float:
        return self.gains[trial.key] / self.tries[trial.key]


def trials(matrix: Matrix, x: Floats) -> list[Trial]:
    """Return the trials of a plan: its developments shut, the dearest first, then all others begun."""
    begun = [(columns, bool(x[columns].max(initial=0.0) > 0.5)) for columns in paths(matrix)]
    shut = sorted((js for js, is_begun in begun if is_begun), key=lambda js: -float(matrix.cost[js] @ x[js]))
    return [Trial(js, False) for js in shut] + [Trial(js, True) for js, is_begun in begun if not is_begun]


def cost_in_full(matrix: Matrix, x: Floats) -> float:
    """Return what it costs to begin in full the developments that an LP point begins in part."""
    return sum(float(matrix.cost[js] @ ((x[js] > STEP) - x[js])) for js in paths(matrix))


def fix_developments(matrix: Matrix, x: Floats) -> Matrix:
    """Return the matrix with binary paths, and full seeds, fixed at one where an LP point has stepped.

    Paths that have not stepped stay open: a plan may need them once counts are integer. A matrix without lunar industry
    is returned unchanged.
    """
    if not has_lunar_industry(matrix):
        return matrix
    lower = matrix.lower.copy()
    for variable in DEVELOPMENTS:
        columns = matrix.columns_of(variable)
        lower[columns] = np.where(x[columns] > STEP, matrix.upper[columns], lower[columns])
    seeds, seeded = matrix.columns_of(SEED), matrix.columns_of(SEEDED)
    lower[seeds] = np.where(x[seeded] >= _least_seed(matrix) * (1 - TOLERANCE), matrix.upper[seeds], lower[seeds])
    return matrix.with_(lower=lower)


def _least_seed(matrix: Matrix) -> float:
    """Return the mass of the smallest seed, from its row."""
    row = matrix.rows_of(Row.LANDINGS_SEED_MIN)[0]
    entries = matrix.a[row, matrix.columns_of(SEED)]
    return float(np.abs(entries).max())
