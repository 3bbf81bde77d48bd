"""Optima of random instances in orbit, by the solver and by the independent MILP.

python -m tests.properties.independent_hunt --seed 1 --count 300    compares that many
"""

from __future__ import annotations

import argparse
import math
import sys

from solver.errors import InstanceError
from solver.io.terminal import print_line
from solver.milp.solution import Status
from tests.properties.finding import Finding, Tried
from tests.properties.independent_milp import independent_optimum
from tests.properties.metamorphic import TOLERANCE, UNDECIDED, optimum, value
from tests.properties.orbit_instances import orbit_instance


def findings(seed: int) -> Tried:
    """Yield whether both optima of the instance of a seed agree: ``optimum``, ``infeasible`` or undecided."""
    data = orbit_instance(seed)
    try:
        found = optimum(data)
        expected = independent_optimum(found.loaded.instance)
    except (InstanceError, TimeoutError):
        yield f"{UNDECIDED}optimum", None
        return
    if found.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        yield f"{UNDECIDED}optimum", None
        return
    same = value(found) == expected or math.isclose(value(found), expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    text = f"the solver found {value(found):.9g}, the independent MILP {expected:.9g}"
    finding = None if same and not found.violations else Finding(seed, "optimum", text, {"instance": data})
    yield "infeasible" if math.isinf(expected) else "optimum", finding


def main() -> int:
    """Compare many instances and print where the optima differ; 1 where some do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    asked = parser.parse_args()
    counts: dict[str, int] = {}
    broken = 0
    for seed in range(asked.seed, asked.seed + asked.count):
        for name, finding in findings(seed):
            counts[name] = counts.get(name, 0) + 1
            if finding is not None:
                broken += 1
                print_line(str(finding))
    print_line(f"{counts}, {broken} differ")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
