"""Index sets and coefficients of the formulations.

Units: kt, GW, GUSD, years; nodes, flights, vehicles, pads and lines are counts. Index order: thing, place, time; ``t`` is
a period, ``q`` an earlier or equal one (the vintage).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from formulations.vintages import Vintages

Vehicle = str
Shell = str
Kind = str
Platform = str
Site = str
Region = str
Component = str
Lander = str
Commodity = str
Activity = str
Load = tuple[Vehicle, Kind, Shell, int]
Column = tuple[Kind, Shell]
DriverRoute = tuple[Kind, Shell, int]
Gateway = str
Workload = str
Failure = str
WindowKey = int | str  # twelve months: the period with which they end, or the month with which they begin


@dataclass(frozen=True, slots=True)
class Ramp:
    """Ramp-up limits of a decision over twelve months.

    ``windows[h]`` is the period within which window h ends, ``window[h]`` and ``before[h]`` the share of each period in it
    and in the year before. The sum over it is at most ``cap[h]``, if any, and ``start[h]`` + ``factor`` x that over ``before``.
    """

    windows: Mapping[WindowKey, int]
    window: Mapping[WindowKey, Mapping[int, float]]
    before: Mapping[WindowKey, Mapping[int, float]]
    cap: Mapping[WindowKey, float]
    factor: float
    start: Mapping[WindowKey, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """Present value of one unit of a decision, GUSD: its cost and its salvage value at the horizon."""

    spent: Mapping[tuple[object, ...], float] = field(default_factory=dict)
    salvage: Mapping[tuple[object, ...], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Time:
    """Periods, their lengths in years, and windows of twelve months.

    ``windows[h]`` is the period within which window h ends, ``window[h]`` the share of each period that lies in it.
    """

    periods: tuple[int, ...]
    years: Mapping[int, float]
    windows: Mapping[WindowKey, int]
    window: Mapping[WindowKey, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Candidate designs with their coefficients by vintage.

    ``delivers[k,s][q][t]`` is the contribution to the target in t of one node placed in q; ``occupied`` the slots it
    takes, dead or alive; ``derelict`` the dead objects it leaves. Nodes made on the Moon are counted in GW.
    """

    columns: tuple[Column, ...]
    loads: tuple[Load, ...]
    max_loaded: Mapping[Load, float]
    arrives_share: Mapping[Vehicle, float]
    gw: Mapping[Column, float]
    delivers: Mapping[Column, Vintages]
    occupied: Mapping[Column, Vintages]
    derelict: Mapping[Column, Vintages]
    upkeep_kt: Mapping[Column, Vintages]
    platform: Mapping[Kind, Platform]
    cost: Cost
    placed_cost: Cost
    driver_routes: tuple[DriverRoute, ...] = ()
    max_launched: Mapping[DriverRoute, float] = field(default_factory=dict)
    arrival_share: Mapping[Shell, float] = field(default_factory=dict)
    launched_cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Lines:
    """Platforms made on production lines, with development and lead times."""

    platforms: tuple[Platform, ...]
    gw_per_year: Mapping[Platform, float]
    max_lines: Mapping[Platform, int]
    orders: tuple[tuple[Platform, int], ...]
    max_ordered: Mapping[tuple[Platform, int], int]
    latest_development: Mapping[tuple[Platform, int], int]
    ready: Mapping[tuple[Platform, int], tuple[int, ...]]
    ramp: Mapping[Platform, Ramp]
    cost: Cost
    development_cost: Cost


@dataclass(frozen=True, slots=True)
class Launch:
    """Vehicles, launch sites and pads: routes, flight rates and nodes per flight; of refuelled ships flights for each."""

    routes: tuple[tuple[Vehicle, Shell, int], ...]
    max_flights: Mapping[tuple[Vehicle, Shell, int], float]
    max_flown: Mapping[tuple[Vehicle, int], float]
    nodes_per_flight: Mapping[tuple[Vehicle, Kind, Shell], int]
    payload_kt: Mapping[tuple[Vehicle, Shell], float]
    flights_each: Mapping[tuple[Vehicle, Shell], int]
    stays: frozenset[tuple[Vehicle, Shell]]
    away_flights: Mapping[tuple[Vehicle, Shell], float]
    arrives_share: Mapping[Vehicle, float]
    ramp: Mapping[Vehicle, Ramp]
    max_subannual: Mapping[tuple[Vehicle, int], int]
    owned: tuple[Vehicle, ...]
    initial: Mapping[Vehicle, int]
    flights_per_vehicle: Mapping[tuple[Vehicle, int], float]
    reuse_flights: Mapping[Vehicle, float]
    wear_share: Mapping[Vehicle, float]
    initial_worn: Mapping[Vehicle, float]
    life_left: Mapping[tuple[Vehicle, int], float]
    loss_share: Mapping[Vehicle, float]
    orders: tuple[tuple[Vehicle, int], ...]
    arriving: Mapping[tuple[Vehicle, int], tuple[int, ...]]
    max_ordered: Mapping[tuple[Vehicle, int], float]
    production: Mapping[Vehicle, Ramp]
    sites: tuple[Site, ...]
    launches: tuple[tuple[Vehicle, Site, int], ...]
    pad_days: Mapping[Vehicle, float]
    pads: Mapping[Site, int]
    max_pads: Mapping[Site, int]
    pad_orders: tuple[tuple[Site, int], ...]
    pads_ready: Mapping[tuple[Site, int], tuple[int, ...]]
    licence: Mapping[tuple[Site, WindowKey], float]
    polar: frozenset[Shell]
    polar_sites: frozenset[Site]
    flies_cargo: bool
    flight_cost: Cost
    order_cost: Cost
    standing_cost: Cost
    pad_cost: Cost


@dataclass(frozen=True, slots=True)
class SubPeriodSets:
    """Sub-periods of the lunar plant: ``within[t]`` are those of a period, ``share[u]`` their share of its length."""

    within: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    period: Mapping[int, int] = field(default_factory=dict)
    share: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Landing:
    """Transport to the Moon: a propellant depot, landers that draw on it, and their cargo."""

    steps: SubPeriodSets = field(default_factory=SubPeriodSets)
    tankers: tuple[tuple[Vehicle, int], ...] = ()
    max_tankers: Mapping[tuple[Vehicle, int], float] = field(default_factory=dict)
    tanker_kt: Mapping[Vehicle, float] = field(default_factory=dict)
    landings: tuple[tuple[Lander, int], ...] = ()
    max_landings: Mapping[tuple[Lander, int], float] = field(default_factory=dict)
    vehicle: Mapping[Lander, Vehicle] = field(default_factory=dict)
    landed_kt: Mapping[Lander, float] = field(default_factory=dict)
    refill_kt: Mapping[Lander, float] = field(default_factory=dict)
    expended: frozenset[Lander] = frozenset()
    away_flights: Mapping[Lander, float] = field(default_factory=dict)
    kept_share: Mapping[int, float] = field(default_factory=dict)
    capacity_kt: Mapping[int, float] = field(default_factory=dict)
    tanks_kt: Mapping[int, float] = field(default_factory=dict)
    imports: tuple[tuple[Commodity, int], ...] = ()
    max_imported: Mapping[tuple[Commodity, int], float] = field(default_factory=dict)
    accelerators_kt_per_gw: Mapping[Commodity, float] = field(default_factory=dict)
    min_seed_kt: float = 0.0
    max_seed_kt: float = 0.0
    development_periods: tuple[int, ...] = ()
    latest_development: Mapping[int, int] = field(default_factory=dict)
    tanker_cost: Cost = field(default_factory=Cost)
    landing_cost: Cost = field(default_factory=Cost)
    import_cost: Cost = field(default_factory=Cost)
    seed_cost: Cost = field(default_factory=Cost)
    development_cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Lunar:
    """Lunar industry by sub-period u: plant, bills of materials, and limits on local production.

    ``day[i,u]`` and ``night[i,u]`` are kt of product per kt of plant within a sub-period, by day and at night; ``power``
    and ``storage`` GW years per kt; ``energy[i]`` GW years per kt of product; ``light[n,u]`` the light of ground n over the
    best, and what full grounds before it add, GW years.
    """

    activities: tuple[Activity, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    steps: SubPeriodSets = field(default_factory=SubPeriodSets)
    max_capital: Mapping[int, float] = field(default_factory=dict)
    max_plant: Mapping[int, float] = field(default_factory=dict)
    kept_share: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    investments: tuple[tuple[Activity, int], ...] = ()
    max_invested: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    ready: Mapping[tuple[Activity, int], tuple[int, ...]] = field(default_factory=dict)
    seeds_ready: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    mix: Mapping[Activity, float] = field(default_factory=dict)
    growth: Mapping[int, float] = field(default_factory=dict)
    makes: Mapping[Activity, Commodity] = field(default_factory=dict)
    assemblers: tuple[Activity, ...] = ()
    day: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    night: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    energy: Mapping[Activity, float] = field(default_factory=dict)
    power: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    storage: Mapping[tuple[Activity, int], float] = field(default_factory=dict)
    charge: float = 1.0
    light: Mapping[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    reserve: Mapping[Commodity, float] = field(default_factory=dict)
    feed: Mapping[tuple[Activity, Commodity], float] = field(default_factory=dict)
    bill: Mapping[tuple[Activity, Commodity], float] = field(default_factory=dict)
    node_kt: Mapping[Column, float] = field(default_factory=dict)
    node_bill: Mapping[tuple[Kind, Shell, Commodity], float] = field(default_factory=dict)
    local_share: Mapping[Commodity, float] = field(default_factory=dict)
    gains: Mapping[tuple[Commodity, str], float] = field(default_factory=dict)
    unlocks: tuple[tuple[Commodity, str, int], ...] = ()
    latest_unlock: Mapping[tuple[Commodity, str, int], int] = field(default_factory=dict)
    max_need: Mapping[tuple[Commodity, int], float] = field(default_factory=dict)
    max_stored: Mapping[tuple[Commodity, int], float] = field(default_factory=dict)
    chips_since: Mapping[tuple[Commodity, Kind, Shell, int], int] = field(default_factory=dict)
    unlock_cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Drivers:
    """Mass drivers: integer machines. Of orders, ``at_work[t]`` launch in t, ``not_worn_out[t]`` are not yet worn out."""

    orders: tuple[int, ...] = ()
    max_ordered: Mapping[int, int] = field(default_factory=dict)
    at_work: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    not_worn_out: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    max_drivers: int = 0
    throughput_kt: Mapping[int, float] = field(default_factory=dict)
    driver_kt: float = 0.0
    bill: Mapping[Commodity, float] = field(default_factory=dict)
    energy: float = 0.0
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Shells:
    """Slots, derelicts and object-years (``years_each[t]`` each) of shells; a node without a table takes one slot."""

    slots: Mapping[Shell, float]
    derelicts: Mapping[Shell, float]
    object_years: Mapping[Shell, float]
    years_each: Mapping[int, float]
    regimes: Mapping[str, tuple[Shell, ...]]
    regime_slots: Mapping[str, float]
    slots_per_node: Mapping[Column, float] = field(default_factory=dict)
    regime_slots_per_node: Mapping[str, Mapping[Column, float]] = field(default_factory=dict)
    regime_object_years: Mapping[str, tuple[float, frozenset[Column]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """Data centres on Earth: grid offers by period, the power of each, servers that it takes, and those on sale."""

    offers: tuple[tuple[Region, int], ...]
    max_gw: Mapping[tuple[Region, int], float]
    delivers: Mapping[Region, Mapping[int, Mapping[int, float]]]
    draws: Mapping[tuple[Region, int], Mapping[int, float]]
    supply: Mapping[tuple[Region, int], float]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Target:
    """Demand of each period in the unit of the target, the price of unmet demand, and the kind of objective.

    ``market[w,t]`` is the demand of a workload that may be left unserved, ``unserved_gusd[w,t]`` the value of one unit.
    """

    demand: Mapping[int, float]
    counts_cargo: bool
    unmet_gusd: Mapping[int, float]
    objective: str
    budget_gusd: float | None
    market: Mapping[tuple[Workload, int], float] = field(default_factory=dict)
    unserved_gusd: Mapping[tuple[Workload, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supply:
    """World supply of accelerators, GW of IT power in each period."""

    accelerators_gw: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Coefficients of the valid inequalities, by the period t of the target that each serves.

    ``flights_by``: flights that every plan needs, ``flight_counts[t][v,s,q]`` the weight of one in q; ``lines_by`` and
    ``line_counts`` the same of lines. ``development_shares[t][p,q]``: additional share of the target that a platform can
    meet if developed from q on; ``latest_development[t][p]`` and ``latest_moon_development``: last periods to begin.
    """

    flights_by: Mapping[int, float] = field(default_factory=dict)
    flight_counts: Mapping[int, Mapping[tuple[Vehicle, Shell, int], float]] = field(default_factory=dict)
    lines_by: Mapping[int, float] = field(default_factory=dict)
    line_counts: Mapping[int, Mapping[tuple[Platform, int], float]] = field(default_factory=dict)
    development_shares: Mapping[int, Mapping[tuple[Platform, int], float]] = field(default_factory=dict)
    latest_development: Mapping[int, Mapping[Platform, int]] = field(default_factory=dict)
    latest_moon_development: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learning:
    """Components on a learning curve, with segments of the curve by period where a bound is required.

    ``node_gusd`` and ``flight_gusd`` are catalogue prices; ``fixed_gusd``: cost of the chords at their lower ends, a constant.
    """

    start_gusd: Mapping[Component, float] = field(default_factory=dict)
    node_gusd: Mapping[tuple[Component, Kind, Shell], float] = field(default_factory=dict)
    flight_gusd: Mapping[tuple[Component, Vehicle], float] = field(default_factory=dict)
    min_experience: Mapping[tuple[Component, int], float] = field(default_factory=dict)
    max_experience: Mapping[tuple[Component, int], float] = field(default_factory=dict)
    begin: Mapping[tuple[Component, int], float] = field(default_factory=dict)
    length: Mapping[tuple[Component, int, int], float] = field(default_factory=dict)
    fill_cost: Cost = field(default_factory=Cost)
    experience_cost: Cost = field(default_factory=Cost)
    fixed_gusd: float = 0.0


@dataclass(frozen=True, slots=True)
class Network:
    """Gateways, links and workloads; empty where links are masses and prices only.

    ``link_each`` and ``downlink_each`` are Tb/s of one node placed in q at the end of t: over its links, for mean hops,
    and down if it sees a gateway. ``capable[w,s]``: designs with the bisection needed; ``mix[t]``: traffic per target unit.
    """

    gateways: tuple[Gateway, ...] = ()
    orders: tuple[tuple[Gateway, int], ...] = ()
    max_ordered: Mapping[tuple[Gateway, int], int] = field(default_factory=dict)
    ready: Mapping[tuple[Gateway, int], tuple[int, ...]] = field(default_factory=dict)
    initial: Mapping[Gateway, int] = field(default_factory=dict)
    initial_in_use: Mapping[tuple[Gateway, int], int] = field(default_factory=dict)
    max_stations: Mapping[Gateway, int] = field(default_factory=dict)
    station_capacity: Mapping[Gateway, float] = field(default_factory=dict)
    stocks: tuple[tuple[Shell, int], ...] = ()
    links: tuple[tuple[Shell, int], ...] = ()
    link_each: Mapping[Column, Vintages] = field(default_factory=dict)
    downlink_each: Mapping[Column, Vintages] = field(default_factory=dict)
    share: Mapping[tuple[Workload, int], float] = field(default_factory=dict)
    traffic_each: Mapping[Workload, float] = field(default_factory=dict)
    bisection_need: Mapping[Workload, float] = field(default_factory=dict)
    capable: Mapping[tuple[Workload, Shell], tuple[Kind, ...]] = field(default_factory=dict)
    serves: tuple[tuple[Workload, Shell, int], ...] = ()
    max_served: Mapping[tuple[Workload, Shell, int], float] = field(default_factory=dict)
    sends: tuple[tuple[Shell, Gateway, int], ...] = ()
    relays: tuple[tuple[Shell, Shell, int], ...] = ()
    view_share: Mapping[tuple[Shell, Gateway], float] = field(default_factory=dict)
    relay_share: Mapping[tuple[Shell, Shell], float] = field(default_factory=dict)
    receive_share: Mapping[tuple[Shell, Shell], float] = field(default_factory=dict)
    mix: Mapping[int, float] = field(default_factory=dict)
    max_traffic: Mapping[int, float] = field(default_factory=dict)
    count: Mapping[Failure, int] = field(default_factory=dict)
    required_traffic: Mapping[tuple[Failure, int], float] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Coefficients of one model, by family."""

    time: Time
    nodes: Nodes
    lines: Lines
    launch: Launch
    shells: Shells
    ground: Ground
    supply: Supply
    target: Target
    cuts: Cuts
    learning: Learning = field(default_factory=Learning)
    landing: Landing = field(default_factory=Landing)
    lunar: Lunar = field(default_factory=Lunar)
    drivers: Drivers = field(default_factory=Drivers)
    network: Network = field(default_factory=Network)
