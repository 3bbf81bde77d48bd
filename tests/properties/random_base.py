"""Base of the random instances: few numbers that every family changes, and the changes that families share."""

from __future__ import annotations

import random
from typing import Any

Data = dict[str, Any]
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
LAYOUTS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((3, "year"),),
    ((4, "quarter"), (2, "year")),
    ((1, "year"), (4, "quarter")),
    ((2, "half_year"), (2, "year")),
    ((6, "month"), (1, "half_year"), (1, "year")),
    ((1, "year"), (2, "half_year"), (3, "month")),
)
"""Periods of the horizon: equal, from short to long, and from long to short."""


def base(draw: random.Random) -> Data:
    """Return an instance of one vehicle, one shell and one platform, with a target that two to six nodes meet."""
    layout = draw.choice(LAYOUTS)
    months = [MONTHS[length] for count, length in layout for _ in range(count)]
    dates = sorted(draw.sample(range(1, len(months) + 1), k=draw.choice((1, 2))))
    nodes = sorted(draw.sample(range(2, 7), k=len(dates)))
    return {
        "format": 2,
        "name": "random",
        "horizon": {
            "start": "2030-01",
            "periods": [{"count": count, "length": length} for count, length in layout],
            "discount_share_per_year": draw.choice((0.0, 0.05, 0.15)),
        },
        "target": {
            "kind": "power_alive",
            "milestones": [
                {"date": month(sum(months[:at])), "gw": 0.01 * count} for at, count in zip(dates, nodes, strict=True)
            ],
        },
        "use": {"vehicles": ["van"], "shells": ["near"], "platforms": ["cube"]},
        "vehicles": {
            "van": {
                "available_from": "2030-01",
                "payload_t": {"near": draw.choice((10.0, 25.0, 40.0))},
                "volume_m3": 1000.0,
                "sites": ["cape"],
                "flight_musd": float(draw.randint(1, 30)),
                "loss_share": draw.choice((0.0, 0.0, 0.05)),
                "pad_days": draw.choice((0.0, 1.0, 10.0, 18.2625, 45.0)),
            }
        },
        "sites": {"cape": {"pads": 1, "max_pads": draw.choice((1, 3)), "pad_musd": 5.0, "pad_lead_years": 0.5}},
        "shells": {"near": {"orbit": "dawn_dusk", "altitude_km": 650.0}},
        "platforms": {
            "cube": {
                "it_power_kw": 10_000.0,
                "declared": {
                    "mass_t": 10.0,
                    "cost_musd": float(draw.randint(0, 20)),
                    "life_years": draw.choice((1.2, 3.0, 20.0)),
                    "hazard_share_per_year": draw.choice((0.0, 0.0, 0.03)),
                },
            }
        },
        "money": {"salvage": draw.choice(("none", "straight_line"))},
    }


def month(after: int) -> str:
    """Return the month that many months after the start of the base."""
    return f"{2030 + after // 12}-{after % 12 + 1:02d}"


def months_after(date: str) -> int:
    """Return the months from the start of the base to a date."""
    year, of_year = date.split("-")
    return (int(year) - 2030) * 12 + int(of_year) - 1


def add(data: Data, section: str, entries: Data, used: bool = True) -> None:
    """Add entries to a section and to ``use``."""
    data.setdefault(section, {}).update(entries)
    if used:
        data["use"][section] = [*data["use"].get(section, []), *entries]


def demand(data: Data, kind: str, key: str, scale: float) -> None:
    """Turn the target into one of another kind; a node is worth ``scale``. A rate is due from the begin of a period."""
    ends = [month(0)]
    for group in data["horizon"]["periods"]:
        for _ in range(group["count"]):
            ends.append(month(months_after(ends[-1]) + MONTHS[group["length"]]))
    earlier = dict(zip(ends[1:], ends, strict=False)) if key.endswith("_per_year") else {}
    milestones = data["target"]["milestones"]
    data["target"]["kind"] = kind
    data["target"]["milestones"] = [
        {"date": earlier.get(m["date"], m["date"]), key: scale * m["gw"] / 0.01} for m in milestones
    ]
