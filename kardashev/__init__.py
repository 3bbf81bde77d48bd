"""Least-cost verified plans from a gigawatt to a terawatt of computing power in space.

>>> import kardashev as kd
>>> scenario = kd.read("reference:gigawatt").set("vehicles.starship_v4.flight_musd", 40)
>>> result = kd.solve(scenario, gap=0.01, seconds=60, progress=True)
>>> print(result.summary())
>>> result.tables["money"]

The public names are imported on first use, so that ``import kardashev`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from kardashev import _siblings

_siblings.bind()

from solver import __version__  # noqa: E402

if TYPE_CHECKING:
    from solver.api.alternatives import AlternativesResult, alternatives
    from solver.api.breakeven import BreakEvenResult, breakeven
    from solver.api.explanation import ExplanationResult, explain
    from solver.api.functions import compare, open_run, read, solve
    from solver.api.pareto import FrontResult, pareto
    from solver.api.result import Result
    from solver.api.risk import Risk, risk
    from solver.api.scenario import Scenario
    from solver.api.sensitivity import SensitivityResult, sensitivity
    from solver.api.sweep import SweepResult, sweep
    from solver.compare import Comparison
    from solver.errors import EnvironmentFailure, InstanceError, KardashevError, ModelError, UsageError

__all__ = [
    "AlternativesResult",
    "BreakEvenResult",
    "Comparison",
    "EnvironmentFailure",
    "ExplanationResult",
    "FrontResult",
    "InstanceError",
    "KardashevError",
    "ModelError",
    "Result",
    "Risk",
    "Scenario",
    "SensitivityResult",
    "SweepResult",
    "UsageError",
    "__version__",
    "alternatives",
    "breakeven",
    "compare",
    "explain",
    "open_run",
    "pareto",
    "read",
    "risk",
    "sensitivity",
    "solve",
    "sweep",
]

_HOME = {
    **dict.fromkeys(("AlternativesResult", "alternatives"), "solver.api.alternatives"),
    "Comparison": "solver.compare",
    "Result": "solver.api.result",
    "Scenario": "solver.api.scenario",
    **dict.fromkeys(("Risk", "risk"), "solver.api.risk"),
    **dict.fromkeys(("BreakEvenResult", "breakeven"), "solver.api.breakeven"),
    **dict.fromkeys(("FrontResult", "pareto"), "solver.api.pareto"),
    **dict.fromkeys(("SensitivityResult", "sensitivity"), "solver.api.sensitivity"),
    **dict.fromkeys(("SweepResult", "sweep"), "solver.api.sweep"),
    **dict.fromkeys(("ExplanationResult", "explain"), "solver.api.explanation"),
    **dict.fromkeys(("compare", "open_run", "read", "solve"), "solver.api.functions"),
    **dict.fromkeys(
        ("EnvironmentFailure", "InstanceError", "KardashevError", "ModelError", "UsageError"), "solver.errors"
    ),
}


def main() -> NoReturn:
    """Run the command line; see ``kardashev --help``."""
    from solver.io.stop_signals import handle_stop_signals, ignore_stop_signals

    handle_stop_signals()
    from solver.cli.app import main as run

    try:
        run()
    finally:
        ignore_stop_signals()


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
