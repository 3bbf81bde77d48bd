"""Candidate designs are sampled within the instance's own, evaluated by the MIP, and pruned by valid LP bounds."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.tune.cases import compile_instance
from solver.tune.designs import (
    LISTS,
    BestDesigns,
    fragment,
    lists_from,
    lists_of,
    parameters_of,
    plan_cost,
    tune_candidate_designs,
    with_lists,
)
from solver.tune.study import Study

pytestmark = pytest.mark.slow

TIER = Path(__file__).parents[3] / "instances" / "tiers" / "s-100-seed1.yaml"


@pytest.fixture(scope="module")
def instance() -> Instance:
    """A small instance with sized nodes."""
    return read(TIER).instance


@pytest.mark.parametrize("seed", range(5))
def test_sampled_lists_stay_within_the_own_ones(instance: Instance, seed: int) -> None:
    """Every sampled list is sorted, no longer than the instance's own and within its least and greatest value."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    lists = lists_of(study.ask(), instance)
    for name in LISTS:
        own = getattr(instance.candidate_designs, name)
        assert lists[name] == sorted(set(lists[name]))
        assert 1 <= len(lists[name]) <= len(own)
        assert min(own) <= lists[name][0] <= lists[name][-1] <= max(own)


def test_own_lists_come_back_from_their_parameters(instance: Instance) -> None:
    """The first trial has the instance's own lists, so that its model is the same."""
    same = with_lists(instance, lists_from(parameters_of(instance), instance))
    assert {name: getattr(same.candidate_designs, name) for name in LISTS} == {
        name: sorted(getattr(instance.candidate_designs, name)) for name in LISTS
    }
    assert compile_instance(same)[0].column_names == compile_instance(instance)[0].column_names


def test_pruned_only_where_no_plan_is_cheaper(instance: Instance) -> None:
    """A trial goes on while the LP bound leaves room below the best plan known, and ends when it leaves none."""
    matrix, _, musd = compile_instance(instance)
    lp = solve(matrix, Limits(), relax=True)
    study = optuna.create_study()
    with pytest.raises(optuna.TrialPruned):
        plan_cost(study.ask(), instance, Limits(), lp.bound * musd * 0.999)
    value = plan_cost(study.ask(), instance, Limits(gap=0.05), lp.bound * musd * 1.001)
    assert value >= lp.bound * musd


def test_best_designs_never_cost_more_than_the_own(tmp_path: Path, instance: Instance) -> None:
    """The file of the best designs extends the instance, can be read, and its plan costs what the study recorded."""
    study = Study.opened("menu", str(tmp_path / "candidate_designs.journal"), 0, 600.0)
    lines: list[str] = []
    best = tune_candidate_designs(study, TIER, Limits(gap=0.05, work=50), 3, lines.append)
    assert best is not None
    assert best.own_objective is not None
    assert best.objective <= best.own_objective
    assert len(lines) == 3
    file = tmp_path / "best.yaml"
    file.write_text(fragment(best, TIER, tmp_path), encoding="utf-8")
    again = read(file).instance
    assert {name: getattr(again.candidate_designs, name) for name in LISTS} == dict(best.lists)
    matrix, interest, musd = compile_instance(again)
    found = search(matrix, SearchOptions(Limits(gap=0.05, work=50), interest_share=interest))
    assert found.objective is not None
    assert found.objective * musd == pytest.approx(best.objective)
    assert again.target == instance.target


def test_a_fragment_writes_every_list() -> None:
    """Numbers are written so that they are read as the same."""
    best = BestDesigns({"radiator_temperature_k": [331.0], "life_years": [5.5, 8.0]}, 1234.5, None)
    text = fragment(best, Path("a/x.yaml"), Path("a"))
    assert "extends: x.yaml" in text
    assert "  life_years: [5.5, 8]" in text
