r"""Flight rounding cuts: the LP flies fractions of flights to meet the growth of the target, plans fly integer ones.

Power alive in a period, less the part of it that was alive some periods before, must have been launched in between:

    target.demand[t] - stays target.demand[before] - nodes.arrival * what each node adds
        + launch.lift * what a flight full of the design that the LP flies adds

is an aggregation of rows in which flights cover the growth of the target. Power alive ``before`` beyond its target, and
designs with more power per flight than the one flown, may cover it as well. The LP flies a tenth of a flight for a
tenth of its power; after rounding (``mir.py``), the row requires one flight, or as much more from the other terms.

The family ``cuts.flights`` has the cuts that need no LP point: they assume the best design on every flight and ignore
power alive before, and are weak where the cheapest design has less power per flight.

Cuts are separated in the matrix of the load kinds that the LP uses, where a round is fast, and then lifted to all
columns, so that they are valid for every load. On very large models there is one pass only. Cuts come before the first
plan, so that the plan is found from the LP with them, but where the LP takes long of the time limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.highs import solve
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.sifting import SIFT_AGAIN_FROM_COLUMNS
from solver.milp.solution import Solution
from solver.search.core.restricted import RESTRICTED, loads_and_routes
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import SubMip
from solver.search.dual.mir import ZERO_SHARE, AggregatedRow, Cut, with_cuts

CUT_ROW, LOADED = Row.CUTS_FLIGHT_ROUNDING, Var.NODES_LOADED
USED = 1e-7
LOOK_BACK_PERIODS = 6
"""Number of earlier target periods tried as ``before``."""
DIVISORS = 12
"""Number of values of a full flight that are tried as divisors of one aggregated row."""
MIN_VIOLATION = 0.01
"""Least violation of an added cut, as a share of its rounded right-hand side."""
LOOSE = 1e-6
ROUNDS = 8
MIN_GAIN_SHARE = 0.1
"""Share of the gap limit by which a pass must raise the bound; otherwise it is the last."""
STEEPEST = {"simplex_dual_edge_weight_strategy": 2}
"""Option of the LP with the cuts: by Devex, usual from a basis, it takes the same time or five times as long."""
TIME_SHARE = 0.5
"""Largest share of the time left that an LP may have taken for the LP with cuts to be solved."""


@dataclass(frozen=True, eq=False, slots=True)
class CutRecipe:
    """Recipe of a cut: its target rows, its divisor, and the LP point that determines which designs fly."""

    demand: int
    before: int | None
    divisor: float
    x: Floats


def with_flight_cuts(state: SearchState, lp: Solution, passes: int = DEFAULT.cut_passes) -> Solution:
    """Add cuts to the matrix of a search state and return the LP optimum with them; the given one without any."""
    matrix, flights, found = state.matrix, FlightCuts(state.matrix), list[Cut]()
    for _ in range(passes):
        left = state.left()
        if lp.x is None or state.finished or (left is not None and lp.seconds > TIME_SHARE * left):
            break
        recipes = _useful_recipes(state, lp)
        more = [cut for cut in map(flights.cut, recipes) if cut is not None]
        if not more:
            break
        solved = solve(
            with_cuts(matrix, [*found, *more], CUT_ROW), state.limits(1.0, 0.0), relax=True, stop=state.options.stop,
            basis=lp.basis, options=STEEPEST,
        )  # fmt: skip
        if solved.x is None or solved.row_dual is None or solved.bound <= lp.bound:
            break
        enough = solved.bound - lp.bound < _min_gain(state, lp.bound)
        found, lp = _active_cuts(matrix, [*found, *more], solved)
        state.tighten(with_cuts(matrix, found, CUT_ROW), lp.basis, [cut.derivation for cut in found])
        state.raise_bound(lp.bound, lp.certificate, "cuts", state.lp_proof(lp.row_dual))
        if enough or matrix.columns >= SIFT_AGAIN_FROM_COLUMNS:
            break
    return lp


def _active_cuts(matrix: Matrix, cuts: list[Cut], lp: Solution) -> tuple[list[Cut], Solution]:
    """Return the active cuts of an LP optimum, and the optimum without the rows of the slack ones."""
    assert lp.x is not None
    assert lp.row_dual is not None
    active = [n for n, cut in enumerate(cuts) if cut.violation(lp.x) > -LOOSE or lp.row_dual[matrix.rows + n] != 0.0]
    rows = np.concatenate([np.arange(matrix.rows), matrix.rows + np.array(active, dtype=np.int64)])
    basis = None if lp.basis is None else (lp.basis[0], lp.basis[1][rows])
    return [cuts[n] for n in active], replace(lp, row_dual=lp.row_dual[rows], basis=basis)


def _useful_recipes(state: SearchState, lp: Solution) -> list[CutRecipe]:
    """Return the recipes of cuts that raise the bound of the model restricted to the load kinds that the LP uses."""
    assert lp.x is not None
    sub_mip = SubMip.of(_restricted_to_used(state.matrix, lp.x))
    flights, cuts, recipes = FlightCuts(sub_mip.matrix), list[Cut](), list[CutRecipe]()
    # No column that the optimum uses is left out, so that it is one of the sub-model.
    point = replace(lp, incumbent=replace(lp.incumbent, x=lp.x[sub_mip.columns]), basis=sub_mip.basis(lp.basis))
    for _ in range(ROUNDS):
        if point.x is None or state.finished:
            break
        new = flights.violated(point.x)
        if not new:
            break
        x = sub_mip.expand(point.x)
        cuts += [cut for _, cut in new]
        recipes += [_in_full_model(recipe, sub_mip, x) for recipe, _ in new]
        before = point.bound
        point = solve(
            with_cuts(sub_mip.matrix, cuts, "cuts.new"), state.limits(1.0, 0.0), relax=True, stop=state.options.stop,
            basis=point.basis,
        )  # fmt: skip
        if point.bound - before < _min_gain(state, before) / ROUNDS:
            break
    if point.x is None or point.bound - lp.bound < _min_gain(state, lp.bound):
        return []
    return [recipe for recipe, cut in zip(recipes, cuts, strict=True) if cut.violation(point.x) > -LOOSE]


def _restricted_to_used(matrix: Matrix, x: Floats) -> Matrix:
    """Restrict the matrix to the vehicles and designs that a point uses, for all shells; other loads are closed."""
    names, closed = matrix.column_names, loads_and_routes(matrix)
    vehicles, used_designs = set[str](), set[str]()
    for j in np.flatnonzero((x > USED) & closed).tolist():
        vehicle, design = names.indices[j][:2]
        vehicles.add(vehicle)
        used_designs.add(design)
    for component in RESTRICTED:
        for j in matrix.columns_of(component).tolist():
            vehicle, design = names.indices[j][:2]
            closed[j] = not (vehicle in vehicles and (component != LOADED or design in used_designs))
    return matrix.with_(upper=np.where(closed, matrix.lower, matrix.upper))


def _min_gain(state: SearchState, bound: float) -> float:
    return MIN_GAIN_SHARE * state.options.limits.gap * abs(bound)


def _in_full_model(recipe: CutRecipe, sub_mip: SubMip, x: Floats) -> CutRecipe:
    """Return the recipe with the rows and the point of the full model."""
    before = None if recipe.before is None else int(sub_mip.rows[recipe.before])
    return CutRecipe(int(sub_mip.rows[recipe.demand]), before, recipe.divisor, x)


class FlightCuts:
    """Separator of flight rounding cuts: rows and columns that connect the target of a period with flights."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix, self.by_row = matrix, sp.csr_matrix(matrix.a)
        demand = matrix.rows_of(Row.TARGET_DEMAND)
        self.demand = demand[(matrix.row_lower[demand] > 0) & np.isinf(matrix.row_upper[demand])]
        self.loaded, self.placed = matrix.columns_of(LOADED), matrix.columns_of(Var.NODES_PLACED)
        self.arrival, self.arrives = self._entries(Row.NODES_ARRIVAL, self.loaded)
        self.placing, self.places = self._entries(Row.NODES_ARRIVAL, self.placed)
        self.lift, takes = self._entries(Row.LAUNCH_LIFT, self.loaded)
        self.takes = np.abs(takes)
        self.carried = (self.lift >= 0) & (self.arrival >= 0) & (self.takes > 0)
        # A lift row is at most 0, or at least 0 with all signs turned.
        self.sense = np.where(np.isinf(matrix.row_upper), 1.0, -1.0)
        numbers: dict[str, int] = {}
        designs = (matrix.column_names.indices[j][1] for j in self.loaded.tolist())
        self.design = np.array([numbers.setdefault(design, len(numbers)) for design in designs], dtype=np.int64)

    def violated(self, x: Floats) -> list[tuple[CutRecipe, Cut]]:
        """Find the most violated cut of each target period at an LP point; periods without one are left out."""
        used_loads, found = self._used_loads(x), []
        for n, demand in enumerate(self.demand.tolist()):
            best: tuple[CutRecipe, Cut] | None = None
            for before in (None, *self.demand[max(0, n - LOOK_BACK_PERIODS) : n].tolist()):
                total, divisors = self._aggregated(demand, before, x, used_loads)
                minimum = MIN_VIOLATION if best is None else best[1].violation(x)
                violated = total.most_violated(divisors, x, minimum)
                if violated is not None:
                    best = CutRecipe(demand, before, violated[0], x), violated[1]
            if best is not None:
                found.append(best)
        return found

    def cut(self, recipe: CutRecipe) -> Cut | None:
        """Build the cut of a recipe that was found in a sub-model of this matrix."""
        total, _ = self._aggregated(recipe.demand, recipe.before, recipe.x, self._used_loads(recipe.x))
        return total.rounded(recipe.divisor)

    def _used_loads(self, x: Floats) -> tuple[Bools, Bools]:
        """Return masks of the loads that a point uses, and of all loads of the designs that it uses."""
        used = x[self.loaded] > USED
        designs = np.zeros(int(self.design.max(initial=-1)) + 1, dtype=bool)
        designs[self.design[used]] = True
        return used, designs[self.design]

    def _aggregated(
        self, demand: int, before: int | None, x: Floats, used_loads: tuple[Bools, Bools]
    ) -> tuple[AggregatedRow, Floats]:
        """Aggregate the rows of a period; also return the values of full flights of the point as divisors."""
        counts, times = self._row(demand), np.zeros(self.matrix.rows)
        times[demand] = 1.0
        if before is not None:
            earlier = self._row(before)
            both = (earlier > 0) & (x > USED)
            stays = float((counts[both] / earlier[both]).max(initial=0.0))
            counts, times[before] = counts - stays * earlier, -stays
        adds = counts[self.placed]
        passed = (adds > ZERO_SHARE * np.abs(adds).max(initial=0.0)) & (self.placing >= 0)
        times[self.placing[passed]] = -adds[passed] / self.places[passed]
        full = self._full_flight_values(times, used_loads)
        used = full[-1][full[-1] > 0]
        flight = np.where(full[2] > 0, full[2], np.where(full[1] > 0, full[1], full[0]))
        divisors = np.unique(np.quantile(used, np.linspace(0, 1, DIVISORS))) if used.size else used
        return AggregatedRow(self.matrix, self.by_row, times + self.sense * flight), divisors

    def _full_flight_values(self, times: Floats, used_loads: tuple[Bools, Bools]) -> Floats:
        """Return the value of a full flight for each lift row: of the best load, of designs used, of loads used."""
        value, of = np.zeros(len(self.loaded)), self.carried
        value[of] = times[self.arrival[of]] * self.arrives[of] / self.takes[of]
        full = np.zeros((3, self.matrix.rows))
        for level, chosen in enumerate((of, of & used_loads[1], of & used_loads[0])):
            np.maximum.at(full[level], self.lift[chosen], value[chosen])
        return full

    def _entries(self, component: str, columns: Indices) -> tuple[Indices, Floats]:
        """Return for each column its row of a component, -1 for none, and its coefficient there."""
        inside = np.zeros(self.matrix.rows, dtype=bool)
        inside[self.matrix.rows_of(component)] = True
        a = sp.csc_matrix(self.matrix.a[:, columns])
        column, kept = np.repeat(np.arange(len(columns)), np.diff(a.indptr)), inside[a.indices]
        row, coefficient = np.full(len(columns), -1), np.zeros(len(columns))
        row[column[kept]], coefficient[column[kept]] = a.indices[kept], a.data[kept]
        return row, coefficient

    def _row(self, i: int) -> Floats:
        row = np.zeros(self.matrix.columns)
        own = slice(self.by_row.indptr[i], self.by_row.indptr[i + 1])
        row[self.by_row.indices[own]] = self.by_row.data[own]
        return row
