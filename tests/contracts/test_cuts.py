"""Every cut alone leaves the optimum where it is, and raises the bound where few whole things are needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from formulations import assemble
from formulations.cuts import CUTS, Cut, developments, integer_lines
from formulations.presets import Formulation
from solver.derive import derive
from solver.design.sizing import candidate_designs
from solver.instance.read import read
from solver.milp.highs import solve
from solver.milp.matrix import Matrix, compile_matrix
from tests.contracts.test_tiny import FEASIBLE, instance
from tests.formulations.everything import instance_of
from tests.pipeline import EXACT

pytestmark = pytest.mark.slow

TIER = Path(__file__).parents[2] / "instances" / "tiers" / "s-1-seed1.yaml"


@cache
def matrix(name: str, cuts: tuple[Cut, ...]) -> Matrix:
    """A tiny instance, or the one of two platforms on lines, with some cuts only."""
    given = instance(name) if name in FEASIBLE else instance_of(name)
    coefficients = derive(given, candidate_designs(given), gap=0.0).coefficients
    return compile_matrix(assemble(coefficients, Formulation(cuts=cuts)).model)


WORD: dict[str, Cut] = dict(zip(("flights", "lines", "developments", "delivered"), CUTS, strict=True))
MET = [
    (name, word)
    for name in (*FEASIBLE, "made_on_lines")
    for word in WORD
    if f"cuts.{word}" in matrix(name, CUTS).components()
]


@pytest.mark.parametrize(("name", "word"), MET)
def test_a_cut_alone_leaves_the_optimum(name: str, word: str) -> None:
    """With this cut and no other the optimum is that of the bare model, and its relaxation is not below."""
    bare, cut = matrix(name, ()), matrix(name, (WORD[word],))
    assert solve(cut, EXACT).objective == pytest.approx(solve(bare, EXACT).objective, rel=1e-6, abs=1e-9)
    relaxed = [solve(m.relaxed(), EXACT).objective for m in (bare, cut)]
    assert relaxed[0] is not None
    assert relaxed[1] is not None
    assert relaxed[1] >= relaxed[0] - 1e-9


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
    assert {word for _, word in MET} == set(WORD)
    for word, cut in WORD.items():
        met = {name for name, found in MET if found == word}
        assert all(
            [w for w in matrix(name, (cut,)).components() if w.startswith("cuts.")] == [f"cuts.{word}"] for name in met
        )
