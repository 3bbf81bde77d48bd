"""Fronts and break-evens from Python are the answers of the command line, and show themselves in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

import kardashev as kd
from solver.ask.breakeven.breakeven_result import Verdict

GROUND = Path(__file__).parents[3] / "instances" / "tiny" / "ground.yaml"
pytestmark = pytest.mark.slow


def test_a_front_as_an_object(tmp_path: Path) -> None:
    """A front has a table, plans, a summary, a picture and plain data; values set on the scenario count."""
    scenario = kd.read(GROUND).set("platforms.cube.declared.cost_musd", 1000)
    front = kd.pareto(scenario, ["cost", "orbit_share"], points=3, gap=0.0, seconds=60, out=tmp_path)
    assert list(front.table["cost_musd"]) == [point.cost_musd for point in front.points]
    assert front.points[0].cost_musd < 846.0
    assert "none of the others dominates" in front.summary()
    assert "<svg" in front._repr_html_()
    assert front.to_json()["objectives"][1]["name"] == "orbit_share"
    assert Path(str(front.plot(tmp_path / "front.svg"))).exists()
    assert "3 plans by cost, orbit_share" in repr(front)


def test_a_break_even_as_an_object(tmp_path: Path) -> None:
    """A break-even has its verdict, intervals, a table with both sides, and a picture."""
    found = kd.breakeven(
        GROUND, "platforms.cube.declared.cost_musd", 600, 1200, when="orbit_share>50%", seconds=60, out=tmp_path
    )
    assert found.verdict is Verdict.TURNS
    assert (found.intervals[0].answer.value, found.intervals[-1].answer.value) == ("yes", "no")
    assert {"value", "answer", "yes_plan", "no_bound"} <= set(found.table.columns)
    assert "<svg" in found._repr_html_()
    assert found.to_json()["lever"] == "platforms.cube.declared.cost_musd"
    assert "orbit_share>50%" in repr(found)


def test_a_key_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """The nearest key is named, as by the command line."""
    with pytest.raises(kd.InstanceError, match="cost_musd"):
        kd.breakeven(GROUND, "platforms.cube.declared.cost_mus", 1, 2, when="reachable", out=tmp_path)
