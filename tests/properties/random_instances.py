"""Generator of small random instances of every family, as mappings of the instance format.

``random_instance(seed, family)`` is reproducible and makes raw data; ``parsed`` reads it as a file would be. An
instance may be infeasible; most are not. Each family is a function that changes a base of few numbers.

    python -m tests.properties.random_instances --family moon --seed 1 --count 5 --out DIR    writes files
"""

from __future__ import annotations

import argparse
import copy
import random
from collections.abc import Callable
from pathlib import Path

import yaml

from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from tests.properties.random_base import Data, add, base, demand
from tests.properties.transport_instances import polar, refuelled

Family = Callable[[random.Random, Data], None]


def random_instance(seed: int, family: str | None = None) -> Data:
    """Return the raw data of one instance; without a family the seed chooses one."""
    chosen = family or sorted(FAMILIES)[seed % len(FAMILIES)]
    draw = random.Random(f"{chosen}-{seed}")
    data = base(draw)
    FAMILIES[chosen](draw, data)
    data["name"] = f"{chosen} {seed}"
    return data


def parsed(data: Data) -> Instance:
    """Return the instance of raw data; raise ``ValueError`` for data that a file would be refused for."""
    instance = Instance.model_validate(copy.deepcopy(data))
    issues = cross_check(instance)
    if issues:
        raise ValueError("; ".join(str(issue) for issue in issues))
    return instance


def launch(draw: random.Random, data: Data) -> None:
    """Bought flights: two vehicles with ramps, licences and a site that opens later."""
    van = data["vehicles"]["van"]
    van["flights_per_year"] = {
        "start_per_year": float(draw.randint(1, 4)),
        "growth_share_per_year": draw.choice((0.0, 0.5, 2.0)),
    }
    taxi = {**copy.deepcopy(van), "payload_t": {"near": 15.0}, "flight_musd": 2.0, "sites": ["cape", "port"]}
    taxi["pad_days"] = draw.choice((0.0, 5.0))
    add(data, "vehicles", {"taxi": taxi})
    add(data, "sites", {"port": {"pads": 0, "max_pads": 2, "pad_musd": 3.0, "available_from": "2030-07"}}, used=False)
    if draw.random() < 0.5:
        data["sites"]["cape"]["licence_flights_per_year"] = float(draw.randint(1, 4))


def fleet(draw: random.Random, data: Data) -> None:
    """Reusable vehicles of its own, with lead time, wear, losses and sometimes a ramp of production."""
    data["vehicles"]["van"]["fleet"] = {
        "build_musd": float(draw.randint(5, 80)),
        "lead_years": draw.choice((0.0, 0.5, 1.0)),
        "turnaround_days": draw.choice((10.0, 73.05, 200.0)),
        "reuse_flights": draw.choice((1.5, 2.0, 3.0, 20.0)),
        "initial": draw.choice((0, 0, 1)),
    }
    if draw.random() < 0.4:
        production = {"start_per_year": float(draw.randint(1, 3)), "growth_share_per_year": draw.choice((0.0, 1.0))}
        data["vehicles"]["van"]["fleet"]["production_per_year"] = production


def expendable(draw: random.Random, data: Data) -> None:
    """Vehicles that fly once, ordered ahead."""
    fleet(draw, data)
    data["vehicles"]["van"]["fleet"].update(reuse_flights=1.0, turnaround_days=1.0)
    data["vehicles"]["van"]["payload_t"]["near"] = 10.0


def lines(draw: random.Random, data: Data) -> None:
    """Platforms on production lines, with development, lead time and a ramp of orders."""
    line: dict[str, float | dict[str, float]] = {
        "mw_per_year": draw.choice((10.0, 20.0, 40.0)),
        "cost_musd": float(draw.randint(5, 40)),
        "lead_years": draw.choice((0.0, 0.5)),
        "max_lines": draw.choice((3, 8)),
    }
    if draw.random() < 0.5:
        line["lines_per_year"] = {"start_per_year": float(draw.randint(1, 3)), "growth_share_per_year": 0.5}
    cube = data["platforms"]["cube"]
    cube.update(production_line=line, development_musd=10.0)
    brick = copy.deepcopy(cube)
    brick["development_musd"], brick["declared"]["cost_musd"] = 1.0, 12.0
    add(data, "platforms", {"brick": brick})


def ground(draw: random.Random, data: Data) -> None:
    """Data centres on Earth as the rival, with a queue."""
    region = {
        "queue_gw": {"start_per_year": draw.choice((0.005, 0.02)), "growth_share_per_year": 0.2},
        "build_years": draw.choice((0.0, 0.5, 1.0)),
        "facility_usd_per_w": 0.5,
        "it_usd_per_w": float(draw.randint(0, 4)),
        "it_life_years": 2.0,
        "pue": 1.2,
        "power_usd_per_kwh": 0.05,
    }
    data["target"]["where"] = "anywhere"
    add(data, "ground", {"plain": region})
    if draw.random() < 0.5:
        data["supply"] = {"accelerators_gw": {"start_per_year": 0.06}}
        region["accelerators_gw"] = {"start_per_year": 0.015}


def shells(draw: random.Random, data: Data) -> None:
    """Two shells of one regime, with slots, dead nodes and derelicts."""
    declared = data["platforms"]["cube"]["declared"]
    declared.update(hazard_share_per_year=0.2, disposal_share=0.9, dead_disposal_share=0.2, life_years=2.0)
    data["shells"]["near"].update(slots=float(draw.randint(2, 8)), regime="low", decay_years=3.0)
    add(data, "shells", {"high": {"orbit": "dawn_dusk", "altitude_km": 900.0, "regime": "low", "decay_years": 50.0}})
    data["vehicles"]["van"]["payload_t"]["high"] = 10.0
    data["regimes"] = {"low": {"slots": float(draw.randint(4, 12))}}
    if draw.random() < 0.5:
        data["shells"]["near"]["max_derelicts"] = 2.0
    if draw.random() < 0.5:
        data["shells"]["near"]["regime"] = ["low", "operator"]
        data["regimes"]["operator"] = {"kind": "filing", "slots": float(draw.randint(3, 9)), "platforms": ["cube"]}
    if draw.random() < 0.5:
        declared.update(array_m2=30_000.0, radiator_m2=10_000.0)
        data["shells"]["near"]["slot_area_m2"] = 25_000.0
        data["regimes"]["low"]["slot_area_m2"] = draw.choice((20_000.0, 60_000.0))


def learning(draw: random.Random, data: Data) -> None:
    """Prices of nodes and flights that fall with purchases."""
    if draw.random() < 0.5:
        launch(draw, data)
    van = data["vehicles"]["van"]
    van["pad_days"] = max(van["pad_days"], 10.0)
    data["platforms"]["cube"]["declared"]["cost_musd"] = 40.0
    data["learning"] = {
        "components": {
            "hardware": {"parts": ["node"], "rate_share": 0.3, "initial_experience_musd": 100.0, "floor_share": 0.5},
            "rides": {"vehicles": ["van"], "rate_share": 0.1, "initial_experience_musd": 50.0},
        }
    }


def network(draw: random.Random, data: Data) -> None:
    """Two shells that send traffic to gateways, with workloads and the worst gateway lost."""
    data["technology"] = {
        "terminals": {
            "laser": {"mass_kg": 10.0, "power_w": 100.0, "rate_gbps": 100.0, "cost_musd": 0.1, "range_km": 3000.0}
        }
    }
    data["platforms"]["cube"]["declared"].update(terminal="laser", terminals=4)
    add(data, "shells", {"high": {"orbit": "dawn_dusk", "altitude_km": 900.0}})
    data["vehicles"]["van"]["payload_t"]["high"] = 20.0
    gateway = {"latitude_deg": 50.0, "longitude_deg": 0.0, "rate_gbps": draw.choice((5.0, 20.0)), "cost_musd": 2.0}
    gateways = {
        name: {**gateway, "region": name, "initial": draw.choice((0, 1)), "max_stations": 8, "lead_years": 0.5}
        for name in ("dish", "bowl")
    }
    data["network"] = {
        "gateways": gateways,
        "shells": {
            "near": {"planes": 2, "hops": draw.choice((1.0, 4.0))},
            "high": {
                "planes": 2,
                "hops": 2.0,
                "to_ground": draw.random() < 0.5,
                "relays": ["near"],
                "relay_share": 0.25,
            },
        },
        "workloads": {
            "training": {"shares": [{"date": "2030-01", "share": 0.5}], "traffic_gbps_per_mw": 0.1},
            "inference": {
                "shares": [{"date": "2030-01", "share": 0.5}],
                "traffic_gbps_per_mw": draw.choice((0.5, 2.0)),
            },
        },
    }
    if draw.random() < 0.5:
        data["network"]["contingencies"] = {"worst": {"outage": "gateways", "served_share": 0.5, "count": 1}}


def moon(draw: random.Random, data: Data) -> None:
    """Nodes made on the Moon: seeds, plant, landers that stay or come home, mass drivers; the Earth as rival."""
    ship = {
        "available_from": "2030-01",
        "payload_t": {},
        "volume_m3": 1000.0,
        "sites": ["cape"],
        "flight_musd": 20.0,
        "pad_days": draw.choice((1.0, 10.0)),
    }
    if draw.random() < 0.5:
        ship["fleet"] = {
            "build_musd": 60.0,
            "lead_years": 0.0,
            "turnaround_days": 3.6525,
            "reuse_flights": draw.choice((3.0, 200.0)),
        }
    add(data, "vehicles", {"ship": ship})
    data["vehicles"]["van"]["payload_t"] = {"swarm": 10.0}
    data["vehicles"]["van"]["flight_musd"] = float(draw.randint(40, 200))
    data["shells"] = {
        "swarm": {"orbit": "heliocentric", "dose_rad_per_year": 0.0, "earth_distance_km": 1.5e8, "from_moon": {}}
    }
    data["use"].update(shells=["swarm"], moon=True)
    mirror = {"made_on": "moon", "it_power_kw": 10_000.0}
    mirror["declared"] = {"mass_t": 10.0, "cost_musd": 0.0, "life_years": draw.choice((1.5, 20.0))}
    add(data, "platforms", {"mirror": mirror})
    data["horizon"]["periods"] = draw.choice(
        (years(4), [{"count": 4, "length": "half_year"}, *years(2)], [*years(2), {"count": 4, "length": "half_year"}])
    )
    last = draw.randint(2, 6)
    data["target"]["milestones"] = [{"date": "2033-01", "gw": 0.01 * last}]
    data["moon"] = _industry(draw)
    if draw.random() < 0.3:
        data["moon"]["lit_area"] = [{"area_km2": 0.0005}, {"area_km2": 0.002, "light_share": 0.5}]
        data["moon"]["activities"]["panels"]["area_m2_per_kw"] = 5.0
        data["moon"]["commodities"]["metal"]["reserve_kt"] = draw.choice((0.05, 1.0))


def years(count: int) -> list[Data]:
    """Return that many periods of a year."""
    return [{"count": count, "length": "year"}]


def _industry(draw: random.Random) -> Data:
    lag = draw.choice((0.5, 1.0))
    lander = {"vehicle": "ship", "landed_t": 30.0, "dry_t": 20.0, "isp_s": 375.0, "delta_v_m_per_s": 6100.0}
    if draw.random() < 0.5:
        lander.update(return_delta_v_m_per_s=2800.0, away_days=draw.choice((0.0, 365.25, 730.5)))
    metal: Data = {"import_usd_per_kg": draw.choice((100.0, 2000.0, 1_000_000.0))}
    if draw.random() < 0.5:
        unlock = {
            "name": "tools",
            "local_share": 1.0,
            "available_from": "2031-01",
            "cost_musd": float(draw.randint(0, 50)),
        }
        metal.update(local_share=draw.choice((0.0, 0.5)), unlocks=[unlock])
    works = {
        "does": "make",
        "makes": "metal",
        "productivity_t_per_t_year": draw.choice((1.0, 3.0)),
        "bill": {"metal": 1.0},
        "decay_share_per_year": draw.choice((0.0, 0.1)),
        "lag_years": lag,
        "energy_kwh_per_kg": draw.choice((0.0, 5.0)),
    }
    activities = {
        "works": works,
        "panels": {"does": "power", "power_kw_per_t": 20.0, "bill": {"metal": 1.0}, "lag_years": lag},
    }
    mix = {"works": 0.8, "panels": 0.2}
    if draw.random() < 0.4:
        yard = {"does": "assemble", "productivity_t_per_t_year": 8.0, "bill": {"metal": 1.0}, "lag_years": lag}
        activities["yard"] = {**yard, "feed": {"metal": 0.05}}
        mix = {"works": 0.6, "panels": 0.2, "yard": 0.2}
    return {
        "available_from": "2030-01",
        "doubling_years": draw.choice((1.0, 2.0, 4.0)),
        "development_musd": draw.choice((0.0, 10.0)),
        "seed": {
            "min_t": 30.0,
            "max_t": draw.choice((60.0, 100.0)),
            "mix": mix,
            "usd_per_kg": 2000.0,
            "lag_years": lag,
        },
        "landers": {"lander": lander},
        "depot": {"tankers": {"ship": 100.0}, "boil_off_share_per_year": draw.choice((0.0, 0.1))},
        "commodities": {"metal": metal},
        "activities": activities,
        "bills": {"node": {"metal": 1.0}},
        "mass_driver": {
            "throughput_kt_per_year": draw.choice((0.02, 10.0)),
            "mass_t": 20.0,
            "bill": {"metal": 1.0},
            "lag_years": 0.5,
            "max_drivers": 4,
        },
    }


def moon_rate(draw: random.Random, data: Data) -> None:
    """Power added from the Moon in months, with plant that grows fast."""
    moon(draw, data)
    data["horizon"]["periods"] = [{"count": 7, "length": "month"}]
    data["target"] = {
        "kind": "power_added",
        "milestones": [{"date": "2030-06", "gw_per_year": draw.choice((0.3, 1.2, 3.0))}],
    }
    lunar = data["moon"]
    lunar["doubling_years"], lunar["seed"]["lag_years"], lunar["mass_driver"]["lag_years"] = 0.1, 0.08333, 0.08333
    lunar["mass_driver"]["throughput_kt_per_year"], lunar["mass_driver"]["max_drivers"] = 10.0, 1
    data["vehicles"]["ship"]["pad_days"] = 10.0
    for activity in lunar["activities"].values():
        activity["lag_years"] = 0.08333
    lunar["activities"]["works"]["productivity_t_per_t_year"] = 12.0
    lunar["commodities"]["metal"] = {"import_usd_per_kg": draw.choice((2000.0, 1_000_000.0))}


def mass(draw: random.Random, data: Data) -> None:
    """Mass to orbit by any flight, with or without nodes."""
    launch(draw, data)
    demand(data, "mass_to_orbit", "kt_per_year", 0.01)


def added(draw: random.Random, data: Data) -> None:
    """Power added a year, from lines."""
    lines(draw, data)
    demand(data, "power_added", "gw_per_year", 0.01)


def compute(draw: random.Random, data: Data) -> None:
    """Computing alive, with hardware that gets better, upkeep of nothing and slots."""
    shells(draw, data)
    data["platforms"]["cube"]["declared"].update(eflops_per_gw=1000.0, eflops_growth_share_per_year=0.2)
    demand(data, "compute_alive", "eflops", 10.0)


def delivered(draw: random.Random, data: Data) -> None:
    """Computing delivered over links that carry its traffic, or from halls on the ground."""
    network(draw, data)
    ground(draw, data)
    data["network"].pop("contingencies", None)
    for workload in data["network"]["workloads"].values():
        workload["traffic_gbps_per_eflops"] = draw.choice((0.0, 0.5, 2.0))
    data["platforms"]["cube"]["declared"].update(eflops_per_gw=1000.0, eflops_growth_share_per_year=0.2)
    data["ground"]["plain"]["eflops_per_gw"] = draw.choice((500.0, 1000.0))
    demand(data, "compute_delivered", "eflops", 10.0)


def upkeep(draw: random.Random, data: Data) -> None:
    """Nodes that are serviced with supplies."""
    draw.choice((launch, fleet))(draw, data)
    data["platforms"]["cube"]["serviced"] = {"mass_kg_per_kw_year": 0.2, "cost_usd_per_w_year": 0.01}


def budget(draw: random.Random, data: Data) -> None:
    """Most power for a sum, on flights, fleets or lines."""
    draw.choice((launch, fleet, expendable, lines))(draw, data)
    van = data["vehicles"]["van"]
    van["pad_days"] = max(van["pad_days"], 18.2625)
    data["objective"] = {"kind": "most_power", "budget_musd": float(draw.randint(50, 400))}


def unmet(draw: random.Random, data: Data) -> None:
    """Demand that may be missed for a price, by any of the other families."""
    draw.choice((launch, fleet, lines, moon, network))(draw, data)
    data["target"]["unmet_penalty_musd"] = draw.choice((100.0, 2000.0))


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        launch, fleet, expendable, lines, ground, shells, learning, network, moon, moon_rate, mass, added, compute,
        delivered, upkeep, budget, unmet, refuelled, polar,
    )
}  # fmt: skip
"""Families by name."""


def main() -> None:
    """Write instances to files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--family", choices=sorted(FAMILIES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for seed in range(asked.seed, asked.seed + asked.count):
        data = random_instance(seed, asked.family)
        path = asked.out / f"{data['name'].replace(' ', '-')}.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
