"""HiGHS alone on the matrix: its result, its trace, and the instances it is not run on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from solver.bench.cases import BenchmarkRun
from solver.bench.exact import main
from solver.bench.protocol import command
from solver.errors import UsageError
from solver.io.processes import own_python
from tests.solver.command import TINY, hard

pytestmark = pytest.mark.slow


def test_it_prints_a_result_and_writes_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The best plan of the trace costs what the answer costs, and no bound of it lies above."""
    (tmp_path / "hard.yaml").write_text(hard(20, 6))
    main([str(tmp_path / "hard.yaml"), "--out", str(tmp_path / "run"), "--seconds", "2", "--gap", "0"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["checked"] is True
    with (tmp_path / "run/trace.csv").open() as file:
        lines = list(csv.DictReader(file))
    plans = [float(line["objective"]) for line in lines if line["objective"]]
    assert plans == sorted(plans, reverse=True)
    assert plans[-1] == pytest.approx(answer["objective"], rel=1e-5)
    assert all(float(line["bound"]) <= answer["objective"] * (1 + 1e-6) for line in lines if line["bound"])


def test_it_finds_the_optimum_known_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On an instance solved by hand plan and bound are the optimum, in MUSD."""
    main([str(TINY / "one_flight.yaml"), "--out", str(tmp_path), "--seconds", "60", "--gap", "0"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(48.76033, rel=1e-6)
    assert answer["bound"] == pytest.approx(48.76033, rel=1e-6)


def test_learning_runs_in_our_own_program(tmp_path: Path) -> None:
    """Chords understate learned costs: HiGHS is run by ``--method exact`` there."""
    with pytest.raises(UsageError, match="expected least cost without learning curves"):
        main([str(TINY / "learning_nodes.yaml"), "--out", str(tmp_path), "--seconds", "60"])
    case = BenchmarkRun(TINY / "learning_nodes.yaml", "exact", 0, 60.0)
    assert command(case, tmp_path, has_learning=True)[:5] == [*own_python("solver"), "solve"]
    assert command(case, tmp_path)[:4] == own_python("solver.bench.exact")


def test_a_changed_value_reaches_both_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The big flight at 55 instead of 50 MUSD raises the optimum by 5 / 1.1."""
    change = "vehicles.big.flight_musd=55"
    case = BenchmarkRun(TINY / "one_flight.yaml", "exact", 0, 60.0, (change,))
    assert all(f"--set={change}" in command(case, tmp_path, has_learning=learns) for learns in (False, True))
    main([str(case.instance), "--out", str(tmp_path), "--seconds", "60", "--gap", "0", "--set", change])
    assert json.loads(capsys.readouterr().out)["objective"] == pytest.approx(48.7603306 + 5 / 1.1, rel=1e-6)
