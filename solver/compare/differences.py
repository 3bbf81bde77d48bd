"""Differences between the instances and options of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from solver.run.manifest_schema import Manifest

ABSENT = "-"
_NOT_COMPARED = frozenset({"name", "description", "sources", "optimum", "claim"})


def flattened(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of plain data with its path, such as ``target.milestones[1].gw``."""
    if isinstance(data, Mapping) and data:
        for key, child in data.items():
            yield from flattened(child, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list | tuple) and data:
        for i, child in enumerate(data):
            yield from flattened(child, f"{path}[{i}]")
    else:
        yield path, data


def differences(manifests: Sequence[Manifest]) -> list[tuple[str, ...]]:
    """Return the paths whose values are not the same in all runs, each with its value per run.

    Instances come first, in the order of their files, then ``options``. Names, descriptions and sources
    are left out.
    """
    found = []
    for section in (_instance, _options):
        tables = [dict(section(manifest)) for manifest in manifests]
        for path in dict.fromkeys(path for table in tables for path in table):
            values = [table.get(path, ABSENT) for table in tables]
            if any(value != values[0] or isinstance(value, bool) != isinstance(values[0], bool) for value in values):
                found.append((path, *(_shown(value) for value in values)))
    return found


def _instance(manifest: Manifest) -> Iterator[tuple[str, Any]]:
    yield from flattened({key: value for key, value in manifest.resolved.items() if key not in _NOT_COMPARED})


def _options(manifest: Manifest) -> Iterator[tuple[str, Any]]:
    yield from flattened(manifest.options.model_dump(), "options")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return "none" if value in (None, [], {}) else str(value)
