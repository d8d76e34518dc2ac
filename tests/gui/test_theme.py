"""Colours that can be read, and icons that follow them."""

from dataclasses import fields

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QStyleHints
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from chatapp.paths import resources
from chatapp.ui import theme
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.widgets.icons import icon

GROUNDS = ("background", "surface", "sunken", "code_background", "user_bubble", "hover", "selected")
ICONS = sorted(path.stem for path in resources().joinpath("icons").glob("*.svg"))


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_is_readable_on_every_ground(colors: theme.Colors, ground: str) -> None:
    on = getattr(colors, ground)
    assert theme.contrast(colors.text, on) >= 7
    for name in ("muted", "accent", "error", "warning"):
        assert theme.contrast(getattr(colors, name), on) >= 4.5, name


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_on_the_accent_is_readable(colors: theme.Colors) -> None:
    assert theme.contrast(colors.on_accent, colors.accent) >= 4.5


def test_every_colour_is_opaque() -> None:
    for colors in (theme.LIGHT, theme.DARK):
        assert all(getattr(colors, f.name).alpha() == 255 for f in fields(colors))


def test_modes_switch_live_and_tell_widgets_that_paint_themselves(qapp: QApplication) -> None:
    told: list[bool] = []
    connection = theme.notifier.changed.connect(lambda: told.append(theme.is_dark()))
    theme.apply(qapp, "dark", 12)
    assert theme.colors() is theme.DARK
    assert qapp.font().pointSize() == 12
    theme.apply(qapp, "light", 10)
    theme.notifier.changed.disconnect(connection)
    assert told == [True, False]
    assert qapp.palette().windowText().color() == theme.LIGHT.text


def test_auto_follows_the_system_live_and_a_chosen_theme_does_not(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemes = {"system": Qt.ColorScheme.Light}
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _hints: schemes["system"])
    for mode, follows in (("auto", True), ("light", False)):
        schemes["system"] = Qt.ColorScheme.Light
        theme.apply(qapp, mode, 10)
        assert not theme.is_dark()
        schemes["system"] = Qt.ColorScheme.Dark
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert theme.is_dark() is follows
    theme.apply(qapp, "light", 10)


def _darkest(image: QImage) -> int:
    return min(
        image.pixelColor(x, y).lightness()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    )


def test_every_icon_is_drawn_in_the_text_colour(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 10)
    drawn = {name: icon(name) for name in ICONS}
    for name, one in drawn.items():
        light = one.pixmap(QSize(24, 24), 2.0)
        assert light.size() == QSize(48, 48), name
        assert _darkest(light.toImage()) < 80, name
        assert _darkest(one.pixmap(QSize(24, 24), 2.0, QIcon.Mode.Disabled).toImage()) > 80, name
    theme.apply(qapp, "dark", 10)
    for name, one in drawn.items():
        assert _darkest(one.pixmap(QSize(24, 24), 2.0).toImage()) > 150, name
    theme.apply(qapp, "light", 10)


def test_the_picture_of_a_message_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "light", 10)
    pane = MessagePane("message")
    qtbot.addWidget(pane)
    pane.show_message("model", "No models yet", "", [])
    picture = next(label for label in pane.findChildren(QLabel) if not label.pixmap().isNull())
    drawn = []
    for mode in ("light", "dark", "light"):
        theme.apply(qapp, mode, 10)
        drawn.append(_darkest(picture.pixmap().toImage()))
    assert drawn[0] == drawn[2] < 128 < drawn[1]


def test_an_unknown_icon_is_an_error_at_once(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")
