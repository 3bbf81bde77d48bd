"""The checker's ledger of the Moon agrees with amounts worked by hand, and every entry is recomputed."""

from __future__ import annotations

import math

import pytest

from solver.check import check
from tests.solver.check.moon_plan import MIX, moon
from tests.solver.check.plans import RawResult
from tests.solver.check.test_claims import spoiled_entry
from tests.solver.check.test_ledger import amounts, only
from tests.solver.check.test_rules import instance

END = 7


def test_flights_to_depot_and_moon_are_paid_like_any() -> None:
    """Four tankers and two landings in 2031 pay six flights, and the hauler its lander."""
    musd, present = amounts(moon()[1])
    assert musd["launch", "flights", 1] == pytest.approx(60)
    assert musd["launch", "landers", 1] == pytest.approx(15)
    assert present["launch", "flights", 1] == pytest.approx(60 / 1.05**1.5)
    assert ("launch", "landers", 2) not in musd


def test_expended_landers_are_not_worth_anything_nor_worn() -> None:
    """Lives left count vehicles in stock less the flights that wear: an expended lander is only gone."""
    landings = {("hauler", 2): 1, ("shuttle", 3): 2}
    musd, _ = amounts(moon(only(landings=landings, tankers={("lifter", 1): 60}, ordered={("lifter", 0): 1}))[1])
    flown, lost = 63, 0.02 * 63
    stock = 4 + 1 - lost - 0.98
    worn = flown - 1
    lives = stock + 0.02 * worn / 2 - worn / 20
    assert lives < 1 - (8 - 1.5) / 20
    assert musd["launch", "salvage", END] == pytest.approx(-50 * lives)


def test_development_and_operations() -> None:
    """Development is paid when it begins, operations from its end on."""
    musd, present = amounts(moon(only(moon_begun={("moon",): 2}))[1])
    assert present["lunar", "development", 2] == pytest.approx(1000 / 1.05**2.5)
    assert [t for family, item, t in musd if (family, item) == ("lunar", "operations")] == [3, 4, 5, 6, 7]
    assert musd["lunar", "operations", 3] == pytest.approx(30)


def test_seed_keeps_what_has_not_decayed() -> None:
    """Sixty tonnes of seed cost 60 MUSD; at the end six years of decay are gone from sun and mine."""
    musd, present = amounts(moon(only(seeds_t={(1,): 60.0}))[1])
    assert musd["lunar", "seeds", 1] == pytest.approx(60)
    kept = MIX["sun"] * 0.97**6 + MIX["mine"] * 0.95**6 + 1 - MIX["sun"] - MIX["mine"]
    assert musd["lunar", "salvage", END] == pytest.approx(-60 * kept)
    assert present["lunar", "salvage", END] == pytest.approx(-60 * kept / 1.05**8)


def test_seed_not_yet_at_work_keeps_its_price() -> None:
    """A seed landed in the last months has not begun to decay."""
    musd, _ = amounts(moon(only(seeds_t={(7,): 60.0}))[1])
    assert musd["lunar", "salvage", END] == pytest.approx(-60)


def test_imports_lose_their_value_evenly() -> None:
    """Imports are paid in the middle of the period of their step and keep the residual value of their life."""
    musd, present = amounts(moon(only(imported_t={("chips", 2): 3.0, ("chips", 11): 2.0, ("metal", 11): 4.0}))[1])
    assert musd["lunar", "imports", 1] == pytest.approx(6)
    assert musd["lunar", "imports", 5] == pytest.approx(4 + 4 * 0.005)
    assert present["lunar", "imports", 5] == pytest.approx(4.02 / 1.05**5.5)
    # The first import is 6.5 years old and has lived its five; the others have 2.5 of five and of ten behind them.
    assert musd["lunar", "salvage", END] == pytest.approx(-(4 * (1 - 2.5 / 5) + 0.02 * (1 - 2.5 / 10)))


def test_unlocks_are_paid_when_they_begin() -> None:
    """An unlock costs its price once, in its period."""
    musd, _ = amounts(moon(only(unlocked={("chips", "coarse"): 4, ("chips", "fine"): 4}))[1])
    lunar = {key: amount for key, amount in musd.items() if key[0] == "lunar"}
    assert lunar == pytest.approx({("lunar", "unlocks", 4): 500})


def test_drivers_lose_their_value_from_their_first_throw() -> None:
    """A driver of 2035 is ready at six years and has lived two of 4.4; one of 2037 counts in full."""
    musd, _ = amounts(moon(only(mass_drivers={(5,): 2, (7,): 1}))[1])
    assert (musd["lunar", "mass_drivers", 5], musd["lunar", "mass_drivers", 7]) == (40, 20)
    assert musd["lunar", "salvage", END] == pytest.approx(-(40 * (1 - 2 / 4.4) + 20))


def test_thrown_nodes_cost_their_transfer_and_their_running() -> None:
    """Thirty tonnes launched cost 2 USD a kg; living nodes cost 0.05 USD a W and year, without salvage."""
    musd, _ = amounts(moon(only(mass_driver_launched_gw={("sail", "swarm", 5): 0.003}))[1])
    assert musd["lunar", "transfer", 5] == pytest.approx(0.06)
    yearly = 3 * 0.9 * 0.05
    assert musd["nodes", "operations", 5] == pytest.approx(yearly * math.exp(-0.02 * 0.5) / 2)
    assert musd["nodes", "operations", 7] == pytest.approx(yearly * math.exp(-0.02 * 2.5))
    assert {item for family, item, _ in musd if family != "launch"} == {"transfer", "operations"}


def test_salvage_can_be_left_out() -> None:
    """Without salvage no lunar asset has a value at the end."""

    def without(raw: RawResult, _plan: RawResult) -> None:
        raw["money"] = {"salvage": "none"}

    _, plan = moon(without)
    assert all(entry.item != "salvage" for entry in plan.claims.ledger)


def test_the_moon_costs_nothing_where_nothing_is_asked() -> None:
    """Prices of zero leave no entries."""
    musd, _ = amounts(moon(instance("moon.development_musd", 0.0))[1])
    assert not any(item == "development" for _, item, _ in musd)


@pytest.mark.parametrize(
    ("family", "item"),
    [
        ("launch", "flights"),
        ("launch", "landers"),
        ("launch", "salvage"),
        ("lunar", "development"),
        ("lunar", "operations"),
        ("lunar", "seeds"),
        ("lunar", "imports"),
        ("lunar", "unlocks"),
        ("lunar", "mass_drivers"),
        ("lunar", "transfer"),
        ("lunar", "salvage"),
        ("nodes", "operations"),
    ],
)
@pytest.mark.parametrize("figure", ["musd", "present_musd"])
def test_every_entry_of_the_moon_is_recomputed(family: str, item: str, figure: str) -> None:
    """A wrong amount in any item comes back as that entry of the ledger."""
    inst, plan = moon()
    entry = next(e for e in plan.claims.ledger if (e.family, e.item) == (family, item))
    (violation,) = check(inst, spoiled_entry(plan, family, item, **{figure: getattr(entry, figure) + 0.01}))
    assert violation.constraint == "money.ledger"
    assert violation.at[:2] == (family, item)
