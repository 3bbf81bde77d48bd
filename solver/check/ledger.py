"""Ledger of the checker: cash flows of each decision, and its residual value at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from solver.check.calendar import INSTANT
from solver.check.capital import beyond_price, insured_beyond_loss
from solver.check.context import Context, compounded, nodes_of
from solver.check.ground import power_on_years, server_price, server_purchases, working_part
from solver.check.learning import PriceFactors, price_factors
from solver.check.refuelling import all_flights
from solver.check.replay import driver_ready_years
from solver.check.residual import (
    fleet_present_residual,
    node_service_share,
    present_residual,
    residual_at,
    residual_share,
    salvage_counted,
)
from solver.check.substeps import Steps
from solver.check.survival import alive
from solver.check.target import RATES
from solver.instance.moon import Moon
from solver.instance.places import Ground
from solver.plan import CashFlow, Design

HOURS_PER_YEAR = 8766.0
MUSD_PER_T = 1e-3
"""MUSD per t of one USD per kg."""

SALVAGE = "salvage"

Key = tuple[str, str, int]


@dataclass(slots=True)
class LedgerBuilder:
    """Amounts by family, item and period: undiscounted and present value, MUSD."""

    x: Context
    musd: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    present: dict[Key, float] = field(default_factory=lambda: defaultdict(float))

    def pay(self, family: str, item: str, period: int, musd: float, years: float | None = None) -> None:
        """Add a payment in the middle of a period, or at an instant in years from the start."""
        if musd != 0.0:
            at = self.x.horizon.middle(period) if years is None else years
            self.musd[family, item, period] += musd
            self.present[family, item, period] += musd * self.x.horizon.discount(at)

    def finance(
        self, family: str, of_class: str, period: int, musd: float, life: float | None, years: float | None = None
    ) -> float:
        """Add cost of capital and fees of an asset of that price, and return its price with them."""
        extra = musd * beyond_price(self.x, of_class, life)
        self.pay(family, "capital", period, extra, years)
        return musd + extra

    def add_salvage(self, family: str, present_musd: float) -> None:
        """Add a residual value by its present value, if the instance counts salvage; it is paid at the end."""
        if salvage_counted(self.x):
            musd = present_musd / self.x.horizon.discount(self.x.horizon_years)
            self.pay(family, SALVAGE, self.x.horizon.periods[-1], -musd, self.x.horizon_years)

    def add_residual(self, family: str, musd: float, bought: float, ready: float, life_years: float) -> None:
        """Add the residual value of a thing by the years of its life after the horizon."""
        if salvage_counted(self.x):
            self.add_salvage(family, present_residual(self.x, musd, bought, ready, life_years))

    def entries(self) -> list[CashFlow]:
        """Return the ledger, sorted."""
        return [CashFlow(*key, self.musd[key], self.present[key]) for key in sorted(self.musd)]


def ledger(x: Context) -> LedgerBuilder:
    """Build the ledger of a plan: all spending, and the residual value at the end."""
    builder, factors = LedgerBuilder(x), price_factors(x)
    _nodes(x, builder, factors)
    _lines(x, builder)
    _launch(x, builder, factors)
    _vehicles(x, builder)
    for (g, q), gw in x.decisions.ground_gw.items():
        _ground(x, builder, x.instance.ground[g], q, gw)
    _unmet(x, builder)
    _gateways(x, builder)
    if x.moon is not None and x.steps is not None:
        _landings(x, builder, factors, x.moon)
        _industry(x, builder, x.moon, x.steps)
        _drivers(x, builder, x.moon)
    return builder


def present_cost_musd(builder: LedgerBuilder) -> float:
    """Return the gross present cost: present value of all spending, before salvage."""
    return sum(musd for (_, item, _), musd in builder.present.items() if item != SALVAGE)


def salvage_musd(builder: LedgerBuilder) -> float:
    """Return the present value of salvage, as a positive number."""
    return -sum(musd for (_, item, _), musd in builder.present.items() if item == SALVAGE)


def part_prices(x: Context, d: Design, q: int) -> Iterator[tuple[str, float]]:
    """Yield the catalogue price of each part of a node bought in period q, MUSD."""
    others = x.instance.money.hardware_price_change_share_per_year
    for part, musd in d.cost_musd.items():
        change = d.accelerator_price_change_share_per_year if part in ("accelerators", "node") else others
        yield part, musd * compounded(change, x.horizon.middle(q))


def _nodes(x: Context, builder: LedgerBuilder, factors: PriceFactors) -> None:
    for (v, k, s, q), count in x.decisions.loaded.items():
        whole = 0.0
        for part, price in part_prices(x, x.designs[k, s], q):
            builder.pay("nodes", part, q, price * count * factors.of_part(part, q))
            whole += price * count
        builder.pay("nodes", "capital", q, whole * beyond_price(x, "nodes", x.designs[k, s].life_years))
        builder.pay("nodes", "insurance", q, whole * insured_beyond_loss(x, v))
    last = x.horizon.periods[-1]
    for (k, s, q), placed in x.placed.items():
        d = x.designs[k, s]
        prices = dict(part_prices(x, d, q))
        price = sum(prices.values())
        yearly = d.operations_share_per_year * price + d.upkeep_musd_per_year
        for t in x.horizon.periods[q:]:
            # A node placed in the middle of its first period is operated for half of it.
            years = x.horizon.years(t) * (0.5 if t == q else 1.0)
            builder.pay("nodes", "operations", t, yearly * alive(d, x.horizon.age(q, t)) * placed * years)
        age = x.horizon.age(q, last)
        residual_musd = sum(musd * factors.residual_of_part(part) for part, musd in prices.items())
        residual_musd *= 1.0 + beyond_price(x, "nodes", d.life_years)
        if x.instance.money.salvage == "delivered":
            share = node_service_share(x, d, age, x.transfer_years(k, s)) * x.horizon.discount(x.horizon.middle(q))
        else:
            share = alive(d, age) * residual_share(age, d.life_years) * x.horizon.discount(x.horizon_years)
        builder.add_salvage("nodes", residual_musd * placed * share)


def _lines(x: Context, builder: LedgerBuilder) -> None:
    for (p,), q in x.decisions.opened.items():
        builder.pay("lines", "development", q, x.instance.platforms[p].development_musd)
    for (p, q), count in x.decisions.lines.items():
        line = x.instance.platforms[p].production_line
        assert line is not None
        builder.pay("lines", "lines", q, line.cost_musd * count)
        ordered = x.horizon.middle(q)
        financed = builder.finance("lines", "lines", q, line.cost_musd * count, line.life_years)
        builder.add_residual("lines", financed, ordered, ordered + line.lead_years, line.life_years)


def _launch(x: Context, builder: LedgerBuilder, factors: PriceFactors) -> None:
    for (v, s, t), ships in x.decisions.flights.items():
        vehicle = x.instance.vehicles[v]
        count = all_flights(vehicle, s, ships)
        builder.pay("launch", "flights", t, vehicle.flight_musd * count * factors.of_flight(v, t))
    for (name, q), count in x.decisions.pads.items():
        site = x.instance.sites[name]
        builder.pay("launch", "pads", q, site.pad_musd * count)
        ordered = x.horizon.middle(q)
        ready = ordered + site.pad_lead_years
        financed = builder.finance("launch", "pads", q, site.pad_musd * count, site.pad_life_years)
        builder.add_residual("launch", financed, ordered, ready, site.pad_life_years)
    if x.instance.money.salvage == "delivered":
        _carried(x, builder, factors)


def _carried(x: Context, builder: LedgerBuilder, factors: PriceFactors) -> None:
    """Add the residual value of launches: of each flight the share of the mass of the nodes that arrive."""
    for (v, k, s, q), count in x.decisions.loaded.items():
        vehicle, d, bought = x.instance.vehicles[v], x.designs[k, s], x.horizon.middle(q)
        of_flight = min(1.0, d.mass_t / vehicle.payload_t[s])
        paid_musd = vehicle.flight_musd * all_flights(vehicle, s, 1)
        price = paid_musd * factors.residual_of_flight(v) * x.horizon.discount(bought)
        share = node_service_share(x, d, x.horizon_years - bought, x.transfer_years(k, s))
        builder.add_salvage("launch", price * of_flight * share * count * (1.0 - vehicle.loss_share))


def _vehicles(x: Context, builder: LedgerBuilder) -> None:
    for v in x.instance.use.vehicles:
        fleet = x.instance.vehicles[v].fleet
        if fleet is None:
            continue
        for (o, q), count in x.decisions.ordered.items():
            if o == v:
                builder.pay("launch", "vehicles", q, fleet.build_musd * count)
                builder.finance("launch", "vehicles", q, fleet.build_musd * count, fleet.life_years)
        if salvage_counted(x):
            builder.add_salvage("launch", fleet_present_residual(x, v, fleet))


def _ground(x: Context, builder: LedgerBuilder, region: Ground, q: int, gw: float) -> None:
    capital = region.facility_usd_per_w * 1000 * gw
    begins = power_on_years(x, region, q)
    builder.pay("ground", "facilities", q, capital)
    financed = builder.finance("ground", "facilities", q, capital, region.facility_life_years)
    builder.add_residual("ground", financed, x.horizon.middle(q), begins, region.facility_life_years)
    bought = None
    for period, bought in server_purchases(x, region, q):
        price = server_price(region, bought) * gw
        builder.pay("ground", "servers", period, price, bought)
        builder.finance("ground", "servers", period, price, region.it_life_years, bought)
    if bought is not None:
        _servers_left(x, builder, region, bought, begins + region.facility_life_years, gw)
    used_gwh = gw * HOURS_PER_YEAR * region.utilisation_share
    for t in x.horizon.periods[q:]:
        years, middle = working_part(x, region, q, t)
        # GWh are millions of kWh, so prices in USD give MUSD; 1,000 litres are a cubic metre.
        power = region.power_usd_per_kwh * compounded(region.power_price_change_share_per_year, middle)
        builder.pay("ground", "energy", t, years * used_gwh * region.pue * power, middle)
        water_m3_per_kwh = region.water_l_per_kwh / 1000
        builder.pay("ground", "water", t, years * used_gwh * water_m3_per_kwh * region.water_usd_per_m3, middle)
        builder.pay("ground", "operations", t, years * region.operations_share_per_year * capital, middle)
        failed = years * region.it_failure_share_per_year * gw
        builder.pay("ground", "repairs", t, failed * server_price(region, middle), middle)


def _servers_left(x: Context, builder: LedgerBuilder, region: Ground, bought: float, closes: float, gw: float) -> None:
    """Add the value of the last servers: at the end of the plan, or when their hall closes before."""
    life = region.it_life_years
    price = server_price(region, bought) * gw * (1.0 + beyond_price(x, "servers", life))
    if closes >= x.horizon_years:
        builder.add_residual("ground", price, bought, bought, life)
    elif salvage_counted(x):
        period = next(t for t in x.horizon.periods if x.horizon.end(t) >= closes - INSTANT)
        value = residual_at(x, price, bought, closes, life)
        builder.pay("ground", SALVAGE, period, -value, closes)


def _unmet(x: Context, builder: LedgerBuilder) -> None:
    price = x.instance.target.unmet_penalty_musd
    if price is None:
        return
    for (t,), amount in x.decisions.unmet.items():
        years = 1.0 if x.instance.target.kind in RATES else x.horizon.years(t)
        builder.pay("target", "unmet", t, price * amount * years)


def _gateways(x: Context, builder: LedgerBuilder) -> None:
    """Stations of gateways, and their running cost from their first use on."""
    network = x.instance.network
    if network is None:
        return
    for (b, q), count in x.decisions.gateways.items():
        gateway = network.gateways[b]
        price = gateway.cost_musd * count
        builder.pay("network", "gateways", q, price)
        for t in x.horizon.periods:
            if x.horizon.arrival(q, gateway.lead_years) <= t and x.in_use(t, gateway.available_from):
                builder.pay("network", "operations", t, gateway.operations_share_per_year * price * x.horizon.years(t))
        ordered = x.horizon.middle(q)
        financed = builder.finance("network", "gateways", q, price, gateway.life_years)
        builder.add_residual("network", financed, ordered, ordered + gateway.lead_years, gateway.life_years)


def _landings(x: Context, builder: LedgerBuilder, factors: PriceFactors, moon: Moon) -> None:
    """Flights to the depot and to the Moon, and their cargo."""
    for (v, t), count in x.decisions.tankers.items():
        builder.pay("launch", "flights", t, x.instance.vehicles[v].flight_musd * count * factors.of_flight(v, t))
    for (d, t), count in x.decisions.landings.items():
        lander = moon.landers[d]
        flight_musd = x.instance.vehicles[lander.vehicle].flight_musd * factors.of_flight(lander.vehicle, t)
        builder.pay("launch", "flights", t, flight_musd * count)
        builder.pay("launch", "landers", t, lander.lander_musd * count)
    for (t,), mass_t in x.decisions.seeds_t.items():
        price = moon.seed.usd_per_kg * MUSD_PER_T * mass_t
        builder.pay("lunar", "seeds", t, price)
        age = max(0.0, x.horizon_years - (x.horizon.middle(t) + moon.seed.lag_years))
        kept = (share * compounded(-moon.activities[i].decay_share_per_year, age) for i, share in moon.seed.mix.items())
        # Decay is even, so that the service after the horizon is the whole, decayed and discounted by its age.
        at = x.horizon_years if x.instance.money.salvage == "straight_line" else x.horizon.middle(t) + age
        builder.add_salvage("lunar", price * sum(kept) * x.horizon.discount(at))


def _industry(x: Context, builder: LedgerBuilder, moon: Moon, steps: Steps) -> None:
    """Development, operations, imports and unlocks of the lunar industry."""
    for begun in x.decisions.moon_begun.values():
        builder.pay("lunar", "development", begun, moon.development_musd)
        for t in x.horizon.periods:
            if x.horizon.arrival(begun, moon.development_years) <= t:
                builder.pay("lunar", "operations", t, moon.operations_musd_per_year * x.horizon.years(t))
    for (j, u), mass_t in x.decisions.imported_t.items():
        commodity, t = moon.commodities[j], steps.period(u)
        price = commodity.import_usd_per_kg * MUSD_PER_T * mass_t
        builder.pay("lunar", "imports", t, price)
        landed = x.horizon.middle(t)
        builder.add_residual("lunar", price, landed, landed, commodity.life_years)
    for (j, name), begun in x.decisions.unlocked.items():
        unlock = next(unlock for unlock in moon.commodities[j].unlocks if unlock.name == name)
        builder.pay("lunar", "unlocks", begun, unlock.cost_musd)


def _drivers(x: Context, builder: LedgerBuilder, moon: Moon) -> None:
    """Mass drivers, and the transfer of the nodes that they launch."""
    driver = moon.mass_driver
    if driver is not None:
        for (q,), count in x.decisions.mass_drivers.items():
            builder.pay("lunar", "mass_drivers", q, driver.cost_musd * count)
            ready = driver_ready_years(x, driver, q)
            builder.add_residual("lunar", driver.cost_musd * count, x.horizon.middle(q), ready, driver.life_years)
    for (k, s, t), gw in x.decisions.mass_driver_launched_gw.items():
        route, design = x.instance.shells[s].from_moon, x.designs[k, s]
        if route is not None:
            mass_t = nodes_of(design, gw) * design.mass_t
            builder.pay("lunar", "transfer", t, route.cost_usd_per_kg * MUSD_PER_T * mass_t)
