"""The command line as a contract: what each command prints, writes and returns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from solver.check import Violation
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import read
from solver.run.manifest_schema import ViolationRecord
from tests.solver.command import KARDASHEV, ONE_FLIGHT, TINY, TOO_SLOW, ended, hard, packed

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
COMMANDS = (
    "validate", "show", "solve", "check", "design", "compare", "batch", "plot", "network", "migrate", "schema",
    "generate", "bench",
)  # fmt: skip
SUMMARY = {
    "instance", "name", "run_dir", "status", "objective", "bound", "unit", "bound_kind", "objective_musd", "bound_musd",
    "gap", "date", "checked", "violations", "unmet", "repeatable", "rows", "columns", "integers", "seconds", "seed",
    "versions",
}  # fmt: skip
SECONDS = {"read", "derive", "build", "solve", "check", "total"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_json_is_one_object_and_nothing_else(capsys: Capture) -> None:
    """``solve --json`` prints one line with every key of the contract, and is silent beside it."""
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--json", "--seed", "7") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("\n") == 1
    output = json.loads(said.out)
    assert output.keys() >= SUMMARY
    assert output["instance"] == ONE_FLIGHT
    assert Path(output["run_dir"]) == Path("run").resolve()
    assert (output["status"], output["unit"], output["checked"], output["violations"]) == ("optimal", "MUSD", True, [])
    assert output["objective"] == output["objective_musd"] == pytest.approx(48.7603306)
    assert output["bound_kind"] in ("lp_verified", "solver")
    assert (output["unmet"], output["seed"], output["repeatable"]) == (0, 7, True)
    assert output["seconds"].keys() == SECONDS
    assert 0 < output["seconds"]["read"] <= output["seconds"]["total"]


def test_json_of_other_objectives_has_no_cost_for_an_objective(capsys: Capture) -> None:
    """``objective_musd`` is null where something else than cost is sought."""
    assert ended("solve", str(TINY / "budget.yaml"), "--out", "run", "--json") == 0
    output = json.loads(capsys.readouterr().out)
    assert (output["objective_musd"], output["bound_musd"]) == (None, None)
    assert output["objective"] > 0
    assert output["unit"] != "MUSD"
    assert output["date"] is None


def test_json_of_an_earliest_date_has_the_date(capsys: Capture) -> None:
    """``date`` is the month in which the period found ends; ``objective`` is the index of that period."""
    assert ended("solve", str(TINY / "earliest.yaml"), "--out", "run", "--json") == 0
    output = json.loads(capsys.readouterr().out)
    horizon = PlanningHorizon.of(read(TINY / "earliest.yaml").instance.horizon)
    assert (output["unit"], output["date"]) == ("period", horizon.date(int(output["objective"])))


def test_json_of_an_infeasible_instance_has_a_reason(capsys: Capture) -> None:
    """Without a plan the numbers are null, and ``reason`` names rule, place and period."""
    assert ended("solve", TOO_SLOW, "--out", "run", "--json") == 1
    output = json.loads(capsys.readouterr().out)
    assert (output["status"], output["objective"], output["gap"], output["checked"]) == (
        "infeasible",
        None,
        None,
        False,
    )
    (reason,) = output["conflict"]
    assert (reason["constraint"], reason["place"], reason["periods"]) == ("launch.cadence", "van", ["2031"])
    assert (reason["key"], reason["unit"]) == ("vehicles.van.flights_per_year", "flights in twelve months")
    assert reason["allows"] < reason["needs"]


def test_exit_codes(capsys: Capture) -> None:
    """Each exit code of a solve is reached by a real case, and the status says the same."""
    Path("hard.yaml").write_text(hard(14, 2), encoding="utf-8")
    Path("packed.yaml").write_text(packed(24, 8), encoding="utf-8")
    Path("file").write_text("", encoding="utf-8")
    cases = {
        (0, "optimal"): [ONE_FLIGHT, "--out", "r0"],
        (1, "infeasible"): [TOO_SLOW, "--out", "r1"],
        (3, "feasible"): ["hard.yaml", "--out", "r3", "--gap", "1e-6", "--work", "100"],
        (4, "no_plan"): ["packed.yaml", "--out", "r4", "--work", "1"],
        (2, ""): ["gone.yaml", "--out", "r2"],
        (5, ""): [ONE_FLIGHT, "--out", "file/r5"],
    }
    for (code, status), arguments in cases.items():
        assert ended("solve", *arguments, "--json") == code
        out = capsys.readouterr().out
        assert (json.loads(out)["status"] if out else "") == status
        assert Path(arguments[2]).exists() == bool(status)


def test_no_plan_says_why(capsys: Capture) -> None:
    """Where a limit ends the search before there is a plan, the answer names the limit and what to do."""
    Path("packed.yaml").write_text(packed(24, 8), encoding="utf-8")
    assert ended("solve", "packed.yaml", "--out", "run", "--work", "1") == 4
    output = capsys.readouterr().out
    assert "No plan found.\n  reason    work limit; raise it with --work\n" in output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["solve"], "Missing argument 'FILE'"),
        (["solve", ONE_FLIGHT, "--gap", "-1"], "--gap"),
        (
            ["solve", ONE_FLIGHT, "--gap", "inf"],
            "'--gap': found 'inf', expected a share such as 0.01, or a percentage such as 1%",
        ),
        (["solve", ONE_FLIGHT, "--seconds", "inf"], "'--seconds': found 'inf', expected seconds such as 90"),
        (["solve", ONE_FLIGHT, "--seconds", "soon"], "--seconds"),
        (["solve", ONE_FLIGHT, "--work", "0"], "--work"),
        (["solve", ONE_FLIGHT, "--seed", "99999999999"], "--seed: found 99999999999, expected a whole number"),
        (["solve", ONE_FLIGHT, "--method", "magic"], "'auto', 'exact', 'search'"),
        (["sovle", ONE_FLIGHT], "No such command 'sovle'"),
        (["solve", ONE_FLIGHT, "--speed"], "No such option: --speed"),
        (["check", "gone"], "gone: no such run directory"),
        (["check", ONE_FLIGHT], "one_flight.yaml: a file, expected a run directory"),
        (["compare", "gone"], "gone: no such run directory"),
        (["plot", "gone"], "gone: no such run directory"),
        (["plot", "gone", "--format", "gif"], "'svg', 'png', 'pdf', 'html'"),
    ],
)
def test_wrong_usage_is_bad_input(arguments: list[str], part: str, capsys: Capture) -> None:
    """A command that cannot be meant is refused with 2 and a line that says why; nothing is printed as an answer."""
    assert ended(*arguments) == 2
    said = capsys.readouterr()
    assert part in said.err
    assert said.out == ""
    assert not list(Path().iterdir())


def test_show_and_design(capsys: Capture) -> None:
    """An instance at a glance, and its menu of nodes as a table and as plain data."""
    assert ended("show", ONE_FLIGHT) == 0
    assert "One flight · 0.04 GW by 2031-01" in capsys.readouterr().out
    assert ended("design", ONE_FLIGHT) == 0
    assert "cube" in capsys.readouterr().out
    assert ended("design", ONE_FLIGHT, "--json") == 0
    (design,) = json.loads(capsys.readouterr().out)["designs"]
    assert (design["platform"], design["shell"], design["mass_t"], design["price_musd"]) == ("cube", "near", 10.0, 5.0)


def test_schema(capsys: Capture) -> None:
    """The schema is JSON, names its dialect, and knows every key a small instance uses."""
    assert ended("schema") == 0
    schema: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["properties"].keys() >= {"format", "name", "extends", "horizon", "target", "use", "vehicles"}


def test_validate_goes_through_all_files(capsys: Capture) -> None:
    """A bad file among good ones is named, the others are called valid, and the exit code is 2."""
    Path("bad.yaml").write_text("format: 2\n", encoding="utf-8")
    assert ended("validate", ONE_FLIGHT, "bad.yaml", TOO_SLOW) == 2
    said = capsys.readouterr()
    assert list(dict.fromkeys(line.split(":")[0] for line in said.out.splitlines())) == [ONE_FLIGHT, TOO_SLOW]
    assert "bad.yaml:1  target: missing" in said.err
    assert said.err.endswith("errors; bad.yaml is not valid.\n")
    assert ended("validate", ONE_FLIGHT, TOO_SLOW) == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, capsys: Capture) -> None:
    """Every command explains itself."""
    assert ended(command, "--help") == 0
    said = capsys.readouterr()
    assert said.out.startswith("Usage:")
    assert f" {command} " in said.out
    assert said.err == ""


def test_help_lists_every_command(capsys: Capture) -> None:
    """The command alone, and with --help, lists all commands with sentences that are not cut."""
    assert ended("--help") == 0
    output = capsys.readouterr().out
    assert all(f"\n  {command}" in output for command in COMMANDS)
    assert "..." not in output.partition("Commands:")[2]


@pytest.mark.parametrize("arguments", [["--help"], ["validate", ONE_FLIGHT]])
def test_quick_commands_load_nothing_heavy(arguments: list[str]) -> None:
    """Help and validate answer without Pyomo, pandas, Optuna, Altair or HiGHS."""
    code = (
        "import sys\nfrom solver.cli.app import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "typer" in loaded
    heavy = {"pyomo", "pandas", "optuna", "altair", "highspy", "vl_convert", "networkx", "scipy", "numpy"}
    assert loaded & heavy == set()


def test_the_installed_command_solves(tmp_path: Path) -> None:
    """As a user runs it: the answer on standard output, the progress on standard error."""
    command = [KARDASHEV, "solve", ONE_FLIGHT, "--out", str(tmp_path / "my run")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "Optimal: net present cost 48.8 MUSD" in done.stdout
    assert f"kardashev plot '{tmp_path / 'my run'}'" in done.stdout
    assert "sizing nodes" in done.stderr


def test_a_plan_that_fails_its_check(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A wrong plan is an internal error: 5, kept for the report, never called checked, in words and in JSON."""
    wrong = Violation("launch.lift", ("van",), 1.0, 2.0, "flights")
    monkeypatch.setattr("solver.run.outcome.check", lambda _instance, _plan: [wrong])
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--json") == 5
    said = capsys.readouterr()
    output = json.loads(said.out)
    assert (output["checked"], output["violations"]) == (False, [ViolationRecord.of(wrong).model_dump(mode="json")])
    assert said.err.startswith("internal error: the plan fails its own check: launch.lift")
    assert Path("run/plan.json").exists()
