"""What gateways, links and designs let a plan do, and what it does with them."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.plan_state import PlanState

Use = tuple[str, str, int, float, float, float]
"""As of ``solver.tables.active_limits``: word, place, period, usage, limit, slack below which the limit binds."""


def network_uses(state: PlanState, close_share: float) -> Iterator[Use]:
    """Usage and limit of gateways, links and woven designs, by period; less than ``close_share`` left binds."""
    found = state.network
    if found is None:
        return
    for t in state.horizon.periods:
        for b, gateway in found.network.gateways.items():
            taken, could = found.taken.get((b, t), 0.0), found.takes[b, t]
            yield "network.downlink", b, t, taken, could, close_share * could
            yield "network.max_stations", b, t, found.stations[b, t], gateway.max_stations, 1.0
        for s in state.instance.use.shells:
            could = found.carries.get((s, t), 0.0)
            yield "network.crosslink", s, t, found.carried.get((s, t), 0.0), could, close_share * could
        for w, workload in found.network.workloads.items():
            if workload.bisection_gbps_per_mw > 0:
                served = sum(found.served_gw.get((w, s, t), 0.0) for s in state.instance.use.shells)
                able = sum(found.able_gw.get((w, s, t), 0.0) for s in state.instance.use.shells)
                yield "network.bisection", w, t, served, able, close_share * able
