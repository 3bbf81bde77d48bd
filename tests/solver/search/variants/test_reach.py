"""What bounds of columns allow is known also where some of them are infinite."""

from __future__ import annotations

import copy

import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.search.variants.reach import share_by_bounds
from tests.properties.perturbed import base


def test_flights_without_a_bound_deliver_nothing_after_the_life_of_their_nodes() -> None:
    """Any number of nodes in the first year leaves no power in the third, if they live for a year and few fly later."""
    data = copy.deepcopy(base("one_flight"))
    data["horizon"]["periods"] = [{"count": 3, "length": "year"}]
    data["target"]["milestones"] = [{"date": "2031-01", "gw": 0.04}, {"date": "2033-01", "gw": 0.05}]
    data["platforms"]["cube"]["declared"]["life_years"] = 1.0
    for vehicle in data["vehicles"].values():
        vehicle.update(available_until="2031-01", pad_days=0.0)
    late = {**data["vehicles"]["small"], "available_until": None, "available_from": "2031-01"}
    late["flights_per_year"] = {"start_per_year": 2.0}
    data["vehicles"]["late"] = {key: value for key, value in late.items() if value is not None}
    data["use"]["vehicles"] = [*data["use"]["vehicles"], "late"]
    instance = Instance.model_validate(data)
    derived = derive(instance, candidate_designs(instance))
    assert share_by_bounds(instance, derived) == pytest.approx(0.8)
    data["target"]["milestones"][1]["gw"] = 0.04
    instance = Instance.model_validate(data)
    assert share_by_bounds(instance, derive(instance, candidate_designs(instance))) == 1.0
