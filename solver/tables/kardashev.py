"""Kardashev index of a plan over time, with its drivers: IT power, lunar plant, mass and energy flows.

The index is that of the IT power alone, the power of accelerators, not of all the energy use of a civilisation. Pure
functions of the plan state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from solver.physics.kardashev import kardashev_index, share_of_sun
from solver.tables.lunar_state import LunarReplay
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row

W_PER_GW = 1e9
GWH_PER_GW_YEAR = 8766.0
DOUBLING_WINDOW_YEARS = 3.0
"""Window before a period for its doubling time, years."""
FULL_SHARE = 0.999
"""Share of its largest mass at which the plant counts as full."""


@dataclass(frozen=True, slots=True)
class IndustryState:
    """Industry state of one period: IT power at its end, lunar plant, and mass and energy flows, mean over the period.

    Mass flows are in t a year and balance: ``made`` + ``imported`` = ``plant_built`` + ``drivers_built`` + ``launched``
    + ``left_over``. ``made`` is product less what making it used up; of ``dug``, what comes out of the ground to feed
    others, only what goes into products counts as made. ``production_power_gw`` and ``mass_driver_power_gw`` are drawn,
    ``generation_capacity_gw`` could be. ``index`` is none without power, ``doubling_years`` where the plant did not
    grow over the last years.
    """

    t: int
    earth_gw: float
    moon_gw: float
    ground_gw: float
    plant_t: float = 0.0
    doubling_years: float | None = None
    excavated_t_per_year: float = 0.0
    made_t_per_year: float = 0.0
    imported_t_per_year: float = 0.0
    plant_built_t_per_year: float = 0.0
    mass_drivers_built_t_per_year: float = 0.0
    mass_driver_launched_t_per_year: float = 0.0
    production_power_gw: float = 0.0
    mass_driver_power_gw: float = 0.0
    generation_capacity_gw: float = 0.0
    drivers: int = 0

    @property
    def power_gw(self) -> float:
        """Total IT power, in orbit and on the ground, GW."""
        return self.earth_gw + self.moon_gw + self.ground_gw

    @property
    def index(self) -> float | None:
        """Kardashev index of the IT power; none without power."""
        return kardashev_index(self.power_gw * W_PER_GW) if self.power_gw > 0 else None

    @property
    def sun_share(self) -> float:
        """Share of the luminosity of the Sun in use as IT power."""
        return share_of_sun(self.power_gw * W_PER_GW)

    @property
    def earth_share(self) -> float | None:
        """Share of Earth-made nodes, in orbit or on the ground, in the IT power; none without power."""
        return (self.earth_gw + self.ground_gw) / self.power_gw if self.power_gw > 0 else None

    @property
    def moon_share(self) -> float | None:
        """Share of Moon-made nodes in the IT power; none without power."""
        return self.moon_gw / self.power_gw if self.power_gw > 0 else None

    @property
    def import_share(self) -> float | None:
        """Imports over production and imports, by mass, without seed; none where both are zero."""
        return _share(self.imported_t_per_year, self.made_t_per_year)

    @property
    def unused_t_per_year(self) -> float:
        """Mass added to stores, t per year; negative where stores are drawn down."""
        used = self.plant_built_t_per_year + self.mass_drivers_built_t_per_year + self.mass_driver_launched_t_per_year
        return self.made_t_per_year + self.imported_t_per_year - used


@dataclass(frozen=True, slots=True)
class Headline:
    """Headline figures of the Moon in a plan; periods are indices, none for an event that never happens.

    ``doubling_years`` is the mean from the first operating plant to ``full_plant``, the period of the largest plant;
    seeds that land later count as growth. ``drivers`` is the largest number operating at once. ``moon_exceeds_earth``
    is the first period at whose end Moon-made nodes give more IT power than Earth-made nodes. ``import_share`` is by
    mass, over the whole plan, without seed.
    """

    last: IndustryState
    used: bool
    seed_t: float
    first_seed: int | None
    plant_t: float
    full_plant: int | None
    doubling_years: float | None
    drivers: int
    launched_t: float
    import_share: float | None
    moon_exceeds_earth: int | None


def scale(state: PlanState) -> list[IndustryState]:
    """Return the industry states of a plan, period by period."""
    return [_industry_state(state, state.lunar, t) for t in state.horizon.periods]


def headline(state: PlanState) -> Headline:
    """Return the headline figures of the Moon in a plan."""
    states, lunar = scale(state), state.lunar
    moon_exceeds_earth = next((s.t for s in states if s.moon_gw > s.earth_gw), None)
    if lunar is None or not lunar.used:
        return Headline(states[-1], False, 0.0, None, 0.0, None, None, 0, 0.0, None, moon_exceeds_earth)
    seeds = {t: mass_t for (t,), mass_t in lunar.decisions.seeds_t.items() if mass_t > 0}
    plant = [lunar.plant_t(u) for u in lunar.steps.steps]
    largest_t = max(plant)
    full = next((u for u, mass_t in enumerate(plant) if mass_t >= FULL_SHARE * largest_t), 0)
    first = next((u for u, mass_t in enumerate(plant) if mass_t > 0), 0)
    years = state.horizon.years
    imported, made = (sum(f(s) * years(s.t) for s in states) for f in (_imported, _made))
    return Headline(
        last=states[-1],
        used=True,
        seed_t=sum(seeds.values()),
        first_seed=min(seeds, default=None),
        plant_t=largest_t,
        full_plant=lunar.period[full] if largest_t > 0 else None,
        doubling_years=doubling_years(lunar.middle[full] - lunar.middle[first], plant[first], plant[full]),
        drivers=max(lunar.operating_drivers.values()),
        launched_t=sum(lunar.launched_t.values()),
        import_share=_share(imported, made),
        moon_exceeds_earth=moon_exceeds_earth,
    )


def headline_data(state: PlanState) -> dict[str, Any]:
    """Return the headline as plain data, with null where there is no number and periods by their labels."""
    found, label = headline(state), state.horizon.label
    return {
        "moon_used": found.used,
        "it_power_gw": found.last.power_gw,
        "kardashev_index": found.last.index,
        "sun_share": found.last.sun_share,
        "moon_made_gw": found.last.moon_gw,
        "moon_made_share": found.last.moon_share,
        "moon_exceeds_earth": None if found.moon_exceeds_earth is None else label(found.moon_exceeds_earth),
        "seed_t": found.seed_t,
        "first_seed": None if found.first_seed is None else label(found.first_seed),
        "plant_t": found.plant_t,
        "full_plant": None if found.full_plant is None else label(found.full_plant),
        "doubling_years": found.doubling_years,
        "mass_drivers": found.drivers,
        "mass_driver_launched_t": found.launched_t,
        "import_share": found.import_share,
    }


def kardashev_rows(state: PlanState) -> Iterator[Row]:
    """Yield the industry state of every period as a row."""
    for s in scale(state):
        yield (
            state.horizon.label(s.t),
            state.horizon.date(s.t),
            s.power_gw,
            s.earth_gw,
            s.moon_gw,
            s.ground_gw,
            s.earth_share,
            s.moon_share,
            s.index,
            s.sun_share,
            s.plant_t,
            s.doubling_years,
            s.excavated_t_per_year,
            s.made_t_per_year,
            s.imported_t_per_year,
            s.plant_built_t_per_year,
            s.mass_drivers_built_t_per_year,
            s.mass_driver_launched_t_per_year,
            s.unused_t_per_year,
            s.import_share,
            s.production_power_gw,
            s.mass_driver_power_gw,
            s.generation_capacity_gw,
            s.drivers,
        )


def doubling_years(years: float, before: float, now: float) -> float | None:
    """Return the doubling time of a stock that grew from one amount to another in some years; none without growth."""
    return years * math.log(2.0) / math.log(now / before) if now > before > 0 and years > 0 else None


def _imported(s: IndustryState) -> float:
    return s.imported_t_per_year


def _made(s: IndustryState) -> float:
    return s.made_t_per_year


def _share(imported: float, made: float) -> float | None:
    return imported / (imported + made) if imported + made > 0 else None


def _industry_state(state: PlanState, lunar: LunarReplay | None, t: int) -> IndustryState:
    earth_gw, moon_gw, ground_gw = state.made_gw("earth", t), state.made_gw("moon", t), state.on_ground_gw(t)
    if lunar is None:
        return IndustryState(t, earth_gw, moon_gw, ground_gw)
    steps, years = lunar.steps.within(t), state.horizon.years(t)

    def yearly(amount: Callable[[int], float]) -> float:
        return sum(amount(u) for u in steps) / years

    driver = lunar.moon.mass_driver
    driver_t = driver.mass_t if driver is not None else 0.0
    return IndustryState(
        t=t,
        earth_gw=earth_gw,
        moon_gw=moon_gw,
        ground_gw=ground_gw,
        plant_t=lunar.plant_t(steps[-1]),
        doubling_years=_recent_doubling_years(lunar, steps[-1]),
        excavated_t_per_year=yearly(lunar.excavated_t),
        made_t_per_year=yearly(lunar.product_t),
        imported_t_per_year=yearly(lunar.imported_t),
        plant_built_t_per_year=yearly(lunar.plant_built_t),
        mass_drivers_built_t_per_year=lunar.decisions.mass_drivers.get((t,), 0) * driver_t / years,
        mass_driver_launched_t_per_year=lunar.launched_t.get(t, 0.0) / years,
        production_power_gw=yearly(lunar.production_gwh) / GWH_PER_GW_YEAR,
        mass_driver_power_gw=yearly(lunar.launch_gwh) / GWH_PER_GW_YEAR,
        generation_capacity_gw=yearly(lunar.generation_capacity_gwh) / GWH_PER_GW_YEAR,
        drivers=lunar.operating_drivers[t],
    )


def _recent_doubling_years(lunar: LunarReplay, u: int) -> float | None:
    """Return the doubling time of the plant over the window before a step, or since its first operating step."""
    begin = next(
        (
            w
            for w in range(u)
            if lunar.plant_t(w) > 0 and lunar.middle[w] >= lunar.middle[u] - DOUBLING_WINDOW_YEARS - 1e-6
        ),
        u,
    )
    return doubling_years(lunar.middle[u] - lunar.middle[begin], lunar.plant_t(begin), lunar.plant_t(u))
