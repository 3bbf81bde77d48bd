"""The hops from an instance to a checked plan, for tests that look at what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from formulations import PRESETS, assemble
from solver.derive import Derived, derive
from solver.derive.extract import extract
from solver.design.candidates import candidate_designs
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.solution import Solution
from solver.plan import Plan

EXACT = Limits(gap=0.0, seconds=60)
INSTANCES = Path(__file__).parents[1] / "instances"
TINY = INSTANCES / "tiny"


@dataclass(frozen=True)
class Run:
    """One instance in one formulation: what every hop gave. ``plan`` is None where no solution was found."""

    instance: Instance
    derived: Derived
    model: Any
    matrix: Matrix
    solution: Solution
    plan: Plan | None


def run(instance: Instance, preset: str = "tight") -> Run:
    """Solve an instance to the end, past no gap."""
    derived = derive(instance, candidate_designs(instance), gap=EXACT.gap)
    model = assemble(derived.coefficients, PRESETS[preset]).model
    matrix = compile_matrix(model)
    solution = solve(matrix, EXACT)
    plan = None if solution.x is None else extract(instance, derived, matrix, solution.x)
    return Run(instance, derived, model, matrix, solution, plan)


@cache
def shipped(name: str) -> tuple[Derived, Matrix]:
    """Return the coefficients of a shipped instance and its matrix as a solve builds it; neither may be changed."""
    instance = read(INSTANCES / f"{name}.yaml").instance
    derived = derive(instance, candidate_designs(instance))
    return derived, compile_model(derived.coefficients)


@cache
def tiny_plan(name: str) -> tuple[Instance, Plan]:
    """Return a tiny instance with its optimal plan."""
    done = run(read(TINY / f"{name}.yaml").instance)
    assert done.plan is not None
    return done.instance, done.plan


def yearly_gigawatt() -> Loaded[Instance]:
    """The gigawatt in years with two shells and few designs."""
    return read(
        INSTANCES / "reference" / "gigawatt.yaml",
        changes=[
            "horizon.periods=[{count: 17, length: year}]",
            "use.shells=[dawn_dusk_650, leo_53_550]",
            "candidate_designs.max_designs=6",
        ],
    )
