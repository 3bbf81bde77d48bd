"""Shells, regimes and data centres on the ground: the locations of nodes."""

from typing import Literal

from pydantic import Field

from solver.instance.fields import (
    ComputePerPower,
    Decay,
    Delay,
    DeltaV,
    Dose,
    EarthDistance,
    EclipseTime,
    Life,
    Month,
    Name,
    NonNegative,
    Path,
    Price,
    Section,
    Share,
    ShareBelowOne,
    SinkTemperature,
    SlotArea,
    SunDistance,
    SunlitShare,
    Water,
    YearlyChange,
)
from solver.instance.moon import FromMoon

DEEP_SPACE = ("cislunar", "heliocentric")
"""Orbits beyond all tables of shadow, air and belts: the dose must be given, any other value not given is 0."""


POLAR_DEG = (70.0, 110.0)
"""Inclinations that only some launch sites reach; sun-synchronous orbits are among them."""


class Shell(Section):
    """Shell of nodes, near the Earth or far from it: geometry, capacity, environment.

    Sunlit share, eclipse length, drag, dose, natural decay and disposal are computed from the geometry; a number
    given here replaces the computed one. Cislunar and heliocentric places have no shadow and no air.
    """

    title: str = ""
    orbit: Literal["dawn_dusk", "inclined", "cislunar", "heliocentric"] = Field(
        description="dawn_dusk: sun-synchronous over the terminator"
    )
    altitude_km: float = Field(
        default=0.0,
        ge=0,
        le=400_000,
        allow_inf_nan=False,
        description="around the Earth; needed by dawn_dusk and inclined",
    )
    inclination_deg: float | None = Field(default=None, ge=0, le=180, allow_inf_nan=False)
    regime: Name | list[Name] | None = Field(
        default=None, description="groups of shells that share a ceiling on nodes, one or several"
    )
    slots: NonNegative | None = Field(default=None, description="nodes that may live here; none: no limit")
    slot_area_m2: SlotArea | None = Field(
        default=None, description="array and radiator of a node that takes one slot; a larger one takes more"
    )
    count: int = Field(default=1, ge=1, le=1000, description="like shells beside each other, each with these slots")
    max_derelicts: NonNegative | None = Field(
        default=None, description="dead objects the shell may hold; none: no limit"
    )
    max_derelict_years: NonNegative | None = Field(
        default=None, description="object-years of dead nodes over the plan, as a licence allows; none: no limit"
    )
    sun_distance_au: SunDistance = 1.0
    sink_temperature_k: SinkTemperature = Field(default=230.0, description="effective sink a radiator face sees, K")
    transfer_years: Delay = Field(default=0.0, description="years from launch to first power")
    sunlit_share: SunlitShare | None = Field(default=None, description="replaces the computed yearly mean")
    eclipse_minutes: EclipseTime | None = Field(default=None, description="replaces the longest computed eclipse")
    dose_rad_per_year: Dose | None = Field(
        default=None,
        description="behind 10 mm of aluminium; needed above 2,000 km and in deep space, else computed",
    )
    decay_years: Decay | None = Field(default=None, description="natural life of a dead object")
    drag_m_per_s_per_year: DeltaV | None = None
    disposal_m_per_s: DeltaV | None = Field(
        default=None, description="needed above 2,000 km around the Earth, 0 in deep space, else computed"
    )
    earth_distance_km: EarthDistance | None = Field(default=None, description="mean, for links; default: the altitude")
    from_moon: FromMoon | None = Field(default=None, description="none: out of reach of mass drivers")

    @property
    def polar(self) -> bool:
        """True for an orbit over the poles, as all sun-synchronous ones are."""
        low, high = POLAR_DEG
        return self.orbit == "dawn_dusk" or (self.orbit == "inclined" and low <= (self.inclination_deg or 0.0) <= high)

    @property
    def regimes(self) -> tuple[str, ...]:
        """Regimes of the shell by name; every one of them limits it."""
        return (self.regime,) if isinstance(self.regime, str) else tuple(self.regime or ())

    @property
    def room(self) -> float | None:
        """Slots of all like shells together; None without a limit."""
        return None if self.slots is None else self.slots * self.count

    @property
    def deep_space(self) -> bool:
        """True for a place beyond all orbits around the Earth that are computed."""
        return self.orbit in DEEP_SPACE


class Regime(Section):
    """Ceiling on the nodes of several shells together: a filing, the capacity of an orbit class, or an assumption."""

    title: str = ""
    kind: Literal["filing", "orbit_class", "assumption"] | None = Field(
        default=None, description="what the ceiling rests on: a filing or licence, an orbit class, an assumption"
    )
    slots: NonNegative
    slot_area_m2: SlotArea | None = Field(
        default=None, description="array and radiator of a node that takes one slot; a larger one takes more"
    )
    platforms: list[Name] | None = Field(
        default=None, min_length=1, description="platforms whose nodes it counts, as those of one filing; none: all"
    )
    max_derelict_years: NonNegative | None = Field(
        default=None, description="object-years of its dead nodes over the plan, as a licence allows; none: no limit"
    )


class Ground(Section):
    """Data centres of one region on Earth: the alternative to orbit, limited by its grid queue."""

    title: str = ""
    available_from: Month | None = None
    queue_gw: Path = Field(description="grid power that the queue lets through, GW of IT power a year")
    accelerators_gw: Path | None = Field(
        default=None, description="servers that can be bought here, GW of IT power a year; none: no limit of its own"
    )
    build_years: Delay = Field(default=2.0, description="years from grid offer to power")
    facility_usd_per_w: Price = Field(description="buildings, power and cooling, USD per W of IT power")
    facility_life_years: Life = 14.0
    it_usd_per_w: Price = Field(description="servers and network, USD per W of IT power")
    it_life_years: Life = 5.0
    it_failure_share_per_year: ShareBelowOne = Field(
        default=0.0, description="servers that fail and are replaced at once, at the price of that time"
    )
    it_price_change_share_per_year: YearlyChange = Field(default=0.0, description="of the price of servers")
    pue: float = Field(ge=1, le=3, allow_inf_nan=False, description="power drawn per power used by servers")
    power_usd_per_kwh: Price
    power_price_change_share_per_year: YearlyChange = Field(default=0.0, description="of the price of power")
    utilisation_share: Share = Field(default=1.0, description="mean draw over rated IT power")
    water_l_per_kwh: Water = 0.0
    water_usd_per_m3: Price = 0.0
    operations_share_per_year: ShareBelowOne = Field(default=0.0, description="yearly, of facility capital")
    eflops_per_gw: ComputePerPower | None = Field(
        default=None, description="dense FP8, EFLOP/s per GW of IT power, of servers bought at the start"
    )
    eflops_growth_share_per_year: YearlyChange = Field(default=0.0, description="by which later servers do more per W")
