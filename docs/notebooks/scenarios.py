# %% [markdown]
# # Notebook: tables of scenarios
#
# Two scenarios of one file side by side, and one lever over several values. The file is small enough to be read here: four nodes are
# carried by one big flight or by two small ones. A copy of a scenario keeps the original as it is.

# %%
import pandas as pd

import kardashev as kd

SCENARIO = """
format: 2
name: One flight
horizon: {start: 2030-01, periods: [{count: 1, length: year}], discount_share_per_year: 0.21}
target: {kind: power_alive, milestones: [{date: 2031-01, gw: 0.04}]}
use: {vehicles: [small, big], shells: [near], platforms: [cube]}
vehicles:
  small: {available_from: 2030-01, payload_t: {near: 20}, volume_m3: 1000, sites: [cape], flight_musd: 30}
  big: {available_from: 2030-01, payload_t: {near: 40}, volume_m3: 1000, sites: [cape], flight_musd: 50}
sites:
  cape: {pads: 10, max_pads: 10, pad_musd: 0}
shells:
  near: {orbit: dawn_dusk, altitude_km: 650}
platforms:
  cube: {it_power_kw: 10000, declared: {mass_t: 10, cost_musd: 5, life_years: 5}}
"""
with open("scenario.yaml", "w") as file:
    file.write(SCENARIO)
base = kd.read("scenario.yaml")
dear = base.copy().set("vehicles.big.flight_musd", 70)
dear.changes

# %%
first, second = (kd.solve(scenario) for scenario in (base, dear))
print(kd.compare([first, second]).to_markdown())

# %% [markdown]
# A difference is real only where it is larger than both gaps. One lever, a row for each value; from 60 MUSD on the small flights are cheaper:

# %%
rows = []
for price in (40, 50, 60, 70):
    result = kd.solve(base.copy().set("vehicles.big.flight_musd", price))
    flights = result.tables["flights"].groupby("vehicle")["flights"].sum()
    rows.append({"flight_musd": price, "cost_musd": result.objective, "gap": result.gap, **flights})
pd.DataFrame(rows).round(2)

# %% [markdown]
# A value out of range raises at once, with the key, and the scenario stays as it was:

# %%
try:
    base.set("vehicles.big.flight_musd", -1)
except kd.InstanceError as error:
    print(error)
