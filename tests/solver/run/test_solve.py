"""The whole story: from an instance to a checked plan, or to the reasons why there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.errors import InstanceError, ModelError, RefusedModelError
from solver.horizon.periods import PlanningHorizon
from solver.milp.limits import Limits
from solver.milp.solution import Incumbent, Limit, Reason, SearchEvent, Status, Termination
from solver.run import dispatch as questions
from solver.run import outcome as outcomes
from solver.run.runner import exit_code
from solver.run.solve import Callbacks, Options, Outcome, solve, solve_loaded
from solver.search.core.result import SearchResult
from tests.solver.command import ended
from tests.solver.small import LINE, loaded, years

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
TINY = ROOT / "instances" / "tiny"
EVERYTHING = ROOT / "tests" / "data" / "everything.yaml"
WAYS = [(method, rule) for method in ("auto", "exact", "search") for rule in ("auto", "all", "none")]

# Ten nodes one by one, four flights a year: 4, 8, 12 are up at the ends of the first three of five years.
DATE: dict[str, Any] = {
    "horizon.periods": years(5),
    "objective.kind": "earliest_date",
    "target.milestones": [{"date": "2035-01", "gw": 0.1}],
    "vehicles.van.payload_t": {"near": 10.0},
    "vehicles.van.flights_per_year": {"start_per_year": 4.0},
}


def outcome(changes: dict[str, Any] | None = None, options: Options | None = None) -> Outcome:
    """What a solve of the small instance with changes gives."""
    return solve_loaded(loaded(changes), options or Options(), Callbacks())


def test_least_cost_by_hand() -> None:
    """Four nodes of 10 and a flight of 20: 60 MUSD, proven, checked, in the units of the file."""
    found = outcome()
    assert (found.status, found.termination.reason, found.unit) == (Status.OPTIMAL, Reason.GAP, "MUSD")
    assert found.objective == pytest.approx(60.0)
    assert found.bound == pytest.approx(60.0)
    assert found.lp_bound == pytest.approx(60.0)
    assert found.gap == pytest.approx(0.0, abs=1e-6)
    assert found.checked
    assert (len(found.violations), len(found.reasons), len(found.shortfall)) == (0, 0, 0)
    assert found.plan is not None
    assert found.plan.claims.objective == found.objective
    assert found.size.rows > 0
    assert 0 < found.size.integers <= found.size.columns
    assert set(found.seconds) == {"read", "derive", "build", "solve", "check", "total"}
    assert found.repeatable


def test_most_power_by_hand() -> None:
    """For 100 MUSD: one flight of four nodes is 60, two flights leave 60 for six nodes, a factor of 1.5 on four."""
    found = outcome({"objective": {"kind": "most_power", "budget_musd": 100.0}}, Options(Limits(gap=0.0)))
    assert (found.status, found.unit) == ("optimal", "factor on the target")
    assert found.objective == pytest.approx(1.5)
    assert found.bound == pytest.approx(1.5)
    assert found.plan is not None
    assert sum(found.plan.decisions.loaded.values()) == 6
    assert found.plan.claims.cost_musd == pytest.approx(100.0)
    assert found.checked


def test_a_budget_that_buys_nothing_comes_with_the_least_that_does() -> None:
    """One flight and one node cost 30 MUSD: with 20 there is no power, and the summary names the 30."""
    found = outcome({"objective": {"kind": "most_power", "budget_musd": 20.0}}, Options(Limits(gap=0.0)))
    assert found.objective == 0.0
    assert found.least_budget_musd == pytest.approx(30.0)


def test_most_power_respects_its_budget_and_is_bounded_from_above() -> None:
    """The budget holds for what is spent, discounted and without salvage; the bound of a factor lies above it."""
    found = solve(TINY / "budget.yaml", Options(Limits(gap=0.3)))
    assert found.plan is not None
    assert found.plan.claims.cost_musd <= 200.0 + 1e-6
    assert found.objective is not None
    assert found.bound is not None
    assert found.bound >= found.objective
    assert found.gap == pytest.approx((found.bound - found.objective) / found.objective)


def test_earliest_date_by_hand() -> None:
    """Ten nodes are up from the third year on, and the second is proven infeasible: period 2, bound 2, no gap."""
    found = outcome(DATE)
    assert (found.status, found.unit) == ("optimal", "period")
    assert (found.objective, found.bound, found.gap) == (2, 2, 0.0)
    assert found.plan is not None
    assert (found.plan.claims.first_period, found.plan.claims.objective) == (2, 2.0)
    assert found.checked
    # Asked to be up a year earlier, the same instance has no plan.
    output = {**DATE, "objective.kind": "least_cost", "target.milestones": [{"date": "2032-01", "gw": 0.1}]}
    assert outcome(output).status == "infeasible"
    assert outcome({**output, "target.milestones": [{"date": "2033-01", "gw": 0.1}]}).status == "optimal"


def test_earliest_date_never_met_is_infeasible_for_a_reason() -> None:
    """Thirty nodes by four flights a year over five years: the cadence would have to give."""
    found = outcome({**DATE, "target.milestones": [{"date": "2035-01", "gw": 0.3}]})
    assert (found.status, found.objective, found.bound, found.plan) == ("infeasible", None, None, None)
    assert {r.place for r in found.reasons} == {"van"}
    assert {r.constraint for r in found.reasons} <= {"launch.cadence", "launch.growth", "launch.subannual_rate"}
    assert [(s.period, s.expected) for s in found.shortfall] == [("2034", pytest.approx(0.3))]


@pytest.mark.parametrize(("method", "rule"), WAYS)
def test_every_way_gives_a_checked_plan_above_its_bound(method: str, rule: str) -> None:
    """All methods and rules for whole counts end, on the instance with every rule, in a plan the checker accepts."""
    found = solve(EVERYTHING, Options(Limits(gap=0.03), method, rule))
    assert found.status == "optimal"
    assert found.checked
    assert found.objective is not None
    assert found.bound is not None
    assert found.lp_bound is not None
    assert found.lp_bound - 1e-6 <= found.bound <= found.objective
    assert found.gap is not None
    assert found.gap <= 0.03


@pytest.mark.parametrize(("method", "rule"), WAYS)
@pytest.mark.parametrize("name", ["whole_flights", "development", "budget", "earliest"])
def test_every_way_agrees_on_tiny_instances(name: str, method: str, rule: str) -> None:
    """With no gap allowed every way comes to one and the same objective, checked and equal to its bound."""
    found = solve(TINY / f"{name}.yaml", Options(Limits(gap=0.0), method, rule))
    assert (found.status, found.checked) == ("optimal", True)
    assert found.objective == pytest.approx(found.bound, rel=1e-6)
    assert found.objective == pytest.approx(optimum(name), rel=1e-6)


@cache
def optimum(name: str) -> float | None:
    """The optimum of a tiny instance, found the usual way."""
    return solve(TINY / f"{name}.yaml", Options(Limits(gap=0.0))).objective


def test_same_seed_same_plan() -> None:
    """Solved twice with one seed the plan is the same to the last digit, and so is the bound."""
    first, second = (solve(EVERYTHING, Options(Limits(gap=0.03, seed=7))) for _ in range(2))
    assert first.repeatable
    assert first.plan is not None
    assert first.plan == second.plan
    assert (first.objective, first.bound, first.gap) == (second.objective, second.bound, second.gap)


def test_infeasible_is_reported_by_rule_place_and_period() -> None:
    """800 t a year on flights of 10 t with at most 50 flights: the cadence of the van in 2031 would need 80."""
    found = solve(TINY / "too_slow.yaml")
    assert (found.status, found.plan, found.objective, found.gap) == ("infeasible", None, None, None)
    assert not found.checked
    assert found.termination.reason is Reason.INFEASIBLE
    (reason,) = found.reasons
    assert (reason.constraint, reason.place, reason.periods) == ("launch.cadence", "van", ("2031",))
    assert (reason.allows, reason.needs) == (pytest.approx(50.0), pytest.approx(80.0))
    (short,) = found.shortfall
    assert (short.period, short.expected, short.reachable) == ("2031", pytest.approx(0.8), pytest.approx(0.5))


def test_target_before_the_first_possible_delivery() -> None:
    """A target of the first year, with a vehicle from the third on, is infeasible without any model being built."""
    found = outcome({"vehicles.van.available_from": "2032-01"})
    assert (found.status, found.plan, found.size.rows) == ("infeasible", None, 0)
    (reason,) = found.reasons
    assert (reason.constraint, reason.key) == ("launch.available", "vehicles.van.available_from")
    assert (reason.periods, reason.allows, reason.needs) == (("2030", "2031"), "2032-01", "2030-01")
    assert [s.reachable for s in found.shortfall] == [0.0, 0.0]


def test_target_that_may_be_missed_is_never_out_of_reach() -> None:
    """With a price on missing it, the same target is met from the third year on and paid for before."""
    found = outcome({"vehicles.van.available_from": "2032-01", "target.unmet_penalty_musd": 5000.0})
    assert (found.status, found.checked) == ("optimal", True)
    assert found.plan is not None
    assert found.plan.decisions.unmet == {(0,): pytest.approx(0.04), (1,): pytest.approx(0.04)}
    assert found.objective == pytest.approx(2 * 0.04 * 5000 + 60)


def test_earliest_date_with_nothing_ever_delivered() -> None:
    """If no vehicle flies within the horizon there is no date, and the last period says what is missing."""
    changes = {"objective.kind": "earliest_date", "vehicles.van.available_from": "2040-01"}
    found = outcome(changes)
    assert (found.status, found.plan) == ("infeasible", None)
    assert [(r.key, r.periods) for r in found.reasons] == [("vehicles.van.available_from", ("2032",))]
    assert [(r.allows, r.needs) for r in found.reasons] == [("2040-01", "2032-01")]
    assert [(s.expected, s.reachable) for s in found.shortfall] == [(pytest.approx(0.04), 0.0)]


def test_earliest_date_of_a_node_too_heavy_to_fly(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A node that fits no flight has no date: the command says so, names the payload, and exits with 1."""
    case = ROOT / "tests" / "data" / "cases" / "earliest-impossible.yaml"
    assert ended("solve", str(case), "--out", str(tmp_path / "run")) == 1
    output = capsys.readouterr().out
    assert (
        "launch.fit at near, 2032: a node of 11 t fits no flight: heaviest 10 t, needs 11 t or more"
        " (vehicles.van.payload_t.near)" in output
    )
    assert "reachable" not in output


def test_lead_times_that_forbid_the_target_are_a_reason() -> None:
    """Lines that come a year after their order make nothing in the first year: their lead time is named."""
    found = outcome({"platforms.cube.production_line": LINE})
    assert found.status == "infeasible"
    assert [(r.constraint, r.key) for r in found.reasons] == [
        ("lines.output", "platforms.cube.production_line.lead_years")
    ]


def test_a_plan_the_checker_refuses_is_never_called_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spoilt on its way out, a plan that nothing repairs comes back with the words it breaks and is not checked."""
    original = questions.search

    def spoilt(*args: Any) -> SearchResult:
        found = original(*args)
        assert found.x is not None
        found.x[:] = 0.0
        return found

    monkeypatch.setattr(questions, "search", spoilt)
    assert outcome().checked
    monkeypatch.setattr(outcomes, "resolved", lambda *_: None)
    found = outcome()
    assert not found.checked
    assert {violation.constraint for violation in found.violations} == {"target.demand"}


def _planting(monkeypatch: pytest.MonkeyPatch, bound: float) -> None:
    """Let every search report a false bound before it begins."""
    original = questions.search

    def planting(matrix: Any, request: Any, *rest: Any) -> SearchResult:
        request.on_event(SearchEvent(0.0, bound=bound, stage="planted", improved=True))
        return original(matrix, request, *rest)

    monkeypatch.setattr(questions, "search", planting)


def test_a_planted_bound_above_the_plan_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound 0.1 % above the optimum of 60 MUSD is not clamped to it: the run ends with both numbers and code 5."""
    _planting(monkeypatch, 0.06006)
    with pytest.raises(ModelError, match=r"lower bound 0\.06006 .* objective 0\.06 ") as raised:
        outcome()
    assert raised.value.exit_code == 5


def test_a_model_that_the_solver_refuses_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the model of the instance itself is refused, the command says so and ends with code 5, not "no plan"."""
    refused = SearchResult(Termination(Reason.MODEL_REFUSED, detail="HiGHS ignores coefficients of the model"))
    monkeypatch.setattr(questions, "search", lambda *_args: refused)
    with pytest.raises(RefusedModelError, match="ignores coefficients") as raised:
        outcome()
    assert raised.value.exit_code == 5


def test_a_bound_within_the_tolerance_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound above the optimum by rounding alone is the optimum."""
    _planting(monkeypatch, 0.06 * (1 + 1e-6))
    found = outcome()
    assert (found.status, found.gap) == (Status.OPTIMAL, pytest.approx(0.0, abs=1e-9))


def test_a_plan_better_than_the_bound_of_its_result_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is kept, there is no gap, and both numbers are named with code 5, whatever objective came with it."""
    original = questions.search

    def overstated(*args: Any) -> SearchResult:
        found = original(*args)
        return replace(found, incumbent=Incumbent(found.x, 0.09, 0.08))

    monkeypatch.setattr(questions, "search", overstated)
    found = outcome()
    assert found.plan is not None
    assert found.checked
    assert "alarm: the lower bound 0.08 (solver) lies above the objective 0.06 of a checked plan" in found.alarm
    assert (found.status, found.gap, exit_code(found)) == (Status.FEASIBLE, None, 5)


def test_work_limit_is_repeatable_and_time_limit_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends by the clock, or on threads of the solver, may end elsewhere next time; it says so."""
    assert outcome(None, Options(Limits(work=1))).repeatable
    assert outcome(None, Options(Limits(threads=2))).repeatable
    assert not outcome(None, Options(Limits(threads=2), "exact")).repeatable
    monkeypatch.setattr(questions, "search", lambda *_: SearchResult(Termination.at(Limit.TIME)))
    late = outcome()
    assert (late.status, late.termination.limit, late.repeatable) == (Status.NO_PLAN, Limit.TIME, False)


def test_hooks_hear_the_stages() -> None:
    """Each stage is announced in plain words, with the size of the model."""
    stages: list[str] = []
    found = solve_loaded(loaded(), Options(), Callbacks(on_stage=stages.append))
    assert stages[0] == "sizing nodes (step 2 of 5)"
    assert any(f"{found.size.rows} rows" in stage for stage in stages)


@pytest.mark.parametrize(
    ("objective", "minimised", "output"),
    [({"kind": "least_cost"}, 0.06, 60.0), ({"kind": "most_power", "budget_musd": 60.0}, -1.0, 1.0)],
)
def test_events_come_in_the_unit_of_the_outcome(
    objective: dict[str, Any], minimised: float, output: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events come with the best plan of the run, in MUSD or as the factor on the target."""
    received: list[float] = []
    original = questions.search

    def telling(matrix: Any, request: Any, start: Any) -> SearchResult:
        request.on_event(SearchEvent(1.0, minimised, stage="LP", improved=True, x=np.zeros(matrix.columns)))
        return original(matrix, replace(request, on_event=None), start)

    monkeypatch.setattr(questions, "search", telling)
    callbacks = Callbacks(on_event=lambda event: received.append(event.objective or 0.0))
    solve_loaded(loaded({"objective": objective}), Options(), callbacks)
    assert received[0] == pytest.approx(output)


def test_bad_file_is_refused_with_its_line(tmp_path: Path) -> None:
    """A file with a fault raises the reader's error before anything is solved."""
    bad = tmp_path / "bad.yaml"
    bad.write_text(EVERYTHING.read_text().replace("flight_musd: 10", "flight_musd: -10", 1))
    with pytest.raises(InstanceError, match="flight_musd"):
        solve(bad)


def test_optimum_date_of_the_file_is_the_period_found() -> None:
    """The date that the tiny instance states, found by hand, is the end of the period that the search finds."""
    found = solve(TINY / "earliest.yaml")
    instance = found.loaded.instance
    assert instance.optimum is not None
    assert isinstance(found.objective, int)
    assert PlanningHorizon.of(instance.horizon).date(found.objective) == instance.optimum.date
