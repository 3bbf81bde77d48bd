"""Pages in a real headless Chromium: accessible by axe-core, and drawn on a screen and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.solver.command import ONE_FLIGHT, TINY, TOO_SLOW, ended
from tests.solver.report.browser import missing, screenshot, violations

pytestmark = [
    pytest.mark.slow, pytest.mark.services, pytest.mark.skipif(bool(missing()), reason=f"no browser: {missing()}")
]  # fmt: skip
KIND = b"\x89PNG\r\n"


@pytest.mark.parametrize("file", [ONE_FLIGHT, TOO_SLOW, str(TINY / "moon_growth.yaml"), str(TINY / "fleet.yaml")])
def test_page_of_a_run_is_accessible(file: str, tmp_path: Path) -> None:
    """axe-core finds nothing in the page of a run, and a phone shows it."""
    ended("solve", file, "--json", "--out", str(tmp_path / "run"))
    assert ended("report", str(tmp_path / "run")) == 0
    page = tmp_path / "run" / "report.html"
    assert violations(page) == []
    screenshot(page, tmp_path / "phone.png", 400, 900)
    assert (tmp_path / "phone.png").read_bytes().startswith(KIND)


def test_page_of_a_batch_is_accessible(tmp_path: Path) -> None:
    """axe-core finds nothing in the page of a batch, nor in a comparison."""
    ended("batch", ONE_FLIGHT, TOO_SLOW, "--out", str(tmp_path / "batch"))
    assert ended("report", str(tmp_path / "batch")) == 0
    assert ended("compare", str(tmp_path / "batch"), "--html", str(tmp_path / "compared.html")) == 0
    for page in (tmp_path / "batch" / "report.html", tmp_path / "compared.html"):
        assert violations(page) == []
