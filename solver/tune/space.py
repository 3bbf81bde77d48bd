"""Parameter space of a trial: settings of a search, each within a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from optuna import Trial

from solver.search.core.settings import FIRST, Settings
from solver.search.core.tuned import settings_of

SHARES = {
    "investment_share": (0.05, 0.4),
    "investment_gap_share": (0.05, 1.0),
    "stage_gap_share": (0.05, 1.0),
    "stage_share": (0.05, 0.4),
    "tree_share": (0.01, 0.2),
    "bound_share": (0.05, 0.6),
    "step_share": (0.02, 0.3),
    "grow": (1.1, 3.0),
}
WEIGHTS = {
    "investment_weight": (0.1, 4.0),
    "around_weight": (0.1, 4.0),
    "tree_weight": (0.1, 4.0),
    "bound_expected_gain": (0.05, 5.0),
    "heuristic_effort": (0.01, 0.5),
}
PASSES = (0, 5)
DIGITS = 2
"""Significant digits of tuned settings: some dozen noisy trials support no more."""
COUNTS = {"window_columns": (50, 3_000), "extra_kinds": (1, 60), "age_limit": (3, 50)}


def suggest_settings(trial: Trial) -> Settings:
    """Suggest the settings of a trial."""
    values: dict[str, Any] = {"first": trial.suggest_categorical("first", FIRST)}
    for name, (low, high) in SHARES.items():
        values[name] = trial.suggest_float(name, low, high)
    for name, (low, high) in WEIGHTS.items():
        values[name] = trial.suggest_float(name, low, high, log=True)
    for name, (least, most) in COUNTS.items():
        values[name] = trial.suggest_int(name, least, most, log=True)
    values["cut_passes"] = trial.suggest_int("cut_passes", *PASSES)
    return Settings(**values)


def settings_from(parameters: Mapping[str, Any]) -> Settings:
    """Return the settings of the parameters of a trial."""
    return settings_of(parameters)


def round_settings(settings: Settings) -> Settings:
    """Return the settings with their numbers rounded to ``DIGITS`` significant digits."""
    values = {
        name: type(value)(float(f"{value:.{DIGITS}g}")) if isinstance(value, int | float) else value
        for name, value in asdict(settings).items()
    }
    return settings_of(values)
