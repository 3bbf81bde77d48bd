"""Lines of the summary on the network: its parts, and the cost of surviving failures."""

from __future__ import annotations

from collections.abc import Iterator

from solver.plan import Plan
from solver.report import number_format
from solver.run.manifest_schema import RunSummary, SurvivabilityRecord
from solver.tables.plan_state import PlanState


def network_lines(state: PlanState, run: RunSummary) -> Iterator[tuple[str, str]]:
    """Yield heads and texts; nothing where the instance has no network."""
    found = state.network
    if found is None:
        return
    last = state.horizon.periods[-1]
    stations = {b: found.stations[b, last] for b in found.network.gateways if found.stations[b, last]}
    told = [f"{_count(sum(stations.values()), 'station')} at {_count(len(stations), 'gateway')}"]
    told.append(f"{number_format.number(sum(g for (_, t), g in found.taken.items() if t == last))} Gb/s to the ground")
    woven: dict[str, float] = {}
    for (k, _, t), stand in state.nodes.items():
        if t == last and stand.power_gw > 0:
            choices = next(d.choices for (name, _), d in state.designs.items() if name == k)
            fabric = choices.fabric if choices is not None else None
            woven[fabric or "grid"] = woven.get(fabric or "grid", 0.0) + stand.power_gw
    total = sum(woven.values())
    if total > 0 and (len(woven) > 1 or "grid" not in woven):
        ranked = sorted(woven.items(), key=lambda item: -item[1])
        told.append("power in fabrics: " + ", ".join(f"{f} {number_format.share(gw / total)}" for f, gw in ranked))
    yield "network", "; ".join(told)
    if run.survivability is not None:
        yield "survives", _survival(state.plan, run.survivability, run)


def _survival(plan: Plan, survived: SurvivabilityRecord, run: RunSummary) -> str:
    told = f"{_count(survived.rounds, 'round')} more of search, {_count(survived.rows, 'row')} added"
    without = survived.objective_without
    if without is None or run.unit != "MUSD":
        return told
    price, bound = plan.claims.objective - without, run.bound
    gaps = [survived.gap_without, run.gap]
    known = " and ".join(number_format.share(gap) if gap is not None else "unknown" for gap in gaps)
    if bound is None or bound <= without:
        found = number_format.money(without)
        cost = f"cost with and without are not distinguishable, the plan found without costs {found}"
    else:
        cost = f"surviving costs {number_format.money(price)} more than the {number_format.money(without)} without"
    return f"{told}; {cost} (gaps {known})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
