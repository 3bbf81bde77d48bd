"""The small instance with a network: one gateway under its shell, links of 10 Gb/s, one workload; changes by key."""

from __future__ import annotations

from typing import Any

from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from tests.solver.small import raw

GATEWAY: dict[str, Any] = {
    "region": "north",
    "latitude_deg": 0.0,
    "longitude_deg": 0.0,
    "rate_gbps": 10.0,
    "cost_musd": 5.0,
    "lead_years": 0.0,
}
NETWORK: dict[str, Any] = {
    "utilisation_share": 1.0,
    "gateways": {"dish": GATEWAY},
    "shells": {"near": {"planes": 4, "hops": 1.0}},
    "workloads": {"work": {"shares": [{"date": "2030-01", "share": 1.0}], "traffic_gbps_per_mw": 0.5}},
}
LASER: dict[str, Any] = {"mass_kg": 10.0, "power_w": 100.0, "rate_gbps": 1000.0, "cost_musd": 0.1}
LINKED: dict[str, Any] = {
    "network": NETWORK,
    "technology.terminals": {"laser": LASER},
    "platforms.cube.declared.terminal": "laser",
    "platforms.cube.declared.terminals": 4,
    "shells.near.slots": 16.0,
}


def linked(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The data with a network, and changes to it by dotted key; a value of None takes the key out."""
    return raw({**LINKED, **(changes or {})})


def networked(changes: dict[str, Any] | None = None) -> Instance:
    """The same as an instance; it must be as consistent as a file."""
    instance = Instance.model_validate(linked(changes))
    assert cross_check(instance) == []
    return instance
