"""Delivered amounts of each kind of target, and the demand of each path, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from solver.check import check
from solver.check.context import Context
from solver.check.target import demand
from solver.instance.schema import Instance
from tests.solver.check.plans import RawResult, Spoil, raw_instance, rich, violated


def target(kind: str, key: str, value: float, **keys: Any) -> Spoil:
    """Another kind of target with one milestone in 2033-01, without unmet target."""

    def spoil(raw: RawResult, plan: RawResult) -> None:
        raw["target"] = {"kind": kind, "milestones": [{"date": "2033-01", key: value}], **keys}
        plan["unmet"] = {}

    return spoil


def alive(age: float) -> float:
    """Share of blocks alive, by hand."""
    return 0.99 * math.exp(-0.02 * age)


def test_power_alive_by_hand() -> None:
    """Blocks age by their arrays, plain nodes by accelerators and sunlight; ground counts from its first power."""
    given = rich()[1].claims.delivered
    plain = 0.9 * 0.01 * 0.7
    blocks = 0.98 * 0.05
    assert given[0] == 0
    assert given[1] == pytest.approx(plain * 0.95**0.5)
    assert given[2] == pytest.approx(plain * 0.95**1.5 + 3 * blocks * alive(0.5) * 0.98**0.5 + 0.1)
    two_blocks = 3 * blocks * alive(1.5) * 0.98**1.5 + 4 * blocks * alive(0.5) * 0.98**0.5
    # The two nodes in the high shell are on their way for more than half a year.
    assert given[3] == pytest.approx(plain * 0.95**2.5 + two_blocks + 0.1)
    # Plain nodes live four years: the first is dead at the end of 2035.
    high = 2 * 0.98 * 0.01 * 0.7
    late_blocks = 3 * blocks * alive(3.5) * 0.98**3.5 + 4 * blocks * alive(2.5) * 0.98**2.5
    assert given[5] == pytest.approx(high * 0.95**2.5 + late_blocks + 0.2)


def test_power_added_by_hand() -> None:
    """Power added counts arrivals of the period, and ground when its power comes on."""
    spoil = target("power_added", "gw_per_year", 0.1, where="anywhere")
    instance, plan = rich(spoil)
    assert check(instance, plan)[0].constraint == "target.demand"
    given = plan.claims.delivered
    assert given[2] == pytest.approx(3 * 0.98 * 0.05 * 0.99 + 0.1)
    assert given[3] == pytest.approx(4 * 0.98 * 0.05 * 0.99 + 2 * 0.98 * 0.01 * 0.7)
    assert given[5] == 0


def test_compute_alive_by_hand() -> None:
    """Computing counts hardware by its year of purchase, and ground by its own figure."""

    def spoil(raw: RawResult, plan: RawResult) -> None:
        target("compute_alive", "eflops", 100.0, where="anywhere")(raw, plan)
        declared = raw["platforms"]["block"]["declared"]
        declared["eflops_per_gw"], declared["eflops_growth_share_per_year"] = 2000.0, 0.3
        raw["ground"]["texas"]["eflops_per_gw"] = 1500.0

    instance, plan = rich(spoil)
    assert check(instance, plan) == []
    hardware = 100.0 * 1.3**2.5 * 3 * 0.98
    assert plan.claims.delivered[2] == pytest.approx(hardware * alive(0.5) * 0.98**0.5 + 150.0)


def test_mass_to_orbit_by_hand() -> None:
    """Mass to orbit counts arriving nodes and cargo, a year."""
    instance, plan = rich(target("mass_to_orbit", "kt_per_year", 0.007))
    assert plan.claims.delivered[3] == pytest.approx(0.98 * (8.0 + 4 * 20 + 2 * 10) / 1000)
    assert check(instance, plan) == []
    assert violated(*rich(target("mass_to_orbit", "kt_per_year", 0.05))) == {"target.demand"}


def test_demand_of_a_pilot_is_kept_to_a_millionth_of_itself() -> None:
    """Below a gigawatt a plan may not miss its target by a kilowatt, as an absolute tolerance of 1e-6 GW allowed."""
    given = min(rich(target("power_alive", "gw", 0.1))[1].claims.delivered[2:])
    assert 2e-6 * given < 1e-6
    assert check(*rich(target("power_alive", "gw", given * (1 + 5e-7), interpolation="step"))) == []
    short = rich(target("power_alive", "gw", given * (1 + 2e-6), interpolation="step"))
    assert violated(*short) == {"target.demand"}


def test_rates_hold_by_the_year_whatever_the_period() -> None:
    """In half-years the target of a rate is halved, and the claim is still a year's."""

    def spoil(raw: RawResult, plan: RawResult) -> None:
        target("mass_to_orbit", "kt_per_year", 0.01)(raw, plan)
        raw["horizon"]["periods"] = [{"count": 7, "length": "half_year"}]
        for records in plan.values():
            records.clear()
        plan["cargo_t"]["ferry", "high", 6] = 5.1
        plan["flights"]["ferry", "high", 6] = 1
        plan["launches"]["ferry", "cape", 6] = 1

    instance, plan = rich(spoil)
    assert plan.claims.delivered[6] == pytest.approx(0.0102)
    assert check(instance, plan) == []


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("step", [0, 0, 0.1, 0.1, 0.4, 0.4]),
        ("linear", [0, 0, 0.1, 0.25, 0.4, 0.4]),
        ("geometric", [0, 0, 0.1, 0.2, 0.4, 0.4]),
    ],
)
def test_path_between_milestones(between: str, expected: list[float]) -> None:
    """0 before the first milestone, the stated curve between two, the last value after it."""
    raw = raw_instance()
    raw["target"]["interpolation"] = between
    raw["target"]["milestones"][-1]["gw"] = 0.4
    x = context(raw)
    assert [demand(x, t) for t in x.horizon.periods] == pytest.approx(expected)


def test_rates_are_asked_in_the_middle_of_a_period() -> None:
    """A rate's milestone of 2032-07 counts in 2032, one of 2032-08 from 2033 on."""
    for month, first in (("2032-07", 2), ("2032-08", 3)):
        raw = raw_instance()
        raw["target"] = {"kind": "power_added", "milestones": [{"date": month, "gw_per_year": 0.1}]}
        x = context(raw)
        assert next(t for t in x.horizon.periods if demand(x, t) > 0) == first


def context(raw: RawResult) -> Context:
    """The context of a raw instance with the feasible plan."""
    instance = Instance.model_validate(raw)
    _, plan = rich()
    return Context.of(instance, plan, {}, 1e-6)


def test_outside_paths_begin_grow_and_stop() -> None:
    """A yearly amount is 0 before its first month, grows from there, and stays at its ceiling."""
    raw = raw_instance()
    raw["supply"]["accelerators_gw"] = {
        "start_per_year": 1.0,
        "growth_share_per_year": 1.0,
        "ceiling_per_year": 5.0,
        "from": "2031-01",
    }
    x = context(raw)
    path = x.instance.supply.accelerators_gw
    assert path is not None
    assert [x.path_per_year(path, years) for years in (0.5, 1.0, 2.0, 3.0, 4.0)] == pytest.approx([0, 1, 2, 4, 5])


def test_a_path_begun_before_the_horizon_has_grown_by_its_start() -> None:
    """A path from two years before the horizon starts it two years grown."""
    raw = raw_instance()
    raw["supply"]["accelerators_gw"] = {"start_per_year": 1.0, "growth_share_per_year": -0.5, "from": "2028-01"}
    x = context(raw)
    path = x.instance.supply.accelerators_gw
    assert path is not None
    assert x.path_per_year(path, 0.0) == pytest.approx(0.25)
