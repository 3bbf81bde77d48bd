"""The command line within a test, and an instance that keeps it busy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from solver.cli import app

TINY = Path(__file__).parents[2] / "instances" / "tiny"
ONE_FLIGHT, TOO_SLOW = str(TINY / "one_flight.yaml"), str(TINY / "too_slow.yaml")
KARDASHEV = str(Path(sys.executable).with_name("kardashev"))


def ended(*arguments: str) -> int:
    """Run a command within this process and return its exit code."""
    with pytest.raises(SystemExit) as end:
        app.main(arguments)
    assert isinstance(end.value.code, int)
    return end.value.code


def packed(vehicles: int, sites: int) -> str:
    """Every vehicle must fly once, and the pads are just long enough in all: no plan is found by rounding."""
    days = [80 + i * 53 % 91 + 0.37 * (i * 29 % 17) for i in range(vehicles)]
    scale = 0.9999 * 365.25 * sites / sum(days)
    places = [f"s{j}" for j in range(sites)]
    lines = [
        f"  v{i}: {{available_from: 2030-01, payload_t: {{near: 100}}, volume_m3: 1000, sites: [{', '.join(places)}], "
        f"flight_musd: {10 + i}, pad_days: {scale * day:.2f}, flights_per_year: {{start_per_year: 1}}}}"
        for i, day in enumerate(days)
    ]
    return f"""\
format: 2
name: Tight pads
horizon: {{start: 2030-01, periods: [{{count: 1, length: year}}]}}
target: {{kind: mass_to_orbit, milestones: [{{date: 2030-01, kt_per_year: {0.1 * vehicles:.1f}}}]}}
use: {{vehicles: [{", ".join(f"v{i}" for i in range(vehicles))}], shells: [near]}}
vehicles:
{chr(10).join(lines)}
sites:
{chr(10).join(f"  {place}: {{pads: 1, max_pads: 1, pad_musd: 0}}" for place in places)}
shells:
  near: {{orbit: dawn_dusk, altitude_km: 650}}
"""


def hard(vehicles: int, years: int) -> str:
    """Many vehicles that are alike but not equal: built at once, a plan in a second, a proof not in minutes."""
    names = [f"v{i}" for i in range(vehicles)]
    lines = []
    for i, name in enumerate(names):
        payload_t = 40 + i * 37 % 60 + 0.3 * (i * 7 % 10)
        price_musd = payload_t * (0.95 + 0.01 * (i * 13 % 11))
        lines.append(
            f"  {name}: {{available_from: 2030-01, payload_t: {{near: {payload_t:.1f}}}, volume_m3: 1000, "
            f"sites: [cape], flight_musd: {price_musd:.2f}, flights_per_year: {{start_per_year: 3}}}}"
        )
    return f"""\
format: 2
name: Many odd vehicles
horizon: {{start: 2030-01, periods: [{{count: {years}, length: year}}]}}
target: {{kind: mass_to_orbit, milestones: [{{date: 2030-01, kt_per_year: {0.0971 * vehicles:.4f}}}]}}
use: {{vehicles: [{", ".join(names)}], shells: [near]}}
vehicles:
{chr(10).join(lines)}
sites:
  cape: {{pads: 10, max_pads: 10, pad_musd: 0}}
shells:
  near: {{orbit: dawn_dusk, altitude_km: 650}}
"""
