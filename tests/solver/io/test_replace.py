"""Files replaced whole or not at all: full disks, links, devices, pipes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from solver.bench.best import write_best
from solver.errors import EnvironmentFailure
from solver.io import replace
from solver.io.files import write_text
from solver.io.replace import is_stream, replace_file
from solver.report.plot import write_picture
from solver.tune.table import TuningPair, write_pairs
from tests.solver.command import KARDASHEV, ONE_FLIGHT, ended

Capture = pytest.CaptureFixture[str]
SPEC = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _half(file: Path, content: bytes) -> NoReturn:
    """Write half, then find the disk full."""
    file.write_bytes(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


PAIR = TuningPair("study", "S", "name", 0, "gap", "1 s", 0.25, 0.125)
WRITERS: dict[str, Callable[[], object]] = {
    "text.json": lambda: write_text(Path("text.json"), "new"),
    "best.csv": lambda: write_best(Path("best.csv"), {}),
    "tuning.csv": lambda: write_pairs(Path(), [PAIR]),
    "plan.svg": lambda: write_picture(SPEC, "plan.svg", "plan", "svg"),
    "plan.png": lambda: write_picture(SPEC, "plan.png", "plan", "png"),
    "plan.html": lambda: write_picture(SPEC, "plan.html", "plan", "html"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_costs_nothing_old(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a disk is full midway, the old file stays byte for byte and nothing is left beside it."""
    old = b"study,of_class,instance,seed,measure,limit,untuned,tuned\n"
    Path(name).write_bytes(old)
    monkeypatch.setattr(replace, "write_bytes", _half)
    with pytest.raises(EnvironmentFailure, match=r"(?i)no space left on device"):
        WRITERS[name]()
    assert Path(name).read_bytes() == old
    assert [entry.name for entry in Path().iterdir()] == [name]


def test_links_are_followed() -> None:
    """A link stays a link, its target is replaced and keeps its rights; a link to nothing makes its target."""
    Path("deep").mkdir()
    target, link = Path("deep/real.csv"), Path("link.csv")
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to("deep/real.csv")
    replace_file(link, b"new")
    assert (link.is_symlink(), target.read_bytes(), target.stat().st_mode & 0o777) == (True, b"new", 0o640)
    Path("dangling").symlink_to("deep/made.csv")
    replace_file(Path("dangling"), b"new")
    assert (Path("dangling").is_symlink(), Path("deep/made.csv").read_bytes()) == (True, b"new")
    Path("round").symlink_to("round")
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(Path("round"), b"new")
    assert sorted(entry.name for entry in Path().rglob("*.partial-*")) == []


def test_devices_and_pipes_are_written_to() -> None:
    """A device, a pipe and a link to either are written to and stay what they are."""
    Path("null").symlink_to("/dev/null")
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    for name in ("null", "/dev/null", "pipe"):
        assert is_stream(Path(name))
        replace_file(Path(name), b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert (Path("/dev/null").is_char_device(), Path("pipe").is_fifo(), Path("null").is_symlink()) == (True, True, True)
    with pytest.raises(OSError, match="No space left"):
        replace_file(Path("/dev/full"), b"new")
    assert [is_stream(Path(name)) for name in (".", "gone", "/dev")] == [False, False, False]


def test_an_open_descriptor_is_written_to() -> None:
    """``/dev/stdout`` that leads to a file is that open file: what stands in it stays, what follows comes after."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom solver.io.replace import replace_file\n"
        "print('before', flush=True)\nreplace_file(Path('/dev/stdout'), b'table\\n')\n"
    )
    with Path("all").open("wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert Path("all").read_text(encoding="utf-8") == "before\ntable\n"


@pytest.mark.slow
def test_commands_follow_links_and_name_pictures(capsys: Capture) -> None:
    """``--csv LINK`` keeps the link; ``plot --out some.png`` is a PNG file; a name of another format is refused."""
    assert ended("solve", ONE_FLIGHT, "--out", "run") == 0
    Path("real.csv").write_text("old", encoding="utf-8")
    Path("link.csv").symlink_to("real.csv")
    Path("null").symlink_to("/dev/null")
    assert ended("compare", "run", "--csv", "link.csv", "--markdown", "null") == 0
    assert (Path("link.csv").is_symlink(), Path("null").is_symlink()) == (True, True)
    assert Path("real.csv").read_text(encoding="utf-8").startswith("run,status,objective,")
    capsys.readouterr()
    assert ended("plot", "run", "--out", "some.png") == 0
    assert ended("network", "run", "--out", "links.html") == 0
    assert Path("some.png").read_bytes().startswith(b"\x89PNG")
    assert "<html>" in Path("links.html").read_text(encoding="utf-8")
    Path("folder.png").mkdir()
    assert ended("plot", "run", "--out", "folder.png") == 0
    assert Path("folder.png/plan.svg").is_file()
    capsys.readouterr()
    assert ended("plot", "run", "--format", "svg", "--out", "other.png") == 2
    assert capsys.readouterr().err.splitlines() == [
        "other.png: ends in .png, expected .svg (see --format), or a directory",
    ]
    assert not Path("other.png").exists()
    assert ended("plot", "run", "--out", "plan.pdf") == 0
    assert Path("plan.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["solve", "--help"], 0), (["schema"], 141), (["show", ONE_FLIGHT], 141)]
)
def test_a_reader_that_goes_away(arguments: list[str], code: int) -> None:
    """A closed pipe ends every command without a word and with 141, help with 0, never with 1: that is infeasible."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([KARDASHEV, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (code, "")


def test_tables_fit_the_columns_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """In a pipe a table is as wide as ``COLUMNS`` says, and wide where it says nothing."""
    widths = {}
    for columns in ("60", ""):
        monkeypatch.setenv("COLUMNS", columns)
        assert ended("design", ONE_FLIGHT) == 0
        widths[columns] = max(len(line) for line in capsys.readouterr().out.splitlines())
    assert widths["60"] <= 60 < widths[""] <= 150
