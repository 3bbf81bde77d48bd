"""What a failure leaves of a solution, and the rows that follow where it is too little.

Why a row holds for every plan that survives. A flow of size ``share x mix x (demand x factor - unmet)`` exists only if
the arcs of any cut carry that much together: all that flows crosses them. What an arc carries is never more than any
one of the things it hangs on:

* a shell: ``mix x alive[s]`` (what its power sends) and ``link_capacity[s]`` (what its links carry);
* a relay: ``relay_share[s,o] x link_capacity[s]`` at one end, ``receive_share[s,o] x link_capacity[o]`` at the other;
* the way down from a shell: ``downlink_capacity[s]`` times the shares of it that its gateways see;
* a gateway: ``station_capacity[b] x (initial[b] + sum ordered[b,q])`` over what is ready;

each times the share the failure leaves. ``alive``, ``link_capacity`` and ``downlink_capacity`` are linear in what is
placed, by their rows. So, with one such thing chosen for each arc of a cut,

    sum over its arcs (kept share x thing) >= share x mix x (demand x factor - unmet)

is linear, and no plan that survives breaks it. Failure, period, arcs and things are taken from one plan, but that the
row holds does not depend on that plan: every row enters the bound, and none is a heuristic. Any k gateways are among
those whose loss must be survived, so the k worst of one plan give a valid row as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from formulations.names import Row, Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.matrix import Floats, Matrix
from solver.search.variants.contingencies import Contingency, cases
from solver.topology.survive import Carriers, CutArc, Failure, survival, undamaged

NEAR = 1.25
"""Where one failure breaks a plan, cuts of others come along if they leave less than this much of what is asked."""
TOLERANCE = 1e-7
"""Relative shortfall below which a failure is survived; the checker forgives ten times as much."""


@dataclass(frozen=True, slots=True)
class ContingencyCut:
    """A cut: the sum of terms by column is at least a number."""

    failure: str
    period: int
    terms: Mapping[int, float]
    least: float


class Reader:
    """What a vector means for the network: the capacities of its places at the end of a period."""

    def __init__(self, instance: Instance, derived: Derived, matrix: Matrix) -> None:
        self.c, self.matrix = derived.coefficients, matrix
        demand = matrix.rows_of(Row.TARGET_DEMAND)
        asked = sorted(matrix.row_names.periods[demand[matrix.row_lower[demand] > -np.inf]].tolist())
        self.cases = [(t, case) for t in asked for case in cases(instance, derived.horizon, t)]

    def broken(self, x: Floats) -> bool:
        """Whether there is a failure that the vector does not survive."""
        return any(self._row(x, t, case, 1 - TOLERANCE) is not None for t, case in self.cases)

    def cuts(self, x: Floats, first: bool) -> list[ContingencyCut]:
        """A row for every failure and period that the vector does not survive, or only just.

        The ``first`` time also the cut right behind the power of all shells, for every failure that takes nodes.
        """
        rows = [row for t, case in self.cases if (row := self._row(x, t, case, NEAR)) is not None]
        if first:
            rows += [self._behind_power(x, t, case) for t, case in self.cases if any(case.failure.shells.values())]
        return rows

    def _behind_power(self, x: Floats, t: int, case: Contingency) -> ContingencyCut:
        _, terms, fixed = self._asked(t, case, x)
        for s, q in self.c.network.stocks:
            if q == t:
                kept = 1.0 - case.failure.shells.get(s, 0.0)
                terms[self.matrix.column(Var.NETWORK_ALIVE, s, t)] = kept * self._mix(t)
        return _scaled(case.name, t, terms, fixed)

    def _row(self, x: Floats, t: int, case: Contingency, within: float) -> ContingencyCut | None:
        asked, terms, fixed = self._asked(t, case, x)
        if asked <= 0:
            return None
        arcs = self._cut(x, t, case.failure)
        delivered = sum(arc.left for arc in arcs)
        if delivered >= asked * within:
            return None
        for arc in arcs:
            thing, constant = self._thing(x, t, arc)
            fixed -= arc.kept * constant
            for j, value in thing.items():
                terms[j] = terms.get(j, 0.0) + arc.kept * value
        return _scaled(case.name, t, terms, fixed)

    def _asked(self, t: int, case: Contingency, x: Floats) -> tuple[float, dict[int, float], float]:
        """What must be delivered: its value at a vector, its terms on the left side, and its fixed part."""
        each = case.share * self._mix(t)
        whole, terms, fixed = self.c.target.demand[t], dict[int, float](), 0.0
        factor, unmet = self.matrix.find_column(Var.TARGET_FACTOR), self.matrix.find_column(Var.TARGET_UNMET, t)
        if factor is None:
            fixed, value = each * whole, each * whole
        else:
            terms[factor], value = -each * whole, each * whole * x[factor]
        if unmet is not None:
            terms[unmet] = each
            value -= each * x[unmet]
        return float(value), terms, fixed

    def _mix(self, t: int) -> float:
        """Traffic of a unit of target; 1 where nothing is sent, so that power itself is what flows."""
        return self.c.network.mix.get(t, 0.0) or 1.0

    def _cut(self, x: Floats, t: int, failure: Failure) -> tuple[CutArc, ...]:
        n = self.c.network
        shells = [s for s, q in n.stocks if q == t]
        if not n.mix.get(t, 0.0):
            kept = {s: 1.0 - failure.shells.get(s, 0.0) for s in shells}
            return tuple(CutArc("shell", s, self._value(x, Var.NETWORK_ALIVE, s, t), kept[s]) for s in shells)
        gateways = {b: self._station(x, b, t) for b in n.gateways}
        relays = {(s, o): self._relay(x, s, o, t)[1] for s, o, q in n.relays if q == t}
        sees = {s: frozenset(b for r, b, q in n.sends if (r, q) == (s, t)) for s in shells}
        carriers = Carriers(
            shells={s: self._shell(x, s, t)[1] for s in shells},
            gateways=gateways,
            downlinks={s: self._seen(s, sees[s]) * self._value(x, Var.NETWORK_DOWNLINK_CAPACITY, s, t) for s in shells},
            relays=relays,
            sees=sees,
        )
        here = {s: share for s, share in failure.shells.items() if s in carriers.shells}
        known = replace(failure, shells=here)
        lost = known.shells or known.gateways or known.worst_gateways
        return survival(carriers, known).cut if lost else undamaged(carriers).cut

    def _thing(self, x: Floats, t: int, arc: CutArc) -> tuple[dict[int, float], float]:
        """What an arc of a cut hangs on, as terms by column and a constant: the least of its things at this vector."""
        n, name = self.c.network, arc.name
        if arc.kind == "gateway":
            assert isinstance(name, str)
            ordered = {
                self.matrix.column(Var.NETWORK_ORDERED, name, q): n.station_capacity[name] for q in n.ready[name, t]
            }
            return ordered, n.station_capacity[name] * n.initial[name]
        if arc.kind == "relay":
            assert isinstance(name, tuple)
            column, _, each = self._relay(x, name[0], name[1], t)
            return {column: each}, 0.0
        assert isinstance(name, str)
        if arc.kind == "downlink":
            seen = frozenset(b for r, b, q in n.sends if (r, q) == (name, t))
            return {self.matrix.column(Var.NETWORK_DOWNLINK_CAPACITY, name, t): self._seen(name, seen)}, 0.0
        column, _, each = self._shell(x, name, t)
        return {column: each}, 0.0

    def _shell(self, x: Floats, s: str, t: int) -> tuple[int, float, float]:
        """What a shell offers: the column it hangs on, its value, and what a unit of the column gives."""
        alive = self.matrix.column(Var.NETWORK_ALIVE, s, t)
        mix = self._mix(t)
        carries = self.matrix.find_column(Var.NETWORK_LINK_CAPACITY, s, t)
        if carries is None or not self.c.network.mix.get(t, 0.0) or mix * x[alive] <= x[carries]:
            return alive, max(0.0, float(mix * x[alive])), mix
        return carries, max(0.0, float(x[carries])), 1.0

    def _relay(self, x: Floats, s: str, o: str, t: int) -> tuple[int, float, float]:
        n = self.c.network
        ends = [
            (n.relay_share[s, o], self.matrix.column(Var.NETWORK_LINK_CAPACITY, s, t)),
            (n.receive_share[s, o], self.matrix.column(Var.NETWORK_LINK_CAPACITY, o, t)),
        ]
        each, column = min(ends, key=lambda end: end[0] * x[end[1]])
        return column, max(0.0, float(each * x[column])), each

    def _seen(self, s: str, gateways: frozenset[str]) -> float:
        return sum(self.c.network.view_share[s, b] for b in gateways)

    def _station(self, x: Floats, b: str, t: int) -> float:
        n = self.c.network
        ordered = sum(x[self.matrix.column(Var.NETWORK_ORDERED, b, q)] for q in n.ready[b, t])
        return max(0.0, float(n.station_capacity[b] * (n.initial[b] + ordered)))

    def _value(self, x: Floats, variable: str, s: str, t: int) -> float:
        return max(0.0, float(x[self.matrix.column(variable, s, t)]))


def _scaled(name: str, t: int, terms: Mapping[int, float], least: float) -> ContingencyCut:
    """A row whose largest coefficient is 1."""
    size = max((abs(value) for value in terms.values()), default=0.0) or 1.0
    return ContingencyCut(name, t, {j: value / size for j, value in terms.items() if value != 0.0}, least / size)
