"""Outcome of the replays of a plan: chance of the target by period, quantiles, losses, and the causes of misses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from solver.ask.risk.recourse import Recourse
from solver.ask.risk.replay import Causes, Replays, replay
from solver.ask.risk.replay_data import ReplayData, replay_data
from solver.horizon.target_path import path_value
from solver.instance.dates import RATE_KINDS
from solver.instance.schema import Instance
from solver.milp.matrix import Floats
from solver.plan import Plan
from solver.tables import PlanState, state_of
from solver.tables.demand import UNITS

REPLAYS = 10_000
FEWER = 2_000
"""Replays for each cause of misses."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOLERANCE = 1e-3
"""Share of the target that may be short: rows hold within a tolerance."""
CAUSES = (
    ("losses of flights", Causes(grounding=False, nodes=False)),
    ("and stand-downs", Causes(nodes=False)),
    ("and deaths of nodes", Causes()),
)


@dataclass(frozen=True, slots=True)
class VehicleLosses:
    """Flights of a vehicle in the replays: flown and lost on average, lost in the plan, years without flights."""

    vehicle: str
    planned: float
    flown: float
    expected_lost: float
    lost: float
    grounded_years: float


@dataclass(frozen=True, slots=True)
class MilestoneChance:
    """Milestone of the target: its value, its date, and the chance by period that it has been reached."""

    value: float
    date: str
    reached: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CauseChance:
    """Chance of the largest target, and mean delivery where it is first asked, with the causes up to this one."""

    cause: str
    chance: float
    delivered: float


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Result of many replays of a plan, by period; ``quantiles`` of what is delivered, in ``unit``.

    ``meets`` is the share of replays that deliver the target of a period, within a thousandth. ``extra_musd`` is the
    present spending on flights, vehicles and nodes beyond the plan: its mean, and the quantiles of 5 and 95 %.
    """

    name: str
    unit: str
    replays: int
    seed: int
    recourse: Recourse
    labels: tuple[str, ...]
    ends: tuple[float, ...]
    target: tuple[float, ...]
    planned: tuple[float, ...]
    mean: tuple[float, ...]
    quantiles: dict[float, tuple[float, ...]]
    meets: tuple[float, ...]
    milestones: tuple[MilestoneChance, ...]
    vehicles: tuple[VehicleLosses, ...]
    causes: tuple[CauseChance, ...]
    extra_musd: tuple[float, float, float]

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``risk --json``."""
        return {**asdict(self), "quantiles": {f"{q:g}": list(row) for q, row in self.quantiles.items()}}


def replayed(
    instance: Instance,
    plan: Plan,
    count: int = REPLAYS,
    seed: int = 0,
    recourse: Recourse = Recourse.again,
    on_step: Callable[[int, int], None] = lambda _done, _of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> ReplayResult:
    """Simulate a plan many times in its reported window, and return the chances of its target."""
    state = state_of(instance, plan)
    unit = UNITS[state.instance.target.kind]
    data = replay_data(state, unit)
    found = replay(data, count, seed, recourse, Causes(), on_step, stopped)
    at = _last_asked(data)
    causes = [
        (name, found if causes == Causes() else replay(data, min(count, FEWER), seed, recourse, causes))
        for name, causes in CAUSES
    ]
    return ReplayResult(
        name=state.instance.name,
        unit=unit,
        replays=len(found.delivered),
        seed=seed,
        recourse=recourse,
        labels=tuple(state.horizon.label(t) for t in state.horizon.periods),
        ends=_floats(data.ends),
        target=_floats(data.target),
        planned=_floats(data.planned),
        mean=_floats(found.delivered.mean(axis=0)),
        quantiles={q: _floats(np.quantile(found.delivered, q, axis=0)) for q in QUANTILES},
        meets=_floats(_met(found.delivered, data.target).mean(axis=0)),
        milestones=_milestones(state, found),
        vehicles=tuple(_losses(data, found)),
        causes=tuple(
            CauseChance(name, float(_met(r.delivered, data.target)[:, at].mean()), float(r.delivered[:, at].mean()))
            for name, r in causes
        ),
        extra_musd=_spread(found.extra_musd),
    )


def _spread(values: Floats) -> tuple[float, float, float]:
    """Return the mean, and the quantiles of 5 and 95 %."""
    low, high = np.quantile(values, (0.05, 0.95))
    return float(values.mean()), float(low), float(high)


def _met(delivered: Floats, target: Floats | float) -> Floats:
    met: Floats = (delivered >= (1.0 - TOLERANCE) * np.asarray(target)).astype(np.float64)
    return met


def _last_asked(data: ReplayData) -> int:
    """Return the first period with the largest target, at which the last milestone is due."""
    return int(np.argmax(data.target))


def _milestones(state: PlanState, found: Replays) -> tuple[MilestoneChance, ...]:
    """Return the chances of the milestones; none for rates, which no period keeps."""
    target, horizon = state.instance.target, state.horizon
    if target.kind in RATE_KINDS or state.instance.objective.kind == "earliest_date":
        return ()
    factor = state.plan.claims.factor if state.instance.objective.kind == "most_power" else 1.0
    chances = []
    for milestone in target.milestones:
        value = factor * path_value(target, horizon, horizon.year_of(milestone.date))
        reached = np.maximum.accumulate(_met(found.delivered, value), axis=1).mean(axis=0)
        chances.append(MilestoneChance(value, str(milestone.date), _floats(reached)))
    return tuple(chances)


def _losses(data: ReplayData, found: Replays) -> list[VehicleLosses]:
    return [
        VehicleLosses(
            f.vehicle,
            float(f.flights.sum()),
            float(found.flown[f.vehicle].mean()),
            float(f.loss_share * f.flights.sum()),
            float(found.lost[f.vehicle].mean()),
            float(found.grounded_years[f.vehicle].mean()),
        )
        for f in data.fleets
    ]


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
