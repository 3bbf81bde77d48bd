"""Independent checker: recomputes a plan from the instance and reports each constraint that the plan violates.

It shares no code with the model: no formulation, no coefficient and no sizing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from solver.check.context import Context
from solver.check.contingencies import contingency_rules
from solver.check.decisions import read_claims, read_decisions, unreadable
from solver.check.designs import compare_designs, rebuild_designs
from solver.check.fleet import fleet_rules
from solver.check.ground import ground_rules
from solver.check.landings import landing_rules
from solver.check.launch import launch_rules
from solver.check.lines import line_rules
from solver.check.lunar import lunar_rules
from solver.check.market import market_rules
from solver.check.money import money_rules
from solver.check.network import network_rules
from solver.check.nodes import node_rules
from solver.check.shells import shell_rules
from solver.check.target import target_rules
from solver.check.verdict import Violation
from solver.instance.schema import Instance
from solver.plan import Plan

__all__ = ["Violation", "check", "is_feasible", "unreadable_plan"]

FAMILIES: tuple[Callable[[Context], Iterator[Violation]], ...] = (
    node_rules,
    line_rules,
    launch_rules,
    fleet_rules,
    landing_rules,
    lunar_rules,
    shell_rules,
    ground_rules,
    target_rules,
    market_rules,
    network_rules,
    contingency_rules,
    money_rules,
)


def check(instance: Instance, plan: Plan, tolerance: float = 1e-6) -> list[Violation]:
    """Check a plan against all constraints of its instance; return the violations, none for a feasible plan.

    The instance must be consistent. ``tolerance`` is relative for limits above 1 and absolute below; for demand below 1
    it is relative to the largest demand. Counts are exact. If the plan has unknown names, or amounts that are no
    numbers, only these violations are returned.
    """
    return list(_violations(instance, plan, tolerance))


def is_feasible(instance: Instance, plan: Plan, tolerance: float = 1e-6) -> bool:
    """Return whether ``check`` finds no violation, without those after the first."""
    return next(_violations(instance, plan, tolerance), None) is None


def _violations(instance: Instance, plan: Plan, tolerance: float) -> Iterator[Violation]:
    designs, unknown = rebuild_designs(instance, plan)
    found = [*unknown, *read_decisions(instance, plan, tolerance)]
    yield from found
    if unreadable(found):
        return
    yield from compare_designs(plan, designs, tolerance)
    context = Context.of(instance, plan, designs, tolerance)
    for rules in FAMILIES:
        yield from rules(context)


def unreadable_plan(instance: Instance, plan: Plan) -> list[Violation]:
    """Return the violations after which no figure can be computed from a plan.

    They are unknown names and periods, amounts that are no numbers, and designs that differ from those of the instance.
    """
    designs, unknown = rebuild_designs(instance, plan)
    found = [*unknown, *read_decisions(instance, plan, 1e-6), *read_claims(instance, plan)]
    return found if unreadable(found) else list(compare_designs(plan, designs, 1e-6))
