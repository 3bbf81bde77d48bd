"""Keys of limits: for each constraint that a conflict may relax, the path in the file, its unit and its conversion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from formulations.names import Row
from solver.derive import Derived
from solver.horizon.ramps import Ramp, first_flight
from solver.horizon.substeps import SubPeriods
from solver.horizon.windows import windows
from solver.instance.schema import Instance
from solver.milp.names import Index

DAYS_PER_YEAR = 365.25
BY_STEP = (Row.LUNAR_GROWTH, Row.LUNAR_MAX_PLANT, Row.LUNAR_CLOSURE, Row.LUNAR_LIGHT)
"""Constraints whose last index is a step of the lunar industry, not a period."""
BY_WINDOW = (
    Row.LAUNCH_CADENCE, Row.LAUNCH_GROWTH, Row.LAUNCH_LICENCE, Row.FLEET_CAP, Row.FLEET_GROWTH, Row.LINES_CAP,
    Row.LINES_GROWTH,
)  # fmt: skip
"""Constraints whose last index is a window of twelve months: that of a period, or one with a name of its own."""


@dataclass(frozen=True, slots=True)
class LimitKey:
    """Key of a limit: ``path`` in the file, ``unit``, and the conversion of a row's number to it.

    The limit of the file is ``factor`` x the side of the row + ``offset``; an ``integer`` one is needed in whole units.
    One that is ``given`` stands in the file and not in the row: the row has it rounded down, or, as a ``share``, times
    something else.
    """

    path: str
    unit: str
    factor: float = 1.0
    offset: float = 0.0
    integer: bool = False
    given: float | None = None
    share: bool = False

    def limits(self, side: float, needed: float) -> tuple[float, float]:
        """Return the limit of the file for a side of the row, and the one for a needed side."""
        allows, needs = (self.factor * value + self.offset for value in (side, needed))
        if self.share and self.given is not None:
            return self.given, self.given * needed / side if side else 0.0
        if self.integer:
            needs = float(math.ceil(needs - 1e-6 * max(1.0, abs(needs))))
        return allows if self.given is None else self.given, needs


@dataclass(frozen=True, slots=True)
class LimitKeys:
    """Keys of the limits of one instance, in the units of its file."""

    instance: Instance
    derived: Derived

    def of(self, row: str, index: Index) -> LimitKey:
        """Return the key of a row; one without a path for a constraint that no key sets."""
        found = KEYS.get(Row(row))
        return LimitKey("", "") if found is None else found(self, index)

    def period(self, row: str, index: Index) -> tuple[Index, str]:
        """Return the names in the index of a row, and the label of its period, or of its window's last; else empty."""
        horizon, moon = self.derived.horizon, self.instance.moon
        if row in BY_WINDOW and isinstance(index[-1], str):
            return index[:-1], horizon.label(windows(horizon)[index[-1]].last)
        if not index or not isinstance(index[-1], int):
            return index, ""
        t = SubPeriods.of_moon(horizon, moon).period(index[-1]) if row in BY_STEP and moon is not None else index[-1]
        if row == Row.LUNAR_LIGHT:
            return (), horizon.label(t)
        # The name of a contingency cut is that of its contingency with what is lost, and a number.
        return index[:1] if row == Row.NETWORK_CONTINGENCY else index[:-1], horizon.label(t)

    def in_time(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return different labels of periods in time: rows stand in the order in which columns name them."""
        found = {label for label in labels if label}
        return tuple(label for label in map(self.derived.horizon.label, self.derived.horizon.periods) if label in found)

    @property
    def t_per_unit(self) -> float:
        """Tonnes in one unit of mass of the model."""
        return 1.0 / self.derived.units.mass_per_t

    @property
    def gw_per_unit(self) -> float:
        """GW in one unit of power of the model."""
        return 1.0 / self.derived.units.power_per_gw


def _pads(keys: LimitKeys, index: Index) -> LimitKey:
    """Return pads in place of the days that they are free."""
    site, t = index[0], int(index[-1])
    days = DAYS_PER_YEAR * keys.derived.horizon.years(t)
    return LimitKey(f"sites.{site}.pads", "pads", 1.0 / days, integer=True)


def _max_pads(keys: LimitKeys, index: Index) -> LimitKey:
    return LimitKey(f"sites.{index[0]}.max_pads", "pads", 1.0, keys.instance.sites[str(index[0])].pads, integer=True)


def _licence(keys: LimitKeys, index: Index) -> LimitKey:
    """Return the licence, of which flights before the plan leave a row less."""
    site, window = index
    flown = keys.instance.sites[str(site)].practised_per_year
    before = flown * windows(keys.derived.horizon)[window].history_years
    path = f"sites.{site}.licence_flights_per_year"
    return LimitKey(path, "flights in twelve months", 1.0, before, integer=True)


def _cadence(keys: LimitKeys, index: Index) -> LimitKey:
    """Return the cadence of a vehicle, of which a row with whole periods has the integer part alone."""
    name, window = index
    vehicle, horizon = keys.instance.vehicles[str(name)], keys.derived.horizon
    given = None
    if vehicle.flights_per_year is not None:
        first = first_flight(keys.instance, horizon, str(name))
        rule = Ramp(horizon, vehicle.flights_per_year, first, vehicle.background_flights)
        given = rule.cap(windows(horizon)[window])
    path = f"vehicles.{name}.flights_per_year"
    return LimitKey(path, "flights in twelve months", integer=True, given=given)


def _polar(keys: LimitKeys, index: Index) -> LimitKey:
    sites = keys.instance.vehicles[str(index[0])].sites
    path = f"sites.{sites[0] if len(sites) == 1 else '*'}.polar"
    return LimitKey(path, "flights to polar orbits in the period", integer=True)


def _contingency(keys: LimitKeys, index: Index) -> LimitKey:
    name = str(index[0]).partition(",")[0]
    network = keys.instance.network
    served = network.contingencies[name].served_share if network is not None else 0.0
    path = f"network.contingencies.{name}.served_share"
    return LimitKey(path, "of the target after the outage", given=served, share=True)


def _max_stations(keys: LimitKeys, index: Index) -> LimitKey:
    network = keys.instance.network
    built = network.gateways[str(index[0])].initial if network is not None else 0
    return LimitKey(f"network.gateways.{index[0]}.max_stations", "stations", 1.0, built, integer=True)


def _max_seed(keys: LimitKeys, _index: Index) -> LimitKey:
    moon = keys.instance.moon
    return LimitKey("moon.seed.max_t", "t", keys.t_per_unit, moon.seed.max_t if moon is not None else 0.0)


def _light(keys: LimitKeys, index: Index) -> LimitKey:
    """Return the area of the last better ground that a row takes for full, in place of the light of all of them.

    The side of the row is k sum_m area_m (share_m - share_n) over the grounds m before n, with one k for all.
    """
    n, step, moon = int(index[0]), int(index[1]), keys.instance.moon
    grounds = moon.lit_area if moon is not None else []
    next_share = grounds[n].light_share if n < len(grounds) else 0.0
    m = max(m for m in range(n) if grounds[m].light_share > next_share)
    area, gain = grounds[m].area_km2, grounds[m].light_share - next_share
    lit = sum(ground.area_km2 * (ground.light_share - next_share) for ground in grounds[:n])
    side = keys.derived.coefficients.lunar.light[n, step][1]
    factor = lit / (side * gain)
    return LimitKey(f"moon.lit_area.{m}.area_km2", "km2", factor, area - factor * side)


def _closure(keys: LimitKeys, index: Index) -> LimitKey:
    moon = keys.instance.moon
    unlocks = moon is not None and moon.commodities[str(index[0])].unlocks
    key = "unlocks" if unlocks else "local_share"
    return LimitKey(f"moon.commodities.{index[0]}.{key}", "t made on the Moon beyond its share", keys.t_per_unit)


def _named(path: str, unit: str) -> Callable[[LimitKeys, Index], LimitKey]:
    """Return the key of a path with the first name of the index in it."""
    return lambda _, index: LimitKey(path.format(*index), unit)


def _count(path: str, unit: str) -> Callable[[LimitKeys, Index], LimitKey]:
    return lambda _, index: LimitKey(path.format(*index), unit, integer=True)


def _in_t(path: str, unit: str = "t") -> Callable[[LimitKeys, Index], LimitKey]:
    return lambda keys, index: LimitKey(path.format(*index), unit, keys.t_per_unit)


def _slots(keys: LimitKeys, index: Index) -> LimitKey:
    """Return the slots of each of some like shells."""
    return LimitKey(f"shells.{index[0]}.slots", "slots", 1 / keys.instance.shells[str(index[0])].count)


def _in_gw(path: str, unit: str = "GW") -> Callable[[LimitKeys, Index], LimitKey]:
    return lambda keys, index: LimitKey(path.format(*index), unit, keys.gw_per_unit)


KEYS: dict[Row, Callable[[LimitKeys, Index], LimitKey]] = {
    Row.LAUNCH_CADENCE: _cadence,
    Row.LAUNCH_SUBANNUAL_RATE: _count("vehicles.{0}.flights_per_year", "flights in the period"),
    Row.LAUNCH_GROWTH: _count(
        "vehicles.{0}.flights_per_year", "flights in twelve months beyond the growth of the year before"
    ),
    Row.LAUNCH_LICENCE: _licence,
    Row.LAUNCH_MAX_PADS: _max_pads,
    Row.LAUNCH_PADS: _pads,
    Row.LAUNCH_POLAR: _polar,
    Row.FLEET_CAP: _count("vehicles.{0}.fleet.production_per_year", "vehicles in twelve months"),
    Row.FLEET_GROWTH: _count(
        "vehicles.{0}.fleet.production_per_year", "vehicles in twelve months beyond the growth of the year before"
    ),
    Row.NODES_SUPPLY: _in_gw("supply.accelerators_gw", "GW in the period"),
    Row.LINES_MAX_LINES: _count("platforms.{0}.production_line.max_lines", "lines"),
    Row.LINES_CAP: _count("platforms.{0}.production_line.lines_per_year", "lines in twelve months"),
    Row.LINES_GROWTH: _count(
        "platforms.{0}.production_line.lines_per_year", "lines in twelve months beyond the growth of the year before"
    ),
    Row.SHELLS_SLOTS: _slots,
    Row.SHELLS_REGIME: _named("regimes.{0}.slots", "slots"),
    Row.SHELLS_DERELICTS: _named("shells.{0}.max_derelicts", "derelict objects"),
    Row.SHELLS_REGIME_OBJECT_YEARS: _named("regimes.{0}.max_derelict_years", "object years"),
    Row.SHELLS_OBJECT_YEARS: _named("shells.{0}.max_derelict_years", "object years"),
    Row.GROUND_QUEUE: _in_gw("ground.{0}.queue_gw", "GW in the period"),
    Row.GROUND_SUPPLY: _in_gw("ground.{0}.accelerators_gw", "GW in the period"),
    Row.MONEY_BUDGET: lambda keys, _: LimitKey("objective.budget_musd", "MUSD", 1 / keys.derived.units.money_per_musd),
    Row.LANDINGS_SEED_MAX: _max_seed,
    Row.LANDINGS_DEPOT_CAPACITY: _in_t("moon.depot.capacity_t"),
    Row.LUNAR_GROWTH: _in_t("moon.doubling_years", "t of plant beyond its doubling"),
    Row.LUNAR_MAX_PLANT: lambda keys, _: LimitKey("moon.max_plant_kt", "kt", keys.t_per_unit / 1000),
    Row.LUNAR_LIGHT: _light,
    Row.LUNAR_RESERVE: lambda keys, index: LimitKey(
        f"moon.commodities.{index[0]}.reserve_kt", "kt", keys.t_per_unit / 1000
    ),
    Row.LUNAR_CLOSURE: _closure,
    Row.MASS_DRIVERS_MAX_DRIVERS: _count("moon.mass_driver.max_drivers", "drivers"),
    Row.NETWORK_MAX_STATIONS: _max_stations,
    Row.NETWORK_CONTINGENCY: _contingency,
}
"""Key of each constraint that a conflict may relax."""
