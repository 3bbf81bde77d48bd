"""Cost of one active limit: what the objective gains where the key behind it is relaxed by about a tenth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from solver.search.variants.conflict import Limit

NOTHING_SHARE = 1e-8
"""Share of the objective up to which a saving is a matter of tolerances."""


@dataclass(frozen=True, slots=True)
class DateMove:
    """Interval of an earliest date with one limit relaxed, by the names of periods.

    ``earliest`` is the first period that is not proven impossible with it, ``reached`` that of the plan found. The
    months are those by which the date is at least and at most earlier. ``share`` is the largest share of the target
    that the LP relaxation meets in the period before the date of the plan, None where that LP was not solved in time,
    and ``share_now`` that of the file as it is.
    """

    earliest: str
    reached: str
    least_months: int
    most_months: int
    share: float | None
    share_now: float


@dataclass(frozen=True, slots=True)
class LimitCost:
    """Cost of one limit: the key relaxed by about a tenth, and what that saves.

    ``dual_saving`` is the saving by the duals of the LP relaxation. ``plan`` and ``bound`` are those with the limit
    relaxed, ``least_saving`` and ``most_saving`` the interval that they prove with plan and bound of the file; None
    where it was not solved again. All in the unit of the objective; for the most power and for the earliest date a
    saving is what is gained, for a date in periods, with its ``date``.
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
    plan: float | None = None
    bound: float | None = None
    date: DateMove | None = None

    @property
    def distinguishable(self) -> bool | None:
        """True where the saving is proven to be more than nothing; None where it was not solved again."""
        return None if self.least_saving is None else self.least_saving > 0

    def against(self, objective: float, bound: float, grows: bool) -> LimitCost:
        """Return the same with the interval of its saving, from plan and bound of the file as it is.

        Where more of the objective is better it ``grows``.
        """
        if self.plan is None or self.bound is None:
            return self
        sign = -1.0 if grows else 1.0
        # Every plan of the file is one with a looser limit, so nothing is lost.
        plan = (max if grows else min)(objective, self.plan)
        nothing = NOTHING_SHARE * max(1.0, abs(objective))
        least, most = (
            saving if saving > nothing else 0.0 for saving in (sign * (bound - plan), sign * (objective - self.bound))
        )
        return replace(self, least_saving=least, most_saving=max(least, most))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> LimitCost:
        """Return the cost of its JSON."""
        date = None if data["date"] is None else DateMove(**data["date"])
        return cls(**{**data, "options": tuple(data["options"]), "date": date})
