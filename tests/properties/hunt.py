"""Standing hunt: ``python -m tests.properties.hunt`` tries to break properties of any instance, as long as asked.

Each hunt has a share of the time: relations between optima on perturbed tiny instances, on random instances of all
families and on nodes sized from parts; loosened bounds; an independent small MILP; damaged files and damaged runs.
What breaks a property is saved with its files and a line of text. The same seed draws the same instances.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from solver.io.terminal import print_line
from tests.properties import damaged_runs, fuzz_files, independent_hunt, loosened_bounds, metamorphic
from tests.properties.finding import Finding, Tried, save


@dataclass(slots=True)
class Hunt:
    """Hunt of one kind: share of the time, what it tries with a seed, and the seconds it took so far."""

    share: float
    tries: Callable[[int], Tried]
    seconds: float = 0.0
    tried: Tried | None = None


def hunts() -> dict[str, Hunt]:
    """Return all hunts by name."""
    return {
        "tiny": Hunt(0.3, metamorphic.findings),
        "families": Hunt(0.2, partial(metamorphic.findings, draw_instance=metamorphic.family)),
        "sized": Hunt(0.1, partial(metamorphic.findings, draw_instance=metamorphic.sized)),
        "bounds": Hunt(0.15, loosened_bounds.findings),
        "milp": Hunt(0.05, independent_hunt.findings),
        "files": Hunt(0.1, fuzz_files.findings),
        "runs": Hunt(0.1, damaged_runs.findings),
    }


def hunt(all_hunts: dict[str, Hunt], seconds: float, seed: int, found: Callable[[str, Finding], None]) -> Counter[str]:
    """Try what is furthest behind its share of the time until the time is over, and return what was tried how often.

    Whatever the time is, each hunt tries something.
    """
    counts, end = Counter[str](), time.monotonic() + seconds
    seeds = {name: itertools.count(seed) for name in all_hunts}
    while time.monotonic() < end or any(one.seconds == 0.0 for one in all_hunts.values()):
        name, one = min(all_hunts.items(), key=lambda item: item[1].seconds / item[1].share)
        began = time.monotonic()
        if one.tried is None:
            one.tried = one.tries(next(seeds[name]))
        step = next(one.tried, None)
        if step is None:
            one.tried = None
        else:
            counts[f"{name}: {step[0]}"] += 1
            if step[1] is not None:
                found(name, step[1])
        one.seconds += time.monotonic() - began
    return counts


def summary(counts: Counter[str], broken: int) -> str:
    """Return a line for each hunt, and one for all relations."""
    lines, relations = [], Counter[str]()
    for name in hunts():
        own = {key.removeprefix(f"{name}: "): count for key, count in counts.items() if key.startswith(f"{name}: ")}
        decided = {key: count for key, count in own.items() if not key.startswith(metamorphic.UNDECIDED)}
        lines.append(f"{name}: {sum(own.values())} tried, {sum(own.values()) - sum(decided.values())} undecided")
        if name in ("tiny", "families", "sized"):
            relations.update(decided)
    kinds = len(relations) - ("plan" in relations)
    lines.append(f"{relations.total()} solves, {kinds} kinds of relations, {broken} broken properties in all")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Hunt for a time and return the exit code: 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="time to hunt")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--out", type=Path, default=Path("results/runs/hunt"), help="folder of what is found")
    parser.add_argument("--only", action="append", choices=sorted(hunts()), help="hunts to run (repeatable)")
    options = parser.parse_args(arguments)
    found: list[Finding] = []

    def report(name: str, finding: Finding) -> None:
        found.append(finding)
        print_line(f"{name}: {finding}  {save(finding, options.out / name)}")

    chosen = {name: one for name, one in hunts().items() if not options.only or name in options.only}
    counts = hunt(chosen, options.seconds, options.seed, report)
    print_line(summary(counts, len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
