"""Figures of a trace against values computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.bench.protocol import with_answer
from solver.bench.trace import (
    TracePoint,
    bound_at,
    gap,
    objective_at,
    primal_integral,
    read_trace,
    seconds_to,
    write_rows,
)
from solver.errors import EnvironmentFailure
from tests.solver.bench.rows import row

TRACE = [
    TracePoint(1.0, None, 60.0, "lp"),
    TracePoint(2.0, 200.0, 60.0, "rounding"),
    TracePoint(5.0, 125.0, 90.0, "windows"),
    TracePoint(8.0, 130.0, 95.0, "worse"),
    TracePoint(10.0, 100.0, 99.0, "windows"),
]


def test_best_so_far() -> None:
    """A later, dearer plan does not make the best one worse, and nothing is known before it is found."""
    assert [objective_at(TRACE, t) for t in (1.9, 2.0, 9.0, 10.0)] == [None, 200.0, 125.0, 100.0]
    assert [bound_at(TRACE, t) for t in (0.5, 1.0, 9.0, 10.0)] == [None, 60.0, 95.0, 99.0]


def test_gap_is_a_share_of_the_plan() -> None:
    """125 over a bound of 100 is 20 % of the plan; rounding errors are no gap, and no plan has none."""
    assert gap(125.0, 100.0) == pytest.approx(0.2)
    assert gap(100.0, 100.0 + 1e-5) == 0.0
    assert gap(None, 100.0) is None
    assert gap(100.0, None) is None


def test_time_to_a_gap() -> None:
    """200, 125, 100 lie 51.5, 22.4, 3 % above 97: within 25 % after 5 s, within 3 % after 10 s, within 1 % never."""
    assert seconds_to(TRACE, 0.25, 97.0) == 5.0
    assert seconds_to(TRACE, 0.03, 97.0) == 10.0
    assert seconds_to(TRACE, 0.01, 97.0) is None
    assert seconds_to(TRACE, 0.25, None) is None


def test_primal_integral() -> None:
    """2 s without a plan, 3 s at 1 - 100/200, 5 s at 1 - 100/125, then nothing: 2 + 1.5 + 1."""
    assert primal_integral(TRACE, 60.0, 100.0) == pytest.approx(4.5)
    assert primal_integral(TRACE, 4.0, 100.0) == pytest.approx(3.0)
    assert primal_integral([], 60.0, 100.0) == 60.0
    assert primal_integral(TRACE, 60.0, None) is None


def test_a_trace_survives_its_file(tmp_path: Path) -> None:
    """What is written is read again, in order of time, with nothing where there was nothing."""
    path = tmp_path / "trace.csv"
    path.write_text(write_rows([TRACE[4], *TRACE[:4]]))
    assert read_trace(path) == TRACE
    assert read_trace(tmp_path / "none.csv") == []


def test_a_broken_trace_is_named(tmp_path: Path) -> None:
    """An invalid trace file is an error with its name."""
    path = tmp_path / "trace.csv"
    path.write_text("seconds,objective,bound,strategy\nsoon,1,2,x\n")
    with pytest.raises(EnvironmentFailure, match=r"trace\.csv: found no trace, expected numbers"):
        read_trace(path)


def test_the_answer_ends_the_trace() -> None:
    """It stands at the end of the program; without a trace it counts from the limit on; no answer adds nothing."""
    ended = row(total_seconds=66.0, limit_seconds=60.0)
    assert with_answer(TRACE, ended) == [*TRACE, TracePoint(66.0, 125.0, 90.0, "answer")]
    assert with_answer([TRACE[0]], ended)[-1] == TracePoint(60.0, 125.0, 90.0, "answer")
    assert with_answer([], row(total_seconds=7.0)) == [TracePoint(7.0, 125.0, 90.0, "answer")]
    assert with_answer(TRACE[:2], row(objective=None, bound=None)) == TRACE[:2]
