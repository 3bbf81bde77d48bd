"""Models and tables leave for other programs, and given plans are priced and checked."""

from __future__ import annotations

import json
from pathlib import Path

import highspy
import pytest

from solver.tables import binary
from tests.solver.command import ONE_FLIGHT, TINY, ended

Capture = pytest.CaptureFixture[str]
COST = 48.7603306


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run directory of one flight."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    assert ended("solve", ONE_FLIGHT, "--out", str(folder)) == 0
    return folder


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("suffix", ["mps", "lp"])
@pytest.mark.parametrize("name", ["one_flight", "budget"])
def test_highs_reads_the_model_back_and_finds_the_optimum_of_the_run(suffix: str, name: str, capsys: Capture) -> None:
    """The optimum of the exported model is that of the run, in its unit: MUSD of a cost, the factor of most power."""
    file = str(TINY / f"{name}.yaml")
    assert ended("solve", file, "--gap", "0", "--json") == 0
    objective = json.loads(capsys.readouterr().out)["objective"]
    assert ended("export", file, "--format", suffix) == 0
    assert capsys.readouterr().out == f"{name}.{suffix}\n"
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(f"{name}.{suffix}") == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getInfo().objective_function_value == pytest.approx(objective)
    assert any(column.startswith("launch.flights(") for column in highs.getLp().col_names_)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ONE_FLIGHT,), "--format: found none, expected mps, lp, parquet, xlsx"),
        ((ONE_FLIGHT, "--format", "xlsx"), "found xlsx, expected mps or lp for an instance file"),
        ((ONE_FLIGHT, "--out", "none/m.lp"), "the directory none does not exist"),
        ((str(TINY / "earliest.yaml"), "--format", "lp"), "objective.kind: found earliest_date"),
        ((str(TINY / "learning_nodes.yaml"), "--format", "lp"), "learning: found learning curves"),
        ((str(TINY / "network_survive.yaml"), "--format", "lp"), "network.contingencies: found contingencies"),
    ],
)
def test_what_cannot_be_exported_is_named(arguments: tuple[str, ...], said: str, capsys: Capture) -> None:
    """Exit 2 with what was found and what is expected; no file is written."""
    assert ended("export", *arguments) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert list(Path().iterdir()) == []


@pytest.mark.slow
def test_tables_leave_as_workbook_and_parquet(run: Path) -> None:
    """Every table of the run is a sheet and a file, with the same rows."""
    pd = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl", reason="openpyxl is of the extra tables")
    pytest.importorskip("pyarrow", reason="pyarrow is of the extra tables")
    assert ended("export", str(run), "--out", "tables.xlsx") == 0
    assert ended("export", str(run), "--format", "parquet", "--out", "tables") == 0
    names = {path.stem for path in (run / "tables").glob("*.csv")}
    assert set(pd.read_excel("tables.xlsx", sheet_name=None)) == {name[:31] for name in names}
    for name in names:
        rows = len((run / "tables" / f"{name}.csv").read_text().splitlines()) - 1
        assert len(pd.read_parquet(f"tables/{name}.parquet")) == rows


@pytest.mark.parametrize(("suffix", "package"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_missing_package_is_named_with_its_extra(
    suffix: str, package: str, run: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Exit 2 with the command that installs it."""
    monkeypatch.setattr(binary, "find_spec", lambda _name: None)
    assert ended("export", str(run), "--format", suffix) == 2
    said = capsys.readouterr().err
    assert package in said
    assert "pip install 'kardashev-planner[tables]'" in said


def test_a_given_plan_is_priced_and_checked(run: Path, capsys: Capture) -> None:
    """The plan of a run has the same cost for its own file, and that of new prices for another; without a bound."""
    assert ended("solve", ONE_FLIGHT, "--plan", str(run), "--out", "again", "--json") == 3
    again = json.loads(capsys.readouterr().out)
    assert (again["objective"], again["bound"], again["checked"]) == (pytest.approx(COST), None, True)
    # One flight of 50 MUSD in the middle of the year, discounted at 21 % a year, costs twice as much.
    assert (
        ended("solve", ONE_FLIGHT, "--set", "vehicles.big.flight_musd=100", "--plan", str(run / "plan.json"), "--json")
        == 3
    )
    assert json.loads(capsys.readouterr().out)["objective"] == pytest.approx(COST + 50.0 / 1.1)
    assert ended("check", "again") == 0


def test_a_given_plan_that_breaks_a_rule_is_refused(run: Path, capsys: Capture) -> None:
    """Exit 1 with the violations, and no run directory; exit 2 for a file that is no plan."""
    plan = json.loads((run / "plan.json").read_text())
    plan["decisions"]["flights"][0][-1] = 0
    Path("plan.json").write_text(json.dumps(plan))
    assert ended("solve", ONE_FLIGHT, "--plan", "plan.json", "--out", "again") == 1
    assert "violation" in capsys.readouterr().out
    assert not Path("again").exists()
    Path("plan.json").write_text("{}")
    assert ended("solve", ONE_FLIGHT, "--plan", "plan.json") == 2
    assert "plan.json: damaged" in capsys.readouterr().err
