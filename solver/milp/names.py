"""Row and column names: a component of the model and a tuple of indices, printed only for people and files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import repeat
from typing import Any, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from solver.errors import ModelError

Positions = NDArray[np.int64]
Index = tuple[str | int, ...]
"""Positions of one name, such as vehicle, design, shell and period of a load; periods are ``int``."""

QUOTED = re.compile(r"[()\[\],.'\":\\]")
NUMBER = re.compile(r"(?:[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|-?inf|nan)")


class Names(Sequence[str]):
    """Row or column names as arrays: a component code and the indices of each; patched copies share them."""

    def __init__(self, components: Sequence[str], codes: NDArray[np.integer[Any]], indices: Iterable[Index]) -> None:
        """Store the names; ``codes[i]`` is the position of name ``i``'s component in ``components``."""
        self.labels = tuple(str(component) for component in components)
        self.codes = np.asarray(codes, dtype=np.int32)
        self.indices = _objects(indices, len(self.codes))

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[str, Index]]) -> Names:
        """Return names from pairs of component and indices."""
        numbers: dict[str, int] = {}
        codes, indices = [], []
        for component, index in pairs:
            codes.append(numbers.setdefault(str(component), len(numbers)))
            indices.append(index)
        return cls(tuple(numbers), np.array(codes, dtype=np.int32), indices)

    @classmethod
    def blank(cls, count: int) -> Names:
        """Return empty names, for a matrix whose rows or columns need none."""
        return cls([""], np.zeros(count, dtype=np.int32), repeat((), count))

    @classmethod
    def joined(cls, *parts: Names) -> Names:
        """Join the names of several parts, one after the other."""
        numbers: dict[str, int] = {}
        codes = []
        for part in parts:
            own = [numbers.setdefault(label, len(numbers)) for label in part.labels]
            codes.append(np.array(own, dtype=np.int32)[part.codes])
        return cls(
            tuple(numbers),
            np.concatenate([np.empty(0, dtype=np.int32), *codes]),
            np.concatenate([np.empty(0, dtype=object), *(part.indices for part in parts)]),
        )

    def take(self, positions: Positions | NDArray[np.bool_]) -> Names:
        """Return the names at some positions, in their order."""
        return Names(self.labels, self.codes[positions], self.indices[positions])

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        index: Index = self.indices[at]
        return printed(self.labels[self.codes[at]], index)

    def __iter__(self) -> Iterator[str]:
        return (printed(component, index) for component, index in self.pairs())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Names) or len(self) != len(other):
            return False
        if self.labels != other.labels:
            return list(self.pairs()) == list(other.pairs())
        same = self.indices is other.indices or self.indices.tolist() == other.indices.tolist()
        return same and np.array_equal(self.codes, other.codes)

    __hash__ = None  # type: ignore[assignment]

    def pairs(self) -> Iterator[tuple[str, Index]]:
        """Return component and indices of each name."""
        return zip((self.labels[code] for code in self.codes.tolist()), self.indices.tolist(), strict=True)

    def component(self, position: int) -> str:
        """Return the component of one name."""
        return self.labels[int(self.codes[position])]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of each name by its printed form, which is unique."""
        return {name: position for position, name in enumerate(self)}

    @cached_property
    def by_pair(self) -> dict[tuple[str, Index], int]:
        """Position of each name by component and indices."""
        return {pair: position for position, pair in enumerate(self.pairs())}

    @cached_property
    def components(self) -> dict[str, Positions]:
        """Positions by component; components in order of first appearance."""
        order = np.argsort(self.codes, kind="stable")
        present, starts = np.unique(self.codes[order], return_index=True)
        groups = zip(present.tolist(), np.split(order, starts[1:]) if len(present) else (), strict=True)
        by_first = sorted(groups, key=lambda group: int(group[1][0]))
        return {self.labels[code]: positions.astype(np.int64) for code, positions in by_first}

    @cached_property
    def kinds(self) -> Positions:
        """Kind of each name as a number; a kind is a component with all indices but the last, which is the period."""
        numbers: dict[tuple[int, Index], int] = {}
        keys = zip(self.codes.tolist(), self.indices.tolist(), strict=True)
        each = (numbers.setdefault((code, index[:-1]), len(numbers)) for code, index in keys)
        return np.fromiter(each, np.int64, len(self))

    @cached_property
    def periods(self) -> Positions:
        """Period of each name: its last index; 0 where that is no number."""
        last = (index[-1] if index and type(index[-1]) is int else 0 for index in self.indices.tolist())
        return np.fromiter(last, np.int64, len(self))

    def of(self, component: str, known: type[StrEnum]) -> Positions:
        """Return the positions of a component's names, possibly none; raise ``ModelError`` for an unknown component."""
        found = self.components.get(component)
        if found is not None:
            return found
        if component not in known.__members__.values():
            raise ModelError(f"{component}: no {known.__name__} of the formulations and none of this model")
        return np.empty(0, dtype=np.int64)

    def find(self, component: str, index: Index, known: type[StrEnum]) -> int | None:
        """Return the position of one name; None where this model does not have it.

        Raises ``ModelError`` for an unknown component.
        """
        table = self._tables.get(component)
        if table is None:
            positions = self.of(component, known).tolist()
            table = self._tables[component] = {self.indices[position]: position for position in positions}
        return table.get(index)

    @cached_property
    def _tables(self) -> dict[str, dict[Index, int]]:
        return {}

    def only(self, components: Iterable[str]) -> Names:
        """Return the names of some components, in their order."""
        chosen = set(components)
        codes = [code for code, label in enumerate(self.labels) if label in chosen]
        return self.take(np.isin(self.codes, codes))

    def repeated(self) -> set[str]:
        """Return the names that occur more than once, printed."""
        return {printed(*pair) for pair, count in Counter(self.pairs()).items() if count > 1}


def printed(component: str, index: Index) -> str:
    """Return a name as Pyomo prints it, with labels quoted that look like numbers or hold brackets, commas or dots."""
    if not index:
        return component
    return f"{component}[{','.join(_label(part) if isinstance(part, str) else repr(part) for part in index)}]"


@lru_cache(maxsize=1 << 16)
def _label(text: str) -> str:
    quoted = repr(text)
    inside = quoted[1:-1]
    return quoted if inside[:1] == "|" or QUOTED.search(inside) or NUMBER.fullmatch(inside) else inside


def _objects(indices: Iterable[Index], count: int) -> NDArray[np.object_]:
    """Return tuples as an array of objects: 8 bytes a name beside the tuples, which the model has already."""
    if isinstance(indices, np.ndarray):
        return indices
    return np.fromiter(indices, dtype=object, count=count)
