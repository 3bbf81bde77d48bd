"""Random instances for the independent MILP: vehicles of one site, and declared nodes."""

from __future__ import annotations

import random
from typing import Any

Data = dict[str, Any]
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
LAYOUTS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((3, "year"),), ((4, "year"),), ((2, "half_year"), (2, "year")), ((4, "quarter"), (2, "year")),
    ((1, "year"), (4, "quarter")), ((1, "year"), (2, "half_year"), (1, "year")),
    ((3, "month"), (1, "quarter"), (1, "half_year"), (1, "year")),
)  # fmt: skip


def orbit_instance(seed: int) -> Data:
    """Return the instance of a seed."""
    draw = random.Random(f"orbit {seed}")
    layout = draw.choice(LAYOUTS)
    months = [MONTHS[length] for count, length in layout for _ in range(count)]
    shells = ["low", "high"][: draw.choice((1, 1, 2))]
    data: Data = {
        "format": 2,
        "name": f"orbit {seed}",
        "horizon": {
            "start": "2030-01",
            "periods": [{"count": count, "length": length} for count, length in layout],
            "discount_share_per_year": draw.choice((0.0, 0.05, 0.15)),
        },
        "vehicles": {name: _vehicle(draw, name, shells) for name in ("van", "lorry")[: draw.choice((1, 2))]},
        "sites": {name: _site(draw) for name in ("cape", "port")},
        "shells": {name: {"orbit": "dawn_dusk", "altitude_km": 650.0 if name == "low" else 900.0} for name in shells},
        "platforms": {name: _platform(draw) for name in ("cube", "brick")[: draw.choice((1, 2))]},
        "money": {"salvage": draw.choice(("none", "straight_line"))},
    }
    data["use"] = {name: list(data[name]) for name in ("vehicles", "shells", "platforms")}
    for vehicle in data["vehicles"].values():
        if data["money"]["salvage"] == "none" and draw.random() < 0.4:
            _owned(draw, vehicle)
    _limits(draw, data)
    data["target"] = _target(draw, months)
    return data


def _vehicle(draw: random.Random, name: str, shells: list[str]) -> Data:
    vehicle: Data = {
        "available_from": draw.choice(("2030-01", "2030-01", "2030-01", "2030-07")),
        "payload_t": {shell: draw.choice((13.0, 25.0, 42.0)) for shell in shells},
        "volume_m3": draw.choice((3.0, 5.0, 1000.0)),
        "sites": ["cape" if name == "van" or draw.random() < 0.5 else "port"],
        "flight_musd": float(draw.randint(1, 40)),
        "loss_share": draw.choice((0.0, 0.0, 0.04, 0.25)),
        "pad_days": draw.choice((0.0, 5.0, 30.0, 45.0)),
    }
    if draw.random() < 0.5:
        vehicle["flights_per_year"] = {
            "start_per_year": float(draw.randint(1, 6)),
            "growth_share_per_year": draw.choice((0.0, 0.3, 1.0)),
            "practised_per_year": draw.choice((0.0, 0.0, 2.0)),
        }
        if draw.random() < 0.4:
            vehicle["flights_per_year"]["ceiling_per_year"] = float(draw.randint(6, 9))
    if draw.random() < 0.1:
        vehicle["available_until"] = draw.choice(("2032-01", "2032-07"))
    return vehicle


def _owned(draw: random.Random, vehicle: Data) -> None:
    """Let vehicles be owned that are never lost and never wear out."""
    vehicle["loss_share"], vehicle["flight_musd"] = 0.0, float(draw.randint(1, 10))
    vehicle["fleet"] = {
        "build_musd": float(draw.randint(5, 80)),
        "lead_years": draw.choice((0.0, 0.5, 1.0)),
        "turnaround_days": draw.choice((73.05, 182.625, 365.25)),
        "reuse_flights": 1000.0,
        "initial": draw.choice((0, 0, 1)),
    }
    if vehicle["available_from"] == "2030-01" and draw.random() < 0.5:
        growth = {"start_per_year": float(draw.randint(1, 2)), "growth_share_per_year": draw.choice((0.0, 1.0))}
        vehicle["fleet"]["production_per_year"] = growth


def _site(draw: random.Random) -> Data:
    pads = draw.choice((0, 1, 1, 1))
    site: Data = {
        "pads": pads,
        "max_pads": pads + draw.choice((1, 3)),
        "pad_musd": float(draw.randint(0, 20)),
        "pad_lead_years": draw.choice((0.0, 0.5, 1.0)),
        "pad_life_years": draw.choice((2.0, 20.0)),
    }
    if draw.random() < 0.3:
        site["licence_flights_per_year"] = float(draw.randint(3, 8))
    if draw.random() < 0.1:
        site["available_from"] = "2030-07"
    return site


def _platform(draw: random.Random) -> Data:
    platform: Data = {
        "it_power_kw": draw.choice((5_000.0, 10_000.0, 15_000.0)),
        "declared": {
            "mass_t": draw.choice((6.0, 10.0, 13.0)),
            "stowed_m3": draw.choice((1.0, 1.5)),
            "cost_musd": float(draw.randint(0, 30)),
            "life_years": draw.choice((1.6, 2.0, 3.3, 20.0)),
            "hazard_share_per_year": draw.choice((0.0, 0.0, 0.1)),
            "infant_mortality_share": draw.choice((0.0, 0.0, 0.05)),
            # What fails leaves its shell, so that only living nodes take up slots.
            "dead_disposal_share": 1.0,
            "operations_share_per_year": draw.choice((0.0, 0.0, 0.1)),
            "price_change_share_per_year": draw.choice((0.0, -0.1, 0.05)),
            draw.choice(("array_loss_share_per_year", "accelerator_failure_share_per_year")): draw.choice((0.0, 0.08)),
        },
    }
    if draw.random() < 0.1:
        platform["available_from"] = "2030-07"
    if draw.random() < 0.4:
        platform["production_line"] = {
            "mw_per_year": draw.choice((10.0, 30.0, 60.0)),
            "cost_musd": float(draw.randint(0, 40)),
            "lead_years": draw.choice((0.0, 0.5, 1.0)),
            "life_years": draw.choice((3.0, 15.0)),
            "max_lines": draw.choice((2, 5)),
        }
        if draw.random() < 0.4:
            growth = {"start_per_year": float(draw.randint(1, 3)), "growth_share_per_year": draw.choice((0.0, 0.5))}
            platform["production_line"]["lines_per_year"] = growth
        elif draw.random() < 0.5:
            platform["development_musd"] = float(draw.randint(1, 60))
            platform["development_years"] = draw.choice((0.0, 0.5, 1.0))
    return platform


def _limits(draw: random.Random, data: Data) -> None:
    """Give some shells slots, and a ceiling over all of them."""
    for shell in data["shells"].values():
        if draw.random() < 0.2:
            shell["transfer_years"] = draw.choice((0.25, 0.5, 1.0))
        if draw.random() < 0.2:
            shell["slots"] = float(draw.randint(3, 8))
    if draw.random() < 0.2:
        data["regimes"] = {"orbits": {"slots": float(draw.randint(4, 9))}}
        for shell in data["shells"].values():
            shell["regime"] = "orbits"
        if draw.random() < 0.5:
            _filing(draw, data)
    if draw.random() < 0.2:
        _areas(draw, data)


def _filing(draw: random.Random, data: Data) -> None:
    """Put a shell under a filing for some platforms as well."""
    shell = data["shells"][draw.choice(sorted(data["shells"]))]
    platforms = sorted(data["use"]["platforms"])
    data["regimes"]["operator"] = {"kind": "filing", "slots": float(draw.randint(2, 6)), "platforms": platforms[:1]}
    shell["regime"] = ["orbits", "operator"]


def _areas(draw: random.Random, data: Data) -> None:
    """Count the slots of every limit by the area of nodes."""
    for name in data["use"]["platforms"]:
        area_m2 = data["platforms"][name]["it_power_kw"] * draw.choice((2.0, 4.0, 6.0))
        data["platforms"][name]["declared"] |= {"array_m2": 0.75 * area_m2, "radiator_m2": 0.25 * area_m2}
    for limit in (*data["shells"].values(), *data.get("regimes", {}).values()):
        if "slots" in limit:
            limit["slot_area_m2"] = 30_000.0


def _target(draw: random.Random, months: list[int]) -> Data:
    """Return a stock at the end of periods, or a rate at their begin, joined in one of three ways."""
    alive = draw.random() < 0.7
    first = 1 if alive else 0
    places = sorted(draw.sample(range(first, len(months) + first), k=draw.choice((1, 2))))
    amounts = sorted(draw.sample(range(1, 6), k=len(places)))
    dates = [2030 * 12 + sum(months[:place]) for place in places]
    return {
        "kind": "power_alive" if alive else "power_added",
        "interpolation": draw.choice(("step", "linear", "geometric")),
        "milestones": [
            {"date": f"{at // 12}-{at % 12 + 1:02d}", "gw" if alive else "gw_per_year": 0.01 * amount}
            for at, amount in zip(dates, amounts, strict=True)
        ],
    }
