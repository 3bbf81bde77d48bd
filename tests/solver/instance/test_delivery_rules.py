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


def test_a_region_has_a_name_of_its_own() -> None:
    """A region named as a shell in use would make one place of two."""
    instance = tiny_plan("delivered")[0]
    data = {"ground": {"near": instance.ground["valley"].model_dump(by_alias=True)}, "use.ground": ["near"]}
    found = cross_check(changed(instance, data))
    assert [at for at, _ in found] == [("use", "ground", 0)]
