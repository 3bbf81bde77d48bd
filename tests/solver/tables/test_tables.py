"""Tests of ``solver.tables``."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.design import vintages
from solver.plan import Decisions
from solver.tables import COLUMNS, figures_of, state_of, table_texts, tables, write_tables
from tests.solver import samples


def _where(frame: Any, **keys: str) -> Any:
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def _rate_instance(kind: str, key: str, **changes: Any) -> Any:
    milestones = [{"date": "2030-07", key: 0.01}, {"date": "2032-01", key: 0.03}]
    target = {"kind": kind, "interpolation": "linear", "milestones": milestones}
    return samples.instance(target=target, **changes)


def test_columns_are_fixed_also_without_rows() -> None:
    """Every table is there with its columns, whether or not the plan does anything."""
    for plan in (samples.plan(), samples.plan(Decisions(), ())):
        frames = tables(samples.state(plan))
        assert list(frames) == list(COLUMNS)
        for name, frame in frames.items():
            assert tuple(frame.columns[: len(COLUMNS[name])]) == COLUMNS[name]
    assert list(frames["designs"].columns[-1:]) == ["node_kg"]


def test_money_adds_up_to_the_objective() -> None:
    """The present values of the money table, and of its sums by family, are the objective."""
    plan = samples.plan()
    frames = tables(samples.state(plan))
    assert frames["money"]["present_musd"].sum() == pytest.approx(plan.claims.objective, abs=1e-6)
    assert frames["money_by_family"]["present_musd"].sum() == pytest.approx(plan.claims.objective, abs=1e-6)
    assert frames["money"]["musd"].sum() == pytest.approx(1580.0)


def test_power_is_the_sum_over_vintages() -> None:
    """Delivered power is that of every vintage at its age, counted after launch losses and transfers."""
    frames = tables(samples.state())
    low = samples.design("low")
    expected = 8 * vintages.power_gw(low, 1.375, 0) + 18 * vintages.power_gw(low, 0.5, 0)
    expected += 4 * vintages.power_gw(samples.design("high"), 0.5, 0.5)
    row = _where(frames["power"], period="2031")
    assert row["delivered"] == pytest.approx(expected)
    assert row["orbit_gw"] == pytest.approx(expected)
    assert frames["nodes"].query("period == '2031'")["it_power_gw"].sum() == pytest.approx(expected)
    assert (row["end"], row["unit"], row["ground_gw"]) == ("2032-01", "GW", 0.0)


def test_target_steps_at_its_milestones() -> None:
    """A step is due from the period that ends at its milestone, and nothing before the first."""
    power = tables(samples.state())["power"]
    assert power["target"].tolist() == [0, 0, 0, 0.007, 0.007, 0.05, 0.05]


@pytest.mark.parametrize(
    ("between", "value"), [("linear", 0.007 + 0.043 / 2), ("geometric", (0.007 * 0.05) ** 0.5), ("step", 0.007)]
)
def test_target_between_milestones(between: str, value: float) -> None:
    """Halfway between two milestones the path has the arithmetic mean, the geometric mean, or the first value."""
    target = {**samples.DATA["target"], "interpolation": between}
    power = tables(samples.state(target=target))["power"]
    assert power["target"].tolist()[4] == pytest.approx(value, abs=1e-15)


def test_target_of_other_objectives() -> None:
    """Most power has a multiple of the path; the earliest date has the last milestone from the first period on."""
    most = samples.instance(objective={"kind": "most_power", "budget_musd": 1e4})
    assert state_of(most, samples.plan(factor=2.0)).target[5] == pytest.approx(0.1)
    soon = samples.instance(objective={"kind": "earliest_date"})
    assert state_of(soon, samples.plan(first_period=4)).target == (0, 0, 0, 0, 0.05, 0.05, 0.05)
    assert figures_of(state_of(soon, samples.plan(first_period=4))).milestone == 4


def test_power_added_is_a_rate_per_year() -> None:
    """Power added counts new nodes that arrive and are not dead on arrival, per year of the period."""
    state = state_of(_rate_instance("power_added", "gw_per_year"), samples.plan())
    assert state.delivered[2] == pytest.approx(8 * 1e-3 * 0.96 / 0.25)
    assert state.delivered[4] == pytest.approx((4 + 18) * 1e-3 * 0.96)
    assert state.target[2] == pytest.approx(0.01 + 0.02 * 0.125 / 1.5)
    assert state.target[1] == 0


def test_mass_to_orbit_counts_what_arrives() -> None:
    """Nodes and cargo count by mass, less what launch losses take, in kt a year."""
    plan = samples.plan(replace(samples.DECISIONS, unmet={(5,): 0.002}))
    state = state_of(_rate_instance("mass_to_orbit", "kt_per_year"), plan)
    assert state.delivered[5] == pytest.approx(0.9 * (360 + 12.5) / 1000)
    assert state.delivered[2] == pytest.approx(0.080 / 0.25)
    power = tables(state)["power"]
    assert _where(power, period="2032")["unmet"] == pytest.approx(0.002)


def test_ground_comes_on_and_goes_off() -> None:
    """A grid offer is power from its building time on to the end of the facility's life, and counts where asked."""
    ground = {
        "texas": {
            "queue_gw": {"start_per_year": 0.04},
            "build_years": 0.5,
            "facility_life_years": 1.5,
            "facility_usd_per_w": 10.0,
            "it_usd_per_w": 20.0,
            "pue": 1.2,
            "power_usd_per_kwh": 0.05,
        }
    }
    use = {**samples.DATA["use"], "ground": ["texas"]}
    target = {**samples.DATA["target"], "where": "anywhere"}
    plan = samples.plan(replace(samples.DECISIONS, ground_gw={("texas", 0): 0.01}))
    frames = tables(samples.state(plan, ground=ground, use=use, target=target))
    on = frames["ground"].set_index("period")["alive_gw"]
    # Taken in the middle of the first quarter, 0.125; on from 0.625 to 2.125 years.
    assert on.tolist() == [0, 0, 0.01, 0.01, 0.01, 0, 0]
    assert _where(frames["ground"], period="2030-Q1")["offered_gw"] == pytest.approx(0.01)
    row = _where(frames["power"], period="2031")
    assert row["delivered"] == pytest.approx(row["orbit_gw"] + 0.01)


def test_fleet_is_a_stock() -> None:
    """Orders arrive after their lead time; losses and retirements leave."""
    fleet = tables(samples.state())["fleet"].set_index("period")
    assert fleet["arrived"].tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert fleet["stock"].tolist() == pytest.approx([1, 1, 1, 1, 1.8, 1.4, 1.15])
    assert fleet.loc["2031", "flown"] == 2


def test_pads_and_lines_are_there_after_their_lead_times() -> None:
    """What is ordered counts from its arrival on, and the shares in use follow."""
    frames = tables(samples.state())
    assert frames["pads"]["pads"].tolist() == [1, 1, 1, 1, 1, 2, 2]
    assert _where(frames["pads"], period="2030-Q3")["busy_share"] == pytest.approx(40 / 365.25 * 4)
    assert frames["production_lines"]["ready"].tolist() == [0, 0, 2, 2, 2, 2, 2]
    row = _where(frames["production_lines"], period="2030-Q3")
    assert (row["made_gw"], row["capacity_gw"]) == (pytest.approx(0.008), pytest.approx(0.01))


def test_flights_carry_nodes_and_cargo() -> None:
    """The mass of a row is that of its nodes and cargo; launches are the same flights by site."""
    frames = tables(samples.state())
    row = _where(frames["flights"], period="2032")
    assert (row["flights"], row["nodes"], row["payload_used_t"]) == (4, 36, pytest.approx(372.5))
    assert (row["start"], row["end"]) == ("2032-01", "2033-01")
    assert frames["launches"]["flights"].sum() == frames["flights"]["flights"].sum() == 14


def test_shells_without_a_limit_have_no_share() -> None:
    """The share of slots in use is empty where there is no limit."""
    shells = tables(samples.state())["shells"]
    assert _where(shells, period="2033", shell="high")[["slots", "used_share"]].isna().all()
    low = _where(shells, period="2033", shell="low")
    assert low["used_share"] == pytest.approx((low["alive"] + low["derelict"]) / 100)


def test_summary_figures() -> None:
    """Cost per watt is present cost minus salvage over the power at the last milestone."""
    figures = figures_of(samples.state())
    assert figures.milestone == 5
    assert figures.usd_per_w == pytest.approx(samples.plan().claims.objective / (figures.power_gw * 1000))
    assert figures.kg_per_kw == pytest.approx(10.0)
    assert (figures.nodes, figures.flights) == (68, 14)
    assert figures.mass_t == pytest.approx(692.5)
    summary = tables(samples.state())["summary"]
    assert _where(summary, key="cost_per_it_power")["value"] == pytest.approx(figures.usd_per_w)


def test_designs_have_their_parts() -> None:
    """Mass by part adds up, and a part the fixed columns do not know gets its own."""
    node = samples.design("low", mass_kg={"bus": 4000.0, "sail": 1000.0})
    plan = samples.plan(designs=(node, samples.design("high")))
    row = _where(tables(samples.state(plan))["designs"], shell="low")
    assert (row["bus_kg"], row["sail_kg"], row["node_kg"], row["mass_t"]) == (4000, 1000, 0, 5)
    assert (row["kg_per_kw"], row["usd_per_w"], row["array_m2"]) == (5, 20, 4000)


def test_files_repeat_and_round_to_ten_digits(tmp_path: Path) -> None:
    """The same plan gives the same bytes, with line feeds and ten significant digits."""
    plan = samples.plan(replace(samples.DECISIONS, cargo_t={("heavy", "low", 2): 1 / 3}))
    texts = table_texts(samples.state(plan))
    first, second = write_tables(texts, tmp_path / "a"), write_tables(texts, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    text = (tmp_path / "a" / "flights.csv").read_bytes()
    assert b"\r" not in text
    assert text.splitlines()[1] == b"2030-Q3,2030-07,2030-10,heavy,low,4,80.33333333,8"
    shells = (tmp_path / "a" / "shells.csv").read_text().splitlines()
    assert shells[2] == "2030-Q1,high,0,0,0,,,0"


@pytest.mark.slow
def test_files_hold_the_frames() -> None:
    """The text of a table is that of its frame."""
    state = samples.state()
    written = {
        name: frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")
        for name, frame in tables(state).items()
    }
    assert table_texts(state) == written


@pytest.mark.slow
def test_importing_loads_no_heavy_library() -> None:
    """The modules of tables and reports import pandas, rich and altair only on use, and Pyomo and HiGHS never."""
    code = (
        "import sys, solver.tables, solver.report.summary, solver.run.directory, solver.compare, solver.report.plot\n"
        "print([m for m in ('pandas', 'rich', 'altair', 'vl_convert', 'pyomo', 'highspy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
