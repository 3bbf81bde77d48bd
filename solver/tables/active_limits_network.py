"""Usage and limits of gateways, links and bisection bandwidth."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.plan_state import PlanState

LimitUsage = tuple[str, str, int, float, float, float]
"""As in ``solver.tables.active_limits``: constraint, place, period, usage, limit, slack below which it is active."""


def network_limit_usages(state: PlanState, tolerance_share: float) -> Iterator[LimitUsage]:
    """Yield usage and limit of gateways, links and bisection bandwidth; active with less than a share of slack."""
    replay = state.network
    if replay is None:
        return
    for t in state.horizon.periods:
        for b, gateway in replay.network.gateways.items():
            traffic, capacity = replay.gateway_traffic_gbps.get((b, t), 0.0), replay.gateway_capacity_gbps[b, t]
            yield "network.downlink", b, t, traffic, capacity, tolerance_share * capacity
            yield "network.max_stations", b, t, replay.stations[b, t], gateway.max_stations, 1.0
        for s in state.instance.use.shells:
            traffic, capacity = replay.link_traffic_gbps.get((s, t), 0.0), replay.link_capacity_gbps.get((s, t), 0.0)
            yield "network.crosslink", s, t, traffic, capacity, tolerance_share * capacity
        for w, workload in replay.network.workloads.items():
            if workload.bisection_gbps_per_mw > 0:
                served = sum(replay.served.get((w, s, t), 0.0) for s in state.instance.use.shells)
                eligible = sum(replay.eligible.get((w, s, t), 0.0) for s in state.instance.use.shells)
                yield "network.bisection", w, t, served, eligible, tolerance_share * eligible
