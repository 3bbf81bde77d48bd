"""No derived bound cuts an optimum off: with all of them twenty times as loose, verdict and optimum stay.

python -m tests.properties.loosened_bounds --seed 1000 --count 200 [--family moon]    hunts with other seeds
"""

from __future__ import annotations

import argparse
import math
import random
import sys

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.loosened import loosened, without_dominance
from solver.milp.matrix import Matrix
from solver.milp.solution import Status
from tests.properties.finding import Finding, Tried
from tests.properties.random_instances import FAMILIES, parsed, random_instance

FACTOR = 20.0
EXACT = Limits(gap=0.0, seconds=60)
Answer = tuple[str, float]


def answer(matrix: Matrix) -> Answer | None:
    """Return verdict and optimum; None if the time limit is reached."""
    found = solve(matrix, EXACT)
    if found.status is Status.INFEASIBLE:
        return "infeasible", math.inf
    if found.status is not Status.OPTIMAL or found.objective is None:
        return None
    return "optimal", found.objective


def matrix_of(seed: int, family: str) -> Matrix:
    """Return the matrix of a random instance."""
    instance = parsed(random_instance(seed, family))
    return compile_model(derive(instance, candidate_designs(instance)).coefficients)


def differences(seed: int, family: str) -> list[str]:
    """Return how the answers of the matrices with looser bounds differ from that of the matrix; empty if nowhere."""
    matrix = matrix_of(seed, family)
    base = answer(matrix)
    found = []
    for name, other in (("loosened", loosened(matrix, FACTOR)), ("without dominance", without_dominance(matrix))):
        looser = answer(other)
        if base is None or looser is None:
            found.append(f"{family} {seed}: not solved in {EXACT.seconds:g} s")
            continue
        same = base[0] == looser[0] and (
            base[1] == looser[1] or math.isclose(base[1], looser[1], rel_tol=1e-6, abs_tol=1e-9)
        )
        if not same:
            found.append(f"{family} {seed}: {base} as derived, {looser} {name}")
    return found


def findings(seed: int) -> Tried:
    """Yield the family that a seed chooses."""
    family = sorted(FAMILIES)[seed % len(FAMILIES)]
    try:
        found = differences(seed, family)
    except ValueError:
        # The instance was refused.
        yield f"undecided {family}", None
        return
    unsolved = all("not solved" in line for line in found)
    if found and unsolved:
        yield f"undecided {family}", None
        return
    files = {"instance": random_instance(seed, family)}
    yield family, Finding(seed, f"bounds of {family}", "; ".join(found), files) if found else None


def main() -> None:
    """Compare many instances and print what differs."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--family", choices=sorted(FAMILIES))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--count", type=int, default=100)
    asked = parser.parse_args()
    for seed in range(asked.seed, asked.seed + asked.count):
        for family in [asked.family] if asked.family else sorted(FAMILIES):
            try:
                found = differences(seed, family)
            except ValueError as refused:
                found = [f"{family} {seed}: refused: {refused}"]
            for line in found:
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
