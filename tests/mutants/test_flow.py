"""Every mistake in the flow after outages lets a plan through that the checker stops."""

from __future__ import annotations

import pytest

from solver.check import check
from solver.derive.extract import extract
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.plan import Plan
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.survivable_search import CutLoop
from tests.mutants.flow import MUTANTS, FlowMutant
from tests.mutants.planting import planted
from tests.solver.small import matrix_of

pytestmark = pytest.mark.slow

EXACT = SearchOptions(Limits(gap=0.0, seconds=60))


def survivable(instance: Instance) -> Plan:
    """The cheapest plan that survives by the model's own judgement."""
    derived, matrix = matrix_of(instance)
    found = CutLoop(instance, derived, search, warm=True)(matrix, EXACT)
    assert found.x is not None
    return extract(instance, derived, found.matrix or matrix, found.x)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_checker_stops_the_plan_of_a_mistaken_flow(mutant: FlowMutant) -> None:
    """Without the mistake the plan is in order; with it the checker names the outage that it does not survive."""
    instance = mutant.instance()
    assert check(instance, survivable(instance)) == []
    with planted(mutant.target, mutant.mutate):
        plan = survivable(instance)
    assert {violation.constraint for violation in check(instance, plan)} >= {"network.contingency"}
