"""Relations of nodes sized from parts: cheaper and longer-lived parts, more choices, and the same nodes declared."""

from __future__ import annotations

import copy
import random

from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.plan import Design
from tests.properties.perturbed import Data
from tests.properties.relation import Changed, relation, salvages_launch, scaling

SIXTY = 60
"""Designs kept of a platform in a shell where none is thinned out."""


def _sized(data: Data) -> list[str]:
    return [name for name in data["use"].get("platforms", []) if "sized" in data["platforms"][name]]


def _unthinned(data: Data) -> bool:
    return bool(_sized(data)) and data.get("candidate_designs", {}).get("max_designs") == SIXTY


for _name, _patterns, _factor in (
    ("cheaper_arrays", ("technology.arrays.*.cost_usd_per_w",), 0.6),
    ("cheaper_accelerators", ("technology.accelerators.*.cost_usd_per_w",), 0.8),
    ("cheaper_buses", ("technology.buses.*.cost_usd_per_kg", "technology.buses.*.shield_usd_per_kg"), 0.5),
    ("cheaper_radiators", ("technology.radiators.*.cost_usd_per_m2",), 0.5),
    ("cheaper_batteries", ("technology.batteries.*.cost_usd_per_kwh",), 0.5),
    ("longer_lasting_batteries", ("technology.batteries.*.rated_cycles",), 2.0),
    ("cheaper_terminals", ("technology.terminals.*.cost_musd",), 0.5),
    ("smaller_parts", ("technology.*.*.stowed_m2_per_m3", "technology.*.*.stowed_kg_per_m3"), 1.5),
    ("fewer_failures", ("technology.accelerators.*.failure_share_per_year",), 0.5),
    ("cheaper_operations", ("technology.buses.*.operations_share_per_year",), 0.5),
):
    scaling(_name, _patterns, _factor)


@relation
def more_choices(data: Data, draw: random.Random) -> Changed | None:
    """Size nodes with one more radiator temperature, life and margin; none of the designs is thinned out."""
    if not _unthinned(data):
        return None
    new = copy.deepcopy(data)
    choices = new["candidate_designs"]
    for key, values in (("radiator_temperature_k", (310.0, 330.0)), ("life_years", (2.0, 4.0, 6.0))):
        choices[key] = sorted({*choices[key], draw.choice(values)})
    return Changed(new, "not_dearer")


@relation
def choices_in_another_order(data: Data, _draw: random.Random) -> Changed | None:
    """Reverse all choices of sizing."""
    if not _unthinned(data):
        return None
    new = copy.deepcopy(data)
    for key, values in new["candidate_designs"].items():
        if isinstance(values, list):
            new["candidate_designs"][key] = values[::-1]
    return Changed(new, "same")


@relation
def lighter_parts(data: Data, _draw: random.Random) -> Changed | None:
    """Lighten radiators, boards and buses; without salvage of launches by mass a lighter node is never dearer."""
    if not _unthinned(data) or salvages_launch(data):
        return None
    new = copy.deepcopy(data)
    masses = {"radiators": "areal_mass_kg_per_m2", "accelerators": "mass_kg_per_kw", "buses": "fixed_kg"}
    for section, key in masses.items():
        for part in new["technology"][section].values():
            part[key] *= 0.8
    return Changed(new, "not_dearer")


@relation
def unused_technology(data: Data, _draw: random.Random) -> Changed | None:
    """Describe a platform and parts that are not in use."""
    if not _sized(data):
        return None
    new = copy.deepcopy(data)
    array = next(iter(new["technology"]["arrays"].values()))
    new["technology"]["arrays"]["better"] = {**copy.deepcopy(array), "cost_usd_per_w": 0.0}
    new["platforms"]["idle"] = copy.deepcopy(new["platforms"][_sized(data)[0]])
    new["platforms"]["idle"]["sized"]["array"] = "better"
    return Changed(new, "same")


def _figures(design: Design) -> Data:
    """Return the finished figures of a design whose array has no margin."""
    same = (
        "stowed_m3", "life_years", "array_loss_share_per_year", "accelerator_failure_share_per_year",
        "infant_mortality_share", "hazard_share_per_year", "disposal_share", "dead_disposal_share",
        "operations_share_per_year",
    )  # fmt: skip
    return {
        **{key: getattr(design, key) for key in same},
        "mass_t": design.mass_t,
        "cost_musd": design.price_musd,
        "follows_sun": design.sunlit_share < 1,
        "shells": [design.shell],
    }


@relation
def sized_as_declared(data: Data, _draw: random.Random) -> Changed | None:
    """Declare every candidate design with its finished figures: the same menu, and so the same optimum."""
    names = _sized(data)
    if not names or data.get("network") or data.get("learning") or data.get("moon"):
        return None
    if any(set(data["platforms"][name]) & {"production_line", "serviced"} for name in names):
        return None
    if data["candidate_designs"].get("array_margin_share") != [0.0] or data["target"]["kind"] == "compute_alive":
        return None
    new = copy.deepcopy(data)
    new["use"]["platforms"] = [name for name in data["use"]["platforms"] if name not in names]
    for count, design in enumerate(candidate_designs(Instance.model_validate(copy.deepcopy(data)))):
        if design.platform not in names:
            continue
        platform = {key: value for key, value in data["platforms"][design.platform].items() if key != "sized"}
        declared = f"declared_{count}"
        new["platforms"][declared] = {**platform, "it_power_kw": design.power_kw, "declared": _figures(design)}
        new["use"]["platforms"].append(declared)
    return Changed(new, "same")
