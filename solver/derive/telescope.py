"""Costs of monotone 0-1 paths as a telescoping sum over their periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solver.plan import CashFlow


def by_begin(cost: Callable[[int], list[CashFlow]], periods: Sequence[int], o: int) -> list[CashFlow]:
    """Return entries for one period of a monotone 0-1 path; their sum from its step on is the cost at the step."""
    now = cost(o)
    if o == periods[-1]:
        return now
    later = [CashFlow(m.family, m.item, m.period, -m.musd, -m.present_musd) for m in cost(o + 1)]
    return [*now, *later]
