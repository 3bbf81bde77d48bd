"""Fuzz of instance files: mutated files are refused with a place, or accepted; nothing crashes, nothing hangs.

``python -m tests.properties.fuzz_files --count 100000 --seed 1`` reads that many mutations of the shipped files and
of those of the tests, and saves each that breaks the property to ``tests/data/fuzz_corpus``, whose files the suite
reads again. ``--deep`` takes every accepted file through sizing and derivation too.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import os
import random
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.errors import InstanceError, KardashevError
from solver.instance.read import read
from solver.instance.tree import Located, parse, plain
from solver.instance.validation_issues import ValidationIssues
from solver.io import escapes
from solver.io.terminal import print_line
from solver.report.overview import overview
from tests.properties.finding import Finding, Tried
from tests.properties.mutations import mutated

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "data" / "fuzz_corpus"
FOLDERS = ("instances/tiny", "instances/reference", "instances/claims", "instances/catalogue", "tests/data")
WHOLE = ("tiny", "data")
"""Folders of files that are read in milliseconds; they make up most of the mutations."""
MOST_SECONDS, MOST_WALL_SECONDS = 5.0, 120.0
"""Processor time and time of the clock for one file; the latter finds what waits, on however busy a machine."""

PER_SEED = 200
"""Mutations of one seed of the standing hunt."""
WARM = 500
"""Files after which most of what stays in memory is there."""

TIMERS = (
    (signal.ITIMER_PROF, signal.SIGPROF, 2 * MOST_SECONDS),
    (signal.ITIMER_REAL, signal.SIGALRM, MOST_WALL_SECONDS),
)


@dataclass(frozen=True, slots=True)
class Seed:
    """File to be mutated: its folder, text and plain data."""

    folder: str
    text: str
    data: Any


class HangError(BaseException):
    """End of a reading that took too long."""


@cache
def seeds() -> list[Seed]:
    """Return the files to be mutated, those that are read quickly several times."""
    found: list[Seed] = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            tree = parse(text, path.name, ValidationIssues(path.name))
            assert tree is not None
            found += [Seed(Path(folder).name, text, plain(tree))] * (8 if Path(folder).name in WHOLE else 1)
    return found


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Provide a folder for mutated files, one beside links to all folders that they extend."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        for folder in FOLDERS:
            here = Path(name) / Path(folder).name
            here.mkdir()
            for path in (ROOT / folder).glob("*.yaml"):
                (here / path.name).symlink_to(path)
            (here / "loop.yaml").write_text("extends: self.yaml\n", encoding="utf-8")
        yield Path(name)


@contextlib.contextmanager
def parsed_once() -> Iterator[None]:
    """Parse every shipped file once: most of the time of reading is the catalogue's."""
    known: dict[tuple[str, str], Located | None] = {}

    def remembered(text: str, file: str, issues: ValidationIssues) -> Located | None:
        if file.endswith("self.yaml"):
            return parse(text, file, issues)
        if (text, file) not in known:
            before = len(issues.found)
            tree = parse(text, file, issues)
            if len(issues.found) > before:
                return tree
            known[text, file] = tree
        return known[text, file]

    with patch("solver.instance.merge.parse", remembered):
        yield


def finding(path: Path, deep: bool = False) -> str | None:
    """Return how reading a file breaks the property; None where it holds."""
    began = time.process_time()
    for timer, number, seconds in TIMERS:
        signal.signal(number, _hang)
        signal.setitimer(timer, seconds)
    try:
        found = _finding(path, deep)
    except HangError as error:
        return f"hang\n{_frames(error)}"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:300]}\n{_frames(error)}"
    finally:
        for timer, _, _ in TIMERS:
            signal.setitimer(timer, 0)
    used = time.process_time() - began
    return found if found is not None or used <= MOST_SECONDS else f"slow: {used:.1f} s of processor time"


def _finding(path: Path, deep: bool) -> str | None:
    try:
        loaded = read(path)
    except InstanceError as error:
        if not error.issues:
            return "refused without an issue"
        for issue in error.issues:
            line = escapes.line(issue)
            if not issue.file or issue.line < 1 or not issue.message or len(line) > 2000:
                return f"issue without a place or too long: {line[:300]}"
            if not line.isprintable():
                return f"issue with control letters: {line!r}"
        return None
    overview(loaded)
    if deep:
        with contextlib.suppress(KardashevError):
            derive(loaded.instance, candidate_designs(loaded.instance))
    return None


def _frames(error: BaseException) -> str:
    return "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)[-4:]))


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise HangError


def search(count: int, seed: int, deep: bool, on_finding: Callable[[bytes, str], None]) -> dict[str, int]:
    """Read mutations, and return how many were accepted, refused and broke the property."""
    rng, files = random.Random(seed), seeds()
    counts = {"held": 0, "broken": 0}
    with workplace() as folder, parsed_once():
        for number in range(count):
            if number == WARM:
                # The parsed catalogue stays: the garbage collector need not go through it after each file.
                gc.collect()
                gc.freeze()
            chosen = rng.choice(files)
            content = mutated(chosen.text, chosen.data, rng)
            path = folder / chosen.folder / "self.yaml"
            path.write_bytes(content)
            found = finding(path, deep)
            counts["held" if found is None else "broken"] += 1
            if found is not None:
                on_finding(content, f"{chosen.folder}\n{found}")
    return counts


def findings(seed: int) -> Tried:
    """Yield some mutations of a seed, all that held first."""
    broken: list[tuple[bytes, str]] = []
    held = search(PER_SEED, seed, False, lambda content, found: broken.append((content, found)))["held"]
    yield from (("file", None) for _ in range(held))
    for number, (content, found) in enumerate(broken):
        yield "file", Finding(seed, f"file {number}", found, {"self": content})


def main() -> None:
    """Search for files that break the property, and save them with what they do."""
    parser = argparse.ArgumentParser(description="fuzz of instance files")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--save", type=Path, default=CORPUS)
    options = parser.parse_args()
    kinds: dict[str, int] = {}

    def save(content: bytes, found: str) -> None:
        kind = found.splitlines()[1][:60] + " | " + found.strip().splitlines()[-2][-100:].strip()
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] <= 2:
            folder, _, _rest = found.partition("\n")
            name = f"{folder}-{hashlib.sha256(content).hexdigest()[:12]}.yaml"
            (options.save / name).write_bytes(content)
            print_line(f"{name}\n{found}")

    options.save.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    counts = search(options.count, options.seed, options.deep, save)
    print_line(f"{counts}, {time.monotonic() - began:.0f} s, seed {options.seed}, pid {os.getpid()}")
    for kind, times in kinds.items():
        print_line(f"{times} times {kind}")


if __name__ == "__main__":
    main()
