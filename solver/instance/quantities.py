"""Quantities: numbers and months with a low, central and high value and a source, and the choice of one case."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from solver.instance.dates import month_text
from solver.instance.expectations import A_MONTH, Kind, child, dated
from solver.instance.fields import is_month, month_number
from solver.instance.good_ends import End, good_end
from solver.instance.merge import QUANTITY_KEYS, is_quantity
from solver.instance.tree import Located, plain
from solver.instance.units import number
from solver.instance.validation_issues import Path, ValidationIssues, either, hint, shown

Case = Literal["low", "central", "high", "pessimistic", "optimistic"]
CASES: tuple[Case, ...] = ("low", "central", "high", "pessimistic", "optimistic")
STATED: tuple[Case, ...] = ("low", "central", "high")
"""Cases that stand in the file themselves; the other two are made of them."""
ASSUMPTION = "assumption"
LOG_RANGE = 10.0
"""Ratio of high to low from which a positive quantity is sampled by its logarithm."""
KEPT_NODES = 16_384
"""Nodes whose quantities are kept for the next instance that holds them; a catalogue has some two thousand."""
KEPT_SECTIONS = 512
"""Sections that are kept as text for the next instance that holds them."""
_KEYS = (*QUANTITY_KEYS, "source", "note")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Value of an instance with its range and source, in the unit of its key; a ``month`` in months since year 0.

    ``given`` names the cases written in the file; the others fall back to central. ``good`` is the end that is good for
    a plan, None where neither is.
    """

    low: float
    central: float
    high: float
    source: str | None = None
    note: str | None = None
    given: frozenset[str] = frozenset(STATED)
    good: End | None = None
    month: bool = False

    def value(self, case: Case) -> float | str:
        """Return the value in a case, as it stands in a file."""
        return self.shown({"low": self.low, "central": self.central, "high": self.high}[self._end(case)])

    def shown(self, number: float) -> float | str:
        """Return a number of the range as it stands in a file: a month by year and month."""
        return month_text(number) if self.month else number

    def number(self, value: float | str) -> float:
        """Return a value of a file as a number of the range."""
        return float(month_number(value) if isinstance(value, str) else value)

    def at(self, share: float) -> float:
        """Return the value at a share of the range, by logarithm where it is positive and wide; whole months."""
        if self.month:
            return float(round(self.low + (self.high - self.low) * share))
        if self.low > 0 and self.high / self.low >= LOG_RANGE:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + (self.high - self.low) * share)

    def key(self, case: Case) -> str:
        """Return the key in the file that gives the value of a case."""
        end = self._end(case)
        return end if end in self.given else "central"

    def _end(self, case: Case) -> str:
        if case not in ("pessimistic", "optimistic"):
            return case
        if self.good is None:
            return "central"
        bad = "low" if self.good == "high" else "high"
        return self.good if case == "optimistic" else bad


def quantities(tree: Located, kind: Kind, issues: ValidationIssues) -> dict[Path, Quantity]:
    """Return every quantity of the tree by its path; faulty ones become issues and get a stand-in value.

    ``kind`` is the type of the instance: a quantity stands where it expects a number or a month.
    """
    assert isinstance(tree.value, Mapping)
    sources = tree.value.get("sources")
    known: frozenset[str] | None = frozenset()
    if sources is not None:
        known = frozenset(sources.value) if isinstance(sources.value, Mapping) else None
    sound = None if issues.found else _sound(tree, kind, ())
    if sound is not None and known is not None and all(_sourced(quantity, known) for _, quantity in sound):
        return dict(sound)
    return {path: _quantity(node, of, path, known, issues) for path, node, of in _found(tree, kind, ())}


@lru_cache(maxsize=KEPT_NODES)
def _sound(node: Located, kind: Kind, path: Path) -> tuple[tuple[Path, Quantity], ...] | None:
    """Return the quantities at and below a node, with any source; None where one is faulty.

    Files keep their nodes, so only what was merged anew is looked through again.
    """
    if is_quantity(node, kind):
        issues = ValidationIssues(node.place.file)
        quantity = _quantity(node, kind, path, None, issues)
        return None if issues.found else ((path, quantity),)
    sound: list[tuple[Path, Quantity]] = []
    for step, entry in _entries(node):
        below = _sound(entry, child(kind, step), (*path, step))
        if below is None:
            return None
        sound += below
    return tuple(sound)


def _sourced(quantity: Quantity, known: frozenset[str]) -> bool:
    return quantity.source is None or quantity.source == ASSUMPTION or quantity.source in known


@lru_cache(maxsize=KEPT_SECTIONS)
def section_text(node: Located, kind: Kind, key: str, case: Case) -> str:
    """Return a section without faults as JSON, every quantity at its value in the case."""
    chosen = dict(_sound(node, kind, (key,)) or ())
    if not chosen and case != "central":
        return section_text(node, kind, key, "central")
    return json.dumps(_in_case(node, chosen, case, (key,)), allow_nan=False)


def _in_case(node: Located, chosen: Mapping[Path, Quantity], case: Case, path: Path) -> Any:
    if path in chosen:
        return chosen[path].value(case)
    inside = node.value
    if isinstance(inside, tuple):
        return [_in_case(entry, chosen, case, (*path, index)) for index, entry in enumerate(inside)]
    if not isinstance(inside, dict):
        return inside
    return {
        key: _in_case(entry, chosen, case, (*path, key)) if isinstance(entry.value, (dict, tuple)) else entry.value
        for key, entry in inside.items()
    }


def apply_case(data: Any, chosen: Mapping[Path, Quantity], case: Case, path: Path = ()) -> Any:
    """Return plain data in which every quantity is replaced by its value in the case."""
    if not isinstance(data, (dict, list)):
        return data
    if path in chosen:
        return chosen[path].value(case)
    if isinstance(data, dict):
        return {
            key: apply_case(inside, chosen, case, (*path, key)) if isinstance(inside, (dict, list)) else inside
            for key, inside in data.items()
        }
    return [apply_case(inside, chosen, case, (*path, index)) for index, inside in enumerate(data)]


def _found(node: Located, kind: Kind, path: Path) -> Iterator[tuple[Path, Located, Kind]]:
    if is_quantity(node, kind):
        yield path, node, kind
        return
    for step, entry in _entries(node):
        yield from _found(entry, child(kind, step), (*path, step))


def _entries(node: Located) -> Iterator[tuple[str | int, Located]]:
    """Return the entries of a mapping or list that are mappings or lists themselves, each with its key or index."""
    inside = node.value
    entries = inside.items() if isinstance(inside, dict) else enumerate(inside) if isinstance(inside, tuple) else ()
    for step, entry in entries:
        if isinstance(entry.value, (dict, tuple)):
            yield step, entry


def _quantity(
    node: Located, kind: Kind, path: Path, known: frozenset[str] | None, issues: ValidationIssues
) -> Quantity:
    assert isinstance(node.value, Mapping)
    month = dated(kind)
    for key, given in node.value.items():
        if key not in _KEYS:
            message = f"no such key{hint(key, _KEYS)}"
            issues.add(given.place, (*path, key), message, silence=(*path, key))
    values = _values(node.value, path, month, issues)
    if "central" not in node.value:
        message = f"missing; expected {A_MONTH if month else number(path)}"
        issues.add(node.place, (*path, "central"), message, silence=path)
    _check_order(node.value, values, path, issues, month_text if month else repr)
    _check_source(node.value, path, known, issues)
    central = values.get("central", next(iter(values.values()), 1.0))
    source, note = (node.value[key].value if key in node.value else None for key in ("source", "note"))
    return Quantity(
        low=values.get("low", central),
        central=central,
        high=values.get("high", central),
        source=source if isinstance(source, str) else None,
        note=note if isinstance(note, str) else None,
        given=frozenset(values),
        good=good_end(path),
        month=month,
    )


def _values(entries: Mapping[str, Located], path: Path, month: bool, issues: ValidationIssues) -> dict[str, float]:
    values: dict[str, float] = {}
    for key in QUANTITY_KEYS:
        if key not in entries:
            continue
        value = entries[key].value
        if issues.silent((*path, key)):
            issues.silence(path)
            continue
        if month and isinstance(value, str) and is_month(value):
            values[key] = float(month_number(value))
        elif not month and isinstance(value, (int, float)) and not isinstance(value, bool):
            values[key] = value
        else:
            expected = A_MONTH if month else number(path)
            message = f"found {shown(plain(entries[key]))}, expected {expected}"
            issues.add(entries[key].place, (*path, key), message, silence=path)
    return values


def _check_order(
    entries: Mapping[str, Located],
    values: dict[str, float],
    path: Path,
    issues: ValidationIssues,
    text: Callable[[float], str],
) -> None:
    for lesser, greater in (("low", "central"), ("central", "high"), ("low", "high")):
        if lesser not in values or greater not in values or values[lesser] <= values[greater]:
            continue
        if lesser == "central":
            place, at, rule = entries[greater].place, greater, f"at least central ({text(values[lesser])})"
        elif "central" in values and greater == "high":
            continue
        else:
            place, at, rule = entries[lesser].place, lesser, f"at most {greater} ({text(values[greater])})"
        issues.add(place, (*path, at), f"found {text(values[at])}, expected {rule}", silence=path)


def _check_source(
    entries: Mapping[str, Located], path: Path, known: frozenset[str] | None, issues: ValidationIssues
) -> None:
    for key in ("source", "note"):
        node = entries.get(key)
        if node is not None and not (isinstance(node.value, str) and node.value.strip()):
            issues.add(node.place, (*path, key), f"found {shown(plain(node))}, expected text")
            return
    node = entries.get("source")
    if node is None:
        return
    source = str(node.value)
    if source == ASSUMPTION:
        if "note" not in entries:
            issues.add(node.place, (*path, "note"), "missing; an assumption needs a note that says why")
    elif known is not None and source not in known:
        expected = either(["a key of sources", ASSUMPTION])
        near = hint(source, sorted(known | {ASSUMPTION})) if known else ""
        near = near if near.startswith("; did") else ""
        issues.add(node.place, (*path, "source"), f"found {shown(source)}, expected {expected}{near}")
