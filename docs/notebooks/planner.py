# %% [markdown]
# # Notebook: a planner with one file
#
# Read a scenario, look at it, solve it, and see what holds the plan back. The file is the one that `kardashev new` makes.

# %%
import kardashev as kd
from solver.cli.new import SCENARIO

with open("scenario.yaml", "w") as file:
    file.write(SCENARIO.format(catalogue="catalogue:2026"))
scenario = kd.read("scenario.yaml")
scenario

# %% [markdown]
# The nodes that the program may build, lightest first:

# %%
import pandas as pd

designs = pd.DataFrame(
    {"design": d.name, "kg_per_kw": round(d.kg_per_kw, 1), "price_musd": round(d.price_musd, 2)}
    for d in scenario.designs()
).sort_values("kg_per_kw")
designs

# %% [markdown]
# Solve it. `seconds` limits the time, `gap` the distance between plan and bound at which to stop.

# %%
result = kd.solve(scenario, gap=0.02, seconds=120)
result

# %%
print(result.summary())

# %% [markdown]
# Tables are pandas frames. Money by family, over the whole horizon:

# %%
result.tables["money_by_family"].groupby("family")[["musd", "present_musd"]].sum().round(0)

# %% [markdown]
# The checker, once more, and the run directory for `kardashev plot`, `check` and `compare`:

# %%
result.check(), result.to_dir("run").name
