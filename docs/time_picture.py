"""Picture of the page on time, drawn from the rules themselves: ``python -m docs.time_picture``."""

from __future__ import annotations

from html import escape
from pathlib import Path

from solver.horizon.periods import PlanningHorizon
from solver.horizon.ramps import usable
from solver.horizon.substeps import SubPeriods
from solver.horizon.windows import windows
from solver.instance.schema import Horizon

PICTURE = Path(__file__).with_name("time.svg")
LEFT, PER_YEAR, WIDTH, ROW = 20.0, 240.0, 1000.0, 74.0
INK, QUIET, DOING, STANDING, LIMIT = "#222222", "#8a8a8a", "#b2410f", "#1b5e9b", "#2f7d4f"

PERIODS = [{"count": 2, "length": "year"}, {"count": 2, "length": "half_year"}, {"count": 4, "length": "quarter"}]
H = PlanningHorizon.of(Horizon.model_validate({"start": "2030-01", "periods": PERIODS}))
LAG_YEARS, LIFE_YEARS, LONGEST_STEP_YEARS = 1.0, 2.25, 0.3
AVAILABLE, MILESTONE = "2032-04", "2033-02"
BEGINS = ", the first period that begins at or after it."
LATER = ", the first period whose middle lies a lag later."


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(), encoding="utf-8")


def picture() -> str:
    """Return the picture as SVG."""
    rows = (_periods, _doing, _lag, _available, _milestone, _life, _windows, _steps)
    height = ROW * len(rows) + 14
    drawn = [f'<rect width="{WIDTH:g}" height="{height:g}" fill="white"/>']
    for i, row in enumerate(rows):
        drawn += row(ROW * i + 44)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" font-family="sans-serif">'
    return "\n".join([head, *drawn, "</svg>", ""])


def _at(years: float) -> float:
    return LEFT + PER_YEAR * years


def _text(x: float, y: float, text: str, size: float = 13, color: str = INK, anchor: str = "start") -> str:
    style = f'font-size="{size:g}" fill="{color}" text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str = QUIET, width: float = 1, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{color}" stroke-width="{width:g}"{dashed}/>'


def _bar(begin: float, end: float, y: float, color: str, opacity: float = 1.0, height: float = 12) -> str:
    size = f'width="{_at(end) - _at(begin):.1f}" height="{height:g}"'
    return f'<rect x="{_at(begin):.1f}" y="{y - height / 2:.1f}" {size} fill="{color}" fill-opacity="{opacity:g}"/>'


def _dot(years: float, y: float, color: str = DOING) -> str:
    return f'<circle cx="{_at(years):.1f}" cy="{y:.1f}" r="5" fill="{color}"/>'


def _frame(y: float) -> list[str]:
    """Return the line of time with the edges of the periods."""
    edges = [0.0, *(H.end(t) for t in H.periods)]
    return [_line(_at(0), y, _at(edges[-1]), y), *(_line(_at(e), y - 9, _at(e), y + 9) for e in edges)]


def _title(y: float, text: str) -> str:
    return _text(LEFT, y - 17, text)


def _periods(y: float) -> list[str]:
    names = [_text(_at(H.middle(t)), y + 5, H.label(t), 12, anchor="middle") for t in H.periods]
    boxes = [
        f'<rect x="{_at(H.start(t)):.1f}" y="{y - 14:g}" width="{PER_YEAR * H.years(t):.1f}" height="28" '
        f'fill="{"#f1f1f1" if t % 2 else "#fafafa"}" stroke="{QUIET}"/>'
        for t in H.periods
    ]
    return [_title(y - 4, "Periods: years, half years, quarters or months, in any order"), *boxes, *names]


def _doing(y: float) -> list[str]:
    dots = [_dot(H.middle(t), y) for t in H.periods]
    ends = [_line(_at(H.end(t)), y - 11, _at(H.end(t)), y + 11, STANDING, 4) for t in H.periods]
    title = "What is done in a period is done at its middle (dot). What stands is counted at its end (bar)."
    return [*_frame(y), *ends, *dots, _title(y, title)]


def _lag(y: float) -> list[str]:
    ready, due = H.arrival(1, LAG_YEARS), H.middle(1) + LAG_YEARS
    return [
        *_frame(y),
        _bar(H.start(ready), H.end(H.periods[-1]), y, DOING, 0.25),
        _dot(H.middle(1), y),
        _line(_at(H.middle(1)), y, _at(due), y, DOING, 3),
        _line(_at(due), y, _at(H.middle(ready)), y, DOING, 3, "4 4"),
        _dot(H.middle(ready), y),
        _title(y, f"Lag of {LAG_YEARS:g} year: begun in {H.label(1)}, used in all of {H.label(ready)}{LATER}"),
    ]


def _available(y: float) -> list[str]:
    first = usable(H, AVAILABLE)[0]
    date = _at(H.year_of(AVAILABLE))
    return [
        *_frame(y),
        _bar(H.start(first), H.end(H.periods[-1]), y, DOING, 0.25),
        _line(date, y - 12, date, y + 12, DOING, 2, "3 3"),
        _text(date, y + 25, AVAILABLE, 12, DOING, "middle"),
        _title(y, f"available_from {AVAILABLE}: used from {H.label(first)} on{BEGINS}"),
    ]


def _milestone(y: float) -> list[str]:
    asked = next(t for t in H.periods if H.end(t) >= H.year_of(MILESTONE))
    date = _at(H.year_of(MILESTONE))
    return [
        *_frame(y),
        _line(date, y - 12, date, y + 12, STANDING, 2, "3 3"),
        _text(date, y + 25, MILESTONE, 12, STANDING, "middle"),
        _line(_at(H.end(asked)), y - 11, _at(H.end(asked)), y + 11, STANDING, 4),
        _title(y, f"Milestone {MILESTONE} of a stock: first asked at {H.date(asked)}, the end of {H.label(asked)}."),
    ]


def _life(y: float) -> list[str]:
    placed = H.middle(0)
    ages = [
        _text(_at(H.end(t)) - 3, y + 25, f"{H.age(0, t):g}", 12, STANDING if H.age(0, t) < LIFE_YEARS else QUIET, "end")
        for t in H.periods
        if H.age(0, t) <= LIFE_YEARS + 0.5
    ]
    counted = [_line(_at(H.end(t)), y - 11, _at(H.end(t)), y + 11, STANDING, 4) for t in H.served(placed, LIFE_YEARS)]
    return [
        *_frame(y),
        _bar(placed, placed + LIFE_YEARS, y, STANDING, 0.25),
        _dot(placed, y),
        *counted,
        *ages,
        _title(
            y, f"Life of {LIFE_YEARS:g} years from {H.label(0)} on: counted where its age at the end is below its life."
        ),
    ]


def _windows(y: float) -> list[str]:
    shown = [w for w in windows(H).values() if w.begin_years in (1.0, 1.5, 2.0)]
    bars: list[str] = []
    for i, window in enumerate(sorted(shown, key=lambda w: w.begin_years)):
        at = y - 8 + 10 * i
        bars += [_bar(window.begin_years, window.begin_years + 1, at, LIMIT, 0.35, 8)]
    title = "Limits a year hold in any twelve months; a period that lies in them in part counts by its share."
    note = _text(_at(2.5) + 8, y - 5, f"half of {H.label(1)}, all of {H.label(2)}", 11, LIMIT)
    return [*_frame(y), *bars, note, _title(y, title)]


def _steps(y: float) -> list[str]:
    steps = SubPeriods.of(H, LONGEST_STEP_YEARS)
    cuts = [
        _line(_at(steps.middle(u) + steps.years(u) / 2), y - 6, _at(steps.middle(u) + steps.years(u) / 2), y + 6)
        for u in steps.steps
    ]
    dots = [f'<circle cx="{_at(steps.middle(u)):.1f}" cy="{y:g}" r="3" fill="{DOING}"/>' for u in steps.steps]
    title = "Lunar plant: equal steps within each period, no longer than its shortest lag; each acts at its own middle."
    return [*_frame(y), *cuts, *dots, _title(y, title)]


if __name__ == "__main__":
    main()
