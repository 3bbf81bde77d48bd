"""Applicability of a change: values that the file accepts, and the options of the command line that set them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from solver.ask.explain.levers import MOST_EFFORT, Lever, applied, farther, with_ranges
from solver.errors import KardashevError
from solver.instance.consistency import RULES
from solver.instance.overrides import current
from solver.instance.quantities import Quantity
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.validate import validate
from solver.instance.validation_issues import Path, words
from solver.search.variants.deletion import irreducible
from solver.search.variants.relaxation import Relaxation, joined

HALVINGS = 40
"""Halvings of the effort, by which the farthest number that the rules allow is found."""
_MISSING = object()


def is_valid(instance: Instance) -> bool:
    """Return whether an instance, in the case that it has, keeps every range and every rule of the format."""
    found, issues = validate(Instance, instance.model_dump(mode="json", by_alias=True), RULES)
    return found is not None and not issues


def levers_of(
    loaded: Loaded[Instance], groups: Iterable[Sequence[Relaxation]], known: dict[tuple[str, ...], Lever | None]
) -> list[Lever]:
    """Return one lever for each group of relaxations that the rules let move; ``known`` keeps those of former calls."""
    found = list[Lever]()
    for group in groups:
        paths = tuple(r.path for r in group)
        if paths not in known:
            known[paths] = within_rules(loaded.instance, with_ranges([farther(joined(group))], loaded.quantities)[0])
        lever = known[paths]
        found += [] if lever is None else [lever]
    return found


def within_rules(instance: Instance, lever: Lever) -> Lever | None:
    """Return a lever that goes no farther than the format and its rules allow; None where it cannot move at all."""

    def allowed(effort: float) -> bool:
        return is_valid(applied(instance, [lever], [lever.at(effort)]))

    if allowed(MOST_EFFORT):
        return lever
    low, high = 0.0, min(MOST_EFFORT, lever.effort(lever.relaxation.loosest))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if allowed(middle) else (low, middle)
        if lever.at(low) == lever.at(high):
            break
    farthest = lever.short(low)
    if farthest == lever.relaxation.given:
        return None
    return replace(lever, relaxation=replace(lever.relaxation, loosest=farthest))


def options_for(loaded: Loaded[Instance], after: Instance) -> tuple[str, ...] | None:
    """Return options ``path=value`` with which the files are the changed instance; None where a rule forbids it.

    A file is valid in every case of its ranges. Where a range forbids the change in a case that was not asked for, its
    key is set to the number that it has in this one.
    """
    options = options_between(loaded.instance, after)
    if not loaded.files:
        return options if is_valid(after) else None
    refused = _refused(loaded, options)
    if not refused:
        return options
    if not is_valid(after):
        return None
    values = _values_of(loaded.quantities, after)
    near = [path for path in values if any(_lies_in(issue, words(path)) for issue in refused)]
    sections = {issue.partition(".")[0] for issue in refused}
    for pinned in (near, [path for path in values if str(path[0]) in sections], list(values)):

        def enough(some: Sequence[Path]) -> bool:
            return not _refused(loaded, _together(options, _pins(some, values)))

        if pinned and enough(pinned):
            some = irreducible(pinned, enough, lambda: False)[0]
            return _together(options, _pins(some, values))
    return None


def options_between(before: Instance, after: Instance) -> tuple[str, ...]:
    """Return the values that differ as options ``path=value`` of the command line."""
    old, new = (i.model_dump(mode="json", by_alias=True) for i in (before, after))
    return tuple(_option(path, value) for path, value in _leaves(old, new, ()))


def _refused(loaded: Loaded[Instance], options: Sequence[str]) -> list[str]:
    """Return the paths at which the files with some options have errors; one that is empty for any other error.

    An option takes the place of the one given for the same path.
    """
    paths = {option.partition("=")[0] for option in options}
    kept = [change for change in loaded.changes if current([change])[0].partition("=")[0] not in paths]
    try:
        read(loaded.files[0], changes=(*kept, *options))
    except KardashevError as error:
        return [issue.path for issue in getattr(error, "issues", ())] or [""]
    return []


def _lies_in(issue: str, path: str) -> bool:
    return issue == path or issue.startswith((f"{path}.", f"{path}["))


def _values_of(quantities: Mapping[Path, Quantity], instance: Instance) -> dict[Path, Any]:
    """Return the values of the ranged keys in an instance, without those that it does not have."""
    data, found = instance.model_dump(mode="json", by_alias=True), dict[Path, Any]()
    for path in quantities:
        value: Any = data
        for step in path:
            inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
            value = value[step] if inside else value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        if isinstance(value, int | float | str):
            found[path] = value
    return found


def _pins(paths: Sequence[Path], values: Mapping[Path, Any]) -> Iterator[str]:
    return (_option(path, values[path]) for path in paths)


def _together(options: Sequence[str], pins: Iterator[str]) -> tuple[str, ...]:
    """Return options with those of other keys behind them."""
    paths = {option.partition("=")[0] for option in options}
    return (*options, *(pin for pin in pins if pin.partition("=")[0] not in paths))


def _option(path: Sequence[str | int], value: Any) -> str:
    return f"{'.'.join(map(str, path))}={json.dumps(value)}"


def _leaves(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            yield from _leaves(old.get(key, _MISSING), value, (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(before, after, (*path, str(n)))
    elif old != new:
        yield path, new
