"""A trial is evaluated by the gap of its plans to the best bound, over the time or at the end."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.bench.best import BestKnown
from solver.errors import UsageError
from solver.milp.limits import Limits
from solver.search.core.settings import DEFAULT
from solver.search.engine.search import search
from solver.tune.cases import MAX_GAP, evaluate, integral, tuning_instance
from tests.solver.command import ONE_FLIGHT, TINY


def test_integral_of_a_staircase() -> None:
    """No plan for 2 s, 50 % above the bound for 3 s, then at the bound: (2 + 3 / 3) / 10."""
    assert integral([(2.0, 150.0, 100.0), (5.0, 100.0, 100.0)], 10.0) == pytest.approx((2 + 3 * 50 / 150) / 10)


def test_plans_after_the_limit_do_not_count() -> None:
    """A plan that comes later than the limit is as good as none."""
    assert integral([(11.0, 100.0, 100.0)], 10.0) == 1.0
    assert integral([], 10.0) == 1.0


@pytest.mark.slow
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(100, 1e4)), max_size=6), st.floats(0, 10))
def test_an_additional_plan_never_raises_the_integral(steps: list[tuple[float, float]], when: float) -> None:
    """The integral is a share, and an optimal plan at any time never raises it."""
    ordered = sorted((at, objective, 100.0) for at, objective in steps)
    before = integral(ordered, 10.0)
    assert 0.0 <= before <= 1.0
    assert integral(sorted([*ordered, (when, 100.0, 100.0)]), 10.0) <= before + 1e-12


def test_a_better_bound_closes_the_own_gap_and_a_far_plan_is_none() -> None:
    """No plan for 1 s and a plan 50 % off for 1 s count as 10 %, then a bound that rises to 2 % below it."""
    steps = [(1.0, 100.0, 50.0), (2.0, 100.0, 98.0)]
    assert integral(steps, 4.0, 0.1) == pytest.approx((2 * 0.1 + 2 * 0.02) / 4)


def test_a_known_bound_counts_only_for_the_same_numbers() -> None:
    """The best bound known is taken where the hash of the instance is the same, else that of the LP stays."""
    path = Path(ONE_FLIGHT)
    lp = tuning_instance(path, {}, 0.0)
    higher = lp.bound * lp.musd * 1.5
    best = BestKnown(path.stem, lp.hash, 0, 0, 0, None, "", higher, "solver", "")
    other = BestKnown(path.stem, "0" * 12, 0, 0, 0, None, "", higher, "solver", "")
    assert tuning_instance(path, {path.stem: best}, 0.0).bound == pytest.approx(lp.bound * 1.5)
    assert tuning_instance(path, {path.stem: other}, 0.0).bound == lp.bound


def test_measure_at_the_limit_is_the_gap() -> None:
    """An instance solved to its optimum is as far from a bound below it as that bound is low."""
    case = tuning_instance(Path(ONE_FLIGHT), {}, 0.0)
    exact = evaluate(case, DEFAULT, Limits(gap=0.0, work=100), "gap")
    assert 0.0 <= exact <= 1e-6


def found_after(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let every search take that much time, by a clock that else stands still."""
    now = [1000.0]

    def search_late(*args: Any, **options: Any) -> Any:
        now[0] += seconds
        return search(*args, **options)

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr("solver.tune.cases.search", search_late)


def test_own_gap_is_that_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solve with its optimum proven after a tenth of its time leaves the gap of that tenth."""
    found_after(monkeypatch, 5.0)
    case = tuning_instance(Path(ONE_FLIGHT), {}, 0.0)
    assert evaluate(case, DEFAULT, Limits(gap=0.0, seconds=50.0), "primal_dual") == pytest.approx(
        0.1 * MAX_GAP, abs=1e-6
    )


def test_seconds_are_those_to_the_gap_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance solved within the gap took a share of its time; one that is not took all of it."""
    found_after(monkeypatch, 5.0)
    case = tuning_instance(Path(ONE_FLIGHT), {}, 0.0)
    assert evaluate(case, DEFAULT, Limits(gap=0.0, seconds=50.0), "seconds") == pytest.approx(0.1)
    never = replace(case, matrix=case.matrix.with_(lower=case.matrix.upper + 1.0, upper=case.matrix.upper + 1.0))
    assert evaluate(never, DEFAULT, Limits(gap=0.0, seconds=50.0), "seconds") == 1.0


@pytest.mark.parametrize(
    ("name", "message"), [("moon_earliest", "earliest_date"), ("learning_nodes", "learning curves")]
)
def test_other_objectives_and_learning_are_refused(name: str, message: str) -> None:
    """Instances with a date as objective or with learning curves cannot be tuned on."""
    with pytest.raises(UsageError, match=message):
        tuning_instance(TINY / f"{name}.yaml", {}, 0.0)
