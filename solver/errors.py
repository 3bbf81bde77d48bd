"""Errors shown to the user, each with the exit code of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ValidationIssue:
    """Issue of an instance file: file and line, path of the key, and what was found and expected there.

    An issue of an option has the name of the option for a file, and line 0, as has one of a file as a whole.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file} {self.path}: {self.message}" if self.path else f"{self.file}: {self.message}"
        where = f"{self.file}:{self.line}"
        return f"{where}  {self.path}: {self.message}" if self.path else f"{where}  {self.message}"


class KardashevError(Exception):
    """Base of all errors shown to the user; ``exit_code`` is that of the command line."""

    exit_code = 5


class InstanceError(KardashevError):
    """Error of an instance file that cannot be used, with each issue in order of file and line."""

    exit_code = 2

    def __init__(self, issues: list[ValidationIssue]) -> None:
        self.issues = sorted(set(issues))
        super().__init__("\n".join(str(issue) for issue in self.issues))


class UsageError(KardashevError):
    """Error of a command: an impossible option value, or a folder that is no run directory."""

    exit_code = 2


def check_together(*checks: Callable[[], object]) -> None:
    """Run every check; raise one UsageError with the sentences of all that fail, each once."""
    problems = list[str]()
    for check in checks:
        try:
            check()
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)))


class StoppedError(KardashevError):
    """Termination of a command by its time limit or by a request to stop, before there was anything to report."""

    exit_code = 4


class EnvironmentFailure(KardashevError):
    """Failure outside the program, such as of the disk or of a permission."""

    exit_code = 5


class ModelError(KardashevError):
    """Internal error: coefficients outside the range a solver can be trusted with, or a plan that fails its check."""

    exit_code = 5


class RangeError(ModelError):
    """Error of an instance whose numbers lie too far apart for the solver, each of them possible by itself.

    ``entries`` are the coefficients at fault, by the names of their rows and columns.
    """

    exit_code = 2

    def __init__(self, text: str, entries: tuple[tuple[str, str, float], ...] = ()) -> None:
        self.entries = entries
        super().__init__(text)


class RefusedModelError(ModelError):
    """Error of a model that HiGHS refuses, or of which it would ignore coefficients."""


class ContradictionError(ModelError):
    """Contradiction: a bound that is better than a checked plan, with both numbers."""
