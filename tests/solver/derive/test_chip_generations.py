"""Chips on the Moon by generation: the store of a period begins without those of earlier ones where computing grows."""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import check
from solver.instance.schema import Instance
from tests.pipeline import run, tiny_plan
from tests.solver.check.test_network import changed
from tests.solver.small import derived

KG_PER_KW = "moon.commodities.chips.accelerators_kg_per_kw"
GROWTH = "platforms.mirror.declared.eflops_growth_share_per_year"


def generations(changes: dict[str, Any]) -> Instance:
    """The tiny instance whose chips have a generation, with changes."""
    return changed(tiny_plan("moon_generations")[0], changes)


def test_plan_that_counts_stored_chips_as_new_is_found() -> None:
    """Without generations chips ride with the seed for 182 MUSD; the checker finds none of the year that nodes need."""
    without = run(generations({KG_PER_KW: None}))
    assert without.plan is not None
    assert without.solution.objective == pytest.approx(0.181979899, rel=1e-6)
    assert check(without.instance, without.plan) == []
    found = check(generations({}), without.plan)
    assert {(v.constraint, v.at[0]) for v in found} == {("lunar.balance", "chips")}


POWER = {"target.kind": "power_alive", "target.milestones": [{"date": "2033-01", "gw": 0.09}]}


@pytest.mark.parametrize("changes", [POWER, {GROWTH: 0.0}, {KG_PER_KW: None}])
def test_store_is_exact_without_generations(changes: dict[str, Any]) -> None:
    """Where power is asked, computing does not grow, or nothing is a chip, what is stored counts for both."""
    instance = generations(changes)
    assert not derived(instance).coefficients.lunar.begins_empty
    done = run(instance)
    assert done.plan is not None
    assert check(instance, done.plan) == []


def test_store_begins_empty_at_the_first_step_of_a_period() -> None:
    """With two steps a year chips may wait within it: only the first step of each year has none of before."""
    instance = generations({"moon.steps_per_lag": 4})
    found = derived(instance).coefficients.lunar
    assert [len(found.steps.within[t]) for t in range(3)] == [2, 2, 2]
    assert found.begins_empty == {("chips", 2 * t) for t in range(3)}
    done = run(instance)
    assert done.plan is not None
    assert check(instance, done.plan) == []
