"""Objectives of a front beside the cost: each a row of the model, or values of the file, at a level to be met.

Launched mass, import share and Moon share are sums over a plan: a row keeps them at a level. Date, delivered computing
and survivability are set in the file: the month of the first milestone, a factor on all milestones, and the share of
the target that every contingency leaves. A plan that meets a level meets all looser ones at the same cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from solver.ask.common.lever_range import LeverRange
from solver.ask.common.measures import MEASURES
from solver.errors import UsageError, check_together
from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import month_number
from solver.instance.schema import Instance
from solver.instance.validation_issues import hint
from solver.search.variants.relaxation import month_text

COST, DATE, COMPUTING, SURVIVABILITY = "cost", "date", "computing", "survivability"
NAMES = (COST, DATE, COMPUTING, SURVIVABILITY, *MEASURES)
MOST_IS_BEST = (COMPUTING, SURVIVABILITY, "moon_share", "orbit_share")
UNITS: Mapping[str, str] = {COST: "MUSD", DATE: "month", COMPUTING: "of the target", "mass": "kt"}
FACTORS = (0.5, 1.5)
SERVED = (0.0, 0.9)
MONTHS = 24
LEAST, MOST = 2, 3
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Axis:
    """Objective beside the cost, with the loosest and the tightest level to be met; None where these are to be found.

    Dates count in months from year 0. ``usual`` levels are not asked for, and end where no plan can be.
    """

    name: str
    loosest: float | None = None
    tightest: float | None = None
    usual: bool = False

    @property
    def most(self) -> bool:
        """True where more is better."""
        return self.name in MOST_IS_BEST

    @property
    def row(self) -> bool:
        """True where a row of the model keeps the level; otherwise values of the file do."""
        return self.name in MEASURES

    @property
    def unit(self) -> str:
        """Unit of the level; empty for a share."""
        return UNITS.get(self.name, "")

    def meets(self, value: float, level: float) -> bool:
        """Return whether a value meets a level."""
        room = 1e-6 * max(1.0, abs(level))
        return value >= level - room if self.most else value <= level + room

    def levels(self, count: int) -> list[float]:
        """Return so many levels from the loosest to the tightest."""
        assert self.loosest is not None
        assert self.tightest is not None
        parts = max(1, count - 1)
        found = [self.loosest + (self.tightest - self.loosest) * n / parts for n in range(count)]
        return list(dict.fromkeys(self.rounded(x) for x in found))

    def rounded(self, level: float) -> float:
        """Return a level in whole months, or to some digits."""
        return float(round(level)) if self.name == DATE else float(f"{level:.{_DIGITS}g}")

    def changes(self, instance: Instance, level: float) -> list[str]:
        """Return the values of the file, as options ``path=value``, with which every plan meets a level."""
        if self.name == DATE:
            return [f"target.milestones.0.date={month_text(round(level))}"]
        if self.name == COMPUTING:
            return [change for n in range(len(instance.target.milestones)) for change in _scaled(instance, n, level)]
        if self.name == SURVIVABILITY:
            named = instance.network.contingencies if instance.network is not None else {}
            return [f"network.contingencies.{name}.served_share={level:.12g}" for name in named]
        return []

    def shown(self, value: float) -> float | str:
        """Return a level or value for people and JSON."""
        return month_text(round(value)) if self.name == DATE else float(f"{value:.6g}")


def axes_of(objectives: Sequence[str], ranges: Sequence[str], instance: Instance) -> tuple[Axis, ...]:
    """Return the objectives beside the cost; UsageError for unknown, repeated or too many ones, or a wrong range."""
    given: dict[str, tuple[float, float]] = {}

    def take(text: str) -> None:
        found = LeverRange.of(text, "--range", "expected NAME=LOW:HIGH, such as mass=20:30 or date=2033-01:2036-01")
        if found.path not in objectives or found.path == COST:
            raise UsageError(f"--range: found {found.path!r}, expected one of the objectives beside cost")
        if found.month is not (found.path == DATE):
            raise UsageError(f"--range {found.path}: found {text!r}, expected months for date and numbers for others")
        given[found.path] = (found.low, found.high)

    def least_cost() -> None:
        if instance.objective.kind != "least_cost":
            raise UsageError(f"objective.kind: found {instance.objective.kind}, expected least_cost for a front")

    check_together(lambda: _require_objectives(objectives), *(partial(take, text) for text in ranges), least_cost)
    return tuple(_axis(name, given.get(name), instance) for name in objectives if name != COST)


def _require_objectives(objectives: Sequence[str]) -> None:
    unknown = [name for name in objectives if name not in NAMES]
    near = {name: hint(name, NAMES).partition("; known")[0] for name in unknown}
    problems = [f"found {name!r}, expected some of {', '.join(NAMES)}{near[name]}" for name in unknown]
    problems += [f"found {name} twice, expected each once" for name in set(objectives) if objectives.count(name) > 1]
    if not LEAST <= len(objectives) <= MOST:
        problems.append(f"found {len(objectives)}, expected {LEAST} or {MOST}")
    if objectives and COST not in objectives:
        problems.append(f"found {', '.join(objectives)}, expected cost and one or two others")
    if problems:
        raise UsageError("\n".join(f"--objectives: {problem}" for problem in problems))


def _axis(name: str, given: tuple[float, float] | None, instance: Instance) -> Axis:
    low_high = given or _usual(name, instance)
    if name == SURVIVABILITY and (instance.network is None or not instance.network.contingencies):
        raise UsageError("survivability: found no network.contingencies, expected one at least that must be survived")
    if low_high is None:
        return Axis(name)
    low, high = low_high
    shares = name.endswith("_share") or name == SURVIVABILITY
    if shares and not 0.0 <= low < high <= 1.0:
        raise UsageError(f"--range {name}: found {low:g}:{high:g}, expected shares from 0 to 1")
    if name in (COMPUTING, "mass") and low <= 0.0:
        raise UsageError(f"--range {name}: found {low:g}, expected more than 0")
    return Axis(name, *((low, high) if name in MOST_IS_BEST else (high, low)), usual=given is None)


def _usual(name: str, instance: Instance) -> tuple[float, float] | None:
    """Return the range of an objective that the file sets, where none is given."""
    if name == COMPUTING:
        return FACTORS
    if name == SURVIVABILITY:
        return SERVED
    if name != DATE:
        return None
    start = month_number(instance.horizon.start)
    months = [month_number(milestone.date) for milestone in instance.target.milestones[:2]]
    ends = PlanningHorizon.of(instance.horizon).ends_month
    latest = months[1] - 1 if len(months) > 1 else int(ends[-1])
    return float(max(start + 1, months[0] - MONTHS)), float(min(latest, months[0] + MONTHS))


def _scaled(instance: Instance, n: int, factor: float) -> list[str]:
    """Return the value of one milestone times a factor."""
    given = instance.target.milestones[n].model_dump(exclude={"date"}, exclude_none=True)
    return [f"target.milestones.{n}.{key}={value * factor:.12g}" for key, value in given.items()]
