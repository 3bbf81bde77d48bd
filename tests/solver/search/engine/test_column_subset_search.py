"""Large models by small ones: plans hold in the whole model, and bounds are those of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent
from solver.search.core.integers import is_integral
from solver.search.core.state import SearchOptions
from solver.search.engine.column_subset_search import _LoadKinds
from solver.search.engine.search import search
from tests.formulations.everything import matrix

pytestmark = pytest.mark.slow

GAP = 0.03


@pytest.mark.parametrize("variant", ["made_on_lines", "moon", "network"])
def test_plans_hold_in_the_whole_and_bounds_are_those_of_the_whole(
    variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What small models prove of themselves is never told of the whole one."""
    monkeypatch.setattr("solver.search.engine.search.SUBSET_FROM_COLUMNS", 0)
    of, told = matrix(variant), list[SearchEvent]()
    alone = solve(of, Limits(gap=0.0, seconds=60))
    lp = solve(of, Limits(), relax=True)
    found = search(of, SearchOptions(Limits(gap=GAP, work=60), "search", on_event=told.append))
    assert found.x is not None
    assert found.objective is not None
    assert alone.objective is not None
    assert is_integral(of, found.x)
    assert of.violation(found.x).relative <= 1e-6
    assert found.objective >= alone.bound - 1e-6 * abs(alone.bound)
    assert lp.bound - 1e-9 * abs(lp.bound) <= found.bound <= alone.objective + 1e-6 * abs(alone.objective)
    assert [mark.bound for mark in told if mark.bound is not None][-1] == pytest.approx(found.bound)


def test_a_kind_of_load_is_drawn_with_its_route() -> None:
    """Every flight that could carry a drawn load is drawn as well, and nothing else is."""
    of = matrix("made_on_lines")
    names = of.column_names
    sampled = _LoadKinds(of).sampled(np.random.default_rng(0), 1_000)
    kinds = {name.rpartition(",")[0] for j, name in enumerate(names) if names.kinds[j] in set(sampled.tolist())}
    loads = {kind for kind in kinds if kind.startswith("nodes.loaded[")}
    assert loads == {n.rpartition(",")[0] for n in names if n.startswith("nodes.loaded[")}
    routes = {tuple(kind.partition("[")[2].split(",")[::2]) for kind in loads}
    assert {tuple(kind.partition("[")[2].split(",")) for kind in kinds - loads} == routes
