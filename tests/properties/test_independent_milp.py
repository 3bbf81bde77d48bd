"""Optima of the solver and of an independent MILP agree; ``make hunt`` compares many more."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

from solver.instance.schema import Instance
from tests.properties import independent_milp
from tests.properties.independent_hunt import findings
from tests.properties.metamorphic import optimum
from tests.properties.orbit_instances import orbit_instance
from tests.properties.perturbed import base

SEEDS = range(101, 113)
TINY = (
    "one_flight",
    "development",
    "licence_in_quarters",
    "launch_ramp",
    "line_ramp",
    "transfer",
    "whole_flights",
    "volume",
    "losses",
    "replacement",
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_find_the_same_optimum(seed: int) -> None:
    """Flights, nodes, pads, lines, slots and growth cost the same by both, or both find no plan."""
    assert [str(finding) for _, finding in findings(seed) if finding is not None] == []


def test_some_of_the_instances_have_a_plan() -> None:
    """Not all of the instances compared are infeasible, and not all are feasible."""
    found = [independent_milp.independent_optimum(instance_of(seed)) for seed in SEEDS]
    assert 3 <= sum(math.isinf(one) for one in found) <= len(found) - 3


def instance_of(seed: int) -> Instance:
    """Return the instance of a seed."""
    return Instance.model_validate(orbit_instance(seed))


@pytest.mark.parametrize("name", TINY)
def test_answers_found_by_hand(name: str) -> None:
    """The independent MILP finds the optimum that stands in a tiny instance."""
    found = optimum(base(name))
    assert independent_milp.independent_optimum(found.loaded.instance) == pytest.approx(found.objective, rel=1e-6)


def test_it_is_independent() -> None:
    """It imports nothing of the project but the sections of instances."""
    source = Path(independent_milp.__file__).read_text(encoding="utf-8")
    modules = {node.module or "" for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    own = {module for module in modules if module.split(".")[0] in ("solver", "formulations", "tests", "kardashev")}
    assert own <= {f"solver.instance.{name}" for name in ("fields", "hardware", "schema", "transport")}
