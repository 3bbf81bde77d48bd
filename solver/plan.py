"""Plan: decisions, the designs that they use, and the costs and deliveries that it claims."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Choices:
    """Sizing choices of one candidate design; ``terminals`` and ``fabric`` are None without a choice."""

    radiator_temperature_k: float
    life_years: float
    eclipse: str
    array_margin_share: float
    terminals: int | None = None
    fabric: str | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """Node of one kind in one shell: a candidate design with its breakdown by part.
    ``mass_kg``, ``area_m2`` and ``cost_musd`` map a part (array, radiator, battery, accelerators, terminals,
    shielding, bus, propellant) to its share; a declared design has the single part ``node``. ``power_kw`` is the IT
    power of a new node. ``array_share`` is the power of a new array over the need of the accelerators (1 or more).
    ``chip_years`` is the most that its chips were stored on the Moon, where their generation counts.
    """

    name: str
    platform: str
    shell: str
    choices: Choices | None
    power_kw: float
    mass_kg: Mapping[str, float]
    area_m2: Mapping[str, float]
    cost_musd: Mapping[str, float]
    stowed_m3: float
    life_years: float
    array_share: float
    array_loss_share_per_year: float
    accelerator_failure_share_per_year: float
    sunlit_share: float
    infant_mortality_share: float
    hazard_share_per_year: float
    disposal_share: float
    dead_disposal_share: float
    decay_years: float
    operations_share_per_year: float
    upkeep_t_per_year: float
    upkeep_musd_per_year: float
    eflops: float
    eflops_growth_share_per_year: float
    accelerator_price_change_share_per_year: float
    chip_years: float = 0.0

    @property
    def mass_t(self) -> float:
        """Mass at launch, t."""
        return sum(self.mass_kg.values()) / 1000

    @property
    def price_musd(self) -> float:
        """Purchase price of a node at the start of the horizon, MUSD."""
        return sum(self.cost_musd.values())

    @property
    def kg_per_kw(self) -> float:
        """Specific mass, kg per kW of IT power."""
        return sum(self.mass_kg.values()) / self.power_kw


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of a plan by period; periods are indices of the horizon, counts are integers.
    ``loaded[vehicle, design, shell, t]`` nodes put on flights; ``flights[vehicle, shell, t]``; ``launches[vehicle,
    site, t]`` the same flights by site; ``cargo_t[vehicle, shell, t]`` supplies and bulk cargo; ``ordered[vehicle,
    t]`` vehicles; ``retired[vehicle, t]`` vehicles scrapped (an expected number, not integral); ``pads[site, t]`` and
    ``lines[platform, t]`` ordered; ``opened[platform]`` first period of development; ``ground_gw[region, t]`` grid
    offers accepted; ``unmet[t]`` unmet target, in the target's unit; ``unserved[workload, t]`` demand of a market that
    is left, in the same unit.

    On the Moon: ``tankers[vehicle, t]`` and ``landings[lander, t]`` flights; ``moon_begun["moon"]`` first period of
    development; ``seeds_t[t]`` landed seed; ``imported_t[commodity, u]``, ``invested_t[activity, u]``,
    ``made_t[activity, u]`` and the part of it made at night, ``night_t[activity, u]``, by step u of
    ``solver.horizon.substeps``; ``unlocked[commodity, unlock]`` first period of its development; ``mass_drivers[t]``
    ordered; ``mass_driver_launched_gw[design, shell, t]`` IT power of nodes launched from the Moon.

    With a network: ``gateways[gateway, t]`` stations ordered; ``serves[workload, place, t]`` the part of a shell
    that does the work, or of a region on the ground for computing delivered, in the unit of the target;
    ``sends_gbps[shell, gateway, t]`` and ``relays_gbps[shell, other, t]`` traffic to the ground and to another shell.
    """

    loaded: Mapping[tuple[str, str, str, int], int] = field(default_factory=dict)
    flights: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    launches: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    cargo_t: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    ordered: Mapping[tuple[str, int], int] = field(default_factory=dict)
    retired: Mapping[tuple[str, int], float] = field(default_factory=dict)
    pads: Mapping[tuple[str, int], int] = field(default_factory=dict)
    lines: Mapping[tuple[str, int], int] = field(default_factory=dict)
    opened: Mapping[tuple[str], int] = field(default_factory=dict)
    ground_gw: Mapping[tuple[str, int], float] = field(default_factory=dict)
    unmet: Mapping[tuple[int], float] = field(default_factory=dict)
    unserved: Mapping[tuple[str, int], float] = field(default_factory=dict)
    tankers: Mapping[tuple[str, int], int] = field(default_factory=dict)
    landings: Mapping[tuple[str, int], int] = field(default_factory=dict)
    moon_begun: Mapping[tuple[str], int] = field(default_factory=dict)
    seeds_t: Mapping[tuple[int], float] = field(default_factory=dict)
    imported_t: Mapping[tuple[str, int], float] = field(default_factory=dict)
    invested_t: Mapping[tuple[str, int], float] = field(default_factory=dict)
    made_t: Mapping[tuple[str, int], float] = field(default_factory=dict)
    night_t: Mapping[tuple[str, int], float] = field(default_factory=dict)
    unlocked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    mass_drivers: Mapping[tuple[int], int] = field(default_factory=dict)
    mass_driver_launched_gw: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    gateways: Mapping[tuple[str, int], int] = field(default_factory=dict)
    serves: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    sends_gbps: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    relays_gbps: Mapping[tuple[str, str, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Entry of the ledger: undiscounted and present value, MUSD; salvage is negative."""

    family: str
    item: str
    period: int
    musd: float
    present_musd: float


@dataclass(frozen=True, slots=True)
class Claims:
    """Results that the plan claims; the checker recomputes each of them.
    ``objective`` is in the unit of the instance's objective: MUSD (least_cost, most_value), a factor on the target
    (most_power), or the index of the first period in which the target is met (earliest_date). ``cost_musd`` is the
    gross present cost, ``salvage_musd`` the present value of salvage. ``delivered[t]`` is in the unit of the target: GW
    alive, GW added a year, EFLOP/s, kt a year. With a market ``value_musd`` is the present value of what is served, and
    ``forgone_musd`` that of what is not.
    """

    objective: float
    cost_musd: float
    salvage_musd: float
    factor: float
    first_period: int
    delivered: tuple[float, ...]
    ledger: tuple[CashFlow, ...]
    value_musd: float = 0.0
    forgone_musd: float = 0.0


def assigned(decisions: Decisions, t: int) -> float:
    """Return the work of a period that is assigned to shells and regions, in the unit of the target."""
    return math.fsum(amount for (_, _, period), amount in decisions.serves.items() if period == t)


def missed(plan: Plan) -> float:
    """Return the sum of unmet and unserved demand over all periods, in the unit of the target."""
    amounts = (*plan.decisions.unmet.values(), *plan.decisions.unserved.values())
    return math.fsum(x for x in amounts if isinstance(x, int | float))


RENAMED = {"serves": "serves_gw"}
"""Names of decisions in plans that were written before."""


def _records(decisions: Mapping[str, Any], name: str) -> list[list[Any]]:
    """Return the records of a decision in the data of a plan."""
    records: list[list[Any]] = decisions.get(name, decisions.get(RENAMED.get(name, name), []))
    return records


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of an instance: decisions, the designs they refer to, and claims."""

    designs: tuple[Design, ...]
    decisions: Decisions
    claims: Claims

    def design(self, name: str, shell: str) -> Design:
        """Return the design of a name in a shell; KeyError if the plan has none."""
        for design in self.designs:
            if design.name == name and design.shell == shell:
                return design
        raise KeyError((name, shell))

    def to_json(self) -> dict[str, Any]:
        """Return plain data; each decision is a list of records ``[index..., value]``."""
        decisions = {
            name: [[*key, value] for key, value in sorted(getattr(self.decisions, name).items())]
            for name in Decisions.__dataclass_fields__
        }
        return {
            "designs": [asdict(design) for design in self.designs],
            "decisions": decisions,
            "claims": {
                **{name: getattr(self.claims, name) for name in Claims.__dataclass_fields__ if name != "ledger"},
                "delivered": list(self.claims.delivered),
                "ledger": [[m.family, m.item, m.period, m.musd, m.present_musd] for m in self.claims.ledger],
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Build a plan from the data of ``to_json``; KeyError or TypeError if the data are no plan."""
        designs = tuple(
            Design(**{**d, "choices": Choices(**d["choices"]) if d["choices"] else None}) for d in data["designs"]
        )
        decisions = Decisions(
            **{
                name: {tuple(record[:-1]): record[-1] for record in _records(data["decisions"], name)}
                for name in Decisions.__dataclass_fields__
            }
        )
        claims = dict(data["claims"])
        claims["delivered"] = tuple(claims["delivered"])
        claims["ledger"] = tuple(CashFlow(*entry) for entry in claims["ledger"])
        return cls(designs, decisions, Claims(**claims))
