"""Criterion of a yes/no question on the best plan, and the two sides into which it divides the plans.

Where the question is about the plan itself (``orbit_share>50%``) each side is the model with a row that forces the
answer. Where it is about the cost, or about whether there is a plan at all, one side is the model as it is, and the
other a constant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from solver.ask.common.measures import MEASURES, measure, seeds
from solver.ask.common.model import Model
from solver.economics.levelised import (
    LEVELISED_KINDS,
    asked_stocks,
    present_stock_years,
    usd_per_pflop_hour,
    usd_per_w_year,
)
from solver.errors import UsageError
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.validation_issues import hint
from solver.milp.matrix import Matrix

MOON_USED, REACHABLE, COST, LEVELISED = "moon_used", "reachable", "cost", "levelised"
NAMES = (*MEASURES, MOON_USED, REACHABLE, COST, LEVELISED)
_FORM = re.compile(r"\s*([a-z_]+)\s*(?:(>=|<=|>|<)\s*([0-9.eE+-]+)\s*(%?))?\s*")
EXPECTED = "expected orbit_share>50%, moon_share>10%, mass<30, moon_used, reachable, cost<50000 or levelised<17"


@dataclass(frozen=True, slots=True)
class Criterion:
    """Yes/no question: a name, and for a comparison the level and whether yes lies above it.

    ``cost`` is in MUSD, ``levelised`` in USD per W and year (for computing: per PFLOP/s and hour), ``mass`` in kt.
    """

    name: str
    level: float = 0.0
    above: bool = True

    @classmethod
    def of(cls, text: str) -> Criterion:
        """Read a question such as ``orbit_share>50%``; UsageError for another one."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise UsageError(f"--when: found {text!r}, {EXPECTED}")
        name, sign, number, percent = match.groups()
        if name not in NAMES:
            raise UsageError(f"--when: found {name!r}, {EXPECTED}{hint(name, NAMES)}")
        if (sign is None) != (name in (MOON_USED, REACHABLE)):
            raise UsageError(f"--when: found {text!r}, {EXPECTED}")
        if sign is None:
            return cls(name)
        try:
            level = float(number) / (100.0 if percent else 1.0)
        except ValueError:
            raise UsageError(f"--when {name}: found {number!r}, expected a number") from None
        if name.endswith("_share") and not 0.0 <= level <= 1.0:
            raise UsageError(f"--when {name}: found {number}{percent}, expected a share from 0 to 1, or 0% to 100%")
        if name in (COST, LEVELISED) and sign.startswith(">"):
            raise UsageError(f"--when {name}: found {sign}, expected <: the least cost is asked for")
        return cls(name, level, sign.startswith(">"))

    @property
    def forces(self) -> bool:
        """True where a row forces each answer; otherwise the model as it is decides, against a constant."""
        return self.name in (*MEASURES, MOON_USED)

    @property
    def text(self) -> str:
        """Question as it was asked."""
        if self.name in (MOON_USED, REACHABLE):
            return self.name
        level = f"{100 * self.level:g}%" if self.name.endswith("_share") else f"{self.level:g}"
        return f"{self.name}{'>' if self.above else '<'}{level}"

    def forced(self, model: Model, yes: bool) -> Matrix:
        """Return the matrix with one answer forced; UsageError where the instance cannot have both."""
        instance, loose = model.loaded.instance, model.loose
        if self.name != MOON_USED:
            found = measure(self.name, instance, model.derived, model.matrix)
            return found.limited(loose, self.level, self.above is yes)
        landed = seeds(loose)
        if landed is None:
            raise UsageError("--when moon_used: found no seed to land, expected use.moon")
        return landed.limited(loose, 1.0 if yes else 0.0, at_least=yes)

    def constant_musd(self, model: Model) -> float:
        """Return the net cost, MUSD, below which the answer is yes."""
        if self.name == REACHABLE:
            return 1.0
        if self.name == COST:
            return self.level
        instance, horizon = model.loaded.instance, model.derived.horizon
        if instance.target.kind not in LEVELISED_KINDS:
            raise UsageError(
                f"--when levelised: found target.kind {instance.target.kind}, expected power_alive or computing"
            )
        present = present_stock_years(horizon, asked_stocks(instance, horizon))
        unit = usd_per_pflop_hour if instance.target.kind in COMPUTE_KINDS else usd_per_w_year
        return self.level / unit(1.0, present)
