"""What the chat offers when the context is full or a reply was cut off."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from chatapp.core.context import Overflow
from chatapp.core.generation import SamplingParams
from chatapp.protocol.messages import LoadOptions
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.ui.chat.divider import HEIGHT
from chatapp.ui.chat.view import ChatView


def idle(services: Services, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE and services.engine.state == "ready", timeout=10_000)


def last(view: ChatView, services: Services):
    return view.list.widget_of(services.chat.conversation.path()[-1].id)


def test_continue_under_a_reply_that_was_cut_off(view: ChatView, services: Services, qtbot: QtBot) -> None:
    services.chat.set_sampling(SamplingParams(max_tokens=2))
    services.chat.send("/say one two three")
    idle(services, qtbot)
    status = last(view, services).status
    assert status.resume.isVisible()
    assert not status.shorten.isVisible()
    qtbot.mouseClick(status.resume, Qt.MouseButton.LeftButton)
    idle(services, qtbot)
    assert services.chat.conversation.path()[-1].text == "one two one two "


def test_leaving_out_the_oldest_is_offered_and_told(view: ChatView, services: Services, qtbot: QtBot) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load("fake", LoadOptions(n_ctx=64))
    services.chat.send("/say " + "old " * 31)
    idle(services, qtbot)
    services.chat.send("/say new")
    idle(services, qtbot)
    status = last(view, services).status
    assert status.shorten.isVisible()
    assert not status.resume.isVisible()
    qtbot.mouseClick(status.shorten, Qt.MouseButton.LeftButton)
    idle(services, qtbot)
    labels = last(view, services).findChildren(QLabel)
    assert any(label.text().endswith("2 earlier messages are not sent") for label in labels)


def dividers(view: ChatView, services: Services) -> dict[int, str]:
    """Number of the message in the path (from 0) → what the line above it says."""
    found = {}
    for number, message in enumerate(services.chat.conversation.path()):
        label = view.list.ensure_widget(message.id).findChild(QLabel, "unsentDivider")
        if not label.isHidden():
            found[number] = label.text()
    return found


def test_a_line_shows_where_what_was_sent_begins(view: ChatView, services: Services, qtbot: QtBot) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load("fake", LoadOptions(n_ctx=64))
    services.chat.set_overflow(Overflow.DROP)
    for words in (2, 14, 14):
        services.chat.send("/say " + "old " * words)
        idle(services, qtbot)
    assert dividers(view, services) == {2: "Messages above this line were not sent"}
    path = services.chat.conversation.path()
    widget = view.list.widget_of(path[2].id)
    qtbot.waitUntil(lambda: widget.findChild(QLabel, "unsentDivider").height() == HEIGHT)
    assert widget.body.y() >= HEIGHT

    services.chat.pin(path[0].id, pinned=True)
    services.chat.send("/say new")
    idle(services, qtbot)
    assert dividers(view, services) == {4: "Messages above this line were not sent, but pinned ones were"}
    services.chat.select(services.chat.conversation.path()[1].id)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load("fake", LoadOptions(n_ctx=512))
    services.chat.send("/say again")
    idle(services, qtbot)
    assert dividers(view, services) == {}


def test_a_message_is_pinned_with_its_button(view: ChatView, services: Services, qtbot: QtBot) -> None:
    services.chat.send("/say hello")
    idle(services, qtbot)
    asked = services.chat.conversation.path()[0].id
    row = view.list.widget_of(asked).actions_row
    (pin,) = [button for button in row.buttons() if button.isCheckable()]
    for pinned in (True, False):
        qtbot.mouseClick(pin, Qt.MouseButton.LeftButton)
        assert services.chat.conversation.messages[asked].pinned is pinned
        assert pin.isChecked() is pinned
