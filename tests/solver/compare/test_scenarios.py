"""Comparison of many runs: differences from the base as heads, the best marked, one HTML page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from solver.compare.batch_page import batch_page
from solver.compare.scenarios import ALIKE, BEST, scenarios
from solver.errors import UsageError
from tests.solver import samples


def _run(folder: Path, name: str, objective: float | None, bound: float, cost: float = 1.0, **more: Any) -> Path:
    data = samples.manifest().model_dump(mode="json")
    data["resolved"] = {**data["resolved"], "lever": {"cost": cost}, "name": name}
    data |= {"objective": objective, "bound": bound, "checked": objective is not None, **more}
    (folder / name).mkdir(parents=True)
    (folder / name / "manifest.json").write_text(json.dumps(data), encoding="utf-8")
    return folder / name


def test_differences_are_heads_and_the_best_is_marked(tmp_path: Path) -> None:
    """What lies within the gap of a run is not distinguishable from the best; a run without a plan has no verdict."""
    found = scenarios(
        [
            _run(tmp_path, "base", 100.0, 99.0),
            _run(tmp_path, "alike", 100.5, 99.8, cost=2.0),
            _run(tmp_path, "dear", 120.0, 119.0, cost=3.0),
            _run(tmp_path, "none", None, 99.0, cost=4.0),
        ]
    )
    assert found.levers == ("lever.cost",)
    assert list(found.table["lever.cost"]) == ["1", "2", "3", "4"]
    assert list(found.table["verdict"]) == [BEST, ALIKE, "20 % dearer", "no checked plan"]
    assert "lever.cost" in found.to_csv().splitlines()[0]
    best = next(line for line in found.to_markdown().splitlines() if "base" in line and line.startswith("| **"))
    assert "**best**" in best
    assert found.to_html().count("class=best") == 1


def test_terminal_shows_base_and_best(tmp_path: Path) -> None:
    """Of many runs the base, the best and the first others are shown, and how many are not."""
    costs = (100.0, 120.0, 110.0, 90.0)
    table = scenarios([_run(tmp_path, str(cost), cost, cost, cost=cost) for cost in costs]).to_rich(3)
    shown = [str(cell) for cell in table.columns[0].cells]
    assert [label.rpartition("/")[2] for label in shown] == ["100.0", "120.0", "90.0"]
    assert str(table.title).endswith("1 more runs in the files")


def test_damaged_runs_are_named_together(tmp_path: Path) -> None:
    """Each damaged run has a line."""
    runs = [_run(tmp_path, name, 1.0, 1.0) for name in ("a", "b", "c")]
    for run in runs[1:]:
        (run / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        scenarios(runs)
    assert len(str(error.value).splitlines()) == 2
    with pytest.raises(UsageError, match="nothing to compare"):
        scenarios([])


class _Page(HTMLParser):
    """Tags of a page that are opened and not closed, and everything that it would load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        safe = ("#", "data:image/svg+xml;base64,", "data:image/png;base64,", "data:text/csv;base64,")
        for name, value in attrs:
            if name == "src" or name.startswith("on") or (name == "href" and not (value or "").startswith(safe)):
                self.loads.append(f"{tag} {name}")
        if tag == "script":
            self.loads.append(tag)
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.slow
def test_page_of_a_folder_needs_no_network(tmp_path: Path) -> None:
    """The page is well-formed, loads and runs nothing, and shows hostile names literally."""
    hostile = "<script>alert(1)<"
    _run(tmp_path, "base", 100.0, 99.0, cost=1.0)
    _run(tmp_path, hostile, 101.0, 99.0, cost=2.0)
    text = batch_page(tmp_path)
    page = _Page(text)
    assert (page.open, page.loads) == ([], [])
    assert "&lt;script&gt;alert(1)&lt;" in text
    assert "<svg" in text
