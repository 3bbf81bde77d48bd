"""Lines: development of platforms, orders of production lines, and output within their capacity.

Constraints   lines.development (order before development is complete, or without it), lines.max_lines, lines.output,
              lines.cap, lines.growth
"""

from __future__ import annotations

from collections.abc import Iterator

from solver.check.context import Context
from solver.check.ramps import ramp, until_last
from solver.check.survival import power_gw
from solver.check.verdict import Violation
from solver.instance.hardware import Line, Platform


def line_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on development and production lines."""
    for p in x.instance.use.platforms:
        platform = x.instance.platforms[p]
        if platform.production_line is None:
            continue
        ordered = {t: count for (o, t), count in x.decisions.lines.items() if o == p}
        yield from _development(x, p, platform, ordered)
        yield from _max_lines(x, p, platform.production_line, ordered)
        yield from _output(x, p, platform.production_line, ordered)
        if platform.production_line.lines_per_year is not None:
            yield from ramp(
                x,
                platform.production_line.lines_per_year,
                ordered,
                constraints=("lines.cap", "lines.growth"),
                item=p,
                first_use=x.horizon.arrival(0, platform.development_years),
                periods=until_last(ordered),
                unit="lines",
            )


def _development(x: Context, p: str, platform: Platform, ordered: dict[int, int]) -> Iterator[Violation]:
    opened = x.decisions.opened.get((p,))
    done = len(x.horizon.periods) if opened is None else x.horizon.arrival(opened, platform.development_years)
    for t, count in sorted(ordered.items()):
        if count > 0 and t < done:
            yield Violation("lines.development", (p, x.horizon.label(t)), 0.0, float(count), "lines")


def _max_lines(x: Context, p: str, line: Line, ordered: dict[int, int]) -> Iterator[Violation]:
    yield from x.counts.at_most("lines.max_lines", (p,), sum(ordered.values()), line.max_lines, "lines")


def _output(x: Context, p: str, line: Line, ordered: dict[int, int]) -> Iterator[Violation]:
    made = dict.fromkeys(x.horizon.periods, 0.0)
    for (_, k, s, t), count in x.decisions.loaded.items():
        if x.designs[k, s].platform == p:
            made[t] += power_gw(x.designs[k, s]) * count
    for t, gw in made.items():
        ready = sum(count for q, count in ordered.items() if x.horizon.arrival(q, line.lead_years) <= t)
        limit = line.mw_per_year / 1000 * x.horizon.years(t) * ready
        yield from x.checker.at_most("lines.output", (p, x.horizon.label(t)), gw, limit, "GW")
