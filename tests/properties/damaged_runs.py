"""Fuzz of stored runs: damaged and forged manifests, plans, tables, checkpoints and journals.

Every reader must end with a result, a violation or a message that names the file: never with an internal error, never
later than ``HANG_SECONDS`` of processor time. A case is a number: seed and number give the same damage again. From the
command line::

    python -m tests.properties.damaged_runs --count 10000 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import os
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
from functools import cache
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import typer

from solver.cli import app
from solver.derive import Derived, derive
from solver.design.sizing import candidate_designs
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.io.terminal import guarded, print_line
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent
from solver.run.checkpoint import read_checkpoint
from solver.run.manifest_schema import Manifest
from solver.run.resume import not_rederived, start_of
from solver.run.solve import build
from solver.run.stored_json import sealed
from solver.tune.study import Study
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
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -0.0, 1e-300, 1e300, -1e308, 0.5, "", "0", "text", "\x1b[2J",
    "=cmd", "a" * 5000, "\ud800", [], {}, [[]], [None], {"a": 1}, [1, "a", None], "2030-01", float("nan"),
    float("inf"), float("-inf"),
)  # fmt: skip


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
        options: dict[str, Any] = {"gap": 0.001, "method": app.Method.search}
        code = _code(lambda: app.solve(path, out=folder / "run", checkpoint=folder / "kept", **options))[0]
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
        damage = _damage(target, chance)
        for reader, call in _readers(sample, target, damage.partition(":")[0]):
            try:
                code, said = _within(HANG_SECONDS, lambda call=call: _code(call))
            except HangError:
                yield Fault(number, reader, damage, "hangs")
                continue
            except BaseException:
                yield Fault(number, reader, damage, traceback.format_exc()[-1500:])
                continue
            counts[f"{reader} {code}"] += 1
            if code not in ALLOWED or any(words in said for words in FORBIDDEN) or (code == 5 and not _is_alarm(said)):
                yield Fault(number, reader, damage, f"{code}: {said[:600]}")
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
        yield "check", lambda: app.check(run)
        yield "compare", lambda: app.compare([run])


def _resume(sample: Sample, kept: Path) -> None:
    state = read_checkpoint(kept, sample.loaded.hash)
    factor = -1.0 if sample.loaded.instance.objective.kind == "most_power" else 1000.0
    start = start_of(state, sample.loaded.instance, sample.derived, sample.matrix, factor, Limits(), 0.0, Event())
    assert isinstance(start, Incumbent)
    not_rederived(state, start, factor, "MUSD")


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


def _damage(target: Path, chance: random.Random) -> str:
    """Damage one file of a sample; return its name and the damage."""
    tables = sorted((target / "run" / "tables").iterdir())
    files = [
        *[target / "run" / "manifest.json"] * 4, *[target / "run" / "plan.json"] * 4, chance.choice(tables),
        *[target / "kept" / "checkpoint.json"] * 4, *[target / "s.journal"] * 3,
    ]  # fmt: skip
    file = chance.choice(files)
    if file.suffix == ".json" and chance.random() < 0.7:
        return f"{file.name}: {_damage_json(file, chance)}"
    if file.suffix == ".journal" and chance.random() < 0.7:
        return f"{file.name}: {_damage_line(file, chance)}"
    kind = chance.choice(FILE_DAMAGES)
    kind(file, chance)
    return f"{file.name}: {kind.__name__.strip('_')}"


def _damage_json(file: Path, chance: random.Random) -> str:
    data = json.loads(file.read_text(encoding="utf-8"))
    said = " and ".join(_change(data, chance) for _ in range(chance.choice([1, 1, 1, 2, 3])))
    if chance.random() < 0.6 and isinstance(data, dict):
        said += ", sealed"
        data = _sealed(data)
    file.write_bytes(json.dumps(data).encode("utf-8", "surrogatepass"))
    return said


def _sealed(data: dict[str, Any]) -> dict[str, Any]:
    """Seal as a forger does; a manifest by its model, where it still is one."""
    try:
        return Manifest.model_validate_json(json.dumps(data)).sealed().model_dump(mode="json")
    except ValueError:
        return sealed(data)


def _damage_line(file: Path, chance: random.Random) -> str:
    lines = file.read_bytes().splitlines()
    at = chance.randrange(len(lines))
    record = json.loads(lines[at])
    said = _change(record, chance)
    lines[at] = json.dumps(record).encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        chance.shuffle(lines)
        said += ", shuffled"
    file.write_bytes(b"\n".join(lines) + (b"\n" if chance.random() < 0.7 else b""))
    return f"line {at + 1}: {said}"


def _change(data: Any, chance: random.Random) -> str:
    """Change one place of JSON data and return what was done."""
    place, path = data, ""
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = chance.choice(keys)
        child = place[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.85:
            place, path = child, f"{path}.{key}"
            continue
        return f"{path}.{key} {_change_at(place, key, chance)}"
    if isinstance(place, list):
        place.append(copy.deepcopy(chance.choice(ODD)))
    else:
        place["added"] = copy.deepcopy(chance.choice(ODD))
    return f"{path} added to"


def _change_at(place: Any, key: Any, chance: random.Random) -> str:
    what = chance.randrange(8)
    if what == 0:
        del place[key]
        return "deleted"
    if what == 1 and isinstance(place, dict):
        place[chance.choice(["", "added", f"{key}x", "\ud800", "objective"])] = place.pop(key)
        return "renamed"
    if what == 2:
        place[key] = _nested(chance.choice([3, 50, 5000]), chance)
        return "nested"
    if what == 3 and isinstance(place, list):
        place.insert(0, place[key])
        return "doubled"
    if what == 4 and isinstance(place[key], int | float):
        place[key] = place[key] * chance.choice([-1, 0, 1.0000001, 2, 1e6, 1e-9]) + chance.choice([0, 0, 1, -1])
        return f"made {place[key]!r}"
    if what == 5 and isinstance(place[key], str) and place[key]:
        at = chance.randrange(len(place[key]))
        place[key] = place[key][:at] + chance.choice("0aZ=/+é\x00") + place[key][at + 1 :]
        return "one letter changed"
    place[key] = copy.deepcopy(chance.choice(ODD))
    return f"replaced by {str(place[key])[:20]!r}"


def _nested(depth: int, chance: random.Random) -> Any:
    found: Any = chance.choice(ODD)
    for _ in range(depth if depth < 900 else 900):
        found = [found] if chance.random() < 0.5 else {"a": found}
    return found


def _flip(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 1, 2, 10])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(content))


def _digit(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    # Without a digit, as in the table of nothing, the first byte becomes one.
    digits = [n for n, byte in enumerate(content) if 48 <= byte <= 57] or [0]
    content[chance.choice(digits)] = 48 + chance.randrange(10)
    file.write_bytes(bytes(content))


def _cut(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: chance.randrange(len(content))])


def _insert(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    at = chance.randrange(len(content))
    more = chance.choice([b"\x00", b"\xff\xfe", b"NaN", b"[" * 100_000, b"{", b"1e999", b"9" * 5000, b"\n", b'"'])
    file.write_bytes(content[:at] + more + content[at:])


def _repeat(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    a, b = sorted(chance.randrange(len(content)) for _ in range(2))
    file.write_bytes(content[:b] + content[a:])


def _recode(file: Path, chance: random.Random) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_bytes(text.encode(chance.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"])))


def _empty(file: Path, _chance: random.Random) -> None:
    file.write_bytes(b"")


def _delete(file: Path, _chance: random.Random) -> None:
    file.unlink()


def _replace(file: Path, chance: random.Random) -> None:
    file.unlink()
    what = chance.randrange(4)
    if what == 0:
        file.mkdir()
    elif what == 1:
        file.symlink_to(file.name)
    elif what == 2:
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")


FILE_DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    _flip, _flip, _digit, _digit, _cut, _cut, _insert, _insert, _repeat, _recode, _empty, _delete, _replace,
)  # fmt: skip


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
