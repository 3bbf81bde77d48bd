"""Chips on the Moon by generation: nodes of stored chips compute less, and take them from periods near enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.design.candidates import resized
from solver.instance.schema import Instance
from tests.pipeline import run, tiny_plan
from tests.solver.check.test_network import changed
from tests.solver.small import derived

KG_PER_KW = "moon.commodities.chips.accelerators_kg_per_kw"
GROWTH = "platforms.mirror.declared.eflops_growth_share_per_year"
AGED = "mirror-chips2y"


def generations(changes: dict[str, Any]) -> Instance:
    """The tiny instance whose chips have a generation, with changes."""
    return changed(tiny_plan("moon_generations")[0], changes)


def test_stored_chips_make_nodes_of_their_year() -> None:
    """The node of chips of two years has the computing of that year, and may take those of the last two years."""
    found = derived(generations({}))
    new, *aged = sorted((d for d in found.designs if d.platform == "mirror"), key=lambda d: d.chip_years)
    assert [d.chip_years for d in aged] == [1.0, 2.0, 3.0]
    assert [d.eflops * 1.1**d.chip_years for d in aged] == pytest.approx([new.eflops] * 3)
    assert all(resized(tiny_plan("moon_generations")[0], d) == d for d in found.designs)
    since = found.coefficients.lunar.chips_since
    assert [since["chips", d.name, "swarm", 2] for d in (new, *aged)] == [2, 1, 0, 0]


def test_plan_that_counts_stored_chips_as_new_is_found() -> None:
    """Without generations chips ride with the seed for 182 MUSD; the checker finds none of the year that nodes need."""
    without = run(generations({KG_PER_KW: None}))
    assert without.plan is not None
    assert without.solution.objective == pytest.approx(0.1818123, rel=1e-6)
    assert check(without.instance, without.plan) == []
    found = check(generations({}), without.plan)
    assert {(v.constraint, v.at[0]) for v in found} == {("lunar.chip_age", "mirror")}


POWER = {"target.kind": "power_alive", "target.milestones": [{"date": "2033-01", "gw": 0.09}]}


@pytest.mark.parametrize("changes", [POWER, {GROWTH: 0.0}, {KG_PER_KW: None}])
def test_store_needs_no_ages_without_generations(changes: dict[str, Any]) -> None:
    """Where power is asked, computing does not grow, or nothing is a chip, there is one design and no such row."""
    instance = generations(changes)
    found = derived(instance)
    assert not found.coefficients.lunar.chips_since
    assert [d.name for d in found.designs] == ["cube", "mirror"]
    done = run(instance)
    assert done.plan is not None
    assert check(instance, done.plan) == []


def aged_by(years: float, name: str = AGED) -> set[str]:
    """Constraints broken by the optimal plan with another age of the chips in its design."""
    instance, plan = tiny_plan("moon_generations")
    designs = tuple(replace(d, chip_years=years, name=name) if d.name == AGED else d for d in plan.designs)
    launched = {
        (name if k == AGED else k, s, t): gw for (k, s, t), gw in plan.decisions.mass_driver_launched_gw.items()
    }
    decisions = replace(plan.decisions, mass_driver_launched_gw=launched)
    return {v.constraint for v in check(instance, replace(plan, designs=designs, decisions=decisions))}


def test_age_of_chips_is_checked() -> None:
    """A design whose age is not in its name is unknown; one of younger chips computes more, and has none of them."""
    assert aged_by(2.0) == set()
    assert aged_by(1.0) == {"plan.unknown"}
    assert {"design.power", "lunar.chip_age"} <= aged_by(1.0, "mirror-chips1y")


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("eflops", [60.0, 115.0, 160.0, 200.0])
def test_plans_of_several_generations_are_in_order(eflops: float, steps: int) -> None:
    """Plans of model and checker agree on the ages of chips, whatever is asked and with steps within a year."""
    changes = {"target.milestones": [{"date": "2032-01", "eflops": 10.0}, {"date": "2033-01", "eflops": eflops}]}
    instance = generations({**changes, "moon.steps_per_lag": steps, "moon.mass_driver.lag_years": 0.1})
    done = run(instance)
    assert done.plan is not None
    assert check(instance, done.plan) == []
