"""Mutants of the flow after outages, each with the one outage that the plan of its small instance must survive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from solver.instance.schema import Instance
from tests.mutants.planting import Mutate
from tests.solver.networked import GATEWAY, networked

FLOW = "solver.topology.surviving_flow:"
OUTAGES = "solver.search.variants.contingencies:"

TWO_SHELLS: dict[str, Any] = {
    "shells.far": {"orbit": "dawn_dusk", "altitude_km": 900.0, "slots": 16.0},
    "network.shells.near": {"planes": 4, "hops": 1.0, "relays": ["far"], "relay_share": 0.3},
    "network.shells.far": {"planes": 2, "hops": 1.0},
    "network.gateways": {"dish": GATEWAY, "bowl": {**GATEWAY, "region": "south", "cost_musd": 6.0}},
    "vehicles.van.payload_t": {"near": 40.0, "far": 20.0},
    "use.shells": ["near", "far"],
}

SHELL = {"outage": "shell", "served_share": 0.5}
PLANE = {"outage": "plane", "served_share": 0.9}
REGION = {"outage": "region", "served_share": 0.7}
WORST = {"outage": "gateways", "count": 1, "served_share": 0.8}
STORM = {"outage": "storm", "served_share": 0.6, "shells": {"near": 0.5}, "gateways": {"dish": 1.0}}


@dataclass(frozen=True, slots=True)
class FlowMutant:
    """Mistake in the flow after outages, and the outage whose violation the checker reports."""

    name: str
    target: str
    mutate: Mutate
    outage: Mapping[str, Any]
    edits: Mapping[str, Any] = field(default_factory=dict)

    def instance(self) -> Instance:
        """Return the small instance with that outage."""
        return networked({**TWO_SHELLS, **self.edits, "network.contingencies": {"outage": dict(self.outage)}})


def _but_first(items: Iterable[Any]) -> list[Any]:
    return list(items)[1:]


MUTANTS = (
    FlowMutant(
        "ground takes everything",
        FLOW + "surviving_flow",
        lambda f: lambda c, failure: f(replace(c, gateways=dict.fromkeys(c.gateways, 1e6)), failure),
        REGION,
    ),
    FlowMutant(
        "capacity doubled",
        FLOW + "surviving_flow",
        lambda f: (
            lambda c, failure: f(
                replace(
                    c,
                    shells={s: 2 * rate for s, rate in c.shells.items()},
                    gateways={b: 2 * rate for b, rate in c.gateways.items()},
                    downlinks={s: 2 * rate for s, rate in c.downlinks.items()},
                ),
                failure,
            )
        ),
        PLANE,
    ),
    FlowMutant(
        "half of a shell lost",
        FLOW + "surviving_flow",
        lambda f: lambda c, failure: f(c, replace(failure, shells={s: x / 2 for s, x in failure.shells.items()})),
        SHELL,
    ),
    FlowMutant(
        "a shell outlives its outage",
        FLOW + "_surviving_share",
        lambda f: lambda failure, kind, *of: 1.0 if kind != "gateway" else f(failure, kind, *of),
        SHELL,
    ),
    FlowMutant(
        "gateways do not fail",
        FLOW + "_surviving_share",
        lambda f: lambda failure, kind, *of: 1.0 if kind == "gateway" else f(failure, kind, *of),
        REGION,
    ),
    FlowMutant("one failure dropped", OUTAGES + "contingencies_at", lambda f: lambda *of: _but_first(f(*of)), SHELL),
    FlowMutant("one region dropped", OUTAGES + "_single_failures", lambda f: lambda *of: _but_first(f(*of)), REGION),
    FlowMutant(
        "twice the planes",
        OUTAGES + "_single_failures",
        lambda f: (
            lambda *of: [
                (name, replace(failure, shells={s: share / 2 for s, share in failure.shells.items()}))
                for name, failure in f(*of)
            ]
        ),
        PLANE,
    ),
    FlowMutant(
        "storm spares the shells",
        OUTAGES + "_single_failures",
        lambda f: lambda *of: [(name, replace(failure, shells={})) for name, failure in f(*of)],
        STORM,
    ),
    FlowMutant(
        "storm spares the gateways",
        OUTAGES + "_single_failures",
        lambda f: lambda *of: [(name, replace(failure, gateways={})) for name, failure in f(*of)],
        STORM,
    ),
    FlowMutant(
        "required power halved",
        OUTAGES + "contingencies_at",
        lambda f: lambda *of: [replace(contingency, share=contingency.share / 2) for contingency in f(*of)],
        PLANE,
    ),
)
