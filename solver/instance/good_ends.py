"""Good ends of ranges, by key: the value that makes a plan cheaper or larger, for the cases that take all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

End = Literal["low", "high"]

BY_NAME = frozenset({"feed", "payload_t", "tankers"})
"""Sections of numbers by name: the key is that of the section."""

GOOD_HIGH = frozenset({
    "area_km2", "areal_output_w_per_m2", "availability_share", "available_until", "ceiling_per_year",
    "dead_disposal_share",
    "depth_of_discharge_share", "disposal_share", "dose_limit_rad", "efficiency_share",
    "eflops_growth_share_per_year", "eflops_per_gw", "emissivity_share", "facility_life_years",
    "fin_efficiency_share", "growth_share_per_year", "illumination_share", "initial", "isp_s", "it_life_years",
    "landed_t", "latency_ms", "licence_flights_per_year", "life_years", "light_share", "local_share", "max_drivers",
    "max_lines", "max_pads", "max_stations", "max_t", "max_temperature_k", "mw_per_year", "pad_life_years", "pads",
    "payload_t", "power_kw_per_t", "practised_per_year", "productivity_t_per_t_year", "range_km", "rate_gbps",
    "rate_share", "rated_cycles", "rated_depth_share", "rated_life_years", "relay_share", "reserve_kt",
    "reuse_flights", "slot_area_m2", "slots", "specific_energy_wh_per_kg", "specific_power_w_per_kg", "start_per_year",
    "stowed_kg_per_m3", "stowed_kw_per_m3", "stowed_m2_per_m3", "stowed_w_per_m3", "sunlit_share", "tank_t", "tanker_t",
    "tankers",
    "throughput_kt_per_year", "transmit_w", "usd_per_pflop_hour", "usd_per_w_year", "volume_m3",
})  # fmt: skip

GOOD_LOW = frozenset({
    "accelerator_failure_share_per_year", "it_failure_share_per_year", "it_price_change_share_per_year",
    "power_price_change_share_per_year", "ageing_area_share_per_year", "area_m2_per_kw", "areal_mass_kg_per_m2",
    "array_loss_share_per_year", "available_from", "avoidance_m_per_s_per_year", "away_days", "bisection_gbps_per_mw",
    "boil_off_share_per_year", "build_musd", "build_years", "cost_musd", "cost_usd_per_kg", "cost_usd_per_kwh",
    "cost_usd_per_m2", "cost_usd_per_w", "cost_usd_per_w_year", "decay_share_per_year", "delta_v_m_per_s",
    "development_musd", "development_years", "disposal_m_per_s", "dose_rad_per_year", "doubling_years", "dry_t",
    "elevation_deg", "energy_kwh_per_kg", "facility_usd_per_w", "failure_share_per_year", "feed", "fixed_kg",
    "flight_musd", "floor_share", "grounded_days", "hazard_share_per_year", "hops", "import_usd_per_kg",
    "infant_mortality_share", "initial_experience_musd", "it_usd_per_w", "lag_years", "lander_musd", "lead_years",
    "life_exponent", "loss_share", "loss_share_per_year", "mass_kg", "mass_kg_per_kw", "mass_kg_per_kw_year",
    "mass_t", "min_t", "node_operations_usd_per_w_year", "operations_musd_per_year", "operations_share_per_year",
    "overhead_share", "pad_days", "pad_lead_years", "pad_musd", "power_chain_kg_per_kw", "power_usd_per_kwh",
    "power_w", "price_change_share_per_year", "pue", "return_delta_v_m_per_s", "shield_m2_per_kw",
    "shield_usd_per_kg", "sink_temperature_k", "spacing_km", "stowed_m3", "structure_share",
    "traffic_gbps_per_eflops", "traffic_gbps_per_mw", "transfer_loss_share", "transfer_years", "turnaround_days",
    "usd_per_kg", "water_l_per_kwh", "water_usd_per_m3",
})  # fmt: skip

BY_SECTION: dict[tuple[str, str], End | None] = {
    ("supply", "from"): "low",
    ("ground", "from"): "low",
    ("market", "from"): "low",  # nothing is paid before
    ("network", "utilisation_share"): "high",  # of links, which traffic may fill
    ("ground", "utilisation_share"): "low",  # mean draw of servers, which is paid
}
"""Keys that mean different things in two sections."""


def good_end(path: Sequence[str | int]) -> End | None:
    """Return the end of the range that is good at a path; None where neither is, so that every case takes central."""
    key = str(path[-2] if len(path) > 1 and path[-2] in BY_NAME else path[-1])
    if (path[0], key) in BY_SECTION:
        return BY_SECTION[str(path[0]), key]
    return "high" if key in GOOD_HIGH else "low" if key in GOOD_LOW else None
