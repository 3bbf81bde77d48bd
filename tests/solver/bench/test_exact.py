"""HiGHS alone, with a trace of what it finds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from solver.bench.exact import main
from tests.solver.command import hard


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
