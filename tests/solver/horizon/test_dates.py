"""Dates that act at another instant than they say are named with the instant that they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.horizon.dates import date_warnings
from solver.instance.json_schema import schema_json
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.instance.validation_issues import words
from tests.solver.command import ended

TINY = Path(__file__).parents[3] / "instances" / "tiny"


def warned(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    """Warnings for an instance that extends a tiny one, by key."""
    file = tmp_path / "case.yaml"
    file.write_text(f"format: 2\nname: dates\nextends: {TINY / name}\n{text}\n")
    return {words(path): message for path, message in date_warnings(read(file).instance)}


YEARS = "horizon: {start: 2030-01, periods: [{count: 3, length: year}]}"


def test_a_stock_asked_between_two_ends_is_asked_at_the_later_one(tmp_path: Path) -> None:
    """Power for February 2031 over yearly periods is power at the end of 2031."""
    found = warned(tmp_path, "one_flight.yaml", f"{YEARS}\ntarget: {{milestones: [{{date: 2031-02, gw: 0.04}}]}}")
    assert found == {"target.milestones[0].date": "2031-02 is first asked at 2032-01, the end of a period"}


def test_a_date_at_the_end_of_a_period_needs_no_warning(tmp_path: Path) -> None:
    """Dates that fall on the instants of their rules mean what they say."""
    text = (
        f"{YEARS}\ntarget: {{milestones: [{{date: 2031-01, gw: 0.04}}]}}\nsites: {{cape: {{available_from: 2031-01}}}}"
    )
    assert warned(tmp_path, "one_flight.yaml", text) == {}


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("sites: {cape: {available_from: 2031-03}}", "sites.cape.available_from", "acts from 2032-01"),
        ("platforms: {cube: {available_from: 2032-02}}", "platforms.cube.available_from", "never available"),
        ("vehicles: {big: {available_from: 2030-02}}", "vehicles.big.available_from", "acts from 2031-01"),
        ("vehicles: {big: {available_until: 2031-11}}", "vehicles.big.available_until", "acts from 2031-01"),
        ("vehicles: {big: {available_from: 2031-03, available_until: 2032-11}}", "vehicles.big.available_until",
         "never flies"),
        ("supply: {accelerators_gw: {start_per_year: 1, from: 2030-05}}", "supply.accelerators_gw.from",
         "acts from 2030-01"),
        ("supply: {accelerators_gw: {start_per_year: 1, from: 2032-08}}", "supply.accelerators_gw.from", "never any"),
    ],
)  # fmt: skip
def test_every_dated_key_is_held_against_the_instants_of_its_rule(
    tmp_path: Path, text: str, key: str, message: str
) -> None:
    """Each warning names the key, its date and the instant that it means."""
    found = warned(tmp_path, "one_flight.yaml", f"{YEARS}\n{text}")
    assert message in found[key]


def test_every_date_of_the_schema_is_held_against_an_instant() -> None:
    """Every key of the format that holds a month is one that these rules or those of the horizon read."""
    cases = {"low", "central", "high"}
    assert dated_keys(schema_json(Instance)) - cases == {"start", "date", "available_from", "available_until", "from"}


def dated_keys(schema: dict[str, Any]) -> set[str]:
    """Keys whose values are months, in a JSON Schema."""
    found: set[str] = set()

    def walk(node: Any, key: str) -> None:
        if isinstance(node, dict):
            if "[0-9]{4})-" in str(node.get("pattern", "")):
                found.add(key)
            for name, child in node.items():
                walk(child, key if name in ("anyOf", "properties", "items", "oneOf", "allOf") else name)
        elif isinstance(node, list):
            for child in node:
                walk(child, key)

    walk(schema, "")
    return found


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("{kind: mass_to_orbit, milestones: [{date: 2032-08, kt_per_year: 1}]}", "2030-01 to 2032-07"),
        ("{kind: power_alive, milestones: [{date: 2033-02, gw: 1}]}", "2030-02 to 2033-01"),
        ("{kind: power_alive, milestones: [{date: 2031-02, gw: 1}, {date: 2031-05, gw: 2}]}", "which no period asks"),
        (
            "{kind: power_added, milestones: [{date: 2030-08, gw_per_year: 1}, {date: 2031-02, gw_per_year: 2}]}",
            "which no period asks",
        ),
    ],
)
def test_a_demand_that_no_period_asks_is_a_fault(tmp_path: Path, target: str, expected: str) -> None:
    """A milestone after the last instant that is read, or overtaken before any is, cannot be lost without a word."""
    file = tmp_path / "case.yaml"
    file.write_text(f"format: 2\nname: lost\nextends: {TINY / 'one_flight.yaml'}\n{YEARS}\ntarget: {target}\n")
    with pytest.raises(InstanceError) as caught:
        read(file)
    assert any("target.milestones[0].date" in str(issue) and expected in str(issue) for issue in caught.value.issues)


def test_a_milestone_on_a_line_is_asked_by_the_line(tmp_path: Path) -> None:
    """Between straight lines no end need fall between two milestones; the path is read along the way."""
    milestones = "{date: 2031-01, gw: 0.01}, {date: 2032-02, gw: 0.02}, {date: 2032-05, gw: 0.03}"
    target = f"{{interpolation: linear, milestones: [{milestones}]}}"
    assert set(warned(tmp_path, "one_flight.yaml", f"{YEARS}\ntarget: {target}")) == {"target.milestones[2].date"}


def test_validate_and_show_print_the_warnings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both commands name the key and the true date; the file stays valid."""
    file = tmp_path / "case.yaml"
    target = "{milestones: [{date: 2031-02, gw: 0.04}]}"
    file.write_text(f"format: 2\nname: mid\nextends: {TINY / 'one_flight.yaml'}\n{YEARS}\ntarget: {target}\n")
    for command in ("validate", "show"):
        assert ended(command, str(file)) == 0
        assert "target.milestones[0].date: 2031-02 is first asked at 2032-01" in capsys.readouterr().out
