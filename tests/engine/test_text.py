import random

import pytest

from chatapp.engine.text import StreamText


def run(pieces: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[str], StreamText]:
    stream = StreamText(stop)
    shown = []
    for piece in pieces:
        shown.append(stream.feed(piece))
        if stream.stopped:
            break
    shown.append(stream.finish())
    return shown, stream


def test_a_syllable_split_over_tokens_appears_whole() -> None:
    data = "안녕 👋".encode()
    shown, stream = run([data[i : i + 1] for i in range(len(data))])
    assert stream.emitted == "".join(shown) == "안녕 👋"
    assert "�" not in stream.emitted
    assert shown[:3] == ["", "", "안"]


def test_a_syllable_that_the_end_cut_in_half_is_not_shown() -> None:
    _, stream = run([b"ok \xec\x95"])
    assert stream.emitted == "ok "


def test_bytes_that_are_no_text_are_marked() -> None:
    _, stream = run([b"ok \xff", b" go on"])
    assert stream.emitted == "ok � go on"


def test_a_stop_string_split_over_tokens_is_never_shown() -> None:
    shown, stream = run([b"one ", b"<en", b"d", b">", b" two"], ("<end>",))
    assert stream.stopped
    assert "".join(shown) == "one "


def test_what_only_began_like_a_stop_string_is_shown_after_all() -> None:
    shown, stream = run([b"a <en", b"try>"], ("<end>",))
    assert not stream.stopped
    assert "".join(shown) == "a <entry>"
    assert shown[0] == "a "


def test_text_held_back_at_the_end_is_given_out() -> None:
    shown, _ = run([b"tail <en"], ("<end>",))
    assert shown == ["tail ", "<en"]


def test_the_earliest_of_several_stop_strings_wins() -> None:
    _, stream = run([b"x B y A"], ("A", "B"))
    assert stream.emitted == "x "


@pytest.mark.parametrize("seed", range(50))
def test_any_chunking_gives_the_same_text(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice("ab한글😀<|>\n") for _ in range(60))
    stop = ("<|", "글a")
    end = min((at for s in stop if (at := text.find(s)) >= 0), default=len(text))
    data, pieces = text.encode(), []
    while data:
        n = rng.randint(1, 5)
        pieces.append(data[:n])
        data = data[n:]
    shown, stream = run(pieces, stop)
    assert "".join(shown) == stream.emitted == text[:end]
