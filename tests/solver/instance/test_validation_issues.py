"""Faults: every malformed text is reported at its line, in words, and nothing but an instance error comes out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import InstanceError
from solver.instance.json_schema import schema_json
from solver.instance.read import read
from solver.instance.units import number, unit
from solver.instance.validation_issues import either, hint, quoted, shown, words

from .mini import GOOD, Mini, faults, loaded, write

HEAD = "format: 2\nname: Try\n"
TARGET = "target: {kind: mass_to_orbit, lifted_t: 5}\n"

MALFORMED: dict[str, tuple[str, int, str]] = {
    # text, line of its only fault, part of what is reported
    "empty": ("", 1, "found an empty file"),
    "only a comment": ("# nothing\n", 1, "found an empty file"),
    "only a marker": ("---\n", 1, "found an empty file"),
    "a list": ("- a\n- b\n", 1, "found a list"),
    "a word": ("hello\n", 1, "found a single value"),
    "tab": (HEAD + "target:\n\tkind: x\n", 4, "found a tab"),
    "tabs": (HEAD + "a:\n\tb: x\n\tc: x\n", 4, "found a tab (and in 1 more lines)"),
    "two documents": (GOOD + "---\nformat: 2\n", 7, "found a second document"),
    "anchor": (HEAD + "target: &t\n  kind: x\n", 3, "anchor &t; expected extends"),
    "alias": (HEAD + TARGET + "use: *t\n", 4, "alias *t; expected extends"),
    "python tag": (HEAD + TARGET + "use: !!python/name:os.system x\n", 4, "found the tag"),
    "own tag": (HEAD + TARGET + "use: !mine [a]\n", 4, 'found the tag "!mine"'),
    "undefined tag": (HEAD + TARGET + "use: !a!b [a]\n", 4, "found a tag"),
    "merge key": (HEAD + TARGET + "<<: {use: []}\n", 4, "merge key <<; expected extends"),
    "key twice": (HEAD + TARGET + "name: Again\n", 4, "found again in line 4, first given in line 2"),
    "number as key": (HEAD + TARGET + "2030: x\n", 4, "found the key 2030, expected a word"),
    "true as key": (HEAD + TARGET + "true: x\n", 4, "found the key true"),
    "empty key": (HEAD + TARGET + '"": x\n', 4, "found an empty key"),
    "list as key": (HEAD + TARGET + "[a, b]: x\n", 4, "found a list or mapping as a key"),
    "indented too far": (HEAD + " use: []\n", 3, "check the indentation"),
    "indented too little": (HEAD + "target:\n    kind: x\n  lifted_t: 5\n", 5, "check the indentation"),
    "list amid keys": (HEAD + "target:\n  kind: x\n  - a\n", 5, "check the indentation"),
    "bracket never closed": (HEAD + "use: [a, b\ntarget: {}\n", 4, "bracket opened in line 3"),
    "brace never closed": (HEAD + "target: {kind: x\nuse: [a]\n", 4, "bracket opened in line 3"),
    "quote never closed": (HEAD + 'use: ["a]\n' + TARGET, 3, "quote that is never closed"),
    "no colon": (HEAD + "target\nuse: []\n", 3, "expected ': ' after a key"),
    "at sign": (HEAD + "use: [@a]\n", 3, "put it in quotes"),
    "colon in text": (HEAD + "description: a: b\n", 3, "or quote the text"),
    "unknown escape": (HEAD + 'description: "C:\\my"\n', 3, "unknown escape"),
    "unseen character": (HEAD + "description: a\x07b\n", 3, "U+0007"),
    "unseen line break": (HEAD + "description: a\u2028b\n", 3, "U+2028"),
    "too deep": (HEAD + "use: " + "[" * 41 + "]" * 41 + "\n", 3, "more than 40 levels"),
    "nan": (HEAD + "target: {kind: mass_to_orbit, lifted_t: .nan}\n", 3, "found .nan, expected a finite number"),
    "inf": (HEAD + "target: {kind: mass_to_orbit, lifted_t: inf}\n", 3, "found inf, expected a finite number"),
    "too large": (HEAD + "target: {kind: mass_to_orbit, lifted_t: 1e999}\n", 3, "found 1e999, expected a finite"),
    "too many digits": (HEAD + TARGET + f"vehicles: {{a: {{flights: {'1' * 30}}}}}\n", 4, "at most 18 digits"),
    "no format": ("name: Try\n" + TARGET, 1, "format: missing; expected format: 2"),
    "format 3": ("name: Try\nformat: 3\nnew: x\n", 2, "found 3, expected 2; this version of kardashev reads format 1"),
    "format text": ('format: "1"\nname: Try\n', 1, 'found "1", expected 2'),
    "format true": ("format: true\nname: Try\n", 1, "found true, expected 2"),
    "no name": ("format: 2\n" + TARGET, 1, "name: missing; expected some text"),
    "empty name": ('format: 2\nname: ""\n' + TARGET, 2, 'found "", expected some text'),
    "number for text": ("format: 2\nname: 12\n" + TARGET, 2, "found 12, expected some text"),
    "no target": (HEAD, 1, "target: missing; expected a mapping with kind: power_alive or mass_to_orbit"),
    "target empty": (HEAD + "target:\n", 3, "target: found nothing, expected a mapping with kind"),
    "target a list": (HEAD + "target: [1]\n", 3, "target: found a list, expected a mapping"),
    "no kind": (HEAD + "use: []\ntarget: {lifted_t: 5}\n", 4, "target.kind: missing; expected power_alive or mass_to"),
    "unknown kind": (HEAD + "target:\n  kind: power_aliv\n", 4, "expected power_alive or mass_to_orbit; did you mean"),
    "missing in a kind": (HEAD + "target:\n  kind: mass_to_orbit\n", 3, "lifted_t: missing; expected a number of t at"),
    "no milestones": (HEAD + "target: {kind: power_alive, milestones: []}\n", 3, "found 0 entries, expected at least"),
    "text for power": (GOOD.replace("gw: 1", "gw: ten"), 6, 'gw: found "ten", expected a number of GW more than 0'),
    "quoted number": (GOOD.replace("gw: 1", 'gw: "10"'), 6, "more than 0; take away the quotes"),
    "zero power": (GOOD.replace("gw: 1", "gw: 0"), 6, "milestones[0].gw: found 0, expected a number of GW more than 0"),
    "true for power": (GOOD.replace("gw: 1", "gw: true"), 6, "found true, expected a number of GW"),
    "thousands": (GOOD.replace("gw: 1", "gw: 1_000"), 6, "write it as 1000"),
    "hexadecimal": (GOOD.replace("gw: 1", "gw: 0x10"), 6, 'found "0x10", expected a number'),
    "number for date": (GOOD.replace("2033-01", "2033"), 6, "found 2033, expected a month like 2027-01"),
    "month 0": (GOOD.replace("2033-01", "2033-00"), 6, "found 2033-00, expected a month from 01 to 12"),
    "no date": (GOOD.replace("date: 2033-01, ", ""), 6, "milestones[0].date: missing; expected a month like 2027-01"),
    "unknown key": (GOOD + "vehicels: {}\n", 7, "vehicels: no such key; did you mean vehicles?"),
    "unknown key, none near": (GOOD + "zzz: {}\n", 7, "no such key; known: name, description"),
    "unknown deep key": (GOOD + "vehicles:\n  a:\n    paylod_t: 5\n", 9, "a.paylod_t: no such key; did you mean"),
    "unknown key in a list": (GOOD.replace("gw: 1", "gw: 1, gv: 2"), 6, "[0].gv: no such key; known: date, gw"),
    "unknown null key": (GOOD + "vehicels:\n", 7, "no such key; did you mean vehicles?"),
    "removed but never given": (GOOD + "vehicles: {a: null}\n", 7, "vehicles.a: found nothing, expected a mapping"),
    "float for count": (GOOD + "vehicles: {a: {flights: 2.5}}\n", 7, "found 2.5, expected a whole number from 0 to 99"),
    "count too large": (GOOD + "vehicles: {a: {flights: 100}}\n", 7, "found 100, expected a whole number from 0 to 99"),
    "share of one": (GOOD + "vehicles: {a: {loss_share: 1}}\n", 7, "found 1, expected a share at least 0 and"),
    "yes": (GOOD + "vehicles: {a: {reusable: yes}}\n", 7, 'found "yes", expected true or false'),
    "text for price": (GOOD + "vehicles: {a: {price_usd_per_kg: x}}\n", 7, "expected a number of USD/kg"),
    "neither number nor mapping": (
        GOOD + "vehicles: {a: {payload_t: x}}\n", 7, 'payload_t: found "x", expected a number of t or a mapping of name'
    ),
    "wrong within the mapping": (
        GOOD + "vehicles:\n  a:\n    payload_t:\n      leo: x\n", 10, 'payload_t.leo: found "x", expected a number of t'
    ),
    "bad name": (GOOD + "vehicles:\n  Big One: {}\n", 8, 'found the name "Big One", expected a name of small letters'),
    "mapping for a list": (GOOD + "use: {a: 1}\n", 7, "use: found a mapping, expected a list"),
    "list for a mapping": (GOOD + "vehicles: [a]\n", 7, "vehicles: found a list, expected a mapping"),
    "number in a list of text": (GOOD + "use:\n  - a\n  - 1\n", 9, "use[1]: found 1, expected text"),
    "unknown case": (GOOD + "case: hihg\n", 7, "high, pessimistic or optimistic; did you mean high?"),
    "case a list": (GOOD + "case: [low]\n", 7, "found a list, expected low, central, high, pessimistic or optimistic"),
    "undefined name": (GOOD + "use:\n  - a\n", 8, 'use[0]: found "a", expected a vehicle'),
}  # fmt: skip


@pytest.mark.parametrize("text, line, part", MALFORMED.values(), ids=MALFORMED.keys())  # noqa: PT006
def test_malformed(tmp_path: Path, text: str, line: int, part: str) -> None:
    """One mistake is one fault, without echoes: the right file and line, the right thing, and short."""
    path = write(tmp_path, text)
    (fault,) = faults(path)
    output = str(fault)
    assert (fault.file, fault.line) == (str(path), line)
    assert part in output
    assert "\n" not in output
    assert len(output) - len(str(path)) < 200


def test_file_too_large(tmp_path: Path) -> None:
    """A file over 2 MB is not read."""
    (fault,) = faults(write(tmp_path, "#" * 5_000_001))
    assert (fault.line, fault.message) == (1, "found more than 2 MB, expected a smaller file")


def test_not_utf8(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are reported at their line."""
    path = tmp_path / "try.yaml"
    path.write_bytes(b"format: 2\nname: caf\xe9\n")
    (fault,) = faults(path)
    assert fault.line == 2
    assert "UTF-8" in fault.message


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark, as some editors write it, is no fault."""
    assert loaded(tmp_path, "\ufeff" + GOOD).instance.name == "Try"


def test_all_faults_at_once_in_order(tmp_path: Path) -> None:
    """Faults of reading, quantities and types come together, by line."""
    text = GOOD.replace("gw: 1", "gw: ten") + "vehicles:\n  a: {flights: -1, loss_share: nan}\nzzz: 1\nzzz: 2\n"
    text += "case: x\n"
    assert [fault.line for fault in faults(write(tmp_path, text))] == [6, 8, 8, 9, 10, 11]


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    """The file all malformed ones are made of is read."""
    instance = loaded(tmp_path, GOOD).instance
    assert instance.target.milestones[0].gw == 1.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("target", "milestones", 1, "gw"), "target.milestones[1].gw"),
        (("a", "b c", "d"), 'a["b c"].d'),
        (("a\nb",), '["a\\nb"]'),
    ],
)
def test_words(path: tuple[str | int, ...], text: str) -> None:
    """Paths read as the user would write them, on one line."""
    assert words(path) == text


def test_small_words() -> None:
    """The pieces of messages: values, choices, suggestions."""
    assert [shown(value) for value in (None, True, -3, 1.5, "x", {}, [1])] == [
        "nothing", "true", "-3", "1.5", '"x"', "a mapping", "a list"
    ]  # fmt: skip
    assert len(quoted("x" * 1000)) < 50
    assert [either(["a"]), either(["a", "b"]), either(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
    assert hint("paylod_t", ["payload_t", "flights"]) == "; did you mean payload_t?"
    assert hint("x", [f"key{index}" for index in range(10)]).endswith("key7, …")


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("gw", "GW"), ("payload_t", "t"), ("flight_musd", "MUSD"), ("price_usd_per_kg", "USD/kg"), ("share", "share"),
        ("loss_share_per_year", "share per year"), ("life_years", "years"), ("flights", ""), ("start_per_year", ""),
        ("drag_m_per_s_per_year", "m/s/year"), ("a", ""), ("output_w_per_m2", "W/m²"), ("power_usd_per_kwh", "USD/kWh"),
        ("gw_per_year", "GW/year"), ("per_kg", "kg"),
    ],
)  # fmt: skip
def test_unit(key: str, written: str) -> None:
    """The unit of a number is read off its key; none is guessed."""
    assert unit(key) == written


def test_number_takes_the_unit_of_its_parent() -> None:
    """A number in a mapping of names has the unit of the mapping's key, but of nothing further up."""
    assert number(("vehicles", "a", "payload_t", "leo")) == "a number of t"
    assert number(("mass_t", "a", "b")) == "a number"
    assert number(("a", 0, "gain_share")) == "a share"


PIECES = st.sampled_from(
    ["format: 2\n", "name: x\n", "target:", " kind: power_alive", "\n", "  ", "- ", "[", "]", "{", "}", ": ", ",", "#",
     "'", '"', "|", ">", "&a ", "*a", "!!int ", "? ", "---", "...", "%YAML 1.1\n", "nan", "1e5", "~", "low: ",
     "central: ", "vehicles: ", "a: ", "flights: ", "extends: ", "try.yaml", "source: ", "case: ",
     "\\", "\x85", "\r", "é", "0"]
)  # fmt: skip


def assert_only_instance_errors(content: bytes) -> None:
    """Read the bytes as a file: a refusal has faults, and each stands on one line of the file."""
    lines = content.count(b"\n") + content.count(b"\r") + 1
    with TemporaryDirectory() as folder:
        path = Path(folder) / "try.yaml"
        path.write_bytes(content)
        try:
            read(path, Mini)
            refused, faults = False, []
        except InstanceError as error:
            refused, faults = True, error.issues
    assert refused == bool(faults)
    assert all(1 <= fault.line <= lines and "\n" not in str(fault) for fault in faults)


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Whatever the text, only an instance error with lines of that text comes out."""
    assert_only_instance_errors(text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=100))
def test_any_bytes(content: bytes) -> None:
    """Whatever the bytes, only an instance error comes out."""
    assert_only_instance_errors(content)


VALUES = st.recursive(
    st.sampled_from(["1", "-1", "x", "true", "~", '"5"', "2033-01", "nan", "1e400"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.dictionaries(
            st.sampled_from(["kind", "low", "central", "source", "a", "leo", "flights", "payload_t", "note"]),
            inner,
            max_size=4,
        ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from([*Mini.model_fields, "format", "zzz"]), VALUES, max_size=6))
def test_any_values(entries: dict[str, str]) -> None:
    """Whatever values stand under the known keys, only an instance error comes out."""
    text = "".join(f"{key}: {value}\n" for key, value in entries.items())
    if "format" not in entries:
        text = "format: 2\n" + text
    assert_only_instance_errors(text.encode())


def _numbers(schema: Any) -> list[Any]:
    # Every part of the schema that is a bare number, with the choices it stands among.
    if isinstance(schema, list):
        return [found for part in schema for found in _numbers(part)]
    if not isinstance(schema, dict):
        return []
    here = [schema["anyOf"]] if any(part.get("type") == "number" for part in schema.get("anyOf", [])) else []
    return here + [found for part in schema.values() for found in _numbers(part)]


def test_json_schema() -> None:
    """The JSON Schema lets every number be a quantity, knows extends, lets null remove, and is deterministic."""
    schema = schema_json(Mini)
    assert schema == schema_json(Mini)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"]
    assert "extends" in schema["properties"]
    assert schema["$defs"]["quantity"]["required"] == ["central"]
    numbers = _numbers({key: part for key, part in schema["$defs"].items() if key != "quantity"})
    assert len(numbers) >= 4
    assert all({"$ref": "#/$defs/quantity"} in choices for choices in numbers)
    (entry,) = schema["properties"]["vehicles"]["anyOf"][0]["patternProperties"].values()
    assert {"type": "null"} in entry["anyOf"]
    assert schema["required"] == ["format"]
    assert "required" not in schema["$defs"]["Milestone"]
