"""Command ``kardashev levelised``: the least levelised cost where the plan chooses how much it delivers."""

from __future__ import annotations

import json
from shlex import quote
from time import monotonic
from typing import Annotated

import typer

from solver.cli.asking import asking
from solver.cli.options import (
    Changes,
    File,
    Gap,
    Integrality,
    Json,
    Method,
    Seconds,
    changes_of,
    gap_share,
    solve_options,
)
from solver.errors import UsageError
from solver.io.files import finite
from solver.io.terminal import print_line, print_wrapped

LeastShare = Annotated[
    float, typer.Option(parser=gap_share, metavar="SHARE", help="of the target that a plan must serve at least")
]
UNITS = {"usd_per_w_year": "USD per W and year", "usd_per_pflop_hour": "USD per PFLOP/s and hour"}


def levelised(
    file: File,
    changes: Changes = None,
    least_share: LeastShare = 0.1,
    gap: Gap = 0.01,
    seconds: Seconds = None,
    as_json: Json = False,
) -> None:
    """Find the least levelised cost of chosen delivery.

    Plans choose how much of the target they deliver, and when.

    The target is the most that counts. The bound holds for all plans that deliver the least share of it.
    """
    began = monotonic()
    from solver.ask.least_levelised import RatioSearch

    if not 0.0 < least_share <= 1.0:
        raise UsageError(f"--least-share: found {least_share:g}, expected more than 0 and at most 1")
    options = solve_options(gap, seconds, None, 1, 0, Method.auto, Integrality.auto)
    with asking(options, began, as_json) as asked:
        given = changes_of(changes)
        found = RatioSearch(file, options, given, least_share, asked.stop, asked.on_stage, began).run()
    if as_json:
        print_line(json.dumps(finite(found.to_json())))
    elif found.price is None or found.gap is None:
        print_wrapped(["No plan serves the least share of the target."])
    else:
        text = (
            f"Least levelised cost {found.price:.6g} {UNITS[found.unit]}, proven at least {found.bound:.6g} for plans"
        )
        print_wrapped([
            f"{text} that serve {100 * least_share:g} % of the target; this one serves "
            f"{100 * (found.served_share or 0.0):.3g} % of it. {found.rounds} rounds. The plan:"
        ])  # fmt: skip
        print_line(f"  kardashev solve {file} " + " ".join(f"--set {quote(change)}" for change in found.changes))
    raise typer.Exit(4 if found.gap is None else 0 if found.gap <= gap + 1e-9 else 3)
