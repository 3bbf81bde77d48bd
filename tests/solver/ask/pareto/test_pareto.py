"""A front shows no plan that another one dominates, each is checked, and its bound is true of every plan as good."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from solver.ask.common.journal import Answer as JournalAnswer
from solver.ask.common.journal import Journal
from solver.ask.common.measures import measure
from solver.ask.common.model import Answered, Model
from solver.ask.common.question import Question
from solver.ask.pareto.axes import Axis, axes_of
from solver.ask.pareto.front import Front
from solver.ask.pareto.front_search import FrontSearch
from solver.ask.pareto.grid import following
from solver.ask.pareto.level_plans import LevelPlans
from solver.ask.pareto.pareto import pareto
from solver.check import check
from solver.cli.app import app
from solver.errors import ModelError, UsageError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.plan import Plan
from solver.report.front import _between
from solver.run.outcome import Options
from solver.tables import state_of
from solver.tables.figures import figures_of
from solver.tables.kardashev import headline

TINY = Path(__file__).parents[4] / "instances" / "tiny"
GROUND = TINY / "ground.yaml"


def front(name: str, objectives: str, *ranges: str, count: int = 4, gap: float = 0.0, out: Path | None = None) -> Front:
    """The front of a tiny instance."""
    question = Question(Options(Limits(seconds=60.0, gap=gap)))
    variant = lambda more: read(TINY / f"{name}.yaml", changes=more)  # noqa: E731
    return pareto(variant, objectives.split(","), ranges, count, question, out)


def least_cost(level: float) -> float:
    """The least cost with an orbit share of at least a level, by one solve."""
    model = Model.of(read(GROUND), 0.0)
    found = measure("orbit_share", model.loaded.instance, model.derived, model.matrix)
    question = Question(Options(Limits(seconds=30.0, gap=0.0)))
    answer = model.solved(question, found.limited(model.loose, level, at_least=True), 30.0, gap=0.0)
    assert answer.objective is not None
    return answer.objective


@pytest.mark.slow
def test_every_level_is_solved_to_its_least_cost() -> None:
    """Started from others or not, each level has the cost that a solve by itself finds, and the bound reaches it."""
    found = front("ground", "cost,orbit_share", "orbit_share=0.3:0.9")
    assert [point.cost_musd for point in found.points] == sorted(point.cost_musd for point in found.points)
    for trial in found.trials:
        assert trial.cost_musd == pytest.approx(least_cost(trial.levels.get("orbit_share", 0.0)))
        assert trial.bound_musd == pytest.approx(trial.cost_musd)


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_no_plan_of_a_front_is_dominated(gap: float) -> None:
    """No other plan is at least as good in all objectives, none costs less than a bound, and the checker agrees."""
    found = front("ground", "cost,orbit_share,date", "orbit_share=0.2:0.9", "date=2033-01:2034-01", count=9, gap=gap)
    assert len(found.points) > 3
    for one in found.points:
        month = found.axes[1].shown(one.values["date"])
        instance = read(GROUND, changes=[f"target.milestones.0.date={month}"]).instance
        assert check(instance, one.plan) == []
        assert one.cost_musd == pytest.approx(one.plan.claims.objective)
        assert one.bound_musd <= one.cost_musd + 1e-6
        assert one.gap <= gap + 1e-3
        for other in found.points:
            better = other.values["orbit_share"] >= one.values["orbit_share"] - 1e-9
            earlier = other.values["date"] <= one.values["date"]
            assert not (other is not one and better and earlier and other.cost_musd <= one.cost_musd)
            assert not (better and earlier and other.cost_musd < one.bound_musd - 1e-6)


@pytest.mark.slow
def test_measures_are_those_of_the_summary() -> None:
    """The launched mass of a point is that of its tables, with all that flies for the Moon; so is the import share."""
    for name in ("moon_seed", "ground"):
        found = front(name, "cost,mass", count=2)
        for point in found.points:
            state = state_of(read(TINY / f"{name}.yaml").instance, point.plan)
            assert point.values["mass"] == pytest.approx(figures_of(state).mass_t / 1000)
    found = front("moon_unlock", "cost,import_share", count=2)
    state = state_of(read(TINY / "moon_unlock.yaml").instance, found.points[0].plan)
    assert found.points[0].values["import_share"] == pytest.approx(headline(state).import_share)


@pytest.mark.slow
def test_survivability_date_and_computing_are_set_in_the_file() -> None:
    """What must survive, by when and how much: more of each costs more, and half of the target survives for 76 MUSD."""
    survives = front("network_survive", "cost,survivability", "survivability=0:0.5", count=2)
    assert [point.cost_musd for point in survives.points] == pytest.approx([56.0, 76.0])
    dates = front("ground", "cost,date", "date=2033-01:2034-01", count=2)
    assert dates.points[0].cost_musd == pytest.approx(846.082958)
    assert dates.points[1].cost_musd > dates.points[0].cost_musd
    assert dates.to_json()["points"][1]["date"] == "2033-01"
    more = front("ground", "cost,computing", "computing=0.5:1", count=2)
    assert more.points[-1].cost_musd == pytest.approx(846.082958)


@pytest.mark.slow
def test_a_level_without_a_plan_is_proven_so_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A date too early is infeasible; a model that cannot be built is recorded with its error."""
    found = front("ground", "cost,mass,date", "date=2032-01:2034-01", "mass=0.001:0.02")
    assert Status.INFEASIBLE in {trial.status for trial in found.trials}
    assert found.points[0].cost_musd == pytest.approx(846.082958)
    assert any(trial.cost_musd is not None for trial in found.trials)
    solved = Model.solved

    def failing(self: Model, *given: object, **named: object) -> object:
        if self.loaded.changes:
            raise ModelError("out of range")
        return solved(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "solved", failing)
    broken = front("ground", "cost,mass,computing", "computing=0.5:1", "mass=0.001:0.02", count=4)
    assert {trial.error for trial in broken.trials} == {"out of range"}
    assert broken.points == ()


@pytest.mark.slow
def test_answered_points_are_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time every point comes from the folder; one damaged file is solved again, and named."""
    first = front("ground", "cost,orbit_share", out=tmp_path)
    calls = []
    solved = Model.solved

    def counted(self: Model, *given: object, **named: object) -> object:
        calls.append(1)
        return solved(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "solved", counted)
    again = front("ground", "cost,orbit_share", out=tmp_path)
    assert calls == []
    assert again.to_json()["points"] == first.to_json()["points"]
    next((tmp_path / ".points").glob("*.json")).write_text("{")
    assert front("ground", "cost,orbit_share", out=tmp_path).to_json()["points"] == first.to_json()["points"]
    assert calls == [1]


@pytest.mark.parametrize(
    ("objectives", "ranges", "text"),
    [
        ("cost,mas", (), "did you mean mass"),
        ("cost", (), "expected 2 or 3"),
        ("cost,cost", (), "twice"),
        ("mass,date", (), "expected cost"),
        ("cost,mass", ("mass=30:20",), "expected low below high"),
        ("cost,mass", ("date=2030-01:2031-01",), "beside cost"),
        ("cost,date", ("date=1:2",), "expected months"),
        ("cost,orbit_share", ("orbit_share=0.2:1.2",), "shares from 0 to 1"),
        ("cost,survivability", (), "network.contingencies"),
        ("cost,mass", ("mass",), "mass=20:30"),
    ],
)
def test_bad_input_is_named(objectives: str, ranges: tuple[str, ...], text: str) -> None:
    """Objectives that do not exist, contradict or are too few, and ranges that hold nothing, are errors of use."""
    with pytest.raises(UsageError) as error:
        axes_of(objectives.split(","), ranges, read(GROUND).instance)
    assert text in str(error.value)


def test_all_bad_options_are_named_at_once() -> None:
    """Points, objectives and ranges that mean nothing are named together."""
    with pytest.raises(UsageError) as error:
        pareto(lambda changes: read(GROUND, changes=changes), ["cost", "foo"], ["bar=1:2", "mass=3:1"], 0)
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == [
        "--points", "--objectives", "--range", "--range mass",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "objectives"), [("ground", "cost,moon_share"), ("one_flight", "cost,orbit_share")])
def test_an_objective_that_the_instance_lacks_is_an_error(name: str, objectives: str) -> None:
    """Without a Moon there is no Moon share, without ground no orbit share."""
    with pytest.raises(UsageError, match="expected"):
        front(name, objectives)


def test_an_empty_grid_is_an_error() -> None:
    """One point is no front."""
    with pytest.raises(UsageError, match="--points: found 1"):
        front("ground", "cost,mass", count=1)


@pytest.mark.slow
def test_prices_and_links_find_the_points_of_branch_and_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searched as a large model, each level has a plan that meets it, within the gap of its least cost."""
    monkeypatch.setattr("solver.ask.pareto.level_plans.EXACT_BELOW_INTEGERS", 0)
    found = front("ground", "cost,orbit_share", "orbit_share=0.3:0.9", gap=0.01)
    assert len(found.trials) >= 4
    for trial in found.trials:
        least = least_cost(trial.levels["orbit_share"])
        assert least - 1e-6 <= trial.cost_musd <= least * 1.0101
        assert trial.bound_musd <= least + 1e-6


@pytest.mark.slow
def test_a_level_that_links_do_not_reach_is_searched_without_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where path relinking stays at the cheapest plan, a search by prices finds one that meets the level."""
    monkeypatch.setattr("solver.ask.pareto.level_plans.EXACT_BELOW_INTEGERS", 0)
    monkeypatch.setattr("solver.ask.pareto.level_plans.relinked", lambda _matrix, plan, *_rest: plan)
    question = Question(Options(Limits(seconds=60.0, gap=0.01)))
    model = Model.of(read(GROUND), 0.01)
    plans = LevelPlans.of(model, (Axis("orbit_share", 0.3, 0.9),), question)
    matrix = plans.limited((0.7,), 0.0)
    cheapest = model.solved(question, model.matrix, 30.0)
    lp, known = plans.relaxed(matrix, 30.0), model.vector(cheapest.values, matrix)
    x = plans.plan((0.7,), matrix, lp, (None, known), 30.0)
    assert x is not None
    assert plans.meets(x, matrix)
    assert least_cost(0.7) - 1e-6 <= matrix.value(x) * model.musd


def test_duals_without_the_weight_of_a_measure_prove_the_bound_of_the_cost() -> None:
    """A measure weighs against the cost at its level, and its dual without that weight proves the same bound."""
    question = Question(Options(Limits(seconds=30.0, gap=0.01)))
    model = Model.of(read(TINY / "ground.yaml"), 0.01)
    plans = LevelPlans.of(model, axes_of(["cost", "mass"], (), read(TINY / "ground.yaml").instance), question)
    loosest = plans.relaxed(model.loose, 30.0)
    assert loosest.x is not None
    level = 0.9 * (plans.values(loosest.x)[0] or 0.0)
    assert level > 0.0
    scale = 1e3 * loosest.bound * model.musd
    lp = plans.relaxed(plans.limited((level,), scale), 30.0)
    assert lp.row_dual is not None
    assert lp.x is not None
    duals = plans.of_cost(lp, (level,), scale)
    assert duals is not None
    alone = plans.proven((level,), duals, lp.x)
    assert alone == pytest.approx(lp.bound, rel=1e-6)
    assert plans.proven((level,), lp.row_dual, lp.x) < (1 - 1e-3) * alone


def answered(levels: dict[float, tuple[float, float]]) -> FrontSearch:
    """A search by mass from 100 to 0 in which levels have plans of these costs and masses; nan is no limit."""
    journal, axis = Journal(None, {}), Axis("mass", 100.0, 0.0)
    search = FrontSearch(lambda _: read(GROUND), (axis,), 20, Question(), journal)
    plan = cast("Plan", object())
    for level, (cost, mass) in levels.items():
        search.found[(level,)] = Answered(Status.OPTIMAL, cost, cost, plan)
        search.values[(level,)] = (mass,)
    return search


def test_the_next_level_halves_the_largest_step_in_cost_and_measure() -> None:
    """Half of the range and a tenth of the rise of the cost are less than the other half and nine tenths."""
    search = answered({math.nan: (10.0, 100.0), 50.0: (11.0, 50.0), 0.0: (20.0, 0.0)})
    assert search._middles([]) == [25.0, 75.0]
    flat = answered({math.nan: (10.0, 100.0), 90.0: (11.0, 50.0), 0.0: (20.0, 0.0)})
    assert flat._middles([]) == [25.0, 95.0]


def test_levels_in_search_divide_a_step_and_are_not_chosen_again() -> None:
    """Each half of a step has a quarter of its area, and no more levels are begun than plans are missing."""
    search = answered({math.nan: (10.0, 100.0), 50.0: (11.0, 50.0), 0.0: (20.0, 0.0)})
    assert search._middles([(25.0,)]) == [37.5, 12.5, 75.0]
    search.asked = list(search.found)
    assert search._next_level([]) == (25.0,)
    assert search._next_level([(25.0,)]) == (37.5,)
    search.count = 4
    assert search._next_level([(25.0,)]) is None


@pytest.mark.parametrize(
    ("axis", "jobs", "levels"),
    [("computing", 2, [1.5, 1.0]), ("computing", 1, []), ("mass", 2, [])],
)
def test_tight_levels_are_solved_beside_the_loosest_where_the_file_sets_them(
    axis: str, jobs: int, levels: list[float]
) -> None:
    """A limit that is a row makes a search without a plan lose its plans, so that it waits for the first plan."""
    search = FrontSearch(lambda _: read(GROUND), (Axis(axis, 0.5, 1.5),), 20, Question(), Journal(None, {}), jobs)
    assert search._tight_beside() == [(level,) for level in levels]


def test_nothing_beyond_an_infeasible_level_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tighter level than one that is proven infeasible is answered without a model; a looser one is not."""
    search = answered({math.nan: (10.0, 100.0), 50.0: (11.0, 50.0)})
    search.found[(20.0,)] = Answered(Status.INFEASIBLE, bound=math.inf)
    monkeypatch.setattr(FrontSearch, "plans", lambda _, levels: pytest.fail(f"solves {levels}"))
    assert search._answer((10.0,), 1)["status"] == "infeasible"
    assert search._answer((20.0,), 1)["status"] == "infeasible"
    with pytest.raises(pytest.fail.Exception):
        search._answer((30.0,), 1)


def test_a_plan_beside_its_level_answers_its_own() -> None:
    """A plan by price that misses the level asked is kept at its own measure, with the bound there."""
    search = answered({math.nan: (10.0, 100.0)})
    data = {**Answered(Status.OPTIMAL, 12.0, 11.0).data(), "measured": [42.0], "beside": [42.0], "own_bound": None}
    search._take((40.0,), JournalAnswer({}, data))
    assert search.values[(42.0,)] == (42.0,)
    assert search.bound((42.0,)) == 11.0
    assert (search.bound((43.0,)), search.asked) == (10.0, [(40.0,)])


@pytest.mark.parametrize("tightest", [0, 7, 18])
def test_levels_are_halved_towards_the_tightest_with_a_plan(tightest: int) -> None:
    """Every level is tried once, and those below one with a plan only after the tightest with a plan is found."""
    tried: list[int] = []
    while len(tried) < 19:
        tried.append(following(19, tried, max((n for n in tried if n <= tightest), default=-1)))
    assert sorted(tried) == list(range(19))
    assert tried.index(tightest) <= 6


@pytest.mark.slow
def test_the_command_prints_and_writes_the_front(tmp_path: Path) -> None:
    """The command writes front and picture, and exits with 2 for bad input."""
    given = ["pareto", str(GROUND), "--points", "3", "--out", str(tmp_path), "--objectives"]
    runner = CliRunner()
    done = runner.invoke(app, [*given, "cost,orbit_share", "--json"])
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    written = json.loads((tmp_path / "front.json").read_text())
    assert data == {**written, "folder": str(tmp_path)}
    assert len(data["points"]) == 3
    assert "<svg" in (tmp_path / "front.svg").read_text()
    assert "3 plans that none of the others dominates" in runner.invoke(app, [*given, "cost,orbit_share"]).stdout
    assert runner.invoke(app, [*given, "cost,weight"]).exit_code == 2


def test_picture_claims_between_two_plans_what_is_proven_there() -> None:
    """A level between two plans is kept by the dearer plan; no plan there costs less than the bound of the looser."""
    rows = [{"at": 20.0, "plan": 4.0, "bound": 3.5}, {"at": 10.0, "plan": 7.0, "bound": 6.0}]
    assert _between(rows) == [{"at": 10.0, "to": 20.0, "plan": 7.0, "bound": 3.5}]
