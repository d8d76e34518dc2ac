import codecs
import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from chatapp.core.trace import TokenTrace, decode_pieces
from chatapp.core.trace_buffer import TraceBuffer

MAGIC = b"CTT1"


def trace_of(*pieces: bytes, meta: dict[str, object] | None = None, first_id: int = 10, k: int = 3) -> TokenTrace:
    """A reply of these pieces; equal bytes are the same token."""
    numbers = {piece: first_id + i for i, piece in enumerate(dict.fromkeys(pieces))}
    ids = np.array([numbers[p] for p in pieces], np.int32)
    count, random = len(ids), np.random.default_rng(count_seed(pieces))
    top_ids = np.tile(np.arange(first_id, first_id + k, dtype=np.int32), (count, 1))
    known = {i: p for p, i in numbers.items()}
    return TokenTrace(
        ids=ids,
        logprobs=-random.random(count, np.float32),
        ranks=random.integers(0, 9, count, dtype=np.int32),
        entropy=random.random(count, np.float32),
        top_ids=top_ids,
        top_logprobs=-random.random((count, k), np.float32),
        pieces={first_id + i: b"?" for i in range(k)} | known,
        meta=dict(meta or {}),
    )


def count_seed(pieces: tuple[bytes, ...]) -> int:
    return zlib.crc32(b"".join(pieces))


def assert_same(a: TokenTrace, b: TokenTrace) -> None:
    for name in ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"):
        left, right = getattr(a, name), getattr(b, name)
        assert (left.dtype, left.shape) == (right.dtype, right.shape), name
        np.testing.assert_array_equal(left, right)
    assert a.pieces == b.pieces
    assert a.names == b.names
    assert a.meta == b.meta


def test_a_blob_brings_everything_back() -> None:
    trace = trace_of(b"Hello", b" ", b"\xec\x95\x88", b" ", b"\xff", b"", meta={"model": "모델", "seed": 7, "x": None})
    back = TokenTrace.from_blob(trace.to_blob())
    assert_same(back, trace)
    assert len(back) == 6
    assert back.token_bytes(2) == "안".encode()
    assert back.token_bytes(4) == b"\xff"


def test_control_tokens_keep_their_names_and_say_nothing() -> None:
    plain = trace_of(b"Hello", b"", k=1)
    end = int(plain.ids[1])
    named = replace(plain, names={end: b"<|im_end|>"})
    for trace in (TokenTrace.from_blob(named.to_blob()), TokenTrace.join([plain, named]), named.head(2)):
        assert trace.names == {end: b"<|im_end|>"}
        assert trace.shown(end) == TraceBuffer(trace).shown(end) == b"<|im_end|>"
        assert trace.texts()[:2] == ["Hello", ""]
    assert named.head(1).names == {}
    assert named.head(1).pieces.keys() == {*named.ids[:1].tolist(), *named.top_ids[:1].ravel().tolist()}
    assert plain.shown(end) == b""  # a trace of an older version: nobody knows


def test_an_empty_trace_is_a_trace() -> None:
    empty = TokenTrace.empty({"a": 1})
    back = TokenTrace.from_blob(empty.to_blob())
    assert_same(back, empty)
    assert len(back) == 0
    assert back.texts() == []


def test_a_long_trace_stays_compact() -> None:
    count, k, random = 2000, 20, np.random.default_rng(0)
    top_ids = random.integers(0, 150_000, (count, k), dtype=np.int32)
    trace = TokenTrace(
        ids=top_ids[:, 0],
        logprobs=-random.random(count, np.float32),
        ranks=np.zeros(count, np.int32),
        entropy=random.random(count, np.float32),
        top_ids=top_ids,
        top_logprobs=-random.random((count, k), np.float32),
        pieces={int(i): b"piece" for i in np.unique(top_ids)},
    )
    blob = trace.to_blob()
    assert len(blob) < 400 * count, "random candidates, the worst case"
    assert_same(TokenTrace.from_blob(blob), trace)


@pytest.mark.parametrize("text", ["안녕하세요", "the 한글 and 😀👩‍👩‍👧", "🇰🇷", "가각갂힣", "plain"])
def test_characters_split_over_byte_tokens_are_joined(text: str) -> None:
    pieces = [bytes([b]) for b in text.encode()]
    trace = trace_of(*pieces)
    texts = trace.texts()
    assert len(texts) == len(pieces)
    assert "".join(texts) == text
    assert "\ufffd" not in "".join(texts)


def test_part_of_a_character_shows_nothing_until_it_is_whole() -> None:
    raw = "녕".encode()
    assert decode_pieces([raw[:1], raw[1:2], raw[2:]]) == ["", "", "녕"]
    assert decode_pieces([raw[:2], raw[2:] + b"a"]) == ["", "녕a"]
    assert decode_pieces([b"", raw, b""]) == ["", "녕", ""]


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_character_that_is_never_finished_becomes_one_replacement(cut: int) -> None:
    raw = "😀".encode()[:cut]
    assert decode_pieces([b"a", raw]) == ["a", ""]
    assert decode_pieces([raw, b"b"]) == ["", "\ufffdb"]


@pytest.mark.parametrize("seed", range(20))
def test_texts_joined_equal_the_decoded_bytes_whatever_they_are(seed: int) -> None:
    random = np.random.default_rng(seed)
    raw = b"".join(random.choice([b"\xec\x95\x88", b"\xf0\x9f", b"a", b"\x80", b"\xff", b"\xed\xa0\x80"], 12))
    cuts = sorted(random.integers(0, len(raw) + 1, 6).tolist())
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    # Whole, but for a character that the end cuts in half.
    expected = codecs.getincrementaldecoder("utf-8")("replace").decode(raw)
    assert "".join(decode_pieces(pieces)) == expected


def test_no_pieces_are_no_texts() -> None:
    assert decode_pieces([]) == []
    assert decode_pieces([b"\xec"]) == [""]


def test_parts_join_in_order_with_all_their_pieces() -> None:
    parts = [trace_of(b"a", b"b", meta={"seed": 1}), trace_of(b"c", first_id=50), trace_of(b"d", first_id=60)]
    whole = TokenTrace.join(parts)
    assert whole.texts() == ["a", "b", "c", "d"]
    assert whole.meta == {"seed": 1}
    assert set(whole.pieces) == {10, 11, 12, 50, 51, 52, 60, 61, 62}
    assert TokenTrace.join(iter(parts), {"other": 2}).meta == {"other": 2}
    np.testing.assert_array_equal(whole.top_logprobs, np.concatenate([p.top_logprobs for p in parts]))
    assert_same(TokenTrace.from_arrays(whole.arrays(), whole.meta), whole)


def test_an_empty_part_joins_with_a_full_one() -> None:
    part = trace_of(b"a", b"b")
    assert_same(TokenTrace.join([TokenTrace.empty(), part], part.meta), part)
    assert_same(TokenTrace.join([part, TokenTrace.empty()]), part)


def test_every_shorter_blob_is_refused() -> None:
    blob = trace_of(b"Hello", b" you", meta={"model": "m"}).to_blob()
    for end in range(len(blob)):
        with pytest.raises(ValueError, match=r"."):
            TokenTrace.from_blob(blob[:end])


def test_every_flipped_bit_is_refused_or_harmless() -> None:
    trace = trace_of(b"Hello", b" you", meta={"model": "m"})
    blob = trace.to_blob()
    for at in range(len(blob)):
        for bit in (0x01, 0x80):
            damaged = bytearray(blob)
            damaged[at] ^= bit
            try:
                back = TokenTrace.from_blob(bytes(damaged))
            except ValueError:
                continue
            assert_same(back, trace)


def blob_of(header: object, data: bytes = b"") -> bytes:
    line = header if isinstance(header, bytes) else json.dumps(header).encode()
    return MAGIC + zlib.compress(line + b"\n" + data)


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"CTT0" + zlib.compress(b"{}\n"),
        MAGIC,
        MAGIC + b"not zlib",
        MAGIC + zlib.compress(b"no newline"),
        blob_of(b"not json"),
        blob_of(b"\xff\xfe"),
        blob_of([]),
        blob_of(5),
        blob_of({}),
        blob_of({"arrays": []}),
        blob_of({"meta": {}}),
        blob_of({"arrays": [], "meta": {}}),
        blob_of({"arrays": None, "meta": {}}),
        blob_of({"arrays": [["ids", "<i4", [1]]], "meta": {}}, b"\0\0\0\0"),
    ],
)
def test_bytes_that_are_no_trace_are_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        TokenTrace.from_blob(blob)


@pytest.mark.parametrize("meta", [None, [], 5, "x"])
def test_a_meta_that_is_no_object_is_refused(meta: object) -> None:
    trace = trace_of(b"a")
    object.__setattr__(trace, "meta", meta)
    with pytest.raises(ValueError, match="header"):
        TokenTrace.from_blob(trace.to_blob())


@pytest.mark.parametrize("name", ["ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"])
def test_columns_of_different_lengths_are_refused(name: str) -> None:
    arrays = trace_of(b"a", b"b", b"c").arrays()
    with pytest.raises(ValueError, match="differ in length"):
        TokenTrace.from_arrays(arrays | {name: arrays[name][:-1]})
    with pytest.raises(ValueError, match="lacks"):
        TokenTrace.from_arrays({n: a for n, a in arrays.items() if n != name})


def test_pieces_that_do_not_match_their_bytes_are_refused() -> None:
    arrays = trace_of(b"a", b"b", b"c").arrays()
    wrong = {
        "piece_lengths": np.array([2, 1, 1], np.int32),
        "piece_ids": arrays["piece_ids"][:-1],
        "piece_bytes": arrays["piece_bytes"][:-1],
    }
    for name, array in wrong.items():
        with pytest.raises(ValueError, match="pieces"):
            TokenTrace.from_arrays(arrays | {name: array})
    negative = arrays | {"piece_lengths": np.array([3, -1, 1], np.int32)}
    with pytest.raises(ValueError, match="pieces"):
        TokenTrace.from_arrays(negative)


@pytest.mark.parametrize("name", ["ids", "logprobs", "ranks", "entropy"])
def test_columns_that_are_not_one_dimensional_are_refused(name: str) -> None:
    arrays = trace_of(b"a", b"b").arrays()
    with pytest.raises(ValueError, match=r"."):
        TokenTrace.from_arrays(arrays | {name: arrays[name].reshape(2, 1)})
    with pytest.raises(ValueError, match=r"."):
        TokenTrace.from_arrays(arrays | {name: arrays[name].reshape(-1)[0].reshape(())})


def test_a_part_may_lean_on_pieces_sent_before_but_a_kept_trace_may_not() -> None:
    first, arrays = trace_of(b"a", b"b"), trace_of(b"a", b"b").arrays()
    second = TokenTrace.from_arrays(arrays | {n: arrays[n][:0] for n in arrays if n.startswith("piece")})
    assert TokenTrace.from_blob(TokenTrace.join([first, second]).to_blob()).texts() == ["a", "b", "a", "b"]
    with pytest.raises(ValueError, match="pieces of 2 tokens"):
        TokenTrace.from_blob(second.to_blob())


def test_a_bomb_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatapp.core.trace._MAX_BLOB", 1000)
    with pytest.raises(ValueError, match="too large"):
        TokenTrace.from_blob(MAGIC + zlib.compress(b"{}\n" + bytes(10_000)))
