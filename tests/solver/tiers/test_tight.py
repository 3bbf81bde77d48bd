"""Tier T: tight targets from a seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.bench.cases import CORE
from solver.bench.largest_target import largest_gw
from solver.tiers.tight import COUNT, names, tight_instances

INSTANCES = Path(__file__).parents[3] / "instances"


def test_shipped_files_are_those_of_the_first_seed() -> None:
    """All but the size of the target follows from the seed; every file has the text of its number."""
    for tight in tight_instances(1, ".."):
        text = (INSTANCES / "tiers" / tight.file_name).read_text(encoding="utf-8")
        assert text.startswith("\n".join(tight.lines) + "\n    - {date: " + tight.first)


def test_the_benchmark_knows_the_tier() -> None:
    """Each of the twenty is an instance of the core set."""
    listed = {name for name, _ in CORE}
    assert {f"tiers/{name}" for name in names(1)} <= listed
    assert len(names(1)) == COUNT


@pytest.mark.slow
def test_a_target_is_its_share_of_the_largest(tmp_path: Path) -> None:
    """The size in the shipped file is that which the command computes."""
    trial, tight = (tight_instances(1, path)[7] for path in (INSTANCES.as_posix(), ".."))
    text = tight.text(largest_gw(trial, tmp_path / trial.file_name))
    assert (INSTANCES / "tiers" / tight.file_name).read_text(encoding="utf-8") == text
