"""Rules over the shells in use: known names, ways to get there, and a complete geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.validation_issues import Issue, Path, described, unknown

if TYPE_CHECKING:
    from solver.instance.hardware import Platform
    from solver.instance.places import Regime, Shell
    from solver.instance.schema import Use
    from solver.instance.transport import Vehicle
    from solver.instance.validate import Rule

LOWEST_KM = 300
HIGHEST_DAWN_DUSK_KM = 5500
HIGHEST_TABLE_KM = 2000


def orbit_issues(name: str, shell: Shell) -> Iterator[Issue]:
    """Return the issues of one shell by itself; without any, its geometry can be computed."""
    path: Path = ("shells", name)
    if shell.deep_space:
        yield from _deep_space(path, shell)
        return
    if shell.altitude_km == 0:
        yield (*path, "altitude_km"), f"missing; expected it for an orbit that is {shell.orbit}"
    elif shell.altitude_km < LOWEST_KM:
        yield (*path, "altitude_km"), f"found {shell.altitude_km:g}, expected {LOWEST_KM:g} or more"
    if shell.orbit == "inclined" and shell.inclination_deg is None:
        yield (*path, "inclination_deg"), "missing; expected it for an inclined orbit"
    if shell.orbit == "dawn_dusk" and shell.inclination_deg is not None:
        found = f"{shell.inclination_deg:g}"
        yield (*path, "inclination_deg"), f"found {found}, expected none: it is computed for dawn_dusk"
    if shell.orbit == "dawn_dusk" and shell.altitude_km > HIGHEST_DAWN_DUSK_KM:
        expected = f"at most {HIGHEST_DAWN_DUSK_KM}; no sun-synchronous orbit lies above about 5970"
        yield (*path, "altitude_km"), f"found {shell.altitude_km:g}, expected {expected}"
    if shell.altitude_km > HIGHEST_TABLE_KM and shell.dose_rad_per_year is None:
        yield (*path, "dose_rad_per_year"), "missing; expected it above 2,000 km: no table goes further"
    if shell.altitude_km > HIGHEST_TABLE_KM and shell.disposal_m_per_s is None:
        yield (*path, "disposal_m_per_s"), "missing; expected it above 2,000 km (graveyard or return)"


def _deep_space(path: Path, shell: Shell) -> Iterator[Issue]:
    if shell.dose_rad_per_year is None:
        expected = f"it, because no table reaches an orbit that is {shell.orbit}"
        yield (*path, "dose_rad_per_year"), f"missing; expected {expected}"
    if shell.inclination_deg is not None:
        yield (*path, "inclination_deg"), f"found {shell.inclination_deg:g}, expected none for a {shell.orbit} place"
    if shell.sunlit_share is not None and shell.sunlit_share < 1 and shell.eclipse_minutes is None:
        expected = "the longest eclipse, which batteries must bridge, because sunlit_share is below 1"
        yield (*path, "eclipse_minutes"), f"missing; expected {expected}"
    if shell.orbit == "heliocentric" and shell.earth_distance_km is None:
        yield (*path, "earth_distance_km"), "missing; expected it for a heliocentric place"


def _shells_in_use(use: Use, shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for i, name in enumerate(use.shells):
        yield from unknown(("use", "shells", i), name, shells, "shell")
    for name, shell in described(use.shells, shells).items():
        yield from orbit_issues(name, shell)


def _shells_reached(use: Use, vehicles: Mapping[str, Vehicle], shells: Mapping[str, Shell]) -> Iterator[Issue]:
    flown = described(use.vehicles, vehicles).values()
    for i, name in enumerate(use.shells):
        from_moon = use.moon and name in shells and shells[name].from_moon is not None
        if flown and name in shells and not from_moon and not any(v.payload_t.get(name, 0.0) > 0 for v in flown):
            expected = f"payload_t.{name} above 0 in one of them"
            yield ("use", "shells", i), f'found "{name}", which no vehicle in use reaches; expected {expected}'


def _shell_regimes(use: Use, shells: Mapping[str, Shell], regimes: Mapping[str, Regime]) -> Iterator[Issue]:
    for name, shell in described(use.shells, shells).items():
        listed = not isinstance(shell.regime, str)
        for i, regime in enumerate(shell.regimes):
            path: Path = ("shells", name, "regime", i) if listed else ("shells", name, "regime")
            yield from unknown(path, regime, regimes, "regime")


def _regime_platforms(regimes: Mapping[str, Regime], platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for name, regime in regimes.items():
        for i, platform in enumerate(regime.platforms or ()):
            yield from unknown(("regimes", name, "platforms", i), platform, platforms, "platform")


def _areas_of_nodes(
    use: Use,
    shells: Mapping[str, Shell],
    platforms: Mapping[str, Platform],
    regimes: Mapping[str, Regime],
) -> Iterator[Issue]:
    """Yield an issue for each declared node without an area where a limit counts slots by area."""
    here = described(use.shells, shells)
    limits = {f"shells.{name}": None for name, shell in here.items() if shell.slot_area_m2 is not None}
    joined = described((r for shell in here.values() for r in shell.regimes), regimes)
    counted = {f"regimes.{name}": r.platforms for name, r in joined.items() if r.slot_area_m2 is not None}
    for name, platform in described(use.platforms, platforms).items():
        declared = platform.declared
        if declared is None or declared.array_m2 + declared.radiator_m2 > 0:
            continue
        for limit, only in {**limits, **counted}.items():
            if only is None or name in only:
                expected = f"the area of the node, because {limit}.slot_area_m2 counts slots by it"
                yield ("platforms", name, "declared", "array_m2"), f"found 0, expected {expected}"
                break


SHELL_RULES: tuple[Rule, ...] = (_shells_in_use, _shells_reached, _shell_regimes, _regime_platforms, _areas_of_nodes)
