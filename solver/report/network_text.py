"""Network figures as tables for a terminal and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from solver.report import number_format
from solver.report.network_analysis import NetworkReport
from solver.topology.flow import DeliveredTraffic
from solver.topology.latency import CityLatency, LatencyQuantiles
from solver.topology.metrics import OverallFigures, ShellFigures
from solver.topology.structure import Connectivity

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

NONE = "-"
IN_CLUSTER = "in cluster"
LINE_HEADINGS = (
    "GW", "nodes", "latency p50 ms", "latency p95 ms", "latency p99 ms", "stretch", "hops", "connected pairs",
    "bisection Tb/s", "Gb/s per MW", "ground Tb/s", "Gb/s per MW",
)  # fmt: skip
SHELL_HEADINGS = (
    "nodes", "MW", "link km", "hops", "all-to-all Gb/s", "bisection Tb/s", "Gb/s per MW", IN_CLUSTER,
    "edge connectivity", "latency to cities ms", "connected",
)  # fmt: skip


def network_table(report: NetworkReport) -> Group:
    """Return tables to print with Rich: the network by year, by shell, after outages, and its bottlenecks."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [_by_date(report), _shells(report), _outages(report), Text("\n".join(_summary(report)))]
    if report.notes:
        parts.append(Text("\n".join(("Notes", *(f"  {note}" for note in report.notes)))))
    return Group(*parts)


def network_json(report: NetworkReport) -> dict[str, Any]:
    """Return the same figures as plain data; units are in the keys, rates one way, latency that of light in vacuum."""
    figures = report.figures
    return {
        "name": report.title,
        "date": report.date,
        "planned": report.planned,
        **_overall(figures.overall),
        "edge_connectivity": _between(figures.edge_connectivity),
        "algebraic_connectivity": figures.algebraic_connectivity,
        "disjoint_paths": [{"from": a, "to": b, "paths": n} for (a, b), n in figures.disjoint_paths.items()],
        "traffic_between_stations_tbps": {"at_least": figures.traffic.at_least, "at_most": figures.traffic.at_most},
        "latency_between_shells": [
            {"from": a, "to": b, "latency_mean_ms": ms} for (a, b), ms in figures.between_shells_ms.items()
        ],
        "shells": [_shell(shell) for shell in figures.shells],
        "stations": [
            {
                "name": s.name, "region": s.region or None, "latitude_deg": s.latitude_deg,
                "longitude_deg": s.longitude_deg, "rate_gbps": s.rate_gbps,
                "availability_share": s.availability_share,
            }
            for s in report.graph.stations
        ],
        "failures": [
            {
                "outage": impact.outage, "lost_nodes_share": impact.lost_nodes_share,
                "largest_component_power_share": impact.largest_component_power_share,
                "ground_connected_power_share": impact.ground_connected_power_share,
                "ground_traffic_share": impact.traffic_share,
                "bottleneck": impact.bottleneck or None,
            }
            for impact in figures.outages
        ],
        "years": [_overall(year) for year in report.years],
        "notes": list(report.notes),
    }  # fmt: skip


def _overall(one: OverallFigures) -> dict[str, Any]:
    return {
        "date": one.date, "power_gw": one.power_gw, "nodes": one.nodes, "vertices": one.vertices, "links": one.links,
        "connected_components": one.components, "latency_between_cities": _city(one.cities),
        "bisection": {
            "gbps": one.bisection.gbps, "gbps_per_mw": one.bisection.gbps_per_mw, "power_mw": one.bisection.power_mw,
            "method": one.bisection.method,
        },
        "ground": {
            "mean_gbps": one.ground_mean_gbps, "min_gbps": one.ground_min_gbps,
            "mean_gbps_per_mw": one.ground_gbps_per_mw, "min_cut_at_one_instant": _cut(one.ground),
        },
        "offered_gbps": one.offered_gbps, "served_share": one.served_share,
    }  # fmt: skip


def _city(found: CityLatency | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {name: getattr(found, name) for name in CityLatency.__dataclass_fields__}


def _cut(found: DeliveredTraffic) -> list[dict[str, Any]]:
    return [{"kind": kind, "links": links, "gbps": gbps} for kind, (links, gbps) in found.cut.items()]


def _between(found: Connectivity) -> dict[str, int]:
    return {"at_least": found.at_least, "at_most": found.at_most}


def _shell(shell: ShellFigures) -> dict[str, Any]:
    spec, walker, ways = shell.spec, shell.spec.geometry, shell.from_cities
    return {
        "shell": spec.name, "form": spec.form, "nodes": spec.nodes, "power_mw": spec.power_mw,
        "planes": walker.planes * spec.lump if walker is not None else None,
        "slots": walker.slots * spec.lump if walker is not None else None,
        "closed": walker.closed if walker is not None else None, "aggregated_in_squares_of": spec.lump,
        "nodes_in_cluster": spec.cluster.nodes if spec.cluster is not None else None,
        "terminal": spec.optics.name, "terminal_gbps": spec.optics.rate_gbps, "terminals": spec.terminals,
        "links": shell.links, "along_plane_km": shell.along_km, "across_planes_km": shell.across_km,
        "bisection_gbps": shell.bisection_gbps, "bisection_gbps_per_mw": shell.bisection_gbps_per_mw,
        "cluster_bisection_gbps_per_mw": shell.cluster_gbps_per_mw, "mean_hops": shell.mean_hops,
        "all_to_all_gbps": shell.all_to_all_gbps, "edge_connectivity": shell.edge_connectivity,
        "algebraic_connectivity": shell.algebraic_connectivity, "latency_light_ms": shell.light_ms,
        "latency_from_cities": {name: getattr(ways, name) for name in LatencyQuantiles.__dataclass_fields__},
    }  # fmt: skip


def _by_date(report: NetworkReport) -> Table:
    one = report.figures.overall
    years, shells = report.years or (one,), len(report.graph.shells)
    table = _table(
        f"Network by date: {shells} shell{'' if shells == 1 else 's'} in {report.date}",
        ("at",),
        LINE_HEADINGS,
    )
    with_traffic = any(year.served_share is not None for year in years)
    if with_traffic:
        table.add_column("traffic served", justify="right")
    for year in years:
        c = year.cities
        cells = [
            year.date, number_format.number(year.power_gw), f"{year.nodes:,.0f}",
            *((f"{c.latency_p50_ms:.1f}", f"{c.latency_p95_ms:.1f}", f"{c.latency_p99_ms:.1f}", f"{c.stretch:.2f}",
               f"{c.hops:.1f}", number_format.share(c.connected_pairs_share)) if c is not None else (NONE,) * 6),
            _number(year.bisection.gbps / 1000), _number(year.bisection.gbps_per_mw),
            _number(year.ground_mean_gbps / 1000), _number(year.ground_gbps_per_mw),
        ]  # fmt: skip
        table.add_row(*cells, *([_share(year.served_share)] if with_traffic else []))
    return table


def _shells(report: NetworkReport) -> Table:
    clusters = any(shell.spec.cluster is not None for shell in report.figures.shells)
    headings = [heading for heading in SHELL_HEADINGS if clusters or heading != IN_CLUSTER]
    table = _table(f"Shells in {report.date}", ("shell", "pattern"), headings)
    for shell in report.figures.shells:
        spec, walker, ways = shell.spec, shell.spec.geometry, shell.from_cities
        shape = f" {walker.planes * spec.lump} x {walker.slots * spec.lump}" if walker is not None else ""
        open_shell = ", open" if walker is not None and walker.planes > 1 and not walker.closed else ""
        kms = " / ".join(_number(km) for km in (shell.along_km, shell.across_km) if not math.isnan(km))
        table.add_row(
            spec.name, f"{spec.form}{shape}{open_shell}", f"{spec.nodes:,.0f}", _number(spec.power_mw), kms or NONE,
            _number(shell.mean_hops), _number(shell.all_to_all_gbps), _number(shell.bisection_gbps / 1000),
            _number(shell.bisection_gbps_per_mw), *([_number(shell.cluster_gbps_per_mw)] if clusters else []),
            NONE if shell.edge_connectivity is None else str(shell.edge_connectivity), _number(ways.latency_p50_ms),
            _share(ways.connected_share),
        )  # fmt: skip
    return table


def _outages(report: NetworkReport) -> Table:
    table = _table(
        f"After an outage in {report.date}",
        ("outage",),
        ("failed nodes", "power in largest component", "power connected to the ground", "traffic to the ground"),
    )
    table.add_column("bottleneck")
    for impact in report.figures.outages:
        shares = (
            impact.lost_nodes_share,
            impact.largest_component_power_share,
            impact.ground_connected_power_share,
            impact.traffic_share,
        )
        table.add_row(impact.outage, *(number_format.share(share) for share in shares), impact.bottleneck or NONE)
    return table


def _summary(report: NetworkReport) -> list[str]:
    figures = report.figures
    one = figures.overall
    where = "gateways" if any(s.region for s in report.graph.stations) else "the largest cities"
    lines = [_line("ground", _limits(one)), _line("bottleneck", _bottleneck(one.ground))]
    if figures.traffic.at_most > 0:
        low, high = (number_format.number(x) for x in (figures.traffic.at_least, figures.traffic.at_most))
        lines.append(_line("traffic", f"{low} to {high} Tb/s concurrently between {where}, each pair by its size"))
    if figures.disjoint_paths:
        (a, b), least = min(figures.disjoint_paths.items(), key=lambda item: item[1])
        lines.append(_line("paths", f"at least {least} link-disjoint between {where} ({a} and {b})"))
    if one.components > 1:
        lines.append(_line("components", f"{one.components}: disconnected but for the ground"))
    found = figures.edge_connectivity
    links = f"{found.at_least}" if found.at_least == found.at_most else f"{found.at_least} to {found.at_most}"
    if one.components == 1:
        lines.append(_line("connectivity", f"{links} links at least{_spectrum(figures.algebraic_connectivity)}"))
    cut = f"narrowest balanced cut found of {_power(one.bisection.power_mw)}: {one.bisection.method}"
    return [*lines, _line("bisection", cut)]


def _line(head: str, text: str) -> str:
    return f"  {head:<14}{text}"


def _limits(one: OverallFigures) -> str:
    mean, least = (number_format.number(gbps / 1000) for gbps in (one.ground_mean_gbps, one.ground_min_gbps))
    return f"capacity {mean} Tb/s as a mean over a day, at least {least} Tb/s"


def _bottleneck(ground: DeliveredTraffic) -> str:
    parts = [
        f"{kind} ({number_format.number(gbps / 1000)} Tb/s, {links:,} of them)"
        for kind, (links, gbps) in sorted(ground.cut.items(), key=lambda found: -found[1][1])
    ]
    return "at the instant drawn " + (number_format.listed(parts) or "no path to the ground")


def _spectrum(value: float | None) -> str:
    return f"; algebraic connectivity {value:.3g}" if value is not None else ""


def _power(mw: float) -> str:
    return number_format.power(mw / 1000)


def _table(title: str, left: Iterable[str], right: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in left:
        table.add_column(heading, no_wrap=True)
    for heading in right:
        table.add_column(heading, justify="right")
    return table


def _number(value: float | None) -> str:
    return NONE if value is None or not math.isfinite(value) else number_format.number(value)


def _share(value: float | None) -> str:
    return NONE if value is None else number_format.share(value)
