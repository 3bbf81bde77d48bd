"""A rate that grows is repaired by its ceiling alone where that is enough, and by its start where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.ask.common.question import Question
from solver.ask.explain.active_levers import levers_behind
from solver.ask.explain.explain import explain
from solver.ask.explain.repair import Repair
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Callbacks, Options, solve_loaded
from tests.solver.small import DATA, with_changes

RATE = "vehicles.van.flights_per_year"
CEILING = f"{RATE}.ceiling_per_year"
# Two flights a year, twice as many each year, at most four: the years from 2032 on hold four.
CAPPED: dict[str, Any] = {
    "horizon.periods": [{"count": 6, "length": "year"}],
    "target.kind": "power_added",
    RATE: {"start_per_year": 2.0, "growth_share_per_year": 1.0, "ceiling_per_year": 4.0},
}


def repair_of(path: Path, gw_a_year: float, date: str) -> Repair:
    """The repair by the cadence of the van, for some power a year from a date on."""
    target = {"target.milestones": [{"date": date, "gw_per_year": gw_a_year}]}
    path.write_text(yaml.safe_dump(with_changes(DATA, {**CAPPED, **target})), encoding="utf-8")
    found = explain(read(path), Question(Options(Limits(seconds=120.0, gap=0.0))))
    assert found.status is Status.INFEASIBLE
    return next(r for r in found.repairs if r.changes[0].key.startswith(RATE))


def status_with(path: Path, *options: str) -> Status:
    """The status of a file solved with options laid over it."""
    return solve_loaded(read(path, changes=options), Options(Limits(gap=0.0, seconds=30)), Callbacks()).status


def test_a_late_need_is_met_by_the_ceiling_alone(tmp_path: Path) -> None:
    """Six flights a year in 2035 need a ceiling of six: growth is there by then, so the start stays as it is."""
    path = tmp_path / "late.yaml"
    (change,) = repair_of(path, 0.24, "2035-07").changes
    assert change.key == CEILING
    assert change.found == 4.0
    assert 6.0 <= float(change.needed) <= 6.3
    assert status_with(path, f"{CEILING}={change.needed}") is Status.OPTIMAL
    assert status_with(path, f"{CEILING}={change.not_enough}") is Status.INFEASIBLE


def test_an_early_need_is_met_by_the_start(tmp_path: Path) -> None:
    """Six flights in the second year cannot be grown to from two: the rate starts higher."""
    path = tmp_path / "early.yaml"
    repair = repair_of(path, 0.24, "2031-01")
    (change,) = repair.changes
    assert (change.key, change.unit) == (RATE, "flights a year at the start")
    assert status_with(path, *repair.options) is Status.OPTIMAL


def test_ceilings_and_first_months_stand_beside_an_active_rate(tmp_path: Path) -> None:
    """An active cadence is relaxed by its start, by its ceiling and by the first month of its vehicle; no flag is."""
    path = tmp_path / "i.yaml"
    more: dict[str, Any] = {"target.milestones": [{"date": "2035-07", "gw_per_year": 0.1}]}
    more |= {"vehicles.van.available_from": "2030-06", "vehicles.van.available_until": "2035-06"}
    path.write_text(yaml.safe_dump(with_changes(DATA, {**CAPPED, **more})), encoding="utf-8")
    keys = {lever.path for lever in levers_behind(read(path).instance, [("launch.cadence", "van")])}
    assert keys == {RATE, CEILING, "vehicles.van.available_from"}


pytestmark = pytest.mark.slow
