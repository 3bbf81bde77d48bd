"""Column subset search: plans are feasible for the full model, and bounds are those of the full model."""

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

GAP = 0.1


@pytest.mark.parametrize("variant", ["made_on_lines", "moon", "network"])
def test_plans_and_bounds_are_those_of_the_full_model(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of restricted models are plans of the full one; their bounds are not, and that of its LP is reported."""
    monkeypatch.setattr("solver.search.engine.search.SUBSET_FROM_COLUMNS", 0)
    of, events = matrix(variant), list[SearchEvent]()
    lp = solve(of, Limits(), relax=True)
    found = search(of, SearchOptions(Limits(gap=GAP, work=20), "search", on_event=events.append))
    assert found.x is not None
    assert found.objective is not None
    assert is_integral(of, found.x)
    assert of.violation(found.x).relative <= 1e-6
    assert found.objective == pytest.approx(of.value(found.x))
    assert found.bound == pytest.approx(lp.bound)
    assert [event.bound for event in events if event.bound is not None][-1] == pytest.approx(found.bound)


def test_a_load_kind_is_sampled_with_its_route() -> None:
    """Every flight that could carry a sampled load is sampled as well, and nothing else is."""
    of = matrix("made_on_lines")
    names = of.column_names
    sampled = _LoadKinds(of).sampled(np.random.default_rng(0), 1_000)
    kinds = {name.rpartition(",")[0] for j, name in enumerate(names) if names.kinds[j] in set(sampled.tolist())}
    loads = {kind for kind in kinds if kind.startswith("nodes.loaded[")}
    assert loads == {n.rpartition(",")[0] for n in names if n.startswith("nodes.loaded[")}
    routes = {tuple(kind.partition("[")[2].split(",")[::2]) for kind in loads}
    assert {tuple(kind.partition("[")[2].split(",")) for kind in kinds - loads} == routes
