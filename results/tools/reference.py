"""Measure what the README promises on this machine: ``python -m results.tools.reference``.

Not a test: machines are shared and noisy. Medians of three, and HiGHS alone beside the default method, back to back.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

GIGAWATT = "instances/reference/gigawatt.yaml"
REPEATS = 3


def main() -> None:
    """Print one Markdown line for each figure."""
    print("| measured | figure | asked |\n| --- | --- | --- |")
    for arguments in (["--help"], ["validate", GIGAWATT]):
        print(f"| `kardashev {' '.join(arguments)}`, median of 5 | {_seconds(arguments):.2f} s | under 1 s |")
    runs = {method: [_solve(method) for _ in range(REPEATS)] for method in ("auto", "exact")}
    auto = runs["auto"]
    total = statistics.median(run["seconds"]["total"] for run in auto)
    handed = statistics.median(sum(run["seconds"][lap] for lap in ("read", "derive", "build")) for run in auto)
    print(f"| gigawatt, gap after at most 60 s, default method, two threads | {_gap(auto)} in {total:.0f} s | 1 % |")
    alone = statistics.median(run["seconds"]["total"] for run in runs["exact"])
    print(f"| the same, `--method exact` (HiGHS alone) | {_gap(runs['exact'])} in {alone:.0f} s | - |")
    print(f"| gigawatt, read to hand-over | {handed:.1f} s, {100 * handed / total:.0f} % | 15 % or 3 s |")


def _seconds(arguments: list[str]) -> float:
    times = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "solver", *arguments], capture_output=True, check=True)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def _solve(method: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "run")
        command = ["solve", GIGAWATT, "--json", "--seconds", "60", "--threads", "2", "--method", method, "--out", out]
        done = subprocess.run([sys.executable, "-m", "solver", *command], capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _gap(runs: list[dict[str, Any]]) -> str:
    gaps = [run["gap"] for run in runs]
    return "no plan" if None in gaps else f"{100 * statistics.median(gaps):.2f} %"


if __name__ == "__main__":
    main()
