"""Mutants of the model's writing of time, discounting, survival, derelicts and money, each with what catches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.mutants.planting import Mutate

PERIODS = "solver.horizon.periods:PlanningHorizon."
RAMPS = "solver.horizon.ramps:"
WINDOWS = "solver.horizon.windows:"
STEPS = "solver.horizon.substeps:"
TARGET = "solver.horizon.target_path:"
VINTAGES = "solver.design.vintages:"
COSTS = "solver.economics.unit_costs:"

Catcher = Literal["checker", "optimum"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """Mistake in one function of the model, a tiny instance that feels it, and what catches it there.

    ``edits`` are keys of the instance with other values; the optimum is then that of the model without the mistake.
    """

    name: str
    target: str
    mutate: Mutate
    instance: str = ""
    caught_by: Catcher = "checker"
    edits: Mapping[str, Any] = field(default_factory=dict)


TIME_MUTANTS = (
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
)

DISCOUNTING_MUTANTS = (
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
)

PATHS_MUTANTS = (
    Mutant(
        "path read at the start",
        RAMPS + "path_amount",
        lambda f: (
            lambda h, path, t, *since: f(h, path, t, *since) * (1 + path.growth_share_per_year) ** (-h.years(t) / 2)
        ),
        "supply",
        edits={"supply.accelerators_gw": {"start_per_year": 0.06, "growth_share_per_year": -0.5}},
    ),
    Mutant(
        "path without growth",
        RAMPS + "path_amount",
        lambda f: lambda h, path, *at: f(h, path.model_copy(update={"growth_share_per_year": 0.0}), *at),
        "supply",
        edits={"supply.accelerators_gw": {"start_per_year": 0.06, "growth_share_per_year": -0.5}},
    ),
    Mutant(
        "path before its date",
        RAMPS + "path_amount",
        lambda f: lambda h, path, *at: f(h, path.model_copy(update={"from_": None}), *at),
        "supply",
        edits={"supply.accelerators_gw": {"start_per_year": 0.01, "growth_share_per_year": 1, "from": "2031-01"}},
    ),
    Mutant(
        "path without a ceiling",
        RAMPS + "path_amount",
        lambda f: lambda h, path, *at: f(h, path.model_copy(update={"ceiling_per_year": None}), *at),
        "supply",
        edits={
            "supply.accelerators_gw": {"start_per_year": 0.01, "growth_share_per_year": 1, "ceiling_per_year": 0.02}
        },
    ),
    Mutant(
        "target a month late",
        TARGET + "path_value",
        lambda f: lambda target, h, year: f(target, h, year - 1 / 12),
        "compute",
    ),
    Mutant(
        "target a year late",
        TARGET + "path_value",
        lambda f: lambda target, h, year: f(target, h, year - 1),
        "launch_ramp",
    ),
    Mutant(
        "target in steps",
        TARGET + "path_value",
        lambda f: lambda target, *at: f(target.model_copy(update={"interpolation": "step"}), *at),
        "compute",
    ),
    Mutant(
        "target in equal factors",
        TARGET + "path_value",
        lambda f: lambda target, *at: f(target.model_copy(update={"interpolation": "geometric"}), *at),
        "compute",
        edits={"target.milestones": [{"date": "2031-01", "eflops": 20}, {"date": "2033-01", "eflops": 120}]},
    ),
)

WINDOWS_OF_TWELVE_MONTHS = (
    Mutant(
        "windows of whole periods only",
        WINDOWS + "shares",
        lambda f: lambda *span: {t: share for t, share in f(*span).items() if share == 1},
        "licence_in_quarters",
        edits={
            "horizon.periods": [{"count": 1, "length": "year"}, {"count": 4, "length": "quarter"}],
            "target.milestones": [{"date": "2031-01", "gw": 0.02}, {"date": "2031-04", "gw": 0.04}],
        },
    ),
    Mutant(
        "windows of nine months",
        WINDOWS + "shares",
        lambda f: lambda h, begin, end: f(h, begin + 3, end),
        "licence_in_quarters",
    ),
    Mutant(
        "windows that end with a period only",
        WINDOWS + "windows",
        lambda f: lambda h: {key: w for key, w in f(h).items() if isinstance(key, int)},
        "licence_in_quarters",
        edits={
            "horizon.periods": [{"count": 4, "length": "quarter"}, {"count": 1, "length": "year"}],
            "target.milestones": [{"date": "2031-01", "gw": 0.02}, {"date": "2032-01", "gw": 0.04}],
        },
    ),
    Mutant(
        "year before is that year",
        WINDOWS + "windows",
        lambda f: lambda h: {key: replace(w, before=w.within) for key, w in f(h).items()},
        "launch_ramp",
        "optimum",
    ),
)

RAMPS_MUTANTS = (
    Mutant(
        "ramp a year ahead",
        RAMPS + "Ramp.rate",
        lambda f: lambda ramp, instant: f(ramp, instant + 1.0),
        "launch_ramp",
        edits={
            "vehicles.van.flights_per_year": {"start_per_year": 1, "growth_share_per_year": 1},
            "target.milestones": [{"date": "2031-01", "gw_per_year": 0.03}],
        },
    ),
    Mutant(
        "ramp without a ceiling",
        RAMPS + "Ramp.rate",
        lambda f: (
            lambda ramp, instant: f(
                replace(ramp, growth=ramp.growth.model_copy(update={"ceiling_per_year": None})), instant
            )
        ),
        "launch_ramp",
        edits={"vehicles.van.flights_per_year.ceiling_per_year": 1},
    ),
    Mutant(
        "ramp read at the end of the twelve months",
        RAMPS + "Ramp.cap",
        lambda f: lambda ramp, window: f(ramp, replace(window, begin_years=window.begin_years + 1.0)),
        "launch_ramp",
        edits={
            "vehicles.van.flights_per_year": {"start_per_year": 1, "growth_share_per_year": 1},
            "target.milestones": [{"date": "2031-01", "gw_per_year": 0.03}],
        },
    ),
    Mutant("short periods without a rate", RAMPS + "Ramp.subannual_cap", lambda _: lambda _ramp, _t: None, "quarters"),
    Mutant(
        "growth starts at double",
        RAMPS + "Ramp.growth_start",
        lambda f: lambda ramp, window: 2.0 * f(ramp, window),
        "launch_ramp",
    ),
    Mutant(
        "usable a period early",
        RAMPS + "usable",
        lambda f: lambda h, *dates: sorted({max(0, t - 1) for t in f(h, *dates)} | set(f(h, *dates))),
        "supply",
        edits={"vehicles.van.available_from": "2031-01"},
    ),
    Mutant(
        "usable for ever",
        RAMPS + "usable",
        lambda f: lambda h, start, *_until: f(h, start),
        "supply",
        edits={"vehicles.van.available_until": "2032-01"},
    ),
    Mutant(
        "usable always",
        RAMPS + "usable",
        lambda f: lambda h, *_dates: f(h, None),
        "supply",
        edits={"vehicles.van.available_from": "2031-01"},
    ),
)

STEPS_MUTANTS = (
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
        lambda f: lambda s, u, lag: f(s, u, lag) - 1,
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
)

SURVIVAL_MUTANTS = (
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
)

MONEY_MUTANTS = (
    Mutant(
        "salvage in full",
        COSTS + "Prices.straight_line",
        lambda _: lambda p, family, musd, _ready, _life: p.salvage(family, musd),
        "pads",
    ),
    Mutant(
        "salvage half a year young",
        COSTS + "Prices.straight_line",
        lambda f: lambda p, family, musd, ready, life: f(p, family, musd, ready + 0.5, life),
        "pads",
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

MUTANTS = (
    *TIME_MUTANTS,
    *DISCOUNTING_MUTANTS,
    *PATHS_MUTANTS,
    *WINDOWS_OF_TWELVE_MONTHS,
    *RAMPS_MUTANTS,
    *STEPS_MUTANTS,
    *SURVIVAL_MUTANTS,
    *MONEY_MUTANTS,
)
"""All mutants of this module."""
