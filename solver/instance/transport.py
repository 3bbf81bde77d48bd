"""Vehicles and sites for launches."""

from pydantic import Field

from solver.instance.fields import (
    Days,
    Delay,
    DeltaV,
    Growth,
    HalfShare,
    Life,
    Month,
    Name,
    NonNegative,
    Payload,
    PositiveDays,
    PositivePayload,
    Price,
    Reuses,
    Section,
    ShareBelowOne,
    SpecificImpulse,
    Volume,
    Whole,
)


class Fleet(Section):
    """Fleet that the planner owns: price, lead time, turnaround and wear.

    Without this section a vehicle is a launch bought as a service, limited by ``flights_per_year`` alone.
    """

    build_musd: Price = Field(description="price of one vehicle, MUSD")
    lead_years: Delay = Field(description="years from order to first flight")
    turnaround_days: PositiveDays = Field(description="days between two flights of one vehicle")
    reuse_flights: Reuses = Field(description="flights in the life of one vehicle; 1 is expendable")
    life_years: Life | None = Field(
        default=None, description="years over which a vehicle loses its value (for salvage); default: by flights alone"
    )
    initial: Whole = Field(default=0, description="vehicles at hand at the start, paid for")
    initial_flown_share: HalfShare = Field(
        default=0.0, description="share of their flights that those have behind them on average; 0: all new"
    )
    production_per_year: Growth | None = Field(default=None, description="vehicles that can be ordered, per year")


class RefuelledPlace(Section):
    """Route of a refuelled ship to a place: manoeuvres there and back."""

    delta_v_m_per_s: DeltaV = Field(description="from the orbit of refuelling to the place")
    return_delta_v_m_per_s: DeltaV | None = Field(default=None, description="from the place home; none: expended")
    away_days: Days = Field(default=0.0, description="days a returned ship is away beyond the turnaround")


class Refuelled(Section):
    """Refuelling of a ship in a low orbit by a whole number of tanker flights of the same vehicle."""

    dry_t: PositivePayload = Field(description="of the ship")
    isp_s: SpecificImpulse
    tank_t: PositivePayload = Field(description="propellant that fits in its tanks")
    tanker_t: PositivePayload = Field(description="propellant that one more flight of the vehicle brings")
    transfer_loss_share: ShareBelowOne = Field(
        default=0.0, description="of it, lost in transfer and by boil-off while the ship is filled"
    )
    places: dict[Name, RefuelledPlace] = Field(
        min_length=1, description="places of payload_t that are reached refuelled, never otherwise"
    )


class Vehicle(Section):
    """Vehicle for launches: payload by shell, availability, cadence and price."""

    title: str = ""
    available_from: Month = Field(description="first month in which it can fly")
    available_until: Month | None = Field(default=None, description="month from which it flies no more")
    payload_t: dict[Name, Payload] = Field(description="payload by shell, t; a shell not named is out of reach")
    volume_m3: Volume = Field(description="usable volume under the fairing, m3")
    sites: list[Name] = Field(min_length=1, description="launch sites it can use")
    flight_musd: Price = Field(description="price of one flight (bought), or its marginal cost (owned), MUSD")
    loss_share: ShareBelowOne = Field(default=0.0, description="share of flights lost with vehicle and payload")
    grounded_days: Days = Field(
        default=15.0, description="days without flights after a loss, in replays of a plan alone"
    )
    flights_per_year: Growth | None = Field(default=None, description="the cadence this plan may draw")
    background_flights: bool = Field(
        default=False, description="true: other customers fly what the plan leaves of that cadence"
    )
    pad_days: Days = Field(default=1.0, description="days a pad is taken by one flight")
    refuelled: Refuelled | None = Field(default=None, description="refuelling on the way to some of the places")
    fleet: Fleet | None = None


class Site(Section):
    """Site for launches: pads today, pads that can be added, and flights allowed by its licence."""

    title: str = ""
    pads: Whole = Field(description="pads at the start")
    max_pads: Whole = Field(description="pads the site has room for")
    pad_musd: Price = Field(description="price of one more pad, MUSD")
    pad_lead_years: Delay = Field(default=2.0, description="years from order to use")
    pad_life_years: Life = Field(default=20.0, description="years over which a pad loses its value")
    licence_flights_per_year: NonNegative | None = Field(default=None, description="flights a year the licence allows")
    practised_per_year: NonNegative = Field(
        default=0.0, description="flights in the year before the plan begins, which its licence counts in twelve months"
    )
    available_from: Month | None = Field(default=None, description="first month of use; default: from the start")
    polar: bool = Field(default=True, description="false: no flights to polar and sun-synchronous orbits")
