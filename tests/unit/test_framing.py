import json

import numpy as np
import pytest

from chatapp.core.arrays import Arrays
from chatapp.protocol import framing
from chatapp.protocol.framing import MAX_PAYLOAD, Decoder, Frame, FramingError, encode

ARRAYS = {
    "attention": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "ids": np.array([10, 13, 10], np.int32),  # newlines in the payload are payload
    "none": np.zeros((0, 5), np.float16),
}


def frames_of(*chunks: bytes) -> list[Frame]:
    decoder = Decoder()
    found = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    assert decoder.pending == 0
    return found


def assert_arrays(frame: Frame, arrays: Arrays) -> None:
    assert list(frame.arrays) == list(arrays)
    for name, array in arrays.items():
        assert frame.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(frame.arrays[name], array)


def test_a_header_alone_comes_back() -> None:
    (frame,) = frames_of(encode({"type": "hello", "n": 1, "text": "한글 😀\n\0"}))
    assert frame == Frame({"type": "hello", "n": 1, "text": "한글 😀\n\0"})


def test_arrays_come_back_without_their_description() -> None:
    (frame,) = frames_of(encode({"type": "inspected", "job": 3}, ARRAYS))
    assert frame.header == {"type": "inspected", "job": 3}
    assert_arrays(frame, ARRAYS)


def test_frames_cut_at_every_byte_come_back() -> None:
    stream = encode({"type": "a"}) + encode({"type": "b"}, ARRAYS) + encode({"type": "c", "x": "끝"})
    for cut in range(len(stream) + 1):
        found = frames_of(stream[:cut], stream[cut:])
        assert [f.header["type"] for f in found] == ["a", "b", "c"]
        assert_arrays(found[1], ARRAYS)


def test_frames_that_arrive_byte_by_byte_come_back() -> None:
    stream = encode({"type": "a"}) + encode({"type": "b"}, ARRAYS) + encode({"type": "c"})
    found = frames_of(*(stream[i : i + 1] for i in range(len(stream))))
    assert [f.header["type"] for f in found] == ["a", "b", "c"]
    assert_arrays(found[1], ARRAYS)


def test_an_unfinished_frame_waits() -> None:
    decoder, stream = Decoder(), encode({"type": "b"}, ARRAYS)
    assert list(decoder.feed(stream[:-1])) == []
    assert decoder.pending > 0
    assert [f.header["type"] for f in decoder.feed(stream[-1:])] == ["b"]
    assert decoder.pending == 0
    assert list(decoder.feed(b"")) == []


def test_a_frame_is_one_line_of_ascii() -> None:
    line = encode({"type": "x", "text": "줄\n바꿈\u2028\ud800"})
    assert line.isascii()
    assert line.count(b"\n") == 1
    (frame,) = frames_of(line)
    assert frame.header["text"] == "줄\n바꿈\u2028\ud800"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_not_sent(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode({"type": "x", "value": value})


@pytest.mark.parametrize(
    "line",
    [
        b"ggml_cuda_init: found 1 CUDA devices\n",
        b"\n",
        b"{\n",
        b"[]\n",
        b'"type"\n',
        b"5\n",
        b"null\n",
        b"{}\n",
        b'{"type": 5}\n',
        b'{"type": "x", "nbytes": -1}\n',
        b'{"type": "x", "nbytes": 1.5}\n',
        b'{"type": "x", "nbytes": "1"}\n',
        b'{"type": "x", "nbytes": null}\n',
        b"\xff\xfe\x00\n",
        b"\x00\x01\x02GGUF\n",
    ],
)
def test_a_stream_that_is_not_ours_is_refused(line: bytes) -> None:
    with pytest.raises(FramingError):
        list(Decoder().feed(line))


def test_frames_before_garbage_are_still_delivered() -> None:
    found = []
    with pytest.raises(FramingError, match="not a frame"):
        found.extend(Decoder().feed(encode({"type": "a"}) + b"Segmentation fault\n"))
    decoder = Decoder()
    feed = decoder.feed(encode({"type": "a"}) + b"Segmentation fault\n")
    assert next(feed).header == {"type": "a"}
    with pytest.raises(FramingError):
        next(feed)


@pytest.mark.parametrize("nbytes", [MAX_PAYLOAD + 1, 2**63, 10**400])
def test_an_impossible_payload_is_refused_before_it_is_awaited(nbytes: int) -> None:
    with pytest.raises(FramingError, match="impossible payload"):
        list(Decoder().feed(json.dumps({"type": "x", "nbytes": nbytes}).encode() + b"\n"))


def test_a_header_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_HEADER", 1000)
    decoder = Decoder()
    for _ in range(20):
        assert list(decoder.feed(b" " * 50)) == []
    with pytest.raises(FramingError, match="without an end"):
        list(decoder.feed(b" "))


def test_a_header_over_the_limit_is_refused_even_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = encode({"type": "x", "text": "a" * 2000})
    assert len(frames_of(stream)) == 1
    monkeypatch.setattr(framing, "MAX_HEADER", 1000)
    with pytest.raises(FramingError, match="without an end"):
        list(Decoder().feed(stream))


@pytest.mark.parametrize(
    "header",
    [
        {"type": "x", "nbytes": 4},
        {"type": "x", "nbytes": 4, "arrays": [["a", "<f4", [2]]]},
        {"type": "x", "nbytes": 4, "arrays": [["a", "<f2", [1]]]},
        {"type": "x", "nbytes": 4, "arrays": "a"},
        {"type": "x", "nbytes": 4, "arrays": [["a", "|O", [1]]]},
        {"type": "x", "arrays": [["a", "<f4", [1]]]},
    ],
)
def test_arrays_that_do_not_fit_their_bytes_are_refused(header: dict[str, object]) -> None:
    with pytest.raises(FramingError):
        list(Decoder().feed(json.dumps(header).encode() + b"\n\0\0\0\0"))


def test_the_header_given_is_left_alone() -> None:
    header = {"type": "x"}
    encode(header, ARRAYS)
    assert header == {"type": "x"}


def test_a_long_header_in_small_pieces_is_searched_once() -> None:
    stream = encode({"type": "x", "text": "a" * 300_000})
    decoder, found = Decoder(), []
    for at in range(0, len(stream), 1000):
        found += decoder.feed(stream[at : at + 1000])
        assert found or decoder._searched == decoder.pending
    assert len(found[0].header["text"]) == 300_000
