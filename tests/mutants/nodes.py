"""Mutants of the model's writing of nodes and their money: survival, output, derelicts, salvage and running costs."""

from __future__ import annotations

from dataclasses import replace

from tests.mutants.mutant import Mutant

VINTAGES = "solver.design.vintages:"
COSTS = "solver.economics.unit_costs:"
RESIDUAL = "solver.economics.residual:"

MUTANTS = (
    Mutant("no deaths", VINTAGES + "alive", lambda _: lambda _d, _age: 1.0, "derelicts"),
    Mutant("alive as at age 0", VINTAGES + "alive", lambda f: lambda d, _age: f(d, 0.0), "compute"),
    Mutant(
        "no infant failures",
        VINTAGES + "alive",
        lambda f: lambda d, age: f(replace(d, infant_mortality_share=0.0), age),
        "compute",
    ),
    Mutant(
        "no random failures",
        VINTAGES + "alive",
        lambda f: lambda d, age: f(replace(d, hazard_share_per_year=0.0), age),
        "compute",
    ),
    Mutant("half a year young", VINTAGES + "alive", lambda f: lambda d, age: f(d, max(0.0, age - 0.5)), "compute"),
    Mutant(
        "life half a year long",
        VINTAGES + "alive",
        lambda f: lambda d, age: f(replace(d, life_years=d.life_years + 0.5), age),
        "replacement",
        edits={"platforms.cube.declared.life_years": 2.5},
    ),
    Mutant(
        "power does not age",
        VINTAGES + "it_share",
        lambda f: lambda d, age, wait: f(d, 0.0, 0.0) if age >= wait else 0.0,
        "compute",
    ),
    Mutant(
        "array does not age",
        VINTAGES + "it_share",
        lambda f: lambda d, *at: f(replace(d, array_loss_share_per_year=0.0), *at),
        "compute",
    ),
    Mutant(
        "accelerators do not fail",
        VINTAGES + "it_share",
        lambda f: lambda d, *at: f(replace(d, accelerator_failure_share_per_year=0.0), *at),
        "compute",
        edits={"platforms.cube.declared.array_loss_share_per_year": 0.0},
    ),
    Mutant("transfer takes no time", VINTAGES + "it_share", lambda f: lambda d, age, _wait: f(d, age, 0.0), "transfer"),
    Mutant(
        "Sun without eclipses",
        VINTAGES + "it_share",
        lambda f: lambda d, *at: f(replace(d, sunlit_share=1.0), *at),
        "compute",
    ),
    Mutant("no derelicts", VINTAGES + "derelict", lambda _: lambda _d, _age: 0.0, "derelicts"),
    Mutant(
        "derelicts of infants forgotten",
        VINTAGES + "derelict",
        lambda f: lambda d, age: f(replace(d, infant_mortality_share=0.0), age),
        "derelicts",
    ),
    Mutant(
        "derelicts decay in half the time",
        VINTAGES + "derelict",
        lambda f: lambda d, age: f(replace(d, decay_years=d.decay_years / 2.0), age),
        "derelicts",
        edits={"shells.near.decay_years": 5},
    ),
    Mutant(
        "dead nodes remove themselves",
        VINTAGES + "derelict",
        lambda f: lambda d, age: f(replace(d, dead_disposal_share=1.0), age),
        "derelicts",
    ),
    Mutant(
        "old nodes all removed",
        VINTAGES + "derelict",
        lambda f: lambda d, age: f(replace(d, disposal_share=1.0), age),
        "derelicts",
    ),
    Mutant("salvage in full", RESIDUAL + "straight_line_share", lambda _: lambda *_of: 1.0, "pads"),
    Mutant(
        "salvage half a year young",
        RESIDUAL + "straight_line_share",
        lambda f: lambda end, ready, life: f(end, ready + 0.5, life),
        "pads",
    ),
    Mutant(
        "delivered years half a year young",
        RESIDUAL + "delivered_years_share",
        lambda f: lambda rate, end, ready, life: f(rate, end, ready + 0.5, life),
        "pads",
        edits={"money.salvage": "delivered"},
    ),
    Mutant(
        "delivered service without its end",
        RESIDUAL + "delivered_service_share",
        lambda f: lambda d, *of: f(replace(d, life_years=2.0 * d.life_years), *of),
        "replacement",
        edits={"money.salvage": "delivered"},
    ),
    Mutant(
        "salvage not discounted",
        COSTS + "Prices.salvage",
        lambda f: lambda *of: [replace(e, present_musd=e.musd) for e in f(*of)],
        "one_flight",
    ),
    Mutant(
        "operated from the start of the period",
        COSTS + "operating_years",
        lambda _: lambda h, _q, t: h.years(t),
        "replacement",
    ),
    Mutant("prices do not change", COSTS + "part_prices", lambda _: lambda _p, d, _q: dict(d.cost_musd), "replacement"),
)
