"""Standing hunt: ``python -m tests.properties.hunt`` solves random instances and changed ones, and compares optima.

What breaks a relation is saved as two instance files and a line of text. The same seed gives the same instances.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.errors import KardashevError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Options, Outcome, solve
from tests.properties.perturbed import Data, drawn
from tests.properties.relations import RELATIONS, Changed

TOLERANCE = 2e-6
"""Relative difference of two optima that the tolerances of the MIP solver explain."""
SECONDS_PER_SOLVE = 60.0
RELATIONS_PER_INSTANCE = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """Broken property: seed, relation, sentence, and the instances that show it."""

    seed: int
    name: str
    text: str
    files: dict[str, Data]

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.name}: {self.text}"


def optimum(data: Data) -> Outcome:
    """Solve plain data to a gap of zero."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")
        return solve(path, Options(Limits(gap=0.0, seconds=SECONDS_PER_SOLVE)))


def usable(data: Data) -> bool:
    """Return True if data is a valid instance; InstanceError if not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")
        read(path)
    return True


def findings(seed: int, relations: int = RELATIONS_PER_INSTANCE) -> Iterator[tuple[str, Finding | None]]:
    """Yield each relation tried on the instance of a seed, with what it found; ``plan`` is the instance itself."""
    family, data = drawn(seed, usable)
    draw = random.Random(f"relations {seed}")
    before, broken = _solved(seed, f"plan of {family}", data)
    yield "plan", broken
    if before is None:
        return
    chosen = [(name, RELATIONS[name](data, draw)) for name in draw.sample(sorted(RELATIONS), len(RELATIONS))]
    applicable = ((name, changed) for name, changed in chosen if changed is not None)
    for name, changed in itertools.islice(applicable, relations):
        after, broken = _solved(seed, name, changed.data)
        if broken is None and after is not None:
            text = contradiction(before, after, changed)
            if text:
                broken = Finding(seed, name, f"{family}: {text}", {"before": data, "after": changed.data})
        yield name, broken


def contradiction(before: Outcome, after: Outcome, changed: Changed) -> str:
    """Return what two outcomes contradict of a relation, or nothing."""
    old, new = value(before), value(after)
    old = old * changed.factor if changed.holds == "scaled" else old
    room = TOLERANCE * max(1.0, abs(old)) if abs(old) < float("inf") else 0.0
    if changed.holds == "not_dearer":
        worse = new > old + room if old < float("inf") else False
        return f"found {new:.9g} after relaxing, expected at most {old:.9g}" if worse else ""
    same = new == old or abs(new - old) <= room
    return "" if same else f"found {new:.9g}, expected {old:.9g}"


def value(outcome: Outcome) -> float:
    """Return the optimum so that less is better; infinite for an infeasible instance."""
    if outcome.objective is None:
        return float("inf")
    return -outcome.objective if outcome.loaded.instance.objective.kind == "most_power" else outcome.objective


def _solved(seed: int, name: str, data: Data) -> tuple[Outcome | None, Finding | None]:
    """Solve data; a crash, a violation or a plan better than its bound is a finding, a time limit says nothing."""
    try:
        outcome = optimum(data)
    except KardashevError as error:
        if error.exit_code == 2:
            return None, None
        return None, Finding(seed, name, f"{type(error).__name__}: {error}", {"instance": data})
    except Exception as error:
        return None, Finding(seed, name, f"{type(error).__name__}: {error}", {"instance": data})
    if outcome.violations:
        return None, Finding(seed, name, f"the plan violates {outcome.violations[0]}", {"instance": data})
    if outcome.status is Status.INFEASIBLE and not (outcome.reasons or outcome.shortfall):
        return None, Finding(seed, name, "infeasible without a reason", {"instance": data})
    if outcome.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        return None, None
    return outcome, None


def save(finding: Finding, folder: Path) -> Path:
    """Write the instances of a finding and its text into a folder of their own, and return it."""
    target = folder / f"{finding.seed}-{finding.name.replace(' ', '-')}"
    target.mkdir(parents=True, exist_ok=True)
    for name, data in finding.files.items():
        (target / f"{name}.yaml").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    (target / "finding.txt").write_text(f"{finding}\n", encoding="utf-8")
    return target


def main(arguments: list[str] | None = None) -> int:
    """Hunt for a time and return the exit code: 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="time to hunt")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--out", type=Path, default=Path("results/runs/hunt"), help="folder of what is found")
    options = parser.parse_args(arguments)
    end, tried, found = time.monotonic() + options.seconds, Counter[str](), []
    for seed in itertools.count(options.seed):
        if time.monotonic() >= end:
            break
        for name, finding in findings(seed):
            tried[name] += 1
            if finding is not None:
                found.append(finding)
                _print(f"{finding}  {save(finding, options.out)}")
    kinds = len(tried) - ("plan" in tried)
    _print(f"{tried.total()} solves of {tried['plan']} instances, {kinds} kinds of relations, {len(found)} broken")
    return 1 if found else 0


def _print(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
