"""Rows of the tables on the network: gateways, links of shells, workloads."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.demand import stock_unit
from solver.tables.network_state import NetworkReplay
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def gateway_rows(state: PlanState, replay: NetworkReplay) -> Iterator[Row]:
    """Yield the stations, traffic and capacity of every gateway in every period."""
    for t in state.horizon.periods:
        for b, gateway in replay.network.gateways.items():
            ordered = state.plan.decisions.gateways.get((b, t), 0)
            traffic, capacity = replay.gateway_traffic_gbps.get((b, t), 0.0), replay.gateway_capacity_gbps[b, t]
            yield state.horizon.label(t), b, gateway.region, ordered, replay.stations[b, t], traffic, capacity


def link_rows(state: PlanState, replay: NetworkReplay) -> Iterator[Row]:
    """Yield traffic and capacity of the links of every shell, and its traffic to the ground and to other shells."""
    down: dict[tuple[str, int], float] = {}
    across: dict[tuple[str, int], float] = {}
    for (s, _, t), gbps in state.plan.decisions.sends_gbps.items():
        down[s, t] = down.get((s, t), 0.0) + gbps
    for (s, _, t), gbps in state.plan.decisions.relays_gbps.items():
        across[s, t] = across.get((s, t), 0.0) + gbps
    for t in state.horizon.periods:
        for s in state.instance.use.shells:
            traffic, capacity = replay.link_traffic_gbps.get((s, t), 0.0), replay.link_capacity_gbps.get((s, t), 0.0)
            yield state.horizon.label(t), s, traffic, capacity, down.get((s, t), 0.0), across.get((s, t), 0.0)


def workload_rows(state: PlanState, replay: NetworkReplay) -> Iterator[Row]:
    """Yield the part of each place that serves each workload, and the part with enough bisection bandwidth for it."""
    kind, halls = state.instance.target.kind, state.ground_amounts()
    for t in state.horizon.periods:
        for w, workload in replay.network.workloads.items():
            for s in state.instance.use.shells:
                eligible = state.in_shell[s, t].amount(kind)
                if workload.bisection_gbps_per_mw > 0:
                    eligible = replay.eligible.get((w, s, t), 0.0)
                yield state.horizon.label(t), w, s, stock_unit(kind), replay.served.get((w, s, t), 0.0), eligible
            for g in state.instance.use.ground:
                done, able = replay.served.get((w, g, t), 0.0), halls.get((g, t), 0.0)
                yield state.horizon.label(t), w, g, stock_unit(kind), done, able
