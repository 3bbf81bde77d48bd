"""Loading of an instance file with all it extends, merged into one tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from solver.instance.expectations import Kind, child, dated, numeric
from solver.instance.files import NotReadableError, read_regular
from solver.instance.shipped import is_shipped, located, names
from solver.instance.tree import Located, parse, plain
from solver.instance.validation_issues import Path, Place, ValidationIssues, hint, quoted, shown
from solver.instance.versions import lifted

LARGEST_BYTES = 2_000_000
LONGEST_CHAIN = 20
MOST_FILES = 100
MOST_LAYERS = 1_000
KEPT_FILES, LARGEST_KEPT = 64, 100_000
"""Files whose trees are kept for the next instance that extends them, and the longest text of one."""
KEPT_NODES = 4_096
"""Nodes that are kept for the next instance with the same files."""
OWN_KEYS = frozenset({"format", "name", "description", "optimum", "claim", "extends"})
QUANTITY_KEYS = ("low", "central", "high")
_EXTENDS = frozenset({"extends"})
_UNTYPED = Kind(Any)


def is_quantity(node: Located, kind: Kind) -> bool:
    """Return whether a mapping is one number or month with its range: one is expected there, and it has such a key."""
    inside = node.value
    ranged = isinstance(inside, dict) and any(key in inside for key in QUANTITY_KEYS)
    return ranged and (numeric(kind) or dated(kind))


@lru_cache(maxsize=KEPT_NODES)
def merge(base: Located, over: Located, kind: Kind = _UNTYPED) -> Located:
    """Merge ``over`` into ``base``: mappings key by key, lists and quantities replaced; null removes a key.

    A key that goes with another (``GOES_WITH`` of its section) is not inherited where the other is given anew. The same
    two nodes give the same node, so that what is kept by node serves every instance that extends the same files.
    """
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    if is_quantity(base, kind) or is_quantity(over, kind):
        return over
    entries = dict(base.value)
    for key, new in over.value.items():
        if key not in entries:
            entries[key] = new
        elif new.value is None:
            del entries[key]
        else:
            entries[key] = merge(entries[key], new, child(kind, key))
    for key in dependents(kind, over.value, base.value):
        entries.pop(key, None)
    return Located(entries, over.place)


def dependents(kind: Kind, given: Mapping[str, Located], base: Mapping[str, Located]) -> list[str]:
    """Return the keys of a section that are not inherited under the keys given anew, over those of a base."""
    goes_with: Mapping[str, str] = getattr(kind.core, "GOES_WITH", {})
    return [key for key, other in goes_with.items() if other in given and other in base and key not in given]


class _Entry(NamedTuple):
    """Entry of ``extends``: the file that it names, and where it stands."""

    real: FilePath
    name: str
    place: Place
    path: Path


class Layer(NamedTuple):
    """File in the order of laying; ``again`` where it was named after a file that extends it, to lie over it."""

    real: FilePath
    again: bool = False


@dataclass(slots=True)
class InstanceFiles:
    """Files of one instance: each is read once, however often it is extended."""

    issues: ValidationIssues
    files: list[FilePath] = field(default_factory=list)
    _bytes: int = 0
    _done: dict[FilePath, Located] = field(default_factory=dict)
    _broken: set[FilePath] = field(default_factory=set)
    _layers: dict[FilePath, list[Layer]] = field(default_factory=dict)

    def load(self, path: FilePath, kind: Kind = _UNTYPED) -> Located | None:
        """Return the merged tree of the file the user gave; None, with issues, when it cannot be read.

        ``kind`` is the type of the instance: it separates a number with its range from a mapping of names.
        """
        whole = Place(self.issues.root, 0)
        found = self._located(os.fspath(path), FilePath(), whole, ())
        root = None if found is None else self._load(found, self.issues.root, whole, (), ())
        if root is None or self.issues.unusable:
            return None
        merged: Located | None = None
        for layer in self._layers[root]:
            tree = self._done[layer.real]
            tree = tree if layer.real == root else _without(tree, OWN_KEYS)
            merged = tree if merged is None else merge(merged, tree, kind)
        return merged

    def layers(self, path: FilePath) -> tuple[Layer, ...]:
        """Return the layers of a loaded file, from the lowest to the file itself."""
        return tuple(self._layers[located(os.fspath(path), FilePath()).resolve()])

    def text(self, path: FilePath) -> str | None:
        """Return the text of the file the user gave, without what it extends; None, with issues, if unreadable."""
        place = Place(self.issues.root, 0)
        try:
            return self._text(located(os.fspath(path), FilePath()).resolve(), place.file, place, ())
        except (OSError, ValueError, RuntimeError) as error:
            self._unreadable(error, place.file, place, ())
            return None

    def _load(
        self, path: FilePath, file: str, asked: Place, asked_path: Path, chain: tuple[tuple[FilePath, str], ...]
    ) -> FilePath | None:
        """Read a file and all it extends, and return its resolved path; None, with issues, if it cannot be read."""
        try:
            real = path.resolve()
            if real in self._done or real in self._broken:
                return real if real in self._done else None
            if real in {earlier for earlier, _ in chain}:
                loop = " -> ".join([*(name for _, name in chain), file])
                self.issues.stop(asked, asked_path, f"extends in a loop: {loop}")
                return None
            text = self._text(real, file, asked, asked_path)
        except (OSError, ValueError, RuntimeError) as error:
            self._unreadable(error, file, asked, asked_path)
            return None
        if text is None:
            return None
        tree, issues = _parsed(text, file) if len(text) <= LARGEST_KEPT else _parsed.__wrapped__(text, file)
        self.issues.adopt(issues)
        if tree is None:
            self._broken.add(real)
            return None
        assert isinstance(tree.value, Mapping)
        entries = self._loaded_entries(tree.value.get("extends"), path, file, (*chain, (real, file)))
        self._layers[real] = self._layered(real, entries)
        self._done[real] = _without(tree, _EXTENDS)
        return real

    def _unreadable(self, error: Exception, file: str, asked: Place, asked_path: Path) -> None:
        reason = (getattr(error, "strerror", None) or "not a usable path").lower()
        self.issues.stop(
            asked,
            asked_path,
            f"cannot be read: {reason}" if not asked.line else f"cannot read {_short(file)}: {reason}",
        )

    def _text(self, real: FilePath, file: str, asked: Place, asked_path: Path) -> str | None:
        if len(self.files) >= MOST_FILES:
            self.issues.stop(asked, asked_path, f"found more than {MOST_FILES} files, expected fewer")
            return None
        try:
            content = read_regular(real, LARGEST_BYTES)
        except NotReadableError as error:
            self.issues.stop(asked, asked_path, str(error) if not asked.line else f"{error}: {_short(file)}")
            return None
        self.files.append(real)
        self._bytes += len(content)
        if self._bytes > LARGEST_BYTES:
            together = "" if len(content) > LARGEST_BYTES else " in all files together"
            expected = "a smaller file" if not together else "less"
            found = f"found more than {LARGEST_BYTES // 1_000_000} MB{together}"
            self.issues.stop(Place(file, 1), (), f"{found}, expected {expected}")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.issues.stop(Place(file, line), (), "found bytes that are no UTF-8 text, expected UTF-8")
            return None

    def _loaded_entries(
        self, node: Located | None, path: FilePath, file: str, chain: tuple[tuple[FilePath, str], ...]
    ) -> list[_Entry]:
        entries: list[_Entry] = []
        for entry, entry_path in self._entries(node):
            name = str(entry.value)
            if len(chain) >= LONGEST_CHAIN:
                self.issues.stop(entry.place, entry_path, f"found more than {LONGEST_CHAIN} files in one chain")
                break
            found = self._located(name, path.parent, entry.place, entry_path)
            if found is None:
                continue
            beside = os.path.normpath(os.path.join(os.path.dirname(file), name))  # noqa: PTH118, PTH120
            shown_name = str(found) if is_shipped(name) else beside
            real = self._load(found, shown_name, entry.place, entry_path, chain)
            if real is None:
                continue
            if real in {earlier.real for earlier in entries}:
                self.issues.stop(entry.place, entry_path, f"found {_short(name)} once more, expected every file once")
                break
            entries.append(_Entry(real, name, entry.place, entry_path))
        return entries

    def _located(self, name: str, beside: FilePath, place: Place, path: Path) -> FilePath | None:
        """Return the path of a named file; None, with an issue, for a shipped file that does not exist."""
        found = located(name, beside)
        if is_shipped(name) and not found.exists():
            known = names(name.partition(":")[0])
            self.issues.stop(place, path, f"found {quoted(name)}, expected a shipped file{hint(name, known)}")
            return None
        return found

    def _entries(self, node: Located | None) -> list[tuple[Located, Path]]:
        if node is None:
            return []
        listed = isinstance(node.value, tuple)
        nodes = node.value if isinstance(node.value, tuple) else (node,)
        entries: list[tuple[Located, Path]] = []
        for index, entry in enumerate(nodes):
            path: Path = ("extends", index) if listed else ("extends",)
            if isinstance(entry.value, str) and entry.value:
                entries.append((entry, path))
            elif not self.issues.silent(path):
                found = shown(plain(entry))
                self.issues.stop(entry.place, path, f"found {found}, expected the path of a file or a list of them")
        return entries

    def _layered(self, real: FilePath, entries: list[_Entry]) -> list[Layer]:
        """Return the layers of a file, from the lowest to the file itself."""
        layers: list[Layer] = []
        for entry in entries:
            added = self._layers[entry.real]
            laid = [layer.real for layer in layers]
            if entry.real in laid:
                layers += [Layer(layer.real, again=True) for layer in added]
            elif not _laid_over(layers, added):
                found = f"found {_short(entry.name)}, which lays files in another order than those before it"
                self.issues.stop(entry.place, entry.path, f"{found}; expected one order of what they share")
                break
            if len(layers) > MOST_LAYERS:
                found = f"found more than {MOST_LAYERS} files laid over each other"
                self.issues.stop(entry.place, entry.path, f"{found}, expected fewer")
                break
        return [*layers, Layer(real)]


def _laid_over(layers: list[Layer], added: list[Layer]) -> bool:
    """Lay the layers of one more file: those there already stay, others come as high as their order allows.

    False where the two orders contradict each other.
    """
    laid = [layer.real for layer in layers]
    at = len(layers)
    for layer in reversed(added):
        if layer.again or layer.real not in laid:
            layers.insert(at, layer)
            continue
        place = laid.index(layer.real)
        if place >= at:
            return False
        at = place
    return True


@lru_cache(maxsize=KEPT_FILES)
def _parsed(text: str, file: str) -> tuple[Located | None, ValidationIssues]:
    """Return the tree of a text in the current format, and the issues of it alone; neither may be changed."""
    issues = ValidationIssues(file)
    tree = parse(text, file, issues)
    return (None if tree is None else lifted(tree, issues)), issues


@lru_cache(maxsize=KEPT_NODES)
def _without(tree: Located, keys: frozenset[str]) -> Located:
    assert isinstance(tree.value, Mapping)
    return Located({key: node for key, node in tree.value.items() if key not in keys}, tree.place)


def _short(file: str) -> str:
    return file if file.isprintable() and len(file) <= 200 else quoted(file)
