"""The Python interface gives what the command line gives, as objects."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import kardashev as kd
from solver.api.notebook import NotebookConsole
from solver.milp.solution import SearchEvent
from solver.run.progress import Console

TINY = Path(__file__).parents[3] / "instances" / "tiny"


@pytest.fixture(scope="module")
def result() -> kd.Result:
    """Optimal plan of a small fleet."""
    return kd.solve(TINY / "fleet.yaml", gap=0, seconds=300)  # integers, which the run must take for numbers


def test_set_means_what_the_option_means() -> None:
    """A value set changes instance and hash; the same value set again leaves one change."""
    scenario = kd.read("reference:gigawatt")
    before = scenario.hash
    assert scenario.set("vehicles.starship_v4.flight_musd", 40) is scenario
    assert scenario.instance.vehicles["starship_v4"].flight_musd == 40
    assert scenario.hash != before
    assert scenario.set("vehicles.starship_v4.flight_musd", 41.5).changes == ("vehicles.starship_v4.flight_musd=41.5",)
    assert kd.read("reference:gigawatt").hash == before


def test_wrong_value_is_an_exception_with_the_text_of_the_command_line() -> None:
    """A faulty value raises, names path and value, and leaves the scenario as it was."""
    scenario = kd.read("reference:gigawatt")
    before = scenario.hash
    with pytest.raises(kd.InstanceError, match=r"vehicles\.starship_v4\.flight_musd: found -3"):
        scenario.set("vehicles.starship_v4.flight_musd", -3)
    with pytest.raises(kd.InstanceError, match=r"did you mean starship_v4"):
        scenario.set("vehicles.starship_v5.flight_musd", 3)
    assert (scenario.hash, scenario.changes) == (before, ())


def test_copy_is_changed_apart() -> None:
    """A value set on a copy leaves the original as it is."""
    scenario = kd.read(TINY / "fleet.yaml")
    copy = scenario.copy().set("vehicles.shuttle.flight_musd", 7)
    assert scenario.instance.vehicles["shuttle"].flight_musd == 5
    assert copy.instance.vehicles["shuttle"].flight_musd == 7


@pytest.mark.slow
def test_result_holds_plan_bound_and_tables(result: kd.Result) -> None:
    """The result has the optimum of the file, its tables add up to it, and the checker agrees."""
    assert result.status == "optimal"
    assert result.objective == pytest.approx(651.520038, rel=1e-8)
    assert result.gap == pytest.approx(0, abs=1e-6)
    assert result.tables["money"]["present_musd"].sum() == pytest.approx(result.objective, rel=1e-9)
    assert result.check() == []
    assert "Checked: no violations." in result.summary()
    assert result.statistics()["rows"] > 0
    assert "651.52 MUSD" in repr(result)
    with pytest.raises(KeyError, match="known: summary"):
        result.tables["mony"]


@pytest.mark.slow
def test_result_is_shown_in_a_notebook(result: kd.Result) -> None:
    """The HTML of a result holds its summary as a table and a picture, that of a scenario its overview."""
    page = result._repr_html_()
    assert page.startswith("<p>A fleet of one")
    assert "<th>cost</th>" in page
    assert page.endswith("</svg>")
    assert "shuttle" in kd.read(TINY / "fleet.yaml")._repr_html_()


@pytest.mark.slow
def test_run_directory_is_written_and_opened_again(result: kd.Result, tmp_path: Path) -> None:
    """A result that was written and read again has the same figures, and is not distinguishable from itself."""
    opened = kd.open_run(result.to_dir(tmp_path / "run"))
    assert (opened.objective, opened.bound, opened.status) == (result.objective, result.bound, result.status)
    assert opened.check() == []
    overview = kd.compare([result, opened]).overview
    assert list(overview["objective"]) == [result.objective] * 2
    assert result.plot(tmp_path / "plan.svg") == tmp_path / "plan.svg"


def test_infeasible_instance_is_a_result_with_its_conflict() -> None:
    """An infeasible instance raises nothing; what needs a plan raises UsageError."""
    result = kd.solve(TINY / "too_slow.yaml")
    assert result.status == "infeasible"
    assert result.conflict
    with pytest.raises(kd.UsageError, match="no plan"):
        _ = result.tables
    with pytest.raises(kd.UsageError, match="no plan"):
        result.check()


@pytest.mark.slow
def test_sweep_is_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep has a row for each combination, the results behind them, and a picture; values set before stay."""
    monkeypatch.chdir(tmp_path)
    scenario = kd.read(TINY / "fleet.yaml").set("vehicles.shuttle.fleet.build_musd", 10)
    swept = kd.sweep(scenario, {"vehicles.shuttle.flight_musd": [3, 5]}, gap=0)
    assert list(swept.table["vehicles.shuttle.flight_musd"]) == [3, 5]
    low, high = (kd.solve(scenario.copy().set("vehicles.shuttle.flight_musd", value), gap=0) for value in (3, 5))
    assert list(swept.table["objective"]) == pytest.approx([low.objective, high.objective])
    assert [result.objective for result in swept.results if result is not None] == list(swept.table["objective"])
    assert repr(swept).endswith("2 scenarios over vehicles.shuttle.flight_musd, 2 with a plan>")
    assert swept._repr_html_().endswith("</svg>")
    with pytest.raises(kd.UsageError, match="empty value"):
        kd.sweep(scenario, {"vehicles.shuttle.flight_musd": []})


def test_ctrl_c_ends_with_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop signal during a solve raises nothing: the result says that it was interrupted, and the handler is back."""
    before, stage = signal.getsignal(signal.SIGINT), Console.stage

    def interrupting(self: Console, text: str) -> None:
        stage(self, text)
        if text.startswith("searching"):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Console, "stage", interrupting)
    result = kd.solve(TINY / "fleet.yaml", gap=0)
    assert result.status == "interrupted"
    assert "interrupted" in result.summary()
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_in_a_notebook_is_one_line_of_the_cell() -> None:
    """Stage, event and end replace one output; text of a file is escaped."""
    shown: list[str] = []

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            assert raw
            shown.append(data["text/html"])

    console = NotebookConsole(handle=Handle())
    console.stage("a<b")
    console.show(SearchEvent(1.0, 2000.0, 1900.0, stage="LP"))
    console.end()
    assert shown == [
        "<code>00:00  a&lt;b</code>",
        "<code>00:00  LP   plan 2.00 GUSD   bound 1.90 GUSD   gap 5.00 %</code>",
    ]


def test_impossible_option_is_refused() -> None:
    """An unknown method or a negative limit raises UsageError before anything is solved."""
    with pytest.raises(kd.UsageError, match="method: found 'simplex'"):
        kd.solve(TINY / "fleet.yaml", method="simplex")
    with pytest.raises(kd.UsageError, match="seconds"):
        kd.solve(TINY / "fleet.yaml", seconds=-1)
    with pytest.raises(kd.UsageError, match=r"gap: found 2, expected a share of at most 1: perhaps 0\.02"):
        kd.solve(TINY / "fleet.yaml", gap=2)


def test_import_is_lazy() -> None:
    """Importing the package loads neither Pyomo nor pandas; every public name exists."""
    code = "import sys, kardashev; print(sorted({'pyomo', 'pandas', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert all(getattr(kd, name) is not None for name in kd.__all__)
