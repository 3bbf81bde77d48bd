"""Experience: purchases of learning components in a plan, and their effect on prices.

Experience is in MUSD at catalogue prices, those of the start of the plan. The cost of a period is the spending along
the curve from the experience at its start to that at its end, times the exogenous price change. Its mean over the
catalogue price is the price factor of all units bought in that period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from solver.economics.refuelling import flights_each
from solver.horizon.periods import PlanningHorizon
from solver.instance.learning import Component, price_changes
from solver.instance.schema import Instance
from solver.physics.learning import Curve
from solver.plan import Decisions, Design

Factors = Mapping[tuple[str, int], float]


@dataclass(frozen=True, slots=True)
class ExperiencePath:
    """Experience of one component by period.

    ``bought``: purchases, MUSD at catalogue prices; ``experience``: at the end of the period; ``mean_factor``: mean
    price factor paid in the period.
    """

    curve: Curve
    bought: Mapping[int, float] = field(default_factory=dict)
    experience: Mapping[int, float] = field(default_factory=dict)
    mean_factor: Mapping[int, float] = field(default_factory=dict)


def curve_of(component: Component) -> Curve:
    """Return the learning curve of a component; experience in MUSD at catalogue prices."""
    return Curve(component.initial_experience_musd, component.rate_share, component.floor_share)


def component_of_part(instance: Instance, part: str) -> str | None:
    """Return the component of a part of a node; None if the part does not learn."""
    return next((e for e, component in instance.learning.components.items() if part in component.parts), None)


def component_of_vehicle(instance: Instance, vehicle: str) -> str | None:
    """Return the component of the flights of a vehicle; None if they do not learn."""
    return next((e for e, component in instance.learning.components.items() if vehicle in component.vehicles), None)


def node_musd(component: Component, design: Design) -> float:
    """Return the catalogue price of a component's parts in one node, MUSD."""
    return sum(design.cost_musd.get(part, 0.0) for part in component.parts)


def price_change(instance: Instance, component: Component) -> float:
    """Return the exogenous yearly price change of a component; all its parts share one."""
    in_use = {name: instance.platforms[name] for name in instance.use.platforms}
    hardware = instance.money.hardware_price_change_share_per_year
    return next(iter(price_changes(component, in_use, instance.technology, hardware).values()), 0.0)


def exogenous_price_factor(instance: Instance, component: Component, horizon: PlanningHorizon, t: int) -> float:
    """Return the price of a period over the catalogue price from the exogenous price change alone."""
    return float((1.0 + price_change(instance, component)) ** horizon.middle(t))


def experience_paths(instance: Instance, designs: Iterable[Design], decisions: Decisions) -> dict[str, ExperiencePath]:
    """Compute the experience of each component under a plan's decisions."""
    horizon, described = PlanningHorizon.of(instance.horizon), {(d.name, d.shell): d for d in designs}
    paths = {}
    for e, component in instance.learning.components.items():
        bought: dict[int, float] = defaultdict(float)
        for (_, k, s, t), count in decisions.loaded.items():
            bought[t] += node_musd(component, described[k, s]) * count
        for v, t, count in _flights(instance, decisions):
            if v in component.vehicles:
                bought[t] += instance.vehicles[v].flight_musd * count
        paths[e] = trace_experience(curve_of(component), horizon, bought)
    return paths


def _flights(instance: Instance, decisions: Decisions) -> Iterator[tuple[str, int, int]]:
    """Yield each paid flight to any destination: vehicle, period, count."""
    vehicles = instance.vehicles
    yield from ((v, t, flights_each(vehicles[v], s) * count) for (v, s, t), count in decisions.flights.items())
    yield from ((v, t, count) for (v, t), count in decisions.tankers.items())
    if instance.moon is not None:
        landers = instance.moon.landers
        yield from ((landers[d].vehicle, t, count) for (d, t), count in decisions.landings.items())


def trace_experience(curve: Curve, horizon: PlanningHorizon, bought: Mapping[int, float]) -> ExperiencePath:
    """Compute experience and price factors along a curve from the purchases of each period."""
    experience, factor = {}, {}
    now = curve.start
    for t in horizon.periods:
        before, now = now, now + bought.get(t, 0.0)
        experience[t] = now
        factor[t] = (curve.spend(now) - curve.spend(before)) / (now - before) if now > before else curve.factor(now)
    return ExperiencePath(curve, dict(bought), experience, factor)


def mean_factors(instance: Instance, designs: Iterable[Design], decisions: Decisions) -> dict[tuple[str, int], float]:
    """Compute the price factor of each component in each period of a plan."""
    paths = experience_paths(instance, tuple(designs), decisions)
    return {(e, t): factor for e, path in paths.items() for t, factor in path.mean_factor.items()}
