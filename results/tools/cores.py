"""Time to a gap on one thread and on two: medium instances of some seeds of the generator, as a Markdown table.

    python -m results.tools.cores --seeds 1 2 3 --seconds 180

Each run is ``kardashev solve`` alone on the machine, and ends at the gap. Without ``--seconds`` runs repeat exactly.
``clock`` counts from the start of the command, ``search`` from the built model; ``processor`` is that of all processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

INSTANCES = Path(__file__).parents[2] / "instances"
NAMES = ("m-1", "m-10", "m-100")


@dataclass(frozen=True, slots=True)
class Run:
    """Run of one instance: seconds on the clock, in all and of the search, those of processors, and the gap."""

    clock: float
    search: float
    processor: float
    gap: float | None


def solved(path: Path, threads: int, gap: str, seconds: float | None) -> Run:
    """Solve a file and return its times."""
    with TemporaryDirectory() as folder:
        command = ["solve", str(path), "--json", "--gap", gap, "--threads", str(threads), "--out", f"{folder}/run"]
        command += [] if seconds is None else ["--seconds", f"{seconds:g}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-m", "solver", *command], capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(done.stdout)
    laps = found["seconds"]
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(laps["total"], laps["solve"], used, found["gap"])


def generated(seed: int, folder: Path) -> None:
    """Write the medium instances of a seed into a folder."""
    command = ["generate", "m", "--seed", str(seed), "--out", str(folder), "--instances", str(INSTANCES)]
    subprocess.run([sys.executable, "-m", "solver", *command], capture_output=True, check=True)


def main() -> None:
    """Print a line for each instance and seed, and the medians of the ratios."""
    parser = argparse.ArgumentParser(prog="python -m results.tools.cores")
    parser.add_argument("--names", nargs="+", default=list(NAMES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--gap", default="1%")
    parser.add_argument("--seconds", type=float, help="time limit of each run; without one runs repeat exactly")
    options = parser.parse_args()
    print(f"Load at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors.\n")
    print("| instance | threads | clock, s | search, s | processor, s | gap | faster | search faster |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    ratios = []
    with TemporaryDirectory() as folder:
        for seed in options.seeds:
            generated(seed, Path(folder))
            for name in options.names:
                path = Path(folder) / f"{name}-seed{seed}.yaml"
                one, two = (solved(path, threads, options.gap, options.seconds) for threads in (1, 2))
                ratios.append((one.clock / two.clock, one.search / two.search))
                for threads, run in ((1, one), (2, two)):
                    gap = "no plan" if run.gap is None else f"{run.gap:.2%}"
                    shown = "| |" if threads == 1 else f"| {ratios[-1][0]:.2f} | {ratios[-1][1]:.2f} |"
                    times = f"{run.clock:.1f} | {run.search:.1f} | {run.processor:.1f}"
                    print(f"| {path.stem} | {threads} | {times} | {gap} {shown}", flush=True)
    medians = [statistics.median(column) for column in zip(*ratios, strict=True)]
    print(f"\nMedians: {medians[0]:.2f} times faster, the search {medians[1]:.2f} times.")


if __name__ == "__main__":
    main()
