"""The committed tier instances: made from their seed, of the promised size, in scale and within reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.derive import derive
from solver.design.sizing import candidate_designs
from solver.instance.read import read
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import build
from solver.tiers.generate import Tier, file_name, instance_text
from solver.tiers.recipes import Recipe, chosen

FOLDER = Path(__file__).parents[2] / "instances/tiers"
CORE = {file_name(tier): tier for tier in (Tier(r, n, 1) for r, n in chosen("all"))}
BUILT = [name for name, tier in CORE.items() if tier.recipe.name in ("s", "m")]


def test_the_core_set_is_committed() -> None:
    """Every tier stands in the folder with seed 1, and nothing else does."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == set(CORE)


@pytest.mark.parametrize("name", CORE)
def test_generating_again_gives_the_same_bytes(name: str) -> None:
    """The committed file is what its recipe and seed give now."""
    text = instance_text(CORE[name], "..", FOLDER.parent / "catalogue/2026.yaml")
    assert (FOLDER / name).read_bytes() == text.encode()


@pytest.mark.parametrize("name", BUILT)
def test_sizes_are_as_promised(name: str) -> None:
    """Rows handed to the solver are in scale, whole counts and columns in the range; S has a relaxed plan.

    The larger ones are solved by the benchmark, whose table says what was found.
    """
    instance = read(FOLDER / name).instance
    matrix, warnings = build(derive(instance, candidate_designs(instance)))
    r: Recipe = CORE[name].recipe
    assert warnings == []
    assert r.integers[0] <= matrix.integer.sum() <= r.integers[1]
    assert r.columns[0] <= matrix.columns <= r.columns[1]
    if r.name == "s":
        assert instance.target.unmet_penalty_musd is None
        assert solve(matrix.relaxed(), Limits(seconds=60)).status is Status.OPTIMAL
