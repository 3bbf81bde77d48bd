"""Tier instances by name, for seeds that are not shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.bench.tier_files import tier_file
from solver.errors import UsageError
from solver.instance.read import read

INSTANCES = Path(__file__).parents[3] / "instances"


@pytest.mark.parametrize("name", ["s-10-seed1", "m-moon-seed1"])
def test_a_drawn_file_is_the_shipped_one(name: str, tmp_path: Path) -> None:
    """Drawn into another folder, the first seed gives the instance with the hash of the shipped file."""
    drawn = tier_file(name, INSTANCES, tmp_path)
    assert read(drawn).hash == read(INSTANCES / f"tiers/{name}.yaml").hash
    before = drawn.stat().st_mtime_ns
    assert tier_file(name, INSTANCES, tmp_path).stat().st_mtime_ns == before


def test_other_seeds_differ(tmp_path: Path) -> None:
    """Another seed draws other numbers."""
    assert len({read(tier_file(f"s-1-seed{seed}", INSTANCES, tmp_path)).hash for seed in (1, 2, 3)}) == 3


@pytest.mark.parametrize("name", ["t-01-seed2", "s-7-seed1", "s-moon-seed1", "gigawatt"])
def test_other_names_are_refused(name: str, tmp_path: Path) -> None:
    """A name without a recipe is an error that says what is expected."""
    with pytest.raises(UsageError, match=r"expected|no instance"):
        tier_file(name, INSTANCES, tmp_path)
