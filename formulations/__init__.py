"""Mixed-integer linear formulations: sets, coefficients and Pyomo, without files, orbits or solvers.

The public names are imported on first use, so that ``formulations.names`` is read without Pyomo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from formulations.assemble import Built, assemble
    from formulations.coefficients import Coefficients
    from formulations.presets import PRESETS, Formulation

__all__ = ["PRESETS", "Built", "Coefficients", "Formulation", "assemble"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from formulations.deferred import defer_scipy

    defer_scipy()
    from formulations.assemble import Built, assemble
    from formulations.coefficients import Coefficients
    from formulations.presets import PRESETS, Formulation

    # All at once: importing the module ``assemble`` sets an attribute of that name, which the function must replace.
    globals().update(
        PRESETS=PRESETS, Built=Built, Coefficients=Coefficients, Formulation=Formulation, assemble=assemble
    )
    return globals()[name]
