"""What is sent: counts, policy, pins, beginnings, going on; with the fake engine, where a word is a token."""

from pytestqt.qtbot import QtBot

from chatapp.core.context import Overflow
from chatapp.core.conversation import Role
from chatapp.core.generation import FinishReason, SamplingParams
from chatapp.protocol.messages import LoadOptions
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState


def answered(services: Services, qtbot: QtBot, text: str) -> None:
    assert services.chat.send(text)
    idle(services, qtbot)


def idle(services: Services, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE and services.engine.state == "ready", timeout=10_000)


def counted(services: Services, qtbot: QtBot, used: int, draft: int = 0) -> None:
    def is_so() -> bool:
        use = services.context.use
        return use.exact and (use.used, use.draft) == (used, draft)

    qtbot.waitUntil(is_so, timeout=5000)


def small(services: Services, qtbot: QtBot, n_ctx: int) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load("fake", LoadOptions(n_ctx=n_ctx))


def test_the_count_follows_what_is_typed_and_sent(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    chat.set_draft("one two three")
    counted(services, qtbot, 0, 3)
    chat.set_draft("")
    answered(services, qtbot, "one two three")  # "You said: one two three"
    counted(services, qtbot, 8, 0)
    assert services.context.use.exact
    assert (services.context.use.user, services.context.use.replies) == (3, 5)
    chat.set_system_prompt("be very kind")
    counted(services, qtbot, 11)
    assert services.context.use.system == 3
    chat.set_prefill("Well then")
    counted(services, qtbot, 13)
    chat.new_conversation()
    counted(services, qtbot, 0)


def test_the_count_of_one_conversation_is_not_told_of_another(services: Services, qtbot: QtBot) -> None:
    answered(services, qtbot, "one two three")
    counted(services, qtbot, 8)
    services.context._ask()
    services.chat.new_conversation()
    used: list[int] = []
    services.context.changed.connect(lambda: used.append(services.context.use.used))
    services.chat.set_draft("four five")
    counted(services, qtbot, 0, 2)
    assert set(used) == {0}


def test_counting_goes_on_while_a_reply_runs(services: Services, qtbot: QtBot) -> None:
    services.chat.send("/long 2000")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    services.chat.set_draft("and two more")
    qtbot.waitUntil(lambda: services.context.use.draft == 3, timeout=5000)
    assert not services.context.use.exact
    services.chat.stop()
    idle(services, qtbot)


def test_what_is_pinned_stays_while_a_reply_runs(services: Services, qtbot: QtBot) -> None:
    small(services, qtbot, 64)
    chat = services.chat
    chat.set_overflow(Overflow.DROP)
    answered(services, qtbot, "/say " + "a " * 20)
    answered(services, qtbot, "/say b")
    pinned = chat.conversation.path()[2]
    chat.pin(pinned.id, pinned=True)
    dropped: list[int] = []
    services.context.changed.connect(lambda: dropped.append(services.context.use.dropped))
    chat.send("/long 2000")
    qtbot.waitUntil(lambda: chat.state is ChatState.STREAMING)
    chat.set_draft("and " * 10)
    qtbot.waitUntil(lambda: any(dropped), timeout=5000)
    assert max(dropped) == 2  # the first turn makes room enough, the second one has the pinned message
    chat.stop()
    idle(services, qtbot)


def test_a_conversation_that_is_too_long_is_not_sent_until_the_user_says_how(services: Services, qtbot: QtBot) -> None:
    small(services, qtbot, 64)
    chat = services.chat
    answered(services, qtbot, "/say " + "old " * 31)
    answered(services, qtbot, "/say new")
    path = chat.conversation.path()
    assert path[-1].info is not None
    assert path[-1].info.finish is FinishReason.CONTEXT
    assert path[-1].text == ""
    qtbot.waitUntil(lambda: services.context.use.dropped == 2, timeout=5000)
    chat.answer_without_oldest(path[-1].id)
    idle(services, qtbot)
    reply = chat.conversation.path()[-1]
    assert reply.text == "new"
    assert reply.info is not None
    assert reply.info.unsent == (path[0].id, path[1].id)
    services.storage.read_now(lambda store: store.load(chat.conversation.id).messages[reply.id].info.unsent)


def test_the_oldest_are_left_out_by_policy_but_not_what_is_pinned(services: Services, qtbot: QtBot) -> None:
    small(services, qtbot, 64)
    chat = services.chat
    chat.set_overflow(Overflow.DROP)
    answered(services, qtbot, "/say a a a a a")
    answered(services, qtbot, "/say " + "old " * 20)
    path = chat.conversation.path()
    chat.pin(path[0].id, pinned=True)
    answered(services, qtbot, "/say new")
    reply = chat.conversation.path()[-1]
    assert reply.text == "new"
    assert reply.info is not None
    assert reply.info.unsent == (path[2].id, path[3].id)
    saved = services.storage.read_now(lambda store: store.load(chat.conversation.id))
    assert saved.messages[path[0].id].pinned
    assert saved.overflow is Overflow.DROP


def test_one_message_that_is_too_long_stays_and_can_be_changed(services: Services, qtbot: QtBot) -> None:
    small(services, qtbot, 64)
    chat = services.chat
    chat.set_overflow(Overflow.DROP)
    answered(services, qtbot, "word " * 100)
    asked, reply = chat.conversation.path()
    assert reply.info is not None
    assert reply.info.finish is FinishReason.CONTEXT
    chat.edit(asked.id, "short")
    idle(services, qtbot)
    assert chat.conversation.path()[-1].text == "You said: short"


def test_a_reply_begins_with_what_was_asked_for(services: Services, qtbot: QtBot) -> None:
    services.chat.set_prefill("Sure: ")
    answered(services, qtbot, "/say yes")
    reply = services.chat.conversation.path()[-1]
    assert reply.text == "Sure: yes"
    assert reply.info is not None
    assert reply.info.completion_tokens == 1


def test_a_cut_off_reply_goes_on_as_a_sibling_with_the_trace_of_both(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    chat.set_sampling(SamplingParams(max_tokens=3))
    answered(services, qtbot, "/say one two three four")
    first = chat.conversation.path()[-1]
    assert first.text == "one two three "
    chat.resume(first.id)
    idle(services, qtbot)
    second = chat.conversation.path()[-1]
    assert second.id != first.id
    assert second.text.startswith(first.text)
    assert len(second.text) > len(first.text)
    assert [m.id for m in chat.conversation.siblings(first.id)] == [first.id, second.id]
    trace = services.storage.read_now(lambda store: store.load_trace(second.id))
    assert trace is not None
    assert "".join(trace.texts()) == second.text


def test_plain_continuation_is_a_switch_of_the_conversation(services: Services, qtbot: QtBot) -> None:
    chat = services.chat
    assert not chat.is_raw
    chat.set_raw(True)
    assert chat.is_raw
    answered(services, qtbot, "Once upon")
    assert chat.conversation.path()[-1].role is Role.ASSISTANT
    assert services.storage.read_now(lambda store: store.load(chat.conversation.id)).raw is True
