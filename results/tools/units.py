"""Solve the reference instances in two sets of model units: ``python -m results.tools.units [SECONDS]``.

Not a test: it takes minutes. For each instance it prints the LP bound in kt, GW and GUSD and in t, MW and MUSD, and
whether what is known of the optimum, from bound to cost, overlaps: if it does not, one of the two is wrong.
"""

from __future__ import annotations

import sys
from pathlib import Path

from formulations import assemble
from solver.derive import derive
from solver.derive.units import MODEL_UNITS, Units
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.io import escapes
from solver.milp.conditioning import ranges
from solver.milp.limits import Limits
from solver.milp.matrix import compile_matrix
from solver.milp.scaling import as_handed_over
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.earliest_date import earliest

FOLDER = Path("instances/reference")
OTHER = Units(mass_per_t=1.0, power_per_gw=1000.0, money_per_musd=1.0)
SECONDS = 60.0


def main() -> None:
    """Print one Markdown line for each instance."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print("| instance | units | coefficients, scaled | LP bound, MUSD | bound, MUSD | cost, MUSD | overlap |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for path in sorted(FOLDER.glob("*.yaml")):
        instance = read(path).instance
        known: list[tuple[float, float]] = []
        for label, units in (("kt, GW, GUSD", MODEL_UNITS), ("t, MW, MUSD", OTHER)):
            seen, found = _solved(instance, units, seconds)
            lp, bound, cost = (
                None if value is None else value / units.money_per_musd
                for value in (found.stats.lp_bound, found.bound, found.objective)
            )
            known.append((bound or 0.0, float("inf") if cost is None else cost))
            overlap = "" if len(known) < 2 else _overlap(known)
            shown = "no plan" if cost is None else f"{cost:.6g}"
            name = escapes.markdown(path.stem)
            print(f"| {name} | {label} | {seen} | {lp:.9g} | {bound:.6g} | {shown} | {overlap} |", flush=True)


def _solved(instance: Instance, units: Units, seconds: float) -> tuple[str, SearchResult]:
    derived = derive(instance, candidate_designs(instance), units)
    matrix = compile_matrix(assemble(derived.coefficients).model)
    request = SearchOptions(Limits(seconds=seconds))
    if instance.objective.kind == "earliest_date":
        found = earliest(matrix, request)
        return str(ranges(as_handed_over(found.matrix or matrix))), found
    return str(ranges(as_handed_over(matrix))), search(matrix, request)


def _overlap(known: list[tuple[float, float]]) -> str:
    (low, high), (other_low, other_high) = known
    return "yes" if max(low, other_low) <= min(high, other_high) * (1 + 1e-6) else "NO"


if __name__ == "__main__":
    main()
