"""Formats: files of format 1 keep their meaning, mix with others, and are rewritten with nothing else changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solver.errors import InstanceError
from solver.instance.cases import CASES
from solver.instance.migrate import migrated
from solver.instance.read import read
from solver.instance.versions import VALUES, lifted_path, spelled_path

OLD = Path(__file__).parents[2] / "data" / "format1"
RESOLVED: dict[str, str] = json.loads((OLD / "resolved.json").read_text())
FILES = sorted(OLD.rglob("*.yaml"))
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


def _digest(file: Path) -> str:
    """Digest over all cases of the resolved values under the names of format 1; the format itself is left out."""
    found = {}
    for case in CASES:
        data = {key: value for key, value in read(file, case=case).resolved.items() if key != "format"}
        found[case] = _spelled(data)
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]


def test_every_kept_scenario_has_its_digest() -> None:
    """No kept scenario is without the digest of what the old code read, and none of the digests without its file."""
    assert [file.relative_to(OLD).as_posix() for file in SCENARIOS] == list(RESOLVED)
    assert len(SCENARIOS) > 80


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_file_of_format_1_keeps_its_meaning(file: Path) -> None:
    """A file of format 1, with all it extends, resolves to the values that the last code of format 1 read."""
    assert _digest(file) == RESOLVED[file.relative_to(OLD).as_posix()]


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
    old, new = read(OLD / name), read(rewritten / name)
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
            assert loaded.hash == read(OLD / name).hash
            lines = {line for file in loaded.files for line in file.read_text(encoding="utf-8").splitlines()}
            assert lines >= {"format: 1", "format: 2"}


def _extended(file: Path) -> Iterator[str]:
    import yaml

    given = yaml.safe_load(file.read_text(encoding="utf-8"))["extends"]
    yield from ([given] if isinstance(given, str) else given)


def test_paths_of_both_formats_have_one_meaning() -> None:
    """Lifting a path of the current format, or spelling one of format 1, changes nothing."""
    for path in (("vehicles", "menu", "title"), ("horizon", "periods", 0, "count"), ()):
        assert lifted_path(path) == spelled_path(path) == path


def test_a_file_of_the_current_format_is_left_as_it_is(tmp_path: Path) -> None:
    """There is nothing to migrate in a file of format 2."""
    file = tmp_path / "part.yaml"
    file.write_text("format: 2\nvehicles: {}\n")
    assert migrated(file) is None


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"name: x\n", 1, "missing; wanted format: 2"),
        (b"name: x\nformat: 9\n", 2, "found 9, wanted 2"),
        (b"name: x\nformat: one\n", 2, 'found "one", wanted 2'),
        (b"format: 1\nname: x\nname: y\n", 3, "found again"),
        (b"format: 1\nname: caf\xe9\n", 2, "no UTF-8"),
    ],
)
def test_a_faulty_file_is_not_migrated(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    """What reading one file alone shows is told with its line, and nothing is rewritten."""
    file = tmp_path / "try.yaml"
    file.write_bytes(content)
    with pytest.raises(InstanceError) as error:
        migrated(file)
    assert [fault.line for fault in error.value.faults] == [line]
    assert message in str(error.value)


def test_a_missing_file_is_not_migrated(tmp_path: Path) -> None:
    """A file that is not there is a fault like any other."""
    with pytest.raises(InstanceError, match="no such file"):
        migrated(tmp_path / "none.yaml")
