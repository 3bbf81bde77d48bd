"""Options ``--set path=value``: laid over the merged files, validated like them, and named where they are at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.errors import InstanceError
from solver.instance.overrides import lift_notes
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from tests.solver.instance.mini import GOOD, Mini, used_names, write

GIGAWATT = Path(__file__).parents[3] / "instances" / "reference" / "gigawatt.yaml"
TINY = GIGAWATT.parents[1] / "tiny" / "one_flight.yaml"
BASE = """\
format: 2
vehicles:
  van: {payload_t: {low: 1, central: 2, high: 4}, flights: 9, price_usd_per_kg: 5}
  bus: {payload_t: 7}
use: [van, bus]
"""


def _read(folder: Path, *changes: str) -> Loaded[Mini]:
    """Read a file that extends another one, with options laid over both."""
    write(folder, BASE, "base.yaml")
    return read(write(folder, GOOD + "extends: base.yaml\n"), Mini, rules=[used_names], changes=changes)


def _faults(folder: Path, *changes: str) -> list[str]:
    """Return the faults of the options as they are printed."""
    with pytest.raises(InstanceError) as caught:
        _read(folder, *changes)
    return [str(issue).replace(f"{folder}/", "") for issue in caught.value.issues]


def _whole(*changes: str) -> Loaded[Instance]:
    """Read the reference of a gigawatt with options laid over it."""
    return read(GIGAWATT, changes=changes)


def test_a_value_is_replaced_in_instance_and_hash(tmp_path: Path) -> None:
    """The typed instance, its resolved data and its hash follow an option; the options are kept in their order."""
    before, after = _read(tmp_path), _read(tmp_path, "vehicles.van.flights=3", "name=Mine")
    assert (after.instance.vehicles["van"].flights, after.instance.name) == (3, "Mine")
    assert after.resolved["vehicles"]["van"]["flights"] == 3
    assert after.hash != before.hash
    assert (before.changes, after.changes) == ((), ("vehicles.van.flights=3", "name=Mine"))


def test_options_mean_what_a_file_means(tmp_path: Path) -> None:
    """Options resolve to the same data, hash and quantities as a file with their values that extends the others."""
    laid = _read(tmp_path, "vehicles.van={flights: 3, reusable: false}", "use=[van]", "vehicles.bus.payload_t=8")
    text = "vehicles: {van: {flights: 3, reusable: false}, bus: {payload_t: 8}}\nuse: [van]\n"
    written = read(write(tmp_path, GOOD + "extends: base.yaml\n" + text, "over.yaml"), Mini, rules=[used_names])
    assert (laid.resolved, laid.hash, laid.quantities) == (written.resolved, written.hash, written.quantities)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("null", True), ("~", True), ("false", False), (" false # never", False)]
)
def test_values_are_yaml(tmp_path: Path, text: str, value: bool) -> None:
    """A value is parsed as the same word of a file; null restores the default."""
    assert _read(tmp_path, f"vehicles.van.reusable={text}").instance.vehicles["van"].reusable is value


def test_null_removes_an_inherited_key(tmp_path: Path) -> None:
    """A key that is set to null has its default again, and one without a default is missed at the option."""
    van = _read(tmp_path, "vehicles.van.flights=null", "vehicles.van.price_usd_per_kg=null").instance.vehicles["van"]
    assert (van.flights, van.price_usd_per_kg) == (1, None)
    assert _faults(tmp_path, "name=null") == ["--set name: missing; expected some text"]


def test_a_number_replaces_a_quantity_whole(tmp_path: Path) -> None:
    """A number in place of a range leaves no range; a path into the range changes one end of it."""
    path = ("vehicles", "van", "payload_t")
    assert path not in _read(tmp_path, "vehicles.van.payload_t=3").quantities
    assert _read(tmp_path, "vehicles.van.payload_t=3").resolved["vehicles"]["van"]["payload_t"] == 3
    changed = _read(tmp_path, "vehicles.van.payload_t.high=6").quantities[path]
    assert (changed.low, changed.central, changed.high) == (1, 2, 6)
    new = _read(tmp_path, "vehicles.van.payload_t={central: 5}").quantities[path]
    assert (new.low, new.central, new.high) == (5, 5, 5)


def test_the_case_is_applied_after_the_options(tmp_path: Path) -> None:
    """The case can be set, and a range that is set follows it."""
    low = _read(tmp_path, "case=low", "vehicles.bus.payload_t={low: 3, central: 5}")
    assert low.instance.case == "low"
    assert [low.instance.vehicles[name].payload_t for name in ("van", "bus")] == [1, 3]


@pytest.mark.parametrize("path", ["target.milestones.0.gw", "target.milestones[0].gw"])
def test_items_of_lists_are_set_by_index(tmp_path: Path, path: str) -> None:
    """An index leads into a list, in dots or in brackets as in the messages."""
    loaded = _read(tmp_path, f"{path}=2", "use.1=van")
    assert loaded.resolved["target"]["milestones"] == [{"date": "2033-01", "gw": 2}]
    assert loaded.instance.use == ["van", "van"]
    assert loaded.changes == ("target.milestones.0.gw=2", "use.1=van")


def test_a_section_that_is_not_there_is_begun() -> None:
    """A path through a section that the files leave out begins it, as a file would."""
    assert "candidate_designs" not in read(TINY).resolved
    changed = read(TINY, changes=["candidate_designs.max_designs=3"])
    assert changed.instance.candidate_designs.max_designs == 3


def test_a_path_of_format_1_is_lifted() -> None:
    """A path of format 1 sets the key of the current format, is kept under it, and a note names the new path."""
    old, new = _whole("menu.keep=3"), _whole("candidate_designs.max_designs=3")
    assert (old.instance, old.hash, old.changes) == (new.instance, new.hash, ("candidate_designs.max_designs=3",))
    note = "--set menu.keep: a path of format 1, read as candidate_designs.max_designs"
    assert lift_notes(["menu.keep=3", "candidate_designs.max_designs=3", "faulty"]) == [note]


def test_a_key_of_format_1_within_a_value_is_refused() -> None:
    """Keys within a value are those of the current format."""
    with pytest.raises(InstanceError, match=r"--set candidate_designs.keep: .* format 1; expected max_designs"):
        _whole("candidate_designs={keep: 3}")


FAULTS = {
    "vehicles.van.flights=-3": "--set vehicles.van.flights: found -3, expected a whole number from 0 to 99",
    "vehicles.van.flihgts=3": "--set vehicles.van.flihgts: no such key; did you mean flights?",
    "vehicels.van.flights=3": "--set vehicels: no such key; did you mean vehicles?",
    "vehicles.vam.flights=3": "--set vehicles.vam: no such name; to add it, set vehicles.vam as a whole; did you mean",
    "vehicles.vam=null": "--set vehicles.vam: no such name; to add it, set vehicles.vam as a whole; did you mean van?",
    "vehicles.van.flights.now=3": '--set vehicles.van.flights: found 9, expected a mapping or list with "now"',
    "vehicles.van.payload_t.median=3": "--set vehicles.van.payload_t.median: no such key; known: low, central, high",
    "vehicles.van={flights: many}": '--set vehicles.van.flights: found "many", expected a whole number from 0 to 99',
    "use=[van, cab]": '--set use[1]: found "cab", expected a vehicle',
    "use.2=van": '--set use[2]: found "2", expected an index from 0 to 1; to add items, set the list as a whole',
    "use.first=van": '--set use.first: found "first", expected an index from 0 to 1',
    "case=lo": '--set case: found "lo", expected low, central, high, pessimistic or optimistic; did you mean low?',
    "format=1": "--set format: found an option, expected format in the file only",
    "extends=x.yaml": "--set extends: found an option, expected extends in the file only",
    "name": '--set: found "name" without =, expected PATH=VALUE such as',
    "=3": '--set: found "=3" without a path, expected PATH=VALUE such as',
    "use..0=van": '--set: found an empty name in the path "use..0", expected PATH=VALUE such as',
    "na\udce9me=x": "--set: found an unseen character in the path",
    ".".join("a" * 41) + "=x": "--set: found more than 40 names in the path",
    "name=": "--set name: found no value, expected one; null restores the default",
    "name=# none": "--set name: found no value, expected one; null restores the default",
    "use=[van": "--set use: expected ',' or ']' for the bracket opened in line 1",
    "name=\x07": "--set name: found the unseen character U+0007, expected plain text",
    "vehicles.van.flights=1_000x: *y": "--set vehicles.van.flights",
    "vehicles.van.payload_t=.inf": "--set vehicles.van.payload_t: found .inf, expected a finite number",
    "vehicles.van={flights: 1, flights: 2}": "--set vehicles.van.flights: found again in line 1",
    "use=--- a\n--- b": "--set use: found a second document (---), expected one",
}


@pytest.mark.parametrize("change", FAULTS)
def test_a_faulty_option_is_named(tmp_path: Path, change: str) -> None:
    """The one fault of an option names the option in place of a line, what was found and what was expected."""
    (fault,) = _faults(tmp_path, change)
    assert fault.startswith(FAULTS[change])


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """Faults of the options and of the file are reported together; the file keeps its lines."""
    write(tmp_path, BASE, "base.yaml")
    file = write(tmp_path, GOOD.replace("gw: 1", "gw: -1") + "extends: base.yaml\n")
    with pytest.raises(InstanceError) as caught:
        read(file, Mini, changes=["name", "case=lo", "vehicles.van.flights=-3"])
    assert [(Path(issue.file).name, issue.line, issue.path) for issue in caught.value.issues] == [
        ("--set", 0, ""),
        ("--set", 0, "case"),
        ("--set", 0, "vehicles.van.flights"),
        ("try.yaml", 6, "target.milestones[0].gw"),
    ]


def test_a_path_is_set_once(tmp_path: Path) -> None:
    """A path given twice is a fault, however it is spelled, so that no value is lost."""
    assert _faults(tmp_path, "use.0=van", "use[0]=bus") == ["--set use[0]: given again, expected once"]
