"""Double entry: purchases, stocks, cash and salvage of any plan reconcile to the cent, written a third time here."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog

from solver.check.context import Context
from solver.check.fleet import fleet_history
from solver.check.landings import expended
from solver.check.ledger import LedgerBuilder
from solver.check.ledger import ledger as checked_ledger
from solver.check.survival import alive
from solver.derive.extract import extract
from solver.economics.ledger import ledger
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.plan import Plan
from tests.formulations.everything import VARIANTS, instance_of, matrix
from tests.solver.small import derived

pytestmark = pytest.mark.slow

CENT = 1e-8
"""A cent in MUSD."""
PLANS = [(variant, seed) for variant in sorted(set(VARIANTS) - {"learning"}) for seed in (0, 1)]


@cache
def any_plan(variant: str, seed: int) -> Plan:
    """A plan that is best under costs changed at random: it buys, loses and keeps more than an optimum does."""
    of, rng = matrix(variant), np.random.default_rng(seed)
    solution = solve(of.with_(cost=of.cost * rng.uniform(0.5, 2.0, of.columns)), Limits(gap=0.5))
    assert solution.x is not None
    return extract(instance_of(variant), derived(instance_of(variant)), of, solution.x)


def context_of(instance: Instance, plan: Plan) -> Context:
    """The checker's view of a plan."""
    return Context.of(instance, plan, {(d.name, d.shell): d for d in plan.designs}, 1e-6)


def under(rule: str, variant: str, seed: int) -> tuple[Instance, Plan]:
    """A plan under a rule of salvage."""
    instance = instance_of(variant)
    return instance.model_copy(update={"money": instance.money.model_copy(update={"salvage": rule})}), any_plan(
        variant, seed
    )


@pytest.mark.parametrize(("variant", "seed"), PLANS)
@pytest.mark.parametrize("rule", ["straight_line", "delivered", "none"])
def test_both_ledgers_agree_to_the_cent(variant: str, seed: int, rule: str) -> None:
    """Each entry, undiscounted and present, by the writing of the model and by that of the checker."""
    instance, plan = under(rule, variant, seed)
    builder = checked_ledger(context_of(instance, plan))
    entries = {(m.family, m.item, m.period): m for m in ledger(instance, plan.designs, plan.decisions)}
    for key in {*entries, *builder.musd}:
        musd, present = (entries[key].musd, entries[key].present_musd) if key in entries else (0.0, 0.0)
        assert musd == pytest.approx(builder.musd.get(key, 0.0), rel=1e-12, abs=CENT), key
        assert present == pytest.approx(builder.present.get(key, 0.0), rel=1e-12, abs=CENT), key


@pytest.mark.parametrize(("variant", "seed"), PLANS)
def test_vehicles_bought_are_standing_lost_left_or_retired(variant: str, seed: int) -> None:
    """Initial ones and arrivals are those in stock at the end, lost, left on the Moon and retired; none is negative."""
    instance, plan = under("straight_line", variant, seed)
    x = context_of(instance, plan)
    for v in instance.use.vehicles:
        fleet, loss = instance.vehicles[v].fleet, instance.vehicles[v].loss_share
        if fleet is None:
            continue
        history = fleet_history(x, v, fleet)
        flown = sum(year.flown for year in history)
        arrived = sum(
            n
            for (o, q), n in plan.decisions.ordered.items()
            if o == v and x.horizon.arrival(q, fleet.lead_years) in x.horizon.periods
        )
        left = sum(expended(x, v, t) for t in x.horizon.periods) if fleet.reuse_flights > 1 else 0.0
        retired = sum(n for (o, _), n in plan.decisions.retired.items() if o == v)
        gone = loss * flown + (1 - loss) * left + retired
        assert fleet.initial + arrived == pytest.approx(history[-1].stock + gone, abs=1e-9)
        assert min(year.stock for year in history) > -1e-6


@pytest.mark.parametrize(("variant", "seed"), PLANS)
def test_cash_is_price_times_purchases(variant: str, seed: int) -> None:
    """Vehicles, pads, lines, stations, mass drivers, seeds, imports, halls: paid once each, at their price."""
    instance, plan = under("straight_line", variant, seed)
    builder = checked_ledger(context_of(instance, plan))
    for key, musd in purchases(instance, plan).items():
        assert paid(builder, *key) == pytest.approx(musd, rel=1e-12, abs=CENT), key


def purchases(instance: Instance, plan: Plan) -> dict[tuple[str, str], float]:
    """Price times count of all that a plan buys, by family and item."""
    bought, d = defaultdict[tuple[str, str], float](float), plan.decisions
    for (v, _), n in d.ordered.items():
        fleet = instance.vehicles[v].fleet
        assert fleet is not None
        bought["launch", "vehicles"] += fleet.build_musd * n
    for (site, _), n in d.pads.items():
        bought["launch", "pads"] += instance.sites[site].pad_musd * n
    for (p, _), n in d.lines.items():
        line = instance.platforms[p].production_line
        assert line is not None
        bought["lines", "lines"] += line.cost_musd * n
    for (g, _), gw in d.ground_gw.items():
        bought["ground", "facilities"] += 1000 * instance.ground[g].facility_usd_per_w * gw
    for (b, _), n in d.gateways.items():
        assert instance.network is not None
        bought["network", "gateways"] += instance.network.gateways[b].cost_musd * n
    if instance.moon is not None:
        for n in d.mass_drivers.values():
            assert instance.moon.mass_driver is not None
            bought["lunar", "mass_drivers"] += instance.moon.mass_driver.cost_musd * n
        bought["lunar", "seeds"] += sum(d.seeds_t.values()) * instance.moon.seed.usd_per_kg / 1000
        for (j, _), tonnes in d.imported_t.items():
            bought["lunar", "imports"] += instance.moon.commodities[j].import_usd_per_kg / 1000 * tonnes
    return bought


def paid(builder: LedgerBuilder, family: str, item: str) -> float:
    """Undiscounted sum of an item over all periods."""
    return sum(musd for (f, i, _), musd in builder.musd.items() if (f, i) == (family, item))


@pytest.mark.parametrize(("variant", "seed"), PLANS)
def test_salvage_is_the_share_left_of_what_was_bought_and_stands(variant: str, seed: int) -> None:
    """Fleets by a linear program over the orders; nodes, pads, lines and stations by their straight lines."""
    instance, plan = under("straight_line", variant, seed)
    x = context_of(instance, plan)
    end, d = x.horizon_years, plan.decisions
    kept = defaultdict[str, float](float)

    def add(family: str, of: str, musd: float, ready: float, life: float) -> None:
        kept[family] += financed(instance, of, musd, life) * min(1.0, max(0.0, 1.0 - (end - ready) / life))

    for v in instance.use.vehicles:
        kept["launch"] += _fleet_musd(x, v)
    for (name, q), n in d.pads.items():
        site = instance.sites[name]
        add("launch", "pads", site.pad_musd * n, x.horizon.middle(q) + site.pad_lead_years, site.pad_life_years)
    for (p, q), n in d.lines.items():
        line = instance.platforms[p].production_line
        assert line is not None
        add("lines", "lines", line.cost_musd * n, x.horizon.middle(q) + line.lead_years, line.life_years)
    for (b, q), n in d.gateways.items():
        assert instance.network is not None
        station = instance.network.gateways[b]
        ready = x.horizon.middle(q) + station.lead_years
        add("network", "gateways", station.cost_musd * n, ready, station.life_years)
    for (v, k, s, q), n in d.loaded.items():
        design, middle = x.designs[k, s], x.horizon.middle(q)
        change = design.accelerator_price_change_share_per_year
        price = sum(design.cost_musd.values()) * (1 + change) ** middle
        arrived = n * (1 - instance.vehicles[v].loss_share)
        add("nodes", "nodes", price * arrived * alive(design, end - middle), middle, design.life_years)
    builder = checked_ledger(x)
    for family, musd in kept.items():
        assert -paid(builder, family, "salvage") == pytest.approx(musd, rel=1e-9, abs=CENT), family


def financed(instance: Instance, of: str, musd: float, life: float | None) -> float:
    """Price with interest: payments a year of the class until the end of life, at the rate of the plan; and fees."""
    given = getattr(instance.money.capital_cost_share_per_year, of)
    if given is not None and life is not None:
        yearly = musd * given / (1 - (1 + given) ** -life)
        rate = instance.horizon.discount_share_per_year
        musd = yearly * (1 - (1 + rate) ** -life) / rate
    return musd * (1 + instance.money.fees_share)


def _fleet_musd(x: Context, v: str) -> float:
    """Largest salvage of the bought vehicles of a type, by the linear program of the page of the fleet."""
    vehicle, fleet = x.instance.vehicles[v], x.instance.vehicles[v].fleet
    orders = sorted((q, n) for (o, q), n in x.decisions.ordered.items() if o == v)
    if fleet is None or not orders:
        return 0.0
    last = fleet_history(x, v, fleet)[-1]
    ready = [x.horizon.middle(q) + fleet.lead_years for q, _ in orders]
    life = fleet.life_years or np.inf
    share = np.clip([1 - (x.horizon_years - year) / life for year in ready], 0.0, 1.0)
    rows, limits = [np.ones(len(orders))], [last.stock]
    if fleet.reuse_flights > 1:
        worn = max(0.0, 1 / fleet.reuse_flights - vehicle.loss_share / 2) * last.worn_so_far
        before = fleet.initial * fleet.initial_flown_share
        rows.append(share)
        limits.append(last.stock + last.retired_so_far - worn - before)
    found = linprog(-share, A_ub=np.array(rows), b_ub=limits, bounds=[(0, n) for _, n in orders])
    assert found.success
    return float(-found.fun * financed(x.instance, "vehicles", fleet.build_musd, fleet.life_years))
