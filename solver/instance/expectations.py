"""Expected values in words, read off the types and limits of the pydantic model."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from solver.instance.fields import Month
from solver.instance.units import amount, unit
from solver.instance.validation_issues import Path, either

_SIMPLE = {"float": float, "int": int, "str": str, "bool": bool}
_NAME_PATTERN = "^[a-z][a-z0-9_]*$"
_NAMED_KEYS = 4
_ANY_NAME = "*"
_MONTH = next(item for item in get_args(Month)[1:] if isinstance(item, AfterValidator))
A_MONTH = "a month such as 2031-04"
_UNNAMED = 1e9
"""Upper limits from here on only keep numbers computable: they are named where they are broken."""


class Expected(NamedTuple):
    """Metadata of an annotated type: the expected value in words, such as ``a month like 2027-01``."""

    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Type without its wrapping, with the limits that hold for it and the model key it stands under.

    Two are equal only if they are one object, because limits may not be hashable.
    """

    core: Any
    limits: tuple[Any, ...] = ()
    key: str = ""


class Spot(NamedTuple):
    """Target of a pydantic error: the path in the file, the type there, and the choices taken on the way."""

    path: Path
    kind: Kind
    parent: Kind
    choices: tuple[tuple[Path, str, Kind], ...] = ()


@cache
def kind_of(model: type[BaseModel]) -> Kind:
    """Return the type of a whole model, the same object each time."""
    return strip(model)


def strip(annotation: Any, limits: Iterable[Any] = (), key: str = "") -> Kind:
    """Take ``Annotated``, ``| None``, type aliases and root models off a type, and keep their limits."""
    found = list(limits)
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            for item in more:
                found.extend([*item.metadata, item] if isinstance(item, FieldInfo) else [item])
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif len(members := choices(annotation)) == 1:
            annotation = members[0]
        elif _is_model(annotation) and annotation.__pydantic_root_model__:
            annotation = annotation.model_fields["root"].annotation
        else:
            return Kind(annotation, tuple(found), key)


def choices(annotation: Any) -> list[Any]:
    """Return the members of a union but None; an empty list for any other type."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [member for member in get_args(annotation) if member is not type(None)]


def spot(model: type[BaseModel], data: Any, location: Sequence[str | int]) -> Spot:
    """Return the target of a pydantic location in model and data, without the labels pydantic adds for unions."""
    kind = parent = kind_of(model)
    path: Path = ()
    taken: list[tuple[Path, str, Kind]] = []
    for index, step in enumerate(location):
        if choices(kind.core):
            taken.append((path, str(step), kind))
            kind = _pick(kind, str(step))
            continue
        if step == "[key]" and index == len(location) - 1:
            break
        unknown = kind.core is Any and isinstance(data, dict) and step not in data and index < len(location) - 1
        if unknown:
            continue
        path, parent, kind = (*path, step), kind, _child(kind, step)
        data = _inside(data, step)
    return Spot(path, kind, parent, tuple(taken))


def child(kind: Kind, step: str | int) -> Kind:
    """Return the type under a key or index, the same object each time; of a union, by the first member that has it."""
    return _kept_child(kind, _ANY_NAME if keyed_by_name(kind) else step)


@lru_cache(maxsize=8192)
def _kept_child(kind: Kind, step: str | int) -> Kind:
    members = [strip(member, kind.limits, kind.key) for member in choices(kind.core)]
    below = (_child(member, step) for member in members or [kind])
    return next((found for found in below if found.core is not Any), Kind(Any))


@lru_cache(maxsize=8192)
def numeric(kind: Kind) -> bool:
    """Return whether a number may stand there."""
    cores = [strip(member).core for member in choices(kind.core)] or [kind.core]
    return any(
        core in (int, float) or (get_origin(core) is Literal and all(type(v) in (int, float) for v in get_args(core)))
        for core in cores
    )


def dated(kind: Kind) -> bool:
    """Return whether a month stands there."""
    return _MONTH in kind.limits


def keys_of(kind: Kind) -> list[str]:
    """Return the keys of a model as they are written in a file; an empty list for other types."""
    if not _is_model(kind.core):
        return []
    return [field.alias or name for name, field in kind.core.model_fields.items()]


@lru_cache(maxsize=8192)
def keyed_by_name(kind: Kind) -> bool:
    """Return whether a type is a mapping whose keys are names that the instance chooses."""
    origin = get_origin(kind.core)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def describe(kind: Kind) -> str:
    """Describe the values of a type: ``a number of GW more than 0``, ``low, central or high``, ``a mapping``."""
    for limit in kind.limits:
        if isinstance(limit, Expected):
            return limit.words
        if limit == _MONTH:
            return A_MONTH
    core, origin = kind.core, get_origin(kind.core)
    if members := choices(core):
        return _describe_union(members, kind)
    if origin is Literal:
        return either(str(value) for value in get_args(core))
    if isinstance(core, type) and issubclass(core, Enum):
        return either(str(member.value) for member in core)
    if core is bool:
        return "true or false"
    if core in (int, float):
        noun = "a whole number" if core is int else "a number"
        return f"{amount(unit(kind.key), noun)}{_bounds(kind.limits)}"
    if core is str:
        return _describe_text(kind.limits)
    if _is_model(core):
        return _describe_model(core)
    if isinstance(origin or core, type) and issubclass(origin or core, Mapping):
        return "a mapping of names"
    if origin in (list, tuple, set, frozenset, Sequence) or core in (list, tuple, set, frozenset):
        return "a list"
    return "another value"


def patterned(pattern: str, noun: str) -> str:
    """Describe the text that a pattern allows; the pattern of names has words of its own."""
    return "a name of small letters, digits and _" if pattern == _NAME_PATTERN else f"{noun} of the form {pattern}"


def _describe_union(members: list[Any], kind: Kind) -> str:
    kinds = [strip(member, kind.limits, kind.key) for member in members]
    tags = [tag for member in kinds if _is_model(member.core) for tag in _tags(member.core).values()]
    if tags and len(tags) == len(kinds):
        key = next(iter(_tags(kinds[0].core)))
        return f"a mapping with {key}: {either(name for names in tags for name in names)}"
    return " or ".join(dict.fromkeys(describe(member) for member in kinds))


def _describe_text(limits: tuple[Any, ...]) -> str:
    pattern = _limit(limits, "pattern")
    shortest, longest = _limit(limits, "min_length"), _limit(limits, "max_length")
    words = patterned(pattern, "text") if pattern else "some text" if shortest == 1 else "text"
    if shortest is not None and shortest > 1:
        words += f" of at least {shortest} characters"
    return f"{words}, at most {longest} characters" if longest is not None else words


def _describe_model(model: type[BaseModel]) -> str:
    needed = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
    if not needed:
        return "a mapping"
    listed = needed if len(needed) <= _NAMED_KEYS else [*needed[:_NAMED_KEYS], "…"]
    return f"a mapping with {' and '.join(listed) if len(listed) <= 2 else ', '.join(listed)}"


def _bounds(limits: tuple[Any, ...]) -> str:
    above, least = _limit(limits, "gt"), _limit(limits, "ge")
    below, most = _limit(limits, "lt"), _limit(limits, "le")
    most = None if most is None or most >= _UNNAMED else most
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    low = f"more than {above:g}" if above is not None else f"at least {least:g}" if least is not None else ""
    high = f"less than {below:g}" if below is not None else f"at most {most:g}" if most is not None else ""
    both = " and ".join(part for part in (low, high) if part)
    return f" {both}" if both else ""


def _limit(limits: tuple[Any, ...], name: str) -> Any:
    # Pydantic keeps each limit as an object of its own, or several in one object, by attribute name.
    for limit in limits:
        value = None if isinstance(limit, FieldInfo) else getattr(limit, name, None)
        if value is not None:
            return getattr(value, "pattern", value)
    return None


def _is_model(core: Any) -> bool:
    return isinstance(core, type) and issubclass(core, BaseModel)


def _tags(model: type[BaseModel]) -> dict[str, list[str]]:
    # The keys whose only allowed values name the kind of the model.
    return {
        name: [str(value) for value in get_args(field.annotation)]
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal
    }


def _pick(kind: Kind, label: str) -> Kind:
    members = [strip(member, kind.limits, kind.key) for member in choices(kind.core)]
    for member in members:
        if _is_model(member.core):
            if label == member.core.__name__ or any(label in values for values in _tags(member.core).values()):
                return member
            continue
        simple = _SIMPLE.get(label.removeprefix("constrained-"))
        if simple is member.core or label.startswith(getattr(get_origin(member.core), "__name__", "?").lower()):
            return member
    return Kind(Any)


def _child(kind: Kind, step: str | int) -> Kind:
    core, origin, inner = kind.core, get_origin(kind.core), get_args(kind.core)
    if _is_model(core):
        fields = core.model_fields
        field = fields.get(step) or next((field for field in fields.values() if field.alias == step), None)
        return Kind(Any) if field is None else strip(field.annotation, field.metadata, str(step))
    if isinstance(origin, type) and issubclass(origin, Mapping) and len(inner) == 2:
        return strip(inner[1], key=kind.key)
    if origin is tuple and isinstance(step, int) and Ellipsis not in inner and step < len(inner):
        return strip(inner[step], key=kind.key)
    return strip(inner[0], key=kind.key) if isinstance(origin, type) and inner else Kind(Any)


def _inside(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    return data[step] if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data) else None
