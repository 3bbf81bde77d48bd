"""Errors that reach the user, each with the exit code of the command line it ends in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ValidationIssue:
    """Issue of an instance file: file and line, path of the key, and what was found and expected there."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}  {self.path}: {self.message}" if self.path else f"{where}  {self.message}"


class KardashevError(Exception):
    """Base of every error meant for the user; ``exit_code`` is what the command line returns."""

    exit_code = 5


class InstanceError(KardashevError):
    """An instance file that cannot be used. Carries every issue found, in file and line order."""

    exit_code = 2

    def __init__(self, issues: list[ValidationIssue]) -> None:
        self.issues = sorted(set(issues))
        super().__init__("\n".join(str(issue) for issue in self.issues))


class UsageError(KardashevError):
    """A command that asks for something that cannot be: an unknown option value, a run directory that is none."""

    exit_code = 2


class EnvironmentFailure(KardashevError):
    """The disk, a permission or another thing around the program failed."""

    exit_code = 5


class ModelError(KardashevError):
    """A fault of our own: ranges no solver can be trusted with, or a plan that fails its check."""

    exit_code = 5
