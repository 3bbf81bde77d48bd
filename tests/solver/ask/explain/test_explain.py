"""An explanation names changes that are enough, proves that less is not, and tells what active limits cost."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from solver.ask.common.question import Question
from solver.ask.explain.active_levers import levers_behind, weight
from solver.ask.explain.duals import Duals
from solver.ask.explain.explain import Explanation, explain
from solver.ask.explain.levers import Lever
from solver.ask.explain.repairs import RepairSearch
from solver.cli.app import app
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.milp.compile import compile_model
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Status
from solver.report.explanation import explanation_lines
from solver.run.outcome import Outcome
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.search.variants.file_relaxations import relaxations
from tests.solver.small import DATA, with_changes

pytestmark = pytest.mark.slow

LATE_AND_HEAVY = {"vehicles.van.payload_t.near": 1.0, "platforms.cube.available_from": "2030-06"}
# The van takes eight nodes a year within its licence and the dearer cart the others.
CHEAP_LICENCE = {
    "target.milestones": [{"date": "2031-01", "gw": 0.48}],
    "sites.cape.licence_flights_per_year": 10.0,
    "sites.hill": {"pads": 10, "max_pads": 10, "pad_musd": 0.0},
    "vehicles.cart": {**DATA["vehicles"]["van"], "sites": ["hill"], "flight_musd": 50.0},
    "use.vehicles": ["van", "cart"],
}


def written(path: Path, changes: dict[str, Any]) -> Path:
    """The small instance with changes as a file."""
    path.write_text(yaml.safe_dump(with_changes(DATA, changes)), encoding="utf-8")
    return path


def explained(path: Path) -> Explanation:
    """The explanation of a file, at gap 0."""
    return explain(read(path), Question(Options(Limits(seconds=120.0, gap=0.0))))


def matrix_of(path: Path, *changes: str) -> Matrix:
    """The compiled matrix of a file with values set."""
    instance = read(path, changes=changes).instance
    return compile_model(derive(instance, selected_designs(instance)[0]).coefficients)


def status_with(path: Path, options: tuple[str, ...]) -> Status:
    """The status of a file solved with options laid over it."""
    loaded = read(path, changes=options)
    return solve_loaded(loaded, Options(Limits(gap=0.0, seconds=30)), Callbacks()).status


def test_a_limit_of_zero_needs_one(tmp_path: Path) -> None:
    """One flight carries all four nodes: a licence of one is enough, and none is not."""
    path = written(tmp_path / "none.yaml", {"sites.cape.licence_flights_per_year": 0.0})
    found = explained(path)
    assert found.status is Status.INFEASIBLE
    repair = next(r for r in found.repairs if r.changes[0].key == "sites.cape.licence_flights_per_year")
    assert [change.found for change in repair.changes] == [0.0]
    assert 0.95 <= float(repair.changes[0].needed) <= 1.06
    assert repair.plan_musd == pytest.approx(60.0)
    assert status_with(path, repair.options) is Status.OPTIMAL


@pytest.mark.parametrize("payload_t", [5.0, 0.02])
def test_a_repair_is_the_smallest_within_a_twentieth(tmp_path: Path, payload_t: float) -> None:
    """A node of 10 t fits no van: a payload of 10 t is needed, and that of the file is not enough."""
    path = written(tmp_path / "small.yaml", {"vehicles.van.payload_t.near": payload_t})
    repair = next(r for r in explained(path).repairs if r.changes[0].key == "vehicles.van.payload_t.near")
    (change,) = repair.changes
    assert repair.proven
    assert 10.0 <= float(change.needed) <= 10.6
    assert 9.4 <= float(change.not_enough) < 10.0
    assert status_with(path, repair.options) is Status.OPTIMAL


def test_two_mistakes_are_mended_together(tmp_path: Path) -> None:
    """A node too heavy on a platform too late: no key is enough alone, both together are."""
    path = written(tmp_path / "two.yaml", LATE_AND_HEAVY)
    found = explained(path)
    repair = found.repairs[0]
    assert {change.key for change in repair.changes} == set(LATE_AND_HEAVY)
    assert status_with(path, repair.options) is Status.OPTIMAL
    assert repair.each
    for change in repair.changes:
        others = [option for option in repair.options if not option.startswith(f"{change.key}=")]
        assert status_with(path, (*others, f"{change.key}={change.not_enough}")) is Status.INFEASIBLE


def test_a_flag_is_a_repair(tmp_path: Path) -> None:
    """A site that reaches no polar orbit serves no dawn-dusk shell: the flag is named, and with it there is a plan."""
    path = written(tmp_path / "south.yaml", {"sites.cape.polar": False})
    repair = next(r for r in explained(path).repairs if r.changes[0].key == "sites.cape.polar")
    assert (repair.changes[0].found, repair.changes[0].needed) == ("false", "true")
    assert repair.options == ("sites.cape.polar=true",)
    assert status_with(path, repair.options) is Status.OPTIMAL


def test_a_vehicle_that_is_not_used_is_a_repair(tmp_path: Path) -> None:
    """A node of 10 t fits no van of 5 t; a truck that the file describes carries it."""
    truck = {**DATA["vehicles"]["van"], "payload_t": {"near": 20.0}}
    path = written(tmp_path / "idle.yaml", {"vehicles.van.payload_t.near": 5.0, "vehicles.truck": truck})
    repair = next(r for r in explained(path).repairs if r.changes[0].key == "use.vehicles")
    assert repair.changes[0].needed == "with truck"
    assert status_with(path, repair.options) is Status.OPTIMAL


def test_whole_counts_may_need_more(tmp_path: Path) -> None:
    """Two and a half flights a year are enough for fractional counts: a licence of two is not for whole ones."""
    changes = {"sites.cape.licence_flights_per_year": 0.1, "target.milestones": [{"date": "2031-01", "gw": 0.1}]}
    path = written(tmp_path / "whole.yaml", changes)
    found = explained(path)
    assert not found.integral
    repair = next(r for r in found.repairs if r.changes[0].key == "sites.cape.licence_flights_per_year")
    assert 3.0 <= float(repair.changes[0].needed) <= 3.15
    assert status_with(path, repair.options) is Status.OPTIMAL


def test_kinds_that_are_not_enough_together_are_left_out_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test shows of five kinds that none is enough; without a proof each is tried."""
    loaded = read(written(tmp_path / "i.yaml", LATE_AND_HEAVY))
    known = relaxations(loaded.instance, selected_designs(loaded.instance)[0])
    kinds = [[relaxation] for relaxation in known[:5]]

    def tests(proven: bool) -> int:
        search = RepairSearch(loaded, float("inf"), threading.Event(), lambda _text: None)
        asked: list[int] = []

        def share(_self: RepairSearch, levers: Sequence[Lever], _efforts: object) -> float:
            asked.append(len(levers))
            search.short_is_proven = proven
            return 0.5

        monkeypatch.setattr(RepairSearch, "_share", share)
        search._add_of(kinds)
        assert not search.found
        return len(asked)

    assert tests(proven=True) == 1
    assert tests(proven=False) > 5


@pytest.mark.parametrize("changes", [LATE_AND_HEAVY, CHEAP_LICENCE])
def test_answered_points_are_not_solved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """The second time first solve, repairs and costs come from the folder, and the explanation is the same."""
    path = written(tmp_path / "two.yaml", changes)
    question = Question(Options(Limits(seconds=120.0, gap=0.0)))
    first = explain(read(path), question, tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("solved again")

    for module in ("explain", "trial", "limit_costs"):
        monkeypatch.setattr(f"solver.ask.explain.{module}.solve_loaded", refused)
    monkeypatch.setattr(Duals, "of", refused)
    assert explain(read(path), question, tmp_path).to_json() == first.to_json()


def test_what_an_active_limit_costs(tmp_path: Path) -> None:
    """Twelve flights are needed and ten may be van's: an eleventh in place of the cart saves exactly 30 MUSD."""
    path = written(tmp_path / "licence.yaml", CHEAP_LICENCE)
    found = explained(path)
    cost = next(c for c in found.limits if c.key == "sites.cape.licence_flights_per_year")
    assert found.status is Status.OPTIMAL
    assert (cost.found, cost.relaxed) == (10.0, 11.0)
    assert (cost.least_saving, cost.most_saving) == (pytest.approx(30.0), pytest.approx(30.0))
    assert cost.dual_saving == pytest.approx(30.0)
    assert cost.distinguishable


def test_the_plan_at_hand_stands_in_where_no_other_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A looser limit keeps the plan: without another one the bound tells how much is saved at most, and no more."""

    def without_plan(*asked: Any) -> Outcome:
        return replace(solve_loaded(*asked), objective=None, plan=None)

    monkeypatch.setattr("solver.ask.explain.limit_costs.solve_loaded", without_plan)
    found = explained(written(tmp_path / "licence.yaml", CHEAP_LICENCE))
    cost = next(c for c in found.limits if c.key == "sites.cape.licence_flights_per_year")
    assert (cost.least_saving, cost.most_saving) == (0.0, pytest.approx(30.0))
    assert not cost.distinguishable


def test_a_limit_that_was_not_priced_is_not_called_smaller(tmp_path: Path) -> None:
    """Of a key without a price nothing is known, whatever its place among the others."""
    found = explained(written(tmp_path / "licence.yaml", CHEAP_LICENCE))
    (cost, *_) = found.limits
    priced = [replace(cost, key=f"key{n}", least_saving=None, dual_saving=2.0 - n / 100) for n in range(12)]
    late = replace(cost, key="late", least_saving=None, dual_saving=None)
    lines = [line.text for line in explanation_lines(replace(found, limits=(*priced, late)), "two")]
    assert [line for line in lines if "comes of each" in line] == ["  less      comes of each of these: key10, key11"]
    assert [line for line in lines if "late" in line] == ["  unknown   in the time given (raise --seconds): late"]


def test_limits_weigh_as_their_rows_do_in_the_lp_optimum() -> None:
    """Dual times side of the rows at their own place, by hand from the optimum; slack pads weigh nothing."""
    tiny = Path(__file__).parents[4] / "instances" / "tiny" / "slot_area.yaml"
    kinds = [("shells.slots", "near"), ("shells.regime", "low"), ("shells.regime", "operator"), ("launch.pads", "cape")]
    duals = Duals.of(matrix_of(tiny), Limits())
    assert duals is not None
    weights = {lever.path: weight(duals, lever) for lever in levers_behind(read(tiny).instance, kinds)}
    assert weights.pop("sites.cape.pads") == 0.0
    assert weights == {
        "shells.near.slots": pytest.approx(11 * 0.008), "regimes.low.slots": pytest.approx(40 * 0.002),
        "regimes.operator.slots": pytest.approx(5 * 0.008),
    }  # fmt: skip


def test_limits_on_one_shell_are_named_apart() -> None:
    """An orbit class that is too small is named by its kind and key; of three limits that are met one alone costs."""
    tiny = Path(__file__).parents[4] / "instances" / "tiny" / "slot_area.yaml"
    short = explain(read(tiny, changes=["regimes.low.slots=19"]), Question(Options(Limits(seconds=60.0, gap=0.0))))
    (reason,) = short.conflict.constraints
    assert (reason.constraint, reason.place, reason.key) == ("shells.regime", "low", "regimes.low.slots")
    assert (reason.allows, reason.needs) == (19.0, pytest.approx(20.0))
    assert "20 slots are needed, and the orbit class slots of low allow 19 (regimes.low.slots)" in str(
        explanation_lines(short, "tiny")[0]
    )
    costs = {cost.key: cost for cost in explained(tiny).limits}
    assert set(costs) == {"shells.near.slots", "regimes.low.slots", "regimes.operator.slots"}
    assert {key for key, cost in costs.items() if cost.distinguishable} == {"regimes.low.slots"}


def test_duals_price_a_key_as_a_small_change_of_it_does(tmp_path: Path) -> None:
    """The optimum with a tenth more licence lies on the dual line: both sides of a change give the price of the key."""
    path = written(tmp_path / "licence.yaml", CHEAP_LICENCE)
    matrices = [matrix_of(path, f"sites.cape.licence_flights_per_year={n}") for n in (10, 11)]
    duals = Duals.of(matrices[0], Limits())
    assert duals is not None
    assert duals.value_with(matrices[0]) == pytest.approx(duals.value)
    solved = Duals.of(matrices[1], Limits())
    assert solved is not None
    assert duals.value_with(matrices[1]) == pytest.approx(solved.value)
    assert solved.value < duals.value


def test_duals_price_a_coefficient_at_first_order(tmp_path: Path) -> None:
    """The power of a node is in coefficients, not in sides: the optimum moves with it as the duals have it."""
    path = written(tmp_path / "licence.yaml", CHEAP_LICENCE)
    duals = Duals.of(matrix_of(path), Limits())
    other = matrix_of(path, "platforms.cube.it_power_kw=10000.1")
    solved = Duals.of(other, Limits())
    assert duals is not None
    assert solved is not None
    moved = duals.value - solved.value
    assert moved > 0
    assert duals.value - duals.value_with(other) == pytest.approx(moved, rel=1e-3)


def test_the_command_answers_in_text_and_as_json(tmp_path: Path) -> None:
    """The command exits with 1 for an infeasible file and names a command to try, which is one line at any width."""
    path = written(tmp_path / "heavy.yaml", {"vehicles.van.payload_t.near": 5.0})
    runner = CliRunner(env={"COLUMNS": "60"})
    text = runner.invoke(app, ["explain", str(path), "--seconds", "2m"])
    assert text.exit_code == 1
    commands = [line for line in text.stdout.splitlines() if "kardashev solve" in line]
    assert any(str(path) in line and "--set vehicles.van.payload_t.near=" in line for line in commands)
    answer = runner.invoke(app, ["explain", str(path), "--seconds", "2m", "--json"])
    data = json.loads(answer.stdout)
    assert data["status"] == "infeasible"
    assert any(change["key"] == "vehicles.van.payload_t.near" for r in data["repairs"] for change in r["changes"])


def test_bad_input_ends_with_2(tmp_path: Path) -> None:
    """A folder that is no run, and a value for a run, are errors of use."""
    runner = CliRunner()
    assert runner.invoke(app, ["explain", str(tmp_path)]).exit_code == 2
    assert runner.invoke(app, ["explain", str(tmp_path), "--set", "name=x"]).exit_code == 2
    assert runner.invoke(app, ["explain", str(tmp_path / "missing.yaml")]).exit_code == 2


def test_a_budget_is_a_limit_of_the_most_power() -> None:
    """Flights of 60 MUSD in two years buy 0.8 of the target for 200 MUSD, and with 220 no other flight."""
    tiny = Path(__file__).parents[4] / "instances" / "tiny" / "budget.yaml"
    found = explained(tiny)
    (cost,) = found.limits
    assert (cost.key, cost.found, cost.relaxed) == ("objective.budget_musd", 200.0, 220.0)
    assert (cost.least_saving, cost.most_saving) == (0.0, 0.0)
    assert "adds nothing, proven" in explanation_lines(found, "tiny")[-1].text
    # 231 MUSD buy nine and eight nodes, 0.85 of the target; 254 twelve and eight, all of it.
    question = Question(Options(Limits(seconds=60.0, gap=0.0)))
    (more,) = explain(read(tiny, changes=["objective.budget_musd=231"]), question).limits
    assert (more.least_saving, more.most_saving) == (pytest.approx(0.15), pytest.approx(0.15))
    assert more.distinguishable
