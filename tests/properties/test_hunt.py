"""The standing hunt tries each kind of property, shares its time and tells what it finds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.properties import hunt
from tests.properties.finding import Finding, Tried
from tests.properties.hunt import Hunt


def _slow(seed: int) -> Tried:
    for _ in range(2):
        time.sleep(0.004)
        yield "slow", None
    yield "slow", Finding(seed, "slow", "broke") if seed == 5 else None


def _quick(_seed: int) -> Tried:
    time.sleep(0.001)
    yield "quick", None


def test_each_hunt_has_its_share_of_the_time_and_what_it_finds_is_reported() -> None:
    """Three quarters of the time go to one of two hunts; a finding of the first seed is reported."""
    found: list[str] = []
    hunts = {"a": Hunt(0.75, _slow), "b": Hunt(0.25, _quick)}
    counts = hunt.hunt(hunts, 0.6, 5, lambda name, finding: found.append(f"{name} {finding}"))
    assert found == ["a seed 5, slow: broke"]
    assert counts["a: slow"] > 0 < counts["b: quick"]
    assert hunts["a"].seconds == pytest.approx(3 * hunts["b"].seconds, rel=0.2)


def test_each_hunt_tries_something_however_short_the_time_is() -> None:
    """No time at all is one try of each."""
    hunts = {"a": Hunt(0.75, _slow), "b": Hunt(0.25, _quick)}
    assert dict(hunt.hunt(hunts, 0.0, 6, lambda *_: None)) == {"a: slow": 1, "b: quick": 1}


def test_a_finding_ends_the_hunt_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is saved, counted and the exit code."""
    monkeypatch.setattr(hunt, "hunts", lambda: {"a": Hunt(1.0, _slow)})
    assert hunt.main(["--seconds", "0.1", "--seed", "5", "--out", str(tmp_path)]) == 1
    assert (tmp_path / "a" / "5-slow" / "finding.txt").read_text(encoding="utf-8") == "seed 5, slow: broke\n"
    assert hunt.main(["--seconds", "0", "--seed", "6", "--out", str(tmp_path)]) == 0


def test_all_shares_make_one() -> None:
    """Shares of the time."""
    assert sum(one.share for one in hunt.hunts().values()) == pytest.approx(1.0)
