"""Plan state at the end of every period: nodes, vehicles, pads, production lines, power."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from solver.economics import refuelling
from solver.economics.halls import Hall
from solver.economics.ledger import flown_by, unit_nodes
from solver.economics.ledger import placed as placed_by
from solver.horizon.periods import PlanningHorizon
from solver.instance.dates import COMPUTE_KINDS, RATE_KINDS
from solver.instance.schema import Instance
from solver.plan import Design, Plan, assigned
from solver.tables.demand import demand
from solver.tables.lunar_state import LunarReplay, lunar_replay
from solver.tables.network_state import NetworkReplay, network_replay
from solver.tables.node_stock import Column, NodeStock, node_stocks, shell_stocks
from solver.tables.window import reported


@dataclass(frozen=True, slots=True)
class FleetState:
    """Fleet of one vehicle type: arrivals and losses over a period, and the stock at its end.

    ``expended`` stay where they went, on the Moon or beyond low orbits; ``away`` are the flights not flown meanwhile.
    """

    ordered: int
    arrived: int
    retired: float
    lost: float
    expended: float
    stock: float
    away: float


@dataclass(frozen=True, slots=True)
class PlanState:
    """Plan state, period by period, with the instance and the plan it follows from; keys end with the period.

    ``nodes`` are by design and shell, ``in_shell`` the sums of a shell, ``fleets`` by vehicle. ``target`` and
    ``delivered`` are in the unit of the target (rates per year); ``ground_gw`` is IT power that is on at the end of the
    period; ``pads`` and ``lines`` are those in use, initial ones included. ``loaded`` are nodes on flights and
    ``launched`` nodes from mass drivers, ``placed`` those of both that arrive; ``flown`` counts flights to the depot
    and to the Moon too. ``lunar`` is none where the plan may not use the Moon, ``network`` where the instance has none.
    ``planned`` are instance and plan with the tail.
    """

    instance: Instance
    plan: Plan
    horizon: PlanningHorizon
    designs: Mapping[Column, Design]
    loaded: Mapping[tuple[str, str, int], int]
    launched: Mapping[tuple[str, str, int], float]
    placed: Mapping[tuple[str, str, int], float]
    nodes: Mapping[tuple[str, str, int], NodeStock]
    in_shell: Mapping[tuple[str, int], NodeStock]
    flown: Mapping[tuple[str, int], int]
    fleets: Mapping[tuple[str, int], FleetState]
    pads: Mapping[tuple[str, int], int]
    lines: Mapping[tuple[str, int], int]
    ground_gw: Mapping[tuple[str, int], float]
    target: tuple[float, ...]
    delivered: tuple[float, ...]
    lunar: LunarReplay | None
    network: NetworkReplay | None
    planned: tuple[Instance, Plan]

    @property
    def tail_years(self) -> int:
        """Years that are planned after the reported window."""
        return self.planned[0].horizon.tail_years

    def orbit_gw(self, t: int) -> float:
        """Return the IT power in orbit at the end of a period, GW."""
        return sum(self.in_shell[shell, t].power_gw for shell in self.shells)

    def made_gw(self, made_on: str, t: int) -> float:
        """Return the IT power in orbit at the end of a period from nodes made on the Earth, or on the Moon, GW."""
        return sum(
            stock.power_gw
            for (k, s, period), stock in self.nodes.items()
            if period == t and self.instance.platforms[self.designs[k, s].platform].made_on == made_on
        )

    def missed(self, t: int) -> float:
        """Return the demand of a period that is unmet or left of a market, in the unit of the target."""
        decisions = self.plan.decisions
        left = math.fsum(amount for (_, q), amount in decisions.unserved.items() if q == t)
        return decisions.unmet.get((t,), 0.0) + left

    def on_ground_gw(self, t: int) -> float:
        """Return the IT power on the ground at the end of a period, GW."""
        return sum(gw for (_, period), gw in self.ground_gw.items() if period == t)

    def ground_amounts(self) -> dict[tuple[str, int], float]:
        """Return what the halls of each region add to a target of stocks at the end of a period, GW or EFLOP/s."""
        return _ground_amounts(self.instance, self.horizon, self.plan)

    @property
    def shells(self) -> list[str]:
        """Shells in use, and any other that the plan puts nodes in."""
        return list(dict.fromkeys(s for s, _ in self.in_shell))

    @property
    def sites(self) -> list[str]:
        """Sites of launch of the vehicles in use."""
        vehicles = self.instance.use.vehicles
        return list(dict.fromkeys(site for v in vehicles for site in self.instance.vehicles[v].sites))


def state_of(instance: Instance, plan: Plan) -> PlanState:
    """Compute the state that follows from a plan's decisions in the reported window.

    KeyError if the plan names what the instance lacks.
    """
    planned = instance, plan
    instance, plan = reported(instance, plan)
    horizon, decisions = PlanningHorizon.of(instance.horizon), plan.decisions
    designs = {(design.name, design.shell): design for design in plan.designs}
    loaded: dict[tuple[str, str, int], int] = {}
    for (_, k, s, q), count in decisions.loaded.items():
        loaded[k, s, q] = loaded.get((k, s, q), 0) + count
    launched = {
        (k, s, q): gw * unit_nodes(instance, designs[k, s])
        for (k, s, q), gw in decisions.mass_driver_launched_gw.items()
    }
    arriving = placed_by(instance, decisions)
    placed = {(k, s, q): count * unit_nodes(instance, designs[k, s]) for (k, s, q), count in arriving.items()}
    flown = flown_by(instance, decisions)
    nodes = node_stocks(instance, horizon, designs, placed)
    ground_gw = _ground(instance, horizon, plan)
    return PlanState(
        instance=instance,
        plan=plan,
        horizon=horizon,
        designs=designs,
        loaded=loaded,
        launched=launched,
        placed=placed,
        nodes=nodes,
        in_shell=shell_stocks(instance, horizon, nodes),
        flown=flown,
        fleets=_fleets(instance, horizon, plan, flown),
        pads=_pads(instance, horizon, plan),
        lines=_lines(instance, horizon, plan),
        ground_gw=ground_gw,
        target=demand(instance, horizon, plan),
        delivered=_delivered(instance, horizon, plan, designs, placed, nodes),
        lunar=lunar_replay(instance, plan),
        network=network_replay(instance, horizon, plan, designs, nodes),
        planned=planned,
    )


def _ground(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> dict[tuple[str, int], float]:
    on: dict[tuple[str, int], float] = {}
    for (g, q), gw in plan.decisions.ground_gw.items():
        for t in Hall(instance.ground[g], horizon, q).served:
            on[g, t] = on.get((g, t), 0.0) + gw
    return on


def _ground_amounts(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> dict[tuple[str, int], float]:
    """Return what the halls of each region add to a target of stocks at the end of a period, GW or EFLOP/s."""
    compute = instance.target.kind in COMPUTE_KINDS
    on: dict[tuple[str, int], float] = {}
    for (g, q), gw in plan.decisions.ground_gw.items():
        hall = Hall(instance.ground[g], horizon, q)
        for t in hall.served:
            on[g, t] = on.get((g, t), 0.0) + (gw * hall.eflops_per_gw(t) if compute else gw)
    return on


def _fleets(
    instance: Instance, horizon: PlanningHorizon, plan: Plan, flown: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], FleetState]:
    fleets: dict[tuple[str, int], FleetState] = {}
    for v in instance.use.vehicles:
        vehicle = instance.vehicles[v]
        if vehicle.fleet is None:
            continue
        stock, arrivals = float(vehicle.fleet.initial), [0] * (len(horizon.periods) + 1)
        for (name, q), count in plan.decisions.ordered.items():
            if name == v:
                arrivals[horizon.arrival(q, vehicle.fleet.lead_years)] += count
        for t in horizon.periods:
            retired = plan.decisions.retired.get((v, t), 0.0)
            lost = vehicle.loss_share * flown.get((v, t), 0)
            staying, away = _landers(instance, plan, v, t)
            expended = (1.0 - vehicle.loss_share) * staying
            stock += arrivals[t] - retired - lost - expended
            ordered = plan.decisions.ordered.get((v, t), 0)
            fleets[v, t] = FleetState(ordered, arrivals[t], retired, lost, expended, stock, away)
    return fleets


def _landers(instance: Instance, plan: Plan, vehicle: str, t: int) -> tuple[int, float]:
    """Return the flights of a reusable vehicle that stay where they went in a period, and those lost to trips."""
    described, moon, staying, away = instance.vehicles[vehicle], instance.moon, 0, 0.0
    fleet = described.fleet
    if fleet is None or fleet.reuse_flights <= 1:
        return 0, 0.0
    for (v, s, q), count in plan.decisions.flights.items():
        if (v, q) == (vehicle, t):
            staying += count if refuelling.stays(described, s) else 0
            away += refuelling.away_flights(described, s) * count
    if moon is None:
        return staying, away
    for (d, q), count in plan.decisions.landings.items():
        lander = moon.landers[d]
        if q == t and lander.vehicle == vehicle and lander.return_delta_v_m_per_s is None:
            staying += count
        elif q == t and lander.vehicle == vehicle:
            away += lander.away_days / fleet.turnaround_days * count
    return staying, away


def _pads(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> dict[tuple[str, int], int]:
    used = {site for v in instance.use.vehicles for site in instance.vehicles[v].sites}
    pads = {(l, t): instance.sites[l].pads for l in sorted(used) for t in horizon.periods}
    for (l, q), count in plan.decisions.pads.items():
        for t in horizon.periods[horizon.arrival(q, instance.sites[l].pad_lead_years) :]:
            pads[l, t] += count
    return pads


def _lines(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> dict[tuple[str, int], int]:
    lines = {
        (p, t): 0
        for p in instance.use.platforms
        if instance.platforms[p].production_line is not None
        for t in horizon.periods
    }
    for (p, q), count in plan.decisions.lines.items():
        line = instance.platforms[p].production_line
        if line is not None:
            for t in horizon.periods[horizon.arrival(q, line.lead_years) :]:
                lines[p, t] += count
    return lines


def _delivered(
    instance: Instance,
    horizon: PlanningHorizon,
    plan: Plan,
    designs: Mapping[Column, Design],
    placed: Mapping[tuple[str, str, int], float],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> tuple[float, ...]:
    target = instance.target
    total = [0.0] * len(horizon.periods)
    if target.kind not in RATE_KINDS:
        if target.kind == "compute_delivered":
            return tuple(assigned(plan.decisions, t) for t in horizon.periods)
        for (_, _, t), stock in nodes.items():
            total[t] += stock.amount(target.kind)
        if target.where == "anywhere":
            for (_, t), amount in _ground_amounts(instance, horizon, plan).items():
                total[t] += amount
        return tuple(total)
    for (k, s, q), count in placed.items():
        design = designs[k, s]
        new_gw = design.power_kw * 1e-6 * (1.0 - design.infant_mortality_share) * design.sunlit_share
        total[q] += count * (new_gw if target.kind == "power_added" else design.mass_t / 1000)
    if target.kind == "mass_to_orbit":
        for (v, _, t), mass_t in plan.decisions.cargo_t.items():
            total[t] += (1.0 - instance.vehicles[v].loss_share) * mass_t / 1000
    elif target.where == "anywhere":
        for (g, q), gw in plan.decisions.ground_gw.items():
            on = Hall(instance.ground[g], horizon, q).served
            if on:
                total[on[0]] += gw
    return tuple(amount / horizon.years(t) for t, amount in zip(horizon.periods, total, strict=True))
