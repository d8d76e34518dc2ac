"""Notices: what they say, what their buttons do, when they go away."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.services.bundle import Services
from chatapp.services.notices import Action, Level, Notice, Notices
from chatapp.settings.schema import FONT_SIZE, LANGUAGE, THEME
from chatapp.ui import theme
from chatapp.ui.main_window import MainWindow
from chatapp.ui.notices import MAX_SHOWN, NoticeArea, NoticeBar
from chatapp.ui.widgets.icon_label import IconLabel

CRASH = EngineError(ErrorCode.ENGINE_CRASHED, "line 1\nGGML_ASSERT failed", outcome="SIGABRT")


@pytest.fixture
def area(window: MainWindow) -> NoticeArea:
    found = window.findChild(NoticeArea)
    assert found is not None
    return found


def _labels(bar: NoticeBar) -> list[str]:
    return [button.text() for button in bar.findChildren(QPushButton) if button.isVisible()]


def test_an_error_says_what_is_wrong_and_what_to_do(area: NoticeArea, services: Services, qtbot: QtBot) -> None:
    done: list[str] = []
    services.notices.post_error(CRASH, (Action.RESTART_ENGINE, lambda: done.append("restart")), key="engine")
    (bar,) = area.bars()
    assert bar.isVisible()
    assert bar.accessibleName().startswith("The engine stopped unexpectedly (SIGABRT).")
    assert "Start it again" in bar.accessibleName()
    assert _labels(bar) == ["Restart engine", "Show details"]
    qtbot.mouseClick(bar.action_button(Action.RESTART_ENGINE), Qt.MouseButton.LeftButton)
    assert done == ["restart"]
    assert area.bars() == []
    assert not area.isVisible()


def test_the_keyboard_goes_to_the_message_field_when_a_notice_goes(
    area: NoticeArea, services: Services, window: MainWindow, qtbot: QtBot
) -> None:
    composer = window.findChild(QPlainTextEdit, "composer")
    services.notices.post_error(CRASH, (Action.RESTART_ENGINE, lambda: None), key="engine")
    button = area.bars()[0].action_button(Action.RESTART_ENGINE)
    assert button is not None
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    services.notices.clear("engine")
    assert QApplication.focusWidget() is composer is not None


def test_details_unfold_and_are_copied(area: NoticeArea, services: Services, qtbot: QtBot) -> None:
    services.notices.post_error(CRASH)
    (bar,) = area.bars()
    details = bar.findChild(QPlainTextEdit)
    assert not details.isVisible()
    before = area.height()
    show, copy = bar.findChildren(QPushButton)
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert details.toPlainText() == CRASH.details
    qtbot.waitUntil(lambda: area.height() > before)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == CRASH.details
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert not details.isVisible()


def test_a_notice_of_the_same_key_replaces_and_clearing_removes(area: NoticeArea, services: Services) -> None:
    services.notices.post_error(CRASH, key="engine")
    services.notices.post_error(EngineError(ErrorCode.ENGINE_HUNG), key="engine")
    assert [bar.notice.error.code for bar in area.bars() if bar.notice.error] == [ErrorCode.ENGINE_HUNG]
    services.notices.clear("engine")
    assert area.bars() == []


def test_three_are_shown_and_older_ones_come_back(area: NoticeArea, services: Services, qtbot: QtBot) -> None:
    for number in range(5):
        services.notices.post(Notice(Level.WARNING, f"notice {number}"))
    bars = area.bars()
    assert [bar.isVisible() for bar in bars] == [False, False, True, True, True]
    assert bars[4].y() < bars[2].y(), "the newest is on top"
    assert area.height() <= area.window().height() // 2
    bars[4].dismissed.emit()
    assert [bar.isVisible() for bar in area.bars()] == [False, True, True, True]
    assert MAX_SHOWN == 3


def test_an_information_goes_away_by_itself_and_an_error_stays(area: NoticeArea, services: Services) -> None:
    services.notices.post_info("The engine runs again.")
    services.notices.post_error(CRASH)
    info, error = area.bars()
    assert info._timer.isActive()
    assert not error._timer.isActive()
    info._timer.timeout.emit()
    assert area.bars() == [error]


def test_an_information_under_the_eyes_of_the_user_stays(area: NoticeArea, services: Services) -> None:
    services.notices.post_info("The engine runs again.", (Action.UNDO, lambda: None))
    (bar,) = area.bars()
    button = bar.action_button(Action.UNDO)
    assert button is not None
    button.setFocus()
    bar._timer.timeout.emit()
    assert area.bars() == [bar]
    bar.window().hide()
    assert not bar._timer.isActive(), "what nobody sees does not grow old"


def test_notices_from_before_the_window_are_shown(qtbot: QtBot) -> None:
    notices = Notices()
    notices.post_error(CRASH)
    area = NoticeArea(notices)
    qtbot.addWidget(area)
    assert len(area.bars()) == 1


def test_they_change_their_language(area: NoticeArea, services: Services) -> None:
    services.notices.post_info("“{title}” was moved to the trash.", (Action.UNDO, lambda: None), title="제목")
    (bar,) = area.bars()
    services.settings.set(LANGUAGE, "ko")
    QApplication.processEvents()
    assert bar.accessibleName() == "“제목” 대화를 휴지통으로 옮겼어요."
    assert _labels(bar) == ["실행 취소"]


def test_they_follow_the_theme_and_the_text_size(area: NoticeArea, services: Services, qtbot: QtBot) -> None:
    def ink() -> set[str]:
        image = picture.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}

    services.notices.post_error(CRASH)
    (bar,) = area.bars()
    picture = bar.findChild(IconLabel)
    assert theme.LIGHT.error.name() in ink()
    show, _copy = bar.findChildren(QPushButton)
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    details = bar.findChild(QPlainTextEdit)
    low, small, area_low = details.height(), details.font().pointSizeF(), area.height()
    services.settings.set(THEME, "dark")
    services.settings.set(FONT_SIZE, 20)
    QApplication.processEvents()
    assert theme.DARK.error.name() in ink()
    assert details.font().pointSizeF() > small
    assert details.height() > low
    assert area.height() > area_low


def test_every_action_has_words(area: NoticeArea, services: Services) -> None:
    services.notices.post(Notice(Level.ERROR, "x", actions=tuple((action, lambda: None) for action in Action)))
    (bar,) = area.bars()
    assert len({label for label in _labels(bar) if label}) == len(Action)


def test_text_is_never_taken_for_markup(area: NoticeArea, services: Services) -> None:
    services.notices.post_info("“{title}” was moved to the trash.", title="<b>bold</b> {0} {x}")
    assert area.bars()[0]._message.textFormat() is Qt.TextFormat.PlainText
    assert "<b>bold</b> {0} {x}" in area.bars()[0]._message.text()


def test_in_a_narrow_chat_the_buttons_take_a_second_line(area: NoticeArea, services: Services, qtbot: QtBot) -> None:
    several = (Action.SMALLER_CONTEXT, Action.RESTART_ENGINE, Action.CHOOSE_MODEL)
    services.notices.post_error(CRASH, *((action, lambda: None) for action in several))
    (bar,) = area.bars()
    area.setFixedWidth(360)
    qtbot.waitUntil(lambda: bar.width() < 360)
    shown = [button for button in bar.findChildren(QPushButton) if button.isVisible()]
    assert len(shown) == 4
    assert all(button.geometry().right() < bar.width() for button in shown), "nothing is cut off"
    assert len({button.y() for button in shown}) > 1
    assert max(button.geometry().bottom() for button in shown) < bar.height()
