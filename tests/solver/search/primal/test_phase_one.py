"""Phase one finds plans of tight targets where rounding finds none; its raised demand proves nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Reason, Solution, Termination
from solver.search.core.settings import DEFAULT
from solver.search.engine.portfolio import Portfolio
from solver.search.primal import phase_one as module
from solver.search.primal import staged_rounding as stages
from solver.search.primal.chronological_dive import ChronologicalDive
from solver.search.primal.elastic_demand import ElasticDemand, tightness
from solver.search.primal.phase_one import _PhaseOne, _room, phase_one
from solver.search.primal.rounding import rounding
from solver.search.primal.staged_rounding import staged_rounding
from tests.named import named
from tests.solver.search.covering import begun, whole_model


def _tight() -> Matrix:
    """One line and one pad are the only plan; the LP takes 2.6 lines, which neither 3 nor 2 lines lead to a plan."""
    return whole_model(
        [[0.4, 1.0], [0.45, 1.0], [1.0, 0.0]], [1.3, -np.inf, -np.inf], [np.inf, 1.65, 2.6], [0.1, 1.0],
        ("lines.ordered[node,0]", "launch.pads_ordered[site,0]"),
    )  # fmt: skip


def _half_filled(demand: float) -> Matrix:
    """A flight carries one node and a half; half a node serves nothing."""
    return whole_model(
        [[1.5, -1.0], [0.0, 1.0]], [0.0, demand], [np.inf, np.inf], [1.0, 0.01],
        ("launch.flights[ship,shell,0]", "nodes.loaded[ship,node,shell,0]"),
    )  # fmt: skip


def test_phase_one_finds_the_plan_that_rounding_misses() -> None:
    """Rounding commits to two lines, after which no whole pad fits."""
    state, lp = begun(_tight())
    assert lp.x is not None
    assert not rounding(state, lp.x, DEFAULT)
    assert state.x is None
    assert phase_one(state, lp.x, DEFAULT)
    assert state.x is not None
    assert state.x.tolist() == [1.0, 1.0]


def test_nodes_that_do_not_fill_their_flights_raise_the_demand_of_the_next_round() -> None:
    """One flight holds a node and a half; the whole node misses a third, so a second flight is needed."""
    state, lp = begun(_half_filled(1.5))
    assert lp.x is not None
    assert phase_one(state, lp.x, DEFAULT)
    assert state.x is not None
    assert state.x.tolist() == [2.0, 2.0]


def test_no_bound_comes_from_the_changed_objective_or_the_raised_demand() -> None:
    """The bound of the state stays that of the LP."""
    for matrix in (_tight(), _half_filled(1.5)):
        state, lp = begun(matrix)
        assert lp.x is not None
        phase_one(state, lp.x, DEFAULT)
        assert state.bound == lp.bound


def test_an_infeasible_target_ends_without_a_plan() -> None:
    """With less room there is no whole point at all."""
    matrix = _tight()
    state, lp = begun(matrix.with_(row_upper=np.array([np.inf, 1.39, 2.6])))
    assert lp.x is not None
    assert not phase_one(state, lp.x, DEFAULT)
    assert state.x is None


def test_demand_is_worth_its_cost_unless_limits_take_a_part() -> None:
    """A node for 1.01 is all that demand is worth; with dear supply beyond a limit, the cheap part earns a rent."""
    matrix = _half_filled(1.5)
    assert tightness(matrix, begun(matrix)[1]) == pytest.approx(1.0)
    limited = whole_model([[1.0, 1.0], [1.0, 0.0]], [1.1, -np.inf], [np.inf, 1.0], [1.0, 50.0])
    assert tightness(limited, begun(limited)[1]) == pytest.approx(55 / 6)


def test_a_tight_target_is_met_first() -> None:
    """The portfolio begins with phase one where the duals show a tight target, else as its settings say."""
    limited = whole_model(
        [[1.0, 1.0], [1.0, 0.0]], [1.1, -np.inf], [np.inf, 1.0], [1.0, 50.0],
        ("launch.flights[ship,shell,0]", "launch.flights[tug,shell,0]"),
    )  # fmt: skip
    for matrix, first in ((limited, phase_one), (_half_filled(1.5), rounding)):
        state, lp = begun(matrix)
        assert Portfolio(state, lp).first()[0] is first


def test_what_whole_nodes_miss_is_met_by_the_largest_share_of_all_demand() -> None:
    """One flight with one node misses a third; two of both, close to them, meet a third more than is asked."""
    state, _ = begun(_half_filled(1.5))
    demand = ElasticDemand.of(state.matrix)
    assert demand.missing(np.array([1.0, 1.0])) == pytest.approx([1 / 3])
    factor = demand.with_factor()
    assert factor.value(np.array([2.0, 2.0, 4 / 3])) == pytest.approx(-4 / 3)
    assert not factor.violation(np.array([2.0, 2.0, 4 / 3])).relative
    assert demand.with_factor(most_cost=2.0).violation(np.array([2.0, 2.0, 4 / 3])).absolute == pytest.approx(0.02)
    plan = _PhaseOne(state, demand, np.ones(1), np.zeros(1))._repaired(np.array([1.0, 1.0]), np.array([1 / 3]))
    assert plan is not None
    assert not demand.missing(plan).any()


def test_demand_is_raised_within_the_room_that_limits_leave() -> None:
    """Nine nodes at most are six times a demand of one and a half; a row of a cut is no demand."""
    state, _ = begun(_half_filled(1.5))
    assert _room(state, ElasticDemand.of(state.matrix)) == pytest.approx(5.0)
    cut = replace(state.matrix, row_names=named(("r[0]", "cuts.flights[0]")))
    assert not ElasticDemand.of(cut).rows.size


def test_missed_shares_measure_what_is_not_met() -> None:
    """A share times its side fills the row, and a raise multiplies the side."""
    demand = ElasticDemand.of(_half_filled(1.5))
    assert demand.rows.tolist() == [1]
    elastic = demand.with_missed_shares()
    point = np.array([1.0, 1.0, 1 / 3])
    assert (elastic.a @ point)[1] == pytest.approx(1.5)
    assert demand.missed(point).tolist() == [1 / 3]
    assert demand.raised(np.array([0.1])).matrix.row_lower.tolist() == pytest.approx([0.0, 1.65])


def test_counts_of_a_refused_point_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage is solved again with a little more demanded; its counts lead to a plan, the refused point is none."""
    matrix, real = _half_filled(2.0), stages.solve_sub_mip
    sides: list[Floats] = []

    def refusing(*given: object, **more: object) -> Solution:
        sides.append(given[1].row_lower)  # type: ignore[attr-defined]
        found = real(*given, **more)  # type: ignore[arg-type]
        if len(sides) > 2 or found.x is None:
            return found
        refused = Termination(Reason.REFUSED)
        return replace(found, termination=refused, incumbent=Solution(refused).incumbent, refused=found.x - 1e-5)

    monkeypatch.setattr(stages, "solve_sub_mip", refusing)
    state, lp = begun(matrix)
    assert lp.x is not None
    assert staged_rounding(state, matrix, lp.x, DEFAULT, "rounding")
    assert state.x is not None
    assert state.x.tolist() == [2.0, 2.0]
    assert sides[1][1] == pytest.approx(2.0 * (1 + stages.MARGIN), rel=1e-12)


def test_between_a_raise_that_led_to_a_plan_and_a_smaller_one_their_mean_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of the raise leads to two flights, a quarter of it to one, which misses a third; half of it comes next."""
    state, _ = begun(_half_filled(1.5))
    ends, raises = iter(([2.0, 2.0], [1.0, 1.0], [1.0, 1.0])), list[float]()

    def run(_dives: ChronologicalDive, raised: Floats, *_more: object) -> Floats:
        raises.append(float(raised[0]))
        return np.array(next(ends))

    monkeypatch.setattr(module, "DIVES", ((1.0, True), (0.25, False)))
    monkeypatch.setattr(ChronologicalDive, "fitted", lambda _dives, raised, _budget: raised)
    monkeypatch.setattr(ChronologicalDive, "run", run)
    steps = _PhaseOne(state, ElasticDemand.of(state.matrix), np.ones(1), np.zeros(1))
    assert steps.dive(np.array([0.4]))
    assert raises == pytest.approx([0.4, 0.1, 0.2])
