"""Mutants of the model's writing of time, discounting, survival, derelicts and money, each with what catches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.mutants.planting import Mutate

PERIODS = "solver.horizon.periods:PlanningHorizon."
RAMPS = "solver.horizon.ramps:"
STEPS = "solver.horizon.substeps:"
VINTAGES = "solver.design.vintages:"
COSTS = "solver.economics.unit_costs:"


@dataclass(frozen=True, slots=True)
class Mutant:
    """Mistake in one function of the model, a tiny instance that feels it, and what catches it there."""

    name: str
    target: str
    mutate: Mutate
    instance: str = ""
    caught_by: Literal["checker", "optimum", "no plan"] = "checker"


MUTANTS = (
    Mutant("middle is the start", PERIODS + "middle", lambda _: lambda h, t: h.start(t)),
    Mutant("middle is the end", PERIODS + "middle", lambda _: lambda h, t: h.end(t)),
    Mutant(
        "stocks are counted at the middle", PERIODS + "end", lambda f: lambda h, t: f(h, t) - (f(h, t) - h.start(t)) / 2
    ),
    Mutant("age counts from the start of the period", PERIODS + "age", lambda _: lambda h, q, t: h.end(t) - h.start(q)),
    Mutant("dates are a month late", PERIODS + "year_of", lambda f: lambda h, date: f(h, date) + 1 / 12),
    Mutant("dates are a month early", PERIODS + "year_of", lambda f: lambda h, date: f(h, date) - 1 / 12),
    Mutant("discounted half a year late", PERIODS + "discount", lambda f: lambda h, years: f(h, years + 0.5)),
    Mutant("discounted half a year early", PERIODS + "discount", lambda f: lambda h, years: f(h, years - 0.5)),
    Mutant(
        "discounted without compounding",
        PERIODS + "discount",
        lambda _: lambda h, years: 1 / (1 + h.discount_share_per_year * years),
    ),
    Mutant("not discounted", PERIODS + "discount", lambda _: lambda _h, _years: 1.0),
    Mutant("arrival a period early", PERIODS + "arrival", lambda f: lambda h, q, lag: max(q, f(h, q, lag) - 1)),
    Mutant("arrival a period late", PERIODS + "arrival", lambda f: lambda h, q, lag: f(h, q, lag) + 1),
    Mutant("lag half a year short", PERIODS + "arrival", lambda f: lambda h, q, lag: f(h, q, max(0.0, lag - 0.5))),
    Mutant("lag half a year long", PERIODS + "arrival", lambda f: lambda h, q, lag: f(h, q, lag + 0.5)),
    Mutant("lag forgotten", PERIODS + "arrival", lambda _: lambda _h, q, _lag: q),
    Mutant("every period is a year", PERIODS + "years", lambda _: lambda _h, _t: 1.0),
    Mutant(
        "path read at the start",
        RAMPS + "path_amount",
        lambda f: (
            lambda h, path, t, since=None: f(h, path, t, since) / (1 + path.growth_share_per_year) ** (h.years(t) / 2)
        ),
    ),
    Mutant(
        "path does not grow",
        RAMPS + "path_amount",
        lambda f: lambda h, path, t, since=None: f(h, path.model_copy(update={"growth_share_per_year": 0.0}), t, since),
    ),
    Mutant("path is double", RAMPS + "path_amount", lambda f: lambda h, path, t, since=None: 2 * f(h, path, t, since)),
    Mutant("path before its time", RAMPS + "path_amount", lambda f: lambda h, path, t, since=None: f(h, path, t)),
    Mutant("window a period short", RAMPS + "window", lambda f: lambda h, t: f(h, t)[1:] or [t]),
    Mutant("window shifted by a period", RAMPS + "window", lambda f: lambda h, t: f(h, max(0, t - 1))),
    Mutant("window before is empty", RAMPS + "window_before", lambda _: lambda _h, _t: []),
    Mutant(
        "window before shifted by a period",
        RAMPS + "window_before",
        lambda f: lambda h, t: f(h, min(h.periods[-1], t + 1)),
    ),
    Mutant(
        "ramp counted from the end of the year", RAMPS + "Ramp.rate", lambda f: lambda r, instant: f(r, instant + 1.0)
    ),
    Mutant(
        "ramp counted from the start of the horizon",
        RAMPS + "Ramp.rate",
        lambda f: lambda r, instant: f(r, instant + r.horizon.start(r.first)),
    ),
    Mutant(
        "ramp without a ceiling",
        RAMPS + "Ramp.rate",
        lambda f: (
            lambda r, instant: (
                r.growth.start_per_year
                * (1 + r.growth.growth_share_per_year) ** max(0, instant - r.horizon.start(r.first))
            )
        ),
    ),
    Mutant("short periods without a rate", RAMPS + "Ramp.subannual_cap", lambda _: lambda _r, _t: None),
    Mutant(
        "growth from twice the year before", RAMPS + "Ramp.growth_cap", lambda f: lambda r, before: f(r, 2 * before)
    ),
    Mutant(
        "usable a period early",
        RAMPS + "usable",
        lambda f: (
            lambda h, start, until=None: sorted({max(0, t - 1) for t in f(h, start, until)} | set(f(h, start, until)))
        ),
    ),
    Mutant("usable for ever", RAMPS + "usable", lambda f: lambda h, start, until=None: f(h, start)),
    Mutant("usable always", RAMPS + "usable", lambda f: lambda h, start, until=None: f(h, None)),
    Mutant("lunar lag without the night", STEPS + "calendar_lag", lambda _: lambda _m, lag: lag),
    Mutant("lunar lag half", STEPS + "calendar_lag", lambda f: lambda m, lag: f(m, lag) / 2),
    Mutant("step acts at its start", STEPS + "SubPeriods.middle", lambda f: lambda s, u: f(s, u) - s.years(u) / 2),
    Mutant("step acts at its end", STEPS + "SubPeriods.middle", lambda f: lambda s, u: f(s, u) + s.years(u) / 2),
    Mutant("built plant works at once", STEPS + "SubPeriods.arrival", lambda f: lambda s, u, lag: u + 1),
    Mutant(
        "built plant works a step early", STEPS + "SubPeriods.arrival", lambda f: lambda s, u, lag: f(s, u, lag) - 1
    ),
    Mutant("steps twice as long", STEPS + "longest_step", lambda f: lambda m: 2 * f(m)),
    Mutant("steps half as long", STEPS + "longest_step", lambda f: lambda m: f(m) / 2),
    Mutant(
        "path of the target a year late",
        "solver.horizon.target_path:path_value",
        lambda f: lambda g, h, year: f(g, h, year - 1),
    ),
    Mutant(
        "target a month early",
        "solver.horizon.target_path:path_value",
        lambda f: lambda g, h, year: f(g, h, year + 1 / 12),
    ),
    Mutant(
        "target in steps",
        "solver.horizon.target_path:path_value",
        lambda f: lambda g, h, year: f(g.model_copy(update={"interpolation": "step"}), h, year),
    ),
    Mutant(
        "target straight",
        "solver.horizon.target_path:path_value",
        lambda f: lambda g, h, year: f(g.model_copy(update={"interpolation": "linear"}), h, year),
    ),
    Mutant("no deaths", VINTAGES + "alive", lambda _: lambda _d, _age: 1.0),
    Mutant("alive as at age 0", VINTAGES + "alive", lambda f: lambda d, _age: f(d, 0.0)),
    Mutant(
        "no infant failures", VINTAGES + "alive", lambda f: lambda d, age: f(d, age) / (1 - d.infant_mortality_share)
    ),
    Mutant(
        "no random failures", VINTAGES + "alive", lambda f: lambda d, age: f(d, age) and 1 - d.infant_mortality_share
    ),
    Mutant("alive half a year young", VINTAGES + "alive", lambda f: lambda d, age: f(d, max(0.0, age - 0.5))),
    Mutant(
        "life half a year long",
        VINTAGES + "alive",
        lambda f: lambda d, age: f(d, age - 0.5 if d.life_years <= age < d.life_years + 0.5 else age),
    ),
    Mutant(
        "power does not age",
        VINTAGES + "it_share",
        lambda f: lambda d, age, wait: f(d, 0.0, 0.0) if age >= wait else 0.0,
    ),
    Mutant("transfer takes no time", VINTAGES + "it_share", lambda f: lambda d, age, _w: f(d, age, 0.0)),
    Mutant("full sunlight", VINTAGES + "it_share", lambda f: lambda d, age, wait: f(d, age, wait) / d.sunlit_share),
    Mutant("no derelicts", VINTAGES + "derelict", lambda _: lambda _d, _age: 0.0),
    Mutant("derelicts all disposed", VINTAGES + "derelict", lambda f: lambda d, age: f(d, age) / 2),
    Mutant("derelicts half a year young", VINTAGES + "derelict", lambda f: lambda d, age: f(d, max(0.0, age - 0.5))),
    Mutant("accelerators do not improve", VINTAGES + "eflops", lambda f: lambda d, age, wait, _b: f(d, age, wait, 0.0)),
    Mutant(
        "accelerators of the end of the year",
        VINTAGES + "eflops",
        lambda f: lambda d, age, wait, b: f(d, age, wait, b + 0.5),
    ),
    Mutant(
        "salvage in full",
        COSTS + "Prices.straight_line",
        lambda f: lambda p, family, musd, ready, life: p.salvage(family, musd),
    ),
    Mutant(
        "salvage ready early",
        COSTS + "Prices.straight_line",
        lambda f: lambda p, family, musd, ready, life: f(p, family, musd, ready - 0.5, life),
    ),
    Mutant(
        "paid at the start",
        COSTS + "Prices.paid",
        lambda f: lambda p, family, item, t, musd: p.entry(family, item, t, musd, p.horizon.start(t)),
    ),
    Mutant("operated from the start of the period", COSTS + "operating_years", lambda f: lambda h, q, t: h.years(t)),
    Mutant("prices of the start", COSTS + "part_prices", lambda f: lambda p, d, q: dict(d.cost_musd)),
    Mutant(
        "salvage is not discounted",
        COSTS + "Prices.salvage",
        lambda f: (
            lambda p, family, musd: [type(e)(e.family, e.item, e.period, e.musd, e.musd) for e in f(p, family, musd)]
        ),
    ),
)
