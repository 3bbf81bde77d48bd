"""Recipes of the tiers: their components, and the size of the model.

A larger tier has more and shorter periods, more shells, vehicles and platforms, and more candidate designs. Numbers of
the catalogue are unchanged; lumpiness comes from the size of the target alone. A target that needs one launch a period
is hard, because every flight, pad, production line and development is a large share of the total.

With the Moon the relaxed limits of the terawatt in the 2040s hold, with ceilings at the high end of the catalogue, and
the target ends at some tens of gigawatts: there the Moon just pays, and its first mass driver is a fraction of one in
the LP relaxation. Half that target is served without the Moon, so those tiers have one lumpiness: some four hundred
launches a period, tankers among them, and one or two mass drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.errors import UsageError

Between = tuple[int, int]
"""Smallest and largest value of an integer."""
BATTERY = (
    "technology:  # one depth for all orbits and lives, so that the tier stays as it is while the catalogue changes",
    "  batteries: {li_ion: {depth_of_discharge_share: 0.6, rated_cycles: null}}",
)
"""Lines of the battery, with one depth of discharge for all orbits and lives, so that best known plans stay valid."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Recipe of a tier: the sets that a seed draws from, and the resulting size of the model.

    ``periods`` are groups of count and length. ``gw_per_launch`` is the IT power at the last milestone for one launch a
    period in the second half of the horizon, calibrated on LP relaxations. ``shells`` is the number of near shells that
    are drawn. Of each group of ``platforms`` one is drawn. ``candidate_designs`` are lists that replace those of the
    catalogue. With ``spacing_km`` the families of low shells are filled at that spacing, and none is drawn.
    """

    name: str
    moon: bool
    learning: bool
    launches: tuple[int, ...]
    periods: tuple[tuple[int, str], ...]
    end_year: int
    near_shells: tuple[str, ...]
    shells: Between
    vehicles: tuple[str, ...]
    platforms: tuple[tuple[str, ...], ...]
    keep: int
    gw_per_launch: float
    integers: Between
    columns: Between
    candidate_designs: tuple[tuple[str, tuple[float, ...]], ...] = ()
    spacing_km: int | None = None

    @property
    def title(self) -> str:
        """Title of the tier for a reader."""
        return self.name.upper() + (" with Moon" if self.moon else "") + (" and learning" if self.learning else "")


LOW_SHELLS = (
    "dawn_dusk_600", "dawn_dusk_650", "dawn_dusk_800", "dawn_dusk_1000", "dawn_dusk_1400",
    "leo_30_550", "leo_30_1000", "leo_53_550",
)  # fmt: skip
HIGH_SHELLS = ("meo_20200", "geo")
"""Shells out of reach of Starship without refuelling: they need a Falcon Heavy in use."""
FAR_SHELLS = ("earth_moon_l5", "swarm_1au")
SHIPS = ("starship_v3", "starship_v4")
WITH_HEAVY = ("falcon_heavy", *SHIPS)
MIDDLE = ("node_120kw", "node_120kw_light")
LARGE = ("node_1mw",)
MOON_PERIODS = ((64, "quarter"), (16, "half_year"))
"""Quarters until the Moon is at work, then half-years, to the end of 2050."""

MANY_DESIGNS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("radiator_temperature_k", (300, 305, 310, 315, 320, 325, 330, 335, 340, 345, 350, 360)),
    ("life_years", (4, 5, 6, 7, 8)),
    ("array_margin_share", (0, 0.05, 0.1, 0.15, 0.2)),
)

RECIPES = (
    Recipe(
        "s", False, False, (1, 10, 100), ((32, "half_year"),), 2042, LOW_SHELLS, (2, 3), SHIPS, (MIDDLE, LARGE), 2,
        gw_per_launch=0.04, integers=(600, 1600), columns=(800, 2400),
    ),
    Recipe(
        "m", False, False, (1, 10, 100), ((72, "quarter"),), 2044, LOW_SHELLS + HIGH_SHELLS, (7, 8), WITH_HEAVY,
        (("node_30kw",), MIDDLE, LARGE), 3,
        gw_per_launch=0.08, integers=(8_000, 16_000), columns=(12_000, 24_000),
    ),
    Recipe(
        "m", True, False, (400,), MOON_PERIODS, 2050, LOW_SHELLS, (7, 8), SHIPS, (("node_30kw",), MIDDLE, LARGE), 12,
        gw_per_launch=0.1, integers=(12_000, 22_000), columns=(22_000, 38_000),
    ),
    Recipe(
        "l", True, True, (400,), MOON_PERIODS, 2050, LOW_SHELLS + HIGH_SHELLS, (9, 9), WITH_HEAVY,
        (("node_30kw",), MIDDLE, LARGE), 12,
        gw_per_launch=0.1, integers=(22_000, 40_000), columns=(36_000, 64_000),
    ),
    Recipe(
        "xl", False, False, (1, 10, 100), ((40, "quarter"), (40, "half_year")), 2056, (), (0, 0),
        ("falcon_9", "falcon_heavy", "new_glenn", *SHIPS),
        (("node_30kw",), ("node_120kw",), ("node_120kw_light",), LARGE, ("node_1mw_serviced",)), 40,
        gw_per_launch=0.04, integers=(600_000, 900_000), columns=(850_000, 1_200_000),
        candidate_designs=MANY_DESIGNS, spacing_km=20,
    ),
)  # fmt: skip


def chosen(name: str, launches: int | None = None, moon: bool | None = None) -> list[tuple[Recipe, int]]:
    """Select the recipes of a tier (or ``all``) and their launches a period; UsageError where none fits."""
    tiers = [r for r in RECIPES if name in (r.name, "all")]
    if not tiers:
        names = ", ".join(dict.fromkeys(r.name.upper() for r in RECIPES))
        raise UsageError(f"tier: found {name!r}, expected one of {names} or all")
    of_moon = [r for r in tiers if moon in (None, r.moon)]
    if not of_moon:
        raise UsageError(f"tier {name.upper()} has no instance {'with' if moon else 'without'} the Moon")
    selected = [(r, n) for r in of_moon for n in r.launches if launches in (None, n)]
    if not selected:
        known = ", ".join(str(n) for n in sorted({n for r in of_moon for n in r.launches}))
        raise UsageError(f"--lumpiness: found {launches}, expected one of {known} for tier {name.upper()}")
    return selected
