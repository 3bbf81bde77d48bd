"""Learning: prices that fall with cumulative spending at catalogue prices."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from solver.instance.fields import Experience, Name, Section, Share, ShareBelowOne
from solver.instance.hardware import Platform, Technology

Part = Literal["array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus", "node"]


class Component(Section):
    """Parts of nodes, or flights of vehicles, that share one learning curve.

    Experience is counted in MUSD at catalogue prices, those of the start of the plan, so that it is linear in what
    is decided. Every doubling takes ``rate_share`` off the price of the next unit, down to ``floor_share``.
    """

    parts: list[Part] = Field(default=[], description="parts of nodes; node: a declared platform")
    vehicles: list[Name] = Field(default=[], description="vehicles whose flights learn")
    rate_share: ShareBelowOne = Field(description="taken off the price by every doubling of experience")
    initial_experience_musd: Experience = Field(description="experience at the start of the plan, at catalogue prices")
    floor_share: Share = Field(default=0.0, description="of the catalogue price, below which no unit falls")


class Learning(Section):
    """Section on learning curves: prices that fall with the purchases of the plan; none without components."""

    mode: Literal["segments", "fixed_point"] = Field(
        default="segments", description="segments: proven over the whole curve; fixed_point: a local optimum, faster"
    )
    components: dict[Name, Component] = {}


def price_changes(
    component: Component, platforms: Mapping[str, Platform], technology: Technology, hardware: float
) -> dict[str, float]:
    """Return the yearly price changes of the parts and flights of a component, by a name for each.

    ``platforms`` are those in use, ``hardware`` is the price change of all parts but accelerators.
    """
    found: dict[str, float] = dict.fromkeys((f"flights of {v}" for v in component.vehicles), 0.0)
    for name, platform in platforms.items():
        for part in component.parts:
            if platform.declared is not None and part == "node":
                found[f"node of {name}"] = platform.declared.price_change_share_per_year
            elif platform.sized is not None and part == "accelerators":
                accelerator = technology.accelerators.get(platform.sized.accelerator)
                if accelerator is not None:
                    found[f"accelerators of {name}"] = accelerator.price_change_share_per_year
            elif platform.sized is not None and part != "node":
                found[part] = hardware
    return found
