"""A plan does not depend on the size of the numbers: everything scaled, the same plan scaled."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.row_content import content_factors
from solver.milp.scaling import TARGET_RATIO
from solver.run import solve as questions
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.search.core.result import SearchResult
from tests.solver.small import DATA, GROUND, loaded, matrix_of, with_changes

TINY = Path(__file__).parents[3] / "instances" / "tiny"
SIZES = {
    "it_power_kw", "gw", "gw_per_year", "kt_per_year", "mass_t", "min_t", "max_t", "landed_t", "dry_t", "capacity_t",
    "throughput_kt_per_year", "flight_musd", "lander_musd", "pad_musd", "cost_musd", "development_musd",
}  # fmt: skip
MAPS = {"payload_t", "tankers"}
"""Keys that grow with the plan, and maps whose values do: power, mass and money by the same factor."""


def scaled(data: Any, factor: float, within: str = "") -> Any:
    """The data of an instance with all sizes times a factor."""
    if isinstance(data, list):
        return [scaled(item, factor, within) for item in data]
    if isinstance(data, dict):
        return {key: scaled(value, factor, within if within in MAPS else key) for key, value in data.items()}
    grows = within in SIZES | MAPS and isinstance(data, int | float)
    return float(data) * factor if grows else data


def outcome(data: dict[str, Any]) -> Outcome:
    """The outcome of the data of an instance, past no gap."""
    options = Options(Limits(gap=0.0, seconds=60))
    return solve_loaded(Loaded(Instance.model_validate(data), {}, (), data, ""), options, Callbacks())


@pytest.mark.parametrize("factor", [10.0**decade for decade in range(-7, 3)])
def test_a_small_plan_scales(factor: float) -> None:
    """Four nodes on one flight cost 60 MUSD times the factor, from 4 W to 4 GW, over nine decades."""
    found = outcome(scaled(DATA, factor))
    assert (found.status, found.checked) == ("optimal", True)
    assert found.objective == pytest.approx(60 * factor, rel=1e-6)


@pytest.mark.parametrize("decade", range(-7, 3))
def test_a_demand_over_nine_decades_is_met(decade: int) -> None:
    """Nodes of 10 MW, four on a flight, serve from 100 W to 100 GW: the count is rounded up, and the checker agrees."""
    gw = 10.0**decade
    pads = {"sites.cape": {"pads": 10, "max_pads": 20, "pad_musd": 0.0}, "vehicles.van.pad_days": 0.1}
    date = DATA["target"]["milestones"][0]["date"]
    found = outcome(with_changes(DATA, {"target.milestones": [{"date": date, "gw": gw}], **pads}))
    nodes = max(1, round(gw / 0.01))
    assert (found.status, found.checked) == ("optimal", True)
    assert found.objective == pytest.approx(nodes * 10.0 + -(-nodes // 4) * 20.0, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moon_growth", "moon_seed"])
@pytest.mark.parametrize("factor", [1e-4, 1e2])
def test_a_lunar_plan_scales(name: str, factor: float) -> None:
    """A seed that grows in kg instead of tonnes is the same plan, and so is one of a hundred times the size."""
    loaded = read(TINY / f"{name}.yaml")
    assert loaded.instance.optimum is not None
    found = outcome(scaled(loaded.resolved, factor))
    assert (found.status, found.checked) == ("optimal", True)
    assert found.objective == pytest.approx(loaded.instance.optimum.objective_musd * factor, rel=1e-6)


DECADES = (-3, 0, 2, 4, 6)


@cache
def after_twenty_doublings(decade: int) -> Outcome:
    """The outcome of a seed that doubles twenty times, for a demand of a power of ten, in GW."""
    data = read(TINY / "moon_growth.yaml").resolved
    changes = {
        "horizon": {"start": "2030-01", "periods": [{"count": 24, "length": "year"}]},
        "target.milestones": [{"date": "2054-01", "gw": 10.0**decade}],
        "moon.doubling_years": 1.0,
        "moon.mass_driver.throughput_kt_per_year": 1e6,
        **{f"moon.activities.{name}.lag_years": 1.0 for name in data["moon"]["activities"]},
        "moon.activities.works.productivity_t_per_t_year": 3.0,
    }
    return outcome(with_changes(data, changes))


@pytest.mark.slow
@pytest.mark.parametrize("decade", DECADES)
def test_growth_by_a_million_passes_the_check(decade: int) -> None:
    """From a megawatt to a petawatt: a plan that passes the checker as it is, and no larger one is cheaper."""
    found = after_twenty_doublings(decade)
    assert (found.status, found.checked) == ("optimal", True)
    smaller = after_twenty_doublings(DECADES[max(0, DECADES.index(decade) - 1)])
    assert found.objective is not None
    assert smaller.objective is not None
    assert found.objective >= smaller.objective * (1 - 1e-9)


@pytest.mark.slow
def test_power_below_the_tolerance_is_not_free() -> None:
    """A mass driver draws less than a kW in a model in GW: without a power plant it launches nothing."""
    data = with_changes(read(TINY / "moon_too_large.yaml").resolved, {"platforms.mirror.it_power_kw": 15000.0})
    found = outcome(data)
    assert (found.status, {reason.constraint for reason in found.reasons}) == ("infeasible", {"launch.cadence"})


def test_factors_of_rows_follow_the_demand() -> None:
    """Demand of a plan of watts or megawatts is brought to one; of one of gigawatts nothing is changed."""
    assert (content_factors(matrix_of(Instance.model_validate(scaled(DATA, 1e2)))[1], TARGET_RATIO) == 1.0).all()
    for factor in (1.0, 1e-6):
        _, matrix = matrix_of(Instance.model_validate(scaled(DATA, factor)))
        found = content_factors(matrix, TARGET_RATIO)
        row = matrix.row("target.demand", 2)
        assert found[row] * matrix.row_lower[row] == pytest.approx(1.0, rel=1.0)
        assert (np.delete(found, matrix.rows_of("target.demand")) == 1.0).all()


def test_demand_of_a_pilot_is_scaled_in_a_large_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker asks the same of a pilot with many coefficients as of one with few."""
    matrix = matrix_of(Instance.model_validate(DATA))[1]
    few = content_factors(matrix, TARGET_RATIO)
    monkeypatch.setattr("solver.milp.row_content.MOST_ENTRIES", 1)
    many = content_factors(matrix, TARGET_RATIO)
    demand = matrix.rows_of("target.demand")
    assert (many[demand] * matrix.row_lower[demand] >= 1.0).sum() == (matrix.row_lower[demand] > 0.0).sum()
    assert (few[demand] >= many[demand]).all()


def test_a_plan_that_the_checker_refuses_is_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amounts that are a thousandth short are mended by an LP with the same counts, and the plan passes the check."""
    original = questions.search_instance

    def short(*args: Any) -> SearchResult:
        found = original(*args)
        matrix = found.matrix
        assert found.x is not None
        assert matrix is not None
        found.x[:] = np.where(matrix.integer, found.x, 0.999 * found.x)
        return found

    monkeypatch.setattr(questions, "search_instance", short)
    changes = {"target.where": "anywhere", "use.platforms": [], "use.ground": ["valley"], "ground.valley": GROUND}
    late = {"target.milestones": [{"date": "2033-01", "gw": 0.02}]}
    found = solve_loaded(loaded({**changes, **late}), Options(Limits(gap=0.0)), Callbacks())
    assert (found.status, found.checked) == ("optimal", True)


@pytest.mark.parametrize("eflops", [1.0, 1e-3, 1e-6])
def test_computing_is_not_served_for_nothing(eflops: float) -> None:
    """A millionth of an accelerator costs a millionth of it: no amount is too small for the plan and its checker."""
    data = read(TINY / "delivered.yaml").resolved
    costs = [
        outcome(with_changes(data, {"target.milestones": [{"date": "2031-01", "eflops": part * eflops}]})).objective
        for part in (1.0, 2.0)
    ]
    assert None not in costs
    assert costs[0] == pytest.approx(eflops * 1.5, rel=1e-5)
    assert costs[1] == pytest.approx(eflops * 3.0, rel=1e-5)


@pytest.mark.parametrize("kt_per_year", [1e-3, 1e-6, 1e-9])
def test_a_gram_to_orbit_takes_a_flight_a_year(kt_per_year: float) -> None:
    """Cargo far below the tolerance of a count of flights still takes one flight of 20 in each of three years."""
    target = {"kind": "mass_to_orbit", "milestones": [{"date": "2030-01", "kt_per_year": kt_per_year}]}
    found = outcome({**DATA, "target": target})
    assert (found.status, found.checked, found.alarm) == ("optimal", True, "")
    assert found.objective == pytest.approx(60.0)
