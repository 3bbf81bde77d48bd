"""Break-even in lines and as a picture: where the answer is proven, and plan and bound of both sides over the lever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from solver.ask.breakeven.breakeven_result import BreakEven, Verdict
from solver.ask.breakeven.side import Answer, Interval
from solver.ask.common.model import Answered
from solver.report import number_format
from solver.report.plot import USUAL, with_style
from solver.report.style import Style

_COLOURS = {Answer.YES: 2, Answer.NO: 5}
_HEIGHT = 0.6
ZERO: dict[str, dict[str, bool]] = {"Q": {"zero": False}, "T": {}}
"""Options of the scale of numbers, and of dates."""


def breakeven_lines(answer: BreakEven) -> list[str]:
    """Return the lines of ``kardashev breakeven``."""
    return list(_lines(answer))


def _lines(answer: BreakEven) -> Iterator[str]:
    lever, question = answer.lever, answer.criterion.text
    yield f"{answer.name}: {question} over {lever.path} from {lever.text(lever.low)} to {lever.text(lever.high)}"
    yield f"  verdict   {_verdict(answer)}"
    for interval in answer.intervals:
        yield f"  {interval.answer.value:<9} {_interval(answer, interval)}"
    for point in answer.points:
        if point.error:
            yield f"  failed    {lever.path}={point.value}: {point.error}"
    for obstacle in answer.obstacles:
        two = answer.criterion.forces
        met = "the two plans would cost the same" if two else "the plan would cost as much as asked"
        enough = (
            f"at {number_format.number(obstacle.enough)} {met}"
            if obstacle.enough is not None
            else "even at 0 it would not be enough alone"
        )
        part, whole = number_format.money(obstacle.musd), number_format.money(obstacle.difference_musd)
        yield (
            f"  in the way {obstacle.key} = {number_format.number(obstacle.value)}: "
            f"{part}, where {'the two plans are' if two else 'plan and question are'} {whole} apart; {enough}"
        )
    if answer.next is not None:
        yield f"  next      with {lever.path} at {answer.nearest}, {answer.obstacles[0].key} varied as well"
        yield from (f"    {line}" for line in _lines(answer.next))


def _verdict(answer: BreakEven) -> str:
    texts = {
        Verdict.ALWAYS: "always within the range, proven",
        Verdict.NEVER: "never within the range, proven",
        Verdict.TURNS: "the answer turns within the range",
        Verdict.OPEN: "open: not proven over the whole range in the time given; raise --seconds",
    }
    solved = f"{len(answer.points)} value{'s' if len(answer.points) > 1 else ''} solved"
    return f"{texts[answer.verdict]} ({solved})"


def _interval(answer: BreakEven, interval: Interval) -> str:
    text = answer.lever.text
    ends = " to ".join(dict.fromkeys(_short(text(end)) for end in (interval.low, interval.high)))
    if interval.answer is Answer.UNDECIDED:
        return f"{ends}: plans and bounds do not part the two answers"
    return ends if interval.proven else f"{ends}: proven at the values solved, not between them"


def _short(text: str) -> str:
    """Return a number with six significant digits, a month as it is."""
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def breakeven_chart(answer: BreakEven, style: Style = USUAL) -> dict[str, Any] | None:
    """Return the picture: bound to plan of both sides at each value solved, undecided ones grey; None without a plan.

    Nothing is drawn between two values: what is proven there, the intervals say.
    """
    import altair as alt

    bands, undecided = _bands(answer), _undecided(answer)
    if not bands:
        return None
    width = min(640, style.full_width)
    title, kind = answer.lever.path, "T" if answer.lever.month else "Q"
    scale = alt.Scale(
        domain=[_at(answer, end) for end in (answer.lever.low, answer.lever.high)], nice=False, **ZERO[kind]
    )
    x = alt.X(f"at:{kind}", title=title, scale=scale)
    colour = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=[a.value for a in _COLOURS], range=[style.colour(i) for i in _COLOURS.values()]),
        legend=alt.Legend(orient="bottom", direction="horizontal"),
    )
    y = alt.Y("plan:Q", title="plan (point) and proven bound, GUSD", scale=alt.Scale(zero=False))
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        base = alt.Chart(alt.Data(values=bands))
        gap = base.mark_rule(strokeWidth=5, opacity=0.4).encode(x=x, y=y, y2="bound:Q", color=colour)
        plans = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour)
        layers = [gap, plans]
        if answer.musd is not None:
            level = alt.Chart(alt.Data(values=[{"level": answer.musd / 1000}])).mark_rule(strokeDash=[4, 3])
            layers.append(level.encode(y="level:Q"))
        if undecided:
            shade = alt.Chart(alt.Data(values=undecided)).mark_rect(color=style.palette.muted, opacity=0.25)
            layers.insert(0, shade.encode(x=alt.X(f"low:{kind}", title=title, scale=scale), x2="high"))
        picture = alt.layer(*layers).properties(width=width, height=round(_HEIGHT * width))
        subtitle = [
            f"{answer.criterion.text}: {_verdict(answer)}",
            "bars from bound to plan at the values solved; grey: not decided",
        ]
        spec: dict[str, Any] = with_style(picture, answer.name, subtitle, style).to_dict()
    return spec


def _bands(answer: BreakEven) -> list[dict[str, Any]]:
    rows = []
    for point in answer.points:
        at = _at(answer, point.at)
        for side, found in ((Answer.YES, point.yes), (Answer.NO, point.no)):
            rows += _row(at, side, found)
    return rows


def _at(answer: BreakEven, value: float) -> float | str:
    """Return a value of the lever on its axis: a number, or the first day of a month."""
    return f"{answer.lever.text(value)}-01" if answer.lever.month else value


def _row(at: float | str, side: Answer, found: Answered | None) -> list[dict[str, Any]]:
    if found is None or found.objective is None:
        return []
    bound = found.bound if abs(found.bound) < 1e300 else found.objective
    return [{"at": at, "side": side.value, "plan": found.objective / 1000, "bound": bound / 1000}]


def _undecided(answer: BreakEven) -> list[dict[str, float | str]]:
    step = answer.lever.step
    ends = ((float(band.low), min(float(band.high) + step, answer.lever.high)) for band in answer.bands)
    return [{"low": _at(answer, low), "high": _at(answer, high)} for low, high in ends]
