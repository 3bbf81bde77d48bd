"""Cost bridges and purchases by year as rows of text, for a terminal, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from solver.compare.bridge import Bridge, BridgePart
from solver.report import number_format
from solver.report.bridge_chart import Step, Steps
from solver.report.plot import FAMILIES

if TYPE_CHECKING:
    from pandas import DataFrame

WITHIN = "within the gaps"
GUSD = 1e3
FEW_PARTS, FEW_BUILT, MOST_STEPS = 4, 2, 9
"""Parts and purchases on a screen, and steps of a picture."""
SMALLEST_STEP = 1e-4
Rows = list[list[str]]


def title(bridge: Bridge) -> str:
    """Return the title of a bridge, with both net present costs."""
    before, after = (number_format.money(musd) for musd in (bridge.before_musd, bridge.after_musd))
    return f"Cost bridge from {bridge.base} ({before}) to {bridge.other} ({after}), {unit(bridge)}"


def unit(bridge: Bridge) -> str:
    """Return the unit of a bridge: GUSD where a cost is one or more."""
    return "GUSD" if max(abs(bridge.before_musd), abs(bridge.after_musd)) >= GUSD else "MUSD"


def header(bridge: Bridge) -> list[str]:
    """Return the heads of the columns of a bridge."""
    columns = bridge.drivers if len(bridge.drivers) > 1 else ()
    return ["Part", *columns, "Sum", "" if bridge.gaps_musd is None else "Gaps"]


def part_rows(bridge: Bridge, most: int | None = None) -> Rows:
    """Return a row for each part, the largest differences first, then the rest and the sum of all."""
    shown = bridge.parts if most is None or len(bridge.parts) <= most + 1 else bridge.parts[:most]
    rows = [_row(bridge, part_name(part), [part]) for part in shown if any(part.effects.values())]
    rest = bridge.parts[len(shown) :]
    if rest:
        rows.append(_row(bridge, f"{len(rest)} others", rest))
    return [*rows, _row(bridge, "all", bridge.parts)]


def part_name(part: BridgePart) -> str:
    """Return the name of a part: its family and its item."""
    family = FAMILIES.get(part.family, part.family)
    return family if part.item == family else f"{family}: {part.item.replace('_', ' ')}"


def _row(bridge: Bridge, name: str, parts: Sequence[BridgePart]) -> list[str]:
    effects = [sum(part.effects[driver] for part in parts) for driver in bridge.drivers]
    difference = sum(effects)
    size = GUSD if unit(bridge) == "GUSD" else 1.0
    columns = [_signed(effect / size) for effect in effects] if len(effects) > 1 else []
    mark = WITHIN if bridge.distinguishable(difference) is False and difference else ""
    return [name, *columns, _signed(difference / size), mark]


def _signed(amount: float) -> str:
    """Return an amount with its sign and at most three decimals."""
    digits = 1 if abs(amount) >= 10 else 2 if abs(amount) >= 1 else 3
    text = f"{amount:+,.{digits}f}"
    return "0" if not float(text.replace(",", "")) else text


def built_rows(built: DataFrame, labels: Sequence[str], most: int | None = None) -> Rows:
    """Return totals with their first year by name, those that differ, the largest relative difference first."""
    rows = []
    for name, group in built.groupby("what", sort=False):
        totals = [float(group[label].sum()) for label in labels]
        first = [str(min(group["year"][group[label] > 0], default="")) for label in labels]
        if len(set(totals)) > 1 or len(set(first)) > 1:
            cells = [
                f"{_amount(total)} from {year}" if total else "-" for total, year in zip(totals, first, strict=True)
            ]
            rows.append(((max(totals) - min(totals)) / max(totals), [str(name), *cells]))
    ordered = [row for _, row in sorted(rows, key=lambda found: -found[0])]
    return ordered if most is None else ordered[:most]


def _amount(total: float) -> str:
    return f"{total:,.0f}" if total == round(total) else number_format.number(total)


def steps_of(bridge: Bridge, most: int = MOST_STEPS) -> Steps:
    """Return the steps of the picture of a bridge: the largest effects of a driver on a part, then the rest."""
    size = GUSD if unit(bridge) == "GUSD" else 1.0
    effects = [
        (f"{part_name(part)} ({driver})" if len(bridge.drivers) > 1 else part_name(part), musd / size)
        for part in bridge.parts
        for driver, musd in part.effects.items()
        if abs(musd) >= SMALLEST_STEP * abs(bridge.difference_musd)
    ]
    effects.sort(key=lambda effect: -abs(effect[1]))
    before, after = bridge.before_musd / size, bridge.after_musd / size
    rest = after - before - sum(by for _, by in effects[:most])
    level, found = before, [Step(bridge.base, 0.0, before, total=True)]
    for name, by in [*effects[:most], *([("others", rest)] if len(effects) > most else [])]:
        found.append(Step(name, level, level + by))
        level += by
    found.append(Step(bridge.other, 0.0, after, total=True))
    return Steps(tuple(found), None if bridge.gaps_musd is None else bridge.gaps_musd / size, unit(bridge))
