"""Reported window of a plan: its periods without the tail, with the money that belongs to them.

The tail is planned so that the end of the horizon does not bend the plan. Figures are those of the window: what is
decided within it, spending until its end, and the residual value at its end by the rule of the instance. Objective,
bound and gap cover the tail and are not changed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from solver.economics.ledger import ledger
from solver.horizon.periods import PlanningHorizon
from solver.horizon.substeps import SubPeriods
from solver.instance.schema import Instance
from solver.plan import Claims, Decisions, Plan

DATED = ("opened", "moon_begun", "unlocked")
"""Decisions whose value is a period."""
BY_STEP = ("imported_t", "invested_t", "made_t", "night_t")
"""Decisions by step of the lunar plant; all others are by period."""


def reported(instance: Instance, plan: Plan) -> tuple[Instance, Plan]:
    """Return the instance without its tail, and the part of the plan in the window; unchanged without a tail."""
    if instance.horizon.tail_years == 0:
        return instance, plan
    short = instance.model_copy(update={"horizon": instance.horizon.model_copy(update={"tail_years": 0})})
    horizon = PlanningHorizon.of(short.horizon)
    steps = SubPeriods.of_moon(horizon, short.moon).steps if short.moon is not None else horizon.periods
    kept = {f.name: _within(f.name, getattr(plan.decisions, f.name), horizon, len(steps)) for f in fields(Decisions)}
    decisions = Decisions(**kept)
    used = {(k, s) for _, k, s, _ in decisions.loaded} | {(k, s) for k, s, _ in decisions.mass_driver_launched_gw}
    designs = tuple(d for d in plan.designs if (d.name, d.shell) in used)
    return short, Plan(designs, decisions, _claims(short, plan, decisions, len(horizon.periods)))


def _within(name: str, held: Mapping[Any, Any], horizon: PlanningHorizon, steps: int) -> dict[Any, Any]:
    periods = len(horizon.periods)
    if name in DATED:
        return {key: t for key, t in held.items() if t < periods}
    end = steps if name in BY_STEP else periods
    return {key: value for key, value in held.items() if key[-1] < end}


def _claims(instance: Instance, plan: Plan, decisions: Decisions, periods: int) -> Claims:
    """Return the claims with the money of the window; the objective stays that of the whole plan."""
    entries = ledger(instance, plan.designs, decisions)
    cost = sum(m.present_musd for m in entries if m.item != "salvage")
    salvage = -sum(m.present_musd for m in entries if m.item == "salvage")
    delivered = plan.claims.delivered[:periods]
    return replace(plan.claims, cost_musd=cost, salvage_musd=salvage, delivered=delivered, ledger=entries)
