"""A small model with every kind of field an instance has, to test reading by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from solver.errors import InstanceError, ValidationIssue
from solver.instance.expectations import Expected
from solver.instance.read import Loaded, read
from solver.instance.validation_issues import Issue


def _not_zero_month(text: str) -> str:
    if text.endswith("-00"):
        raise ValueError(f"found {text}, expected a month from 01 to 12")
    return text


Month = Annotated[str, AfterValidator(_not_zero_month), Expected("a month like 2027-01")]


class Base(BaseModel):
    """Unknown keys are faults and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Milestone(Base):
    """A dated power."""

    date: Month
    gw: float = Field(gt=0)


class Alive(Base):
    """Power to keep alive."""

    kind: Literal["power_alive"]
    milestones: tuple[Milestone, ...] = Field(min_length=1)


class Lifted(Base):
    """Mass to lift."""

    kind: Literal["mass_to_orbit"]
    lifted_t: float = Field(ge=0)


class Vehicle(Base):
    """A vehicle."""

    payload_t: float | dict[str, float] = 1.0
    flights: int = Field(default=1, ge=0, le=99)
    loss_share: float = Field(default=0.0, ge=0, lt=1)
    price_usd_per_kg: float | None = None
    reusable: bool = True


class Mini(Base):
    """The root."""

    name: str = Field(min_length=1)
    description: str = ""
    case: Literal["low", "central", "high"] = "central"
    target: Annotated[Alive | Lifted, Field(discriminator="kind")]
    vehicles: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Vehicle] = {}
    use: list[str] = []
    sources: dict[str, dict[str, str | int]] = {}


def used_names(use: list[str], vehicles: dict[str, Vehicle]) -> list[Issue]:
    """Return an issue for every name that is not defined."""
    return [(("use", i), f'found "{name}", expected a vehicle') for i, name in enumerate(use) if name not in vehicles]


GOOD = """\
format: 2
name: Try
target:
  kind: power_alive
  milestones:
    - {date: 2033-01, gw: 1}
"""


def write(folder: Path, text: str, name: str = "try.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def loaded(folder: Path, text: str, case: str | None = None) -> Loaded[Mini]:
    """Read a text as an instance of the small model."""
    return read(write(folder, text), Mini, case, [used_names])


def faults(path: Path) -> list[ValidationIssue]:
    """Read a file that must have faults and return them."""
    try:
        read(path, Mini, rules=[used_names])
    except InstanceError as error:
        return error.issues
    raise AssertionError("no fault found")
