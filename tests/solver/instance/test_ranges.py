"""Ranges of numbers: physical nonsense is refused by its key, and the format page names every range."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from solver.errors import InstanceError
from solver.instance.expectations import Kind, child, numeric, strip
from solver.instance.json_schema import schema_json
from solver.instance.read import read
from solver.instance.schema import Instance, Optimum
from solver.instance.validate import validate
from tests.solver.samples import DATA

from .test_catalogue import HEADINGS, PAGE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "data" / "cases"
SHIPPED = sorted((ROOT / "instances").rglob("*.yaml"))
SCENARIOS = [path for path in SHIPPED if path.parent.name != "catalogue"]
HEADER = "| range | keys |\n|---|---|\n"
TECHNOLOGY: dict[str, Any] = {
    "arrays": {"a": {"areal_output_w_per_m2": 300.0, "specific_power_w_per_kg": 100.0, "cost_usd_per_w": 1.0}},
    "batteries": {
        "b": {
            "specific_energy_wh_per_kg": 200.0,
            "depth_of_discharge_share": 0.5,
            "efficiency_share": 0.9,
            "cost_usd_per_kwh": 300.0,
        }
    },
    "accelerators": {"c": {"mass_kg_per_kw": 5.0, "cost_usd_per_w": 30.0}},
    "terminals": {"t": {"mass_kg": 10.0, "power_w": 100.0, "rate_gbps": 100.0, "cost_musd": 0.1}},
}


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Loader that leaves dates as text, like the reader."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _limits(kind: Kind) -> dict[str, float]:
    names = ("gt", "ge", "lt", "le")
    return {name: getattr(at, name) for at in kind.limits for name in names if getattr(at, name, None) is not None}


def _numbers() -> Iterator[tuple[str, Kind]]:
    """Yield the key and the type of every number of the format that has no fixed choices."""
    for heading, model in HEADINGS.items():
        section = heading.strip("# `").removesuffix("[]").removesuffix(".NAME").rpartition(".")[2]
        for name, field in model.model_fields.items():
            kind = strip(field.annotation, field.metadata)
            while not numeric(kind) and (below := child(kind, 0)).core is not Any and below != kind:
                if hasattr(below.core, "model_fields"):
                    break
                kind = below
            if kind.core in (int, float) and model is not Optimum:
                yield f"{section}.{field.alias or name}" if section != "The file as a whole" else name, kind


def _range(kind: Kind) -> str:
    limits = _limits(kind)
    low = f"{limits['ge']:g}" if "ge" in limits else f"above {limits['gt']:g}"
    high = f"{limits['le']:g}" if "le" in limits else f"below {limits['lt']:g}"
    return f"{low} to {high}"


def ranges_table() -> str:
    """Return the table of ranges of the format page."""
    rows: dict[str, list[str]] = {}
    for key, kind in _numbers():
        rows.setdefault(_range(kind), []).append(f"`{key}`")
    return HEADER + "".join(f"| {span} | {', '.join(keys)} |\n" for span, keys in sorted(rows.items()))


def test_every_number_has_two_ends() -> None:
    """No number of the format is without a least and a greatest value."""
    endless = [key for key, kind in _numbers() if len(_limits(kind).keys() & {"gt", "ge"}) < 1]
    endless += [key for key, kind in _numbers() if len(_limits(kind).keys() & {"lt", "le"}) < 1]
    assert endless == []


def test_the_format_page_names_every_range() -> None:
    """The table of ranges on the page is the one that follows from the schema."""
    expected = ranges_table()
    assert len(expected.splitlines()) > 20
    assert expected in PAGE.read_text(encoding="utf-8"), f"the table on the page should be:\n{expected}"


NONSENSE = [
    ("shells.low.sunlit_share", 0.0, "a share from 0.1 to 1"),
    ("shells.low.sun_distance_au", 0.001, "a number of au from 0.05 to 50"),
    ("technology.arrays.a.areal_output_w_per_m2", 1e9, "a number of W/m² from 1 to 1181"),
    ("technology.batteries.b.depth_of_discharge_share", 0.0, "a share from 0.01 to 1"),
    ("technology.batteries.b.efficiency_share", 0.0, "a share from 0.01 to 1"),
    ("technology.accelerators.c.mass_kg_per_kw", 0.0, "a number of kg/kW from 0.001 to 100000"),
    ("technology.terminals.t.mass_kg", 0.0, "a number of kg from 0.001 to 1e+06"),
    ("vehicles.ship.fleet.reuse_flights", 0.5, "a number from 1 to 1e+06"),
    ("vehicles.heavy.payload_t.low", 1e9, "a number of t from 0 to 10000"),
    ("vehicles.heavy.volume_m3", 1e15, "a number of m³ from 1e-06 to 1e+06"),
    ("vehicles.heavy.flight_musd", 1e15, "a number of MUSD at least 0 and at most 1e+09"),
    ("vehicles.ship.fleet.turnaround_days", 1e-9, "a number of days from 0.01 to 3650"),
    ("vehicles.ship.fleet.lead_years", 1e6, "a number of years from 0 to 100"),
    ("horizon.discount_share_per_year", 0.999, "a share per year from 0 to 0.5"),
    ("sites.cape.pad_life_years", 1e-9, "a number of years from 0.01 to 1000"),
    ("sites.cape.pads", 10**12, "a whole number at least 0 and at most 1e+09"),
    ("platforms.mark1.declared.life_years", 1e-9, "a number of years from 0.01 to 1000"),
    ("platforms.mark1.declared.mass_t", 1e-12, "a number of t from 1e-06 to 1e+06"),
    ("platforms.mark1.it_power_kw", 1e-12, "a number of kW at least 1e-06"),
    ("target.milestones.0.gw", 1e15, "a number of GW more than 0 and at most 1e+12"),
]


@pytest.mark.parametrize(("key", "value", "expected"), NONSENSE, ids=[key for key, _, _ in NONSENSE])
def test_physical_nonsense_is_refused_by_its_key(key: str, value: float, expected: str) -> None:
    """A number that no world has is an issue at its key, with the range in which it should lie."""
    data = {**copy.deepcopy(DATA), "technology": copy.deepcopy(TECHNOLOGY)}
    assert validate(Instance, data)[1] == []
    *steps, last = (int(step) if step.isdigit() else step for step in key.split("."))
    inside: Any = data
    for step in steps:
        inside = inside[step]
    inside[last] = value
    path = (*steps, last)
    assert validate(Instance, data)[1] == [(path, f"found {value!r}, expected {expected}")]


def test_a_shell_without_sun_is_refused() -> None:
    """The catalogue's own shell with no sunlight at all gives no plan but an issue with its line."""
    with pytest.raises(InstanceError) as caught:
        read(CASES / "no-sun.yaml")
    (issue,) = caught.value.issues
    assert (issue.line, issue.path) == (7, "shells.dawn_dusk_650.sunlit_share")


@pytest.fixture(scope="module")
def json_schema() -> jsonschema.Draft202012Validator:
    """The JSON Schema of instance files."""
    schema = schema_json(Instance)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def refusals(json_schema: jsonschema.Draft202012Validator) -> Callable[[Any], list[str]]:
    """What the JSON Schema refuses in a file; sections are the same in many, and each is looked at once."""
    schema = json_schema.schema
    assert isinstance(schema, dict)
    root = jsonschema.Draft202012Validator({**schema, "properties": {key: {} for key in schema["properties"]}})

    @cache
    def of_section(key: str, text: str) -> list[str]:
        one = {"$defs": schema["$defs"], "properties": {key: schema["properties"].get(key, False)}}
        return _refusals(jsonschema.Draft202012Validator(one), {key: json.loads(text)})

    def of_file(data: Any) -> list[str]:
        return _refusals(root, data) + [found for key in data for found in of_section(key, json.dumps(data[key]))]

    return of_file


def _refusals(validator: jsonschema.Draft202012Validator, data: Any) -> list[str]:
    return [f"{'.'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(data)]


def test_sections_are_refused_one_by_one_as_in_the_file(
    json_schema: jsonschema.Draft202012Validator, refusals: Callable[[Any], list[str]]
) -> None:
    """A fault in a section, an unknown and a missing one: each is refused as when the file is looked at as a whole."""
    for changes in ({}, {"use": 5}, {"wishes": {}}, {"target": None}, {"format": 9, "objective": {"kind": "x"}}):
        data = {**copy.deepcopy(DATA), **changes}
        assert {text.partition(":")[0] for text in refusals(data)} == {
            text.partition(":")[0] for text in _refusals(json_schema, data)
        }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_json_schema_accepts_every_shipped_file(path: Path, refusals: Callable[[Any], list[str]]) -> None:
    """Every file as it is written keeps the JSON Schema, those of the catalogue too."""
    assert refusals(yaml.load(path.read_text(encoding="utf-8"), _Plain)) == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_json_schema_accepts_every_resolved_scenario(path: Path, refusals: Callable[[Any], list[str]]) -> None:
    """Every scenario, resolved with all it extends, keeps the JSON Schema."""
    assert refusals(read(path).resolved) == []


@pytest.mark.parametrize("month", ["2031-04\n", "2031-4", "٢٠٣١-٠٤", "2031-13", "12031-04", " 2031-04"])
def test_reader_and_json_schema_refuse_the_same_dates(month: str, json_schema: jsonschema.Draft202012Validator) -> None:
    """A date is four and two digits of ASCII and nothing else."""
    data = copy.deepcopy(DATA)
    data["horizon"]["start"] = month
    (issue,) = validate(Instance, data)[1]
    assert issue[0] == ("horizon", "start")
    # Python's $ also matches before a last line break; that of JSON Schema does not.
    data["horizon"]["start"] = month.replace("\n", "x")
    assert _refusals(json_schema, data)


ADVICE = [
    ("loss_share", "8%", "; write it as 0.08"),
    ("loss_share", "8 percent", "; write it as 0.08"),
    ("loss_share", "150%", ""),
    ("loss_share", "5", ""),
    ("loss_share", "0.5", "; take away the quotes"),
    ("flight_musd", "40 MUSD", "; write the number alone: 40"),
    ("flight_musd", "40 USD", "; write the number alone, in MUSD"),
    ("flight_musd", "1,5", "; write it as 1.5"),
    ("flight_musd", "1,500", "; write it without a comma, with a point before decimals"),
    ("flight_musd", "1_500", "; write it as 1500"),
    ("flight_musd", "-3", ""),
    ("flight_musd", "ten", ""),
    ("flight_musd", "٤٠", ""),
]


@pytest.mark.parametrize(("key", "text", "advice"), ADVICE, ids=[f"{key} {text}" for key, text, _ in ADVICE])
def test_advice_is_right_the_first_time(key: str, text: str, advice: str) -> None:
    """Text for a number is met with advice only where following it gives a number that is accepted."""
    data = copy.deepcopy(DATA)
    data["vehicles"]["heavy"][key] = text
    ((_, message),) = validate(Instance, data)[1]
    assert message.partition("; ")[2] == advice.removeprefix("; ")


@pytest.mark.parametrize(
    ("key", "number"), [(key, advice.rpartition(" ")[2]) for key, _, advice in ADVICE if advice[-1:].isdigit()]
)
def test_a_number_that_is_proposed_is_accepted(key: str, number: str) -> None:
    """The number that advice proposes is valid in the place of the text."""
    data = copy.deepcopy(DATA)
    data["vehicles"]["heavy"][key] = float(number)
    assert validate(Instance, data)[1] == []
