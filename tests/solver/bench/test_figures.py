"""Best known values and the figures of runs, against hand-made rows and traces."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from solver.bench.best import BestKnown, read_best, update_best, write_best
from solver.bench.figures import MeasuredRun, measured_runs, medians, ratios
from solver.bench.profile import profile
from solver.bench.render import csv_text, markdown, ratio_table, target_table
from solver.bench.trace import TracePoint
from solver.milp.solution import Status
from tests.solver.bench.rows import row

TRACE = [TracePoint(2.0, 200.0, 60.0), TracePoint(20.0, 125.0, 90.0), TracePoint(60.0, 125.0, 99.0, "answer")]
BEST = BestKnown("s-1-seed1", "abc", 10, 20, 15, 100.0, "x", 99.5, "lp_verified", "y")


def test_figures_of_a_run() -> None:
    """Gaps at each time to the best bound, to the best plan and to the run's own bound of that time."""
    figures = MeasuredRun(row(), TRACE, BEST).figures()
    assert figures["gap_bound_10s"] == pytest.approx((200 - 99.5) / 200)
    assert figures["gap_best_10s"] == pytest.approx(0.5)
    assert figures["gap_own_10s"] == pytest.approx(0.7)
    assert figures["gap_bound_60s"] == pytest.approx((125 - 99.5) / 125)
    assert figures["gap_own_60s"] == pytest.approx((125 - 99) / 125)
    assert figures["gap_bound_120s"] is None
    assert figures["seconds_to_1pc"] is None
    assert figures["primal_integral_s"] == pytest.approx(2 + 18 * 0.5 + 40 * 0.2)
    assert figures["build_share"] == pytest.approx(0.01)


def test_an_answer_holds_for_later_times_too() -> None:
    """The result of a run that ended within its gap before its limit counts at any later time."""
    early = MeasuredRun(row(ended=Status.OPTIMAL, total_seconds=21.0), TRACE, BEST)
    assert early.figures()["gap_best_600s"] == pytest.approx(0.2)


def test_medians_count_no_plan_as_the_worst() -> None:
    """Of a plan of 125, one of 200 and none the median is that of 200; of one plan and two without it is none."""
    runs = [
        MeasuredRun(row(seed=0), TRACE, BEST),
        MeasuredRun(row(seed=1), TRACE[:1], BEST),
        MeasuredRun(row(seed=2, objective=None), [], BEST),
    ]
    assert medians(runs)[0]["gap_bound_60s"] == pytest.approx((200 - 99.5) / 200)
    assert medians([runs[0], runs[2], runs[2]])[0]["gap_bound_60s"] is None
    assert medians(runs)[0]["with_plan"] == 2


def test_medians_are_of_the_longest_limit() -> None:
    """A short run of the same method does not blur the figures of the long ones."""
    runs = [MeasuredRun(row(), TRACE[:1], BEST), MeasuredRun(row(limit_seconds=600.0), TRACE, BEST)]
    (line,) = medians(runs)
    assert (line["runs"], line["limit_s"], line["gap_bound_60s"]) == (1, 600.0, pytest.approx((125 - 99.5) / 125))


def test_best_known_takes_checked_plans_and_believable_bounds() -> None:
    """An unchecked plan and a bound above a checked plan are not taken, in whatever order they come."""
    rows = [
        row(objective=50.0, checked=False, bound=None),
        row(seed=1, objective=120.0, bound=110.0),
        row(seed=2, objective=None, checked=False, bound=121.0),
        row(seed=3, objective=None, checked=False, bound=115.0, bound_kind="lp_verified"),
    ]
    for order in (rows, rows[::-1]):
        best = update_best({}, order)["s-1-seed1"]
        assert (best.objective, best.found_by) == (120.0, "search, 60 s, seed 1")
        assert (best.bound, best.bound_kind, best.proven_by) == (115.0, "lp_verified", "search, 60 s, seed 3")


def test_a_cheaper_plan_overthrows_a_known_bound() -> None:
    """A known bound is dropped when a checked plan is below it."""
    best = update_best({"s-1-seed1": BEST}, [row(objective=98.0, bound=97.0)])["s-1-seed1"]
    assert (best.objective, best.bound) == (98.0, None)


def test_new_numbers_of_the_catalogue_begin_anew() -> None:
    """Best values and rows of an instance with another hash no longer count."""
    old, new = row(), row(hash="new", objective=300.0, bound=250.0)
    best = update_best({"s-1-seed1": BEST}, [old, new])
    assert best["s-1-seed1"].objective == 300.0
    assert [run.row for run in measured_runs([old, new], lambda _row: TRACE, best)] == [new]


def test_best_values_survive_their_file(tmp_path: Path) -> None:
    """What is written is read again, with nothing where nothing is known."""
    known = {"s-1-seed1": BEST, "x": BestKnown("x", "h", 1, 2, 3, None, "", None, "", "")}
    write_best(tmp_path / "best.csv", known)
    assert read_best(tmp_path / "best.csv") == known
    assert read_best(tmp_path / "none.csv") == {}


def test_seeds_of_the_generator_are_one_family() -> None:
    """Medians go over instances that differ by their seed, and over the whole of tier T; proofs count as answers."""
    runs = [MeasuredRun(row(instance=f"s-1-seed{seed}"), TRACE, BEST) for seed in (1, 2, 3)]
    runs.append(MeasuredRun(row(instance="t-01-seed1", ended=Status.INFEASIBLE, objective=None), [], BEST))
    runs.append(MeasuredRun(row(instance="t-02-seed1"), TRACE, BEST))
    lines = medians(runs)
    assert [(line["family"], line["runs"], line["infeasible"], line["answered"]) for line in lines] == [
        ("s-1", 3, 0, 0),
        ("t", 2, 1, 1),
    ]


def test_ratios_are_geometric_means_of_pairs() -> None:
    """Gaps of 20.4 % against 50.25 % and against none, on two instances of the tier; a lonely run has no ratio."""
    runs = [
        MeasuredRun(row(), TRACE, BEST),
        MeasuredRun(row(method="exact"), TRACE[:1], BEST),
        MeasuredRun(row(instance="s-1-seed2"), TRACE, BEST),
        MeasuredRun(row(instance="s-1-seed2", method="exact", objective=None), [], BEST),
        MeasuredRun(row(instance="m-1-seed1"), TRACE, BEST),
    ]
    (line,) = ratios(runs)
    assert (line["group"], line["baseline"], line["instances"], line["search_better"]) == ("S", "exact", 2, 2)
    assert line["gap_ratio"] == pytest.approx(math.sqrt((0.5025 + 1e-4) * 1.0001) / (0.204 + 1e-4))
    assert line["seconds_ratio"] == pytest.approx(1.0)
    assert ratio_table(runs[4:]) == ""


def test_only_rows_of_one_commit_count() -> None:
    """Rows of another commit are left out, but for those of the long set."""
    long = BestKnown("xl-1-seed1", "abc", 10, 20, 15, 100.0, "x", 99.5, "lp_verified", "y")
    rows = [row(), row(commit="4567"), row(instance="xl-1-seed1", commit="89ab")]
    best = {"s-1-seed1": BEST, "xl-1-seed1": long}
    found = measured_runs(rows, lambda _row: TRACE, best, "4567")
    assert [run.row.commit for run in found] == ["4567", "89ab"]


def test_targets_are_compared_with_gaps_reached() -> None:
    """The target of the search is 1 % after 60 s on S: 20.4 % misses it, and other methods have no target."""
    table = target_table([MeasuredRun(row(), TRACE, BEST), MeasuredRun(row(method="exact"), [], BEST)])
    assert table.splitlines()[2:] == ["| s-1 | 60 s | 1 % | 20 % | 1 | no |"]
    assert target_table([MeasuredRun(row(method="exact"), TRACE, BEST)]) == ""


def test_targets_in_root_lps_and_in_counts() -> None:
    """The root LP ends 1.4 s after building: 4 of them are over before the second plan, 40 are not. One of two has a
    plan in 20 s, none is within 1 %."""
    middle = [MeasuredRun(row(instance="m-1-seed1"), TRACE, BEST)]
    assert middle[0].root_lp_seconds == pytest.approx(1.4)
    tight = [MeasuredRun(row(instance=f"t-0{n}-seed1"), TRACE[n - 1 :], BEST) for n in (1, 2, 3)]
    lines = target_table([*middle, *tight]).splitlines()[2:]
    assert lines == [
        "| t | 20 s | a plan on 20 | 2 | 3 | no |",
        "| t | 60 s | 1 % on 18 | 0 | 3 | no |",
        "| m-1 | 4 root LPs | 1 % | 50 % | 1 | no |",
        "| m-1 | 40 root LPs | 0.2 % | 20 % | 1 | no |",
    ]


def test_the_page_marks_no_plan_and_not_measured() -> None:
    """A dash stands where a run had no plan, a blank where it did not run so long."""
    page = markdown([MeasuredRun(row(), TRACE[1:], BEST)], [BEST], "kardashev bench")
    line = next(line for line in page.splitlines() if line.startswith("| s-1 | search"))
    assert [cell.strip() for cell in line.split("|")][8:12] == ["-", "20 %", "", ""]
    assert "| s-1-seed1 | 10 | 20 | 15 | 100 | x | 100 | y (lp_verified) | 0.5 % |" in page
    assert "Commit 0123. Machine: two processors. Load when a run began: 0.5 to 0.5." in page
    assert (
        csv_text([MeasuredRun(row(), TRACE, BEST)]).splitlines()[1].startswith("s-1-seed1,search,0,60,feasible,0.5025,")
    )


@pytest.mark.slow
def test_profiles_count_instances() -> None:
    """Of two instances one is within 1 % after 20 s: half of the tier; gaps at the limit are drawn within the axis."""
    near = BestKnown("s-1-seed2", "abc", 10, 20, 15, 125.0, "x", 124.9, "lp_verified", "y")
    runs = [MeasuredRun(row(), TRACE, BEST), MeasuredRun(row(instance="s-1-seed2"), TRACE, near)]
    points = [p for data in profile(runs)["datasets"].values() for p in data]
    of = {k: [(p["value"], p["share"]) for p in points if p["kind"].startswith(k)] for k in ("answered", "gap")}
    assert of["answered"] == [(1.0, 0.0), (20.0, 0.5), (60.0, 0.5)]
    assert [(round(value, 4), share) for value, share in of["gap"]] == [(0.0001, 0), (0.0008, 0.5), (0.204, 1), (1, 1)]
