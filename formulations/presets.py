"""Presets of the formulation: one typed field for each part that has variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.core as pyo

from formulations.bulk import nodes_in_arrays
from formulations.coefficients import Coefficients
from formulations.cuts import CUTS, Cut
from formulations.ground import GroundVars
from formulations.landings import LandingVars
from formulations.nodes import NodeVars, nodes_by_vintage


@dataclass(frozen=True, slots=True)
class Formulation:
    """Variant of each part of a model: construction of the rows of nodes, and the cuts added."""

    nodes: Callable[[pyo.ConcreteModel, Coefficients, GroundVars, LandingVars], NodeVars] = nodes_by_vintage
    cuts: tuple[Cut, ...] = CUTS


PRESETS = {"tight": Formulation(), "compact": Formulation(cuts=())}

LARGE = Formulation(nodes=nodes_in_arrays)
"""Preset ``tight`` with loads and nodes placed in arrays, for models with many columns."""
