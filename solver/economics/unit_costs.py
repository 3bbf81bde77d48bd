"""Unit costs of decisions by period: the single place where prices become cash flows.

Each function returns the ledger entries of one unit (one node, flight, vehicle, pad, line, GW), in MUSD, undiscounted
and discounted to the start of the horizon. ``solver.derive`` adds them up for the objective; ``ledger`` multiplies
them by the decisions of a plan. Salvage entries are negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from solver.design.vintages import wait_years
from solver.economics import learning
from solver.economics.capital import AssetClass, extra_share, premium_share
from solver.economics.halls import Hall
from solver.economics.learning import Factors
from solver.economics.refuelling import flights_each
from solver.economics.residual import delivered_service_share, delivered_years_share, straight_line_share
from solver.horizon.periods import PlanningHorizon
from solver.horizon.ramps import first_use
from solver.instance.dates import RATE_KINDS
from solver.instance.places import Ground
from solver.instance.schema import Instance
from solver.instance.transport import Fleet
from solver.plan import CashFlow, Design

HOURS_PER_YEAR = 8766.0
CAPITAL = "capital"
"""Item of the cost of capital beyond the discount rate, and of fees."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Rules of cost of one instance and its horizon.
    ``factors`` are the price factors of learning components by component and period. A component without a factor
    costs nothing here, because the model counts its cost by experience.
    """

    instance: Instance
    horizon: PlanningHorizon
    factors: Factors = field(default_factory=dict)

    @property
    def horizon_years(self) -> float:
        """Length of the horizon, years."""
        return self.horizon.end(self.horizon.periods[-1])

    def entry(self, family: str, item: str, period: int, musd: float, year: float) -> CashFlow:
        """Return a payment made at an instant, in years from the start."""
        return CashFlow(family, item, period, musd, musd * self.horizon.discount(year))

    def paid(self, family: str, item: str, period: int, musd: float) -> CashFlow:
        """Return a payment made in the middle of a period."""
        return self.entry(family, item, period, musd, self.horizon.middle(period))

    def salvage(self, family: str, musd: float) -> list[CashFlow]:
        """Return a residual value at the end of the horizon, as a negative payment; none if salvage is not counted."""
        if self.instance.money.salvage == "none" or musd == 0:
            return []
        return [self.entry(family, "salvage", self.horizon.periods[-1], -musd, self.horizon_years)]

    def present_salvage(self, family: str, present_musd: float) -> list[CashFlow]:
        """Return a residual value given by its present value, as a negative payment; none where it is 0."""
        if self.instance.money.salvage == "none" or present_musd == 0:
            return []
        musd = present_musd / self.horizon.discount(self.horizon_years)
        return [CashFlow(family, "salvage", self.horizon.periods[-1], -musd, -present_musd)]

    @property
    def discount_rate(self) -> float:
        """Continuous discount rate, per year."""
        return math.log1p(self.horizon.discount_share_per_year)

    def factor(self, component: str | None, t: int) -> float:
        """Return the price factor of a component in a period; 1 for a part that does not learn."""
        return 1.0 if component is None else self.factors.get((component, t), 0.0)

    def residual(
        self, family: str, musd: float, bought_year: float, ready_year: float, life_years: float
    ) -> list[CashFlow]:
        """Return the salvage of a thing by the years of its life after the horizon, by the rule of the instance."""
        if self.instance.money.salvage == "delivered":
            share = delivered_years_share(self.discount_rate, self.horizon_years, ready_year, life_years)
            return self.present_salvage(family, musd * self.horizon.discount(bought_year) * share)
        return self.salvage(family, musd * straight_line_share(self.horizon_years, ready_year, life_years))

    def asset(
        self, family: str, kind: AssetClass, item: str, paid: tuple[int, float, float], life_years: float | None
    ) -> list[CashFlow]:
        """Return the payment of an asset of a class, and its cost of capital and fees as an item of its own.

        ``paid`` are period, MUSD and instant.
        """
        period, musd, year = paid
        extra = extra_share(self.instance, kind, life_years) * musd
        entries = [self.entry(family, item, period, musd, year)]
        return [*entries, self.entry(family, CAPITAL, period, extra, year)] if extra else entries

    def financed(self, kind: AssetClass, musd: float, life_years: float | None) -> float:
        """Return a price with its cost of capital and fees."""
        return musd * (1.0 + extra_share(self.instance, kind, life_years))

    def left_over(
        self, family: str, musd: float, bought_year: float, sold_year: float, life_years: float
    ) -> list[CashFlow]:
        """Return the value of what is left of a thing at an instant of the plan, by the rule of the instance."""
        period, rule = self.horizon.containing(sold_year), self.instance.money.salvage
        if period is None or rule == "none":
            return []
        if rule == "delivered":
            share = delivered_years_share(self.discount_rate, sold_year, bought_year, life_years)
            present = musd * self.horizon.discount(bought_year) * share
            musd = present / self.horizon.discount(sold_year)
        else:
            musd *= straight_line_share(sold_year, bought_year, life_years)
        return [self.entry(family, "salvage", period, -musd, sold_year)] if musd else []


def part_prices(prices: Prices, design: Design, q: int) -> dict[str, float]:
    """Return the price of each part of a node bought in period q, MUSD."""
    year, changes = prices.horizon.middle(q), part_changes(prices, design)
    return {part: cost * (1 + changes[part]) ** year for part, cost in design.cost_musd.items()}


def part_changes(prices: Prices, design: Design) -> dict[str, float]:
    """Return the yearly price change of each part of a node."""
    hardware = prices.instance.money.hardware_price_change_share_per_year
    own = {"accelerators": design.accelerator_price_change_share_per_year}
    if design.choices is None:
        own["node"] = design.accelerator_price_change_share_per_year
    return {part: own.get(part, hardware) for part in design.cost_musd}


def of_loaded(prices: Prices, design: Design, q: int) -> list[CashFlow]:
    """Price a node bought in period q, whether it arrives or not."""
    component, parts = partial(learning.component_of_part, prices.instance), part_prices(prices, design, q)
    entries = [prices.paid("nodes", part, q, musd * prices.factor(component(part), q)) for part, musd in parts.items()]
    extra = extra_share(prices.instance, "nodes", design.life_years) * sum(parts.values())
    return [*entries, prices.paid("nodes", CAPITAL, q, extra)] if extra else entries


def of_insurance(prices: Prices, vehicle: str, design: Design, q: int) -> list[CashFlow]:
    """Price the insurance of a node on a flight in period q, at its price without learning."""
    musd = premium_share(prices.instance, vehicle) * sum(part_prices(prices, design, q).values())
    return [prices.paid("nodes", "insurance", q, musd)] if musd else []


def of_placed(prices: Prices, design: Design, q: int, alive: Callable[[float], float]) -> list[CashFlow]:
    """Price a node that arrived in period q: its running cost while it is alive, and its residual value."""
    horizon, yearly = prices.horizon, yearly_musd(prices, design, q)
    entries = []
    if yearly > 0:
        for t in horizon.periods[q:]:
            share = alive(horizon.age(q, t))
            if share > 0:
                entries.append(prices.paid("nodes", "operations", t, yearly * share * operating_years(horizon, q, t)))
    return entries + _residual_node(prices, design, q, alive(horizon.age(q, horizon.periods[-1])))


def yearly_musd(prices: Prices, design: Design, q: int) -> float:
    """Return the yearly running cost of a living node bought in period q: a share of its price, and upkeep."""
    price = sum(part_prices(prices, design, q).values()) if design.operations_share_per_year else 0.0
    return design.operations_share_per_year * price + design.upkeep_musd_per_year


def _residual_node(prices: Prices, design: Design, q: int, alive_share: float) -> list[CashFlow]:
    """Return the residual value of a node that arrived in period q.
    A part that learns counts at the floor of its curve: its price at that time depends on the plan, and never falls
    below.
    """
    value = sum(musd * salvage_share(prices, part) for part, musd in part_prices(prices, design, q).items())
    value = prices.financed("nodes", value, design.life_years)
    if prices.instance.money.salvage == "delivered":
        present = value * prices.horizon.discount(prices.horizon.middle(q))
        return prices.present_salvage("nodes", present * service_share(prices, design, q))
    age = prices.horizon.age(q, prices.horizon.periods[-1])
    return prices.salvage("nodes", value * max(0.0, 1.0 - age / design.life_years) * alive_share)


def service_share(prices: Prices, design: Design, q: int) -> float:
    """Return the discounted service after the horizon of a node placed in period q over that of its whole life."""
    age, wait = prices.horizon.age(q, prices.horizon.periods[-1]), wait_years(prices.instance, design)
    return delivered_service_share(design, prices.discount_rate, age, wait)


def of_carried(prices: Prices, vehicle: str, design: Design, q: int) -> list[CashFlow]:
    """Price what the launch of a node in period q is worth at the end of the horizon, for the rule ``delivered``.

    The share of the node in its flight is that of its mass in the payload; only nodes that arrive count.
    """
    if prices.instance.money.salvage != "delivered":
        return []
    described = prices.instance.vehicles[vehicle]
    component = learning.component_of_vehicle(prices.instance, vehicle)
    floor = 1.0 if component is None else prices.instance.learning.components[component].floor_share
    carried = min(1.0, design.mass_t / described.payload_t[design.shell]) * (1.0 - described.loss_share)
    each = flights_each(described, design.shell)
    present = described.flight_musd * each * floor * carried * prices.horizon.discount(prices.horizon.middle(q))
    return prices.present_salvage("launch", present * service_share(prices, design, q))


def operating_years(horizon: PlanningHorizon, q: int, t: int) -> float:
    """Return the years within period t in which a node placed in the middle of period q runs."""
    return horizon.years(t) / (2 if t == q else 1)


def of_development(prices: Prices, platform: str, t: int) -> list[CashFlow]:
    """Price a platform whose development begins in period t."""
    return [prices.paid("lines", "development", t, prices.instance.platforms[platform].development_musd)]


def of_line(prices: Prices, platform: str, t: int) -> list[CashFlow]:
    """Price a production line ordered in period t."""
    line = prices.instance.platforms[platform].production_line
    if line is None:
        raise ValueError(f"{platform} has no production line")
    ready = prices.horizon.middle(t) + line.lead_years
    ordered, financed = prices.horizon.middle(t), prices.financed("lines", line.cost_musd, line.life_years)
    salvage = prices.residual("lines", financed, ordered, ready, line.life_years)
    return [*prices.asset("lines", "lines", "lines", (t, line.cost_musd, ordered), line.life_years), *salvage]


def of_flight(prices: Prices, vehicle: str, t: int) -> list[CashFlow]:
    """Price a flight in period t; wear of an owned vehicle limits the residual value of the fleet."""
    described = prices.instance.vehicles[vehicle]
    factor = prices.factor(learning.component_of_vehicle(prices.instance, vehicle), t)
    return [prices.paid("launch", "flights", t, described.flight_musd * factor)]


def of_vehicle(prices: Prices, vehicle: str, t: int) -> list[CashFlow]:
    """Price a vehicle ordered in period t."""
    fleet = _fleet_of(prices, vehicle)
    paid = t, fleet.build_musd, prices.horizon.middle(t)
    return prices.asset("launch", "vehicles", "vehicles", paid, fleet.life_years)


def of_standing(prices: Prices, vehicle: str, t: int) -> list[CashFlow]:
    """Price a vehicle ordered in period t that is in the fleet at the end, by the years that it can still serve."""
    fleet, ordered = _fleet_of(prices, vehicle), prices.horizon.middle(t)
    financed = prices.financed("vehicles", fleet.build_musd, fleet.life_years)
    if fleet.life_years is None:
        return prices.salvage("launch", financed)
    return prices.residual("launch", financed, ordered, ordered + fleet.lead_years, fleet.life_years)


def present_life_musd(prices: Prices, vehicle: str) -> float:
    """Return the present value of the flights of one whole life left at the end of the horizon, MUSD."""
    fleet = _fleet_of(prices, vehicle)
    financed = prices.financed("vehicles", fleet.build_musd, fleet.life_years)
    return -sum(m.present_musd for m in prices.salvage("launch", financed))


def of_pad(prices: Prices, site: str, t: int) -> list[CashFlow]:
    """Price a pad ordered in period t."""
    described = prices.instance.sites[site]
    ready = prices.horizon.middle(t) + described.pad_lead_years
    ordered, life = prices.horizon.middle(t), described.pad_life_years
    salvage = prices.residual("launch", prices.financed("pads", described.pad_musd, life), ordered, ready, life)
    return [*prices.asset("launch", "pads", "pads", (t, described.pad_musd, ordered), life), *salvage]


def of_gateway(prices: Prices, gateway: str, t: int) -> list[CashFlow]:
    """Price a station of a gateway ordered in period t: purchase, running cost from its first use on, and salvage."""
    network, horizon = prices.instance.network, prices.horizon
    if network is None:
        raise ValueError(f"{gateway} belongs to no network")
    station = network.gateways[gateway]
    ordered, life = horizon.middle(t), station.life_years
    entries = prices.asset("network", "gateways", "gateways", (t, station.cost_musd, ordered), life)
    yearly = station.operations_share_per_year * station.cost_musd
    first = first_use(horizon, t, station.lead_years, station.available_from)
    for later in horizon.periods[first:] if yearly > 0 else ():
        entries.append(prices.paid("network", "operations", later, yearly * horizon.years(later)))
    financed = prices.financed("gateways", station.cost_musd, life)
    return entries + prices.residual("network", financed, ordered, ordered + station.lead_years, life)


def of_ground(prices: Prices, region: str, q: int) -> list[CashFlow]:
    """Price one GW of IT power on a grid offer that a region accepts in period q.

    Power, water, operations and repairs are paid for the part of each period in which the hall has power, in the
    middle of that part.
    """
    ground, horizon = prices.instance.ground[region], prices.horizon
    hall = Hall(ground, horizon, q)
    facility, taken, life = ground.facility_usd_per_w * 1000, horizon.middle(q), ground.facility_life_years
    entries = prices.asset("ground", "facilities", "facilities", (q, facility, taken), life)
    entries += prices.residual("ground", prices.financed("facilities", facility, life), taken, hall.power_on, life)
    entries += _servers(prices, hall)
    for t, years, middle in hall.at_work():
        running = running_costs(ground, middle)
        entries += [prices.entry("ground", item, t, musd * years, middle) for item, musd in running.items() if musd]
    return entries


def of_unmet(prices: Prices, t: int) -> list[CashFlow]:
    """Price one unit of unmet target in period t."""
    price = prices.instance.target.unmet_penalty_musd or 0.0
    stock = prices.instance.target.kind not in RATE_KINDS
    return [prices.paid("target", "unmet", t, price * (prices.horizon.years(t) if stock else 1.0))]


def _servers(prices: Prices, hall: Hall) -> list[CashFlow]:
    """Price the servers of one GW, each set as at its purchase; the last one is worth what is left of its life.

    It is sold where the hall closes within the plan, else its value is that at the end.
    """
    ground, horizon = hall.region, prices.horizon
    entries = []
    for year in hall.purchases:
        period = horizon.containing(year)
        assert period is not None
        paid = period, server_musd(ground, year), year
        entries += prices.asset("ground", "servers", "servers", paid, ground.it_life_years)
    if hall.purchases:
        last, closes = hall.purchases[-1], min(hall.closes, prices.horizon_years)
        financed = prices.financed("servers", server_musd(ground, last), ground.it_life_years)
        entries += prices.left_over("ground", financed, last, closes, ground.it_life_years)
    return entries


def server_musd(ground: Ground, year: float) -> float:
    """Return the price of the servers of one GW at an instant, MUSD."""
    return float(ground.it_usd_per_w * 1000 * (1.0 + ground.it_price_change_share_per_year) ** year)


def running_costs(ground: Ground, year: float) -> dict[str, float]:
    """Return the running cost of one GW of IT power at an instant, MUSD a year."""
    kwh = 1e6 * HOURS_PER_YEAR * ground.utilisation_share
    power = ground.power_usd_per_kwh * (1.0 + ground.power_price_change_share_per_year) ** year
    return {
        "energy": kwh * ground.pue * power / 1e6,
        "water": kwh * ground.water_l_per_kwh * 1e-3 * ground.water_usd_per_m3 / 1e6,
        "operations": ground.operations_share_per_year * ground.facility_usd_per_w * 1000,
        "repairs": ground.it_failure_share_per_year * server_musd(ground, year),
    }


def salvage_share(prices: Prices, part: str) -> float:
    """Return the share of a part's price that counts for salvage: 1, or the floor of its curve if it learns."""
    component = learning.component_of_part(prices.instance, part)
    return 1.0 if component is None else prices.instance.learning.components[component].floor_share


def _fleet_of(prices: Prices, vehicle: str) -> Fleet:
    fleet = prices.instance.vehicles[vehicle].fleet
    if fleet is None:
        raise ValueError(f"{vehicle} is bought by the flight, not owned")
    return fleet
