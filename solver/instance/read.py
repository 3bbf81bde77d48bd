"""Reads an instance file: extends, cases, types, and every fault with its line."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from pydantic import BaseModel

from solver.errors import InstanceError, UsageError
from solver.instance.cases import CASES, Case, Quantity, apply_case, quantities
from solver.instance.explain import READER_KEYS, Finding
from solver.instance.faults import Faults, Place, either, hint, shown
from solver.instance.faults import Path as KeyPath
from solver.instance.merge import Shelf
from solver.instance.partial import judge
from solver.instance.tree import Located, places, plain

if TYPE_CHECKING:
    from solver.instance.schema import Instance

M = TypeVar("M", bound=BaseModel)
_NOT_HASHED = frozenset({"name", "description"})


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """An instance as read: typed, with the ranges and sources of its numbers and the files it came from.

    ``resolved`` is the merged plain data with the case applied: written out, it is an instance file that means the
    same. ``hash`` is the sha256 of it without name and description.
    """

    instance: M
    quantities: dict[KeyPath, Quantity]
    files: tuple[Path, ...]
    resolved: dict[str, Any]
    hash: str


@overload
def read(path: str | Path, *, case: str | None = None) -> Loaded[Instance]: ...
@overload
def read(path: str | Path, model: type[M], case: str | None = None) -> Loaded[M]: ...
def read(path: str | Path, model: type[Any] | None = None, case: str | None = None) -> Loaded[Any]:
    """Read an instance file with all it extends, in one case: low, central or high (default: what the file says).

    Raises InstanceError with every fault found, each at its file and line; UsageError for an unknown ``case``.
    """
    if model is None:
        from solver.instance.schema import Instance

        model = Instance
    if case is not None and case not in CASES:
        raise UsageError(f"case: found {shown(case)}, wanted {either(CASES)}")
    faults = Faults(os.fspath(path))
    shelf = Shelf(faults)
    tree = shelf.load(Path(path))
    if tree is None or faults.unusable:
        raise InstanceError(faults.found)
    chosen = _chosen_case(tree, case, faults)
    ranges = quantities(tree, faults)
    instance, resolved = _judged(tree, model, ranges, chosen, faults)
    if faults.found or instance is None:
        raise InstanceError(faults.found)
    return Loaded(instance, ranges, tuple(shelf.files), resolved, digest(resolved))


def digest(resolved: dict[str, Any]) -> str:
    """Return the sha256 of an instance's plain data: the same whatever the order of keys, or 40 written as 40.0."""
    hashed = {key: value for key, value in resolved.items() if key not in _NOT_HASHED}
    canonical = json.dumps(_canonical(hashed), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _canonical(child) for key, child in data.items()}
    if isinstance(data, list):
        return [_canonical(child) for child in data]
    return int(data) if isinstance(data, float) and data.is_integer() and abs(data) < 2**53 else data


def _chosen_case(tree: Located, asked: str | None, faults: Faults) -> Case:
    node = cast(dict[str, Located], tree.value).get("case")
    if node is None:
        return cast(Case, asked or "central")
    if node.value not in CASES:
        found = plain(node)
        near = hint(found, CASES) if isinstance(found, str) else ""
        near = near if near.startswith("; did") else ""
        faults.add(node.place, ("case",), f"found {shown(found)}, wanted {either(CASES)}{near}", silence=("case",))
        return "central"
    return cast(Case, asked or node.value)


def _judged(
    tree: Located, model: type[BaseModel], ranges: dict[KeyPath, Quantity], chosen: Case, faults: Faults
) -> tuple[BaseModel | None, dict[str, Any]]:
    data = plain(tree)
    where = places(tree)
    told: set[tuple[KeyPath, str]] = set()
    answer: BaseModel | None = None
    resolved: dict[str, Any] = {}
    # A number that no run has used yet can be wrong all the same: every case is validated.
    for case in [chosen, *(other for other in CASES if other != chosen and ranges)]:
        whole = {**apply_case(data, ranges, case), "case": case}
        instance, found = _validated(whole, model)
        if case == chosen:
            answer, resolved = instance, whole
        for finding in found:
            path = _with_case(finding.path, ranges, case)
            seen = (path, finding.kind)
            if seen in told or faults.silent(finding.path):
                continue
            told.add(seen)
            only = f" (in case {case})" if case != chosen and path == finding.path else ""
            faults.add(_nearest(path, where, finding.kind), path, finding.message + only)
    return answer, resolved


def _validated(data: dict[str, Any], model: type[BaseModel]) -> tuple[BaseModel | None, list[Finding]]:
    known = {field.alias or name for name, field in model.model_fields.items()}
    given = {key: value for key, value in data.items() if key in known or key not in READER_KEYS}
    return judge(model, given)


def _with_case(path: KeyPath, ranges: dict[KeyPath, Quantity], case: Case) -> KeyPath:
    for length in range(1, len(path) + 1):
        if path[:length] in ranges:
            return (*path[:length], ranges[path[:length]].key(case), *path[length:])
    return path


def _nearest(path: KeyPath, where: dict[KeyPath, Place], kind: str) -> Place:
    length = len(path) - (kind == "missing")
    while path[:length] not in where:
        length -= 1
    return where[path[:length]]
