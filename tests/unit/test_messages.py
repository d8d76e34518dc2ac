import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, ModelError, RequestError
from chatapp.core.generation import CacheUse, FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.protocol import messages as m
from chatapp.protocol.framing import Decoder, Frame, FramingError
from tests.unit.test_trace import assert_same, trace_of

CHAT = (m.ChatMessage("system", "짧게 답해."), m.ChatMessage("user", "Hi\n😀"))
PARAMS = SamplingParams(temperature=0.0, top_k=5, seed=7, max_tokens=9, stop=("<|end|>", "끝"))
INFO = ReplyInfo("모델.gguf", FinishReason.STOP_STRING, 10, 4, 3, 0.25, 1.5, 7)
MODEL = m.ModelInfo(
    path="/m/한 글.gguf",
    name="Tiny",
    architecture="llama",
    description="llama 1B Q4_K - Medium",
    size=123_456_789_012,
    n_params=10**9,
    n_vocab=320,
    n_ctx=2048,
    n_ctx_train=4096,
    n_layer=3,
    n_head=4,
    n_gpu_layers=2,
    has_chat_template=False,
    fingerprint="ab12",
    backend="llama.cpp",
    has_attention=False,
)

MESSAGES: list[m.Message] = [
    m.Load("/m/x.gguf"),
    m.Load("C:\\모델\\x.gguf", m.LoadOptions(512, 0, 2, "off", "f32")),
    m.Generate(1, CHAT, PARAMS),
    m.Generate(2, raw=True, prompt="Once upon"),
    m.Generate(2, CHAT, prefix_ids=(7, 8)),
    m.Load("/m/x.gguf", m.LoadOptions(cache_bytes=0)),
    m.Inspect(3, "text"),
    m.Inspect(4, None, (1, 2, 3), "f32", (0, 2), 5),
    m.Inspect(5, ""),
    m.Inspect(5, "text", method="rebuilt", mute=((0, 3), (1, 2)), adapters=(AdapterUse("a.gguf", 0.5),)),
    m.Count(6, CHAT),
    m.Cancel(7),
    m.Hello("0.1.0", "fake", 4711),
    m.Hello("0.1.0", "llama.cpp", 1, (m.Device("CPU", "A processor", "cpu", 5, 9), m.Device("Vulkan0", "카드", "gpu"))),
    m.Loaded(replace(MODEL, devices=("Vulkan0",))),
    m.Generate(2, CHAT, adapters=(AdapterUse("/한/a.gguf", -0.5), AdapterUse("b.gguf"))),
    m.Tokenize(11, "안녕", special=False),
    m.Tokenized(11, (1, 2), ("ec9588", "ff"), (False, True)),
    m.Embed(12, ("a", "나"), "cls", normalise=False),
    m.LoadProgress(0.5),
    m.Loaded(MODEL),
    m.PromptProgress(8, 5, 10, 2, (1, 2, 3)),
    m.PromptProgress(8, 10, 10, 2),
    m.Finished(9, "…", INFO),
    m.Finished(9, "", ReplyInfo()),
    m.Finished(9, "", ReplyInfo(reused_tokens=9, restored_tokens=4, cache=CacheUse.RESTORED)),
    m.Counted(10, 55),
    m.Score(13, m.Prefix(CHAT, prefill="그", reply_ids=(1, 2), adapters=(AdapterUse("a.gguf"),)), 7),
    m.ScoreText(14, "긴 글".encode(), "llama.cpp", 512),
    m.Predict(15, m.Prefix(text="The cat", raw=True), PARAMS),
    m.Logits(16, m.Prefix(reply_ids=(4, 5)), 1),
    m.Lookahead(16, m.Prefix(CHAT), 2, 3, 9),
    m.Vocabulary(17),
    m.Attend(18, m.Prefix(CHAT), (0, 3)),
    m.AttendRows(18, m.Prefix(CHAT), 3, 2, "max", ((0, 1), (2, 3))),
    m.Mute(19, m.Prefix(CHAT), ((0, 3), (1, 1)), everywhere=True, hidden=((1, 4),)),
    m.Muted(19, 4, {"before": np.zeros(2, np.float32)}),
    m.Lens(21, m.Prefix(CHAT), 5),
    m.LensRead(21, {"logprobs": np.zeros(2, np.float32)}),
    m.Steps(22, m.Prefix(CHAT), 3, 1, SamplingParams(top_k=7)),
    m.StepsTaken(
        22,
        3,
        1,
        0,
        "llama",
        "f32",
        {"scale": 0.5, "stages": ["raw"]},
        {"scaled": "why"},
        {"captured.q": np.zeros(2, np.float32)},
    ),
    m.Meanings(23, ("a mouse", "마우스")),
    m.MeaningsRead(23, {"similarity": np.zeros((2, 2, 2), np.float32)}),
    m.Sweep(20, m.Prefix(CHAT), 5, (1,)),
    m.Swept(20, -1.5, (1,), {"change": np.zeros((1, 2), np.float32)}),
    m.Attended(18, (0, 3), True, 12, 1e-3, "f16", {"ids": np.array([1, 2], np.int32)}),
    m.AttendedRows(18, True, "rebuilt", {"rows": np.ones((2, 3), np.float16)}),
    m.Attended(18, (0,), False, -1, -1.0, "f16", {"ids": np.array([1, 2], np.int32)}, "replayed"),
    m.TextScored(14, 100, 99, 250.5, 512),
    m.Predicted(15, 3, ("raw", "top_k"), {"logits": np.zeros(4, np.float32)}),
    m.LogitsRead(16, 1, {"logits": np.zeros((1, 4), np.float32)}),
    m.LookedAhead(16, {"parents": np.array([-1], np.int32)}),
    m.VocabularyRead(17, {"lengths": np.array([1, 2], np.int32)}),
]


def over_the_wire(message: m.Message) -> m.Message:
    """Through bytes, cut in the middle, and back."""
    stream, decoder = m.to_bytes(message), Decoder()
    middle = len(stream) // 2
    (frame,) = [*decoder.feed(stream[:middle]), *decoder.feed(stream[middle:])]
    return m.from_frame(frame)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda x: x.TYPE)
def test_messages_come_back_equal(message: m.Message) -> None:
    back = over_the_wire(message)
    assert back == message
    for f in fields(message):
        assert type(getattr(back, f.name)) is type(getattr(message, f.name)), f.name


def test_tokens_come_back_with_their_trace() -> None:
    trace = trace_of(b"\xec\x95", b"\x88", b"x")
    back = over_the_wire(m.Tokens(3, "안x", trace))
    assert isinstance(back, m.Tokens)
    assert (back.job, back.text) == (3, "안x")
    assert_same(back.trace, trace)


@pytest.mark.parametrize("kind", [m.Scored, m.TextPart], ids=lambda x: x.TYPE)
def test_scores_come_back_with_their_trace(kind: type[m.Scored] | type[m.TextPart]) -> None:
    trace = trace_of(b"a", b"b")
    sent = m.Scored(3, 5, 7, trace, (0, -1)) if kind is m.Scored else m.TextPart(3, 0, 9, 1, trace)
    back = over_the_wire(sent)
    assert isinstance(back, m.Scored | m.TextPart)
    assert_same(back.trace, trace)
    for f in fields(sent):
        assert f.name == "trace" or getattr(back, f.name) == getattr(sent, f.name)


def test_an_empty_trace_comes_back() -> None:
    back = over_the_wire(m.Tokens(3, "tail", TokenTrace.empty()))
    assert isinstance(back, m.Tokens)
    assert len(back.trace) == 0


def test_inspected_arrays_come_back() -> None:
    arrays = {
        "tokens": np.array([1, 2, 3], np.int32),
        "logprobs": np.array([-1.5, -np.inf], np.float32),
        "attention": np.random.default_rng(0).random((2, 4, 3, 3), np.float32),
    }
    meta = {"source": "replayed", "flash_attention": False, "layers": [0, 1], "한": None}
    back = over_the_wire(m.Inspected(5, meta, arrays))
    assert isinstance(back, m.Inspected)
    assert (back.job, back.meta) == (5, meta)
    assert list(back.arrays) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back.arrays[name], array)


def test_embedded_vectors_come_back() -> None:
    vectors = np.array([[0.5, -0.25], [1e-9, 3.0]], np.float32)
    back = over_the_wire(m.Embedded(5, "mean", {"vectors": vectors}))
    assert isinstance(back, m.Embedded)
    assert (back.job, back.pooling) == (5, "mean")
    np.testing.assert_array_equal(back.arrays["vectors"], vectors)


@pytest.mark.parametrize("job", [None, 4])
def test_a_failure_comes_back_as_the_same_kind_of_error(job: int | None) -> None:
    error = ModelError(ErrorCode.MODEL_BROKEN, "llama_model_load: …", path="/x.gguf", reason="no tensors")
    back = over_the_wire(m.Failed(job, error))
    assert isinstance(back, m.Failed)
    assert back.job == job
    assert type(back.error) is ModelError
    assert (back.error.code, back.error.params, back.error.details) == (error.code, error.params, error.details)
    assert back.error.message == error.message


def test_every_type_of_message_is_tested_here() -> None:
    here = {type(message) for message in MESSAGES} | {m.Tokens, m.Inspected, m.Embedded, m.Failed, m.Scored, m.TextPart}
    assert here == set(m._TYPES.values())
    assert {kind.TYPE for kind in here} == set(m._TYPES)


@pytest.mark.parametrize(
    "header",
    [
        {"type": "nonsense"},
        {"type": ""},
        {"type": "cancel"},
        {"type": "cancel", "job": 1, "extra": 2},
        {"type": "load", "path": "x", "options": {"n_ctx": 1, "colour": "red"}},
        {"type": "load", "path": "x", "options": None},
        {"type": "generate", "job": 1, "params": 5},
        {"type": "generate", "job": 1, "messages": [{"role": "user"}]},
        {"type": "generate", "job": 1, "messages": 5},
        {"type": "loaded", "model": {}},
        {"type": "finished", "job": 1, "text": "", "info": {"finish": "exploded"}},
        {"type": "failed", "job": 1, "error": {"code": "unheard_of"}},
        {"type": "failed", "job": 1, "error": {}},
        {"type": "failed", "job": 1, "error": "x"},
        {"type": "tokens", "job": 1, "text": "x"},
        {"type": "inspect", "job": 1, "tokens": 5},
    ],
    ids=json.dumps,
)
def test_what_is_none_of_ours_is_a_framing_error(header: dict[str, Any]) -> None:
    with pytest.raises(FramingError):
        m.from_frame(Frame(header))


def test_a_setting_out_of_its_bounds_is_named() -> None:
    (frame,) = Decoder().feed(m.to_bytes(m.Generate(1, params=replace(PARAMS, temperature=99.0))))
    with pytest.raises(RequestError, match="temperature cannot be 99"):
        m.from_frame(frame)


def test_the_frame_is_left_as_it_was() -> None:
    frame = Frame({"type": "cancel", "job": 3})
    m.from_frame(frame)
    assert frame.header == {"type": "cancel", "job": 3}
