"""Quantities: the case that is chosen, what is kept for reports, and faults in every case."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.errors import UsageError
from solver.instance.quantities import CASES, Quantity
from solver.instance.read import digest, read

from .mini import GOOD, Mini, faults, loaded, write

RANGED = (
    GOOD
    + """\
vehicles:
  a:
    payload_t: {low: 35, central: 80, high: 120.5, source: paper}
    price_usd_per_kg: {central: 7, source: assumption, note: a guess}
    loss_share: 0.1
sources:
  paper: {title: A paper}
"""
)


@pytest.mark.parametrize(("case", "payload"), [(None, 80), ("low", 35), ("central", 80), ("high", 120.5)])
def test_case_chooses(tmp_path: Path, case: str | None, payload: float) -> None:
    """The case asked for gives the numbers; central is the default; what is not given falls back to central."""
    vehicle = loaded(tmp_path, RANGED, case).instance.vehicles["a"]
    assert vehicle.payload_t == payload
    assert vehicle.price_usd_per_kg == 7


def test_case_of_the_file(tmp_path: Path) -> None:
    """The file may choose its case, and the caller overrides it."""
    path = write(tmp_path, RANGED + "case: low\n")
    assert read(path, Mini).instance.vehicles["a"].payload_t == 35
    assert read(path, Mini).resolved["case"] == "low"
    assert read(path, Mini, case="high").instance.case == "high"


def test_quantities_are_kept(tmp_path: Path) -> None:
    """Reports can tell range, source and note of every sourced number; a plain number has none."""
    kept = loaded(tmp_path, RANGED).quantities
    assert set(kept) == {("vehicles", "a", "payload_t"), ("vehicles", "a", "price_usd_per_kg")}
    assert kept["vehicles", "a", "payload_t"] == Quantity(35, 80, 120.5, "paper", good="high")
    guess = kept["vehicles", "a", "price_usd_per_kg"]
    assert (guess.low, guess.central, guess.high, guess.source, guess.note) == (7, 7, 7, "assumption", "a guess")
    assert guess.given == {"central"}


def test_a_file_read_before_gives_the_same_and_an_instance_of_its_own(tmp_path: Path) -> None:
    """What is kept of a file for the next reading is the same for each, and no reader can change it for another."""
    first = loaded(tmp_path, RANGED)
    first.resolved["vehicles"].clear()
    first.quantities.clear()
    second, changed = (
        loaded(tmp_path, RANGED),
        read(write(tmp_path, RANGED), Mini, changes=["vehicles.a.loss_share=0.2"]),
    )
    assert (second.instance, second.hash) == (first.instance, first.hash)
    assert second.resolved["vehicles"]["a"]["payload_t"] == 80
    assert changed.instance.vehicles["a"].loss_share == 0.2
    assert changed.quantities == second.quantities
    assert loaded(tmp_path, RANGED, "low").instance.vehicles["a"].payload_t == 35


def test_unknown_case_asked(tmp_path: Path) -> None:
    """A caller that asks for a case that is none gets a usage error."""
    with pytest.raises(UsageError, match="low, central, high, pessimistic or optimistic"):
        loaded(tmp_path, RANGED, "middle")


@pytest.mark.parametrize(
    ("quantity", "path", "message"),
    [
        ("{low: 3, central: 2}", "low", "found 3, expected at most central (2)"),
        ("{central: 2, high: 1.5}", "high", "found 1.5, expected at least central (2)"),
        ("{low: 1, high: 3}", "central", "missing; expected a share"),
        ("{central: 0.5, low: a}", "low", 'found "a", expected a share'),
        ("{central: 0.5, high: }", "high", "found nothing, expected a share"),
        ("{central: true}", "central", "found true, expected a share"),
        ("{central: [1]}", "central", "found a list, expected a share"),
        ("{central: .inf}", "central", "found .inf, expected a finite number"),
        ("{central: 0.5, hgih: 0.6}", "hgih", "no such key; did you mean high?"),
        ("{central: 0.5, source: papr}", "source", 'found "papr", expected a key of sources or assumption; did you me'),
        ("{central: 0.5, source: zzz}", "source", 'found "zzz", expected a key of sources or assumption'),
        ("{central: 0.5, source: 7}", "source", "found 7, expected text"),
        ("{central: 0.5, source: assumption}", "note", "missing; an assumption needs a note"),
        ('{central: 0.5, source: assumption, note: " "}', "note", "expected text"),
        ("{low: -0.5, central: 0.5}", "low", "found -0.5, expected a share at least 0 and less than 1"),
        ("{central: 0.5, high: 1}", "high", "found 1, expected a share at least 0 and less than 1"),
        ("{low: 0.1, central: 1.5}", "central", "found 1.5, expected a share at least 0 and less than 1"),
    ],
)
def test_faulty_quantity(tmp_path: Path, quantity: str, path: str, message: str) -> None:
    """Each fault of a quantity is reported once, at its own key, also in cases that are not used."""
    text = RANGED.replace("loss_share: 0.1", f"loss_share: {quantity}")
    (fault,) = faults(write(tmp_path, text))
    assert fault.line == 11
    assert fault.path == f"vehicles.a.loss_share.{path}"
    assert message in fault.message


def test_quantity_over_several_lines(tmp_path: Path) -> None:
    """A fault stands at the line of the very number."""
    text = RANGED.replace("loss_share: 0.1", "loss_share:\n      low: 0.1\n      central: 0.2\n      high: 2")
    assert [fault.line for fault in faults(write(tmp_path, text))] == [14]


def test_quantity_for_text(tmp_path: Path) -> None:
    """A range where text is expected is one issue: no number stands there."""
    found = faults(write(tmp_path, GOOD.replace("name: Try", "name: {low: 1, central: 2}")))
    assert [(fault.path, fault.message) for fault in found] == [("name", "found a mapping, expected some text")]


def test_mapping_without_central_is_reported(tmp_path: Path) -> None:
    """A number with a source alone, and no value, says what it lacks."""
    text = RANGED.replace("loss_share: 0.1", "loss_share: {source: paper}")
    (fault,) = faults(write(tmp_path, text))
    assert "found a mapping without central, expected a share" in fault.message


def test_names_low_and_high_are_allowed(tmp_path: Path) -> None:
    """A mapping of mappings named low and high is no quantity."""
    text = GOOD + "vehicles:\n  low: {flights: 2}\n  high: {flights: 3}\n"
    assert set(loaded(tmp_path, text).instance.vehicles) == {"low", "high"}


def test_numbers_named_low_and_high_are_a_mapping() -> None:
    """Payloads to shells called low and high are payloads, and a range under such a name is a range."""
    found = read(Path(__file__).parents[2] / "data" / "cases" / "shells-low-high.yaml")
    assert found.instance.vehicles["van"].payload_t == {"low": 40, "high": 30}
    assert found.quantities == {}


def test_shells_named_like_cases_have_ranges(tmp_path: Path) -> None:
    """A range stands where a number is expected, whatever the names around it."""
    case = Path(__file__).parents[2] / "data" / "cases" / "shells-low-high.yaml"
    text = case.read_text(encoding="utf-8").replace("low: 40", "low: {low: 20, central: 40, high: 50}")
    file = write(tmp_path, text)
    assert [read(file, case=case).instance.vehicles["van"].payload_t["low"] for case in CASES] == [20, 40, 50, 20, 50]
    assert set(read(file).quantities) == {("vehicles", "van", "payload_t", "low")}


def test_quantities_in_lists(tmp_path: Path) -> None:
    """Numbers within list items may be quantities too."""
    text = GOOD.replace("gw: 1", "gw: {low: 1, central: 2, high: ten}")
    (fault,) = faults(write(tmp_path, text))
    assert (fault.line, fault.path) == (6, "target.milestones[0].gw.high")
    assert loaded(tmp_path, text.replace("ten", "4"), "high").instance.target.milestones[0].gw == 4  # type: ignore[union-attr]


def test_resolved_is_an_instance_that_means_the_same(tmp_path: Path) -> None:
    """Written out as JSON, the resolved data read back give the same instance and hash."""
    import json

    first = loaded(tmp_path, RANGED, "low")
    copy = write(tmp_path, json.dumps(first.resolved), "copy.yaml")
    again = read(copy, Mini)
    assert again.instance == first.instance
    assert again.resolved == first.resolved
    assert again.hash == first.hash


def test_hash(tmp_path: Path) -> None:
    """The hash ignores name, description, order and notation; it changes with any number and with the case."""
    first = loaded(tmp_path, RANGED).hash
    assert loaded(tmp_path, RANGED.replace("name: Try", "name: Other") + "description: x\n").hash == first
    assert loaded(tmp_path, RANGED.replace("central: 80", "central: 80.0")).hash == first
    assert digest(dict(reversed(loaded(tmp_path, RANGED).resolved.items()))) == first
    assert loaded(tmp_path, RANGED.replace("0.1", "0.2")).hash != first
    assert loaded(tmp_path, RANGED, "low").hash != first
    assert len(first) == 64
