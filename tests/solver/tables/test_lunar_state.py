"""Tests of ``solver.tables.lunar_state``."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from solver.check import check
from solver.check.context import Context
from solver.check.designs import rebuild_designs
from solver.check.landings import landed_t, propellant
from solver.check.replay import Plant
from solver.instance.schema import Instance
from solver.plan import Decisions
from solver.tables.lunar_state import LunarReplay, lunar_replay, refill_t
from tests.solver import lunar_samples, samples
from tests.solver.check.moon_plan import moon


def _replay(data: dict[str, object], decisions: Decisions) -> LunarReplay:
    found = lunar_replay(Instance.model_validate(data), lunar_samples.plan(data, decisions))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def grown() -> LunarReplay:
    """The factory that copies itself."""
    return _replay(lunar_samples.replication(), lunar_samples.GROWN)


@pytest.fixture(scope="module")
def busy() -> LunarReplay:
    """The richer Moon."""
    return _replay(lunar_samples.busy(), lunar_samples.BUSY)


def test_the_sample_is_a_good_plan() -> None:
    """The plan written by hand passes the checker, so the other tests use a feasible plan."""
    data = lunar_samples.replication()
    assert check(Instance.model_validate(data), lunar_samples.plan(data, lunar_samples.GROWN)) == []


def test_without_the_moon_there_is_nothing_to_replay() -> None:
    """An instance that may not use the Moon has no replay."""
    assert lunar_replay(samples.instance(), samples.plan()) is None


def test_capital_doubles_every_year(grown: LunarReplay) -> None:
    """A seed of 100 t lands in 2030 and works from 2031: 200 t in 2032, 25.6 kt in 2039 and ever after."""
    assert [grown.capital["factory", u] for u in (0, 1, 2, 3, 9, 11)] == pytest.approx([0, 100, 200, 400, 25600, 25600])
    assert grown.seeded_t == {1: 100.0}
    assert grown.capital["panels", 10] == 0
    assert grown.plant_t(11) == pytest.approx(25600.005)


def test_stores_keep_what_is_not_used(grown: LunarReplay) -> None:
    """All is built in until 2038; then two years of product wait for the launch, which leaves 76,800 - 51,201.005 t."""
    left = [grown.stored_t["matter", u] for u in (8, 9, 10, 11)]
    assert left == pytest.approx([0, 25600, 51198.995, 25598.995])
    assert grown.built_t["matter", 10] == pytest.approx(1.005)


def test_depot_and_drivers(grown: LunarReplay) -> None:
    """Seven tankers bring 1,050 t, a landing takes 220 (e^(6100 / 3677.5) - 1); a driver works a year later."""
    refill = 220 * (math.exp(6100 / (9.80665 * 375)) - 1)
    assert refill == pytest.approx(935.59, abs=0.01)
    assert grown.propellant_t[0] == grown.propellant_t[11] == pytest.approx(1050 - refill)
    assert grown.landed_t == {0: 100.0}
    assert [grown.operating_drivers[t] for t in (9, 10, 11)] == [0, 0, 1]
    assert [grown.existing_drivers(t) for t in (9, 10, 11)] == [0, 1, 1]
    assert grown.launch_capacity_t(11) == pytest.approx(1e7)
    assert grown.launched_t == {11: pytest.approx(51200)}


def test_energy_of_the_throw(grown: LunarReplay) -> None:
    """51.2 kt at 2,400 m/s are 147 TJ, 40.96 GWh; 5 kg of panels with 1 GW a t give 43.83 GWh a year."""
    assert grown.launch_gwh(11) == pytest.approx(40.96)
    assert grown.generation_capacity_gwh(11) == pytest.approx(43.83)
    assert grown.production_gwh(11) == 0


def test_steps_lags_and_decay(busy: LunarReplay) -> None:
    """In half-year steps the seed works from 2031 on, plant built then from the next step on, mines lose a tenth."""
    assert busy.period == (0, 0, 1, 1, 2, 2)
    assert [busy.capital["mine", u] for u in (1, 2, 3, 4)] == pytest.approx([0, 20, 18, 16.2])
    assert [busy.capital["smelter", u] for u in (2, 3, 5)] == pytest.approx([40, 48, 48])
    assert [busy.capital["sun", u] for u in (3, 4)] == pytest.approx([40, 42])


def test_materials_by_commodity(busy: LunarReplay) -> None:
    """Ore is fed to the smelter, 1.5 t for each t; half of the drivers of a year falls on each half."""
    assert (busy.made_t("ore", 2), busy.fed_t["ore", 2], busy.stored_t["ore", 2]) == pytest.approx((30, 30, 0))
    # Metal of 2031: 20 made each half; 6 and 1.5 go into plant, 5 and 5 into drivers.
    assert busy.built_t["metal", 2] == pytest.approx(6 + 5)
    assert busy.stored_t["metal", 3] == pytest.approx(40 - 11 - 6.5)
    assert busy.stored_t["chips", 3] == pytest.approx(10 - 2 - 0.5)
    # 4 MW launched are 400 t, of which 80 % metal: more than there is, and a stock is never negative.
    assert busy.built_t["metal", 4] == pytest.approx(160)
    assert busy.stored_t["metal", 5] == 0
    assert busy.excavated_t(2) == pytest.approx(30)
    assert busy.net_production_t("ore", 2) == pytest.approx(0)


def test_energy_by_day_and_night(busy: LunarReplay) -> None:
    """Night takes its energy over 0.8 from the day; panels give 6 kW a t for half of half of a half-year."""
    mine, smelter = 0.1 * (20 + 10 / 0.8), 5 * (15 + 5 / 0.8)
    assert busy.production_gwh(2) == pytest.approx((mine + smelter) * 1e-3)
    assert busy.generation_capacity_gwh(2) == pytest.approx(40 * 6 * 0.5 * 0.5 * 0.5 * 8766 * 1e-6)
    assert busy.launch_gwh(4) == pytest.approx(200e3 * 2400**2 / 2 / 0.5 / 3.6e12)
    assert busy.launch_capacity_t(2) == pytest.approx(2 * 2000 * 0.8 * 0.5)


def test_landings_with_losses_and_boil_off(busy: LunarReplay) -> None:
    """0.9 of ships and 0.8 of one-way landers arrive; a depot loses a tenth a year; shuttles come home."""
    assert busy.landed_t[0] == pytest.approx(0.9 * 0.8 * 100 + 0.9 * 50 * 2)
    shuttle = busy.moon.landers["shuttle"]
    back = 20 * (math.exp(2800 / 3677.49375) - 1)
    assert refill_t(shuttle) == pytest.approx((70 + back) * (math.exp(3000 / 3677.49375) - 1) + back)
    first = 10 * 150 * 0.9 * 0.95 - refill_t(busy.moon.landers["one_way"]) - 2 * refill_t(shuttle)
    assert busy.propellant_t[0] == pytest.approx(first)
    assert busy.propellant_t[1] == pytest.approx(0.9 * first + 2 * 150 * 0.9 * 0.95)


def test_unlocks_raise_the_local_share(busy: LunarReplay) -> None:
    """Half of the chips may be made on the Moon a year after the development of the unlock begins."""
    assert [busy.local_share("chips", t) for t in (0, 1, 2)] == [0, 0.5, 0.5]
    assert busy.local_share("metal", 2) == 0.8


def test_drivers_wear_out() -> None:
    """A driver ordered in 2031 with a year of life works in 2032 only if that year is not over."""
    data = lunar_samples.busy()
    data["moon"]["mass_driver"] |= {"life_years": 0.5, "lag_years": 0.5}
    worn = _replay(data, replace(lunar_samples.BUSY, mass_drivers={(0,): 1, (1,): 2}))
    assert [worn.operating_drivers[t] for t in (0, 1, 2)] == [0, 0, 0]
    data["moon"]["mass_driver"]["life_years"] = 1.0
    assert [_replay(data, worn.decisions).operating_drivers[t] for t in (0, 1, 2)] == [0, 1, 2]


def test_reports_agree_with_the_checker() -> None:
    """Capital, stores, depot and cargo come out as the checker's own replay has them."""
    instance, plan = moon()
    designs, _ = rebuild_designs(instance, plan)
    own, context = lunar_replay(instance, plan), Context.of(instance, plan, designs, 0.0)
    judged = Plant.of(context)
    assert own is not None
    assert judged is not None
    assert own.capital == pytest.approx(dict(judged.capital))
    for j in own.moon.commodities:
        assert [own.stored_t[j, u] for u in own.steps.steps] == pytest.approx([turn.left for turn in judged.store(j)])
    depot = propellant(context, own.moon)
    assert list(own.propellant_t.values()) == pytest.approx([turn.left for turn in depot])
    assert own.landed_t == pytest.approx(landed_t(context, own.moon))
    assert own.launched_t == pytest.approx(dict(judged.launched_t))
