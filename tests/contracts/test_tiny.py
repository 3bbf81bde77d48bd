"""The contracts of every formulation on instances small enough to be solved by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyomo.environ as pyo
import pytest

from formulations import PRESETS
from solver.check import check
from solver.highs import solve
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.matrix import compile_matrix
from solver.solution import Solution, Status
from tests.contracts.by_hand import BY_HAND
from tests.pipeline import EXACT, Run, run

FOLDER = Path(__file__).parents[2] / "instances" / "tiny"

# The date is found by a search over periods and the local answer by rounds of prices, not by one model: only their hand
# computations are held to the files here.
MODELLED = sorted(set(BY_HAND) - {"earliest", "learning_local"})
FEASIBLE = sorted(set(MODELLED) - {"too_slow"})

# Word of a rule: the instance that needs it, and rules left out first because together they imply it there.
NEEDED: dict[str, tuple[str, ...]] = {
    "target.demand": ("one_flight",),
    "nodes.arrival": ("losses",),
    "nodes.supply": ("supply",),
    "launch.lift": ("whole_flights",),
    "launch.supplies": ("serviced",),
    "launch.cadence": ("launch_ramp",),
    "launch.pace": ("quarters",),
    "launch.growth": ("launch_ramp",),
    "launch.sites": ("pads",),
    "launch.pads": ("pads",),
    "launch.room": ("pads",),
    "launch.licence": ("licence_in_quarters",),
    "fleet.balance": ("fleet",),
    "fleet.turnaround": ("fleet",),
    "fleet.wear": ("fleet",),
    "fleet.stores": ("expendable", "fleet.wear"),
    "fleet.cap": ("fleet_ramp",),
    "fleet.growth": ("fleet_ramp",),
    "lines.opening": ("development",),
    "lines.development": ("development",),
    "lines.room": ("development",),
    "lines.output": ("development",),
    "lines.cap": ("line_ramp", "lines.development"),
    "lines.growth": ("line_ramp",),
    "shells.slots": ("shells",),
    "shells.regime": ("shells",),
    "shells.derelicts": ("derelicts",),
    "ground.queue": ("ground",),
    "money.budget": ("budget",),
    "learning.balance": ("learning_flights",),
    "learning.segment": ("learning_flights",),
    "learning.full": ("learning_nodes",),
    "learning.next": ("learning_nodes",),
}


@cache
def instance(name: str) -> Instance:
    """A tiny instance as read from its file."""
    return read(FOLDER / f"{name}.yaml").instance


@cache
def by_hand(name: str) -> float | str:
    """The optimum of a tiny instance found without the model."""
    return BY_HAND[name]()


@cache
def solved(name: str, preset: str = "tight") -> Run:
    """A tiny instance solved in a formulation."""
    return run(instance(name), preset)


def without(name: str, *words: str) -> Solution:
    """Solve with some rows left out, and with no bounds on variables that stand in for them."""
    model = run(instance(name)).model
    for variable in model.component_data_objects(pyo.Var):
        if not variable.is_binary():
            variable.setub(None)
    for word in words:
        block, row = word.split(".")
        getattr(getattr(model, block), row).deactivate()
    return solve(compile_matrix(model), EXACT)


def test_every_tiny_instance_has_its_hand_computation() -> None:
    """The files of the folder and the hand computations belong together one to one."""
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(BY_HAND)


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_optimum_in_the_file_is_the_one_by_hand(name: str) -> None:
    """The optimum that a file states is the one an enumeration finds, and its reason is written down."""
    optimum, found = instance(name).optimum, by_hand(name)
    assert optimum is not None
    assert len(optimum.reason) > 60
    if isinstance(found, str):
        assert optimum.date == found
    elif instance(name).objective.kind == "most_power":
        assert optimum.factor == pytest.approx(found, rel=1e-6)
    elif found == float("inf"):
        assert optimum.infeasible is not None
    else:
        assert optimum.objective_musd == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_model_finds_the_optimum_by_hand(name: str, preset: str) -> None:
    """Every formulation gives the optimum found without it, proven, and the plan claims just that."""
    done = solved(name, preset)
    assert done.solution.status is Status.OPTIMAL
    assert done.plan is not None
    assert done.solution.objective is not None
    most_power = done.instance.objective.kind == "most_power"
    scale = -1.0 if most_power else 1000.0
    # Chords lie below the curves of what learns: by no more than they say, and never above.
    chords = max(done.derived.curves.chord_error_share.values(), default=0.0)
    assert done.solution.objective * scale == pytest.approx(by_hand(name), rel=1e-6 + chords)
    assert done.solution.objective * scale <= by_hand(name) * (1 + 1e-6)
    assert done.plan.claims.objective == pytest.approx(by_hand(name), rel=1e-6)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_checker_is_content_with_the_plan(name: str, preset: str) -> None:
    """The independent checker finds nothing wrong with an optimal plan."""
    done = solved(name, preset)
    assert done.plan is not None
    assert [str(violation) for violation in check(done.instance, done.plan)] == []


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("name", FEASIBLE)
def test_relaxation_is_a_bound(name: str, preset: str) -> None:
    """Without whole numbers the optimum is never worse: both are minimised."""
    done = solved(name, preset)
    relaxed = solve(done.matrix.relaxed(), EXACT)
    assert relaxed.objective is not None
    assert done.solution.objective is not None
    assert relaxed.objective <= done.solution.objective + 1e-9


@pytest.mark.parametrize("name", FEASIBLE)
def test_tight_relaxation_is_not_below_compact(name: str) -> None:
    """Cuts only ever raise the bound of the relaxation."""
    compact, tight = (solve(solved(name, preset).matrix.relaxed(), EXACT).objective for preset in ("compact", "tight"))
    assert compact is not None
    assert tight is not None
    assert tight >= compact - 1e-9


def test_cuts_raise_the_bound_where_flights_are_whole() -> None:
    """The cut on whole flights is worth something: 2.1 flights become 3."""
    compact, tight = (
        solve(solved("whole_flights", preset).matrix.relaxed(), EXACT).objective for preset in ("compact", "tight")
    )
    fractional = (63 + 2.1 * 50) / 1000
    assert compact == pytest.approx(fractional)
    assert tight is not None
    assert tight > 1.01 * fractional


@pytest.mark.parametrize("name", FEASIBLE)
def test_bounds_of_variables_take_nothing_away(name: str) -> None:
    """The finite bounds that keep numbers small are implied by the rows: without them the optimum is the same."""
    assert without(name).objective == pytest.approx(solved(name).solution.objective, rel=1e-6)


@pytest.mark.parametrize("word", sorted(NEEDED))
def test_every_rule_is_needed(word: str) -> None:
    """Without this rule some tiny instance has a better optimum, or no end to it."""
    name, *others = NEEDED[word]
    held, free = without(name, *others).objective, without(name, *others, word)
    assert held is not None
    assert free.status in (Status.OPTIMAL, Status.UNBOUNDED)
    assert free.objective is None or free.objective < held - 1e-6


def test_every_rule_of_the_model_is_examined() -> None:
    """Each word of the formulations is shown to be needed, but for rows that only help the search.

    Those are the cuts and the order of segments, which follows from experience that never falls.
    """
    words = {word for name in FEASIBLE for word in solved(name).matrix.row_names.words}
    assert words == {*NEEDED, "cuts.flights", "learning.order"}


def test_too_slow_is_infeasible_by_its_cadence_alone() -> None:
    """The mass cannot be flown at this cadence; without that one rule it can."""
    word = instance("too_slow").optimum
    assert word is not None
    assert word.infeasible is not None
    for preset in PRESETS:
        assert solved("too_slow", preset).solution.status is Status.INFEASIBLE
    assert without("too_slow").status is Status.INFEASIBLE
    assert without("too_slow", word.infeasible).status is Status.OPTIMAL
