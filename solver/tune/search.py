"""A study of the settings of the search: the mean measure over some instances, pruned after each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import optuna

from solver.errors import UsageError
from solver.limits import Limits
from solver.search.settings import DEFAULT
from solver.search.tuned import class_of
from solver.tune.cases import Case, measured
from solver.tune.space import suggested
from solver.tune.study import Study, heard


def tune(
    study: Study, cases: Sequence[Case], limits: Limits, measure: str, trials: int, on_trial: Callable[[str], None]
) -> None:
    """Run trials; the first one is the search as it is without tuning."""
    study.agree(
        {
            "class": common_class(cases),
            "instances": {case.name: case.hash for case in cases},
            "bounds_musd": {case.name: case.bound * case.musd for case in cases},
            "measure": measure,
            "limits": asdict(limits),
        }
    )

    def objective(trial: optuna.Trial) -> float:
        settings, total = suggested(trial), 0.0
        for number, case in enumerate(cases, start=1):
            total += measured(case, settings, limits, measure)
            heard(trial)
            trial.report(total / number, number)
            if number < len(cases) and trial.should_prune():
                raise optuna.TrialPruned
        return total / len(cases)

    study.run(objective, trials, asdict(DEFAULT), on_trial)


def common_class(cases: Sequence[Case]) -> str:
    """The class of all cases; UsageError where they have more than one."""
    classes = {case.name: class_of(case.matrix) for case in cases}
    if len(set(classes.values())) > 1:
        told = ", ".join(f"{name} {of}" for name, of in classes.items())
        raise UsageError(f"instances of more than one class: {told}; settings are tuned for one class at a time")
    return next(iter(classes.values()))
