"""Sweeps: scenarios of a grid, of a sample over the sourced ranges and of a table, in one tidy table."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from solver.batch.sweep import grid, sampled, tabled
from solver.errors import UsageError
from solver.instance.fields import month_number
from solver.instance.read import read
from solver.report.plot import rendered
from solver.report.sweep_chart import lever_label, sweep_chart
from tests.solver.command import TINY, ended

FLEET = TINY / "fleet.yaml"
GIGAWATT = TINY.parent / "reference" / "gigawatt.yaml"


def test_grid_holds_every_combination() -> None:
    """Two options with three and two values make six scenarios; one value is set in all of them."""
    sweep = grid(FLEET, ["a.b=1,2,3", "c=x,y", "d={low: 1, high: 2}"])
    assert sweep.levers == ("a.b", "c")
    assert [task.changes for task in sweep.tasks][:3] == [
        ("d={low: 1, high: 2}", "a.b=1", "c=x"),
        ("d={low: 1, high: 2}", "a.b=1", "c=y"),
        ("d={low: 1, high: 2}", "a.b=2", "c=x"),
    ]
    assert len(sweep.tasks) == 6


def test_brackets_and_quotes_keep_their_commas() -> None:
    """A list is one value, and so is a text in quotes."""
    sweep = grid(FLEET, ["use.shells=[near, far],[near]", "name='a, b',c"])
    assert sweep.rows == (
        ("[near, far]", "'a, b'"), ("[near, far]", "c"), ("[near]", "'a, b'"), ("[near]", "c"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["a"], "expected PATH=VALUE"),
        (["=1,2"], "expected PATH=VALUE"),
        (["a=1,,2"], "empty value"),
        (["a="], "empty value"),
        (["a=1,1"], "a value twice"),
        (["a=1,2", "a=3"], "found a twice"),
        ([f"{name}=" + ",".join(map(str, range(50))) for name in "abc"], "125,000 scenarios"),
    ],
)
def test_a_wrong_grid_is_named(options: list[str], problem: str) -> None:
    """An option that means nothing, or too much, is refused before anything is solved."""
    with pytest.raises(UsageError, match=problem):
        grid(FLEET, options)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_sample_fills_the_sourced_ranges(method: str) -> None:
    """Every drawn value lies within its range; each tenth of a range is met once by ten Latin hypercube points."""
    loaded = read(GIGAWATT)
    sweep = sampled(GIGAWATT, loaded, ["vehicles.starship_v4.*"], 10, method, 7, ())
    assert len(sweep.rows) == 10
    assert all(lever.startswith("vehicles.starship_v4.") for lever in sweep.levers)
    tenths: list[list[int]] = []
    for lever, values in zip(sweep.levers, zip(*sweep.rows, strict=True), strict=True):
        quantity = loaded.quantities[tuple(lever.split("."))]
        numbers = sorted(float(month_number(value)) if quantity.month else float(value) for value in values)
        assert quantity.low * (1 - 1e-8) <= numbers[0] < numbers[-1] <= quantity.high * (1 + 1e-8)
        shares = [(v - quantity.low) / (quantity.high - quantity.low) for v in numbers]
        evenly = quantity.high < 10 * quantity.low and not quantity.month
        tenths.append([int(10 * share - 1e-6) for share in shares] if evenly else [])
    linear = [met for met in tenths if met]
    assert linear
    assert all(met == list(range(10)) for met in linear) is (method == "lhs")
    assert sampled(GIGAWATT, loaded, ["vehicles.starship_v4.*"], 10, method, 7, ()) == sweep
    with pytest.raises(UsageError, match="did you mean vehicles"):
        sampled(GIGAWATT, loaded, ["vehicles.starship_v4.flight_mud"], 2, method, 0, ())


def test_table_gives_a_scenario_for_each_row(tmp_path: Path) -> None:
    """Heads are paths; an empty cell sets nothing; a row of another length is named by its line."""
    table = tmp_path / "t.csv"
    table.write_text('vehicles.shuttle.flight_musd,use.shells\n1,\n\n2,"[near, far]"\n', encoding="utf-8")
    assert [task.changes for task in tabled(FLEET, table, ()).tasks] == [
        ("vehicles.shuttle.flight_musd=1",),
        ("vehicles.shuttle.flight_musd=2", "use.shells=[near, far]"),
    ]
    table.write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"t\.csv:3: found 1 cells, expected 2"):
        tabled(FLEET, table, ())
    with pytest.raises(UsageError, match=r"gone\.csv: cannot be read"):
        tabled(FLEET, tmp_path / "gone.csv", ())


def test_a_faulty_cell_is_named_by_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value that is none stands at its line and column; one that a rule forbids elsewhere at its line."""
    monkeypatch.chdir(tmp_path)
    rows = "vehicles.shuttle.flight_musd,sites.cape.pads\n5,\n,99\n\nabc,1\n"
    Path("t.csv").write_text(rows, encoding="utf-8")
    assert ended("sweep", str(FLEET), "--from", "t.csv", "--gap", "0", "--seconds", "20", "--json") == 2
    messages = [row["message"] for row in json.loads(capsys.readouterr().out)["scenarios"]]
    assert messages[0] is None
    assert messages[1].startswith("t.csv:3  ")
    assert "sites.cape.max_pads: found 10, expected at least pads, 99" in messages[1]
    assert messages[2].startswith('t.csv:5  column 1, vehicles.shuttle.flight_musd: found "abc", expected a number')


def test_an_unknown_head_is_found_under_empty_cells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A head that is no path of the file is refused before anything is solved, whichever row has a value."""
    table = tmp_path / "t.csv"
    table.write_text("sites.cape.pads,sites.cape.pad,vehicles.shuttel.flight_musd\n1,,\n2,3,\n", encoding="utf-8")
    assert ended("sweep", str(FLEET), "--from", str(table)) == 2
    found = capsys.readouterr().err
    assert f"{table}:1  sites.cape.pad: no such key; did you mean pads?" in found
    assert f"{table}:1  vehicles.shuttel: no such name" in found


@pytest.mark.slow
def test_sweep_writes_one_tidy_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Levers come first, then status and figures; a bad value is a row as well, and nothing is solved twice."""
    monkeypatch.chdir(tmp_path)
    levers = ("vehicles.shuttle.flight_musd", "vehicles.shuttle.fleet.build_musd")
    options = ["--set", f"{levers[0]}=-1,5", "--set", f"{levers[1]}=50,100", "--gap", "0"]
    assert ended("sweep", str(FLEET), *options) == 2
    assert "2 of 4 answered, 0 of them before." in capsys.readouterr().out
    table = pd.read_csv("results/runs/fleet/sweep/scenarios.csv")
    assert tuple(table.columns[:2]) == levers
    assert list(table["status"]) == ["bad input", "bad input", "optimal", "optimal"]
    assert table["objective"][3] == pytest.approx(651.520038, rel=1e-8)
    assert table["message"][0].startswith("--set vehicles.shuttle.flight_musd: found -1")
    assert table["gw_2032"][3] >= 0.2
    assert Path("results/runs/fleet/sweep/sweep.svg").is_file()
    assert ended("sweep", str(FLEET), *options, "--json") == 2
    data = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in data["scenarios"]] == ["bad input", "bad input", "optimal", "optimal"]
    assert ended("sweep", str(FLEET)) == 2
    assert "nothing to vary" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("levers", "domain"), [(("a.b",), pytest.approx([0.76, 0.84])), (("a.b", "c"), None)], ids=["one", "two"]
)
def test_picture_shows_plans_and_says_why_there_is_none(levers: tuple[str, ...], domain: object) -> None:
    """A scenario without a plan is marked; equal costs do not blow up the axis; more levers have no picture."""
    table = pd.DataFrame(
        {
            "a.b": [1, 2, 3], "c": ["x", "x", "y"], "status": ["optimal", "infeasible", "no_plan"],
            "objective": [800.0, None, None], "bound": [800.0 - 1e-9, None, None], "unit": ["MUSD"] * 3,
            "orbit_gw": [1.0, None, None], "ground_gw": [0.0, None, None],
        }
    )  # fmt: skip
    spec = sweep_chart(table, levers, "title")
    assert spec is not None
    picture = rendered(spec, "svg").decode()
    assert "infeasible" in picture
    assert "no plan" in picture
    assert spec["layer"][0]["encoding"].get("y", {}).get("scale", {}).get("domain") == domain
    assert sweep_chart(table, ("a.b", "c", "status"), "title") is None
    assert sweep_chart(table.assign(objective=None), levers, "title") is None


@pytest.mark.parametrize(("path", "label"), [
    ("vehicles.van.flight_musd", "van, flight, MUSD"),
    ("technology.buses.flat.operations_share_per_year", "buses, flat, operations, share per year"),
    ("network.links.rate", "links, rate"),
    ("case", "case"),
])  # fmt: skip
def test_a_path_in_words_has_its_unit(path: str, label: str) -> None:
    """Axes name levers as a reader does who does not know the keys."""
    assert lever_label(path) == label


@pytest.mark.slow
def test_picture_of_one_lever_shows_orbit_and_ground_where_both_are_rivals() -> None:
    """Below the value of each run stands how much of the power is in orbit and how much on the ground."""
    table = pd.DataFrame(
        {
            "vehicles.van.flight_musd": [10, 100], "status": "optimal",
            "objective": [200_000.0, 150_000.0], "bound": [201_000.0, 150_000.0],
            "unit": "MUSD", "orbit_gw": [9.0, 0.0], "ground_gw": [8.0, 8.0],
        }
    )  # fmt: skip
    spec = sweep_chart(table, ("vehicles.van.flight_musd",), "title")
    assert spec is not None
    assert len(spec["vconcat"]) == 2
    picture = rendered(spec, "svg").decode()
    for text in ("IT power at the end, GW", "ground", "van, flight, MUSD", ">150<", "net present value: plan (point)"):
        assert text in picture
