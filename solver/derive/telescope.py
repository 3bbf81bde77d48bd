"""Costs of yes/no paths: what a monotone 0-1 path costs is a sum over its periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solver.plan import CashFlow


def by_begin(cost: Callable[[int], list[CashFlow]], periods: Sequence[int], o: int) -> list[CashFlow]:
    """Entries for one period of a 0-1 path that never falls: summed from its step on, the cost of stepping there."""
    now = cost(o)
    if o == periods[-1]:
        return now
    later = [CashFlow(m.family, m.item, m.period, -m.musd, -m.present_musd) for m in cost(o + 1)]
    return [*now, *later]
