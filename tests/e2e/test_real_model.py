"""A real instruct model, when CHATAPP_TEST_MODEL names one: a conversation of six turns as people have them."""

from collections.abc import Iterator

import pytest

from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine.client import EngineClient
from chatapp.protocol.messages import ChatMessage, Finished, Generate, PromptProgress, Tokens

PARAMS = SamplingParams(temperature=0.7, seed=11, max_tokens=200)
QUESTIONS = (
    "안녕하세요! 저는 민수라고 해요.",
    "What is the capital of France? Answer in one short sentence.",
    "그 도시를 한국어로 한 문장으로 소개해 주세요.",
    "Write a Python function that adds two numbers. Code only.",
    "방금 쓴 함수를 한 문장으로 설명해 주세요.",
    "Thank you, goodbye!",
)


@pytest.fixture(scope="module")
def engine(chat_model: str) -> Iterator[EngineClient]:
    with EngineClient() as client:
        client.load(chat_model)
        yield client


def ask(engine: EngineClient, turns: list[ChatMessage]) -> tuple[str, ReplyInfo, TokenTrace, tuple[int, ...]]:
    text, traces, info, prompt = "", [], ReplyInfo(), ()
    for event in engine.generate(Generate(0, tuple(turns), PARAMS)):
        match event:
            case PromptProgress(prompt_ids=ids) if ids:
                prompt = ids
            case Tokens(_, more, trace):
                text += more
                traces.append(trace)
            case Finished(_, more, info):
                text += more
    return text, info, TokenTrace.join(traces), prompt


def test_a_conversation_of_six_turns(engine: EngineClient) -> None:
    turns = [ChatMessage("system", "You are a helpful assistant.")]
    before = 0  # tokens that are in the KV cache
    for question in QUESTIONS:
        turns.append(ChatMessage("user", question))
        text, info, trace, prompt = ask(engine, turns)
        turns.append(ChatMessage("assistant", text))
        assert text.strip()
        assert "�" not in text
        assert "<|im_" not in text
        assert "".join(trace.texts()) == text
        assert info.finish in (FinishReason.STOP, FinishReason.LENGTH)
        # Only what is new is evaluated: everything that was sent and sampled before is still there.
        assert info.reused_tokens == before
        assert len(prompt) == info.prompt_tokens
        before = info.prompt_tokens + info.completion_tokens - 1
    replies = [t.content for t in turns if t.role == "assistant"]
    assert "Paris" in replies[1]
    assert "def " in replies[3]


def test_going_to_another_version_and_back_evaluates_only_what_is_new(engine: EngineClient) -> None:
    opening = [ChatMessage("user", "Here is a list. " + "One more word. " * 60 + "Say OK.")]
    versions = [[*opening, ChatMessage("assistant", "OK."), ChatMessage("user", q)] for q in ("Why?", "How so?")]
    infos = []
    for turns in versions:
        text, info, _, _ = ask(engine, turns)
        turns += [ChatMessage("assistant", text), ChatMessage("user", "Go on.")]
        infos.append(info)
    for turns, before in zip(versions, infos, strict=True):
        _, info, _, _ = ask(engine, turns)
        assert info.reused_tokens == before.prompt_tokens + before.completion_tokens - 1
        assert info.restored_tokens > 0


def test_replies_end_where_they_should(engine: EngineClient) -> None:
    _, info, trace, _ = ask(engine, [ChatMessage("user", "Say only the word hello.")])
    assert info.finish is FinishReason.STOP
    assert trace.texts()[-1] == ""  # the token that ends the turn is recorded and not shown
