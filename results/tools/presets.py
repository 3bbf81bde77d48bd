"""Compare the presets by root bound, root gap and time: ``python -m results.tools.presets [FILE...]``.

Not a test. Writes ``results/tables/presets.csv`` and ``.md``. The root gap is that of the verified bound of the
relaxation to the best plan known (``instances/tiers/best.csv``, ``results/tables/reference.csv``); seconds are those of
the processor, for the relaxation alone, or for it and the cuts that the search seeks at its
optimum. ``python -m results.tools.cuts`` prints what each cut is worth.
"""

from __future__ import annotations

import csv
import math
import sys
import time
from pathlib import Path

from formulations import PRESETS, assemble
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.io import escapes
from solver.io.files import write_text
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import compile_matrix
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.flight_cuts import with_flight_cuts

ROOT = Path(__file__).parents[2]
TIERS = ("s-1", "s-10", "s-100", "m-1", "m-10", "m-100")
FILES = [f"instances/tiers/{tier}-seed1.yaml" for tier in TIERS]
FILES += ["instances/reference/gigawatt.yaml", "instances/reference/terawatt.yaml"]
LIMITS = Limits(seconds=300.0, gap=0.005)
HEAD = ("instance", "preset", "rows", "nonzeros", "cuts", "root_bound_musd", "best_plan_musd", "root_gap", "lp_seconds")


def main() -> None:
    """Measure and write both tables."""
    best = best_known()
    rows = [row for file in sys.argv[1:] or FILES for row in measured(file, best)]
    folder = ROOT / "results" / "tables"
    lines = [",".join(HEAD), *(",".join(escapes.csv(cell) for cell in row) for row in rows)]
    write_text(folder / "presets.csv", "\n".join(lines) + "\n")
    table = [HEAD, tuple("---" for _ in HEAD), *(tuple(map(escapes.markdown, row)) for row in rows)]
    write_text(folder / "presets.md", "".join(f"| {' | '.join(row)} |\n" for row in table))


def best_known() -> dict[str, float]:
    """Objective of the best plan of each instance for which one is recorded, MUSD."""
    known: dict[str, float] = {}
    for table in ("instances/tiers/best.csv", "results/tables/reference.csv"):
        with (ROOT / table).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["objective"] and row.get("unit", "MUSD") == "MUSD":
                    known[row["instance"]] = float(row["objective"])
    return known


def measured(file: str, best: dict[str, float]) -> list[tuple[str, ...]]:
    """A line for each preset, and one with the cuts of the search; a bound above a known plan is an error."""
    instance, name, rows = read(ROOT / file).instance, Path(file).stem, list[tuple[str, ...]]()
    derived = derive(instance, candidate_designs(instance))
    for preset in ("compact", "tight", "tight and cuts at the LP"):
        state = SearchState(
            compile_matrix(assemble(derived.coefficients, PRESETS[preset.partition(" ")[0]]).model),
            SearchOptions(LIMITS),
        )
        began = time.process_time()
        lp = solve(state.matrix, LIMITS, relax=True)
        if preset not in PRESETS:
            state.basis = lp.basis
            lp = with_flight_cuts(state, lp)
        bound, seconds = lp.bound / derived.units.money_per_musd, time.process_time() - began
        plan, matrix = best.get(name, math.nan), state.matrix
        if bound > plan * (1 + 1e-6):
            raise SystemExit(f"{file}: {preset} has the bound {bound}, but there is a plan of {plan}")
        cuts = sum(len(found) for word, found in matrix.row_names.components.items() if word.startswith("cuts."))
        gap = "" if math.isnan(plan) else f"{(plan - bound) / plan:.4f}"
        known = "" if math.isnan(plan) else f"{plan:.6g}"
        sizes = (str(matrix.rows), str(matrix.a.nnz), str(cuts))
        rows.append((name, preset, *sizes, f"{bound:.6g}", known, gap, f"{seconds:.2f}"))
        print(" ".join(rows[-1]), flush=True)
    return rows


if __name__ == "__main__":
    main()
