"""Context of a check: instance, planning horizon, decisions, and sums over decisions that several families use."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solver.check.calendar import INSTANT, Calendar
from solver.check.refuelling import all_flights
from solver.check.substeps import Steps
from solver.check.verdict import Checker
from solver.instance.fields import Path
from solver.instance.hardware import Platform
from solver.instance.moon import Moon
from solver.instance.schema import Instance
from solver.instance.transport import Site, Vehicle
from solver.plan import Claims, Decisions, Design, Plan


@dataclass(frozen=True, slots=True)
class Context:
    """Instance and plan for the constraint families; all names and periods are known to be valid.

    ``designs`` are recomputed from the instance and are not the plan's own figures. ``placed[k,s,q]``: expected number
    of nodes that arrive, from the Earth or the Moon. ``flown[v,t]``: flights of a vehicle to all shells, to the depot
    and to the Moon. ``moon`` and ``steps`` (sub-periods of the lunar plant) are None unless the instance uses the Moon.
    """

    instance: Instance
    horizon: Calendar
    decisions: Decisions
    claims: Claims
    designs: Mapping[tuple[str, str], Design]
    checker: Checker
    placed: Mapping[tuple[str, str, int], float]
    flown: Mapping[tuple[str, int], float]
    moon: Moon | None = None
    steps: Steps | None = None

    @classmethod
    def of(cls, instance: Instance, plan: Plan, designs: Mapping[tuple[str, str], Design], tolerance: float) -> Context:
        """Build the context of a plan, with its sums over decisions."""
        horizon, moon = Calendar.of(instance.horizon), moon_of(instance)
        return cls(
            instance,
            horizon,
            plan.decisions,
            plan.claims,
            designs,
            Checker(tolerance),
            _placed(instance, plan.decisions, designs),
            _flown(instance, moon, plan.decisions),
            moon,
            Steps.of(horizon, moon) if moon is not None else None,
        )

    @property
    def counts(self) -> Checker:
        """Checker without tolerance, for integer counts."""
        return Checker(0.0)

    @property
    def horizon_years(self) -> float:
        """Length of the horizon, years."""
        return self.horizon.end(self.horizon.periods[-1])

    def in_use(self, t: int, since: str | None, until: str | None = None) -> bool:
        """Return whether a thing is usable in the whole of period t, from date ``since`` to date ``until``."""
        begun = since is None or self.horizon.start(t) >= self.horizon.year_of(since) - INSTANT
        return begun and (until is None or self.horizon.end(t) <= self.horizon.year_of(until) + INSTANT)

    def vehicle_usable(self, vehicle: Vehicle, t: int) -> bool:
        """Return whether a vehicle can fly in period t."""
        return self.in_use(t, vehicle.available_from, vehicle.available_until)

    def site_usable(self, site: Site, t: int) -> bool:
        """Return whether vehicles can fly from a site in period t."""
        return self.in_use(t, site.available_from)

    def first_use(self, item: Vehicle | Platform) -> int:
        """Return the first period in which a vehicle or platform is usable; the number of periods if there is none."""
        until = item.available_until if isinstance(item, Vehicle) else None
        usable = (t for t in self.horizon.periods if self.in_use(t, item.available_from, until))
        return next(usable, len(self.horizon.periods))

    def transfer_years(self, k: str, s: str) -> float:
        """Return the years from launch of a node to its first power, from the Earth or the Moon by its platform."""
        shell, platform = self.instance.shells[s], self.instance.platforms[self.designs[k, s].platform]
        route = shell.from_moon if platform.made_on == "moon" else None
        return shell.transfer_years if route is None else route.transfer_years

    def path_per_year(self, path: Path, years: float) -> float:
        """Return the yearly rate of a path at an instant, in years from the start; 0 before the path begins."""
        begins = self.horizon.year_of(path.from_) if path.from_ is not None else 0.0
        if years < begins - INSTANT:
            return 0.0
        value = path.start_per_year * compounded(path.growth_share_per_year, years - begins)
        if path.ceiling_per_year is not None:
            return min(value, path.ceiling_per_year)
        return value


def moon_of(instance: Instance) -> Moon | None:
    """Return the Moon of an instance; None if the instance does not use it."""
    return instance.moon if instance.use.moon else None


def _placed(
    instance: Instance, decisions: Decisions, designs: Mapping[tuple[str, str], Design]
) -> dict[tuple[str, str, int], float]:
    placed: dict[tuple[str, str, int], float] = defaultdict(float)
    for (v, k, s, q), count in decisions.loaded.items():
        placed[k, s, q] += (1.0 - instance.vehicles[v].loss_share) * count
    for (k, s, q), gw in decisions.mass_driver_launched_gw.items():
        route = instance.shells[s].from_moon
        # A shell out of reach from the Moon violates nodes.available.
        placed[k, s, q] += (1.0 - (route.loss_share if route is not None else 0.0)) * nodes_of(designs[k, s], gw)
    return dict(placed)


def _flown(instance: Instance, moon: Moon | None, decisions: Decisions) -> dict[tuple[str, int], float]:
    flown: dict[tuple[str, int], float] = defaultdict(float)
    for (v, s, t), count in decisions.flights.items():
        flown[v, t] += all_flights(instance.vehicles[v], s, count)
    for (v, t), count in decisions.tankers.items():
        flown[v, t] += count
    if moon is not None:
        for (lander, t), count in decisions.landings.items():
            flown[moon.landers[lander].vehicle, t] += count
    return dict(flown)


def nodes_of(design: Design, gw: float) -> float:
    """Return the number of new nodes of a design that have this IT power."""
    return gw / (design.power_kw * 1e-6)


def compounded(share_per_year: float, years: float) -> float:
    """Return the factor of compound change over a number of years; infinite on overflow."""
    try:
        return float((1.0 + share_per_year) ** years)
    except OverflowError:
        return math.inf
