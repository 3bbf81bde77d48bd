"""Field types shared by the sections of an instance file: positive numbers, shares, dates, growth."""

import re
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from solver.instance.validation_issues import quoted

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
MONTH_PATTERN = f"^{_MONTH.pattern}$"


def _check_month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError(f"found {quoted(text)}, expected a month such as 2031-04")
    return text


def is_month(text: str) -> bool:
    """Return whether a text is a month as files write it."""
    return _MONTH.fullmatch(text) is not None


def month_number(text: str) -> int:
    """Return the months since year 0 of a date written ``YYYY-MM``; ``2031-01`` is the instant the year 2031 begins."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a month such as 2031-04")
    return int(match[1]) * 12 + int(match[2]) - 1


class Limits:
    """Range of a number, or limits of a text, with the reason, which the JSON schema shows.

    They are one part of a ready schema. To put each limit into it alone, pydantic takes a third of the start of a run.
    """

    def __init__(self, why: str = "", **limits: Any) -> None:
        self.__dict__.update(limits)
        self._parts = limits | ({"metadata": {"pydantic_js_extra": {"$comment": why}}} if why else {})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the type with its limits."""
        return cast(CoreSchema, {**handler(source), **self._parts})


def _range(least: float, most: float, why: str) -> Limits:
    """Return the range of a number, both ends included."""
    return Limits(why, ge=least, le=most, allow_inf_nan=False)


def _below(most: float, why: str, least: float = 0) -> Limits:
    """Return a range from ``least`` to below an end."""
    return Limits(why, ge=least, lt=most, allow_inf_nan=False)


COMPUTABLE = "only keeps numbers computable"
_SURFACE_ORBIT = "an orbit at the surface of the Moon takes 1,680 m/s"

Positive = Annotated[float, Limits(gt=0, ge=1e-9, le=1e12, allow_inf_nan=False)]
NonNegative = Annotated[float, _range(0, 1e12, COMPUTABLE)]
Share = Annotated[float, _range(0, 1, "a share")]
ShareBelowOne = Annotated[float, _below(1, "a share that leaves something")]
PositiveShare = Annotated[float, _range(0.01, 1, "below a hundredth nothing works")]
SunlitShare = Annotated[float, _range(0.1, 1, "an orbit is in sunlight for at least a tenth of the time")]
HalfShare = Annotated[float, _range(0, 0.5, "a fleet counts as half worn on average at most")]
StructureShare = Annotated[float, _range(0, 0.95, "the rest of a node weighs something")]
DiscountRate = Annotated[float, _range(0, 0.5, "above a half a year, two years are all that counts")]
YearlyChange = Annotated[float, Limits(gt=-0.9, lt=10, allow_inf_nan=False)]
YearlyGrowth = Annotated[float, _range(0, 100, COMPUTABLE)]
Price = Annotated[float, _range(0, 1e9, "1e9 MUSD are ten times the product of the world")]
Experience = Annotated[float, _range(1e-9, 1e9, "from nothing to ten times the product of the world")]
Delay = Annotated[float, _range(0, 100, "longer than any plan")]
Extra = Annotated[float, _range(0, 100, "beyond a hundredfold it is another machine")]
Lag = Annotated[float, _range(0.01, 100, "shorter lags cut a plan into too many steps")]
Life = Annotated[float, _range(0.01, 1000, "from four days to longer than any plan")]
DesignLife = Annotated[float, _range(0.1, 50, "from a month to longer than any satellite has worked")]
Decay = Annotated[float, _range(0.01, 1e9, "from four days to for ever")]
Days = Annotated[float, _range(0, 3650, "ten years at most")]
PositiveDays = Annotated[float, _range(0.01, 3650, "from a quarter of an hour to ten years")]
Payload = Annotated[float, _range(0, 10_000, "fifty times the largest rocket in sight")]
PositivePayload = Annotated[float, _range(0.001, 10_000, "from a kilogram to fifty times the largest rocket in sight")]
Mass = Annotated[float, _range(1e-6, 1e6, "from a gram to a million tonnes")]
PlantMass = Annotated[float, _range(1e-9, 1e9, "from a gram to a mountain")]
LunarMass = Annotated[float, _range(1e-6, 1e12, "from a gram to a mountain")]
Volume = Annotated[float, _range(1e-6, 1e6, "from a cubic centimetre to a cube of 100 m")]
Density = Annotated[float, _range(0.001, 1e9, "a rule over several keys compares it with osmium")]
ArrayOutput = Annotated[float, _range(1, 1181, "no cell converts more than 86.8 % of the 1,361 W/m² at 1 au")]
SpecificPower = Annotated[float, _range(0.1, 1e5, "more is a bare film of a few µm")]
SpecificEnergy = Annotated[float, _range(1, 1e4, "chemistry stores no more")]
Cycles = Annotated[float, _range(1, 1e9, "from a single one to one every second for a life")]
CycleExponent = Annotated[
    float, _range(1, 10, "at least 1: shorter eclipses wear no more than their share of full ones")
]
LifeExponent = Annotated[float, _range(0, 3, "beyond its cube a doubled life costs more than eight nodes")]
Area = Annotated[float, _range(1e-9, 3.8e7, "from a square millimetre to all of the Moon, km²")]
SlotArea = Annotated[float, _range(0.01, 1e8, "from a cube of 10 cm to a square of 10 km")]
PanelArea = Annotated[float, _range(0.1, 1e5, "10 kW on a square metre is more than the Sun gives")]
Reserve = Annotated[float, _range(1e-9, 1e15, "from a gram to a part of the Moon")]
ArealMass = Annotated[float, _range(1e-6, 1000, "one layer of graphene weighs 7.6e-7 kg/m²")]
SpecificMass = Annotated[float, _range(0, 1e5, "100 t for a kilowatt are no machine")]
ChipMass = Annotated[float, _range(0.001, 1e5, "a bare die of silicon for a kilowatt weighs some grams")]
TerminalMass = Annotated[float, _range(0.001, 1e6, "a link needs a gram of optics at least")]
BusMass = Annotated[float, _range(0, 1e9, "up to a million tonnes")]
NodePower = Annotated[float, _range(1e-6, 1e9, "from a milliwatt to a terawatt in one node")]
LinePower = Annotated[float, _range(1e-6, 1e9, "from a watt to a thousand terawatts a year by one line")]
ElectricPower = Annotated[float, _range(0, 1e9, "up to a gigawatt for one link")]
LightPower = Annotated[float, _range(1e-6, 1e9, "from a microwatt to a gigawatt of light")]
ComputePerPower = Annotated[float, _range(0, 3e9, "thermodynamics: some 100 bits of 3e-21 J erased for each operation")]
DataRate = Annotated[float, _range(1e-6, 1e9, "from a kilobit to an exabit a second")]
DataNeed = Annotated[float, _range(0, 1e9, "an exabit a second for a megawatt")]
Temperature = Annotated[float, _range(100, 2000, "heat leaves too slowly below, materials end above")]
SinkTemperature = Annotated[float, _range(2.7, 1000, "the cosmic background is the coldest a face can see")]
Aperture = Annotated[float, _range(0.001, 100, "from a millimetre to wider than any telescope")]
LinkRange = Annotated[float, _range(0.001, 1e10, "67 au: no shell lies farther apart")]
EarthDistance = Annotated[float, _range(1, 1e10, "67 au: no shell lies farther away")]
Spacing = Annotated[float, _range(1e-4, 1e6, "from 10 cm, where nodes touch")]
Latency = Annotated[float, _range(1e-3, 1e9, "light goes 300 m in a microsecond")]
EclipseTime = Annotated[float, _range(0, 50_000, "the period of an orbit as far as the Moon")]
Dose = Annotated[float, _range(0, 1e9, "thousands of times what a year on Europa gives")]
DoseLimit = Annotated[float, _range(1, 1e9, "a month in the space station gives a rad")]
SpecificImpulse = Annotated[float, _range(10, 1e5, "from cold gas to fusion")]
DeltaV = Annotated[float, _range(0, 1e7, "3 % of the speed of light")]
LunarDeltaV = Annotated[float, _range(1600, 1e5, _SURFACE_ORBIT)]
LaunchSpeed = Annotated[float, _range(1600, 1e5, _SURFACE_ORBIT)]
SunDistance = Annotated[float, _range(0.05, 50, "from the heat of the corona to the dark beyond Neptune")]
Reuses = Annotated[float, _range(1, 1e6, "a vehicle flies once at least")]
Throughput = Annotated[float, _range(1e-6, 1e9, "from a kilogram to a mountain a year")]
Productivity = Annotated[float, _range(1e-6, 1e6, "up to its own mass every half minute")]
PlantPower = Annotated[float, _range(1e-3, 1e7, "from a watt to 10 GW by a tonne")]
ProductEnergy = Annotated[float, _range(0, 1e6, "a hundred thousand times the energy of steel")]
FeedRatio = Annotated[float, _range(0, 1e6, "a gram out of a tonne")]
Water = Annotated[float, _range(0, 1e4, "1.5 l that evaporate take all heat away")]
Whole = Annotated[int, _range(0, 1_000_000_000, COMPUTABLE)]
Terminals = Annotated[int, _range(0, 10_000, "more links than any node has neighbours in sight")]
TailYears = Annotated[int, _range(0, 100, "longer than any plan")]
Month = Annotated[str, Field(json_schema_extra={"pattern": MONTH_PATTERN}), AfterValidator(_check_month)]
Name = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


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
