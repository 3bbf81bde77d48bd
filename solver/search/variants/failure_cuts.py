"""Contingency cuts: separation of network cuts that a failure makes too small, and the proof that they are valid.

Validity for every plan that survives. A flow of size ``share x mix x (demand x factor - unmet)`` exists only if the
arcs of any cut have that much capacity together, as all flow crosses them. The capacity of an arc is at most each of
these:

* a shell: ``mix x alive[s]`` (traffic of its power) and ``link_capacity[s]`` (capacity of its links);
* a relay: ``relay[s,o] x link_capacity[s]`` at one end and ``receive[s,o] x link_capacity[o]`` at the other;
* the downlink of a shell: ``downlink_capacity[s]`` times the shares of it in view of its gateways;
* a gateway: ``station[b] x (initial_in_use[b,t] + sum ordered[b,q])`` over the stations that are ready;

each times the share that the failure leaves. ``alive``, ``link_capacity`` and ``downlink_capacity`` are linear in the
placed nodes, by their rows. So, with one of these capacities chosen for each arc of a cut,

    sum over its arcs (remaining share x capacity) >= share x mix x (demand x factor - unmet)

is linear, and every plan that survives satisfies it. Failure, period, arcs and capacities are chosen at one plan, but
validity does not depend on that plan: every row strengthens the bound, and none is heuristic. Any k gateways are among
those whose outage must be survived, so the k worst of one plan give a valid row as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from formulations.names import Row, Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Matrix
from solver.search.variants.contingencies import Contingency, contingencies_at
from solver.topology.surviving_flow import CutArc, NetworkCapacities, OutageScenario, intact_flow, surviving_flow

NEAR = 1.25
"""Cuts are also added for failures with a surviving capacity below this multiple of the required delivery."""
TOLERANCE = 1e-7
"""Relative shortfall below which a failure counts as survived; the checker's tolerance is ten times as large."""


@dataclass(frozen=True, slots=True)
class ContingencyCut:
    """Contingency cut: the sum of its terms by column is at least ``rhs``."""

    failure: str
    period: int
    terms: Mapping[int, float]
    rhs: float


class FailureCutSeparator:
    """Separator of contingency cuts: network capacities of a solution vector at the end of each period."""

    def __init__(self, instance: Instance, derived: Derived, matrix: Matrix) -> None:
        self.c, self.matrix = derived.coefficients, matrix
        demand = matrix.rows_of(Row.TARGET_DEMAND)
        required = sorted(matrix.row_names.periods[demand[matrix.row_lower[demand] > -np.inf]].tolist())
        self.contingencies = [
            (t, contingency) for t in required for contingency in contingencies_at(instance, derived.horizon, t)
        ]

    def violated(self, x: Floats) -> bool:
        """Check whether there is a failure that the vector does not survive."""
        return any(self._row(x, t, contingency, 1 - TOLERANCE) is not None for t, contingency in self.contingencies)

    def separate(self, x: Floats, first: bool) -> list[ContingencyCut]:
        """Separate a cut for each failure and period that the vector does not survive, or only just.

        The ``first`` time also adds the cut behind the power of all shells, for each failure of nodes.
        """
        rows = [row for t, contingency in self.contingencies if (row := self._row(x, t, contingency, NEAR)) is not None]
        if first:
            rows += [
                self._power_cut(x, t, contingency)
                for t, contingency in self.contingencies
                if any(contingency.failure.shells.values())
            ]
        return rows

    def _power_cut(self, x: Floats, t: int, contingency: Contingency) -> ContingencyCut:
        _, terms, fixed = self._required(t, contingency, x)
        for s, q in self.c.network.stocks:
            if q == t:
                kept = 1.0 - contingency.failure.shells.get(s, 0.0)
                terms[self.matrix.column(Var.NETWORK_ALIVE, s, t)] = kept * self._mix(t)
        return _scaled(contingency.name, t, terms, fixed)

    def _row(self, x: Floats, t: int, contingency: Contingency, within: float) -> ContingencyCut | None:
        required, terms, fixed = self._required(t, contingency, x)
        if required <= 0:
            return None
        arcs = self._cut(x, t, contingency.failure)
        delivered = sum(arc.surviving_capacity for arc in arcs)
        if delivered >= required * within:
            return None
        for arc in arcs:
            capacity_terms, constant = self._capacity_terms(x, t, arc)
            fixed -= arc.kept * constant
            for j, value in capacity_terms.items():
                terms[j] = terms.get(j, 0.0) + arc.kept * value
        return _scaled(contingency.name, t, terms, fixed)

    def _required(self, t: int, contingency: Contingency, x: Floats) -> tuple[float, dict[int, float], float]:
        """Return the required delivery: its value at a vector, its terms on the left-hand side, its constant."""
        each = contingency.share * self._mix(t)
        demand, terms, fixed = self.c.target.demand[t], dict[int, float](), 0.0
        factor, unmet = self.matrix.find_column(Var.TARGET_FACTOR), self.matrix.find_column(Var.TARGET_UNMET, t)
        if factor is None:
            fixed, value = each * demand, each * demand
        else:
            terms[factor], value = -each * demand, each * demand * x[factor]
        if unmet is not None:
            terms[unmet] = each
            value -= each * x[unmet]
        return float(value), terms, fixed

    def _mix(self, t: int) -> float:
        """Return the traffic per unit of target; 1 without traffic, where the flow is the power itself."""
        return self.c.network.mix.get(t, 0.0) or 1.0

    def _cut(self, x: Floats, t: int, failure: OutageScenario) -> tuple[CutArc, ...]:
        n = self.c.network
        shells = [s for s, q in n.stocks if q == t]
        if not n.mix.get(t, 0.0):
            kept = {s: 1.0 - failure.shells.get(s, 0.0) for s in shells}
            return tuple(CutArc("shell", s, self._value(x, Var.NETWORK_ALIVE, s, t), kept[s]) for s in shells)
        gateways = {b: self._gateway_capacity(x, b, t) for b in n.gateways}
        relays = {(s, o): self._relay_capacity(x, s, o, t)[1] for s, o, q in n.relays if q == t}
        sees = {s: frozenset(b for r, b, q in n.sends if (r, q) == (s, t)) for s in shells}
        capacities = NetworkCapacities(
            shells={s: self._shell_capacity(x, s, t)[1] for s in shells},
            gateways=gateways,
            downlinks={
                s: self._downlink_share(s, sees[s]) * self._value(x, Var.NETWORK_DOWNLINK_CAPACITY, s, t)
                for s in shells
            },
            relays=relays,
            sees=sees,
        )
        here = {s: share for s, share in failure.shells.items() if s in capacities.shells}
        known = replace(failure, shells=here)
        lost = known.shells or known.gateways or known.worst_gateways
        return surviving_flow(capacities, known).cut if lost else intact_flow(capacities).cut

    def _capacity_terms(self, x: Floats, t: int, arc: CutArc) -> tuple[dict[int, float], float]:
        """Return the capacity of an arc as terms by column and a constant: its smallest bound at this vector."""
        n, name = self.c.network, arc.name
        if arc.kind == "gateway":
            assert isinstance(name, str)
            ordered = {
                self.matrix.column(Var.NETWORK_ORDERED, name, q): n.station_capacity[name] for q in n.ready[name, t]
            }
            return ordered, n.station_capacity[name] * n.initial_in_use.get((name, t), 0)
        if arc.kind == "relay":
            assert isinstance(name, tuple)
            column, _, each = self._relay_capacity(x, name[0], name[1], t)
            return {column: each}, 0.0
        assert isinstance(name, str)
        if arc.kind == "downlink":
            seen = frozenset(b for r, b, q in n.sends if (r, q) == (name, t))
            return {self.matrix.column(Var.NETWORK_DOWNLINK_CAPACITY, name, t): self._downlink_share(name, seen)}, 0.0
        column, _, each = self._shell_capacity(x, name, t)
        return {column: each}, 0.0

    def _shell_capacity(self, x: Floats, s: str, t: int) -> tuple[int, float, float]:
        """Return the binding column of a shell, its capacity, and the capacity per unit of the column."""
        alive = self.matrix.column(Var.NETWORK_ALIVE, s, t)
        mix = self._mix(t)
        carries = self.matrix.find_column(Var.NETWORK_LINK_CAPACITY, s, t)
        if carries is None or not self.c.network.mix.get(t, 0.0) or mix * x[alive] <= x[carries]:
            return alive, max(0.0, float(mix * x[alive])), mix
        return carries, max(0.0, float(x[carries])), 1.0

    def _relay_capacity(self, x: Floats, s: str, o: str, t: int) -> tuple[int, float, float]:
        n = self.c.network
        ends = [
            (n.relay_share[s, o], self.matrix.column(Var.NETWORK_LINK_CAPACITY, s, t)),
            (n.receive_share[s, o], self.matrix.column(Var.NETWORK_LINK_CAPACITY, o, t)),
        ]
        each, column = min(ends, key=lambda end: end[0] * x[end[1]])
        return column, max(0.0, float(each * x[column])), each

    def _downlink_share(self, s: str, gateways: frozenset[str]) -> float:
        return sum(self.c.network.view_share[s, b] for b in gateways)

    def _gateway_capacity(self, x: Floats, b: str, t: int) -> float:
        n = self.c.network
        ordered = sum(x[self.matrix.column(Var.NETWORK_ORDERED, b, q)] for q in n.ready[b, t])
        return max(0.0, float(n.station_capacity[b] * (n.initial_in_use.get((b, t), 0) + ordered)))

    def _value(self, x: Floats, variable: str, s: str, t: int) -> float:
        return max(0.0, float(x[self.matrix.column(variable, s, t)]))


def _scaled(name: str, t: int, terms: Mapping[int, float], rhs: float) -> ContingencyCut:
    """Scale a cut to a largest coefficient of 1."""
    size = max((abs(value) for value in terms.values()), default=0.0) or 1.0
    return ContingencyCut(name, t, {j: value / size for j, value in terms.items() if value != 0.0}, rhs / size)
