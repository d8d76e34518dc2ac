"""Scoring a message where it stands in the chat, with a real engine."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.core.measure import Measure
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import COLORS_IN_CHAT, TOKEN_MEASURE
from chatapp.ui.chat.view import ChatView
from tests.gui.inspector.real import Real, ask, open_real

__all__ = ["open_real"]


def offer_of(view: ChatView, message_id: int) -> QAbstractButton:
    widget = view.list.ensure_widget(message_id)
    assert widget is not None
    found = widget.findChild(QAbstractButton, "scoreMessage")
    assert found is not None
    return found


@pytest.fixture
def view(open_real: Real, qtbot: QtBot) -> tuple[Services, ChatView, int]:
    services = open_real(True)
    ask(services, qtbot, "Tell me about attention", SamplingParams(max_tokens=4))
    view = ChatView(services)
    qtbot.addWidget(view)
    view.resize(700, 500)
    with qtbot.waitExposed(view):
        view.show()
    return services, view, services.chat.conversation.path()[0].id


def test_a_question_is_scored_where_it_stands(view: tuple[Services, ChatView, int], qtbot: QtBot) -> None:
    services, chat, asked = view
    offer = offer_of(chat, asked)
    assert offer.isHidden(), "nothing is coloured"
    assert chat.heat.legend.isHidden()
    services.settings.set(COLORS_IN_CHAT, "on")
    qtbot.waitUntil(lambda: not offer.isHidden())
    assert chat.heat.legend.isVisible()
    reply = services.chat.conversation.leaf_id
    assert offer_of(chat, reply or 0).isHidden(), "what was sampled has its numbers"
    offer.click()
    assert offer.text().startswith("Cancel scoring")
    offer.click()
    assert offer.text() == "Score this message"
    offer.click()
    widget = chat.list.ensure_widget(asked)
    assert widget is not None
    qtbot.waitUntil(lambda: widget.heat is not None, timeout=20_000)
    assert offer.isHidden()
    kept = services.storage.read_now(lambda store: store.load_trace(asked))
    assert kept is not None
    assert services.inspector.message_id == reply, "the inspector goes on looking at what it looked at"
    services.settings.set(COLORS_IN_CHAT, "off")
    assert chat.heat.legend.isHidden()


def test_colours_are_shown_only_while_the_message_would_be_read_that_way(
    view: tuple[Services, ChatView, int], qtbot: QtBot
) -> None:
    services, chat, asked = view
    services.settings.set(COLORS_IN_CHAT, "on")
    offer, widget = offer_of(chat, asked), chat.list.ensure_widget(asked)
    qtbot.waitUntil(lambda: not offer.isHidden())
    offer.click()
    assert widget is not None
    qtbot.waitUntil(lambda: widget.heat is not None, timeout=20_000)
    before = services.chat.conversation.system_prompt
    services.chat.set_system_prompt("Answer briefly.")
    assert widget.heat is None
    assert offer.text() == "Score this message"
    assert not offer.isHidden()
    services.chat.set_system_prompt(before)
    assert widget.heat is not None
    assert offer.isHidden()
    services.inspector.set_open(True)
    services.inspector.select(asked)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    services.chat.new_conversation()  # while its widgets are still there
    assert chat.list.widgets() == []


def test_without_a_model_the_offer_says_what_it_needs(view: tuple[Services, ChatView, int], qtbot: QtBot) -> None:
    services, chat, asked = view
    services.settings.set(COLORS_IN_CHAT, "on")
    offer = offer_of(chat, asked)
    qtbot.waitUntil(lambda: not offer.isHidden() and offer.isEnabled())
    services.engine.unload()
    assert not offer.isEnabled()
    assert "model" in offer.toolTip()


def test_bounds_of_ranks_are_changed_beside_the_legend(view: tuple[Services, ChatView, int], qtbot: QtBot) -> None:
    services, chat, _asked = view
    services.settings.set(COLORS_IN_CHAT, "on")
    services.settings.set(TOKEN_MEASURE, Measure.RANK.value)
    reply = chat.list.ensure_widget(services.chat.conversation.leaf_id or 0)
    assert reply is not None
    edit, bounds = chat.heat.legend.findChild(QAbstractButton, "editRankBounds"), chat.heat.legend.findChild(QLineEdit)
    assert edit is not None
    assert bounds is not None
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    bounds.clear()
    qtbot.keyClicks(bounds, "2 7\r")
    qtbot.waitUntil(lambda: reply.heat is not None and reply.heat.style.bounds == (2, 7))
    assert chat.heat.legend.legend.labels() == ["≤2", "≤7", ">7"]
