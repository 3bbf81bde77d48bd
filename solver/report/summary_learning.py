"""The line of the summary about what learns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from solver.economics.learning import learned
from solver.instance.schema import Instance
from solver.plan import Plan
from solver.report import number_format


def learning_lines(instance: Instance, plan: Plan, facts: Mapping[str, Any]) -> Iterator[str]:
    """One line where learning is in use: how it was met, and where each price ends; ``facts`` as in a manifest."""
    ways = learned(instance, plan.designs, plan.decisions)
    if not ways:
        return
    told = facts.get("learning") or {}
    last = max(next(iter(ways.values())).experience)
    ends = [f"{e} {number_format.share(way.curve.factor(way.experience[last]))}" for e, way in ways.items()]
    text = f"prices end at {number_format.listed(ends)} of those without"
    if instance.learning.mode == "fixed_point":
        rounds = told.get("rounds")
        counted = f", {rounds} round{'' if rounds == 1 else 's'}" if rounds is not None else ""
        text = f"learning by fixed point{counted}: a local answer; {text}"
    elif told.get("chord_error_share") is not None:
        text += f"; chords err by at most {number_format.share(told['chord_error_share'])} of what learns"
    yield text
