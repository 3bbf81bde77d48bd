"""Totals of flights in a period are columns to branch on: they leave every plan as it is, and presolve keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.search.core.cumulative_columns import KEPT, with_period_totals
from solver.search.core.sub_mip import solve_with_totals
from tests.solver.search.covering import MOST, PLATFORMS, begun, drawn, optimum, whole_only, whole_points

SEEDS = st.integers(0, 2**32 - 1)
FLIGHTS = "launch.flights"


def test_a_total_counts_the_open_flights_of_its_period() -> None:
    """Each period has one total of both platforms; a closed column is not counted, and one column needs no total."""
    of = drawn(0)
    wider, totals = with_period_totals(of, FLIGHTS)
    assert [str(name) for name in wider.column_names][of.columns :] == [f"total.{FLIGHTS}[0]", f"total.{FLIGHTS}[1]"]
    assert wider.upper[of.columns :].tolist() == [MOST * len(PLATFORMS)] * 2
    assert wider.integer[of.columns :].all()
    for n in range(2):
        assert {str(of.column_names[j]) for j in totals[n].indices} == {f"{FLIGHTS}[{k},{n}]" for k in PLATFORMS}
    upper = of.upper.copy()
    upper[of.column(FLIGHTS, "a", 0)] = 0.0
    assert with_period_totals(of.with_(upper=upper), FLIGHTS)[1].shape[0] == 1


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_totals_cut_off_no_plan_and_add_none(seed: int) -> None:
    """Every whole point of the model is one of the wider model with its own totals, and with no others."""
    of = drawn(seed)
    wider, totals = with_period_totals(of, FLIGHTS)
    points = whole_points(of)
    points = np.hstack([points, points @ totals.T.toarray()])

    def feasible(at: np.ndarray) -> np.ndarray:
        rows = at @ wider.a.toarray().T
        inside = ((at >= wider.lower) & (at <= wider.upper)).all(axis=1)
        kept = (rows >= wider.row_lower - 1e-9) & (rows <= wider.row_upper + 1e-9)
        return np.asarray(inside & kept.all(axis=1))

    assert points.size
    assert feasible(points).all()
    for column in range(of.columns, wider.columns):
        points[:, column] += 1.0
        assert not feasible(points).any()
        points[:, column] -= 1.0


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.booleans())
def test_the_optimum_with_totals_is_that_of_all_points(seed: int, known: bool) -> None:
    """With presolve set to keep totals, branch and bound ends at the least of all points, from a plan or without."""
    of = drawn(seed)
    state, _ = begun(of)
    start = whole_points(of)[-1] if known else None
    found = solve_with_totals(state, of, of.integer, Limits(gap=0.0), "test", start)
    assert found.x is not None
    assert found.x.shape == (of.columns,)
    assert of.value(found.x) == pytest.approx(optimum(of), abs=1e-5)
    assert found.bound <= optimum(of) + 1e-5


def test_a_model_without_flights_is_solved_as_it_is() -> None:
    """Where no variable is called flights there are no totals."""
    of = whole_only(12.0)
    state, _ = begun(of)
    found = solve_with_totals(state, of, of.integer, Limits(gap=0.0), "test")
    assert found.objective == pytest.approx(6.0)


def test_presolve_keeps_what_it_would_substitute(tmp_path: Path) -> None:
    """HiGHS says by name which rules are off: those that substitute a free column, and one of an equation."""
    log = tmp_path / "log.txt"
    solve(drawn(0), Limits(gap=0.0), options={**KEPT, "log_file": str(log)})
    text = log.read_text(encoding="utf-8")
    off = text[text.index("Presolve rules switched off") :].splitlines()[1:3]
    assert [line.rpartition(":")[2].strip() for line in off] == ["Free column substitution", "Aggregator"]
