"""File of scenarios: changes of an instance with their probabilities, and the date until which decisions are common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from solver.errors import InstanceError, ValidationIssue
from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.instance.fields import Month, Section
from solver.instance.merge import InstanceFiles
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.tree import nearest, places
from solver.instance.validation_issues import OPTION, Place, ValidationIssues, quoted
from solver.instance.validation_issues import Path as KeyPath

Value = str | int | float | bool | list[Any] | dict[str, Any] | None
SUM_TOLERANCE = 1e-6


class ScenarioEntry(Section):
    """Scenario of a file: its name, its probability and the values that it sets, by path."""

    name: str = Field(min_length=1, max_length=80)
    probability: float = Field(gt=0, le=1)
    set: dict[str, Value] = Field(default_factory=dict)


class ScenarioFile(Section):
    """File of scenarios: the date of the second stage, values set in all scenarios, and the scenarios."""

    decide_until: Month = Field(description="decisions of periods that begin before this month are common to all")
    set: dict[str, Value] = Field(default_factory=dict)
    scenarios: list[ScenarioEntry] = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Scenario with its instance; ``changes`` are the values that it sets."""

    name: str
    probability: float
    loaded: Loaded[Instance]
    changes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """Scenarios of the instance of a file; decisions of the first ``periods`` are common to all."""

    name: str
    decide_until: str
    periods: int
    scenarios: tuple[Scenario, ...]
    expected: Loaded[Instance]
    file: Path

    @property
    def probabilities(self) -> list[float]:
        """Probabilities, which add to one."""
        return [scenario.probability for scenario in self.scenarios]


def read_scenarios(instance: str | Path, file: str | Path, changes: tuple[str, ...] = ()) -> ScenarioSet:
    """Read an instance in every scenario of a file; InstanceError with every issue of every scenario.

    ``changes`` are laid over the instance before those of the file.
    """
    stated = read(file, ScenarioFile, rules=()).instance
    where = _where(file)
    issues = list(_of_file(stated, where))
    common = {**_parted(changes), **stated.set}
    try:
        base = read(instance, changes=_options(common)) if not issues else None
    except InstanceError as error:
        raise InstanceError([_in_file(issue, ("set",), where, "set") for issue in error.issues]) from error
    found = []
    for i, entry in enumerate(stated.scenarios):
        try:
            found.append(
                Scenario(
                    entry.name, entry.probability, read(instance, changes=_options({**common, **entry.set})), entry.set
                )
            )
        except InstanceError as error:
            named = f"scenarios[{i}] ({entry.name})"
            issues += [_in_file(issue, ("scenarios", i, "set"), where, named) for issue in error.issues]
    if issues or base is None:
        raise InstanceError(issues)
    issues = [*_of_problem(found, where), *_of_date(base.instance, stated.decide_until, where)]
    if issues:
        raise InstanceError(issues)
    horizon = PlanningHorizon.of(base.instance.horizon)
    periods = sum(horizon.start(t) < horizon.year_of(stated.decide_until) - INSTANT for t in horizon.periods)
    mean = read(instance, changes=_options({**common, **_expected(stated, base)}))
    return ScenarioSet(base.instance.name, str(stated.decide_until), periods, tuple(found), mean, Path(instance))


def _options(values: Mapping[str, Value]) -> list[str]:
    return [f"{path}={value if isinstance(value, str) else json.dumps(value)}" for path, value in values.items()]


def _parted(changes: tuple[str, ...]) -> dict[str, Value]:
    return {path: text for path, _, text in (change.partition("=") for change in changes)}


def _where(file: str | Path) -> dict[KeyPath, Place]:
    tree = InstanceFiles(ValidationIssues(str(file))).load(Path(file))
    return places(tree) if tree is not None else {(): Place(str(file), 1)}


def _issue(where: Mapping[KeyPath, Place], at: KeyPath, path: str, message: str) -> ValidationIssue:
    place = nearest(at, where)
    return ValidationIssue(place.file, place.line, path, message)


def _in_file(issue: ValidationIssue, at: KeyPath, where: Mapping[KeyPath, Place], named: str) -> ValidationIssue:
    """Return an issue of an option at the line of the file that gives it; ``at`` is the section of the values."""
    # An issue may stand above the path that is set, or below it.
    given = next((path for path in where if path[:-1] == at and _within(str(path[-1]), issue.path)), None)
    if issue.file != OPTION.file or given is None:
        return issue
    return _issue(where, given, f"{named} {issue.path}", issue.message)


def _within(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _of_file(stated: ScenarioFile, where: Mapping[KeyPath, Place]) -> list[ValidationIssue]:
    """Return the issues of probabilities and names."""
    issues, total = [], sum(entry.probability for entry in stated.scenarios)
    if abs(total - 1) > SUM_TOLERANCE:
        message = f"found a sum of {total:.6g}, expected 1"
        issues.append(_issue(where, ("scenarios",), "scenarios.probability", message))
    names = [entry.name for entry in stated.scenarios]
    issues += [
        _issue(where, ("scenarios", i, "name"), f"scenarios[{i}].name", f"found {quoted(name)} again, expected it once")
        for i, name in enumerate(names)
        if name in names[:i]
    ]
    return issues


def _of_problem(scenarios: list[Scenario], where: Mapping[KeyPath, Place]) -> list[ValidationIssue]:
    """Return the issues of scenarios that have no extensive form."""
    issues = []
    for i, scenario in enumerate(scenarios):
        instance, at, named = scenario.loaded.instance, ("scenarios", i), f"scenarios[{i}] ({scenario.name})"
        if instance.objective.kind != "least_cost":
            text = f"found {instance.objective.kind}, expected least_cost, whose costs have a mean"
            issues.append(_issue(where, at, f"{named} objective.kind", text))
        if instance.learning.components:
            text = "found learning curves, whose prices are searched outside of the model; expected none"
            issues.append(_issue(where, at, f"{named} learning.components", text))
        if instance.network is not None and instance.network.contingencies:
            text = "found contingencies, whose rows are added during the search; expected none"
            issues.append(_issue(where, at, f"{named} network.contingencies", text))
        if instance.horizon != scenarios[0].loaded.instance.horizon:
            issues.append(
                _issue(where, at, f"{named} horizon", "found another horizon, expected that of all scenarios")
            )
    return issues


def _of_date(instance: Instance, date: str, where: Mapping[KeyPath, Place]) -> list[ValidationIssue]:
    horizon = PlanningHorizon.of(instance.horizon)
    first, last = horizon.begin_date(0), horizon.date(horizon.periods[-1])
    if first < date < last:
        return []
    text = f"found {date}, expected a month within the horizon, after {first} and before {last}"
    return [_issue(where, ("decide_until",), "decide_until", text)]


def _expected(stated: ScenarioFile, base: Loaded[Instance]) -> dict[str, Value]:
    """Return the mean of every value that a scenario sets; scenarios that do not set it have that of the instance.

    Months have a mean too. What has no mean is that of the instance.
    """
    mean: dict[str, Value] = {}
    for path in dict.fromkeys(path for entry in stated.scenarios for path in entry.set):
        given = _value_at(base.resolved, path)
        values = [(entry.probability, entry.set.get(path, given)) for entry in stated.scenarios]
        if all(isinstance(value, int | float) and not isinstance(value, bool) for _, value in values):
            mean[path] = sum(weight * float(value) for weight, value in values)
        elif all(isinstance(value, str) and _is_month(value) for _, value in values):
            mean[path] = _month(round(sum(weight * _number(str(value)) for weight, value in values)))
    return mean


def _value_at(data: Any, path: str) -> Any:
    for step in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _is_month(text: str) -> bool:
    year, _, month = text.partition("-")
    return len(text) == 7 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12


def _number(text: str) -> int:
    return 12 * int(text[:4]) + int(text[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
