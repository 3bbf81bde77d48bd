"""Phase one: a plan where the target is tight, from points that first meet the target and then become cheaper.

Rounding fixes orders before flights, and ends without a plan where launches, lines or ramps leave little room. This
search comes first where the duals of the LP show a tight target, else where rounding has no plan.

First it dives period by period (``chronological_dive.py``), which meets most targets within some hundred warm LPs. The
first dive raises the demand by all that whole nodes are expected to lose. Later ones raise it by less: they end cheaper
and miss a little, which small MIPs around the periods concerned repair (``elastic_repair.py``). Without a plan by then,

1. every row that demands something may be missed by a share, and branch and bound minimises the sum of these shares
   until it is zero, with nodes continuous: without a cost a point that meets the target is soon found;
2. from there branch and bound minimises the cost, with nodes still continuous;
3. with all other counts fixed, nodes are made integral: first without a missed share, then cheaper. What they still
   miss is met close to that point by the largest share of all demand, where that reaches one, or repaired by small
   MIPs around the periods concerned (``elastic_repair.py``).

Whole nodes do not fill every flight. So a little more is demanded in the first two steps: what the packing is expected
to lose, as far as it costs no more than a share of the gap by the duals of the LP, and less where that is not met.
Where the repair fails, shares that are missed are demanded in addition in the next round. Where demand is missed cuts
are left out, which hold for all of it. No bound is taken from the changed objective or the raised demand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.matrix import Bools, Floats, Matrix
from solver.search.core.integers import TOLERANCE
from solver.search.core.restricted import restricted
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns, solve_sub_mip, within
from solver.search.primal.chronological_dive import ChronologicalDive
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.elastic_repair import ElasticRepair

SHARE = 0.5
"""Share of the time left for all rounds together."""
FIRST_DIVE_SHARE, DIVE_SHARE = 0.75, 0.5
"""Shares of the time left for the dives before them: until one ends in a plan, and for cheaper ones after it."""
DIVES = ((1.0, True), (0.3, True), (0.3, False), (0.1, True), (0.6, False))
"""Dives: the share of what packing loses by which each raises the demand, all of it for the first plan, and whether
orders of lines and pads are fixed before other counts. Between a share that led to a plan and a smaller one that did
not, their geometric mean is tried next; those after it begin as if it had not been."""
NEAR = 1e-3
"""Missed share of a demand up to which the end of a dive is repaired."""
MORE = 1.5
"""Factor on what a dive without a plan missed that the next one demands in addition."""
BETTER_SHARE = 0.1
"""Share of the time left for a repair where there is a plan already."""
ROUNDS = 6
"""Number of rounds, at most."""
MET_SHARE, COST_SHARE, NODES_SHARE = 0.1, 0.15, 0.08
"""Shares of the time left for the three steps of a round."""
MARGIN = 1e-4
"""Share demanded in addition where that step has no point at all."""
COUNTS, NODES = 500, 3_000
"""Node limits of a step on counts other than nodes, and of one on nodes, which is quick."""
RESERVE_SHARE, GAP_SHARE = 0.4, 0.2
"""Shares of the gap that the first raise of the demand may cost, and within which a step minimises the cost."""
ROOM_SHARE = 0.5
"""Share of the room above the demand, by the LP relaxation, that a raise may take where the first was not met."""
ENOUGH = 0.7
"""Share of the gap beyond the bound within which the cost is low enough for the nodes to be made integral."""
RADIUS, FULL_SHARE, WIDE_SHARE = 5.0, 0.1, 0.5
"""Distance of counts from a point that misses some demand within which all is met with whole nodes; shares of the time
left for this, and for the same at any distance and cost, where the repair finds nothing."""
DEARER = 0.02
"""Share of the cost by which that may become dearer."""
REPAIR_SHARE = 0.5
"""Share of the time left for the repair of a point: a plan is nowhere nearer."""
SPARE = 2.0
"""Factor on a missed share that is demanded in addition in the next round."""
STAGE = "phase one"


def phase_one(state: SearchState, lp_x: Floats, _settings: Settings) -> bool:
    """Submit a plan found by meeting the target first; return whether there is one."""
    demand, point = ElasticDemand.of(restricted(state.matrix, lp_x)), state.warm.solve(state.left())
    if point is None or not demand.rows.size:
        return False
    lost = demand.packing_loss(lp_x)
    worth = np.abs(demand.sides * point.row_dual[demand.rows])
    cost, budget = float(lost @ worth), RESERVE_SHARE * state.step_gap * abs(point.value)
    more = lost * min(1.0, budget / cost) if cost > 0 else lost
    steps = _PhaseOne(state, demand, worth, more)
    return steps.dive(lost) or steps.run()


def _room(state: SearchState, demand: ElasticDemand) -> float:
    """Return the share by which the LP relaxation can raise all demand at once."""
    limits = replace(state.limits(MET_SHARE, 0.0), work=None)
    found = solve(demand.with_factor(), limits, relax=True, stop=state.options.stop)
    state.record_termination(found.termination)
    return 0.0 if found.objective is None else max(0.0, -found.objective - 1.0)


@dataclass(slots=True)
class _PhaseOne:
    """Phase one on a restricted matrix: the worth of each demand, and the share demanded in addition by row."""

    state: SearchState
    demand: ElasticDemand
    worth: Floats
    more: Floats

    def dive(self, lost: Floats) -> bool:
        """Submit the plans of dives, the first one with all that packing loses demanded in addition."""
        state, columns = self.state, self.demand.matrix.columns
        first, later = state.budget(FIRST_DIVE_SHARE), state.budget(DIVE_SHARE)
        dives, more = ChronologicalDive.of(state, self.demand, self.worth), np.zeros(len(lost))
        open_, met = [(*each, True) for each in DIVES], np.inf
        while open_:
            share, orders_first, learns = open_.pop(0)
            budget, front = first if state.x is None else later, list(dives.front)
            if budget.exhausted() or state.finished:
                break
            raised = dives.fitted(share * lost + more, budget)
            end = dives.run(raised, budget, orders_first, state.objective)
            dives.front = dives.front if learns else front
            if end is None:
                continue
            missed = self.demand.missing(end)
            plan = end if missed.max() <= TOLERANCE else self._near(end, missed)
            if plan is not None and not state.submit_solution(plan, STAGE):
                counts = fixed_at(self.demand.matrix, plan, self.demand.matrix.integer)
                state.submit_solution(self._solved(counts, np.zeros(columns, dtype=bool), NODES_SHARE, COUNTS), STAGE)
            if state.x is None and missed.max() <= NEAR:
                more = more + MORE * missed
            if plan is not None:
                met = share
            elif share < met < np.inf:
                open_.insert(0, (float(np.sqrt(share * met)), orders_first, False))
                met = np.inf
        return state.x is not None

    def _near(self, x: Floats, missed: Floats) -> Floats | None:
        """Return a plan near the end of a dive that misses a little of its demand."""
        if missed.max() > NEAR:
            return None
        share = REPAIR_SHARE if self.state.x is None else BETTER_SHARE
        repair = ElasticRepair(self.state, self.demand, self.worth, STAGE)
        return repair.run(np.append(x, missed), self.state.budget(share))

    def run(self) -> bool:
        """Run rounds until one ends with a plan."""
        budget, start = self.state.budget(SHARE), None
        for _ in range(ROUNDS):
            if budget.exhausted() or self.state.finished:
                break
            before = self.more
            start = self._counts(start)
            if start is None or (self.more is before and self._nodes(start)):
                break
        return self.state.x is not None

    def _counts(self, point: Floats | None) -> Floats | None:
        """Return a cheap point of the raised demand in which all counts but nodes are integral.

        Where the raised demand is not met, half the raise is left for the next round, and no more than the limits leave
        room for; nodes wait for that.
        """
        raised, columns, none = self.demand.raised(self.more), self._but_nodes(), np.zeros(len(self.more), dtype=bool)
        missed = np.ones(len(self.more)) if point is None else raised.missing(point)
        if missed.max() > TOLERANCE:
            start = None if point is None else np.append(point, missed)
            met = self._solved(raised.with_missed_shares(), np.append(columns, none), MET_SHARE, COUNTS, start)
            if met is None:
                return None
            point, missed = met[: raised.matrix.columns], raised.missed(met)
        if missed.max() > TOLERANCE:
            self.more = np.minimum(self.more / 2, ROOM_SHARE * _room(self.state, self.demand))
            return point
        cheap = self._solved(raised.matrix, columns, COST_SHARE, COUNTS, point)
        return point if cheap is None else cheap

    def _nodes(self, x: Floats) -> bool:
        """Submit plans with the counts of a point and integral nodes; without any, raise the demand that is missed."""
        fixed = ElasticDemand(fixed_at(self.demand.matrix, x, self._but_nodes()), self.demand.rows)
        elastic = fixed.with_missed_shares()
        met = self._solved(elastic, elastic.integer, NODES_SHARE, NODES)
        missed = np.full(len(self.more), MARGIN) if met is None else fixed.missed(met)
        plan, around = None if met is None else met[: fixed.matrix.columns], fixed.matrix
        if plan is not None and missed.max() > TOLERANCE:
            plan = self._repaired(plan, missed)
            around = self.demand.matrix if plan is None else within(self.demand.matrix, plan, around.integer, RADIUS)
        if plan is None:
            self.more = self.more + SPARE * missed
            return False
        self.state.submit_solution(plan, STAGE)
        self.state.submit_solution(self._solved(around, around.integer, NODES_SHARE, COUNTS, plan), STAGE)
        return self.state.x is not None

    def _repaired(self, x: Floats, missed: Floats) -> Floats | None:
        """Return a plan near a point that misses some demand: all met at little more cost, or repaired at a price.

        The largest share spreads what is still missed over all periods, so the repair begins at the point itself.
        """
        plan = self._met_in_full(x, missed, RADIUS, DEARER)
        if plan is None:
            repair = ElasticRepair(self.state, self.demand, self.worth, STAGE)
            plan = repair.run(np.append(x, missed), self.state.budget(REPAIR_SHARE))
        return self._met_in_full(x, missed, np.inf, np.inf) if plan is None else plan

    def _met_in_full(self, x: Floats, missed: Floats, radius: float, dearer: float) -> Floats | None:
        """Return a plan within a distance of a point that misses some demand, by the largest share of all demand."""
        start = np.append(x, 1.0 - missed.max())
        matrix = self.demand.with_factor(self.demand.matrix.value(x) * (1 + dearer))
        near = within(matrix, start, matrix.integer, radius)
        limits = self.state.limits(FULL_SHARE if np.isfinite(radius) else WIDE_SHARE, 0.0, COUNTS)
        found = solve_sub_mip(self.state, near, matrix.integer, limits, STAGE, start, -1.0).x
        return np.asarray(found[:-1]) if found is not None and found[-1] >= 1.0 else None

    def _but_nodes(self) -> Bools:
        matrix = self.demand.matrix
        return np.asarray(matrix.integer & ~integer_columns(matrix, (Var.NODES_LOADED,)))

    def _solved(
        self, matrix: Matrix, integer: Bools, share: float, nodes: int, start: Floats | None = None
    ) -> Floats | None:
        """Return the best point of a step; it ends at the first point that misses nothing, or is cheap enough."""
        state, elastic = self.state, matrix.columns > self.demand.matrix.columns
        limits = state.limits(share, 0.0 if elastic else GAP_SHARE * state.step_gap, nodes)
        enough = 0.0 if elastic else state.bound + ENOUGH * state.step_gap * abs(state.bound)
        return solve_sub_mip(state, matrix, integer, limits, STAGE, start, enough if np.isfinite(enough) else None).x
