"""``kardashev bench`` on tiny instances: what it runs, skips, writes and refuses."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from solver.bench.cases import BenchmarkRun
from solver.bench.protocol import KILLED, ChildProcesses, run_all, run_one
from solver.bench.record import RunRecord, key_of
from tests.solver.command import ONE_FLIGHT, TINY, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
INSTANCES = str(TINY.parent)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _bench(*arguments: str) -> int:
    return ended("bench", *arguments, "--dir", "record", "--out", "tables", "--best", "best.csv")


def _rows() -> list[dict[str, str]]:
    with Path("record/rows.csv").open() as file:
        return list(csv.DictReader(file))


def test_runs_once_and_goes_on_where_it_was_killed(capsys: Capture) -> None:
    """Finished runs are skipped, one whose line was cut short is run again, and the table holds each once."""
    assert _bench(ONE_FLIGHT, "--seconds", "60") == 0
    assert [(r["method"], r["ended"], r["checked"]) for r in _rows()] == [
        ("search", "optimal", "True"),
        ("exact", "optimal", "True"),
    ]
    whole = Path("record/rows.csv").read_bytes()
    Path("record/rows.csv").write_bytes(whole[: len(whole) - 30])
    capsys.readouterr()
    Path("README.md").write_text("above\n<!-- best -->\nold\n<!-- end of best -->\nbelow\n")
    assert _bench(ONE_FLIGHT, "--seconds", "60") == 0
    said = capsys.readouterr().out
    assert "1 of 2 runs are done" in said
    assert "1/1  one_flight exact seed 0, 60 s: optimal, plan 49 MUSD" in said
    assert [r["method"] for r in _rows()] == ["search", "exact"]
    with Path("tables/bench.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [(r["method"], r["gap_bound_600s"]) for r in lines] == [("search", "0"), ("exact", "0")]
    assert all(float(r["peak_mb"]) > 50 for r in lines)
    assert Path("tables/bench.png").read_bytes().startswith(b"\x89PNG")
    assert "| one_flight | search | 1 | 60 | 1 | 0 | 1 |" in Path("tables/bench.md").read_text()
    assert "48.76" in Path("best.csv").read_text()
    page = Path("README.md").read_text()
    assert page.startswith("above\n<!-- best -->\n| instance |")
    assert page.endswith("|\n<!-- end of best -->\nbelow\n")
    assert "| one_flight | 10 | 10 | 9 | 49 |" in page


def test_a_run_that_fails_is_reported_and_tried_again() -> None:
    """An instance that is broken when its turn comes gives a failed row with the reason, and is not done."""
    Path("bad.yaml").write_text("format: 2\n")
    case = BenchmarkRun(Path("bad.yaml"), "exact", 0, 60.0)
    record = RunRecord(Path("record"))
    row = run_one(case, "h", record, ChildProcesses())
    assert row is not None
    assert (row.ended, row.objective) == ("failed", None)
    assert "nothing was done" in row.message
    assert not record.has(key_of(case, "h"))


def test_list_runs_nothing(capsys: Capture) -> None:
    """--list says what is left, at most 70 minutes for the core, two at a time, and writes no table."""
    assert _bench("--list", "--at-once", "2", "--instances", INSTANCES) == 0
    said = capsys.readouterr().out
    assert "left  s-1-seed1 search seed 0, 60 s" in said
    assert "left  m-10-seed3 exact seed 0, 120 s" in said
    assert not Path("tables").exists()
    minutes = float(said.rpartition("takes about ")[2].partition(" ")[0])
    assert 30 < minutes <= 70


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--table",), "no run is recorded yet; run kardashev bench first"),
        (("--list", "--table"), "--list and --table: found both"),
        (("--only", "zz"), "no run of the benchmark fits"),
        (("--method", "cbc"), "'cbc' is not one of"),
        ((str(TINY / "earliest.yaml"), "--method", "exact"), "asks for earliest_date"),
        (("gone.yaml", "--method", "exact"), "gone.yaml"),
        (("--set", "target.kind=mass"), "--set: found without an instance file"),
        (("--seed", "1"), "--seed: found without an instance file"),
        ((ONE_FLIGHT, "--set", "vehicle=1"), "--set vehicle: no such key"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...], said: str, capsys: Capture) -> None:
    """Wrong options and instances end with exit code 2 and a line that says why, before anything runs."""
    assert _bench(*arguments, "--instances", INSTANCES) == 2
    assert said in capsys.readouterr().err
    assert not Path("record/rows.csv").exists()


def test_scip_is_asked_for_by_name(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package --method scip is refused with how to get it, and the core set goes without its runs."""
    monkeypatch.setattr("solver.cli.bench.find_spec", lambda _name: None)
    assert _bench(ONE_FLIGHT, "--method", "scip") == 2
    assert "pip install 'kardashev-planner[bench]'" in capsys.readouterr().err
    assert _bench("--list", "--instances", INSTANCES) == 0
    output = capsys.readouterr()
    assert "runs of scip are left out" in output.err
    assert "scip" not in output.out


def test_a_process_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """A child that outlives its hard limit is stopped, and its memory is reported: 200 MB that it took are seen.

    A child counts what its parent held when it was begun, so it is begun by a process that holds little.
    """
    hungry = "import time; held = bytearray(200_000_000); time.sleep(600)"
    code = (
        "import sys\nfrom pathlib import Path\nfrom solver.bench.protocol import ChildProcesses, run_process\n"
        f"done = run_process([sys.executable, '-c', {hungry!r}], 6.0, Path({str(tmp_path)!r}), ChildProcesses())\n"
        "print(done.code, done.peak_mb)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    killed, peak_mb = done.stdout.split()
    assert int(killed) in KILLED
    assert 200 < float(peak_mb) < 400


def test_two_at_once_and_all_ended_at_once() -> None:
    """Both runs are recorded; leaving after the first keeps no child, and a row only for a run that ended."""
    record = RunRecord(Path("record"))
    cases = [(BenchmarkRun(Path(ONE_FLIGHT), method, 0, 60.0), "h") for method in ("search", "exact")]
    assert sorted(row.method for _, row in run_all(cases, record, 2)) == ["exact", "search"]
    assert len(RunRecord(Path("record")).rows) == 2
    running = ChildProcesses()
    running.end()
    assert run_one(BenchmarkRun(Path(ONE_FLIGHT), "exact", 1, 60.0), "h", record, running) is None
    assert len(RunRecord(Path("record")).rows) == 2
