"""The checker reports no violation of a feasible plan, and exactly the spoiled constraint of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.check import check, is_feasible
from solver.instance.consistency import cross_check
from solver.plan import Plan
from tests.solver.check.plans import RawResult, Spoil, raw_instance, rich, violated

Edit = Callable[[RawResult], Any]


def decisions(**changes: RawResult) -> Spoil:
    """Overwrite records of the plan; None takes a record away."""

    def spoil(_raw: RawResult, plan: RawResult) -> None:
        for decision, records in changes.items():
            for key, value in records.items():
                plan[decision].pop(key, None)
                if value is not None:
                    plan[decision][key] = value

    return spoil


def two_shells(raw: RawResult, _plan: RawResult) -> None:
    """Split the room of five nodes over two like shells."""
    raw["shells"]["low"] |= {"slots": 2.5, "count": 2}


def a_filing_beside(raw: RawResult, _plan: RawResult) -> None:
    """Put the low shell under a filing as well, with fewer slots for one platform than the plan has nodes of it."""
    raw["shells"]["low"]["regime"] = ["leo", "operator"]
    raw["regimes"]["operator"] = {"kind": "filing", "slots": 5.0, "platforms": ["block"]}


def instance(path: str, value: Any) -> Spoil:
    """Overwrite one key of the instance, named by its path."""

    def spoil(raw: RawResult, _plan: RawResult) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            raw = raw[parent]
        raw[last] = value

    return spoil


SPOILS: list[tuple[str, str, Spoil]] = [
    (
        "nodes.available",
        "node flown a year before it can be built",
        decisions(
            loaded={("rocket", "plain", "low", 1): None, ("rocket", "plain", "low", 0): 1},
            flights={("rocket", "low", 1): None, ("rocket", "low", 0): 1},
            launches={("rocket", "cape", 1): None, ("rocket", "cape", 0): 1},
            retired={("rocket", 1): None, ("rocket", 0): 0.9},
        ),
    ),
    ("nodes.supply", "more accelerators than the world makes", decisions(ground_gw={("texas", 2): 0.2})),
    ("lines.development", "lines without development", decisions(opened={("block",): None})),
    ("lines.development", "lines a year early", decisions(opened={("block",): 1})),
    ("lines.max_lines", "one line too many", decisions(lines={("block", 3): 2, ("block", 4): 1})),
    ("lines.output", "nodes before any line is ready", decisions(lines={("block", 1): None})),
    ("lines.cap", "lines above what anybody could order", decisions(lines={("block", 2): 3})),
    ("lines.growth", "two lines after none", decisions(lines={("block", 2): None, ("block", 3): 2})),
    ("launch.lift", "cargo beyond the payload", decisions(cargo_t={("lifter", "low", 2): 41.0})),
    ("launch.lift", "nodes without a flight", decisions(loaded={("rocket", "plain", "low", 2): 1})),
    ("launch.supplies", "too little upkeep flown", decisions(cargo_t={("lifter", "low", 4): 2.0})),
    ("launch.cadence", "flights above the ceiling", instance("vehicles.lifter.flights_per_year.ceiling_per_year", 1.5)),
    (
        "launch.growth",
        "flights jumped to",
        instance("vehicles.lifter.flights_per_year", {"start_per_year": 0.5, "growth_share_per_year": 3.0}),
    ),
    ("launch.sites", "a launch that is no flight", decisions(launches={("lifter", "cape", 2): 2})),
    ("launch.sites", "a flight from nowhere", decisions(launches={("lifter", "cape", 2): None})),
    ("launch.pads", "pads busy for longer than the year", instance("vehicles.lifter.pad_days", 400.0)),
    ("launch.max_pads", "more pads than the site has room for", decisions(pads={("cape", 2): 3})),
    ("launch.licence", "launches beyond the licence", instance("sites.cape.licence_flights_per_year", 0.9)),
    (
        "launch.available",
        "a flight after the vehicle's last month",
        decisions(flights={("lifter", "low", 5): 1}, launches={("lifter", "kourou", 5): 1}),
    ),
    (
        "launch.available",
        "a flight before the vehicle's first month",
        decisions(flights={("lifter", "low", 0): 1}, launches={("lifter", "cape", 0): 1}),
    ),
    (
        "launch.available",
        "a launch from a site not yet there",
        decisions(flights={("lifter", "low", 1): 1}, launches={("lifter", "kourou", 1): 1}),
    ),
    (
        "launch.available",
        "a launch from a site the vehicle does not use",
        decisions(flights={("ferry", "high", 3): 1}, launches={("ferry", "kourou", 3): 1}),
    ),
    (
        "launch.available",
        "a shell out of reach",
        decisions(flights={("ferry", "low", 3): 1}, launches={("ferry", "cape", 3): 1}),
    ),
    ("launch.available", "cargo out of reach", decisions(cargo_t={("ferry", "low", 3): 1.0})),
    (
        "launch.available",
        "a vehicle that is not in use",
        decisions(flights={("spare", "low", 3): 1}, launches={("spare", "cape", 3): 1}),
    ),
    ("launch.fit", "a node larger than the fairing", instance("platforms.plain.declared.stowed_m3", 150.0)),
    ("fleet.balance", "more vehicles scrapped than there are", decisions(retired={("lifter", 5): 5.0})),
    ("fleet.turnaround", "too few vehicles for the flights", decisions(retired={("lifter", 2): 1.9, ("lifter", 4): 0})),
    ("fleet.wear", "vehicles flown beyond their lives", instance("vehicles.lifter.fleet.reuse_flights", 1.5)),
    ("fleet.wear", "an expendable vehicle that comes back", decisions(retired={("rocket", 1): 0.5})),
    (
        "fleet.cap",
        "orders above what anybody could place",
        decisions(ordered={("lifter", 0): 2, ("lifter", 1): 5}),
    ),
    ("fleet.growth", "orders jumped to", decisions(ordered={("lifter", 3): 3})),
    ("shells.slots", "a full shell", instance("shells.low.slots", 5.0)),
    ("shells.slots", "two full shells", two_shells),
    ("shells.slots", "nodes wider than a slot", instance("shells.low.slot_area_m2", 15_000.0)),
    ("shells.regime", "a full regime", instance("regimes.leo.slots", 8.0)),
    ("shells.regime", "nodes wider than a slot of a regime", instance("regimes.leo.slot_area_m2", 10_000.0)),
    ("shells.regime", "a full filing beside an orbit class", a_filing_beside),
    ("shells.derelicts", "too many dead objects", instance("shells.low.max_derelicts", 0.05)),
    ("shells.regime_object_years", "dead too long by a licence", instance("regimes.leo.max_derelict_years", 0.05)),
    ("shells.object_years", "dead for too long", instance("shells.low.max_derelict_years", 0.05)),
    ("ground.queue", "more grid power than the queue lets through", decisions(ground_gw={("texas", 1): 0.25})),
    ("ground.queue", "grid power before the queue opens", decisions(ground_gw={("texas", 0): 0.01})),
    (
        "ground.supply",
        "more servers than are on sale",
        instance("ground.texas.accelerators_gw", {"start_per_year": 0.01}),
    ),
    (
        "ground.queue",
        "grid power in a region not yet open",
        instance("ground.texas.available_from", "2031-02"),
    ),
    (
        "target.demand",
        "a target out of reach",
        instance("target.milestones", [{"date": "2035-01", "gw": 5.0}]),
    ),
    ("target.demand", "missed although it may not be", instance("target.unmet_penalty_musd", None)),
    (
        "plan.whole",
        "half a flight",
        decisions(flights={("lifter", "low", 4): 1.5}, launches={("lifter", "kourou", 4): 1.5}),
    ),
    ("plan.whole", "a negative count", decisions(pads={("kourou", 5): -1})),
]


def test_good_plan_passes() -> None:
    """A plan that satisfies every constraint has no violation."""
    assert check(*rich()) == []
    assert is_feasible(*rich())


def test_good_plan_passes_after_a_round_trip() -> None:
    """Writing a plan as plain data and reading it back does not change the verdict."""
    inst, plan = rich()
    assert check(inst, Plan.from_json(plan.to_json())) == []


@pytest.mark.parametrize(
    ("constraint", "spoil"), [(w, s) for w, _, s in SPOILS], ids=[f"{w}: {i}" for w, i, _ in SPOILS]
)
def test_spoiled_plan_violates_its_constraint(constraint: str, spoil: Spoil) -> None:
    """Each spoil violates exactly its own constraint."""
    assert violated(*rich(spoil)) == {constraint}


def test_expendable_stores_are_also_a_negative_stock() -> None:
    """More flights of expendable vehicles than there are violate the stock before flights and the one after."""
    spoil = decisions(
        flights={("rocket", "low", 1): 2}, launches={("rocket", "cape", 1): 2}, retired={("rocket", 1): 1.8}
    )
    assert violated(*rich(spoil)) == {"fleet.expendable_stock", "fleet.balance"}


def test_polar_orbits_are_reached_from_polar_sites_alone() -> None:
    """Flights to a shell over the poles need as many launches from sites that reach it; others may leave anywhere."""

    def to_the_poles(raw: RawResult, _plan: RawResult) -> None:
        raw["sites"]["cape"]["polar"] = False
        raw["shells"]["low"]["inclination_deg"] = 97.0

    assert violated(*rich(to_the_poles)) >= {"launch.polar"}
    assert violated(*rich(instance("sites.cape.polar", False))) == set()


def test_slots_are_taken_by_area() -> None:
    """6.8 nodes of 75,000 m2 fit into the 30 slots of their shell by slots of 20,000 m2, and not of 15,000."""
    assert violated(*rich(instance("shells.low.slot_area_m2", 20_000.0))) == set()
    found = check(*rich(instance("shells.low.slot_area_m2", 15_000.0)))
    assert {(v.constraint, v.expected) for v in found} == {("shells.slots", 30.0)}
    assert found[0].actual == pytest.approx(0.9 + 5 * (6.667 + 0.168), abs=0.01)


def test_a_filing_counts_its_platforms_alone() -> None:
    """Of 7.3 blocks and 2.9 plain nodes a filing of plain ones counts the latter; a name alone means one regime."""

    def of_plain(raw: RawResult, plan: RawResult) -> None:
        a_filing_beside(raw, plan)
        raw["shells"]["high"]["regime"] = ["leo", "operator"]
        raw["regimes"]["operator"] |= {"slots": 3.0, "platforms": ["plain"]}

    def too_few(raw: RawResult, plan: RawResult) -> None:
        of_plain(raw, plan)
        raw["regimes"]["operator"]["slots"] = 2.8

    assert violated(*rich(of_plain)) == set()
    assert {(v.constraint, v.at[0]) for v in check(*rich(too_few))} == {("shells.regime", "operator")}
    assert not is_feasible(*rich(too_few))
    assert violated(*rich(instance("shells.low.regime", ["leo"]))) == set()


def test_licence_counts_whole_launches_exactly() -> None:
    """A licence of just under one flight a year allows none, and exactly one allows one."""
    assert violated(*rich(instance("sites.cape.licence_flights_per_year", 1.0))) == set()
    assert violated(*rich(instance("sites.cape.licence_flights_per_year", 0.9999))) == {"launch.licence"}


def test_violation_tells_where_and_how_much() -> None:
    """A violation carries names, period label, both figures and the unit, and prints as one line."""
    inst, plan = rich(decisions(cargo_t={("lifter", "low", 4): 2.0}))
    (violation,) = check(inst, plan)
    assert violation.at == ("low", "2034")
    assert violation.actual == pytest.approx(0.98 * 2.0)
    assert str(violation).startswith("launch.supplies at low, 2034: found 1.96 t, expected at least 6.")


def test_ramps_look_at_twelve_months_of_shorter_periods() -> None:
    """With quarters, a year's cap holds over any four of them, and each alone holds its share, rounded up."""

    def quarters(raw: RawResult, plan: RawResult) -> None:
        raw["horizon"]["periods"] = [{"count": 24, "length": "quarter"}]
        raw["vehicles"]["ferry"]["flights_per_year"] = {"start_per_year": 4.0}
        for records in plan.values():
            records.clear()
        plan["unmet"] = {(t,): 0.3 for t in range(24)}
        for t in (3, 4, 5, 6):
            plan["flights"]["ferry", "high", t] = 1
            plan["launches"]["ferry", "cape", t] = 1

    assert violated(*rich(quarters)) == set()

    def one_more(raw: RawResult, plan: RawResult) -> None:
        quarters(raw, plan)
        plan["flights"]["ferry", "high", 5] = 2
        plan["launches"]["ferry", "cape", 5] = 2

    found = check(*rich(one_more))
    assert {v.constraint for v in found} == {"launch.cadence", "launch.growth", "launch.subannual_rate"}
    assert [v.at[1] for v in found if v.constraint == "launch.cadence"] == ["2031-Q3"]


def test_lags_hold_in_years() -> None:
    """A line that takes fourteen months is not ready a year after its order."""
    assert violated(*rich(instance("platforms.block.production_line.lead_years", 1.2))) == {"lines.output"}


def test_raw_instance_is_consistent() -> None:
    """The instance of these tests is valid."""
    inst, _ = rich()
    assert cross_check(inst) == []
    assert raw_instance()["name"] == inst.name
