"""Commands and snippets of the pages run as they stand, and print what the pages show."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docs.developers.site import notebooks
from docs.developers.site.stage import GENERATED
from solver.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
]  # fmt: skip
BLOCK = re.compile(r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^(?:\.venv/bin/)?(kardashev|make|pip|python3?)\b", re.M)
EXIT = re.compile(r"  # exit ([0-9 or]+)$")
Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True)
class Block:
    """Fenced block of a page: its language, its lines, and the reason why it is not run, if there is one."""

    kind: str
    body: str
    reason: str | None


def blocks(page: Path) -> Iterator[Block]:
    """Fenced blocks of a page in order."""
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Block(match["kind"], match["body"], match["reason"])


def runs(page: Path) -> bool:
    """Whether a page has a block that is run."""
    return any(block.kind in ("sh", "python") and not block.reason for block in blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_have_a_language(page: Path) -> None:
    """A block of commands is marked as such, so that it is run or carries a reason."""
    assert [b.body for b in blocks(page) if b.kind == "" and COMMAND.match(b.body)] == []


@pytest.mark.docs
@pytest.mark.parametrize("page", list(filter(runs, PAGES)), ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The blocks of a page run one after the other in a folder of their own; a text after commands is their output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "500")
    (tmp_path / "instances").symlink_to(ROOT / "instances")
    assert missing_texts(page, capsys) == []


def missing_texts(page: Path, capsys: Capture) -> list[str]:
    """Run the blocks of a page, and return the lines of its texts that the commands before them did not print."""
    names: dict[str, Any] = {}
    printed, missing = "", []
    for block in blocks(page):
        first = block.body.partition("\n")[0]
        if block.reason is not None:
            continue
        if block.kind == "yaml" and first.startswith("# ") and first.endswith(".yaml"):
            Path(first.removeprefix("# ")).write_text(block.body, encoding="utf-8")
        elif block.kind == "python":
            exec(compile(block.body, str(page), "exec"), names)
        elif block.kind == "sh":
            for line in block.body.splitlines():
                run(line)
            said = capsys.readouterr()
            printed = " ".join(f"{said.out} {said.err}".split())
        elif block.kind == "text":
            missing += [line for line in block.body.splitlines() if " ".join(line.split()) not in printed]
    return missing


def run(line: str) -> None:
    """Run one line of a shell in this process: ``cd``, or a command of the program with its exit code."""
    expected = EXIT.search(line)
    codes = [0] if expected is None else [int(code) for code in expected[1].split(" or ")]
    for part in EXIT.sub("", line).split(" && "):
        program, *arguments = shlex.split(part, comments=True) or ["cd", "."]
        if program == "cd":
            os.chdir(arguments[0])
            continue
        assert program == "kardashev", f"{line}: only commands of the program are run; mark the block"
        with pytest.raises(SystemExit) as end:
            app.main(arguments)
        assert end.value.code in codes, line


def test_every_notebook_is_a_page() -> None:
    """A notebook that is added gets a page, and ``make docs`` runs its cells; its script has one cell of text first."""
    assert {path.stem for path in notebooks.FOLDER.glob("*.py")} == set(notebooks.NAMES)
    assert {f"docs/notebooks/{name}.md" for name in notebooks.NAMES} <= GENERATED.keys()
    for name in notebooks.NAMES:
        first = next(notebooks.cells((notebooks.FOLDER / f"{name}.py").read_text(encoding="utf-8")))
        assert not first.code
        assert first.source.startswith("# Notebook: ")
