"""Small instances whose answer hangs on one rule of time, solved and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.check import check
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Options, solve
from tests.pipeline import TINY, Run, run

REFERENCE = TINY.parent / "reference"


def solved(tmp_path: Path, text: str) -> Run:
    """Solve a file in format 2 to the end; its plan passes the checker."""
    file = tmp_path / "case.yaml"
    file.write_text(f"format: 2\nname: time\n{text}")
    done = run(read(file).instance)
    if done.plan is not None:
        assert check(done.instance, done.plan) == []
    return done


GROUND = """\
horizon: {{start: 2030-01, periods: [{{count: {years}, length: year}}]}}
target: {{kind: power_alive, where: anywhere, milestones: [{{date: 2032-01, gw: 0.02}}]}}
use: {{vehicles: [van], shells: [near], platforms: [cube], ground: [texas]}}
vehicles:
  van: {{available_from: 2030-01, payload_t: {{near: 10}}, volume_m3: 1000, sites: [cape], flight_musd: 900}}
sites: {{cape: {{pads: 10, max_pads: 10, pad_musd: 0}}}}
shells: {{near: {{orbit: dawn_dusk, altitude_km: 650}}}}
platforms: {{cube: {{it_power_kw: 10000, declared: {{mass_t: 10, cost_musd: 10, life_years: 20}}}}}}
ground:
  texas: {{queue_gw: {{start_per_year: 0.02{begin}}}, build_years: 0.5, facility_usd_per_w: 5, it_usd_per_w: 8,
    it_life_years: {life}, pue: 1.2, power_usd_per_kwh: 0.08}}
money: {{salvage: none}}
"""
YEAR_OF_POWER = 0.02 * 8766 * 1.2 * 0.08
"""Energy of 20 MW in a year, MUSD."""


@pytest.mark.parametrize(
    ("years", "life", "begin", "expected"),
    [
        # Power-on at the end of the second of three years: servers once, a year of energy.
        (3, 5, "", 100 + 160 + YEAR_OF_POWER),
        # The same instant is the end of the plan: power is counted there, so servers are paid.
        (2, 5, "", 100 + 160),
        # Servers for a year: again at the end of the third year, not at the end of the plan.
        (4, 1, "", 100 + 2 * 160 + 2 * YEAR_OF_POWER),
        # An offer from March 2031 on has its middle after that month: the whole year's amount is there.
        (3, 5, ", from: 2031-03", 100 + 160 + YEAR_OF_POWER),
    ],
)
def test_servers_are_bought_at_power_on_also_where_a_period_ends(
    tmp_path: Path, years: int, life: int, begin: str, expected: float
) -> None:
    """Model and checker pay servers at the same instants, at the end of a period and of the plan too."""
    done = solved(tmp_path, GROUND.format(years=years, life=life, begin=begin))
    assert done.solution.objective == pytest.approx(expected / 1000, rel=1e-6)


LICENCE = """\
extends: {tiny}/one_flight.yaml
horizon: {{start: 2030-01, periods: [{periods}]}}
target: {{kind: mass_to_orbit, interpolation: linear, milestones: [{{date: 2030-01, kt_per_year: 0.001}}]}}
use: {{vehicles: [van], platforms: []}}
vehicles:
  van: {{available_from: 2030-01, payload_t: {{near: 10}}, volume_m3: 1000, sites: [cape], flight_musd: 10}}
sites: {{cape: {{licence_flights_per_year: 4}}}}
objective: {{kind: most_power, budget_musd: {budget}}}
"""
LENGTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@pytest.mark.parametrize(
    "groups", [[("year", 1), ("quarter", 2)], [("quarter", 3), ("year", 1)], [("half_year", 1), ("quarter", 3)]]
)
def test_a_licence_holds_in_any_fifteen_months_of_mixed_periods(tmp_path: Path, groups: list[tuple[str, int]]) -> None:
    """Spread evenly through their periods, the flights of a plan keep a licence in every twelve months."""
    periods = ", ".join(f"{{count: {count}, length: {length}}}" for length, count in groups)
    done = solved(tmp_path, LICENCE.format(tiny=TINY, periods=periods, budget=1000))
    assert done.plan is not None
    lengths = [LENGTHS[length] for length, count in groups for _ in range(count)]
    flown = [sum(n for (_, _, q), n in done.plan.decisions.launches.items() if q == t) for t in range(len(lengths))]
    months = [n / length for n, length in zip(flown, lengths, strict=True) for _ in range(length)]
    assert max(sum(months[begin : begin + 12]) for begin in range(len(months))) <= 4 + 1e-9
    assert sum(flown) >= 4


STATIONS = """\
extends: {tiny}/network_gateways.yaml
horizon: {{periods: [{{count: {years}, length: year}}]}}
target: {{milestones: [{{date: 203{years}-01, gw: 0.04}}]}}
network:
  gateways:
    dish: {{available_from: {dish}, lead_years: 1, initial: {initial}}}
    bowl: {{max_stations: 2}}
"""


@pytest.mark.parametrize(
    ("years", "dish", "initial", "expected"),
    [
        # A year to build: the dish, of use from the second year on, is ordered in the first.
        (2, "2031-01", 0, 28 + 5 + 20),
        # The dish of the start is paid for, and used from the second year on.
        (2, "2031-01", 1, 28 + 20),
        (1, "2030-01", 1, 28 + 20),
    ],
)
def test_a_gateway_is_used_from_its_first_month_and_ordered_before(
    tmp_path: Path, years: int, dish: str, initial: int, expected: float
) -> None:
    """``available_from`` dates the use of stations, bought or there from the start, and not their orders."""
    done = solved(tmp_path, STATIONS.format(tiny=TINY, years=years, dish=dish, initial=initial))
    assert done.solution.objective == pytest.approx(expected / 1000, rel=1e-6)


@pytest.mark.parametrize("initial", [0, 1])
def test_a_gateway_a_month_late_waits_for_the_next_period(tmp_path: Path, initial: int) -> None:
    """In February 2031 the second and last year has begun: no dish is of use, and two bowls are too few."""
    done = solved(tmp_path, STATIONS.format(tiny=TINY, years=2, dish="2031-02", initial=initial))
    assert done.solution.status is Status.INFEASIBLE


FLEET = """\
extends: {tiny}/one_flight.yaml
target: {{kind: mass_to_orbit, milestones: [{{date: 2030-01, kt_per_year: {kt}}}]}}
use: {{vehicles: [ship], platforms: []}}
vehicles:
  ship: {{available_from: 2030-01, payload_t: {{near: 10}}, volume_m3: 1000, sites: [cape], flight_musd: 1,
    fleet: {{build_musd: 100, lead_years: 1, turnaround_days: 18.2625, reuse_flights: 10, initial: 4,
      initial_flown_share: {flown}}}}}
"""


@pytest.mark.parametrize(("flown", "flights"), [(0.0, 32), (0.25, 24), (0.5, 16)])
def test_vehicles_of_the_start_bring_the_flights_behind_them(tmp_path: Path, flown: float, flights: int) -> None:
    """Four ships of ten flights: lives flown before and now fit the lives retired and half of those left.

    With r ships retired, flights are at most 20 (4 - r) by turnaround and 10 (r + (4 - r) / 2 - 4 share) by wear; the
    two meet at r = 2.4, 2.8 and 3.2.
    """
    assert solved(tmp_path, FLEET.format(tiny=TINY, kt=flights / 100, flown=flown)).plan is not None
    done = solved(tmp_path, FLEET.format(tiny=TINY, kt=(flights + 1) / 100, flown=flown))
    assert done.solution.status is Status.INFEASIBLE


@pytest.mark.slow
def test_the_ground_regions_of_the_catalogue_rival_orbit_with_a_checked_plan() -> None:
    """One and ten gigawatts anywhere are cheapest on the ground, by a plan that the checker accepts.

    Its cost is that of nineteen years and of a tail of four.
    """
    outcome = solve(REFERENCE / "gigawatt-anywhere.yaml", Options(Limits(seconds=120, gap=0.01)))
    assert outcome.plan is not None
    assert outcome.violations == ()
    assert outcome.objective == pytest.approx(273_000, rel=0.02)
    assert outcome.plan.decisions.flights == {}
    assert outcome.plan.decisions.ground_gw
