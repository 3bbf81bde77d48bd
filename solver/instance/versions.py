"""Versions of the file format: the table of renamed keys and values, and the lift of older files to the current format.

A file is lifted by itself, before it is merged with those it extends, so that formats mix. Every file states its own
``format``. Where a key was renamed, the other format has no key of the old name at that place; this is why a path of
either format has one meaning, and why a key of the wrong format is an error and not a silent change.

Format 2 is open: its table may still grow. To rename a key, add it to ``KEYS`` under its path in format 1 and rename
the field of its section. To add a key, add the field with a default that means the same as its absence did. To change
a default, give the old one to the instance when the file given by the user states format 1 and no file of its chain
gives the key: after the merge, because before it a missing key may be inherited. ``kardashev migrate`` must then write
it into the file, for the same chains.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any

from solver.instance.tree import Located, plain
from solver.instance.validation_issues import Path, ValidationIssues, shown

FORMAT = 2
"""The current format: the one that is documented, written and migrated to."""
OLD_FORMAT = 1

KEYS: tuple[tuple[str, str], ...] = (
    ("target.between", "interpolation"),
    ("target.unmet_musd", "unmet_penalty_musd"),
    ("shells.*.derelicts", "max_derelicts"),
    ("shells.*.from_moon.delta_v_m_s", "delta_v_m_per_s"),
    ("technology.buses.*.infant_share", "infant_mortality_share"),
    ("platforms.*.line", "production_line"),
    ("platforms.*.declared.infant_share", "infant_mortality_share"),
    ("menu", "candidate_designs"),
    ("menu.keep", "max_designs"),
    ("moon.seed.least_t", "min_t"),
    ("moon.seed.most_t", "max_t"),
    ("moon.landers.*.delta_v_m_s", "delta_v_m_per_s"),
    ("moon.landers.*.return_delta_v_m_s", "return_delta_v_m_per_s"),
    ("moon.mass_driver.speed_m_s", "speed_m_per_s"),
    ("network.survive", "contingencies"),
    ("network.survive.*.lose", "outage"),
    ("network.survive.*.share", "served_share"),
    ("learning.components.*.start_musd", "initial_experience_musd"),
)
"""Renamed keys: the path in format 1, with a star for any name or list index, and the last step in format 2."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "optimum.infeasible": {
        "cuts.opened": "cuts.developments",
        "drivers.mass": "mass_drivers.mass",
        "drivers.room": "mass_drivers.max_drivers",
        "drivers.throw": "mass_drivers.throughput",
        "fleet.stores": "fleet.expendable_stock",
        "landings.boards": "landings.accelerator_content",
        "landings.depot": "landings.depot_balance",
        "landings.opening": "landings.development_monotone",
        "landings.seed_least": "landings.seed_min",
        "landings.seed_most": "landings.seed_max",
        "landings.tanks": "landings.depot_capacity",
        "launch.pace": "launch.subannual_rate",
        "launch.room": "launch.max_pads",
        "learning.full": "learning.filled",
        "learning.next": "learning.ordered",
        "learning.order": "learning.active_monotone",
        "lines.opening": "lines.development_monotone",
        "lines.room": "lines.max_lines",
        "lunar.drivers": "mass_drivers.max_drivers",
        "lunar.eased_need": "lunar.localised_need",
        "lunar.night_part": "lunar.night_share",
        "lunar.throw": "mass_drivers.throughput",
        "lunar.unlocked": "lunar.localised_unlock",
        "lunar.unlocking": "lunar.unlock_monotone",
        "network.beyond": "network.kworst_bound",
        "network.carriage": "network.link_total",
        "network.classes": "network.workload_demand",
        "network.descent": "network.downlink_total",
        "network.lost": "network.kworst_capacity",
        "network.room": "network.max_stations",
        "network.survive": "network.contingency",
    },
}
"""Renamed words: by the path of their key in format 1, the word in format 1 and the word in format 2."""

_STEPS = tuple((tuple(path.split(".")), new) for path, new in KEYS)
_OLD_NAMES = frozenset(path[-1] for path, _ in _STEPS)
_NAMES = _OLD_NAMES | frozenset(new for _, new in _STEPS)
_WORDS = {tuple(path.split(".")): words for path, words in VALUES.items()}


def lifted(tree: Located, issues: ValidationIssues) -> Located:
    """Return the tree of one file in the current format; unchanged, with an issue, if its format is unknown.

    Places remain those of the file as written, and ``issues`` names its keys as the file spells them.
    """
    assert isinstance(tree.value, Mapping)
    node = tree.value.get("format")
    if node is None:
        issues.add(tree.place, ("format",), f"missing; expected format: {FORMAT}", silence=("format",))
        return tree
    if type(node.value) is not int or not OLD_FORMAT <= node.value <= FORMAT:
        message = f"found {shown(plain(node))}, expected {FORMAT}; this version of kardashev reads format 1 and 2"
        issues.stop(node.place, ("format",), message)
        return tree
    if node.value == FORMAT:
        return _renamed(tree, (), issues, current=True) if _has_renamed_key(tree) else tree
    found = _renamed(tree, (), issues, current=False)
    issues.lift(tree.place.file, lifted_path, spelled_path)
    assert isinstance(found.value, Mapping)
    return Located({**found.value, "format": Located(FORMAT, node.place)}, tree.place)


def lifted_path(path: Path) -> Path:
    """Return a path in the current format; one that is in it already stays as it is."""
    spelled = spelled_path(path)
    return tuple(new_key(spelled[: at + 1]) or step for at, step in enumerate(spelled))


def spelled_path(path: Path) -> Path:
    """Return a path of the current format as format 1 spells it; one that is in format 1 already stays as it is."""
    spelled: Path = ()
    for step in path:
        spelled = (*spelled, next((old[-1] for old, new in _STEPS if new == step and _fits(spelled, old[:-1])), step))
    return spelled


def new_key(path: Path) -> str | None:
    """Return the current name of the key that a path of format 1 ends with; None where it was not renamed."""
    if not path or path[-1] not in _NAMES:
        return None
    return next((new for old, new in _STEPS if old[-1] == path[-1] and _fits(path[:-1], old[:-1])), None)


def new_word(path: Path, word: Any) -> str | None:
    """Return the current word for the value at a path of format 1; None where it was not renamed."""
    if not isinstance(word, str):
        return None
    return next((words[word] for old, words in _WORDS.items() if word in words and _fits(path, old)), None)


def _fits(path: Path, pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(want in ("*", step) for step, want in zip(path, pattern, strict=True))


def _has_renamed_key(node: Located) -> bool:
    inside = node.value
    if isinstance(inside, dict) and not _OLD_NAMES.isdisjoint(inside):
        return True
    below = inside.values() if isinstance(inside, dict) else inside if isinstance(inside, tuple) else ()
    return any(_has_renamed_key(entry) for entry in below if isinstance(entry.value, (dict, tuple)))


def _renamed(node: Located, path: Path, issues: ValidationIssues, *, current: bool) -> Located:
    """Return the node with all keys of the current format; ``path`` is in format 1, ``current`` the file's format."""
    if isinstance(node.value, tuple):
        items = tuple(_renamed(item, (*path, i), issues, current=current) for i, item in enumerate(node.value))
        return node if all(map(is_, items, node.value)) else Located(items, node.place)
    if not isinstance(node.value, Mapping):
        word = None if current else new_word(path, node.value)
        return node if word is None else Located(word, node.place)
    entries: dict[str, Located] = {}
    for key, child in node.value.items():
        old = spelled_path((*path, key))[-1] if key in _NAMES else key
        name = new_key((*path, str(old))) or key
        _refuse_foreign(key, (*path, str(old)), name, child, issues, current=current)
        if name not in entries or key == (name if current else old):
            entries[name] = _renamed(child, (*path, str(old)), issues, current=current)
    same = len(entries) == len(node.value) and all(entries.get(key) is child for key, child in node.value.items())
    return node if same else Located(entries, node.place)


def _refuse_foreign(
    key: str, path: Path, name: str, child: Located, issues: ValidationIssues, *, current: bool
) -> None:
    if current and key != name:
        issues.add(child.place, (*lifted_path(path[:-1]), key), f"this is a key of format 1; expected {name}")
    elif not current and key != path[-1]:
        message = f"this is a key of format {FORMAT}; expected {path[-1]}, or format: {FORMAT}"
        issues.add(child.place, (*path[:-1], key), message)
