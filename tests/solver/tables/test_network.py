"""Network in tables, active limits, summary and ``solve --json``."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from solver.milp.limits import Limits
from solver.plan import Plan
from solver.report.summary import summary_lines
from solver.run.manifest import manifest
from solver.run.solve import Options, Outcome, solve
from solver.tables import NETWORK_COLUMNS, state_of, tables
from solver.tables.active_limits import active_limits
from tests.pipeline import TINY, tiny_plan
from tests.solver import samples


@cache
def survived() -> Outcome:
    """The tiny instance whose shells change with the contingencies."""
    return solve(TINY / "network_survive.yaml", Options(Limits(gap=0.0)))


def rows(name: str, table: str) -> list[dict[str, Any]]:
    """The rows of a table of a tiny instance."""
    return list(tables(state_of(*tiny_plan(name)))[table].to_dict("records"))


def test_tables_of_the_network_are_there_where_there_is_one() -> None:
    """They come last, with their columns, and no other plan has them."""
    frames = tables(state_of(*tiny_plan("network_relays")))
    assert list(frames)[-len(NETWORK_COLUMNS) :] == list(NETWORK_COLUMNS)
    for name, columns in NETWORK_COLUMNS.items():
        assert tuple(frames[name].columns) == columns
    assert not set(NETWORK_COLUMNS) & set(tables(samples.state()))


def test_gateways_have_stations_and_traffic() -> None:
    """One dish and two bowls take 40 Gb/s; a bowl under clouds half of the time takes 15."""
    found = {row["gateway"]: row for row in rows("network_gateways", "gateways")}
    assert [(found[b]["stations"], found[b]["capacity_gbps"]) for b in ("dish", "bowl")] == [(1, 20.0), (2, 30.0)]
    assert sum(row["traffic_gbps"] for row in found.values()) == pytest.approx(40.0)


def test_links_have_the_traffic_through_a_shell() -> None:
    """All 40 Gb/s pass through near, of what 6 nodes carry; 10 come from the top and leave it by relay."""
    found = {row["shell"]: row for row in rows("network_relays", "links")}
    assert found["near"]["traffic_gbps"] == pytest.approx(40.0)
    assert found["near"]["capacity_gbps"] == pytest.approx(6 * 20 / 2.9)
    assert found["near"]["downlink_gbps"] == pytest.approx(40.0)
    assert found["top"]["relayed_gbps"] == pytest.approx(10.0)


def test_workloads_have_served_and_eligible_power() -> None:
    """Training has 4 nodes with enough bisection bandwidth and uses 40 MW of them; answers are served near."""
    found = rows("network_workloads", "workloads")
    training = [row for row in found if row["workload"] == "training"]
    assert sum(row["served"] for row in training) == pytest.approx(0.04)
    assert sum(row["eligible"] for row in training) == pytest.approx(0.04)
    answers = {row["place"]: row["served"] for row in found if row["workload"] == "answers"}
    assert answers["near"] == pytest.approx(0.02)
    assert answers["far"] == 0.0


def test_limits_of_the_network_are_active_by_name() -> None:
    """The number of stations and the bisection bandwidth limit the plans, each by the name of its constraint."""
    gateways = {(b.constraint, b.place) for b in active_limits(state_of(*tiny_plan("network_gateways")))}
    assert ("network.max_stations", "dish") in gateways
    workloads = {(b.constraint, b.place) for b in active_limits(state_of(*tiny_plan("network_workloads")))}
    assert ("network.bisection", "training") in workloads


def test_the_summary_has_a_line_on_the_network() -> None:
    """Stations, traffic and active limits are lines of the summary."""
    lines = [line.strip() for line in summary_lines(state_of(*tiny_plan("network_gateways")), samples.manifest())]
    assert "network   3 stations at 2 gateways; 40.0 Gb/s to the ground" in lines
    assert any("number of stations of dish is active in 2030" in line for line in lines)


def test_the_summary_has_the_cost_of_surviving() -> None:
    """Rounds, rows, and the difference in cost with the gaps of both."""
    found = survived()
    assert found.plan is not None
    output = manifest(found, "network_survive.yaml", "run")
    lines = [line.strip() for line in summary_lines(state_of(found.loaded.instance, found.plan), output)]
    line = next(line for line in lines if line.startswith("survives"))
    assert line.startswith("survives  0 rounds more of search, ")
    assert line.endswith("surviving costs 20.0 MUSD more than the 56.0 MUSD without (gaps 0 % and 0 %)")


def test_a_difference_below_the_gaps_is_not_distinguishable() -> None:
    """Where the bound with contingencies lies below the cost without, no difference in cost is reported."""
    found = survived()
    assert found.plan is not None
    output = manifest(found, "network_survive.yaml", "run").model_copy(update={"bound": 50.0, "gap": 0.34})
    lines = [line.strip() for line in summary_lines(state_of(found.loaded.instance, found.plan), output)]
    line = next(line for line in lines if line.startswith("survives"))
    assert "cost with and without are not distinguishable, the plan found without costs 56.0 MUSD" in line


def test_the_data_of_a_solve_have_it_too() -> None:
    """``solve --json`` and the manifest carry rounds, rows, and cost, bound and gap without."""
    facts = manifest(survived(), "network_survive.yaml", "run").summary_data()["survivability"]
    assert facts["rounds"] == 0
    assert facts["rows"] > 0
    assert facts["objective_without"] == pytest.approx(56.0)
    assert facts["bound_without"] == pytest.approx(56.0)
    assert facts["gap_without"] == pytest.approx(0.0, abs=1e-6)
    assert facts["seconds"] > 0.0
    assert facts["seconds_without"] > 0.0


def test_a_plan_keeps_its_network_when_written_and_read() -> None:
    """Stations, work and traffic survive the way to JSON and back."""
    _, plan = tiny_plan("network_relays")
    assert Plan.from_json(plan.to_json()) == plan
