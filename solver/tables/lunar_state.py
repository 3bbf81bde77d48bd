"""Lunar state of a plan: plant and stores by step; propellant, landings and mass drivers by period.

For tables and reports; the checker replays plans by its own code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solver.horizon.periods import PlanningHorizon
from solver.horizon.substeps import EPS, SubPeriods, calendar_lag
from solver.instance.moon import Lander, MassDriver, Moon
from solver.instance.schema import Instance
from solver.physics.ascent import round_trip_propellant
from solver.physics.constants import SECONDS_PER_YEAR
from solver.plan import Decisions, Plan

HOURS_PER_YEAR = SECONDS_PER_YEAR / 3600
JOULES_PER_GWH = 3.6e12


@dataclass(frozen=True, slots=True)
class LunarReplay:
    """Lunar industry of a plan over time; mass in t, energy in GWh.

    By step u: ``period`` and ``middle`` (years from the start), operating ``capital[i, u]``, ``seeded_t[u]`` of seed
    that starts to operate, ``fed_t[j, u]`` of feedstock, ``built_t[j, u]`` built into plant, mass drivers and nodes,
    ``stored_t[j, u]`` in store at the end. By period t: ``landed_t``, ``propellant_t`` in the depot at the end,
    ``launched_t`` and ``operating_drivers`` of mass drivers.
    """

    moon: Moon
    horizon: PlanningHorizon
    steps: SubPeriods
    decisions: Decisions
    period: tuple[int, ...]
    middle: tuple[float, ...]
    capital: Mapping[tuple[str, int], float]
    seeded_t: Mapping[int, float]
    fed_t: Mapping[tuple[str, int], float]
    built_t: Mapping[tuple[str, int], float]
    stored_t: Mapping[tuple[str, int], float]
    landed_t: Mapping[int, float]
    propellant_t: Mapping[int, float]
    launched_t: Mapping[int, float]
    operating_drivers: Mapping[int, int]

    @property
    def used(self) -> bool:
        """True if the plan has a landing."""
        return any(self.decisions.landings.values())

    def share(self, u: int) -> float:
        """Return the length of a step over that of its period."""
        return 1.0 / self.steps.cuts[self.period[u]]

    def years(self, u: int) -> float:
        """Return the length of a step, years."""
        return self.share(u) * self.horizon.years(self.period[u])

    def plant_t(self, u: int) -> float:
        """Return the operating capital of a step, t."""
        return sum(self.capital[i, u] for i in self.moon.activities)

    def made_t(self, j: str, u: int) -> float:
        """Return the production of a commodity in a step, t."""
        made = self.decisions.made_t
        return sum(made.get((i, u), 0.0) for i, a in self.moon.activities.items() if a.makes == j)

    def imported_t(self, u: int) -> float:
        """Return the imports of a step, without seed, t."""
        return sum(self.decisions.imported_t.get((j, u), 0.0) for j in self.moon.commodities)

    def net_production_t(self, j: str, u: int) -> float:
        """Return the production of a commodity less its use as feedstock, t."""
        return self.made_t(j, u) - self.fed_t.get((j, u), 0.0)

    @property
    def extraction_activities(self) -> list[str]:
        """Activities whose product needs no other commodity and is feedstock of others."""
        fed = {j for a in self.moon.activities.values() for j, share in a.feed.items() if share > 0}
        return [i for i, a in self.moon.activities.items() if a.makes in fed and not any(a.feed.values())]

    def excavated_t(self, u: int) -> float:
        """Return the mass excavated in a step, t."""
        return sum(self.decisions.made_t.get((i, u), 0.0) for i in self.extraction_activities)

    def product_t(self, u: int) -> float:
        """Return the net production of a step, t.

        An excavated commodity counts only as far as it is built into products, so that stockpiles are no product.
        """
        extracted = {self.moon.activities[i].makes for i in self.extraction_activities}
        return sum(
            self.built_t.get((j, u), 0.0) if j in extracted else self.net_production_t(j, u)
            for j in self.moon.commodities
        )

    def plant_built_t(self, u: int) -> float:
        """Return the capital built in a step, t."""
        return sum(self.decisions.invested_t.get((i, u), 0.0) for i in self.moon.activities)

    def production_gwh(self, u: int) -> float:
        """Return the energy of production and assembly in a step, with storage losses for the night, GWh."""
        stores = [a.efficiency_share for a in self.moon.activities.values() if a.does == "storage"]
        charge = 1.0 / max(min(stores, default=1.0), EPS)
        drawn = 0.0
        for i, activity in self.moon.activities.items():
            night_t = self.decisions.night_t.get((i, u), 0.0)
            day_t = self.decisions.made_t.get((i, u), 0.0) - night_t
            drawn += activity.energy_kwh_per_kg * 1e-3 * (day_t + charge * night_t)
        return drawn

    def launch_gwh(self, u: int) -> float:
        """Return the energy of mass drivers in a step, GWh."""
        driver, launched_t = self.moon.mass_driver, self.launched_t.get(self.period[u], 0.0)
        if driver is None or not launched_t:
            return 0.0
        return (
            self.share(u) * launched_t * 1000 * driver.speed_m_per_s**2 / 2 / driver.efficiency_share / JOULES_PER_GWH
        )

    def generation_capacity_gwh(self, u: int) -> float:
        """Return the energy that the operating power plant can generate in a step, by day, GWh."""
        lit_hours = HOURS_PER_YEAR * self.years(u) * self.moon.illumination_share
        kw = sum(
            (a.power_kw_per_t or 0.0) * a.availability_share * self.capital[i, u]
            for i, a in self.moon.activities.items()
            if a.does == "power"
        )
        return kw * lit_hours * 1e-6

    def lit_capacity_gwh(self, u: int) -> float:
        """Return the energy that panels can generate in a step on the ground they fill, best first, GWh."""
        if not self.moon.lit_area:
            return self.generation_capacity_gwh(u)
        name, activity = next((i, a) for i, a in self.moon.activities.items() if a.does == "power")
        free_kw, lit_kw = (activity.power_kw_per_t or 0.0) * self.capital[name, u], 0.0
        for ground in self.moon.lit_area:
            standing = min(free_kw, ground.area_km2 * 1e6 / (activity.area_m2_per_kw or 1.0))
            lit_kw, free_kw = lit_kw + standing * ground.light_share, free_kw - standing
        hours = HOURS_PER_YEAR * self.years(u) * self.moon.illumination_share * activity.availability_share
        return lit_kw * hours * 1e-6

    def made_until_t(self, j: str, t: int) -> float:
        """Return all that is made of a commodity until the end of a period, t."""
        makers = {i for i, a in self.moon.activities.items() if a.makes == j}
        made = self.decisions.made_t.items()
        return sum(mass_t for (i, u), mass_t in made if i in makers and self.period[u] <= t)

    def launch_capacity_t(self, t: int) -> float:
        """Return the mass that operating mass drivers can launch in a period, by day, t."""
        driver = self.moon.mass_driver
        if driver is None:
            return 0.0
        yearly = driver.throughput_kt_per_year * 1000 * driver.availability_share * self.moon.illumination_share
        return yearly * self.horizon.years(t) * self.operating_drivers[t]

    def existing_drivers(self, t: int) -> int:
        """Return the number of mass drivers operating or on order at the end of a period."""
        driver = self.moon.mass_driver
        if driver is None:
            return 0
        return sum(
            n for (q,), n in self.decisions.mass_drivers.items() if q <= t and not _retired(self.horizon, driver, q, t)
        )

    def local_share(self, j: str, t: int) -> float:
        """Return the largest share of the need for a commodity that lunar production may meet in a period."""
        share = self.moon.commodities[j].local_share
        for unlock in self.moon.commodities[j].unlocks:
            started = self.decisions.unlocked.get((j, unlock.name))
            if started is not None and self.horizon.arrival(started, unlock.development_years) <= t:
                share = unlock.local_share
        return share


def lunar_replay(instance: Instance, plan: Plan) -> LunarReplay | None:
    """Compute the lunar industry of a plan, or None where ``use.moon`` is not true.

    KeyError if the plan names what the instance lacks.
    """
    moon, decisions = instance.moon, plan.decisions
    if moon is None or not instance.use.moon:
        return None
    horizon = PlanningHorizon.of(instance.horizon)
    steps = SubPeriods.of_moon(horizon, moon)
    period = tuple(t for t in horizon.periods for _ in steps.within(t))
    middle = tuple(steps.middle(u) for u in steps.steps)
    launched_t, launched_bill = _launched(moon, plan)
    fed_t, built_t = _fed(moon, decisions), _built(moon, decisions, steps, period, launched_bill)
    seeded_t = _seeded(moon, decisions, horizon, steps)
    return LunarReplay(
        moon=moon,
        horizon=horizon,
        steps=steps,
        decisions=decisions,
        period=period,
        middle=middle,
        capital=_capital(moon, decisions, steps, middle, seeded_t),
        seeded_t=seeded_t,
        fed_t=fed_t,
        built_t=built_t,
        stored_t=_stored(moon, decisions, len(period), fed_t, built_t),
        landed_t=_landed(instance, moon, decisions),
        propellant_t=_propellant(instance, moon, decisions, horizon),
        launched_t=launched_t,
        operating_drivers={t: _operating_drivers(moon.mass_driver, decisions, horizon, t) for t in horizon.periods},
    )


def refill_t(lander: Lander) -> float:
    """Return the propellant of one landing from the depot, t, with that of a lander's return."""
    up, back = lander.delta_v_m_per_s, lander.return_delta_v_m_per_s
    return round_trip_propellant(lander.dry_t, lander.landed_t, up, back, lander.isp_s)


def _seeded(moon: Moon, decisions: Decisions, horizon: PlanningHorizon, steps: SubPeriods) -> dict[int, float]:
    seeded: dict[int, float] = defaultdict(float)
    for (q,), mass_t in decisions.seeds_t.items():
        t = horizon.arrival(q, moon.seed.lag_years)
        if t < len(horizon.periods):
            seeded[steps.within(t).start] += mass_t
    return dict(seeded)


def _capital(
    moon: Moon, decisions: Decisions, steps: SubPeriods, middle: tuple[float, ...], seeded_t: Mapping[int, float]
) -> dict[tuple[str, int], float]:
    new: dict[tuple[str, int], float] = defaultdict(float)
    for (i, w), mass_t in decisions.invested_t.items():
        new[i, steps.arrival(w, calendar_lag(moon, moon.activities[i].lag_years))] += mass_t
    for u, mass_t in seeded_t.items():
        for i, part in moon.seed.mix.items():
            new[i, u] += part * mass_t
    capital = {}
    for i, activity in moon.activities.items():
        now = 0.0
        for u in range(len(middle)):
            years = middle[u] - middle[u - 1] if u > 0 else 0.0
            now = (1.0 - activity.decay_share_per_year) ** years * now + new.get((i, u), 0.0)
            capital[i, u] = now
    return capital


def _fed(moon: Moon, decisions: Decisions) -> dict[tuple[str, int], float]:
    fed: dict[tuple[str, int], float] = defaultdict(float)
    for (i, u), mass_t in decisions.made_t.items():
        for j, share in moon.activities[i].feed.items():
            fed[j, u] += share * mass_t
    return dict(fed)


def _built(
    moon: Moon,
    decisions: Decisions,
    steps: SubPeriods,
    period: tuple[int, ...],
    launched_bill: Mapping[tuple[str, int], float],
) -> dict[tuple[str, int], float]:
    built: dict[tuple[str, int], float] = defaultdict(float)
    for (i, u), mass_t in decisions.invested_t.items():
        for j, share in moon.activities[i].bill.items():
            built[j, u] += share * mass_t
    goods: dict[tuple[str, int], float] = defaultdict(float, launched_bill)
    for (t,), count in decisions.mass_drivers.items() if moon.mass_driver is not None else ():
        assert moon.mass_driver is not None
        for j, share in moon.mass_driver.bill.items():
            goods[j, t] += share * count * moon.mass_driver.mass_t
    for u, t in enumerate(period):
        for j in moon.commodities:
            built[j, u] += goods.get((j, t), 0.0) / steps.cuts[t]
    return dict(built)


def _stored(
    moon: Moon,
    decisions: Decisions,
    steps: int,
    fed_t: Mapping[tuple[str, int], float],
    built_t: Mapping[tuple[str, int], float],
) -> dict[tuple[str, int], float]:
    stored = {}
    for j in moon.commodities:
        makers, left = [i for i, a in moon.activities.items() if a.makes == j], 0.0
        for u in range(steps):
            left += sum(decisions.made_t.get((i, u), 0.0) for i in makers) + decisions.imported_t.get((j, u), 0.0)
            # Negative stock is rounding of the solver.
            left = max(0.0, left - fed_t.get((j, u), 0.0) - built_t.get((j, u), 0.0))
            stored[j, u] = left
    return stored


def _landed(instance: Instance, moon: Moon, decisions: Decisions) -> dict[int, float]:
    landed: dict[int, float] = defaultdict(float)
    for (d, t), count in decisions.landings.items():
        lander = moon.landers[d]
        arrives_share = (1.0 - instance.vehicles[lander.vehicle].loss_share) * (1.0 - lander.loss_share)
        landed[t] += arrives_share * lander.landed_t * count
    return dict(landed)


def _propellant(instance: Instance, moon: Moon, decisions: Decisions, horizon: PlanningHorizon) -> dict[int, float]:
    flows: dict[int, float] = defaultdict(float)
    for (v, t), count in decisions.tankers.items():
        arrives_share = (1.0 - instance.vehicles[v].loss_share) * (1.0 - moon.depot.transfer_loss_share)
        flows[t] += arrives_share * moon.depot.tankers[v] * count
    for (d, t), count in decisions.landings.items():
        flows[t] -= refill_t(moon.landers[d]) * count
    left, depot = 0.0, {}
    for t in horizon.periods:
        kept_share = (1.0 - moon.depot.boil_off_share_per_year) ** horizon.years(t)
        depot[t] = left = max(0.0, kept_share * left + flows.get(t, 0.0))
    return depot


def _launched(moon: Moon, plan: Plan) -> tuple[dict[int, float], dict[tuple[str, int], float]]:
    """Return the mass launched by mass drivers by period, t, and the commodities in it."""
    launched: dict[int, float] = defaultdict(float)
    bill: dict[tuple[str, int], float] = defaultdict(float)
    designs = {(design.name, design.shell): design for design in plan.designs}
    for (k, s, t), gw in plan.decisions.mass_driver_launched_gw.items():
        design = designs[k, s]
        nodes = gw * 1e6 / design.power_kw
        launched[t] += nodes * design.mass_t
        for part, mass_kg in design.mass_kg.items():
            for j, share in moon.bills.get(part, {}).items():
                bill[j, t] += nodes * mass_kg / 1000 * share
    return dict(launched), dict(bill)


def _retired(horizon: PlanningHorizon, driver: MassDriver, q: int, t: int) -> bool:
    return horizon.over_by(t, horizon.middle(q) + driver.lag_years, driver.life_years)


def _operating_drivers(driver: MassDriver | None, decisions: Decisions, horizon: PlanningHorizon, t: int) -> int:
    if driver is None:
        return 0
    orders = decisions.mass_drivers.items()
    return sum(
        n for (q,), n in orders if horizon.arrival(q, driver.lag_years) <= t and not _retired(horizon, driver, q, t)
    )
