"""Learning: what gets cheaper with cumulative spending at catalogue prices, and what its section may not say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from solver.instance.fields import Name, Positive, Section, Share, ShareBelowOne

if TYPE_CHECKING:
    from solver.instance.schema import Instance

Finding = tuple[tuple[str | int, ...], str]

Part = Literal["array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "node"]


class Component(Section):
    """Parts of nodes, or flights of vehicles, that share one learning curve.

    Experience is counted in MUSD at catalogue prices, those of the start of the plan, so that it is linear in what
    is decided. Every doubling takes ``rate_share`` off the price of the next unit, down to ``floor_share``.
    """

    parts: list[Part] = Field(default=[], description="parts of nodes; node: a declared platform")
    vehicles: list[Name] = Field(default=[], description="vehicles whose flights learn")
    rate_share: ShareBelowOne = Field(description="taken off the price by every doubling of experience")
    initial_experience_musd: Positive = Field(description="experience at the start of the plan, at catalogue prices")
    floor_share: Share = Field(default=0.0, description="of the catalogue price, below which no unit falls")


class Learning(Section):
    """Prices that fall with what the plan itself buys; without components nothing learns."""

    mode: Literal["segments", "fixed_point"] = Field(
        default="segments", description="segments: proven over the whole curve; fixed_point: a local answer, quicker"
    )
    components: dict[Name, Component] = {}


def price_changes(instance: Instance, component: Component) -> dict[str, float]:
    """Yearly price changes of what a component names, by a name for each; only of what is in use."""
    found: dict[str, float] = dict.fromkeys((f"flights of {v}" for v in component.vehicles), 0.0)
    for name in instance.use.platforms:
        platform = instance.platforms.get(name)
        if platform is None:
            continue
        for part in component.parts:
            if platform.declared is not None and part == "node":
                found[f"node of {name}"] = platform.declared.price_change_share_per_year
            elif platform.sized is not None and part == "accelerators":
                accelerator = instance.technology.accelerators.get(platform.sized.accelerator)
                if accelerator is not None:
                    found[f"accelerators of {name}"] = accelerator.price_change_share_per_year
            elif platform.sized is not None and part != "node":
                found[part] = instance.money.hardware_price_change_share_per_year
    return found


def learning_faults(instance: Instance) -> Iterator[Finding]:
    """Components that name nothing, the same thing twice, or prices that do not go together."""
    taken: dict[str, str] = {}
    for name, component in instance.learning.components.items():
        path: tuple[str | int, ...] = ("learning", "components", name)
        if bool(component.parts) == bool(component.vehicles):
            found = "found parts and vehicles" if component.parts else "found neither parts nor vehicles"
            yield path, f"{found}, wanted one of the two"
        for key in ("parts", "vehicles"):
            for i, thing in enumerate(getattr(component, key)):
                if thing in taken:
                    found = f'found "{thing}", which {taken[thing]} has already'
                    yield (*path, key, i), f"{found}; wanted every part and vehicle in one component only"
                taken.setdefault(thing, name)
        yield from _unused(instance, component, path)
        yield from _prices(instance, component, path)


def _unused(instance: Instance, component: Component, path: tuple[str | int, ...]) -> Iterator[Finding]:
    for i, vehicle in enumerate(component.vehicles):
        if vehicle not in instance.use.vehicles:
            known = ", ".join(instance.use.vehicles)
            yield (*path, "vehicles", i), f'found "{vehicle}", wanted a vehicle in use: {known}'
    platforms = [instance.platforms[p] for p in instance.use.platforms if p in instance.platforms]
    for i, part in enumerate(component.parts):
        made = [p for p in platforms if (p.declared is not None) == (part == "node")]
        if not made:
            kind = "declared" if part == "node" else "sized"
            yield (*path, "parts", i), f'found "{part}", wanted a {kind} platform in use that has it'


def _prices(instance: Instance, component: Component, path: tuple[str | int, ...]) -> Iterator[Finding]:
    """Chords bound the cost from below only while a later unit of spending weighs no more than an earlier one."""
    changes = price_changes(instance, component)
    if len(set(changes.values())) > 1:
        found = ", ".join(f"{thing} {change:g}" for thing, change in sorted(changes.items()))
        yield path, f"found price changes a year of {found}; wanted one for all, or components of their own"
    discount = instance.horizon.discount_share_per_year
    for thing, change in sorted(changes.items()):
        if change > discount:
            found = f"found {thing}, whose price rises by {change:g} a year"
            yield path, f"{found}; wanted at most the discount rate, {discount:g}, for what learns"
            return
