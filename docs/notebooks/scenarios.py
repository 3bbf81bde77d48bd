# %% [markdown]
# # Notebook: tables of scenarios
#
# Two scenarios of one file side by side, and one lever over several values. A copy keeps the original as it is.

# %%
import pandas as pd

import kardashev as kd
from solver.cli.new import SCENARIO

with open("scenario.yaml", "w") as file:
    file.write(SCENARIO.format(catalogue="catalogue:2026"))
base = kd.read("scenario.yaml")
dear = base.copy().set("vehicles.starship_v4.flight_musd", 40)
dear.changes

# %%
first, second = (kd.solve(scenario, gap=0.05) for scenario in (base, dear))
comparison = kd.compare([first, second])
print(comparison.to_markdown())

# %% [markdown]
# Is the difference real? Only where it is larger than both gaps. One lever, a row for each value:

# %%
rows = []
for price in (20, 60):
    result = kd.solve(base.copy().set("vehicles.starship_v4.flight_musd", price), gap=0.05)
    rows.append({"flight_musd": price, "cost_musd": result.objective, "bound_musd": result.bound, "gap": result.gap})
pd.DataFrame(rows).round(3)

# %% [markdown]
# A value that is out of range raises at once, with the key, and the scenario stays as it was:

# %%
try:
    base.set("vehicles.starship_v4.flight_musd", -1)
except kd.InstanceError as error:
    print(error)
