"""A date moves by the months that whole counts allow where a limit that holds it is relaxed, and not by others."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.ask.common.question import Question
from solver.ask.explain.explain import Explanation, explain
from solver.ask.explain.limit_cost import DateMove
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.report.explanation import explanation_lines
from solver.run.solve import Callbacks, Options, solve_loaded
from tests.solver.small import DATA, with_changes

CADENCE = "vehicles.van.flights_per_year"
GW_PER_FLIGHT, FLIGHTS, YEARS = 0.04, 10, 14
# Ten flights a year carry 0.4 GW a year; eleven carry 0.44 GW.
DATED: dict[str, Any] = {
    "objective": {"kind": "earliest_date"},
    "horizon.periods": [{"count": YEARS, "length": "year"}],
    "target.interpolation": "step",
    CADENCE: {"start_per_year": float(FLIGHTS), "growth_share_per_year": 0.0},
    "platforms.cube.declared.life_years": 50.0,
}


def written(path: Path, gw: float, **more: Any) -> Path:
    """The small instance with an earliest date for some power as a file."""
    milestones = {"target.milestones": [{"date": f"{2030 + YEARS}-01", "gw": gw}]}
    path.write_text(yaml.safe_dump(with_changes(DATA, {**DATED, **milestones, **more})), encoding="utf-8")
    return path


def years_for(gw: float, flights: int) -> int:
    """Years of whole flights until the power is in orbit."""
    return math.ceil(math.ceil(gw / GW_PER_FLIGHT - 1e-9) / flights)


def explained(path: Path) -> Explanation:
    """The explanation of a file at gap 0."""
    return explain(read(path), Question(Options(Limits(seconds=120.0, gap=0.0))))


def exact_date(path: Path, *changes: str) -> float | None:
    """The period of the date by branch and bound of the changed file alone."""
    loaded = read(path, changes=changes)
    return solve_loaded(loaded, Options(Limits(gap=0.0, seconds=60.0), method="exact"), Callbacks()).objective


@pytest.mark.parametrize("gw", [4.4, 3.2, 1.0, 5.2])
def test_a_tenth_more_cadence_moves_the_date_by_whole_years(tmp_path: Path, gw: float) -> None:
    """The date with eleven flights a year in place of ten is that of counting, and of branch and bound."""
    path = written(tmp_path / "dated.yaml", gw)
    now, then = years_for(gw, FLIGHTS), years_for(gw, FLIGHTS + 1)
    found = explained(path)
    assert found.status is Status.OPTIMAL
    assert found.objective == now - 1
    cost = next(c for c in found.limits if c.key == CADENCE)
    assert (cost.found, cost.relaxed) == (10.0, 11.0)
    assert (cost.least_saving, cost.most_saving) == (now - then, now - then)
    assert cost.distinguishable is (then < now)
    assert exact_date(path) == now - 1
    assert exact_date(path, *cost.options) == then - 1
    share, more = ((now - 1) * flights * GW_PER_FLIGHT / gw for flights in (FLIGHTS, FLIGHTS + 1))
    date, months = f"{2029 + then}", 12 * (now - then)
    assert cost.date == DateMove(date, date, months, months, pytest.approx(more), pytest.approx(share))


def test_nothing_is_earlier_than_the_first_period(tmp_path: Path) -> None:
    """Nine flights are those of the first year: no limit holds the date back."""
    found = explained(written(tmp_path / "first.yaml", 0.36))
    assert (found.status, found.objective, found.limits) == (Status.OPTIMAL, 0, ())
    assert explanation_lines(found, "first.yaml")[1].text == "It is the first period of the horizon."


def test_limits_that_do_not_hold_the_date_are_proven_not_to(tmp_path: Path) -> None:
    """A licence that is as wide as the cadence holds the date with it: neither alone brings a year."""
    path = written(tmp_path / "both.yaml", 4.4, **{"sites.cape.licence_flights_per_year": float(FLIGHTS)})
    found = explained(path)
    costs = {cost.key: cost for cost in found.limits}
    assert {CADENCE, "sites.cape.licence_flights_per_year"} <= set(costs)
    for cost in costs.values():
        assert (cost.least_saving, cost.most_saving) == (0, 0)
        assert exact_date(path, *cost.options) == exact_date(path)


def test_lines_name_months_and_what_is_proven(tmp_path: Path) -> None:
    """A planner reads from when the target is met, what is in reach before, and by how many months the date moves."""
    text = [line.text for line in explanation_lines(explained(written(tmp_path / "d.yaml", 4.4)), "d.yaml")]
    met = "the target is met from 2040 on, which is proven to be the earliest"
    assert text[0] == f"Small: {met}. In 2039 at most 90.9 % of it is in reach."
    moved = "10 -> 11 flights a year at the start: met from 2039 on, 12 months earlier, and no plan is earlier still"
    assert any(line.endswith(f"{CADENCE} {moved}") for line in text)
    stays = [line.text for line in explanation_lines(explained(written(tmp_path / "e.yaml", 1.0)), "e.yaml")]
    assert any(
        "the date stays, proven; at most 88 % of the target in reach before it, in place of 80 %" in t for t in stays
    )


def test_without_an_earlier_plan_the_interval_begins_at_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no earlier plan is found a bound alone tells how much earlier the date may be, and that is no proof."""
    monkeypatch.setattr("solver.ask.explain.date_costs.relinked", lambda _matrix, plan, *_, **__: plan)
    found = explained(written(tmp_path / "d.yaml", 4.4))
    cost = next(c for c in found.limits if c.key == CADENCE)
    assert (cost.least_saving, cost.most_saving) == (0, 1)
    assert not cost.distinguishable
    text = [line.text for line in explanation_lines(found, "d.yaml")]
    assert any("not distinguishable, nothing to 12 months earlier" in line for line in text)


def test_a_plan_that_the_checker_refuses_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date counts only with a plan that the checker accepts."""
    monkeypatch.setattr("solver.ask.explain.date_costs.check", lambda *_: ["refused"])
    cost = next(c for c in explained(written(tmp_path / "d.yaml", 4.4)).limits if c.key == CADENCE)
    assert (cost.least_saving, cost.most_saving) == (0, 1)


def test_a_first_month_holds_a_date(tmp_path: Path) -> None:
    """A van that flies from the third year on holds the date as branch and bound has it."""
    path = written(tmp_path / "late.yaml", 1.0, **{"vehicles.van.available_from": "2032-01"})
    cost = next(c for c in explained(path).limits if c.key == "vehicles.van.available_from")
    assert cost.relaxed == "2031-10"
    now, then = exact_date(path), exact_date(path, *cost.options)
    assert now is not None
    assert then is not None
    assert (cost.least_saving, cost.most_saving) == (now - then, now - then)
