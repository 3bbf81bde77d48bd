"""Comparison of tuned and default settings on test instances: pairs of runs, table and significance."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from solver.io import escapes
from solver.io.files import stored_text, write_text
from solver.milp.limits import Limits
from solver.search.core.settings import DEFAULT, Settings
from solver.tune.cases import TuningInstance, evaluate

DIGITS = 3
"""Significant digits of a measure; repeated runs of one instance and seed differ by more."""
SIGNIFICANCE = 0.05
"""Largest p-value of the sign test over the pairs for settings that are kept."""


@dataclass(frozen=True, slots=True)
class TuningPair:
    """Pair of runs of one instance and seed: the measure (a share; less is better) with default and tuned settings."""

    study: str
    of_class: str
    instance: str
    seed: int
    measure: str
    limit: str
    untuned: float
    tuned: float


def run_pair(study: str, case: TuningInstance, settings: Settings, limits: Limits, measure: str) -> TuningPair:
    """Run an instance with default and tuned settings; the order alternates with the seed."""
    variants = [DEFAULT, settings] if limits.seed % 2 == 0 else [settings, DEFAULT]
    values = {variant: float(f"{evaluate(case, variant, limits, measure):.{DIGITS}g}") for variant in variants}
    limit = f"{limits.seconds:g} s" if limits.seconds is not None else f"{limits.work} nodes"
    return TuningPair(study, case.of_class, case.name, limits.seed, measure, limit, values[DEFAULT], values[settings])


def significantly_better(pairs: Sequence[TuningPair]) -> bool:
    """Check whether tuned settings are better in the mean and significantly so by a sign test over the pairs."""
    better = sum(pair.tuned < pair.untuned for pair in pairs)
    decided = better + sum(pair.tuned > pair.untuned for pair in pairs)
    p_value = sum(math.comb(decided, n) for n in range(better, decided + 1)) / 2**decided
    return _mean(pairs, "tuned") < _mean(pairs, "untuned") and p_value <= SIGNIFICANCE


def read_pairs(path: Path) -> list[TuningPair]:
    """Read the pairs of an earlier table; none without a file."""
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(stored_text(path)))
    return [
        TuningPair(
            row["study"], row["of_class"], row["instance"], int(row["seed"]), row["measure"], row["limit"],
            float(row["untuned"]), float(row["tuned"]),
        )
        for row in ({key: escapes.from_csv(cell) for key, cell in line.items()} for line in rows)
    ]  # fmt: skip


def write_pairs(out: Path, pairs: Sequence[TuningPair]) -> None:
    """Write ``tuning.csv`` and ``tuning.md``: these pairs, and the earlier ones of other studies."""
    new = {pair.study for pair in pairs}
    kept = [pair for pair in read_pairs(out / "tuning.csv") if pair.study not in new]
    all_pairs = sorted([*kept, *pairs], key=lambda pair: (pair.study, pair.instance, pair.seed))
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "tuning.csv", _csv(all_pairs))
    write_text(out / "tuning.md", _markdown(all_pairs))


def verdict(pairs: Sequence[TuningPair]) -> str:
    """Summarise pairs in a sentence: means, pairs better and worse, and the settings to keep."""
    better, worse = (sum((p.tuned < p.untuned, p.tuned > p.untuned)[k] for p in pairs) for k in (0, 1))
    means = f"{100 * _mean(pairs, 'untuned'):.2g} % untuned, {100 * _mean(pairs, 'tuned'):.2g} % tuned"
    follows = "the tuned settings are kept" if significantly_better(pairs) else "the defaults stay"
    return (
        f"mean {pairs[0].measure} {means}; tuned better in {better} of {len(pairs)} pairs, worse in {worse}: {follows}"
    )


def _csv(pairs: Sequence[TuningPair]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(TuningPair)])
    writer.writerows([escapes.csv(cell) for cell in astuple(pair)] for pair in pairs)
    return text.getvalue()


def _markdown(pairs: Sequence[TuningPair]) -> str:
    lines = [
        "# Tuned against untuned settings of the search",
        "",
        "Made by `kardashev tune ... --test FILE`; the commands are in `results/tuning/README.md`. Test instances",
        "were not tuned on. Measures are the mean over the time of a run of the gap to the best known bound",
        "(integral) or to its own bound, at most 1 % (primal_dual), the share of the time limit until the plan is",
        "proven within the gap limit (seconds), or the final gap to the best known bound (gap): less is better.",
        "Runs of a pair were made one after the other.",
        "",
    ]
    for study in dict.fromkeys(pair.study for pair in pairs):
        own = [pair for pair in pairs if pair.study == study]
        title = f"## {escapes.markdown(study)}: class {own[0].of_class}"
        lines += [title, "", verdict(own)[:1].upper() + verdict(own)[1:] + ".", ""]
        lines += ["| instance | seed | limit | untuned | tuned |", "|---|---|---|---|---|"]
        for pair in own:
            shares = " | ".join(f"{100 * value:.{DIGITS}g} %" for value in (pair.untuned, pair.tuned))
            lines.append(f"| {escapes.markdown(pair.instance)} | {pair.seed} | {pair.limit} | {shares} |")
        lines.append("")
    return "\n".join(lines)


def _mean(pairs: Sequence[TuningPair], name: str) -> float:
    return statistics.fmean(getattr(pair, name) for pair in pairs)
