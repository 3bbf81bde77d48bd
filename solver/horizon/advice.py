"""Warnings about an instance that is valid and may mean something else: dates, and a discount rate left out."""

from __future__ import annotations

from solver.horizon.dates import date_warnings
from solver.instance.schema import Instance
from solver.instance.validation_issues import Issue

UNDISCOUNTED = "left out, so money is not discounted: a dollar of the last year counts as one of the first"


def instance_warnings(instance: Instance) -> list[Issue]:
    """Return the warnings about an instance, each with the path of its key."""
    return [*_undiscounted(instance), *date_warnings(instance)]


def discount_warnings(instance: Instance) -> list[str]:
    """Return the warning of a solve about money that is not discounted, as text."""
    return [f"{'.'.join(map(str, path))}: {text}" for path, text in _undiscounted(instance)]


def _undiscounted(instance: Instance) -> list[Issue]:
    given = "discount_share_per_year" in instance.horizon.model_fields_set
    return [] if given else [(("horizon", "discount_share_per_year"), UNDISCOUNTED)]
