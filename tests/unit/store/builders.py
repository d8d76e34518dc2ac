"""Small conversations, traces and databases for the tests of the store."""

import numpy as np

from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import open_database


def open_store(path):
    """A store on *path*, which must open without a notice."""
    result = open_database(path)
    assert result.notice is None
    return ConversationStore(result.database)


def make_trace(n=5):
    """A trace of *n* tokens whose bytes are parts of Korean syllables."""
    pieces = {i: bytes([b]) for i, b in enumerate("안녕하세요 attention"[: n + 1].encode())}
    ids = np.arange(n, dtype=np.int32) % len(pieces)
    top = np.stack([ids, (ids + 1) % len(pieces)], axis=1).astype(np.int32)
    return TokenTrace(
        ids=ids,
        logprobs=np.linspace(-3, 0, n, dtype=np.float32),
        ranks=ids,
        entropy=np.ones(n, np.float32),
        top_ids=top,
        top_logprobs=-np.ones((n, 2), np.float32),
        pieces=pieces,
        meta={"model": "시험.gguf", "seed": 7},
    )


def make_tree(conversation_id=1, first=1):
    """A conversation with two branches: question, two answers, a follow-up below the first answer."""
    c = Conversation(
        conversation_id,
        "어텐션이란?",
        1000.0,
        1000.0,
        system_prompt="한국어로 답해 주세요.",
        sampling=SamplingParams(temperature=0.0, seed=3, stop=("끝",)),
    )
    done = ReplyInfo("tiny", FinishReason.STOP, 5, 0, 9, 0.1, 0.5, 7)
    c.add(Message(first, None, Role.USER, "어텐션이란 무엇인가요? 👀", 1001.0))
    c.add(Message(first + 1, first, Role.ASSISTANT, "**가중합**을 말합니다.", 1002.0, done))
    c.add(Message(first + 2, first + 1, Role.USER, "더 알려 줘", 1003.5))
    c.add(Message(first + 3, first, Role.ASSISTANT, "다른 답", 1004.0, done))
    return c


def save(store, conversation):
    """Save header and messages, then the header again: its leaf may not be the newest message."""
    store.save_conversation(conversation)
    for message in conversation.messages.values():
        store.save_message(conversation.id, message)
    store.save_conversation(conversation)


def fill(store, conversations=5, messages=40, words=60):
    """Several long linear conversations with traces; returns the texts by message id."""
    texts, number = {}, 0
    for c in range(1, conversations + 1):
        store.save_conversation(Conversation(c, f"대화 {c}", float(c), float(c)))
        parent = None
        for i in range(messages):
            number += 1
            role = Role.ASSISTANT if i % 2 else Role.USER
            info = ReplyInfo("tiny", FinishReason.STOP) if i % 2 else None
            message = Message(number, parent, role, f"{number}: " + "안녕 hello " * words, float(number), info)
            if i % 2:
                store.save_reply(c, message, make_trace(12))
            else:
                store.save_message(c, message)
            texts[number], parent = message.text, number
    return texts


def all_texts(store):
    """Texts of all messages by id, through the public way."""
    return {m.id: m.text for s in store.summaries() for m in store.load(s.id).messages.values()}
