"""Judging where types fail: no wrong type brings about a fault of several keys that the file does not have."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solver.instance.partial import judge
from solver.instance.read import read
from solver.instance.schema import Instance
from tests.formulations.everything import FILE

TINY = Path(__file__).parents[3] / "instances" / "tiny"
WRONG: tuple[Any, ...] = ("Not good", -1, 1.5, True, None, [], ["x", 5], "2030-13")


def _rivals() -> dict[str, Any]:
    """Two vehicles, shells of one each, a ground region that alone computes: whatever is in doubt, much hangs on it."""
    data = read(TINY / "compute.yaml").resolved
    data["vehicles"]["taxi"] = {**data["vehicles"]["van"], "payload_t": {"far": 10}}
    data["shells"]["far"] = {"orbit": "inclined", "altitude_km": 3000, "inclination_deg": 53}
    data["shells"]["far"] |= {"dose_rad_per_year": 9, "disposal_m_per_s": 9, "regime": "high"}
    data["regimes"] = {"high": {"slots": 9}}
    data["ground"] = {"valley": {**read(TINY / "ground.yaml").resolved["ground"]["valley"], "eflops_per_gw": 1000}}
    data["use"] |= {"vehicles": ["van", "taxi"], "shells": ["near", "far"], "ground": ["valley"]}
    data["platforms"]["cube"] |= {"development_musd": 3, "line": {"mw_per_year": 10, "cost_musd": 1}}
    data["platforms"]["cube"]["declared"] |= {"eflops_per_gw": 0, "shells": ["near"]}
    data["target"]["where"] = "anywhere"
    data["horizon"]["periods"] = [{"count": 1, "length": "year"}, {"count": 4, "length": "half_year"}]
    data["objective"] = {"kind": "most_power", "budget_musd": 100}
    data["sources"] = {"book": {"title": "A book"}}
    data["claim"] = {"statement": "It pays.", "source": "book", "expected": "feasible"}
    return data


BASES = {
    "rivals": _rivals(),
    "sized": read(FILE).resolved,
    "declared": read(TINY / "shells.yaml").resolved,
    "budget": read(TINY / "budget.yaml").resolved,
}


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, child in steps:
        yield (*path, step)
        yield from _paths(child, (*path, step))


def _inside(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def _broken(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with one value replaced, one key taken out, misspelled, or moved to the left edge."""
    for *above, key in _paths(data):
        for value in WRONG:
            changed = copy.deepcopy(data)
            _inside(changed, tuple(above))[key] = value
            yield changed
        for name in (None, f"{key}x", f"{key}"[1:], f"{key}".capitalize()) if isinstance(key, str) else ():
            changed = copy.deepcopy(data)
            value = _inside(changed, tuple(above)).pop(key)
            yield changed if name is None else _with(changed, tuple(above), name, value)
        if isinstance(key, str) and above and key not in data:
            changed = copy.deepcopy(data)
            yield _with(changed, (), key, _inside(changed, tuple(above)).pop(key))


def _with(data: dict[str, Any], above: tuple[Any, ...], key: str, value: Any) -> dict[str, Any]:
    _inside(data, above).setdefault(key, value)
    return data


@pytest.mark.parametrize("data", BASES.values(), ids=BASES.keys())
def test_no_fault_is_made_up(data: dict[str, Any]) -> None:
    """In a good file with one thing broken only that is told, however much else is judged by it."""
    assert judge(Instance, data)[1] == []
    refused = 0
    for changed in _broken(data):
        instance, found = judge(Instance, changed)
        refused += instance is None
        # What several keys show is its own kind: no type of fault of pydantic's.
        made_up = [finding for finding in found if instance is None and finding.kind == finding.message]
        assert not made_up
    assert refused > 300


def test_the_data_given_stay_as_they_are() -> None:
    """Stand-ins go into a copy: what was read is written out later as it was."""
    data = _rivals()
    data["shells"]["near"] |= {"altitude_km": "high", "altitude": 650}
    before = copy.deepcopy(data)
    assert len(judge(Instance, data)[1]) == 2
    assert data == before


def test_very_many_faults_are_told_alone() -> None:
    """A file that is no instance at all is not mended: its thousands of faults come without those of several keys."""
    data = _rivals()
    data["use"]["platforms"] = ["box"]
    data["use"]["vehicles"] = list(range(900))
    assert len(judge(Instance, data)[1]) == 901
    data["use"]["vehicles"] = list(range(2000))
    assert len(judge(Instance, data)[1]) == 2000
