"""Headline figures of a plan: flights, mass, power, cost, and cost per watt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.economics.refuelling import tanker_flights
from solver.plan import Plan
from solver.tables.demand import last_milestone
from solver.tables.plan_state import PlanState


@dataclass(frozen=True, slots=True)
class Figures:
    """Totals of a plan over its horizon.

    ``power_gw`` is the IT power alive at the end of ``milestone``, the first period that must meet the last milestone
    (ground included where the target counts it); for a target of power added it is all power bought. ``nodes``,
    ``node_mass_t`` and ``node_power_gw`` count nodes from the Earth and from the Moon; ``launched_nodes`` are those
    from the Moon. ``mass_t`` is the mass on flights: nodes, supplies, cargo for the Moon (``freight_t`` of it) and
    propellant for the depot (``propellant_t`` of it). Costs are MUSD: ``present_musd`` is the present value of
    spending, ``salvage_musd`` that of the residual value (positive), ``undiscounted_musd`` spending as paid, without
    salvage.
    """

    flights: int
    flights_by_vehicle: Mapping[str, int]
    empty_flights: int
    nodes: int
    launched_nodes: float
    mass_t: float
    freight_t: float
    propellant_t: float
    node_mass_t: float
    node_power_gw: float
    alive_share: float
    milestone: int
    power_gw: float
    present_musd: float
    salvage_musd: float
    undiscounted_musd: float

    @property
    def net_musd(self) -> float:
        """Present value of spending minus that of salvage, MUSD."""
        return self.present_musd - self.salvage_musd

    @property
    def usd_per_w(self) -> float | None:
        """Net present cost per W of IT power at the last milestone; none without power."""
        return self.net_musd / (self.power_gw * 1000) if self.power_gw > 0 else None

    @property
    def usd_per_kg(self) -> float | None:
        """Net present cost per kg launched; none if nothing flies."""
        return self.net_musd * 1000 / self.mass_t if self.mass_t > 0 else None

    @property
    def kg_per_kw(self) -> float | None:
        """Mean specific mass of the nodes built, kg per kW of new IT power; none without nodes."""
        return self.node_mass_t * 1e-3 / self.node_power_gw if self.node_power_gw > 0 else None


def figures_of(state: PlanState) -> Figures:
    """Return the totals of a plan; costs are those of its ledger."""
    by_vehicle = {v: sum(n for (name, _), n in state.flown.items() if name == v) for v in state.instance.use.vehicles}
    flown_t = sum(n * state.designs[k, s].mass_t for (k, s, _), n in state.loaded.items())
    launched_t = sum(n * state.designs[k, s].mass_t for (k, s, _), n in state.launched.items())
    built = [*state.loaded.items(), *state.launched.items()]
    node_power_gw = sum(n * state.designs[k, s].power_kw * 1e-6 for (k, s, _), n in built)
    launched_nodes = sum(state.launched.values())
    freight_t, propellant_t = sum(freight(state).values()), sum(propellant(state).values())
    milestone = last_milestone(state.instance, state.horizon, state.plan)
    placed = sum(state.placed.values())
    last = state.horizon.periods[-1]
    ledger = state.plan.claims.ledger
    spent = [entry for entry in ledger if entry.item != "salvage"]
    return Figures(
        flights=sum(by_vehicle.values()),
        flights_by_vehicle=by_vehicle,
        empty_flights=_empty_flights(state.plan),
        nodes=sum(state.loaded.values()) + round(launched_nodes),
        launched_nodes=launched_nodes,
        mass_t=flown_t + sum(state.plan.decisions.cargo_t.values()) + freight_t + propellant_t,
        freight_t=freight_t,
        propellant_t=propellant_t,
        node_mass_t=flown_t + launched_t,
        node_power_gw=node_power_gw,
        alive_share=sum(state.in_shell[s, last].alive for s in state.shells) / placed if placed > 0 else 0.0,
        milestone=milestone,
        power_gw=_power_for_unit_cost_gw(state, milestone, node_power_gw),
        present_musd=sum(entry.present_musd for entry in spent),
        salvage_musd=-sum(entry.present_musd for entry in ledger if entry.item == "salvage"),
        undiscounted_musd=sum(entry.musd for entry in spent),
    )


def power_by_year(state: PlanState) -> dict[int, float]:
    """Return the IT power at the end of every calendar year, or of the last period that ends within it, GW."""
    power: dict[int, float] = {}
    for t in state.horizon.periods:
        year = (state.horizon.ends_month[t] - 1) // 12
        power[year] = state.orbit_gw(t) + state.on_ground_gw(t)
    return power


def freight(state: PlanState) -> dict[tuple[str, int], float]:
    """Return the cargo that flights carry to the Moon, t, by vehicle and period; some of it may be lost on the way."""
    carried: dict[tuple[str, int], float] = {}
    moon = state.instance.moon
    if moon is None:
        return carried
    for (d, t), count in state.plan.decisions.landings.items():
        lander = moon.landers[d]
        carried[lander.vehicle, t] = carried.get((lander.vehicle, t), 0.0) + count * lander.landed_t
    return carried


def propellant(state: PlanState) -> dict[tuple[str, int], float]:
    """Return the propellant that tankers carry to the depot and to refuelled ships, t, by vehicle and period."""
    instance, carried = state.instance, {}
    if instance.moon is not None:
        brought = instance.moon.depot.tankers
        carried = {(v, t): count * brought[v] for (v, t), count in state.plan.decisions.tankers.items()}
    for (v, t), count in tanker_flights(instance, state.plan.decisions).items():
        ship = instance.vehicles[v].refuelled
        carried[v, t] = carried.get((v, t), 0.0) + (0.0 if ship is None else count * ship.tanker_t)
    return carried


def _power_for_unit_cost_gw(state: PlanState, milestone: int, bought_gw: float) -> float:
    """Return the IT power in the cost per watt, GW."""
    anywhere = state.instance.target.where == "anywhere"
    if state.instance.target.kind == "power_added":
        return bought_gw + (sum(state.plan.decisions.ground_gw.values()) if anywhere else 0.0)
    return state.orbit_gw(milestone) + (state.on_ground_gw(milestone) if anywhere else 0.0)


def _empty_flights(plan: Plan) -> int:
    """Return the number of flights on routes and in periods without nodes and without cargo."""
    loaded = {(v, s, t) for (v, _, s, t), count in plan.decisions.loaded.items() if count}
    loaded |= {key for key, tonnes in plan.decisions.cargo_t.items() if tonnes > 0}
    return sum(count for key, count in plan.decisions.flights.items() if key not in loaded)
