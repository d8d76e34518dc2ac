import time

import pytest

from chatapp.core.conversation import Conversation, Message, Role, sent_from
from chatapp.core.generation import FinishReason, ReplyInfo


def message(number: int, parent: int | None, role: Role = Role.USER) -> Message:
    return Message(number, parent, role, f"text {number}", created_at=1000.0 + number)


@pytest.fixture
def tree() -> Conversation:
    """Question 1 has replies 2 and 5; 2 goes on to 3 and 4; question 1 was edited into 6, answered by 7.

    ::

        1 ─┬─ 2 ── 3 ── 4
           └─ 5
        6 ──── 7
    """
    conversation = Conversation(1, "Chat", created_at=1000.0, updated_at=1000.0)
    assistant = Role.ASSISTANT
    for new in (
        message(1, None),
        message(2, 1, assistant),
        message(3, 2),
        message(4, 3, assistant),
        message(5, 1, assistant),
        message(6, None),
        message(7, 6, assistant),
    ):
        conversation.add(new)
    return conversation


def ids(messages: list[Message]) -> list[int]:
    return [m.id for m in messages]


def test_an_empty_conversation_has_no_path() -> None:
    empty = Conversation(1, "", created_at=0.0, updated_at=0.0)
    assert empty.path() == []
    assert empty.children(None) == []
    assert empty.leaf_id is None


def test_the_path_leads_from_the_root_to_the_newest_message(tree: Conversation) -> None:
    assert ids(tree.path()) == [6, 7]


@pytest.mark.parametrize(("to", "expected"), [(1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4]), (5, [1, 5])])
def test_a_path_to_any_message_can_be_asked_for(tree: Conversation, to: int, expected: list[int]) -> None:
    assert ids(tree.path(to)) == expected
    assert tree.leaf_id == 7


@pytest.mark.parametrize(("parent", "expected"), [(None, [1, 6]), (1, [2, 5]), (2, [3]), (4, []), (99, [])])
def test_children_come_in_order_of_creation(tree: Conversation, parent: int | None, expected: list[int]) -> None:
    assert ids(tree.children(parent)) == expected


@pytest.mark.parametrize(("of", "expected"), [(1, [1, 6]), (6, [1, 6]), (2, [2, 5]), (5, [2, 5]), (4, [4])])
def test_siblings_include_the_message_itself(tree: Conversation, of: int, expected: list[int]) -> None:
    assert ids(tree.siblings(of)) == expected


@pytest.mark.parametrize(("chosen", "expected"), [(1, [1, 5]), (2, [1, 2, 3, 4]), (3, [1, 2, 3, 4]), (6, [6, 7])])
def test_selecting_shows_the_newest_descendant(tree: Conversation, chosen: int, expected: list[int]) -> None:
    tree.select(chosen)
    assert ids(tree.path()) == expected


def test_adding_shows_the_new_branch_and_overwrites_nothing(tree: Conversation) -> None:
    before = dict(tree.messages)
    tree.add(message(8, 2))
    assert ids(tree.path()) == [1, 2, 8]
    assert ids(tree.siblings(8)) == [3, 8]
    assert {number: tree.messages[number] for number in before} == before


def test_the_conversation_is_as_young_as_its_newest_message(tree: Conversation) -> None:
    assert tree.updated_at == 1007.0
    tree.add(Message(8, 7, Role.USER, "a clock set back", created_at=5.0))
    assert tree.updated_at == 1007.0


def test_a_taken_id_or_unknown_parent_is_refused_and_changes_nothing(tree: Conversation) -> None:
    before = dict(tree.messages)
    with pytest.raises(ValueError, match="already here"):
        tree.add(message(3, 1))
    with pytest.raises(ValueError, match="unknown parent 99"):
        tree.add(message(8, 99))
    with pytest.raises(ValueError, match="unknown parent 8"):
        tree.add(message(8, 8))
    assert (tree.messages, tree.leaf_id) == (before, 7)


def test_an_update_replaces_the_text_where_it_is(tree: Conversation) -> None:
    tree.update(tree.messages[2].with_text("longer"))
    assert tree.messages[2].text == "longer"
    assert ids(tree.path()) == [6, 7]
    with pytest.raises(KeyError):
        tree.update(message(99, None))


def test_text_can_grow_without_touching_the_info() -> None:
    info = ReplyInfo(model="m")
    reply = Message(1, None, Role.ASSISTANT, "", 0.0, info)
    grown = reply.with_text("안녕")
    assert (grown.text, grown.info, reply.text) == ("안녕", info, "")
    done = grown.with_text("안녕하세요", ReplyInfo(finish=FinishReason.STOP))
    assert done.info == ReplyInfo(finish=FinishReason.STOP)


def test_a_long_conversation_is_no_recursion() -> None:
    long = Conversation(1, "", created_at=0.0, updated_at=0.0)
    for number in range(3000):
        long.add(message(number, number - 1 if number else None))
    assert ids(long.path()) == list(range(3000))


def test_roles_are_what_templates_call_them() -> None:
    assert [str(role) for role in Role] == ["system", "user", "assistant"]


def test_where_what_was_sent_begins() -> None:
    def path(*unsent: int, running: bool = False) -> list[Message]:
        made = [message(n, n - 1 or None, Role.ASSISTANT if n % 2 == 0 else Role.USER) for n in range(1, 9)]
        reply = made[5] if running else made[7]
        at = made.index(reply)
        made[at] = reply.with_text("", ReplyInfo(finish=FinishReason.STOP, unsent=unsent))
        if running:
            made[7] = made[7].with_text("", ReplyInfo(model="m"))
        return made

    assert sent_from([]) == (None, False)
    assert sent_from(path()) == (None, False)
    assert sent_from(path(1, 2)) == (3, False)
    assert sent_from(path(1, 2, 3, 4)) == (5, False)
    assert sent_from(path(3, 4)) == (5, True)  # the first turn is pinned
    assert sent_from(path(77)) == (None, False)  # of another branch
    assert sent_from(path(1, 2, running=True)) == (3, False)  # until the next reply is there


def test_choosing_a_branch_of_a_long_conversation_takes_one_look_at_it() -> None:
    conversation = Conversation(1, "", 0, 0)
    for i in range(1, 5001):
        conversation.add(Message(i, i - 1 or None, Role.USER, "", 0))
    started = time.perf_counter()
    conversation.select(1)
    assert conversation.leaf_id == 5000
    assert time.perf_counter() - started < 0.5  # a look at all of it for every step would take seconds
