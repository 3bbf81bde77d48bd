"""The LP of a combination finds the least numbers of several keys, and the bracket below them is proven."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.ask.explain.bracket import all_below, each_below
from solver.ask.explain.combination import Combination
from solver.ask.explain.levers import MOST_EFFORT, Lever, applied, farther, matching, with_ranges
from solver.ask.explain.repairs import RepairSearch
from solver.ask.explain.trial import cut_off
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.instance_reach import reach
from solver.search.variants.limit_keys import LimitKeys
from tests.solver.small import DATA, with_changes

SHELLS = {
    "target.milestones": [{"date": "2031-01", "gw": 0.4}],
    "shells.near.slots": 10.0,
    "sites.cape.licence_flights_per_year": 4.0,
}
"""Forty nodes of 10 t, four to a flight: 40 slots and 10 flights a year are needed, no more of either and no less."""
KEYS = ("shells.near.slots", "sites.cape.licence_flights_per_year")


def loaded(path: Path, changes: dict[str, Any]) -> Loaded[Instance]:
    """The small instance with changes, as read from a file."""
    path.write_text(yaml.safe_dump(with_changes(DATA, changes)), encoding="utf-8")
    return read(path)


def levers_of(instance: Instance, paths: Sequence[str]) -> list[Lever]:
    """The levers of some keys."""
    known = relaxations(instance, selected_designs(instance)[0])
    return with_ranges([farther(matching(known, path)[0]) for path in paths], {})


def seen(instance: Instance) -> Matrix:
    """The matrix of an instance as a test of its reach builds it."""
    found: list[Matrix] = []
    reach(instance, Limits(), threading.Event(), attempt=True, seen=found.append)
    return found[0]


def test_the_lp_finds_the_least_numbers_of_two_keys(tmp_path: Path) -> None:
    """Slots and licence come to what forty nodes need, though at their loosest both are a million times as much."""
    instance = loaded(tmp_path / "two.yaml", SHELLS).instance
    levers = levers_of(instance, KEYS)
    loosest = applied(instance, levers, [lever.at(MOST_EFFORT) for lever in levers])
    keys = LimitKeys(instance, derive(instance, selected_designs(instance)[0]))
    search = Combination.of(levers, seen(instance), seen(loosest), keys)
    assert search is not None

    def tested(efforts: list[float]) -> tuple[bool, Matrix]:
        changed = applied(instance, levers, [lever.at(e) for lever, e in zip(levers, efforts, strict=True)])
        return reach(changed, Limits(), threading.Event()).enough, seen(changed)

    efforts = search.efforts(tested, Limits)
    assert efforts is not None
    assert [lever.at(e) for lever, e in zip(levers, efforts, strict=True)] == [
        pytest.approx(40.0, rel=0.003), pytest.approx(10.0, rel=0.003)
    ]  # fmt: skip


def test_a_key_that_moves_coefficients_has_no_such_lp(tmp_path: Path) -> None:
    """The payload of a vehicle is in coefficients, so that its number is no column."""
    instance = loaded(tmp_path / "load.yaml", SHELLS).instance
    levers = levers_of(instance, ("vehicles.van.payload_t.near", "shells.near.slots"))
    loosest = applied(instance, levers, [lever.at(MOST_EFFORT) for lever in levers])
    keys = LimitKeys(instance, derive(instance, selected_designs(instance)[0]))
    assert Combination.of(levers, seen(instance), seen(loosest), keys) is None


@pytest.mark.slow
def test_keys_that_the_target_does_not_need_are_left_alone(tmp_path: Path) -> None:
    """A key of the conflict that need not move stays as it is, and each of the others alone is proven to be needed."""
    file = loaded(tmp_path / "spare.yaml", {**SHELLS, "vehicles.van.flights_per_year": {"start_per_year": 50.0}})
    instance = file.instance
    derived = derive(instance, selected_designs(instance)[0])
    search = RepairSearch(file, math.inf, threading.Event(), lambda _text: None)
    search.keys = LimitKeys(instance, derived)
    repair = search._smallest(levers_of(instance, (*KEYS, "vehicles.van.flights_per_year")))
    assert repair is not None
    assert {change.key for change in repair.changes} == set(KEYS)
    assert repair.proven
    assert repair.each
    assert repair.plan_musd is not None
    for change in repair.changes:
        assert float(change.needed) <= 1.06 * float(change.not_enough)


@pytest.mark.parametrize(("ends", "stops"), [(-math.inf, False), (math.inf, True)])
def test_a_trial_ends_at_its_time_and_with_the_question(ends: float, stops: bool) -> None:
    """A search whose time is over is ended, and so is one whose question was stopped."""
    over, stop = threading.Event(), threading.Event()
    if stops:
        stop.set()
    cut_off(over, ends, stop)
    assert over.wait(5.0)


def line(needed: float) -> Lever:
    """A lever whose number needed is known: slots of a shell from one on."""
    (lever,) = levers_of(with_slots(), ("shells.near.slots",))
    assert lever.at(lever.effort(needed)) >= needed
    return lever


def with_slots() -> Instance:
    """The small instance with one slot."""
    return Instance.model_validate(with_changes(DATA, {"shells.near.slots": 1.0}))


def test_less_is_lowered_until_it_is_not_enough() -> None:
    """From an effort that is far too much the lower end goes down in steps that double, to one that is not enough."""
    lever = line(8.0)

    def decide(_levers: Sequence[Lever], efforts: Sequence[float]) -> bool:
        return lever.at(efforts[0]) >= 8.0

    low, high = all_below([lever], [lever.effort(10.0)], 0.01, decide)
    assert lever.at(low[0]) < 8.0 <= lever.at(high[0]) < 10.0
    assert each_below([lever], [lever.effort(8.0)], 0.05, decide) is not None
    assert each_below([lever], [lever.effort(10.0)], 0.05, decide) is None


def test_without_a_proof_only_the_file_is_not_enough() -> None:
    """An answer that did not come in time is no proof: the lower end is the file, and no single key is proven."""
    lever = line(8.0)
    assert all_below([lever], [lever.effort(8.0)], 0.01, lambda *_: None) == ((0.0,), (lever.effort(8.0),))
    assert each_below([lever], [lever.effort(8.0)], 0.05, lambda *_: None) is None
