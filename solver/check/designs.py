"""Node designs: each design of a plan is rebuilt from the instance and its choices, and compared.

Constraints   plan.unknown (design that the instance does not allow), design.mass, design.area, design.cost,
              design.power, design.life, design.stowed, design.ageing
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from solver.check import environment
from solver.check.context import compounded, moon_of
from solver.check.parts import NoDesign, Technologies, size_parts
from solver.check.replay import generation_growth
from solver.check.verdict import Violation, as_number
from solver.instance.hardware import Declared, Platform, Sized
from solver.instance.moon import Moon
from solver.instance.places import Shell
from solver.instance.schema import Instance
from solver.plan import Design, Plan

PARTS = {"design.mass": ("mass_kg", "kg"), "design.area": ("area_m2", "m2"), "design.cost": ("cost_musd", "MUSD")}

FIGURES = {
    "power_kw": ("design.power", "kW"),
    "eflops": ("design.power", "EFLOP/s"),
    "life_years": ("design.life", "years"),
    "stowed_m3": ("design.stowed", "m3"),
    "array_share": ("design.ageing", ""),
    "array_loss_share_per_year": ("design.ageing", ""),
    "accelerator_failure_share_per_year": ("design.ageing", ""),
    "sunlit_share": ("design.ageing", ""),
    "infant_mortality_share": ("design.ageing", ""),
    "hazard_share_per_year": ("design.ageing", ""),
    "disposal_share": ("design.ageing", ""),
    "dead_disposal_share": ("design.ageing", ""),
    "decay_years": ("design.ageing", "years"),
    "operations_share_per_year": ("design.ageing", ""),
    "upkeep_t_per_year": ("design.ageing", "t a year"),
    "upkeep_musd_per_year": ("design.ageing", "MUSD a year"),
    "eflops_growth_share_per_year": ("design.ageing", ""),
    "accelerator_price_change_share_per_year": ("design.ageing", ""),
}


def rebuild_designs(instance: Instance, plan: Plan) -> tuple[dict[tuple[str, str], Design], list[Violation]]:
    """Rebuild the designs of a plan; return them by name and shell, with a violation for each that is not allowed."""
    rebuilt: dict[tuple[str, str], Design] = {}
    unknown: list[Violation] = []
    for claimed in plan.designs:
        key = (str(claimed.name), str(claimed.shell))
        reason = "design named twice in one shell" if key in rebuilt else _rejection(instance, claimed)
        if reason is None:
            try:
                rebuilt[key] = _rebuild(instance, claimed)
            except NoDesign as no:
                unknown.append(Violation("plan.unknown", key, no.expected, no.actual, no.reason))
        else:
            unknown.append(Violation("plan.unknown", key, 0.0, 1.0, reason))
    return rebuilt, unknown


def compare_designs(plan: Plan, rebuilt: Mapping[tuple[str, str], Design], tolerance: float) -> Iterator[Violation]:
    """Compare each figure of each design with the rebuilt one; the tolerance is relative to the figure."""
    for claimed in plan.designs:
        key = (claimed.name, claimed.shell)
        true = rebuilt[key]
        for constraint, (breakdown, unit) in PARTS.items():
            actual, expected = getattr(claimed, breakdown), getattr(true, breakdown)
            for part in sorted({*actual, *expected}):
                yield from _same(
                    constraint, (*key, part), actual.get(part, 0.0), expected.get(part, 0.0), unit, tolerance
                )
        for figure, (constraint, unit) in FIGURES.items():
            yield from _same(
                constraint, (*key, figure), getattr(claimed, figure), getattr(true, figure), unit, tolerance
            )


def _same(
    constraint: str, at: tuple[str, ...], actual: object, expected: float, unit: str, tolerance: float
) -> Iterator[Violation]:
    number = as_number(actual)
    if not math.isclose(number, expected, rel_tol=tolerance, abs_tol=1e-12):
        yield Violation(constraint, at, expected, number, unit)


def _rejection(instance: Instance, claimed: Design) -> str | None:
    """Return why the instance does not allow a design, before any physics; None if it may."""
    if not isinstance(claimed.name, str):
        return "design without a text as its name"
    if claimed.platform not in instance.use.platforms:
        return f"platform {claimed.platform} is not in use"
    if claimed.shell not in instance.use.shells:
        return f"shell {claimed.shell} is not in use"
    if instance.platforms[claimed.platform].made_on == "moon":
        if moon_of(instance) is None:
            return f"platform {claimed.platform} is made on the Moon, which is not in use"
        if instance.shells[claimed.shell].from_moon is None:
            return "shell out of reach of mass drivers"
    if claimed.chip_years != 0.0:
        counts = generation_growth(instance, claimed.platform) > 0.0
        if not counts or claimed.chip_years < 0.0 or not claimed.name.endswith(f"-chips{claimed.chip_years:g}y"):
            return f"chips of {claimed.chip_years} years, whose age does not count or is not in the name"
    declared = instance.platforms[claimed.platform].declared
    if declared is not None:
        named = claimed.platform + (f"-chips{claimed.chip_years:g}y" if claimed.chip_years else "")
        if claimed.name != named or claimed.choices is not None:
            return f"platform {claimed.platform} is declared and has no choices"
        made_for = declared.shells
        return "shell the platform is not made for" if made_for is not None and claimed.shell not in made_for else None
    if claimed.choices is None:
        return f"platform {claimed.platform} is sized and needs choices"
    for choice in ("radiator_temperature_k", "life_years", "eclipse", "array_margin_share"):
        if getattr(claimed.choices, choice) not in getattr(instance.candidate_designs, choice):
            return f"{choice} {getattr(claimed.choices, choice)} is not among candidate_designs"
    for choice in ("terminals", "fabric"):
        if getattr(claimed.choices, choice) not in (getattr(instance.candidate_designs, choice) or [None]):
            return f"{choice} {getattr(claimed.choices, choice)} is not among candidate_designs"
    return None


def _rebuild(instance: Instance, claimed: Design) -> Design:
    platform, shell = instance.platforms[claimed.platform], instance.shells[claimed.shell]
    if platform.declared is not None:
        built = _declared(claimed, platform, platform.declared, shell)
    else:
        assert platform.sized is not None
        built = _sized(instance, claimed, platform, platform.sized, shell)
    if claimed.chip_years:
        kept = compounded(generation_growth(instance, claimed.platform), -claimed.chip_years)
        built = replace(built, eflops=built.eflops * kept, chip_years=claimed.chip_years)
    moon = moon_of(instance)
    return _made_on_the_moon(built, moon) if platform.made_on == "moon" and moon is not None else built


def _made_on_the_moon(built: Design, moon: Moon) -> Design:
    """Return the design as made by lunar industry: no purchase price, only a running cost."""
    return replace(
        built,
        cost_musd=dict.fromkeys(built.cost_musd, 0.0),
        operations_share_per_year=0.0,
        upkeep_musd_per_year=moon.node_operations_usd_per_w_year * built.power_kw / 1000,
    )


def _upkeep(platform: Platform) -> tuple[float, float]:
    """Return mass (t) and money (MUSD) a year that replace the failed accelerators of one node."""
    if platform.serviced is None:
        return 0.0, 0.0
    kw = platform.it_power_kw
    return platform.serviced.mass_kg_per_kw_year * kw / 1000, platform.serviced.cost_usd_per_w_year * kw / 1000


def _declared(claimed: Design, platform: Platform, d: Declared, shell: Shell) -> Design:
    upkeep_t, upkeep_musd = _upkeep(platform)
    return Design(
        name=claimed.name,
        platform=claimed.platform,
        shell=claimed.shell,
        choices=None,
        power_kw=platform.it_power_kw,
        mass_kg={"node": d.mass_t * 1000},
        area_m2={"array": d.array_m2, "radiator": d.radiator_m2},
        cost_musd={"node": d.cost_musd},
        stowed_m3=d.stowed_m3,
        life_years=d.life_years,
        array_share=1.0,
        array_loss_share_per_year=d.array_loss_share_per_year,
        accelerator_failure_share_per_year=0.0 if platform.serviced else d.accelerator_failure_share_per_year,
        sunlit_share=environment.sunlit_share(shell) if d.follows_sun else 1.0,
        infant_mortality_share=d.infant_mortality_share,
        hazard_share_per_year=d.hazard_share_per_year,
        disposal_share=d.disposal_share,
        dead_disposal_share=d.dead_disposal_share,
        decay_years=environment.decay_years(shell),
        operations_share_per_year=d.operations_share_per_year,
        upkeep_t_per_year=upkeep_t,
        upkeep_musd_per_year=upkeep_musd,
        eflops=d.eflops_per_gw * platform.it_power_kw * 1e-6,
        eflops_growth_share_per_year=d.eflops_growth_share_per_year,
        accelerator_price_change_share_per_year=d.price_change_share_per_year,
    )


def _sized(instance: Instance, claimed: Design, platform: Platform, sized: Sized, shell: Shell) -> Design:
    assert claimed.choices is not None
    technologies = Technologies.of(instance, sized, claimed.choices)
    # A mass driver leaves the node short of its shell; its own propellant covers the rest.
    route = shell.from_moon if platform.made_on == "moon" else None
    first_m_per_s = route.delta_v_m_per_s if route is not None else 0.0
    parts = size_parts(technologies, shell, claimed.choices, platform.it_power_kw, first_m_per_s)
    upkeep_t, upkeep_musd = _upkeep(platform)
    return Design(
        name=claimed.name,
        platform=claimed.platform,
        shell=claimed.shell,
        choices=claimed.choices,
        power_kw=platform.it_power_kw,
        mass_kg={name: part.mass_kg for name, part in parts.items()},
        area_m2={name: parts[name].area_m2 for name in ("array", "radiator")},
        cost_musd={name: part.cost_musd for name, part in parts.items() if name != "propellant"},
        stowed_m3=sum(part.stowed_m3 for part in parts.values()),
        life_years=claimed.choices.life_years,
        array_share=1.0 + claimed.choices.array_margin_share,
        array_loss_share_per_year=technologies.array.loss_share_per_year,
        accelerator_failure_share_per_year=0.0
        if platform.serviced
        else technologies.accelerator.failure_share_per_year,
        sunlit_share=1.0 if claimed.choices.eclipse == "battery" else environment.sunlit_share(shell),
        infant_mortality_share=technologies.bus.infant_mortality_share,
        hazard_share_per_year=technologies.bus.hazard_share_per_year,
        disposal_share=technologies.bus.disposal_share,
        dead_disposal_share=technologies.bus.dead_disposal_share,
        decay_years=environment.decay_years(shell),
        operations_share_per_year=technologies.bus.operations_share_per_year,
        upkeep_t_per_year=upkeep_t,
        upkeep_musd_per_year=upkeep_musd,
        eflops=technologies.accelerator.eflops_per_gw * platform.it_power_kw * 1e-6,
        eflops_growth_share_per_year=technologies.accelerator.eflops_growth_share_per_year,
        accelerator_price_change_share_per_year=technologies.accelerator.price_change_share_per_year,
    )
