"""Unlimited instance: purchases that grow without end at no cost, with the keys that could limit them.

The matrix of such an instance has a ray: a direction in which every row and bound holds however far one goes, and the
objective improves. The ray with the least sum of activities names the purchases that nothing limits.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.names import Names

SECONDS = 20.0
SHOWN = 6
TINY = 1e-9
KEYS: dict[Var, tuple[str, ...]] = {
    Var.LAUNCH_FLIGHTS: (
        "vehicles.{0}.flight_musd", "vehicles.{0}.pad_days", "vehicles.{0}.flights_per_year",
    ),
    Var.LAUNCH_PADS_ORDERED: ("sites.{0}.pad_musd", "sites.{0}.max_pads"),
    Var.FLEET_ORDERED: ("vehicles.{0}.fleet.build_musd", "vehicles.{0}.fleet.production_per_year"),
    Var.LINES_ORDERED: (
        "platforms.{0}.production_line.cost_musd", "platforms.{0}.production_line.max_lines",
    ),
    Var.NODES_LOADED: (
        "platforms.{platform}.declared.cost_musd", "platforms.{platform}.production_line.max_lines",
        "shells.{2}.slots",
    ),
    Var.NODES_MASS_DRIVER_LAUNCHED: ("shells.{1}.slots",),
    Var.LUNAR_INVESTED: ("moon.max_plant_kt",),
    Var.MASS_DRIVERS_ORDERED: ("moon.mass_driver.cost_musd", "moon.mass_driver.max_drivers"),
    Var.NETWORK_ORDERED: ("network.gateways.{0}.cost_musd", "network.gateways.{0}.max_stations"),
    Var.GROUND_BUILT: ("ground.{0}.queue_gw",),
}  # fmt: skip
"""Keys that price or limit the purchases of a variable, by the names of its index."""


def unlimited_keys(
    instance: Instance, derived: Derived, matrix: Matrix, stop: threading.Event | None = None
) -> list[str]:
    """Return the keys of the file of which each could limit or price what grows without end; the first few."""
    platforms = {design.name: design.platform for design in derived.designs}
    keys: dict[str, None] = {}
    for component, index in _growing(matrix, stop):
        names = [str(name) for name in index]
        platform = next((platforms[name] for name in names if name in platforms), "")
        for template in KEYS.get(component, ()):
            if platform and "declared" in template and instance.platforms[platform].declared is None:
                continue
            keys.setdefault(template.format(*names, platform=platform))
    return list(keys)[:SHOWN]


def _growing(matrix: Matrix, stop: threading.Event | None) -> list[tuple[Var, tuple[object, ...]]]:
    """Return the variables of the ray with the least sum of activities, and their indices."""
    cone = matrix.relaxed().with_(
        row_lower=np.where(np.isfinite(matrix.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(matrix.row_upper), 0.0, np.inf),
        lower=np.where(np.isfinite(matrix.lower), 0.0, -1e6),
        upper=np.where(np.isfinite(matrix.upper), 0.0, np.inf),
    )
    better = Names.of_pairs([("better", ())])
    gain = sp.csr_matrix(-matrix.cost.reshape(1, -1))
    ray = replace(cone, cost=np.ones(matrix.columns), cost_offset=0.0).with_rows(
        gain, np.ones(1), np.full(1, np.inf), better
    )
    found = solve(ray, Limits(seconds=SECONDS), stop=stop)
    if found.x is None:
        return []
    names = matrix.column_names
    return [(Var(names.component(j)), names.indices[j]) for j in np.flatnonzero(found.x > TINY).tolist()]
