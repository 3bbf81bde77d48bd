"""Comparison of the search with HiGHS alone on random instances: whole solves, checked plans, the same time.

    python -m results.tools.drawn_against_exact --count 100 --seconds 60 --journal build/drawn.csv

The instances are those of the properties (``tests/properties``): tiny ones with changed numbers, random ones of all
families, and nodes sized from parts, in turn. Up to 400 counts ``auto`` is HiGHS alone; ``--method search`` asks for
the search on these as well. Limits are seconds of the processor. A line of the journal is an instance that is done: a
run that was cut short goes on after it.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from results.tools.processor_clock import use_processor_clock
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.outcome import Options, Outcome
from solver.run.solve import solve
from tests.properties.metamorphic import DRAWS

CLOSE = 0.001
SAME = 2e-6
"""Relative difference of two optima that the tolerances of HiGHS explain."""
FIELDS = ("seed", "kind", "status", "gap", "objective", "exact_status", "exact_gap", "exact_objective", "verdict")


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of one solve: status, gap (infinite without a plan) and objective, with its bound."""

    status: Status
    gap: float
    objective: float | None
    bound: float | None

    @classmethod
    def of(cls, outcome: Outcome) -> Answer:
        """Return the answer of an outcome."""
        gap = math.inf if outcome.gap is None else outcome.gap
        return cls(outcome.status, gap, outcome.objective, outcome.bound)


def verdict(auto: Answer, exact: Answer) -> str:
    """Return ``ok``, ``worse`` where the gap is more than a tenth of a point larger, or ``contradiction``."""
    planned = auto.objective is not None or exact.objective is not None
    if planned and Status.INFEASIBLE in (auto.status, exact.status):
        return "contradiction"
    if auto.status is exact.status is Status.OPTIMAL and auto.gap <= SAME and exact.gap <= SAME:
        both = auto.objective, exact.objective
        if None not in both and not math.isclose(*both, rel_tol=10 * SAME, abs_tol=1e-6):  # type: ignore[arg-type]
            return "contradiction"
    decided = auto.status is Status.INFEASIBLE or exact.status is not Status.INFEASIBLE
    return "ok" if decided and auto.gap <= exact.gap + CLOSE else "worse"


def compared(seed: int, seconds: float, method: str) -> dict[str, object]:
    """Return the line of one instance."""
    kind, data = DRAWS[seed % len(DRAWS)](seed)
    answers = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "instance.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")
        for name in (method, "exact"):
            answers.append(Answer.of(solve(path, Options(Limits(seconds=seconds, gap=1e-6), method=name))))
    auto, exact = answers
    values = (
        seed, kind, auto.status.value, auto.gap, auto.objective,
        exact.status.value, exact.gap, exact.objective, verdict(auto, exact),
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))


def done(journal: Path) -> dict[int, str]:
    """Return the verdicts in a journal by seed; a last line that was cut short does not count."""
    if not journal.exists():
        return {}
    with journal.open(newline="", encoding="utf-8") as lines:
        return {int(line["seed"]): line["verdict"] for line in csv.DictReader(lines) if line["verdict"]}


def main() -> None:
    """Compare on so many instances, and keep a journal."""
    parser = argparse.ArgumentParser(prog="python -m results.tools.drawn_against_exact")
    parser.add_argument("--first", type=int, default=0, help="seed of the first instance")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--method", choices=("auto", "search"), default="auto")
    parser.add_argument("--journal", type=Path, required=True)
    options = parser.parse_args()
    use_processor_clock()
    seeds, known = range(options.first, options.first + options.count), done(options.journal)
    options.journal.parent.mkdir(parents=True, exist_ok=True)
    before = options.journal.read_text(encoding="utf-8") if options.journal.exists() else ""
    with options.journal.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        if not before:
            writer.writeheader()
        elif not before.endswith("\n"):
            file.write("\n")
        for seed in seeds:
            if seed in known:
                continue
            line = compared(seed, options.seconds, options.method)
            writer.writerow(line)
            file.flush()
            known[seed] = str(line["verdict"])
            if known[seed] != "ok":
                print(" ".join(str(value) for value in line.values()), flush=True)
    close = sum(known[seed] == "ok" for seed in seeds)
    print(f"{close} of {len(seeds)} within 0.1 points of HiGHS alone, or better")


if __name__ == "__main__":
    main()
