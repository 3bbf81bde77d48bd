"""Tuning of the search settings: the mean measure over some instances, with pruning after each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import optuna
from optuna.trial import FrozenTrial

from solver.errors import UsageError
from solver.milp.limits import Limits
from solver.search.core.settings import DEFAULT, Settings
from solver.tune.cases import TuningInstance, evaluate
from solver.tune.space import settings_from, suggest_settings
from solver.tune.study import Study, send_heartbeat

FINALISTS = 3
"""Number of best trials that are evaluated again with other seeds."""


def tune(
    study: Study,
    cases: Sequence[TuningInstance],
    limits: Limits,
    measure: str,
    trials: int,
    on_trial: Callable[[str], None],
) -> None:
    """Run trials of a study; the first one has the default settings."""
    study.require_same(
        {
            "class": common_class(cases),
            "instances": {case.name: case.hash for case in cases},
            "bounds_musd": {case.name: case.bound * case.musd for case in cases},
            "measure": measure,
            "limits": asdict(limits),
        }
    )

    def objective(trial: optuna.Trial) -> float:
        settings, total = suggest_settings(trial), 0.0
        for number, case in enumerate(cases, start=1):
            total += evaluate(case, settings, limits, measure)
            send_heartbeat(trial)
            trial.report(total / number, number)
            if number < len(cases) and trial.should_prune():
                raise optuna.TrialPruned
        return total / len(cases)

    study.run(objective, trials, asdict(DEFAULT), on_trial)


def re_evaluate(
    study: Study,
    cases: Sequence[TuningInstance],
    limits: Limits,
    measure: str,
    seeds: int,
    on_trial: Callable[[str], None],
) -> tuple[Settings, float]:
    """Evaluate the best trials again with other seeds; return the best settings and their mean measure.

    The least of many noisy values is biased: the ``FINALISTS`` best trials and the first one are evaluated again on all
    instances, and the best mean wins. The values are kept in the study.
    """
    finalists = study.best_trials(FINALISTS)
    if not finalists:
        raise UsageError("no trial was completed; increase --trials")
    means = {}
    for trial in finalists:
        settings, values = _settings_of(study, trial), [trial.value or 0.0]
        for seed in range(limits.seed + 1, limits.seed + 1 + seeds):
            name = f"trial {trial.number} with seed {seed}"
            if name not in study.study.user_attrs:
                of = [evaluate(case, settings, replace(limits, seed=seed), measure) for case in cases]
                study.study.set_user_attr(name, sum(of) / len(of))
            values.append(study.study.user_attrs[name])
            on_trial(f"{name}: {values[-1]:.5g}")
        means[settings] = sum(values) / len(values)
    best = min(means, key=lambda settings: means[settings])
    return best, means[best]


def _settings_of(study: Study, trial: FrozenTrial) -> Settings:
    try:
        return settings_from(trial.params)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"study {study.study.study_name}: trial {trial.number} has no settings of this version ({error}); "
            "name another --study"
        ) from error


def common_class(cases: Sequence[TuningInstance]) -> str:
    """Return the class of all instances; UsageError where they have more than one."""
    classes = {case.name: case.of_class for case in cases}
    if len(set(classes.values())) > 1:
        listed = ", ".join(f"{name} {of}" for name, of in classes.items())
        raise UsageError(f"instances of more than one class: {listed}; settings are tuned for one class at a time")
    return next(iter(classes.values()))
