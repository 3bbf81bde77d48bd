"""The catalogue: every number with a source, readable in every case; and the format page, complete."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

from solver.design.candidates import candidate_designs
from solver.instance import fields, hardware, learning, market, moon, network, places, schema, transport
from solver.instance.expectations import Kind, child, dated, strip
from solver.instance.good_ends import GOOD_HIGH, GOOD_LOW, good_end
from solver.instance.merge import is_quantity
from solver.instance.quantities import CASES, STATED, Case, Quantity
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.tree import Located, parse, plain
from solver.instance.validation_issues import ValidationIssues
from solver.physics.ascent import mass_ratio

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "instances" / "catalogue"
PAGE = ROOT / "instances" / "README.md"
EVERYTHING = ROOT / "tests" / "data" / "uses_everything.yaml"
NETWORK = ROOT / "tests" / "data" / "uses_network.yaml"
FILES = sorted(CATALOGUE.glob("*.yaml"))

NOT_DATA = {"format", "sources"}
TONNE_ROUNDING = 0.06

HEADINGS: dict[str, type[fields.Section]] = {
    "## The complete file": schema.Instance,
    "### `horizon`": schema.Horizon,
    "### `horizon.periods[]`": schema.PeriodGroup,
    "### `target`": schema.Target,
    "### `target.milestones[]`": schema.Milestone,
    "### `objective`": schema.Objective,
    "### `market.NAME`": market.Market,
    "### `market.NAME.prices[]`": market.PriceAt,
    "### `use`": schema.Use,
    "### `vehicles.NAME`": transport.Vehicle,
    "### `vehicles.NAME.fleet`": transport.Fleet,
    "### `vehicles.NAME.refuelled`": transport.Refuelled,
    "### `vehicles.NAME.refuelled.places.NAME`": transport.RefuelledPlace,
    "### `sites.NAME`": transport.Site,
    "### `shells.NAME`": places.Shell,
    "### `shells.NAME.from_moon`": moon.FromMoon,
    "### `regimes.NAME`": places.Regime,
    "### `technology`": hardware.Technology,
    "### `technology.arrays.NAME`": hardware.Array,
    "### `technology.radiators.NAME`": hardware.Radiator,
    "### `technology.batteries.NAME`": hardware.Battery,
    "### `technology.accelerators.NAME`": hardware.Accelerator,
    "### `technology.terminals.NAME`": hardware.Terminal,
    "### `technology.buses.NAME`": hardware.Bus,
    "### `platforms.NAME`": hardware.Platform,
    "### `platforms.NAME.production_line`": hardware.Line,
    "### `platforms.NAME.sized`": hardware.Sized,
    "### `platforms.NAME.serviced`": hardware.Serviced,
    "### `platforms.NAME.declared`": hardware.Declared,
    "### `candidate_designs`": hardware.CandidateDesigns,
    "### `ground.NAME`": places.Ground,
    "### `supply`": schema.Supply,
    "### `moon`": moon.Moon,
    "### `moon.seed`": moon.Seed,
    "### `moon.landers.NAME`": moon.Lander,
    "### `moon.depot`": moon.Depot,
    "### `moon.lit_area[]`": moon.LitArea,
    "### `moon.commodities.NAME`": moon.Commodity,
    "### `moon.commodities.NAME.unlocks[]`": moon.Unlock,
    "### `moon.activities.NAME`": moon.Activity,
    "### `moon.mass_driver`": moon.MassDriver,
    "### `network`": network.Network,
    "### `network.gateways.NAME`": network.Gateway,
    "### `network.shells.NAME`": network.LinkedShell,
    "### `network.fabrics.NAME`": network.Fabric,
    "### `network.workloads.NAME`": network.Workload,
    "### `network.workloads.NAME.shares[]`": network.ShareAt,
    "### `network.contingencies.NAME`": network.Contingency,
    "### `money`": schema.Money,
    "### `money.capital_cost_share_per_year`": schema.CapitalCost,
    "### `learning`": learning.Learning,
    "### `learning.components.NAME`": learning.Component,
    "### `sources.NAME`": schema.Source,
    "### Growth": fields.Growth,
    "### Path": fields.Path,
    "### `claim`": schema.Claim,
    "### `optimum`": schema.Optimum,
}


@pytest.fixture(scope="module")
def loaded() -> dict[Case, Loaded[Instance]]:
    """The scenario that uses everything, read in each case."""
    return {case: read(EVERYTHING, case=case) for case in CASES}


def _tree(file: Path) -> Located:
    faults = ValidationIssues(str(file))
    tree = parse(file.read_text(encoding="utf-8"), str(file), faults)
    assert tree is not None
    assert not faults.found
    return tree


def _bare_numbers(node: Located, kind: Kind, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if is_quantity(node, kind):
        return
    if isinstance(node.value, dict):
        for key, inside in node.value.items():
            yield from _bare_numbers(inside, child(kind, key), (*path, key))
    elif isinstance(node.value, tuple):
        for index, inside in enumerate(node.value):
            yield from _bare_numbers(inside, child(kind, index), (*path, index))
    elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_number_of_the_catalogue_stands_without_its_range(file: Path) -> None:
    """Every number of a catalogue file is a quantity; only the format and the years of sources stand bare."""
    assert [path for path in _bare_numbers(_tree(file), strip(schema.Instance)) if path[0] not in NOT_DATA] == []


def test_every_number_has_a_source_and_a_reason(loaded: dict[Case, Loaded[Instance]]) -> None:
    """Every quantity names a source; guesses, own arithmetic and general knowledge say why in a note."""
    ranges = loaded["central"].quantities
    assert len(ranges) > 500
    assert [path for path, quantity in ranges.items() if quantity.source is None] == []
    soft = {"assumption", "derived", "general_knowledge"}
    assert [path for path, quantity in ranges.items() if quantity.source in soft and not quantity.note] == []


def test_every_document_is_dated_and_used(loaded: dict[Case, Loaded[Instance]]) -> None:
    """Every source has title, author and year, documents an address, and none stands there unused."""
    sources = loaded["central"].instance.sources
    for name, source in sources.items():
        assert source.title, name
        assert source.author, name
        assert source.year is not None, name
    unaddressed = {name for name, source in sources.items() if not source.address.startswith("https://")}
    assert unaddressed <= {"derived", "general_knowledge"}
    used = {quantity.source for quantity in loaded["central"].quantities.values()}
    assert sorted(set(sources) - used) == []


def test_the_scenario_uses_all_of_the_catalogue(loaded: dict[Case, Loaded[Instance]]) -> None:
    """The scenario of these tests names every vehicle, shell, platform and region, and all parts and sites serve."""
    instance = loaded["central"].instance
    assert set(instance.use.vehicles) == set(instance.vehicles)
    assert set(instance.use.shells) == set(instance.shells)
    assert set(instance.use.platforms) == set(instance.platforms)
    assert set(instance.use.ground) == set(instance.ground)
    assert {site for vehicle in instance.vehicles.values() for site in vehicle.sites} == set(instance.sites)


@pytest.fixture(scope="module")
def linked() -> dict[Case, Loaded[Instance]]:
    """The scenario that uses the network of the catalogue, read in each case."""
    return {case: read(NETWORK, case=case) for case in STATED}


def test_every_number_of_the_network_has_a_source_that_is_used(linked: dict[Case, Loaded[Instance]]) -> None:
    """The file of the network keeps the rules of the catalogue: sources, reasons, documents that serve."""
    found = linked["central"]
    ranges = {path: q for path, q in found.quantities.items() if path[0] == "network" or path[1:3] == ("terminals",)}
    assert len(ranges) > 80
    assert [path for path, quantity in ranges.items() if quantity.source is None] == []
    soft = {"assumption", "derived", "general_knowledge"}
    assert [path for path, quantity in ranges.items() if quantity.source in soft and not quantity.note] == []
    own = _tree(CATALOGUE / "network.yaml").value
    assert isinstance(own, dict)
    used = {quantity.source for quantity in found.quantities.values()}
    assert set(plain(own["sources"])) <= used


def test_the_network_of_the_catalogue_serves_every_shell_in_every_case(linked: dict[Case, Loaded[Instance]]) -> None:
    """Every place of the catalogue has its links, every relay leads somewhere, and shares never pass the whole."""
    for one in linked.values():
        network = one.instance.network
        assert network is not None
        assert set(network.shells) == set(one.instance.shells)
        assert {fabric.form for fabric in network.fabrics.values()} == {"grid", "cluster"}


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_read_with_its_own_values(loaded: dict[Case, Loaded[Instance]], case: Case) -> None:
    """The catalogue is valid in each case, and each number takes the value of that case."""
    one = loaded[case]
    assert one.instance.case == case
    expected = {"low": 20.0, "central": 90.0, "high": 100.0, "pessimistic": 100.0, "optimistic": 20.0}[case]
    fleet = one.instance.vehicles["starship_v4"].fleet
    assert fleet is not None
    assert fleet.build_musd == expected
    assert one.quantities
    for path, quantity in one.quantities.items():
        assert _at(one.resolved, path) == quantity.value(case), path


def test_every_range_says_which_end_is_good(
    loaded: dict[Case, Loaded[Instance]], linked: dict[Case, Loaded[Instance]]
) -> None:
    """All ranges but those of sizes and shapes have a good end; an optimistic flight carries more for less."""
    ranges = {**loaded["central"].quantities, **linked["central"].quantities}
    neither = {path[-1] for path, q in ranges.items() if q.high > q.low and good_end(path) is None}
    assert neither <= {"aperture_m", "array_m2", "outer_terminals", "planes", "share", "speed_m_per_s"}
    assert not GOOD_HIGH & GOOD_LOW
    good, bad = (loaded[case].instance.vehicles["starship_v4"] for case in ("optimistic", "pessimistic"))
    assert good.flight_musd < bad.flight_musd
    assert good.payload_t["dawn_dusk_600"] > bad.payload_t["dawn_dusk_600"]


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


_RECIPE = re.compile(r"from ([\d.]+), ([\d.]+), ([\d.]+) t; up (\d+) m/s, back (\d+) m/s, dry ([\d.]+) t, Isp (\d+) s")


def test_payloads_follow_from_the_arithmetic_in_their_notes(loaded: dict[Case, Loaded[Instance]]) -> None:
    """Each payload is the rocket equation with the numbers its note gives, to a tenth of a tonne.

    Payload is traded for propellant one to one, and the empty vehicle keeps propellant to come back.
    """
    payloads = {path: q for path, q in loaded["central"].quantities.items() if path[2:3] == ("payload_t",)}
    assert len(payloads) > 40
    for path, quantity in payloads.items():
        recipe = _RECIPE.fullmatch(quantity.note or "")
        assert recipe is not None, path
        *reference, up, back, dry, isp = map(float, recipe.groups())
        for value, start in zip((quantity.low, quantity.central, quantity.high), reference, strict=True):
            computed = max(0.0, (dry + start) / mass_ratio(up, isp) - dry * mass_ratio(back, isp))
            assert value == pytest.approx(computed, abs=TONNE_ROUNDING), path


def test_payload_falls_with_the_height_of_the_shell(loaded: dict[Case, Loaded[Instance]]) -> None:
    """No vehicle lifts more to a higher dawn-dusk shell than to a lower one, in any case."""
    for one in loaded.values():
        shells = {name: shell for name, shell in one.instance.shells.items() if shell.orbit == "dawn_dusk"}
        ascending = sorted(shells, key=lambda name: shells[name].altitude_km)
        assert len(ascending) > 1
        for vehicle in one.instance.vehicles.values():
            lifted = [vehicle.payload_t.get(name, 0.0) for name in ascending]
            assert lifted == sorted(lifted, reverse=True)


def test_a_megawatt_node_weighs_what_was_published(loaded: dict[Case, Loaded[Instance]]) -> None:
    """The megawatt nodes sized from central numbers lie in the ranges of Turyshev: 34 to 59 kg/kW, serviced to 75."""
    five_years = [found for found in candidate_designs(loaded["central"].instance) if found.life_years == 5]
    for platform, heaviest in (("node_1mw", 59), ("node_1mw_serviced", 75)):
        masses = [found.mass_t for found in five_years if (found.platform, found.shell) == (platform, "dawn_dusk_650")]
        assert masses
        assert min(masses) > 33
        assert max(masses) < heaviest


def _models() -> set[type[fields.Section]]:
    modules = (schema, transport, places, moon, network, hardware, learning, market, fields)
    found = {value for module in modules for _, value in inspect.getmembers(module, inspect.isclass)}
    return {m for m in found if issubclass(m, fields.Section) and m is not fields.Section}


def _rows(heading: str) -> dict[str, list[str]]:
    _, _, after = PAGE.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    section = re.split(r"\n##", after, maxsplit=1)[0]
    table = section.partition("| key | unit | meaning | default | may vary |\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    return {row[0].strip("`"): row[1:] for row in rows}


def test_the_format_page_knows_every_section() -> None:
    """Every model of the instance has its heading on the format page."""
    assert set(HEADINGS.values()) == _models()


@pytest.mark.parametrize(("heading", "model"), HEADINGS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_format_page_tells_every_key(heading: str, model: type[fields.Section]) -> None:
    """The table of a section has exactly its keys, their true defaults, and whether they may vary."""
    rows = _rows(heading)
    keys = {field.alias or name: field for name, field in model.model_fields.items()}
    assert list(rows) == list(keys)
    for key, field in keys.items():
        _, meaning, default, varies = rows[key]
        assert meaning
        assert default == ("required" if field.is_required() else _default(field)), key
        assert varies == ("yes" if _varies(field) and key != "format" else "no"), key


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(f"{item:g}" if isinstance(item, float) else item for item in value) or "empty"
    return value if isinstance(value, str) and value else "empty"


def _varies(field: Any) -> bool:
    return _numeric(field.annotation) or dated(strip(field.annotation, field.metadata))


def _numeric(annotation: Any) -> bool:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin, members = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return any(_numeric(member) for member in members)
    if origin is Literal:
        return all(isinstance(member, int) for member in members)
    return _numeric(members[-1]) if origin in (list, dict) else annotation in (int, float)


def test_the_format_page_shows_what_reading_says(tmp_path: Path) -> None:
    """The example scenario of the format page is read without a fault."""
    page = PAGE.read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    file = tmp_path / "example.yaml"
    file.write_text(example.replace("../catalogue/2026.yaml", str(CATALOGUE / "2026.yaml")), encoding="utf-8")
    instance = read(file).instance
    assert instance.vehicles["starship_v4"].flight_musd == 40
    assert instance.sites["starbase"].licence_flights_per_year is None


def test_a_quantity_of_the_page_is_one() -> None:
    """The quantity shown on the format page has exactly the keys a quantity may have."""
    line = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("turnaround_days: {"))
    tree = parse(line, "page", ValidationIssues("page"))
    assert tree is not None
    given = set(plain(tree)["turnaround_days"])
    assert given == {"low", "central", "high", "source", "note"}
    assert given <= set(Quantity.__dataclass_fields__)
