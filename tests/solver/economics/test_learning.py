"""Experience of a plan, and the payments it leads to."""

from __future__ import annotations

import math
from typing import Any

import pytest

from solver.economics.learning import experience_paths, trace_experience
from solver.economics.ledger import ledger
from solver.horizon.periods import PlanningHorizon
from solver.physics.learning import Curve
from solver.plan import Decisions
from solver.report.summary_learning import learning_lines
from solver.run.manifest_schema import LearningRecord
from solver.tables import state_of, tables
from tests.solver import samples
from tests.solver.small import small

LEARNING: dict[str, Any] = {
    "components": {
        "hardware": {"parts": ["node"], "rate_share": 0.5, "initial_experience_musd": 160.0, "floor_share": 0.3},
        "heavy": {"vehicles": ["heavy"], "rate_share": 0.2, "initial_experience_musd": 480.0},
    }
}


def test_a_period_pays_the_mean_of_what_it_climbs() -> None:
    """Two purchases of a start each at half price a doubling cost the logarithms of two and of three halves."""
    path = trace_experience(Curve(100.0, 0.5), PlanningHorizon(0, (12, 24, 36), 0.0), {0: 100.0, 2: 100.0})
    assert path.experience == {0: 200.0, 1: 200.0, 2: 300.0}
    assert path.mean_factor[0] == pytest.approx(math.log(2))
    assert path.mean_factor[1] == pytest.approx(0.5)
    assert path.mean_factor[2] == pytest.approx(math.log(1.5))


def test_the_ledger_pays_along_the_curve() -> None:
    """Nodes and flights that learn are paid at their mean factors; operations are not, and salvage is at the floor."""
    instance = small(
        {
            "learning": {"components": {"hardware": LEARNING["components"]["hardware"]}},
            "money.salvage": None,
            "platforms.cube.declared.operations_share_per_year": 0.1,
            "platforms.cube.declared.life_years": 5.0,
        }
    )
    from solver.design.candidates import candidate_designs

    designs = candidate_designs(instance)
    entries = ledger(instance, designs, Decisions(loaded={("van", "cube", "near", 0): 16}))
    paid = {(entry.item, entry.period): entry.musd for entry in entries}
    assert paid["node", 0] == pytest.approx(160.0 * math.log(2))
    assert paid["operations", 1] == pytest.approx(0.1 * 160.0)
    assert paid["salvage", 2] == pytest.approx(-160.0 * 0.3 * (1 - 2.5 / 5))


def test_the_table_of_learning() -> None:
    """A row for each component and period, with purchases, experience and price factor."""
    instance = samples.instance(learning=LEARNING)
    plan = samples.plan()
    real = ledger(instance, plan.designs, plan.decisions)
    frame = tables(state_of(instance, samples.plan(ledger=real)))["learning"]
    assert len(frame) == 2 * 7
    flights = frame[frame["component"] == "heavy"].set_index("period")
    assert flights.loc["2030-Q3", "bought_musd"] == 240.0
    assert flights.loc["2031", "experience_musd"] == 480.0 + 240.0 + 240.0
    assert flights.loc["2031", "marginal_price_share"] == pytest.approx(0.8)
    paid = {(entry.family, entry.item, entry.period): entry.musd for entry in real}
    assert flights.loc["2030-Q3", "spend_musd"] == pytest.approx(paid["launch", "flights", 2])
    nodes = frame[frame["component"] == "hardware"].set_index("period")
    assert nodes.loc["2032", "spend_musd"] == pytest.approx(paid["nodes", "node", 5])
    assert (nodes["mean_price_share"] >= nodes["marginal_price_share"] - 1e-12).all()
    assert nodes["marginal_price_share"].iloc[-1] == 0.3


def test_the_summary_says_how_learning_was_met() -> None:
    """Last price factors with the linearisation error, or without proof of optimality; no line without learning."""
    met = LearningRecord(mode="segments", rounds=1, segments={"heavy": 4}, chord_error_share=0.0021)
    (line,) = learning_lines(samples.state(learning=LEARNING), met)
    assert line == (
        "prices end at hardware 30 % and heavy 80 % of prices without learning; "
        "linearisation error at most 0.2 % of learning costs"
    )
    met = LearningRecord(mode="fixed_point", rounds=3, segments={}, chord_error_share=None)
    (line,) = learning_lines(samples.state(learning={**LEARNING, "mode": "fixed_point"}), met)
    assert line.startswith("learning by fixed point, 3 rounds: not proven optimal; prices end at ")
    assert list(learning_lines(samples.state(), None)) == []


def test_only_what_is_named_learns() -> None:
    """Flights of another vehicle do not add to the experience of one."""
    plan = samples.plan()
    paths = experience_paths(samples.instance(learning=LEARNING), plan.designs, plan.decisions)
    assert sum(paths["heavy"].bought.values()) == 60.0 * 8
