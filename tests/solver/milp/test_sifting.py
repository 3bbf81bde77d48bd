"""Large LPs by a few columns at a time: the optimum of all columns, its proof, or the proof that there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.milp import highs, sifting
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Limit, Solution, Status, Verdict

pytestmark = pytest.mark.slow

INSTANCES = Path(__file__).parents[3] / "instances"
WIDE = "reference/gigawatt"
"""An instance of which sifting leaves columns out, and takes more than one round."""


@cache
def lp(name: str = "tiers/s-10-seed1") -> Matrix:
    """The LP relaxation of a shipped instance."""
    instance = read(INSTANCES / f"{name}.yaml").instance
    return compile_model(derive(instance, candidate_designs(instance)).coefficients).relaxed()


def sifted(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> tuple[Solution, int]:
    """The solution by sifting, from few columns on, and the most columns that any of its LPs had."""
    widths: list[int] = []
    run = highs._run_scaled

    def seen(*given: object, **named: object) -> object:
        widths.append(given[1].columns)  # type: ignore[attr-defined]
        return run(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(highs, "SIFT_FROM_COLUMNS", 1)
    monkeypatch.setattr(sifting, "FIRST_OF_ROW", 2)
    monkeypatch.setattr(highs, "_run_scaled", seen)
    return solve(matrix, Limits()), max(widths)


def test_sifting_finds_the_optimum_of_all_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Value and verified bound are those of the full LP, although no LP had more than four fifths of its columns."""
    direct = solve(lp(WIDE), Limits())
    found, widest = sifted(lp(WIDE), monkeypatch)
    assert direct.objective is not None
    assert found.status is Status.OPTIMAL
    assert found.certificate == "lp_verified"
    assert found.objective == pytest.approx(direct.objective, rel=1e-6)
    assert found.bound == pytest.approx(direct.objective, rel=1e-6)
    assert widest < 0.8 * lp(WIDE).columns
    assert found.x is not None
    assert lp(WIDE).violation(found.x).relative <= 1e-6


def test_columns_bounded_above_zero_are_in_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """With some loads forced and some forbidden, as searches do, the optimum is still that of the full LP."""
    m = lp()
    loads = m.columns_of("nodes.loaded")
    lower, upper = m.lower.copy(), m.upper.copy()
    lower[loads[-160::20]] = np.minimum(1.0, upper[loads[-160::20]])
    upper[loads[::7]] = lower[loads[::7]]
    fixed = m.with_(lower=lower, upper=upper)
    direct = solve(fixed, Limits())
    found, _ = sifted(fixed, monkeypatch)
    assert direct.objective is not None
    assert direct.objective > 1.0001 * (solve(m, Limits()).objective or 0.0)
    assert found.objective == pytest.approx(direct.objective, rel=1e-6)
    assert found.bound == pytest.approx(direct.objective, rel=1e-6)


def test_an_infeasibility_that_no_column_repairs_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred times the target cannot be met; the ray over all columns is checked in numpy."""
    m = lp()
    demand = m.rows_of("target.demand")
    lower = m.row_lower.copy()
    lower[demand] *= 100.0
    found, _ = sifted(m.with_(row_lower=lower), monkeypatch)
    assert found.status is Status.INFEASIBLE
    assert str(found.termination) == "infeasible (ray verified)"


def test_a_matrix_without_definitions_is_left_to_the_usual_way() -> None:
    """Where no column can be left out there is nothing to sift, and no LP is solved to find that out."""
    m = lp()
    kept = np.setdiff1d(
        np.arange(m.columns), np.concatenate([m.columns_of("nodes.loaded"), m.columns_of("nodes.placed")])
    )
    bare = Matrix(
        a=m.a[:, kept],
        row_lower=m.row_lower,
        row_upper=m.row_upper,
        cost=m.cost[kept],
        cost_offset=m.cost_offset,
        sign=m.sign,
        lower=m.lower[kept],
        upper=m.upper[kept],
        integer=m.integer[kept],
        row_names=m.row_names,
        column_names=m.column_names.take(kept),
    )
    assert sifting.sift(lambda *_: pytest.fail("an LP was solved"), bare) is None


def test_a_run_cut_short_hands_over_no_point_of_a_small_lp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sifting stopped amid its rounds ends by an interrupt, without point and duals of its small LP."""
    run, rounds = highs._run_scaled, iter(range(1000))

    def stopping(*given: object, **named: object) -> object:
        raw = run(*given, **named)  # type: ignore[arg-type]
        return replace(raw, verdict=Verdict.TIME_LIMIT) if next(rounds) else raw

    monkeypatch.setattr(highs, "SIFT_FROM_COLUMNS", 1)
    monkeypatch.setattr(sifting, "FIRST_OF_ROW", 2)
    monkeypatch.setattr(highs, "_run_scaled", stopping)
    found = solve(lp(WIDE), Limits())
    assert (found.status, found.termination.limit, found.x) == (Status.NO_PLAN, Limit.TIME, None)
