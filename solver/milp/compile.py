"""Compiler from coefficients to the matrix: the model in Pyomo, and for large instances the nodes in arrays."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

from formulations.coefficients import Coefficients
from formulations.implicit import ImplicitColumns
from solver.milp.implicit_columns import with_implicit_columns
from solver.milp.matrix import Matrix, compile_matrix

LARGE_FROM_LOADS = 1_000
"""Loads from which the nodes are built in arrays; below, Pyomo is quick enough."""


def import_modelling() -> None:
    """Load the formulations and what compiles them, Pyomo among it; commands that build no model start without."""
    from formulations import assemble  # noqa: F401  # first: it keeps out packages of SciPy that no model needs

    import pyomo.repn.plugins.standard_form  # noqa: F401  # isort: skip

    # Pyomo logs on standard output, where answers go; an error of a rule is raised as well.
    logging.getLogger("pyomo.core").setLevel(logging.CRITICAL)


def compile_model(
    c: Coefficients, on_assembled: Callable[[], None] | None = None, arrays_from: int | None = None
) -> Matrix:
    """Return the matrix of the default formulation; rows and columns do not depend on how the nodes are built.

    ``on_assembled`` is called when the model stands, before it is compiled. From ``arrays_from`` loads (by default
    ``LARGE_FROM_LOADS``) the nodes are built in arrays, which is quicker.
    """
    import_modelling()
    from pyomo.common.gc_manager import PauseGC

    from formulations import assemble
    from formulations.presets import PRESETS

    large = LARGE_FROM_LOADS if arrays_from is None else arrays_from
    if len(c.nodes.loads) >= large:
        return with_implicit_columns(*compile_with_sums(c, on_assembled))
    with PauseGC():
        built = assemble(c, PRESETS["tight"])
        if on_assembled is not None:
            on_assembled()
        return compile_matrix(built.model)


def compile_with_sums(
    c: Coefficients, on_assembled: Callable[[], None] | None = None
) -> tuple[Matrix, ImplicitColumns]:
    """Return the matrix with a column for each sum of nodes, and these nodes in arrays.

    ``solver.milp.implicit_columns`` makes the matrix of the model of both.
    """
    import_modelling()
    from pyomo.common.gc_manager import PauseGC

    from formulations import assemble
    from formulations.presets import LARGE

    with PauseGC():
        built = assemble(c, LARGE)
        if on_assembled is not None:
            on_assembled()
        matrix, implicit = compile_matrix(built.model), built.implicit
        assert implicit is not None
        # A Pyomo model is full of circles: without this it stays in memory beside the matrix.
        del built
        gc.collect()
        return matrix, implicit
