"""Double-entry sheets by hand: payments, what is used up and what is left agree with the tables of three instances."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest

from solver.derive.extract import claims_of
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.plan import Decisions, Plan
from solver.tables import state_of, tables
from tests.solver.small import LINE, derived, small

TINY = Path(__file__).parents[3] / "instances" / "tiny"
Entry = tuple[int, str, str, float, float]
"""Year of the plan, family and item of a payment, MUSD, and the time of payment in years from the start."""


def assert_sheet(instance: Instance, decisions: Decisions, sheet: Iterable[Entry], used: float, asked: float) -> None:
    """Compare a sheet with the tables to 1e-6: every entry, its present value, what is used up, the levelised cost.

    ``used`` is what purchases lose in value within the plan, by hand; ``asked`` are GW-years at their present value.
    """
    coefficients = derived(instance)
    designs = coefficients.designs
    plan = Plan(designs, decisions, claims_of(instance, coefficients, designs, decisions, 1.0, 0))
    found = tables(state_of(instance, plan))
    money = {(int(r.period) - 2030, r.family, r.item): r for r in found["money"].itertuples()}
    musd: dict[tuple[int, str, str], float] = {}
    present: dict[tuple[int, str, str], float] = {}
    for year, family, item, amount, at in sheet:
        musd[year, family, item] = musd.get((year, family, item), 0.0) + amount
        present[year, family, item] = present.get((year, family, item), 0.0) + amount * 1.1**-at
    assert {key: row.musd for key, row in money.items()} == pytest.approx(musd, rel=1e-6)
    assert {key: row.present_musd for key, row in money.items()} == pytest.approx(present, rel=1e-6)
    bought = ("vehicles", "pads", "lines", "node", "facilities", "servers", "salvage")
    assert sum(row.musd for key, row in money.items() if key[2] in bought) == pytest.approx(used, rel=1e-6)
    shares = found["levelised"].query("group == 'part'")["levelised"]
    assert shares.sum() == pytest.approx(math.fsum(present.values()) / 1000 / asked, rel=1e-6)


def served(begin: float, end: float) -> float:
    """Present value of a year's service from one time to another, at 10 % a year."""
    return float((1.1**-begin - 1.1**-end) / math.log(1.1))


def test_a_fleet() -> None:
    """Seven vehicles for 23 flights: 2.3 lost, of which half their life is used, and 23 of 5 flights each."""
    used = 100 * (2.3 / 2 + 23 / 5)
    sheet: list[Entry] = [
        (0, "launch", "vehicles", 5 * 100, 0.5),
        (1, "launch", "vehicles", 2 * 100, 1.5),
        (1, "launch", "flights", 12 * 5, 1.5),
        (2, "launch", "flights", 11 * 5, 2.5),
        (2, "launch", "salvage", used - 700, 3),
    ]
    decisions = Decisions(
        loaded={("shuttle", "cube", "near", 1): 12, ("shuttle", "cube", "near", 2): 11},
        flights={("shuttle", "near", 1): 12, ("shuttle", "near", 2): 11},
        ordered={("shuttle", 0): 5, ("shuttle", 1): 2}, retired={("shuttle", 2): 2.2},
    )  # fmt: skip
    asked = 0.1 * served(1.5, 2.5) + 0.2 * served(2.5, 3)
    assert_sheet(read(TINY / "fleet.yaml").instance, decisions, sheet, used, asked)


def hall(begun: int) -> list[Entry]:
    """A hall of 50 MW begun in a year: power-on 1.5 years after its begin, servers of that day."""
    on, sheet = begun + 1.5, [(begun, "ground", "facilities", 250.0, begun + 0.5)]
    servers = 500 * 0.95**on
    sheet.append((int(on), "ground", "servers", servers, on))
    for year in range(int(on), 4):
        share, at = (0.5, on + 0.25) if year == int(on) else (1.0, year + 0.5)
        gwh = 0.05 * 8766 * 0.8 * share
        sheet += [
            (year, "ground", "energy", gwh * 1.25 * 0.1 * 1.02**at, at),
            (year, "ground", "water", gwh * 2 * 1.5 / 1000, at),
            (year, "ground", "operations", 0.04 * 250 * share, at),
            (year, "ground", "repairs", 0.1 * 500 * 0.95**at * share, at),
        ]
    left = 250 * (1 - (4 - on) / 10) + servers * (1 - (4 - on) / 2)
    return [*sheet, (3, "ground", "salvage", -left, 4)]


def test_two_halls_and_two_nodes() -> None:
    """Halls of the second and third year, their servers half and a quarter through, and a flight of the last year."""
    sheet: list[Entry] = [
        *hall(1), *hall(2), (3, "launch", "flights", 20, 3.5), (3, "nodes", "node", 2 * 1100, 3.5),
        (3, "nodes", "salvage", -2 * 1100 * (1 - 0.5 / 5), 4),
    ]  # fmt: skip
    worn = sum(250 * age / 10 + 500 * 0.95 ** (4 - age) * age / 2 for age in (1.5, 0.5))
    decisions = Decisions(
        loaded={("lorry", "cube", "near", 3): 2}, flights={("lorry", "near", 3): 1},
        ground_gw={("valley", 1): 0.05, ("valley", 2): 0.05},
    )  # fmt: skip
    asked = 0.12 * served(3.5, 4)
    assert_sheet(read(TINY / "ground.yaml").instance, decisions, sheet, worn + 2 * 1100 * 0.5 / 5, asked)


def test_nodes_a_line_and_a_pad() -> None:
    """One of four nodes is lost; three are worn 1.5 of 4 years, the line 1.5 of 8, the pad 0.5 of 5."""
    declared = {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 4.0, "operations_share_per_year": 0.1}
    instance = small({
        "horizon.discount_share_per_year": 0.1, "money.salvage": "straight_line", "vehicles.van.loss_share": 0.25,
        "target.milestones": [{"date": "2032-01", "gw": 0.03}], "platforms.cube.declared": declared,
        "platforms.cube.production_line": {**LINE, "life_years": 8.0},
        "sites.cape": {"pads": 10, "max_pads": 20, "pad_musd": 50.0, "pad_lead_years": 2.0, "pad_life_years": 5.0},
    })  # fmt: skip
    sheet: list[Entry] = [
        (0, "launch", "pads", 50, 0.5),
        (0, "lines", "lines", 40, 0.5),
        (1, "launch", "flights", 20, 1.5),
        (1, "nodes", "node", 4 * 10, 1.5),
        (1, "nodes", "operations", 0.1 * 30 * 0.5, 1.5),
        (2, "nodes", "operations", 0.1 * 30, 2.5),
        (2, "nodes", "salvage", -30 * (1 - 1.5 / 4), 3),
        (2, "lines", "salvage", -40 * (1 - 1.5 / 8), 3),
        (2, "launch", "salvage", -50 * (1 - 0.5 / 5), 3),
    ]
    decisions = Decisions(
        loaded={("van", "cube", "near", 1): 4}, flights={("van", "near", 1): 1}, lines={("cube", 0): 1},
        pads={("cape", 0): 1},
    )  # fmt: skip
    used = 10 + 30 * 1.5 / 4 + 40 * 1.5 / 8 + 50 * 0.5 / 5
    assert_sheet(instance, decisions, sheet, used, 0.03 * served(1.5, 3))
