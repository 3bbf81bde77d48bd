"""The comparison with HiGHS alone on random instances compares two answers, and goes on where it was cut short."""

from __future__ import annotations

import math
from pathlib import Path

from results.tools.drawn_against_exact import FIELDS, Answer, compared, done, verdict
from solver.milp.solution import Status

OPTIMAL = Answer(Status.OPTIMAL, 0.0, 5.0, 5.0)
NO_PLAN = Answer(Status.NO_PLAN, math.inf, None, 4.0)
INFEASIBLE = Answer(Status.INFEASIBLE, math.inf, None, None)


def test_a_gap_within_a_tenth_of_a_point_is_no_worse() -> None:
    """Half of that is close, twice of it is worse, and no plan is worse than any plan."""
    for gap, expected in ((0.0005, "ok"), (0.002, "worse")):
        assert verdict(Answer(Status.FEASIBLE, gap, 5.0, 4.9), OPTIMAL) == expected
    assert verdict(NO_PLAN, OPTIMAL) == "worse"
    assert verdict(OPTIMAL, NO_PLAN) == "ok"


def test_a_proof_that_there_is_no_plan_counts_and_may_not_contradict_one() -> None:
    """Both prove it, one does not get that far, or one has a plan."""
    assert verdict(INFEASIBLE, INFEASIBLE) == "ok"
    assert verdict(NO_PLAN, INFEASIBLE) == "worse"
    assert verdict(INFEASIBLE, NO_PLAN) == "ok"
    assert verdict(INFEASIBLE, OPTIMAL) == verdict(OPTIMAL, INFEASIBLE) == "contradiction"


def test_two_proven_optima_that_differ_are_a_contradiction() -> None:
    """A difference of one in ten thousand is no tolerance."""
    assert verdict(Answer(Status.OPTIMAL, 0.0, 5.0005, 5.0005), OPTIMAL) == "contradiction"
    assert verdict(Answer(Status.OPTIMAL, 0.0, 5.00000001, 5.0), OPTIMAL) == "ok"


def test_a_journal_holds_what_is_done_but_for_a_line_that_was_cut_short(tmp_path: Path) -> None:
    """Of two lines the second one ends early."""
    journal = tmp_path / "journal.csv"
    journal.write_text(",".join(FIELDS) + "\n7,tiny,optimal,0.0,1.0,optimal,0.0,1.0,ok\n8,tiny,opt", encoding="utf-8")
    assert done(journal) == {7: "ok"}
    assert done(tmp_path / "none.csv") == {}


def test_a_small_instance_is_solved_both_ways() -> None:
    """Both prove the same optimum."""
    line = compared(0, 30.0, "search")
    assert line["verdict"] == "ok"
    assert line["objective"] == line["exact_objective"]
