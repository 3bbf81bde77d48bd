"""The candidate node designs as outer design variables: which temperatures, lives and margins sizing may choose from.

A menu is crossed, its Pareto set kept and thinned before the MIP sees it, so a long menu is not the best one: what is
thinned away may be what a plan wants, and every design makes the MIP larger. A trial draws lists within the range of
the instance's own lists and prices them by the MIP. Where already the LP bound of its model, which holds for all plans
of that menu, is above the best plan known, the trial is pruned and no plan is sought.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import Certificate
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.tune.cases import compiled_of, readable
from solver.tune.study import Study, received

LISTS = ("radiator_temperature_k", "life_years", "array_margin_share")
DIGITS = {"radiator_temperature_k": 0, "life_years": 1, "array_margin_share": 2}


@dataclass(frozen=True, slots=True)
class BestMenu:
    """The menu of the cheapest plan found, what the plan costs, and what that of the instance's own menu does, MUSD."""

    lists: Mapping[str, list[float]]
    objective: float
    own_objective: float | None


def tune_menu(
    study: Study, path: Path, limits: Limits, trials: int, on_trial: Callable[[str], None]
) -> BestMenu | None:
    """Run trials on menus of an instance; the first one is the menu as it is."""
    loaded = readable(path)
    study.agree({"menu_of": loaded.hash[:12], "gap": limits.gap, "seconds": limits.seconds, "work": limits.work})
    instance = loaded.instance

    def objective(trial: optuna.Trial) -> float:
        changed = with_lists(instance, lists_of(trial, instance))
        return priced(trial, changed, limits, known(study))

    study.run(objective, trials, parameters_of(instance), on_trial)
    return best_menu(study, instance)


def priced(trial: optuna.Trial, instance: Instance, limits: Limits, best_musd: float | None) -> float:
    """Cost of the plan with a menu, MUSD; pruned where no plan of this menu can be cheaper than one known."""
    matrix, interest, musd = compiled_of(instance)
    lp = solve(matrix, Limits(), relax=True)
    received(trial)
    trial.set_user_attr("lp_bound_musd", lp.bound * musd if lp.x is not None else None)
    hopeless = best_musd is not None and lp.certificate is Certificate.LP_VERIFIED and lp.bound * musd > best_musd
    if lp.x is None or hopeless:
        raise optuna.TrialPruned
    found = search(matrix, SearchOptions(limits, "auto", interest_share=interest))
    trial.set_user_attr("bound_musd", found.bound * musd)
    if found.objective is None:
        raise optuna.TrialPruned
    return found.objective * musd


def known(study: Study) -> float | None:
    """The cheapest plan of the study so far, MUSD."""
    return None if study.best is None else study.best.value


def best_menu(study: Study, instance: Instance) -> BestMenu | None:
    """The menu of the best trial, and how the instance's own did."""
    best, own = study.best, parameters_of(instance)
    if best is None or best.value is None:
        return None
    done = study.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    same = (trial.value for trial in done if trial.params == own)
    return BestMenu(lists_from(best.params, instance), best.value, next(same, None))


def fragment(menu: BestMenu, path: Path, out: Path) -> str:
    """An instance file for a directory, that extends the instance and has this menu in place of its own."""
    way = Path(os.path.relpath(path, out)).as_posix()
    lists = "".join(f"  {name}: [{', '.join(f'{v:.10g}' for v in values)}]\n" for name, values in menu.lists.items())
    return (
        f"# Made by: kardashev tune --candidate-designs {path.name}\n"
        f"# The plan found with this menu costs {menu.objective:,.1f} MUSD.\n"
        f"format: 2\nname: {path.stem} with a tuned menu\nextends: {way}\n\ncandidate_designs:\n{lists}"
    )


def lists_of(trial: optuna.Trial, instance: Instance) -> dict[str, list[float]]:
    """The lists that a trial draws, within the range of the instance's own."""
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        count = trial.suggest_int(f"{name}.count", 1, len(own)) if len(own) > 1 else 1
        for place in range(count):
            trial.suggest_float(f"{name}.{place}", min(own), max(own))
    return lists_from(trial.params, instance)


def lists_from(parameters: Mapping[str, Any], instance: Instance) -> dict[str, list[float]]:
    """The lists of a trial's parameters: rounded to what is worth telling apart, each value once."""
    lists = {}
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        values = [parameters[f"{name}.{place}"] for place in range(parameters.get(f"{name}.count", 1))]
        kept = (v if v in own else min(max(own), max(min(own), round(v, DIGITS[name]))) for v in values)
        lists[name] = sorted(set(kept))
    return lists


def parameters_of(instance: Instance) -> dict[str, Any]:
    """The parameters of the instance's own menu."""
    parameters: dict[str, Any] = {}
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        if len(own) > 1:
            parameters[f"{name}.count"] = len(own)
        parameters |= {f"{name}.{place}": float(value) for place, value in enumerate(own)}
    return parameters


def with_lists(instance: Instance, lists: Mapping[str, list[float]]) -> Instance:
    """The instance with other lists in its menu."""
    return instance.model_copy(update={"candidate_designs": instance.candidate_designs.model_copy(update=dict(lists))})
