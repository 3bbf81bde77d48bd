"""Slots that a node takes of its shell and of a regime: one, or more by the area of its array and radiator."""

from __future__ import annotations

from solver.instance.places import Regime, Shell
from solver.plan import Design


def is_weighing(regime: Regime) -> bool:
    """Return whether nodes of a regime take other numbers of its slots than one each."""
    return regime.slot_area_m2 is not None or regime.platforms is not None


def of_shell(design: Design, shell: Shell) -> float:
    """Return the slots of its shell that one node of a design takes, alive or derelict."""
    return _by_area(design, shell.slot_area_m2)


def of_regime(design: Design, regime: Regime) -> float:
    """Return the slots of a regime that one node of a design takes; 0 where the regime counts other platforms alone."""
    if regime.platforms is not None and design.platform not in regime.platforms:
        return 0.0
    return _by_area(design, regime.slot_area_m2)


def _by_area(design: Design, slot_area_m2: float | None) -> float:
    """Return one slot, or in proportion to the area of array and radiator where that is larger than the slot's.

    The chance to be hit is proportional to the cross-section of a node (National Research Council 1995, Orbital Debris,
    page 80); a node smaller than a slot still takes a whole one, as its place is kept by distance.
    """
    return 1.0 if slot_area_m2 is None else max(1.0, sum(design.area_m2.values()) / slot_area_m2)
