# %% [markdown]
# # Notebook: batches and clusters
#
# The commands of a cluster job, driven from Python: a sweep that writes one table, and the answers read back with pandas.

# %%
import subprocess
import sys

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
kardashev = [sys.executable, "-m", "kardashev"]
lever = "vehicles.big.flight_musd=50,70"
done = subprocess.run(
    [*kardashev, "sweep", "scenario.yaml", "--out", "sweep", "--set", lever], capture_output=True, text=True
)
print(done.stdout)
done.returncode

# %% [markdown]
# The exit code says what happened (0 proven, 1 infeasible, 3 a plan without the proof, ...), so a job can decide by it. Started again, the sweep
# takes what is solved already. Its table has a row for each scenario:

# %%
table = pd.read_csv("sweep/scenarios.csv")
table[["vehicles.big.flight_musd", "status", "objective", "gap", "flights", "nodes"]]

# %% [markdown]
# Each row names its run directory; it opens as a result, with tables and picture:

# %%
run = kd.open_run(table["run_dir"][1])
run.tables["flights"][["period", "vehicle", "flights", "nodes"]]
