"""Validation of instance data: types first, then the rules over several sections that have the right types."""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache, lru_cache
from itertools import islice
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError, create_model

from solver.instance.pydantic_errors import issues_of
from solver.instance.validation_issues import MOST_ISSUES, Issue

M = TypeVar("M", bound=BaseModel)
Rule = Callable[..., Iterable[Issue]]
"""Rule over several sections: its parameters are named like the sections that it reads; it returns issues."""


def validate(
    model: type[M], data: Mapping[str, Any], rules: Iterable[Rule] = (), doubtful: Set[Any] = frozenset()
) -> tuple[M | None, list[Issue]]:
    """Return the instance that plain data make, or None where a type is wrong, and every issue found.

    A rule runs where all its sections have the right types and none is in ``doubtful``.
    """
    try:
        whole = _typed(model, data)
    except ValidationError as error:
        issues = issues_of(error, model, data)
        faulty = _faulty(model, data, error) | doubtful
        return None, [*issues, *apply_rules(rules, _sound_sections(model, data, faulty))]
    return whole, apply_rules(rules, {name: section for name, section in whole if name not in doubtful})


def validate_text(model: type[M], text: str, rules: Iterable[Rule] = ()) -> tuple[M | None, list[Issue]]:
    """Return the instance that JSON makes, or None where a type is wrong, and every issue of the rules."""
    try:
        whole = model.model_validate_json(text, strict=True)
    except ValidationError:
        return None, []
    return whole, apply_rules(rules, dict(whole))


def apply_rules(rules: Iterable[Rule], sections: Mapping[str, Any]) -> list[Issue]:
    """Return the issues of every rule that finds its sections; one with a default may be None, for not given."""
    issues: list[Issue] = []
    for rule in rules:
        needed = _needed_sections(rule)
        if needed.keys() <= sections.keys() and all(
            sections[name] is not None or optional for name, optional in needed.items()
        ):
            issues += islice(rule(**{name: sections[name] for name in needed}), MOST_ISSUES)
    return issues


@cache
def _needed_sections(rule: Rule) -> dict[str, bool]:
    parameters = inspect.signature(rule).parameters.values()
    return {parameter.name: parameter.default is None for parameter in parameters}


def _typed(model: type[M], data: Mapping[str, Any]) -> M:
    # Through JSON, strict means what a file means: lists may fill tuples, but text is no number.
    return model.model_validate_json(json.dumps(data, allow_nan=False), strict=True)


def _faulty(model: type[BaseModel], data: Mapping[str, Any], error: ValidationError) -> set[Any]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    faulty: set[Any] = {step for item in found for step in item["loc"][:1]}
    absent = model.model_fields.keys() - data.keys()
    # A section that seems left out may be there under a misspelled name.
    others = islice(faulty - model.model_fields.keys(), MOST_ISSUES)
    misspelled = [difflib.get_close_matches(str(key), absent, 1) for key in others]
    return faulty.union(*misspelled)


def _sound_sections(model: type[BaseModel], data: Mapping[str, Any], faulty: Set[Any]) -> dict[str, Any]:
    sound = model.model_fields.keys() - faulty
    return dict(_typed(_model_of(model, frozenset(sound)), {name: data[name] for name in sound & data.keys()}))


@lru_cache(maxsize=64)
def _model_of(model: type[BaseModel], sections: frozenset[str]) -> type[BaseModel]:
    fields = {name: (field.annotation, field) for name, field in model.model_fields.items() if name in sections}
    return create_model(f"PartOf{model.__name__}", **cast(Any, fields))
