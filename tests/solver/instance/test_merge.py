"""Extending: what overrides what, and faults of the files that are extended."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from solver.errors import InstanceError
from solver.instance.expectations import strip
from solver.instance.merge import InstanceFiles, merge
from solver.instance.read import read
from solver.instance.tree import Located, parse, plain
from solver.instance.validation_issues import Place, ValidationIssues

from .mini import GOOD, Mini, faults, write

CASES = Path(__file__).parents[2] / "data" / "cases"


def _tree(text: str) -> Located:
    found = ValidationIssues("x")
    node = parse(text, "x", found)
    assert node is not None
    assert not found.found
    return node


class Kinds(BaseModel):
    """A number and a mapping by name."""

    number: float
    named: dict[str, float]


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ("a: {b: 1, c: 2}", "a: {c: 3, d: 4}", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("a: [1, 2, 3]", "a: [4]", {"a": [4]}),
        ("a: {b: 1, c: 2}", "a: {b: null}", {"a": {"c": 2}}),
        ("a: {b: 1}", "a: {c: null}", {"a": {"b": 1, "c": None}}),
        ("a: {b: 1}", "a: ~", {}),
        ("a: {low: 1, central: 2}", "a: {central: 5}", {"a": {"low": 1, "central": 5}}),
        ("a: {low: 1, central: 2}", "a: 7", {"a": 7}),
        ("a: 7", "a: {central: 2}", {"a": {"central": 2}}),
        ("number: {low: 1, central: 2}", "number: {central: 5}", {"number": {"central": 5}}),
        ("number: {source: x}", "number: {central: 2}", {"number": {"central": 2}}),
        ("named: {low: 1, central: 2}", "named: {central: 5}", {"named": {"low": 1, "central": 5}}),
        (
            "named: {low: 1}",
            "named: {high: {central: 2, low: 1}}",
            {"named": {"low": 1, "high": {"central": 2, "low": 1}}},
        ),
        ("a: {low: {x: 1}}", "a: {high: {x: 2}}", {"a": {"low": {"x": 1}, "high": {"x": 2}}}),
        ("a: 1", "a: {b: 2}", {"a": {"b": 2}}),
        ("a: {b: {c: 1, d: 2}}", "a: {b: {c: null}}", {"a": {"b": {"d": 2}}}),
    ],
)
def test_merge(base: str, over: str, merged: object) -> None:
    """Mappings merge deeply; lists, quantities and plain values replace; null removes what is inherited.

    The type tells a quantity from a mapping of names, not the keys.
    """
    assert plain(merge(_tree(base), _tree(over), strip(Kinds))) == merged


def test_later_files_override(tmp_path: Path) -> None:
    """Of several extended files the later wins, and the file itself over all."""
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 1}, b: {flights: 1}, c: {flights: 1}}\n", "one.yaml")
    write(tmp_path, "format: 2\nvehicles: {b: {flights: 2}, c: {flights: 2}}\n", "two.yaml")
    text = GOOD + "extends: [one.yaml, two.yaml]\nvehicles: {c: {flights: 3}}\n"
    instance = read(write(tmp_path, text), Mini).instance
    assert [vehicle.flights for vehicle in instance.vehicles.values()] == [1, 2, 3]


def test_paths_are_relative_to_the_naming_file(tmp_path: Path) -> None:
    """A file in another folder names its own neighbours, and all files read are listed."""
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 9}}\n", "deep/er/parts.yaml")
    write(tmp_path, "format: 2\nextends: er/parts.yaml\n", "deep/all.yaml")
    loaded = read(write(tmp_path, GOOD + "extends: ../deep/all.yaml\n", "mine/try.yaml"), Mini)
    assert loaded.instance.vehicles["a"].flights == 9
    assert [path.name for path in loaded.files] == ["try.yaml", "all.yaml", "parts.yaml"]


def test_diamond(tmp_path: Path) -> None:
    """Two extended files may share a third one, which is read once."""
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 5, loss_share: 0.1}}\n", "root.yaml")
    write(tmp_path, "format: 2\nextends: root.yaml\nvehicles: {a: {flights: 6}}\n", "left.yaml")
    write(tmp_path, "format: 2\nextends: root.yaml\nvehicles: {b: {}}\n", "right.yaml")
    loaded = read(write(tmp_path, GOOD + "extends: [left.yaml, right.yaml]\n"), Mini)
    assert set(loaded.instance.vehicles) == {"a", "b"}
    assert len(loaded.files) == 4


def test_a_shared_base_undoes_nothing() -> None:
    """What the first of two files changes in their common base stays changed, and so does what the second one does."""
    found = read(CASES / "diamond.yaml")
    assert found.instance.vehicles["small"].flight_musd == 3
    assert found.instance.sites["cape"].pads == 5
    assert [path.name for path in found.files] == [
        "diamond.yaml",
        "diamond-a.yaml",
        "one_flight.yaml",
        "diamond-b.yaml",
    ]


LAYERS = {
    "root": ("", "1"),
    "other": ("", "2"),
    "left": ("root", "3"),
    "right": ("root", "4"),
    "both": ("other, root", "5"),
    "turned": ("root, other", "6"),
    "reset": ("left, root", "7"),
}


def _write_layers(folder: Path) -> None:
    for name, (bases, _) in LAYERS.items():
        files = ", ".join(f"{base}.yaml" for base in bases.split(", "))
        write(folder, f"format: 2\nextends: [{files}]\n" if bases else "format: 2\n", f"{name}.yaml")


@pytest.mark.parametrize(
    ("extends", "order"),
    [
        ("left, right", "1 3 4"),
        ("root, left", "1 3"),
        ("left, root", "3 1"),
        ("left, both", "2 1 3 5"),
        ("right, reset", "4 3 1 7"),
        ("reset, right", "3 1 7 4"),
        ("left, other, right", "1 3 2 4"),
        ("other, left, both", "2 1 3 5"),
        ("both, other", "1 5 2"),
    ],
)
def test_order_of_laying(tmp_path: Path, extends: str, order: str) -> None:
    """Each file lies over what it extends and over the files listed before it; only one listed late is laid again."""
    _write_layers(tmp_path)
    files = ", ".join(f"{name}.yaml" for name in extends.split(", "))
    sources = InstanceFiles(ValidationIssues("x"))
    mine = write(tmp_path, GOOD + f"extends: [{files}]\n")
    assert sources.load(mine) is not None
    laid = [LAYERS[layer.real.stem][1] for layer in sources.layers(mine)[:-1]]
    last = {number: at for at, number in enumerate(laid)}
    assert " ".join(sorted(last, key=lambda number: last[number])) == order


def test_lists_that_contradict_each_other(tmp_path: Path) -> None:
    """Two files that lay what they share in two orders are a fault, and so is a file named twice."""
    _write_layers(tmp_path)
    (fault,) = faults(write(tmp_path, GOOD + "extends: [both.yaml, turned.yaml]\n"))
    assert (fault.line, fault.path) == (7, "extends[1]")
    assert "in another order" in fault.message
    (fault,) = faults(write(tmp_path, GOOD + "extends: [root.yaml, left.yaml, ./root.yaml]\n"))
    assert (fault.line, fault.path) == (7, "extends[2]")
    assert "once more" in fault.message


def test_a_large_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base of thousands of keys under dozens of files is parsed and laid a single time."""
    parsed: list[str] = []

    def counted(text: str, file: str, found: ValidationIssues) -> Located | None:
        parsed.append(file)
        return parse(text, file, found)

    monkeypatch.setattr("solver.instance.merge.parse", counted)
    keys = "".join(f"  v{i}: {{flights: 1}}\n" for i in range(3000))
    write(tmp_path, f"format: 2\nvehicles:\n{keys}", "large.yaml")
    for i in range(60):
        write(tmp_path, "format: 2\nextends: large.yaml\n", f"via{i}.yaml")
    files = ", ".join(f"via{i}.yaml" for i in range(60))
    sources = InstanceFiles(ValidationIssues("x"))
    mine = write(tmp_path, GOOD + f"extends: [{files}]\n")
    assert sources.load(mine) is not None
    assert len(parsed) == 62
    assert len(sources.layers(mine)) == 62


def test_files_of_an_instance_are_limited(tmp_path: Path) -> None:
    """More than a hundred files, or more than 2 MB in all, are a fault and not a long wait."""
    for i in range(101):
        write(tmp_path, "format: 2\n", f"f{i}.yaml")
    files = ", ".join(f"f{i}.yaml" for i in range(101))
    found = faults(write(tmp_path, GOOD + f"extends: [{files}]\n"))
    assert "found more than 100 files" in found[0].message
    for i in range(3):
        write(tmp_path, "format: 2\n" + "# much\n" * 100_000, f"f{i}.yaml")
    found = faults(write(tmp_path, GOOD + "extends: [f0.yaml, f1.yaml, f2.yaml]\n"))
    assert "found more than 2 MB in all files together" in found[0].message


@pytest.mark.parametrize("name", ["/proc/kmsg", "/proc/self/environ", "/sys/kernel/uevent_seqnum", "/dev/zero", "pipe"])
def test_only_regular_files_are_read(tmp_path: Path, name: str) -> None:
    """Pipes, devices and files of the kernel are refused at once, also by way of a link."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.yaml").symlink_to(name)
    for entry in (name, "link.yaml"):
        (fault,) = faults(write(tmp_path, GOOD + f"extends: {entry}\n"))
        assert (fault.line, fault.path) == (7, "extends")
        assert "expected a regular file" in fault.message


def test_own_keys_are_not_inherited(tmp_path: Path) -> None:
    """The name and description of an extended file stay its own."""
    write(tmp_path, GOOD + "description: of the base\n", "base.yaml")
    found = faults(write(tmp_path, "format: 2\nextends: base.yaml\n"))
    assert [(fault.path, fault.line) for fault in found] == [("name", 1)]
    assert read(write(tmp_path, "format: 2\nextends: base.yaml\nname: B\n"), Mini).instance.description == ""


def test_loop(tmp_path: Path) -> None:
    """A loop is a fault that names the whole chain, at the entry that closes it."""
    write(tmp_path, "format: 2\nextends: c.yaml\n", "b.yaml")
    write(tmp_path, "format: 2\nname: x\nextends:\n  - a.yaml\n", "c.yaml")
    (fault,) = faults(write(tmp_path, "format: 2\nextends: b.yaml\n", "a.yaml"))
    assert (Path(fault.file).name, fault.line, fault.path) == ("c.yaml", 4, "extends[0]")
    names = [Path(part.split(" (")[0]).name for part in fault.message.removeprefix("extends in a loop: ").split(" -> ")]
    assert names == ["a.yaml", "b.yaml", "c.yaml", "a.yaml"]


def test_fault_in_an_extended_file_names_both(tmp_path: Path) -> None:
    """The fault stands in the extended file and tells which file the user gave."""
    base = write(tmp_path, "format: 2\n\nvehicles:\n  a: {flights: -1}\n", "base.yaml")
    mine = write(tmp_path, GOOD + "extends: base.yaml\n")
    (fault,) = faults(mine)
    assert (fault.file, fault.line, fault.path) == (str(base), 4, "vehicles.a.flights")
    assert fault.message.endswith(f"(extended by {mine})")


def test_missing_key_of_merged_parent_is_at_the_last_file(tmp_path: Path) -> None:
    """A key missing in a mapping that several files fill is reported at the line of the last one."""
    write(tmp_path, "format: 2\ntarget: {kind: mass_to_orbit, lifted_t: 1}\n", "base.yaml")
    mine = write(tmp_path, "format: 2\nname: x\nextends: base.yaml\ntarget: {lifted_t: null}\n")
    (fault,) = faults(mine)
    assert (fault.file, fault.line, fault.path) == (str(mine), 4, "target.lifted_t")


@pytest.mark.parametrize(
    ("entry", "line", "message"),
    [
        ("extends: nowhere.yaml", 7, "no such file"),
        ("extends:\n  - nowhere.yaml\n  - neither.yaml", 8, "no such file"),
        ("extends: .", 7, "a directory, expected a file"),
        ("extends: 3", 7, "expected the path of a file"),
        ("extends:", 7, "found nothing, expected the path"),
        ("extends: {a: b}", 7, "found a mapping, expected the path"),
        ("extends: [[a.yaml]]", 7, "found a list, expected the path"),
        ('extends: ""', 7, "expected the path"),
        ('extends: "a\\0b"', 7, "a"),
        (f"extends: {'x' * 5000}", 7, "cannot read"),
        ("extends: try.yaml", 7, "loop"),
    ],
)
def test_bad_extends(tmp_path: Path, entry: str, line: int, message: str) -> None:
    """An entry that leads nowhere is a fault at its own line."""
    found = faults(write(tmp_path, GOOD + entry + "\n"))
    assert found[0].line == line
    assert message in found[0].message
    assert "\n" not in str(found[0])


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission is a fault at the entry that names it."""
    write(tmp_path, "format: 2\n", "closed.yaml")
    mine = write(tmp_path, GOOD + "extends: closed.yaml\n")
    opening = os.open

    def refuse(path: Path, flags: int) -> int:
        if Path(path).name == "closed.yaml":
            raise PermissionError(13, "Permission denied")
        return opening(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    (fault,) = faults(mine)
    assert (fault.line, fault.path) == (7, "extends")
    assert "permission denied" in fault.message


def test_longest_chain(tmp_path: Path) -> None:
    """Twenty files in a chain are read, twenty-one are a fault."""
    for index in range(1, 21):
        write(tmp_path, f"format: 2\nextends: {index + 1}.yaml\n", f"{index}.yaml")
    write(tmp_path, "format: 2\n", "20.yaml")
    assert len(read(write(tmp_path, GOOD + "extends: 2.yaml\n"), Mini).files) == 20
    (fault,) = faults(write(tmp_path, GOOD + "extends: 1.yaml\n"))
    assert Path(fault.file).name == "19.yaml"
    assert "20 files" in fault.message


def test_all_files_are_judged(tmp_path: Path) -> None:
    """Two unreadable extended files are both reported."""
    write(tmp_path, "a: [\n", "one.yaml")
    write(tmp_path, "format: 3\n", "two.yaml")
    found = faults(write(tmp_path, GOOD + "extends: [one.yaml, two.yaml, three.yaml]\n"))
    assert [Path(fault.file).name for fault in found] == ["one.yaml", "try.yaml", "two.yaml"]


def test_missing_file() -> None:
    """A path that leads nowhere is an instance error of the file, which has no line."""
    with pytest.raises(InstanceError) as caught:
        read("nowhere/x.yaml", Mini)
    (fault,) = caught.value.issues
    assert (fault.file, fault.line) == ("nowhere/x.yaml", 0)
    assert str(fault) == "nowhere/x.yaml: no such file"


def test_places_survive_merging(tmp_path: Path) -> None:
    """After merging, each value still knows the file it came from."""
    base = write(tmp_path, "format: 2\nvehicles:\n  a:\n    flights: 1\n", "base.yaml")
    mine = write(tmp_path, GOOD + "extends: base.yaml\nvehicles: {a: {loss_share: 0.5}}\n")
    node = InstanceFiles(ValidationIssues(str(mine))).load(mine)
    assert node is not None
    vehicle = node.value["vehicles"].value["a"]  # type: ignore[index, call-overload, union-attr]
    assert vehicle.value["flights"].place == Place(str(base), 4)
    assert vehicle.value["loss_share"].place == Place(str(mine), 8)


def test_reading_again_shares_nothing_that_can_change(tmp_path: Path) -> None:
    """An instance that was read and changed leaves the next reading as it was, and an edited file is read anew."""
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 1, loss_share: {low: 0, central: 0.1}}}\n", "base.yaml")
    file = write(tmp_path, GOOD + "extends: base.yaml\n")
    first = read(file, Mini)
    kept = read(file, Mini)
    assert (first.resolved, first.hash, first.quantities) == (kept.resolved, kept.hash, kept.quantities)
    first.resolved["vehicles"]["a"]["flights"] = 99
    first.resolved["vehicles"].clear()
    first.quantities.clear()
    again = read(file, Mini)
    assert (again.resolved, again.hash, again.quantities) == (kept.resolved, kept.hash, kept.quantities)
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 2, loss_share: {low: 0, central: 0.1}}}\n", "base.yaml")
    assert read(file, Mini).instance.vehicles["a"].flights == 2


def test_issues_of_a_file_are_repeated_for_each_that_extends_it(tmp_path: Path) -> None:
    """The issues of an extended file, of either format, name each file of the user that extends it."""
    write(tmp_path, "format: 2\nvehicles: {a: {flights: 1, flights: 2}}\n", "base.yaml")
    for name in ("one.yaml", "two.yaml", "one.yaml"):
        file = write(tmp_path, GOOD + "extends: base.yaml\n", name)
        with pytest.raises(InstanceError) as error:
            read(file, Mini)
        (issue,) = error.value.issues
        assert (Path(issue.file).name, issue.line, issue.path) == ("base.yaml", 2, "vehicles.a.flights")
        assert issue.message.endswith(f"(extended by {file})")


@pytest.mark.parametrize(
    ("over", "tail"),
    [
        ("{periods: [{count: 2, length: year}]}", 0),
        ("{periods: [{count: 2, length: year}], tail_years: 1}", 1),
        ("{discount_share_per_year: 0.05}", 3),
    ],
)
def test_a_tail_goes_with_its_periods(tmp_path: Path, over: str, tail: int) -> None:
    """New periods over those of the base have no tail unless they give one; other keys leave it. So do options."""
    base = tmp_path / "base.yaml"
    tiny = Path(__file__).parents[3] / "instances" / "tiny" / "one_flight.yaml"
    base.write_text(f"format: 2\nname: X\nextends: {tiny}\nhorizon: {{tail_years: 3}}\n")
    child = tmp_path / "child.yaml"
    child.write_text(f"format: 2\nname: X\nextends: base.yaml\nhorizon: {over}\n")
    assert read(child).instance.horizon.tail_years == tail
    values = yaml.safe_load(over)
    options = [f"horizon.{key}={json.dumps(value)}" for key, value in values.items()]
    for order in (options, options[::-1]):
        assert read(base, changes=order).instance.horizon.tail_years == tail


def test_a_tail_without_periods_waits_for_them(tmp_path: Path) -> None:
    """A file with a tail alone has no periods that those of another file lie over."""
    tiny = Path(__file__).parents[3] / "instances" / "tiny" / "one_flight.yaml"
    for name, extends in (("tail", "[]"), ("child", f"[tail.yaml, {tiny}]")):
        horizon = "horizon: {tail_years: 3}" if name == "tail" else ""
        (tmp_path / f"{name}.yaml").write_text(f"format: 2\nname: X\nextends: {extends}\n{horizon}\n")
    assert read(tmp_path / "child.yaml").instance.horizon.tail_years == 3
