"""How a running solve speaks: plain lines in a file, one live line on a terminal, silence on request."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

import pytest

from solver.milp.solution import SearchEvent
from solver.run import progress
from solver.run.progress import Console

Capture = pytest.CaptureFixture[str]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Broken(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def _event(stage: str = "LP", objective: float | None = 2000.0, bound: float | None = 1900.0) -> SearchEvent:
    return SearchEvent(1.0, objective, bound, stage=stage)


def test_a_line_says_stage_plan_bound_and_gap(capsys: Capture) -> None:
    """Where there is no terminal, progress is a plain line, in the log as well."""
    console = Console(seconds=1000.0)
    console.show(_event("branch and bound"))
    output = capsys.readouterr().err
    assert output.startswith("00:00  branch and bound   plan 2.00 GUSD   bound 1.90 GUSD   gap 5.00 %")
    assert output.endswith(" s left\n")
    assert console.log == [output.rstrip("\n")]


def test_what_is_not_there_yet(capsys: Capture) -> None:
    """Without plan or bound the line says so, and other objectives have plain numbers."""
    Console().show(_event("LP", None, None))
    assert capsys.readouterr().err == "00:00  LP   no plan yet   no bound yet\n"
    Console(unit="factor on the target").show(_event("LP", 0.8, 0.9))
    assert "plan 0.8   bound 0.9" in capsys.readouterr().err


def test_plain_lines_are_few(capsys: Capture) -> None:
    """In a file progress comes every ten seconds, not at every step."""
    console = Console()
    for _ in range(5):
        console.show(_event())
    assert capsys.readouterr().err.count("\n") == 1


def test_the_first_plan_is_a_line_of_its_own(capsys: Capture) -> None:
    """However soon after the last line, the first plan is reported at once; what comes after waits its turn."""
    console = Console()
    console.show(_event("LP", None, 1900.0))
    console.show(_event("search"))
    console.show(_event("search", 1950.0))
    lines = capsys.readouterr().err.splitlines()
    assert ["no plan yet" in line for line in lines] == [True, False]


def test_a_terminal_gets_one_live_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the line overwrites itself and is gone before the next stage is reported."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    console = Console()
    for _ in range(3):
        console.show(_event())
    assert terminal.getvalue().count("\r\x1b[K") == 3
    assert "\n" not in terminal.getvalue()
    console.stage("done")
    assert terminal.getvalue().endswith("\r\x1b[K00:00  done\n")


class _Beats(threading.Event):
    """Event of a thread that beats a few times without waiting."""

    def __init__(self, beats: int) -> None:
        super().__init__()
        self.left = beats

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
        self.left -= 1
        return self.left < 0


def test_a_stage_without_news_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two events the live line is drawn again, with the time and how far the stage is."""
    terminal, console = _Terminal(), Console()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.0)
    console.stage("sizing nodes")
    console.step(3, 16)
    console._beat(_Beats(2))
    assert terminal.getvalue().count("sizing nodes   3 of 16") == 3
    console.end()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(progress, "PLAIN_EVERY_SECONDS", 0.0)
    console._beat(_Beats(1))
    assert sys.stderr.getvalue() == "00:00  sizing nodes   3 of 16\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("facts", "said"), [({}, 1), ({"seconds": 900.0}, 0), ({"limited": True}, 0), ({"began": 1e12}, 0)]
)
def test_a_run_without_limits_says_once_how_it_stands(facts: dict[str, Any], said: int, capsys: Capture) -> None:
    """After a minute a run that nothing would end names plan, bound, gap and the options that would."""
    console = Console(**{"began": -100.0, **facts})
    console.show(_event())
    console._beat(_Beats(3))
    output = capsys.readouterr().err
    assert output.count("no limit is given") == output.count("--seconds 10m") == said
    assert output.count("plan 2.00 GUSD   bound 1.90 GUSD   gap 5.00 %") == 1 + said


def test_the_thread_ends_with_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its context nothing is written any more; a quiet console has no thread."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Console() as console, console:
        console.stage("building")
    assert console._over is None
    with Console(quiet=True) as quiet:
        assert quiet._over is None


def test_quiet(capsys: Capture) -> None:
    """What is quiet is logged all the same."""
    console = Console(quiet=True)
    console.stage("building the model")
    console.show(_event())
    assert capsys.readouterr().err == ""
    assert len(console.log) == 2


@pytest.mark.parametrize("stream", [None, _Broken()])
def test_a_closed_or_missing_stream_is_no_error(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO | None) -> None:
    """A closed or broken standard error does not end a solve."""
    monkeypatch.setattr(sys, "stderr", stream)
    console = Console()
    console.stage("building the model")
    console.show(_event())
    console.end()
    assert len(console.log) == 2


@pytest.mark.parametrize("width", [20, 40, 60, 100])
def test_the_live_line_fits_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal, the live line leaves its last column free and begins with the time."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(seconds=1000.0)
    console.show(_event("branch and bound", 2e9))
    line = terminal.getvalue().removeprefix("\r\x1b[K")
    assert line.startswith("00:00  branch")
    assert (len(line) < width, len(console.log[0]) > 70) == (True, True)


def test_a_narrow_line_keeps_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 40 columns stage, plan and gap are left; the bound and the time go first."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    Console(seconds=1000.0).show(_event("tree"))
    assert terminal.getvalue() == "\r\x1b[K00:00  tree  plan 2.00 GUSD  gap 5.00 %"


def test_a_narrow_line_keeps_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long text is cut before the parts done."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    console = Console()
    console.doing("network: show the network of a plan or of declared shells")
    console.step(3, 14)
    line = terminal.getvalue().removeprefix("\r\x1b[K")
    assert line.startswith("00:00  network: show")
    assert line.endswith("…   3 of 14")
    assert len(line) < 40


def test_a_stage_is_wrapped_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long stage is broken at words on a terminal, and whole in the log."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    console = Console()
    console.stage("searching (step 4 of 5): model 12,759 rows, 14,408 columns (6,067 integer)")
    assert max(map(len, terminal.getvalue().splitlines())) <= 40
    assert "\n" not in console.log[0]


def test_stages_are_escaped(capsys: Capture) -> None:
    """A stage that tells text of a file cannot command the terminal, nor a viewer of the log."""
    console = Console()
    console.stage("a\x1b[31m\nb")
    assert capsys.readouterr().err == "00:00  a\\x1b[31m\\nb\n"
    assert console.log == ["00:00  a\\x1b[31m\\nb"]
