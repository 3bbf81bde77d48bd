"""Lunar industry: landings and their propellant, a factory that grows by its own product, and mass drivers."""

from typing import Literal

from pydantic import Field

from solver.instance.fields import (
    Area,
    ChipMass,
    Days,
    Delay,
    DeltaV,
    FeedRatio,
    Lag,
    LaunchSpeed,
    Life,
    LunarDeltaV,
    LunarMass,
    Mass,
    Month,
    Name,
    NonNegative,
    PanelArea,
    PlantMass,
    PlantPower,
    PositivePayload,
    PositiveShare,
    Price,
    ProductEnergy,
    Productivity,
    Reserve,
    Section,
    Share,
    ShareBelowOne,
    SpecificImpulse,
    Throughput,
    Whole,
)


class Unlock(Section):
    """Step of technology after which more of a commodity may be made on the Moon."""

    name: Name
    local_share: Share = Field(description="most of what is needed that may be made on the Moon from then on")
    available_from: Month = Field(description="first month in which its development can begin")
    development_years: Delay = Field(default=0.0, description="from start of development to use")
    cost_musd: Price


class Commodity(Section):
    """Class of material: made on the Moon as far as its closure allows, else brought from Earth."""

    title: str = ""
    import_usd_per_kg: Price = Field(description="price on Earth of what arrives on the Moon, freight not counted")
    life_years: Life = Field(default=10.0, description="years over which an import loses its value")
    local_share: Share = Field(default=1.0, description="most of what is needed that may be made on the Moon")
    unlocks: list[Unlock] = Field(default=[], max_length=12, description="in the order in which they must come")
    reserve_kt: Reserve | None = Field(default=None, description="most that is made over the plan; none: any amount")
    accelerators_kg_per_kw: ChipMass | None = Field(
        default=None, description="imported mass that takes 1 kW of the accelerators the world delivers"
    )


class LitArea(Section):
    """Ground for panels with one share of the year in sunlight."""

    area_km2: Area = Field(description="of panels, with what must stay free between them")
    light_share: PositiveShare = Field(default=1.0, description="of the light of the best ground")


class Activity(Section):
    """Kind of lunar plant, counted in t of capital."""

    title: str = ""
    does: Literal["make", "assemble", "power", "storage"]
    makes: Name | None = Field(default=None, description="commodity that comes out; only for does: make")
    productivity_t_per_t_year: Productivity | None = Field(
        default=None, description="product per capital in a year at work; for make and assemble"
    )
    power_kw_per_t: PlantPower | None = Field(default=None, description="delivered per capital; for power and storage")
    area_m2_per_kw: PanelArea | None = Field(default=None, description="of lit ground; for power, with lit_area")
    efficiency_share: PositiveShare = Field(
        default=1.0, description="of what is stored by day, what comes back at night"
    )
    energy_kwh_per_kg: ProductEnergy = Field(default=0.0, description="of product")
    feed: dict[Name, FeedRatio] = Field(default={}, description="commodities used up, t per t of product")
    bill: dict[Name, NonNegative] = Field(description="commodities in one t of this capital, as shares of its mass")
    availability_share: PositiveShare = 1.0
    decay_share_per_year: ShareBelowOne = 0.0
    lag_years: Lag = Field(description="from building to work, in time at work")


class Seed(Section):
    """Plant that is landed: nothing, or at least the smallest that can grow."""

    min_t: LunarMass = Field(description="smallest seed that can grow")
    max_t: LunarMass = Field(description="largest seed that can be landed in one period")
    mix: dict[Name, NonNegative] = Field(description="activities in it, as shares of its mass")
    usd_per_kg: Price = Field(description="price on Earth")
    lag_years: Lag = Field(description="from landing to work")
    available_until: Month | None = Field(default=None, description="month from which no seed lands any more")


class Lander(Section):
    """Way to land cargo: one flight of a vehicle, refilled in orbit."""

    title: str = ""
    vehicle: Name = Field(description="vehicle that flies it; expended ones are new and leave its fleet")
    landed_t: PositivePayload = Field(description="cargo put on the Moon")
    dry_t: PositivePayload
    isp_s: SpecificImpulse
    delta_v_m_per_s: LunarDeltaV = Field(description="from the depot to the surface")
    return_delta_v_m_per_s: LunarDeltaV | None = Field(
        default=None, description="from the surface home; none: expended"
    )
    away_days: Days = Field(default=0.0, description="days a returned lander is away beyond the turnaround")
    lander_musd: Price = Field(default=0.0, description="of each landing, beyond the price of the flight")
    loss_share: ShareBelowOne = Field(default=0.0, description="landings lost after launch, with their cargo")


class Depot(Section):
    """Propellant in orbit: filled by tanker flights, drawn by landers, lost by boil-off."""

    tankers: dict[Name, PositivePayload] = Field(description="propellant that one flight of a vehicle brings, t")
    boil_off_share_per_year: ShareBelowOne = 0.0
    transfer_loss_share: ShareBelowOne = 0.0
    capacity_t: LunarMass | None = None


class MassDriver(Section):
    """Machine that launches nodes off the Moon; bought in whole units."""

    title: str = ""
    throughput_kt_per_year: Throughput = Field(description="launched in a year at full use")
    availability_share: PositiveShare = 1.0
    speed_m_per_s: LaunchSpeed = 2400.0
    efficiency_share: PositiveShare = 0.7
    mass_t: Mass
    bill: dict[Name, NonNegative] = Field(description="commodities in one driver, as shares of its mass")
    lag_years: Lag = Field(description="from building to work")
    life_years: Life = 20.0
    cost_musd: Price = Field(default=0.0, description="paid on Earth for each")
    max_drivers: Whole = 10_000


class Moon(Section):
    """Lunar industry with all its parts; part of the plan where ``use.moon`` is true."""

    title: str = ""
    available_from: Month = Field(description="first month in which anything can land")
    development_musd: Price = Field(default=0.0, description="paid once, when development begins")
    development_years: Delay = Field(default=0.0, description="from its begin to the first landing")
    operations_musd_per_year: Price = Field(default=0.0, description="from the end of development on")
    node_operations_usd_per_w_year: Price = Field(default=0.0, description="of nodes made on the Moon, alive")
    illumination_share: PositiveShare = Field(default=1.0, description="share of the year in sunlight")
    lit_area: list[LitArea] = Field(default=[], max_length=12, description="best first; empty: any area of the best")
    doubling_years: Lag = Field(description="shortest time in which robots can double the capital")
    max_plant_kt: PlantMass = Field(default=1e9, description="largest plant at work at a time, kt")
    steps_per_lag: int = Field(default=1, ge=1, le=12, description="least steps of time in the shortest lag")
    seed: Seed
    landers: dict[Name, Lander]
    depot: Depot
    commodities: dict[Name, Commodity]
    activities: dict[Name, Activity]
    bills: dict[str, dict[Name, NonNegative]] = Field(
        default={}, description="commodities in each part of a node made on the Moon, as shares of its mass"
    )
    mass_driver: MassDriver | None = None


class FromMoon(Section):
    """Transfer from a mass driver to a shell."""

    delta_v_m_per_s: DeltaV = Field(default=0.0, description="that the node itself makes after the launch")
    transfer_years: Delay = Field(default=0.0, description="from launch to first power")
    cost_usd_per_kg: Price = Field(default=0.0, description="catcher and transfer, of launched mass")
    loss_share: ShareBelowOne = 0.0
