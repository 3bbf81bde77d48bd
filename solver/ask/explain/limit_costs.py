"""Costs of the active limits of a plan: ranked by the duals of the LP relaxation, then solved with one of them relaxed.

With integer counts fixed, the duals of cadence, pads and licences mean nothing; those of the LP relaxation rank. Each
key is relaxed by a tenth and its rows are derived anew, so that their duals price the key of the file. The first ones
are then solved again, for a plan and a bound.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from solver.ask.common.journal import Journal
from solver.ask.common.question import with_instance
from solver.ask.explain.duals import Duals
from solver.ask.explain.levers import DOUBLING, Lever, applied, options_between
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.errors import KardashevError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.run.gap import GROWS, Conversion
from solver.run.outcome import conversion_of
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.search.variants.conflict import Limit
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.relaxation import Relaxation
from solver.tables import PlanState
from solver.tables.active_limits import active_limits

TENTH = math.log(1.1) / DOUBLING
"""Effort that relaxes a limit by a tenth."""
MONTHS = 3
"""Months by which a date is relaxed."""
SOLVED = 4
"""Limits that are solved again; the others are ranked by the duals alone."""
LEAST_SECONDS = 2.0
NOTHING_SHARE = 1e-9
"""Share of the objective below which a saving by duals is a matter of tolerances."""
EARLIEST = "earliest_date"
KEYS_BEHIND = {
    "launch.growth": ("launch.cadence",),
    "launch.subannual_rate": ("launch.cadence",),
    "fleet.growth": ("fleet.cap",),
    "fleet.expendable_stock": ("fleet.cap", "fleet.balance"),
    "lines.growth": ("lines.cap",),
    "landings.imports": ("landings.cargo",),
    "network.downlink": ("network.traffic",),
}
"""Constraints of the keys behind an active limit, where they are not its own."""
ONE_PLACE = ("accelerators", "the Moon", "propellant")
"""Places of active limits that no key names."""


@dataclass(frozen=True, slots=True)
class LimitCost:
    """Cost of one limit: the key relaxed by about a tenth, and what that saves.

    ``dual_saving`` is the saving by the duals of the LP relaxation, ``least_saving`` and ``most_saving`` the interval
    that plans and bounds prove; None where it was not solved again. All in the unit of the objective; for the most
    power and for the earliest date a saving is what is gained.
    """

    constraint: str
    place: str
    key: str
    unit: str
    found: Limit
    relaxed: Limit
    options: tuple[str, ...]
    dual_saving: float | None = None
    least_saving: float | None = None
    most_saving: float | None = None

    @property
    def distinguishable(self) -> bool | None:
        """True where the saving is proven to be more than nothing; None where it was not solved again."""
        return None if self.least_saving is None else self.least_saving > 0

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> LimitCost:
        """Return the cost of its JSON."""
        return cls(**{**data, "options": tuple(data["options"])})


@dataclass(slots=True)
class LimitCosts:
    """Study of the costs of the active limits of one plan with its bound, within a time limit.

    Answered points are kept in a journal.
    """

    loaded: Loaded[Instance]
    options: Options
    ends: float
    stop: threading.Event
    on_stage: Callable[[str], None]
    journal: Journal = field(default_factory=lambda: Journal(None, {}))

    def costs(self, state: PlanState, objective: float, bound: float | None) -> list[LimitCost]:
        """Return the costs of the active limits, the dearest first."""
        levers = {lever.path: lever for lever in self._levers(state)}
        ranked = self._ranked(list(levers.values()))
        solved = [self._solved(cost, self._relaxed(levers[cost.key]), objective, bound) for cost in ranked[:SOLVED]]
        return [*solved, *ranked[SOLVED:]]

    def _ranked(self, levers: Sequence[Lever]) -> list[LimitCost]:
        """Return the costs of the keys by the duals, the dearest first; kept in the journal where time was enough."""
        point = {"point": "duals", "keys": [lever.path for lever in levers]}
        known = self.journal.kept(point)
        if known is not None:
            return [LimitCost.of(data) for data in known["costs"]]
        duals, found = self._duals(), list[LimitCost]()
        for lever in levers:
            if self._late():
                break
            self.on_stage(f"pricing a tenth of {lever.path}")
            changed, r = self._relaxed(lever), lever.relaxation
            cost = LimitCost(
                r.constraint, r.place, r.path, r.unit, lever.shown(r.given), lever.shown(_by_a_tenth(lever)),
                tuple(options_between(self.loaded.instance, changed)),
                None if duals is None else self._dual_saving(duals, changed),
            )  # fmt: skip
            found.append(cost)
        found.sort(key=lambda cost: -(cost.dual_saving or 0.0))
        if not self._late():
            self.journal.answer(point, lambda: {"costs": [asdict(cost) for cost in found]})
        return found

    def _relaxed(self, lever: Lever) -> Instance:
        return applied(self.loaded.instance, [lever], [_by_a_tenth(lever)])

    def _levers(self, state: PlanState) -> list[Lever]:
        """Return the keys behind the active limits."""
        active = dict.fromkeys((limit.constraint, limit.place) for limit in active_limits(state))
        known = relaxations(self.loaded.instance, selected_designs(self.loaded.instance)[0])
        behind = [r for a in active for r in known if _is_behind(r, *a) and not r.alone]
        return [Lever(r) for r in {r.path: r for r in behind}.values()]

    def _duals(self) -> Duals | None:
        """Return the duals of the LP relaxation; None where it has none in time."""
        if self.loaded.instance.objective.kind == EARLIEST:
            return None
        limits = Limits(seconds=max(LEAST_SECONDS, self.ends - time.monotonic()))
        try:
            return Duals.of(self._matrix(self.loaded.instance)[0], limits, self.stop)
        except KardashevError:
            return None

    def _dual_saving(self, duals: Duals, changed: Instance) -> float | None:
        """Return by how much a changed instance is better at first order, in the unit of the objective."""
        try:
            matrix, to_unit = self._matrix(changed)
        except KardashevError:
            return None
        # A looser limit is never worse; what is below the tolerance of the duals is nothing.
        saving = self._gain(to_unit.shown(duals.value), to_unit.shown(duals.value_with(matrix)))
        return saving if saving > NOTHING_SHARE * abs(to_unit.shown(duals.value)) else 0.0

    def _matrix(self, instance: Instance) -> tuple[Matrix, Conversion]:
        derived = derive(instance, selected_designs(instance)[0])
        return compile_model(derived.coefficients), conversion_of(instance, derived)

    def _solved(self, cost: LimitCost, changed: Instance, objective: float, bound: float | None) -> LimitCost:
        """Return a cost with the interval of its saving, from a plan and a bound of the relaxed instance."""
        point = {"point": "limit", "options": list(cost.options), "objective": objective, "bound": bound}
        known = self.journal.kept(point)
        if known is not None:
            return LimitCost.of(known)
        seconds = (self.ends - time.monotonic()) / SOLVED
        if self.stop.is_set() or seconds < LEAST_SECONDS or bound is None:
            return cost
        self.on_stage(f"solving again with {cost.key} relaxed")
        trial = with_instance(self.loaded, changed)
        limits = replace(self.options.limits, seconds=seconds)
        outcome = solve_loaded(trial, replace(self.options, limits=limits), Callbacks(stop=self.stop))
        if outcome.bound is None:
            return cost
        # Every plan is one of the relaxed instance as well, so nothing is lost, and it stands in where none is found.
        found = objective if outcome.objective is None or not outcome.checked else outcome.objective
        least = max(0.0, self._gain(bound, found))
        most = max(least, self._gain(objective, outcome.bound))
        solved = replace(cost, least_saving=least, most_saving=most)
        self.journal.answer(point, lambda: asdict(solved))
        return solved

    def _gain(self, before: float, after: float) -> float:
        return after - before if self.loaded.instance.objective.kind in GROWS else before - after

    def _late(self) -> bool:
        return self.stop.is_set() or time.monotonic() >= self.ends


def _by_a_tenth(lever: Lever) -> float:
    r = lever.relaxation
    if r.month:
        return lever.at(MONTHS / 12)
    return lever.at(TENTH) if r.given else min(1.0, r.loosest)


def _is_behind(relaxation: Relaxation, constraint: str, place: str) -> bool:
    """Return whether the key of a relaxation is behind an active limit at a place."""
    if relaxation.constraint not in (constraint, *KEYS_BEHIND.get(constraint, ())):
        return False
    return place in ONE_PLACE or relaxation.place == place
