"""What statements about the Moon come to: proven on the LPs of the heavy claims, and by arithmetic of one line.

An LP that has no point leaves the plan none either. Where a plan exists, the LP shows what every plan needs at least;
the plans themselves are among the shipped results.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from solver.derive import Derived, derive
from solver.derive.landing import refill_t
from solver.design.candidates import candidate_designs
from solver.instance.moon import MassDriver, Moon
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve as solve_matrix
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Solution, Status
from solver.physics import kardashev
from solver.physics.ageing import steady_stock
from solver.run.solve import Options, Outcome, build, solve
from solver.search.variants.conflict import Shortfall
from tests.contracts.test_claims import INSTANCES

pytestmark = pytest.mark.slow

CENTRAL, THOUSAND, CHIPS = "terawatt-central", "thousand-terawatt-per-year", "chips-from-earth"
LIMITS = Limits(seconds=120)
FOR_RAY: dict[str, object] = {"presolve": "off", "simplex_dual_edge_weight_strategy": 1}
"""Options of an LP that has no point: presolve finds that out and no ray, and the LP is solved once more."""
KT_PER_GT = 1e6
DRIVERS_IN_FIELD = 20


@dataclass(frozen=True)
class Relaxed:
    """A claim without whole counts: its LP, and what came out."""

    instance: Instance
    derived: Derived
    matrix: Matrix
    solution: Solution

    def total(self, word: str, period: str) -> float:
        """Sum of the columns of a word whose last index is a period, by its label."""
        assert self.solution.x is not None
        t = next(t for t in self.derived.horizon.periods if self.derived.horizon.label(t) == period)
        columns = [j for j in self.matrix.columns_of(word) if self.matrix.column_names.periods[j] == t]
        return float(sum(self.solution.x[j] for j in columns))


def relaxed(path: Path, options: dict[str, object] | None = None) -> Relaxed:
    """The LP of an instance, solved."""
    instance = read(path).instance
    derived = derive(instance, candidate_designs(instance))
    matrix, _ = build(derived)
    return Relaxed(instance, derived, matrix, solve_matrix(matrix, LIMITS, relax=True, options=options))


def claim(name: str) -> Path:
    """The file of a claim."""
    return INSTANCES / "claims" / f"{name}.yaml"


def laid_over(name: str, text: str, folder: Path) -> Path:
    """A file that lays something over a claim."""
    file = folder / "changed.yaml"
    below = os.path.relpath(claim(name), folder)
    file.write_text(f"format: 2\nname: changed\nextends: {below}\n{text}\n", encoding="utf-8")
    return file


@cache
def thousand() -> Relaxed:
    """The LP of a thousand terawatts a year."""
    return relaxed(claim(THOUSAND))


@cache
def chips() -> Outcome:
    """Chips from the Earth as it is solved."""
    return solve(claim(CHIPS), Options(LIMITS))


def moon_of(instance: Instance) -> tuple[Moon, MassDriver]:
    """The lunar sections of an instance."""
    assert instance.moon is not None
    assert instance.moon.mass_driver is not None
    return instance.moon, instance.moon.mass_driver


def share_of_path(shortfall: tuple[Shortfall, ...]) -> float:
    """The share of the target path that is within reach."""
    return min(missed.reachable / missed.expected for missed in shortfall)


@pytest.mark.parametrize("name", [CENTRAL, THOUSAND, CHIPS])
def test_claim_says_what_is_expected_and_what_came_out(name: str) -> None:
    """Each claim has a statement to prove or to forbid, a verdict, and a source that is known."""
    instance = read(claim(name)).instance
    assert instance.claim is not None
    assert instance.claim.expected == ("feasible" if name == THOUSAND else "infeasible")
    assert instance.claim.verdict
    assert instance.claim.source in instance.sources


def test_central_twin_has_every_central_fact() -> None:
    """The twin asks for the same path, and nothing that the reference relaxed is left in it."""
    twin = read(claim(CENTRAL)).instance
    reference = read(INSTANCES / "reference" / "terawatt.yaml").instance
    # The learning gigawatt takes all facts from the catalogue, and as the twin it keeps ramp-ups.
    central = read(INSTANCES / "reference" / "gigawatt-learning.yaml").instance
    assert (twin.target, twin.use) == (reference.target, reference.use)
    for section in ("vehicles", "sites", "shells", "moon", "supply"):
        assert getattr(twin, section) == getattr(central, section)
    for section in ("vehicles", "sites", "moon"):
        assert getattr(reference, section) != getattr(central, section)


def test_central_facts_forbid_a_terawatt() -> None:
    """The path to a terawatt at the end of 2049 has no point even with parts of flights and of ships."""
    assert relaxed(claim(CENTRAL), FOR_RAY).solution.status is Status.INFEASIBLE


@pytest.mark.parametrize(("share", "status"), [(0.04, Status.OPTIMAL), (0.05, Status.INFEASIBLE)])
def test_central_facts_reach_between_four_and_five_percent(share: float, status: Status, tmp_path: Path) -> None:
    """Forty gigawatts at the end of 2049 are within reach of the LP, fifty are not."""
    points = [("2035-01", 1), ("2042-01", 10), ("2050-01", 1000)]
    path = ", ".join(f"{{date: {date}, gw: {gw * share:g}}}" for date, gw in points)
    options = FOR_RAY if status is Status.INFEASIBLE else None
    found = relaxed(laid_over(CENTRAL, f"target: {{milestones: [{path}]}}", tmp_path), options)
    assert found.solution.status is status


def test_thousand_terawatts_a_year_are_ten_gigatonnes() -> None:
    """The full rate asks for 10 Gt a year and one percent more for what is lost on the way."""
    found = thousand()
    assert found.solution.status is Status.OPTIMAL
    mass_driver_launched_gw = found.total("nodes.mass_driver_launched", "2076")
    mass_gt = mass_driver_launched_gw * found.instance.platforms["moon_filing_1mw"].declared.mass_t / 1e6  # type: ignore[union-attr]
    assert mass_driver_launched_gw == pytest.approx(1e6 / 0.99, rel=1e-6)
    assert mass_gt == pytest.approx(10.0, rel=0.02)


def test_mass_drivers_of_a_thousand_terawatts_a_year() -> None:
    """6,300 drivers of 1.58 Mt a year at full duty are 8,850 by day and at 0.85; their loads take 0.92 TW."""
    moon, field = moon_of(thousand().instance)
    mass_mt = thousand().total("nodes.mass_driver_launched", "2076") * 0.01
    one_mt = field.throughput_kt_per_year / DRIVERS_IN_FIELD / 1000
    fields = sum(thousand().total("mass_drivers.ordered", str(year)) for year in range(2056, 2076))
    at_work = fields * DRIVERS_IN_FIELD
    assert mass_mt / one_mt == pytest.approx(6300, rel=0.02)
    assert at_work == pytest.approx(mass_mt / one_mt / (moon.illumination_share * field.availability_share), rel=0.02)
    assert at_work == pytest.approx(8850, rel=0.01)
    assert kardashev.mass_driver_power_gw(mass_mt) == pytest.approx(0.92e3, rel=0.01)
    assert kardashev.mass_driver_power_gw(mass_mt, efficiency=field.efficiency_share) == pytest.approx(1.32e3, rel=0.01)


def test_thousand_terawatts_a_year_level_off_below_type_one() -> None:
    """Five years of 1,000 TW a year stand at 5 PW, K = 0.97, and the horizon is long enough to see it."""
    instance = thousand().instance
    declared = instance.platforms["moon_filing_1mw"].declared
    assert declared is not None
    assert declared.life_years == 5
    stock_w = steady_stock(1e15, declared.life_years)
    assert kardashev.kardashev_index(stock_w) == pytest.approx(0.97, abs=5e-4)
    labels = [thousand().derived.horizon.label(t) for t in thousand().derived.horizon.periods]
    alive_gw = 0.99 * sum(thousand().total("nodes.mass_driver_launched", year) for year in labels[-6:-1])
    assert alive_gw * 1e9 == pytest.approx(stock_w, rel=1e-4)


def test_plant_of_a_thousand_terawatts_a_year_weighs_tens_of_gigatonnes() -> None:
    """In the first year at the full rate the LP has some 75 Gt of plant, seven times what it throws."""
    found = thousand()
    full_rate = next(t for t in found.derived.horizon.periods if found.derived.horizon.label(t) == "2075")
    steps = found.derived.coefficients.lunar.steps.within[full_rate]
    assert found.solution.x is not None
    capital = found.matrix.columns_of("lunar.capital")
    plant_kt = sum(found.solution.x[j] for j in capital if found.matrix.column_names.periods[j] == steps[-1])
    assert plant_kt / KT_PER_GT == pytest.approx(75, rel=0.1)


def test_year_before_has_no_plan(tmp_path: Path) -> None:
    """From 10 GW a year in 2052 no plan has the full rate in 2069, with flights and seeds to the end either."""
    milestones = "[{date: 2052-01, gw_per_year: 10}, {date: 2069-01, gw_per_year: 1000000}]"
    text = f"""\
horizon: {{periods: [{{count: 43, length: year}}]}}
target: {{milestones: {milestones}}}
moon: {{seed: {{available_until: null}}}}
vehicles: {{starship_v4: {{available_until: null}}}}"""
    assert relaxed(laid_over(THOUSAND, text, tmp_path), FOR_RAY).solution.status is Status.INFEASIBLE


def test_fifty_thousand_flights_land_a_megatonne_a_year() -> None:
    """By hand: 150 t take 1,148 t of propellant, six tankers; 50,000 flights land 1 Mt of the 60 Mt of chips."""
    instance = chips().loaded.instance
    moon, _ = moon_of(instance)
    lander, ship = moon.landers["starship_expended"], instance.vehicles["starship_v4"]
    filled_t = moon.depot.tankers["starship_v4"] * (1 - ship.loss_share) * (1 - moon.depot.transfer_loss_share)
    flights = 1 + refill_t(lander) / filled_t
    landed_mt = 50_000 / flights * lander.landed_t * (1 - ship.loss_share) * (1 - lander.loss_share) / 1e6
    asked_mt = 60e6 / 0.99 * moon.bills["node"]["chips"] * 10 / 1e6
    assert refill_t(lander) == pytest.approx(1148, rel=1e-3)
    assert landed_mt == pytest.approx(1.0, rel=0.02)
    assert asked_mt == pytest.approx(60, rel=0.02)
    # Ten years of landings for eight years at the rate; the seed takes the rest.
    assert share_of_path(chips().shortfall) == pytest.approx(10 * landed_mt / (8 * asked_mt), rel=0.02)


def test_chips_are_what_forbids_the_rate(tmp_path: Path) -> None:
    """With nine tenths of what is within reach there is a plan: nothing else of what is granted stands in the way."""
    reachable_gw = 60_000 * share_of_path(chips().shortfall)
    text = f"target: {{milestones: [{{date: 2042-01, gw_per_year: {0.9 * reachable_gw:.0f}}}]}}"
    outcome = solve(laid_over(CHIPS, text, tmp_path), Options(Limits(gap=0.2, seconds=60)))
    assert outcome.plan is not None
    assert outcome.checked
