"""Derivation of all coefficients from an instance and its candidate designs."""

from __future__ import annotations

from dataclasses import dataclass, field

from formulations.coefficients import Coefficients, Time
from solver.derive.context import Context
from solver.derive.cuts import derive_cuts
from solver.derive.landing import derive_landing
from solver.derive.launch import derive_launch, derive_lines
from solver.derive.learning import MOST_GAP, Curves, derive_learning
from solver.derive.lunar import derive_drivers, derive_lunar
from solver.derive.lunar_bounds import plant_bounds
from solver.derive.network import derive_network
from solver.derive.nodes import derive_nodes, derive_shells, derive_supply
from solver.derive.target import derive_ground, derive_target, reachable
from solver.derive.units import MODEL_UNITS, Units
from solver.horizon.periods import PlanningHorizon
from solver.horizon.windows import windows
from solver.instance.schema import Instance
from solver.plan import Design


@dataclass(frozen=True, slots=True)
class Derived:
    """Coefficients with horizon, designs and units to read a solution back; ``reached`` are periods with any supply."""

    coefficients: Coefficients
    reached: frozenset[int]
    horizon: PlanningHorizon
    designs: tuple[Design, ...]
    units: Units
    curves: Curves = field(default_factory=Curves)


def derive(
    instance: Instance, designs: tuple[Design, ...], units: Units = MODEL_UNITS, gap: float = MOST_GAP
) -> Derived:
    """Derive every set and coefficient of the model, in model units, from an instance and its candidate designs.

    ``gap`` is the relative gap of the solve: the error of chords under learning curves stays below it.
    """
    horizon = PlanningHorizon.of(instance.horizon)
    x = Context(instance, horizon, designs, units)
    launch, lines = derive_launch(x), derive_lines(x)
    landing = derive_landing(x, launch)
    plant = plant_bounds(x, x.moon, landing) if x.moon is not None else None
    nodes = derive_nodes(x, launch, lines, plant.launched if plant is not None else {})
    ground = derive_ground(x)
    reached = reachable(x, nodes, ground, launch)
    target = derive_target(x, reached)
    learning, curves = derive_learning(x, nodes, launch, gap)
    limited = {key: window for key, window in windows(horizon).items() if not window.reads_before}
    time = Time(
        horizon.periods,
        {t: horizon.years(t) for t in horizon.periods},
        {key: window.last for key, window in limited.items()},
        {key: window.within for key, window in limited.items()},
    )
    lunar = derive_lunar(x, landing, plant)
    coefficients = Coefficients(
        time=time,
        nodes=nodes,
        lines=lines,
        launch=launch,
        shells=derive_shells(x),
        ground=ground,
        supply=derive_supply(x),
        target=target,
        cuts=derive_cuts(x, nodes, launch, lines, target, landing, lunar),
        learning=learning,
        landing=landing,
        lunar=lunar,
        drivers=derive_drivers(x, plant),
        network=derive_network(x, nodes, target, ground),
    )
    return Derived(coefficients, frozenset(reached), horizon, designs, units, curves)
