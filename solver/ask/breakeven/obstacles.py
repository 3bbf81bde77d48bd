"""Obstacles to another answer: the prices of the file that part two plans most, each repriced at nothing.

Both plans are priced by the ledger with one price of the file at zero, their nodes sized again, and their decisions as
they are. What is then left of their difference shows how much of it lies in that price.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from solver.design.candidates import resized
from solver.economics.ledger import ledger
from solver.instance.schema import Instance
from solver.plan import Design, Plan
from solver.search.variants.relaxation import Key, changed

_PRICE = re.compile(r"(^|_)(musd|usd)(_|$)")
MOST = 5
LEAST_SHARE = 0.01
"""Share of the difference below which a price is no obstacle."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Obstacle to an answer: a price of the file, and the part of the cost difference that goes with it, MUSD.

    ``enough`` is the value at which the two plans would cost the same; None where even nothing is not enough.
    """

    key: str
    value: float
    musd: float
    difference_musd: float
    enough: float | None = None


def obstacles(instance: Instance, levers: Collection[str], dearer: Plan, cheaper: Plan | float) -> list[Obstacle]:
    """Return the prices that make a plan dearer than another, or than a cost in MUSD, the largest part first.

    The levers are none of them: they were varied already.
    """
    whole = _difference(instance, dearer, cheaper)
    found = []
    for key, value in _prices(_in_use(instance), ()):
        path = ".".join(map(str, key))
        if path in levers or value <= 0:
            continue
        part = whole - _difference(changed(instance, key, lambda _value: 0.0), dearer, cheaper)
        if part >= LEAST_SHARE * abs(whole):
            enough = value * (1.0 - whole / part) if part >= whole else None
            found.append(Obstacle(path, value, part, whole, enough))
    return sorted(found, key=lambda obstacle: -obstacle.musd)[:MOST]


def net_musd(instance: Instance, plan: Plan) -> float:
    """Return the net present cost of the decisions of a plan at the prices of an instance, MUSD."""
    entries = ledger(instance, [_priced(instance, one) for one in plan.designs], plan.decisions)
    return sum(entry.present_musd for entry in entries)


def _difference(instance: Instance, dearer: Plan, cheaper: Plan | float) -> float:
    return net_musd(instance, dearer) - (net_musd(instance, cheaper) if isinstance(cheaper, Plan) else cheaper)


def _priced(instance: Instance, old: Design) -> Design:
    """Return a design at the prices of an instance; its sizes stay."""
    new = resized(instance, old)
    if new is None:
        return old
    return replace(old, cost_musd=new.cost_musd, upkeep_musd_per_year=new.upkeep_musd_per_year)


def _in_use(instance: Instance) -> dict[str, Any]:
    """Return the sections of an instance that have prices, without what is not in use."""
    data, used = instance.model_dump(mode="json", by_alias=True), instance.use
    names = {"vehicles": used.vehicles, "platforms": used.platforms, "shells": used.shells, "ground": used.ground}
    for section, kept in names.items():
        data[section] = {name: data[section][name] for name in kept}
    sections = (*names, "sites", "technology", "network", *(("moon",) if used.moon else ()))
    return {section: data[section] for section in sections if data.get(section)}


def _prices(data: Any, above: Key) -> Iterator[tuple[Key, float]]:
    """Yield the prices of plain data with their keys."""
    for key, value in data.items() if isinstance(data, Mapping) else ():
        if isinstance(value, int | float) and not isinstance(value, bool):
            if _PRICE.search(str(key)):
                yield (*above, key), float(value)
        else:
            yield from _prices(value, (*above, key))
