import pytest

from chatapp.hub.progress import Meter, Progress
from chatapp.hub.remote_file import RemoteFile, Source


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def measured(total: int, steps: list[tuple[float, int]], interval: float = 0.1) -> list[Progress]:
    """What is reported when after so many seconds so many bytes are there."""
    seen: list[Progress] = []
    clock = Clock()
    meter = Meter(seen.append, total, interval, clock)
    for after, done in steps:
        clock.now = 100.0 + after
        meter.at(done)
    return seen


def test_a_million_steps_are_told_ten_times_a_second() -> None:
    seen = measured(1_000_000, [(i / 100_000, i) for i in range(1, 1_000_001)])
    assert 95 <= len(seen) <= 105
    assert seen[-1].done == 1_000_000
    assert seen[-1].eta == 0


def test_speed_is_of_the_last_seconds() -> None:
    steady = [(float(second), 1000 * second) for second in range(11)]
    seen = measured(100_000, steady)
    assert seen[-1].speed == pytest.approx(1000)
    assert seen[-1].eta == pytest.approx(90)
    faster = steady + [(10.0 + second, 10_000 + 5000 * second) for second in range(1, 11)]
    assert measured(100_000, faster)[-1].speed == pytest.approx(5000)


def test_nobody_knows_the_time_left_at_the_beginning_or_in_a_standstill() -> None:
    seen = measured(1000, [(0.0, 0), (1.0, 0), (2.0, 0)])
    assert [progress.eta for progress in seen] == [None] * 3
    assert seen[-1].speed == 0


def test_beginning_again_is_no_negative_speed() -> None:
    seen = measured(1000, [(0.0, 100), (1.0, 600), (2.0, 0), (3.0, 50)])
    assert [progress.speed for progress in seen] == [0, 500, 0, 50]


def test_a_new_phase_is_told_at_once() -> None:
    seen: list[Progress] = []
    meter = Meter(seen.append, 1000, 10.0, Clock())
    meter.at(5, "checking")
    meter.at(6, "checking")
    meter.at(6)
    meter.at(7, "waiting")
    assert [(told.done, told.phase) for told in seen] == [
        (5, "checking"),
        (6, "downloading"),
        (7, "waiting"),
    ]


def test_files_come_back_from_json() -> None:
    file = RemoteFile("a/b", "c" * 40, "x/y.gguf", 10, "d" * 64)
    assert RemoteFile.from_json(file.to_json()) == file
    for wrong in ({"size": -1}, {"size": "10"}, {"size": True}, {"repo": None}, {"path": 3}):
        with pytest.raises(ValueError, match="not a remote file"):
            RemoteFile.from_json(file.to_json() | wrong)
    with pytest.raises(KeyError):
        RemoteFile.from_json({})


def test_addresses_are_quoted() -> None:
    file = RemoteFile("a/b", "refs/pr/1", "x y/모델#1?.gguf", 1)
    address = Source("http://hub.invalid:8/mirror/").address(file)
    assert address == "http://hub.invalid:8/mirror/a/b/resolve/refs%2Fpr%2F1/x%20y/%EB%AA%A8%EB%8D%B8%231%3F.gguf"
    assert Source("http://hub.invalid:8/mirror/").host == "hub.invalid:8"
