"""A small good instance with everything of the Moon, and edits that each spoil it in one way."""

from __future__ import annotations

from tests.solver.cli.test_malformed import BASE

MOON = """\
moon:
  available_from: 2030-01
  development_musd: 5
  illumination_share: 0.8
  doubling_years: 0.6
  seed: {min_t: 10, max_t: 40, mix: {works: 0.5, yard: 0.2, panels: 0.3}, usd_per_kg: 100, lag_years: 0.5}
  landers:
    stays: {vehicle: lorry, landed_t: 30, dry_t: 20, isp_s: 375, delta_v_m_per_s: 6100, loss_share: 0.01}
  depot: {tankers: {lorry: 100}, boil_off_share_per_year: 0.1}
  commodities:
    metal:
      import_usd_per_kg: 1000
      local_share: 0.5
      unlocks:
        - {name: furnace, local_share: 0.75, available_from: 2031-01, cost_musd: 5}
        - {name: mill, local_share: 1, available_from: 2032-01, cost_musd: 5}
    chips: {import_usd_per_kg: 5000, local_share: 0, accelerators_kg_per_kw: 5}
  activities:
    works:
      does: make
      makes: metal
      productivity_t_per_t_year: 20
      energy_kwh_per_kg: 1
      feed: {chips: 0.01}
      bill: {metal: 0.9, chips: 0.1}
      availability_share: 0.9
      lag_years: 0.5
    yard: {does: assemble, productivity_t_per_t_year: 20, bill: {metal: 1}, lag_years: 0.5}
    panels: {does: power, power_kw_per_t: 20, bill: {metal: 1}, lag_years: 0.5}
    cells: {does: storage, power_kw_per_t: 10, efficiency_share: 0.6, bill: {chips: 1}, lag_years: 0.75}
  bills:
    node: {metal: 0.9, chips: 0.1}
  mass_driver: {throughput_kt_per_year: 1, mass_t: 20, bill: {metal: 0.9, chips: 0.1}, lag_years: 0.5, max_drivers: 3}
"""
SWARM = "  swarm: {orbit: heliocentric, dose_rad_per_year: 5, earth_distance_km: 150000000, from_moon: {}}\n"
MIRROR = """\
  mirror:
    made_on: moon
    it_power_kw: 5000
    declared: {mass_t: 10, cost_musd: 0, life_years: 5}
"""
USE = "  shells: [near]\n  platforms: [cube]\n"
LUNAR = (
    BASE.replace(USE, "  shells: [near, swarm]\n  platforms: [cube, mirror]\n  moon: true\n")
    .replace("regimes:\n", f"{SWARM}regimes:\n")
    .replace("candidate_designs: ", f"{MIRROR}candidate_designs: ")
    .replace("sources:\n", f"{MOON}sources:\n")
)
POWERED = "does: power, power_kw_per_t: 20"
DRIVER = MOON[MOON.index("  mass_driver") :]

# Name of the edit: what is replaced, by what, the line it is reported at, a part of what is reported.
EDITS: dict[str, tuple[str, str, int, str]] = {
    "Moon used and not described": (
        MOON, "",
        18, "use.moon: found true and no section moon, expected one to describe the industry",
    ),
    "Moon-made and Moon not used": (
        "  moon: true\n", "",
        17, 'found "mirror", which is made on the Moon, expected use.moon: true',
    ),
    "Moon used by a word": ("moon: true", "moon: maybe", 18, 'use.moon: found "maybe", expected true or false'),
    "made nowhere": ("made_on: moon", "made_on: mars", 44, 'made_on: found "mars", expected earth or moon'),
    "line of Moon-made nodes": (
        "it_power_kw: 5000", "it_power_kw: 5000\n    production_line: {mw_per_year: 10, cost_musd: 1}",
        46, "platforms.mirror.production_line: found a production line, expected none",
    ),
    "no way from the Moon": (
        ", from_moon: {}", "",
        17, 'found "mirror", which is made on the Moon, expected a shell in use with from_moon',
    ),
    "no way to its shells": (
        "cost_musd: 0, life_years: 5}", "cost_musd: 0, life_years: 5, shells: [near]}",
        17, "expected a shell in use with from_moon among its shells",
    ),
    "nothing to throw with": (
        DRIVER, "",
        17, 'found "mirror", which is made on the Moon, expected moon.mass_driver to launch it',
    ),
    "no bill of a part": (
        "    node: {metal: 0.9, chips: 0.1}", "    array: {metal: 0.9, chips: 0.1}",
        78, "moon.bills.node: missing; expected the commodities in it, because mirror",
    ),
    "bill of no part": (
        "    node: {metal", "    nose: {metal: 1}\n    node: {metal",
        79, 'moon.bills.nose: found "nose", expected the name of a part of a node; did you mean node?',
    ),
    "bill not adding up": (
        "node: {metal: 0.9, chips: 0.1}", "node: {metal: 0.9, chips: 0.2}",
        79, "moon.bills.node: found shares that add up to 1.1, expected 1",
    ),
    "empty bill": (
        "node: {metal: 0.9, chips: 0.1}", "node: {}",
        79, "moon.bills.node: found shares that add up to 0, expected 1",
    ),
    "plant of half a tonne": (
        "productivity_t_per_t_year: 20, bill: {metal: 1}", "productivity_t_per_t_year: 20, bill: {metal: 0.5}",
        75, "yard.bill: found shares that add up to 0.5",
    ),
    "driver not adding up": (
        "mass_t: 20, bill: {metal: 0.9, chips", "mass_t: 20, bill: {metal: 0.8, chips",
        80, "mass_driver.bill: found shares that add up to 0.9, expected 1",
    ),
    "unknown commodity in a bill": (
        "node: {metal: 0.9", "node: {metl: 0.9",
        79, 'found "metl", expected the name of a commodity; did you mean metal?',
    ),
    "unknown commodity in plant": (
        "bill: {chips: 1}", "bill: {chip: 1}",
        77, 'cells.bill.chip: found "chip", expected the name of a commodity; did you mean chips?',
    ),
    "unknown commodity in a driver": (
        "mass_t: 20, bill: {metal", "mass_t: 20, bill: {steel",
        80, 'mass_driver.bill.steel: found "steel", expected the name of a commodity; known',
    ),
    "unknown feed": (
        "feed: {chips", "feed: {chip",
        71, 'works.feed.chip: found "chip", expected the name of a commodity; did you mean chips?',
    ),
    "unknown product": (
        "makes: metal", "makes: mettle",
        68, 'works.makes: found "mettle", expected the name of a commodity; did you mean',
    ),
    "unknown activity in the seed": (
        "panels: 0.3", "panel: 0.3",
        53, 'moon.seed.mix.panel: found "panel", expected the name of a lunar activity; did you mean panels?',
    ),
    "seed not adding up": (
        "panels: 0.3", "panels: 0.2",
        53, "moon.seed.mix: found shares that add up to 0.9, expected 1",
    ),
    "seed least above most": (
        "min_t: 10", "min_t: 50",
        53, "moon.seed.max_t: found 40, expected at least min_t, 50",
    ),
    "no least seed": ("min_t: 10", "min_t: 0", 53, "moon.seed.min_t: found 0, expected a number of t at least 1e-06"),
    "unknown lander's vehicle": (
        "vehicle: lorry", "vehicle: lory",
        55, 'landers.stays.vehicle: found "lory", expected the name of a vehicle; did you mean lorry?',
    ),
    "landing that takes all its mass": (
        "isp_s: 375", "isp_s: 80",
        55, "landers.stays.delta_v_m_per_s: found 6100, expected at most 5419: with an isp of 80 s more leaves less",
    ),
    "no lander": (
        MOON.splitlines()[7] + "\n", "    {}\n",
        54, "moon.landers: found none whose vehicle is in use, expected one to land anything",
    ),
    "no lander in use": (
        "use:\n  vehicles: [lorry]", "use:\n  vehicles: [van]",
        54, "moon.landers: found none whose vehicle is in use, expected one to land anything",
    ),
    "no tanker in use": (
        "{tankers: {lorry: 100}", "{tankers: {van: 100}",
        56, "moon.depot.tankers: found none that is in use, expected one to fill the depot",
    ),
    "unknown tanker": (
        "{tankers: {lorry: 100}", "{tankers: {lorry: 100, lory: 9}",
        56, 'moon.depot.tankers.lory: found "lory", expected the name of a vehicle; did you mean lorry?',
    ),
    "tanker of nothing": (
        "{tankers: {lorry: 100}", "{tankers: {lorry: 0}",
        56, "moon.depot.tankers.lorry: found 0, expected a number from 0.001 to 10000",
    ),
    "all boils off": (
        "boil_off_share_per_year: 0.1", "boil_off_share_per_year: 1",
        56, "boil_off_share_per_year: found 1, expected a share per year at least 0 and less than 1",
    ),
    "negative cargo": (
        "landed_t: 30", "landed_t: -30",
        55, "landers.stays.landed_t: found -30, expected a number of t from 0.001",
    ),
    "massless lander": ("dry_t: 20", "dry_t: 0", 55, "landers.stays.dry_t: found 0, expected a number of t from 0.001"),
    "speed in text": (
        "delta_v_m_per_s: 6100", "delta_v_m_per_s: 6100 m/s",
        55, 'delta_v_m_per_s: found "6100 m/s", expected a number of',
    ),
    "return with nothing": (
        "loss_share: 0.01}\n  depot", "return_delta_v_m_per_s: 0}\n  depot",
        55, "return_delta_v_m_per_s: found 0, expected a number of",
    ),
    "all landers lost": (
        "loss_share: 0.01}\n  depot", "loss_share: 1}\n  depot",
        55, "stays.loss_share: found 1, expected a share at least 0 and less than 1",
    ),
    "lander's key misspelled": ("isp_s: 375", "isp: 375", 55, "landers.stays.isp: no such key; did you mean isp_s?"),
    "closure above one": (
        "local_share: 0.5\n", "local_share: 1.5\n",
        60, "metal.local_share: found 1.5, expected a share from 0 to 1",
    ),
    "closure not a number": (
        "local_share: 0.5\n", "local_share: .nan\n",
        60, "metal.local_share: found .nan, expected a finite number",
    ),
    "unlock of less": (
        "local_share: 0.75", "local_share: 0.4",
        62, "unlocks[0].local_share: found 0.4, expected more than the 0.5 before it",
    ),
    "unlock shares falling": (
        "name: mill, local_share: 1", "name: mill, local_share: 0.7",
        63, "unlocks[1].local_share: found 0.7, expected more than the 0.75 before it",
    ),
    "unlock dates out of order": (
        "available_from: 2032-01, cost", "available_from: 2030-01, cost",
        63, "unlocks[1].available_from: found 2030-01, expected no month before the last unlock's",
    ),
    "unlock twice": (
        "name: mill", "name: furnace",
        63, 'unlocks[1].name: found "furnace" once more, expected every name once',
    ),
    "unlock without a price": (
        ", cost_musd: 5}\n        - {name: mill", "}\n        - {name: mill",
        62, "unlocks[0].cost_musd: missing; expected a number of MUSD at least 0",
    ),
    "unlock month 13": (
        "available_from: 2031-01, cost", "available_from: 2031-13, cost",
        62, 'found "2031-13", expected a month such as 2031-04',
    ),
    "chips without mass": (
        "accelerators_kg_per_kw: 5", "accelerators_kg_per_kw: 0",
        64, "chips.accelerators_kg_per_kw: found 0, expected a number of kg/kW from 0.001 to 100000",
    ),
    "does what": (
        "does: make\n", "does: mine\n",
        67, 'works.does: found "mine", expected make, assemble, power or storage',
    ),
    "makes nothing": ("      makes: metal\n", "", 66, "works.makes: missing; expected it for an activity that does ma"),
    "makes at no rate": (
        "      productivity_t_per_t_year: 20\n", "",
        66, "works.productivity_t_per_t_year: missing; expected it for an activity that does make",
    ),
    "assembles at no rate": (
        "does: assemble, productivity_t_per_t_year: 20", "does: assemble",
        75, "yard.productivity_t_per_t_year: missing; expected it for an activity that does assemble",
    ),
    "assembles a commodity": (
        "does: assemble,", "does: assemble, makes: metal,",
        75, "yard.makes: found metal, expected none for an activity that does assemble",
    ),
    "power of no power": (
        POWERED, "does: power",
        76, "panels.power_kw_per_t: missing; expected it for an activity that does power",
    ),
    "storage of no power": (
        "does: storage, power_kw_per_t: 10", "does: storage",
        77, "cells.power_kw_per_t: missing; expected it for an activity that does storage",
    ),
    "works that give power": (
        "      energy_kwh_per_kg: 1\n", "      power_kw_per_t: 1\n",
        70, "works.power_kw_per_t: found 1.0, expected none for an activity that does make",
    ),
    "power that takes power": (
        POWERED, f"{POWERED}, energy_kwh_per_kg: 2",
        76, "panels.energy_kwh_per_kg: found 2, expected none for an activity that does power",
    ),
    "power that is fed": (
        POWERED, f"{POWERED}, feed: {{chips: 1}}",
        76, "panels.feed: found chips, expected none for an activity that does power",
    ),
    "storage that gives nothing back": (
        "efficiency_share: 0.6", "efficiency_share: 0",
        77, "cells.efficiency_share: found 0, expected a share from 0.01 to 1",
    ),
    "no power for works": (
        POWERED, "does: storage, power_kw_per_t: 20",
        65, "moon.activities: found none that does power, expected one: works draws it",
    ),
    "driver without power": (
        POWERED, "does: storage, power_kw_per_t: 20",
        80, "moon.mass_driver: found a mass driver without power, expected an activity that does power",
    ),
    "availability above one": (
        "availability_share: 0.9", "availability_share: 1.1",
        73, "works.availability_share: found 1.1, expected a share from 0.01 to 1",
    ),
    "negative feed": (
        "feed: {chips: 0.01}", "feed: {chips: -0.01}",
        71, "works.feed.chips: found -0.01, expected a number from 0 to 1e+06",
    ),
    "no lag": (
        "bill: {chips: 1}, lag_years: 0.75", "bill: {chips: 1}, lag_years: 0",
        77, "cells.lag_years: found 0, expected a number of years from 0.01",
    ),
    "infinite lag": (
        "bill: {chips: 1}, lag_years: 0.75", "bill: {chips: 1}, lag_years: .inf",
        77, "cells.lag_years: found .inf, expected a finite number",
    ),
    "doubling below every lag": (
        "doubling_years: 0.6", "doubling_years: 0.4",
        52, "doubling_years: found 0.4, expected at least 0.5, the shortest lag (works)",
    ),
    "doubling below lag and nights": (
        MOON[MOON.index("    cells:") : MOON.index("  bills:")], "",
        52, "found 0.6, expected at least 0.625, the shortest lag (works, 0.5 at work and the nights between)",
    ),
    "no light": (
        "illumination_share: 0.8", "illumination_share: 0",
        51, "moon.illumination_share: found 0, expected a share from 0.01 to 1",
    ),
    "more light than there is": (
        "illumination_share: 0.8", "illumination_share: 80",
        51, "illumination_share: found 80, expected a share from 0.01 to 1",
    ),
    "driver of no efficiency": (
        "throughput_kt_per_year: 1,", "throughput_kt_per_year: 1, efficiency_share: 0,",
        80, "mass_driver.efficiency_share: found 0, expected a share from 0.01 to 1",
    ),
    "driver that throws nothing": (
        "throughput_kt_per_year: 1,", "throughput_kt_per_year: 0,",
        80, "throughput_kt_per_year: found 0, expected a number of kt/year at least 1e-06",
    ),
    "half a driver": (
        "max_drivers: 3", "max_drivers: 0.5",
        80, "max_drivers: found 0.5, expected a whole number at least 0",
    ),
    "deep space without dose": (
        "dose_rad_per_year: 5, ", "",
        33, "swarm.dose_rad_per_year: missing; expected it, because no table reaches an orbit that is heliocentric",
    ),
    "heliocentric without distance": (
        ", earth_distance_km: 150000000", "",
        33, "swarm.earth_distance_km: missing; expected it for a heliocentric place",
    ),
    "deep space inclined": (
        "dose_rad_per_year: 5,", "dose_rad_per_year: 5, inclination_deg: 7,",
        33, "swarm.inclination_deg: found 7, expected none for a heliocentric place",
    ),
    "near without altitude": (
        "altitude_km: 650, ", "",
        31, "near.altitude_km: missing; expected it for an orbit that is dawn_dusk",
    ),
    "near too low": ("altitude_km: 650", "altitude_km: 250", 31, "near.altitude_km: found 250, expected 300 or more"),
    "below the ground": (
        "altitude_km: 650", "altitude_km: -1",
        31, "near.altitude_km: found -1, expected a number of km from 0 to 400000",
    ),
    "all lost on the way": (
        "from_moon: {}", "from_moon: {loss_share: 1}",
        33, "from_moon.loss_share: found 1, expected a share at least 0 and less than 1",
    ),
    "way of a negative speed": (
        "from_moon: {}", "from_moon: {delta_v_m_per_s: -5}",
        33, "from_moon.delta_v_m_per_s: found -5, expected a number of",
    ),
    "Moon's key misspelled": (
        "  doubling_years:", "  doubling_year:",
        52, "moon.doubling_year: no such key; did you mean doubling_years?",
    ),
    "seed missing": (MOON.splitlines()[5] + "\n", "", 48, "moon.seed: missing; expected a mapping with min_t"),
}  # fmt: skip
