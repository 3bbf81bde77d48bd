"""The option ``--set`` of each command that reads an instance to solve it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.solver.command import ONE_FLIGHT, TOO_SLOW, ended

Capture = pytest.CaptureFixture[str]
CHEAP = ("--set", "vehicles.big.flight_musd=40")
OLD = ("--set", "menu.keep=3")
NOTE = "--set menu.keep: a path of format 1, read as candidate_designs.max_designs\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _solved(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """Solve the instance of one flight and return its manifest."""
    assert ended("solve", ONE_FLIGHT, *arguments, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    manifest: dict[str, Any] = json.loads((Path(answer["run_dir"]) / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def test_validate_names_the_options_at_fault(capsys: Capture) -> None:
    """Every faulty option is named for each file, with exit code 2; with valid options the files are valid."""
    faulty = ("--set", "horizon.discount_share_per_year=-3", "--set", "horizon", "--set", "sites.cape.pds=1")
    assert ended("validate", ONE_FLIGHT, TOO_SLOW, *faulty) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith('--set: found "horizon" without =, expected PATH=VALUE such as')
    assert lines[1].startswith("--set horizon.discount_share_per_year: found -3, expected a share")
    assert lines[2:4] == [
        "--set sites.cape.pds: no such key; did you mean pads?",
        f"3 errors; {ONE_FLIGHT} is not valid.",
    ]
    assert ended("validate", ONE_FLIGHT, "--set", "name=Mine", *OLD) == 0
    said = capsys.readouterr()
    assert said.err == NOTE
    assert said.out.startswith(f"{ONE_FLIGHT}: valid; Mine, case central; about ")


def test_show_shows_the_instance_with_its_options(capsys: Capture) -> None:
    """The overview is that of the changed instance; a path of format 1 is noted on standard error."""
    assert ended("show", ONE_FLIGHT, "--set", "target.milestones.0.gw=0.08", *OLD) == 0
    said = capsys.readouterr()
    assert "One flight · 0.08 GW by 2031-01" in said.out
    assert said.err == NOTE
    assert ended("show", ONE_FLIGHT, "--set", "name") == 2


def test_solve_solves_the_changed_instance(capsys: Capture) -> None:
    """A cheaper flight makes a cheaper plan, in a run directory of its own, and the plan passes its check."""
    plain, cheap = _solved(capsys), _solved(capsys, *CHEAP, *OLD)
    # The flight is paid in the middle of the year.
    assert plain["objective"] - cheap["objective"] == pytest.approx(10 / 1.21**0.5)
    assert cheap["resolved"]["vehicles"]["big"]["flight_musd"] == 40
    for key in ("instance_hash", "run_key", "run_dir"):
        assert plain[key] != cheap[key]
    assert plain["changes"] == []
    assert cheap["changes"] == ["vehicles.big.flight_musd=40", "candidate_designs.max_designs=3"]
    assert ended("check", cheap["run_dir"]) == 0


def test_a_run_can_be_repeated_from_its_manifest(capsys: Capture) -> None:
    """The options in the manifest, given again, are the same instance and the same solve."""
    first = _solved(capsys, *CHEAP, *OLD, "--set", "use.vehicles=[big, huge]")
    again = _solved(capsys, *(part for change in first["changes"] for part in ("--set", change)), "--out", "again")
    for key in ("instance_hash", "run_key", "changes", "objective"):
        assert first[key] == again[key]


def test_solve_refuses_faulty_options(capsys: Capture) -> None:
    """A faulty option ends a solve with exit code 2 before anything is written."""
    assert ended("solve", ONE_FLIGHT, "--set", "vehicles.big.flight_musd=cheap", "--json", "--out", "run") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith('--set vehicles.big.flight_musd: found "cheap", expected a number of MUSD at least 0')
    assert not Path("run").exists()
