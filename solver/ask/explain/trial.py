"""Trial of a repair: the changed instance is solved until its first checked plan."""

from __future__ import annotations

import threading

from solver.ask.common.question import with_instance
from solver.errors import ModelError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent, Status
from solver.run.solve import Callbacks, Options, solve_loaded


def first_cost(
    loaded: Loaded[Instance], instance: Instance, seconds: float, stop: threading.Event
) -> tuple[float | None, bool]:
    """Solve a changed instance until its first plan, and return the cost of it, MUSD, or whether there is none at all.

    ``loaded`` is the file that was changed.
    """
    found = threading.Event()

    def on_event(event: SearchEvent) -> None:
        if event.x is not None or stop.is_set():
            found.set()

    callbacks = Callbacks(stop=found, on_event=on_event, explains=False)
    try:
        outcome = solve_loaded(
            with_instance(loaded, instance), Options(Limits(seconds=seconds, gap=1.0)), callbacks
        )  # fmt: skip
    except (ModelError, UsageError):
        # Numbers beyond what can be solved: they show nothing.
        return None, False
    if not outcome.checked or outcome.plan is None:
        return None, outcome.status is Status.INFEASIBLE
    return outcome.plan.claims.cost_musd - outcome.plan.claims.salvage_musd, False
