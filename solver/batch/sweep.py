"""Scenarios of a sweep: a grid of values, a sample over the sourced ranges, or the rows of a table."""

from __future__ import annotations

import csv
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from solver.batch.record import BatchResult, Category
from solver.batch.tasks import Task
from solver.errors import InstanceError, UsageError, ValidationIssue
from solver.instance.quantities import Quantity
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.validation_issues import OPTION, Place, hint
from solver.io import escapes

MOST_SCENARIOS = 100_000
_OPENING, _CLOSING = "[{(", "]})"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Scenarios of one file: the paths that differ, and for each scenario their values as text, '' where not set.

    ``heads`` is the file and line that give the paths, of a table, and ``lines`` those of its rows.
    """

    path: Path
    levers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fixed: tuple[str, ...] = ()
    heads: Place = OPTION
    lines: tuple[int, ...] = ()

    @property
    def tasks(self) -> list[Task]:
        """Tasks, in the order of the rows."""
        return [Task(self.path, (*self.fixed, *self.changes(row))) for row in self.rows]

    def changes(self, row: Sequence[str]) -> list[str]:
        """Return the options ``--set`` of one row."""
        return [f"{lever}={value}" for lever, value in zip(self.levers, row, strict=True) if value != ""]

    def in_table(self, result: BatchResult) -> BatchResult:
        """Return a result whose issues stand at the line of the table that gives its values, and at their column."""
        changes = list(result.task.changes)
        at = next((n for n, row in enumerate(self.rows) if [*self.fixed, *self.changes(row)] == changes), None)
        if at is None or not self.lines or result.category is not Category.BAD_INPUT:
            return result
        try:
            read(result.task.path, changes=changes)
        except InstanceError as error:
            issues = sorted(self._in_row(issue, self.lines[at]) for issue in error.issues)
            return replace(result, message="\n".join(escapes.line(issue) for issue in issues))
        return result

    def _in_row(self, issue: ValidationIssue, line: int) -> ValidationIssue:
        """Return an issue at a row; one of a value that stands elsewhere keeps its place in its words."""
        here = [n for n, lever in enumerate(self.levers) if _meet(issue.path, lever) and not issue.line]
        if not here:
            return ValidationIssue(self.heads.file, line, "", str(issue))
        return ValidationIssue(self.heads.file, line, f"column {here[0] + 1}, {issue.path}", issue.message)


def grid(path: Path, options: Iterable[str], before: Iterable[str] = ()) -> Sweep:
    """Return all combinations of the values in ``PATH=V1,V2,...``; the first option varies slowest.

    ``before`` are values set in every scenario. UsageError for an option without values, or given twice. A list or
    mapping in brackets is one value.
    """
    axes: dict[str, list[str]] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set: found {option!r}, expected PATH=VALUE,VALUE,...")
        if name.strip() in axes:
            raise UsageError(f"--set: found {name.strip()} twice, expected all its values in one option")
        axes[name.strip()] = values = [value.strip() for value in _split(text)]
        if "" in values:
            raise UsageError(f"--set {name.strip()}: found an empty value in {text!r}, expected VALUE,VALUE,...")
        if len(set(values)) < len(values):
            raise UsageError(f"--set {name.strip()}: found a value twice in {text!r}")
    _require_few(math.prod(len(values) for values in axes.values()))
    levers = tuple(name for name, values in axes.items() if len(values) > 1)
    fixed = (*before, *(f"{name}={values[0]}" for name, values in axes.items() if len(values) == 1))
    rows = tuple(itertools.product(*(axes[name] for name in levers)))
    return Sweep(path, levers, rows, fixed)


def sampled(
    path: Path,
    loaded: Loaded[Instance],
    patterns: Sequence[str],
    count: int,
    method: str,
    seed: int,
    fixed: Sequence[str],
) -> Sweep:
    """Return scenarios drawn from the sourced ranges of an instance: Latin hypercube (``lhs``) or ``sobol`` points.

    ``patterns`` choose the quantities by path, with ``*`` for any text; by default every quantity with a range.
    A positive quantity whose high value is ten times its low one or more is drawn by its logarithm. UsageError where
    nothing is chosen.
    """
    from scipy.stats import qmc

    _require_few(count)
    ranges = {_dotted(path): quantity for path, quantity in loaded.quantities.items() if quantity.high > quantity.low}
    chosen = [name for name in ranges if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in ranges):
            # Of hundreds of quantities those of the same section are near.
            near = [name for name in ranges if name.partition(".")[0] == pattern.partition(".")[0]] or list(ranges)
            raise UsageError(
                f"--vary: found {pattern!r}, expected the path of a quantity with a range{hint(pattern, near)}"
            )
    if not chosen:
        raise UsageError(f"{path}: no quantity has a range; expected low and high values to sample")
    kind = qmc.Sobol if method == "sobol" else qmc.LatinHypercube
    with warnings.catch_warnings():
        # Any number of points is drawn; a power of two is merely the most even one.
        warnings.simplefilter("ignore", UserWarning)
        points = kind(d=len(chosen), rng=seed).random(count)
    rows = tuple(
        tuple(_text(ranges[name], share) for name, share in zip(chosen, point, strict=True)) for point in points
    )
    return Sweep(path, tuple(chosen), rows, tuple(fixed))


def _text(quantity: Quantity, share: float) -> str:
    value = quantity.shown(quantity.at(share))
    return value if isinstance(value, str) else f"{value:.9g}"


def tabled(path: Path, table: Path, fixed: Sequence[str]) -> Sweep:
    """Return a scenario for each row of a CSV file, whose heads are paths; an empty cell sets nothing.

    UsageError, with its line, for a head without a name, one that stands twice, or a row of another length.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            lines = [(reader.line_num, row) for reader in [csv.reader(file)] for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"{table}: cannot be read: {reason}") from error
    lines = [(number, [cell.strip() for cell in row]) for number, row in lines if any(cell.strip() for cell in row)]
    if len(lines) < 2:
        raise UsageError(f"{table}: expected a row of paths and at least one row of values")
    (first, heads), *rest = lines
    for head in heads:
        if not head or heads.count(head) > 1:
            raise UsageError(f"{table}:{first}: found the head {head!r}, expected a path of the file, each once")
    for number, row in rest:
        if len(row) != len(heads):
            raise UsageError(f"{table}:{number}: found {len(row)} cells, expected {len(heads)}")
    _require_few(len(rest))
    return Sweep(
        path, tuple(heads), tuple(tuple(row) for _, row in rest), tuple(fixed), Place(str(table), first),
        tuple(number for number, _ in rest),
    )  # fmt: skip


def require_known(sweep: Sweep) -> None:
    """Raise InstanceError where a path of a sweep leads to no key of its file, before any scenario is solved."""
    # The first value of each column; null where it has none.
    values = [next((value for value in column if value != ""), "null") for column in zip(*sweep.rows, strict=True)]
    try:
        read(sweep.path, changes=(*sweep.fixed, *sweep.changes(values)))
    except InstanceError as error:
        unknown = [issue for issue in error.issues if not issue.line and issue.message.startswith("no such ")]
        if unknown:
            raise InstanceError([_at_heads(issue, sweep) for issue in unknown]) from error


def _at_heads(issue: ValidationIssue, sweep: Sweep) -> ValidationIssue:
    under = any(_meet(issue.path, lever) for lever in sweep.levers)
    return replace(issue, **sweep.heads._asdict()) if under else issue


def _split(text: str) -> Iterator[str]:
    """Split at the commas outside of brackets and quotes."""
    depth, quote, begin = 0, "", 0
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == "," and depth <= 0:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]


def _meet(issue: str, path: str) -> bool:
    """Return whether an issue stands at a path, below it or above it."""
    steps = [f"{way.replace('[', '.[')}." for way in (issue, path)]
    return bool(issue) and (steps[0].startswith(steps[1]) or steps[1].startswith(steps[0]))


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))


def _require_few(count: int) -> None:
    if not 1 <= count <= MOST_SCENARIOS:
        raise UsageError(f"found {count:,} scenarios, expected 1 to {MOST_SCENARIOS:,}")
