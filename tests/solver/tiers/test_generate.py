"""Tier instances from a seed: the files, their names, and what the command refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.instance.read import read
from solver.tiers.generate import Tier, file_name, instance_text
from solver.tiers.recipes import RECIPES, chosen
from tests.solver.command import ended

pytestmark = pytest.mark.slow

INSTANCES = Path(__file__).parents[3] / "instances"
CATALOGUE = INSTANCES / "catalogue/2026.yaml"
TIERS = [Tier(r, n, seed) for r, n in chosen("all") for seed in (2, 3)]


def _made(*arguments: str) -> int:
    return ended("generate", *arguments, "--instances", str(INSTANCES))


@pytest.mark.parametrize("tier", TIERS, ids=file_name)
def test_drawn_instances_are_valid(tier: Tier, tmp_path: Path) -> None:
    """Whatever a seed draws is a valid instance in all three cases of the catalogue."""
    path = tmp_path / file_name(tier)
    path.write_text(instance_text(tier, str(INSTANCES), CATALOGUE))
    instance = read(path).instance
    assert instance.use.moon == tier.recipe.moon
    assert bool(instance.learning.components) == tier.recipe.learning


def test_same_seed_same_bytes_other_seed_another_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run writes the same bytes, another seed other bytes."""
    monkeypatch.chdir(tmp_path)
    assert _made("S", "--out", "one") == 0
    assert _made("S", "--out", "two") == 0
    assert _made("S", "--out", "one", "--seed", "2") == 0
    first = {path.name: path.read_bytes() for path in Path("one").iterdir()}
    assert first["s-1-seed1.yaml"] == Path("two/s-1-seed1.yaml").read_bytes()
    assert len(first) == 6
    drawn = {text.partition(b"horizon:")[2] for text in first.values()}
    assert len(drawn) == 6


def test_lumpiness_scales_the_target_alone() -> None:
    """From 1 to 100 launches a period the milestones grow a hundredfold; nothing else differs."""
    small, large = (instance_text(Tier(RECIPES[0], n, 5), "..", CATALOGUE) for n in (1, 100))
    assert _last_gw(large) / _last_gw(small) == pytest.approx(100, rel=0.01)
    differing = [a for a, b in zip(small.splitlines(), large.splitlines(), strict=True) if a != b]
    assert [line.partition(":")[0].strip(" -") for line in differing] == ["# Made by", "name", "{date", "{date"]


def _last_gw(text: str) -> float:
    return float(text.rpartition("gw: ")[2].partition("}")[0])


def test_a_file_with_other_content_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands under the name with other content is not replaced unless --force says so."""
    taken = tmp_path / "s-10-seed1.yaml"
    taken.write_text("mine\n")
    assert _made("S", "--out", str(tmp_path)) == 2
    assert "s-10-seed1.yaml: exists with other content; replace it with --force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["s-10-seed1.yaml"]
    assert _made("S", "--out", str(tmp_path), "--force") == 0
    assert taken.read_text() != "mine\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("S", "--lumpiness", "7"), "--lumpiness: found 7, expected one of 1, 10, 100 for tier S"),
        (("S", "--moon"), "tier S has no instance with the Moon"),
        (("L", "--no-moon"), "tier L has no instance without the Moon"),
        (("huge",), "'huge' is not one of"),
    ],
)
def test_what_no_tier_has_is_refused(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lumpiness, a place or a tier that does not exist ends with exit code 2 and what is expected."""
    assert _made(*arguments, "--out", str(tmp_path)) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_catalogue_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the catalogue nothing is written, and the option that mends it is named."""
    assert ended("generate", "S", "--out", str(tmp_path), "--instances", str(tmp_path / "gone")) == 2
    assert "name the folder that holds it with --instances DIR" in capsys.readouterr().err
