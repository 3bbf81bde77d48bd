"""Loading of an instance file with all it extends, merged into one tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from solver.instance.tree import Located, parse, plain
from solver.instance.validation_issues import Path, Place, ValidationIssues, quoted, shown
from solver.instance.versions import lifted

LARGEST_BYTES = 5_000_000
LONGEST_CHAIN = 20
OWN_KEYS = frozenset({"format", "name", "description", "optimum", "claim", "extends"})
QUANTITY_KEYS = ("low", "central", "high")


def is_quantity(node: Located) -> bool:
    """Return whether a mapping is one number with its range: it has low, central or high, and none is a mapping."""
    if not isinstance(node.value, Mapping):
        return False
    given = [node.value[key] for key in QUANTITY_KEYS if key in node.value]
    return bool(given) and not any(isinstance(child.value, Mapping) for child in given)


def merge(base: Located, over: Located) -> Located:
    """Merge ``over`` into ``base``: mappings key by key, lists and quantities replaced; null removes a key."""
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    if is_quantity(base) or is_quantity(over):
        return over
    entries = dict(base.value)
    for key, new in over.value.items():
        if key not in entries:
            entries[key] = new
        elif new.value is None:
            del entries[key]
        else:
            entries[key] = merge(entries[key], new)
    return Located(entries, over.place)


@dataclass(slots=True)
class InstanceFiles:
    """Files of one instance: each is read once, however often it is extended."""

    issues: ValidationIssues
    files: list[FilePath] = field(default_factory=list)
    _done: dict[FilePath, Located | None] = field(default_factory=dict)

    def load(self, path: FilePath) -> Located | None:
        """Return the merged tree of the file the user gave; None, with issues, when it cannot be read."""
        return self._load(path, self.issues.root, Place(self.issues.root, 1), (), ())

    def text(self, path: FilePath) -> str | None:
        """Return the text of the file the user gave, without what it extends; None, with issues, if unreadable."""
        place = Place(self.issues.root, 1)
        try:
            return self._text(path, path.resolve(), place.file, place, ())
        except (OSError, ValueError, RuntimeError) as error:
            self._unreadable(error, place.file, place, ())
            return None

    def _load(
        self, path: FilePath, file: str, asked: Place, asked_path: Path, chain: tuple[tuple[FilePath, str], ...]
    ) -> Located | None:
        try:
            real = path.resolve()
            if real in self._done:
                return self._done[real]
            if real in {earlier for earlier, _ in chain}:
                loop = " -> ".join([*(name for _, name in chain), file])
                self.issues.stop(asked, asked_path, f"extends in a loop: {loop}")
                return None
            text = self._text(path, real, file, asked, asked_path)
        except (OSError, ValueError, RuntimeError) as error:
            self._unreadable(error, file, asked, asked_path)
            return None
        if text is None:
            return None
        tree = parse(text, file, self.issues)
        if tree is not None:
            tree = self._extended(lifted(tree, self.issues), path, file, (*chain, (real, file)))
        self._done[real] = tree
        return tree

    def _unreadable(self, error: Exception, file: str, asked: Place, asked_path: Path) -> None:
        reason = (getattr(error, "strerror", None) or "not a usable path").lower()
        self.issues.stop(asked, asked_path, f"cannot read {_short(file)}: {reason}")

    def _text(self, path: FilePath, real: FilePath, file: str, asked: Place, asked_path: Path) -> str | None:
        if not path.is_file():
            what = (
                "a directory, expected a file" if path.is_dir() else "not a file" if path.exists() else "no such file"
            )
            self.issues.stop(asked, asked_path, f"{what}: {_short(file)}")
            return None
        if path.stat().st_size > LARGEST_BYTES:
            limit = LARGEST_BYTES // 1_000_000
            self.issues.stop(Place(file, 1), (), f"found more than {limit} MB, expected a smaller file")
            return None
        content = path.read_bytes()
        self.files.append(real)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.issues.stop(Place(file, line), (), "found bytes that are no UTF-8 text, expected UTF-8")
            return None

    def _extended(
        self, tree: Located, path: FilePath, file: str, chain: tuple[tuple[FilePath, str], ...]
    ) -> Located | None:
        assert isinstance(tree.value, Mapping)
        base: Located | None = None
        complete = True
        for entry, entry_path in self._entries(tree.value.get("extends")):
            name = str(entry.value)
            if len(chain) >= LONGEST_CHAIN:
                self.issues.stop(entry.place, entry_path, f"found more than {LONGEST_CHAIN} files in one chain")
                return None
            shown_name = os.path.normpath(os.path.join(os.path.dirname(file), name))  # noqa: PTH118, PTH120
            part = self._load(path.parent / name, shown_name, entry.place, entry_path, chain)
            if part is None:
                complete = False
            else:
                inherited = _inherited(part)
                base = inherited if base is None else merge(base, inherited)
        if not complete:
            return None
        own = {key: child for key, child in tree.value.items() if key != "extends"}
        return Located(own, tree.place) if base is None else merge(base, Located(own, tree.place))

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


def _inherited(tree: Located) -> Located:
    assert isinstance(tree.value, Mapping)
    return Located({key: child for key, child in tree.value.items() if key not in OWN_KEYS}, tree.place)


def _short(file: str) -> str:
    return file if file.isprintable() and len(file) <= 200 else quoted(file)
