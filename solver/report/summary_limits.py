"""Summary of the limits of a plan: where they are active, when, and the key of the file that relaxes each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.instance.schema import Instance
from solver.report import number_format
from solver.tables import PlanState
from solver.tables.active_limits import ActiveLimit, active_runs, is_active, limit_usages

# Constraint, its name in a sentence, whether that is a plural, and the key that relaxes it at a place.
NOUNS: Mapping[str, tuple[str, bool, str]] = {
    "launch.cadence": ("cadence", False, "vehicles.{}.flights_per_year"),
    "launch.subannual_rate": ("sub-annual rate", False, "vehicles.{}.flights_per_year"),
    "launch.growth": ("growth of cadence", False, "vehicles.{}.flights_per_year"),
    "launch.pads": ("pads", True, "sites.{}.pads"),
    "launch.licence": ("licence", False, "sites.{}.licence_flights_per_year"),
    "fleet.turnaround": ("turnaround", False, "vehicles.{}.fleet.turnaround_days"),
    "fleet.expendable_stock": ("stock of vehicles", False, "vehicles.{}.fleet.production_per_year"),
    "fleet.cap": ("vehicle production", False, "vehicles.{}.fleet.production_per_year"),
    "fleet.growth": ("growth of vehicle production", False, "vehicles.{}.fleet.production_per_year"),
    "shells.slots": ("slots", True, "shells.{}.slots"),
    "shells.regime": ("regime slots", True, "regimes.{}.slots"),
    "shells.derelicts": ("derelict limit", False, "shells.{}.max_derelicts"),
    "shells.object_years": ("object-years of derelicts", False, "shells.{}.max_derelict_years"),
    "shells.regime_object_years": ("object-years of a licence", False, "regimes.{}.max_derelict_years"),
    "nodes.supply": ("accelerator supply", False, "supply.accelerators_gw"),
    "lines.output": ("output of production lines", False, "platforms.{}.production_line.mw_per_year"),
    "lines.max_lines": ("number of production lines", False, "platforms.{}.production_line.max_lines"),
    "lines.cap": ("orders of production lines", True, "platforms.{}.production_line.lines_per_year"),
    "lines.growth": ("growth of orders of production lines", False, "platforms.{}.production_line.lines_per_year"),
    "ground.queue": ("grid queue", False, "ground.{}.queue_gw"),
    "ground.supply": ("servers on sale", False, "ground.{}.accelerators_gw"),
    "landings.imports": ("cargo landed", False, "moon.landers.*.landed_t"),
    "landings.depot_capacity": ("depot capacity", False, "moon.depot.capacity_t"),
    "lunar.growth": ("growth of the lunar plant", False, "moon.doubling_years"),
    "lunar.max_plant": ("largest lunar plant", False, "moon.max_plant_kt"),
    "lunar.power": ("power on the Moon", False, "moon.activities.*.power_kw_per_t"),
    "lunar.light": ("lit ground on the Moon", False, "moon.lit_area"),
    "lunar.reserve": ("reserve on the Moon", False, "moon.commodities.{}.reserve_kt"),
    "lunar.closure": ("share made on the Moon", False, "moon.commodities.{}.local_share"),
    "mass_drivers.throughput": ("throughput of mass drivers", False, "moon.mass_driver.throughput_kt_per_year"),
    "mass_drivers.max_drivers": ("number of mass drivers", False, "moon.mass_driver.max_drivers"),
    "network.downlink": ("downlink", False, "network.gateways.{}.rate_gbps"),
    "network.max_stations": ("number of stations", False, "network.gateways.{}.max_stations"),
    "network.crosslink": ("crosslinks", True, "platforms.*.{}.terminals"),
    "network.bisection": ("bisection bandwidth", False, "network.workloads.{}.bisection_gbps_per_mw"),
}
REGIMES = {"filing": "filing slots", "orbit_class": "orbit class slots", "assumption": "assumed slots"}
"""Names of the slots of a regime by its kind."""
_ONE_PLACE = frozenset(
    {
        "nodes.supply",
        "landings.imports",
        "landings.depot_capacity",
        "lunar.growth",
        "lunar.max_plant",
        "lunar.power",
        "lunar.light",
        "mass_drivers.throughput",
        "mass_drivers.max_drivers",
    }
)
_MOST_SENTENCES = 8


def limit_sentences(state: PlanState) -> list[str]:
    """Return a sentence for each active limit, those of most periods first, and one for all slack limits."""
    used = list(limit_usages(state))
    by_place: dict[tuple[str, str], list[ActiveLimit]] = {}
    for limit in active_runs(state, used):
        by_place.setdefault((limit.constraint, limit.place), []).append(limit)
    ranked = sorted(by_place.values(), key=lambda spells: -sum(b.periods for b in spells))
    sentences = _sentences(ranked, state)
    if len(sentences) > _MOST_SENTENCES:
        sentences[_MOST_SENTENCES:] = [f"and {len(sentences) - _MOST_SENTENCES} more"]
    in_use = dict.fromkeys(noun_of(use[0], use[1], state.instance) for use in used if use[3] > 1e-9)
    active = {noun_of(use[0], use[1], state.instance) for use in used if is_active(use)}
    slack = [noun for noun in in_use if noun not in active]
    if slack:
        verb = "are" if len(slack) > 1 or slack[0][1] else "is"
        sentences.append(f"{number_format.listed([noun for noun, _ in slack])} {verb} slack throughout")
    return sentences or ["none"]


def _sentences(ranked: Sequence[list[ActiveLimit]], state: PlanState) -> list[str]:
    """Return one sentence for each limit; commodities that are limited at the same times share one."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for spells in ranked:
        word, place = spells[0].constraint, spells[0].place
        apart = "" if word == "lunar.closure" else place
        places.setdefault((word, _when(spells, len(state.horizon.periods)), apart), []).append(place)
    sentences = []
    for (word, when, _), named in places.items():
        noun, plural = noun_of(word, named[0], state.instance)
        of = "" if word in _ONE_PLACE else f" of {number_format.listed(named)}"
        key = key_of(word, named[0] if len(named) == 1 else "*", state.instance)
        sentences.append(f"{noun}{of} {'are' if plural else 'is'} active {when} ({key})")
    return sentences


def noun_of(constraint: str, place: str, instance: Instance) -> tuple[str, bool]:
    """Return the name of a limit in a sentence, of a regime by its kind, and whether it is a plural."""
    noun, plural, _key = NOUNS[constraint]
    regime = instance.regimes.get(place) if constraint == "shells.regime" else None
    return (REGIMES[regime.kind] if regime is not None and regime.kind is not None else noun), plural


def key_of(constraint: str, place: str, instance: Instance) -> str:
    """Return the path of the key that relaxes a limit at a place; a star stands for several names."""
    key = NOUNS[constraint][2]
    if constraint == "lunar.closure" and instance.moon is not None:
        found = instance.moon.commodities.get(place)
        key = key.replace("local_share", "unlocks") if found is not None and found.unlocks else key
    if constraint == "network.crosslink":
        sized = any(instance.platforms[p].sized is not None for p in instance.use.platforms)
        return key.format("sized" if sized else "declared")
    return key.format(place)


def _when(spells: list[ActiveLimit], periods: int) -> str:
    if len(spells) > 3:
        total = sum(b.periods for b in spells)
        return f"in {total} of {periods} periods, {spells[0].first_period} to {spells[-1].last_period}"
    return f"in {number_format.listed([_range(b) for b in spells])}"


def _range(b: ActiveLimit) -> str:
    return b.first_period if b.periods == 1 else f"{b.first_period} to {b.last_period}"
