"""Random instances: tiny ones, each of another family, with other periods, dates and numbers."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from solver.errors import KardashevError
from solver.instance.read import read

TINY = Path(__file__).parents[2] / "instances" / "tiny"
Data = dict[str, Any]
Key = tuple[str | int, ...]

FACTORS = (0.5, 0.7, 0.9, 1.1, 1.5, 2.0)
LAYOUTS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((2, "year"),), ((3, "year"),), ((4, "year"),), ((1, "year"), (2, "half_year")), ((2, "half_year"), (2, "year")),
    ((4, "quarter"), (1, "year")), ((1, "year"), (4, "quarter")), ((2, "quarter"), (1, "half_year"), (2, "year")),
)  # fmt: skip
MONTHLY: tuple[tuple[int, str], ...] = ((3, "month"), (1, "quarter"), (1, "half_year"), (1, "year"))
FIXED = re.compile(
    r"(^|\.)(format|periods|count|latitude_deg|longitude_deg|altitude_km|earth_distance_km|hops|planes|rows|columns)($|\.)"
)
"""Keys that no draw changes: another value would mean another orbit, or none."""


def families() -> list[str]:
    """Return the names of the tiny instances, in order."""
    return sorted(path.stem for path in TINY.glob("*.yaml"))


def base(name: str) -> Data:
    """Return a tiny instance as plain data that stands alone, without its optimum."""
    data = copy.deepcopy(read(TINY / f"{name}.yaml").resolved)
    data.pop("optimum", None)
    return data


def numbers(data: Any, path: Key = ()) -> Iterator[Key]:
    """Yield the path of every number of plain data."""
    if isinstance(data, dict):
        for key, inside in data.items():
            yield from numbers(inside, (*path, key))
    elif isinstance(data, list):
        for index, inside in enumerate(data):
            yield from numbers(inside, (*path, index))
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path


def at(data: Any, path: Key) -> Any:
    """Return the value at a path."""
    for step in path:
        data = data[step]
    return data


def put(data: Any, path: Key, value: Any) -> None:
    """Set the value at a path."""
    at(data, path[:-1])[path[-1]] = value


def perturbed(name: str, draw: random.Random) -> Data:
    """Return a tiny instance with some of its numbers multiplied, and often with periods of other lengths."""
    data = base(name)
    free = [path for path in numbers(data) if not FIXED.search(".".join(map(str, path)))]
    for path in draw.sample(free, min(len(free), draw.randint(1, 6))):
        value = at(data, path) * draw.choice(FACTORS)
        put(data, path, max(1, round(value)) if isinstance(at(data, path), int) and value >= 1 else value)
    if draw.random() < 0.6:
        layout = MONTHLY if draw.random() < 0.15 else draw.choice(LAYOUTS)
        data["horizon"]["periods"] = [{"count": count, "length": length} for count, length in layout]
    if draw.random() < 0.3:
        data.setdefault("money", {})["salvage"] = draw.choice(("none", "straight_line"))
    return data


def drawn(seed: int, usable: Callable[[Data], bool]) -> tuple[str, Data]:
    """Return the family and data of the instance of a seed: the first draw that is ``usable``."""
    draw = random.Random(f"instance {seed}")
    while True:
        name = draw.choice(families())
        data = perturbed(name, draw)
        try:
            if usable(data):
                return name, data
        except KardashevError:
            continue
