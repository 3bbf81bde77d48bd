"""Named whole formulations: one typed slot for each part that has variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.bulk import nodes_in_arrays
from formulations.coefficients import Coefficients
from formulations.cuts import CUTS, Cut
from formulations.ground import GroundVars
from formulations.landings import LandingVars
from formulations.nodes import NodeVars, nodes_by_vintage


@dataclass(frozen=True, slots=True)
class Formulation:
    """Variants that a model is made of: how the rows of nodes are built, and which cuts are added."""

    nodes: Callable[[pyo.ConcreteModel, Coefficients, GroundVars, LandingVars], NodeVars] = nodes_by_vintage
    cuts: tuple[Cut, ...] = CUTS


PRESETS = {"tight": Formulation(), "compact": Formulation(cuts=())}

LARGE = Formulation(nodes=nodes_in_arrays)
"""The rows of ``tight``, with loads and nodes placed in arrays: for models that Pyomo alone would take minutes over."""
