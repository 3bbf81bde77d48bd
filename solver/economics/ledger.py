"""Ledger: all payments of a plan by family, item and period, from its decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from solver.design import vintages
from solver.economics import lunar_unit_costs, refuelling, unit_costs
from solver.economics.learning import Factors, mean_factors
from solver.economics.residual import wear_share
from solver.economics.unit_costs import Prices
from solver.horizon.periods import PlanningHorizon
from solver.horizon.substeps import SubPeriods
from solver.instance.schema import Instance
from solver.plan import CashFlow, Decisions, Design


def ledger(
    instance: Instance, designs: Iterable[Design], decisions: Decisions, factors: Factors | None = None
) -> tuple[CashFlow, ...]:
    """Compute all payments, MUSD, added up by family, item and period and sorted; salvage is negative.

    ``factors`` are the price factors of learning components, where the decisions are only a part of those of a plan.
    """
    described = {(d.name, d.shell): d for d in designs}
    if factors is None:
        factors = mean_factors(instance, described.values(), decisions)
    prices = Prices(instance, PlanningHorizon.of(instance.horizon), factors)
    builder = _LedgerBuilder()
    _nodes(builder, prices, described, decisions)
    for (platform,), t in decisions.opened.items():
        builder.add(unit_costs.of_development(prices, platform, t), 1.0)
    for (platform, t), count in decisions.lines.items():
        builder.add(unit_costs.of_line(prices, platform, t), count)
    for (vehicle, s, t), count in decisions.flights.items():
        each = refuelling.flights_each(instance.vehicles[vehicle], s)
        builder.add(unit_costs.of_flight(prices, vehicle, t), each * count)
    for (site, t), count in decisions.pads.items():
        builder.add(unit_costs.of_pad(prices, site, t), count)
    _fleet(builder, prices, decisions)
    for (region, t), gw in decisions.ground_gw.items():
        builder.add(unit_costs.of_ground(prices, region, t), gw)
    for (t,), amount in decisions.unmet.items():
        builder.add(unit_costs.of_unmet(prices, t), amount)
    for (gateway, t), count in decisions.gateways.items():
        builder.add(unit_costs.of_gateway(prices, gateway, t), count)
    if instance.use.moon:
        _moon(builder, prices, {(d.name, d.shell): d for d in designs}, decisions)
    return builder.entries()


class _LedgerBuilder:
    """Payments added up by family, item and period."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(self, unit: Iterable[CashFlow], count: float) -> None:
        for m in unit:
            entry = self.sums[m.family, m.item, m.period]
            entry[0] += m.musd * count
            entry[1] += m.present_musd * count

    def entries(self) -> tuple[CashFlow, ...]:
        return tuple(CashFlow(*key, *sums) for key, sums in sorted(self.sums.items()) if any(sums))


def placed(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, int], float]:
    """Compute the expected arrivals by design, shell and period: nodes from the Earth, GW from the Moon.

    ``unit_nodes`` converts both to nodes.
    """
    arrivals: dict[tuple[str, str, int], float] = defaultdict(float)
    for (vehicle, k, s, t), count in decisions.loaded.items():
        arrivals[k, s, t] += count * (1 - instance.vehicles[vehicle].loss_share)
    for (k, s, t), gw in decisions.mass_driver_launched_gw.items():
        route = instance.shells[s].from_moon
        arrivals[k, s, t] += gw * (1 - (route.loss_share if route is not None else 0.0))
    return dict(arrivals)


def unit_nodes(instance: Instance, design: Design) -> float:
    """Return the nodes in one unit of ``placed``: 1 from the Earth, those of one GW from the Moon."""
    return 1.0 if instance.platforms[design.platform].made_on == "earth" else 1e6 / design.power_kw


@dataclass(frozen=True, slots=True)
class FinalFleet:
    """Vehicles of an owned type at the end of the horizon, those on order included, and the whole lives left in them.

    A vehicle that was lost, or stayed on the Moon, took its whole life with it; the lives that the others flew are
    those of the flights less what lost ones had flown, half a life each, and never below 0.
    """

    vehicles: float
    lives: float


def final_fleet(instance: Instance, vehicle: str, decisions: Decisions) -> FinalFleet:
    """Compute the fleet of an owned type at the end of the horizon."""
    described = instance.vehicles[vehicle]
    fleet, loss = described.fleet, described.loss_share
    if fleet is None:
        return FinalFleet(0.0, 0.0)
    ordered = sum(count for (v, _), count in decisions.ordered.items() if v == vehicle)
    retired = sum(count for (v, _), count in decisions.retired.items() if v == vehicle)
    flown = sum(count for (v, _), count in flown_by(instance, decisions).items() if v == vehicle)
    stranded = _stranded(instance, vehicle, decisions)
    vehicles = fleet.initial + ordered - retired - loss * flown - (1 - loss) * stranded
    if fleet.reuse_flights <= 1:
        return FinalFleet(vehicles, vehicles)
    worn = fleet.initial * fleet.initial_flown_share + wear_share(fleet.reuse_flights, loss) * (flown - stranded)
    return FinalFleet(vehicles, vehicles + retired - worn)


def flown_by(instance: Instance, decisions: Decisions) -> dict[tuple[str, int], int]:
    """Count the flights of each vehicle in each period, to all destinations and as tankers."""
    flown: dict[tuple[str, int], int] = defaultdict(int)
    for (vehicle, s, t), count in decisions.flights.items():
        flown[vehicle, t] += refuelling.flights_each(instance.vehicles[vehicle], s) * count
    for (vehicle, t), count in decisions.tankers.items():
        flown[vehicle, t] += count
    for (lander, t), count in decisions.landings.items():
        if instance.moon is not None:
            flown[instance.moon.landers[lander].vehicle, t] += count
    return dict(flown)


def _stranded(instance: Instance, vehicle: str, decisions: Decisions) -> float:
    """Count the flights of a reusable vehicle that stay on the Moon or at the place of a refuelled ship."""
    described, moon = instance.vehicles[vehicle], instance.moon
    left = sum(n for (v, s, _), n in decisions.flights.items() if v == vehicle and refuelling.stays(described, s))
    if moon is None or described.fleet is None or described.fleet.reuse_flights <= 1:
        return left
    staying = {d for d, x in moon.landers.items() if x.vehicle == vehicle and x.return_delta_v_m_per_s is None}
    return left + sum(count for (d, _), count in decisions.landings.items() if d in staying)


def _moon(
    builder: _LedgerBuilder, prices: Prices, designs: Mapping[tuple[str, str], Design], decisions: Decisions
) -> None:
    moon = lunar_unit_costs.moon_of(prices)
    steps = SubPeriods.of_moon(prices.horizon, moon)
    for (vehicle, t), count in decisions.tankers.items():
        builder.add(unit_costs.of_flight(prices, vehicle, t), count)
    for (lander, t), count in decisions.landings.items():
        builder.add(unit_costs.of_flight(prices, moon.landers[lander].vehicle, t), count)
        builder.add(lunar_unit_costs.of_lander(prices, lander, t), count)
    for begun in decisions.moon_begun.values():
        builder.add(lunar_unit_costs.of_begin(prices, begun), 1.0)
    for (t,), tonnes in decisions.seeds_t.items():
        builder.add(lunar_unit_costs.of_seed(prices, t), tonnes)
    for (commodity, u), tonnes in decisions.imported_t.items():
        builder.add(lunar_unit_costs.of_import(prices, commodity, steps.period(u)), tonnes)
    for (commodity, name), begun in decisions.unlocked.items():
        builder.add(lunar_unit_costs.of_unlock(prices, commodity, name, begun), 1.0)
    for (t,), count in decisions.mass_drivers.items():
        builder.add(lunar_unit_costs.of_driver(prices, t), count)
    for (k, s, t), gw in decisions.mass_driver_launched_gw.items():
        builder.add(
            lunar_unit_costs.of_launched(prices, designs[k, s], t, unit_nodes(prices.instance, designs[k, s])), gw
        )


def _nodes(
    builder: _LedgerBuilder, prices: Prices, designs: Mapping[tuple[str, str], Design], decisions: Decisions
) -> None:
    bought: dict[tuple[str, str, int], int] = defaultdict(int)
    for (v, k, s, t), count in decisions.loaded.items():
        bought[k, s, t] += count
        builder.add(unit_costs.of_carried(prices, v, designs[k, s], t), count)
        builder.add(unit_costs.of_insurance(prices, v, designs[k, s], t), count)
    for (k, s, t), count in bought.items():
        builder.add(unit_costs.of_loaded(prices, designs[k, s], t), count)
    for (k, s, t), arrived in placed(prices.instance, decisions).items():
        alive = partial(vintages.alive, designs[k, s])
        nodes = arrived * unit_nodes(prices.instance, designs[k, s])
        builder.add(unit_costs.of_placed(prices, designs[k, s], t, alive), nodes)


def _fleet(builder: _LedgerBuilder, prices: Prices, decisions: Decisions) -> None:
    for (vehicle, t), count in decisions.ordered.items():
        builder.add(unit_costs.of_vehicle(prices, vehicle, t), count)
    for vehicle in prices.instance.use.vehicles:
        if prices.instance.vehicles[vehicle].fleet is not None:
            _standing_fleet(builder, prices, vehicle, decisions)


def _standing_fleet(builder: _LedgerBuilder, prices: Prices, vehicle: str, decisions: Decisions) -> None:
    """Add the salvage of the bought vehicles that stand: the lesser of years left, the youngest first, and flights."""
    end, whole = final_fleet(prices.instance, vehicle, decisions), unit_costs.present_life_musd(prices, vehicle)
    present, left = 0.0, max(0.0, end.vehicles)
    for (v, q), count in sorted(decisions.ordered.items(), key=lambda order: -order[0][1]):
        if v == vehicle:
            stands = min(float(count), left)
            left -= stands
            present -= stands * sum(m.present_musd for m in unit_costs.of_standing(prices, vehicle, q))
    builder.add(prices.present_salvage("launch", min(present, whole * max(0.0, end.lives))), 1.0)
