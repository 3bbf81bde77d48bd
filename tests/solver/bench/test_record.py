"""The record of finished runs survives a kill and identifies finished runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.bench.cases import BenchmarkRun
from solver.bench.record import RunRecord, WithoutAnswer, key_of
from solver.errors import UsageError
from tests.solver.bench.rows import row


def test_rows_survive_their_file(tmp_path: Path) -> None:
    """What is appended is read again, empty figures and all."""
    rows = [row(), row(seed=1, objective=None, bound=None, build_seconds=None, checked=False, message='a, "b"')]
    record = RunRecord(tmp_path)
    for each in rows:
        record.append(each)
    assert RunRecord(tmp_path).rows == rows == record.rows


def test_a_line_cut_short_by_a_kill_is_dropped(tmp_path: Path) -> None:
    """After a kill amid a write the complete lines count, and the next one is appended cleanly."""
    record = RunRecord(tmp_path)
    record.append(row())
    record.append(row(seed=1))
    data = record.path.read_bytes()
    record.path.write_bytes(data[:-40])
    again = RunRecord(tmp_path)
    assert again.rows == [row()]
    again.append(row(seed=1))
    assert record.path.read_bytes() == data


def test_a_run_is_identified_by_its_full_key(tmp_path: Path) -> None:
    """A run is done only for the same instance content, method, seed, limit and commit, and not if it failed."""
    record = RunRecord(tmp_path)
    record.append(row())
    record.append(row(seed=1, ended=WithoutAnswer.FAILED))
    case = BenchmarkRun(Path("somewhere/s-1-seed1.yaml"), "search", 0, 60.0)
    assert record.has(key_of(case, "abc"))
    assert not record.has(key_of(case, "other"))
    assert record.has(key_of(case, "abc"), "0123")
    assert not record.has(key_of(case, "abc"), "4567")
    for other in (
        BenchmarkRun(case.instance, "exact", 0, 60.0),
        BenchmarkRun(case.instance, "search", 1, 60.0),
        BenchmarkRun(case.instance, "search", 0, 600.0),
    ):
        assert not record.has(key_of(other, "abc"))


def test_an_invalid_file_is_refused(tmp_path: Path) -> None:
    """A rows.csv with other columns is named and left alone."""
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match=r"rows\.csv: found an invalid line"):
        RunRecord(tmp_path)
    assert (tmp_path / "rows.csv").read_text() == "a,b\n1,2\n"
