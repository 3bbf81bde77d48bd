"""Settings by class: each class has valid ones, and a search takes those of its class unless others are given."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import WITHIN_GAP, Limit, Solution, Termination
from solver.search.core import tuned as module
from solver.search.core.settings import DEFAULT, Settings
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.tuned import by_class, class_of, settings_of, tuned
from solver.search.engine import search as searcher
from solver.search.engine.portfolio import Portfolio
from solver.search.engine.search import search
from tests.formulations.everything import matrix
from tests.named import named
from tests.solver.milp.test_safe_bounds import random_matrix


def _with_integers(count: int) -> Matrix:
    of = random_matrix(0, columns=2, integer=True)
    wide = np.zeros(count)
    return replace(
        of,
        a=type(of.a)((of.rows, count)),
        cost=wide,
        lower=wide,
        upper=wide + 1,
        integer=np.ones(count, dtype=bool),
        column_names=named(f"a.x[{j}]" for j in range(count)),
    )


@pytest.mark.parametrize(("integers", "name"), [(10, "small-few"), (2_001, "medium-few"), (20_001, "large-few")])
def test_class_depends_on_integer_columns(integers: int, name: str) -> None:
    """One integer column more than the largest of a class is of the next."""
    assert class_of(_with_integers(integers), np.zeros(integers), 0.0) == name


def test_lunar_columns_make_a_class() -> None:
    """Where the Moon is in play, the class is moon, whatever the size."""
    moon, orbit = matrix("moon"), matrix("orbit_only")
    assert class_of(moon, np.zeros(moon.columns), 0.0) == "moon"
    assert class_of(orbit, np.zeros(orbit.columns), 0.0) == "small-few"


@pytest.mark.parametrize(("mean", "name"), [(1.9, "small-few"), (2.0, "small-some"), (20.0, "small-many")])
def test_class_goes_by_flights_in_a_period(mean: float, name: str) -> None:
    """The mean flights per period of the LP optimum decide whether launches are few, some or many."""
    orbit = matrix("orbit_only")
    flights, x = orbit.columns_of("launch.flights"), np.zeros(orbit.columns)
    x[flights[0]] = mean * len(set(orbit.column_names.periods[flights].tolist()))
    assert class_of(orbit, x, 0.0) == name


@pytest.mark.parametrize(
    ("gap", "name"), [(0.0029, "small-few"), (0.003, "small-few-rough"), (0.01, "small-few-rough")]
)
def test_class_goes_by_the_gap_that_is_asked(gap: float, name: str) -> None:
    """Who asks for a plan within half a percent waits for the first plan, who asks for less for the proof."""
    orbit = matrix("orbit_only")
    assert class_of(orbit, np.zeros(orbit.columns), gap) == name


def test_every_class_that_is_shipped_can_be_read() -> None:
    """The file in the package names classes that exist, with settings that are ones."""
    kinds = ["moon", *(f"{size}-{of}" for size in ("small", "medium", "large") for of in ("few", "some", "many"))]
    assert set(by_class()) <= {*kinds, *(f"{kind}-rough" for kind in kinds)}
    assert all(isinstance(settings, Settings) for settings in by_class().values())


def test_settings_come_back_from_their_values() -> None:
    """Written settings are read as the same; missing ones get the default."""
    other = replace(DEFAULT, first="investment_mip", window_columns=77, grow=2.0)
    assert settings_of(asdict(other)) == other
    assert settings_of({"grow": 2}) == replace(DEFAULT, grow=2)


@pytest.mark.parametrize(
    "values", [{"grwo": 2.0}, {"window_columns": 1.5}, {"first": 3}, {"first": "nonsense"}, {"grow": "2"}]
)
def test_an_unknown_setting_is_refused(values: dict[str, object]) -> None:
    """A name or value that no setting has is reported, not dropped."""
    with pytest.raises(ValueError, match=next(iter(values))):
        settings_of(values)


def test_a_search_takes_the_settings_of_its_class_unless_given_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portfolio is handed those of the request, or else those of the class of the matrix."""
    given: list[Settings] = []

    class Listening(Portfolio):
        def run(self) -> str:
            given.append(self.settings)
            return Termination.at(Limit.TIME)

    mine, of_class = replace(DEFAULT, grow=2.5), replace(DEFAULT, grow=1.7)
    monkeypatch.setattr(searcher, "Portfolio", Listening)
    of = matrix("orbit_only")
    x = solve(of, Limits(), relax=True).x
    assert x is not None
    monkeypatch.setattr(module, "by_class", lambda: {class_of(of, x, Limits().gap): of_class})
    assert tuned(of, x, Limits().gap) == of_class
    search(of, SearchOptions(Limits(), "search", settings=mine))
    search(of, SearchOptions(Limits(), "search"))
    assert given == [mine, of_class]


@pytest.mark.parametrize("first", ["sequential_fixing", "rounding", "phase_one", "investment_mip"])
def test_the_first_strategy_is_the_one_set(first: str) -> None:
    """The strategy set comes first, and each of the others once, the full model last."""
    state = SearchState(matrix("orbit_only"), SearchOptions(Limits()))
    portfolio = Portfolio(state, Solution(WITHIN_GAP), replace(DEFAULT, first=first))
    order = [strategy.__name__ for strategy in portfolio.first()]
    assert order[0] == first
    assert sorted(order) == ["investment_mip", "phase_one", "rounding", "sequential_fixing", "whole_mip"]
    assert order[-1] == "whole_mip"
