"""Rules of physics over several sections: power that arrives, heat that leaves, and specific power within reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.dates import COMPUTE_KINDS, MONTHS
from solver.instance.validation_issues import Issue, Path, described

if TYPE_CHECKING:
    from solver.instance.hardware import Accelerator, CandidateDesigns, Declared, Platform, Technology
    from solver.instance.places import Ground, Shell
    from solver.instance.schema import Horizon, Instance, Use
    from solver.instance.transport import Vehicle
    from solver.instance.validate import Rule

SOLAR_CONSTANT_W_PER_M2 = 1361.0
CELL_LIMIT_SHARE = 0.868
"""Efficiency that no solar cell exceeds: infinitely many junctions in fully concentrated light (De Vos 1980)."""
SMALLEST_LOAD_SHARE = 2e-6
"""Share of a flight that supplies of one node take up at least: solvers hold counts of flights to a millionth."""
DENSEST_KG_PER_M3 = 22_590.0
"""Density of osmium."""
THINNEST_KG_PER_M2 = 7.6e-7
"""Mass of one layer of graphene."""
REASONABLE_W_PER_KG = 1000.0
"""IT power of a whole node per mass; designs of 2026 claim 20 to 100 W/kg, thin films alone 1,000."""
POOR_W_PER_KG = 2.0
"""The same for nodes worth flying; the first small satellites with one chip have 10 W/kg."""
REASONABLE_RADIATOR_KW_PER_M2 = 2.9
"""Heat of two black faces at 400 K towards a cold sky."""

REASONABLE_EFLOPS_PER_GW = 1.2e7
"""Work of the best chips in 8 bits: half of "4.7e15 FP4/J for the maximum CMOS energy efficiency" is 2.35e6 (Ho, Erdil
and Besiroglu 2023), and five times that where they find room for "50 to 1000x" and take 200."""


def _declared_arrays(use: Use, platforms: Mapping[str, Platform], shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        declared = platform.declared
        if declared is None or declared.array_m2 == 0:
            continue
        for shell_name, shell in described(declared.shells or use.shells, shells).items():
            if shell_name not in use.shells:
                continue
            flux = SOLAR_CONSTANT_W_PER_M2 * CELL_LIMIT_SHARE / shell.sun_distance_au**2
            most_kw = declared.array_m2 * flux / 1000
            if platform.it_power_kw > most_kw:
                least = platform.it_power_kw * 1000 / flux
                found = f"found {declared.array_m2:g}, expected at least {least:.4g} for {platform.it_power_kw:g} kW"
                why = f"no cell gives more than {flux:.4g} W/m² in {shell_name}"
                yield ("platforms", name, "declared", "array_m2"), f"{found}: {why}"


def _declared_sheets(use: Use, platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        declared = platform.declared
        if declared is None:
            continue
        most_m2 = declared.mass_t * 1000 / THINNEST_KG_PER_M2
        for key in ("array_m2", "radiator_m2"):
            if getattr(declared, key) > most_m2:
                expected = f"at most {most_m2:.4g} for {declared.mass_t:g} t: no sheet is thinner than an atom"
                yield ("platforms", name, "declared", key), f"found {getattr(declared, key):g}, expected {expected}"


def _radiators_above_sinks(
    use: Use,
    platforms: Mapping[str, Platform],
    shells: Mapping[str, Shell],
    technology: Technology,
    candidate_designs: CandidateDesigns,
) -> Iterator[Issue]:
    sinks = {name: shell.sink_temperature_k for name, shell in described(use.shells, shells).items()}
    for name, platform in described(use.platforms, platforms).items():
        radiator = technology.radiators.get(platform.sized.radiator) if platform.sized is not None else None
        if radiator is None or not sinks:
            continue
        temperatures = candidate_designs.radiator_temperature_k
        if not any(min(sinks.values()) < kelvin <= radiator.max_temperature_k for kelvin in temperatures):
            path: Path = ("candidate_designs", "radiator_temperature_k")
            found = ", ".join(f"{kelvin:g}" for kelvin in temperatures)
            expected = f"one above the coldest sink in use ({min(sinks.values()):g} K) and at most the"
            yield path, f"found {found}, expected {expected} {radiator.max_temperature_k:g} K of the radiator of {name}"


def _light_sent(technology: Technology) -> Iterator[Issue]:
    for name, terminal in technology.terminals.items():
        sent = terminal.transmit_w
        if sent is not None and sent > terminal.power_w:
            found = f"found {sent:g}, expected at most power_w, {terminal.power_w:g}"
            yield ("technology", "terminals", name, "transmit_w"), f"{found}: no light without the power for it"


def _stowed_densities(technology: Technology) -> Iterator[Issue]:
    """Parts that would be stowed denser than the densest material, by how much of them one kg is."""
    stowed: list[tuple[Path, float, float]] = []
    for name, array in technology.arrays.items():
        path: Path = ("technology", "arrays", name, "stowed_w_per_m3")
        stowed.append((path, array.stowed_w_per_m3, array.specific_power_w_per_kg))
    for name, radiator in technology.radiators.items():
        path = ("technology", "radiators", name, "stowed_m2_per_m3")
        stowed.append((path, radiator.stowed_m2_per_m3, 1.0 / radiator.areal_mass_kg_per_m2))
    for name, bus in technology.buses.items():
        stowed.append((("technology", "buses", name, "stowed_kg_per_m3"), bus.stowed_kg_per_m3, 1.0))
    for path, found, per_kg in stowed:
        most = DENSEST_KG_PER_M3 * per_kg
        if found > most:
            yield path, f"found {found:g}, expected at most {most:.4g}: no material is denser than osmium"


def physics_warnings(instance: Instance) -> Iterator[Issue]:
    """Return what is possible, but beyond anything that was built or seriously proposed."""
    yield from _computing_at_the_end(instance)
    yield from _lifted_before_refuelling(instance)
    for name, platform in described(instance.use.platforms, instance.platforms).items():
        declared = platform.declared
        if declared is None:
            continue
        specific = platform.it_power_kw / declared.mass_t
        poor = specific < POOR_W_PER_KG and instance.target.kind != "mass_to_orbit"
        if poor or specific > REASONABLE_W_PER_KG:
            most = f"at most about {REASONABLE_W_PER_KG:,.0f}" if not poor else f"at least about {POOR_W_PER_KG:g}"
            expected = f"{most} W/kg; are mass_t in t and it_power_kw in kW?"
            yield (
                ("platforms", name, "declared", "mass_t"),
                f"found {specific:,.4g} W/kg of the node, expected {expected}",
            )
        if declared.radiator_m2 and platform.it_power_kw / declared.radiator_m2 > REASONABLE_RADIATOR_KW_PER_M2:
            found = f"found {platform.it_power_kw / declared.radiator_m2:,.4g} kW of heat per m²"
            expected = f"at most about {REASONABLE_RADIATOR_KW_PER_M2} (two faces at 400 K)"
            yield ("platforms", name, "declared", "radiator_m2"), f"{found}, expected {expected}"


def _lifted_before_refuelling(instance: Instance) -> Iterator[Issue]:
    """Yield each payload of a refuelled ship above that of its tankers, which lift theirs to the same low orbit."""
    for name, vehicle in described(instance.use.vehicles, instance.vehicles).items():
        ship = vehicle.refuelled
        for place in ship.places if ship is not None else ():
            assert ship is not None
            found, most = vehicle.payload_t.get(place, 0.0), ship.tanker_t
            if found > most:
                why = "what its tankers lift to the orbit where it is refuelled"
                yield ("vehicles", name, "payload_t", place), f"found {found:g}, expected at most {most:g}, {why}"


def _computing_at_the_end(instance: Instance) -> Iterator[Issue]:
    """Yield each growth of work per power that leads beyond the best chips before the plan ends."""
    if instance.target.kind not in COMPUTE_KINDS:
        return
    months = sum(group.count * MONTHS[group.length] for group in instance.horizon.periods)
    years = months / 12 + instance.horizon.tail_years
    platforms = described(instance.use.platforms, instance.platforms)
    hardware: list[tuple[Path, Accelerator | Declared | Ground]] = [
        *((("technology", "accelerators", p.sized.accelerator), instance.technology.accelerators[p.sized.accelerator])
          for p in platforms.values() if p.sized is not None),
        *((("platforms", n, "declared"), p.declared) for n, p in platforms.items() if p.declared is not None),
        *((("ground", n), region) for n, region in described(instance.use.ground, instance.ground).items()),
    ]  # fmt: skip
    for path, one in dict(hardware).items():
        found = (one.eflops_per_gw or 0.0) * (1.0 + one.eflops_growth_share_per_year) ** years
        if found > REASONABLE_EFLOPS_PER_GW:
            text = f"found {found:.3g} EFLOP/s per GW after {years:g} years, expected at most about"
            why = f"{REASONABLE_EFLOPS_PER_GW:.2g}, the most that is seen for chips of silicon"
            yield (*path, "eflops_growth_share_per_year"), f"{text} {why}"


def _supplies_on_flights(
    horizon: Horizon,
    use: Use,
    vehicles: Mapping[str, Vehicle],
    platforms: Mapping[str, Platform],
) -> Iterator[Issue]:
    """Supplies so small a part of a flight that no solver tells them from none."""
    payloads = [
        vehicle.payload_t.get(shell, 0.0)
        for vehicle in described(use.vehicles, vehicles).values()
        for shell in use.shells
    ]
    shortest = min(MONTHS[group.length] for group in horizon.periods) / 12
    least_t = SMALLEST_LOAD_SHARE * max(payloads, default=0.0)
    for name, platform in described(use.platforms, platforms).items():
        if platform.serviced is None or platform.serviced.mass_kg_per_kw_year == 0:
            continue
        found = platform.serviced.mass_kg_per_kw_year
        least = 1000 * least_t / (platform.it_power_kw * shortest)
        if found < least:
            path: Path = ("platforms", name, "serviced", "mass_kg_per_kw_year")
            why = f"a node takes up {SMALLEST_LOAD_SHARE:g} of a flight in the shortest period"
            yield path, f"found {found:g}, expected 0 or at least {least:.4g}, with which {why}"


PHYSICS_RULES: tuple[Rule, ...] = (
    _declared_arrays, _declared_sheets, _radiators_above_sinks, _light_sent, _stowed_densities, _supplies_on_flights,
)  # fmt: skip
