"""Dates that act later or earlier than they say, because a period is looked at as a whole or at one instant.

A date is held against the instants that its rule reads: the begin of a period for ``available_from``, its end for
``available_until``, stocks, contingencies and shares of workloads, its middle for the ``from`` of a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.horizon.ramps import usable
from solver.horizon.target_path import asked_by
from solver.instance.dates import RATE_KINDS
from solver.instance.fields import Path as Rate
from solver.instance.schema import Instance
from solver.instance.validation_issues import Issue, Path

Dated = Iterator[tuple[Path, str | None]]
"""Dates of one rule with the paths of their keys."""


def date_warnings(instance: Instance) -> list[Issue]:
    """Return a warning for each date in use that no period reads at that instant, with the date that it means."""
    horizon = PlanningHorizon.of(instance.horizon)
    found = list(_milestones(instance, horizon))
    for path, date in _available_from(instance):
        if date is not None:
            found += _begins(horizon, path, date)
    for path, date in _available_until(instance):
        if date is not None:
            found += _ends(horizon, path, date)
    found += _never_whole(instance, horizon)
    for path, rate in _paths(instance):
        found += _path_begins(horizon, path, rate)
    for path, date in _counted(instance):
        found += _counts(horizon, path, date)
    return found


def _milestones(instance: Instance, horizon: PlanningHorizon) -> Iterator[Issue]:
    """Yield the milestones of a stock that are first asked after their date, and those of a rate within a period.

    On lines between milestones the path is read along them, so that only the first and the last one are shifted.
    """
    target = instance.target
    if instance.objective.kind == "earliest_date":
        return
    last = len(target.milestones) - 1
    for i, milestone in enumerate(target.milestones):
        t, year = asked_by(target, horizon, milestone.date), horizon.year_of(milestone.date)
        if target.interpolation != "step" and 0 < i < last:
            continue
        path: Path = ("target", "milestones", i, "date")
        if target.kind in RATE_KINDS:
            if not _close(horizon.start(t), year):
                span = f"{horizon.begin_date(t)} to {horizon.date(t)}"
                yield path, f"{milestone.date} is first asked for the period {span}, read at its middle"
        elif not _close(horizon.end(t), year):
            yield path, f"{milestone.date} is first asked at {horizon.date(t)}, the end of a period"


def _available_from(instance: Instance) -> Dated:
    """Yield each first month of use of things in use."""
    use = instance.use
    for name in use.vehicles:
        yield ("vehicles", name, "available_from"), instance.vehicles[name].available_from
    for name in dict.fromkeys(site for v in use.vehicles for site in instance.vehicles[v].sites):
        yield ("sites", name, "available_from"), instance.sites[name].available_from
    for name in use.platforms:
        yield ("platforms", name, "available_from"), instance.platforms[name].available_from
    for name in use.ground:
        yield ("ground", name, "available_from"), instance.ground[name].available_from
    for name, gateway in instance.network.gateways.items() if instance.network is not None else ():
        yield ("network", "gateways", name, "available_from"), gateway.available_from
    if use.moon and instance.moon is not None:
        yield ("moon", "available_from"), instance.moon.available_from
        for j, commodity in instance.moon.commodities.items():
            for i, unlock in enumerate(commodity.unlocks):
                yield ("moon", "commodities", j, "unlocks", i, "available_from"), unlock.available_from


def _available_until(instance: Instance) -> Dated:
    """Yield each month from which a thing in use is used no more."""
    for name in instance.use.vehicles:
        yield ("vehicles", name, "available_until"), instance.vehicles[name].available_until
    if instance.use.moon and instance.moon is not None:
        yield ("moon", "seed", "available_until"), instance.moon.seed.available_until


def _never_whole(instance: Instance, horizon: PlanningHorizon) -> Iterator[Issue]:
    """Yield the vehicles whose dates leave time, and yet no period that lies completely within it."""
    for name in instance.use.vehicles:
        vehicle = instance.vehicles[name]
        alone = usable(horizon, vehicle.available_from), usable(horizon, None, vehicle.available_until)
        if all(alone) and not usable(horizon, vehicle.available_from, vehicle.available_until):
            text = f"no period lies completely between {vehicle.available_from} and {vehicle.available_until}"
            yield ("vehicles", name, "available_until"), f"{text}, so it never flies in this plan"


def _paths(instance: Instance) -> Iterator[tuple[Path, Rate]]:
    """Yield each path in use."""
    for name in instance.use.ground:
        region = instance.ground[name]
        yield ("ground", name, "queue_gw"), region.queue_gw
        if region.accelerators_gw is not None:
            yield ("ground", name, "accelerators_gw"), region.accelerators_gw
    if instance.supply.accelerators_gw is not None:
        yield ("supply", "accelerators_gw"), instance.supply.accelerators_gw


def _counted(instance: Instance) -> Iterator[tuple[Path, str]]:
    """Yield each date that is read at the ends of periods, besides the target's."""
    if instance.network is None:
        return
    for name, failure in instance.network.contingencies.items():
        if failure.from_ is not None:
            yield ("network", "contingencies", name, "from"), failure.from_


def _begins(horizon: PlanningHorizon, path: Path, date: str) -> Iterable[Issue]:
    year = horizon.year_of(date)
    first = next((t for t in horizon.periods if horizon.start(t) >= year - INSTANT), None)
    if first is None:
        yield path, f"{date} lies after the begin of the last period, so it is never available in this plan"
    elif year > INSTANT and not _close(horizon.start(first), year):
        yield path, f"{date} acts from {horizon.begin_date(first)}, the first begin of a period at or after it"


def _ends(horizon: PlanningHorizon, path: Path, date: str) -> Iterable[Issue]:
    year = horizon.year_of(date)
    last = max((t for t in horizon.periods if horizon.end(t) <= year + INSTANT), default=None)
    if last is None:
        yield path, f"{date} lies before the end of the first period, so it is never available in this plan"
    elif last < horizon.periods[-1] and not _close(horizon.end(last), year):
        yield path, f"{date} acts from {horizon.date(last)}, the last end of a period at or before it"


def _path_begins(horizon: PlanningHorizon, path: Path, rate: Rate) -> Iterable[Issue]:
    if rate.from_ is None or horizon.year_of(rate.from_) <= INSTANT:
        return
    date, year = rate.from_, horizon.year_of(rate.from_)
    first = next((t for t in horizon.periods if horizon.middle(t) >= year - INSTANT), None)
    if first is None:
        yield (*path, "from"), f"{date} lies after the middle of the last period, so there is never any in this plan"
    elif not _close(horizon.start(first), year):
        begin = horizon.begin_date(first)
        yield (*path, "from"), f"{date} acts from {begin}: that period is the first whose middle lies at or after it"


def _counts(horizon: PlanningHorizon, path: Path, date: str) -> Iterable[Issue]:
    year = horizon.year_of(date)
    first = next((t for t in horizon.periods if horizon.end(t) >= year - INSTANT), None)
    if first is not None and year > INSTANT and not _close(horizon.end(first), year):
        yield path, f"{date} is first asked at {horizon.date(first)}, the end of a period"


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= INSTANT
