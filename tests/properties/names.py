"""Names of every key of an instance file, for mutations that put keys where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from solver.instance.json_schema import schema_json
from solver.instance.schema import Instance


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _keys(part)


@cache
def names() -> tuple[str, ...]:
    """Return the names of all keys."""
    return tuple(sorted(set(_keys(schema_json(Instance)))))
