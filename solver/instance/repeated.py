"""Cross rules on lists: names and choices that may stand in a list only once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from solver.instance.validation_issues import Issue, Path

if TYPE_CHECKING:
    from solver.instance.hardware import CandidateDesigns, Platform
    from solver.instance.network import Network
    from solver.instance.places import Regime, Shell
    from solver.instance.schema import Use
    from solver.instance.transport import Vehicle
    from solver.instance.validate import Rule

NAMES, CHOICES = "name", "choice"


def _once(path: Path, values: Sequence[str | float], kind: str) -> Iterator[Issue]:
    seen: set[str | float] = set()
    for i, value in enumerate(values):
        if value in seen:
            found = f"{value:g}" if isinstance(value, float | int) else value if kind == CHOICES else f'"{value}"'
            yield (*path, i), f"found {found} once more, expected every {kind} once"
        seen.add(value)


def _used(use: Use) -> Iterator[Issue]:
    for key in ("vehicles", "shells", "platforms", "ground"):
        yield from _once(("use", key), getattr(use, key), NAMES)


def _sites(vehicles: Mapping[str, Vehicle]) -> Iterator[Issue]:
    for name, vehicle in vehicles.items():
        yield from _once(("vehicles", name, "sites"), vehicle.sites, NAMES)


def _shells(platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    for name, platform in platforms.items():
        if platform.declared is not None:
            yield from _once(("platforms", name, "declared", "shells"), platform.declared.shells or (), NAMES)


def _regimes(shells: Mapping[str, Shell]) -> Iterator[Issue]:
    for name, shell in shells.items():
        yield from _once(("shells", name, "regime"), shell.regimes, NAMES)


def _counted(regimes: Mapping[str, Regime]) -> Iterator[Issue]:
    for name, regime in regimes.items():
        yield from _once(("regimes", name, "platforms"), regime.platforms or (), NAMES)


def _choices(candidate_designs: CandidateDesigns) -> Iterator[Issue]:
    for key in ("radiator_temperature_k", "life_years", "eclipse", "array_margin_share", "terminals", "fabric"):
        yield from _once(("candidate_designs", key), getattr(candidate_designs, key), CHOICES)


def _linked(network: Network) -> Iterator[Issue]:
    for name, shell in network.shells.items():
        yield from _once(("network", "shells", name, "relays"), shell.relays, NAMES)
    for name, failure in network.contingencies.items():
        yield from _once(("network", "contingencies", name, "only"), failure.only or (), NAMES)


REPEATED_RULES: tuple[Rule, ...] = (_used, _sites, _shells, _regimes, _counted, _choices, _linked)
