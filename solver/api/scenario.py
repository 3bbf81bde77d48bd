"""Scenario: an instance file, and the values set on it."""

from __future__ import annotations

import json
from html import escape
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Self

from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.report.overview import headline, overview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.plan import Design


class Scenario:
    """Scenario read from an instance file or a shipped one such as ``reference:gigawatt``.

    Each value set is validated at once with the whole file. InstanceError for a file or value that cannot be used.
    """

    def __init__(self, path: str | PathLike[str], *, case: str | None = None, changes: Sequence[str] = ()) -> None:
        self._path, self._case = fspath(path), case
        self._loaded = read(self._path, case=case, changes=changes)
        self._changes = tuple(changes)

    @property
    def path(self) -> str:
        """Path of the file, as it was given."""
        return self._path

    @property
    def name(self) -> str:
        """Title of the instance."""
        return self.instance.name

    @property
    def instance(self) -> Instance:
        """Typed instance, with all that its file extends and all values set."""
        return self._loaded.instance

    @property
    def hash(self) -> str:
        """SHA-256 of the resolved instance, without name and description."""
        return self._loaded.hash

    @property
    def changes(self) -> tuple[str, ...]:
        """Values set, each as ``path=value``."""
        return self._loaded.changes

    @property
    def given(self) -> tuple[str, ...]:
        """Values set and the case, each as an option ``path=value``."""
        return (*(() if self._case is None else (f"case={self._case}",)), *self._changes)

    @property
    def loaded(self) -> Loaded[Instance]:
        """Instance as read, with the ranges and sources of its numbers."""
        return self._loaded

    def set(self, path: str, value: Any) -> Self:
        """Set a value by its path, as the option ``--set`` does, and return the scenario.

        ``value`` is plain data: a number, a text, None to remove a key, a list or a mapping. InstanceError, with the
        scenario unchanged, if the path or the value is wrong.
        """
        kept = tuple(change for change in self._changes if change.partition("=")[0].strip() != path)
        changes = (*kept, f"{path}={json.dumps(plain(value), ensure_ascii=False)}")
        self._loaded = read(self._path, case=self._case, changes=changes)
        self._changes = changes
        return self

    def copy(self) -> Scenario:
        """Return a scenario of the same file with the same values set."""
        return Scenario(self._path, case=self._case, changes=self._changes)

    def designs(self) -> list[Design]:
        """Compute the candidate node designs."""
        from solver.design.candidates import candidate_designs

        return list(candidate_designs(self.instance))

    def __repr__(self) -> str:
        return f"<Scenario {headline(self.instance)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(_drawn(overview(self._loaded)))}</pre>"


def plain(value: Any) -> Any:
    """Return a number of numpy or pandas as one of Python."""
    item = getattr(value, "item", None)
    return value if item is None else item()


def _drawn(table: object) -> str:
    from solver.io.terminal import drawn

    return str(drawn(table))  # type: ignore[arg-type]
