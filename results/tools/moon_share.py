"""Compute the Moon's share of a terawatt by the room in low orbits: ``python -m results.tools.moon_share``.

Not a test. Writes ``results/tables/moon_share.md``, from LP relaxations of ``instances/reference/terawatt.yaml``, two
minutes of a processor. The share at the end is that of the power that works in the last period; its range is that of
plans that cost up to 0.1 % more.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from formulations.names import Var
from solver.derive import Derived, derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.io.files import write_text
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.solution import Status
from solver.run.solve import build

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "results" / "tables" / "moon_share.md"
INSTANCES = ROOT / "instances"
LOW = ("dawn_dusk_650", "dawn_dusk_1000", "dawn_dusk_1400", "leo_53_550")
LIMITS = Limits(seconds=600.0)
NEAR = 0.001
HEAD = ("room in low orbits", "net present cost, TUSD", "Moon at the end, %", "range, %", "Moon of all built, %")


@dataclass(frozen=True, slots=True)
class Room:
    """Room in low orbits: how many of each shell, any where None, slots of the class, parts of the catalogue."""

    name: str
    count: int | None = 1
    class_slots: float | None = None
    parts: tuple[str, ...] = ()

    def changes(self) -> list[str]:
        """Return the changes of the file, each as ``path=value``."""
        shells = [f"shells.{s}.slots=null" if self.count is None else f"shells.{s}.count={self.count}" for s in LOW]
        return [*shells, *([] if self.class_slots is None else [f"regimes.leo.slots={self.class_slots:g}"])]

    def instance(self) -> Instance:
        """Read the terawatt with this room."""
        files = [INSTANCES / "reference" / "terawatt.yaml", *(INSTANCES / "catalogue" / part for part in self.parts)]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "terawatt.yaml"
            names = ", ".join(f'"{path}"' for path in files)
            file.write_text(f"format: 2\nname: Terawatt\nextends: [{names}]\n", encoding="utf-8")
            return read(file, changes=self.changes()).instance


ROOMS = (
    Room("the four shells of the file, 4,500 slots each"),
    Room("four of each", 4),
    Room("thirteen of each, which fill the class of 240,000", 13),
    Room("the class of 240,000 alone", None),
    Room("55 of each, and a filing of a million for the class", 55, 1e6),
    Room("a filing of a million alone", None, 1e6),
    Room("four filings of 1,239,600 alone", None, 1_239_600),
    Room("two millions alone", None, 2e6),
    Room("no limit", None, 1e12),
    Room("the four shells, and ships refuelled to L5", 1, None, ("refuelled.yaml",)),
    Room("the class alone, and ships refuelled to L5", None, None, ("refuelled.yaml",)),
    Room("the four shells by area, and ships refuelled to L5", 1, None, ("refuelled.yaml", "orbit_limits.yaml")),
    Room("the four shells by area", 1, None, ("orbit_limits.yaml",)),
)


def main() -> None:
    """Compute all rooms and write the table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row(room) for room in ROOMS)]
    write_text(TABLE, "".join(f"| {' | '.join(cells)} |\n" for cells in lines))


def row(room: Room) -> tuple[str, ...]:
    """Compute the line of one room: the cheapest relaxed plan, and the least and the most share of those near it."""
    instance = room.instance()
    derived = derive(instance, selected_designs(instance)[0])
    matrix = build(derived, instance=instance)[0].relaxed()
    best = solve(matrix, LIMITS)
    if best.x is None:
        if best.status is not Status.INFEASIBLE:
            raise SystemExit(f"{room.name}: {best.status}")
        return room.name, "no plan", "", "", ""
    alive, built = (share_of(instance, derived, matrix, at_end) for at_end in (True, False))
    cost = matrix.value(best.x)
    cap = Names.of_pairs([("near", ())])
    near = matrix.with_rows(
        sp.csr_matrix(matrix.cost), np.array([-np.inf]), np.array([cost * (1 + NEAR) - matrix.cost_offset]), cap
    )
    ends = []
    for sign in (1.0, -1.0):
        found = solve(near.with_(cost=sign * (alive[0] - alive[1]), cost_offset=0.0), LIMITS)
        if found.x is None:
            raise SystemExit(f"{room.name}: {found.status}")
        ends.append(percent(alive, found.x))
    print(room.name, f"{cost:.1f}", percent(alive, best.x), *ends, flush=True)
    tusd = cost / derived.units.money_per_musd * 1e-6
    return room.name, f"{tusd:.2f}", percent(alive, best.x), " to ".join(ends), percent(built, best.x)


def share_of(instance: Instance, derived: Derived, matrix: Matrix, at_end: bool) -> tuple[Floats, Floats]:
    """Return the power of each column that is made on the Moon and on the Earth, at the end or as built, GW."""
    c = derived.coefficients
    moon, earth = np.zeros(matrix.columns), np.zeros(matrix.columns)
    for j in matrix.columns_of(Var.NODES_PLACED):
        k, s, t = matrix.column_names.indices[j]
        made_on = instance.platforms[c.nodes.platform[k]].made_on
        # A unit of a column from the Moon is a GW, one from the Earth a node.
        gw = 1.0 if made_on == "moon" else c.nodes.gw[k, s]
        (moon if made_on == "moon" else earth)[j] = c.nodes.delivers[k, s].at(t, c.time.periods[-1]) if at_end else gw
    return moon, earth


def percent(share: tuple[Floats, Floats], x: Floats) -> str:
    """Return the share of the Moon of a relaxed plan in per cent."""
    moon, earth = float(share[0] @ x), float(share[1] @ x)
    return f"{100 * moon / (moon + earth):.1f}"


if __name__ == "__main__":
    main()
