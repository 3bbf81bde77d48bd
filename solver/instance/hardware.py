"""Hardware of compute nodes: parts, platforms that combine them, and the choices for candidate designs."""

from typing import Literal

from pydantic import Field

from solver.instance.fields import (
    Aperture,
    ArealMass,
    ArrayOutput,
    BusMass,
    ChipMass,
    ComputePerPower,
    CycleExponent,
    Cycles,
    DataRate,
    Delay,
    DeltaV,
    Density,
    DesignLife,
    DoseLimit,
    ElectricPower,
    Extra,
    Growth,
    Life,
    LifeExponent,
    LightPower,
    LinePower,
    LinkRange,
    Mass,
    Month,
    Name,
    NodePower,
    NonNegative,
    PositiveShare,
    Price,
    Section,
    Share,
    ShareBelowOne,
    SpecificEnergy,
    SpecificImpulse,
    SpecificMass,
    SpecificPower,
    StructureShare,
    Temperature,
    TerminalMass,
    Terminals,
    Volume,
    Whole,
    YearlyChange,
)
from solver.physics.power import cycle_depth_share


class Array(Section):
    """Solar array technology, described at 1 au and normal incidence, at the beginning of its life."""

    title: str = ""
    areal_output_w_per_m2: ArrayOutput
    specific_power_w_per_kg: SpecificPower
    cost_usd_per_w: Price
    loss_share_per_year: ShareBelowOne = 0.0
    stowed_w_per_m3: Density = Field(default=20_000.0, description="output per stowed volume")


class Radiator(Section):
    """Radiator technology: areal mass counts the panel once, whatever the number of radiating faces."""

    title: str = ""
    areal_mass_kg_per_m2: ArealMass
    emissivity_share: PositiveShare
    faces: Literal[1, 2] = 1
    fin_efficiency_share: PositiveShare = 1.0
    max_temperature_k: Temperature = 400.0
    ageing_area_share_per_year: Extra = Field(default=0.0, description="extra area for each year of life")
    cost_usd_per_m2: Price
    stowed_m2_per_m3: Density = 20.0


class Battery(Section):
    """Battery technology; capacity is the nominal energy."""

    title: str = ""
    specific_energy_wh_per_kg: SpecificEnergy
    depth_of_discharge_share: PositiveShare = Field(description="at most, however few the cycles")
    efficiency_share: PositiveShare
    cost_usd_per_kwh: Price
    rated_cycles: Cycles | None = Field(
        default=None, description="cycles to the rated depth that it lasts; none: any number to any depth"
    )
    rated_depth_share: PositiveShare = 1.0
    cycle_exponent: CycleExponent = Field(default=1.0, description="power of the depth with which cycles fall")

    def depth_share(self, cycles: float) -> float:
        """Return the depth of discharge of a battery that is to last for some cycles."""
        if self.rated_cycles is None:
            return self.depth_of_discharge_share
        lasting = cycle_depth_share(cycles, self.rated_cycles, self.rated_depth_share, self.cycle_exponent)
        return min(self.depth_of_discharge_share, lasting)


class Accelerator(Section):
    """Computing payload: boards, memory, cold plates, without radiator and power supply."""

    title: str = ""
    mass_kg_per_kw: ChipMass
    cost_usd_per_w: Price
    failure_share_per_year: ShareBelowOne = 0.0
    dose_limit_rad: DoseLimit = 2000.0
    eflops_per_gw: ComputePerPower = Field(
        default=0.0, description="dense FP8 EFLOP/s per GW, of hardware built at the start"
    )
    eflops_growth_share_per_year: YearlyChange = 0.0
    price_change_share_per_year: YearlyChange = 0.0
    stowed_kw_per_m3: Density = 60.0


class Terminal(Section):
    """Laser link terminal."""

    title: str = ""
    mass_kg: TerminalMass
    power_w: ElectricPower
    rate_gbps: DataRate
    cost_musd: Price
    range_km: LinkRange | None = Field(
        default=None, description="out to which the full rate holds; beyond it falls with the square; none: any"
    )
    aperture_m: Aperture | None = Field(default=None, description="of its telescope")
    transmit_w: LightPower | None = Field(default=None, description="light sent")


class Bus(Section):
    """Bus of a node: structure, avionics, power chain and thruster, with its reliability."""

    title: str = ""
    fixed_kg: BusMass = Field(default=0.0, description="avionics, attitude, radio, per node")
    power_chain_kg_per_kw: SpecificMass = Field(default=0.0, description="conversion, harness, coolant loop")
    structure_share: StructureShare = Field(default=0.0, description="of the dry mass")
    overhead_share: Extra = Field(default=0.0, description="power beside computing, of IT power")
    cost_usd_per_kg: Price = Field(default=0.0, description="bus and structure")
    shield_usd_per_kg: Price = 30.0
    shield_m2_per_kw: NonNegative = Field(default=0.0, description="surface around the electronics to be shielded")
    isp_s: SpecificImpulse = Field(default=1500.0, description="of the thruster for drag make-up and disposal")
    avoidance_m_per_s_per_year: DeltaV = 0.0
    infant_mortality_share: ShareBelowOne = Field(default=0.0, description="nodes dead on arrival")
    hazard_share_per_year: ShareBelowOne = Field(default=0.0, description="nodes lost a year")
    disposal_share: Share = Field(default=1.0, description="retired nodes that leave their shell as planned")
    dead_disposal_share: Share = Field(default=0.0, description="failed nodes that still leave their shell")
    operations_share_per_year: ShareBelowOne = Field(default=0.0, description="yearly cost, of hardware price")
    stowed_kg_per_m3: Density = Field(default=150.0, description="of bus, batteries and shielding")
    rated_life_years: DesignLife | None = Field(
        default=None, description="of its figures; none: a longer life costs no more"
    )
    life_exponent: LifeExponent = Field(default=0.0, description="power of the life with which redundancy grows")

    def redundancy(self, life_years: float) -> float:
        """Return the avionics, and the price of all parts but accelerators, over those for the rated life."""
        rated = self.rated_life_years
        return 1.0 if rated is None else float((life_years / rated) ** self.life_exponent)


class Technology(Section):
    """Parts of platforms, by name."""

    arrays: dict[Name, Array] = {}
    radiators: dict[Name, Radiator] = {}
    batteries: dict[Name, Battery] = {}
    accelerators: dict[Name, Accelerator] = {}
    terminals: dict[Name, Terminal] = {}
    buses: dict[Name, Bus] = {}


class Sized(Section):
    """Platform computed by the sizing physics from named parts."""

    array: Name
    radiator: Name
    battery: Name
    accelerator: Name
    bus: Name
    terminal: Name
    terminals: Terminals = 4


class Serviced(Section):
    """Upkeep in orbit: failed accelerators are replaced, for mass that must be flown and money."""

    mass_kg_per_kw_year: SpecificMass
    cost_usd_per_w_year: Price


class Declared(Section):
    """Platform given by its finished figures: one node, ready to fly."""

    mass_t: Mass
    cost_musd: Price
    stowed_m3: Volume = 1.0
    life_years: Life
    array_m2: NonNegative = 0.0
    radiator_m2: NonNegative = 0.0
    array_loss_share_per_year: ShareBelowOne = 0.0
    accelerator_failure_share_per_year: ShareBelowOne = 0.0
    infant_mortality_share: ShareBelowOne = 0.0
    hazard_share_per_year: ShareBelowOne = 0.0
    disposal_share: Share = 1.0
    dead_disposal_share: Share = 0.0
    operations_share_per_year: ShareBelowOne = 0.0
    follows_sun: bool = Field(default=False, description="true: power is multiplied by the sunlit share of the shell")
    eflops_per_gw: ComputePerPower = 0.0
    eflops_growth_share_per_year: YearlyChange = 0.0
    price_change_share_per_year: YearlyChange = 0.0
    shells: list[Name] | None = Field(default=None, description="shells it is made for; none: all in use")
    terminal: Name | None = Field(default=None, description="of its links; none: it has none")
    terminals: Terminals = 0
    fabric: Name | None = Field(default=None, description="of the network; none: a grid over its shell")


class Line(Section):
    """Production line for nodes of one platform."""

    mw_per_year: LinePower = Field(description="IT power made by one line, MW a year")
    cost_musd: Price
    lead_years: Delay = 1.0
    life_years: Life = 15.0
    max_lines: Whole = 200
    lines_per_year: Growth | None = Field(default=None, description="lines that can be ordered, per year")


class Platform(Section):
    """Product: a node of one IT power, with its development and its production lines."""

    title: str = ""
    made_on: Literal["earth", "moon"] = Field(
        default="earth", description="moon: by its industry, launched by mass drivers"
    )
    it_power_kw: NodePower = Field(description="power delivered to accelerators by a new node, kW")
    available_from: Month | None = Field(default=None, description="first month in which it can be built")
    development_musd: Price = 0.0
    development_years: Delay = Field(default=0.0, description="from start of development to first node")
    production_line: Line | None = None
    serviced: Serviced | None = None
    sized: Sized | None = None
    declared: Declared | None = None


class CandidateDesigns(Section):
    """Choices that sizing combines for every sized platform in every shell; the Pareto set is kept."""

    radiator_temperature_k: list[Temperature] = Field(default=[310.0, 330.0, 350.0], min_length=1, max_length=12)
    life_years: list[Life] = Field(default=[5.0, 8.0], min_length=1, max_length=8)
    eclipse: list[Literal["battery", "throttle"]] = Field(default=["battery", "throttle"], min_length=1)
    array_margin_share: list[Extra] = Field(default=[0.0, 0.1], min_length=1, max_length=6)
    terminals: list[Terminals] = Field(
        default=[], max_length=6, description="of a grid, or inside a cluster; empty: what the platform has"
    )
    fabric: list[Name] = Field(default=[], max_length=6, description="of the network; empty: a grid over the shell")
    max_designs: int = Field(default=8, ge=1, le=60, description="designs kept per shell and platform")
