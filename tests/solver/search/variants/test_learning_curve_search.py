"""Plans under learning curves: prices converge, ranges and bounds are valid."""

from __future__ import annotations

import copy
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.economics import learning
from solver.economics.ledger import flown_by
from solver.instance.consistency import cross_check
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.highs import solve as solve_matrix
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Limit, Status, Termination
from solver.report.summary import summary_lines
from solver.run.manifest import manifest
from solver.run.solve import Callbacks, Options, Outcome, build, solve_loaded
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants import budget, learning_curve_search
from solver.search.variants.learning_curve_model import LearningCurveModel
from solver.tables import state_of
from tests.contracts.by_hand import BY_HAND
from tests.formulations.everything import instance_of
from tests.solver.small import derived as derived_of

pytestmark = pytest.mark.slow

TINY = Path(__file__).parents[4] / "instances" / "tiny"
NAMES = ("learning_flights", "learning_nodes", "learning_local")
MODES = ("segments", "fixed_point")
LOCAL_BUDGET = 20.0 / 0.4854268 * ((1 + 50 / 20) ** 0.4854268 - 1) * 1.0001
"""Cost in MUSD of five flights of the learner of ``learning_local``, and a little more."""


def changed(name: str, changes: dict[str, Any]) -> Loaded[Instance]:
    """A tiny instance with sections replaced, as if it had been read."""
    data = {**copy.deepcopy(read(TINY / f"{name}.yaml").resolved), **changes}
    instance = Instance.model_validate(data)
    assert cross_check(instance) == []
    return Loaded(instance, {}, (), data, "")


def in_mode(name: str, mode: str) -> Loaded[Instance]:
    """A tiny instance in one of the modes."""
    section = read(TINY / f"{name}.yaml").resolved["learning"]
    return changed(name, {"learning": {**section, "mode": mode}})


def solved(loaded: Loaded[Instance], gap: float = 0.01) -> Outcome:
    """Solve to a gap."""
    return solve_loaded(loaded, Options(Limits(gap=gap, seconds=60.0)), Callbacks())


@cache
def curve_model(name: str, mode: str) -> LearningCurveModel:
    """The compiled model of a tiny instance, or of the instance that uses everything."""
    instance = instance_of("learning") if name == "everything" else in_mode(name, mode).instance
    found = derived_of(instance)
    return LearningCurveModel(build(found)[0], found.coefficients.learning, found.curves)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_bound_and_plan_enclose_the_optimum(name: str, mode: str) -> None:
    """In either mode the plan is checked, costs no less than the optimum by hand, and the bound no more."""
    outcome, best = solved(in_mode(name, mode)), BY_HAND[name]()
    assert isinstance(best, float)
    assert outcome.checked
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound <= best * (1 + 1e-6)
    assert outcome.objective >= best * (1 - 1e-6)
    assert (outcome.status == "optimal") == (outcome.gap is not None and outcome.gap <= 0.01 + 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_segments_find_the_optimum(name: str) -> None:
    """With segments the plan is the best one, within the gap limit on the curves."""
    outcome = solved(in_mode(name, "segments"))
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(BY_HAND[name](), rel=0.01)
    assert outcome.learning is not None
    assert outcome.learning.chord_error_share is not None
    assert 0 < outcome.learning.chord_error_share <= 0.0025 * (1 + 1e-6)


def test_a_fixed_point_is_reported_as_a_local_optimum() -> None:
    """Prices converge to the wrong vehicle, 10 % above the optimum; the gap is valid and the summary names the mode."""
    outcome = solved(read(TINY / "learning_local.yaml"), gap=0.3)
    assert outcome.objective == pytest.approx(23.079310, rel=1e-6)
    assert outcome.bound is not None
    assert outcome.bound <= 21.0
    assert outcome.gap is not None
    assert outcome.gap >= 1 - 21 / 23.079310 - 1e-9
    assert outcome.plan is not None
    lines = summary_lines(state_of(outcome.loaded.instance, outcome.plan), manifest(outcome, "local.yaml", "run"))
    assert any("learning by fixed point, 2 rounds: not proven optimal" in line for line in lines)


def test_a_plan_within_the_gap_on_chords_alone_is_not_optimal() -> None:
    """Asked for more than the chords can prove, the outcome is feasible, because of the chords."""
    outcome = solved(in_mode("learning_flights", "segments"), gap=0.0)
    assert outcome.objective == pytest.approx(BY_HAND["learning_flights"](), rel=1e-6)
    assert outcome.gap is not None
    assert 1e-6 < outcome.gap < 1e-3
    assert (outcome.status, str(outcome.termination)) == ("feasible", "chords")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*NAMES, "everything"])
def test_relaxation_below_chords_below_curves_below_tangents(name: str, mode: str) -> None:
    """The LP is below the MIP of chords, that below its true cost, and that below the price at any tangents."""
    model = curve_model(name, mode)
    lp = solve_matrix(model.matrix, Limits(gap=0.0), relax=True)
    mip = solve_matrix(model.matrix, Limits(gap=0.0, seconds=60.0))
    assert lp.x is not None
    assert mip.x is not None
    assert mip.objective is not None
    assert lp.bound <= mip.objective + 1e-9
    true = model.true_value(mip.x)
    assert mip.objective <= true + 1e-9
    for path in (model.path(lp.x), model.path(mip.x), {p: 1.5 * e for p, e in model.path(mip.x).items()}):
        assert model.at_tangent_prices(path).value(mip.x) >= true - 1e-9
    assert model.at_tangent_prices(model.path(mip.x)).value(mip.x) == pytest.approx(true)


@pytest.mark.parametrize("name", [*NAMES[:2], "everything"])
def test_chord_error_is_within_its_bound(name: str) -> None:
    """On the optimum of the chords, what learns is understated by at most the share that is reported."""
    model = curve_model(name, "segments")
    mip = solve_matrix(model.matrix, Limits(gap=0.0, seconds=60.0))
    assert mip.x is not None
    share = max(model.curves.chord_error_share.values())
    assert -1e-12 <= model.curve_cost(mip.x) - model.chord_cost(mip.x) <= share * model.curve_cost(mip.x) + 1e-9


def test_prices_may_be_moved_to_purchases() -> None:
    """Moving tangent prices to nodes and flights changes the value of no plan."""
    model = curve_model("learning_nodes", "segments")
    mip = solve_matrix(model.matrix, Limits(gap=0.0, seconds=60.0))
    assert mip.x is not None
    moved = model.with_shifted_prices(model.matrix, model.path(mip.x))
    assert moved.value(mip.x) == pytest.approx(model.matrix.value(mip.x))
    assert (moved.cost != model.matrix.cost).any()


def test_a_plan_is_completed_to_its_segments() -> None:
    """From experience alone the segments follow, in order, and keep every row."""
    model = curve_model("learning_nodes", "segments")
    priced = solve_matrix(
        model.at_tangent_prices(model.path(np.zeros(model.matrix.columns))), Limits(gap=0.0, seconds=60.0)
    )
    assert priced.x is not None
    assert model.matrix.violation(priced.x).relative > 1e-3
    x = model.with_consistent_experience(priced.x)
    assert model.matrix.violation(x).relative < 1e-6
    integers = x[model.matrix.integer]
    assert np.abs(integers - np.rint(integers)).max() < 1e-6


@pytest.mark.parametrize("mode", MODES)
def test_tighter_ranges_raise_the_bound_and_keep_the_plan(mode: str) -> None:
    """Held near a plan's experience, chords are shorter: the LP is higher, and the plan still below its true cost."""
    model = curve_model("learning_nodes", mode)
    mip = solve_matrix(model.matrix, Limits(gap=0.0, seconds=60.0))
    lp = solve_matrix(model.matrix, Limits(gap=0.0), relax=True)
    assert mip.x is not None
    at = model.path(mip.x)
    near = {j: (0.9 * at[p], 1.1 * at[p]) for p, j in model.experience_columns.items()}
    tight = model.with_tighter_ranges(near)
    again = solve_matrix(tight.matrix, Limits(gap=0.0), relax=True)
    assert again.bound > lp.bound + 1e-6
    x = tight.with_consistent_experience(mip.x)
    assert tight.matrix.violation(x).relative < 1e-6
    assert again.bound <= tight.matrix.value(x) + 1e-9 <= tight.true_value(x) + 2e-9


def test_ranges_propagate_to_neighbours() -> None:
    """Experience never falls, so the range of one period holds those before from above and those after from below."""
    model = curve_model("learning_nodes", "segments")
    first, middle, last = (model.experience_columns["hardware", t] for t in range(3))
    tight = model.with_tighter_ranges({middle: (0.2, 0.25)}).matrix
    assert tight.upper[first] == pytest.approx(0.25, abs=1e-6)
    assert tight.lower[last] == pytest.approx(0.2, abs=1e-6)


def test_a_large_model_goes_through_prices_ranges_and_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken for a large one, a tiny model comes to the same optimum, with a bound that is proven."""
    monkeypatch.setattr(learning_curve_search, "EXACT_BELOW_INTEGERS", 0)
    outcome = solved(in_mode("learning_nodes", "segments"))
    assert outcome.status == "optimal"
    assert outcome.learning is not None
    assert outcome.learning.rounds >= 2
    assert outcome.objective == pytest.approx(BY_HAND["learning_nodes"](), rel=0.01)
    assert outcome.bound is not None
    assert outcome.bound <= BY_HAND["learning_nodes"]() * (1 + 1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_infeasibility_is_reported_in_either_mode(mode: str) -> None:
    """Prices do not make a target reachable."""
    loaded = in_mode("learning_local", mode)
    hard = changed("learning_local", {**loaded.resolved, "supply": {"accelerators_gw": {"start_per_year": 0.02}}})
    outcome = solved(hard)
    assert outcome.status == "infeasible"
    assert {reason.constraint for reason in outcome.reasons} >= {"nodes.supply"}


@pytest.mark.parametrize("mode", MODES)
def test_a_budget_is_kept_on_the_curve(mode: str) -> None:
    """The most power for a budget: what five flights of the learner cost buys five; locally, four may be found."""
    one = {"objective": {"kind": "most_power", "budget_musd": LOCAL_BUDGET}}
    loaded = in_mode("learning_local", mode)
    outcome = solved(changed("learning_local", {**loaded.resolved, **one}), gap=0.001)
    assert outcome.checked
    assert outcome.objective == pytest.approx(5 / 3 if mode == "segments" else 4 / 3, rel=1e-6)
    assert outcome.bound is not None
    assert outcome.bound >= 5 / 3 - 1e-6


def test_a_plan_within_the_budget_is_kept_where_chords_have_none_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans at tangents come first: a time limit that ends with the search of the chords leaves one of them."""

    def late(matrix: Matrix, options: SearchOptions, start: Incumbent | None = None) -> SearchResult:
        if not options.proof:
            return search(matrix, options, start)
        return SearchResult(Termination.at(Limit.TIME), start or Incumbent())

    one = {"objective": {"kind": "most_power", "budget_musd": LOCAL_BUDGET}}
    monkeypatch.setattr(budget, "search", late)
    loaded = changed("learning_local", {**in_mode("learning_local", "segments").resolved, **one})
    outcome = solve_loaded(loaded, Options(Limits(gap=0.001, seconds=60.0)), Callbacks())
    assert outcome.checked
    assert outcome.objective is not None
    assert 2 / 3 - 1e-6 <= outcome.objective <= 5 / 3 + 1e-6


def test_the_first_plan_may_take_the_time_of_all_later_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until there is a plan its search has nine tenths of the time left: nothing else is of use without one."""
    seconds = list[float]()

    def timed(matrix: Matrix, options: SearchOptions, *rest: Any) -> SearchResult:
        seconds.append(options.limits.seconds or 0.0)
        return search(matrix, options, *rest)

    monkeypatch.setattr(learning_curve_search, "EXACT_BELOW_INTEGERS", 0)
    monkeypatch.setattr(learning_curve_search, "search", timed)
    outcome = solve_loaded(in_mode("learning_local", "segments"), Options(Limits(gap=1e-6, seconds=100.0)), Callbacks())
    assert outcome.checked
    assert 60.0 < seconds[0] <= 90.0


@pytest.mark.parametrize("mode", MODES)
def test_the_earliest_date_uses_learned_prices(mode: str) -> None:
    """The first year does, and the least cost for it is that of the curves."""
    loaded = in_mode("learning_local", mode)
    outcome = solved(changed("learning_local", {**loaded.resolved, "objective": {"kind": "earliest_date"}}))
    assert (outcome.status, outcome.objective, outcome.checked) == ("optimal", 0, True)
    assert outcome.plan is not None
    assert outcome.plan.claims.cost_musd == pytest.approx(21.0)


def test_flights_for_the_moon_learn_too() -> None:
    """Tankers and landings are flights of their vehicles: paid on the curve, in the plan and in the check."""
    data = read(TINY / "moon_depot.yaml").resolved
    vehicles = data["use"]["vehicles"]
    curve = {"vehicles": vehicles, "rate_share": 0.2, "initial_experience_musd": 100.0}
    outcome = solved(changed("moon_depot", {"learning": {"components": {"flights": curve}}}))
    assert (outcome.status, outcome.violations) == ("optimal", ())
    plan = outcome.plan
    assert plan is not None
    assert plan.decisions.tankers
    assert plan.decisions.landings
    paid = sum(m.musd for m in plan.claims.ledger if (m.family, m.item) == ("launch", "flights"))
    way = learning.experience_paths(outcome.loaded.instance, plan.designs, plan.decisions)["flights"]
    flown = flown_by(outcome.loaded.instance, plan.decisions)
    price = {v: outcome.loaded.instance.vehicles[v].flight_musd for v in vehicles}
    assert sum(way.bought.values()) == pytest.approx(sum(price[v] * n for (v, _), n in flown.items()))
    assert paid == pytest.approx(way.curve.spend(max(way.experience.values())))


def test_a_stop_is_obeyed() -> None:
    """A search that is stopped before it began ends as interrupted, without a plan."""
    model, stop = curve_model("learning_local", "fixed_point"), threading.Event()
    stop.set()
    options = SearchOptions(Limits(gap=0.01), stop=stop)
    found = learning_curve_search.learning_curve_search(model.matrix, model.learning, model.curves, options)
    assert found.status is Status.INTERRUPTED
