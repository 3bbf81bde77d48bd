"""Simulation of the checker agrees with the Moon worked by hand: capital, stocks, propellant, fleets."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from solver.check.context import Context
from solver.check.designs import rebuild_designs
from solver.check.fleet import fleet_history
from solver.check.landings import landed_t, propellant, refill_t
from solver.check.replay import Plant, no_shortage, stock_balances
from tests.solver.check.moon_plan import MIX, moon, raw_moon, raw_moon_decisions
from tests.solver.check.plans import RawResult, Spoil
from tests.solver.check.test_rules import decisions, instance

G = 9.80665


def context(spoil: Spoil | None = None) -> Context:
    """Context of the checker."""
    inst, plan = moon(spoil)
    return Context.of(inst, plan, rebuild_designs(inst, plan)[0], 1e-6)


def replay(spoil: Spoil | None = None) -> Plant:
    """The plant as the checker sees it."""
    plant = Plant.of(context(spoil))
    assert plant is not None
    return plant


def test_steps_are_as_long_as_the_shortest_lag() -> None:
    """With lags of half a year every year has two steps, and labels distinguish them."""
    plant = replay()
    assert plant.steps.cuts == (2,) * 8
    assert [plant.steps.label(u) for u in (0, 3)] == ["2030 1/2", "2031 2/2"]


def simulated_capital() -> dict[str, list[float]]:
    """The capital of every activity by step: a loop over half-years, with its own idea of time."""
    plan, activities = raw_moon_decisions(), raw_moon()["moon"]["activities"]
    capital: dict[str, list[float]] = {}
    for i, activity in activities.items():
        lag_steps = math.ceil(activity["lag_years"] / 0.5)
        stock, history = 0.0, []
        for u in range(16):
            stock *= (1 - activity.get("decay_share_per_year", 0.0)) ** 0.5
            # The seed of 2031 lands in its middle and works half a year later: from 2032 on.
            stock += 60 * MIX[i] if u == 4 else 0.0
            stock += plan["invested_t"].get((i, u - lag_steps), 0.0)
            history.append(stock)
        capital[i] = history
    return capital


def test_capital_by_simulation() -> None:
    """Seed, decay and investment of a lag ago make the capital of every step."""
    plant = replay(decisions(invested_t={("fab", 5): 2.0}))
    expected = simulated_capital()
    # Built in the middle of a step and 0.7 years on its way, a fab works from the second step after on.
    expected["fab"] = [mass_t + (2.0 if u >= 7 else 0.0) for u, mass_t in enumerate(expected["fab"])]
    for i, history in expected.items():
        assert [plant.capital[i, u] for u in range(16)] == pytest.approx(history)


def test_stores_by_simulation() -> None:
    """Every stock is inflow less use for product, plant, driver and nodes."""
    plan, plant = raw_moon_decisions(), replay()
    stores: dict[str, float] = defaultdict(float)
    for u in range(16):
        made = {i: plan["made_t"].get((i, u), 0.0) for i in MIX}
        built = sum(plan["invested_t"].get((i, u), 0.0) for i in MIX)
        driver, nodes = 20.0 * (u in (6, 7)), 15.0 * (u >= 10)
        stores["ore"] += made["mine"] - 1.5 * made["smelter"]
        stores["metal"] += made["smelter"] - 0.2 * made["fab"] - 0.95 * built - 0.9 * driver - 0.8 * nodes
        imported = plan["imported_t"].get(("chips", u), 0.0)
        stores["chips"] += made["fab"] + imported - 0.05 * built - 0.1 * driver - 0.2 * nodes
        for j, left in stores.items():
            assert plant.store(j)[u].left == pytest.approx(left, abs=1e-9)


def test_lags_stretch_where_nothing_works_at_night() -> None:
    """Without storage and in half the light, half a year at work takes a year of the calendar, 0.7 years 1.4."""

    def dark(raw: RawResult, plan: RawResult) -> None:
        del raw["moon"]["activities"]["cells"]
        del raw["moon"]["seed"]["mix"]["cells"]
        for decision in ("imported_t", "invested_t", "made_t", "night_t"):
            plan[decision] = {}
        plan["invested_t"] = {("smelter", 2): 1.0, ("fab", 2): 1.0}

    plant = replay(dark)
    assert plant.steps.cuts == (1,) * 8
    assert not plant.works_at_night
    assert [plant.capital["smelter", u] for u in range(1, 5)] == pytest.approx([0, 15, 16, 16])
    assert [plant.capital["fab", u] for u in range(1, 5)] == pytest.approx([0, 6, 6, 7])


def test_a_seed_too_late_for_the_horizon_never_works() -> None:
    """A seed that comes to work after the end leaves no capital."""
    plant = replay(instance("moon.seed.lag_years", 9.0))
    assert sum(plant.capital[i, 15] for i in MIX) == pytest.approx(4 * 8, abs=2.0)
    assert plant.seeded_t == {}


def test_landers_are_refilled_for_the_way_down_and_home() -> None:
    """An expended lander takes propellant for its dry mass and cargo; a returning one also that of its return."""
    landers = replay().moon.landers
    ratio, home = math.exp(4200 / (G * 380)), 12 * (math.exp(2800 / (G * 380)) - 1)
    assert refill_t(landers["hauler"]) == pytest.approx(60 * (ratio - 1))
    assert refill_t(landers["shuttle"]) == pytest.approx((42 + home) * (ratio - 1) + home)


def test_propellant_boils_off_between_periods() -> None:
    """The depot keeps 0.95 a year, gains deliveries of tankers after losses, loses that of landers."""
    x = context()
    assert x.moon is not None
    hauler, shuttle = (refill_t(x.moon.landers[d]) for d in ("hauler", "shuttle"))
    tanker, left = 0.98 * 0.98 * 100, 0.0
    for turn, flights, landers in zip(
        propellant(x, x.moon), (0, 4, 1, 2, 1, 1, 1, 0), (0, 2, 1, 1, 1, 1, 1, 0), strict=True
    ):
        left = 0.95 * left + tanker * flights - (hauler + shuttle if landers == 2 else landers * shuttle)
        assert turn.left == pytest.approx(left)


def test_cargo_landed_is_what_neither_flight_nor_landing_loses() -> None:
    """A flight in fifty is lost, and one of twenty haulers after it."""
    x = context()
    assert x.moon is not None
    landed = landed_t(x, x.moon)
    assert landed[1] == pytest.approx(0.98 * (0.95 * 50 + 30))
    assert landed[6] == pytest.approx(0.98 * 30)


def test_expended_landers_leave_the_fleet_and_do_not_wear_it() -> None:
    """Of six flights in 2031 one stays on the Moon: the fleet loses that vehicle, and five flights wear."""
    x = context()
    fleet = x.instance.vehicles["lifter"].fleet
    assert fleet is not None
    year = fleet_history(x, "lifter", fleet)[1]
    assert (year.flown, year.worn_so_far) == (6, 5)
    assert year.stock == pytest.approx(4 - 6 * 0.02 - 0.98)
    # One shuttle is away for 146.1 days, two turnarounds; the hauler does not come back.
    assert year.away == pytest.approx(2.0)


def test_returned_landers_stay_in_the_fleet() -> None:
    """The same hauler with a way home stays in the fleet and wears it like any flight."""

    def returning(raw: RawResult, _plan: RawResult) -> None:
        raw["moon"]["landers"]["hauler"].update(return_delta_v_m_per_s=2000.0, away_days=73.05)

    x = context(returning)
    fleet = x.instance.vehicles["lifter"].fleet
    assert fleet is not None
    year = fleet_history(x, "lifter", fleet)[1]
    assert year.worn_so_far == 6
    assert year.away == pytest.approx(3.0)
    assert year.stock == pytest.approx(4 - 6 * 0.02)


def test_expendable_vehicles_land_like_they_fly() -> None:
    """A lander on an expendable vehicle is one flight of it and no more."""

    def expendable(raw: RawResult, plan: RawResult) -> None:
        raw["vehicles"]["lifter"]["fleet"].update(reuse_flights=1.0, initial=20)
        plan["retired"] = {("lifter", 1): 0.98 * 6}

    x = context(expendable)
    fleet = x.instance.vehicles["lifter"].fleet
    assert fleet is not None
    year = fleet_history(x, "lifter", fleet)[1]
    assert year.stock == pytest.approx(20 - 6)


def leak(each: float, drawn: float) -> list[str]:
    """Label of the shortage of a stock over twelve periods that each draw a little more than they bring."""
    history = stock_balances((str(u), 1.0, drawn - each, drawn) for u in range(12))
    return [violation.at[1] for violation in no_shortage(context(), "lunar.balance", "ore", history)]


def test_dust_is_forgiven_and_a_leak_is_not() -> None:
    """Shortages of rounding pass; one too large is named by its step; many small ones are found in their sum."""
    assert leak(1e-9, 0.3) == []
    assert leak(2e-6, 0.3) == [str(u) for u in range(12)]
    assert leak(9e-7, 0.3) == ["total"]
    assert leak(9e-7, 30.0) == []


def test_dust_does_not_add_up_against_a_later_draw() -> None:
    """A stock short by rounding begins the next period empty, not negative; a surplus is kept."""
    history = stock_balances([("a", 1.0, 1.0, 1.0 + 1e-9), ("b", 1.0, 1.0, 0.4), ("c", 0.5, 0.0, 0.3)])
    assert [turn.left for turn in history] == pytest.approx([0.0, 0.6, 0.0])
    assert history[0].shortage == pytest.approx(1e-9)


def test_thrown_nodes_deliver_after_their_own_way() -> None:
    """Three nodes a year, a tenth of them lost, give power 0.6 years after their launch, not after the shell's 3."""
    _, plan = moon()
    alive = 3 * 0.9 * 1e-3
    ages = [math.exp(-0.02 * age) * 0.95**age for age in (1.5, 2.5)]
    # The age of half a year at the end of the first period is still on the way.
    assert plan.claims.delivered == pytest.approx([0, 0, 0, 0, 0, 0, alive * ages[0], alive * (ages[0] + ages[1])])


def target(kind: str, key: str) -> Spoil:
    """Another kind of target, easily met."""

    def spoil(raw: RawResult, _plan: RawResult) -> None:
        raw["target"] = {"kind": kind, "milestones": [{"date": "2035-01", key: 1e-6}]}

    return spoil


def test_thrown_nodes_count_for_every_target() -> None:
    """Mass and power arrive in the period of the launch, lost nodes left out."""
    mass = moon(target("mass_to_orbit", "kt_per_year"))[1].claims.delivered
    assert mass[4:] == pytest.approx([0, 0.027, 0.027, 0.027])
    power = moon(target("power_added", "gw_per_year"))[1].claims.delivered
    assert power[4:] == pytest.approx([0, 0.0027, 0.0027, 0.0027])
