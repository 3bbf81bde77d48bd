"""Every mistake in the model's time, discounting, survival and money is caught, by the checker or by a known optimum.

The checker sees a plan that breaks a rule or states another amount than its decisions lead to. A mistake that only
forbids good plans leaves the plan in order, and shows as an optimum other than the one found by hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import check
from solver.instance.read import read
from solver.instance.schema import Instance
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


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_mutant_is_caught(mutant: Mutant) -> None:
    """Without the mistake the checker accepts the optimum; with it the named catcher speaks."""
    instance = edited(mutant)
    right = run(instance).plan
    assert right is None or check(instance, right) == []
    with planted(mutant.target, mutant.mutate):
        wrong = run(instance).plan
    assert wrong is not None
    violations = check(instance, wrong)
    if mutant.caught_by == "checker":
        assert violations
    else:
        assert not mutant.edits
        assert violations == []
        assert wrong.claims.objective != pytest.approx(BY_HAND[mutant.instance](), rel=1e-6)


def test_names_are_unique_and_the_checker_is_silent_on_few() -> None:
    """Each mutant has its name, and only those stay silent in the checker that forbid good plans."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 50
    assert [mutant.name for mutant in MUTANTS if mutant.caught_by == "optimum"] == [
        "arrival a period late",
        "lag half a year long",
        "year before is that year",
    ]
