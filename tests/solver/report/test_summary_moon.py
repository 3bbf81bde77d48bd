"""Tests of summary, limits, number formats and ``solve --json`` where there is a Moon."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.instance.schema import Instance
from solver.plan import Decisions
from solver.report import number_format
from solver.report.summary import summary_lines
from solver.report.summary_limits import limit_sentences
from solver.tables import MOON_COLUMNS, PlanState, state_of
from solver.tables.active_limits import ActiveLimit, active_limits, limit_usages
from tests.pipeline import tiny_plan
from tests.solver import lunar_samples, samples
from tests.solver.command import ONE_FLIGHT, ended


def _state(data: dict[str, Any], decisions: Decisions) -> PlanState:
    return state_of(Instance.model_validate(data), lunar_samples.plan(data, decisions))


def _printed(decisions: Decisions, **facts: Any) -> dict[str, str]:
    """Lines of the summary of the factory that copies itself, by their heads."""
    run = lunar_samples.run(decisions=decisions)
    lines = summary_lines(_state(run.manifest.resolved, decisions), run.manifest.model_copy(update=facts))
    return {line[2:11].strip(): line[12:] for line in lines if line[2:11].strip()}


def test_the_moon_has_two_lines() -> None:
    """Seed, plant, doubling, drivers, imports and the date are reported, then the place on the scale."""
    output = _printed(lunar_samples.GROWN)
    assert output["moon"] == (
        "seed 100 t in 2030, 25.6 kt of plant by 2039, doubling in 1.00 years; 1 mass driver; imports 0 % of mass; "
        "overtakes Earth in 2041"
    )
    assert output["scale"] == "K 0.27 by IT power in 2041, 1.3e-18 of the Sun; 100 % of 512 MW made on the Moon"
    assert output["power"] == "512 MW by 2042-01"
    assert output["mass"] == (
        "1.15 kt launched (100 t to the Moon, 1.05 kt of propellant), 512 nodes of 100 kg/kW on average, "
        "100 % of them launched from the Moon"
    )
    assert output["launches"].startswith("8 flights, 100 % ship")


def test_the_moon_unused_is_reported() -> None:
    """A proven plan says that the Moon is not worth its price, another only that it is not used; others say nothing."""
    assert _printed(Decisions())["moon"] == "not part of a least-cost plan: nothing is landed"
    assert _printed(Decisions(), status="feasible", gap=0.3)["moon"] == "not used in this plan: nothing is landed"
    assert "scale" not in _printed(Decisions())
    lines = summary_lines(samples.state(), samples.manifest())
    assert not any("moon" in line.lower() for line in lines)


def test_lunar_limits_have_plain_words() -> None:
    """Robots bind while the plant doubles as fast as they can; cargo and drivers bind where not one more fits."""
    run = lunar_samples.run()
    assert run.plan is not None
    lines = [line.strip() for line in summary_lines(state_of(run.instance, run.plan), run.manifest)]
    assert "limits    growth of the lunar plant is active in 2032 to 2039 (moon.doubling_years)" in lines
    assert "number of mass drivers is active in 2040 to 2041 (moon.mass_driver.max_drivers)" in lines
    assert "cargo landed is active in 2030 (moon.landers.*.landed_t)" in lines
    assert "pads, licence, power on the Moon and throughput of mass drivers are slack throughout" in lines


def _lunar(decisions: Decisions, **changes: Any) -> list[ActiveLimit]:
    data = lunar_samples.busy()
    data["moon"] |= changes
    return active_limits(_state(data, decisions))


def test_closure_binds_where_the_rest_must_be_imported() -> None:
    """In 2031 nothing needs chips from the Moon: half may be made there, none is; metal is made beyond its share."""
    found = {(b.constraint, b.place): b for b in _lunar(lunar_samples.BUSY)}
    assert ("lunar.closure", "chips") not in found
    assert found["lunar.closure", "metal"].first_period == "2031"
    at_start = replace(lunar_samples.BUSY, unlocked={})
    assert ("lunar.closure", "chips") in {(b.constraint, b.place) for b in _lunar(at_start)}


def test_throw_power_and_depot_bind() -> None:
    """Two drivers of 2 kt throw 1,600 t; a depot is full at its capacity; power binds when all of it is drawn."""
    all_thrown = replace(lunar_samples.BUSY, mass_driver_launched_gw={("lunar_node", "swarm", 2): 0.016})
    words = {b.constraint for b in _lunar(all_thrown)}
    assert "mass_drivers.throughput" in words
    assert "lunar.power" in words
    assert "mass_drivers.throughput" not in {b.constraint for b in _lunar(lunar_samples.BUSY)}
    data = lunar_samples.busy()
    left = _state(data, lunar_samples.BUSY).lunar
    assert left is not None
    depot = {**data["moon"]["depot"], "capacity_t": left.propellant_t[1]}
    found = [b for b in _lunar(lunar_samples.BUSY, depot=depot) if b.constraint == "landings.depot_capacity"]
    assert found == [ActiveLimit("landings.depot_capacity", "propellant", "2031", "2031", 1)]


def test_imported_chips_take_accelerators_and_landers_take_time() -> None:
    """10 t at 2 kg/kW are the 5 MW of 2031; three landings away cost the fleet the time of one flight more."""
    supply = [b for b in _lunar(lunar_samples.BUSY) if b.constraint == "nodes.supply"]
    assert supply == [ActiveLimit("nodes.supply", "accelerators", "2031", "2031", 1)]
    data = lunar_samples.busy()
    # 2.7 ships at the end of 2030 make 13.5 flights; 14 are flown and 1 is missed.
    used = {(use[0], use[2]): use[3] for use in limit_usages(_state(data, lunar_samples.BUSY))}
    assert used["fleet.turnaround", 0] == pytest.approx(15)


def test_commodities_limited_at_the_same_time_share_a_sentence() -> None:
    """Two commodities that are short in the same periods are reported together."""
    data = lunar_samples.busy()
    decisions = replace(lunar_samples.BUSY, unlocked={}, mass_driver_launched_gw={})
    lines = summary_lines(_state(data, decisions), lunar_samples.run().manifest)
    assert any("share made on the Moon of metal and chips is active in 2031 (moon" in line for line in lines)


def test_large_masses_and_powers_have_units() -> None:
    """Gigatonnes and petawatts have their own units."""
    assert [number_format.mass(x) for x in (80.0, 3.1e6, 2.5e9)] == ["80.0 t", "3.10 Mt", "2.50 Gt"]
    assert [number_format.power(x) for x in (1e6, 2.5e7)] == ["1.00 PW", "25.0 PW"]


@pytest.mark.slow
def test_json_has_the_scale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``solve --json`` tells the place on the scale where the Moon may be used, and the tables are written with it."""
    file = tmp_path / "moon.yaml"
    file.write_text(lunar_samples.REPLICATION, encoding="utf-8")
    assert ended("solve", str(file), "--out", str(tmp_path / "run"), "--json") == 0
    output = json.loads(capsys.readouterr().out)["kardashev"]
    assert (output["moon_used"], output["first_seed"], output["mass_drivers"]) == (True, "2030", 1)
    assert output["moon_exceeds_earth"] in ("2040", "2041")  # both plans cost 80 MUSD
    assert output["kardashev_index"] == pytest.approx(0.270927, abs=1e-6)
    written = {path.stem for path in (tmp_path / "run" / "tables").iterdir()}
    assert written >= set(MOON_COLUMNS)
    assert ended("solve", ONE_FLIGHT, "--out", str(tmp_path / "one"), "--json") == 0
    assert "kardashev" not in json.loads(capsys.readouterr().out)
    assert not set(MOON_COLUMNS) & {path.stem for path in (tmp_path / "one" / "tables").iterdir()}


def test_summary_names_the_keys_of_light_and_reserve() -> None:
    """Where the ground and the ore bind, the sentence ends with the key of the file that relaxes it."""
    found = " ".join(limit_sentences(state_of(*tiny_plan("moon_light"))))
    assert "(moon.lit_area)" in found
    assert "(moon.commodities.metal.reserve_kt)" in found
