"""Market: what is paid for power or computing by workload and year, where a plan chooses how much it delivers."""

from pydantic import Field

from solver.instance.fields import Month, Price, Section, Share


class PriceAt(Section):
    """Market price at a date, in the unit of the target: one of its keys."""

    date: Month
    usd_per_w_year: Price | None = Field(default=None, description="of IT power; for power_alive")
    usd_per_pflop_hour: Price | None = Field(default=None, description="of one PFLOP/s for an hour; for computing")


class Market(Section):
    """Demand of one workload at a price: the target path is the size of the market of all workloads."""

    title: str = ""
    share: Share | None = Field(default=None, description="of the target; none: all of it, or that of the network")
    from_: Month | None = Field(default=None, alias="from", description="nothing is paid before; none: the start")
    prices: list[PriceAt] = Field(
        min_length=1, max_length=200, description="joined by straight lines, level before the first and after the last"
    )
