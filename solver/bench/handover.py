"""Common parts of the baselines: the options of their command line, and the matrix that the search gets as well."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from solver.errors import UsageError
from solver.milp.matrix import Matrix


@dataclass(frozen=True, slots=True)
class LoadedMatrix:
    """Matrix of an instance, value of its objective unit in MUSD, and seconds by lap."""

    matrix: Matrix
    musd: float
    laps: dict[str, float]


def parse_options(program: str, arguments: list[str]) -> argparse.Namespace:
    """Parse the options ``file``, ``out``, ``seconds``, ``gap``, ``seed`` and ``set`` (a list of changes)."""
    parser = argparse.ArgumentParser(prog=f"python -m solver.bench.{program}")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    return parser.parse_args(arguments)


def load_matrix(file: Path, changes: Sequence[str], began: float) -> LoadedMatrix:
    """Read an instance and build its matrix; UsageError for learning, whose true costs only our searches know."""
    from solver.derive import derive
    from solver.design.candidates import candidate_designs
    from solver.instance.read import read
    from solver.run.solve import build

    instance = read(file, changes=changes).instance
    if instance.learning.components or instance.objective.kind != "least_cost":
        raise UsageError(
            f"{file}: found learning curves or another objective, expected least cost without learning curves"
        )
    laps = {"read": monotonic() - began}
    derived = derive(instance, candidate_designs(instance))
    laps["derive"] = monotonic() - began - laps["read"]
    matrix, _ = build(derived)
    laps["build"] = monotonic() - began - laps["read"] - laps["derive"]
    return LoadedMatrix(matrix, 1.0 / derived.units.money_per_musd, laps)
