"""Gap between objective and bound as an outcome reports it."""

from __future__ import annotations


def reported_gap(kind: str, objective: float, bound: float) -> float:
    """Return the gap relative to the objective; for an earliest date relative to at least one period."""
    if kind == "earliest_date":
        return (objective - bound) / max(1, objective)
    return abs(objective - bound) / abs(objective) if objective else float(objective != bound)
