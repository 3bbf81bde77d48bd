"""Report of a run: one page with every part, which loads nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.report.run_page import run_page
from solver.run.stored_run import read_run
from tests.solver.command import ONE_FLIGHT, TOO_SLOW, ended
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
        "Result",
        "How far to trust it",
        "Cost",
        "Delivered computing",
        "Shells",
        "Gap over time",
        "Assumptions",
        "Provenance",
    ):
        assert f"<h2>{head}</h2>" in text
    assert "48.760331 MUSD" in text
    assert text.count("<figure>") >= 5
    assert len(text) < 5e6


def test_page_without_a_plan(tmp_path: Path) -> None:
    """An infeasible run shows its conflict, and no picture."""
    assert ended("solve", TOO_SLOW, "--json", "--out", str(tmp_path / "run")) == 1
    text = run_page(read_run(tmp_path / "run"))
    assert "<h2>Conflict</h2>" in text
    assert "launch.cadence" in text
    assert "<h2>Cost</h2>" not in text
