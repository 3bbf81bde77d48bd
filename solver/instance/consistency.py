"""Rules over several sections of an instance: names, choices and dates that must fit each other.

A rule is a function whose parameters are the sections it reads, by their names in the instance. It runs where all these
sections are given and have the right types; a parameter with a default is a section that need not be given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.date_rules import DATE_RULES
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.delivery_rules import DELIVERY_RULES
from solver.instance.fields import month_number
from solver.instance.learning_rules import LEARNING_RULES
from solver.instance.market_rules import MARKET_RULES
from solver.instance.moon_rules import MOON_RULES, most_delta_v_m_per_s
from solver.instance.network_rules import NETWORK_RULES
from solver.instance.physics_rules import PHYSICS_RULES
from solver.instance.repeated import REPEATED_RULES
from solver.instance.shell_rules import SHELL_RULES
from solver.instance.validate import Rule, apply_rules
from solver.instance.validation_issues import Issue, Path, described, unknown
from solver.physics.ascent import round_trip_propellant

if TYPE_CHECKING:
    from solver.instance.hardware import Platform, Technology
    from solver.instance.learning import Learning
    from solver.instance.places import Ground, Shell
    from solver.instance.schema import Claim, Horizon, Instance, Money, Objective, Source, Target, Use
    from solver.instance.transport import Site, Vehicle

MILESTONE_KEY = {
    "power_alive": "gw",
    "power_added": "gw_per_year",
    "compute_alive": "eflops",
    "compute_delivered": "eflops",
    "mass_to_orbit": "kt_per_year",
}

MOST_TANKERS = 1000
"""Flights of tankers for one ship, from which a file has a slip of unit."""


def cross_check(instance: Instance) -> list[Issue]:
    """Return the issues that only several keys together show; an empty list for a consistent instance."""
    return apply_rules(RULES, dict(instance))


def _vehicles_in_use(use: Use, vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    for i, name in enumerate(use.vehicles):
        yield from unknown(("use", "vehicles", i), name, vehicles, "vehicle")


def _platforms_in_use(use: Use, platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for i, name in enumerate(use.platforms):
        yield from unknown(("use", "platforms", i), name, platforms, "platform")


def _ground_in_use(use: Use, ground: Mapping[str, Ground]) -> Iterator[Issue]:
    for i, name in enumerate(use.ground):
        yield from unknown(("use", "ground", i), name, ground, "ground region")


def _claim_source(claim: Claim, sources: Mapping[str, Source]) -> Iterator[Issue]:
    yield from unknown(("claim", "source"), claim.source, sources, "source")


def _claimed_price(claim: Claim, objective: Objective) -> Iterator[Issue]:
    given = [key for key in ("price_musd", "price_usd_per_kwh") if getattr(claim, key) is not None]
    given += ["rival"] if claim.rival else []
    if len(given) > 1:
        yield ("claim", given[1]), f"found {' and '.join(given)}, expected one claimed price"
    if claim.expected == "dearer" and not given:
        yield ("claim", "expected"), "found dearer, expected a claimed price: price_musd, price_usd_per_kwh or rival"
    if given and objective.kind != "least_cost":
        yield ("claim", given[0]), f"found with objective.kind {objective.kind}, expected least_cost"


def _place_of_target(use: Use, target: Target) -> Iterator[Issue]:
    if target.kind != "mass_to_orbit" and not use.platforms:
        if target.where == "orbit":
            yield ("use", "platforms"), "found none, expected at least one, because the target is in orbit"
        elif not use.ground:
            yield ("use", "platforms"), "found none, and no ground region; expected at least one to compute with"
    if target.where == "orbit" and use.ground:
        found = ", ".join(use.ground)
        expected = "none, or target.where: anywhere; the target counts orbit only"
        yield ("use", "ground"), f"found {found}, expected {expected}"


def _payload_shells(use: Use, vehicles: Mapping[str, Vehicle], shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for name, vehicle in described(use.vehicles, vehicles).items():
        for shell in vehicle.payload_t:
            yield from unknown(("vehicles", name, "payload_t", shell), shell, shells, "shell")


def _refuelled_places(use: Use, vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    for name, vehicle in described(use.vehicles, vehicles).items():
        ship = vehicle.refuelled
        if ship is None:
            continue
        for shell, place in ship.places.items():
            path: Path = ("vehicles", name, "refuelled", "places", shell)
            payload, most = vehicle.payload_t.get(shell, 0.0), most_delta_v_m_per_s(ship.isp_s)
            if payload == 0:
                yield path, f"found no payload_t.{shell}, expected it: what a refuelled ship carries there"
            up, back = place.delta_v_m_per_s, place.return_delta_v_m_per_s
            if max(up, back or 0.0) > most:
                why = f"with an isp of {ship.isp_s:g} s more leaves less than a thousandth that is not propellant"
                yield path, f"found {max(up, back or 0.0):g} m/s, expected at most {most:.4g}: {why}"
                continue
            needed = round_trip_propellant(ship.dry_t, payload, up, back, ship.isp_s)
            if needed > ship.tank_t:
                found = f"found {ship.tank_t:g}, expected at least {needed:,.4g}"
                yield (
                    ("vehicles", name, "refuelled", "tank_t"),
                    f"{found}: the propellant for {shell} with {payload:g} t",
                )
            brought = ship.tanker_t * (1 - ship.transfer_loss_share) * (1 - vehicle.loss_share)
            if needed > MOST_TANKERS * brought:
                found = f"found {ship.tanker_t:g}, of which {brought:.4g} t arrive"
                least = f"{needed / MOST_TANKERS:.4g} t to arrive"
                expected = f"expected at least {least}, for no ship takes more than {MOST_TANKERS:,} tankers"
                yield ("vehicles", name, "refuelled", "tanker_t"), f"{found}; {expected}"


def _vehicle_dates(use: Use, vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    for name, vehicle in described(use.vehicles, vehicles).items():
        begin, until = vehicle.available_from, vehicle.available_until
        if until is not None and month_number(until) <= month_number(begin):
            yield (
                ("vehicles", name, "available_until"),
                f"found {until}, expected a month after available_from, {begin}",
            )


def _launch_sites(use: Use, vehicles: Mapping[str, Vehicle], sites: Mapping[str, Site]) -> Iterator[Issue]:
    used = described(use.vehicles, vehicles)
    for name, vehicle in used.items():
        for i, site in enumerate(vehicle.sites):
            yield from unknown(("vehicles", name, "sites", i), site, sites, "launch site")
    for name, place in described((site for vehicle in used.values() for site in vehicle.sites), sites).items():
        if place.max_pads < place.pads:
            yield ("sites", name, "max_pads"), f"found {place.max_pads}, expected at least pads, {place.pads}"


def _platform_kinds(use: Use, platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        path: Path = ("platforms", name)
        if (platform.sized is None) == (platform.declared is None):
            found = "found sized and declared" if platform.sized else "found neither sized nor declared"
            yield path, f"{found}, expected one of sized (computed from parts) and declared (finished figures)"
        if platform.development_musd > 0 and platform.production_line is None:
            found = f"{platform.development_musd:g}"
            yield (
                (*path, "development_musd"),
                f"found {found} and no production_line; expected one to make what is developed",
            )


def _platform_parts(use: Use, platforms: Mapping[str, Platform], technology: Technology) -> Iterator[Issue]:
    parts: dict[str, Collection[str]] = {
        "array": technology.arrays,
        "radiator": technology.radiators,
        "battery": technology.batteries,
        "accelerator": technology.accelerators,
        "terminal": technology.terminals,
        "bus": technology.buses,
    }
    for name, platform in described(use.platforms, platforms).items():
        for key, known in parts.items() if platform.sized is not None else ():
            part = getattr(platform.sized, key)
            yield from unknown(("platforms", name, "sized", key), part, known, f"{key} in technology")


def _platform_shells(use: Use, platforms: Mapping[str, Platform], shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        made_for = platform.declared.shells if platform.declared is not None else None
        if made_for is None:
            continue
        path: Path = ("platforms", name, "declared", "shells")
        for i, shell in enumerate(made_for):
            yield from unknown((*path, i), shell, shells, "shell")
        if set(made_for) <= shells.keys() and not set(made_for) & set(use.shells):
            yield path, f"found {', '.join(made_for) or 'none'}, expected at least one of the shells in use"


def _milestones(target: Target) -> Iterator[Issue]:
    expected = MILESTONE_KEY[target.kind]
    previous = None
    for i, milestone in enumerate(target.milestones):
        path: Path = ("target", "milestones", i)
        for key in MILESTONE_KEY.values():
            if key != expected and getattr(milestone, key) is not None:
                besides = "" if getattr(milestone, expected) is None else f" besides {expected}"
                found = f"found {key}{besides}, expected {expected}{' alone' if besides else ''}"
                yield (*path, key), f"{found}, because target.kind is {target.kind}"
        if not any(getattr(milestone, key) is not None for key in MILESTONE_KEY.values()):
            yield (*path, expected), f"missing; expected it, because target.kind is {target.kind}"
        month = month_number(milestone.date)
        if previous is not None and month <= previous:
            yield (*path, "date"), f"found {milestone.date}, expected a month after the milestone before"
        previous = month


def _computing_rate(
    target: Target, use: Use, platforms: Mapping[str, Platform], ground: Mapping[str, Ground], technology: Technology
) -> Iterator[Issue]:
    if target.kind not in COMPUTE_KINDS:
        return
    accelerators = technology.accelerators
    rates = [region.eflops_per_gw for region in described(use.ground, ground).values()]
    for name in use.platforms:
        platform = platforms.get(name)
        if platform is None or (platform.sized and platform.sized.accelerator not in accelerators):
            return
        part = accelerators[platform.sized.accelerator] if platform.sized else platform.declared
        rates.append(part.eflops_per_gw if part else 0.0)
    if rates and not any(rates):
        yield ("target", "kind"), f"found {target.kind}, expected eflops_per_gw above 0 in something in use"


def _budget(objective: Objective, learning: Learning) -> Iterator[Issue]:
    if objective.kind == "most_power" and objective.budget_musd is None:
        yield ("objective", "budget_musd"), "missing; expected it, because objective.kind is most_power"
    if objective.kind not in ("most_power", "most_value") and objective.budget_musd is not None:
        found = f"{objective.budget_musd:g}"
        yield ("objective", "budget_musd"), f"found {found}, expected none, because objective.kind is {objective.kind}"
    if objective.kind == "most_value" and objective.budget_musd is not None and learning.components:
        why = "the most value on learning curves is not sought within a budget"
        yield ("objective", "budget_musd"), f"found {objective.budget_musd:g}, expected none: {why}"


def _rates(horizon: Horizon, money: Money, use: Use, vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    if horizon.inflation_share_per_year > horizon.discount_share_per_year:
        found = f"{horizon.inflation_share_per_year:g}"
        expected = f"at most the nominal rate, {horizon.discount_share_per_year:g}"
        yield ("horizon", "inflation_share_per_year"), f"found {found}, expected {expected}"
    for name, rate in money.capital_cost_share_per_year:
        if rate is not None and rate < horizon.inflation_share_per_year:
            found = f"found {rate:g}, expected at least the inflation, {horizon.inflation_share_per_year:g}"
            yield ("money", "capital_cost_share_per_year", name), found
    if money.capital_cost_share_per_year.vehicles is None:
        return
    for name, vehicle in described(use.vehicles, vehicles).items():
        if vehicle.fleet is not None and vehicle.fleet.reuse_flights > 1 and vehicle.fleet.life_years is None:
            expected = "expected it, because money.capital_cost_share_per_year.vehicles is given"
            yield ("vehicles", name, "fleet", "life_years"), f"missing; {expected}"


def _unmet_price(objective: Objective, target: Target) -> Iterator[Issue]:
    if objective.kind != "least_cost" and target.unmet_penalty_musd is not None:
        found = f"{target.unmet_penalty_musd:g}"
        yield (
            ("target", "unmet_penalty_musd"),
            f"found {found}, expected none: {objective.kind} may not miss its target",
        )


RULES: tuple[Rule, ...] = (
    _vehicles_in_use, _platforms_in_use, _ground_in_use, _claim_source, _claimed_price, _place_of_target,
    _payload_shells, _refuelled_places, _vehicle_dates, _launch_sites, _platform_kinds, _platform_parts,
    _platform_shells, _milestones, _computing_rate, _budget, _rates, _unmet_price,
    *REPEATED_RULES, *DATE_RULES, *SHELL_RULES, *PHYSICS_RULES, *MOON_RULES, *NETWORK_RULES, *LEARNING_RULES,
    *MARKET_RULES, *DELIVERY_RULES,
)  # fmt: skip
