"""Validation: all type faults at once, and beside them every rule whose own sections have the right types."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.instance.consistency import RULES
from solver.instance.read import read
from solver.instance.schema import Claim, Instance, Objective
from solver.instance.validate import Rule, apply_rules, validate
from solver.instance.validation_issues import Issue
from tests.formulations.everything import FILE
from tests.solver.cli.test_malformed import BASE, EDITS

pytestmark = pytest.mark.slow

MOON = Path(__file__).parents[3] / "tests" / "data" / "moon.yaml"
TINY = Path(__file__).parents[3] / "instances" / "tiny"
WRONG: tuple[Any, ...] = ("Not good", -1, 1.5, None, ["x", 5])

# Name of the edits: what is replaced by what, and all that is reported, each by its line and a part.
TOGETHER: dict[str, tuple[dict[str, str], list[tuple[int, str]]]] = {
    "word, number and name": (
        {
            "kind: power_alive": "kind: power_alive\n  interpolation: geometrical", "gw: 0.02": "gw: ten",
            "[near]": "[nera]",
        },
        [(10, 'interpolation: found "geometrical"'), (12, 'gw: found "ten"'), (17, 'found "nera", expected the name')],
    ),
    "wrong kind of target, unknown vehicle": (
        {"kind: power_alive": "kind: power", "[lorry]": "[lory]"}, [(9, 'found "power"'), (15, "you mean lorry")]
    ),
    "faulty shell, unknown platform": (
        {"km: 650": "km: high", "[cube]": "[cub]"}, [(17, "did you mean cube?"), (30, 'altitude_km: found "high"')]
    ),
    "a rule on a faulty section waits": ({"km: 650": "km: high", "[near]": "[nera]"}, [(30, 'found "high"')]),
    "faulty vehicle, unknown site": ({"0.01": "some", "[cape]": "[cap]"}, [(25, 'found "some", expected')]),
    "value that is not known, rule on its section": (
        {"altitude_km: 650": "altitude_km: nan", "[cube]": "[cub]"}, [(17, "mean cube?"), (30, "expected a finite")]
    ),
    "section misspelled, rule on it": ({"regimes:": "regimse:", "km: 650": "km: 250"}, [
        (30, "found 250, expected 300"), (32, "mean regimes?")
    ]),
    "unknown key, rule on a section not given": (
        {"candidate_designs:": "wishes:", "[cube]": "[cube]\n  ground: [here]"}, [
            (18, "found here, expected none"), (18, 'found "here", expected the name of a ground region'),
            (42, "wishes: no such key"),
        ],
    ),
    "section of another kind": ({"sources:\n  book: {title: A book}": "sources: 5", "[near]": "[nera]"}, [
        (16, '"nera"'), (42, "sources: found 5, expected a mapping")
    ]),
    "dates and periods": ({"count: 3": "count: 0", "date: 2033-01": "date: 2031-01"}, [
        (6, "count: found 0"), (12, "expected a month after the milestone before")
    ]),
}  # fmt: skip


def _reported(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError) as error:
        read(path)
    return [str(issue).removeprefix(f"{path}:") for issue in error.value.issues]


@pytest.mark.parametrize(("edits", "parts"), TOGETHER.values(), ids=TOGETHER.keys())
def test_types_and_rules_together(edits: dict[str, str], parts: list[tuple[int, str]], tmp_path: Path) -> None:
    """Beside a wrong type every rule on other sections is reported, and no rule on the faulty one."""
    text = BASE
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new, 1)
    reported = _reported(tmp_path / "try.yaml", text)
    assert len(reported) == len(parts), reported
    for issue, (line, part) in zip(reported, parts, strict=True):
        assert issue.startswith(f"{line}  ")
        assert part in issue


@pytest.mark.parametrize(("old", "new"), [edit[:2] for edit in EDITS.values()], ids=EDITS.keys())
def test_a_wrong_type_hides_no_issue_elsewhere(old: str, new: str, tmp_path: Path) -> None:
    """Beside every single mistake a wrong type in a section of its own is one more issue."""
    text = BASE.replace(old, new, 1)
    alone = set(_reported(tmp_path / "try.yaml", text))
    both = set(_reported(tmp_path / "try.yaml", text.replace("keep: 3", "keep: lots", 1)))
    assert {issue for issue in alone if "candidate_designs" not in issue} <= both
    assert all("candidate_designs" in issue for issue in both - alone)


def test_rules_name_sections() -> None:
    """Every parameter of a rule is a section of an instance, and only one that may be left out has a default."""
    parameters = [parameter for rule in RULES for parameter in inspect.signature(rule).parameters.values()]
    assert {parameter.name for parameter in parameters} <= Instance.model_fields.keys()
    assert {parameter.default for parameter in parameters} == {None, inspect.Parameter.empty}
    optional = {parameter.name for parameter in parameters if parameter.default is None}
    assert all(Instance.model_fields[name].default is None for name in optional)


def test_a_rule_waits_for_its_sections() -> None:
    """A rule runs where all its sections are sound; None is a section that is not given."""

    def pair(use: int, moon: int) -> list[Issue]:
        return [(("use",), f"{use} {moon}")]

    def choice(use: int, moon: int | None = None) -> list[Issue]:
        return [(("use",), f"{use} or {moon}")]

    assert [text for _, text in apply_rules([pair, choice], {"use": 1, "moon": 2})] == ["1 2", "1 or 2"]
    assert [text for _, text in apply_rules([pair, choice], {"use": 1, "moon": None})] == ["1 or None"]
    assert apply_rules([pair, choice], {"use": 1}) == []


def _rivals() -> dict[str, Any]:
    """Two vehicles, shells of one each, a ground region that alone computes: every section is tied to others."""
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
    "network": read(TINY / "network_workloads.yaml").resolved,
}


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, child in steps:
        yield (*path, step)
        yield from _paths(child, (*path, step))


def _copied(data: dict[str, Any], path: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
    """The data with a copy of the mapping or list at a path and of all above it, and that copy."""
    copied: dict[str, Any] = dict(data)
    inside: Any = copied
    for step in path:
        inside[step] = inside[step].copy()
        inside = inside[step]
    return copied, inside


def _broken(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with one value replaced, by two wrong ones in turn, or one key taken out or misspelled."""
    for n, (*above, key) in enumerate(_paths(data)):
        for value in (WRONG[n % len(WRONG)], WRONG[(n + 2) % len(WRONG)]):
            changed, inside = _copied(data, tuple(above))
            inside[key] = value
            yield changed
        for name in (None, f"{key}x", f"{key}"[1:], f"{key}".capitalize()) if isinstance(key, str) else ():
            changed, inside = _copied(data, tuple(above))
            value = inside.pop(key)
            if name is not None:
                inside.setdefault(name, value)
            yield changed


@pytest.mark.parametrize("data", BASES.values(), ids=BASES.keys())
def test_no_issue_is_made_up(data: dict[str, Any]) -> None:
    """Where one type is wrong in a good file, no rule is reported: it would only repeat what the wrong type causes."""
    reported: list[Issue] = []

    def recorded(rule: Rule) -> Rule:
        @functools.wraps(rule)
        def found(**sections: Any) -> list[Issue]:
            issues = list(rule(**sections))
            reported.extend(issues)
            return issues

        return found

    rules = [recorded(rule) for rule in RULES]
    assert validate(Instance, data, rules)[1] == []
    refused, made_up = 0, []
    for changed in _broken(data):
        reported.clear()
        instance, issues = validate(Instance, changed, rules)
        refused += instance is None
        made_up += [issues] if instance is None and reported else []
    assert refused > 300
    assert made_up == []


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        ({"expected": "dearer"}, "expected"),
        ({"price_musd": 1, "rival": ["target.where=anywhere"]}, "rival"),
        ({"price_usd_per_kwh": 0.05}, "price_usd_per_kwh"),
    ],
    ids=["no price", "two prices", "not of least cost"],
)
def test_claimed_price_is_one_of_least_cost(edit: dict[str, Any], key: str) -> None:
    """A verdict on a price needs one price, and a plan of least cost to compare with it."""
    claim = Claim.model_validate({"statement": "It pays.", "source": "book", "expected": "feasible"} | edit)
    kind: Any = "earliest_date" if key == "price_usd_per_kwh" else "least_cost"
    objective = Objective(kind=kind)
    assert [path for path, _ in apply_rules(RULES, {"claim": claim, "objective": objective})] == [("claim", key)]
