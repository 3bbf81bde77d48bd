"""Mutants of physics, which model and checker share, each with the physics test that catches it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.mutants.planting import Mutate

HERE = "solver.physics."


@dataclass(frozen=True, slots=True)
class PhysicsMutant:
    """Mistake in one function of physics, and the test of ``tests/solver/physics`` that catches it."""

    name: str
    target: str
    mutate: Mutate
    caught_by: str


def _scaled(factor: float) -> Mutate:
    return lambda f: lambda *args, **keys: factor * f(*args, **keys)


MUTANTS = (
    PhysicsMutant(
        "nodes never fail",
        "ageing:alive_share",
        lambda f: lambda age_yr, hazard_per_yr, *args, **keys: f(age_yr, 0.0 * hazard_per_yr, *args, **keys),
        "test_ageing:test_alive_share",
    ),
    PhysicsMutant(
        "losses do not compound",
        "ageing:accelerator_share",
        lambda _: lambda age_yr, yearly_loss_share: 1.0 - yearly_loss_share * age_yr,
        "test_ageing:test_accelerator_share",
    ),
    PhysicsMutant(
        "stock without losses",
        "ageing:steady_stock",
        lambda f: lambda added, life, *_losses: f(added, life),
        "test_ageing:test_stock_of_a_constant_yearly_rate",
    ),
    PhysicsMutant(
        "derelicts never decay",
        "ageing:derelict_share",
        lambda f: lambda age_yr, **keys: f(age_yr, **{**keys, "decay_yr": 1e9}),
        "test_ageing:test_derelicts_of_retirement_and_infancy",
    ),
    PhysicsMutant(
        "derelicts of failures only",
        "ageing:derelict_share",
        lambda f: lambda age_yr, **keys: f(age_yr, **{**keys, "undisposed_retirement_share": 0.0}),
        "test_ageing:test_derelicts_of_retirement_and_infancy",
    ),
    PhysicsMutant(
        "exhaust without gravity",
        "ascent:exhaust_speed_m_per_s",
        lambda _: lambda isp_s: 10.0 * isp_s,
        "test_ascent:test_propellant_of_a_lunar_landing",
    ),
    PhysicsMutant(
        "rocket equation linear",
        "ascent:mass_ratio",
        lambda f: lambda *of: 1.0 + math.log(f(*of)),
        "test_ascent:test_propellant_of_a_lunar_landing",
    ),
    PhysicsMutant("double dose", "dose:dose_rate_rad_yr", _scaled(2.0), "test_dose:test_cited_doses"),
    PhysicsMutant(
        "dose of the least altitude",
        "dose:dose_rate_rad_yr",
        lambda f: lambda _altitude_km, *depth: f(600.0, *depth),
        "test_dose:test_dose_at_1000_over_600_km",
    ),
    PhysicsMutant(
        "light aluminium", "dose:aluminium_areal_density_kg_m2", _scaled(0.9), "test_dose:test_areal_density"
    ),
    PhysicsMutant(
        "index by natural logarithm",
        "kardashev:kardashev_index",
        lambda _: lambda power_w: (math.log(power_w) - 6.0) / 10.0,
        "test_kardashev:test_kardashev_index",
    ),
    PhysicsMutant(
        "driver without its half", "kardashev:mass_driver_power_gw", _scaled(2.0), "test_kardashev:test_sp_413_launcher"
    ),
    PhysicsMutant(
        "learning by natural logarithm",
        "learning:learning_exponent",
        lambda _: lambda learning_rate: -math.log(1.0 - learning_rate),
        "test_learning:test_mass_to_reach_a_launch_price",
    ),
    PhysicsMutant(
        "spending at the last price",
        "learning:cumulative_spend",
        _scaled(0.8),
        "test_learning:test_launch_spend_on_the_way",
    ),
    PhysicsMutant("light in glass", "link:light_time_ms", _scaled(1.5), "test_link:test_light_time"),
    PhysicsMutant("chord is an arc", "link:chord_km", _scaled(1.01), "test_link:test_chords"),
    PhysicsMutant(
        "sight down to the ground",
        "link:longest_sight_km",
        lambda f: lambda altitude_km, *_grazing: f(altitude_km, 0.0),
        "test_link:test_longest_sight_at_550_km",
    ),
    PhysicsMutant(
        "range straight up",
        "link:slant_range_km",
        lambda _: lambda altitude_km, _elevation_deg: altitude_km,
        "test_link:test_slant_range_ends",
    ),
    PhysicsMutant(
        "torus cut once",
        "mesh:torus_bisection_links",
        lambda f: lambda *of: f(*of) // 2,
        "test_mesh:test_bisection_is_the_least_cut_in_halves",
    ),
    PhysicsMutant(
        "band closed to a ring",
        "mesh:band_mean_hops",
        lambda f: lambda planes, slots: f(max(1, planes // 2), slots),
        "test_mesh:test_hops_on_a_band_are_the_mean_of_all_pairs",
    ),
    PhysicsMutant(
        "half of the Earth sees all", "mesh:view_share", _scaled(2.0), "test_mesh:test_a_far_shell_is_seen_half"
    ),
    PhysicsMutant(
        "eclipse of a flat shadow",
        "orbit:eclipse_share",
        _scaled(0.9),
        "test_orbit:test_eclipse_share_with_the_sun_in_the_plane",
    ),
    PhysicsMutant(
        "node drifts too slowly",
        "orbit:node_drift_deg_day",
        _scaled(0.98),
        "test_orbit:test_sun_synchronous_inclination",
    ),
    PhysicsMutant(
        "Sun always in the plane",
        "orbit:beta_deg",
        lambda f: lambda *of: 0.0 * f(*of),
        "test_orbit:test_dawn_dusk_sunlit_share",
    ),
    PhysicsMutant("thin air", "atmosphere:density_kg_m3", _scaled(0.5), "test_orbit:test_drag_makeup"),
    PhysicsMutant(
        "air of the mean Sun",
        "atmosphere:density_kg_m3",
        lambda f: lambda altitude_km, *_activity: f(altitude_km),
        "test_orbit:test_drag_makeup",
    ),
    PhysicsMutant(
        "decay twice as slow", "orbit:natural_decay_years", _scaled(2.0), "test_orbit:test_natural_decay_at_its_points"
    ),
    PhysicsMutant(
        "deorbit in one impulse", "orbit:deorbit_low_thrust_m_per_s", _scaled(0.5), "test_orbit:test_deorbit_delta_v"
    ),
    PhysicsMutant(
        "recharge without losses",
        "power:recharge_factor",
        lambda f: lambda eclipse_share, *_efficiencies: f(eclipse_share, 1.0, 1.0),
        "test_power:test_recharge_conserves_energy",
    ),
    PhysicsMutant("battery emptied", "power:battery_energy_wh", _scaled(0.8), "test_power:test_battery_energy"),
    PhysicsMutant(
        "radiator of one face",
        "thermal:panel_flux_w_m2",
        _scaled(0.5),
        "test_thermal:test_temperature_of_1400_w_per_m2",
    ),
    PhysicsMutant(
        "sink as cold as space",
        "thermal:face_flux_w_m2",
        lambda f: lambda emissivity, temperature_k, _sink_k=0.0: f(emissivity, temperature_k, 0.0),
        "test_thermal:test_flux_against_a_warm_sink",
    ),
    PhysicsMutant(
        "black radiator",
        "thermal:face_flux_w_m2",
        lambda f: lambda _emissivity, *temperatures: f(1.0, *temperatures),
        "test_thermal:test_one_sided_flux",
    ),
)
