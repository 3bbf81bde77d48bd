"""Issues from the errors of pydantic, in plain words: what was found and what was expected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from solver.instance.expectations import Spot, choices, describe, keys_of, patterned, spot
from solver.instance.scalars import NotANumberError, scalar
from solver.instance.validation_issues import Issue, Path, either, hint, shown

READER_KEYS = ("format", "case", "extends", "sources")
_AS_WRITTEN = frozenset({"value_error", "assertion_error"})
_UNFIT = ("_type", "_parsing", "literal_error", "enum", "int_from_float")
_LENGTH = frozenset({"too_short", "too_long"})
_OF_LIMITS = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number", "enum", "literal_error"}
) | {"int_from_float", "string_too_short", "string_too_long", "string_pattern_mismatch"}


def issues_of(error: ValidationError, model: type[BaseModel], data: Mapping[str, Any]) -> list[Issue]:
    """Return the issues of a failed validation of plain ``data``, one for each path and reason."""
    errors = [item for item in error.errors(include_url=False) if not _echo(item)]
    items = [(spot(model, data, item["loc"]), item) for item in errors]
    alone: list[Issue] = []
    unions: dict[Path, list[tuple[Spot, Any]]] = defaultdict(list)
    for at, item in items:
        if at.choices:
            unions[at.choices[0][0]].append((at, item))
        else:
            alone.append(_issue(at, item))
    for group in unions.values():
        alone.extend(_settled(group))
    return list(dict.fromkeys(alone))


def _echo(item: Any) -> bool:
    # A list whose items are faulty is also called too short, because pydantic counts the good ones only.
    least, found = item.get("ctx", {}).get("min_length"), item["input"]
    return item["type"] == "too_short" and isinstance(found, list | dict) and len(found) >= least


def _settled(group: list[tuple[Spot, Any]]) -> list[Issue]:
    # Pydantic reports every member of a union; the one the user meant is the one that got furthest.
    tried: dict[str, list[tuple[Spot, Any]]] = defaultdict(list)
    for at, item in group:
        tried[at.choices[0][1]].append((at, item))
    union_path, _, union = group[0][0].choices[0]
    meant = [
        members
        for members in tried.values()
        if not any(at.path == union_path and item["type"].endswith(_UNFIT) for at, item in members)
    ]
    if meant or len(tried) == 1:
        best = min(meant or tried.values(), key=len)
        return [_issue(at, item) for at, item in best]
    expected = describe(union)
    return [(union_path, f"found {shown(group[0][1]['input'])}, expected {expected}")]


def _issue(at: Spot, item: Any) -> Issue:
    kind, found, details = item["type"], item["input"], item.get("ctx", {})
    if kind in _AS_WRITTEN:
        message = str(details.get("error", item["msg"])) or item["msg"]
    elif kind == "missing":
        message = f"missing; expected {describe(at.kind)}"
    elif kind == "extra_forbidden":
        message = f"no such key{_nearest_key(at)}"
    elif kind.startswith("union_tag"):
        return _of_kind(at, item)
    elif item["loc"][-1:] == ("[key]",):
        pattern = details.get("pattern")
        expected = patterned(pattern, "a name") if pattern else f"another: {_lower(item['msg'])}"
        message = f"found the name {shown(found)}, expected {expected}"
    elif kind in _LENGTH:
        message = _of_length(details)
    elif kind.endswith(("_type", "_parsing")) or kind in _OF_LIMITS:
        message = f"found {shown(found)}, expected {describe(at.kind)}{_advice(at, found)}"
    else:
        message = _foreign(item["msg"], found)
    return at.path, " ".join(message.split())


def _nearest_key(at: Spot) -> str:
    known = keys_of(at.parent)
    if len(at.path) == 1:
        known = list(dict.fromkeys([*known, *READER_KEYS]))
    return hint(str(at.path[-1]), known)


def _of_kind(at: Spot, item: Any) -> Issue:
    details = item["ctx"]
    key = str(details["discriminator"]).strip("'")
    if item["type"] == "union_tag_not_found":
        expected = describe(at.kind) if choices(at.kind.core) else "a kind"
        return (*at.path, key), f"missing; expected {expected.partition(': ')[2] or expected}"
    names = [name.strip().strip("'") for name in str(details["expected_tags"]).split(",")]
    near = hint(str(details["tag"]), names)
    near = near if near.startswith("; did") else ""
    return (*at.path, key), f"found {shown(details['tag'])}, expected {either(names)}{near}"


def _of_length(details: Mapping[str, Any]) -> str:
    least, most = details.get("min_length"), details.get("max_length")
    bound = f"at least {least}" if least is not None else f"at most {most}"
    actual = details.get("actual_length")
    noun = "entry" if actual == 1 else "entries"
    return f"found {actual} {noun}, expected {bound}" if actual is not None else f"found too many, expected {bound}"


def _advice(at: Spot, found: Any) -> str:
    if not isinstance(found, str):
        return ""
    try:
        meant = scalar(found)
    except NotANumberError:
        return ""
    if at.kind.core in (int, float) and isinstance(meant, int | float) and not isinstance(meant, bool):
        return "; take away the quotes"
    if at.kind.core in (int, float) and "_" in found and found.replace("_", "").isdigit():
        return "; write it without _"
    if at.kind.core in (int, float) and re.fullmatch(r"-?\d+,\d+", found):
        return "; write it with a point"
    if at.kind.core in (int, float) and re.fullmatch(r"-?[\d.]+ ?[A-Za-z%³²/]+", found):
        return "; write the number alone"
    return ""


def _foreign(message: str, found: Any) -> str:
    _, said, rest = message.partition("Input should ")
    return f"found {shown(found)}, expected it to {rest}" if said else _lower(message)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
