"""Mixed-integer linear formulations: sets, coefficients and Pyomo; no files, no orbits, no solvers."""

from formulations.assemble import Built, assemble
from formulations.coefficients import Coefficients
from formulations.presets import PRESETS, Formulation

__all__ = ["PRESETS", "Built", "Coefficients", "Formulation", "assemble"]
