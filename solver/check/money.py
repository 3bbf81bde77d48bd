"""Money: ledger and totals of the plan compared with the checker's own, and the budget.

Constraints   money.ledger, money.cost, money.salvage, money.objective, money.budget
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from numbers import Integral

from solver.check.context import Context
from solver.check.ledger import Key, LedgerBuilder, ledger, present_cost_musd, salvage_musd
from solver.check.verdict import Violation, as_number

NEVER = -1
"""Index of a period that is no number."""


def money_rules(x: Context) -> Iterator[Violation]:
    """Yield a violation for each amount that differs from the cost of the decisions."""
    builder = ledger(x)
    cost, salvage = present_cost_musd(builder), salvage_musd(builder)
    yield from _entries(x, builder)
    yield from x.checker.equal("money.cost", (), as_number(x.claims.cost_musd), cost, "MUSD")
    yield from x.checker.equal("money.salvage", (), as_number(x.claims.salvage_musd), salvage, "MUSD")
    # target.claim checks factor and first period; here they only have to equal the claims.
    expected, unit = {
        "least_cost": (cost - salvage, "MUSD"),
        "most_value": (as_number(x.claims.value_musd) - (cost - salvage), "MUSD"),
        "most_power": (as_number(x.claims.factor), "of the target"),
        "earliest_date": (as_number(x.claims.first_period), ""),
    }[x.instance.objective.kind]
    yield from x.checker.equal("money.objective", (), as_number(x.claims.objective), expected, unit)
    budget = x.instance.objective.budget_musd
    if budget is not None:
        yield from x.checker.at_most("money.budget", (), cost, budget, "MUSD")


def _entries(x: Context, builder: LedgerBuilder) -> Iterator[Violation]:
    musd: dict[Key, float] = defaultdict(float)
    present: dict[Key, float] = defaultdict(float)
    for entry in x.claims.ledger:
        period = int(entry.period) if isinstance(entry.period, Integral) else NEVER
        key = (str(entry.family), str(entry.item), period)
        musd[key] += as_number(entry.musd)
        present[key] += as_number(entry.present_musd)
    for key in sorted({*musd, *builder.musd}, key=str):
        at = (key[0], key[1], _label(x, key[2]))
        same = list(x.checker.equal("money.ledger", at, musd[key], builder.musd.get(key, 0.0), "MUSD"))
        if not same:
            expected = builder.present.get(key, 0.0)
            same = list(x.checker.equal("money.ledger", (*at, "present"), present[key], expected, "MUSD"))
        yield from same


def _label(x: Context, period: int) -> str:
    return x.horizon.label(period) if period in x.horizon.periods else f"period {period}"
