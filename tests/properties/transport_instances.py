"""Families of random instances: ships refuelled in orbit; sites that reach no polar orbits, and few dead nodes."""

from __future__ import annotations

import copy
import random

from tests.properties.random_base import Data, add


def refuelled(draw: random.Random, data: Data) -> None:
    """Ships that tankers fill: some come home late, some stay, and a bought flight that needs no fuel."""
    van = data["vehicles"]["van"]
    arrow = {**copy.deepcopy(van), "flight_musd": 2.0 * van["flight_musd"]}
    add(data, "vehicles", {"arrow": arrow})
    place = {"delta_v_m_per_s": draw.choice((10.0, 1000.0, 4000.0))}
    if draw.random() < 0.6:
        place.update(return_delta_v_m_per_s=1500.0, away_days=draw.choice((0.0, 30.0, 400.0)))
    van["refuelled"] = {
        "dry_t": draw.choice((5.0, 20.0)),
        "isp_s": 375.0,
        "tank_t": 1000.0,
        "tanker_t": draw.choice((10.0, 40.0, 200.0)),
        "transfer_loss_share": draw.choice((0.0, 0.05)),
        "places": {"near": place},
    }
    van["pad_days"] = draw.choice((1.0, 5.0))
    van["fleet"] = {
        "build_musd": float(draw.randint(5, 80)),
        "lead_years": draw.choice((0.0, 0.5)),
        "turnaround_days": draw.choice((10.0, 36.525, 200.0)),
        "reuse_flights": draw.choice((1.0, 3.0, 100.0)),
        "initial": draw.choice((0, 1, 3)),
    }


def polar(draw: random.Random, data: Data) -> None:
    """A site that reaches no polar orbit and a licensed one that does; customers fly what the plan leaves."""
    data["sites"]["cape"]["polar"] = False
    port = {"pads": 1, "max_pads": 2, "pad_musd": 7.0, "licence_flights_per_year": draw.choice((1.0, 2.5, 5.0))}
    add(data, "sites", {"port": port}, used=False)
    tilted = {"orbit": "inclined", "inclination_deg": 53.0, "altitude_km": 650.0, "sunlit_share": 1.0}
    add(data, "shells", {"tilted": tilted})
    van, cube = data["vehicles"]["van"], data["platforms"]["cube"]["declared"]
    van["sites"] = ["cape", "port"]
    van["payload_t"]["tilted"] = draw.choice((10.0, van["payload_t"]["near"]))
    van["flights_per_year"] = {"start_per_year": float(draw.randint(1, 4)), "growth_share_per_year": 0.5}
    van["background_flights"] = draw.random() < 0.7
    cube.update(hazard_share_per_year=draw.choice((0.02, 0.2)), disposal_share=0.9, dead_disposal_share=0.5)
    data["shells"]["near"].update(decay_years=draw.choice((5.0, 80.0)), max_derelict_years=draw.choice((0.5, 2.0)))
