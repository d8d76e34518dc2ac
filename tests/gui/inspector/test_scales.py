"""The colours of tokens: readable, and told apart without seeing hues, in both themes."""

import math

import numpy as np
import pytest

from chatapp.core.measure import Measure
from chatapp.core.token_measures import levels
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.candidate_model import Column
from chatapp.ui.inspector.candidates import bar_color


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("measure", [*Measure, scales.ATTENTION])
def test_text_is_readable_on_every_colour(measure: scales.Scale, *, dark: bool) -> None:
    ink = (theme.DARK if dark else theme.LIGHT).text
    assert min(theme.contrast(ink, ground) for ground in scales.ramp(measure, dark=dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("measure", [*Measure, scales.ATTENTION])
def test_stronger_is_always_darker_or_always_lighter(measure: scales.Scale, *, dark: bool) -> None:
    surface = (theme.DARK if dark else theme.LIGHT).surface
    away = [theme.contrast(surface, ground) for ground in scales.ramp(measure, dark=dark)]
    assert away == sorted(away)
    assert away[-1] > 2  # the strongest colour is far from none


def test_levels_and_colours() -> None:
    ramp = scales.ramp(Measure.SURPRISAL, dark=False)
    assert scales.color(Measure.SURPRISAL, 0, dark=False) == ramp[0] == theme.LIGHT.surface
    assert scales.color(Measure.SURPRISAL, 5, dark=False) == ramp[-1]
    assert scales.color(Measure.SURPRISAL, math.nan, dark=False).alpha() == 0


@pytest.mark.parametrize("measure", list(Measure))
def test_the_legend_says_what_the_levels_are(measure: Measure) -> None:
    found = scales.ticks(measure)
    values = np.array([value for _level, value in found])
    np.testing.assert_allclose(levels(values, measure), [level for level, _value in found])


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_are_readable_on_their_bars(*, dark: bool) -> None:
    colors = theme.DARK if dark else theme.LIGHT
    for column in (Column.RAW, Column.FINAL):
        assert theme.contrast(colors.text, bar_color(colors, column)) >= 4.5
        assert theme.contrast(colors.muted, bar_color(colors, column, others=True)) >= 4.5
