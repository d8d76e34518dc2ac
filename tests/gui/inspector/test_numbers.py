"""Probabilities as they are read."""

import math

import pytest

from chatapp.ui.inspector.numbers import bits, log_percent, nats_as_bits, percent, rough_percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"), (1, "100 %"), (0.9999, ">99.9 %"), (0.4123, "41.2 %"), (0.00083, "0.083 %"), (3.14e-6, "0.00031 %"),
        (3.14e-9, "3.1e-7 %"), (9.99e-9, "1.0e-6 %"), (1e-300, "1.0e-298 %"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_a_probability_is_short_and_never_rounded_away(share: float, text: str) -> None:
    assert percent(share) == text
    if share > 0:
        assert log_percent(math.log(share)) == text


def test_logarithms_may_be_too_small_for_a_probability() -> None:
    assert log_percent(-5000.0) == "3.4e-2170 %"
    assert log_percent(0.0) == "100 %"
    assert log_percent(-math.inf) == "0 %"


def test_rough_ones_and_bits() -> None:
    assert [rough_percent(share) for share in (0.0, 1e-5, 0.1234, 1.0)] == ["0.0 %", "<0.1 %", "12.3 %", "100.0 %"]
    assert [bits(3.14159), bits(12.345), bits(math.nan)] == ["3.14", "12.3", "–"]
    assert [nats_as_bits(3 * math.log(2)), nats_as_bits(-1e-9), nats_as_bits(math.nan)] == ["3.00", "0.00", "–"]
