"""The answer does not depend on the units inside the model: t, MW and MUSD give what kt, GW and GUSD give."""

from __future__ import annotations

import pytest

from solver.derive.units import MODEL_UNITS, Units
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.solution import Status
from tests.formulations.everything import VARIANTS, instance_of, model_of

pytestmark = pytest.mark.slow

OTHER = Units(mass_per_t=1.0, power_per_gw=1000.0, money_per_musd=1.0)
WHOLE = ("everything", "power_added", "mass_to_orbit")
"""Instances small enough to be solved to the last digit in a moment.

``most_power`` is not among them: its whole-number optimum is only as exact as the solver's tolerance on the factor.
"""


def compile_model(variant: str, units: Units) -> Matrix:
    """The compiled model of a variant in the given units."""
    return compile_matrix(model_of(instance_of(variant), units))


def objective_scale(variant: str, units: Units) -> float:
    """Objective units of the model per MUSD; the factor that most_power seeks has no unit."""
    return 1.0 if variant == "most_power" else units.money_per_musd


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_lp_bound_is_the_same_in_other_units(variant: str) -> None:
    """For every kind of target and objective the relaxation, in file units, is the same to six digits."""
    bounds = []
    for units in (MODEL_UNITS, OTHER):
        solution = solve(compile_model(variant, units), Limits(gap=0.0), relax=True)
        assert solution.status is Status.OPTIMAL
        assert solution.certificate == "lp_verified"
        bounds.append(solution.bound / objective_scale(variant, units))
    assert abs(bounds[0]) > 0.1
    assert bounds[1] == pytest.approx(bounds[0], rel=1e-6)


@pytest.mark.parametrize("variant", WHOLE)
def test_the_best_plan_costs_the_same_in_other_units(variant: str) -> None:
    """The proven optimum with whole flights, nodes and lines is the same to six digits."""
    costs = []
    for units in (MODEL_UNITS, OTHER):
        solution = solve(compile_model(variant, units), Limits(gap=0.0))
        assert solution.status is Status.OPTIMAL
        assert solution.objective is not None
        costs.append(solution.objective / objective_scale(variant, units))
    assert costs[1] == pytest.approx(costs[0], rel=1e-6)


def test_other_units_change_the_numbers_of_every_kind() -> None:
    """The two models compared are not the same one: mass, power and money all have other coefficients."""
    ours, theirs = compile_model("everything", MODEL_UNITS), compile_model("everything", OTHER)
    assert ours.column_names == theirs.column_names
    for word in ("launch.supplies", "lines.output", "nodes.supply"):
        i = ours.rows_of(word)[0]
        assert ours.row_names[i] == theirs.row_names[i]
        assert abs(ours.a - theirs.a)[i].max() > 0
    assert (ours.cost != theirs.cost).any()
