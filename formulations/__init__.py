"""The mathematics: sets, numbers and Pyomo, and nothing of files, orbits or solvers."""

from formulations.assemble import Built, assemble
from formulations.coefficients import Coefficients
from formulations.presets import PRESETS, Formulation

__all__ = ["PRESETS", "Built", "Coefficients", "Formulation", "assemble"]
