"""Months that vary by case: the value of each case, the good end, faults, and levers of a tornado and a sweep."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from solver.ask.common.journal import Journal
from solver.ask.common.question import Question
from solver.ask.sensitivity.ranges import ranged_levers
from solver.ask.sensitivity.sensitivity import SensitivityOptions, journal_identity, sensitivity
from solver.batch.sweep import sampled
from solver.errors import InstanceError, UsageError
from solver.instance.good_ends import good_end
from solver.instance.json_schema import schema_json
from solver.instance.quantities import Quantity
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.report.sensitivity import sensitivity_lines, sensitivity_table
from solver.report.sensitivity_chart import sensitivity_chart
from solver.run.solve import Options
from tests.pipeline import INSTANCES, run

LEVER = "vehicles.big.available_from"
RANGE = "{low: 2029-06, central: 2030-01, high: 2031-01, source: assumption, note: for the test}"
EARLY, LATE = 48.7603306, 80 / 1.21**0.5 - 20 * 0.9 / 1.21
"""Optimum with the big vehicle, and with two flights of the small one in its place."""


def ranged(folder: Path, span: str = RANGE, case: str | None = None) -> Loaded[Instance]:
    """One flight, whose vehicle flies from an uncertain date on."""
    path = folder / "ranged.yaml"
    extends, vehicles = INSTANCES / "tiny" / "one_flight.yaml", f"vehicles: {{big: {{available_from: {span}}}}}"
    path.write_text(f"format: 2\nname: ranged\nextends: {extends}\n{vehicles}\n", encoding="utf-8")
    return read(path, case=case)


DATES = {"low": "2029-06", "central": "2030-01", "high": "2031-01", "optimistic": "2029-06", "pessimistic": "2031-01"}


@pytest.mark.parametrize("case", DATES)
def test_each_case_has_its_month_and_its_optimum(case: str, tmp_path: Path) -> None:
    """The earlier month is low and good for a first flight; the plan pays for the later one."""
    loaded = ranged(tmp_path, case=case)
    assert loaded.instance.vehicles["big"].available_from == DATES[case]
    assert loaded.resolved["vehicles"]["big"]["available_from"] == DATES[case]
    assert run(loaded.instance).solution.objective == pytest.approx((LATE if DATES[case] > "2030-01" else EARLY) / 1e3)


def test_option_of_the_command_line_chooses_the_case(tmp_path: Path) -> None:
    """``--set case=pessimistic`` takes the later month, and a month replaces the range whole."""
    ranged(tmp_path)
    path = tmp_path / "ranged.yaml"
    assert read(path, changes=["case=pessimistic"]).instance.vehicles["big"].available_from == "2031-01"
    single = read(path, changes=[f"{LEVER}=2030-07"])
    assert single.instance.vehicles["big"].available_from == "2030-07"
    assert ("vehicles", "big", "available_from") not in single.quantities


FAULTS = {
    "{low: 2031-01, central: 2030-01}": (".low", "found 2031-01, expected at most central (2030-01)"),
    "{central: 2030-01, high: 2029-12}": (".high", "found 2029-12, expected at least central (2030-01)"),
    "{central: 2030-13}": (".central", 'found "2030-13", expected a month such as 2031-04'),
    "{central: 2030}": (".central", "found 2030, expected a month such as 2031-04"),
    "{low: 2030-01}": (".central", "missing; expected a month such as 2031-04"),
    "{central: 2030-01, source: assumption}": (".note", "an assumption needs a note"),
}


@pytest.mark.parametrize("span", FAULTS)
def test_faults_of_a_ranged_month(span: str, tmp_path: Path) -> None:
    """Each is named once, at its own key."""
    with pytest.raises(InstanceError) as caught:
        ranged(tmp_path, span)
    (fault,) = caught.value.issues
    assert (fault.path, FAULTS[span][1] in fault.message) == (LEVER + FAULTS[span][0], True)


def test_rule_that_one_end_breaks_is_found_in_every_case(tmp_path: Path) -> None:
    """A last month that lies before the latest first one is a fault, although the central months are in order."""
    ranged(tmp_path)
    with pytest.raises(InstanceError) as caught:
        read(tmp_path / "ranged.yaml", changes=["vehicles.big.available_until=2030-07"])
    assert [fault.message for fault in caught.value.issues] == [
        "found 2030-07, expected a month after available_from, 2031-01 (in case high)"
    ]


def test_good_ends_of_dates() -> None:
    """Earlier is better for what begins, later for what ends; a date of demand is neither."""
    assert good_end(("vehicles", "big", "available_from")) == "low"
    assert good_end(("vehicles", "big", "available_until")) == "high"
    assert good_end(("supply", "accelerators_gw", "from")) == "low"
    assert good_end(("target", "milestones", 0, "date")) is None
    assert good_end(("horizon", "start")) is None
    quantity = Quantity(24360.0, 24361.0, 24366.0, good="low", month=True)
    assert [quantity.value(case) for case in ("low", "pessimistic", "optimistic")] == ["2030-01", "2030-07", "2030-01"]
    assert quantity.at(0.3) == 24362.0


def test_shipped_dates_vary_by_case() -> None:
    """Everything that begins does so no earlier in the pessimistic case, and Starship V4 two years later."""
    early, late = (read(INSTANCES / "reference" / "terawatt.yaml", case=case) for case in ("optimistic", "pessimistic"))
    dated = [path for path, quantity in early.quantities.items() if quantity.month]
    assert len(dated) >= 30
    assert early.instance.vehicles["starship_v4"].available_from == "2028-01"
    assert late.instance.vehicles["starship_v4"].available_from == "2031-07"
    for path in dated:
        one, other = early.quantities[path].value("optimistic"), late.quantities[path].value("pessimistic")
        assert (str(one) >= str(other)) if path[-1] == "available_until" else (str(one) <= str(other)), path


@pytest.mark.slow
@pytest.mark.parametrize("case", ["pessimistic", "optimistic"])
def test_references_are_valid_in_every_case(case: str) -> None:
    """The ends that are good or bad together make no file invalid: no date before another, no delay out of reach."""
    for path in (INSTANCES / "reference").glob("*.yaml"):
        assert read(path, case=case).instance.case == case


@pytest.mark.slow
def test_lever_over_dates_is_rebuilt(tmp_path: Path) -> None:
    """A tornado has the optimum of each end, as dates change which rows and columns there are; text has months."""
    loaded, question = ranged(tmp_path), Question(Options(Limits(seconds=60.0, gap=0.0)))
    options = SensitivityOptions(jobs=1)
    found = sensitivity(loaded, question, options, Journal(None, journal_identity(loaded, question)))
    (bar,) = found.bars
    assert (bar.path, bar.low.value, bar.central, bar.high.value) == (LEVER, "2029-06", "2030-01", "2031-01")
    assert (bar.low.plan, bar.high.plan) == pytest.approx((EARLY, LATE))
    assert (bar.low.bound, bar.high.bound) == pytest.approx((EARLY, LATE))
    assert bar.distinguishable
    assert any(f"{LEVER}: 2029-06 plan" in line for line in sensitivity_lines(found))
    assert f"| `{LEVER}` | 2029-06 | 2030-01 | 2031-01 |" in sensitivity_table(found)
    assert "2031-01" in str(sensitivity_chart(found))


def test_range_of_the_command_line_may_be_of_months(tmp_path: Path) -> None:
    """``--range`` takes two months for a month, and refuses numbers for it, or months for a number."""
    loaded = ranged(tmp_path, "2030-01")
    (lever,) = ranged_levers(loaded, given=[f"{LEVER}=2029-07:2032-01"])
    assert lever.shown == ("2029-07", "2030-01", "2032-01")
    assert list(lever.values(0.5).values()) == ["2030-10"]
    for option, text in (
        (f"{LEVER}=1:2", "expected a number"),
        ("vehicles.big.flight_musd=2029-07:2030-01", "expected a month"),
    ):
        with pytest.raises(UsageError, match=text):
            ranged_levers(loaded, given=[option])


def test_sweep_draws_months(tmp_path: Path) -> None:
    """Scenarios drawn from a range of months set months within it, each of which is read."""
    loaded = ranged(tmp_path)
    sweep = sampled(tmp_path / "ranged.yaml", loaded, (), 8, "lhs", 1, ())
    months = [row[0] for row in sweep.rows]
    assert sweep.levers == (LEVER,)
    assert len(set(months)) > 4
    assert all("2029-06" <= month <= "2031-01" for month in months)
    assert (
        read(tmp_path / "ranged.yaml", changes=[f"{LEVER}={months[0]}"]).instance.vehicles["big"].available_from
        == months[0]
    )


def test_json_schema_knows_ranged_months() -> None:
    """An editor accepts a month or a range of months, and no numbers in it."""
    schema = schema_json(Instance)
    valid = jsonschema.Draft202012Validator(schema)
    for value, good in (("2030-01", True), ({"central": "2030-01"}, True), ({"central": 2030}, False), (2030, False)):
        assert valid.is_valid({"format": 2, "sites": {"cape": {"available_from": value}}}) is good
