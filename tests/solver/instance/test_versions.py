"""Formats: files of format 1 keep their meaning, mix with others, and are rewritten with nothing else changed."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.instance.migrate import migrated
from solver.instance.quantities import STATED
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.versions import KEYS, VALUES, lifted_path, spelled_path

pytestmark = pytest.mark.slow

OLD = Path(__file__).parents[2] / "data" / "format1"
RESOLVED: dict[str, str] = json.loads((OLD / "resolved.json").read_text())
FILES = sorted(OLD.rglob("*.yaml"))
ROOT = Path(__file__).parents[3] / "instances"
SCENARIOS = [file for file in FILES if "catalogue" not in file.parts]


def _spelled(data: Any, path: tuple[str | int, ...] = ()) -> Any:
    """Plain data of the current format under the names of format 1, with every number a float."""
    if isinstance(data, dict):
        return {spelled_path((*path, key))[-1]: _spelled(child, (*path, key)) for key, child in data.items()}
    if isinstance(data, list):
        return [_spelled(child, (*path, at)) for at, child in enumerate(data)]
    words = {new: old for old, new in VALUES.get(".".join(map(str, spelled_path(path))), {}).items()}
    if isinstance(data, str):
        return words.get(data, data)
    return float(data) if isinstance(data, int) and not isinstance(data, bool) else data


@cache
def _kept(name: str) -> Loaded[Instance]:
    """A kept file as it is read now."""
    return read(OLD / name)


def _digest(loaded: Loaded[Instance]) -> str:
    """Digest over all cases of the resolved values under the names of format 1; the format itself is left out."""
    found = {}
    for case in STATED:
        data: Any = copy.deepcopy({key: value for key, value in loaded.resolved.items() if key != "format"})
        for (*above, last), quantity in loaded.quantities.items():
            reduce(getitem, above, data)[last] = quantity.value(case)
        found[case] = _spelled({**data, "case": case})
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]


def test_every_kept_scenario_has_its_digest() -> None:
    """No kept scenario is without the digest of what the old code read, and none of the digests without its file."""
    assert [file.relative_to(OLD).as_posix() for file in SCENARIOS] == list(RESOLVED)
    assert len(SCENARIOS) > 80


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_file_of_format_1_keeps_its_meaning(file: Path) -> None:
    """A file of format 1, with all it extends, resolves to the values that the last code of format 1 read."""
    name = file.relative_to(OLD).as_posix()
    assert _digest(_kept(name)) == RESOLVED[name]


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kept files, all migrated."""
    folder = tmp_path_factory.mktemp("migrated")
    for file in FILES:
        text = migrated(file)
        assert text is not None
        to = folder / file.relative_to(OLD)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.mark.parametrize("name", [file.relative_to(OLD).as_posix() for file in SCENARIOS])
def test_a_migrated_file_means_the_same(name: str, rewritten: Path) -> None:
    """A migrated scenario, all it extends migrated as well, has the hash and the resolved values of the old one."""
    old, new = _kept(name), read(rewritten / name)
    assert (new.hash, new.resolved) == (old.hash, old.resolved)
    assert new.quantities == old.quantities


def test_formats_mix_in_extends(tmp_path: Path, rewritten: Path) -> None:
    """A file of format 1 may extend one of format 2 and the other way round; the values stay the same."""
    for base, others in ((OLD, rewritten), (rewritten, OLD)):
        for name in ("instances/reference/gigawatt-network.yaml", "instances/reference/terawatt.yaml"):
            mixed = tmp_path / base.name / Path(name).name
            mixed.parent.mkdir(exist_ok=True)
            text = (base / name).read_text(encoding="utf-8")
            for part in _extended(base / name):
                text = text.replace(part, str((others / name).parent / part))
            mixed.write_text(text, encoding="utf-8")
            loaded = read(mixed)
            assert loaded.hash == _kept(name).hash
            lines = {line for file in loaded.files for line in file.read_text(encoding="utf-8").splitlines()}
            assert lines >= {"format: 1", "format: 2"}


def _extended(file: Path) -> Iterator[str]:
    import yaml

    given = yaml.safe_load(file.read_text(encoding="utf-8"))["extends"]
    yield from ([given] if isinstance(given, str) else given)


@cache
def _schema() -> str:
    """The JSON Schema of the current format."""
    return json.dumps(Instance.model_json_schema())


@pytest.mark.parametrize(("old", "new"), KEYS)
def test_a_renamed_path_has_one_meaning(old: str, new: str) -> None:
    """A path of format 1 is lifted to the field that the schema has, and back; a lifted path stays as it is."""
    path: tuple[str, ...] = tuple("x" if step == "*" else step for step in old.split("."))
    lifted = lifted_path(path)
    assert lifted[-1] == new
    assert (lifted_path(lifted), spelled_path(lifted), spelled_path(path)) == (lifted, path, path)
    assert f'"{new}"' in _schema()


def test_other_paths_stay_as_they_are() -> None:
    """A name that the user gave, or a key of another section, is no renamed key."""
    for path in (("vehicles", "menu", "title"), ("horizon", "periods", 0, "count"), ("shells", "line", "slots"), ()):
        assert lifted_path(path) == spelled_path(path) == path


def test_no_name_is_old_and_new_at_one_place() -> None:
    """No key of format 2 has the name of another one of format 1 in its section, so no file changes its meaning."""
    places = [(old.rpartition(".")[0], old.rpartition(".")[2], new) for old, new in KEYS]
    for section, _, new in places:
        assert new not in {name for other, name, _ in places if other == section}
    assert len({(section, old) for section, old, _ in places}) == len(places)
    assert len({(section, new) for section, _, new in places}) == len(places)


def test_known_answers_name_the_constraints_of_today(tmp_path: Path) -> None:
    """The constraint that makes an instance infeasible is lifted as a word; other texts stay."""
    file = tmp_path / "old.yaml"
    words = VALUES["optimum.infeasible"]
    for old, new in {**words, "launch.cadence": "launch.cadence"}.items():
        file.write_text(f"format: 1\nname: {old}\noptimum: {{infeasible: '{old}', reason: {old}}}  # {old}\n")
        assert migrated(file) == (f"format: 2\nname: {old}\noptimum: {{infeasible: '{new}', reason: {old}}}  # {old}\n")


TRY = """\
name: Try
horizon: {start: 2030-01, periods: [{count: 1, length: year}]}
target: {kind: mass_to_orbit, milestones: [{date: 2030-01, kt_per_year: 0.1}]}
use: {vehicles: [lorry], shells: [near]}
vehicles:
  lorry: {available_from: 2030-01, payload_t: {near: 100}, volume_m3: 100, sites: [cape], flight_musd: 10}
sites:
  cape: {pads: 1, max_pads: 1, pad_musd: 0}
shells:
  near: {orbit: dawn_dusk, altitude_km: 650}
"""


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("format: 1\nmenu: {keep: no}\n", [(12, "menu.keep", 'found "no", expected a whole number')]),
        ("format: 1\nmenu: {keep: .nan}\n", [(12, "menu.keep", "found .nan, expected a finite number")]),
        ("format: 1\nmenu:\n  keep: 3\n  keep: 4\n", [(14, "menu.keep", "found again in line 14")]),
        ("format: 1\nmenu: {kept: 3}\n", [(12, "menu.kept", "no such key")]),
        (
            "format: 1\ncandidate_designs: {keep: 3}\n",
            [(12, "candidate_designs", "this is a key of format 2; expected menu, or format: 2")],
        ),
        ("format: 1\nmenu: {max_designs: 3}\n", [(12, "menu.max_designs", "expected keep, or format: 2")]),
        (
            "format: 2\nmenu: {max_designs: 3}\n",
            [(12, "menu", "this is a key of format 1; expected candidate_designs")],
        ),
        (
            "format: 2\ncandidate_designs: {keep: 3}\n",
            [(12, "candidate_designs.keep", "this is a key of format 1; expected max_designs")],
        ),
        (
            "format: 1\nmenu: {keep: 3}\ncandidate_designs: {max_designs: 4}\n",
            [(13, "candidate_designs", "this is a key of format 2; expected menu")],
        ),
    ],
)
def test_faults_name_keys_as_the_file_spells_them(
    tmp_path: Path, text: str, output: list[tuple[int, str, str]]
) -> None:
    """A fault stands at its line under the names of the file's own format; a key of another format is one."""
    file = tmp_path / "try.yaml"
    file.write_text(TRY + text)
    with pytest.raises(InstanceError) as error:
        read(file)
    found = error.value.issues
    assert [(fault.line, fault.path) for fault in found] == [(line, path) for line, path, _ in output]
    for fault, (_, _, part) in zip(found, output, strict=True):
        assert part in fault.message


def test_faults_of_an_extended_file_name_its_own_keys(tmp_path: Path) -> None:
    """Each file of a chain is reported in its own format."""
    (tmp_path / "base.yaml").write_text("format: 1\nmenu: {keep: 0}\n")
    mine = tmp_path / "try.yaml"
    mine.write_text(TRY + "format: 2\nextends: base.yaml\ncandidate_designs: {life_years: [x]}\n")
    with pytest.raises(InstanceError) as error:
        read(mine)
    assert [fault.path for fault in error.value.issues] == ["menu.keep", "candidate_designs.life_years[0]"]


def test_layout_and_quotes_are_kept(tmp_path: Path) -> None:
    """Only keys and the format change: comments, quotes, order, flow style and the words of other keys stay."""
    file = tmp_path / "old.yaml"
    file.write_text("'menu' : # menu\n    {\"keep\":3,   life_years: [5]}\nformat: 1 # keep\ndescription: menu\n")
    new = "'candidate_designs' : # menu\n    {\"max_designs\":3,   life_years: [5]}\nformat: 2 # keep\n"
    assert migrated(file) == f"{new}description: menu\n"


@pytest.mark.parametrize("file", sorted(ROOT.rglob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_files_are_in_the_current_format(file: Path) -> None:
    """There is nothing left to migrate in the instances of today."""
    assert migrated(file) is None


def test_a_file_of_the_current_format_is_left_as_it_is(tmp_path: Path) -> None:
    """There is nothing to migrate in a file of format 2."""
    file = tmp_path / "part.yaml"
    file.write_text("format: 2\nvehicles: {}\n")
    assert migrated(file) is None


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"name: x\n", 1, "missing; expected format: 2"),
        (b"name: x\nformat: 9\n", 2, "found 9, expected 2"),
        (b"name: x\nformat: one\n", 2, 'found "one", expected 2'),
        (b"format: 1\nname: x\nname: y\n", 3, "found again"),
        (b"format: 1\nname: caf\xe9\n", 2, "no UTF-8"),
    ],
)
def test_a_faulty_file_is_not_migrated(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    """What reading one file alone shows is reported with its line, and nothing is rewritten."""
    file = tmp_path / "try.yaml"
    file.write_bytes(content)
    with pytest.raises(InstanceError) as error:
        migrated(file)
    assert [fault.line for fault in error.value.issues] == [line]
    assert message in str(error.value)


def test_a_missing_file_is_not_migrated(tmp_path: Path) -> None:
    """A file that is not there is a fault like any other."""
    with pytest.raises(InstanceError, match="no such file"):
        migrated(tmp_path / "none.yaml")
