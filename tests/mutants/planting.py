"""Planting of a mutant: one function of the model replaced in every module that uses it, never in the checker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

Mutate = Callable[[Any], Any]
"""From a function of the model to the mistaken one."""

CHECKER = "solver.check"
HOLDERS = ("solver.", "tests.solver.physics.")
"""Packages in which a function is replaced: the engine, and the tests of physics, which import by name."""


@contextmanager
def planted(target: str, mutate: Mutate) -> Iterator[None]:
    """Replace ``module:name`` or ``module:Class.name`` for the time of the block; AttributeError if there is none."""
    module_name, _, path = target.partition(":")
    owner: Any = import_module(module_name)
    *classes, name = path.split(".")
    for step in classes:
        owner = getattr(owner, step)
    original = vars(owner)[name]
    holders = [(owner, name)] if classes else list(_holders(original))
    mistaken = mutate(original)
    forget()
    for holder, held in holders:
        setattr(holder, held, mistaken)
    try:
        yield
    finally:
        for holder, held in holders:
            setattr(holder, held, original)
        forget()


def forget() -> None:
    """Clear the caches of the engine, which would carry the answers of a mutant beyond it."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("solver."):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def _holders(original: object) -> Iterator[tuple[Any, str]]:
    """Yield each module that holds a function, and the name it has there."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(HOLDERS) and not module_name.startswith(CHECKER):
            yield from ((module, held) for held, value in vars(module).items() if value is original)
