"""The derivation on one page: instance and designs to coefficients."""

from __future__ import annotations

from dataclasses import dataclass

from formulations.coefficients import Coefficients, Time
from solver.clock import Clock
from solver.derive.context import Context
from solver.derive.launch import derive_launch, derive_lines
from solver.derive.nodes import derive_nodes, derive_shells, derive_supply
from solver.derive.target import derive_cuts, derive_ground, derive_target
from solver.derive.units import MODEL_UNITS, Units
from solver.instance.schema import Instance
from solver.plan import Design


@dataclass(frozen=True, slots=True)
class Derived:
    """Coefficients with what is needed to read a solution back."""

    coefficients: Coefficients
    clock: Clock
    designs: tuple[Design, ...]
    units: Units


def derive(instance: Instance, designs: tuple[Design, ...], units: Units = MODEL_UNITS) -> Derived:
    """Every set and number of the model, in model units, from an instance and its menu of designs."""
    clock = Clock.of(instance.horizon)
    x = Context(instance, clock, designs, units)
    launch, lines = derive_launch(x), derive_lines(x)
    nodes, target = derive_nodes(x, launch, lines), derive_target(x)
    time = Time(clock.periods, {t: clock.years(t) for t in clock.periods}, {t: x.window(t) for t in clock.periods})
    coefficients = Coefficients(
        time=time,
        nodes=nodes,
        lines=lines,
        launch=launch,
        shells=derive_shells(x),
        ground=derive_ground(x),
        supply=derive_supply(x),
        target=target,
        cuts=derive_cuts(x, nodes, launch, target),
    )
    return Derived(coefficients, clock, designs, units)
