"""Tests of two-stage problems and of the extensive form: against an enumeration, and scenario by scenario."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from solver.ask.common.question import Question
from solver.ask.risk.risk import scenarios_of
from solver.ask.risk.risk_measure import EXPECTED_COST, RiskMeasure, cvar
from solver.ask.risk.scenario_file import ScenarioSet, read_scenarios
from solver.ask.risk.two_stage import TwoStageSearch, with_first_stage
from solver.ask.risk.two_stage_result import ScenarioResult, interval
from solver.check import check
from solver.cli.app import app
from solver.errors import InstanceError, UsageError
from solver.milp.limits import Limits
from solver.plan import Plan
from solver.run.solve import Options
from solver.run.stored_run import read_run

INSTANCE = """
format: 2
name: A pad in time
horizon: {start: 2030-01, periods: [{count: 3, length: year}], discount_share_per_year: 0.0}
money: {salvage: none}
target: {kind: power_alive, unmet_penalty_musd: 4000, interpolation: step, milestones: [{date: 2032-06, gw: 0.02}]}
use: {vehicles: [van], shells: [near], platforms: [cube]}
vehicles:
  van:
    {available_from: 2030-01, payload_t: {near: 10}, volume_m3: 100, sites: [cape], flight_musd: 10, pad_days: 365.25}
sites:
  cape: {pads: 1, max_pads: 4, pad_musd: 10, pad_lead_years: 2}
shells:
  near: {orbit: dawn_dusk, altitude_km: 650}
platforms:
  cube: {it_power_kw: 10000, declared: {mass_t: 10, cost_musd: 5, life_years: 20}}
"""
SCENARIOS = """
format: 2
decide_until: 2031-01
scenarios:
  - {name: low, probability: 0.5, set: {"target.milestones[0].gw": 0.02}}
  - {name: high, probability: 0.5, set: {"target.milestones[0].gw": 0.06}}
"""
ASKED = {"low": 2, "high": 6}


@pytest.fixture
def problem(tmp_path: Path) -> Callable[..., ScenarioSet]:
    """Scenarios of the small instance, with text of the files replaced."""

    def read(*replaced: tuple[str, str]) -> ScenarioSet:
        instance, scenarios = INSTANCE, SCENARIOS
        for old, new in replaced:
            assert old in instance + scenarios
            instance, scenarios = instance.replace(old, new), scenarios.replace(old, new)
        (tmp_path / "pad.yaml").write_text(instance, encoding="utf-8")
        (tmp_path / "futures.yaml").write_text(scenarios, encoding="utf-8")
        return read_scenarios(tmp_path / "pad.yaml", tmp_path / "futures.yaml")

    return read


def _answer(problem: ScenarioSet, folder: Path | None = None, measure: RiskMeasure = EXPECTED_COST) -> ScenarioResult:
    return scenarios_of(problem, Question(Options(Limits(seconds=60.0, gap=1e-6))), folder, measure)


def _least(asked: float, pads: int, flown: int) -> float:
    """Least cost of a scenario after the first year: pads cost 10, flights with their node 15, a missing node 40.

    A pad flies once a year, and one ordered in the first year flies in the third.
    """
    return min(10 * pads + 15 * (flown + later) + 40 * max(0.0, asked - flown - later) for later in range(2 + pads + 1))


def _expected_cost(weights: dict[str, float], pads: int, flown: int) -> float:
    return sum(weight * _least(ASKED[name], pads, flown) for name, weight in weights.items())


PRICED = "target: {kind: power_alive, unmet_penalty_musd: 4000,"
EARLIEST = "objective: {kind: earliest_date}\ntarget: {kind: power_alive,"
WEIGHTS, RARELY = {"low": 0.5, "high": 0.5}, {"low": 0.9, "high": 0.1}
FIRST = list(itertools.product(range(4), range(2)))


@pytest.mark.slow
def test_the_answer_is_that_of_an_enumeration(problem: Callable[..., ScenarioSet]) -> None:
    """Expected cost, perfect information and the value of the stochastic solution are those of all first stages."""
    answer = _answer(problem())
    best = min(_expected_cost(WEIGHTS, *first) for first in FIRST)
    wait = sum(w * min(_least(ASKED[name], *first) for first in FIRST) for name, w in WEIGHTS.items())
    assert answer.best is not None
    assert answer.best.expected == pytest.approx(best)
    assert answer.bound == pytest.approx(best)
    assert answer.wait_and_see == pytest.approx((wait, wait))
    assert answer.perfect_information == pytest.approx((best - wait, best - wait))
    # By expected values four nodes are asked, for which one pad is enough; three are best for both scenarios.
    of_mean = min(FIRST, key=lambda first: _least(4.0, *first))
    assert answer.stochastic_solution == pytest.approx((_expected_cost(WEIGHTS, *of_mean) - best,) * 2, abs=1e-6)
    assert answer.stochastic_solution[0] == pytest.approx(5.0)


RARE = (("low, probability: 0.5", "low, probability: 0.8"), ("high, probability: 0.5", "high, probability: 0.2"))


@pytest.mark.slow
@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_the_criterion_is_the_least_of_an_enumeration(problem: Callable[..., ScenarioSet], weight: float) -> None:
    """A weighted sum of expected cost and CVaR has plan and bound at the least over all first stages."""
    weights, measure = [0.8, 0.2], RiskMeasure(0.7, weight)
    costs = [[_least(asked, *first) for asked in ASKED.values()] for first in FIRST]
    answer = _answer(problem(*RARE), measure=measure)
    # By hand: the dearest three tenths are those of the high scenario, and a tenth of the low one.
    tail = [(0.2 * max(pair) + 0.1 * min(pair)) / 0.3 for pair in costs]
    least = min((1 - weight) * (0.8 * c[0] + 0.2 * c[1]) + weight * t for c, t in zip(costs, tail, strict=True))
    assert answer.best is not None
    assert answer.best.value == pytest.approx(least)
    assert answer.bound == pytest.approx(least)
    assert measure.value(costs[0], weights) <= max(costs[0])


@pytest.mark.slow
def test_a_rare_dear_scenario_changes_the_first_stage_by_cvar(problem: Callable[..., ScenarioSet]) -> None:
    """By expected cost the rare scenario pays for what is missing; by CVaR pads are ordered for it."""
    rare = (("low, probability: 0.5", "low, probability: 0.9"), ("high, probability: 0.5", "high, probability: 0.1"))
    mean, tail = (_answer(problem(*rare), measure=RiskMeasure(0.9, weight)).best for weight in (0.0, 1.0))
    assert mean is not None
    assert tail is not None
    assert mean.expected == pytest.approx(min(_expected_cost(RARELY, *first) for first in FIRST))
    assert tail.cvar == pytest.approx(min(_least(6, *first) for first in FIRST))
    assert tail.cvar < mean.cvar - 1.0  # type: ignore[operator]
    assert tail.expected > mean.expected + 1.0  # type: ignore[operator]


@pytest.mark.slow
def test_every_scenario_has_a_run_directory_that_check_and_report_accept(
    problem: Callable[..., ScenarioSet], tmp_path: Path
) -> None:
    """The plans of the best first stage are runs of their scenarios, with the costs of the answer."""
    answer = _answer(problem(("name: high", 'name: "high / late"')), tmp_path / "risk")
    assert answer.best is not None
    assert [Path(run).name for run in answer.runs] == ["01-low", "02-high-late"]
    for run, cost in zip(answer.runs, answer.best.costs, strict=True):
        stored = read_run(run)
        assert stored.manifest.objective == pytest.approx(cost.objective)
        assert stored.manifest.resolved["target"]["milestones"][0]["gw"] in (0.02, 0.06)
        assert CliRunner().invoke(app, ["check", run]).exit_code == 0
    assert CliRunner().invoke(app, ["report", answer.runs[0]]).exit_code == 0
    again = _answer(problem(("name: high", 'name: "high / late"')), tmp_path / "risk")
    assert again.to_json() == answer.to_json()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("worst", 0.9, 1.0), "--criterion: found 'worst', expected expected or cvar"),
        (("cvar", 1.0, 1.0), "--alpha: found 1"),
        (("cvar", 0.9, 1.5), "--weight: found 1.5"),
        (("cvar", 0.9, 0.0), "--weight: found 0, expected more"),
        (("expected", 0.9, 0.5), "--weight: found 0.5 with the criterion expected"),
    ],
)
def test_bad_criteria_are_named(given: tuple[str, float, float], text: str) -> None:
    """A criterion, level or weight that cannot be is an error of use."""
    with pytest.raises(UsageError) as caught:
        RiskMeasure.of(*given)
    assert text in str(caught.value)


@pytest.mark.slow
def test_every_plan_passes_the_checker_with_one_first_stage(
    problem: Callable[..., ScenarioSet], tmp_path: Path
) -> None:
    """The plans of the scenarios decide the same before the date, and each is checked in its own instance."""
    scenarios = problem()
    search = TwoStageSearch(scenarios, Question(Options(Limits(seconds=60.0, gap=1e-6))), _journal(tmp_path))
    search.run()
    first = []
    for i, scenario in enumerate(scenarios.scenarios):
        data = search._in_scenario("extensive form", i)
        plan = Plan.from_json(data["plan"])
        assert not list(check(scenario.loaded.instance, plan))
        flown = {key: n for key, n in plan.decisions.flights.items() if key[-1] == 0}
        first.append((flown, {key: n for key, n in plan.decisions.pads.items() if key[-1] == 0}))
    assert first[0] == first[1]
    assert first[0][1] == {("cape", 0): 3}


def _journal(folder: Path) -> Any:
    from solver.ask.common.journal import Journal

    return Journal(folder, {"test": 1})


@pytest.mark.slow
def test_an_answer_goes_on_from_its_points(
    problem: Callable[..., ScenarioSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second call solves nothing: every point is in the folder."""
    once = _answer(problem(), tmp_path / "kept")

    def refuse(*_: Any) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr(TwoStageSearch, "_solved", refuse)
    monkeypatch.setattr(TwoStageSearch, "_of_form", refuse)
    assert _answer(problem(), tmp_path / "kept").to_json() == once.to_json()


@pytest.mark.slow
def test_twins_of_one_scenario_are_worth_no_information(problem: Callable[..., ScenarioSet]) -> None:
    """Where all scenarios are the same, neither information nor the stochastic solution is worth anything."""
    answer = _answer(problem(('gw": 0.06', 'gw": 0.02')))
    assert answer.perfect_information == (0.0, 0.0)
    assert answer.stochastic_solution == (0.0, 0.0)
    assert answer.best is not None
    assert answer.best.expected == pytest.approx(30.0)
    assert answer.best.cvar == pytest.approx(30.0)


def test_a_decision_that_one_scenario_lacks_is_taken_in_none(problem: Callable[..., ScenarioSet]) -> None:
    """A vehicle that comes later in one scenario does not fly before the date in any; fixed, it is no plan there."""
    scenarios = problem(('"target.milestones[0].gw": 0.06', '"vehicles.van.available_from": 2031-01'))
    search = TwoStageSearch(scenarios, Question(Options(Limits(seconds=60.0, gap=1e-6))), _journal(Path("unused")))
    form = search.form
    flights = [key for key in form.first_stage if key[0] == "launch.flights"]
    assert flights == [("launch.flights", ("van", "near", 0))]
    at = form.first_stage.index(flights[0])
    assert form.matrix.upper[at] == 0.0
    assert with_first_stage(search._model_of(1).matrix, {flights[0]: 1.0}, 1) is None
    assert with_first_stage(search._model_of(0).matrix, {flights[0]: 1.0}, 1) is not None


def test_the_extensive_form_is_the_sum_of_its_scenarios(problem: Callable[..., ScenarioSet]) -> None:
    """A point of all scenarios with one first stage has their expected cost and keeps all their rows."""
    search = TwoStageSearch(problem(), Question(Options(Limits(seconds=60.0, gap=1e-6))), _journal(Path("unused")))
    form = search.form
    x = np.random.default_rng(1).random(form.matrix.columns)
    parts = [search._model_of(i).matrix for i in range(2)]
    value = sum(w * m.value(form.of_scenario(x, i)) for i, (m, w) in enumerate(zip(parts, (0.5, 0.5), strict=True)))
    assert form.matrix.value(x) == pytest.approx(value)
    rows = np.concatenate([m.a @ form.of_scenario(x, i) for i, m in enumerate(parts)])
    assert form.matrix.a @ x == pytest.approx(rows)
    assert not form.matrix.column_names.repeated()


def test_cvar_is_the_mean_of_the_dearest_share() -> None:
    """The dearest tenth of three costs lies within the last one; the dearest half takes parts of two."""
    costs, weights = [10.0, 20.0, 40.0], [0.5, 0.3, 0.2]
    assert cvar(costs, weights, 0.9) == pytest.approx(40.0)
    assert cvar(costs, weights, 0.5) == pytest.approx((0.2 * 40 + 0.3 * 20) / 0.5)
    assert cvar(costs, weights, 0.0) == pytest.approx(19.0)


def test_intervals_of_differences_are_wide_and_not_negative() -> None:
    """The least difference is bound less plan, the most plan less bound; without a plan there is no most."""
    assert interval((9.0, 10.0), (12.0, 13.0)) == (2.0, 4.0)
    assert interval((9.0, 10.0), (9.5, 11.0)) == (0.0, 2.0)
    assert interval((9.0, None), (9.5, None)) == (0.0, None)


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        (("low, probability: 0.5", "low, probability: 0.6"), "scenarios.probability: found a sum of 1.1, expected 1"),
        (("name: high", "name: low"), 'scenarios[1].name: found "low" again, expected it once'),
        (('"target.milestones[0].gw": 0.06', "vehicles.wan.flight_musd: 3"), "did you mean van?"),
        (('"target.milestones[0].gw": 0.06', "sites.cape.pad_must: 3"), "did you mean pad_musd?"),
        (("decide_until: 2031-01", "decide_until: 2041-01"), "found 2041-01, expected a month within the horizon"),
        (("decide_until: 2031-01", "decide_untill: 2031-01"), "did you mean decide_until?"),
        (("low, probability: 0.5", "low, probability: -0.5"), "scenarios[0].probability: found -0.5, expected"),
        ((PRICED, EARLIEST), "found earliest_date, expected least_cost"),
    ],
)
def test_bad_files_are_refused_by_key(
    problem: Callable[..., ScenarioSet], replaced: tuple[str, str], expected: str
) -> None:
    """Each fault of a file of scenarios is named with its line and key, what was found and what is expected."""
    with pytest.raises(InstanceError) as caught:
        problem(replaced)
    assert expected in str(caught.value)
    assert all(issue.line for issue in caught.value.issues)


def test_expected_values_are_means_of_numbers_and_months(problem: Callable[..., ScenarioSet]) -> None:
    """A number has its mean, with the value of the instance where a scenario does not set it, and so has a month."""
    found = problem(
        (
            'set: {"target.milestones[0].gw": 0.06}',
            "set: {vehicles.van.flight_musd: 20, vehicles.van.available_from: 2030-11}",
        ),
    ).expected.instance
    assert found.vehicles["van"].flight_musd == pytest.approx(15.0)
    assert found.vehicles["van"].available_from == "2030-06"
