"""What the section on the network may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.errors import InstanceError
from solver.instance.consistency import cross_check
from solver.instance.links import seen_gateways, seen_share, share_at
from solver.instance.read import read
from solver.instance.schema import Instance
from tests.solver.networked import GATEWAY, linked, networked

WORKLOADS = Path(__file__).parents[3] / "instances" / "tiny" / "network_workloads.yaml"
STORM = {"outage": "storm", "served_share": 0.5}
FAR = {"orbit": "heliocentric", "earth_distance_km": 1e8, "dose_rad_per_year": 1.0}


def faults(changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and text of every fault of the small linked instance with these changes."""
    instance = Instance.model_validate(linked(changes))
    return [(".".join(str(step) for step in path), text) for path, text in cross_check(instance)]


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown gateway": (
        {"network.contingencies": {"night": {**STORM, "gateways": {"dsh": 1.0}}}},
        "network.contingencies.night.gateways.dsh",
        'found "dsh", expected the name of a gateway; did you mean dish?',
    ),
    "more stations than there may be": (
        {"network.gateways.dish.initial": 101},
        "network.gateways.dish.max_stations",
        "found 100, expected at least initial, 101",
    ),
    "shell lost twice": (
        {"network.contingencies": {"dark": {"outage": "shell", "only": ["near", "near"], "served_share": 0.5}}},
        "network.contingencies.dark.only.1",
        'found "near" once more, expected every name once',
    ),
    "self link": (
        {"network.shells.near.relays": ["near"]},
        "network.shells.near.relays.0",
        'found "near", the shell itself',
    ),
    "unknown relay": (
        {"network.shells.near.relays": ["nera"]},
        "network.shells.near.relays.0",
        "did you mean near?",
    ),
    "no path to the ground": (
        {"network.shells.near.to_ground": False},
        "network.shells.near",
        "found no path to the ground: no gateway sees near",
    ),
    "gateway out of sight": (
        {
            "network.gateways.dish.latitude_deg": 80.0,
            "shells.near.orbit": "inclined",
            "shells.near.inclination_deg": 20.0,
        },
        "network.shells.near",
        "found no path to the ground",
    ),
    "shell without links": ({"network.shells": {}}, "use.shells.0", "expected a section network.shells.near"),
    "slots by area": (
        {
            "shells.near.slot_area_m2": 100.0,
            "platforms.cube.declared.array_m2": 20_000.0,
        },
        "shells.near.slot_area_m2",
        "found 100, expected none: links are laid from slot to slot",
    ),
    "node without terminals": (
        {"platforms.cube.declared.terminals": 0},
        "platforms.cube.declared.terminals",
        "found 0 of laser; expected terminal and terminals of at least 1",
    ),
    "no terminal looks down": (
        {"network.ground_terminals": 0},
        "network.ground_terminals",
        "found 0, expected at least 1: the traffic of work goes down through the terminals",
    ),
    "unknown terminal": (
        {"platforms.cube.declared.terminal": "lasr"},
        "platforms.cube.declared.terminal",
        "did you mean laser?",
    ),
    "unknown fabric": (
        {"platforms.cube.declared.fabric": "cloth"},
        "platforms.cube.declared.fabric",
        'found "cloth", expected the name of a fabric',
    ),
    "unknown fabric in the menu": (
        {"candidate_designs.fabric": ["cloth"]},
        "candidate_designs.fabric.0",
        'found "cloth"',
    ),
    "cluster of one": (
        {"network.fabrics": {"lone": {"form": "cluster"}}},
        "network.fabrics.lone",
        "found 1 x 1 nodes, expected at least 2 in a cluster",
    ),
    "grid with rows": (
        {"network.fabrics": {"flat": {"form": "grid", "rows": 3}}},
        "network.fabrics.flat",
        "a grid is as large as its shell",
    ),
    "storm over nothing": (
        {"network.contingencies": {"calm": STORM}},
        "network.contingencies.calm",
        "takes nothing in use",
    ),
    "no worst gateway": (
        {"network.contingencies": {"none": {"outage": "gateways", "served_share": 1.0, "count": 0}}},
        "network.contingencies.none.count",
        "found 0, so nothing is lost",
    ),
    "too many choices of gateways": (
        {
            "network.gateways": {f"dish_{n}": GATEWAY for n in range(30)},
            "network.contingencies": {"eight": {"outage": "gateways", "served_share": 0.0, "count": 8}},
        },
        "network.contingencies.eight.count",
        "found 8 of 30 gateways, which are 5,852,925 choices of them; expected at most 20,000",
    ),
    "any of no shell": (
        {"network.contingencies": {"none": {"outage": "shell", "served_share": 0.0, "only": []}}},
        "network.contingencies.none.only",
        "found an empty list, so nothing is lost",
    ),
    "unknown region": (
        {"network.contingencies": {"quake": {"outage": "region", "served_share": 0.0, "only": ["nort"]}}},
        "network.contingencies.quake.only.0",
        "did you mean north?",
    ),
    "count of shells": (
        {"network.contingencies": {"two": {"outage": "shell", "served_share": 0.0, "count": 2}}},
        "network.contingencies.two.count",
        "found 2, expected none, because outage is shell",
    ),
    "shares without a storm": (
        {"network.contingencies": {"odd": {"outage": "plane", "served_share": 0.5, "shells": {"near": 0.5}}}},
        "network.contingencies.odd",
        "expected none, because outage is plane",
    ),
    "too much work": (
        {"network.workloads.more": {"shares": [{"date": "2031-01", "share": 0.2}]}},
        "network.workloads",
        "found shares of 1.2 in all in 2030-01, expected at most 1",
    ),
    "dates back": (
        {"network.workloads.work.shares": [{"date": "2031-01", "share": 1.0}, {"date": "2030-01", "share": 1.0}]},
        "network.workloads.work.shares.1.date",
        "found 2030-01, expected a month after the one before",
    ),
    "target of another kind": (
        {"target": {"kind": "power_added", "milestones": [{"date": "2031-01", "gw_per_year": 0.04}]}},
        "target.kind",
        "expected power_alive in orbit, or compute_delivered, because there is a network",
    ),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_is_named_where_it_stands(name: str) -> None:
    """A network that contradicts itself gives one clear error, at the key that is to be mended."""
    changes, path, text = FAULTS[name]
    ((found_path, found_text),) = faults(changes)
    assert found_path == path
    assert text in found_text


def test_a_sound_network_has_no_faults() -> None:
    """Failures of every kind side by side, a relay to a far shell and a plain network are all in order."""
    kinds = {
        "any_shell": {"outage": "shell", "served_share": 0.0},
        "any_plane": {"outage": "plane", "served_share": 0.5, "only": ["near"]},
        "any_region": {"outage": "region", "served_share": 0.0, "only": ["north"]},
        "worst": {"outage": "gateways", "served_share": 0.0, "count": 1},
        "storm": {**STORM, "shells": {"near": 0.25}, "gateways": {"dish": 0.5}, "from": "2031-01"},
    }
    assert faults({"network.contingencies": kinds}) == []


def test_a_fabric_without_a_network_is_refused() -> None:
    """A choice of fabrics means nothing where no network describes them."""
    ((path, text),) = faults({"network": None, "candidate_designs.fabric": ["flat"]})
    assert (path, "no section network" in text) == ("candidate_designs.fabric.0", True)


def test_a_relay_is_a_path_to_the_ground_only_through_shells_in_use() -> None:
    """A shell that no gateway sees is in order behind one that a gateway sees, and not behind an unused one."""
    shells = {"shells.far": FAR, "network.shells.far": {"to_ground": False, "relays": ["near"]}}
    vehicle = {"vehicles.van.payload_t": {"near": 40.0, "far": 20.0}}
    assert faults({**shells, **vehicle, "use.shells": ["near", "far"]}) == []
    ((path, _),) = faults({**shells, **vehicle, "use.shells": ["far"]})
    assert path == "network.shells.far"


def test_faults_of_a_file_carry_their_line(tmp_path: Path) -> None:
    """A terminal that carries nothing is found at its line of the file, with what was found and expected."""
    data = linked({"technology.terminals.laser.rate_gbps": 0.0})
    file = tmp_path / "dark.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if "rate_gbps: 0.0" in text)
    with pytest.raises(InstanceError) as caught:
        read(file)
    output = str(caught.value)
    assert f"dark.yaml:{line}" in output
    assert "technology.terminals.laser.rate_gbps: found 0" in output
    assert "at least 1e-06" in output


def test_shares_follow_straight_lines_between_their_dates() -> None:
    """Before the first date and after the last the share is level, between two of them it is on the line."""
    points = [{"date": "2031-01", "share": 0.8}, {"date": "2033-01", "share": 0.4}]
    network = networked({"network.workloads.work.shares": points}).network
    assert network is not None
    workload = network.workloads["work"]
    months = [12 * 2030, 12 * 2031, 12 * 2032, 12 * 2033, 12 * 2040]
    assert [share_at(workload, month) for month in months] == pytest.approx([0.8, 0.8, 0.6, 0.4, 0.4])


def test_a_gateway_sees_the_cap_above_it() -> None:
    """At 650 km and 25 degrees the cap is 9.67 degrees wide, 0.71 % of the sphere; a short orbit is not seen."""
    instance = networked()
    assert instance.network is not None
    assert seen_share(instance.shells["near"], instance.network.gateways["dish"]) == pytest.approx(0.00711, rel=1e-3)
    assert seen_gateways(instance, "near") == ("dish",)
    away = networked({"network.gateways.pole": {**GATEWAY, "latitude_deg": 89.0}, "shells.near.orbit": "inclined",
                      "shells.near.inclination_deg": 30.0})  # fmt: skip
    assert seen_gateways(away, "near") == ("dish",)


ORBITS = {
    "below the air": ("orbit: dawn_dusk, altitude_km: 50", "altitude_km: found 50, expected 300 or more"),
    "on the ground": ("orbit: dawn_dusk", "altitude_km: missing; expected it"),
    "dawn-dusk too high": ("orbit: dawn_dusk, altitude_km: 7000", "altitude_km: found 7000, expected at most 5500"),
    "far without a distance": ("orbit: heliocentric", "earth_distance_km: missing; expected it for a heliocentric"),
    "no inclination": ("orbit: inclined, altitude_km: 600", "inclination_deg: missing; expected it"),
}


@pytest.mark.parametrize(("orbit", "part"), ORBITS.values(), ids=ORBITS.keys())
def test_an_orbit_without_physics_is_an_issue_with_its_line(orbit: str, part: str, tmp_path: Path) -> None:
    """A shell for which the physics of links is not defined is refused at its line; rules on its links wait."""
    text = WORKLOADS.read_text(encoding="utf-8")
    text = text.replace("bisection_gbps_per_mw: 100", "bisection_gbps_per_mw: 100, traffic_gbps_per_mw: 0.001")
    text = text.replace("near: {orbit: dawn_dusk, altitude_km: 600}", f"near: {{{orbit}}}")
    text = text.replace("latency_ms: 6", "latency_ms: 0.001")
    file = tmp_path / "try.yaml"
    file.write_text(text, encoding="utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if orbit in row and "near" in row)
    with pytest.raises(InstanceError) as caught:
        read(file)
    assert any(str(issue).startswith(f"{file}:{line}  shells.near.{part}") for issue in caught.value.issues)
    assert {issue.path.partition(".")[0] for issue in caught.value.issues} == {"shells"}


def test_a_relay_that_is_no_shell_is_an_issue() -> None:
    """A relay with links but without a shell is refused by name, and the path to the ground waits for it."""
    changes = {
        "network.shells.near": {"to_ground": False, "relays": ["fog"]},
        "network.shells.fog": {},
        "use.shells": ["near", "fog"],
    }
    assert sorted(path for path, _ in faults(changes)) == ["network.shells.fog", "use.shells.1"]
