"""Messages of the other side count by work, in their order, whenever they arrive; by the clock they count at once."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest

from solver.milp.solution import Certificate
from solver.search.engine import exchange as exchanging
from solver.search.engine.exchange import LAG, Exchange, Message


class Pipe:
    """Channel whose messages arrive one at each call."""

    def __init__(self, *messages: Message) -> None:
        self.messages, self.sent, self.closed = deque(messages), list[Message](), False

    def send(self, message: Any) -> None:
        """Keep a message."""
        self.sent.append(message)

    def receive(self, seconds: float = 0.0) -> Message | None:
        """Return the next message where one is waited for."""
        return self.messages.popleft() if self.messages and seconds > 0.0 else None


def bound(clock: float, value: float) -> Message:
    """A message with a bound."""
    return Message(clock, bound=(value, Certificate.SOLVER))


def values(exchange: Exchange) -> list[float]:
    """The bounds that count by now."""
    return [message.bound[0] for message in exchange.due() if message.bound is not None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Effort of this side, which the test sets."""
    now = [0.0]
    monkeypatch.setattr(exchanging, "effort", lambda: now[0])
    monkeypatch.setattr(exchanging, "advance_to", lambda to: now.__setitem__(0, max(now[0], to)))
    return now


def test_messages_count_after_the_lag(clock: list[float]) -> None:
    """At an effort of 5 those before 4 count, and the side waits until all of them have arrived."""
    pipe = Pipe(bound(1.0, 1.0), bound(3.9, 2.0), bound(4.0, 3.0), Message(4.5))
    exchange = Exchange(pipe, True, lambda: 7)  # type: ignore[arg-type]
    clock[0] = 4.0 + LAG
    assert values(exchange) == [1.0, 2.0]
    assert exchange.known_until == 4.0
    assert [(message.clock, message.work) for message in pipe.sent] == [(5.0, 7)]
    clock[0] = 4.1 + LAG
    assert values(exchange) == [3.0]


def test_by_the_clock_all_messages_count_and_none_is_waited_for(clock: list[float]) -> None:
    """With a time limit a message counts when it is there, however far its side is."""
    exchange = Exchange(Pipe(bound(100.0, 1.0)), False, lambda: 0)  # type: ignore[arg-type]
    assert values(exchange) == []
    exchange.receive_all(1.0)
    assert values(exchange) == [1.0]
    assert clock == [0.0]


def test_an_idle_side_goes_on_to_the_next_message(clock: list[float]) -> None:
    """A side without work goes on to where nothing can count yet, then to where the message counts."""
    pipe = Pipe(Message(2.0), bound(3.0, 1.0), Message(3.5))
    exchange = Exchange(pipe, True, lambda: 0)  # type: ignore[arg-type]
    exchange.idle()
    assert clock == [2.0 + LAG]
    exchange.idle()
    assert clock[0] == pytest.approx(3.0 + LAG)
    assert values(exchange) == [1.0]


def test_an_idle_side_goes_on_to_the_last_message_of_one_that_has_ended(clock: list[float]) -> None:
    """A plan counts at the same effort whether the end of its sender arrives with it or later."""
    exchange = Exchange(Pipe(bound(4.5, 1.0), Message(np.inf, ended=True)), True, lambda: 0)  # type: ignore[arg-type]
    exchange.receive_all(1.0)
    exchange.receive_all(1.0)
    assert not exchange.alive
    exchange.idle()
    assert clock[0] == pytest.approx(4.5 + LAG)
    assert values(exchange) == [1.0]


def test_the_end_of_the_other_side_ends_every_wait(clock: list[float]) -> None:
    """A side that has ended is not waited for, and tells why it failed."""
    exchange = Exchange(Pipe(Message(np.inf, 5, failure="why", ended=True)), True, lambda: 0)  # type: ignore[arg-type]
    clock[0] = 50.0
    assert values(exchange) == []
    assert (exchange.alive, exchange.failure, exchange.their_work) == (False, "why", 5)
