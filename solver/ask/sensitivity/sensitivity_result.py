"""Result of a sensitivity: the tornado with a proven bound and a checked plan at both ends, indices and boxes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from solver.ask.sensitivity.boxes import Box
from solver.ask.sensitivity.indices import Indices
from solver.ask.sensitivity.ranges import Support
from solver.milp.solution import Incumbent, Status


@dataclass(frozen=True, slots=True)
class End:
    """Result at one end of a range: a proven bound on the objective, a checked plan, or neither where there is no plan.

    ``infeasible`` is proven. ``screened`` is the bound of the LP relaxation with years as periods.
    """

    value: float | str
    bound: float | None = None
    plan: float | None = None
    infeasible: bool = False
    screened: float | None = None
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Bar of a tornado: a lever with both ends, what its range rests on, and the gap at the wider end.

    ``middle`` is the result without any change, a third point of the range. ``grows`` is true where more is better.
    """

    path: str
    central: float | str
    support: Support
    source: str
    low: End
    high: End
    middle: End | None = None
    grows: bool = False

    @property
    def distinguishable(self) -> bool | None:
        """True where plans and bounds prove that two points of the range differ; None where a plan is missing."""
        points = [end for end in (self.low, self.middle, self.high) if end is not None]
        if any(one.infeasible and other.plan is not None for one in points for other in points):
            return True
        known = sorted(interval(end, self.grows) for end in points if end.bound is not None)
        if any(one[1] < other[0] for n, one in enumerate(known) for other in known[n + 1 :]):
            return True
        return None if any(end.plan is None or end.bound is None for end in points) else False

    @property
    def span(self) -> float:
        """Distance of the points by their bounds, or as screened; infinite where one end has no plan at all."""
        if self.low.infeasible or self.high.infeasible:
            return math.inf
        points = [self.low, self.high, *([self.middle] if self.middle is not None else [])]
        known = [end.bound if end.bound is not None else end.screened for end in points]
        values = [value for value in known if value is not None]
        return max(values) - min(values) if len(values) > 1 else 0.0

    @property
    def gap(self) -> float | None:
        """Distance of plan and bound at the end where it is larger; None without both."""
        gaps = [abs(e.plan - e.bound) for e in (self.low, self.high) if e.plan is not None and e.bound is not None]
        return max(gaps, default=None)

    def to_json(self) -> dict[str, Any]:
        """Return plain data, with what follows from the ends."""
        return {**asdict(self), "distinguishable": self.distinguishable, "span": self.span, "gap": self.gap}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Sensitivity of an instance: its tornado, the widest bar first, indices, boxes, and the points that failed.

    ``per_unit`` turns the objective into USD per W and year; None where the objective is no cost.
    """

    name: str
    status: Status
    unit: str
    objective: float | None = None
    bound: float | None = None
    per_unit: float | None = None
    levers: int = 0
    bars: tuple[Bar, ...] = ()
    morris: tuple[Indices, ...] = ()
    sobol: tuple[Indices, ...] = ()
    boxes: tuple[Box, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def weak(self) -> int:
        """Bars that rest on an assumption or on general knowledge, as a count."""
        return sum(bar.support in (Support.ASSUMPTION, Support.GENERAL) for bar in self.bars)

    @property
    def relayed(self) -> int:
        """Bars that rest on a weak relay of a source, as a count."""
        return sum(bar.support is Support.RELAY for bar in self.bars)

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``sensitivity --json``."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        listed = {name: [asdict(one) for one in plain[name]] for name in ("morris", "sobol", "boxes")}
        return {**plain, **listed, "bars": [bar.to_json() for bar in self.bars], "resting_on_assumption": self.weak,
                "resting_on_relay": self.relayed}  # fmt: skip


def interval(end: End, grows: bool = False) -> tuple[float, float]:
    """Return the interval from the lower to the higher of bound and plan of an end with a bound.

    Without a plan it is open towards the worse side: higher, or where more is better lower.
    """
    assert end.bound is not None
    sign = -1.0 if grows else 1.0
    plan = math.inf if end.plan is None else sign * end.plan
    # A bound on the wrong side of a plan is an alarm, and no interval.
    bound = Incumbent(objective=plan, bound=sign * end.bound).bound
    return (bound, plan) if sign > 0 else (-plan, -bound)
