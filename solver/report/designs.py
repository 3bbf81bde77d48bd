"""Candidate node designs as tables for a terminal and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from solver.plan import Design

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


def design_table(designs: Iterable[Design]) -> Group:
    """Return three tables to print with Rich: overview of the designs, mass by part, price by part.

    Power in kW of IT load, mass in t and kg, areas in m2 of panel, prices in MUSD at the start of the horizon.
    """
    from rich.console import Group

    listed = list(designs)
    return Group(
        _overview(listed),
        _by_part("Mass, kg", listed, [design.mass_kg for design in listed], "{:,.0f}"),
        _by_part("Price, MUSD", listed, [design.cost_musd for design in listed], "{:,.3f}"),
    )


def design_json(designs: Iterable[Design]) -> dict[str, Any]:
    """Return the same as plain data: ``{"designs": [...]}``, one object per design with units in its keys."""
    return {"designs": [_design_data(design) for design in designs]}


def usd_per_w(design: Design) -> float:
    """Return the price of a node over its IT power, USD/W, launch not included."""
    return design.price_musd * 1e3 / design.power_kw


def _design_data(design: Design) -> dict[str, Any]:
    return {
        "name": design.name,
        "platform": design.platform,
        "shell": design.shell,
        "power_kw": design.power_kw,
        "mass_t": design.mass_t,
        "kg_per_kw": design.kg_per_kw,
        "array_m2": design.area_m2["array"],
        "radiator_m2": design.area_m2["radiator"],
        "stowed_m3": design.stowed_m3,
        "price_musd": design.price_musd,
        "usd_per_w": usd_per_w(design),
        "life_years": design.life_years,
        "sunlit_share": design.sunlit_share,
        "mass_kg": dict(design.mass_kg),
        "cost_musd": dict(design.cost_musd),
    }


def _overview(designs: Sequence[Design]) -> Table:
    from rich.table import Table

    table = Table(title="Node designs")
    for heading in ("shell", "platform", "design"):
        table.add_column(heading, overflow="fold")
    for heading in ("kW", "t", "kg/kW", "array m2", "radiator m2", "MUSD", "USD/W", "life, years"):
        table.add_column(heading, justify="right")
    for design in designs:
        table.add_row(
            design.shell,
            design.platform,
            design.name,
            f"{design.power_kw:,.0f}",
            f"{design.mass_t:,.2f}",
            f"{design.kg_per_kw:.1f}",
            f"{design.area_m2['array']:,.0f}",
            f"{design.area_m2['radiator']:,.0f}",
            f"{design.price_musd:,.2f}",
            f"{usd_per_w(design):.2f}",
            f"{design.life_years:g}",
        )
    return table


def _by_part(title: str, designs: Sequence[Design], by_part: Sequence[Mapping[str, float]], form: str) -> Table:
    from rich.table import Table

    # Order of first appearance: that of the sizing.
    parts = list(dict.fromkeys(part for values in by_part for part in values))
    table = Table(title=title)
    for heading in ("shell", "design"):
        table.add_column(heading, overflow="fold")
    for part in parts:
        table.add_column(part, justify="right")
    for design, values in zip(designs, by_part, strict=True):
        cells = [form.format(values[part]) if part in values else "" for part in parts]
        table.add_row(design.shell, design.name, *cells)
    return table
