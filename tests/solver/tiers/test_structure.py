"""Tier D: developments to choose from, from a seed."""

from __future__ import annotations

from pathlib import Path

from solver.instance.read import read
from solver.tiers.structure import COUNT, WITH_MOON, WITHOUT_LEARNING, names, structured_instances

TIERS = Path(__file__).parents[3] / "instances" / "tiers"


def test_shipped_files_are_those_of_the_first_seed() -> None:
    """Every file has the bytes that its seed and number give, and another seed gives others."""
    made = structured_instances(1, "..")
    assert list(made) == [f"{name}.yaml" for name in names(1)]
    assert len(made) == COUNT
    for name, text in made.items():
        assert (TIERS / name).read_text(encoding="utf-8") == text
    others = {text.partition("use:")[2] for text in structured_instances(2, "..").values()}
    assert not others & {text.partition("use:")[2] for text in made.values()}


def test_a_seed_draws_learning_and_the_moon_by_number() -> None:
    """An instance without learning has none, and one with the Moon may use it."""
    for number in (WITHOUT_LEARNING[0], WITH_MOON[0]):
        instance = read(TIERS / f"{names(1)[number - 1]}.yaml").instance
        assert bool(instance.learning.components) == (number not in WITHOUT_LEARNING)
        assert instance.use.moon == (number in WITH_MOON)
