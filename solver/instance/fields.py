"""Field types shared by the sections of an instance file: positive numbers, shares, dates, growth."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from solver.instance.validation_issues import quoted

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def _check_month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError(f"found {quoted(text)}, expected a month such as 2031-04")
    return text


def month_number(text: str) -> int:
    """Return the months since year 0 of a date written ``YYYY-MM``; ``2031-01`` is the instant the year 2031 begins."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a month such as 2031-04")
    return int(match[1]) * 12 + int(match[2]) - 1


Positive = Annotated[float, Field(gt=0, ge=1e-9, le=1e12, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
PositiveShare = Annotated[float, Field(ge=0.01, le=1, allow_inf_nan=False)]
SunlitShare = Annotated[float, Field(ge=0.1, le=1, allow_inf_nan=False)]
HalfShare = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)]
StructureShare = Annotated[float, Field(ge=0, le=0.95, allow_inf_nan=False)]
DiscountRate = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)]
YearlyChange = Annotated[float, Field(gt=-0.9, lt=10, allow_inf_nan=False)]
YearlyGrowth = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Delay = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Lag = Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)]
Life = Annotated[float, Field(ge=0.01, le=1000, allow_inf_nan=False)]
Decay = Annotated[float, Field(ge=0.01, le=1e9, allow_inf_nan=False)]
Days = Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False)]
PositiveDays = Annotated[float, Field(ge=0.01, le=3650, allow_inf_nan=False)]
Payload = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
PositivePayload = Annotated[float, Field(ge=0.001, le=10_000, allow_inf_nan=False)]
Mass = Annotated[float, Field(ge=1e-6, le=1e6, allow_inf_nan=False)]
PlantMass = Annotated[float, Field(ge=1e-9, le=1e9, allow_inf_nan=False)]
Volume = Annotated[float, Field(ge=1e-6, le=1e6, allow_inf_nan=False)]
Density = Annotated[float, Field(ge=0.001, le=1e9, allow_inf_nan=False)]
ArrayOutput = Annotated[float, Field(ge=1, le=1181, allow_inf_nan=False)]
SpecificPower = Annotated[float, Field(ge=0.1, le=1e5, allow_inf_nan=False)]
SpecificEnergy = Annotated[float, Field(ge=1, le=1e4, allow_inf_nan=False)]
Cycles = Annotated[float, Field(ge=1, le=1e9, allow_inf_nan=False)]
LifeExponent = Annotated[float, Field(ge=0, le=3, allow_inf_nan=False)]
CycleExponent = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
"""At least 1: shorter eclipses wear no more than their share of full ones."""
ArealMass = Annotated[float, Field(ge=1e-6, le=1000, allow_inf_nan=False)]
SpecificMass = Annotated[float, Field(ge=0, le=1e5, allow_inf_nan=False)]
Temperature = Annotated[float, Field(ge=100, le=2000, allow_inf_nan=False)]
SinkTemperature = Annotated[float, Field(ge=2.7, le=1000, allow_inf_nan=False)]
"""From the cosmic background, the coldest a face can see."""
Aperture = Annotated[float, Field(ge=0.001, le=100, allow_inf_nan=False)]
LinkRange = Annotated[float, Field(ge=0.001, le=1e10, allow_inf_nan=False)]
"""To 67 au: no shell lies farther apart."""
SpecificImpulse = Annotated[float, Field(ge=10, le=1e5, allow_inf_nan=False)]
DeltaV = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
PositiveDeltaV = Annotated[float, Field(ge=1e-6, le=1e5, allow_inf_nan=False)]
SunDistance = Annotated[float, Field(ge=0.05, le=50, allow_inf_nan=False)]
Reuses = Annotated[float, Field(ge=0.01, le=1e6, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=0, le=1_000_000_000)]
TailYears = Annotated[int, Field(ge=0, le=100)]
Month = Annotated[str, Field(json_schema_extra={"pattern": f"^{_MONTH.pattern}$"}), AfterValidator(_check_month)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Section(BaseModel):
    """Base of every section: unknown keys are refused, types are strict, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Growth(Section):
    """Growth limit of a yearly rate that the plan decides.

    Two rules hold together. Twelve months hold at most ``start_per_year``, grown by ``growth_share_per_year`` for every
    year from the first period of use to the begin of those twelve months, up to ``ceiling_per_year``. And they hold at
    most what the twelve months before held, grown by ``growth_share_per_year``, plus ``start_per_year``: a rate cannot
    jump to a value that was never reached. ``practised_per_year`` is the rate of the year before the plan begins.
    """

    start_per_year: NonNegative
    practised_per_year: NonNegative = 0.0
    growth_share_per_year: YearlyGrowth = 0.0
    ceiling_per_year: NonNegative | None = None


class Path(Section):
    """Exogenous yearly amount, independent of the plan.

    It begins at ``from`` (default: the first period) with ``start_per_year``, grows by
    ``growth_share_per_year`` and stays at ``ceiling_per_year`` once it gets there.
    """

    start_per_year: NonNegative
    growth_share_per_year: YearlyChange = 0.0
    ceiling_per_year: NonNegative | None = None
    from_: Month | None = Field(default=None, alias="from")
