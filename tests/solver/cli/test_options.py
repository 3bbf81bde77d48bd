"""Values of options are understood as people write them, and every command that reads a file takes ``--set``."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from solver.cli import app
from solver.cli.examples import EXAMPLES
from solver.cli.options import gap_share, seconds_of
from solver.io.terminal import wrapped
from tests.solver.command import KARDASHEV, ONE_FLIGHT, TINY, ended

FLEET = str(TINY / "fleet.yaml")


@pytest.mark.parametrize(
    ("text", "share"), [("0.01", 0.01), ("1%", 0.01), ("0.5 %", 0.005), ("1e-4", 1e-4), ("0", 0.0), (".5", 0.5)]
)
def test_gap_is_a_share_or_a_percentage(text: str, share: float) -> None:
    """A gap is given as a share or in per cent."""
    assert gap_share(text) == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1.5 min", 90), ("2h", 7200), ("1d", 86400)]
)
def test_time_is_in_seconds_or_has_a_unit(text: str, seconds: float) -> None:
    """A time limit is in seconds unless it names its unit."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "-1", "1 percent", "nan", "1%%", "0x1", "inf"])
def test_a_wrong_gap_says_what_was_found_and_expected(text: str) -> None:
    """What is no gap is refused with an example of both ways to write one."""
    with pytest.raises(typer.BadParameter, match=r"found '.*', expected a share such as 0\.01, or a percentage"):
        gap_share(text)


@pytest.mark.parametrize(("text", "meant"), [("2", "0.02, or 2%"), ("1.5", "0.015, or 1.5%"), ("1e2", "1, or 1e2%")])
def test_a_share_above_one_needs_its_per_cent_sign(text: str, meant: str) -> None:
    """Two is not taken as 200 %; what was perhaps meant is named, and with its sign a percentage may be any."""
    with pytest.raises(typer.BadParameter, match=f"found '{text}', expected a share of at most 1, .* {meant}"):
        gap_share(text)
    assert gap_share("200%") == 2.0
    assert gap_share("1") == 1.0


@pytest.mark.parametrize(
    "given",
    [
        ["solve", FLEET, "--gap", "2"],
        ["explain", FLEET, "--gap", "2"],
        ["pareto", FLEET, "--gap", "2"],
        ["alternatives", FLEET, "--within", "2"],
        ["levelised", FLEET, "--least-share", "2"],
        ["risk", FLEET, "--alpha", "2"],
        ["risk", FLEET, "--weight", "2"],
        ["tune", FLEET, "--gap", "2"],
    ],
)
def test_every_option_for_a_share_refuses_two(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each command ends with 2 and names its option."""
    assert ended(*given) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert f"'{given[-2]}': found '2', expected a share of at most 1" in error


@pytest.mark.parametrize("text", ["", "-5", "0", "0.01", "5 weeks", "nan", "1e999", "10:00"])
def test_a_wrong_time_says_what_was_found_and_expected(text: str) -> None:
    """What is no time, or too short a one, is refused with examples."""
    with pytest.raises(typer.BadParameter, match=r"found '.*', expected seconds such as 90"):
        seconds_of(text)


def test_solve_takes_a_percentage_and_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    """The options reach the solve in its units, and a wrong one ends with 2."""
    assert ended("solve", ONE_FLIGHT, "--gap", "1%", "--seconds", "2m", "--json") == 0
    run_dir = json.loads(capsys.readouterr().out)["run_dir"]
    options = json.loads((Path(run_dir) / "manifest.json").read_text(encoding="utf-8"))["options"]
    assert (options["gap"], options["seconds"]) == (0.01, 120.0)
    assert ended("solve", ONE_FLIGHT, "--gap", "one") == 2
    assert "expected a share such as 0.01" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["validate", "show", "design", "batch", "solve", "sweep", "network", "explain"])
def test_every_command_that_reads_a_file_takes_set(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong path is named by each of them, so a right one is used."""
    assert ended(command, FLEET, "--set", "vehicles.shutle.flight_musd=3") == 2
    shown = capsys.readouterr()
    assert "did you mean shuttle" in shown.err + shown.out


@pytest.mark.slow
def test_batch_solves_with_the_values_set(capsys: pytest.CaptureFixture[str]) -> None:
    """The optimum of a batch is that of the changed file."""
    assert ended("batch", FLEET, "--set", "vehicles.shuttle.flight_musd=0", "--gap", "0") == 0
    assert ended("solve", FLEET, "--set", "vehicles.shuttle.flight_musd=0", "--gap", "0", "--json") == 0
    batch, solve = capsys.readouterr().out.split("\n", 1)
    objective = json.loads(solve.split("\n", 1)[1])["objective"]
    assert f"optimal, {objective:,.6g} MUSD" in batch


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app.app).commands))  # type: ignore[attr-defined]
def test_examples_of_help_are_commands(name: str) -> None:
    """Each command has an example, and the parser takes all of them."""
    command = typer.main.get_command(app.app).commands[name]  # type: ignore[attr-defined]
    assert EXAMPLES[name]
    joined = (command.epilog or "").replace(" \\\n      ", " ")
    assert all(example in joined for example in EXAMPLES[name])
    for example in EXAMPLES[name]:
        said, *arguments = shlex.split(example.partition(" > ")[0])
        assert said == name
        command.make_context(name, arguments)


def test_commands_that_solve_share_their_options() -> None:
    """Options of a solve are the same in ``solve`` and ``sweep``."""
    commands = typer.main.get_command(app.app).commands  # type: ignore[attr-defined]
    shared = {"gap", "seconds", "work", "threads", "seed", "method", "integrality"}
    found = [
        {p.name: (p.default, p.help, p.opts) for p in commands[name].params if p.name in shared}
        for name in ("solve", "sweep")
    ]
    assert found[0] == found[1]
    assert set(found[0]) == shared


def test_help_ends_with_0_into_a_closed_pipe() -> None:
    """``kardashev --help | true`` is no failure."""
    command = f"'{KARDASHEV}' --help | true; exit ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", command], check=False, stderr=subprocess.DEVNULL).returncode == 0


def test_lines_are_wrapped_under_their_text() -> None:
    """Words are not cut, and continued lines stand under the text of the first."""
    line = "  launches  6,092 flights (17 empty flights to keep the ramp-up), 89 % Starship V4"
    assert wrapped(line, 40).splitlines() == [
        "  launches  6,092 flights (17 empty",
        "            flights to keep the",
        "            ramp-up), 89 % Starship V4",
    ]
    assert wrapped("/a/very/long/path/that/stays/whole", 20) == "/a/very/long/path/that/stays/whole"
