"""``kardashev tune``: what it runs, keeps, writes and refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from solver.milp.limits import Limits
from solver.search.core import tuned as module
from solver.tune.space import round_settings
from solver.tune.table import TuningPair, read_pairs, significantly_better, write_pairs
from tests.solver.command import ONE_FLIGHT, TINY, ended

Capture = pytest.CaptureFixture[str]
PADS = str(TINY / "pads.yaml")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
def _pair(instance: str, untuned: float, tuned: float, study: str = "s") -> TuningPair:
    return TuningPair(study, "small", instance, 0, "gap", "5 nodes", untuned, tuned)


def test_a_study_goes_on_and_is_tested_on_what_it_did_not_see(capsys: Capture) -> None:
    """Trials of an earlier call count, and the table holds one pair for each test and seed."""
    assert ended("tune", ONE_FLIGHT, "--work", "5", "--trials", "2") == 0
    assert (
        ended("tune", ONE_FLIGHT, "--work", "5", "--trials", "3", "--test", PADS, "--test-seeds", "2", "--out", "t")
        == 0
    )
    output = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    again = [f"trial {n} with seed 1" for n in range(3)]
    trials = [line for line in output if line.startswith("trial")]
    assert trials[:2] == ["trial 0", "trial 1"]
    assert sorted(set(trials)) == sorted(["trial 0", "trial 1", "trial 2", *again])
    assert Path("results/tuning/search.journal").is_file()
    pairs = read_pairs(Path("t/tuning.csv"))
    assert [(pair.instance, pair.seed, pair.limit) for pair in pairs] == [
        ("pads", 1, "5 nodes"),
        ("pads", 2, "5 nodes"),
    ]
    assert "| pads | 1 |" in Path("t/tuning.md").read_text(encoding="utf-8")


def test_a_test_must_not_be_one_of_those_tuned_on(capsys: Capture) -> None:
    """Tuned on and tested on the same is no test."""
    assert ended("tune", ONE_FLIGHT, "--work", "5", "--trials", "1", "--test", ONE_FLIGHT) == 2
    assert "one of those tuned on" in capsys.readouterr().err


def test_the_best_of_the_finals_is_tested_not_the_luckiest_trial(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A trial that was best with one seed and worse with others loses to the untuned search."""
    values = {0: 0.30, 1: 0.10, 2: 0.20}
    numbers: dict[object, int] = {}

    def noisy(_case: object, settings: object, limits: Limits, _measure: str) -> float:
        number = numbers.setdefault(settings, len(numbers))
        return values[number] if limits.seed == 0 else 0.30 + (0.5 if number else 0.0)

    monkeypatch.setattr("solver.tune.search.evaluate", noisy)
    assert ended("tune", ONE_FLIGHT, "--work", "5", "--trials", "3", "--again", "2") == 0
    output = capsys.readouterr().out.splitlines()
    assert output[2].endswith("best 0.1 by trial 1")
    assert output[-1].startswith("best of 3 trials: 30 %")
    assert f"first {module.DEFAULT.first}," in output[-1]


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ([ONE_FLIGHT, "--keep"], "only tested settings are kept"),
        ([ONE_FLIGHT, PADS, "--candidate-designs"], "those of one instance"),
        ([ONE_FLIGHT, "--candidate-designs", "--set", "case=low"], "whose file must stand alone"),
        ([ONE_FLIGHT, "--set", "vehicle=1"], "--set vehicle: no such key"),
        ([ONE_FLIGHT, "--storage", "nonsense://x/y"], "could not be opened"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], output: str, capsys: Capture) -> None:
    """A request that cannot be met ends with a line and exit code 2."""
    assert ended("tune", *arguments, "--trials", "1", "--work", "5") == 2
    assert output in capsys.readouterr().err


def test_nothing_is_kept_that_does_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are no better than the defaults on the tests leave the table of defaults as it was."""
    Path("tuned.json").write_text("{}\n", encoding="utf-8")
    monkeypatch.setattr(module, "FILE", Path("tuned.json"))
    common = ("tune", ONE_FLIGHT, "--work", "5", "--trials", "1", "--test", PADS, "--keep", "--out", "t")
    assert ended(*common) == 0
    assert json.loads(Path("tuned.json").read_text(encoding="utf-8")) == {}
    monkeypatch.setattr("solver.tune.table.significantly_better", lambda _: True)
    assert ended(*common) == 0
    kept = json.loads(Path("tuned.json").read_text(encoding="utf-8"))
    assert module.settings_of(kept["small-some"]) == module.DEFAULT


def test_settings_keep_two_digits_and_their_kinds() -> None:
    """Numbers are rounded to two significant digits, counts stay whole, words stay as they are."""
    found = round_settings(
        replace(module.DEFAULT, grow=1.7203, window_columns=166, age_limit=7, heuristic_effort=0.064169)
    )
    assert found == replace(module.DEFAULT, grow=1.7, window_columns=170, age_limit=7, heuristic_effort=0.064)
    assert isinstance(found.window_columns, int)


def test_settings_in_force_have_two_digits() -> None:
    """The shipped settings of every class are rounded."""
    assert all(settings == round_settings(settings) for settings in module.by_class().values())


def _pairs(won: int, lost: int, gain: float, loss: float) -> list[TuningPair]:
    return [_pair("a", 0.5, 0.5 - gain)] * won + [_pair("b", 0.5, 0.5 + loss)] * lost


def test_winning_takes_the_mean_and_more_pairs_than_chance_gives() -> None:
    """Five of five or seven of eight are no luck; four of four and six of eight may be, and a worse mean never wins."""
    assert significantly_better(_pairs(5, 0, 0.1, 0.0))
    assert significantly_better(_pairs(7, 1, 0.1, 0.1))
    assert not significantly_better(_pairs(4, 0, 0.1, 0.0))
    assert not significantly_better(_pairs(6, 2, 0.1, 0.1))
    assert not significantly_better(_pairs(7, 1, 0.01, 0.4))
    assert not significantly_better([_pair("a", 0.2, 0.2)])


def test_a_table_keeps_other_studies(tmp_path: Path) -> None:
    """A study's rows replace its own and leave those of others."""
    write_pairs(tmp_path, [_pair("a", 0.2, 0.1, "one"), _pair("b", 0.2, 0.1, "two")])
    write_pairs(tmp_path, [_pair("c", 0.3, 0.4, "two")])
    assert read_pairs(tmp_path / "tuning.csv") == [_pair("a", 0.2, 0.1, "one"), _pair("c", 0.3, 0.4, "two")]
