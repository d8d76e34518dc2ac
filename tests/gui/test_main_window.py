"""The window as a user meets it: menus, keys, layout, languages, files dropped on it."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QInputMethodEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.notices import Notice
from chatapp.settings.inspector import EXPORT_FOLDER
from chatapp.settings.schema import FONT_SIZE, LANGUAGE, THEME, WINDOW_GEOMETRY
from chatapp.ui import theme
from chatapp.ui.appearance import Appearance
from chatapp.ui.chat.view import ChatView
from chatapp.ui.main_window import MainWindow
from chatapp.ui.model_selector import ModelSelector
from tests.gui.conftest import open_window
from tests.services.conftest import Make, ready


def ask(services: Services, qtbot: QtBot, text: str) -> None:
    """Send *text* and wait for the whole reply."""
    assert services.chat.send(text)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)


def press(qtbot: QtBot, window: QWidget, keys: str) -> None:
    """Press the keys of a shortcut."""
    combination = QKeySequence(keys)[0]
    qtbot.keyClick(window, combination.key(), combination.keyboardModifiers())


def test_everything_has_its_place_and_name(window: MainWindow) -> None:
    for name in ("conversationList", "searchBox", "modelSelector", "contextMeter", "inspector", "composer"):
        assert window.findChild(QWidget, name) is not None, name
    assert window.minimumWidth() == 760
    assert window.minimumHeight() == 520
    inspector = window.findChild(QWidget, "inspector")
    assert inspector.isHidden()


def test_the_test_engine_is_never_mistaken_for_a_model(window: MainWindow) -> None:
    label = window.findChild(QLabel, "testEngineLabel")
    assert label.isVisible()
    assert label.text() == "Test engine: replies are scripted"


def test_the_title_names_the_conversation(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    assert window.windowTitle() == "New conversation — ChatApp"
    ask(services, qtbot, "What is attention?")
    assert window.windowTitle() == "What is attention? — ChatApp"
    services.conversations.rename(services.chat.conversation.id, "어텐션")
    assert window.windowTitle() == "어텐션 — ChatApp"


def test_keys_start_rename_and_delete_conversations(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    ask(services, qtbot, "first")
    first = services.chat.conversation.id
    press(qtbot, window, "Ctrl+N")
    assert services.chat.conversation.id != first
    ask(services, qtbot, "second")
    press(qtbot, window, "F2")
    editor = window.findChild(QListView, "conversationList").findChild(QLineEdit)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, "Renamed")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.conversation.title == "Renamed")
    press(qtbot, window, "Ctrl+Shift+Backspace")
    assert [s.title for s in services.conversations.summaries()] == ["first"]
    assert services.chat.conversation.id == first
    press(qtbot, window, "Ctrl+Shift+T")
    assert len(services.conversations.summaries()) == 2


def test_actions_are_available_when_they_make_sense(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    actions = window.actions_table
    for name in ("stop", "regenerate", "copy_reply", "save", "rename", "delete"):
        assert not actions[name].isEnabled(), name
    services.chat.send("/wait")
    assert actions["stop"].isEnabled()
    assert not actions["regenerate"].isEnabled()
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING, timeout=10_000)
    assert not actions["copy_reply"].isEnabled(), "its text is not there yet"
    assert not actions["save"].isEnabled()
    press(qtbot, window, "Esc")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    for name in ("regenerate", "copy_reply", "save", "rename", "delete"):
        assert actions[name].isEnabled(), name


def test_a_conversation_is_saved_as_markdown(
    window: MainWindow, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask(services, qtbot, "/say what is: a/b?")
    proposed: list[str] = []

    def choose(_parent: object, _title: str, start: str, _filter: str) -> tuple[str, str]:
        proposed.append(start)
        return str(tmp_path / "mine"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    press(qtbot, window, "Ctrl+S")
    file = tmp_path / "mine.md"
    qtbot.waitUntil(file.exists)
    assert [Path(path).name for path in proposed] == ["say what is a b.md"]
    text = file.read_text(encoding="utf-8")
    assert "## You\n\n/say what is: a/b?\n\n## " in text
    assert text.endswith("\n\nwhat is: a/b?\n")
    assert services.settings.get(EXPORT_FOLDER) == str(tmp_path)


def test_regenerate_and_copy(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    ask(services, qtbot, "/say 안녕하세요")
    press(qtbot, window, "Ctrl+Shift+C")
    assert QGuiApplication.clipboard().text() == services.chat.conversation.path()[-1].text
    first = services.chat.conversation.path()[-1].id
    press(qtbot, window, "Ctrl+R")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    siblings = services.chat.conversation.siblings(first)
    assert len(siblings) == 2
    assert siblings[0].id == first


def test_text_size_keys_and_theme_menu_change_the_settings(
    window: MainWindow, services: Services, qtbot: QtBot, qapp: QApplication
) -> None:
    before = qapp.font().pointSize()
    press(qtbot, window, "Ctrl+=")
    assert qapp.font().pointSize() == before + 1 == services.settings.get(FONT_SIZE)
    press(qtbot, window, "Ctrl+-")
    press(qtbot, window, "Ctrl+-")
    assert qapp.font().pointSize() == before - 1
    press(qtbot, window, "Ctrl+0")
    assert services.settings.get(FONT_SIZE) == FONT_SIZE.default
    services.settings.set(THEME, "dark")
    assert theme.is_dark()
    assert window.palette().window().color() == theme.DARK.background


def test_language_changes_at_once(window: MainWindow, services: Services) -> None:
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus == ["&File", "&Conversation", "&View", "&Help"]
    services.settings.set(LANGUAGE, "ko")
    QApplication.processEvents()
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus == ["파일(&F)", "대화(&C)", "보기(&V)", "도움말(&H)"]
    assert window.windowTitle() == "새 대화 — ChatApp"
    assert window.findChild(QLineEdit, "searchBox").placeholderText() == "제목으로 찾기"
    services.settings.set(LANGUAGE, "en")
    QApplication.processEvents()
    assert window.findChild(QLineEdit, "searchBox").placeholderText() == "Filter by title"


def test_no_two_actions_share_a_key(window: MainWindow) -> None:
    keys = [key.toString() for name in window.actions_table.names() for key in window.actions_table[name].shortcuts()]
    assert len(keys) == len(set(keys))


def test_the_sidebar_gives_way_to_the_panel_when_the_window_is_narrow(window: MainWindow, qtbot: QtBot) -> None:
    sidebar = window.findChild(QWidget, "sidebar")
    window.resize(760, 520)
    assert sidebar.isVisible()
    press(qtbot, window, "Ctrl+,")
    qtbot.waitUntil(lambda: not sidebar.isVisible())
    qtbot.waitUntil(lambda: window.findChild(ChatView).width() >= 400)
    press(qtbot, window, "Ctrl+B")
    assert sidebar.isVisible()
    assert window.findChild(QWidget, "settingsDock").isHidden()
    press(qtbot, window, "Ctrl+B")
    assert not sidebar.isVisible()
    press(qtbot, window, "Ctrl+B")
    window.resize(1300, 700)
    press(qtbot, window, "Ctrl+,")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "settingsDock").isVisible())
    assert sidebar.isVisible()


def test_the_menu_marks_the_list_while_it_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    sidebar, action = window.findChild(QWidget, "sidebar"), window.actions_table["sidebar"]
    window.resize(900, 700)
    press(qtbot, window, "Ctrl+I")
    qtbot.waitUntil(sidebar.isHidden)
    assert not action.isChecked()
    for shown in (True, False, True):
        press(qtbot, window, "Ctrl+B")
        assert sidebar.isVisible() is action.isChecked() is shown
    press(qtbot, window, "Ctrl+I")
    qtbot.waitUntil(sidebar.isHidden)
    window.resize(1500, 700)
    qtbot.waitUntil(sidebar.isVisible)
    assert action.isChecked()


@pytest.mark.parametrize("hidden_by", ["trash", "filter", "Ctrl+B", "Ctrl+I"])
def test_a_title_is_edited_in_sight(window: MainWindow, services: Services, qtbot: QtBot, hidden_by: str) -> None:
    ask(services, qtbot, "first")
    window.resize(900, 700)
    listed, sidebar = window.findChild(QListView, "conversationList"), window.findChild(QWidget, "sidebar")
    if hidden_by == "trash":
        qtbot.mouseClick(window.findChild(QPushButton, "trashButton"), Qt.MouseButton.LeftButton)
    elif hidden_by == "filter":
        qtbot.keyClicks(window.findChild(QLineEdit, "searchBox"), "second")
    else:
        press(qtbot, window, hidden_by)
        qtbot.waitUntil(sidebar.isHidden)
    press(qtbot, window, "F2")
    editor = listed.findChild(QLineEdit)
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "Renamed")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.conversation.title == "Renamed")
    window.resize(910, 700)
    assert listed.isVisible(), "it was shown for good"


def test_the_layout_is_there_again_next_time(make_services: Make, qtbot: QtBot, qapp: QApplication) -> None:
    services = ready(make_services(), qtbot)
    window = open_window(services, qapp, qtbot)
    press(qtbot, window, "Ctrl+,")
    window.resize(790, 640)
    ask(services, qtbot, "remember me")
    window.close()
    services.close()
    again = ready(make_services(), qtbot)
    reopened = MainWindow(again, window._appearance)
    qtbot.addWidget(reopened)
    reopened.show()
    qtbot.waitUntil(lambda: again.chat.conversation.title == "remember me")
    assert (reopened.width(), reopened.height()) == (790, 640)
    assert not reopened.findChild(QWidget, "settingsDock").isHidden()
    assert reopened.windowTitle() == "remember me — ChatApp"


def test_the_syllable_that_is_composed_is_in_the_draft_when_the_window_is_closed(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    edit = window.findChild(QPlainTextEdit, "composer")
    qtbot.waitUntil(edit.hasFocus)
    QApplication.sendEvent(edit, QInputMethodEvent("글", []))
    window.close()
    assert services.chat.draft() == "글"


def test_the_list_of_conversations_stays_beside_the_inspector(
    make_services: Make, qtbot: QtBot, qapp: QApplication
) -> None:
    services = ready(make_services(), qtbot)
    window = open_window(services, qapp, qtbot)
    press(qtbot, window, "Ctrl+I")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "inspector").isVisible())
    width = window.findChild(QWidget, "inspector").width()
    window.close()
    services.close()
    again = ready(make_services(), qtbot)
    reopened = MainWindow()
    qtbot.addWidget(reopened)
    reopened.place(again.settings)
    with qtbot.waitExposed(reopened):
        reopened.show()  # before it is filled, as at the real start
    reopened.fill(again, window._appearance)
    panel, sidebar = (reopened.findChild(QWidget, name) for name in ("inspector", "sidebar"))
    qtbot.waitUntil(lambda: abs(panel.width() - width) < 50)  # not the whole window, as before it is laid out
    assert sidebar.isVisible()
    assert reopened.actions_table["sidebar"].isChecked()


def _mime(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def _drag(target: QWidget, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(target, event)
    return event


def _drop(target: QWidget, mime: QMimeData) -> None:
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(target, event)


def test_a_dropped_model_is_opened(
    window: MainWindow, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen: list[str] = []
    monkeypatch.setattr(services.models, "choose", chosen.append)
    hint = window.findChild(QWidget, "dropHint")
    mime = _mime(str(tmp_path / "model.GGUF"))
    assert _drag(window, mime).isAccepted()
    assert hint.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not hint.isVisible()
    _drag(window, mime)
    _drop(window, mime)
    assert not hint.isVisible()
    assert [Path(path) for path in chosen] == [tmp_path / "model.GGUF"]


def test_anything_else_dropped_is_refused_with_a_sentence(
    window: MainWindow, services: Services, notices: list[Notice], tmp_path: Path
) -> None:
    for mime in (_mime(str(tmp_path / "cat.png")), _mime(str(tmp_path / "a.gguf"), str(tmp_path / "b.txt"))):
        _drag(window, mime)
        _drop(window, mime)
    assert [n.message for n in notices] == ["Only model files, ending in .gguf, and folders can be dropped here."] * 2
    assert len(window._notices.bars()) == 1


def test_a_file_over_the_composer_goes_to_the_window(window: MainWindow, tmp_path: Path) -> None:
    composer = window.findChild(QAbstractScrollArea, "composer")
    _drag(composer.viewport(), _mime(str(tmp_path / "model.gguf")))
    assert window.findChild(QWidget, "dropHint").isVisible()


CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)


def test_every_control_has_a_name_for_screen_readers(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    ask(services, qtbot, "hello")
    press(qtbot, window, "Ctrl+,")
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), (QAbstractSpinBox, QLineEdit))
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
    ]
    assert not nameless


def test_tab_reaches_what_the_mouse_reaches(window: MainWindow, qtbot: QtBot) -> None:
    wanted = {"searchBox", "conversationList", "modelSelector", "trashButton", "newConversationButton"}
    seen: set[str] = set()
    widget: QWidget | None = window.findChild(QWidget, "newConversationButton")
    assert widget is not None
    for _ in range(200):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            seen.add(widget.objectName())
        widget = widget.nextInFocusChain()
    assert wanted <= seen


def test_the_model_menu_opens_when_a_model_has_to_be_chosen(window: MainWindow, services: Services) -> None:
    services.models.choose_requested.emit()
    menu = window.findChild(ModelSelector).findChild(QMenu)
    assert menu.isVisible()
    menu.close()


@pytest.mark.parametrize("name", ["inspector", "settingsDock"])
def test_a_click_on_the_panel_button_shows_and_hides_the_panel(window: MainWindow, qtbot: QtBot, name: str) -> None:
    dock = window.findChild(QDockWidget, name)
    assert dock is not None
    buttons = [b for b in window.findChildren(QToolButton) if b.isCheckable() and b.parent().objectName() == "topBar"]
    (button,) = [b for b in buttons if b.accessibleName() == dock.windowTitle()]
    for shown in (True, False, True):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert dock.isHidden() is not shown
        assert button.isChecked() is shown


def test_the_inspector_opens_wide_enough_for_its_tabs(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    dock = window.findChild(QDockWidget, "inspector")
    assert dock is not None
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dock.width() > 500)
    tabs = dock.findChild(QTabWidget, "inspectorTabs")
    assert tabs is not None
    bar = tabs.tabBar()
    assert bar.tabRect(bar.count() - 1).right() <= tabs.width()


def test_the_frame_is_there_before_what_it_shows_is_loaded() -> None:
    # What takes long is imported when the window is to be seen: packaging/start_time.py measures it.
    heavy = {"numpy", "sqlite3", "socket", "jinja2", "PySide6.QtSvg", "chatapp.services.bundle"}
    code = f"import sys, chatapp.app; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_empty_frame_is_shown_closed_and_filled(services: Services, qapp: QApplication, qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.place(services.settings)
    with qtbot.waitExposed(window):
        window.show()
    assert window.findChild(QPlainTextEdit, "composer") is None
    size = window.size()
    window.close()  # there is nothing to keep yet
    assert not services.settings.get(WINDOW_GEOMETRY)
    window.show()
    window.fill(services, Appearance(qapp, services.settings, services.settings))
    composer = window.findChild(QPlainTextEdit, "composer")
    assert composer is not None
    qtbot.waitUntil(composer.isVisible)
    assert window.size() == size
