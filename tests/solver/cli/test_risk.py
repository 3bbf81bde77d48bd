"""Tests of ``kardashev risk`` and ``kd.risk``: answers, files, and refusals with their exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kardashev as kd
from solver.ask.risk.replay_result import ReplayResult
from tests.solver.command import TINY, TOO_SLOW, ended

LOSSES = str(TINY / "losses.yaml")
FUTURES = """
format: 2
decide_until: 2031-01
set: {target.unmet_penalty_musd: 500}
scenarios:
  - {name: as asked, probability: 0.6}
  - {name: twice as much, probability: 0.4, set: {"target.milestones[0].gw": 0.42}}
"""


@pytest.mark.slow
def test_a_replay_writes_its_answer_and_its_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An instance is solved and replayed; JSON on standard output is that of the folder, and Python has the same."""
    code = ended("risk", LOSSES, "--replays", "200", "--seed", "3", "--json", "--out", str(tmp_path / "risk"))
    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["replays"] == 200
    assert answer.pop("folder") == str(tmp_path / "risk")
    assert json.loads((tmp_path / "risk" / "risk.json").read_text()) == answer
    assert (tmp_path / "risk" / "risk.svg").read_text().startswith("<svg")
    risk = kd.risk(LOSSES, replays=200, seed=3)
    assert isinstance(risk.answer, ReplayResult)
    assert answer["meets"] == list(risk.answer.meets)
    assert json.loads(json.dumps(risk.to_json())) == answer
    assert "200 replays" in repr(risk)


@pytest.mark.slow
def test_scenarios_have_a_first_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scenarios of a file are solved within the gap, printed by name, and drawn."""
    (tmp_path / "futures.yaml").write_text(FUTURES)
    source, futures = str(TINY / "unmet.yaml"), str(tmp_path / "futures.yaml")
    assert ended("risk", source, "--scenarios", futures, "--out", str(tmp_path / "risk")) == 0
    printed = capsys.readouterr().out
    assert "as asked (60 %)" in printed
    assert "value of the stochastic solution" in printed
    assert (tmp_path / "risk" / "risk.svg").is_file()
    risk = kd.risk(source, scenarios=futures, folder=tmp_path / "risk")
    assert "2 scenarios" in repr(risk)
    assert risk._repr_html_().endswith("</svg>")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--replays", "1"), "--replays: found 1, expected 10 to 1,000,000"),
        (("--scenarios", "none.yaml"), "none.yaml"),
        (("--alpha", "100%", "--scenarios", "futures.yaml"), "--alpha: found 1, expected a share from 0 to below 1"),
        (("--alpha", "1.5", "--scenarios", "futures.yaml"), "'--alpha': found '1.5', expected a share of at most 1"),
        (("--set", "vehicles.lorri.flight_musd=3"), "lorri"),
    ],
)
def test_impossible_options_are_refused(
    options: tuple[str, ...],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every refusal has exit code 2 and names option or file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "futures.yaml").write_text(FUTURES)
    assert ended("risk", str(TINY / "unmet.yaml"), *options) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_an_infeasible_instance_has_no_plan_to_replay(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends as a solve of it does, and points to the command that explains it."""
    assert ended("risk", TOO_SLOW) == 1
    assert "kardashev explain" in capsys.readouterr().err


def test_a_scenario_and_a_result_take_other_options() -> None:
    """An unknown rule of recourse is refused with those that there are."""
    with pytest.raises(kd.UsageError, match="recourse: found 'replace', expected again, none"):
        kd.risk(LOSSES, recourse="replace")


@pytest.mark.parametrize(
    ("option", "value"), [("criterion", "cvar"), ("alpha", "0.5"), ("weight", "0.5")], ids=lambda given: str(given)
)
def test_replays_have_no_criterion(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Options of scenarios are refused without a file of them, and not passed over."""
    assert ended("risk", LOSSES, f"--{option}", value) == 2
    assert f"--{option}: found {value} without --scenarios" in capsys.readouterr().err
