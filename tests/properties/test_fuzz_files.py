"""Mutated instance files are refused with a place or accepted; the search for others finds what breaks that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from solver.instance import consistency
from solver.instance.schema import Use
from solver.instance.validation_issues import Issue
from tests.properties.fuzz_files import CORPUS, finding, search, workplace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="timers of the processor are those of POSIX")
COUNT = 60
SAVED = sorted(CORPUS.glob("*.yaml"))


@pytest.mark.slow
def test_mutations_are_refused_with_a_place_or_accepted() -> None:
    """Some mutations with a fixed seed: no crash, no hang, every issue with its line."""
    broken: list[str] = []
    assert search(COUNT, 20_300_101, False, lambda _content, found: broken.append(found))["held"] == COUNT, broken


@pytest.mark.slow
def test_planted_faults_are_found() -> None:
    """A rule that crashes on some values, and an issue without a line, are findings."""

    def crashes(use: Use) -> Iterator[Issue]:
        yield from () if len(use.vehicles) == 1 else [((), str(1 // 0))]

    broken: list[str] = []
    with patch("solver.instance.read.RULES", (*consistency.RULES, crashes)):
        search(COUNT, 1, False, lambda _content, found: broken.append(found))
    assert any("ZeroDivisionError" in found for found in broken)


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.name)
def test_saved_findings_stay_mended(path: Path) -> None:
    """Files that once broke the property do so no more."""
    with workplace() as folder:
        again = folder / path.name.partition("-")[0] / "self.yaml"
        again.write_bytes(path.read_bytes())
        assert finding(again, deep=True) is None


@pytest.mark.slow
def test_no_large_file_keeps_the_reader_busy(tmp_path: Path) -> None:
    """Tens of thousands of values are read or refused within seconds, with at most 301 issues."""
    base = "format: 2\nname: x\n"
    kinds = {
        "keys": base + "".join(f"k{i:06}: 1\n" for i in range(20_000)),
        "names": base + "use: {vehicles: [" + ", ".join(f"v{i}" for i in range(20_000)) + "], shells: [a]}\n"
        "vehicles: {" + ", ".join(f"w{i}: 1" for i in range(10_000)) + "}\nshells: {}\n",
        "many": base + "x: [" + ", ".join(["1"] * 900_000) + "]\n",
    }
    path = tmp_path / "large.yaml"
    for name, text in kinds.items():
        path.write_text(text, encoding="utf-8")
        assert finding(path) is None, (name, os.fspath(path))
