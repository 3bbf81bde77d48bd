"""Answers from Python are those of the command line, and show themselves in a notebook."""

from __future__ import annotations

import json
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


def test_an_explanation_as_an_object() -> None:
    """An explanation has its repairs, a table with a row for each change, its text and plain data."""
    late = kd.read(GROUND).set("use.ground", []).set("target.where", "orbit").set("sites.cape.pads", 0)
    found = kd.explain(late.set("sites.cape.max_pads", 0), seconds=60)
    assert found.status == "infeasible"
    assert "sites.cape.pads" in set(found.table["key"])
    assert {change.key for repair in found.repairs for change in repair.changes} == set(found.table["key"])
    assert "has no plan for 0.12 GW by 2034-01" in found._repr_html_()
    assert found.to_json()["conflict_of"] == "LP relaxation"
    assert "Ground rival" in repr(found)


@pytest.mark.parametrize("question", ["alternatives", "sensitivity", "risk"])
def test_every_answer_shows_itself(question: str, tmp_path: Path) -> None:
    """Each answer has lines, plain data and a picture, in a notebook and in a file."""
    found = {
        "alternatives": lambda: kd.alternatives(GROUND, within=0.2, count=1, seconds=20),
        "sensitivity": lambda: kd.sensitivity(GROUND, ranges=["vehicles.lorry.flight_musd=10:40"], seconds=20, jobs=1),
        "risk": lambda: kd.risk(GROUND, replays=100, gap=0.0),
    }[question]()
    assert found.summary()
    assert json.loads(json.dumps(found.to_json(), default=str))
    assert "<svg" in found._repr_html_()
    assert Path(str(found.plot(tmp_path / "picture.svg"))).exists()


def test_a_key_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """The nearest key is named, as by the command line."""
    with pytest.raises(kd.InstanceError, match="cost_musd"):
        kd.breakeven(GROUND, "platforms.cube.declared.cost_mus", 1, 2, when="reachable", out=tmp_path)
