"""The committed tier instances: made from their seed, of the promised size, in scale and within reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.instance.read import read
from solver.milp.conditioning import check_ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from solver.milp.solution import Status
from solver.tiers import structure, tight
from solver.tiers.generate import Tier, file_name, instance_text
from solver.tiers.recipes import Recipe, chosen
from tests.pipeline import shipped

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "instances/tiers"
CORE = {file_name(tier): tier for tier in (Tier(r, n, 1) for r, n in chosen("all"))}
SMALL = [name for name, tier in CORE.items() if tier.recipe.name == "s"]
BUILT = SMALL + [name for name, tier in CORE.items() if tier.recipe.name == "m"]


def built(name: str) -> Matrix:
    """Return the matrix of a tier."""
    return shipped(f"tiers/{Path(name).stem}")[1]


def test_the_core_set_is_committed() -> None:
    """Every tier stands in the folder with seed 1, and nothing else does."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {
        *CORE,
        *(f"{name}.yaml" for name in (*tight.names(1), *structure.names(1))),
    }


@pytest.mark.parametrize("name", CORE)
def test_generating_again_gives_the_same_bytes(name: str) -> None:
    """The committed file is what its recipe and seed give now."""
    text = instance_text(CORE[name], "..", FOLDER.parent / "catalogue/2026.yaml")
    assert (FOLDER / name).read_bytes() == text.encode()


@pytest.mark.parametrize("name", BUILT)
def test_sizes_are_as_promised(name: str) -> None:
    """Rows handed to the solver are in scale, whole counts and columns in the range."""
    matrix = built(name)
    r: Recipe = CORE[name].recipe
    assert check_ranges(as_handed_over(matrix)) == []
    assert r.integers[0] <= matrix.integer.sum() <= r.integers[1]
    assert r.columns[0] <= matrix.columns <= r.columns[1]


@pytest.mark.parametrize("name", SMALL)
def test_small_tiers_have_a_relaxed_plan(name: str) -> None:
    """The LP relaxation of a tier of size S meets the target; the benchmark solves the larger ones."""
    assert read(FOLDER / name).instance.target.unmet_penalty_musd is None
    assert solve(built(name).relaxed(), Limits(seconds=60)).status is Status.OPTIMAL
