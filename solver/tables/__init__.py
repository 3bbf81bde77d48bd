"""Tidy tables of a plan: fixed columns, units in their names, one row per fact."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.io import escapes
from solver.io.replace import replace_file
from solver.tables.account import account_rows
from solver.tables.figures import Figures, figures_of
from solver.tables.kardashev import kardashev_rows
from solver.tables.learning import learning_rows
from solver.tables.levelised import cohort_rows, levelised_rows
from solver.tables.money import family_rows, money_rows, summary_rows
from solver.tables.moon import driver_rows, lander_columns, landing_rows, material_rows, plant_rows
from solver.tables.network import gateway_rows, link_rows, workload_rows
from solver.tables.places import design_parts, design_rows, ground_rows, line_rows, node_rows, power_rows, shell_rows
from solver.tables.plan_state import PlanState, state_of
from solver.tables.transport import Row, fleet_rows, flight_rows, launch_rows, pad_rows

if TYPE_CHECKING:
    from pandas import DataFrame

    from solver.tables.lunar_state import LunarReplay

__all__ = [
    "COLUMNS",
    "MOON_COLUMNS",
    "NETWORK_COLUMNS",
    "Figures",
    "PlanState",
    "figures_of",
    "state_of",
    "table_texts",
    "tables",
    "write_tables",
]

# Columns of integers end in "#", of text in "$"; all others are floats. The signs are not part of the name.
_SPECS: Mapping[str, str] = {
    "summary": "key$ value unit$",
    "flights": "period$ start$ end$ vehicle$ shell$ flights# payload_used_t nodes#",
    "launches": "period$ vehicle$ site$ flights#",
    "fleet": "period$ vehicle$ ordered# arrived# retired lost stock flown#",
    "nodes": "period$ shell$ design$ platform$ loaded# alive it_power_gw",
    "shells": "period$ shell$ alive derelict occupied slots used_share derelict_object_years",
    "power": "period$ end$ unit$ target delivered unmet orbit_gw ground_gw",
    "production_lines": "period$ platform$ ordered# ready# made_gw capacity_gw",
    "pads": "period$ site$ ordered# pads# launches# busy_share",
    "ground": "period$ region$ taken_gw offered_gw alive_gw",
    "money": "period$ start$ end$ family$ item$ musd present_musd",
    "money_by_family": "period$ family$ musd present_musd",
    "learning": "period$ component$ bought_musd experience_musd mean_price_share marginal_price_share spend_musd",
    "account": "period$ place$ unit$ installed arrived alive powered cooled working linked used used_share",
    "levelised": "group$ name$ share levelised unit$",
    "cohorts": (
        "period$ place$ design$ it_power_gw purchase_musd launch_musd running_musd service_gw_years usd_per_w_year"
        " usd_per_kwh"
    ),
    "designs": (
        "design$ shell$ platform$ power_kw kg_per_kw mass_t array_m2 radiator_m2 price_musd usd_per_w life_years"
    ),
}

_MOON_SPECS: Mapping[str, str] = {
    "moon": "period$ step$ activity$ does$ capital_t invested_t made_t night_t",
    "materials": "period$ step$ commodity$ made_t imported_t used_t fed_t stored_t import_share",
    "landings": "period$ tankers# landings# propellant_t landed_t seed_t imported_t",
    "mass_drivers": "period$ ordered# operating# launched_t capacity_t used_share energy_gwh",
    "kardashev": (
        "period$ end$ it_power_gw earth_made_gw moon_made_gw ground_gw earth_made_share moon_made_share"
        " kardashev_index_of_it_power sun_share plant_t doubling_years excavated_t_per_year made_t_per_year"
        " imported_t_per_year plant_built_t_per_year mass_drivers_built_t_per_year mass_driver_launched_t_per_year"
        " unused_t_per_year import_share production_power_gw mass_driver_power_gw generation_capacity_gw mass_drivers#"
    ),
}


_NETWORK_SPECS: Mapping[str, str] = {
    "gateways": "period$ gateway$ region$ ordered# stations# traffic_gbps capacity_gbps",
    "links": "period$ shell$ traffic_gbps capacity_gbps downlink_gbps relayed_gbps",
    "workloads": "period$ workload$ place$ unit$ served eligible",
}


def _columns(specs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(column.rstrip("#$") for column in spec.split()) for name, spec in specs.items()}


COLUMNS: Mapping[str, tuple[str, ...]] = _columns(_SPECS)
"""Columns of every table; ``designs`` has further columns ``<part>_kg``, one for every part. Where ``use.moon`` is true
``fleet`` has a last column ``expended`` and ``nodes`` a last column ``mass_driver_launched``."""
MOON_COLUMNS: Mapping[str, tuple[str, ...]] = _columns(_MOON_SPECS)
"""Columns of the tables that exist only where ``use.moon`` is true; ``landings`` has further columns
``<lander>_landings``, one for every lander."""

NETWORK_COLUMNS: Mapping[str, tuple[str, ...]] = _columns(_NETWORK_SPECS)
"""Columns of the tables that exist only where the instance has a network."""


def tables(state: PlanState) -> dict[str, DataFrame]:
    """Return every table of a plan, in a fixed order, also those without a row.

    Tables on the Moon are included only where ``use.moon`` is true, those on the network only where there is one.
    """
    return {name: _frame(columns, rows) for name, (columns, rows) in _sheets(state).items()}


def table_texts(state: PlanState) -> dict[str, str]:
    """Return the text of each table of a plan as it is written, in the order of ``tables``.

    Floats have ten significant digits, lines end in a line feed, an absent number is an empty field.
    """
    return {name: _text(columns, rows) for name, (columns, rows) in _sheets(state).items()}


def write_tables(texts: Mapping[str, str], directory: str | Path, durable: bool = True) -> list[Path]:
    """Write each text as ``<name>.csv`` into a directory, which is created if missing, and return the files.

    OSError when the disk refuses. Without ``durable`` the caller brings the files to the disk.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        replace_file(path, text.encode(), durable)
        written.append(path)
    return written


def _sheets(state: PlanState) -> dict[str, tuple[list[str], Iterable[Row]]]:
    """Return the columns, with the signs of their kinds, and the rows of every table."""
    rows: dict[str, Iterable[Row]] = {
        "summary": summary_rows(state, figures_of(state)),
        "flights": flight_rows(state),
        "launches": launch_rows(state),
        "fleet": fleet_rows(state),
        "nodes": node_rows(state),
        "shells": shell_rows(state),
        "power": power_rows(state),
        "production_lines": line_rows(state),
        "pads": pad_rows(state),
        "ground": ground_rows(state),
        "money": money_rows(state),
        "money_by_family": family_rows(state),
        "learning": learning_rows(state),
        "account": account_rows(state),
        "levelised": levelised_rows(state),
        "cohorts": cohort_rows(state),
        "designs": design_rows(state.plan),
    }
    specs = dict(_SPECS)
    specs["designs"] += "".join(f" {part}_kg" for part in design_parts(state.plan))
    if state.lunar is not None:
        rows |= _moon_rows(state, state.lunar)
        specs |= _MOON_SPECS
        specs["fleet"] += " expended"
        specs["nodes"] += " mass_driver_launched"
        specs["landings"] += lander_columns(state.lunar)
    if state.network is not None:
        rows |= {
            "gateways": gateway_rows(state, state.network),
            "links": link_rows(state, state.network),
            "workloads": workload_rows(state, state.network),
        }
        specs |= _NETWORK_SPECS
    return {name: (spec.split(), rows[name]) for name, spec in specs.items()}


def _moon_rows(state: PlanState, lunar: LunarReplay) -> dict[str, Iterable[Row]]:
    return {
        "moon": plant_rows(lunar),
        "materials": material_rows(lunar),
        "landings": landing_rows(state, lunar),
        "mass_drivers": driver_rows(state, lunar),
        "kardashev": kardashev_rows(state),
    }


def _frame(columns: list[str], rows: Iterable[Row]) -> DataFrame:
    from pandas import DataFrame

    kinds = {"#": "int64", "$": "str"}
    frame = DataFrame(list(rows), columns=[column.rstrip("#$") for column in columns])
    return frame.astype({column.rstrip("#$"): kinds.get(column[-1], "float64") for column in columns})


def _text(columns: list[str], rows: Iterable[Row]) -> str:
    """Return a table as text without pandas, whose import takes longer than many a solve."""
    shown = [_SHOWN.get(column[-1], _float) for column in columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.rstrip("#$") for column in columns)
    writer.writerows([show(value) for show, value in zip(shown, row, strict=True)] for row in rows)
    return text.getvalue()


def _float(value: Any) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.10g}"


_SHOWN: Mapping[str, Callable[[Any], str]] = {"#": lambda value: str(int(value)), "$": escapes.csv}
