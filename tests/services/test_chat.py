"""Turns of chat through the real worker process (fake engine), the real database and the real signals."""

import os
import signal
import sys
from functools import partial

import psutil
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.errors import ErrorCode
from chatapp.core.generation import FinishReason, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import Generate, Tokens
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.engine_process import EngineState
from chatapp.services.notices import LOAD_IS_TIGHT, Action, Level, Notice
from chatapp.settings import schema
from chatapp.store.conversations import ConversationStore
from tests.services.conftest import Make, ready


def answer(services: Services, qtbot: QtBot, text: str) -> Message:
    """Send and wait for the end of the reply."""
    assert services.chat.send(text)
    wait_until_idle(services, qtbot)
    return services.chat.conversation.path()[-1]


def wait_until_idle(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    qtbot.waitUntil(lambda: chat.state is ChatState.IDLE and chat.streaming_id is None, timeout=20_000)


def wait_for_text(services: Services, qtbot: QtBot) -> None:
    """Until the first words of a reply are there."""
    with qtbot.waitSignal(services.chat.text_streamed, timeout=20_000):
        pass


def texts(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.path()]


def test_a_turn_is_streamed_and_kept(services: Services, qtbot: QtBot) -> None:
    streamed: list[str] = []
    services.chat.text_streamed.connect(lambda _id, text: streamed.append(text))
    message = answer(services, qtbot, "안녕하세요")
    assert message.text == "".join(streamed) == "You said: 안녕하세요"
    assert message.role is Role.ASSISTANT
    assert message.info is not None
    assert message.info.finish is FinishReason.STOP
    assert message.info.completion_tokens > 0
    assert services.chat.conversation.title == "안녕하세요"
    assert [s.title for s in services.conversations.summaries()] == ["안녕하세요"]


def test_everything_is_there_after_a_restart(services: Services, make_services: Make, qtbot: QtBot) -> None:
    answer(services, qtbot, "first")
    reply = answer(services, qtbot, "second 둘")
    services.chat.set_system_prompt("Be brief.")
    services.chat.set_sampling(SamplingParams(temperature=0.1))
    services.chat.set_draft("half a thou")
    services.chat.regenerate(reply.id)
    wait_until_idle(services, qtbot)
    before = services.chat.conversation
    assert services.close()

    again = make_services()
    with qtbot.waitSignal(again.chat.conversation_changed, timeout=5000):
        again.start()
    after = again.chat.conversation
    assert (after.id, after.messages, after.leaf_id) == (before.id, before.messages, before.leaf_id)
    assert (after.system_prompt, after.sampling) == ("Be brief.", SamplingParams(temperature=0.1))
    assert again.chat.draft() == "half a thou"
    trace = again.storage.read_now(lambda store: store.load_trace(reply.id))
    assert trace is not None
    assert "".join(trace.texts()) == reply.text


def test_regenerate_adds_a_sibling_and_select_goes_back(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "hi")
    services.chat.regenerate(first.id)
    wait_until_idle(services, qtbot)
    conversation = services.chat.conversation
    second = conversation.path()[-1]
    assert [m.id for m in conversation.siblings(second.id)] == [first.id, second.id]
    services.chat.select(first.id)
    assert conversation.path()[-1].id == first.id


def test_editing_a_question_answers_the_new_one_and_keeps_the_old(services: Services, qtbot: QtBot) -> None:
    answer(services, qtbot, "one")
    question = services.chat.conversation.path()[0]
    services.chat.edit(question.id, "uno")
    wait_until_idle(services, qtbot)
    assert texts(services.chat.conversation) == ["uno", "You said: uno"]
    services.chat.select(question.id)
    assert texts(services.chat.conversation) == ["one", "You said: one"]


def test_editing_a_reply_adds_a_sibling_without_asking_the_model(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "one")
    services.chat.edit(reply.id, "corrected")
    assert services.chat.state is ChatState.IDLE
    assert texts(services.chat.conversation) == ["one", "corrected"]


def test_stop_keeps_what_was_written(services: Services, qtbot: QtBot) -> None:
    assert services.chat.send("/wait")
    wait_for_text(services, qtbot)
    services.chat.stop()
    wait_until_idle(services, qtbot)
    message = services.chat.conversation.path()[-1]
    assert message.info is not None
    assert message.info.finish is FinishReason.CANCELLED
    assert message.text.startswith("Waiting")
    assert services.engine.state is EngineState.READY


def test_a_deaf_engine_is_stopped_the_hard_way(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    heard: list[str] = []
    services.chat.text_streamed.connect(lambda _id, text: heard.append(text))
    services.chat.send("/hang")
    qtbot.waitUntil(lambda: "silence" in "".join(heard), timeout=20_000)
    services.chat.stop()
    wait_until_idle(services, qtbot)
    message = services.chat.conversation.path()[-1]
    assert message.text
    assert services.engine.state is EngineState.FAILED
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.ENGINE_HUNG


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_kill_9_of_the_worker_in_the_middle_of_a_reply(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    services.chat.send("/long 100000")
    wait_for_text(services, qtbot)
    os.kill(services.engine.pid, signal.SIGKILL)
    wait_until_idle(services, qtbot)
    message = services.chat.conversation.path()[-1]
    assert message.info is not None
    assert message.info.finish is FinishReason.INTERRUPTED
    assert message.text.startswith("word0 ")
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.ENGINE_OUT_OF_MEMORY
    action, restart = notices[-1].actions[0]
    assert action is Action.RESTART_ENGINE
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        restart()
    assert answer(services, qtbot, "back?").text == "You said: back?"


@pytest.mark.parametrize("command", ["/abort", "/segfault", "/exit"])
def test_a_crash_keeps_the_partial_reply(services: Services, notices: list[Notice], qtbot: QtBot, command: str) -> None:
    message = answer(services, qtbot, f"{command} Some words came.")
    assert message.text == "Some words came."
    assert message.info is not None
    assert message.info.finish is FinishReason.INTERRUPTED
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.ENGINE_CRASHED
    assert services.storage.read_now(lambda store: store.load_trace(message.id)) is not None


def test_a_message_sent_while_the_model_loads_is_answered(make_services: Make, qtbot: QtBot) -> None:
    services = make_services()
    services.start()
    assert services.chat.send("early bird")
    assert services.chat.state is ChatState.WAITING
    wait_until_idle(services, qtbot)
    assert texts(services.chat.conversation)[-1] == "You said: early bird"


def test_without_a_model_nothing_is_taken(make_services: Make, qtbot: QtBot) -> None:
    services = make_services()
    told: list[Notice] = []
    services.notices.attach(told.append)
    assert not services.chat.send("hello?")
    assert not services.chat.conversation.messages
    assert told[-1].error is not None
    assert told[-1].error.code is ErrorCode.NO_MODEL


def test_without_a_model_what_says_why_stays_and_only_one_that_there_was_is_restarted(
    make_services: Make, qtbot: QtBot
) -> None:
    services = make_services()
    shown: dict[str, Notice] = {}
    services.notices.attach(lambda notice: shown.update({notice.key: notice}))
    services.notices.cleared.connect(lambda key: shown.pop(key, None))
    services.notices.post(
        Notice(Level.WARNING, LOAD_IS_TIGHT, {"name": "m", "needed": "2", "available": "2"}, key="model")
    )
    assert not services.chat.send("hello?")
    (said,) = [notice for notice in shown.values() if notice.error is not None]
    assert said.actions == ()
    assert list(shown) == ["model", said.key]
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.start()
    assert list(shown) == ["model"]
    services.engine.unload()
    assert not services.chat.send("hello?")
    assert [action for action, _restart in shown[said.key].actions] == [Action.RESTART_ENGINE]


def test_blank_text_and_a_second_message_while_one_runs_are_not_taken(services: Services, qtbot: QtBot) -> None:
    assert not services.chat.send("  \n ")
    assert services.chat.send("/wait")
    assert not services.chat.send("impatient")
    services.chat.stop()
    wait_until_idle(services, qtbot)


def test_a_reply_goes_on_while_another_conversation_is_read(services: Services, qtbot: QtBot) -> None:
    answer(services, qtbot, "other")
    other = services.chat.conversation
    services.chat.new_conversation()
    services.chat.send("/long 40")
    running = services.chat.conversation
    wait_for_text(services, qtbot)
    streamed: list[int] = []
    services.chat.text_streamed.connect(lambda message_id, _text: streamed.append(message_id))
    services.chat.open(other.id)
    wait_until_idle(services, qtbot)
    assert streamed == []
    services.chat.open(running.id)
    assert texts(running)[-1] == "".join(f"word{n} " for n in range(40))


def test_switching_back_to_a_running_reply_shows_all_of_it(services: Services, qtbot: QtBot) -> None:
    services.chat.send("/wait")
    running = services.chat.conversation
    wait_for_text(services, qtbot)
    services.chat.new_conversation()
    services.chat.open(running.id)
    assert texts(running)[-1].startswith("Waiting")
    services.chat.stop()
    wait_until_idle(services, qtbot)


def test_closing_in_the_middle_keeps_the_reply_and_ends_the_worker(
    services: Services, make_services: Make, qtbot: QtBot
) -> None:
    services.chat.send("/long 100000")
    wait_for_text(services, qtbot)
    worker = psutil.Process(services.engine.pid)
    conversation_id = services.chat.conversation.id
    assert services.close()
    assert not worker.is_running()
    again = make_services()
    message = again.storage.read_now(lambda store: store.load(conversation_id)).path()[-1]
    assert message.text.startswith("word0 ")
    assert message.info is not None
    assert message.info.finish is FinishReason.CANCELLED


def test_delete_undo_and_trash(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    answer(services, qtbot, "precious")
    conversation_id = services.chat.conversation.id
    services.conversations.delete(conversation_id)
    assert services.conversations.summaries() == []
    assert [s.id for s in services.conversations.trash()] == [conversation_id]
    assert services.chat.conversation.id != conversation_id
    action, undo = notices[-1].actions[0]
    assert action is Action.UNDO
    undo()
    assert [s.id for s in services.conversations.summaries()] == [conversation_id]
    services.conversations.delete(conversation_id)
    services.conversations.empty_trash()
    assert services.storage.read_now(lambda store: store.trash()) == []


def test_a_reply_that_ends_after_its_conversation_is_gone_brings_nothing_back(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    chat.send("/wait")
    qtbot.waitUntil(lambda: chat.running_conversation_id is not None)
    conversation = chat.conversation
    services.conversations.delete(conversation.id)
    services.conversations.empty_trash()
    qtbot.waitUntil(lambda: chat.running_conversation_id is None, timeout=20_000)
    services.conversations.touch(conversation)  # as at the end of a reply
    assert services.conversations.summaries() == []
    assert services.storage.read_now(lambda store: store.summaries()) == []


def test_rename(services: Services, make_services: Make, qtbot: QtBot) -> None:
    answer(services, qtbot, "x")
    services.conversations.rename(services.chat.conversation.id, "  새  이름 ")
    assert services.chat.conversation.title == "새 이름"
    answer(services, qtbot, "y")  # saves the header again: the title must stay
    services.close()
    assert [s.title for s in make_services().conversations.summaries()] == ["새 이름"]


def test_the_system_prompt_and_history_reach_the_engine(services: Services, qtbot: QtBot) -> None:
    services.chat.set_system_prompt("one two three")
    message = answer(services, qtbot, "four five")
    assert message.info is not None
    assert message.info.prompt_tokens == 5  # the fake counts words
    message = answer(services, qtbot, "six")
    assert message.info is not None
    assert message.info.prompt_tokens == 3 + 2 + 4 + 1


def test_streamed_text_is_saved_every_second(services: Services, qtbot: QtBot) -> None:
    services.chat.send("/wait")
    wait_for_text(services, qtbot)
    message_id = services.chat.streaming_id
    with qtbot.waitSignal(services.storage.saved, timeout=5000):
        pass
    conversation_id = services.chat.conversation.id
    qtbot.waitUntil(
        lambda: services.storage.read_now(lambda s: s.load(conversation_id)).messages[message_id or 0].text != "",
        timeout=5000,
    )
    services.chat.stop()
    wait_until_idle(services, qtbot)


def test_choosing_another_model_in_the_middle_interrupts(services: Services, qtbot: QtBot) -> None:
    services.chat.send("/wait")
    wait_for_text(services, qtbot)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose("fake2")
    message = services.chat.conversation.path()[-1]
    assert message.info is not None
    assert message.info.finish is FinishReason.INTERRUPTED
    assert services.chat.state is ChatState.IDLE


def test_an_error_of_the_engine_ends_the_turn_with_a_notice(
    services: Services, notices: list[Notice], qtbot: QtBot
) -> None:
    cleared: list[str] = []
    answer(services, qtbot, "/error")
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.TEMPLATE_FAILED
    services.notices.cleared.connect(cleared.append)
    assert answer(services, qtbot, "fine").text == "You said: fine"
    assert notices[-1].key in cleared


def test_ready_twice_is_one_engine(make_services: Make, qtbot: QtBot) -> None:
    services = ready(make_services(), qtbot)
    pid = services.engine.pid
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.restart()
    assert services.engine.pid != pid
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert not psutil.pid_exists(pid)


def test_the_trace_names_the_adapters_in_use(services: Services, qtbot: QtBot) -> None:
    services.chat.set_adapters((AdapterUse("/some/pirate.gguf", 0.5),))
    reply = answer(services, qtbot, "ahoy")
    trace = services.storage.read_now(lambda store: store.load_trace(reply.id))
    assert trace is not None
    assert trace.meta["adapters"] == [{"path": "/some/pirate.gguf", "scale": 0.5}]


def test_going_on_with_a_thought_adds_to_its_time(services: Services, qtbot: QtBot) -> None:
    services.chat.set_sampling(SamplingParams(max_tokens=4))
    cut = answer(services, qtbot, "/say <think> one two three </think> four")
    assert cut.info is not None
    assert cut.info.seconds_thinking is not None
    services.chat.resume(cut.id)
    wait_until_idle(services, qtbot)
    more = services.chat.conversation.path()[-1]
    assert more.info is not None
    assert more.info.seconds_thinking is not None
    assert more.info.seconds_thinking > cut.info.seconds_thinking
    plain = answer(services, qtbot, "hello")
    assert plain.info is not None
    assert plain.info.seconds_thinking is None


def test_guessing_repeated_text_is_a_setting(services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Generate] = []
    generate = services.engine.generate
    monkeypatch.setattr(services.engine, "generate", lambda request: (sent.append(request), generate(request))[1])
    answer(services, qtbot, "one")
    services.settings.set(schema.LOOKUP, "on")
    answer(services, qtbot, "two")
    assert [request.lookup for request in sent] == [False, True]


def _save(conversation: Conversation, store: ConversationStore) -> None:
    store.save_conversation(conversation.header())


def read_all(services: Services, qtbot: QtBot) -> None:
    """Until everything that was asked of the disk has arrived."""
    read: list[None] = []
    services.storage.read(lambda _store: None, read.append)
    qtbot.waitUntil(lambda: bool(read))


def test_what_was_on_its_way_when_a_reply_is_stopped_does_not_go_on_with_it(services: Services, qtbot: QtBot) -> None:
    services.chat.send("/wait")
    wait_for_text(services, qtbot)
    job = services.engine._job
    assert job is not None
    services.chat.stop()
    services.engine.event_received.emit(Tokens(job, "on its way", TokenTrace.empty()))
    assert services.chat.state is ChatState.STOPPING
    wait_until_idle(services, qtbot)
    assert "on its way" in services.chat.conversation.path()[-1].text


def test_without_the_model_that_was_unloaded_no_reply_waits(make_services: Make, qtbot: QtBot) -> None:
    services = make_services()
    services.start()
    assert services.chat.send("early bird")
    services.engine.unload()
    assert services.chat.state is ChatState.IDLE
    message = services.chat.conversation.path()[-1]
    assert message.info is not None
    assert message.info.finish is FinishReason.INTERRUPTED


def test_a_conversation_that_has_not_begun_follows_the_preferences(services: Services, qtbot: QtBot) -> None:
    chat, settings = services.chat, services.settings
    for typed in ("B", "Be", "Be brief."):
        settings.set(schema.SYSTEM_PROMPT, typed)
    settings.set(schema.COMPLETION, "off")
    assert (chat.conversation.system_prompt, chat.conversation.raw) == ("Be brief.", False)
    assert services.conversations.summaries() == []
    chat.set_system_prompt("Be long.")
    settings.set(schema.SYSTEM_PROMPT, "Be kind.")
    assert chat.conversation.system_prompt == "Be long.", "it was set here"
    chat.new_conversation()
    assert chat.conversation.system_prompt == "Be kind."
    answer(services, qtbot, "hello")
    settings.set(schema.SYSTEM_PROMPT, "")
    assert chat.conversation.system_prompt == "Be kind.", "it has begun"


@pytest.mark.parametrize("ended_by", ["closing", "another one"])
def test_a_system_prompt_is_kept_before_the_first_message(
    services: Services, make_services: Make, qtbot: QtBot, ended_by: str
) -> None:
    services.chat.set_system_prompt("You are a patient teacher.")
    written = services.chat.conversation.id
    services.chat.new_conversation()
    assert services.chat.conversation.id != written
    if ended_by == "closing":
        services.close()
        services = make_services()
    assert [s.id for s in services.conversations.summaries()] == [written]
    with qtbot.waitSignal(services.chat.conversation_changed):
        services.chat.open(written)
    assert services.chat.conversation.system_prompt == "You are a patient teacher."


def test_only_what_was_asked_for_last_is_shown_when_it_was_read(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    for conversation in (Conversation(900, "on the disk", 1.0, 1.0), Conversation(901, "on the disk", 1.0, 1.0)):
        services.storage.write(partial(_save, conversation))
        services.conversations.touch(conversation)
    shown = chat.conversation
    chat.open(900)
    services.conversations.delete(900)
    read_all(services, qtbot)
    assert chat.conversation is shown, "it is in the trash"
    chat.open(901)
    chat.new_conversation()
    read_all(services, qtbot)
    assert chat.conversation is shown
