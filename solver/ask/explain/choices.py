"""Choices of a file as levers: vehicles, shells, platforms and regions that it describes and does not use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from solver.ask.explain.applicable import is_valid
from solver.ask.explain.levers import Lever
from solver.instance.schema import Instance
from solver.search.variants.relaxation import Relaxation

SECTIONS = ("vehicles", "shells", "platforms", "ground")
CONSTRAINT = "use"


def choices(instance: Instance) -> Iterator[Lever]:
    """Yield a lever for each name that the file could use beside those it does; one that breaks a rule is left out."""
    for section in SECTIONS:
        if section == "ground" and instance.target.where != "anywhere":
            continue
        for name in getattr(instance, section):
            if name not in getattr(instance.use, section):
                lever = _with(section, name)
                if is_valid(lever.relaxation.applied(instance, 1.0)):
                    yield lever
    moon = Relaxation(
        CONSTRAINT, "", "use.moon", (("use", "moon"),), "", 0.0, 1.0, lambda old, n: old or n >= 1,
        integer=True, states=("false", "true"),
    )  # fmt: skip
    if instance.moon is not None and not instance.use.moon and is_valid(moon.applied(instance, 1.0)):
        yield Lever(moon)


def _with(section: str, name: str) -> Lever:
    """Return the lever that adds one name to a list of those in use."""

    def make(used: Any, number: float) -> list[str]:
        return [*used, name] if number >= 1 and name not in used else list(used)

    key = ("use", section)
    states = (f"without {name}", f"with {name}")
    return Lever(Relaxation(CONSTRAINT, name, ".".join(key), (key,), "", 0.0, 1.0, make, integer=True, states=states))
