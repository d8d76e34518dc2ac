"""The whole app as a person uses it: the real window, the starter model in the real worker, real key events."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason
from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.settings.file import Settings
from chatapp.ui.appearance import Appearance
from chatapp.ui.main_window import MainWindow
from tests.helpers.tiny_models import tiny

Open = Callable[[], tuple[MainWindow, Services]]


@pytest.fixture
def open_app(tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[Open]:
    """Start the app on one data folder; calling it again is a restart."""
    paths = Paths.under(tmp_path)
    running: list[tuple[MainWindow, Services]] = []

    def stop() -> None:
        while running:
            window, services = running.pop()
            window.close()
            assert services.close()
            window.deleteLater()

    def start() -> tuple[MainWindow, Services]:
        stop()
        paths.ensure()
        services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
        services.settings.set("language", "en")
        window = MainWindow(services, Appearance(qapp, services.settings, services.settings))
        running.append((window, services))
        window.resize(1180, 760)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
            services.start()
        return window, services

    yield start
    stop()


def find(window: MainWindow, name: str) -> QWidget:
    found = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def composer(window: MainWindow) -> QPlainTextEdit | QTextEdit:
    found = find(window, "composer")
    assert isinstance(found, (QPlainTextEdit, QTextEdit))
    return found


def last(services: Services) -> Message:
    return services.chat.conversation.path()[-1]


def wait_until_idle(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    qtbot.waitUntil(lambda: chat.state is ChatState.IDLE and chat.streaming_id is None, timeout=60_000)


def type_and_send(window: MainWindow, services: Services, qtbot: QtBot, text: str) -> Message:
    qtbot.keyClicks(composer(window), text)
    qtbot.keyClick(composer(window), Qt.Key.Key_Return)
    wait_until_idle(services, qtbot)
    return last(services)


def test_a_first_evening(open_app: Open, qtbot: QtBot) -> None:
    window, services = open_app()

    reply = type_and_send(window, services, qtbot, "What is attention?")
    assert "attention" in reply.text.lower()
    assert reply.info is not None
    assert reply.info.finish is FinishReason.STOP
    assert composer(window).toPlainText() == ""

    # Hangul: the last syllable is still being composed when Enter comes.
    edit = composer(window)
    commit = QInputMethodEvent("", [])
    commit.setCommitString("어텐션이 뭐")
    QApplication.sendEvent(edit, commit)
    QApplication.sendEvent(edit, QInputMethodEvent("야", []))
    commit = QInputMethodEvent("", [])
    commit.setCommitString("야")
    QApplication.sendEvent(edit, commit)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    wait_until_idle(services, qtbot)
    asked, answered = services.chat.conversation.path()[-2:]
    assert asked.text == "어텐션이 뭐야"
    assert answered.role is Role.ASSISTANT
    assert any("가" <= c <= "힣" for c in answered.text)
    assert "�" not in answered.text
    assert answered.info is not None
    assert answered.info.reused_tokens > 0

    # Another version of it, and back.
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    wait_until_idle(services, qtbot)
    again = last(services)
    assert [m.id for m in services.chat.conversation.siblings(again.id)] == [answered.id, again.id]
    services.chat.select(answered.id)

    # Half a thought, and the end of the evening.
    qtbot.keyClicks(composer(window), "half a thought")
    before = [(m.role, m.text) for m in services.chat.conversation.path()]
    title = services.chat.conversation.title

    window, services = open_app()
    qtbot.waitUntil(lambda: len(services.chat.conversation.messages) > 0, timeout=10_000)
    assert [(m.role, m.text) for m in services.chat.conversation.path()] == before
    assert [s.title for s in services.conversations.summaries()] == [title]
    qtbot.waitUntil(lambda: composer(window).toPlainText() == "half a thought", timeout=10_000)


def test_escape_stops_a_reply_and_keeps_it(open_app: Open, qtbot: QtBot) -> None:
    window, services = open_app()
    services.chat.set_sampling(services.chat.effective_sampling().with_value("temperature", 3.0).with_value("top_k", 0)
                               .with_value("min_p", 0.0).with_value("top_p", 1.0))  # fmt: skip
    qtbot.keyClicks(composer(window), "Tell me everything about tokens")
    with qtbot.waitSignal(services.chat.text_streamed, timeout=60_000):
        qtbot.keyClick(composer(window), Qt.Key.Key_Return)
    qtbot.keyClick(composer(window), Qt.Key.Key_Escape)
    wait_until_idle(services, qtbot)
    message = last(services)
    assert message.text
    assert message.info is not None
    assert message.info.finish in (FinishReason.CANCELLED, FinishReason.STOP)


@pytest.mark.parametrize("content", ["text", "cut"])
def test_a_file_that_is_no_model_changes_nothing_but_a_notice(
    open_app: Open, qtbot: QtBot, tmp_path: Path, starter_model: str, content: str
) -> None:
    _window, services = open_app()
    told: list[object] = []
    services.notices.posted.connect(told.append)
    path = tmp_path / "broken.gguf"
    whole = Path(starter_model).read_bytes()
    path.write_bytes(b"hello" if content == "text" else whole[: len(whole) // 2])
    pid = services.engine.pid
    services.models.choose(str(path))
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    assert services.engine.pid == pid
    assert services.engine.model is not None
    assert services.engine.model.path == starter_model


def test_a_model_opened_from_anywhere_stays_in_the_list(open_app: Open, qtbot: QtBot) -> None:
    _window, services = open_app()
    path = str(tiny("llama-f32"))
    with qtbot.waitSignal(services.engine.model_loaded, timeout=30_000):
        services.models.choose(path)
    qtbot.waitUntil(lambda: path in [str(m.path) for m in services.models.models()], timeout=10_000)
    _window, services = open_app()
    qtbot.waitUntil(lambda: path in [str(m.path) for m in services.models.models()], timeout=10_000)
    assert services.engine.model is not None
    assert services.engine.model.path == path
