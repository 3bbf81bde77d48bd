"""Candidate node designs as outer design variables: the temperatures, lives and margins that sizing combines.

All combinations are sized, and their Pareto set is thinned before it enters the MIP. So longer lists are not always
better: thinning may remove a useful design, and every design makes the MIP larger. A trial samples lists within the
range of the instance's own lists and evaluates them by the MIP. A trial is pruned without a search where the LP bound,
valid for all plans with its designs, is above the best known plan.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from solver.errors import UsageError
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import Certificate
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.tune.cases import compile_instance, read_least_cost
from solver.tune.study import Study, send_heartbeat

LISTS = ("radiator_temperature_k", "life_years", "array_margin_share")
DIGITS = {"radiator_temperature_k": 0, "life_years": 1, "array_margin_share": 2}


@dataclass(frozen=True, slots=True)
class BestDesigns:
    """Candidate designs of the cheapest plan found, its cost, and that with the instance's own lists, in MUSD."""

    lists: Mapping[str, list[float]]
    objective: float
    own_objective: float | None


def tune_candidate_designs(
    study: Study, path: Path, limits: Limits, trials: int, on_trial: Callable[[str], None]
) -> BestDesigns | None:
    """Run trials on candidate designs of an instance; the first one has the instance's own lists."""
    loaded = read_least_cost(path)
    study.require_same({"menu_of": loaded.hash[:12], "gap": limits.gap, "seconds": limits.seconds, "work": limits.work})
    instance = loaded.instance

    def objective(trial: optuna.Trial) -> float:
        changed = with_lists(instance, lists_of(trial, instance))
        return plan_cost(trial, changed, limits, best_cost(study))

    study.run(objective, trials, parameters_of(instance), on_trial)
    return best_designs(study, instance)


def plan_cost(trial: optuna.Trial, instance: Instance, limits: Limits, best_musd: float | None) -> float:
    """Evaluate candidate designs: cost of the plan in MUSD; pruned where no plan can be cheaper than the best known."""
    matrix, interest, musd = compile_instance(instance)
    lp = solve(matrix, Limits(), relax=True)
    send_heartbeat(trial)
    trial.set_user_attr("lp_bound_musd", lp.bound * musd if lp.x is not None else None)
    dominated = best_musd is not None and lp.certificate is Certificate.LP_VERIFIED and lp.bound * musd > best_musd
    if lp.x is None or dominated:
        raise optuna.TrialPruned
    result = search(matrix, SearchOptions(limits, "auto", interest_share=interest))
    trial.set_user_attr("bound_musd", result.bound * musd)
    if result.objective is None:
        raise optuna.TrialPruned
    return result.objective * musd


def best_cost(study: Study) -> float | None:
    """Return the cost of the cheapest plan of the study so far, in MUSD."""
    return None if study.best is None else study.best.value


def best_designs(study: Study, instance: Instance) -> BestDesigns | None:
    """Return the lists of the best trial, with its cost and that of the instance's own lists."""
    best, own = study.best, parameters_of(instance)
    if best is None or best.value is None:
        return None
    complete = study.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    same = (trial.value for trial in complete if trial.params == own)
    try:
        lists = lists_from(best.params, instance)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"study {study.study.study_name}: trial {best.number} has no lists of this instance ({error}); "
            "name another --study"
        ) from error
    return BestDesigns(lists, best.value, next(same, None))


def fragment(designs: BestDesigns, path: Path, out: Path) -> str:
    """Return the text of an instance file in ``out`` that extends the instance and replaces its lists."""
    relative_path = Path(os.path.relpath(path, out)).as_posix()
    lists = "".join(f"  {name}: [{', '.join(f'{v:.10g}' for v in values)}]\n" for name, values in designs.lists.items())
    return (
        f"# Made by: kardashev tune --candidate-designs {path.name}\n"
        f"# The plan with these candidate designs costs {designs.objective:,.1f} MUSD.\n"
        f"format: 2\nname: {path.stem} with tuned candidate designs\nextends: {relative_path}\n\n"
        f"candidate_designs:\n{lists}"
    )


def lists_of(trial: optuna.Trial, instance: Instance) -> dict[str, list[float]]:
    """Sample the lists of a trial within the range of the instance's own."""
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        count = trial.suggest_int(f"{name}.count", 1, len(own)) if len(own) > 1 else 1
        for place in range(count):
            trial.suggest_float(f"{name}.{place}", min(own), max(own))
    return lists_from(trial.params, instance)


def lists_from(parameters: Mapping[str, Any], instance: Instance) -> dict[str, list[float]]:
    """Return the lists of a trial's parameters: rounded to ``DIGITS``, each value once."""
    lists = {}
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        values = [parameters[f"{name}.{place}"] for place in range(parameters.get(f"{name}.count", 1))]
        kept = (v if v in own else min(max(own), max(min(own), round(v, DIGITS[name]))) for v in values)
        lists[name] = sorted(set(kept))
    return lists


def parameters_of(instance: Instance) -> dict[str, Any]:
    """Return the trial parameters of the instance's own lists."""
    parameters: dict[str, Any] = {}
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        if len(own) > 1:
            parameters[f"{name}.count"] = len(own)
        parameters |= {f"{name}.{place}": float(value) for place, value in enumerate(own)}
    return parameters


def with_lists(instance: Instance, lists: Mapping[str, list[float]]) -> Instance:
    """Replace the lists of candidate designs of an instance."""
    return instance.model_copy(update={"candidate_designs": instance.candidate_designs.model_copy(update=dict(lists))})
