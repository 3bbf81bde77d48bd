"""The flow after an outage is the least cut, found by trying every cut, and the flow of the model's own writing."""

from __future__ import annotations

import math
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check.failure_flow import Carriers, Outage, delivered, largest_flow
from solver.topology.surviving_flow import NetworkCapacities, OutageScenario, surviving_flow

SHELLS, GATEWAYS = ("low", "mid", "high"), ("north", "south", "east")
RATES = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))
SHARES = st.sampled_from([0.0, 0.25, 1.0])


@st.composite
def carriers(draw: st.DrawFn) -> Carriers:
    """Draw shells with relays, links down, gateways, and who sees whom."""
    pairs = draw(st.sets(st.sampled_from([(a, b) for a in SHELLS for b in SHELLS if a != b])))
    return Carriers(
        work={s: draw(RATES) for s in SHELLS},
        relays={pair: draw(RATES) for pair in sorted(pairs)},
        down={s: draw(RATES) for s in SHELLS},
        gateways={b: draw(RATES) for b in GATEWAYS},
        sees={s: sorted(draw(st.sets(st.sampled_from(GATEWAYS)))) for s in SHELLS},
    )


OUTAGES = st.builds(
    Outage,
    shells=st.dictionaries(st.sampled_from(SHELLS), SHARES),
    gateways=st.dictionaries(st.sampled_from(GATEWAYS), SHARES),
    worst=st.integers(0, 3),
)


def least_cut(links: list[tuple[int, int, float]], vertices: int) -> float:
    """The least capacity out of a set of vertices with the source and without the sink, over all such sets."""
    inner = range(2, vertices)
    sets = chain.from_iterable(combinations(inner, n) for n in range(len(inner) + 1))
    return min(
        math.fsum(rate for tail, head, rate in links if tail in inside and head not in inside)
        for inside in ({0, *chosen} for chosen in sets)
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), RATES), max_size=16))
def test_largest_flow_is_the_least_cut(links: list[tuple[int, int, float]]) -> None:
    """Max-flow is min-cut on any small graph, to the rounding of the units."""
    links = [(tail, head, rate) for tail, head, rate in links if tail != head]
    assert largest_flow(links, 7) == pytest.approx(least_cut(links, 7), rel=1e-9, abs=1e-9)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(carriers(), OUTAGES)
def test_flow_after_an_outage_is_that_of_the_model(plan: Carriers, outage: Outage) -> None:
    """Both writings deliver the same after any outage."""
    capacities = NetworkCapacities(
        shells=plan.work,
        gateways=plan.gateways,
        downlinks=plan.down,
        relays=plan.relays,
        sees={s: frozenset(seen) for s, seen in plan.sees.items()},
    )
    # The model asks that something fails: a share of 0 stands for nothing.
    failure = OutageScenario("outage", {"low": 0.0, **outage.shells}, outage.gateways, outage.worst)
    assert delivered(plan, outage) == pytest.approx(surviving_flow(capacities, failure).delivered, rel=1e-9, abs=1e-9)


def test_two_shells_and_a_relay_by_hand() -> None:
    """Low sends 3 of its 5 down and 2 over the relay; high has 4 of its own and 5 down: 8 arrive, 3 without high."""
    plan = Carriers(
        work={"low": 5.0, "high": 4.0},
        relays={("low", "high"): 2.0},
        down={"low": 3.0, "high": 5.0},
        gateways={"north": 6.0, "south": 6.0},
        sees={"low": ["north"], "high": ["north", "south"]},
    )
    assert delivered(plan, Outage()) == pytest.approx(8.0)
    assert delivered(plan, Outage(shells={"high": 1.0})) == pytest.approx(3.0)
    assert delivered(plan, Outage(worst=1)) == pytest.approx(5.0)
    assert delivered(plan, Outage(worst=2)) == 0.0
    assert delivered(plan, Outage(gateways={"south": 0.5}, shells={"low": 0.5})) == pytest.approx(6.5)


def test_too_many_choices_are_refused() -> None:
    """More choices of worst gateways than can be tried raise, with both numbers."""
    many = {f"g{i}": 1.0 for i in range(30)}
    plan = Carriers({"low": 1.0}, {}, {"low": 1.0}, many, {"low": list(many)})
    with pytest.raises(ValueError, match="found 15 of 30 lost"):
        delivered(plan, Outage(worst=15))
