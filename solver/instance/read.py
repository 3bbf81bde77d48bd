"""Reading of instance files: extends, cases, types and rules, and every issue with its line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast, overload

from pydantic import BaseModel

from solver.errors import InstanceError, UsageError
from solver.instance.consistency import RULES
from solver.instance.expectations import Kind, child, kind_of
from solver.instance.merge import InstanceFiles
from solver.instance.overrides import current, overridden
from solver.instance.pydantic_errors import READER_KEYS
from solver.instance.quantities import CASES, STATED, Case, Quantity, apply_case, quantities, section_text
from solver.instance.schema import Instance
from solver.instance.tree import Located, nearest, places, plain
from solver.instance.validate import Rule, validate, validate_text
from solver.instance.validation_issues import Issue, Place, ValidationIssues, either, hint, shown
from solver.instance.validation_issues import Path as KeyPath

M = TypeVar("M", bound=BaseModel)
_KEPT_TEXTS = 64
_NOT_HASHED = frozenset({"name", "description"})


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """Instance as read: typed, with the ranges and sources of its numbers and the files it came from.

    ``resolved`` is the merged plain data with the case applied: written out, it is an instance file that means the
    same. ``hash`` is the sha256 of it without name and description. ``changes`` are the options ``path=value`` that
    were laid over the files, with paths of the current format.
    """

    instance: M
    quantities: dict[KeyPath, Quantity]
    files: tuple[Path, ...]
    resolved: dict[str, Any]
    hash: str
    changes: tuple[str, ...] = ()


@overload
def read(path: str | Path, *, case: str | None = None, changes: Sequence[str] = ()) -> Loaded[Instance]: ...
@overload
def read(
    path: str | Path,
    model: type[M],
    case: str | None = None,
    rules: Iterable[Rule] = (),
    changes: Sequence[str] = (),
) -> Loaded[M]: ...
def read(
    path: str | Path,
    model: type[BaseModel] = Instance,
    case: str | None = None,
    rules: Iterable[Rule] | None = None,
    changes: Sequence[str] = (),
) -> Loaded[Any]:
    """Read an instance file with all it extends, in one case (default: the one in the file).

    ``rules`` are those over several sections of the ``model``; by default all rules of an instance, none for another
    model. ``changes`` are laid over the merged files in their order, each as ``path=value``. Raises InstanceError with
    every issue found, each at its file and line or its option; UsageError for an unknown ``case``.
    """
    if rules is None:
        rules = RULES if model is Instance else ()
    if case is not None and case not in CASES:
        raise UsageError(f"case: found {shown(case)}, expected {either(CASES)}")
    issues = ValidationIssues(os.fspath(path))
    sources, kind = InstanceFiles(issues), kind_of(model)
    tree = sources.load(Path(path), kind)
    if tree is None or issues.unusable:
        raise InstanceError(issues.found)
    tree, removed = overridden(tree, changes, kind, issues)
    chosen = _chosen_case(tree, case, issues)
    ranges = quantities(tree, kind, issues)
    rules = tuple(rules)
    sound = None if issues.found else _without_faults(tree, model, rules, chosen, ranged=bool(ranges))
    instance, resolved = sound or _validated(tree, removed, model, rules, ranges, chosen, issues)
    if issues.found or instance is None:
        raise InstanceError(issues.found)
    return Loaded(instance, ranges, tuple(sources.files), resolved, digest(resolved), current(changes))


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


def _chosen_case(tree: Located, asked: str | None, issues: ValidationIssues) -> Case:
    node = cast(dict[str, Located], tree.value).get("case")
    if node is None:
        return cast(Case, asked or "central")
    if node.value not in CASES:
        found = plain(node)
        near = hint(found, CASES) if isinstance(found, str) else ""
        near = near if near.startswith("; did") else ""
        issues.add(node.place, ("case",), f"found {shown(found)}, expected {either(CASES)}{near}", silence=("case",))
        return "central"
    return cast(Case, asked or node.value)


def _without_faults(
    tree: Located, model: type[BaseModel], rules: tuple[Rule, ...], chosen: Case, *, ranged: bool
) -> tuple[BaseModel, dict[str, Any]] | None:
    """Return the instance and its plain data where every value of every case is valid; None otherwise."""
    sections, kind = cast(dict[str, Located], tree.value), kind_of(model)
    for case in STATED if ranged else ():
        if case != chosen and not _valid(_text(sections, kind, case, model), model, rules):
            return None
    instance, issues = validate_text(model, _text(sections, kind, chosen, model), rules)
    whole = json.loads(_text(sections, kind, chosen))
    return None if instance is None or issues else (instance, whole)


@lru_cache(maxsize=_KEPT_TEXTS)
def _valid(text: str, model: type[BaseModel], rules: tuple[Rule, ...]) -> bool:
    instance, issues = validate_text(model, text, rules)
    return instance is not None and not issues


def _text(sections: dict[str, Located], kind: Kind, case: Case, model: type[BaseModel] | None = None) -> str:
    """Return an instance in one case as JSON, put together of its sections; with a ``model``, for validation by it."""
    texts = {key: section_text(node, child(kind, key), key, case) for key, node in sections.items()}
    texts["case"] = json.dumps(case)
    known = texts if model is None else _without_reader_keys(texts, model)
    return f"{{{', '.join(f'{json.dumps(key)}: {text}' for key, text in known.items())}}}"


def _validated(
    tree: Located,
    removed: dict[KeyPath, Place],
    model: type[BaseModel],
    rules: tuple[Rule, ...],
    ranges: dict[KeyPath, Quantity],
    chosen: Case,
    issues: ValidationIssues,
) -> tuple[BaseModel | None, dict[str, Any]]:
    data, doubtful = plain(tree), issues.doubtful_sections()
    where: dict[KeyPath, Place] = {}
    reported: set[Issue] = set()
    answer: BaseModel | None = None
    resolved: dict[str, Any] = {}
    # A number that no run has used yet can be wrong all the same: every value is validated.
    for case in [chosen, *(other for other in STATED if other != chosen and ranges)]:
        whole = {**apply_case(data, ranges, case), "case": case}
        instance, found = validate(model, _without_reader_keys(whole, model), rules, doubtful)
        if case == chosen:
            answer, resolved = instance, whole
        for path, message in found:
            path_in_file = _with_case(path, ranges, case)
            if (path_in_file, message) in reported or issues.silent(path):
                continue
            reported.add((path_in_file, message))
            where = where or places(tree) | removed
            only = f" (in case {case})" if case != chosen and path == path_in_file else ""
            issues.add(nearest(path_in_file, where), path_in_file, message + only)
    return answer, resolved


def _without_reader_keys(data: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    known = {field.alias or name for name, field in model.model_fields.items()}
    return {key: value for key, value in data.items() if key in known or key not in READER_KEYS}


def _with_case(path: KeyPath, ranges: dict[KeyPath, Quantity], case: Case) -> KeyPath:
    for length in range(1, len(path) + 1):
        if path[:length] in ranges:
            return (*path[:length], ranges[path[:length]].key(case), *path[length:])
    return path
