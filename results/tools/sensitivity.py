"""Quantities that move the levelised cost most: ``python -m results.tools.sensitivity [FILE [PATH=VALUE...]]``.

One at a time, each quantity in use takes the low and the high end of its sourced range, and the bound of the LP
relaxation over what is asked is the levelised cost. The table of the first thirty says what each rests on. Without
arguments the gigawatt is taken, with years as periods.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from solver.derive import derive
from solver.design.sizing import candidate_designs
from solver.economics.levelised import asked_stocks, present_stock_years, usd_per_w_year
from solver.horizon.periods import PlanningHorizon
from solver.instance.quantities import ASSUMPTION, Quantity
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.io.files import write_text
from solver.milp.highs import solve as solve_matrix
from solver.milp.limits import Limits
from solver.run.outcome import conversion_of
from solver.run.solve import build

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "results" / "tables" / "sensitivity.md"
GIGAWATT = (str(ROOT / "instances" / "reference" / "gigawatt.yaml"), "horizon.periods=[{count: 17, length: year}]")
FIRST, JOBS = 30, 3
PARTS = ("array", "radiator", "battery", "accelerator", "bus", "terminal")
WEAK = (ASSUMPTION, "general_knowledge")
SECONDS = 60.0
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """Levelised cost at both ends of the range of a quantity, infinite where there is no plan."""

    path: str
    quantity: Quantity
    at_low: float
    at_high: float

    @property
    def span(self) -> float:
        """Distance of the two ends."""
        return abs(self.at_high - self.at_low) if np.isfinite(self.at_high + self.at_low) else np.inf

    @property
    def weak(self) -> bool:
        """True where the quantity rests on an assumption or on general knowledge."""
        return self.quantity.source in WEAK


def main() -> None:
    """Write the table of the thirty quantities, and print how many of them rest on assumptions."""
    file, *changes = sys.argv[1:] or GIGAWATT
    central = levelised_bound(Path(file), changes)
    moved = effects(Path(file), changes, lambda text: print(text, file=sys.stderr), JOBS)
    found = sorted(moved, key=lambda effect: -effect.span)
    text = table(found[:FIRST], central)
    if len(sys.argv) == 1:
        write_text(TABLE, text)
    print(text)


def effects(path: Path, changes: Sequence[str], report: Callable[[str], None], jobs: int = 1) -> Iterator[Effect]:
    """Yield the effect of every quantity in use that has a range, worked out in several processes."""
    loaded = read(path, changes=changes)
    quantities = {
        ".".join(map(str, key)): quantity
        for key, quantity in loaded.quantities.items()
        if quantity.high > quantity.low and in_use(key, loaded.instance)
    }
    ends = [
        [*changes, f"{name}={end!r}"] for name, quantity in quantities.items() for end in (quantity.low, quantity.high)
    ]
    with nullcontext() if jobs == 1 else ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        costs = iter((pool.map if pool else map)(levelised_bound, repeat(path), ends))
        for name, quantity in quantities.items():
            effect = Effect(name, quantity, next(costs), next(costs))
            report(f"{name}: {effect.at_low:.4g} to {effect.at_high:.4g}")
            yield effect


def levelised_bound(path: Path, changes: Sequence[str]) -> float:
    """Return the levelised cost of the LP relaxation, USD per W and year; infinite where it has no point."""
    instance = read(path, changes=changes).instance
    derived = derive(instance, candidate_designs(instance))
    solution = solve_matrix(build(derived)[0], Limits(seconds=SECONDS), relax=True)
    if solution.objective is None:
        return np.inf
    horizon = PlanningHorizon.of(instance.horizon)
    return usd_per_w_year(
        conversion_of(instance, derived).shown(solution.objective),
        present_stock_years(horizon, asked_stocks(instance, horizon)),
    )


def in_use(key: KeyPath, instance: Instance) -> bool:
    """Return whether an instance uses what a quantity describes."""
    section, *names = map(str, key)
    if names[1:2] == ["payload_t"] and names[2] not in instance.use.shells:
        return False
    used = {"vehicles": instance.use.vehicles, "shells": instance.use.shells, "platforms": instance.use.platforms}
    used |= {"ground": instance.use.ground, "technology": _parts(instance), "sites": _sites(instance)}
    if section == "moon":
        return instance.use.moon
    name = names[1] if section == "technology" else names[0]
    return name in used.get(section, [name])


def _sites(instance: Instance) -> list[str]:
    return [site for name in instance.use.vehicles for site in instance.vehicles[name].sites]


def _parts(instance: Instance) -> list[str]:
    sized = [instance.platforms[name].sized for name in instance.use.platforms]
    return [getattr(parts, part) for parts in sized if parts for part in PARTS]


def table(found: Sequence[Effect], central: float) -> str:
    """Return the table, and a sentence on what its quantities rest on."""
    weak = sum(effect.weak for effect in found)
    lines = [
        f"Levelised cost by central facts, bound of the LP relaxation: {central:.4g} USD per W and year.",
        "",
        "| quantity | low | central | high | cost at low | cost at high | source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for e in found:
        q = e.quantity
        costs = " | ".join(f"{cost:.4g}" if np.isfinite(cost) else "no plan" for cost in (e.at_low, e.at_high))
        lines.append(f"| `{e.path}` | {q.low:g} | {q.central:g} | {q.high:g} | {costs} | {q.source or ''} |")
    lines += ["", f"{weak} of these {len(found)} rest on an assumption or on general knowledge.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
