"""Damages of stored runs: of single values, lines and whole files, drawn at random."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from solver.run.manifest_schema import Manifest
from solver.run.stored_json import sealed

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -0.0, 1e-300, 1e300, -1e308, 0.5, "", "0", "text", "\x1b[2J",
    "=cmd", "a" * 5000, "\ud800", [], {}, [[]], [None], {"a": 1}, [1, "a", None], "2030-01", float("nan"),
    float("inf"), float("-inf"),
)  # fmt: skip


def damage(target: Path, chance: random.Random) -> str:
    """Damage one file of a sample; return its name and the damage."""
    tables = sorted((target / "run" / "tables").iterdir())
    files = [
        *[target / "run" / "manifest.json"] * 4, *[target / "run" / "plan.json"] * 4, chance.choice(tables),
        *[target / "kept" / "checkpoint.json"] * 4, *[target / "s.journal"] * 3,
    ]  # fmt: skip
    file = chance.choice(files)
    if file.suffix == ".json" and chance.random() < 0.7:
        return f"{file.name}: {_damage_json(file, chance)}"
    if file.suffix == ".journal" and chance.random() < 0.7:
        return f"{file.name}: {_damage_line(file, chance)}"
    kind = chance.choice(FILE_DAMAGES)
    kind(file, chance)
    return f"{file.name}: {kind.__name__.strip('_')}"


def _damage_json(file: Path, chance: random.Random) -> str:
    data = json.loads(file.read_text(encoding="utf-8"))
    said = " and ".join(_change(data, chance) for _ in range(chance.choice([1, 1, 1, 2, 3])))
    if chance.random() < 0.6 and isinstance(data, dict):
        said += ", sealed"
        data = _sealed(data)
    file.write_bytes(json.dumps(data).encode("utf-8", "surrogatepass"))
    return said


def _sealed(data: dict[str, Any]) -> dict[str, Any]:
    """Seal as a forger does; a manifest by its model, where it still is one."""
    try:
        return Manifest.model_validate_json(json.dumps(data)).sealed().model_dump(mode="json")
    except ValueError:
        return sealed(data)


def _damage_line(file: Path, chance: random.Random) -> str:
    lines = file.read_bytes().splitlines()
    at = chance.randrange(len(lines))
    record = json.loads(lines[at])
    said = _change(record, chance)
    lines[at] = json.dumps(record).encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        chance.shuffle(lines)
        said += ", shuffled"
    file.write_bytes(b"\n".join(lines) + (b"\n" if chance.random() < 0.7 else b""))
    return f"line {at + 1}: {said}"


def _change(data: Any, chance: random.Random) -> str:
    """Change one place of JSON data and return what was done."""
    place, path = data, ""
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = chance.choice(keys)
        child = place[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.85:
            place, path = child, f"{path}.{key}"
            continue
        return f"{path}.{key} {_change_at(place, key, chance)}"
    if isinstance(place, list):
        place.append(copy.deepcopy(chance.choice(ODD)))
    else:
        place["added"] = copy.deepcopy(chance.choice(ODD))
    return f"{path} added to"


def _change_at(place: Any, key: Any, chance: random.Random) -> str:
    what = chance.randrange(8)
    if what == 0:
        del place[key]
        return "deleted"
    if what == 1 and isinstance(place, dict):
        place[chance.choice(["", "added", f"{key}x", "\ud800", "objective"])] = place.pop(key)
        return "renamed"
    if what == 2:
        place[key] = _nested(chance.choice([3, 50, 5000]), chance)
        return "nested"
    if what == 3 and isinstance(place, list):
        place.insert(0, place[key])
        return "doubled"
    if what == 4 and isinstance(place[key], int | float):
        place[key] = place[key] * chance.choice([-1, 0, 1.0000001, 2, 1e6, 1e-9]) + chance.choice([0, 0, 1, -1])
        return f"made {place[key]!r}"
    if what == 5 and isinstance(place[key], str) and place[key]:
        at = chance.randrange(len(place[key]))
        place[key] = place[key][:at] + chance.choice("0aZ=/+é\x00") + place[key][at + 1 :]
        return "one letter changed"
    place[key] = copy.deepcopy(chance.choice(ODD))
    return f"replaced by {str(place[key])[:20]!r}"


def _nested(depth: int, chance: random.Random) -> Any:
    found: Any = chance.choice(ODD)
    for _ in range(depth if depth < 900 else 900):
        found = [found] if chance.random() < 0.5 else {"a": found}
    return found


def _flip(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 1, 2, 10])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(content))


def _digit(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    # Without a digit, as in the table of nothing, the first byte becomes one.
    digits = [n for n, byte in enumerate(content) if 48 <= byte <= 57] or [0]
    content[chance.choice(digits)] = 48 + chance.randrange(10)
    file.write_bytes(bytes(content))


def _cut(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: chance.randrange(len(content))])


def _insert(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    at = chance.randrange(len(content))
    more = chance.choice([b"\x00", b"\xff\xfe", b"NaN", b"[" * 100_000, b"{", b"1e999", b"9" * 5000, b"\n", b'"'])
    file.write_bytes(content[:at] + more + content[at:])


def _repeat(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    a, b = sorted(chance.randrange(len(content)) for _ in range(2))
    file.write_bytes(content[:b] + content[a:])


def _recode(file: Path, chance: random.Random) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_bytes(text.encode(chance.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"])))


def _empty(file: Path, _chance: random.Random) -> None:
    file.write_bytes(b"")


def _delete(file: Path, _chance: random.Random) -> None:
    file.unlink()


def _replace(file: Path, chance: random.Random) -> None:
    file.unlink()
    what = chance.randrange(4)
    if what == 0:
        file.mkdir()
    elif what == 1:
        file.symlink_to(file.name)
    elif what == 2:
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")


FILE_DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    _flip, _flip, _digit, _digit, _cut, _cut, _insert, _insert, _repeat, _recode, _empty, _delete, _replace,
)  # fmt: skip
