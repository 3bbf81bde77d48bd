"""Published paces of lunar growth beside the model's, into a table: ``python -m results.tools.growth``.

Writes ``results/tables/growth.md``. The plant is one black box with the published lag and imports. Its productivity, t
of product per t of plant and year at work, is the one free number: NASA's copy of 100 t a working year makes it 1 (512
seeds at year 10 name no other), and the other cases are predictions. Nothing but plant, lag, closure and freight bounds
growth here, no robots.

Assumptions where a source is silent: nights are worked through; Criswell's lag is NASA's, or the four months in which
his base is set up; Metzger's closure, published for electronics, is taken for all of the plant, and before generation 3
as 90 % or as nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from results.tools.growth_model import SEED_ONLY, VITAMINS, Freight, factory, grow, instance, moon, seed, years
from solver.instance.schema import Instance
from solver.io import escapes
from solver.io.files import write_text

TABLE = Path(__file__).parents[1] / "tables" / "growth.md"
FITTED = 1.0


@dataclass(frozen=True)
class Case:
    """One published pace: ``stated`` is what the model predicts with FITTED, ``needed`` the productivity that hits it.

    The figure is the plant in step ``last``, over that of the first step where ``ratio``, else in t.
    """

    name: str
    published: float
    stated: float
    needed: float
    last: int
    make: Callable[[float], Instance]
    freight: Freight = VITAMINS
    ratio: bool = True

    def predict(self, productivity: float = FITTED) -> float:
        """The figure from the solved model."""
        plant = grow(self.make(productivity), self.freight, robots=False).plant_t()
        return plant[self.last] / (plant[min(plant)] if self.ratio else 1.0)


def nasa(productivity: float, illumination_share: float = 1.0, until: int = 20) -> Instance:
    """100 t that copy themselves in a working year (CP-2255); without power at night that takes two of the calendar."""
    doubling_years = 1.0 / illumination_share
    plant = {"factory": factory(productivity, 1.0)}
    section = moon(plant, illumination_share=illumination_share, doubling_years=doubling_years)
    return instance(years(until + 1), section)


def ssi(productivity: float) -> Instance:
    """25 t that copy themselves in three months, a tenth of their mass from the Earth (1993)."""
    section = moon({"factory": factory(productivity, 0.25, 0.1)}, seed=seed(25.0, {"factory": 1.0}, 0.25))
    return instance([(10, "quarter")], section)


def criswell(productivity: float, lag_years: float) -> Instance:
    """A base whose output grows from 30,000 to 600,000 t a year within five, half a percent of it from the Earth."""
    return instance(years(7), moon({"factory": factory(productivity, lag_years, 0.005)}))


def metzger(productivity: float, first_share: float) -> Instance:
    """7.7 t and 64 kW at first, generations of two years, closure rising in generations 3 to 6 (2013)."""
    shares = {3: 0.9, 4: 0.95, 5: 0.99, 6: 1.0}
    unlocks = [
        {"name": f"generation_{n}", "local_share": share, "available_from": f"{2029 + 2 * n}-01", "cost_musd": 0.0}
        for n, share in shares.items()
        if share > first_share
    ]
    parts = {"import_usd_per_kg": 0.0, "local_share": first_share, "unlocks": unlocks}
    section = moon(
        {"factory": factory(productivity, 2.0)}, commodities={"parts": parts}, seed=seed(7.7, {"factory": 1.0})
    )
    return instance(years(21), section)


def _criswell(lag_years: float) -> Callable[[float], Instance]:
    return lambda productivity: criswell(productivity, lag_years)


def _metzger(first_share: float) -> Callable[[float], Instance]:
    return lambda productivity: metzger(productivity, first_share)


CASES = (
    Case("NASA, power at night, seeds at year 10", 512, 512, 1.0, 10, lambda p: nasa(p, until=10), SEED_ONLY),
    Case("NASA, no power at night, seeds at year 20", 512, 295.5, 1.147, 20, lambda p: nasa(p, 0.5), SEED_ONLY),
    Case("SSI, copies after 24 months", 256, 7.106, 3.6, 9, ssi),
    Case("Criswell, output after 5 years, lag 1 year", 20, 32.40, 0.8165, 6, _criswell(1.0)),
    Case("Criswell, the same, lag 4 months", 20, 76.25, 0.6598, 18, _criswell(1 / 3)),
    Case("Metzger, t at year 20, 41 t landed, 90 %", 40_000, 51_018, 0.9216, 20, _metzger(0.9), Freight(41.0), False),
    Case("Metzger, the same, at first all imported", 40_000, 27_179, 1.1173, 20, _metzger(0.0), Freight(41.0), False),
    Case("Metzger, t at year 20, 12 t landed, 90 %", 156, 7_769, 0.1886, 20, _metzger(0.9), Freight(12.0), False),
    Case("Metzger, the same, at first all imported", 156, 7_518, 0.2433, 20, _metzger(0.0), Freight(12.0), False),
)


def main() -> None:
    """Solve every case and write the table."""
    write_text(TABLE, table(Case.predict))


def table(figure: Callable[[Case], float]) -> str:
    """Return the table in Markdown, with the model's figure of each case as the function gives it."""
    lines = [
        "| case | published | predicted | predicted / published | t/t/year needed |",
        "| --- | --- | --- | --- | --- |",
    ]
    for case in CASES:
        predicted = figure(case)
        shown = f"{predicted:.0f}" if predicted >= 1000 else f"{predicted:.4g}"
        ratio = f"{predicted / case.published:.3g}"
        name = escapes.markdown(case.name)
        lines.append(f"| {name} | {case.published:.0f} | {shown} | {ratio} | {case.needed:.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
