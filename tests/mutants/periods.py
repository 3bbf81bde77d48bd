"""Mutants of the model's writing of time: instants, lags, discounting and the steps of the lunar plant."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

PERIODS = "solver.horizon.periods:PlanningHorizon."
STEPS = "solver.horizon.substeps:"
COSTS = "solver.economics.unit_costs:"

MUTANTS = (
    Mutant("middle is the start", PERIODS + "middle", lambda _: lambda h, t: h.start(t), "replacement"),
    Mutant("middle is the end", PERIODS + "middle", lambda _: lambda h, t: h.end(t), "replacement"),
    Mutant(
        "stocks counted at the middle", PERIODS + "end", lambda f: lambda h, t: (f(h, t) + h.start(t)) / 2, "supply"
    ),
    Mutant(
        "age from the start of the period",
        PERIODS + "age",
        lambda _: lambda h, q, t: h.end(t) - h.start(q),
        "replacement",
    ),
    Mutant("dates a month late", PERIODS + "year_of", lambda f: lambda h, date: f(h, date) + 1 / 12, "supply"),
    Mutant(
        "dates a month early",
        PERIODS + "year_of",
        lambda f: lambda h, date: f(h, date) - 1 / 12,
        "one_flight",
        edits={"vehicles.big.available_from": "2030-02"},
    ),
    Mutant("every period a year", PERIODS + "years", lambda _: lambda _h, _t: 1.0, "quarters"),
    Mutant("arrival a period early", PERIODS + "arrival", lambda f: lambda h, q, lag: max(q, f(h, q, lag) - 1), "pads"),
    Mutant(
        "arrival a period late", PERIODS + "arrival", lambda f: lambda h, q, lag: f(h, q, lag) + 1, "pads", "optimum"
    ),
    Mutant(
        "lag half a year short",
        PERIODS + "arrival",
        lambda f: lambda h, q, lag: f(h, q, max(0.0, lag - 0.5)),
        "quarters",
    ),
    Mutant(
        "lag half a year long", PERIODS + "arrival", lambda f: lambda h, q, lag: f(h, q, lag + 0.5), "pads", "optimum"
    ),
    Mutant("lag forgotten", PERIODS + "arrival", lambda _: lambda _h, q, _lag: q, "fleet"),
    Mutant(
        "service a period early",
        PERIODS + "served",
        lambda f: lambda h, ready, life: f(h, ready - 1.0, life + 1.0),
        "ground",
    ),
    Mutant(
        "service without an end",
        PERIODS + "served",
        lambda f: lambda h, ready, _life: f(h, ready, 1e6),
        "ground",
        edits={"ground.valley.facility_life_years": 1.0, "money.salvage": "none"},
    ),
    Mutant(
        "discounted half a year late", PERIODS + "discount", lambda f: lambda h, years: f(h, years + 0.5), "replacement"
    ),
    Mutant(
        "discounted half a year early",
        PERIODS + "discount",
        lambda f: lambda h, years: f(h, years - 0.5),
        "replacement",
    ),
    Mutant(
        "discounted without compounding",
        PERIODS + "discount",
        lambda _: lambda h, years: 1.0 / (1.0 + h.discount_share_per_year * years),
        "replacement",
    ),
    Mutant("not discounted", PERIODS + "discount", lambda _: lambda _h, _years: 1.0, "replacement"),
    Mutant(
        "paid at the start",
        COSTS + "Prices.paid",
        lambda _: lambda p, family, item, t, musd: p.entry(family, item, t, musd, p.horizon.start(t)),
        "replacement",
    ),
    Mutant(
        "paid at the end",
        COSTS + "Prices.paid",
        lambda _: lambda p, family, item, t, musd: p.entry(family, item, t, musd, p.horizon.end(t)),
        "replacement",
    ),
    Mutant(
        "lunar lag without the night",
        STEPS + "calendar_lag",
        lambda _: lambda _moon, lag: lag,
        "moon_growth",
        edits={
            "moon.illumination_share": 0.5,
            "moon.activities.works.productivity_t_per_t_year": 4,
            "vehicles.taxi.flight_musd": 200,
        },
    ),
    Mutant(
        "step acts at its start",
        STEPS + "SubPeriods.middle",
        lambda f: lambda s, u: f(s, u) - s.years(u) / 2,
        "moon_growth",
        edits={
            "horizon.periods": [
                {"count": 2, "length": "year"},
                {"count": 4, "length": "quarter"},
                {"count": 1, "length": "year"},
            ]
        },
    ),
    Mutant(
        "plant works in the next step", STEPS + "SubPeriods.arrival", lambda _: lambda _s, u, _lag: u + 1, "moon_night"
    ),
    Mutant(
        "plant works a step early",
        STEPS + "SubPeriods.arrival",
        lambda f: lambda s, u, lag: max(u + 1, f(s, u, lag) - 1),
        "moon_drivers",
    ),
    Mutant(
        "steps twice as long",
        STEPS + "longest_step",
        lambda f: lambda moon: 2.0 * f(moon),
        "moon_growth",
        edits={"moon.steps_per_lag": 2},
    ),
    Mutant("steps half as long", STEPS + "longest_step", lambda f: lambda moon: f(moon) / 2.0, "moon_night"),
    Mutant(
        "mass drivers outlive their life",
        PERIODS + "over_by",
        lambda _: lambda *_of: False,
        "moon_growth",
        edits={"moon.mass_driver.life_years": 1.0, "moon.mass_driver.throughput_kt_per_year": 0.08},
    ),
)
