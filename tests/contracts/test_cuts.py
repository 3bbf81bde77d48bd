"""Every cut alone leaves the optimum where it is, and raises the bound where few whole things are needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from formulations import assemble
from formulations.cuts import CUTS, Cut, developments, integer_lines
from formulations.presets import Formulation
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.milp.highs import solve
from solver.milp.matrix import Matrix, compile_matrix
from tests.contracts.test_tiny import FEASIBLE, instance
from tests.formulations.everything import instance_of
from tests.pipeline import EXACT
from tests.solver.cutting import optimum_under

pytestmark = pytest.mark.slow

TIER = Path(__file__).parents[2] / "instances" / "tiers" / "s-1-seed1.yaml"


@cache
def matrix(name: str, cuts: tuple[Cut, ...]) -> Matrix:
    """A tiny instance, or the one of two platforms on lines, with some cuts only."""
    given = instance(name) if name in FEASIBLE else instance_of(name)
    coefficients = derive(given, candidate_designs(given), gap=0.0).coefficients
    return compile_matrix(assemble(coefficients, Formulation(cuts=cuts)).model)


WORD: dict[str, Cut] = dict(zip(("flights", "lines", "developments", "delivered"), CUTS, strict=True))
NAMES = (
    "compute", "derelicts", "fleet", "learning_nodes", "line_ramp", "one_flight", "supply", "tonnage", "transfer",
    "volume", "whole_flights", "made_on_lines",
)  # fmt: skip
"""Instances that have a cut: the tiny ones, and one of two platforms on lines."""


def met(name: str) -> list[str]:
    """Words of the cuts that an instance has."""
    return [word for word in WORD if f"cuts.{word}" in matrix(name, CUTS).components()]


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_alone_leaves_the_optimum(name: str) -> None:
    """With all cuts, and with one and no other, the optimum is that of the bare model; no relaxation is below."""
    bare = matrix(name, ())
    best, relaxed = solve(bare, EXACT), solve(bare.relaxed(), EXACT).objective
    assert relaxed is not None
    assert met(name)
    assert optimum_under(matrix(name, CUTS), best) == pytest.approx(best.objective, rel=1e-6, abs=1e-9)
    for cut in [WORD[word] for word in met(name)]:
        with_cut = matrix(name, (cut,))
        assert optimum_under(with_cut, best) == pytest.approx(best.objective, rel=1e-6, abs=1e-9)
        raised = solve(with_cut.relaxed(), EXACT).objective
        assert raised is not None
        assert raised >= relaxed - 1e-9


@pytest.mark.parametrize("cut", [developments, integer_lines])
def test_lines_and_developments_are_not_bought_in_hundredths(cut: Cut) -> None:
    """On a tier that needs one launch a period each of these raises the bound of the relaxation by a third."""
    tier = read(TIER).instance
    coefficients = derive(tier, candidate_designs(tier)).coefficients
    bare, tight = (
        solve(compile_matrix(assemble(coefficients, Formulation(cuts=cuts)).model).relaxed(), EXACT).objective
        for cuts in ((), (cut,))
    )
    assert bare is not None
    assert tight is not None
    assert tight > 1.33 * bare


def test_every_cut_is_looked_at() -> None:
    """Each of them is met on some small instance, and writes the word it is known by."""
    found = [(name, word) for name in NAMES for word in met(name)]
    assert {word for _, word in found} == set(WORD)
    for name, word in found:
        cuts = [row for row in matrix(name, (WORD[word],)).components() if row.startswith("cuts.")]
        assert cuts == [f"cuts.{word}"]
