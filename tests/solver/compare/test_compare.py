"""Tests of ``solver.compare``."""

from __future__ import annotations

import copy
import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from solver.compare import compare
from solver.compare.differences import differences, flattened
from solver.errors import ContradictionError, UsageError
from solver.instance.schema import Instance
from solver.plan import Decisions, Plan
from solver.run.stored_run import Run
from tests.solver import lunar_samples, samples


def _run(name: str, objective: float = 100.0, bound: float | None = 99.0, **changes: Any) -> Run:
    gap = None if bound is None or not objective else abs(objective - bound) / objective
    facts = {"objective": objective, "bound": bound, "gap": gap, "objective_musd": objective, "bound_musd": bound}
    # Runs of one instance whose bounds and plans contradict each other are an alarm.
    manifest = samples.manifest(**{**facts, **changes}).model_copy(update={"instance_hash": f"hash of {name}"})
    plan = samples.plan(objective=objective)
    return Run(manifest, Instance.model_validate(manifest.resolved), plan, Path("/runs") / name)


def _verdict(*runs: Run) -> str:
    return compare(runs).verdicts[0]


def test_gaps_that_overlap_forbid_a_verdict() -> None:
    """A difference smaller than the gaps is not distinguishable, whichever run is named first."""
    a, b = _run("a", 100.0, 98.0), _run("b", 101.0, 99.5)
    for pair in ((a, b), (b, a)):
        assert _verdict(*pair) == "a and b: not distinguishable (1.0 % apart; gap of a 2.0 %, gap of b 1.5 %)"


def test_a_gap_between_the_intervals_is_a_difference() -> None:
    """If even the bound of the worse run lies above the better plan, the better one is cheaper."""
    a, b = _run("a", 100.0, 98.0), _run("b", 125.0, 120.0)
    for pair in ((a, b), (b, a)):
        assert _verdict(*pair) == "a is cheaper than b by 20 %, at least 17 %"


def test_a_run_without_a_bound_proves_nothing() -> None:
    """Without a bound the worse run may still be the better one."""
    assert "not distinguishable" in _verdict(_run("a", 50.0), _run("b", 100.0, None))
    assert "b has no bound" in _verdict(_run("a", 50.0), _run("b", 100.0, None))
    assert _verdict(_run("a", 50.0, None), _run("b", 100.0)) == "a is cheaper than b by 50 %, at least 49 %"


def test_equal_and_proven_runs_cost_the_same() -> None:
    """Two proven optima that agree to a millionth cost the same."""
    assert _verdict(_run("a", 100.0, 100.0), _run("b", 100.00001, 100.00001)) == "a and b: the same cost"


def test_unchecked_plans_are_not_compared() -> None:
    """A plan that failed its check, or a run without a plan, wins nothing."""
    bad = _run("bad", 1.0, 1.0, violations=[samples.violation()], checked=False)
    none = Run(samples.manifest(status="infeasible", objective=None), samples.instance(), None, Path("/runs/none"))
    comparison = compare([bad, _run("good"), none])
    assert comparison.verdicts == (
        "bad is not compared: its plan has not passed the check",
        "none is not compared: it has no plan (infeasible)",
    )
    assert comparison.overview["status"].tolist() == ["optimal, check failed", "optimal", "infeasible"]


def test_other_questions_have_their_own_words() -> None:
    """Factors and dates are compared the right way round, and not with costs."""
    most = {**samples.DATA, "objective": {"kind": "most_power", "budget_musd": 1000.0}}
    a, b = _run("a", 2.0, 2.1, resolved=most), _run("b", 1.5, 1.6, resolved=most)
    assert _verdict(a, b) == "a delivers more than b by 33 %, at least 25 %"
    soon = {**samples.DATA, "objective": {"kind": "earliest_date"}}
    c, d = _run("c", 3, 2.5, resolved=soon), _run("d", 5, 4.0, resolved=soon)
    assert _verdict(c, d) == "c is earlier than d by 2.00 years, at least 1.00"
    assert compare([a, c]).verdicts == ("runs with different objectives are not compared with each other",)


def test_many_runs_are_measured_against_the_best() -> None:
    """Up to five runs every pair is judged; beyond that, every run against the best."""
    assert len(compare([_run(f"r{i}", 100.0 + i) for i in range(5)]).verdicts) == 10
    many = compare([_run(f"r{i}", 200.0 - i, 199.0 - i) for i in range(7)]).verdicts
    assert len(many) == 6
    assert all("r6" in sentence for sentence in many)


def test_paths_of_what_differs() -> None:
    """Differences have the path of the file and a value for each run; names and sources do not count."""
    changed = copy.deepcopy(samples.DATA)
    changed["name"] = "Another"
    changed["target"]["milestones"][1]["gw"] = 0.06
    changed["vehicles"]["heavy"]["fleet"] = {}
    del changed["shells"]["high"]["transfer_years"]
    found = differences(
        [samples.manifest(), samples.manifest(resolved=changed, options={**samples.OPTIONS, "gap": 0.02})]
    )
    assert found == [
        ("target.milestones[1].gw", "0.05", "0.06"),
        ("shells.high.transfer_years", "0.5", "-"),
        ("vehicles.heavy.fleet", "-", "none"),
        ("options.gap", "0.01", "0.02"),
    ]
    assert dict(flattened({"a": [1, {"b": True}], "c": []})) == {"a[0]": 1, "a[1].b": True, "c": []}


def test_power_by_year_is_that_of_its_end() -> None:
    """Quarters and years are lined up at the ends of calendar years; a run shorter than another has gaps."""
    shorter = copy.deepcopy(samples.DATA)
    shorter["horizon"]["periods"][1]["count"] = 2
    decisions = samples.DECISIONS.__class__(loaded={("heavy", "mark1", "low", 2): 8})
    short = _run("short", resolved=shorter)
    short = Run(short.manifest, short.instance, samples.plan(decisions), short.path)
    power = compare([_run("long"), short]).power
    assert power["year"].tolist() == ["2030", "2031", "2032", "2033"]
    assert power["long"][3] == pytest.approx(0.050606, rel=1e-4)
    assert power["long"][0] == pytest.approx(power["short"][0])
    assert power["short"].isna().tolist() == [False, False, False, True]


def test_labels_tell_runs_apart() -> None:
    """Runs of one name get as much of their path as is needed; the same directory twice is refused."""
    comparison = compare([_run("x/one"), _run("y/one"), _run("two")])
    assert comparison.labels == ("x/one", "y/one", "two")
    with pytest.raises(UsageError, match="named twice"):
        compare([_run("one"), _run("one")])
    with pytest.raises(UsageError, match="at least one"):
        compare([])


def _many_differences(plan: Plan | None = None) -> list[Run]:
    more = copy.deepcopy(samples.DATA)
    more["vehicles"]["spare"] = copy.deepcopy(more["vehicles"]["ship"])
    more["sites"] = {**more["sites"], **{f"site_{i}": {"pads": i, "max_pads": i, "pad_musd": 1.0} for i in range(12)}}
    runs = [_run("a|[red]b"), _run("c", resolved=more)]
    return [Run(run.manifest, run.instance, plan or run.plan, run.path) for run in runs]


def test_terminal_and_markdown_show_forty_differences() -> None:
    """The first forty differences are shown with the count of the rest, and no label is read as markup."""
    comparison = compare(_many_differences())
    rest = f"and {len(comparison.differences) - 40} more"
    assert len(comparison.differences) > 40
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(comparison.to_rich())
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "a|[red]b" in text
    assert rest in text
    assert comparison.verdicts[0] in text
    markdown = comparison.to_markdown()
    assert rest in markdown
    assert "a\\|\\[red\\]b" in markdown
    assert markdown.count("| sites.site_") <= 40


def test_the_moon_is_compared_where_a_run_may_use_it() -> None:
    """Seed, plant, drivers, imports and date stand side by side; a run without the Moon has dashes, and its index."""
    used, unused, other = lunar_samples.run("used"), lunar_samples.run("unused", Decisions()), _run("other")
    used = replace(used, manifest=used.manifest.model_copy(update={"instance_hash": "hash of used"}))
    comparison = compare([used, unused, other])
    moon = comparison.moon.set_index("run")
    assert moon["first_seed"].to_dict() == {"used": "2030", "unused": "-", "other": "-"}
    assert moon["moon_exceeds_earth"].to_dict() == {"used": "2041", "unused": "-", "other": "-"}
    assert moon.loc["used", ["mass_drivers", "import_share"]].tolist() == [1, 0]
    assert moon["kardashev_index"].notna().to_dict() == {"used": True, "unused": False, "other": True}
    assert "| used | 2030 | 25,600 | 1.00 | 1 | 0 % | 2041 | 0.271 |" in comparison.to_markdown()
    [row, *_] = csv.DictReader(io.StringIO(comparison.to_csv()))
    assert (row["run"], row["moon_exceeds_earth"]) == ("used", "2041")
    assert compare([other]).moon.empty
    assert "The Moon" not in compare([other]).to_markdown()


def test_csv_has_a_row_for_each_run() -> None:
    """A row has every figure, the power of each year and the value of every path that differs."""
    comparison = compare(_many_differences())
    first, second = csv.DictReader(io.StringIO(comparison.to_csv()))
    assert (second["run"], second["objective"]) == ("c", "100")
    assert set(comparison.differences["path"]) <= set(first)
    assert float(first["gw_2033"]) == pytest.approx(0.050606, rel=1e-4)
    assert "\r" not in comparison.to_csv()


def test_default_view_fits_a_screen() -> None:
    """Few runs stand side by side, many below each other, the cheapest first; the rest is announced with its option."""
    for runs in (_many_differences(), [_run(f"r{i}", 5e5 - i, 5e5 - i) for i in range(40)]):
        console = Console(file=io.StringIO(), width=80, force_terminal=False)
        console.print(compare(runs).to_rich(wide=False))
        lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80
        assert "--wide" in lines[-1]
    assert [line.split()[0] for line in lines[1:3]] == ["r39", "r38"]
    assert "500 GUSD" in lines[1]


def test_a_run_below_its_key_has_the_name_of_its_instance() -> None:
    """No head of a column is a hash; equal names are numbered."""
    runs = [replace(_run("a"), path=Path(f"/runs/sample/{key}")) for key in ("0123456789abcdef", "fedcba9876543210")]
    assert compare(runs).labels == ("sample", "sample (2)")
    [one, other] = [
        replace(run, path=run.path.parent.parent / name / "00ff00ff00") for run, name in zip(runs, "ab", strict=True)
    ]
    assert compare([one, other]).labels == ("sample", "sample (2)")


@pytest.mark.slow
def test_a_comparison_is_short_in_a_shell_and_drawn_in_a_notebook() -> None:
    """The representation is one line; the page holds table, verdicts and picture."""
    comparison = compare([_run("a", 100.0, 98.0), _run("b", 125.0, 120.0)])
    assert repr(comparison) == "<Comparison of a and b: a is cheaper than b by 20 %, at least 17 %>"
    page = comparison._repr_html_()
    assert "<table" in page
    assert "a is cheaper than b by 20 %" in page
    assert page.endswith("</svg>")


def test_runs_of_one_instance_that_contradict_each_other_are_an_alarm() -> None:
    """A bound above the checked plan of another run of the same instance is reported with both numbers."""
    a, b = _run("a", 100.0, 98.0), _run("b", 120.0, 110.0)
    b = replace(b, manifest=b.manifest.model_copy(update={"instance_hash": a.manifest.instance_hash}))
    with pytest.raises(ContradictionError, match=r"b has the bound 110, but the checked plan of a, .* has 100"):
        compare([b, a])


def test_nearly_nothing_has_no_per_cent() -> None:
    """A gap to a cost of nothing is an amount; a difference of nothing is none."""
    for few in (0.0, 1e-9):
        verdict = _verdict(_run("a", few, few - 3.55e-11), _run("b", few, few))
        assert verdict == "a and b: the same cost"
    verdict = _verdict(_run("a", 0.0, -5.0), _run("b", 0.0, -1.0))
    assert verdict == "a and b: not distinguishable (0 % apart; gap of a 5.00 MUSD, gap of b 1.00 MUSD)"
    verdict = _verdict(_run("a", -1000.0, -1000.0), _run("b", 1e-9, 1e-9))
    assert verdict == "a is cheaper than b by 1.00 GUSD, at least 1.00 GUSD"
