"""Mutants of the model's writing of limits: paths, twelve months, ramps and dates of use."""

from __future__ import annotations

from dataclasses import replace

from tests.mutants.mutant import Mutant

RAMPS = "solver.horizon.ramps:"
WINDOWS = "solver.horizon.windows:"
TARGET = "solver.horizon.target_path:"

MUTANTS = (
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
    Mutant(
        "gateways used before their date",
        RAMPS + "first_use",
        lambda f: lambda h, ordered, lag, _since: f(h, ordered, lag, None),
        "network_gateways",
        edits={"network.gateways.dish.available_from": "2030-02"},
    ),
)
