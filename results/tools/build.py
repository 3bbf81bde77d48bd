"""Measure building and handing over against raw arrays and Pyomo's own interfaces: ``python -m results.tools.build``.

Not a test. Every measurement is a process of its own, so that its peak of memory is its own; seconds are those of the
processor, so that a shared machine disturbs them little. The same process then passes the finished arrays to HiGHS
(raw), and the ratio is taken within it. Arguments: ``REPEATS``, then ``NAME=FILE:SHELLS:WAY,WAY`` for other cases.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from formulations import PRESETS, assemble
from formulations.coefficients import Coefficients
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.io import escapes
from solver.milp.compile import compile_model
from solver.milp.conditioning import check_ranges
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.scaling import as_handed_over

XL = "instances/tiers/xl-100-seed1.yaml"
CASES = {
    "1e4": ("instances/tiers/m-10-seed1.yaml", 99, ("ours", "rules", "appsi_highs", "highs")),
    "1e5": (XL, 6, ("ours", "rules", "appsi_highs", "highs")),
    "1e6": (XL, 99, ("ours",)),
}
COLUMNS = ("case", "way", "columns", "nonzeros", "build_s", "raw_s", "ratio", "repatch_ratio", "derive_s", "peak_gb")


def main() -> None:
    """Print a CSV line for each case and way: medians over some processes."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    cases = dict(_case(text) for text in sys.argv[2:]) or CASES
    print(",".join(COLUMNS), flush=True)
    for name, (file, shells, ways) in cases.items():
        for way in ways:
            runs = [_apart(file, shells, way) for _ in range(repeats)]
            found = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            row = {"case": escapes.csv(name), "way": way, **found}
            print(
                ",".join(f"{row[key]:.4g}" if isinstance(row[key], float) else str(row[key]) for key in COLUMNS),
                flush=True,
            )


def _case(text: str) -> tuple[str, tuple[str, int, tuple[str, ...]]]:
    name, _, rest = text.partition("=")
    file, shells, ways = rest.split(":")
    return name, (file, int(shells), tuple(ways.split(",")))


def _apart(file: str, shells: int, way: str) -> dict[str, float]:
    command = [sys.executable, "-c", f"from results.tools.build import measure; measure({file!r}, {shells}, {way!r})"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(file: str, shells: int, way: str) -> None:
    """Print what one way of building one case costs, as JSON."""
    c, derive_s = _timed(lambda: _coefficients(file, shells))
    (handed, matrix), build_s = _timed(lambda: WAYS[way](c))
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    del handed
    matrix = matrix or as_handed_over(compile_model(c))
    raw_s = statistics.median(_timed(lambda: _passed(matrix))[1] for _ in range(5))
    patched_s = statistics.median(_timed(lambda: _passed(_patched(matrix)))[1] for _ in range(5))
    measured = {
        "columns": matrix.columns, "nonzeros": matrix.a.nnz, "build_s": build_s, "raw_s": raw_s,
        "ratio": build_s / raw_s, "repatch_ratio": patched_s / raw_s, "derive_s": derive_s, "peak_gb": peak_gb,
    }  # fmt: skip
    print(json.dumps(measured))


def _coefficients(file: str, shells: int) -> Coefficients:
    """Reading, sizing and deriving, with the first shells of the file only."""
    data = read(file).instance.model_dump(by_alias=True)
    data["use"]["shells"] = data["use"]["shells"][:shells]
    instance = Instance.model_validate(data)
    return derive(instance, candidate_designs(instance)).coefficients


def _ours(c: Coefficients) -> tuple[Any, Matrix | None]:
    """What ``kardashev solve`` does: compile, check what the solver will see, scale, hand over."""
    matrix = as_handed_over(compile_model(c))
    check_ranges(matrix)
    return _passed(matrix), matrix


def _rules(c: Coefficients) -> tuple[Any, Matrix | None]:
    """The same with every row written by a Pyomo rule."""
    from pyomo.common.gc_manager import PauseGC

    with PauseGC():
        matrix = as_handed_over(compile_matrix(assemble(c, PRESETS["tight"]).model))
    check_ranges(matrix)
    return _passed(matrix), matrix


def _appsi(c: Coefficients) -> tuple[Any, Matrix | None]:
    from pyomo.contrib.appsi.solvers.highs import Highs

    model, interface = assemble(c, PRESETS["tight"]).model, Highs()
    interface.set_instance(model)
    return (model, interface), None


def _contrib(c: Coefficients) -> tuple[Any, Matrix | None]:
    from pyomo.contrib.solver.solvers.highs import Highs

    model, interface = assemble(c, PRESETS["tight"]).model, Highs()
    interface.set_instance(model)
    return (model, interface), None


WAYS: dict[str, Callable[[Coefficients], tuple[Any, Matrix | None]]] = {
    "ours": _ours,
    "rules": _rules,
    "appsi_highs": _appsi,
    "highs": _contrib,
}


def _patched(matrix: Matrix) -> Matrix:
    """A scenario: other costs, bounds and right-hand sides on the same coefficients, scaled as they are."""
    return as_handed_over(
        matrix.with_(cost=matrix.cost * 1.1, upper=matrix.upper * 0.9, row_upper=matrix.row_upper * 1.05)
    )


def _passed(m: Matrix) -> Any:
    import highspy

    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.passModel(
        m.columns, m.rows, m.a.nnz, 1, 1, m.cost_offset, m.cost, m.lower, m.upper, m.row_lower, m.row_upper,
        m.a.indptr.astype(np.int32), m.a.indices.astype(np.int32), m.a.data, m.integer.astype(np.int32),
    )  # fmt: skip
    return h


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


if __name__ == "__main__":
    main()
