"""Every mistake in the model's time, discounting, survival and money is caught, by the checker or by a known optimum.

The checker sees a plan that breaks a rule or states another amount than its decisions lead to. A mistake that only
forbids good plans leaves the plan in order, and shows as an optimum other than the one found by hand.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from solver.check import check
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.plan import Plan
from tests.contracts.by_hand import BY_HAND
from tests.mutants import limits, nodes, periods
from tests.mutants.mutant import Mutant
from tests.mutants.planting import planted
from tests.pipeline import TINY, run

pytestmark = pytest.mark.slow

MUTANTS = (*periods.MUTANTS, *limits.MUTANTS, *nodes.MUTANTS)


def edited(mutant: Mutant) -> Instance:
    """The tiny instance of a mutant, with its edits."""
    data: Any = read(TINY / f"{mutant.instance}.yaml").instance.model_dump(by_alias=True)
    for key, value in mutant.edits.items():
        *above, last = key.split(".")
        section = data
        for step in above:
            section = section[step]
        assert section[last] != value
        section[last] = value
    return Instance.model_validate(data)


def catcher(mutant: Mutant, instance: Instance, plan: Plan) -> str:
    """What catches a plan: the checker, else the optimum found by hand, which holds for the file without edits."""
    if check(instance, plan):
        return "checker"
    same = math.isclose(plan.claims.objective, float(BY_HAND[mutant.instance]()), rel_tol=1e-6)
    return "nothing" if same or mutant.edits else "optimum"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_mutant_is_caught(mutant: Mutant) -> None:
    """With the mistake the named catcher speaks."""
    instance = edited(mutant)
    with planted(mutant.target, mutant.mutate):
        plan = run(instance).plan
    assert plan is not None
    assert catcher(mutant, instance, plan) == mutant.caught_by


SAME = {(mutant.instance, repr(mutant.edits)): mutant for mutant in MUTANTS}
"""One mutant for each instance and its edits."""


@pytest.mark.parametrize("mutant", SAME.values(), ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_checker_accepts_the_plan_without_the_mistake(mutant: Mutant) -> None:
    """The checker has nothing against the plan of the same instance without the mistake, where there is one."""
    instance = edited(mutant)
    plan = run(instance).plan
    violations = check(instance, plan) if plan is not None else []
    assert violations == []


def test_names_are_unique_and_the_checker_is_silent_on_few() -> None:
    """Each mutant has its name, and only those stay silent in the checker that forbid good plans."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 50
    assert [mutant.name for mutant in MUTANTS if mutant.caught_by == "optimum"] == [
        "arrival a period late",
        "lag half a year long",
        "year before is that year",
    ]
