"""Traces of the messages in sight: read once, kept up while a reply is written, and not kept for ever."""

from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message
from chatapp.services import traces
from chatapp.services.bundle import Services
from chatapp.services.traces import Traced
from tests.services.test_chat import answer, wait_for_text, wait_until_idle
from tests.services.test_storage import FullDisk, big


def read(services: Services, message: Message, qtbot: QtBot) -> Traced | None:
    if not services.traces.is_known(message.id):
        with qtbot.waitSignal(services.traces.changed):
            assert services.traces.of(message) is None
    return services.traces.of(message)


def said(message: Message, traced: Traced) -> list[str]:
    """For every character of the message the text of its token's cell."""
    trace, places = traced.trace, traced.places
    tokens = [places.token_at(at) for at in range(len(message.text))]
    return ["" if t is None else trace.cells[trace.cell_of(t)].text or "" for t in tokens]


def test_a_trace_is_read_once(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one 한국어 two")
    found = read(services, reply, qtbot)
    assert found is not None
    assert all(char in text for char, text in zip(reply.text, said(reply, found), strict=True))
    assert services.traces.of(reply) is found


def test_what_has_no_trace_is_known_to_have_none(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say something")
    services.chat.edit(reply.id, "written by hand")
    edited = services.chat.conversation.path()[-1]
    assert read(services, edited, qtbot) is None
    assert services.traces.is_known(edited.id)
    question = services.chat.conversation.path()[0]
    assert read(services, question, qtbot) is None


def test_a_reply_is_followed_from_its_middle(services: Services, qtbot: QtBot) -> None:
    services.chat.set_prefill("Well, ")
    services.chat.send("/say one two three 한글 four")
    wait_for_text(services, qtbot)
    message = services.chat.conversation.path()[-1]
    found = services.traces.of(message)
    assert found is not None
    grown: list[int] = []
    services.traces.grew.connect(lambda _id, first: grown.append(first))
    with qtbot.waitSignal(services.traces.changed, timeout=10_000):  # its beginning was given: it is read anew
        wait_until_idle(services, qtbot)
    assert grown
    message = services.chat.conversation.path()[-1]
    assert message.text == "Well, one two three 한글 four"
    for traced in (found, services.traces.of(message)):
        assert traced is not None
        texts = said(message, traced)
        assert texts[:6] == [""] * 6
        assert all(char in text for char, text in zip(message.text[6:], texts[6:], strict=True))


def test_what_was_not_asked_for_lately_is_forgotten(services: Services, qtbot: QtBot, monkeypatch) -> None:
    monkeypatch.setattr(traces, "_KEPT", 3)
    replies = [answer(services, qtbot, f"/say {n}") for n in range(5)]
    for reply in replies[:3]:
        read(services, reply, qtbot)
    first = services.traces.of(replies[0])
    assert first is not None
    for reply in replies[3:]:
        read(services, reply, qtbot)
    assert [services.traces.is_known(reply.id) for reply in replies] == [True, False, False, True, True]
    assert services.traces.of(replies[0]) is first


def test_what_waits_to_be_written_is_found_when_it_is(services: Services, qtbot: QtBot) -> None:
    disk = FullDisk(services.storage)
    services.storage.write(lambda store: store.save_conversation(big(1000)))
    qtbot.waitUntil(lambda: services.storage.failure is not None)
    reply = answer(services, qtbot, "/say something")
    assert read(services, reply, qtbot) is None
    disk.free()
    with qtbot.waitSignal(services.traces.changed, timeout=10_000):
        services.storage.retry()
    assert read(services, reply, qtbot) is not None
