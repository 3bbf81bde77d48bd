"""Gap between objective and bound as an outcome reports it: one rule for all commands.

The scale of a plan is its gross present cost (for power the target itself): where salvage pays for nearly everything,
or nothing is bought, the net cost is nearly nothing beside it. A difference that is nothing on this scale counts as
closed, and a cost that is nearly nothing has no per cent: its gap is a share of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.plan import Claims

UNITS = {"least_cost": "MUSD", "most_value": "MUSD", "most_power": "factor on the target", "earliest_date": "period"}
"""Unit of objective and bound by the kind of objective."""
ALARM_SHARE = 1e-6
"""Share of the objective by which a bound may be better than a checked plan, for rounding."""
CLOSED_SHARE, CLOSED = 1e-9, {"least_cost": 1e-6, "most_value": 1e-6, "most_power": 1e-9}
"""Difference that counts as closed: a share of the scale, and an amount in the unit of the objective (1 USD)."""
NOTHING_SHARE = 1e-6
"""Share of the scale up to which an objective is nearly nothing."""


GROWS = ("most_value", "most_power")
"""Kinds of objective of which more is better."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Conversion from the minimised sense of the matrix to the unit of the outcome: a factor, then an offset."""

    factor: float
    offset: float = 0.0

    def shown(self, value: float) -> float:
        """Return a value of the matrix in the unit of the outcome."""
        return value * self.factor + self.offset

    def minimised(self, value: float) -> float:
        """Return a value of the outcome in the minimised sense of the matrix."""
        return (value - self.offset) / self.factor


@dataclass(frozen=True, slots=True)
class Gap:
    """Objective and bound of one kind of objective, with the scale on which they are compared."""

    kind: str
    objective: float
    bound: float
    scale: float = 0.0

    @classmethod
    def of(cls, kind: str, claims: Claims, bound: float) -> Gap:
        """Return the gap of a plan."""
        return cls(kind, claims.objective, bound, scale_of(kind, claims))

    @property
    def tolerance(self) -> float:
        """Difference that counts as closed."""
        return CLOSED_SHARE * max(self.scale, abs(self.objective)) + CLOSED.get(self.kind, 0.0)

    @property
    def open(self) -> float:
        """Amount by which the objective is worse than the bound; negative where the bound is better than the plan."""
        difference = self.objective - self.bound
        return -difference if self.kind in GROWS else difference

    @property
    def musd(self) -> float:
        """Gap in the unit of the objective, at least 0: for one in MUSD the gap in money."""
        return 0.0 if abs(self.open) <= self.tolerance else max(0.0, self.open)

    @property
    def contradiction(self) -> bool:
        """Contradiction: whether the bound is better than the plan by more than rounding explains."""
        return -self.open > ALARM_SHARE * abs(self.objective) + self.tolerance

    @property
    def nearly_nothing(self) -> bool:
        """True where the objective is too small for a per cent of it to mean something."""
        return self.kind not in ("earliest_date", "most_value") and abs(self.objective) <= max(
            NOTHING_SHARE * max(self.scale, abs(self.bound)), CLOSED.get(self.kind, 0.0)
        )

    @property
    def share(self) -> float | None:
        """Gap as a share of the objective, of the scale, or of at least one period; None for a contradiction."""
        if self.contradiction:
            return None
        if abs(self.open) <= self.tolerance or self.open < 0:
            return 0.0
        if self.kind == "earliest_date":
            return self.open / max(1.0, self.objective)
        if self.kind == "most_value":
            return self.open / self.scale
        whole = max(self.scale, abs(self.bound)) if self.nearly_nothing else abs(self.objective)
        return self.open / whole


def scale_of(kind: str, claims: Claims) -> float:
    """Return the scale of a plan: its gross present cost, or the target for a factor on it.

    For the most value it is that cost and the value forgone, and never the net present value, which may be nothing.
    """
    if kind == "most_value":
        return claims.cost_musd + claims.forgone_musd
    return max(abs(claims.objective), {"least_cost": claims.cost_musd, "most_power": 1.0}.get(kind, 0.0))


def alarm_text(gap: Gap, unit: str) -> str:
    """Return the alarm of a contradiction, with both numbers."""
    side = "below" if gap.kind in GROWS else "above"
    return (
        f"alarm: the bound {gap.bound:.10g} {unit} lies {side} the objective {gap.objective:.10g} {unit} of a checked "
        "plan: one of them is wrong"
    )
