"""Judging where types fail: faults of several keys are told all the same, but none that the file does not have."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.instance.partial import judge
from solver.instance.read import read
from solver.instance.schema import Instance
from tests.formulations.everything import FILE
from tests.solver.cli.test_malformed import BASE, DECLARED, EDITS

MOON = Path(__file__).parents[3] / "tests" / "data" / "moon.yaml"
TINY = Path(__file__).parents[3] / "instances" / "tiny"
WRONG: tuple[Any, ...] = ("Not good", -1, 1.5, True, None, [], ["x", 5], "2030-13")

# Name of the edits: what is replaced by what, and all that is told, each by its line and a part.
TOGETHER: dict[str, tuple[dict[str, str], list[tuple[int, str]]]] = {
    "word, number and name": (
        {
            "kind: power_alive": "kind: power_alive\n  interpolation: geometrical", "gw: 0.02": "gw: ten",
            "[near]": "[nera]",
        },
        [(10, 'interpolation: found "geometrical"'), (12, 'gw: found "ten"'), (17, 'found "nera", wanted the name')],
    ),
    "faulty shell and name like it": (
        {"km: 650": "km: high", "[near]": "[nera]"}, [(16, "did you mean near?"), (30, 'altitude_km: found "high"')]
    ),
    "faulty vehicle and name like it": (
        {"    volume_m3: 1000\n": "", "[lorry]": "[lory]"}, [(15, "did you mean lorry?"), (19, "volume_m3: missing")]
    ),
    "faulty vehicle, unknown site": (
        {"flight_musd: {low: 40": "flight_musd: {low: -1", "[cape]": "[cap]", "0.01": "some"},
        [(23, 'found "cap", wanted the name of a launch'), (24, "low: found -1, wanted"), (25, 'found "some", wanted')],
    ),
    "unknown kind, unknown regime": (
        {"kind: power_alive": "kind: power", "regime: low": "regime: lo"}, [(9, 'found "power"'), (30, "you mean low")]
    ),
    "unknown key, unknown shell": (
        {"candidate_designs:": "candidate_desings:", DECLARED: f"{DECLARED[:-1]}, shells: [nera]}}"},
        [(40, 'found "nera"'), (41, "mean candidate_designs?")]
    ),
    "date in doubt beside a power": (
        {"gw: 0.02": "gw: ten", "date: 2033-01": "date: 2043-01"}, [(11, 'found "ten"'), (12, "found 2043-01, wanted")]
    ),
    "dates after periods in doubt": ({"count: 3": "count: 0", "[cape]": "[cap]"}, [(6, "found 0"), (23, '"cap"')]),
    "payload in doubt": ({"near: 50": "near: fifty", "[cube]": "[cub]"}, [(17, 'found "cub"'), (21, 'found "fifty"')]),
    "payloads in doubt": ({"{near: 50, far: 10}": "50", "[cube]": "[cub]"}, [(17, 'found "cub"'), (21, "found 50")]),
    "section misspelled": ({"regimes:": "regimse:", "[near]": "[nera]"}, [(16, '"nera"'), (32, "mean regimes?")]),
    "section of another kind": ({"sources:\n  book: {title: A book}": "sources: 5", "[near]": "[nera]"}, [
        (16, '"nera"'), (42, "sources: found 5, wanted a mapping")
    ]),
    "place of the target in doubt": (
        {"kind: power_alive": "where: anywher\n  kind: power_alive", "[cube]": "[cube]\n  ground: [here]"},
        [(9, 'found "anywher"'), (19, 'found "here", wanted the name of a ground region')],
    ),
    "objective in doubt": ({"least_cost": "mst_power, budget_musd: 5"}, [(13, 'found "mst_power"')]),
    "rate in doubt": (
        {"power_alive": "compute_alive", "gw: 0.02": "eflops: 2", "gw: 0.04": "eflops: 4", "5}": "5, eflops_gw: 9}"},
        [(40, "eflops_gw: no such key; did you mean eflops_per_gw?")],
    ),
    "vehicle at the left edge": ({"vehicles:\n  lorry:\n": "vehicles: {}\nlorry:\n"}, [(19, "lorry: no such key")]),
}  # fmt: skip


def _told(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError) as error:
        read(path)
    return [str(fault).removeprefix(f"{path}:") for fault in error.value.faults]


@pytest.mark.parametrize(("edits", "parts"), TOGETHER.values(), ids=TOGETHER.keys())
def test_faults_of_one_and_of_several_keys(edits: dict[str, str], parts: list[tuple[int, str]], tmp_path: Path) -> None:
    """What several keys together show is told beside a wrong type, but nothing that this alone brings about."""
    text = BASE
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new, 1)
    told = _told(tmp_path / "try.yaml", text)
    assert len(told) == len(parts), told
    for fault, (line, part) in zip(told, parts, strict=True):
        assert fault.startswith(f"{line}  ")
        assert part in fault


@pytest.mark.parametrize(("old", "new"), [edit[:2] for edit in EDITS.values()], ids=EDITS.keys())
def test_a_wrong_type_hides_no_fault(old: str, new: str, tmp_path: Path) -> None:
    """Beside every single mistake a wrong type elsewhere is one more fault, and never changes what else is told."""
    text = BASE.replace(old, new, 1)
    alone = set(_told(tmp_path / "try.yaml", text))
    both = set(_told(tmp_path / "try.yaml", text.replace("slots: 5000", "slots: lots")))
    assert alone <= both
    assert all('regimes.low.slots: found "lots"' in fault for fault in both - alone)


def _rivals() -> dict[str, Any]:
    """Two vehicles, shells of one each, a ground region that alone computes: whatever is in doubt, much hangs on it."""
    data = read(TINY / "compute.yaml").resolved
    data["vehicles"]["taxi"] = {**data["vehicles"]["van"], "payload_t": {"far": 10}}
    data["shells"]["far"] = {"orbit": "inclined", "altitude_km": 3000, "inclination_deg": 53}
    data["shells"]["far"] |= {"dose_rad_per_year": 9, "disposal_m_per_s": 9, "regime": "high"}
    data["regimes"] = {"high": {"slots": 9}}
    data["ground"] = {"valley": {**read(TINY / "ground.yaml").resolved["ground"]["valley"], "eflops_per_gw": 1000}}
    data["use"] |= {"vehicles": ["van", "taxi"], "shells": ["near", "far"], "ground": ["valley"]}
    data["platforms"]["cube"] |= {"development_musd": 3, "production_line": {"mw_per_year": 10, "cost_musd": 1}}
    data["platforms"]["cube"]["declared"] |= {"eflops_per_gw": 0, "shells": ["near"]}
    data["target"]["where"] = "anywhere"
    data["horizon"]["periods"] = [{"count": 1, "length": "year"}, {"count": 4, "length": "half_year"}]
    data["objective"] = {"kind": "most_power", "budget_musd": 100}
    data["sources"] = {"book": {"title": "A book"}}
    data["claim"] = {"statement": "It pays.", "source": "book", "expected": "feasible"}
    return data


def _moon() -> dict[str, Any]:
    """All of the Moon that a test file describes, with little else, and a rival lander and tanker that are not used."""
    data, whole = read(TINY / "moon_unlock_chain.yaml").resolved, read(MOON).resolved
    data["moon"] = copy.deepcopy(whole["moon"])
    data["vehicles"] |= {v: whole["vehicles"][v] | {"payload_t": {}, "sites": ["cape"]} for v in ("big", "heavy")}
    data["use"]["vehicles"] = ["big"]
    data["use"]["shells"] = ["swarm"]
    data["shells"]["swarm"] = whole["shells"]["swarm"]
    return data


BASES = {
    "moon": _moon(),
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
