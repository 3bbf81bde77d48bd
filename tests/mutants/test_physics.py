"""Every mistake in physics, which the checker shares with the model, is caught by the physics test that is named."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from tests.mutants.physics import HERE, MUTANTS, PhysicsMutant
from tests.mutants.planting import planted


def calls(test: Any) -> Iterator[dict[str, Any]]:
    """The arguments of each call of a test, from its marks."""
    marks = [mark.args for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    choices = []
    for names, values in marks:
        keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        choices.append([dict(zip(keys, v if len(keys) > 1 else (v,), strict=True)) for v in values])
    for combined in product(*choices):
        yield {key: value for part in combined for key, value in part.items()}


def run(name: str) -> None:
    """Run a physics test with all its arguments."""
    module, _, function = name.partition(":")
    test = getattr(import_module(f"tests.solver.physics.{module}"), function)
    for arguments in calls(test):
        test(**arguments)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_mutant_is_caught(mutant: PhysicsMutant) -> None:
    """The named test passes without the mistake and fails with it."""
    run(mutant.caught_by)
    with planted(HERE + mutant.target, mutant.mutate), pytest.raises(AssertionError):
        run(mutant.caught_by)
