"""Network: gateways on the ground, links of shells and designs, requirements of workloads, and outages to survive."""

from typing import Literal

from pydantic import Field

from solver.instance.fields import (
    DataNeed,
    DataRate,
    Delay,
    Latency,
    Life,
    Month,
    Name,
    NonNegative,
    PositiveShare,
    Price,
    Section,
    Share,
    ShareBelowOne,
    Spacing,
    Terminals,
    Whole,
)


class Gateway(Section):
    """Kind of ground station at one place; its stations are alike and fail together with their region."""

    title: str = ""
    region: Name = Field(description="gateways of one region fail together")
    latitude_deg: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude_deg: float = Field(ge=-180, le=180, allow_inf_nan=False)
    elevation_deg: float = Field(default=25.0, ge=0, lt=90, allow_inf_nan=False, description="lowest it sees")
    available_from: Month | None = None
    rate_gbps: DataRate = Field(description="of one station, down")
    availability_share: PositiveShare = Field(default=1.0, description="of the time with a clear sky")
    cost_musd: Price
    operations_share_per_year: ShareBelowOne = Field(default=0.0, description="yearly cost, of the price")
    lead_years: Delay = 1.0
    life_years: Life = Field(default=15.0, description="years over which a station loses its value")
    initial: Whole = Field(default=0, description="stations at the start, paid for")
    max_stations: Whole = 100


class LinkedShell(Section):
    """Section on the links of the nodes of one shell: among each other, to other shells and to the ground."""

    planes: int = Field(default=1, ge=1, le=10_000, description="planes of the shell, evenly filled")
    phasing: Whole = Field(default=0, description="Walker phasing between neighbour planes")
    hops: NonNegative | None = Field(default=None, description="mean links from a node to where it leaves the shell")
    to_ground: bool = Field(default=True, description="true: its nodes send to gateways themselves")
    relays: list[Name] = Field(default=[], description="shells it sends to")
    relay_share: Share = Field(default=0.1, description="of its link capacity that may lead to one other shell")


class Fabric(Section):
    """Interconnection of the nodes of a design: a grid over their whole shell, or clusters that fly close together."""

    title: str = ""
    form: Literal["grid", "cluster"]
    rows: int = Field(default=1, ge=1, le=10_000, description="of nodes in a cluster")
    columns: int = Field(default=1, ge=1, le=10_000, description="of nodes in a cluster")
    spacing_km: Spacing = Field(default=0.15, description="between neighbours in a cluster")
    terminal: Name | None = Field(default=None, description="of the links inside a cluster; none: the platform's own")
    outer_terminals: Terminals = Field(
        default=2, description="of each node of a cluster to other clusters, its platform's own"
    )


class ShareAt(Section):
    """Share at a date."""

    date: Month
    share: Share


class Workload(Section):
    """Class of work: its share of the target, and its requirements on the network."""

    title: str = ""
    shares: list[ShareAt] = Field(min_length=1, max_length=200, description="of the target, joined by straight lines")
    traffic_gbps_per_mw: DataNeed = Field(default=0.0, description="to the ground, by IT power")
    traffic_gbps_per_eflops: DataNeed | None = Field(
        default=None, description="to the ground, by computing; needed for compute_delivered"
    )
    bisection_gbps_per_mw: DataNeed = Field(default=0.0, description="least that a design must have")
    latency_ms: Latency | None = Field(default=None, description="longest way to the ground; none: any")


MOST_OUTAGE_CHOICES = 20_000
"""Most choices of lost gateways that one contingency may have: each is tried, in the search and by the checker."""


class Contingency(Section):
    """Contingency: a set of outages after each of which a share of the target must still be delivered."""

    title: str = ""
    outage: Literal["shell", "plane", "region", "gateways", "storm"]
    served_share: Share = Field(description="of the target that what survives must deliver")
    only: list[Name] | None = Field(default=None, description="shells or regions it may hit; none: any one of them")
    count: Whole | None = Field(default=None, description="gateways lost, the worst; for outage: gateways")
    shells: dict[Name, Share] = Field(default={}, description="share of nodes lost; for outage: storm")
    gateways: dict[Name, Share] = Field(default={}, description="share of stations lost; for outage: storm")
    from_: Month | None = Field(default=None, alias="from", description="none: from the first milestone on")


class Network(Section):
    """Network that links the nodes of a plan to each other and to the ground."""

    utilisation_share: PositiveShare = Field(default=0.5, description="of every capacity that traffic may take up")
    ground_terminals: Terminals = Field(default=1, description="of each node that look down")
    gateways: dict[Name, Gateway] = {}
    shells: dict[Name, LinkedShell] = {}
    fabrics: dict[Name, Fabric] = {}
    workloads: dict[Name, Workload] = {}
    contingencies: dict[Name, Contingency] = {}
