"""HiGHS alone with a trace: only what it finds of the whole model is kept."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from solver.bench.exact import Ear, main
from solver.solution import Progress
from tests.solver.command import TINY, hard


def test_only_the_whole_model_is_heard() -> None:
    """An LP has no plan; of branch and bound each change is kept once, in the unit of the answer."""
    ear = Ear(quiet=True)
    ear.progress("LP", Progress(1.0, 5.0, 4.0, 0.2, 0), 10.0)
    for objective in (None, 6.0, 6.0, 5.5):
        ear.progress("branch and bound", Progress(1.0, objective, 4.0, None, 1), 10.0)
    assert [(p.objective, p.bound) for p in ear.heard] == [(None, 40.0), (60.0, 40.0), (55.0, 40.0)]
    assert [p.seconds for p in ear.heard] == sorted(p.seconds for p in ear.heard)


def test_it_answers_like_solve_and_leaves_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last plan of the trace costs what the checked answer costs, and no bound of it lies above."""
    (tmp_path / "hard.yaml").write_text(hard(20, 6))
    code = main([str(tmp_path / "hard.yaml"), "--out", str(tmp_path / "run"), "--seconds", "8", "--gap", "0"])
    told = json.loads(capsys.readouterr().out)
    assert code in (0, 3)
    assert told["checked"] is True
    with (tmp_path / "run/trace.csv").open() as file:
        lines = list(csv.DictReader(file))
    plans = [float(line["objective"]) for line in lines if line["objective"]]
    assert plans
    assert plans[-1] == pytest.approx(told["objective"], rel=1e-5)
    assert all(float(line["bound"]) <= told["objective"] * (1 + 1e-6) for line in lines if line["bound"])


def test_chords_of_learning_make_no_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under learning only the answer counts."""
    code = main([str(TINY / "learning_nodes.yaml"), "--out", str(tmp_path / "run"), "--seconds", "60"])
    assert code == 0
    assert json.loads(capsys.readouterr().out)["checked"] is True
    assert not (tmp_path / "run/trace.csv").exists()
