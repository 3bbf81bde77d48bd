"""Sizing of a node by the checker: from named parts and one combination of choices to masses, areas and prices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from solver.check import environment
from solver.instance.hardware import Accelerator, Array, Battery, Bus, Radiator, Sized, Terminal
from solver.instance.places import Shell
from solver.instance.schema import Instance
from solver.physics import ascent, dose, power, thermal
from solver.plan import Choices

MINUTES_PER_YEAR = 525_960.0


class NoDesign(Exception):
    """Failure of the sizing: no node of these choices is possible; with the reason, actual and expected value."""

    def __init__(self, reason: str, actual: float, expected: float) -> None:
        super().__init__(reason)
        self.reason, self.actual, self.expected = reason, actual, expected


@dataclass(frozen=True, slots=True)
class NodePart:
    """Mass, area, price and stowed volume of one part of a node."""

    mass_kg: float = 0.0
    cost_musd: float = 0.0
    area_m2: float = 0.0
    stowed_m3: float = 0.0


@dataclass(frozen=True, slots=True)
class Technologies:
    """Technologies that a sized platform names."""

    array: Array
    radiator: Radiator
    battery: Battery
    accelerator: Accelerator
    bus: Bus
    lasers: tuple[Terminal, ...]

    @classmethod
    def of(cls, instance: Instance, sized: Sized, choices: Choices) -> Technologies:
        """Look up the technologies by name."""
        technology = instance.technology
        return cls(
            technology.arrays[sized.array],
            technology.radiators[sized.radiator],
            technology.batteries[sized.battery],
            technology.accelerators[sized.accelerator],
            technology.buses[sized.bus],
            tuple(technology.terminals[name] for name in laser_names(instance, sized, choices)),
        )


def laser_names(instance: Instance, sized: Sized, choices: Choices) -> list[str]:
    """List the terminals of a node by name: inner ones, and for a cluster the outer ones too."""
    count = choices.terminals if choices.terminals is not None else sized.terminals
    fabrics = instance.network.fabrics if instance.network is not None else {}
    fabric = fabrics.get(choices.fabric) if choices.fabric is not None else None
    if fabric is None or fabric.form != "cluster":
        return [sized.terminal] * count
    return [fabric.terminal or sized.terminal] * count + [sized.terminal] * fabric.outer_terminals


def size_parts(
    technologies: Technologies, shell: Shell, choices: Choices, it_power_kw: float, first_m_per_s: float = 0.0
) -> Mapping[str, NodePart]:
    """Size each part of a node, propellant included; return the parts by name.

    ``first_m_per_s``: delta-v of the node before it is in place. NoDesign if the physics allows no such node.
    """
    lasers_w = sum(laser.power_w for laser in technologies.lasers)
    load_kw = it_power_kw * (1.0 + technologies.bus.overhead_share) + lasers_w / 1000
    parts = {
        "array": _array(technologies, shell, choices, load_kw),
        "radiator": _radiator(technologies.radiator, shell, choices, load_kw),
        "battery": _battery(technologies, shell, choices, load_kw),
        "accelerators": NodePart(
            mass_kg=technologies.accelerator.mass_kg_per_kw * it_power_kw,
            cost_musd=technologies.accelerator.cost_usd_per_w * it_power_kw * 1e-3,
            stowed_m3=it_power_kw / technologies.accelerator.stowed_kw_per_m3,
        ),
        "terminals": NodePart(
            mass_kg=sum(laser.mass_kg for laser in technologies.lasers),
            cost_musd=sum(laser.cost_musd for laser in technologies.lasers),
            stowed_m3=sum(laser.mass_kg for laser in technologies.lasers) / technologies.bus.stowed_kg_per_m3,
        ),
        "shielding": _shielding(technologies, shell, choices, it_power_kw),
    }
    parts["bus"] = _bus(technologies.bus, choices, load_kw, sum(part.mass_kg for part in parts.values()))
    dry_kg = sum(part.mass_kg for part in parts.values())
    yearly_m_per_s = environment.drag_m_per_s_per_year(shell) + technologies.bus.avoidance_m_per_s_per_year
    delta_v_m_per_s = first_m_per_s + yearly_m_per_s * choices.life_years + environment.disposal_m_per_s(shell)
    dearer = _redundancy(technologies.bus, choices.life_years)
    for name in parts.keys() - {"accelerators"}:
        parts[name] = replace(parts[name], cost_musd=parts[name].cost_musd * dearer)
    parts["propellant"] = NodePart(mass_kg=ascent.propellant_mass(dry_kg, delta_v_m_per_s, technologies.bus.isp_s))
    return parts


def _array(technologies: Technologies, shell: Shell, choices: Choices, load_kw: float) -> NodePart:
    array, recharge = technologies.array, 1.0
    if choices.eclipse == "battery":
        share = environment.eclipse_share(shell)
        if not share < 1.0:
            raise NoDesign("eclipse longer than the orbit", share, 1.0)
        _require_battery(technologies.battery)
        recharge = power.recharge_factor(share, technologies.battery.efficiency_share)
    # In watts at 1 au, to which the technology data refer; sunlight falls with the square of distance.
    output_w = load_kw * 1000 * recharge * (1.0 + choices.array_margin_share) * shell.sun_distance_au**2
    return NodePart(
        mass_kg=output_w / array.specific_power_w_per_kg,
        cost_musd=output_w * array.cost_usd_per_w / 1e6,
        area_m2=output_w / array.areal_output_w_per_m2,
        stowed_m3=output_w / array.stowed_w_per_m3,
    )


def _radiator(radiator: Radiator, shell: Shell, choices: Choices, heat_kw: float) -> NodePart:
    hot_k, sink_k = choices.radiator_temperature_k, shell.sink_temperature_k
    if not hot_k <= radiator.max_temperature_k:
        raise NoDesign("radiator above its maximum temperature", hot_k, radiator.max_temperature_k)
    emitting = radiator.emissivity_share * radiator.fin_efficiency_share
    if not (hot_k > sink_k and emitting > 0):
        raise NoDesign("radiator that rejects no heat", hot_k, sink_k)
    new_m2 = thermal.radiator_area_m2(
        heat_kw * 1000, radiator.emissivity_share, hot_k, (sink_k,) * radiator.faces, radiator.fin_efficiency_share
    )
    area_m2 = new_m2 * (1.0 + radiator.ageing_area_share_per_year * choices.life_years)
    return NodePart(
        mass_kg=area_m2 * radiator.areal_mass_kg_per_m2,
        cost_musd=area_m2 * radiator.cost_usd_per_m2 / 1e6,
        area_m2=area_m2,
        stowed_m3=area_m2 / radiator.stowed_m2_per_m3,
    )


def _battery(technologies: Technologies, shell: Shell, choices: Choices, load_kw: float) -> NodePart:
    if choices.eclipse != "battery":
        return NodePart()
    battery = technologies.battery
    _require_battery(battery)
    energy_wh = power.battery_energy_wh(
        load_kw * 1000,
        environment.eclipse_minutes(shell),
        _depth_share(battery, shell, choices.life_years),
        battery.efficiency_share,
    )
    mass_kg = energy_wh / battery.specific_energy_wh_per_kg
    return NodePart(
        mass_kg=mass_kg,
        cost_musd=energy_wh / 1000 * battery.cost_usd_per_kwh / 1e6,
        stowed_m3=mass_kg / technologies.bus.stowed_kg_per_m3,
    )


def _depth_share(battery: Battery, shell: Shell, life_years: float) -> float:
    """Return the depth to which a battery may be drawn each time over its life.

    It lasts rated_cycles (rated_depth / depth)^exponent full cycles, and has as many as longest eclipses fill the time
    in shadow.
    """
    longest, shadow = environment.eclipse_minutes(shell), 1.0 - environment.sunlit_share(shell)
    if battery.rated_cycles is None or longest * shadow == 0.0:
        return battery.depth_of_discharge_share
    cycles = shadow * life_years * MINUTES_PER_YEAR / longest
    steps = (math.log(battery.rated_cycles) - math.log(cycles)) / battery.cycle_exponent
    lasting = max(power.LEAST_DEPTH, battery.rated_depth_share * math.exp(steps))
    return min(battery.depth_of_discharge_share, lasting)


def _require_battery(battery: Battery) -> None:
    usable = battery.depth_of_discharge_share * battery.efficiency_share
    if not usable > 0:
        raise NoDesign("battery without usable capacity", usable, 1.0)


def _shielding(technologies: Technologies, shell: Shell, choices: Choices, it_power_kw: float) -> NodePart:
    thickness_mm = shield_mm(shell, technologies.accelerator.dose_limit_rad, choices.life_years)
    area_m2 = technologies.bus.shield_m2_per_kw * it_power_kw
    mass_kg = dose.aluminium_areal_density_kg_m2(thickness_mm) * area_m2
    return NodePart(
        mass_kg=mass_kg,
        cost_musd=mass_kg * technologies.bus.shield_usd_per_kg / 1e6,
        stowed_m3=mass_kg / technologies.bus.stowed_kg_per_m3,
    )


def shield_mm(shell: Shell, limit_rad: float, life_years: float) -> float:
    """Compute the thinnest aluminium that keeps the dose over a life below its limit, mm, by bisection."""
    thin, thick = dose.THINNEST_MM, dose.THICKEST_MM
    at_worst = environment.dose_rad_per_year(shell, thick) * life_years
    if at_worst > limit_rad:
        raise NoDesign("dose too high for any shield", at_worst, limit_rad)
    if environment.dose_rad_per_year(shell, thin) * life_years <= limit_rad:
        return thin
    while thick - thin > 1e-10:
        middle = (thin + thick) / 2
        if environment.dose_rad_per_year(shell, middle) * life_years <= limit_rad:
            thick = middle
        else:
            thin = middle
    return thick


def _redundancy(bus: Bus, life_years: float) -> float:
    """Return how many times the avionics of the rated life a life takes."""
    if bus.rated_life_years is None:
        return 1.0
    return math.exp(bus.life_exponent * (math.log(life_years) - math.log(bus.rated_life_years)))


def _bus(bus: Bus, choices: Choices, load_kw: float, carried_kg: float) -> NodePart:
    own_kg = bus.fixed_kg * _redundancy(bus, choices.life_years) + bus.power_chain_kg_per_kw * load_kw
    # The structure is a share of the dry mass that includes itself.
    structure_kg = (carried_kg + own_kg) * bus.structure_share / (1.0 - bus.structure_share)
    mass_kg = own_kg + structure_kg
    return NodePart(mass_kg, mass_kg * bus.cost_usd_per_kg / 1e6, stowed_m3=mass_kg / bus.stowed_kg_per_m3)
