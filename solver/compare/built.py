"""Purchases and flights of compared plans by year: what each plan has built, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from solver.tables import PlanState

Built = dict[str, dict[int, float]]
"""Amount by name and calendar year."""


def built(state: PlanState) -> Built:
    """Return the amounts that a plan decides in its window, by name and year: flights, orders, nodes and GW."""
    horizon = state.horizon
    amounts: Built = defaultdict(lambda: defaultdict(float))
    for name, t, amount in _decided(state):
        amounts[name][int((horizon.first_month / 12) + horizon.middle(t))] += amount
    return {name: dict(sorted(by_year.items())) for name, by_year in amounts.items()}


def built_rows(states: Sequence[PlanState | None]) -> list[tuple[str, str, *tuple[float, ...]]]:
    """Return a row for each name and year in which a plan decides anything, with the amount of every run."""
    found = [built(state) if state is not None else {} for state in states]
    names = dict.fromkeys(name for one in found for name in one)
    rows: list[tuple[str, str, *tuple[float, ...]]] = []
    for name in names:
        years = sorted({year for one in found for year in one.get(name, {})})
        rows += [(name, str(year), *(one.get(name, {}).get(year, 0.0) for one in found)) for year in years]
    return rows


def _decided(state: PlanState) -> Iterator[tuple[str, int, float]]:
    decisions, instance = state.plan.decisions, state.instance
    for (vehicle, t), count in state.flown.items():
        yield f"flights of {instance.vehicles[vehicle].title or vehicle}", t, count
    for (vehicle, t), count in decisions.ordered.items():
        yield f"{instance.vehicles[vehicle].title or vehicle} ordered", t, count
    for (site, t), count in decisions.pads.items():
        yield f"pads at {site}", t, count
    for (platform, t), count in decisions.lines.items():
        yield f"lines for {platform}", t, count
    for amounts in (state.loaded, state.launched):
        for (_, shell, t), nodes in amounts.items():
            yield f"nodes to {instance.shells[shell].title or shell}", t, nodes
    for (region, t), gw in decisions.ground_gw.items():
        yield f"GW in {region}", t, gw
    for (gateway, t), count in decisions.gateways.items():
        yield f"gateways at {gateway}", t, count
    for (t,), tonnes in decisions.seeds_t.items():
        yield "seed landed on the Moon, t", t, tonnes
    for (t,), count in decisions.mass_drivers.items():
        yield "mass drivers", t, count
