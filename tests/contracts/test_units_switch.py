"""Instances do not know the units inside the model: t, MW and MUSD give what kt, GW and GUSD give."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest

from formulations import assemble
from solver.derive import Derived, derive
from solver.derive.units import MODEL_UNITS, Units
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.conditioning import check_ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.scaling import as_handed_over
from solver.milp.solution import Status
from solver.run.outcome import conversion_of
from solver.search.core.state import SearchOptions
from solver.search.variants.earliest_date import earliest
from tests.contracts.test_tiny import DATED, FEASIBLE, IMPOSSIBLE

pytestmark = pytest.mark.slow

INSTANCES = Path(__file__).parents[2] / "instances"
TINY = sorted(path.stem for path in (INSTANCES / "tiny").glob("*.yaml"))
OTHER = Units(mass_per_t=1.0, power_per_gw=1000.0, money_per_musd=1.0)
EXACT = Limits(gap=0.0, seconds=60)


@cache
def instance(name: str) -> Instance:
    """An instance as read from its file."""
    return read(INSTANCES / f"{name}.yaml").instance


def compile_model(name: str, units: Units) -> tuple[Derived, Matrix]:
    """Its coefficients and its model in some units."""
    derived = derive(instance(name), candidate_designs(instance(name)), units)
    return derived, compile_matrix(assemble(derived.coefficients).model)


def money(name: str, units: Units) -> float:
    """Objective units of the model per MUSD; the factor that most_power seeks has no unit."""
    return 1.0 if instance(name).objective.kind == "most_power" else units.money_per_musd


@pytest.mark.parametrize("name", sorted({*FEASIBLE, *IMPOSSIBLE}))
def test_tiny_optimum_in_other_units_is_that_of_the_file(name: str) -> None:
    """The proven optimum of each tiny instance agrees with the file to six digits; what is infeasible stays so."""
    of = instance(f"tiny/{name}")
    derived = derive(of, candidate_designs(of), OTHER, gap=EXACT.gap)
    matrix = compile_matrix(assemble(derived.coefficients).model)
    assert check_ranges(as_handed_over(matrix)) == []
    solution = solve(matrix, EXACT)
    assert solution.status is (Status.INFEASIBLE if name in IMPOSSIBLE else Status.OPTIMAL)
    shown = math.inf if solution.objective is None else conversion_of(of, derived).shown(solution.objective)
    chords = max(derived.curves.chord_error_share.values(), default=0.0)
    assert of.optimum is not None
    stated = next(v for v in (of.optimum.objective_musd, of.optimum.factor, math.inf) if v is not None)
    assert shown == pytest.approx(stated, rel=1e-6 + chords)


@pytest.mark.parametrize("name", sorted({*TINY} - {*FEASIBLE, *IMPOSSIBLE, *DATED}))
def test_one_model_of_several_has_the_same_optimum_in_other_units(name: str) -> None:
    """Where the answer of the file takes more than one model, the first of them has the same optimum to six digits."""
    costs = []
    for units in (MODEL_UNITS, OTHER):
        _, matrix = compile_model(f"tiny/{name}", units)
        assert check_ranges(as_handed_over(matrix)) == []
        solution = solve(matrix, EXACT)
        assert solution.status is Status.OPTIMAL
        assert solution.objective is not None
        costs.append(solution.objective / money(f"tiny/{name}", units))
    assert costs[1] == pytest.approx(costs[0], rel=1e-6)


@pytest.mark.parametrize("name", DATED)
def test_tiny_date_is_the_same_in_other_units(name: str) -> None:
    """The earliest period that is proven is the same, and so is the cost of meeting it."""
    costs, dates = [], []
    for units in (MODEL_UNITS, OTHER):
        _, matrix = compile_model(f"tiny/{name}", units)
        assert check_ranges(as_handed_over(matrix)) == []
        found = earliest(matrix, SearchOptions(EXACT))
        assert found.date is not None
        assert found.objective is not None
        assert found.status is Status.OPTIMAL
        dates.append((found.date.period, found.date.bound))
        costs.append(found.objective / money(f"tiny/{name}", units))
    assert costs[1] == pytest.approx(costs[0], rel=1e-6)
    assert dates[1] == dates[0]


@pytest.mark.parametrize("name", ["reference/hundred-gigawatt", "claims/mccalip", "claims/shapiro"])
def test_lp_bound_is_the_same_in_other_units(name: str) -> None:
    """The proven bound of the relaxation of larger instances is the same to six digits."""
    bounds = []
    for units in (MODEL_UNITS, OTHER):
        _, matrix = compile_model(name, units)
        solution = solve(matrix, Limits(), relax=True)
        assert (solution.status, solution.certificate) == (Status.OPTIMAL, "lp_verified")
        bounds.append(solution.bound / money(name, units))
    assert bounds[1] == pytest.approx(bounds[0], rel=1e-6)


def test_other_units_give_another_model() -> None:
    """The two models compared are not the same one: their coefficients and costs differ."""
    (_, ours), (_, theirs) = (compile_model("tiny/serviced", units) for units in (MODEL_UNITS, OTHER))
    assert ours.column_names == theirs.column_names
    assert (ours.a != theirs.a).nnz > 0
    assert (ours.cost != theirs.cost).any()
