"""Relaxations of an infeasible claim, found from its conflicts: ``python -m results.tools.relaxations FILE``.

The keys that the conflict names are lifted, the instance is solved again, and so on until it has a plan; then each
change that is not needed is dropped.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

from results.tools.claim_verdicts import solved
from solver.errors import InstanceError
from solver.run.solve import Outcome
from solver.search.variants.conflict import ConflictingConstraint

ROUNDS = 12
SECONDS = 60.0
MARGIN = 1.2
NUMBERS = ("pads", "max_pads", "max_lines", "slots")
"""Last words of keys that get a number; all others are removed."""


def main() -> None:
    """Print the changes with which each file has a plan, as lines of its list ``relaxed``."""
    for name in sys.argv[1:]:
        print(name, *(f"    - {change}" for change in relaxations(Path(name))), sep="\n")


def relaxations(path: Path) -> tuple[str, ...]:
    """Return changes with which an infeasible file has a plan, none of which can be left out; ValueError without."""
    changes: dict[str, str] = {}
    for _ in range(ROUNDS):
        outcome = _solved(path, changes)
        if outcome.status != "infeasible":
            return tuple(f"{key}={value}" for key, value in _needed(path, changes).items())
        lifted = {key: value for reason in outcome.reasons for key, value in _lifted(reason).items()}
        if lifted.items() <= changes.items():
            break
        changes |= lifted
    raise ValueError(f"{path}: no relaxation within {ROUNDS} rounds; last: {changes}")


def _solved(path: Path, changes: dict[str, str]) -> Outcome:
    return solved(path, [f"{key}={value}" for key, value in changes.items()], SECONDS)


def _lifted(reason: ConflictingConstraint) -> dict[str, str]:
    """Return the change of each key of a conflicting constraint."""
    key = reason.key
    last = key.rpartition(".")[2]
    if last not in NUMBERS:
        return {key: "null"}
    number = str(math.ceil(MARGIN * float(reason.needs or 0)))
    return {key: number, key.replace(".pads", ".max_pads"): number} if last == "pads" else {key: number}


def _needed(path: Path, changes: dict[str, str]) -> dict[str, str]:
    """Return the changes without those that are not needed, tried one by one."""
    for key in list(changes):
        fewer = {other: value for other, value in changes.items() if other != key}
        try:
            if _solved(path, fewer).status != "infeasible":
                changes = fewer
        except InstanceError:  # as pads without room for them
            continue
    return changes


if __name__ == "__main__":
    main()
