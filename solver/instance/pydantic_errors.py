"""Issues from the errors of pydantic, in plain words: what was found and what was expected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from solver.instance.expectations import Expected, Spot, choices, describe, keys_of, patterned, spot
from solver.instance.scalars import NotANumberError, scalar
from solver.instance.units import unit
from solver.instance.validation_issues import MOST_ISSUES, Issue, Path, either, hint, shown

_AMOUNT = re.compile(r"([-+]?[0-9.,_]+(?:[eE][-+]?[0-9]+)?)( *(?:%|[A-Za-zµ][A-Za-z0-9²³/]*)|)")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+")

READER_KEYS = ("format", "case", "extends", "sources")
_AS_WRITTEN = frozenset({"value_error", "assertion_error"})
_UNFIT = ("_type", "_parsing", "literal_error", "enum", "int_from_float")
_LENGTH = frozenset({"too_short", "too_long"})
_OF_LIMITS = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number", "enum", "literal_error"}
) | {"int_from_float", "string_too_short", "string_too_long", "string_pattern_mismatch"}


def issues_of(error: ValidationError, model: type[BaseModel], data: Mapping[str, Any]) -> list[Issue]:
    """Return the issues of a failed validation of plain ``data``, one for each path and reason, at most 300."""
    errors = [item for item in islice(error.errors(include_url=False), MOST_ISSUES) if not _echo(item)]
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
        expected = describe(at.kind)
        message = f"found {shown(found)}, expected {expected}{_broken_limit(item, expected)}{_advice(at, found)}"
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


def _broken_limit(item: Any, expected: str) -> str:
    """Return the limit that a number breaks, where the words on its kind do not name it."""
    details, found = item.get("ctx", {}), item["input"]
    for key, words in (("le", "at most"), ("ge", "at least")):
        limit = details.get(key)
        if limit is not None and f"{limit:g}" not in expected and isinstance(found, int | float) and found > 0:
            return f" and {words} {limit:g}"
    return ""


def _advice(at: Spot, found: Any) -> str:
    """Return what to write instead, where that is certain and would be accepted."""
    if not isinstance(found, str) or at.kind.core not in (int, float):
        return ""
    amount = _AMOUNT.fullmatch(found.strip())
    if amount is None:
        return ""
    digits, written = amount[1], amount[2].strip()
    separated = "_" in digits or "," in digits
    grouped = bool(_GROUPED.fullmatch(digits))
    if "," in digits and grouped:
        # Half the world reads 1,500 as one and a half, so no number is proposed.
        return "; write it without a comma, with a point before decimals"
    text = digits.replace("_", "").replace(",", ".")
    try:
        meant = scalar(text)
    except NotANumberError:
        return ""
    if not isinstance(meant, int | float) or isinstance(meant, bool):
        return ""
    own = unit(at.kind.key)
    if written in ("%", "percent"):
        share = round(meant / 100, 15)
        return f"; write it as {share:g}" if own.startswith("share") and _accepted(at, share) else ""
    if written and _plain_unit(written) != _plain_unit(own):
        return f"; write the number alone, in {own}" if own and not own.startswith("share") else ""
    if not _accepted(at, meant):
        return ""
    if written:
        return f"; write the number alone: {text}"
    return f"; write it as {text}" if separated else "; take away the quotes"


def _plain_unit(text: str) -> str:
    return text.casefold().replace("²", "2").replace("³", "3").replace(" ", "")


def _accepted(at: Spot, value: float) -> bool:
    """Return whether a number keeps the limits of its kind."""
    limits = [limit for limit in at.kind.limits if not isinstance(limit, FieldInfo | Expected)]
    kind: Any = Annotated[(at.kind.core, *limits)] if limits else at.kind.core
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _foreign(message: str, found: Any) -> str:
    _, said, rest = message.partition("Input should ")
    return f"found {shown(found)}, expected it to {rest}" if said else _lower(message)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
