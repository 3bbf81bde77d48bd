"""Combination of changes that repairs an instance: keys with the values that are enough and those that are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solver.ask.explain.ceilings import unit_of
from solver.ask.explain.levers import Lever
from solver.search.variants.conflict import Limit


@dataclass(frozen=True, slots=True)
class Change:
    """Relaxed key of a repair: the limit in the file, the one that is enough, and the nearest one known not to be."""

    key: str
    place: str
    unit: str
    found: Limit
    needed: Limit
    not_enough: Limit

    @classmethod
    def of(cls, lever: Lever, number: float, low: float) -> Change:
        """Return the change of a key to a number, where an effort is too low."""
        r = lever.relaxation
        return cls(
            lever.path, r.place, unit_of(r), lever.shown(r.given), lever.shown(number), lever.shown(lever.short(low))
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repair:
    """Combination of changes that make a plan possible together, and the result of trying them.

    ``options`` are the same as options of the command line. ``proven``: no plan exists with every key at its
    ``not_enough``; with ``each`` none exists even with a single key there and the others as changed. ``plan_musd`` is
    the net present cost of the plan found, None where none was found in time.
    """

    changes: tuple[Change, ...]
    options: tuple[str, ...]
    proven: bool
    each: bool
    tried: bool
    plan_musd: float | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Repair:
        """Return the repair of its JSON."""
        changes = tuple(Change(**change) for change in data["changes"])
        return cls(**{**data, "changes": changes, "options": tuple(data["options"])})
