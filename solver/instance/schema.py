"""Instance: the typed data of one planning problem, with units in the keys."""

from typing import ClassVar, Literal

from pydantic import Field

from solver.instance.fields import (
    DiscountRate,
    Month,
    Name,
    Path,
    Positive,
    Price,
    Section,
    ShareBelowOne,
    TailYears,
    YearlyChange,
)
from solver.instance.hardware import CandidateDesigns, Platform, Technology
from solver.instance.learning import Learning
from solver.instance.market import Market
from solver.instance.moon import Moon
from solver.instance.network import Network
from solver.instance.places import Ground, Regime, Shell
from solver.instance.transport import Site, Vehicle


class PeriodGroup(Section):
    """Periods of equal length."""

    count: int = Field(ge=1, le=400)
    length: Literal["month", "quarter", "half_year", "year"]


class Horizon(Section):
    """Planning horizon: its start, its periods, and the discount rate."""

    GOES_WITH: ClassVar[dict[str, str]] = {"tail_years": "periods"}
    """Key that is not inherited where a file or option gives the other one anew: a tail is chosen for its periods."""

    start: Month
    periods: list[PeriodGroup] = Field(min_length=1, max_length=20)
    discount_share_per_year: DiscountRate = Field(
        default=0.0, description="real; with inflation_share_per_year a nominal rate, from which that is taken out"
    )
    inflation_share_per_year: DiscountRate = 0.0
    tail_years: TailYears = Field(default=0, description="years planned after the last period and not reported")

    def real(self, share_per_year: float) -> float:
        """Return the real rate of a rate of this file: that of a nominal one without inflation."""
        return float((1.0 + share_per_year) / (1.0 + self.inflation_share_per_year) - 1.0)

    @property
    def real_discount_share_per_year(self) -> float:
        """Real discount rate."""
        return self.real(self.discount_share_per_year)


class Milestone(Section):
    """Point of the target path, with the one value that belongs to the kind of target."""

    date: Month
    gw: Positive | None = None
    gw_per_year: Positive | None = None
    eflops: Positive | None = None
    kt_per_year: Positive | None = None


class Target(Section):
    """Demand on the plan, by milestones; constant after the last one, none before the first."""

    kind: Literal["power_alive", "power_added", "compute_alive", "compute_delivered", "mass_to_orbit"]
    where: Literal["orbit", "anywhere"] = "orbit"
    interpolation: Literal["geometric", "linear", "step"] = "step"
    milestones: list[Milestone] = Field(min_length=1, max_length=200)
    unmet_penalty_musd: Price | None = Field(
        default=None, description="price of one unit of target missed for one year; none: missing it is forbidden"
    )


class Objective(Section):
    """Objective: least cost, most value at market prices, most power under a budget, or the earliest date."""

    kind: Literal["least_cost", "most_value", "most_power", "earliest_date"] = "least_cost"
    budget_musd: Price | None = Field(default=None, description="discounted spending before salvage")


class Use(Section):
    """Vehicles, shells, platforms and ground regions that this scenario may use."""

    vehicles: list[Name] = Field(min_length=1)
    shells: list[Name] = Field(min_length=1)
    platforms: list[Name] = []
    ground: list[Name] = []
    moon: bool = Field(default=False, description="true: the plan may build the lunar industry")


class Supply(Section):
    """Supply from the world market, by any manufacturer."""

    accelerators_gw: Path | None = Field(default=None, description="accelerators by IT power, GW a year")


class CapitalCost(Section):
    """Cost of capital by class of asset, a rate a year; none: the discount rate."""

    nodes: DiscountRate | None = None
    vehicles: DiscountRate | None = None
    pads: DiscountRate | None = None
    lines: DiscountRate | None = None
    facilities: DiscountRate | None = None
    servers: DiscountRate | None = None
    gateways: DiscountRate | None = None


class Money(Section):
    """Accounting rules; all money is real USD."""

    salvage: Literal["delivered", "straight_line", "none"] = "straight_line"
    hardware_price_change_share_per_year: YearlyChange = Field(
        default=0.0, description="yearly change of all node prices but accelerators"
    )
    price_year: int | None = Field(default=None, ge=1900, le=2200, description="year of the USD of all prices")
    capital_cost_share_per_year: CapitalCost = CapitalCost()
    insurance_share: ShareBelowOne = Field(
        default=0.0,
        description="premium asked of the price of nodes on a flight; charged beyond its losses",
    )
    fees_share: ShareBelowOne = Field(default=0.0, description="on top of the price of every asset of a class")


class Source(Section):
    """Source of a number."""

    title: str
    author: str = ""
    year: int | None = Field(default=None, ge=0, le=9999)
    address: str = ""


class Optimum(Section):
    """Optimum of a small instance found without the model, and the reason."""

    objective_musd: float | None = None
    factor: float | None = None
    date: str | None = None
    infeasible: str | None = Field(default=None, description="word of the rule that forbids it")
    reason: str


class Claim(Section):
    """Published statement that this instance examines; a price stands in one of ``price_*`` or in ``rival``."""

    statement: str
    source: Name
    quoted: str = Field(default="", description="figure as the source has it")
    boundary: str = Field(default="", description="costs that a claimed price counts")
    expected: Literal["infeasible", "feasible", "dearer"]
    price_musd: Price | None = Field(default=None, description="claimed least cost, as the objective counts it")
    price_usd_per_kwh: Price | None = Field(default=None, description="claimed levelised cost")
    rival: list[str] = Field(default=[], description="changes that make the instance whose cost is the claimed price")
    rival_factor: Positive = Field(default=1.0, description="claimed price over the cost of the rival")
    relaxed: list[str] = Field(default=[], description="changes with which the claim holds")
    verdict: str = ""


class Instance(Section):
    """Instance of the planning problem; ``instances/README.md`` describes every key."""

    format: Literal[2]
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    claim: Claim | None = None
    optimum: Optimum | None = None
    case: Literal["low", "central", "high", "pessimistic", "optimistic"] = "central"
    horizon: Horizon
    target: Target
    objective: Objective = Objective()
    market: dict[Name, Market] = {}
    use: Use
    vehicles: dict[Name, Vehicle]
    sites: dict[Name, Site]
    shells: dict[Name, Shell]
    regimes: dict[Name, Regime] = {}
    technology: Technology = Technology()
    platforms: dict[Name, Platform] = {}
    candidate_designs: CandidateDesigns = CandidateDesigns()
    ground: dict[Name, Ground] = {}
    supply: Supply = Supply()
    moon: Moon | None = None
    network: Network | None = None
    money: Money = Money()
    learning: Learning = Learning()
    sources: dict[Name, Source] = {}
