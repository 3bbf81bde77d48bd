"""Figures of the benchmark in the documentation, from the table of its runs.

``python -m docs.developers.bench_figures`` writes them after ``kardashev bench``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "results" / "tables" / "bench.csv"
BEGIN, END = "<!-- {} -->\n", "<!-- end of {} -->"
SMALL, MIDDLE = "launches a half-year", "launches a quarter"
ROWS = {
    "s-1-": f"one to a few {SMALL}",
    "s-10-": f"10 {SMALL}",
    "s-100-": f"100 {SMALL}",
    "m-1-": f"one to a few {MIDDLE}",
    "m-10-": f"10 {MIDDLE}",
    "m-100-": f"100 {MIDDLE}",
    "m-moon-": "with the Moon",
    "t-": "tight targets",
}
METHODS = {"search": "search", "exact": "HiGHS alone", "scip": "SCIP"}


def main() -> None:
    """Write both tables into their pages."""
    runs = read()
    for path, name, table in PAGES:
        page = path.read_text(encoding="utf-8")
        path.write_text(laid_in(page, name, table(runs)), encoding="utf-8")


def read() -> pd.DataFrame:
    """Return the runs of the benchmark, a row each."""
    return pd.read_csv(TABLE)


def laid_in(page: str, name: str, table: str) -> str:
    """Return the page with the table between the two comments of that name; ValueError without them."""
    head, begin, rest = page.partition(BEGIN.format(name))
    _, end, tail = rest.partition(END.format(name))
    if not begin or not end:
        raise ValueError(f"the comments of {name} are missing")
    return f"{head}{begin}{table}{end}{tail}"


def speed_table(runs: pd.DataFrame) -> str:
    """Return median seconds to 1 % and median gap at the limit of every family and method, in Markdown."""
    lines = ["| instances | integers | " + " | ".join(METHODS.values()) + " |", "| --- " * (2 + len(METHODS)) + "|"]
    for prefix, words in ROWS.items():
        family = runs[runs.instance.str.startswith(prefix)]
        cells = [_of_method(family[family.method == method]) for method in METHODS]
        lines.append(f"| {words} | {_range(family.integers)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def memory_table(runs: pd.DataFrame) -> str:
    """Return the largest peak of the search in MB of every family and reference, in Markdown."""
    search = runs[runs.method == "search"]
    family = search.instance.str.replace(r"-seed\d+$", "", regex=True).str.replace(r"^t-\d+$", "t", regex=True)
    lines = ["| instances | columns | peak, MB |", "| --- | --- | --- |"]
    for name, rows in search.groupby(family, sort=False):
        lines.append(f"| {name} | {_range(rows['columns'])} | {rows.peak_mb.max():,.0f} |")
    return "\n".join(lines) + "\n"


def _of_method(runs: pd.DataFrame) -> str:
    """Return the answers within the limit, their median time, and the median gap of runs that ended with a plan."""
    if runs.empty:
        return ""
    limit = runs.limit_s.max()
    infeasible = (runs.ended == "infeasible").sum()
    planned = runs[runs.objective.notna()]
    within = int(runs.seconds_to_1pc.notna().sum())
    words = [f"{within} of {len(runs)} within 1 %"]
    if within:
        words[0] += f", median {runs.seconds_to_1pc.median():.3g} s"
    if infeasible:
        words.append(f"{infeasible} proven infeasible")
    gap = planned[f"gap_bound_{limit:.0f}s"].median()
    words.append(f"{100 * gap:.2g} % in {limit:.0f} s" if len(planned) else f"no plan in {limit:.0f} s")
    return "; ".join(words)


def _range(counts: pd.Series[int]) -> str:
    """Return the least and the largest count, or the one that all share."""
    low, high = counts.min(), counts.max()
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


Table = Callable[[pd.DataFrame], str]
PAGES: tuple[tuple[Path, str, Table], ...] = (
    (ROOT / "docs" / "methods.md", "speed", speed_table),
    (ROOT / "docs" / "hpc.md", "memory", memory_table),
)


if __name__ == "__main__":
    main()
