"""A mutant of the model: its mistake, the tiny instance that feels it, and what catches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.mutants.planting import Mutate

Catcher = Literal["checker", "optimum"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """Mistake in one function of the model, a tiny instance that feels it, and what catches it there.

    ``edits`` are keys of the instance with other values.
    """

    name: str
    target: str
    mutate: Mutate
    instance: str
    caught_by: Catcher = "checker"
    edits: Mapping[str, Any] = field(default_factory=dict)
