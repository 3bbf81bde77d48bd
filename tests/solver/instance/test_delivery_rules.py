"""Rules of computing delivered: workloads with traffic by computing, shares of one in all, names of places."""

from __future__ import annotations

from typing import Any

import pytest

from solver.instance.consistency import cross_check
from tests.pipeline import tiny_plan
from tests.solver.check.test_network import changed

HALF = [{"date": "2030-01", "share": 0.25}]
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no network": ({"network": None}, "network.workloads", "missing; expected the workloads"),
    "no traffic": (
        {"network.workloads.batch.traffic_gbps_per_eflops": None},
        "network.workloads.batch.traffic_gbps_per_eflops",
        "missing",
    ),
    "work of no workload": ({"network.workloads.batch.shares": HALF}, "network.workloads", "shares of 0.75 in all"),
    "outages": (
        {"network.contingencies": {"any": {"outage": "shell", "served_share": 0.5}}},
        "network.contingencies",
        "found contingencies, expected none",
    ),
    "computing alive": ({"target.kind": "compute_alive"}, "target.kind", "or compute_delivered"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_faults_of_a_delivery(fault: str) -> None:
    """Each fault is named at its key, alone."""
    changes, path, text = FAULTS[fault]
    found = cross_check(changed(tiny_plan("delivered")[0], changes))
    assert [".".join(map(str, at)) for at, _ in found] == [path]
    assert text in found[0][1]


NEAR = {"network.workloads.answers.latency_ms": 3.0}
SILENT = {"network.gateways": {}}
NO_TRAFFIC_DOWN = {"network.ground_terminals": 0, "network.workloads.answers.traffic_gbps_per_mw": 5.0}
ORBIT = {"target.where": "orbit", "use.ground": []}


@pytest.mark.parametrize("changes", [NEAR, SILENT, NO_TRAFFIC_DOWN])
def test_what_orbit_cannot_do_is_done_on_the_ground(changes: dict[str, Any]) -> None:
    """Answers too near for any shell, or without a way down from it, are work of halls; without halls they are not."""
    instance = tiny_plan("delivered")[0]
    assert cross_check(changed(instance, changes)) == []
    assert len(cross_check(changed(instance, {**changes, **ORBIT}))) == 1


def test_a_shell_is_of_no_use_where_all_work_sends_traffic() -> None:
    """A shell without a way to the ground is a fault if no workload can be done there."""
    all_send = {**SILENT, "network.workloads.batch.traffic_gbps_per_eflops": 1.0}
    found = cross_check(changed(tiny_plan("delivered")[0], all_send))
    assert [at for at, _ in found] == [("network", "shells", "near")]


def test_a_region_has_a_name_of_its_own() -> None:
    """A region named as a shell in use would make one place of two."""
    instance = tiny_plan("delivered")[0]
    data = {"ground": {"near": instance.ground["valley"].model_dump(by_alias=True)}, "use.ground": ["near"]}
    found = cross_check(changed(instance, data))
    assert [at for at, _ in found] == [("use", "ground", 0)]
