"""Shells between those of the catalogue, for instances with a million columns.

The catalogue names a few altitudes of each family; constellations fill the space between them every few tens of
kilometres. Payload and sink temperature between two shells of the catalogue are interpolated linearly, everything else
that depends on altitude is computed from it as for any shell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FAMILIES = ("dawn_dusk", "leo_30")
"""Families with more than one altitude; a shell is named ``family_altitude``."""


class _Open(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Shell(_Open):
    orbit: str
    altitude_km: float = 0.0
    inclination_deg: float | None = None
    slots: float | None = None
    sink_temperature_k: float = 230.0
    transfer_years: float = 0.0


class _Vehicle(_Open):
    payload_t: dict[str, float]


class _World(_Open):
    shells: dict[str, _Shell]
    vehicles: dict[str, _Vehicle]


@dataclass(frozen=True, slots=True)
class AddedShells:
    """Shells to use in the order of their altitudes, and the sections of a file that describe the new ones."""

    used: list[str]
    sections: list[str]


def fill(catalogue: Path, vehicles: Sequence[str], spacing_km: int) -> AddedShells:
    """Fill every family at a spacing from its lowest shell on; those of the catalogue are unchanged."""
    from solver.instance.read import read

    world = read(catalogue, _World).instance
    used: list[str] = []
    described: dict[str, _Shell] = {}
    payload: dict[str, dict[str, float]] = {name: {} for name in vehicles}
    for family in FAMILIES:
        of_family = {n: s for n, s in world.shells.items() if n.rpartition("_")[0] == family}
        known = {round(shell.altitude_km): name for name, shell in of_family.items()}
        for altitude in sorted({*range(min(known), max(known) + 1, spacing_km), *known}):
            name = known.get(altitude, f"{family}_{altitude}")
            used.append(name)
            if altitude in known:
                continue
            below, above, share = _between(altitude, known)
            described[name] = _mixed(world.shells[below], world.shells[above], share)
            for vehicle in vehicles:
                lifted = world.vehicles[vehicle].payload_t
                payload[vehicle][name] = _mean(lifted.get(below, 0.0), lifted.get(above, 0.0), share)
    return AddedShells(used, [*_shell_lines(described), "", *_payload_lines(payload)])


def _between(altitude: int, known: Mapping[int, str]) -> tuple[str, str, float]:
    """Return the shells below and above an altitude, and its relative position between them."""
    low = max(a for a in known if a < altitude)
    high = min(a for a in known if a > altitude)
    return known[low], known[high], (altitude - low) / (high - low)


def _mean(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _mixed(below: _Shell, above: _Shell, share: float) -> _Shell:
    return below.model_copy(
        update={
            "altitude_km": _mean(below.altitude_km, above.altitude_km, share),
            "sink_temperature_k": _mean(below.sink_temperature_k, above.sink_temperature_k, share),
        }
    )


def _shell_lines(shells: Mapping[str, _Shell]) -> Iterator[str]:
    yield "shells:  # between those of the catalogue, on the straight line from one to the next"
    for name, shell in shells.items():
        tilt = f", inclination_deg: {shell.inclination_deg:g}" if shell.inclination_deg is not None else ""
        room = f", slots: {shell.slots:g}" if shell.slots is not None else ""
        yield (
            f"  {name}: {{orbit: {shell.orbit}, altitude_km: {shell.altitude_km:g}{tilt}, regime: leo{room}, "
            f"sink_temperature_k: {shell.sink_temperature_k:.1f}, transfer_years: {shell.transfer_years:g}}}"
        )


def _payload_lines(payload: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "vehicles:"
    for vehicle, by_shell in payload.items():
        yield f"  {vehicle}:"
        yield "    payload_t:"
        for name, tonnes in by_shell.items():
            yield f"      {name}: {tonnes:.1f}"
