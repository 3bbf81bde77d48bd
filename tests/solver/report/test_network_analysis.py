"""Network of instances and plans: data, assumptions, the command and its picture."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from solver.errors import UsageError
from solver.report.network_analysis import declared_network, planned_network
from solver.report.network_chart import network_chart
from solver.report.network_map import coastlines
from solver.report.network_text import network_json
from solver.run.stored_run import read_run
from solver.tables import state_of
from solver.topology.declared import TODAY, cities, nominal, offered_gbps_per_mw, shells_of, stations_of
from tests.solver import samples
from tests.solver.command import ONE_FLIGHT, TINY, TOO_SLOW, ended
from tests.solver.networked import networked
from tests.solver.small import small

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
KEYS = {
    "target", "name", "date", "planned", "power_gw", "nodes", "vertices", "links", "connected_components",
    "latency_between_cities", "bisection", "ground", "offered_gbps", "served_share", "edge_connectivity",
    "algebraic_connectivity", "disjoint_paths", "traffic_between_stations_tbps", "latency_between_shells", "shells",
    "stations", "failures", "years", "notes",
}  # fmt: skip


PANELS = (
    "Nodes at one instant",
    "Bandwidth of shells",
    "After an outage",
    "Latency between",
    "Bandwidth by IT power",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of a small plan."""
    folder = tmp_path_factory.mktemp("networks")
    assert ended("solve", str(TINY / "shells.yaml"), "--out", str(folder / "run")) == 0
    return folder / "run"


def test_declared_shells_are_full_and_assumptions_are_notes() -> None:
    """Without a section network a shell is full of its first platform, with four of today's lasers, and a note."""
    instance = small({"shells.near.slots": 100.0})
    shells, notes = shells_of(instance, nominal(instance))
    (near,) = shells
    assert (near.nodes, near.power_mw, near.optics, near.terminals) == (100.0, 1000.0, TODAY, 4)
    assert near.geometry is not None
    assert (near.geometry.planes, near.geometry.slots, near.geometry.closed) == (10, 10, False)
    stations, more = stations_of(instance)
    assert [s.name for s in stations] == [s.name for s in cities()]
    assert len(stations) == 20
    output = " ".join(notes + more)
    for word in (
        "no laser terminals are described",
        "planes are not described",
        "dawn-dusk",
        "no gateway is described",
    ):
        assert word in output


def test_a_described_network_is_taken_as_it_stands() -> None:
    """Planes, terminals, gateways, workloads come from the instance; a limit of half the links doubles traffic."""
    instance = networked({"network.utilisation_share": 0.5})
    shells, notes = shells_of(instance, nominal(instance))
    (near,) = shells
    assert near.geometry is not None
    assert (near.geometry.planes, near.geometry.slots) == (4, 4)
    assert (near.optics.name, near.optics.rate_gbps, near.relays) == ("laser", 1000.0, ())
    stations, _ = stations_of(instance)
    assert [(s.name, s.region, s.rate_gbps) for s in stations] == [("dish", "north", 10.0 * 100)]
    assert offered_gbps_per_mw(instance, "2031-01") == pytest.approx(2 * 0.5)
    assert not any("planes" in note and "assumed" in note for note in notes)


def test_a_place_in_deep_space_has_a_distance_in_any_case() -> None:
    """A shell without a distance has the default of its orbit, with a note."""
    deep = {"orbit": "cislunar", "sunlit_share": 1.0, "dose_rad_per_year": 100.0}
    (near,), notes = shells_of(small({"shells.near": deep}), nominal(small({"shells.near": deep})))
    assert near.distance_km == 384_400.0
    assert any("its distance is not described" in note for note in notes)
    far = {**deep, "orbit": "heliocentric", "earth_distance_km": 190_500_000.0}
    report = declared_network(small({"shells.near": far}))
    assert report.figures.shells[0].light_ms == pytest.approx(635_440, rel=0.001)
    assert any("without a limit on slots" in note for note in report.notes)


def test_clusters_are_vertices() -> None:
    """Nodes of a cluster fabric are one vertex, linked by the outer terminals of all of them."""
    fabric = {"form": "cluster", "rows": 2, "columns": 2, "outer_terminals": 3}
    instance = networked({"network.fabrics": {"four": fabric}, "platforms.cube.declared.fabric": "four"})
    (near,), _ = shells_of(instance, nominal(instance))
    assert near.cluster is not None
    assert (near.cluster.nodes, near.vertices, near.terminals) == (4, 4, 12)


def test_nothing_offered_without_workloads() -> None:
    """An instance that describes no traffic asks for none."""
    assert offered_gbps_per_mw(small(), "2031-01") is None
    assert offered_gbps_per_mw(networked({"network.workloads": {}}), "2031-01") is None


def test_plan_has_figures_for_every_year() -> None:
    """A plan has overall figures for each year from its first node on, that of the full report included."""
    report = planned_network(samples.state())
    assert report.planned
    assert [year.date for year in report.years] == sorted(year.date for year in report.years)
    assert report.figures.overall in report.years
    assert all(year.nodes >= 1 for year in report.years)
    assert report.figures.overall.power_gw > 0


def test_a_plan_brings_its_own_stations_and_work(tmp_path: Path) -> None:
    """Gateways have the stations of the plan, and the offered traffic is that of the workloads it serves."""
    assert ended("solve", str(TINY / "network_gateways.yaml"), "--out", str(tmp_path / "run")) == 0
    run = read_run(tmp_path / "run")
    assert run.plan is not None
    assert run.instance.network is not None
    report = planned_network(state_of(run.instance, run.plan))
    built: dict[str, int] = {}
    for (gateway, _), count in run.plan.decisions.gateways.items():
        built[gateway] = built.get(gateway, 0) + count
    described = run.instance.network.gateways
    expected = {g: (described[g].initial + n) * described[g].rate_gbps for g, n in built.items() if n}
    assert {s.name: s.rate_gbps for s in report.graph.stations} == expected != {}
    done = sum(gw for (_, _, t), gw in run.plan.decisions.serves_gw.items() if t == 0)
    (work,) = run.instance.network.workloads.values()
    asked = 1000 * done * work.traffic_gbps_per_mw / run.instance.network.utilisation_share
    assert report.figures.overall.offered_gbps == pytest.approx(asked)


def test_dates_must_lie_in_the_horizon_and_after_the_first_node() -> None:
    """A date outside the horizon, or before any node, is refused with what is there."""
    with pytest.raises(UsageError, match="lies outside the horizon, 2030-02 to 2033-01"):
        declared_network(small(), "2040-01")
    with pytest.raises(UsageError, match="no shell in use has room for a node"):
        declared_network(small({"shells.near.slots": 0.0}))


def test_command_prints_tables_and_draws_a_picture_into_the_run(run: Path, capsys: Capture) -> None:
    """A run directory gives its figures and ``network.svg``; --format png draws a PNG there."""
    assert ended("network", str(run)) == 0
    said = capsys.readouterr().out
    for word in ("the plan", "Network by date", "Shells in", "After an outage in", "Notes", "network.svg"):
        assert word in said
    assert (run / "network.svg").read_text().startswith("<svg")
    assert ended("network", str(run), "--format", "png") == 0
    assert (run / "network.png").read_bytes().startswith(b"\x89PNG")


def test_json_is_one_object_of_numbers_and_words(run: Path, capsys: Capture) -> None:
    """``--json`` prints one line with every key and no infinity, and draws nothing unless it is asked to."""
    for target in (str(run), ONE_FLIGHT):
        assert ended("network", target, "--json") == 0
        said = capsys.readouterr()
        assert (said.err, said.out.count("\n")) == ("", 1)
        output = json.loads(said.out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
        assert output.keys() == KEYS
        assert output["target"] == target


def test_picture_of_a_file_goes_where_it_is_asked(tmp_path: Path, capsys: Capture) -> None:
    """An instance file is drawn into the file of --out, and not at all without --out."""
    assert ended("network", ONE_FLIGHT, "--out", str(tmp_path / "shells.html"), "--format", "html") == 0
    assert (tmp_path / "shells.html").exists()
    capsys.readouterr()
    assert ended("network", ONE_FLIGHT) == 0
    assert ".svg" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ONE_FLIGHT, "--date", "2031"), "--date: found '2031', expected a month such as 2031-04"),
        ((ONE_FLIGHT, "--date", "2031-01", "--year", "2031"), "--date and --year: found both"),
        ((ONE_FLIGHT, "--year", "2500"), "lies outside the horizon"),
        (("no_such_file.yaml",), "no_such_file.yaml"),
    ],
)
def test_invalid_options_end_in_two(arguments: tuple[str, ...], said: str, capsys: Capture) -> None:
    """An invalid date or file prints one line and ends in exit code 2."""
    assert ended("network", *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_run_without_a_plan_has_no_network(tmp_path: Path, capsys: Capture) -> None:
    """A run that found no plan is refused with its status."""
    assert ended("solve", TOO_SLOW, "--out", str(tmp_path / "slow")) == 1
    assert ended("network", str(tmp_path / "slow")) == 2
    assert "the run has no plan to look at (status infeasible)" in capsys.readouterr().err


def test_picture_names_what_is_in_it() -> None:
    """The picture has a map, the bandwidth of shells, outages, and the years."""
    report = declared_network(small({"shells.near.slots": 900.0}))
    one = report.figures.overall
    grown = replace(report, planned=True, years=(replace(one, date="2030-01"), one))
    for drawn, expected in ((report, PANELS[:3]), (grown, PANELS)):
        text = json.dumps(network_chart(drawn))
        assert [panel for panel in PANELS if panel in text] == list(expected)


def test_coastlines_are_closed_and_on_the_globe() -> None:
    """Every ring ends where it begins; England, Siberia and the South Pole are land, the oceans are not."""
    rings: dict[int, list[tuple[float, float]]] = {}
    for ring, x, y in coastlines():
        rings.setdefault(ring, []).append((x, y))
    assert len(rings) > 100
    for ring in rings.values():
        assert ring[0] == ring[-1]
        assert all(abs(x) <= 180 and abs(y) <= 90 for x, y in ring)

    def on_land(longitude: float, latitude: float) -> bool:
        crossings = 0
        for ring in rings.values():
            for (a, b), (c, d) in pairwise(ring):
                if (b > latitude) != (d > latitude) and longitude < a + (latitude - b) / (d - b) * (c - a):
                    crossings += 1
        return crossings % 2 == 1

    assert on_land(-1.5, 52.0)
    assert on_land(100.0, 60.0)
    assert on_land(0.0, -85.0)
    assert not on_land(-150.0, 0.0)
    assert not on_land(-40.0, 40.0)


def test_json_of_a_network_with_gateways_and_failures() -> None:
    """Contingencies of the instance are among the outages, and offered and served traffic are in the data."""
    survive = {"any": {"outage": "region", "served_share": 0.5},
               "two": {"outage": "gateways", "count": 1, "served_share": 0.0},
               "flare": {"outage": "storm", "served_share": 0.1, "shells": {"near": 0.5}}}  # fmt: skip
    output = network_json(declared_network(networked({"network.contingencies": survive})))
    names = [failure["outage"] for failure in output["failures"]]
    assert names[:3] == ["region north", "the 1 largest gateways", "storm"]
    assert output["offered_gbps"] == pytest.approx(0.5 * 160.0)
    assert output["failures"][0]["ground_traffic_share"] == 0.0
