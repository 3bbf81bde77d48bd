"""Tests of ``solver.compare.bridge``."""

from __future__ import annotations

import copy
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from solver.compare import compare
from solver.compare.bridge import AMOUNTS, DATES, PLANS, PRICES, RATE, Bridge, bridge_of
from solver.compare.bridge_text import steps_of
from solver.economics.ledger import ledger
from solver.instance.schema import Instance
from solver.io.files import finite
from solver.plan import Decisions
from solver.report.bridge_chart import Steps
from solver.run.stored_run import Run
from tests.solver import samples

FLIGHTS = ("launch", "flights")


def _run(name: str, decisions: Decisions = samples.DECISIONS, gap: float = 0.001, **changes: Any) -> Run:
    """A run whose ledger is that of its decisions; ``changes`` are values of the instance by dotted path."""
    data = copy.deepcopy(samples.DATA)
    for path, value in changes.items():
        *above, last = path.split("__")
        section = data
        for key in above:
            section = section[key]
        section[last] = value
    instance = Instance.model_validate(data)
    plan = samples.plan(decisions, ledger(instance, samples.plan().designs, decisions))
    objective = plan.claims.objective
    facts = {"objective": objective, "bound": (1 - gap) * objective, "gap": gap, "resolved": data}
    return Run(samples.manifest(**facts), instance, plan, Path("/runs") / name)


def _bridge(one: Run, two: Run) -> Bridge:
    bridge = bridge_of(one, two, ("one", "two"))
    assert bridge is not None
    return bridge


def _effects(bridge: Bridge, part: tuple[str, str]) -> dict[str, float]:
    return next(dict(p.effects) for p in bridge.parts if (p.family, p.item) == part)


def _changed(**kinds: dict[Any, Any]) -> Decisions:
    return replace(samples.DECISIONS, **kinds)


def test_the_bridge_adds_up_over_drivers_and_over_parts() -> None:
    """With price, amounts, dates and the discount rate changed, the effects are exactly the difference of the costs."""
    later = {("heavy", "low", 3): 6, ("heavy", "high", 4): 4, ("ship", "low", 4): 3, ("ship", "low", 6): 4}
    two = _run(
        "two", _changed(flights=later, ordered={("ship", 0): 2}),
        vehicles__ship__flight_musd=14.0, horizon__discount_share_per_year=0.09,
    )  # fmt: skip
    one = _run("one")
    bridge = _bridge(one, two)
    expected = (two.manifest.objective or 0.0) - (one.manifest.objective or 0.0)
    assert bridge.drivers == (RATE, PRICES, AMOUNTS, DATES)
    assert bridge.difference_musd == pytest.approx(expected, rel=1e-12)
    assert sum(bridge.effect(driver) for driver in bridge.drivers) == pytest.approx(expected, rel=1e-12)
    for part in bridge.parts:
        assert part.difference_musd == pytest.approx(part.after_musd - part.before_musd, abs=1e-9)


def test_two_drivers_share_their_product_in_halves() -> None:
    """Price times quantity: each driver has its change at the mean of the other, the Shapley value of a product."""
    doubled = {key: 2 * count for key, count in samples.DECISIONS.flights.items()}
    one, two = _run("one"), _run("two", _changed(flights=doubled), vehicles__ship__flight_musd=16.0)
    effects = _effects(_bridge(one, two), FLIGHTS)
    ships = _run("ships", Decisions(flights={key: n for key, n in samples.DECISIONS.flights.items() if "ship" in key}))
    assert ships.plan is not None
    at_ten = sum(m.present_musd for m in ships.plan.claims.ledger)
    assert one.plan is not None
    before = sum(m.present_musd for m in one.plan.claims.ledger if m.item == "flights")
    # 10 to 16 MUSD at a mean of 1.5 times the flights; as many flights again at a mean of 13 MUSD.
    assert effects[PRICES] == pytest.approx(0.6 * 1.5 * at_ten)
    assert effects[AMOUNTS] == pytest.approx(before - at_ten + 1.3 * at_ten)


def test_a_shift_of_dates_is_no_change_of_amounts() -> None:
    """The same flights a year later change dates only; prices of equal instances are no driver."""
    later = {("heavy", "low", 6 if t == 2 else t) if s == "low" and v == "heavy" else (v, s, t): n
             for (v, s, t), n in samples.DECISIONS.flights.items()}  # fmt: skip
    bridge = _bridge(_run("one"), _run("two", _changed(flights=later)))
    assert bridge.drivers == (DATES,)
    assert _effects(bridge, FLIGHTS)[DATES] < 0


def test_amounts_that_only_one_instance_knows_have_its_prices() -> None:
    """A vehicle that the other instance lacks is no difference of prices."""
    spare = {**samples.DATA["vehicles"], "spare": samples.DATA["vehicles"]["heavy"]}
    more = {**samples.DECISIONS.flights, ("spare", "low", 2): 5}
    two = _run("two", _changed(flights=more), vehicles=spare)
    effects = _effects(_bridge(_run("one"), two), FLIGHTS)
    assert effects[AMOUNTS] == pytest.approx(sum(effects.values()))
    assert effects[AMOUNTS] > 0


def test_plans_of_other_periods_have_one_driver() -> None:
    """Where periods differ, parts are compared as they are, and the bridge says so."""
    periods = [{"count": 4, "length": "quarter"}, {"count": 4, "length": "year"}]
    two = _run("two", horizon__periods=periods, horizon__discount_share_per_year=0.02)
    bridge = _bridge(_run("one"), two)
    assert bridge.drivers == (PLANS,)
    assert "different periods" in bridge.note
    assert bridge.difference_musd == pytest.approx(bridge.after_musd - bridge.before_musd)


def test_an_effect_below_both_gaps_is_not_distinguishable() -> None:
    """An effect is distinguishable only beyond the sum of the gaps; without a bound that is not known."""
    one, two = _run("one", gap=0.01), _run("two", gap=0.01, vehicles__ship__flight_musd=10.1)
    bridge = _bridge(one, two)
    assert bridge.gaps_musd == pytest.approx(0.01 * (bridge.before_musd + bridge.after_musd))
    assert bridge.distinguishable(bridge.difference_musd) is False
    assert bridge.distinguishable(1.1 * (bridge.gaps_musd or 0)) is True
    unbounded = Run(two.manifest.model_copy(update={"bound": None}), two.instance, two.plan, two.path)
    assert _bridge(one, unbounded).distinguishable(1e9) is None


def test_the_steps_of_the_picture_lead_from_one_cost_to_the_other() -> None:
    """Every step begins where the last ended, the rest is one step, and the last level is the other cost."""
    bridge = _bridge(_run("one"), _run("two", vehicles__ship__flight_musd=30.0, vehicles__heavy__flight_musd=70.0))
    steps: Steps = steps_of(bridge, most=1)
    for before, after in zip(steps.steps[:-1], steps.steps[1:-1], strict=False):
        assert after.start == pytest.approx(before.end)
    assert steps.steps[-2].end == pytest.approx(steps.steps[-1].end)
    assert steps.unit == "GUSD"


def test_two_runs_with_a_bridge_fit_a_screen() -> None:
    """Figures, bridge, purchases and differences of two runs are within 24 lines of 80 columns, and in JSON."""
    orders = {("ship", 0): 3}
    comparison = compare(
        [_run("one"), _run("two", _changed(ordered=orders), vehicles__ship__flight_musd=20.0, target__where="anywhere")]
    )
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    console.print(comparison.to_rich(wide=False))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert len(text.splitlines()) <= 24
    assert "Cost bridge, GUSD" in text
    assert "ship ordered: 1 from 2030 | 3 from 2030" in text
    data = json.loads(json.dumps(finite(comparison.to_json())))
    assert data["bridges"][0]["difference_musd"] == pytest.approx(sum(data["bridges"][0]["effects_musd"].values()))
    assert {"what": "ship ordered", "year": "2030", "one": 1.0, "two": 3.0} in data["built"]
    assert "Cost bridge from one" in comparison.to_markdown()


@pytest.mark.slow
def test_the_page_of_two_runs_has_bridge_and_picture() -> None:
    """The HTML page holds the bridge as a table and as a picture."""
    page = compare([_run("one"), _run("two", vehicles__ship__flight_musd=20.0)]).to_html()
    assert "Cost bridge from one" in page
    assert "Cost bridge by driver" in page


@pytest.mark.slow
def test_many_runs_have_small_multiples() -> None:
    """Two runs are drawn with a bridge, three with the power of each by source."""
    runs = [_run("one"), _run("two", vehicles__ship__flight_musd=20.0), _run("three")]
    assert "Cost bridge by driver" in json.dumps(compare(runs[:2]).chart())
    many = json.dumps(compare(runs).chart())
    assert "IT power by source" in many
    assert "Cost bridge by driver" not in many
