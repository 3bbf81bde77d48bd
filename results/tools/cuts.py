"""Which cuts raise the root bound, and what becomes of the gap: ``python -m results.tools.cuts [SECONDS] [FILE...]``.

Not a test. For each instance a line of CSV: the bare LP bound, by how much each cut and all together raise it, and the
gap of HiGHS alone to its own bound after some seconds (60; 0: bounds only) without and with the cuts. A bound above a
plan would be a cut that cuts off plans: that is an error here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from formulations import assemble
from formulations.coefficients import Coefficients
from formulations.cuts import CUTS, Cut
from formulations.presets import Formulation
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.io import escapes
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.solution import Reason, Solution, Termination

FILES = [f"instances/tiers/{tier}-seed1.yaml" for tier in ("s-1", "s-10", "s-100", "m-1", "m-10", "m-100")]
FILES += ["instances/reference/gigawatt.yaml", "instances/reference/terawatt.yaml"]
SECONDS = 60.0


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    names = [cut.__name__ for cut in CUTS]
    rises = ",".join(f"{name}_percent" for name in (*names, "all"))
    print(f"instance,bare_bound,{rises},seconds,compact_gap_percent,tight_gap_percent,compact_plan,tight_plan")
    for file in sys.argv[2:] or FILES:
        instance = read(file).instance
        c = derive(instance, candidate_designs(instance)).coefficients
        bare = _bound(_matrix(c, ()))
        raised = [100 * (_bound(_matrix(c, cuts)) / bare - 1) for cuts in (*((cut,) for cut in CUTS), CUTS)]
        compact, tight = (_searched(_matrix(c, cuts), seconds) for cuts in ((), CUTS))
        for bound, plan in ((tight.bound, compact.objective), (bare * (1 + raised[-1] / 100), compact.objective)):
            if plan is not None and bound > plan * (1 + 1e-6):
                raise SystemExit(f"{file}: bound {bound} with cuts, plan {plan} without them")
        rise_texts = [f"{rise:.3f}" for rise in raised]
        plans = [_number(found.objective) for found in (compact, tight)]
        row = [
            escapes.csv(Path(file).stem),
            f"{bare:.6g}",
            *rise_texts,
            f"{seconds:g}",
            _gap(compact),
            _gap(tight),
            *plans,
        ]
        print(",".join(row), flush=True)


def _matrix(c: Coefficients, cuts: tuple[Cut, ...]) -> Matrix:
    return compile_matrix(assemble(c, Formulation(cuts=cuts)).model)


def _searched(matrix: Matrix, seconds: float) -> Solution:
    if not seconds:
        return Solution(Termination(Reason.EXHAUSTED, detail="not asked"))
    return solve(matrix, Limits(seconds=seconds, gap=1e-4))


def _bound(matrix: Matrix) -> float:
    found = solve(matrix.relaxed(), Limits())
    if found.objective is None:
        raise SystemExit(f"no relaxation: {found.termination!s}")
    return found.objective


def _gap(found: Solution) -> str:
    return "" if found.objective is None else f"{100 * (found.objective - found.bound) / found.objective:.2f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


if __name__ == "__main__":
    main()
