"""Errors that reach the user, each with the exit code of the command line it ends in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in an instance file: where it stands, what was found, what was wanted."""

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
    """An instance file that cannot be used. Carries every fault found, in file and line order."""

    exit_code = 2

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(KardashevError):
    """A command that asks for something that cannot be: an unknown option value, a run directory that is none."""

    exit_code = 2


class EnvironmentFailure(KardashevError):
    """The disk, a permission or another thing around the program failed."""

    exit_code = 5


class ModelError(KardashevError):
    """A fault of our own: ranges no solver can be trusted with, or a plan that fails its check."""

    exit_code = 5
