"""The checker reports no violation of a feasible plan for the Moon, and exactly the spoiled constraint else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.plan import Plan
from tests.solver.check.moon_plan import moon, raw_moon
from tests.solver.check.plans import RawResult, Spoil, violated
from tests.solver.check.test_rules import decisions, instance


def both(*spoils: Spoil) -> Spoil:
    """Several spoils, one after the other."""

    def spoil(raw: RawResult, plan: RawResult) -> None:
        for each in spoils:
            each(raw, plan)

    return spoil


def launches(t: int, count: float, vehicle: str = "lifter") -> RawResult:
    """The launches of a period, to go with its flights."""
    return {(vehicle, "cape", t): count}


LATE_DRIVER = decisions(
    mass_drivers={(7,): 1},
    made_t={("yard", 14): 36.0, ("yard", 15): 36.0},
    night_t={("yard", 14): 10.0, ("yard", 15): 10.0},
)
"""A second driver ordered in the last period, and the assembly that it needs."""

SPOILS: list[tuple[str, str, Spoil]] = [
    ("nodes.available", "nodes thrown before they can be made", instance("platforms.sail.available_from", "2036-01")),
    (
        "nodes.available",
        "nodes made on Earth thrown from the Moon",
        decisions(mass_driver_launched_gw={("plain", "swarm", 5): 0.001}),
    ),
    (
        "nodes.available",
        "nodes made on the Moon flown from Earth",
        decisions(
            loaded={("lifter", "sail", "swarm", 4): 1},
            flights={("lifter", "swarm", 4): 1},
            launches=launches(4, 3),
        ),
    ),
    (
        "nodes.supply",
        "more imported accelerators than the world makes",
        instance("supply.accelerators_gw.start_per_year", 0.0032),
    ),
    (
        "launch.available",
        "landings after the vehicle's last month",
        instance("vehicles.lifter.available_until", "2036-01"),
    ),
    (
        "launch.available",
        "a tanker flight of a vehicle that is not in use",
        both(
            instance("moon.depot.tankers.spare", 10.0),
            decisions(tankers={("spare", 4): 1}, launches=launches(4, 1, "spare")),
        ),
    ),
    ("launch.sites", "a tanker from nowhere", decisions(launches=launches(2, 1))),
    (
        "launch.cadence",
        "landings beyond the cadence",
        instance("vehicles.lifter.flights_per_year.ceiling_per_year", 5.5),
    ),
    ("launch.pads", "pads too busy for tankers and landers", instance("vehicles.lifter.pad_days", 130.0)),
    ("launch.licence", "tankers and landers beyond the licence", instance("sites.cape.licence_flights_per_year", 5.0)),
    ("fleet.turnaround", "landers away for too long", instance("moon.landers.shuttle.away_days", 1000.0)),
    ("fleet.wear", "vehicles worn out by tanker flights", instance("vehicles.lifter.fleet.reuse_flights", 1.5)),
    (
        "landings.available",
        "propellant flown before the Moon is open",
        decisions(tankers={("lifter", 0): 1, ("lifter", 1): 3}, launches={**launches(0, 1), **launches(1, 5)}),
    ),
    ("landings.available", "landings before the Moon is open", instance("moon.available_from", "2031-02")),
    (
        "landings.available",
        "a tanker flight of a vehicle that is no tanker",
        decisions(tankers={("rocket", 2): 1}, launches=launches(2, 1, "rocket")),
    ),
    ("landings.depot_balance", "propellant boiled off", instance("moon.depot.boil_off_share_per_year", 0.5)),
    ("landings.depot_balance", "propellant lost in transfer", instance("moon.depot.transfer_loss_share", 0.4)),
    ("landings.depot_capacity", "a depot too small", instance("moon.depot.capacity_t", 140.0)),
    (
        "landings.depot_balance",
        "a landing without propellant",
        decisions(tankers={("lifter", 1): 2}, launches=launches(1, 4)),
    ),
    ("landings.imports", "more brought than landed", decisions(imported_t={("chips", 6): 15.0})),
    ("landings.imports", "landers lost with the seed", instance("moon.landers.hauler.loss_share", 0.3)),
    ("landings.seed", "a seed too small to live", instance("moon.seed.min_t", 61.0)),
    ("landings.seed", "a seed too large", instance("moon.seed.max_t", 59.0)),
    ("landings.development", "a seed landed before it is developed", decisions(moon_begun={("moon",): 1})),
    ("landings.development", "a seed landed without development", decisions(moon_begun={("moon",): None})),
    (
        "lunar.output",
        "plant that makes less by day",
        instance("moon.activities.smelter.productivity_t_per_t_year", 4.0),
    ),
    ("lunar.output", "plant out of order", instance("moon.activities.yard.availability_share", 0.6)),
    ("lunar.made_at_night", "more made at night than plant can", decisions(night_t={("mine", 4): 28.0})),
    ("lunar.made_at_night", "more made at night than at all", decisions(made_t={("fab", 10): 0.2})),
    ("lunar.made_at_night", "work at night where there is none", instance("moon.illumination_share", 1.0)),
    ("lunar.power", "too little power", instance("moon.activities.sun.power_kw_per_t", 4.0)),
    ("lunar.power", "power lost on the way through the night", instance("moon.activities.cells.efficiency_share", 0.2)),
    ("lunar.power", "power for a faster driver", instance("moon.mass_driver.speed_m_per_s", 8000.0)),
    ("lunar.storage", "too little stored for the night", instance("moon.activities.cells.power_kw_per_t", 2.0)),
    ("lunar.balance", "material that was not made", decisions(made_t={("mine", 4): 29.0})),
    (
        "lunar.balance",
        "material not imported in time",
        decisions(imported_t={("chips", u): None for u in (2, 3, 4, 5)}),
    ),
    ("lunar.balance", "a node that takes more", instance("moon.bills.node.metal", 2.0)),
    ("lunar.balance", "a driver that takes more", instance("moon.mass_driver.bill.chips", 1.0)),
    ("lunar.balance", "plant that takes more", instance("moon.activities.sun.bill.metal", 9.0)),
    (
        "lunar.closure",
        "made on the Moon before the unlock is developed",
        decisions(unlocked={("chips", "coarse"): 5}),
    ),
    ("lunar.closure", "more made on the Moon than the first unlock allows", decisions(made_t={("fab", 10): 0.9})),
    ("lunar.unlock", "an unlock before its day", decisions(unlocked={("chips", "coarse"): 2})),
    (
        "lunar.unlock",
        "unlocks out of order",
        both(
            instance(
                "moon.commodities.chips.unlocks",
                [
                    {"name": "coarse", "local_share": 0.25, "available_from": "2033-01", "cost_musd": 200.0},
                    {"name": "fine", "local_share": 0.5, "available_from": "2033-01", "cost_musd": 300.0},
                ],
            ),
            decisions(unlocked={("chips", "fine"): 3}),
        ),
    ),
    (
        "lunar.unlock",
        "an unlock without the one before",
        both(instance("moon.commodities.chips.local_share", 0.3), decisions(unlocked={("chips", "coarse"): None})),
    ),
    ("lunar.assembly", "nodes without assembly", decisions(made_t={("yard", 10): 14.0})),
    ("lunar.assembly", "plant without assembly", decisions(made_t={("yard", 4): 7.0})),
    ("lunar.assembly", "a driver without assembly", decisions(made_t={("yard", 6): 19.0})),
    ("lunar.growth", "plant that doubles too fast", instance("moon.doubling_years", 50.0)),
    (
        "mass_drivers.throughput",
        "more thrown than a driver throws",
        instance("moon.mass_driver.throughput_kt_per_year", 0.07),
    ),
    ("mass_drivers.throughput", "a driver that is not ready", instance("moon.mass_driver.lag_years", 2.2)),
    ("mass_drivers.throughput", "a driver out of life", instance("moon.mass_driver.life_years", 3.5)),
    ("mass_drivers.throughput", "thrown without a driver", decisions(mass_drivers={(3,): None})),
    ("mass_drivers.max_drivers", "a driver without room", instance("moon.mass_driver.max_drivers", 0)),
    ("mass_drivers.max_drivers", "a second driver beside the first", LATE_DRIVER),
    ("shells.slots", "a full shell", instance("shells.swarm.slots", 8.0)),
    ("target.demand", "nodes still on their way", instance("shells.swarm.from_moon.transfer_years", 1.6)),
    ("target.demand", "nodes lost on their way", instance("shells.swarm.from_moon.loss_share", 0.3)),
    ("plan.whole", "half a landing", decisions(landings={("shuttle", 6): 0.5}, launches=launches(6, 1.5))),
    (
        "plan.whole",
        "half a driver",
        both(instance("moon.mass_driver.throughput_kt_per_year", 1.0), decisions(mass_drivers={(3,): 0.5})),
    ),
]


def test_good_plan_for_the_moon_passes() -> None:
    """A plan that satisfies every lunar constraint has no violation, also after a round trip through plain data."""
    inst, plan = moon()
    assert cross_check(inst) == []
    assert check(inst, plan) == []
    assert check(inst, Plan.from_json(plan.to_json())) == []


@pytest.mark.parametrize(
    ("constraint", "spoil"), [(w, s) for w, _, s in SPOILS], ids=[f"{w}: {i}" for w, i, _ in SPOILS]
)
def test_spoiled_plan_violates_its_constraint(constraint: str, spoil: Spoil) -> None:
    """Each spoil violates exactly its own constraint."""
    assert violated(*moon(spoil)) == {constraint}


def test_half_a_driver_can_be_reported_from_a_whole_one() -> None:
    """The plan with a wide driver passes, so that only the fraction is a violation."""
    assert violated(*moon(instance("moon.mass_driver.throughput_kt_per_year", 1.0))) == set()


def test_power_at_night_is_stored_by_day_with_its_loss() -> None:
    """At night 25.8 MWh are used in step 4, by day 87.2 MWh and the energy that fills the stores at 80 percent."""
    (power,) = (v for v in check(*moon(instance("moon.activities.sun.power_kw_per_t", 3.0))) if v.at == ("2032 1/2",))
    hours = 0.5 * 0.5 * 0.9 * 8766
    by_day = (22 * 0.1 + 15 * 5 + 20 * 0.5) * 1e-3
    by_night = (8 * 0.1 + 5 * 5) * 1e-3
    assert power.constraint == "lunar.power"
    assert power.actual == pytest.approx(by_day + by_night / 0.8)
    assert power.expected == pytest.approx(15 * 3 * hours * 1e-6)
    (storage,) = (
        v for v in check(*moon(instance("moon.activities.cells.power_kw_per_t", 2.0))) if v.at == ("2032 1/2",)
    )
    assert storage.actual == pytest.approx(by_night)
    assert storage.expected == pytest.approx(6 * 2 * hours * 1e-6)


def test_throwing_takes_power() -> None:
    """Fifteen tonnes a step at 8 km/s and half efficiency take 250 MWh more than at 2 km/s."""

    def used(speed_m_per_s: float) -> float:
        spoil = both(
            instance("moon.mass_driver.speed_m_per_s", speed_m_per_s),
            instance("moon.activities.sun.power_kw_per_t", 1.0),
        )
        return next(v.actual for v in check(*moon(spoil)) if v.constraint == "lunar.power" and v.at == ("2035 1/2",))

    more = 8000**2 - 2000**2
    assert used(8000.0) - used(2000.0) == pytest.approx(15_000 * more / 2 / 0.5 / 3.6e6 / 1e6)


def test_storage_of_little_efficiency_gives_too_little_back() -> None:
    """Night work from stores that give a hundredth back takes more power than there is."""
    assert violated(*moon(instance("moon.activities.cells.efficiency_share", 0.01))) == {"lunar.power"}


def test_closure_widens_with_every_unlock() -> None:
    """The first unlock lets a quarter of 3 t be made on the Moon, the second half of them, from its period on."""
    ample = both(
        instance("moon.activities.fab.productivity_t_per_t_year", 5.0),
        instance("moon.activities.fab.energy_kwh_per_kg", 0.0),
    )

    def made(u: int, mass_t: float) -> set[str]:
        return violated(*moon(both(ample, decisions(made_t={("fab", u): mass_t}))))

    assert (made(11, 0.75), made(11, 0.76)) == (set(), {"lunar.closure"})
    assert (made(12, 1.5), made(12, 1.51)) == (set(), {"lunar.closure"})


def test_a_commodity_of_full_closure_may_be_piled_up() -> None:
    """Metal is made beyond its need in feasible plans; with a share below one the same is too much."""
    spoil = instance("moon.commodities.metal.local_share", 0.9)
    assert violated(*moon(spoil)) == {"lunar.closure"}


def test_growth_is_bound_by_doubling() -> None:
    """From 60 t the plant may grow to 67.6 t in half a year if it doubles within 2.9 years, not within 3."""
    assert violated(*moon(instance("moon.doubling_years", 2.8))) == set()
    (first, *_) = check(*moon(instance("moon.doubling_years", 3.0)))
    assert (first.constraint, first.at) == ("lunar.growth", ("2032 2/2",))
    kept = 15 * 0.97**0.5 + 6 * 0.95**0.5 + 39
    assert first.actual == pytest.approx(kept + 8)
    assert first.expected == pytest.approx(60 * 2 ** (0.5 / 3.0))


def test_a_dead_driver_leaves_its_room() -> None:
    """A driver that has lived its 3.2 years by 2037 leaves a slot for another, but launches no more."""
    worn = both(LATE_DRIVER, instance("moon.mass_driver.life_years", 3.2))
    (violation,) = check(*moon(worn))
    assert (violation.constraint, violation.at, violation.expected) == ("mass_drivers.throughput", ("2037",), 0.0)


def test_no_driver_section_throws_and_builds_nothing() -> None:
    """Without mass drivers in the instance neither nodes are launched nor drivers built."""

    def spoil(raw: RawResult, _plan: RawResult) -> None:
        raw["moon"]["mass_driver"] = None

    assert violated(*moon(spoil)) == {"mass_drivers.throughput", "mass_drivers.max_drivers"}


UNKNOWN: list[tuple[str, Any, Any]] = [
    ("tankers", ("lifted", 2), 1),
    ("tankers", ("lifter", 8), 1),
    ("landings", ("lifter", 2), 1),
    ("moon_begun", ("mars",), 1),
    ("moon_begun", ("moon",), 8),
    ("moon_begun", ("moon",), 0.5),
    ("seeds_t", (8,), 60.0),
    ("seeds_t", (1,), -60.0),
    ("imported_t", ("chip", 4), 1.0),
    ("imported_t", ("chips", 16), 1.0),
    ("imported_t", ("chips", -1), 1.0),
    ("imported_t", ("chips", 4), -1.0),
    ("invested_t", ("moon", 4), 1.0),
    ("invested_t", ("sun", 4.5), 1.0),
    ("invested_t", ("sun", 4), float("nan")),
    ("made_t", ("sun", 4), 1.0),
    ("made_t", ("mine", 4), -1.0),
    ("night_t", ("cells", 4), 1.0),
    ("unlocked", ("chips", "finer"), 6),
    ("unlocked", ("metal", "fine"), 6),
    ("unlocked", ("chips", "fine"), 8),
    ("mass_drivers", (8,), 1),
    ("mass_driver_launched_gw", ("sail", "low", 5), 0.001),
    ("mass_driver_launched_gw", ("sails", "swarm", 5), 0.001),
    ("mass_driver_launched_gw", ("sail", "swarm", 5), -0.001),
]


def with_record(plan: Plan, decision: str, key: Any, value: Any) -> Plan:
    """The plan with one more record, or another value in it."""
    records = {**getattr(plan.decisions, decision), key: value}
    return replace(plan, decisions=replace(plan.decisions, **{decision: records}))


@pytest.mark.parametrize(("decision", "key", "value"), UNKNOWN, ids=lambda part: str(part))
def test_unknown_names_steps_and_amounts(decision: str, key: Any, value: Any) -> None:
    """A record of the Moon with an unknown name, period or step, or a bad amount gives plan.unknown alone."""
    inst, plan = moon()
    (violation,) = check(inst, with_record(plan, decision, key, value))
    assert violation.constraint == "plan.unknown"
    assert violation.at[0] == decision


@pytest.mark.parametrize("decision", ["tankers", "landings", "mass_drivers"])
def test_counts_of_the_moon_are_whole(decision: str) -> None:
    """Flights and drivers are whole numbers of 0 or more."""
    inst, plan = moon()
    key = next(iter(getattr(plan.decisions, decision)))
    for wrong in (1.5, -1, float("nan")):
        assert "plan.whole" in violated(inst, with_record(plan, decision, key, wrong))


def test_without_the_moon_its_decisions_are_unknown() -> None:
    """An instance that does not use the Moon knows none of its decisions, and no node made there."""
    raw = raw_moon()
    raw["use"]["moon"] = False
    without, (_, plan) = Instance.model_validate(raw), moon()
    found = check(without, plan)
    assert {v.constraint for v in found} == {"plan.unknown"}
    named = {v.at[0] for v in found}
    assert named >= {"tankers", "landings", "moon_begun", "seeds_t", "imported_t", "invested_t", "made_t", "night_t"}
    assert named >= {"unlocked", "mass_drivers", "mass_driver_launched_gw", "sail"}
