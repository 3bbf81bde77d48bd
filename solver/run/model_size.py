"""Memory and processors of the machine: limits on the model of a solve and on its threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.errors import UsageError
from solver.instance.schema import Instance
from solver.io.machine import memory_mb, processors
from solver.milp.limits import Limits
from solver.run.size_estimate import SizeEstimate, estimate

if TYPE_CHECKING:
    from solver.plan import Design

SIDES = 2
"""Threads that a search can use."""


def admitted_size(instance: Instance, designs: Sequence[Design] | None = None) -> SizeEstimate:
    """Return the estimated size of a model; UsageError where it does not fit into the memory of the machine.

    Without ``designs`` the nodes are sized only where the model would not fit with all that may be kept.
    """
    size, memory = estimate(instance, designs), memory_mb()
    if memory is None or size.memory_mb <= memory:
        return size
    if designs is None:
        # Imported here, so that most instances are validated without numpy.
        from solver.design.candidates import candidate_designs

        size = estimate(instance, candidate_designs(instance))
    if size.memory_mb > memory:
        raise UsageError(
            f"the model would have {size}, more than the {memory / 1000:.1f} GB of this machine; {size.advice}"
        )
    return size


def size_warning(size: SizeEstimate) -> str | None:
    """Return the warning of a model that takes minutes to build; None for any other."""
    return f"large model: {size}; {size.advice}" if size.large else None


def default_threads(method: str) -> int:
    """Return the threads of a single solve: two where the machine has them, for plan and bound; one for ``exact``."""
    return 1 if method == "exact" else min(SIDES, processors())


def with_threads_of_machine(limits: Limits, report: Callable[[str], None]) -> Limits:
    """Return limits with at most as many threads as there are processors, and report where that lowers them."""
    usable = processors()
    if limits.threads <= usable:
        return limits
    report(f"{limits.threads:,} threads lowered to {usable}: this process may use {usable} processor(s)")
    return replace(limits, threads=usable)
