"""Speed limits, on a clock that only waiting moves."""

import time

import pytest

from chatapp.hub.pace import Pace
from chatapp.hub.stop import Stop


class Clock(Stop):
    """Waiting moves it, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: found.now)
    return found


def seconds(clock: Clock, pace: Pace, total: int) -> float:
    began, left = clock.now, total
    while left > 0:
        count = pace.piece(left)
        pace.take(count, clock)
        left -= count
    return clock.now - began


@pytest.mark.parametrize("limit", [1000, 50_000, 3_000_000, 400_000_000])
def test_it_takes_as_long_as_it_should(clock: Clock, limit: int) -> None:
    assert seconds(clock, Pace(limit), 10 * limit) == pytest.approx(10, rel=0.001)


def test_without_a_limit_nothing_waits(clock: Clock) -> None:
    assert seconds(clock, Pace(), 10**12) == 0
    assert Pace().piece(1 << 20) == 1 << 20


def test_a_limit_can_be_changed_and_lifted_meanwhile(clock: Clock) -> None:
    pace = Pace(1_000_000)
    assert seconds(clock, pace, 5_000_000) == pytest.approx(5, rel=0.001)
    pace.bytes_per_second = 10_000_000
    assert seconds(clock, pace, 5_000_000) == pytest.approx(0.5, rel=0.001)
    pace.bytes_per_second = 0
    assert seconds(clock, pace, 5_000_000) == 0


def test_a_pause_is_no_credit_for_a_burst(clock: Clock) -> None:
    pace = Pace(1_000_000)
    seconds(clock, pace, 1_000_000)
    clock.now += 60  # the server was silent
    assert seconds(clock, pace, 1_000_000) == pytest.approx(1, rel=0.001)
    clock.now += 0.3  # but what took a little longer is made up for
    assert seconds(clock, pace, 1_000_000) == pytest.approx(0.7, rel=0.01)


def test_pieces_are_small_so_that_nothing_waits_for_long(clock: Clock) -> None:
    assert Pace(1_000_000).piece(1 << 20) == 50_000
    assert Pace(100).piece(1 << 20) == 4096
    assert Pace(1_000_000).piece(77) == 77
