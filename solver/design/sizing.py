"""Sizing of node designs per shell, from parts or as declared.

A sized node is computed in one pass: load, array and battery, radiator, shielding, bus with structure, propellant.
All power becomes heat. The life of a node affects radiator ageing, shielding and propellant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from solver.design.environment import Environment, environment
from solver.instance.hardware import (
    Accelerator,
    Array,
    Battery,
    Bus,
    Declared,
    Platform,
    Radiator,
    Sized,
    Terminal,
)
from solver.instance.schema import Instance
from solver.physics.ascent import exhaust_speed_m_per_s, propellant_mass
from solver.physics.dose import aluminium_areal_density_kg_m2
from solver.physics.power import battery_energy_wh, full_eclipses, recharge_factor
from solver.physics.thermal import panel_flux_w_m2
from solver.plan import Choices, Design

MAX_EXHAUST_SPEEDS = 100.0
"""Largest delta-v over exhaust speed of a node; above it the propellant mass would overflow."""


@dataclass(frozen=True, slots=True)
class _Parts:
    array: Array
    radiator: Radiator
    battery: Battery
    accelerator: Accelerator
    bus: Bus
    terminals: tuple[tuple[Terminal, int], ...]
    it_kw: float
    redundancy: float

    @property
    def load_kw(self) -> float:
        links_kw = sum(count * terminal.power_w for terminal, count in self.terminals) / 1000
        return self.it_kw * (1 + self.bus.overhead_share) + links_kw


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Delivery of a node to its shell: from the Earth at its price, or from the Moon.

    The lunar industry and its imports pay for nodes made on the Moon; only the operations of living nodes remain.
    """

    from_moon: bool
    delta_v_m_per_s: float
    operations_usd_per_w_year: float

    @classmethod
    def of(cls, instance: Instance, platform: Platform, shell_name: str) -> _Delivery | None:
        """Return the delivery of a platform to a shell; None if no mass driver reaches it."""
        if platform.made_on == "earth":
            return cls(False, 0.0, 0.0)
        delivery = instance.shells[shell_name].from_moon
        if delivery is None or instance.moon is None:
            return None
        return cls(True, delivery.delta_v_m_per_s, instance.moon.node_operations_usd_per_w_year)

    def priced(self, design: Design) -> Design:
        """Return the design with the costs that the planner pays."""
        if not self.from_moon:
            return design
        return replace(
            design,
            cost_musd=dict.fromkeys(design.cost_musd, 0.0),
            operations_share_per_year=0.0,
            upkeep_musd_per_year=self.operations_usd_per_w_year * design.power_kw * 1e-3,
        )


@dataclass(frozen=True, slots=True)
class _Needs:
    """Capacities of the parts, before mass, cost and volume."""

    array_kw: float
    radiator_m2: float
    battery_kwh: float
    shielding_mm: float


def design(instance: Instance, platform_name: str, shell_name: str, choices: Choices | None) -> Design | None:
    """Size the design of a platform in a shell; None if no such node is possible.
    ``choices`` belong to sized platforms and are None for declared ones (ValueError otherwise). The result is None
    for a radiator above its maximum temperature or no hotter than its sink, more than 100 mm of shielding, an orbit
    without sunlight to recharge in, a delta-v out of reach, or a declared platform not made for the shell.
    """
    return design_in(instance, platform_name, shell_name, choices, environment(instance.shells[shell_name]))


def design_name(platform_name: str, choices: Choices | None) -> str:
    """Return the name of a design, such as ``node_1mw-330k-5y-battery-m10``; for a declared one the platform's name."""
    if choices is None:
        return platform_name
    links = "" if choices.terminals is None else f"-t{choices.terminals}"
    links += "" if choices.fabric is None else f"-{choices.fabric}"
    return (
        f"{platform_name}-{choices.radiator_temperature_k:.10g}k-{choices.life_years:.10g}y"
        f"-{choices.eclipse}-m{100 * choices.array_margin_share:.10g}{links}"
    )


def design_in(
    instance: Instance, platform_name: str, shell_name: str, choices: Choices | None, shell_environment: Environment
) -> Design | None:
    """Size a design as ``design`` does, with the environment of its shell."""
    platform = instance.platforms[platform_name]
    delivery = _Delivery.of(instance, platform, shell_name)
    if delivery is None:
        return None
    if platform.declared is not None:
        if choices is not None:
            raise ValueError(f"choices: found {choices} for the declared platform {platform_name}, expected none")
        if platform.declared.shells is not None and shell_name not in platform.declared.shells:
            return None
        return delivery.priced(_declared(platform_name, shell_name, platform, platform.declared, shell_environment))
    if platform.sized is None or choices is None:
        raise ValueError(
            f"choices: found none for the sized platform {platform_name}, expected choices of candidate_designs"
        )
    parts = _parts(instance, platform.sized, platform.it_power_kw, choices)
    needs = _needs(parts, shell_environment, choices)
    mass_kg = (
        _mass_kg(parts, needs, shell_environment, choices, delivery.delta_v_m_per_s) if needs is not None else None
    )
    if needs is None or mass_kg is None:
        return None
    return delivery.priced(
        _sized(platform_name, shell_name, platform, parts, needs, mass_kg, shell_environment, choices)
    )


def _parts(instance: Instance, sized: Sized, it_kw: float, choices: Choices) -> _Parts:
    technology = instance.technology
    return _Parts(
        array=technology.arrays[sized.array],
        radiator=technology.radiators[sized.radiator],
        battery=technology.batteries[sized.battery],
        accelerator=technology.accelerators[sized.accelerator],
        bus=technology.buses[sized.bus],
        terminals=_terminals(instance, sized, choices),
        it_kw=it_kw,
        redundancy=technology.buses[sized.bus].redundancy(choices.life_years),
    )


def _terminals(instance: Instance, sized: Sized, choices: Choices) -> tuple[tuple[Terminal, int], ...]:
    """Return the kinds of terminals and their numbers: in a cluster inner ones, and a few outer ones."""
    terminals, network = instance.technology.terminals, instance.network
    count = sized.terminals if choices.terminals is None else choices.terminals
    fabric = network.fabrics[choices.fabric] if network is not None and choices.fabric is not None else None
    if fabric is None or fabric.form == "grid":
        return ((terminals[sized.terminal], count),)
    return (terminals[fabric.terminal or sized.terminal], count), (terminals[sized.terminal], fabric.outer_terminals)


def _needs(parts: _Parts, shell_environment: Environment, choices: Choices) -> _Needs | None:
    radiator, battery, load_kw = parts.radiator, parts.battery, parts.load_kw
    temperature_k, sink_k = choices.radiator_temperature_k, shell_environment.sink_temperature_k
    usable = radiator.emissivity_share > 0 and radiator.fin_efficiency_share > 0
    if not usable or not sink_k < temperature_k <= radiator.max_temperature_k:
        return None
    shielding_mm = shell_environment.shielding_mm(parts.accelerator.dose_limit_rad, choices.life_years)
    if math.isinf(shielding_mm):
        return None
    array_kw, battery_kwh = load_kw, 0.0
    if choices.eclipse == "battery":
        eclipse_share = shell_environment.eclipse_share_worst_orbit
        if eclipse_share >= 1 or not (battery.depth_of_discharge_share > 0 and battery.efficiency_share > 0):
            return None
        cycles = full_eclipses(shell_environment.sunlit_share, shell_environment.eclipse_minutes, choices.life_years)
        array_kw *= recharge_factor(eclipse_share, battery.efficiency_share)
        battery_kwh = battery_energy_wh(
            load_kw, shell_environment.eclipse_minutes, battery.depth_share(cycles), battery.efficiency_share
        )
    flux_w_m2 = panel_flux_w_m2(
        radiator.emissivity_share, temperature_k, [sink_k] * radiator.faces, radiator.fin_efficiency_share
    )
    ageing = 1 + radiator.ageing_area_share_per_year * choices.life_years
    return _Needs(
        array_kw=array_kw * (1 + choices.array_margin_share),
        radiator_m2=load_kw * 1000 / flux_w_m2 * ageing,
        battery_kwh=battery_kwh,
        shielding_mm=shielding_mm,
    )


def _mass_kg(
    parts: _Parts, needs: _Needs, shell_environment: Environment, choices: Choices, delivery_m_per_s: float
) -> dict[str, float] | None:
    bus = parts.bus
    mass_kg = {
        "array": needs.array_kw * 1000 * shell_environment.sun_distance_au**2 / parts.array.specific_power_w_per_kg,
        "radiator": needs.radiator_m2 * parts.radiator.areal_mass_kg_per_m2,
        "battery": needs.battery_kwh * 1000 / parts.battery.specific_energy_wh_per_kg,
        "accelerators": parts.it_kw * parts.accelerator.mass_kg_per_kw,
        "terminals": sum(count * terminal.mass_kg for terminal, count in parts.terminals),
        "shielding": aluminium_areal_density_kg_m2(needs.shielding_mm) * bus.shield_m2_per_kw * parts.it_kw,
        "bus": bus.fixed_kg * parts.redundancy + bus.power_chain_kg_per_kw * parts.load_kw,
    }
    # The share refers to the dry mass including the structure.
    mass_kg["bus"] += bus.structure_share / (1 - bus.structure_share) * sum(mass_kg.values())
    yearly_m_per_s = shell_environment.drag_m_per_s_per_year + bus.avoidance_m_per_s_per_year
    delta_v_m_per_s = delivery_m_per_s + yearly_m_per_s * choices.life_years + shell_environment.disposal_m_per_s
    if delta_v_m_per_s > MAX_EXHAUST_SPEEDS * exhaust_speed_m_per_s(bus.isp_s):
        return None
    mass_kg["propellant"] = propellant_mass(sum(mass_kg.values()), delta_v_m_per_s, bus.isp_s)
    return mass_kg


def _cost_musd(
    parts: _Parts, needs: _Needs, mass_kg: dict[str, float], shell_environment: Environment
) -> dict[str, float]:
    usd = {
        "array": needs.array_kw * 1000 * shell_environment.sun_distance_au**2 * parts.array.cost_usd_per_w,
        "radiator": needs.radiator_m2 * parts.radiator.cost_usd_per_m2,
        "battery": needs.battery_kwh * parts.battery.cost_usd_per_kwh,
        "accelerators": parts.it_kw * 1000 * parts.accelerator.cost_usd_per_w,
        "terminals": sum(count * terminal.cost_musd * 1e6 for terminal, count in parts.terminals),
        "shielding": mass_kg["shielding"] * parts.bus.shield_usd_per_kg,
        "bus": mass_kg["bus"] * parts.bus.cost_usd_per_kg,
    }
    return {part: value / 1e6 * (1.0 if part == "accelerators" else parts.redundancy) for part, value in usd.items()}


def _stowed_m3(parts: _Parts, needs: _Needs, mass_kg: dict[str, float], shell_environment: Environment) -> float:
    packed_kg = sum(mass_kg[part] for part in ("bus", "battery", "shielding", "terminals"))
    return (
        needs.array_kw * 1000 * shell_environment.sun_distance_au**2 / parts.array.stowed_w_per_m3
        + needs.radiator_m2 / parts.radiator.stowed_m2_per_m3
        + parts.it_kw / parts.accelerator.stowed_kw_per_m3
        + packed_kg / parts.bus.stowed_kg_per_m3
    )


def _sized(
    name: str,
    shell_name: str,
    platform: Platform,
    parts: _Parts,
    needs: _Needs,
    mass_kg: dict[str, float],
    shell_environment: Environment,
    choices: Choices,
) -> Design:
    array_m2 = needs.array_kw * 1000 * shell_environment.sun_distance_au**2 / parts.array.areal_output_w_per_m2
    upkeep_t, upkeep_musd = _upkeep(platform)
    return Design(
        name=design_name(name, choices),
        platform=name,
        shell=shell_name,
        choices=choices,
        power_kw=parts.it_kw,
        mass_kg=mass_kg,
        area_m2={"array": array_m2, "radiator": needs.radiator_m2},
        cost_musd=_cost_musd(parts, needs, mass_kg, shell_environment),
        stowed_m3=_stowed_m3(parts, needs, mass_kg, shell_environment),
        life_years=choices.life_years,
        array_share=1 + choices.array_margin_share,
        array_loss_share_per_year=parts.array.loss_share_per_year,
        accelerator_failure_share_per_year=0.0 if platform.serviced else parts.accelerator.failure_share_per_year,
        sunlit_share=1.0 if choices.eclipse == "battery" else shell_environment.sunlit_share,
        infant_mortality_share=parts.bus.infant_mortality_share,
        hazard_share_per_year=parts.bus.hazard_share_per_year,
        disposal_share=parts.bus.disposal_share,
        dead_disposal_share=parts.bus.dead_disposal_share,
        decay_years=shell_environment.decay_years,
        operations_share_per_year=parts.bus.operations_share_per_year,
        upkeep_t_per_year=upkeep_t,
        upkeep_musd_per_year=upkeep_musd,
        eflops=parts.accelerator.eflops_per_gw * parts.it_kw * 1e-6,
        eflops_growth_share_per_year=parts.accelerator.eflops_growth_share_per_year,
        accelerator_price_change_share_per_year=parts.accelerator.price_change_share_per_year,
    )


def _declared(
    name: str, shell_name: str, platform: Platform, declared: Declared, shell_environment: Environment
) -> Design:
    upkeep_t, upkeep_musd = _upkeep(platform)
    return Design(
        name=design_name(name, None),
        platform=name,
        shell=shell_name,
        choices=None,
        power_kw=platform.it_power_kw,
        mass_kg={"node": declared.mass_t * 1000},
        area_m2={"array": declared.array_m2, "radiator": declared.radiator_m2},
        cost_musd={"node": declared.cost_musd},
        stowed_m3=declared.stowed_m3,
        life_years=declared.life_years,
        array_share=1.0,
        array_loss_share_per_year=declared.array_loss_share_per_year,
        accelerator_failure_share_per_year=0.0 if platform.serviced else declared.accelerator_failure_share_per_year,
        sunlit_share=shell_environment.sunlit_share if declared.follows_sun else 1.0,
        infant_mortality_share=declared.infant_mortality_share,
        hazard_share_per_year=declared.hazard_share_per_year,
        disposal_share=declared.disposal_share,
        dead_disposal_share=declared.dead_disposal_share,
        decay_years=shell_environment.decay_years,
        operations_share_per_year=declared.operations_share_per_year,
        upkeep_t_per_year=upkeep_t,
        upkeep_musd_per_year=upkeep_musd,
        eflops=declared.eflops_per_gw * platform.it_power_kw * 1e-6,
        eflops_growth_share_per_year=declared.eflops_growth_share_per_year,
        accelerator_price_change_share_per_year=declared.price_change_share_per_year,
    )


def _upkeep(platform: Platform) -> tuple[float, float]:
    """Return the mass (t) and cost (MUSD) a year that keep a node in repair."""
    if platform.serviced is None:
        return 0.0, 0.0
    return (
        platform.serviced.mass_kg_per_kw_year * platform.it_power_kw / 1000,
        platform.serviced.cost_usd_per_w_year * platform.it_power_kw * 1000 / 1e6,
    )
