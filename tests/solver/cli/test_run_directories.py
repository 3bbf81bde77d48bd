"""Run directories on the command line: what a solve leaves there, and what check, compare and plot make of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.solver.cli.test_app import SUMMARY
from tests.solver.command import ONE_FLIGHT, TINY, TOO_SLOW, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
MANIFEST = SUMMARY | {"format", "instance_hash", "resolved", "options", "commit", "machine", "run_key"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run directories of one instance, of the same with another gap, of another instance, and of one without a plan."""
    folder = tmp_path_factory.mktemp("runs")
    whole = str(TINY / "whole_flights.yaml")
    assert ended("solve", ONE_FLIGHT, "--out", str(folder / "one")) == 0
    assert ended("solve", ONE_FLIGHT, "--out", str(folder / "wide"), "--gap", "0.5") == 0
    assert ended("solve", whole, "--out", str(folder / "whole")) == 0
    assert ended("solve", TOO_SLOW, "--out", str(folder / "slow")) == 1
    return folder


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _copied(run: Path, to: str) -> Path:
    return Path(shutil.copytree(run, to))


def test_a_run_directory_is_complete(runs: Path) -> None:
    """A run holds manifest, plan, tables, trace and log, and nothing hidden."""
    run = runs / "one"
    names = ["log.txt", "manifest.json", "plan.json", "tables", "trace.csv"]
    assert sorted(entry.name for entry in run.iterdir()) == names
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.keys() >= MANIFEST
    assert manifest["resolved"]["use"]["vehicles"] == ["small", "big", "huge"]
    assert json.loads((run / "plan.json").read_text(encoding="utf-8")).keys() == {
        "designs", "decisions", "claims", "digest",
    }  # fmt: skip
    tables = sorted((run / "tables").iterdir())
    assert {table.suffix for table in tables} == {".csv"}
    assert {"summary.csv", "money.csv", "flights.csv", "power.csv"} <= {table.name for table in tables}
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file))
    assert "building the model" in (run / "log.txt").read_text(encoding="utf-8")


def test_a_run_without_a_plan_keeps_its_manifest(runs: Path) -> None:
    """An infeasible run leaves manifest and log, so that it can be looked up later."""
    assert sorted(entry.name for entry in (runs / "slow").iterdir()) == ["log.txt", "manifest.json", "trace.csv"]


def test_a_trace_ends_with_the_answer(runs: Path) -> None:
    """The last line of the trace has objective and bound as the manifest reports them, within the time of the run."""
    manifest = json.loads((runs / "whole" / "manifest.json").read_text(encoding="utf-8"))
    with (runs / "whole" / "trace.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[-1].keys() == {"seconds", "objective", "bound", "bound_kind", "strategy"}
    assert float(rows[-1]["objective"]) == pytest.approx(manifest["objective"], rel=1e-6)
    assert float(rows[-1]["bound"]) == pytest.approx(manifest["bound"], rel=1e-6)
    assert rows[-1]["bound_kind"] == manifest["bound_kind"]
    assert 0 < float(rows[-1]["seconds"]) <= manifest["seconds"]["total"]
    assert json.loads((runs / "slow" / "manifest.json").read_text(encoding="utf-8"))["status"] == "infeasible"


def test_the_same_question_finds_the_same_directory(capsys: Capture) -> None:
    """Without --out a run goes below results/runs, at a place that its instance and options decide."""
    places = []
    for gap in ("0.01", "0.01", "0.5"):
        assert ended("solve", ONE_FLIGHT, "--gap", gap, "--json") == 0
        places.append(json.loads(capsys.readouterr().out)["run_dir"])
    assert places[0] == places[1] != places[2]
    assert {Path(place).parent for place in places} == {Path("results/runs/one_flight").resolve()}


def test_out_is_not_overwritten_unasked(runs: Path, capsys: Capture) -> None:
    """A directory with another run is refused before the solve, taken for the same question, replaced by --force."""
    run = _copied(runs / "one", "run")
    assert ended("solve", TOO_SLOW, "--out", "run") == 2
    said = capsys.readouterr()
    assert "run: holds another run; name another directory, or replace it with --force" in said.err
    assert "sizing" not in said.err
    assert (run / "plan.json").exists()
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 0
    assert ended("solve", TOO_SLOW, "--out", "run", "--force") == 1
    assert not (run / "plan.json").exists()


def test_out_that_is_no_run_is_never_replaced(capsys: Capture) -> None:
    """Files of another kind survive even --force."""
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("words", encoding="utf-8")
    Path("file").write_text("words", encoding="utf-8")
    for target, part in (("thesis", "is not a run"), ("file", "is a file, expected a directory")):
        assert ended("solve", ONE_FLIGHT, "--out", target, "--force") == 2
        assert part in capsys.readouterr().err
    assert Path("thesis/chapter.txt").read_text(encoding="utf-8") == "words"


def test_check_passes_what_solve_wrote(runs: Path, capsys: Capture) -> None:
    """A run as written has no violations, in words and in JSON."""
    assert ended("check", str(runs / "one")) == 0
    assert capsys.readouterr().out == f"{runs / 'one'}: no violations.\n"
    assert ended("check", str(runs / "one"), "--json") == 0
    output = json.loads(capsys.readouterr().out)
    assert (output["checked"], output["violations"]) == (True, [])


def test_check_finds_a_spoiled_plan(runs: Path, capsys: Capture) -> None:
    """A flight struck out of plan.json is a violation that is named, and exit code 1."""
    run = _copied(runs / "one", "run")
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    (flight,) = plan["decisions"]["flights"]
    flight[-1] = 0
    (run / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assert ended("check", "run") == 1
    *violations, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith("launch.lift") for line in violations)
    assert last == f"{len(violations)} violation{'s' if len(violations) > 1 else ''}."
    assert ended("check", "run", "--json") == 1
    output = json.loads(capsys.readouterr().out)
    assert output["checked"] is False
    assert output["violations"][0].keys() == {"constraint", "at", "expected", "actual", "unit"}


def test_check_refuses_what_it_cannot_read(runs: Path, capsys: Capture) -> None:
    """A run without a plan, or with a damaged one, is bad input."""
    assert ended("check", str(runs / "slow")) == 2
    assert "the run has no plan to check (status infeasible)" in capsys.readouterr().err
    run = _copied(runs / "one", "run")
    (run / "plan.json").write_text("{}", encoding="utf-8")
    assert ended("check", "run") == 2
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize(("others", "part"), [(["wide"], "the same cost"), (["whole"], "one is cheaper than whole")])
def test_compare(runs: Path, others: list[str], part: str, capsys: Capture) -> None:
    """Runs of one instance with two gaps, or of two instances, stand side by side on screen and in two files."""
    chosen = [str(runs / name) for name in ["one", *others]]
    assert ended("compare", *chosen, "--csv", "c.csv", "--markdown", "c.md") == 0
    assert part in capsys.readouterr().out
    with Path("c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["one", *others]
    page = Path("c.md").read_text(encoding="utf-8")
    assert page.startswith("# Comparison of runs")
    assert part in page


def test_compare_says_where_it_cannot_write(runs: Path, capsys: Capture) -> None:
    """The comparison is shown all the same when its file has no directory to go to."""
    assert ended("compare", str(runs / "one"), str(runs / "slow"), "--csv", "gone/c.csv") == 2
    said = capsys.readouterr()
    assert "slow is not compared: it has no plan (infeasible)" in said.out
    assert said.err == "gone/c.csv: the directory gone does not exist\n"


@pytest.mark.slow
@pytest.mark.parametrize(("format", "begin"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>")])
def test_plot(runs: Path, format: str, begin: bytes, capsys: Capture) -> None:
    """A picture in each format is written where it is asked for, and fetches nothing."""
    assert ended("plot", str(runs / "one"), "--format", format, "--out", f"p.{format}") == 0
    assert capsys.readouterr().out == f"p.{format}\n"
    content = Path(f"p.{format}").read_bytes()
    assert content.lstrip().startswith(begin)
    for fetched in (b'src="http', b"src='http", b'<link rel="stylesheet" href="http', b'xlink:href="http'):
        assert fetched not in content


def test_plot_without_a_plan(runs: Path, capsys: Capture) -> None:
    """A run without a plan has nothing to draw: bad input, said in a line."""
    assert ended("plot", str(runs / "slow"), "--out", "p.svg") == 2
    assert capsys.readouterr().err == f"{runs / 'slow'}: has no plan to draw (infeasible)\n"
