"""Tests of ``solver.ask.risk.replay``: replays against the plan and against closed forms."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay import Causes, Replays, replay
from solver.ask.risk.replay_data import Cohort, Fleet, ReplayData, Stream, replay_data
from solver.ask.risk.replay_result import replayed
from solver.plan import Decisions
from solver.tables import state_of
from tests.pipeline import tiny_plan
from tests.solver import samples

COUNT = 4_000
SURE = {"loss_share": 0.0}


def _data(plan: Any = None, heavy: dict[str, Any] | None = None, ship: dict[str, Any] | None = None) -> ReplayData:
    vehicles = copy.deepcopy(samples.DATA["vehicles"])
    vehicles["heavy"].update(heavy or {})
    vehicles["ship"].update(ship or {})
    return replay_data(samples.state(plan, vehicles=vehicles), "GW")


def _sure_nodes() -> Any:
    sure = {"infant_mortality_share": 0.0, "hazard_share_per_year": 0.0}
    return samples.plan(designs=(samples.design("low", **sure), samples.design("high", **sure)))


def _mean_and_error(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(4 * values.std() / np.sqrt(len(values)))


@pytest.mark.parametrize("recourse", Recourse)
def test_without_failures_every_replay_is_the_plan(recourse: Recourse) -> None:
    """With rates of zero all replays deliver what the plan delivers, spend nothing more and lose nothing."""
    data = _data(_sure_nodes(), SURE, SURE)
    found = replay(data, 20, recourse=recourse)
    assert found.delivered == pytest.approx(np.tile(data.planned, (20, 1)), rel=1e-12)
    assert not found.extra_musd.any()
    assert not any(lost.any() for lost in found.lost.values())


def test_causes_that_are_not_drawn_are_as_the_plan_expects() -> None:
    """With losses at their mean instead of at random, the replay is the plan, although its rates are not zero."""
    data = _data()
    found = replay(data, 3, causes=Causes(launches=False, grounding=False, nodes=False))
    assert found.delivered == pytest.approx(np.tile(data.planned, (3, 1)), rel=1e-12)


def test_losses_and_deaths_have_the_mean_of_the_rows() -> None:
    """Without stand-downs and recourse, mean losses are share times flights and mean power is that of the plan."""
    data = _data(ship={"fleet": None, "grounded_days": 0.0})
    found = replay(data, COUNT, recourse=Recourse.none)
    mean, error = _mean_and_error(found.lost["ship"])
    assert mean == pytest.approx(0.1 * 6, abs=error)
    assert found.lost["ship"].var() == pytest.approx(6 * 0.1 * 0.9, rel=0.1)
    for t in range(len(data.years)):
        mean, error = _mean_and_error(found.delivered[:, t])
        assert mean == pytest.approx(data.planned[t], abs=error + 1e-12)


def test_deaths_of_nodes_are_binomial() -> None:
    """Eight nodes placed for certain: the variance of those alive is n p (1 - p)."""
    data = _data(samples.plan(Decisions(loaded={("heavy", "mark1", "low", 2): 8}, flights={("heavy", "low", 2): 4})))
    found = replay(data, COUNT)
    t = len(data.years) - 1
    share = data.planned[t] / (8 * data.cohorts["mark1", "low"].output[2][t - 2])
    alive = found.delivered[:, t] / data.cohorts["mark1", "low"].output[2][t - 2]
    assert alive.mean() == pytest.approx(8 * share, rel=0.02)
    assert alive.var() == pytest.approx(8 * share * (1 - share), rel=0.1)
    assert set(np.round(alive)) <= set(range(9))


def _alternating(loss: float, days: float, flights: int, recourse: Recourse = Recourse.none) -> Replays:
    """Replays of one vehicle with flights in one year, whose cadence is just that of the plan."""
    heavy = {"loss_share": loss, "grounded_days": days, "flights_per_year": {"start_per_year": flights}}
    heavy |= {"pad_days": 0.0}
    plan = samples.plan(
        Decisions(loaded={("heavy", "mark1", "low", 4): flights}, flights={("heavy", "low", 4): flights})
    )
    return replay(_data(plan, heavy), COUNT, recourse=recourse)


def test_stand_downs_take_their_share_of_the_time() -> None:
    """Flights and stand-downs alternate: flights per year are 1 / (1 / pace + loss x stand-down), by renewal theory."""
    flights, loss, days = 400, 0.1, 18.2625
    found = _alternating(loss, days, flights)
    expected = 1 / (1 / flights + loss * days / 365.25)
    assert found.flown["heavy"].mean() == pytest.approx(expected, rel=0.02)
    stands = found.grounded_years["heavy"].mean()
    assert 0.9 <= stands / (found.lost["heavy"].mean() * days / 365.25) <= 1.0
    assert replay(_data(), 50, recourse=Recourse.none).flown.keys() == {"heavy", "ship"}


def test_a_stand_down_goes_on_into_later_periods() -> None:
    """After a loss that is certain to ground for ever, a vehicle flies no more: its flights are geometric."""
    found = _alternating(0.2, 3650.0, 50)
    assert found.lost["heavy"].max() == 1
    assert found.flown["heavy"].mean() == pytest.approx((1 - 0.8**50) / 0.2, rel=0.05)


def test_recourse_makes_up_for_losses_where_flights_are_to_spare() -> None:
    """Losses are made up in later periods, at a cost: the chance of the target rises, and so does the spending."""
    plan = samples.plan(Decisions(loaded={("heavy", "mark1", "low", 2): 8}, flights={("heavy", "low", 2): 4}))
    data = _data(plan, {"loss_share": 0.2, "grounded_days": 0.0})
    none, again = (replay(data, COUNT, recourse=rule) for rule in (Recourse.none, Recourse.again))
    assert again.delivered[:, -1].mean() > 1.05 * none.delivered[:, -1].mean()
    assert again.extra_musd.mean() > 0
    assert not none.extra_musd.any()


def test_the_seed_decides() -> None:
    """The same seed gives the same replays, another seed others, and a shorter run begins as the longer one."""
    data = _data()
    one, two, other = (replay(data, 100, seed) for seed in (3, 3, 4))
    assert np.array_equal(one.delivered, two.delivered)
    assert not np.array_equal(one.delivered, other.delivered)


def test_a_target_of_mass_counts_flights_that_arrive() -> None:
    """For a rate, output counts once at arrival; with losses at their mean it is that of the plan."""
    target = {"kind": "mass_to_orbit", "milestones": [{"date": "2031-01", "kt_per_year": 0.1}]}
    data = replay_data(samples.state(None, target=target), "kt/year")
    found = replay(data, 2, causes=Causes(launches=False, grounding=False, nodes=False))
    assert found.delivered[0] == pytest.approx(data.planned, rel=1e-9)


def test_the_result_has_chances_quantiles_and_causes() -> None:
    """Quantiles are in order, chances are shares that fall with each cause, and JSON has them by name."""
    instance = samples.instance()
    result = replayed(instance, samples.plan(), 500, seed=1)
    rows = [np.array(result.quantiles[q]) for q in sorted(result.quantiles)]
    assert all((low <= high).all() for low, high in itertools.pairwise(rows))
    assert all(0 <= chance <= 1 for chance in result.meets)
    for milestone in result.milestones:
        assert list(milestone.reached) == sorted(milestone.reached)
    assert [cause.cause for cause in result.causes] == ["losses of flights", "and stand-downs", "and deaths of nodes"]
    assert {v.vehicle: v.expected_lost for v in result.vehicles} == {"heavy": 0.0, "ship": pytest.approx(0.6)}
    assert result.to_json()["quantiles"].keys() == {"0.05", "0.25", "0.5", "0.75", "0.95"}
    assert replace(result, seed=2) == replace(replayed(instance, samples.plan(), 500, seed=1), seed=2)


def _refuelled(loss_share: float) -> ReplayData:
    """A ship of two nodes with its two tankers, both of which it needs."""
    cohort = Cohort((np.array([1.0]),), (np.array([1.0]),), np.array([1.0]), np.array([5.0]))
    stream = Stream("ring", np.array([3.0]), {"cube": np.array([2.0])}, np.zeros(1), 3, 2.0)
    one, endless = np.ones(1), np.array([np.inf])
    fleet = Fleet("ship", loss_share, 0.0, (stream,), 3 * one, endless, endless, (0,), 10 * one, one)
    planned = 2 * (1 - loss_share) * one
    return ReplayData(one, one, planned, planned, 0 * one, (fleet,), {("cube", "ring"): cohort})


def test_a_refuelled_ship_waits_for_its_tankers() -> None:
    """Each of three flights is lost one time in five: both nodes arrive 0.8^3 times; flights not flown are saved."""
    found = replay(_refuelled(0.2), COUNT, recourse=Recourse.none)
    mean, error = _mean_and_error(found.delivered[:, 0])
    assert mean == pytest.approx(2 * 0.8**3, abs=error)
    assert set(found.delivered[:, 0]) == {0.0, 2.0}
    waiting = found.flown["ship"] == 2
    assert waiting.mean() == pytest.approx(1 - 0.8**2, abs=0.03)
    assert found.extra_musd == pytest.approx(np.where(waiting, -20.0, 0.0))


def test_tankers_lost_as_expected_fill_the_ships() -> None:
    """With losses at their mean the ship has its propellant, as the plan has it."""
    data = _refuelled(0.2)
    tanked = replace(data.fleets[0].streams[0], tankers_needed=1.6)
    data = replace(data, fleets=(replace(data.fleets[0], streams=(tanked,)),))
    found = replay(data, 3, causes=Causes(launches=False, grounding=False, nodes=False))
    assert found.delivered == pytest.approx(np.tile(data.planned, (3, 1)))
    assert found.extra_musd == pytest.approx(np.zeros(3))


def test_flights_of_a_refuelled_plan_are_those_of_its_tankers_too() -> None:
    """The plan of the tiny instance flies a ship home with three tankers: 58.8 t of propellant, 28.5 of a tanker."""
    data = replay_data(state_of(*tiny_plan("refuelled")), "GW")
    home = next(fleet for fleet in data.fleets if fleet.vehicle == "home").streams[0]
    assert (home.flights_each, home.flights.sum()) == (4, 4)
    assert home.tankers_needed == pytest.approx(58.8 / 28.5, abs=0.01)
