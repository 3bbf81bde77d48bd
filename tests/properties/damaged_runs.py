"""Fuzz of stored runs: damaged and forged manifests, plans, tables, checkpoints and journals.

Every reader must end with a result, a violation or a message that names the file: never with an internal error, never
later than ``HANG_SECONDS`` of processor time. A case is a number: seed and number give the same damage again. From the
command line::

    python -m tests.properties.damaged_runs --count 10000 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from threading import Event
from types import FrameType

import typer

from solver.cli import app
from solver.derive import Derived, derive
from solver.design.candidates import candidate_designs
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.io.terminal import guarded, print_line
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent
from solver.run.checkpoint import read_checkpoint
from solver.run.outcome import conversion_of
from solver.run.resume import not_rederived, start_of
from solver.run.solve import build
from solver.tune.study import Study
from tests.properties.damages import damage
from tests.properties.finding import Finding, Tried

TINY = Path(__file__).parents[2] / "instances" / "tiny"
INSTANCES = ("one_flight", "learning_nodes", "earliest", "network_survive")
HANG_SECONDS = 20
PER_SEED = 20
"""Damages of one seed of the standing hunt."""
ALLOWED = frozenset({0, 1, 2, 5})
"""Exit codes of a reader: no violation, a violation, bad input, and 5 for an alarm."""
FORBIDDEN = ("internal error", "Traceback", "out of memory")
MOST_MEMORY = 6 * 2**30
"""Address space of the command: a file without an end must not fill the machine."""


class HangError(BaseException):
    """Reader that did not end in time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Sound run, checkpoint and journal of one instance, and what the derivation of its bound needs."""

    folder: Path
    loaded: Loaded[Instance]
    derived: Derived
    matrix: Matrix

    @classmethod
    def of(cls, name: str, folder: Path) -> Sample:
        """Solve an instance into a folder."""
        path = TINY / f"{name}.yaml"
        kept = ("--out", f"{folder / 'run'}", "--checkpoint", f"{folder / 'kept'}")
        code = _code(lambda: _command("solve", str(path), *kept, "--gap", "0.001", "--method", "search"))[0]
        if code:
            raise RuntimeError(f"{name}: ended with {code}")
        _journal(folder / "s.journal", 3)
        loaded = read(path)
        derived = derive(loaded.instance, candidate_designs(loaded.instance), gap=0.001)
        return cls(folder, loaded, derived, build(derived)[0])


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault found by the fuzz: number of the case, reader, damage and what the reader said."""

    number: int
    reader: str
    damage: str
    said: str


def _command(*words: str) -> None:
    """Run a command as the terminal does; its exit code becomes that of the exception that ends it."""
    code = app.app(list(words), standalone_mode=False)
    if code:
        raise typer.Exit(code)


def samples(folder: Path, names: tuple[str, ...] = INSTANCES) -> list[Sample]:
    """Return sound samples of some instances."""
    return [Sample.of(name, folder / name) for name in names]


def fuzz(made: list[Sample], folder: Path, numbers: range, seed: int, counts: Counter[str]) -> Iterator[Fault]:
    """Damage samples, one case for each number, and yield the faults of their readers."""
    for number in numbers:
        chance = random.Random(seed * 1_000_003 + number)
        sample = chance.choice(made)
        target = folder / "case"
        _remove(target)
        shutil.copytree(sample.folder, target)
        done = damage(target, chance)
        for reader, call in _readers(sample, target, done.partition(":")[0]):
            try:
                code, said = _within(HANG_SECONDS, partial(_code, call))
            except HangError:
                yield Fault(number, reader, done, "hangs")
                continue
            except BaseException:
                yield Fault(number, reader, done, traceback.format_exc()[-1500:])
                continue
            counts[f"{reader} {code}"] += 1
            if code not in ALLOWED or any(words in said for words in FORBIDDEN) or (code == 5 and not _is_alarm(said)):
                yield Fault(number, reader, done, f"{code}: {said[:600]}")
        _remove(target)


@cache
def _sound() -> tuple[tempfile.TemporaryDirectory[str], list[Sample]]:
    limit_memory()
    folder = tempfile.TemporaryDirectory(prefix="damaged-")
    return folder, samples(Path(folder.name))


def findings(seed: int) -> Tried:
    """Yield some damages of a seed, each a number of ``fuzz``."""
    folder, made = _sound()
    for number in range(PER_SEED):
        faults = list(fuzz(made, Path(folder.name), range(number, number + 1), seed, Counter()))
        text = "; ".join(f"{fault.reader}: {fault.damage}: {fault.said}" for fault in faults)
        yield "run", Finding(seed, f"run {number}", text) if faults else None


def limit_memory() -> None:
    """Limit the address space of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _readers(sample: Sample, target: Path, file: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the readers of a damaged file."""
    run = target / "run"
    if file == "checkpoint.json":
        yield "resume", lambda: _resume(sample, target / "kept")
    elif file == "s.journal":
        yield "tune", lambda: _journal(target / "s.journal", 4)
    else:
        yield "check", lambda: _command("check", str(run))
        yield "compare", lambda: _command("compare", str(run))


def _resume(sample: Sample, kept: Path) -> None:
    state = read_checkpoint(kept, sample.loaded.hash)
    to_unit = conversion_of(sample.loaded.instance, sample.derived)
    start = start_of(state, sample.loaded.instance, sample.derived, sample.matrix, to_unit, Limits(), 0.0, Event())
    assert isinstance(start, Incumbent)
    not_rederived(state, start, to_unit, "MUSD")


def _journal(path: Path, trials: int) -> None:
    study = Study.opened("s", str(path), 0, 1e9)
    study.run(lambda trial: trial.suggest_float("x", 0.0, 1.0), trials, {"x": 0.5}, lambda _: None)


def _code(call: Callable[[], object]) -> tuple[int, str]:
    """Run a reader as the command line does; return its exit code and what it said."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        try:
            code = guarded(call)
        except typer.Exit as end:
            code = end.exit_code
    return code, said.getvalue()


def _within(seconds: int, call: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    def late(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    # Processor time finds loops; time of the clock finds what waits, on however busy a machine.
    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, 10 * seconds))
    before = {number: signal.signal(number, late) for _, number, _ in timers}
    for timer, _, most in timers:
        signal.setitimer(timer, most)
    try:
        return call()
    finally:
        for timer, number, _ in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])


def _is_alarm(said: str) -> bool:
    """Return whether a message is an alarm about a bound better than a plan."""
    return "alarm: " in said


def _remove(target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)


def main() -> int:
    """Run cases from the command line and print the faults; 1 where there are some."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=1000, help="number of cases")
    asked.add_argument("--first", type=int, default=0, help="number of the first case")
    asked.add_argument("--seed", type=int, default=1, help="seed of all cases")
    given = asked.parse_args()
    limit_memory()
    began, counts, faults = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as name:
        made = samples(Path(name))
        for fault in fuzz(made, Path(name), range(given.first, given.first + given.count), given.seed, counts):
            faults += 1
            print_line(f"{fault.number}: {fault.reader}: {fault.damage}\n  {fault.said}")
    seconds = time.monotonic() - began
    print_line(f"{given.count} cases in {seconds:.0f} s, {faults} faults; {dict(sorted(counts.items()))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
