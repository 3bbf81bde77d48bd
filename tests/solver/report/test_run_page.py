"""Report of a run: one page with every part, which loads nothing."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from solver.report.page_charts import stages
from solver.report.run_page import run_page
from solver.run.stored_run import read_run
from solver.tables import state_of
from tests.solver.command import ONE_FLIGHT, TINY, TOO_SLOW, ended
from tests.solver.compare.test_scenarios import _Page

pytestmark = pytest.mark.slow


def test_page_of_a_plan(tmp_path: Path) -> None:
    """It has result, trust, pictures with their data, limits, assumptions and provenance; hostile names do nothing."""
    hostile = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>"
    titles = f"vehicles: {{big: {{title: '{hostile}'}}}}\nshells: {{near: {{title: '{hostile}'}}}}\n"
    file = tmp_path / "h.yaml"
    file.write_text(f"format: 2\nname: '{hostile}'\nextends: {ONE_FLIGHT}\n{titles}", encoding="utf-8")
    assert ended("solve", str(file), "--json", "--out", str(tmp_path / "run")) == 0
    assert ended("report", str(tmp_path / "run")) == 0
    text = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert (page.open, page.loads) == ([], [])
    for head in (
        "Result", "How far to trust it", "From installed to used computing", "Cost", "Shells", "Gap over time",
        "Assumptions", "Provenance",
    ):  # fmt: skip
        assert f"<h2>{head}</h2>" in text
    assert "48.760331 MUSD" in text
    assert text.count("<figure>") >= 4
    assert "<title>" in text.partition("<figure>")[2]
    assert all(f">save {kind}</a>" in text for kind in ("SVG", "PNG", "CSV"))
    assert len(text) < 5e6


def test_page_has_the_costs_of_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer of ``explain`` in the run directory is a table of the page; a damaged one is named."""
    run = tmp_path / "run"
    assert ended("solve", str(TINY / "pads.yaml"), "--json", "--out", str(run)) == 0
    capsys.readouterr()
    assert "kardashev explain" in run_page(read_run(run))
    assert ended("explain", str(run), "--json") == 0
    printed = capsys.readouterr().out
    text = run_page(read_run(run))
    assert "What each limit costs" in text
    keys = [limit["key"] for limit in json.loads(printed)["limits"]]
    assert keys
    assert all(f"<td>{key}</td>" in text for key in keys)
    (run / "explanation.json").write_text("{", encoding="utf-8")
    assert "explanation.json: damaged" in run_page(read_run(run))


def test_stages_fall_from_installed_to_used(tmp_path: Path) -> None:
    """Each stage is the one before less its loss; a vehicle in ten is lost with its nodes."""
    run = tmp_path / "run"
    assert ended("solve", str(TINY / "fleet.yaml"), "--json", "--out", str(run)) == 0
    found = read_run(run)
    assert found.plan is not None
    known = stages(state_of(found.instance, found.plan))
    assert known is not None
    rows = known[2]
    for (_, before, _), (_, left, lost) in pairwise(rows):
        assert before - lost == pytest.approx(left)
    assert rows[1][2] == pytest.approx(0.1 * rows[0][1])


def test_page_without_a_plan(tmp_path: Path) -> None:
    """An infeasible run shows its conflict, and no picture."""
    assert ended("solve", TOO_SLOW, "--json", "--out", str(tmp_path / "run")) == 1
    text = run_page(read_run(tmp_path / "run"))
    assert "<h2>Conflict</h2>" in text
    assert "launch.cadence" in text
    assert "<h2>Cost</h2>" not in text


def test_page_has_the_questions_asked(tmp_path: Path) -> None:
    """Questions on the instance of a run, beside its directory or in it, are parts of its page, those on others not."""
    run = tmp_path / "run"
    assert ended("solve", ONE_FLIGHT, "--json", "--out", str(run)) == 0
    changed = ["--set", "vehicles.big.flight_musd=51"]
    for folder, more in (("pareto", []), ("other", changed)):
        assert ended("pareto", ONE_FLIGHT, "--points", "2", *more, "--json", "--out", str(tmp_path / folder)) == 0
    assert ended("risk", str(run), "--replays", "20", "--json") == 0
    text = run_page(read_run(run))
    assert text.count("<h2>Pareto front</h2>") == 1
    assert text.count("<h2>Risk</h2>") == 1
    assert "<svg" in text.partition("<h2>Pareto front</h2>")[2]
    (tmp_path / "pareto" / "shown.json").write_text("{", encoding="utf-8")
    assert "shown.json: damaged" in run_page(read_run(run))
