"""Sensitivity in lines and as a table: bars with plans, bounds and what they rest on; indices; boxes."""

from __future__ import annotations

from collections.abc import Iterator

from solver.ask.sensitivity.sensitivity_result import Bar, End, Sensitivity
from solver.report import number_format

SHOWN = 15
NOT_APART = "not distinguishable"


def sensitivity_lines(found: Sensitivity) -> list[str]:
    """Return the lines of ``kardashev sensitivity``."""
    return list(_lines(found))


def shown(value: float | str) -> str:
    """Return a value of a lever: a number in short, a month as it stands in the file."""
    return value if isinstance(value, str) else f"{value:g}"


def _lines(found: Sensitivity) -> Iterator[str]:
    if found.objective is None:
        yield f"{found.name}: no plan ({found.status}), so nothing to vary; raise --seconds, or run kardashev explain."
        return
    of = f" of {found.levers} in use" if found.levers > len(found.bars) else ""
    yield (
        f"{found.name}: {len(found.bars)} levers{of} over their ranges, one at a time; "
        f"best plan {_amount(found.objective, found.unit)}, bound {_amount(found.bound, found.unit)}"
    )
    for bar in found.bars[:SHOWN]:
        low, high = (f"{shown(end.value)} {_end(end, found.unit)}" for end in (bar.low, bar.high))
        yield f"  lever     {bar.path}: {low}, {high}{_apart(bar)} [{bar.support}]"
    if len(found.bars) > SHOWN:
        yield f"            and {len(found.bars) - SHOWN} more"
    yield f"  support   {_rests(found)}"
    for index in found.morris:
        yield (
            f"  morris    {index.path}: mean effect {_amount(index.main, found.unit)} "
            f"(± {_amount(index.main_confidence, found.unit)}), deviation {_amount(index.other, found.unit)}"
        )
    for index in found.sobol:
        yield (
            f"  sobol     {index.path}: first order {index.main:.2f} (± {index.main_confidence:.2f}), "
            f"total {index.other:.2f} (± {index.other_confidence or 0.0:.2f})"
        )
    if found.morris or found.sobol:
        yield "            indices are of the bound of the LP relaxation, with years as periods where these are fewer"
    for box in found.boxes:
        limits = "; ".join(f"{path} from {shown(low)} to {shown(high)}" for path, (low, high) in box.limits.items())
        holds = f"holds in {box.density:.0%} of {box.samples} samples, {box.coverage:.0%} of all in which it holds"
        yield f"  box       {limits}: {holds}"
    yield from (f"  failed    {text}" for text in found.failed)


def sensitivity_table(found: Sensitivity) -> str:
    """Return a Markdown table of the bars in USD per W and year, or in the unit of the objective."""
    unit = found.unit if found.per_unit is None else "USD per W and year"
    head = f"{found.name}: bound and plan at both ends of each range, one at a time, {unit}."
    best = f"Best plan {_cell(found.objective, found)}, bound {_cell(found.bound, found)}."
    lines = [
        head, "", best, "",
        "| quantity | low | central | high | at low | at high | ends differ | rests on | source |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for bar in found.bars:
        apart = {True: "proven", False: NOT_APART, None: "open"}[bar.distinguishable]
        ends = " | ".join(_ends_cell(end, found) for end in (bar.low, bar.high))
        values = " | ".join(map(shown, (bar.low.value, bar.central, bar.high.value)))
        lines.append(f"| `{bar.path}` | {values} | {ends} | {apart} | {bar.support} | {bar.source} |")
    lines += ["", f"{_rests(found)}.", ""]
    return "\n".join(lines)


def _rests(found: Sensitivity) -> str:
    relays = f", {found.relayed} on a weak relay" if found.relayed else ""
    return f"{found.weak} of these {len(found.bars)} rest on an assumption or on general knowledge{relays}"


def _ends_cell(end: End, found: Sensitivity) -> str:
    if end.infeasible:
        return "no plan"
    if end.bound is None:
        return "-"
    plan = "" if end.plan is None else f" to {_cell(end.plan, found)}"
    return f"{_cell(end.bound, found)}{plan}"


def _cell(value: float | None, found: Sensitivity) -> str:
    return "-" if value is None else f"{value * (found.per_unit or 1.0):.4g}"


def _end(end: End, unit: str) -> str:
    if end.infeasible:
        return "no plan exists"
    if end.bound is None:
        return "not measured in time"
    plan = "no plan found" if end.plan is None else f"plan {_amount(end.plan, unit)}"
    return f"{plan} (bound {_amount(end.bound, unit)})"


def _apart(bar: Bar) -> str:
    return {True: "", False: f", {NOT_APART}", None: ", open"}[bar.distinguishable]


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return number_format.money(value) if unit == "MUSD" else f"{number_format.number(value)} {unit}"
