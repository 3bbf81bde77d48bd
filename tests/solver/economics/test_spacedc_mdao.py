"""The published example of spacedc-mdao in orbit: its costs as a node of ours, and its metric."""

from __future__ import annotations

import math

import pytest

from solver.economics.cohorts import cohorts
from solver.plan import Decisions
from tests.solver.small import derived, small

SATELLITES, IT_W, PEAK_PFLOPS = 64, 1.008e6, 1139.328
SURVIVORS, SPARES = 0.7762, 0.05


def test_orbit_of_spacedc_mdao_part_by_part() -> None:
    """spacedc-mdao 0.4.2: 1,237 USD per PFLOP-day of text inference in orbit, chips included: ours within 5 %.

    64 satellites of 18 H100: chips 28.8, arrays 102.0, batteries 0.8, radiators 7.2, buses 128, terminals 32 and the
    ground 20 MUSD, 237.8 for 158.5 t at 1,500 USD/kg; each year 5 for operations and 3.2 for failed chips. Of the peak
    0.55 is sustained, 0.75 gets through the weather, 0.99 is not resetting, 0.85 is used. Ours is 1,173, 5 % below, as
    it delivers at the end of each year, and we all through it: what is bought at the begin serves 4 % more. Put to the
    end of years ours is 1.3 % below: survivors of the first years count more, and are more than in the mean of five.
    """
    price = (28.8 + 102.044 + 0.834 + 7.172 + 128.0 + 32.0 + 20.0) / SATELLITES
    node = {
        "mass_t": 1.0, "cost_musd": price, "life_years": 5.0, "follows_sun": False,
        "accelerator_failure_share_per_year": 1 - math.exp(-0.05 - 0.056),
        "operations_share_per_year": (5.0 + 3.2227) / SATELLITES / price,
    }  # fmt: skip
    instance = small({
        "horizon.discount_share_per_year": 0.08, "platforms.cube.declared": node, "shells.near.sunlit_share": 1.0,
        "platforms.cube.it_power_kw": IT_W / 1000 / SATELLITES, "vehicles.van.loss_share": 0.0,
        "vehicles.van.flight_musd": 237.775, "vehicles.van.payload_t.near": float(SATELLITES), "money.salvage": "none",
    })  # fmt: skip
    plan = Decisions(loaded={("van", "cube", "near", 0): SATELLITES}, flights={("van", "near", 0): 1})
    (found,) = cohorts(instance, derived(instance).designs, plan)
    at_ends = 0.08 / math.log(1.08)
    pflop_days = found.service_gw_years * 1e9 / IT_W * PEAK_PFLOPS * 365.25
    delivered = 0.55 * 0.75 * 0.99 * 0.85 * (SURVIVORS + SPARES) / SURVIVORS
    bought = found.purchase_musd + found.launch_musd
    ours, theirs = ((bought * factor + found.running_musd) * 1e6 / pflop_days / delivered for factor in (1.0, at_ends))
    assert ours == pytest.approx(1173, rel=0.001)
    assert theirs == pytest.approx(1237, rel=0.02)
