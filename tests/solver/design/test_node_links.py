"""Links of a node by hand, and the two writings of them against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.check.context import Context
from solver.check.link_capacity import bisection_gbps_per_mw, mean_hops
from solver.design.candidates import candidate_designs
from solver.design.node_links import node_links
from solver.instance.links import hops, latency_ms
from solver.physics.link import light_time_ms, ring_neighbour_km, slant_range_km
from solver.plan import Claims, Decisions, Plan
from tests.solver.networked import LASER, networked

FABRICS: dict[str, Any] = {
    "network.fabrics": {
        "tight": {"form": "cluster", "rows": 3, "columns": 4, "outer_terminals": 2, "terminal": "short"}
    },
    "technology.terminals": {"laser": LASER, "short": {**LASER, "rate_gbps": 2000.0}},
}


CLOSED: dict[str, Any] = {"shells.near.orbit": "inclined", "shells.near.inclination_deg": 50.0}
"""Planes all round the Earth, so that the last has the first for a neighbour."""


def test_a_grid_has_the_bisection_of_its_whole_shell() -> None:
    """16 nodes of 10 MW in 4 x 4, one terminal each way: 8 links of 1,000 Gb/s across 160 MW, 4 over the terminator."""
    instance = networked()
    links = node_links(instance, candidate_designs(instance)[0])
    assert links.bisection_gbps_per_mw == pytest.approx(4 * 1000 / 160)
    closed = networked(CLOSED)
    assert node_links(closed, candidate_designs(closed)[0]).bisection_gbps_per_mw == pytest.approx(8 * 1000 / 160)
    assert links.crosslink_gbps == pytest.approx(2000)
    assert links.ground_gbps == pytest.approx(1000)


def test_a_cluster_has_the_bisection_of_its_few_nodes() -> None:
    """12 nodes of 10 MW in 3 x 4, one short link each way: 6 x 2,000 Gb/s across 120 MW; outside, one link a node."""
    instance = networked({**FABRICS, "platforms.cube.declared.fabric": "tight"})
    links = node_links(instance, candidate_designs(instance)[0])
    assert links.bisection_gbps_per_mw == pytest.approx(6 * 2000 / 120)
    assert links.crosslink_gbps == pytest.approx(1000)


def test_terminals_left_over_serve_no_direction() -> None:
    """Seven terminals are one for each of four directions, eight are two."""
    by_count = {}
    for count in (3, 7, 8):
        instance = networked({**CLOSED, "platforms.cube.declared.terminals": count})
        by_count[count] = node_links(instance, candidate_designs(instance)[0]).bisection_gbps_per_mw
    assert by_count == pytest.approx({3: 0.0, 7: 50.0, 8: 100.0})


@pytest.mark.parametrize(("slots", "share"), [(16.0, 1.0), (64.0, 0.5), (256.0, 0.25), (1024.0, 0.125)])
def test_a_flat_grid_loses_bandwidth_with_the_root_of_its_nodes(slots: float, share: float) -> None:
    """Four times as many nodes in as many more planes have half the bandwidth each across the middle."""
    planes = round(slots**0.5)
    instance = networked({**CLOSED, "shells.near.slots": slots, "network.shells.near.planes": planes})
    assert node_links(instance, candidate_designs(instance)[0]).bisection_gbps_per_mw == pytest.approx(50.0 * share)


def test_a_place_without_a_limit_has_no_grid() -> None:
    """Where any number of nodes may stand, a grid has no bandwidth across that could be relied upon."""
    instance = networked({"shells.near.slots": None})
    assert node_links(instance, candidate_designs(instance)[0]).bisection_gbps_per_mw == 0.0


def test_rate_falls_beyond_the_range_of_a_terminal() -> None:
    """Down from 650 km at 25 degrees light has 1,263 km to go: with a range of half of it a quarter arrives."""
    down_km = slant_range_km(650.0, 25.0)
    instance = networked({"technology.terminals": {"laser": {**LASER, "range_km": down_km / 2}}})
    assert node_links(instance, candidate_designs(instance)[0]).ground_gbps == pytest.approx(250.0)


def test_hops_and_latency_of_a_grid() -> None:
    """On 4 x 4 the mean way is two links between neighbours of a plane of four, and then the slant down."""
    instance = networked({**CLOSED, "network.shells.near.hops": None})
    assert hops(instance, "near") == pytest.approx(2.0)
    assert hops(networked({"network.shells.near.hops": None}), "near") == pytest.approx(1.0 + 15 / 12)
    apart = min(ring_neighbour_km(650.0, 4), 5300.0)
    assert latency_ms(instance, "near") == pytest.approx(
        2 * light_time_ms(apart) + light_time_ms(slant_range_km(650.0, 25.0)), rel=0.05
    )


@pytest.mark.slow
@given(
    planes=st.integers(1, 12),
    slots=st.integers(1, 200),
    terminals=st.integers(1, 20),
    rows=st.integers(1, 9),
    columns=st.integers(2, 9),
    tight_fabric=st.booleans(),
    closed=st.booleans(),
)
def test_both_writings_agree(
    planes: int, slots: int, terminals: int, rows: int, columns: int, tight_fabric: bool, closed: bool
) -> None:
    """Bandwidth and hops of the checker equal those of the model, for any grid and any cluster."""
    fabric = {"form": "cluster", "rows": rows, "columns": columns, "terminal": "short"}
    instance = networked(
        {
            **FABRICS,
            **(CLOSED if closed else {}),
            "network.fabrics": {"tight": fabric},
            "platforms.cube.declared.fabric": "tight" if tight_fabric else None,
            "platforms.cube.declared.terminals": terminals,
            "network.shells.near": {"planes": planes},
            "shells.near.slots": float(slots),
        }
    )
    design = candidate_designs(instance)[0]
    plan = Plan((design,), Decisions(), Claims(0.0, 0.0, 0.0, 1.0, 0, (0.0, 0.0, 0.0), ()))
    context = Context.of(instance, plan, {(design.name, design.shell): replace(design)}, 1e-6)
    assert instance.network is not None
    assert bisection_gbps_per_mw(context, instance.network, design) == pytest.approx(
        node_links(instance, design).bisection_gbps_per_mw
    )
    assert mean_hops(context, instance.network, "near") == pytest.approx(hops(instance, "near"))
