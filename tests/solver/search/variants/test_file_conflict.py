"""Keys that must be relaxed together come as a minimal list, with numbers that are enough together."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.search.variants.conflict import Conflict
from solver.search.variants.file_conflict import FileConflict
from solver.search.variants.file_relaxations import relaxations
from solver.search.variants.instance_reach import parts_of, reach
from solver.search.variants.relaxation import joined, narrowed
from tests.properties.metamorphic import optimum
from tests.properties.orbit_instances import orbit_instance
from tests.solver.small import DATA, with_changes

LIMITS = Limits(seconds=60)
VAN: dict[str, Any] = DATA["vehicles"]["van"]
SECOND: dict[str, Any] = {
    "vehicles.truck": {**VAN, "payload_t": {"near": 20.0, "far": 1.0}},
    "shells.far": DATA["shells"]["near"],
    "use": {"vehicles": ["van", "truck"], "shells": ["near", "far"], "platforms": ["cube"]},
}
TWO_SLIPS: dict[str, Any] = {
    **SECOND,
    "vehicles.van.payload_t.near": 1.0,
    "vehicles.truck.payload_t.near": 0.9,
    "platforms.cube.available_from": "2030-06",
}


def instance_with(changes: dict[str, Any]) -> Instance:
    """The small instance with a second vehicle and shell, and changes."""
    return Instance.model_validate(with_changes(DATA, changes))


def conflict_of(instance: Instance) -> Conflict:
    """The conflict by keys of the file."""
    derived = derive(instance, candidate_designs(instance))
    search = FileConflict(instance, LIMITS, threading.Event(), lambda _text: None, lp_infeasible=True)
    return search.conflicting_keys(derived)


@pytest.mark.slow
def test_two_mistakes_need_just_their_keys_at_numbers_that_are_enough_together() -> None:
    """A node of 10 t on a vehicle of 1 t, and a platform a period late: the second shell and vehicle are not named."""
    instance = instance_with(TWO_SLIPS)
    found = conflict_of(instance)
    assert found.minimal
    assert not found.any_of
    assert {reason.key: reason.needs for reason in found.constraints} == {
        "platforms.cube.available_from": "2030-01",
        "vehicles.van.payload_t.near": 10.0,
    }
    mended = instance_with({**TWO_SLIPS, **{reason.key: reason.needs for reason in found.constraints}})
    assert reach(mended, LIMITS, threading.Event()).enough
    assert all("enough at" in reason.text and "perhaps" not in reason.text for reason in found.constraints)


def test_a_part_keeps_what_the_plan_uses_most() -> None:
    """The van flies to the near shell alone: the part has no other names, and a plan of its own."""
    instance = instance_with(SECOND)
    found = reach(instance, LIMITS, threading.Event())
    part, *_ = parts_of(instance, found.used)
    assert (part.use.vehicles, part.use.shells) == (["van"], ["near"])
    assert reach(part, LIMITS, threading.Event()).enough
    assert list(parts_of(part, found.used)) == []


def test_a_relaxation_is_narrowed_to_a_part_and_goes_as_far() -> None:
    """Of the cadence of two vehicles that of the one in use is left, with the limit of both."""
    instance = instance_with({**SECOND, "vehicles.van.pad_days": 2.0, "vehicles.truck.pad_days": 3.0})
    both = joined([r for r in relaxations(instance, ()) if r.path.endswith("pad_days")])
    part = next(parts_of(instance, {"vehicles": {"truck": 1.0}, "shells": {}, "platforms": {}}))
    one = narrowed(both, part)
    assert (one.path, one.place, one.loosest) == ("vehicles.truck.pad_days", "truck", both.loosest)
    assert narrowed(both, instance) == both


def test_all_numbers_move_a_share_of_the_way_in_equal_factors() -> None:
    """Half of the way from 1 to 10,000 is 100, and from 2 days to next to none 0.002; of a lag it is the half."""
    (rate,) = [r for r in relaxations(instance_with({"vehicles.van.flights_per_year": {"start_per_year": 1.0}}), ())
               if r.path.endswith("flights_per_year")]  # fmt: skip
    assert [rate.on_the_way(share) for share in (0.0, 0.5, 1.0)] == [1.0, 100.0, 1e4]
    (days,) = [r for r in relaxations(instance_with({"vehicles.van.pad_days": 2.0}), ()) if r.path.endswith("pad_days")]
    assert days.on_the_way(0.5) == 0.002
    assert days.on_the_way(1.0) < 1e-5
    (lag,) = [r for r in relaxations(instance_with({"shells.near.transfer_years": 1.5}), ())
              if r.path.endswith("transfer_years")]  # fmt: skip
    assert lag.on_the_way(0.5) == 0.75


def test_kinds_that_a_part_of_the_file_narrows_are_reported() -> None:
    """A site too late with too few pads, among sites that the part in work leaves out, is named with both."""
    found = optimum(orbit_instance(31))
    assert found.status is Status.INFEASIBLE
    assert ("launch.available", "cape") in {(reason.constraint, reason.place) for reason in found.reasons}
    assert found.conflict.minimal
