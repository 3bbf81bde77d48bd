"""Relations of ``extends``: an instance written in layers is the same instance as its resolved file."""

from __future__ import annotations

import copy
import random
from typing import Any

from tests.properties.perturbed import FACTORS, Data, at, numbers, put
from tests.properties.relation import Changed, relation

NOT_INHERITED = ("format", "name", "description", "claim", "optimum")


@relation
def base_and_changes(data: Data, draw: random.Random) -> Changed:
    """Write other numbers and things of no use into a base, and the true ones into the file that extends it."""
    base, over = copy.deepcopy(data), _own(data)
    free = [path for path in numbers(data) if path[0] != "format" and all(isinstance(step, str) for step in path)]
    for path in draw.sample(free, min(len(free), draw.randint(1, 8))):
        put(base, path, at(data, path) * draw.choice(FACTORS))
        _set(over, path, at(data, path))
    for key in draw.sample(("horizon", "target", "use"), draw.randint(0, 2)):
        over[key] = copy.deepcopy(data[key])
    over["extends"] = "base.yaml"
    return Changed(over, "identical", beside={"base.yaml": base})


@relation
def sections_in_three_files(data: Data, draw: random.Random) -> Changed:
    """Divide the sections among files of a list, two of which extend a third one."""
    layers: list[Data] = [{"format": 2, "name": "layer"} for _ in range(3)]
    for key in data:
        if key not in NOT_INHERITED:
            _divide(key, data[key], layers, draw)
    left, right, root = layers
    left["extends"] = right["extends"] = "root.yaml"
    over = {**_own(data), "extends": ["left.yaml", "right.yaml"]}
    return Changed(over, "identical", beside={"left.yaml": left, "right.yaml": right, "root.yaml": root})


@relation
def undone_by_null(data: Data, draw: random.Random) -> Changed | None:
    """Give a limit in a base, and remove it with ``null`` on top."""
    limits = [
        ("sites", name, "licence_flights_per_year", 1.0)
        for name in sorted(data["sites"])
        if data["sites"][name].get("licence_flights_per_year") is None
    ] + [("shells", name, "slots", 1.0) for name in sorted(data["shells"]) if data["shells"][name].get("slots") is None]
    if not limits:
        return None
    section, name, key, limit = draw.choice(limits)
    base, over = copy.deepcopy(data), _own(data)
    base[section][name][key] = limit
    over[section] = {name: {key: None}}
    over["extends"] = "base.yaml"
    return Changed(over, "identical", beside={"base.yaml": base})


def _own(data: Data) -> Data:
    return {key: copy.deepcopy(data[key]) for key in NOT_INHERITED if key in data}


def _set(data: Data, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        data = data.setdefault(step, {})
    data[path[-1]] = value


def _divide(key: str, value: Any, layers: list[Data], draw: random.Random) -> None:
    """Put a section whole into one layer, or its entries into several."""
    if not isinstance(value, dict) or not value or draw.random() < 0.3:
        draw.choice(layers)[key] = copy.deepcopy(value)
        return
    for name, inside in value.items():
        draw.choice(layers).setdefault(key, {})[name] = copy.deepcopy(inside)
