"""Metamorphic relation: change of an instance, and what it must do to the optimum.

Each relation changes plain data and says what holds of the new optimum: ``same``, ``not_dearer`` (a limit was relaxed
or a price lowered), ``scaled`` by a factor, or ``identical`` (the same instance by its hash, and so the same optimum).
It returns None where it says nothing about an instance.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.properties.perturbed import Data, Key, at, numbers, put


@dataclass(frozen=True, slots=True)
class Changed:
    """Changed instance, what holds of its optimum, and the files ``beside`` it that it extends."""

    data: Data
    holds: str
    factor: float = 1.0
    beside: dict[str, Data] = field(default_factory=dict)


Relation = Callable[[Data, random.Random], "Changed | None"]
RELATIONS: dict[str, Relation] = {}


def relation(function: Relation) -> Relation:
    """Register a relation under the name of its function."""
    RELATIONS[function.__name__] = function
    return function


def paths(data: Data, pattern: str) -> list[Key]:
    """Return the paths of numbers that match a pattern with ``*`` for one key and ``**`` for any."""
    expression = re.escape(pattern).replace(r"\*\*", ".+").replace(r"\*", "[^.]+")
    return [path for path in numbers(data) if re.fullmatch(expression, ".".join(map(str, path)))]


def times(data: Data, patterns: Iterable[str], factor: float, holds: str, whole: bool = False) -> Changed | None:
    """Multiply all numbers of some patterns; None where there are none."""
    new = copy.deepcopy(data)
    found = [path for pattern in patterns for path in paths(data, pattern)]
    if not any(at(data, path) for path in found):
        return None
    for path in found:
        value = at(data, path) * factor
        put(new, path, int(value + 0.999999) if whole else value)
    return Changed(new, holds)


BY_MASS = ("more_payload", "longer_lasting_batteries")
"""Relations that make a launch cheaper by mass."""


def salvages_launch(data: Data) -> bool:
    """Whether salvage has the launch of a node, by its share of the mass that a flight could carry."""
    return bool(data.get("money", {}).get("salvage") == "delivered")


def refuels(data: Data) -> bool:
    """Whether some vehicle is refuelled in orbit: with more payload it takes more propellant."""
    return any(vehicle.get("refuelled") for vehicle in data["vehicles"].values())


def scaling(name: str, patterns: tuple[str, ...], factor: float, whole: bool = False) -> None:
    """Register the relation that relaxes all numbers of some patterns by a factor.

    Where salvage has the launch by mass and a flight is not full, a lighter node or a larger payload gives less salvage
    for the same money, and may be dearer.
    """

    def relax(data: Data, _draw: random.Random) -> Changed | None:
        if name in BY_MASS and (salvages_launch(data) or refuels(data)):
            return None
        if name == "smaller_target" and data.get("objective", {}).get("kind") == "most_value":
            # A smaller market is worth less.
            return None
        return times(data, patterns, factor, "not_dearer", whole)

    RELATIONS[name] = relax
