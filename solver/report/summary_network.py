"""Lines of the summary on the network: its parts, and the cost of surviving outages."""

from __future__ import annotations

from collections.abc import Iterator

from solver.plan import Plan
from solver.report import number_format
from solver.run.manifest_schema import RunSummary, SurvivabilityRecord
from solver.tables.plan_state import PlanState


def network_lines(state: PlanState, run: RunSummary) -> Iterator[tuple[str, str]]:
    """Yield heads and texts; none where the instance has no network."""
    replay = state.network
    if replay is None:
        return
    last = state.horizon.periods[-1]
    stations = {b: replay.stations[b, last] for b in replay.network.gateways if replay.stations[b, last]}
    parts = [f"{_count(sum(stations.values()), 'station')} at {_count(len(stations), 'gateway')}"]
    traffic_gbps = sum(gbps for (_, t), gbps in replay.gateway_traffic_gbps.items() if t == last)
    parts.append(f"{number_format.number(traffic_gbps)} Gb/s to the ground")
    power_by_fabric: dict[str, float] = {}
    for (k, _, t), stock in state.nodes.items():
        if t == last and stock.power_gw > 0:
            choices = next(d.choices for (name, _), d in state.designs.items() if name == k)
            fabric = choices.fabric if choices is not None else None
            power_by_fabric[fabric or "grid"] = power_by_fabric.get(fabric or "grid", 0.0) + stock.power_gw
    total = sum(power_by_fabric.values())
    if total > 0 and (len(power_by_fabric) > 1 or "grid" not in power_by_fabric):
        ranked = sorted(power_by_fabric.items(), key=lambda item: -item[1])
        parts.append("power in fabrics: " + ", ".join(f"{f} {number_format.share(gw / total)}" for f, gw in ranked))
    yield "network", "; ".join(parts)
    if run.survivability is not None:
        yield "survives", _survival(state.plan, run.survivability, run)


def _survival(plan: Plan, survived: SurvivabilityRecord, run: RunSummary) -> str:
    parts = f"{_count(survived.rounds, 'round')} more of search, {_count(survived.rows, 'row')} added"
    without = survived.objective_without
    if without is None or run.unit != "MUSD":
        return parts
    price, bound = plan.claims.objective - without, run.bound
    gaps = [survived.gap_without, run.gap]
    known = " and ".join(number_format.share(gap) if gap is not None else "unknown" for gap in gaps)
    if bound is None or bound <= without:
        cheapest = number_format.money(without)
        cost = f"cost with and without are not distinguishable, the plan found without costs {cheapest}"
    else:
        cost = f"surviving costs {number_format.money(price)} more than the {number_format.money(without)} without"
    return f"{parts}; {cost} (gaps {known})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
