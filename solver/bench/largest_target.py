"""Largest target of a tight instance: the optimum of the LP with a factor on its path."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from solver.errors import UsageError
from solver.instance.read import read
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.tiers.tight import Tight, tight_instances

TRIAL_GW = 5.0
"""Power at the last milestone of the instance whose factor is maximised."""
DIGITS = 4
ANY_BUDGET = "\nobjective: {kind: most_power, budget_musd: 1.0e+9}\n"


def tight_texts(seed: int, out: Path, instances: Path) -> dict[str, str]:
    """Return the texts of the tight instances of a seed by file name, for a directory that may not exist yet."""
    relative = Path(os.path.relpath(instances, out)).as_posix()
    trials = tight_instances(seed, instances.resolve().as_posix())
    with TemporaryDirectory() as folder:
        largest = [largest_gw(trial, Path(folder) / trial.file_name) for trial in trials]
    of_folder = tight_instances(seed, relative)
    return {tight.file_name: tight.text(gw) for tight, gw in zip(of_folder, largest, strict=True)}


def largest_gw(tight: Tight, path: Path) -> float:
    """Return the largest power at the last milestone, of four digits; a trial instance is written to the path."""
    from solver.derive import derive
    from solver.design.candidates import selected_designs
    from solver.run.solve import build

    path.write_text(tight.text(TRIAL_GW / tight.share, ANY_BUDGET), encoding="utf-8")
    instance = read(path).instance
    matrix, _ = build(derive(instance, selected_designs(instance)[0]))
    found = solve(matrix, Limits(), relax=True)
    if found.objective is None:
        raise UsageError(f"{path}: the LP of its largest target has no optimum: {found.termination}")
    return float(f"{-found.objective * TRIAL_GW:.{DIGITS}g}")
