"""Levelised cost of each cohort over its own life: nodes of a design, or halls of a region, bought in one period.

A cohort pays its price, its share by mass of its flights (with the wear and the expected loss of owned vehicles) and
its running costs, and serves until the end of its life, whatever the horizon. Both are discounted to the purchase.
Development, production lines, pads, gateways and the lunar industry serve many cohorts: they are in the levelised
cost of the plan only. Nodes made on the Moon have no price and no cohort.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solver.design.vintages import wait_years
from solver.economics import learning
from solver.economics.capital import extra_share, premium_share
from solver.economics.learning import mean_factors
from solver.economics.levelised import usd_per_kwh, usd_per_w_year
from solver.economics.refuelling import flights_each
from solver.economics.residual import delivered_years_share, discounted_service, discounted_years, wear_share
from solver.economics.unit_costs import Prices, part_prices, running_costs, server_musd, yearly_musd
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Instance
from solver.plan import Decisions, Design


@dataclass(frozen=True, slots=True)
class Cohort:
    """Purchases of one period in one place; MUSD at the purchase, ``service_gw_years`` discounted to it.

    ``design`` is that of nodes, empty for halls on the ground; ``running_musd`` includes servers after the first.
    """

    period: int
    place: str
    design: str
    gw: float
    purchase_musd: float
    launch_musd: float
    running_musd: float
    service_gw_years: float

    @property
    def usd_per_w_year(self) -> float | None:
        """Levelised cost over the life of the cohort; none where nothing arrives."""
        return usd_per_w_year(self._musd, self.service_gw_years) if self.service_gw_years > 0 else None

    @property
    def usd_per_kwh(self) -> float | None:
        """Levelised cost over the life of the cohort per kWh delivered to accelerators."""
        return usd_per_kwh(self._musd, self.service_gw_years) if self.service_gw_years > 0 else None

    @property
    def _musd(self) -> float:
        return self.purchase_musd + self.launch_musd + self.running_musd


def cohorts(instance: Instance, described: Iterable[Design], decisions: Decisions) -> Iterator[Cohort]:
    """Yield the cohorts of a plan by period, nodes before halls."""
    horizon, designs = PlanningHorizon.of(instance.horizon), {(d.name, d.shell): d for d in described}
    prices = Prices(instance, horizon, mean_factors(instance, designs.values(), decisions))
    carried = _flights_by_node_t(prices, designs, decisions)
    bought: dict[tuple[int, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for (v, k, s, t), count in sorted(decisions.loaded.items()):
        sums = bought[t, s, k]
        sums[0] += count
        sums[3] += count * premium_share(instance, v)
        sums[1] += count * (1 - instance.vehicles[v].loss_share)
        sums[2] += count * designs[k, s].mass_t * carried[v, s, t]
    for (t, s, k), (loaded, placed, launch_musd, insured) in sorted(bought.items()):
        if loaded:
            extra = loaded * extra_share(instance, "nodes", designs[k, s].life_years) + insured
            yield _of_nodes(prices, designs[k, s], t, (loaded, placed, launch_musd, extra))
    for (g, t), gw in sorted(decisions.ground_gw.items(), key=lambda item: (item[0][1], item[0][0])):
        if gw > 0:
            yield _of_halls(prices, g, t, gw)


def _flights_by_node_t(
    prices: Prices, designs: dict[tuple[str, str], Design], decisions: Decisions
) -> dict[tuple[str, str, int], float]:
    """Compute the cost of flights per tonne on them, MUSD, by vehicle, shell and period."""
    mass: dict[tuple[str, str, int], float] = defaultdict(float)
    for (v, k, s, t), count in sorted(decisions.loaded.items()):
        mass[v, s, t] += count * designs[k, s].mass_t
    for (v, s, t), tonnes in decisions.cargo_t.items():
        mass[v, s, t] += tonnes
    found = {}
    for (v, s, t), tonnes in mass.items():
        flights = decisions.flights.get((v, s, t), 0) * flights_each(prices.instance.vehicles[v], s)
        found[v, s, t] = flights * _flight_musd(prices, v, t) / tonnes if tonnes else 0.0
    return found


def _flight_musd(prices: Prices, vehicle: str, t: int) -> float:
    """Return the cost of a flight with what it takes of the life of an owned vehicle, MUSD."""
    described = prices.instance.vehicles[vehicle]
    musd = described.flight_musd * prices.factor(learning.component_of_vehicle(prices.instance, vehicle), t)
    if described.fleet is None:
        return musd
    loss = described.loss_share
    worn = 1.0 if described.fleet.reuse_flights <= 1 else wear_share(described.fleet.reuse_flights, loss) + loss
    return musd + prices.financed("vehicles", described.fleet.build_musd, described.fleet.life_years) * worn


def _of_nodes(prices: Prices, design: Design, t: int, bought: tuple[float, float, float, float]) -> Cohort:
    """Return the cohort of nodes; ``extra`` is the cost of capital, fees and insurance over the price of one."""
    (loaded, placed, launch_musd, extra), parts = bought, part_prices(prices, design, t)
    price = sum(
        musd * prices.factor(learning.component_of_part(prices.instance, part), t) for part, musd in parts.items()
    )
    working = placed * (1 - design.infant_mortality_share)
    rate, wait = prices.discount_rate, wait_years(prices.instance, design)
    years = discounted_years(rate + design.hazard_share_per_year, 0.0, design.life_years)
    service = 0.0
    if wait < design.life_years:
        service = (
            design.power_kw * 1e-6 * design.sunlit_share * discounted_service(design, rate, wait, design.life_years)
        )
    return Cohort(
        period=t,
        place=design.shell,
        design=design.name,
        gw=loaded * design.power_kw * 1e-6,
        purchase_musd=loaded * price + extra * sum(parts.values()),
        launch_musd=launch_musd,
        running_musd=working * yearly_musd(prices, design, t) * years,
        service_gw_years=working * service,
    )


def _of_halls(prices: Prices, region: str, t: int, gw: float) -> Cohort:
    """Return the cohort of halls: their servers until they close, the last ones by the service that they give."""
    ground, rate, now = prices.instance.ground[region], prices.discount_rate, prices.horizon.middle(t)
    on, life = ground.build_years, ground.facility_life_years
    servers = [
        prices.financed("servers", server_musd(ground, now + on + n * ground.it_life_years), ground.it_life_years)
        * math.exp(-rate * (on + n * ground.it_life_years))
        for n in range(math.ceil(life / ground.it_life_years - 1e-9))
    ]
    idle_years = len(servers) * ground.it_life_years - life
    left = delivered_years_share(rate, ground.it_life_years - idle_years, 0.0, ground.it_life_years)
    running = running_costs(ground, now + on)
    changes = {
        "energy": ground.power_price_change_share_per_year,
        "repairs": ground.it_price_change_share_per_year,
    }
    run_musd = sum(
        musd * math.exp(-rate * on) * discounted_years(rate - math.log1p(changes.get(item, 0.0)), 0.0, life)
        for item, musd in running.items()
    )
    return Cohort(
        period=t,
        place=region,
        design="",
        gw=gw,
        purchase_musd=gw * (prices.financed("facilities", ground.facility_usd_per_w * 1000, life) + servers[0]),
        launch_musd=0.0,
        running_musd=gw * (sum(servers[1:]) - servers[-1] * left + run_musd),
        service_gw_years=gw * discounted_years(rate, on, on + life),
    )
