"""Trial of a repair: the changed instance is solved until its first checked plan."""

from __future__ import annotations

import threading
import time

from solver.ask.common.question import with_instance
from solver.errors import ModelError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent, Status
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.threads import start

POLL_SECONDS = 0.1


def first_cost(
    loaded: Loaded[Instance], instance: Instance, seconds: float, stop: threading.Event, planned: float = 1.0
) -> tuple[float | None, bool]:
    """Solve a changed instance until its first plan, and return the cost of it, MUSD, or whether there is none at all.

    ``loaded`` is the file that was changed. The search divides ``planned`` times the seconds among its steps and is cut
    off after the seconds, so that the first steps have time for a large model.
    """
    found = threading.Event()
    cut_off(found, time.monotonic() + seconds, stop)

    def on_event(event: SearchEvent) -> None:
        if event.x is not None or stop.is_set():
            found.set()

    callbacks = Callbacks(stop=found, on_event=on_event, explains=False)
    try:
        outcome = solve_loaded(
            with_instance(loaded, instance), Options(Limits(seconds=planned * seconds, gap=1.0)), callbacks
        )  # fmt: skip
    except (ModelError, UsageError):
        # Numbers beyond what can be solved: they show nothing.
        return None, False
    finally:
        found.set()
    if not outcome.checked or outcome.plan is None:
        return None, outcome.status is Status.INFEASIBLE
    return outcome.plan.claims.cost_musd - outcome.plan.claims.salvage_musd, False


def cut_off(over: threading.Event, ends: float, stop: threading.Event) -> None:
    """End a search at a time (monotonic clock) or with the whole question, unless it is over before."""

    def watch() -> None:
        while not over.wait(POLL_SECONDS):
            if stop.is_set() or time.monotonic() >= ends:
                over.set()

    start(threading.Thread(target=watch, daemon=True))
