"""A message that is longer than the context: the ways out, with the real engine on a tiny model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message
from chatapp.core.generation import FinishReason, SamplingParams
from chatapp.paths import Paths
from chatapp.services import models
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.settings import schema
from chatapp.settings.file import Settings
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.view import ChatView
from tests.helpers.tiny_models import tiny

LONG = "hello there, " * 100  # some 700 tokens of this vocabulary


@pytest.fixture
def services(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    paths = Paths.under(tmp_path / "data")
    paths.ensure()
    made = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    made.settings.set(schema.CONTEXT_LENGTH, 256)
    made.chat.set_sampling(SamplingParams(temperature=0, max_tokens=12))
    yield made
    made.close()


def load(services: Services, qtbot: QtBot, name: str = "llama-f32") -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose(str(tiny(name)))


def ask(services: Services, qtbot: QtBot, text: str) -> Message:
    assert services.chat.send(text)
    return ended(services, qtbot)


def ended(services: Services, qtbot: QtBot) -> Message:
    chat = services.chat
    qtbot.waitUntil(lambda: chat.state is ChatState.IDLE and chat.streaming_id is None, timeout=20_000)
    return chat.conversation.path()[-1]


def shown(view: ChatView, message: Message) -> MessageWidget:
    widget = view.list.widget_of(message.id)
    assert widget is not None
    return widget


def choices(view: ChatView, message: Message) -> list[QPushButton]:
    return [button for button in shown(view, message).status.buttons() if not button.isHidden()]


def test_a_larger_context_is_offered_loaded_and_used(view: ChatView, services: Services, qtbot: QtBot) -> None:
    load(services, qtbot)
    refused = ask(services, qtbot, LONG)
    assert refused.info is not None
    assert (refused.info.finish, refused.text) == (FinishReason.CONTEXT, "")
    status = shown(view, refused).status
    assert choices(view, refused) == [status.larger, status.edit]  # there is nothing older to leave out
    offered = services.larger_context.offer(refused)
    assert offered
    assert offered * 3 / 4 >= refused.info.prompt_tokens
    assert f"{offered:,}" in status.larger.text()

    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        qtbot.mouseClick(status.larger, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: services.chat.state is ChatState.WAITING, timeout=20_000)
    reply = ended(services, qtbot)
    assert reply.info is not None
    assert reply.info.finish is FinishReason.LENGTH
    assert reply.text
    assert reply.parent_id == refused.parent_id
    assert services.engine.model is not None
    assert services.engine.model.n_ctx == offered == services.settings.get(schema.CONTEXT_LENGTH)
    services.chat.conversation.leaf_id = refused.id
    services.chat.path_changed.emit()
    assert choices(view, refused) == [shown(view, refused).status.edit, shown(view, refused).status.button]


def test_a_reply_that_filled_the_context_goes_on_in_a_larger_one(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    load(services, qtbot, "gpt2-f32")
    services.chat.set_sampling(SamplingParams(temperature=0, max_tokens=300))
    full = ask(services, qtbot, "hello there")
    assert full.info is not None
    assert full.info.finish is FinishReason.CONTEXT
    assert full.text
    assert choices(view, full) == [shown(view, full).status.larger]
    services.larger_context.answer(full.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is not None, timeout=20_000)
    reply = ended(services, qtbot)
    assert reply.text.startswith(full.text)
    assert len(reply.text) > len(full.text)


def test_a_branch_without_room_is_written_in_the_larger_one(view: ChatView, services: Services, qtbot: QtBot) -> None:
    load(services, qtbot, "gpt2-f32")
    services.chat.set_sampling(SamplingParams(temperature=0, max_tokens=300))
    full = ask(services, qtbot, "hello there")
    assert full.info is not None
    last = full.info.completion_tokens - 1
    services.chat.branch(full.id, last, 7)
    qtbot.waitUntil(lambda: services.chat.conversation.path()[-1].id != full.id)
    refused = ended(services, qtbot)
    assert refused.info is not None
    assert (refused.info.finish, refused.text) == (FinishReason.CONTEXT, "")
    assert shown(view, refused).status.larger in choices(view, refused)
    services.larger_context.answer(refused.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is not None, timeout=20_000)
    reply = ended(services, qtbot)
    assert reply.info is not None
    assert reply.info.fork is not None
    assert (reply.info.fork.message_id, reply.info.fork.position, reply.info.fork.token) == (full.id, last, 7)
    assert reply.info.completion_tokens > last


def test_leaving_out_the_oldest_is_offered_once(view: ChatView, services: Services, qtbot: QtBot) -> None:
    load(services, qtbot)
    ask(services, qtbot, "hello")
    refused = ask(services, qtbot, LONG)
    status = shown(view, refused).status
    assert choices(view, refused) == [status.larger, status.shorten, status.edit]
    view.list.show_message(refused.id)
    qtbot.mouseClick(status.shorten, Qt.MouseButton.LeftButton)
    again = ended(services, qtbot)
    assert again.id != refused.id
    assert again.info is not None
    assert len(again.info.unsent) == 2  # and even so
    status = shown(view, again).status
    assert choices(view, again) == [status.larger, status.edit]
    assert all(not m.findChild(QLabel, "unsentDivider").isVisible() for m in view.list.widgets())


def test_the_message_can_be_shortened_in_place(view: ChatView, services: Services, qtbot: QtBot) -> None:
    load(services, qtbot)
    refused = ask(services, qtbot, LONG)
    qtbot.mouseClick(shown(view, refused).status.edit, Qt.MouseButton.LeftButton)
    asked = view.list.widget_of(services.chat.conversation.path()[0].id)
    assert asked is not None
    assert asked.is_editing


@pytest.mark.parametrize("why", ["model", "memory"])
def test_where_there_is_no_larger_one_it_says_so(
    view: ChatView, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "model":
        services.settings.set(schema.CONTEXT_LENGTH, 128)
    load(services, qtbot, "llama-short-context" if why == "model" else "llama-f32")
    if why == "memory":
        monkeypatch.setattr(models, "free_memory", lambda _worker=0: 10_000_000)
    refused = ask(services, qtbot, LONG)
    status = shown(view, refused).status
    assert services.larger_context.offer(refused) == 0
    assert choices(view, refused) == [status.edit]
    assert "neither the model nor the memory" in status.accessibleName()
    services.larger_context.answer(refused.id)  # does nothing
    assert services.engine.model is not None


def test_choosing_something_else_meanwhile_answers_nothing(view: ChatView, services: Services, qtbot: QtBot) -> None:
    load(services, qtbot)
    refused = ask(services, qtbot, LONG)
    services.larger_context.answer(refused.id)
    services.chat.new_conversation()
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        pass
    assert services.chat.state is ChatState.IDLE
    assert services.chat.conversation.messages == {}
