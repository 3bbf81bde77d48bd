"""Node stocks of a plan: nodes alive and derelict, their power and compute, by design, shell and period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from solver.design import vintages
from solver.horizon.periods import PlanningHorizon
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.schema import Instance
from solver.plan import Design

Column = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NodeStock:
    """Nodes of one design in one shell at the end of a period, all vintages together."""

    alive: float = 0.0
    derelict: float = 0.0
    power_gw: float = 0.0
    eflops: float = 0.0

    def amount(self, kind: str) -> float:
        """Return what the nodes add to a target of stocks: EFLOP/s for computing, else GW."""
        return self.eflops if kind in COMPUTE_KINDS else self.power_gw


def node_stocks(
    instance: Instance,
    horizon: PlanningHorizon,
    designs: Mapping[Column, Design],
    placed: Mapping[tuple[str, str, int], float],
) -> dict[tuple[str, str, int], NodeStock]:
    """Compute the nodes of each design, shell and period that follow from those placed."""
    waits = {column: vintages.wait_years(instance, design) for column, design in designs.items()}

    @cache
    def shares(k: str, s: str, age: float) -> tuple[float, float, float]:
        design = designs[k, s]
        alive = vintages.alive(design, age)
        return alive, vintages.derelict(design, age), alive * vintages.it_share(design, age, waits[k, s])

    sums: dict[tuple[str, str, int], list[float]] = {}
    for (k, s, q), count in placed.items():
        design = designs[k, s]
        grown = design.eflops * (1.0 + design.eflops_growth_share_per_year) ** horizon.middle(q)
        for t in horizon.periods[q:]:
            alive, derelict, working = shares(k, s, horizon.age(q, t))
            total = sums.setdefault((k, s, t), [0.0] * 4)
            for i, share in enumerate((alive, derelict, design.power_kw * 1e-6 * working, grown * working)):
                total[i] += count * share
    return {key: NodeStock(*total) for key, total in sorted(sums.items())}


def shell_stocks(
    instance: Instance, horizon: PlanningHorizon, nodes: Mapping[tuple[str, str, int], NodeStock]
) -> dict[tuple[str, int], NodeStock]:
    """Sum up the nodes of each shell in use, or with nodes, in every period."""
    names = tuple(NodeStock.__dataclass_fields__)
    shells = dict.fromkeys([*instance.use.shells, *(s for _, s, _ in nodes)])
    sums = {(s, t): [0.0] * len(names) for s in shells for t in horizon.periods}
    for (_, s, t), stock in nodes.items():
        for i, name in enumerate(names):
            sums[s, t][i] += getattr(stock, name)
    return {key: NodeStock(*total) for key, total in sums.items()}
