"""Names of things are text on every hop, also where they read like numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from solver.check import check
from solver.instance.read import read
from solver.run.checkpoint import model_hash
from tests.pipeline import run
from tests.solver.command import ended

FILE = Path(__file__).parents[1] / "data" / "names_like_numbers.yaml"


def test_the_plan_has_the_names_of_the_file_and_passes_its_check() -> None:
    """A site, a vehicle and a platform called nan and a shell called inf: the optimum by hand, no violation."""
    instance = read(FILE).instance
    done = run(instance)
    assert done.plan is not None
    assert done.plan.claims.objective == pytest.approx(48.7603306, rel=1e-6)
    assert list(check(instance, done.plan)) == []
    assert done.plan.decisions.flights == {("nan", "inf", 0): 1}
    assert done.plan.decisions.launches == {("nan", "nan", 0): 1}
    assert {design.platform for design in done.plan.designs} == {"nan"}


def test_printed_names_find_their_columns_again() -> None:
    """A checkpoint names columns in print: no two print alike, and each is found under what it prints."""
    matrix = run(read(FILE).instance).matrix
    assert [matrix.index[name] for name in matrix.column_names] == list(range(matrix.columns))
    assert [matrix.row_index[name] for name in matrix.row_names] == list(range(matrix.rows))
    assert model_hash(matrix) == model_hash(run(read(FILE).instance).matrix)


def test_tables_and_checks_of_a_run_read_them_back(tmp_path: Path) -> None:
    """The run directory passes ``check``, its tables hold the names as text, and ``compare`` takes them."""
    out, other = tmp_path / "run", tmp_path / "other"
    for folder in (out, other):
        assert ended("solve", str(FILE), "--gap", "0", "--out", str(folder)) == 0
    assert ended("check", str(out)) == 0
    with (out / "tables" / "flights.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {(line["vehicle"], line["shell"]) for line in lines} == {("nan", "inf")}
    assert ended("compare", str(out), str(other), "--csv", str(tmp_path / "both.csv")) == 0
