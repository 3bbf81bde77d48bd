"""Rows of the tables about the network: gateways, links of shells, workloads."""

from __future__ import annotations

from collections.abc import Iterator

from solver.tables.network_state import NetworkReplay
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def gateway_rows(state: PlanState, found: NetworkReplay) -> Iterator[Row]:
    """Stations of every gateway, the traffic they take and could take."""
    for t in state.horizon.periods:
        for b, gateway in found.network.gateways.items():
            ordered = state.plan.decisions.gateways.get((b, t), 0)
            taken, could = found.taken.get((b, t), 0.0), found.takes[b, t]
            yield state.horizon.label(t), b, gateway.region, ordered, found.stations[b, t], taken, could


def link_rows(state: PlanState, found: NetworkReplay) -> Iterator[Row]:
    """Traffic over the links of every shell, what they could carry, and what leaves it down and to other shells."""
    down: dict[tuple[str, int], float] = {}
    across: dict[tuple[str, int], float] = {}
    for (s, _, t), gbps in state.plan.decisions.sends_gbps.items():
        down[s, t] = down.get((s, t), 0.0) + gbps
    for (s, _, t), gbps in state.plan.decisions.relays_gbps.items():
        across[s, t] = across.get((s, t), 0.0) + gbps
    for t in state.horizon.periods:
        for s in state.instance.use.shells:
            carried, could = found.carried.get((s, t), 0.0), found.carries.get((s, t), 0.0)
            yield state.horizon.label(t), s, carried, could, down.get((s, t), 0.0), across.get((s, t), 0.0)


def workload_rows(state: PlanState, found: NetworkReplay) -> Iterator[Row]:
    """Power that does each workload in each shell, and the power there that is woven closely enough for it."""
    for t in state.horizon.periods:
        for w, workload in found.network.workloads.items():
            for s in state.instance.use.shells:
                able = state.in_shell[s, t].power_gw
                if workload.bisection_gbps_per_mw > 0:
                    able = found.able_gw.get((w, s, t), 0.0)
                yield state.horizon.label(t), w, s, found.served_gw.get((w, s, t), 0.0), able
