# %% [markdown]
# # Notebook: batches and clusters
#
# The commands of a cluster job, driven from Python: a sweep that writes one table, and the answers read back with pandas.

# %%
import subprocess
import sys

from solver.cli.new import SCENARIO

with open("scenario.yaml", "w") as file:
    file.write(SCENARIO.format(catalogue="catalogue:2026"))
kardashev = [sys.executable, "-m", "kardashev"]
lever = "target.milestones=[{date: 2034-01, gw: 0.05}],[{date: 2034-01, gw: 0.1}]"
done = subprocess.run([*kardashev, "sweep", "scenario.yaml", "--gap", "5%", "--out", "sweep", "--set", lever])
done.returncode

# %%
import pandas as pd

table = pd.read_csv("sweep/scenarios.csv")
table[["status", "objective", "gap", "flights", "nodes"]]

# %% [markdown]
# Each row names its run directory; a run opens as a result with tables and picture:

# %%
import kardashev as kd

run = kd.open_run(table["run_dir"][1])
run.statistics()["status"], repr(run)

# %% [markdown]
# The exit code says what happened (0 proven, 1 infeasible, 3 a plan without the proof, ...), so a job can decide by it. The second run of the same
# sweep takes what is solved already:

# %%
again = subprocess.run(
    [*kardashev, "sweep", "scenario.yaml", "--gap", "5%", "--out", "sweep", "--set", lever],
    capture_output=True,
    text=True,
)
print(again.stdout.splitlines()[0])
