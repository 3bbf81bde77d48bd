"""Tests of ``solver.report.summary`` and the limits it names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.instance.read import read
from solver.io.terminal import wrapped
from solver.plan import Decisions
from solver.report import number_format
from solver.report.summary import cost_shares, summary_lines
from solver.report.summary_limits import NOUNS, limit_sentences
from solver.tables.active_limits import ActiveLimit, active_limits
from tests.solver import samples

DATA = Path(__file__).parents[2] / "data"


def _found(constraint: str, decisions: Decisions, **changes: Any) -> list[ActiveLimit]:
    return [b for b in active_limits(samples.state(samples.plan(decisions), **changes)) if b.constraint == constraint]


def _sites(**changes: Any) -> dict[str, Any]:
    return {"cape": {**samples.DATA["sites"]["cape"], **changes}}


def _vehicle(name: str, **changes: Any) -> dict[str, Any]:
    vehicles = samples.DATA["vehicles"]
    return {**vehicles, name: {**vehicles[name], **changes}}


def _flights(*counts: int) -> Decisions:
    """Flights of the bought vehicle to the low shell, by period."""
    made = {t: n for t, n in enumerate(counts) if n}
    return Decisions(
        flights={("heavy", "low", t): n for t, n in made.items()},
        launches={("heavy", "cape", t): n for t, n in made.items()},
    )


def test_cadence_binds_while_its_window_is_full() -> None:
    """Eight flights a year are the limit: it binds in every period whose twelve months hold eight."""
    assert _found("launch.cadence", _flights(4, 4, 0, 0, 3, 8, 0)) == [
        ActiveLimit("launch.cadence", "heavy", "2030-Q2", "2030-Q4", 3),
        ActiveLimit("launch.cadence", "heavy", "2032", "2032", 1),
    ]


def test_growth_binds_apart_from_the_cap() -> None:
    """A rate that was never practised is held by growth although the cap would allow more."""
    ramp = {"start_per_year": 4.0, "growth_share_per_year": 1.0}
    decisions, changed = _flights(0, 0, 0, 0, 4, 8, 12), _vehicle("heavy", flights_per_year=ramp)
    # From 2031 on: 4 + 2 x 0, then 4 + 2 x 4 = 12 > 8, then 4 + 2 x 8 = 20 > 12; the cap is 8 in 2031 and 16 in 2032.
    assert _found("launch.growth", decisions, vehicles=changed) == [
        ActiveLimit("launch.growth", "heavy", "2031", "2031", 1)
    ]
    assert _found("launch.cadence", decisions, vehicles=changed) == []


def test_pads_bind_when_not_one_more_flight_fits() -> None:
    """A pad of 91.3 days a quarter holds nine flights of ten days: nine bind, eight do not."""
    ramp = _vehicle("heavy", flights_per_year=None)
    assert _found("launch.pads", _flights(8, 9), vehicles=ramp) == [
        ActiveLimit("launch.pads", "cape", "2030-Q2", "2030-Q2", 1)
    ]


def test_licence_counts_twelve_months() -> None:
    """The licence is for a year: quarters add up."""
    decisions = _flights(2, 2, 0, 0, 2)
    found = _found("launch.licence", decisions, sites=_sites(licence_flights_per_year=4.0))
    assert found == [ActiveLimit("launch.licence", "cape", "2030-Q2", "2030-Q4", 3)]


def test_turnaround_binds_when_the_fleet_flies_all_it_can() -> None:
    """One ship with five flights a year: five flights bind, four do not; without a loss the stock is one."""
    safe = _vehicle("ship", loss_share=0.0)
    for flights, expected in ((5, 1), (4, 0)):
        decisions = Decisions(flights={("ship", "low", 4): flights}, launches={("ship", "cape", 4): flights})
        assert len(_found("fleet.turnaround", decisions, vehicles=safe)) == expected


def test_expendable_stock_binds_when_all_are_flown() -> None:
    """An expendable vehicle is limited by those at hand before the flight."""
    fleet = {"build_musd": 1.0, "lead_years": 0.0, "turnaround_days": 30.0, "reuse_flights": 1.0, "initial": 2}
    once = _vehicle("ship", loss_share=0.0, fleet=fleet)
    flown = {("ship", "low", 4): 2}
    decisions = Decisions(flights=flown, launches={("ship", "cape", 4): 2}, retired={("ship", 4): 2.0})
    assert _found("fleet.expendable_stock", decisions, vehicles=once) == [
        ActiveLimit("fleet.expendable_stock", "ship", "2031", "2031", 1)
    ]


def test_slots_bind_when_no_node_more_fits() -> None:
    """A shell for 57.9 nodes is full with 57.05 of them, one for 58.1 is not; a regime sums its shells."""
    for slots, expected in ((57.9, 1), (58.1, 0)):
        low = {**samples.DATA["shells"]["low"], "slots": slots}
        found = _found("shells.slots", samples.DECISIONS, shells={**samples.DATA["shells"], "low": low})
        assert len(found) == expected
    low = {**samples.DATA["shells"]["low"], "regime": "all_low"}
    found = _found(
        "shells.regime",
        samples.DECISIONS,
        shells={**samples.DATA["shells"], "low": low},
        regimes={"all_low": {"slots": 61.0}},
    )
    assert found == [ActiveLimit("shells.regime", "all_low", "2032", "2033", 2)]


def test_a_full_regime_is_named_by_its_kind() -> None:
    """A filing, an orbit class and an assumption are limits apart: a plan names the one that is full."""
    low = {**samples.DATA["shells"]["low"], "regime": ["all_low", "operator", "guess"]}
    regimes = {
        "all_low": {"slots": 500.0, "kind": "orbit_class"},
        "operator": {"slots": 58.0, "kind": "filing", "platforms": ["mark1"]},
        "guess": {"slots": 58.0, "kind": "assumption"},
    }
    state = samples.state(samples.plan(), shells={**samples.DATA["shells"], "low": low}, regimes=regimes)
    text = "\n".join(limit_sentences(state))
    assert "filing slots of operator are active in" in text
    assert "(regimes.operator.slots)" in text
    assert "assumed slots of guess are active in" in text
    assert re.search(r"orbit class slots.* slack throughout", text)


def test_slots_by_area_bind_where_no_node_more_fits() -> None:
    """A node of 4,900 m2 takes two slots of 2,450: 57.05 of them fill 115.8 slots, and leave room in 116.2."""
    low = {**samples.DATA["shells"]["low"], "slot_area_m2": 2450.0}
    for slots, expected in ((115.8, 1), (116.2, 0)):
        shells = {**samples.DATA["shells"], "low": {**low, "slots": slots}}
        assert len(_found("shells.slots", samples.DECISIONS, shells=shells)) == expected


def test_output_binds_within_one_node() -> None:
    """A line that makes 10 MW a quarter is full with 10 nodes of 1 MW, not with 8."""
    assert _found("lines.output", samples.DECISIONS) == []
    fuller = replace(samples.DECISIONS, loaded={("heavy", "mark1", "low", 2): 10})
    assert _found("lines.output", fuller) == [ActiveLimit("lines.output", "mark1", "2030-Q3", "2030-Q3", 1)]


def test_supply_and_queue_bind_within_half_a_per_cent() -> None:
    """Amounts bind when less than 0.5 % is left."""
    ground = {
        "texas": {
            "queue_gw": {"start_per_year": 0.04},
            "build_years": 0.0,
            "facility_usd_per_w": 1.0,
            "it_usd_per_w": 1.0,
            "pue": 1.2,
            "power_usd_per_kwh": 0.05,
        }
    }
    use = {**samples.DATA["use"], "ground": ["texas"]}
    target = {**samples.DATA["target"], "where": "anywhere"}
    changes = {"ground": ground, "use": use, "target": target}
    for taken, expected in ((0.00996, 1), (0.0099, 0)):
        decisions = Decisions(ground_gw={("texas", 0): taken})
        assert len(_found("ground.queue", decisions, **changes)) == expected
        supply = {"accelerators_gw": {"start_per_year": 0.04}}
        assert len(_found("nodes.supply", decisions, supply=supply, **changes)) == expected


def test_unused_limits_do_not_bind() -> None:
    """A plan that does nothing is held back by nothing, even where a limit is nought."""
    assert active_limits(samples.state(samples.plan(Decisions(), ()), sites=_sites(pads=0))) == []


def test_lines_of_a_solve() -> None:
    """The lines name the cost with its bound, the check, power, flights, mass, cost split and limits."""
    lines = summary_lines(samples.state(), samples.manifest())
    assert lines[0] == (
        "Gap 1.0 %: net present cost 1.52 GUSD, lower bound 1.51 GUSD (bound verified); all in orbit. "
        "Checked: no violations."
    )
    assert lines[1].startswith("  power     7.45 MW by 2031-01, 54.9 MW by 2033-01; ")
    assert lines.pop(2).startswith("  where     all in orbit by 2033-01: low ")
    assert lines[2] == "  launches  14 flights, 57 % Heavy lifter, 43 % ship; busiest period 2030-Q3 (4)"
    assert lines[3] == "  mass      692 t launched, 68 nodes of 10.0 kg/kW on average"
    assert lines[4].startswith("  delivered 74 % of what is installed is used at the end: arrived 92 %, alive 90 %")
    assert lines.pop(5) == "  derelicts 6.37 object-years of dead nodes in orbit, 92 % of them in low"
    assert " net of salvage; gross present cost 1.75 GUSD: nodes 72 %, launch 24 %, production lines 4.0 %" in lines[5]
    assert lines[5].endswith("; salvage 230 MUSD; undiscounted spending 1.86 GUSD")
    assert lines[6] == (
        "  limits    vehicle production of ship is active in 2030-Q2 to 2031 (vehicles.ship.fleet.production_per_year)"
    )
    assert lines[-1].endswith("are slack throughout")
    assert "pads" in lines[-1]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"gap": 0.0}, "Optimal: net present cost 1.52 GUSD"),
        ({"bound_musd": None, "bound": None, "gap": None}, "No bound: net present cost 1.52 GUSD; "),
        ({"status": "feasible", "gap": 0.2}, "Gap 20 % (target gap not reached): net present cost 1.52 GUSD, "),
        ({"status": "interrupted", "gap": 0.2}, "Gap 20 % (interrupted before the target gap): net present cost"),
        ({"violations": [samples.violation()]}, "CHECK FAILED: 1 violation."),
        ({"checked": False}, "Not checked."),
    ],
)
def test_verdict_is_not_better_than_the_proof(facts: dict[str, Any], words: str) -> None:
    """The first line says no more than bound and check allow."""
    assert words in summary_lines(samples.state(), samples.manifest(**facts))[0]


def test_orbit_stands_against_ground_in_the_headline() -> None:
    """The headline says the shares of the power, and a line where it is."""
    ground = {
        "texas": {
            "queue_gw": {"start_per_year": 1.0}, "facility_usd_per_w": 1.0, "it_usd_per_w": 1.0, "pue": 1.1,
            "power_usd_per_kwh": 0.05,
        }
    }  # fmt: skip
    use, target = {**samples.DATA["use"], "ground": ["texas"]}, {**samples.DATA["target"], "where": "anywhere"}
    plan = samples.plan(replace(samples.DECISIONS, ground_gw={("texas", 0): 0.01}))
    lines = summary_lines(samples.state(plan, ground=ground, use=use, target=target), samples.manifest())
    assert "; 85 % in orbit, 15 % on the ground. Checked" in lines[0]
    assert "texas 15 %" in lines[2]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_answer_is_wrapped_by_words_at_any_width(width: int) -> None:
    """No line is wider than the terminal, no word is lost, and a number stays beside its unit."""
    lines = summary_lines(samples.state(), samples.manifest())
    rows = [row for line in lines for row in wrapped(line, width).splitlines()]
    assert [row for row in rows if len(row) > width and " " in row.strip()] == []
    assert " ".join(rows).split() == " ".join(lines).split()
    assert not any(row.strip().startswith(("%", "GUSD")) for row in rows)


def test_doubts_come_last() -> None:
    """An interrupted run, a bound that is not derived again, thinned designs and warnings are said at the end."""
    facts = {"status": "interrupted", "bound_kind": "solver", "designs": 2, "designs_sized": 9, "warnings": ["small"]}
    lines = summary_lines(samples.state(), samples.manifest(**facts))
    assert [line[12:].split()[0] for line in lines[-4:]] == ["the", "the", "the", "small"]
    assert lines[-4].startswith("  doubts    the run was interrupted")


def test_every_limit_names_a_key_of_the_file() -> None:
    """The path of each limit exists in an instance that uses everything."""
    data = read(DATA / "uses_everything.yaml").instance.model_dump(by_alias=True)
    data["network"] = read(DATA / "uses_network.yaml").instance.model_dump(by_alias=True)["network"]
    for constraint, (_, _, key) in NOUNS.items():
        found: list[Any] = [data]
        for name in key.replace(".{}.terminals", ".sized.terminals").split("."):
            values = [value for value in found if isinstance(value, dict)]
            found = [v for d in values for v in (d.values() if name in ("{}", "*") else [d[name]] if name in d else [])]
        assert found, (constraint, key)


def test_verdicts_of_the_other_questions() -> None:
    """Most power tells a factor, the earliest date a period."""
    most = samples.state(samples.plan(factor=1.34), objective={"kind": "most_power", "budget_musd": 1e4})
    line = summary_lines(most, samples.manifest(bound=1.36, gap=0.015))[0]
    assert line.startswith("Gap 1.5 %: 1.34 times the target, upper bound 1.36")
    soon = samples.state(samples.plan(first_period=4), objective={"kind": "earliest_date"})
    line = summary_lines(soon, samples.manifest(bound=2.2, gap=0.45))[0]
    assert line.startswith("Gap 45 %: target met from 2031 on, lower bound 2030-Q4")


def test_infeasible_tells_its_reasons() -> None:
    """Without a plan the reasons are reported, each on its line, and the part of the target in reach below them."""
    pads = {
        "constraint": "launch.max_pads",
        "place": "cape",
        "periods": ["2031"],
        "unit": "pads",
        "key": "sites.cape.max_pads",
        "allows": 8.0,
        "needs": 1204.0,
        "note": "",
        "text": "launch.max_pads at cape, 2031: allows 8, needs 1,204 pads (sites.cape.max_pads)",
    }
    head = "Infeasible: no plan satisfies all constraints. Conflicting constraints"
    lines = [f"  conflict  {pads['text']}"]
    assert summary_lines(None, samples.manifest(status="infeasible", conflict=[pads])) == [f"{head}:", *lines]
    either = samples.manifest(status="infeasible", conflict=[pads], any_of=True)
    assert summary_lines(None, either) == [f"{head}; to relax any one of them is enough:", *lines]
    thinned = summary_lines(None, samples.manifest(status="infeasible", conflict=[pads], designs=2, designs_sized=9))
    assert thinned[-1].startswith("  doubts    that holds for the 2 candidate designs kept of 9 sized")
    both = samples.manifest(status="infeasible", conflict=[pads, pads])
    assert summary_lines(None, both)[0] == f"{head}, to be relaxed together:"
    cut_off = samples.manifest(status="infeasible", conflict=[pads, pads], minimal=False)
    (first, *_) = summary_lines(None, cut_off)
    assert first == f"{head}, to be relaxed together; some of them perhaps need not be, as time ran out:"
    assert summary_lines(None, samples.manifest(status="no_plan")) == ["No plan found."]


@pytest.mark.parametrize(
    ("reachable", "said"), [(0.25, ["at most 25 %"]), (0.99999, ["at most all but 0.001 %"]), (0.0, [])]
)
def test_reach_is_never_all_of_the_target(reachable: float, said: list[str]) -> None:
    """The part in reach is a share below all of the target, and is left out where it is nothing."""
    short = [{"period": "2031", "expected": 1.0, "reachable": reachable}]
    lines = summary_lines(None, samples.manifest(status="infeasible", shortfall=short))[1:]
    assert lines == [f"  reachable {part} of the target path under all constraints" for part in said]


def test_a_thousandth_of_the_target_in_reach_hints_at_its_unit() -> None:
    """A target in MW where GW are meant is a thousand times too large."""
    short = [{"period": "2031", "expected": 1.0, "reachable": 0.001}]
    (_, line) = summary_lines(None, samples.manifest(status="infeasible", shortfall=short))
    assert line.endswith("under all constraints; is target.milestones in the right unit?")


def test_missed_target_is_reported() -> None:
    """A target that is missed for a price does not go unsaid."""
    plan = samples.plan(replace(samples.DECISIONS, unmet={(5,): 0.01, (6,): 0.0}))
    assert "target missed in 1 of 7 periods" in summary_lines(samples.state(plan), samples.manifest())[1]


def test_cost_shares_leave_salvage_out() -> None:
    """What money buys is split by present spending."""
    assert sum(cost_shares(samples.plan()).values()) == pytest.approx(samples.plan().claims.cost_musd)
    assert list(cost_shares(samples.plan())) == ["nodes", "launch", "lines"]


def test_numbers_keep_three_digits() -> None:
    """Units follow the size, and rounding up to the next unit changes it."""
    assert [number_format.money(x) for x in (84_200.0, 840.0, 999.9, 1.2e6, -3.0)] == [
        "84.2 GUSD",
        "840 MUSD",
        "1.00 GUSD",
        "1,200 GUSD",
        "-3.00 MUSD",
    ]
    assert [number_format.power(x) for x in (1000.0, 10.0, 0.5, 1e-6, 0.0)] == [
        "1.00 TW",
        "10.0 GW",
        "500 MW",
        "1.00 kW",
        "0 GW",
    ]
    assert [number_format.share(x) for x in (0.61, 0.007, 0.0002, 1e-16)] == ["61 %", "0.7 %", "0.02 %", "0 %"]
    assert number_format.number(1204.0) == "1,204"


@pytest.mark.parametrize(("count", "words"), [(0, "0 plans"), (1, "1 plan"), (1200, "1,200 plans")])
def test_one_of_a_kind_has_no_s(count: int, words: str) -> None:
    """A noun has an s but for one."""
    assert number_format.counted(count, "plan") == words
