"""Hostile names and titles through every command: none reaches a terminal, a page, a table or a picture unescaped."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from solver.io import escapes
from tests.solver.command import ONE_FLIGHT, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = "=cmd|' /C calc'!A0"
CONTROLS = "a\\tb\\e[31m[red]\\u202e\\x9b2J\\nother.yaml: valid"
"""As written in YAML, between double quotes."""
MARKUP = "[red]other.yaml: valid"
"""Text that no reader refuses, as it has no control letters."""
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A run of an instance with hostile texts, in a folder with a hostile name, whose solve said nothing hostile."""
    folder = tmp_path / "=1+1|<b>"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("COLUMNS", raising=False)
    text = f"""\
format: 2
name: "{MARKUP}{SCRIPT}"
extends: {ONE_FLIGHT}
vehicles: {{big: {{title: "{FORMULA}"}}}}
shells: {{near: {{title: "{MARKUP}{SCRIPT}"}}}}
"""
    Path("h.yaml").write_text(text, encoding="utf-8")
    assert ended("solve", "h.yaml", "--out", "run") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{MARKUP}{SCRIPT} · ")
    assert UNPRINTABLE.findall(said.out + said.err) == []
    assert UNPRINTABLE.findall(Path("run/log.txt").read_text(encoding="utf-8")) == []
    return Path("run")


@pytest.mark.usefixtures("run")
def test_terminal(capsys: Capture) -> None:
    """Every command shows such a name as one escaped line."""
    for arguments in (
        ["validate", "h.yaml"], ["show", "h.yaml"], ["design", "h.yaml"], ["network", "run"], ["check", "run"],
        ["compare", "run"], ["batch", "h.yaml"], ["check", "run", "--json"], ["design", "h.yaml", "--json"],
    ):  # fmt: skip
        assert ended(*arguments) == 0, arguments
        said = capsys.readouterr()
        assert UNPRINTABLE.findall(said.out + said.err) == [], arguments
        assert not any(line.startswith("other.yaml: valid") for line in said.out.splitlines()), arguments


def test_a_fault_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Keys and values that a message quotes, and names of files, are escaped in it."""
    monkeypatch.chdir(tmp_path)
    name = "\x1b[31m.yaml"
    text = f'format: 2\nname: x\n"{CONTROLS}": 1\ncase: "{CONTROLS}"\nextends: "{CONTROLS}"\n'
    Path(name).write_text(text, encoding="utf-8")
    for command in ("validate", "show", "solve", "batch"):
        assert ended(command, name) == 2
        said = capsys.readouterr()
        assert UNPRINTABLE.findall(said.out + said.err) == []
        assert not any(line.startswith("other.yaml") for line in (said.out + said.err).splitlines())


def test_pages_and_pictures(run: Path) -> None:
    """Pages hold such names as data and have no tag of theirs; pictures show them escaped."""
    for command, stem in (("plot", "plan"), ("network", "network")):
        for suffix in ("html", "svg", "png"):
            assert ended(command, str(run), "--format", suffix) == 0
        page = (run / f"{stem}.html").read_text(encoding="utf-8")
        assert ("<script>alert" in page, "src=x onerror=alert(2)>" in page) == (False, False)
        assert "alert(1)\\u003c/script\\u003e" in page
        picture = (run / f"{stem}.svg").read_text(encoding="utf-8")
        assert UNPRINTABLE.findall(page + picture) == []
        assert ("<script" in picture, "<img" in picture) == (False, False)
        assert "[red]other.yaml" in picture
        assert (run / f"{stem}.png").read_bytes().startswith(b"\x89PNG")


def test_csv_and_markdown(run: Path) -> None:
    """In a comparison formulas are text, numbers are numbers, and Markdown has its own pipes, lines and tags only."""
    assert ended("solve", ONE_FLIGHT, "--out", "=tame|") == 0
    assert ended("compare", str(run), "=tame|", "--csv", "c.csv", "--markdown", "c.md") == 0
    with Path("c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if re.match(r"[=@\t\r]|[+-](?![\d.])", cell)] == []
    assert [row["run"] for row in rows] == ["run", "'=tame|"]
    assert escapes.from_csv(rows[0]["vehicles.big.title"]) == FORMULA
    assert float(rows[0]["objective"]) == pytest.approx(48.76033)
    page = Path("c.md").read_text(encoding="utf-8")
    assert ("<script" in page, "<img" in page, UNPRINTABLE.findall(page)) == (False, False, [])
    tables = [line for line in page.splitlines() if line.startswith("|")]
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    assert set(columns) == {4, 16}
