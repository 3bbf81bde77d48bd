"""Instance with years as periods, by which levers are screened."""

from __future__ import annotations

from solver.ask.common.question import with_instance
from solver.errors import KardashevError
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import Loaded
from solver.instance.schema import Instance

MONTHS = 12
FEWER = 0.7
"""Periods of years over periods of the instance, up to which years are worth it for screening."""


def with_years(loaded: Loaded[Instance]) -> Loaded[Instance]:
    """Return the instance with years as periods where they are far fewer; else the same."""
    horizon = PlanningHorizon.of(loaded.instance.horizon)
    months = [horizon.ends_month[t] - horizon.starts_month(t) for t in horizon.window]
    years, rest = divmod(sum(months), MONTHS)
    if rest or years > FEWER * len(months):
        return loaded
    data = loaded.instance.model_dump(mode="json", by_alias=True)
    data["horizon"]["periods"] = [{"count": years, "length": "year"}]
    try:
        return with_instance(loaded, Instance.model_validate(data))
    except (ValueError, KardashevError):
        return loaded
