"""Exchange of two sides of a search: plans one way, bounds, cuts and subtrees the other, in an order of work.

A message carries the effort of its sender (``solver.milp.effort``). Without a time limit it counts on the other side
once that side is ``LAG`` ahead of it, whenever it arrived: a side waits until the other one has worked up to that
point. So two runs exchange the same at the same places, whatever the machine does besides. With a time limit, where no
run can be repeated, a message counts as soon as it is there, and no side waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from solver.io.forked import Channel
from solver.milp.effort import advance_to, effort
from solver.milp.matrix import Floats, Indices
from solver.milp.names import Names
from solver.milp.solution import Basis, Certificate

LAG = 1.0
"""Effort after which a message counts on the other side: larger, and news are older; smaller, and sides wait longer."""
BEAT = 0.1
"""Effort after which a side tells how far it is."""
POLL_SECONDS = 0.02


@dataclass(frozen=True, eq=False, slots=True)
class CutRows:
    """Rows of cuts below those of the matrix, and the LP optimum with them: point, duals of all rows, basis."""

    rows: sp.csr_matrix
    lower: Floats
    upper: Floats
    names: Names
    x: Floats
    row_dual: Floats | None
    basis: Basis | None


@dataclass(frozen=True, eq=False, slots=True)
class Subtree:
    """Node of the tree in which a plan may be sought: bounds of some columns, and the LP optimum within them."""

    columns: Indices
    lower: Floats
    upper: Floats
    x: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Message:
    """Message of a side at its effort; without content it reports how far that side is.

    ``work`` counts its nodes. ``no_subtrees`` means that there is no tree whose subtrees are worth waiting for,
    ``no_plan`` that no first plan was found without them.
    """

    clock: float
    work: int = 0
    plan: tuple[Floats, str] | None = None
    bound: tuple[float, Certificate] | None = None
    cuts: CutRows | None = None
    subtree: Subtree | None = None
    no_subtrees: bool = False
    no_plan: bool = False
    failure: str | None = None
    ended: bool = False

    @property
    def empty(self) -> bool:
        """True for a message with only how far its side is."""
        content = (self.plan, self.bound, self.cuts, self.subtree)
        return all(part is None for part in content) and not (self.no_subtrees or self.no_plan)


@dataclass(slots=True)
class Exchange:
    """Messages of one side with the other: those that count are handed out in the order in which they were sent.

    ``work`` returns the nodes of this side, ``stopped`` whether to wait no longer. ``known_until`` is the effort
    up to which all messages of the other side are known, ``their_work`` its nodes by then.
    """

    channel: Channel
    ordered: bool
    work: Callable[[], int]
    stopped: Callable[[], bool] = lambda: False
    pending: deque[Message] = field(default_factory=deque)
    known_until: float = -np.inf
    their_work: int = 0
    failure: str | None = None
    ended: bool = False
    sent: float = -np.inf

    @property
    def alive(self) -> bool:
        """True as long as the other side works."""
        return not (self.ended or self.channel.closed)

    def send(
        self,
        plan: tuple[Floats, str] | None = None,
        bound: tuple[float, Certificate] | None = None,
        cuts: CutRows | None = None,
        subtree: Subtree | None = None,
        no_subtrees: bool = False,
        no_plan: bool = False,
    ) -> None:
        """Send a message at the effort of this side."""
        self.sent = effort()
        self.channel.send(Message(self.sent, self.work(), plan, bound, cuts, subtree, no_subtrees, no_plan))

    def end(self, failure: str | None = None) -> None:
        """Send that this side has ended, and why where it failed."""
        self.channel.send(Message(np.inf, self.work(), failure=failure, ended=True))

    def beat(self) -> None:
        """Send how far this side is, unless it did so a moment ago."""
        if effort() >= self.sent + BEAT:
            self.send()

    def receive_all(self, seconds: float = 0.0) -> None:
        """Take in the messages that have arrived; wait for the first of them up to some seconds."""
        while (message := self.channel.receive(seconds)) is not None:
            seconds, self.known_until, self.their_work = 0.0, message.clock, message.work
            self.failure, self.ended = message.failure or self.failure, self.ended or message.ended
            if not message.empty:
                self.pending.append(message)
        if self.channel.closed:
            self.known_until = np.inf

    def due(self) -> Iterator[Message]:
        """Yield the messages that count by now; wait for the other side where it may still send one of them."""
        before = self._before()
        if self.ordered and effort() > self.sent:
            self.send()
        self.receive_all()
        while self.ordered and self.known_until < before and self.alive and not self.stopped():
            self.receive_all(POLL_SECONDS)
        while self.pending and self.counts(self.pending[0]):
            yield self.pending.popleft()

    def counts(self, message: Message) -> bool:
        """Return whether a message counts by now."""
        return message.clock < self._before()

    def idle(self) -> None:
        """Wait for the other side: go on to where its next message counts, or to where none can count yet."""
        self.receive_all(POLL_SECONDS)
        if self.ordered and (self.alive or self.pending):
            to = self.pending[0].clock * (1 + 1e-9) if self.pending else self.known_until
            if np.isfinite(to):
                advance_to(to + LAG)
            self.beat()

    def _before(self) -> float:
        """Return the effort of the other side before which its messages count."""
        return effort() - LAG if self.ordered else np.inf
