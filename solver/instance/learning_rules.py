"""Rules over the section on learning and what it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.learning import price_changes
from solver.instance.validation_issues import Issue, Path, described

if TYPE_CHECKING:
    from solver.instance.hardware import Platform, Technology
    from solver.instance.learning import Learning
    from solver.instance.schema import Horizon, Money, Use
    from solver.instance.transport import Site, Vehicle
    from solver.instance.validate import Rule


def _components(learning: Learning) -> Iterator[Issue]:
    taken: dict[str, str] = {}
    for name, component in learning.components.items():
        path: Path = ("learning", "components", name)
        if bool(component.parts) == bool(component.vehicles):
            found = "found parts and vehicles" if component.parts else "found neither parts nor vehicles"
            yield path, f"{found}, expected one of the two"
        for key in ("parts", "vehicles"):
            for i, item in enumerate(getattr(component, key)):
                if item in taken:
                    found = f'found "{item}", which {taken[item]} has already'
                    yield (*path, key, i), f"{found}; expected every part and vehicle in one component only"
                taken.setdefault(item, name)


def _vehicles(learning: Learning, use: Use) -> Iterator[Issue]:
    for name, component in learning.components.items():
        for i, vehicle in enumerate(component.vehicles):
            if vehicle not in use.vehicles:
                path: Path = ("learning", "components", name, "vehicles", i)
                yield path, f'found "{vehicle}", expected a vehicle in use: {", ".join(use.vehicles)}'


def _parts(learning: Learning, use: Use, platforms: Mapping[str, Platform]) -> Iterator[Issue]:
    declared = [platform.declared is not None for platform in described(use.platforms, platforms).values()]
    for name, component in learning.components.items():
        for i, part in enumerate(component.parts):
            if (part == "node") not in declared:
                kind = "declared" if part == "node" else "sized"
                path: Path = ("learning", "components", name, "parts", i)
                yield path, f'found "{part}", expected a {kind} platform in use that has it'


def _prices(
    learning: Learning, use: Use, platforms: Mapping[str, Platform], technology: Technology, money: Money,
    horizon: Horizon,
) -> Iterator[Issue]:  # fmt: skip
    # Chords bound the cost from below only while a later unit of spending weighs no more than an earlier one.
    in_use = described(use.platforms, platforms)
    discount = horizon.real_discount_share_per_year
    for name, component in learning.components.items():
        path: Path = ("learning", "components", name)
        changes = price_changes(component, in_use, technology, money.hardware_price_change_share_per_year)
        if len(set(changes.values())) > 1:
            found = ", ".join(f"{item} {change:g}" for item, change in sorted(changes.items()))
            yield path, f"found price changes a year of {found}; expected one for all, or components of their own"
        given = money.capital_cost_share_per_year.nodes
        if component.parts and given is not None and given < horizon.discount_share_per_year:
            at = ("money", "capital_cost_share_per_year", "nodes")
            yield at, f"found {given:g}, expected at least the discount rate, {discount:g}, where parts of nodes learn"
        rising = next((item for item, change in sorted(changes.items()) if change > discount), None)
        if rising is not None:
            found = f"found {rising}, whose price rises by {changes[rising]:g} a year"
            yield path, f"{found}; expected at most the discount rate, {discount:g}, for what learns"


def _limited(
    learning: Learning, use: Use, vehicles: Mapping[str, Vehicle], sites: Mapping[str, Site]
) -> Iterator[Issue]:
    # Chords of a learning curve need a largest experience, and thus a largest number of flights.
    for name, vehicle in described(use.vehicles, vehicles).items() if learning.components else ():
        licensed = all(site.licence_flights_per_year is not None for site in described(vehicle.sites, sites).values())
        made = vehicle.fleet is not None and vehicle.fleet.production_per_year is not None
        if vehicle.pad_days == 0 and vehicle.flights_per_year is None and not licensed and not made:
            found = "found 0 without flights_per_year, a licence of every site or production_per_year"
            yield ("vehicles", name, "pad_days"), f"{found}; expected one limit on flights where prices learn"


LEARNING_RULES: tuple[Rule, ...] = (_components, _vehicles, _parts, _prices, _limited)
