"""Judges instance data: what single keys show and what several together show, in one go even where types fail.

Where types fail, stand-ins take the place of the faulty values, so that names and dates can still be held against each
other; of the faults this shows, only those are told in which no stand-in and no discarded key has a say.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from solver.instance.explain import Finding, findings
from solver.instance.faults import Path
from solver.instance.fields import Month
from solver.instance.wanted import Kind, keys_of, spot, strip

_ROUNDS = 5
# With more, the file is something else than a faulty instance, and comparing all with all would take long.
_MOST_FAULTS = 1000
_MONTH = get_args(Month)[1]

# Where a fault of several keys is told, and what it is judged by besides its neighbours; a star at the end of that
# stands for names, each of which may matter. The first line that fits counts; a fault that no line fits is not told
# before the types are right.
_JUDGED_BY: tuple[tuple[str, str], ...] = (
    ("use.vehicles.*", "vehicles"),
    ("use.shells.*", "shells shells.*.from_moon use.moon use.vehicles.* vehicles.*.payload_t"),
    (
        "use.platforms.*",
        "moon.mass_driver platforms platforms.*.declared.shells shells.*.from_moon use.moon use.shells.*",
    ),
    ("use.ground.*", "ground"),
    ("use.platforms", "target.kind target.where"),
    ("use.ground", "target.where"),
    ("claim.source", "sources"),
    ("vehicles.*.sites.*", "sites"),
    ("vehicles.*.payload_t.*", "shells"),
    ("vehicles.*.available_until", ""),
    ("sites.*.max_pads", ""),
    ("shells.*.regime", "regimes"),
    ("use.moon", "moon"),
    ("shells.*.altitude_km", ""),
    ("shells.*.earth_distance_km", ""),
    ("platforms.*.production_line", "use.moon"),
    ("moon.activities", "moon.activities.*.* moon.mass_driver"),
    ("moon.mass_driver", "moon.activities.*.does"),
    ("moon.doubling_years", "moon.activities.*.does moon.activities.*.lag_years moon.illumination_share"),
    ("moon.illumination_share", ""),
    ("moon.landers", "use.vehicles.*"),
    ("moon.landers.*.vehicle", "vehicles"),
    ("moon.depot.tankers", "use.vehicles.* vehicles.*"),
    ("moon.depot.tankers.*", "vehicles"),
    ("moon.seed.*", "moon.activities.*"),
    ("moon.seed.mix.*", "moon.activities"),
    ("moon.bills.*", "moon.commodities.* platforms.*.declared use.platforms.*"),
    ("moon.bills.*.*", "moon.commodities"),
    ("moon.mass_driver.bill", "moon.commodities.*"),
    ("moon.mass_driver.bill.*", "moon.commodities"),
    ("moon.commodities.*.unlocks.*.*", "moon.commodities.*.local_share moon.commodities.*.unlocks.*.*"),
    ("moon.activities.*.*", "moon.commodities.*"),
    ("moon.activities.*.*.*", "moon.commodities"),
    ("shells.*.inclination_deg", ""),
    ("shells.*.dose_rad_per_year", ""),
    ("shells.*.disposal_m_per_s", ""),
    ("platforms.*", ""),
    ("platforms.*.development_musd", ""),
    ("platforms.*.declared.shells", "shells use.shells.*"),
    ("platforms.*.declared.shells.*", "shells"),
    ("platforms.*.sized.*", "technology.*"),
    ("target.milestones.*.date", "horizon.periods.*.* horizon.start target.kind target.milestones.*.date"),
    ("target.milestones.*.*", "target.kind"),
    (
        "target.kind",
        "ground.*.eflops_per_gw platforms.*.declared.eflops_per_gw platforms.*.sized.accelerator"
        " technology.accelerators.*.eflops_per_gw use.ground.* use.platforms.*",
    ),
    ("target.unmet_penalty_musd", "objective.kind"),
    ("objective.budget_musd", "objective.kind"),
    ("candidate_designs.*.*", ""),
)


def judge(model: type[BaseModel], data: dict[str, Any]) -> tuple[BaseModel | None, list[Finding]]:
    """Return the instance that plain data make, or None where a type is wrong, and every fault found."""
    instance, found = _typed(model, data)
    if instance is not None:
        return instance, _crossed(instance)
    if len(found) > _MOST_FAULTS:
        return None, found
    repaired, left = _Mended(model, copy.deepcopy(data)), found
    for _ in range(_ROUNDS):
        repaired.mend(left)
        whole, left = _typed(model, repaired.data)
        if whole is not None:
            return None, [*found, *(finding for finding in _crossed(whole) if repaired.stands(finding))]
    return None, found


def _typed(model: type[BaseModel], data: dict[str, Any]) -> tuple[BaseModel | None, list[Finding]]:
    try:
        # Through JSON, strict means what a file means: lists may fill tuples, but text is no number.
        return model.model_validate_json(json.dumps(data, allow_nan=False), strict=True), []
    except ValidationError as error:
        return None, findings(error, model, data)


def _crossed(instance: BaseModel) -> list[Finding]:
    cross_check = getattr(instance, "cross_check", None)
    return [Finding(tuple(path), message, message) for path, message in (cross_check() if cross_check else [])]


@dataclass(slots=True)
class _Mended:
    """Data with stand-ins: the places whose value is not known, and the keys taken out with all within them."""

    model: type[BaseModel]
    data: dict[str, Any]
    unsure: set[Path] = field(default_factory=set)
    discarded: set[str] = field(default_factory=set)

    def mend(self, found: list[Finding]) -> None:
        """Put a stand-in at every finding; take the key out where it is unknown or the stand-in did not help."""
        tried = set(self.unsure)
        paths = {finding.path: finding.kind for finding in found if finding.path}
        for path, kind in sorted(paths.items(), key=lambda item: len(item[0]), reverse=True):
            parent: Any = self.data
            for step in path[:-1]:
                parent = parent[step]
            if kind != "extra_forbidden" and path not in tried:
                parent[path[-1]] = _stand_in(spot(self.model, self.data, path).kind)
                self.unsure.add(path)
            elif isinstance(parent, dict) and path[-1] in parent:
                self._discard(parent, path)

    def _discard(self, parent: dict[Any, Any], path: Path) -> None:
        self.discarded.update(map(str, path[-2:]), _keys(parent.pop(path[-1])))
        # It may be any key that is not there, misspelled, or one of another mapping: hence its name counts as well.
        known = keys_of(spot(self.model, self.data, path[:-1]).kind)
        self.unsure.update((*path[:-1], key) for key in known if key not in parent)
        if not known:
            self.unsure.add(path[:-1])

    def stands(self, finding: Finding) -> bool:
        """Whether a fault of the mended data is one of the data as given, whatever the faulty values should be."""
        path = finding.path
        judged_by = next((others.split() for where, others in _JUDGED_BY if _fits(path, where)), None)
        if judged_by is None:
            return False
        # A name in the message that is itself in doubt, or a key in the wrong place, may be all there is to the fault.
        said = {str(path[-1]), *re.findall(r"\w+", finding.message.partition("wanted")[0])}
        read = {name for pattern in judged_by for name in self._named(pattern)}
        if (said | read) & self.discarded or said & {other[-1] for other in self.unsure if other}:
            return False
        return not any(
            path[: len(other)] == other
            or other[:-1] in (path, path[:-1])
            or any(_fits(other, pattern, above=True) for pattern in judged_by)
            for other in self.unsure
        )

    def _named(self, pattern: str) -> Iterable[str]:
        """Keys that a pattern ends with."""
        *above, last = pattern.split(".")
        if last != "*":
            return [last]
        parent: Any = self.data
        for step in above:
            parent = parent.get(step) if isinstance(parent, dict) else None
        return parent if isinstance(parent, dict) else []


def _fits(path: Path, pattern: str, *, above: bool = False) -> bool:
    steps = pattern.split(".")
    if len(path) > len(steps) or (len(path) < len(steps) and not above):
        return False
    return all(step in ("*", str(at)) for step, at in zip(steps, path, strict=False))


def _keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
    for child in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _keys(child)


def _stand_in(kind: Kind) -> Any:
    core, origin = kind.core, get_origin(kind.core)
    if origin is Literal:
        return get_args(core)[0]
    if core in (int, float):
        # Within the limits of nearly all keys, and above 0, so that a payload in doubt keeps its shell within reach.
        return max([1 if core is int else 0.5, *(limit.ge for limit in kind.limits if hasattr(limit, "ge"))])
    if core is str:
        return "2031-01" if _MONTH in kind.limits else "stand_in"
    if origin is list:
        return [_stand_in(strip(get_args(core)[0], key=kind.key))]
    if isinstance(core, type) and issubclass(core, BaseModel):
        needed = {entry.alias or name: entry for name, entry in core.model_fields.items() if entry.is_required()}
        return {key: _stand_in(strip(entry.annotation, entry.metadata, key)) for key, entry in needed.items()}
    return {}
