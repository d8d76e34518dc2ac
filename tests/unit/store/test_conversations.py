import threading
from dataclasses import replace

import numpy as np
import pytest

from chatapp.core.context import Overflow
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.core.generation import FinishReason, ReplyInfo
from tests.unit.store.builders import fill, make_trace, make_tree, open_store, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "conversations.sqlite3"


@pytest.fixture
def store(path):
    store = open_store(path)
    yield store
    store.close()


def test_an_empty_store(store):
    assert store.next_ids() == (1, 1)
    assert store.summaries() == []
    assert store.trash() == []
    assert store.mark_interrupted() == 0
    assert store.load_trace(1) is None
    assert store.load_draft(1) == ""
    with pytest.raises(KeyError):
        store.load(1)


def test_a_tree_comes_back_as_it_was(path):
    store = open_store(path)
    tree = make_tree()
    tree.select(2)  # the leaf is not the newest message
    save(store, tree)
    store.close()
    store = open_store(path)
    assert store.load(1) == tree
    assert [m.text for m in store.load(1).path()][-1] == "더 알려 줘"
    assert [m.id for m in store.load(1).siblings(2)] == [2, 4]
    assert store.next_ids() == (2, 5)
    store.close()


def test_a_header_update_leaves_the_rest(store):
    tree = make_tree()
    save(store, tree)
    store.save_draft(1, "다음 질문")
    tree.title = "새 제목"
    tree.sampling = None
    tree.system_prompt = ""
    store.save_conversation(tree)
    assert store.load(1) == tree
    assert store.load_draft(1) == "다음 질문"


def test_streamed_text_grows_in_place(store):
    tree = make_tree()
    save(store, tree)
    tree.select(2)
    store.save_conversation(tree)
    growing = replace(tree.messages[4], text="다른 답, 더 길게", info=ReplyInfo("tiny", FinishReason.LENGTH))
    store.save_message(1, growing)
    loaded = store.load(1)
    assert loaded.messages[4] == growing
    assert loaded.leaf_id == 3  # an update does not move the leaf


def test_a_new_message_is_on_the_path_even_if_the_app_dies_now(store):
    tree = make_tree()
    save(store, tree)
    store.save_message(1, Message(5, 3, Role.ASSISTANT, "…", 2000.0, ReplyInfo()))
    loaded = store.load(1)
    assert loaded.leaf_id == 5
    assert loaded.updated_at == 2000.0


def test_traces(store):
    save(store, make_tree())
    trace = make_trace(300)
    store.save_trace(2, trace)
    found = store.load_trace(2)
    assert found.meta == trace.meta
    assert found.pieces == trace.pieces
    for name, array in trace.arrays().items():
        assert np.array_equal(found.arrays()[name], array)
    store.save_trace(2, make_trace(2))
    assert len(store.load_trace(2)) == 2


def test_reply_and_trace_are_saved_together_or_not_at_all(store):
    save(store, make_tree())
    reply = Message(5, 3, Role.ASSISTANT, "답", 5.0, ReplyInfo("m", FinishReason.STOP))
    store.save_reply(1, reply, make_trace())
    assert store.load(1).messages[5] == reply
    assert len(store.load_trace(5)) == 5
    with pytest.raises(StorageError):
        store.save_reply(99, replace(reply, id=6), make_trace())
    assert store.load_trace(6) is None
    assert 6 not in store.load(1).messages
    store.save_message(1, replace(reply, id=6))  # the connection is usable


@pytest.mark.parametrize("blob", [b"", b"CTT1", b"CTT1garbage", b"CTT1" + b"\x78\x9c", "text"])
def test_a_damaged_trace_is_none(store, blob):
    save(store, make_tree())
    store._database.connection.execute("INSERT INTO trace VALUES (2, ?)", (blob,))
    assert store.load_trace(2) is None


def test_trash_undo_and_purge(store):
    for i in (1, 2, 3):
        save(store, make_tree(i, first=i * 10))
        store.save_trace(i * 10 + 1, make_trace())
    store.set_deleted(1, 50.0)
    store.set_deleted(2, 60.0)
    assert [s.id for s in store.summaries()] == [3]
    assert [(s.id, s.deleted_at) for s in store.trash()] == [(2, 60.0), (1, 50.0)]
    store.set_deleted(2, None)
    assert [s.id for s in store.summaries()] == [3, 2]
    assert store.purge_trash(before=50.0) == 0
    assert store.purge_trash(before=51.0) == 1
    assert store.trash() == []
    with pytest.raises(KeyError):
        store.load(1)
    assert store.load_trace(11) is None
    assert len(store.load(2).messages) == 4
    assert store.next_ids() == (4, 34)


def test_the_id_of_a_purged_conversation_is_not_given_again(store):
    """The app purges at its start and counts on from there: what is written under such an id is not saved."""
    for i in (1, 2):
        save(store, make_tree(i, first=i * 10))
    store.set_deleted(2, 1.0)
    assert store.purge_trash(before=2.0) == 1
    conversation_id, message_id = store.next_ids()
    new = make_tree(conversation_id, first=message_id)
    save(store, new)
    assert store.load(conversation_id) == new


def test_a_conversation_of_any_length_can_be_purged(store):
    """What fails for ever at the head of the queue of writes would keep everything behind it from being saved."""
    save(store, make_tree())
    with store._database.transaction() as connection:
        connection.executemany(
            "INSERT INTO message (id, conversation_id, parent_id, role, text, created_at)"
            " VALUES (?, 1, ?, 'user', '', 1.0)",
            [(i, i - 1) for i in range(5, 10_001)],
        )
    store.save_trace(10_000, make_trace())
    save(store, make_tree(2, first=20_000))
    store.set_deleted(1, 1.0)
    assert store.purge_trash(before=2.0) == 1
    assert store.load_trace(10_000) is None
    assert list(store.load(2).messages) == [20_000, 20_001, 20_002, 20_003]
    assert store._database.connection.execute("SELECT count(*) FROM message").fetchone() == (4,)


def test_late_writes_to_a_purged_conversation_are_dropped(store):
    """They must neither bring it back nor fail for ever at the head of a queue of writes."""
    tree = make_tree()
    save(store, tree)
    store.set_deleted(1, 1.0)
    assert store.purge_trash(before=2.0) == 1
    store.save_conversation(tree)
    store.save_message(1, tree.messages[4])
    store.save_reply(1, tree.messages[4], make_trace())
    store.save_trace(4, make_trace())
    store.save_draft(1, "x")
    store.set_title(1, "x")
    store.set_deleted(1, None)
    assert store.summaries() == []
    assert store.load_trace(4) is None


def test_rename(store):
    save(store, make_tree())
    store.set_title(1, "새 이름")
    (summary,) = store.summaries()
    assert summary.title == "새 이름"
    assert summary.updated_at == 1004.0


def test_newest_first(store):
    for i, at in ((1, 30.0), (2, 10.0), (3, 20.0)):
        store.save_conversation(Conversation(i, str(i), 1.0, at))
    assert [s.id for s in store.summaries()] == [1, 3, 2]


def test_mark_interrupted(store):
    save(store, make_tree())
    store.save_message(1, Message(5, 3, Role.ASSISTANT, "절반만", 5.0, ReplyInfo("tiny", completion_tokens=2)))
    store.save_message(1, Message(6, 3, Role.ASSISTANT, "", 6.0))
    assert store.mark_interrupted() == 2
    assert store.mark_interrupted() == 0
    messages = store.load(1).messages
    assert messages[5].info == ReplyInfo("tiny", FinishReason.INTERRUPTED, completion_tokens=2)
    assert messages[5].text == "절반만"
    assert messages[6].info.finish is FinishReason.INTERRUPTED
    assert messages[2].info.finish is FinishReason.STOP
    assert messages[1].info is None


def test_odd_text_survives(store):
    texts = ["", "\0 nul", "a\ud83d\ude00b", "lone \ud800!", "\u202eright to left", "e\u0301 ㅎㅏㄴ", "x" * 2_000_000]
    store.save_conversation(Conversation(1, "t\udfff", 1.0, 1.0))
    for i, text in enumerate(texts, 1):
        store.save_message(1, Message(i, i - 1 or None, Role.USER, text, 1.0))
    found = [m.text for m in store.load(1).path()]
    assert found[2] == "a😀b"
    assert found[3] == "lone \ufffd!"
    assert [t for i, t in enumerate(found) if i not in {2, 3}] == [t for i, t in enumerate(texts) if i not in {2, 3}]
    assert store.summaries()[0].title == "t\ufffd"


def test_damaged_columns_do_not_stop_loading(store):
    save(store, make_tree())
    run = store._database.connection.execute
    run('UPDATE message SET info = \'{"finish": "exploded"}\' WHERE id = 2')
    run("UPDATE message SET text = CAST(x'ff41' AS TEXT) WHERE id = 3")
    run("UPDATE conversation SET sampling = '{\"top_k\": -5}', leaf_id = 77")
    run("PRAGMA foreign_keys = OFF")
    run("UPDATE message SET parent_id = 4 WHERE id = 1")  # a circle
    loaded = store.load(1)
    assert loaded.messages[2].info is None
    assert loaded.messages[3].text == "\ufffdA"
    assert loaded.sampling is None
    assert loaded.leaf_id == 4
    assert [m.id for m in loaded.path()] == [1, 4]


def test_another_thread_may_use_it(path):
    store = open_store(path)
    failures = []

    def work():
        try:
            fill(store, conversations=1, messages=4)
            store.close()
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []
    store = open_store(path)
    assert len(store.load(1).messages) == 4
    store.close()


def test_a_locked_database_is_one_sentence(path, monkeypatch):
    monkeypatch.setattr("chatapp.store.database.BUSY_SECONDS", 0.05)
    one, two = open_store(path), open_store(path)
    with one._database.transaction(), pytest.raises(StorageError) as caught:
        two.save_conversation(Conversation(1, "", 1.0, 1.0))
    assert caught.value.code is ErrorCode.DATABASE_FAILED
    two.save_conversation(Conversation(1, "", 1.0, 1.0))
    one.close()
    two.close()


def test_what_is_sent_is_kept(tmp_path):
    store = open_store(tmp_path / "conversations.sqlite3")
    conversation = make_tree()
    conversation.overflow, conversation.raw, conversation.prefill = Overflow.DROP, False, "네, "
    conversation.update(replace(conversation.messages[1], pinned=True))
    save(store, conversation)
    assert store.load(1) == conversation
    conversation.raw = None
    store.save_conversation(conversation)
    assert store.load(1).raw is None
    store.close()
