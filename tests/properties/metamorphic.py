"""Relations between the optima of a drawn instance and of changed ones: tiny, of all families, of sized nodes."""

from __future__ import annotations

import itertools
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from solver.errors import InstanceError, KardashevError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.solve import Options, Outcome, solve
from tests.properties import layered_relations, relations, sized_relations
from tests.properties.finding import Finding, Tried
from tests.properties.perturbed import Data, drawn
from tests.properties.random_instances import random_instance
from tests.properties.relation import RELATIONS, Changed
from tests.properties.sized import drawn_sized

MODULES = (layered_relations, relations, sized_relations)
"""Modules that register relations."""
TOLERANCE = 2e-6
"""Relative difference of two optima that the tolerances of the MIP solver explain."""
SECONDS_PER_SOLVE = 60.0
RELATIONS_PER_INSTANCE = 6
UNDECIDED = "undecided "
"""Begin of the name of what was tried and neither held nor broke."""
Draw = Callable[[int], tuple[str, Data]]


def optimum(data: Data, beside: dict[str, Data] | None = None) -> Outcome:
    """Solve plain data, with the files it extends, to a gap of zero."""
    with tempfile.TemporaryDirectory() as folder:
        return solve(_written(data, beside or {}, Path(folder)), Options(Limits(gap=0.0, seconds=SECONDS_PER_SOLVE)))


def usable(data: Data) -> bool:
    """Return True if data is a valid instance; InstanceError if not."""
    with tempfile.TemporaryDirectory() as folder:
        read(_written(data, {}, Path(folder)))
    return True


def _written(data: Data, beside: dict[str, Data], folder: Path) -> Path:
    for name, content in {**beside, "instance.yaml": data}.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder / "instance.yaml"


def tiny(seed: int) -> tuple[str, Data]:
    """Draw a perturbed tiny instance."""
    return drawn(seed, usable)


def family(seed: int) -> tuple[str, Data]:
    """Draw an instance of one of the random families."""
    for at in itertools.count(seed, 1_000_003):
        data = random_instance(at)
        try:
            usable(data)
        except InstanceError:
            continue
        return data["name"].split()[0], data
    raise AssertionError


def sized(seed: int) -> tuple[str, Data]:
    """Draw an instance of nodes sized from parts."""
    return "sized", drawn_sized(seed)


DRAWS: tuple[Draw, ...] = (tiny, family, sized)


def findings(seed: int, relations: int = RELATIONS_PER_INSTANCE, draw_instance: Draw = tiny) -> Tried:
    """Yield each relation tried on the instance of a seed, with what it found; ``plan`` is the instance itself.

    A relation whose instance was refused or not solved in time says nothing: its name follows ``UNDECIDED``.
    """
    name_of_family, data = draw_instance(seed)
    draw = random.Random(f"relations {seed}")
    before, broken = _solved(seed, f"plan of {name_of_family}", Changed(data, "same"))
    yield "plan" if broken or before else f"{UNDECIDED}plan", broken
    if before is None:
        return
    start = seed * relations + DRAWS.index(draw_instance) * len(RELATIONS) // len(DRAWS)
    chosen = [(name, RELATIONS[name](data, draw)) for name in _order(start)]
    applicable = ((name, changed) for name, changed in chosen if changed is not None)
    for name, changed in itertools.islice(applicable, relations):
        after, broken = _solved(seed, name, changed)
        if broken is None and after is not None:
            text = contradiction(before, after, changed)
            if text:
                files = {"before": data, "after": changed.data, **changed.beside}
                broken = Finding(seed, name, f"{name_of_family}: {text}", files)
        yield name if broken or after else f"{UNDECIDED}{name}", broken


def _order(start: int) -> list[str]:
    """Return all relations in one mixed order from a place on, so that a few seeds in a row try all kinds."""
    names = random.Random(0).sample(sorted(RELATIONS), len(RELATIONS))
    at = start % len(names)
    return names[at:] + names[:at]


def contradiction(before: Outcome, after: Outcome, changed: Changed) -> str:
    """Return what two outcomes contradict of a relation, or nothing."""
    old, new = value(before), value(after)
    old = old * changed.factor if changed.holds == "scaled" else old
    room = TOLERANCE * max(1.0, abs(old)) if abs(old) < float("inf") else 0.0
    if changed.holds == "not_dearer":
        worse = new > old + room if old < float("inf") else False
        return f"found {new:.9g} after relaxing, expected at most {old:.9g}" if worse else ""
    if changed.holds == "identical" and before.loaded.hash != after.loaded.hash:
        return "the hash of the instance changed"
    same = new == old or abs(new - old) <= room
    return "" if same else f"found {new:.9g}, expected {old:.9g}"


def value(outcome: Outcome) -> float:
    """Return the optimum so that less is better; infinite for an infeasible instance."""
    if outcome.objective is None:
        return float("inf")
    most = outcome.loaded.instance.objective.kind in ("most_power", "most_value")
    return -outcome.objective if most else outcome.objective


def _solved(seed: int, name: str, changed: Changed) -> tuple[Outcome | None, Finding | None]:
    """Solve data; a crash, a violation or a plan better than its bound is a finding, a time limit says nothing."""
    files = {"instance": changed.data, **changed.beside}
    try:
        outcome = optimum(changed.data, changed.beside)
    except Exception as error:
        if isinstance(error, KardashevError) and error.exit_code == 2 and changed.holds != "identical":
            return None, None
        return None, Finding(seed, name, f"{type(error).__name__}: {error}", files)
    if outcome.violations:
        return None, Finding(seed, name, f"the plan violates {outcome.violations[0]}", files)
    if outcome.status is Status.INFEASIBLE and not (outcome.reasons or outcome.shortfall):
        return None, Finding(seed, name, "infeasible without a reason", files)
    if outcome.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        return None, None
    return outcome, None
