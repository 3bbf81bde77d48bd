"""Rules of time across sections: a period must read what is demanded; practice before the plan fits its ceiling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.instance.dates import RATE_KINDS, demand_months, month_text, period_ends
from solver.instance.fields import month_number
from solver.instance.validate import Rule
from solver.instance.validation_issues import Issue, Path

if TYPE_CHECKING:
    from solver.instance.fields import Growth
    from solver.instance.hardware import Platform
    from solver.instance.network import Network
    from solver.instance.schema import Horizon, Objective, Target
    from solver.instance.transport import Site, Vehicle


def _milestones_read(target: Target, horizon: Horizon, objective: Objective) -> Iterator[Issue]:
    """A milestone lies in the horizon, and a period reads the path between it and the milestones beside it.

    A step is read from its date to the next one; on a line a milestone also bears on the way from the one before.
    """
    read = demand_months(target.kind, horizon)
    start, end = month_number(horizon.start), period_ends(horizon)[-1]
    stock = target.kind not in RATE_KINDS
    first, last = (start + 1, end) if stock else (start, int(read[-1]))
    dates = [month_number(milestone.date) for milestone in target.milestones]
    outside = False
    for i, date in enumerate(dates):
        if not first <= date <= last:
            outside = True
            at = "the end of the last period" if stock else "the middle of the last period, the last one that is read"
            span = f"{month_text(first)} to {month_text(last)}" if first < last else month_text(last)
            expected = f"{span}, {at}"
            yield ("target", "milestones", i, "date"), f"found {target.milestones[i].date}, expected {expected}"
    if outside or objective.kind == "earliest_date" or dates != sorted(set(dates)):
        return
    for i, (date, following) in enumerate(pairwise([*dates, end + 1])):
        since = date if target.interpolation == "step" or i == 0 else dates[i - 1] + 0.25
        if not any(since <= month < following for month in read):
            what = "end" if stock else "middle"
            yield (
                ("target", "milestones", i, "date"),
                f"found {target.milestones[i].date}, which no period asks for: none has its {what} from this month to "
                f"before the next milestone; expected milestones further apart, or shorter periods",
            )


def _contingencies_read(network: Network, horizon: Horizon) -> Iterator[Issue]:
    """A contingency that must be survived from a month on is asked at the end of one period at least."""
    last = period_ends(horizon)[-1]
    for name, failure in network.contingencies.items():
        if failure.from_ is not None and month_number(failure.from_) > last:
            expected = f"at most {month_text(last)}, the end of the last period"
            yield ("network", "contingencies", name, "from"), f"found {failure.from_}, expected {expected}"


def _tail_of_date(objective: Objective, horizon: Horizon) -> Iterator[Issue]:
    """The earliest date ends its search with the horizon, so that it has no tail."""
    if objective.kind == "earliest_date" and horizon.tail_years > 0:
        yield ("horizon", "tail_years"), f"found {horizon.tail_years}, expected 0 where the objective is earliest_date"


def _practised(vehicles: Mapping[str, Vehicle], platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    """A rate practised before the plan does not exceed the ceiling that the plan has to keep."""
    limits: dict[Path, Growth | None] = {}
    for name, vehicle in vehicles.items():
        limits["vehicles", name, "flights_per_year"] = vehicle.flights_per_year
        if vehicle.fleet is not None:
            limits["vehicles", name, "fleet", "production_per_year"] = vehicle.fleet.production_per_year
    for name, platform in platforms.items():
        if platform.production_line is not None:
            limits["platforms", name, "production_line", "lines_per_year"] = platform.production_line.lines_per_year
    for path, growth in limits.items():
        if growth is not None and growth.practised_per_year > (
            math.inf if growth.ceiling_per_year is None else growth.ceiling_per_year
        ):
            found, most = growth.practised_per_year, growth.ceiling_per_year
            yield (*path, "practised_per_year"), f"found {found:g}, expected at most ceiling_per_year, {most:g}"


def _practised_licence(sites: Mapping[str, Site]) -> Iterator[Issue]:
    """Flights before the plan do not exceed the licence of their site."""
    for name, site in sites.items():
        most = site.licence_flights_per_year
        if most is not None and site.practised_per_year > most:
            found = f"found {site.practised_per_year:g}, expected at most licence_flights_per_year, {most:g}"
            yield ("sites", name, "practised_per_year"), found


DATE_RULES: tuple[Rule, ...] = (_milestones_read, _contingencies_read, _practised, _practised_licence, _tail_of_date)
