"""Tuned against untuned on instances that were not tuned on: pairs run back to back, and what they come to."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from solver.io import escapes
from solver.io.files import write_text
from solver.milp.limits import Limits
from solver.search.core.settings import DEFAULT, Settings
from solver.tune.cases import Case, measured

DIGITS = 3
"""Significant digits of a measure; runs of one instance and seed differ by more from one time to the next."""
CHANCE = 0.05
"""Greatest chance that as many pairs would be won by a coin (sign test), for settings that are kept."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One instance and seed: the measure (a share; less is better) without and with tuned settings."""

    study: str
    of_class: str
    instance: str
    seed: int
    measure: str
    limit: str
    untuned: float
    tuned: float


def compared(study: str, case: Case, settings: Settings, limits: Limits, measure: str) -> Pair:
    """Run an instance with the defaults and with tuned settings; which comes first changes with the seed."""
    ways = [DEFAULT, settings] if limits.seed % 2 == 0 else [settings, DEFAULT]
    values = {way: float(f"{measured(case, way, limits, measure):.{DIGITS}g}") for way in ways}
    limit = f"{limits.seconds:g} s" if limits.seconds is not None else f"{limits.work} nodes"
    return Pair(study, case.of_class, case.name, limits.seed, measure, limit, values[DEFAULT], values[settings])


def significantly_better(pairs: Sequence[Pair]) -> bool:
    """Whether tuned is better by its mean, and in so many pairs that a coin would not do it: else the defaults stay."""
    better = sum(pair.tuned < pair.untuned for pair in pairs)
    told_apart = better + sum(pair.tuned > pair.untuned for pair in pairs)
    by_chance = sum(math.comb(told_apart, n) for n in range(better, told_apart + 1)) / 2**told_apart
    return _mean(pairs, "tuned") < _mean(pairs, "untuned") and by_chance <= CHANCE


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a table written before; none where there is none."""
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return [
        Pair(
            row["study"], row["of_class"], row["instance"], int(row["seed"]), row["measure"], row["limit"],
            float(row["untuned"]), float(row["tuned"]),
        )
        for row in ({key: escapes.from_csv(cell) for key, cell in line.items()} for line in rows)
    ]  # fmt: skip


def write_pairs(out: Path, pairs: Sequence[Pair]) -> None:
    """Write ``tuning.csv`` and ``tuning.md``: these pairs, and those of other studies that are there already."""
    new = {pair.study for pair in pairs}
    kept = [pair for pair in read_pairs(out / "tuning.csv") if pair.study not in new]
    every = sorted([*kept, *pairs], key=lambda pair: (pair.study, pair.instance, pair.seed))
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "tuning.csv", _csv(every))
    write_text(out / "tuning.md", _markdown(every))


def verdict(pairs: Sequence[Pair]) -> str:
    """In a sentence: means, pairs won and lost, and what follows."""
    better, worse = (sum((p.tuned < p.untuned, p.tuned > p.untuned)[k] for p in pairs) for k in (0, 1))
    means = f"{100 * _mean(pairs, 'untuned'):.2g} % untuned, {100 * _mean(pairs, 'tuned'):.2g} % tuned"
    follows = "the tuned settings are kept" if significantly_better(pairs) else "the defaults stay"
    return (
        f"mean {pairs[0].measure} {means}; tuned better in {better} of {len(pairs)} pairs, worse in {worse}: {follows}"
    )


def _csv(pairs: Sequence[Pair]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Pair)])
    writer.writerows([escapes.csv(cell) for cell in astuple(pair)] for pair in pairs)
    return text.getvalue()


def _markdown(pairs: Sequence[Pair]) -> str:
    lines = [
        "# Tuned against untuned settings of the search",
        "",
        "Made by `kardashev tune ... --test FILE`; the commands are in `results/tuning/README.md`. Instances of the",
        "tests were not tuned on. Given is, as a mean over the time of a run, the share between its plan and the best",
        "bound known (integral) or between its plan and its own bound, at most 1 % (primal_dual), or the share of its",
        "limit until the plan is proven within the gap asked (seconds), or at its end the share to the best bound",
        "known (gap): less is better. Runs of a pair were made one after the other.",
        "",
    ]
    for study in dict.fromkeys(pair.study for pair in pairs):
        of = [pair for pair in pairs if pair.study == study]
        lines += [
            f"## {escapes.markdown(study)}: class {of[0].of_class}",
            "",
            verdict(of)[:1].upper() + verdict(of)[1:] + ".",
            "",
        ]
        lines += ["| instance | seed | limit | untuned | tuned |", "|---|---|---|---|---|"]
        for pair in of:
            shares = " | ".join(f"{100 * value:.{DIGITS}g} %" for value in (pair.untuned, pair.tuned))
            lines.append(f"| {escapes.markdown(pair.instance)} | {pair.seed} | {pair.limit} | {shares} |")
        lines.append("")
    return "\n".join(lines)


def _mean(pairs: Sequence[Pair], name: str) -> float:
    return statistics.fmean(getattr(pair, name) for pair in pairs)
