"""Mutations of instance files: of their data, written again as JSON in YAML, and of their text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tests.properties.names import names

Data = Any
Step = str | int
NUMBERS = (
    0, -1, 1, 2, 1e-300, 5e-324, 1e-9, 1e-6, 0.1, 0.5, 0.999999, 1.0000001, 3.5, 12, 99, 400, 401, 1e4, 1e6, 1e9, 1e12,
    1e15, 1e300, 1.7e308, -1e300, -1e-12, 2**31, 2**53 + 1, 10**17, 10**18, 10**30, float("nan"), float("inf"),
    float("-inf"), 0.0, -0.0,
)  # fmt: skip
WORDS = (
    "", " ", "~", "null", "true", "yes", "5 kg", "3 MUSD", "8%", "1_000", "0x10", "1e3", "2031-04", "2031-13",
    "2031-00", "0000-01", "9999-12", "2031-04\n", "٢٠٣١-٠٤",
    "2031-4-1", "\x1b[31m", "\x00", "\u202e", "\ufeff", "\ud800",
    "\u2028", "</script>", "=cmd", "inf", "nan", "-", "a" * 5000, "x y", "A", "é", "..", "/proc/kmsg", "/dev/zero", ".",
    "nothing.yaml", "self.yaml", "low", "central", "high", "year", "node", "[", "{", "*a", "&a", "!!python/object:x",
)  # fmt: skip
DAMAGE = (
    "\t", "\x00", "\x1b", "&a ", "*a ", "!!str ", "!!python/object:os.system ", "<<: ", "---\n", "...\n", "%YAML 1.1\n",
    "[", "]", "{", "}", ": ", "- ", "#", "'", '"', "\\", "|", ">", "\r", "\r\n", "\n", "\ufeff", "\u2028", "\x85", "é",
    "? ", "@", "`", "0", "9e9", "-", ",", " ",
)  # fmt: skip
UNITS = ("t", "kg", "musd", "usd", "kw", "mw", "gw", "share", "percent", "years", "days", "months", "m", "km", "mm")


def mutated(text: str, data: Data, rng: random.Random) -> bytes:
    """Return the bytes of a mutation of a file, given its text and its plain data."""
    if rng.random() < 0.25:
        return _damaged(text.encode(), rng)
    changed = json.loads(json.dumps(data))
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3, 6))):
        changed = rng.choice(OF_DATA)(changed, rng)
    return _written(changed, rng).encode("utf-8", "surrogatepass")


def _written(data: Data, rng: random.Random) -> str:
    try:
        text = json.dumps(data, separators=(",\n", ": "), ensure_ascii=rng.random() < 0.5)
    except (TypeError, RecursionError):
        return "{}"
    if rng.random() < 0.05 and '":' in text:
        text = _key_twice(text, rng)
    return text if isinstance(data, dict) and rng.random() < 0.97 else text * 2


def _key_twice(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    keyed = [i for i, line in enumerate(lines) if '": ' in line and line.endswith(",")]
    if keyed:
        lines.insert(rng.choice(keyed), lines[rng.choice(keyed)])
    return "\n".join(lines)


def _damaged(content: bytes, rng: random.Random) -> bytes:
    """Return the bytes of a text with a few characters, lines or bytes changed."""
    for _ in range(rng.choice((1, 1, 2, 4, 10))):
        at, kind = rng.randrange(len(content) + 1), rng.random()
        if kind < 0.35:
            content = content[:at] + rng.choice(DAMAGE).encode() + content[at:]
        elif kind < 0.5:
            content = content[:at] + content[at + rng.choice((1, 1, 3, 20, 200)) :]
        elif kind < 0.6:
            content = content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
        elif kind < 0.85:
            content = _lines_changed(content, rng)
        elif kind < 0.9:
            content = content[:at]
        elif kind < 0.97:
            content = content[:at] + rng.choice(WORDS).encode("utf-8", "surrogatepass") + content[at:]
        elif kind < 0.99:
            content = content[:at] + content[at:][:50] * rng.choice((10, 100, 1000)) + content[at:]
        else:
            content = content[:at] + rng.choice((b"[", b"{a: ", b"- ", b"x" * 500, b"#")) * 3000 + content[at:]
    return content


def _lines_changed(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    i, j, kind = rng.randrange(len(lines)), rng.randrange(len(lines)), rng.randrange(4)
    if kind == 0:
        lines.insert(i, lines[j])
    elif kind == 1:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 2:
        lines[i] = b" " * rng.choice((1, 2, 3)) + lines[i]
    else:
        del lines[i]
    return b"\n".join(lines)


def _places(data: Data) -> list[tuple[Data, Step]]:
    """Return every container with each of its keys or indices."""
    found: list[tuple[Data, Step]] = []
    waiting = [data]
    while waiting:
        node = waiting.pop()
        steps: list[Step] = [*node] if isinstance(node, dict) else [*range(len(node))]
        for step in steps:
            found.append((node, step))
            if isinstance(node[step], dict | list):
                waiting.append(node[step])
    return found


def _at(change: Callable[[Data, Step, random.Random], None]) -> Callable[[Data, random.Random], Data]:
    """Return a mutation that changes one random place."""

    def changed(data: Data, rng: random.Random) -> Data:
        places = _places(data) if isinstance(data, dict | list) else []
        if places:
            change(*rng.choice(places), rng)
        return data

    return changed


def _delete(node: Data, step: Step, _rng: random.Random) -> None:
    del node[step]


def _rename(node: Data, step: Step, rng: random.Random) -> None:
    if isinstance(step, str):
        head, _, tail = step.rpartition("_")
        named = (f"{head}_{rng.choice(UNITS)}", step[:-1], step + "s", step.upper(), tail, rng.choice(WORDS), "from")
        node[rng.choice((*named, rng.choice(names())))] = node.pop(step)


def _number(node: Data, step: Step, rng: random.Random) -> None:
    node[step] = rng.choice((*NUMBERS, rng.uniform(-2, 2), 10 ** rng.uniform(-12, 12)))


def _scaled(node: Data, step: Step, rng: random.Random) -> None:
    if isinstance(node[step], int | float) and not isinstance(node[step], bool):
        node[step] = float(node[step]) * rng.choice((-1, 0, 1e-12, 1e-3, 0.01, 0.5, 2, 24, 60, 1000, 1e6, 1e12))


def _word(node: Data, step: Step, rng: random.Random) -> None:
    node[step] = rng.choice((*WORDS, rng.choice(names())))


def _retype(node: Data, step: Step, rng: random.Random) -> None:
    value = node[step]
    node[step] = rng.choice((
        None, True, False, [], {}, [value], {"central": value}, {"low": 1, "central": value, "high": 0}, str(value),
        {"a": value}, [value] * 300, {"": 1}, {"central": value, "low": value, "high": value, "source": "nowhere"},
    ))  # fmt: skip


def _nested(node: Data, step: Step, rng: random.Random) -> None:
    for _ in range(rng.choice((3, 30, 39, 41, 200))):
        node[step] = {"a": node[step]} if rng.random() < 0.5 else [node[step]]


def _added(node: Data, step: Step, rng: random.Random) -> None:
    value: Any = rng.choice((*NUMBERS, *WORDS, None, [], {}))
    if isinstance(node, dict):
        node[rng.choice((*names(), *WORDS))] = value
    else:
        node.append(node[step] if rng.random() < 0.6 else value)


def _swapped(data: Data, rng: random.Random) -> Data:
    """Exchange two values: references to other things, numbers of other kinds, sections at other places."""
    places = _places(data) if isinstance(data, dict | list) else []
    if len(places) > 1:
        (one, i), (other, j) = rng.sample(places, 2)
        copied = json.dumps([one[i], other[j]])
        other[j], one[i] = json.loads(copied)
    return data


def _extends(data: Data, rng: random.Random) -> Data:
    if isinstance(data, dict):
        files = ("self.yaml", "catalogue/2026.yaml", "nothing.yaml", ".", "", "/dev/null", "loop.yaml", "~", "\x00")
        data["extends"] = rng.choice((rng.choice(files), [rng.choice(files), rng.choice(files)], 5, {}, [[]], None))
    return data


def _many(data: Data, rng: random.Random) -> Data:
    places = [(n, s) for n, s in _places(data) if isinstance(n[s], dict)] if isinstance(data, dict) else []
    if places:
        node, step = rng.choice(places)
        value = next(iter(node[step].values()), 1)
        node[step] |= {f"n{i}": value for i in range(rng.choice((50, 500, 3000)))}
    return data


OF_DATA: tuple[Callable[[Data, random.Random], Data], ...] = (
    *[_at(_number)] * 6, *[_at(_scaled)] * 6, *[_at(_word)] * 4, *[_at(_delete)] * 3, *[_at(_rename)] * 2,
    *[_at(_retype)] * 4, _at(_nested), *[_at(_added)] * 3, *[_swapped] * 3, _extends,
    *[_at(_number), _at(_scaled), _at(_delete), _at(_word)] * 3, _many,
)  # fmt: skip
