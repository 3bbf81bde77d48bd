"""Flights of the year before the plan count for the licence of their site, in model and checker alike."""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import check
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.run.solve import Outcome
from tests.solver.run.test_manifests import platform, solved
from tests.solver.small import raw


def flown(practised: float, licence: float, length: str = "quarter") -> Outcome:
    """Two nodes of 40 t in the first period, one on each flight."""
    site = {"pads": 9, "max_pads": 9, "pad_musd": 0.0, "practised_per_year": practised}
    changes: dict[str, Any] = {
        "horizon.periods": [{"count": 1, "length": length}],
        "target.milestones": [{"date": "2030-04" if length == "quarter" else "2031-01", "gw": 0.08}],
        "sites.cape": {**site, "licence_flights_per_year": licence},
    }
    return solved(0.08, {"large": platform(40.0, 8)}, 40.0, changes)


@pytest.mark.parametrize(
    ("practised", "licence", "feasible"), [(0, 2, True), (4, 5, True), (4, 4, False), (2, 3, False)]
)
def test_the_year_before_the_plan_leaves_less_of_a_licence(practised: int, licence: int, feasible: bool) -> None:
    """The twelve months that end with the first quarter hold three quarters of the year before and two flights."""
    outcome = flown(practised, licence)
    assert (outcome.status is Status.OPTIMAL) is feasible
    assert (0.75 * practised + 2 <= licence) is feasible
    if not feasible:
        (reason,) = outcome.reasons
        assert (reason.constraint, reason.allows) == ("launch.licence", licence)
        assert reason.needs == 5 if practised == 4 else 4


def test_a_whole_year_owes_nothing_to_the_year_before() -> None:
    """Twelve months of the plan begin with it."""
    assert flown(2, 2, "year").status is Status.OPTIMAL


def test_the_checker_counts_the_year_before() -> None:
    """The plan of two flights, read beside a history that leaves one, breaks the licence."""
    outcome = flown(0, 2)
    assert outcome.plan is not None
    instance = outcome.loaded.instance
    site = instance.sites["cape"].model_copy(update={"practised_per_year": 2.0})
    sites = {**instance.sites, "cape": site}
    broken = check(instance.model_copy(update={"sites": sites}), outcome.plan)
    assert [v.constraint for v in broken] == ["launch.licence"]


def test_more_flights_than_the_licence_are_refused() -> None:
    """A year before the plan that broke its licence is a mistake of the file."""
    site = {"pads": 1, "max_pads": 1, "pad_musd": 0.0, "licence_flights_per_year": 3.0, "practised_per_year": 4.0}
    instance = Instance.model_validate(raw({"sites.cape": site}))
    (issue,) = cross_check(instance)
    assert "practised_per_year" in str(issue)
    assert "expected at most licence_flights_per_year, 3" in str(issue)
