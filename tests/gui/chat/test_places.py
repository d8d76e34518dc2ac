"""Every shown character is found again in the Markdown it came from, whatever was left out on the way."""

import random
from collections.abc import Iterator

import pytest

from chatapp.ui.chat.blocks import Block, Code, Paragraph, Rule, Table
from chatapp.ui.chat.places import Place, Places
from chatapp.ui.chat.stream import MarkdownStream, plain_blocks
from tests.gui.chat.test_markdown import SAMPLE, blocks


def texts(found: list[Block]) -> Iterator[tuple[str, Places]]:
    """The shown texts and their places."""
    for block in found:
        if isinstance(block, Code):
            yield block.text, block.places
        elif isinstance(block, Paragraph):
            yield "".join(run.text for run in block.runs), block.places
        elif isinstance(block, Table):
            assert len(block.places) == len(block.rows)
            for row, places in zip(block.rows, block.places, strict=True):
                for cell, found_places in zip(row, places, strict=True):
                    yield "".join(run.text for run in cell), found_places
        else:
            assert isinstance(block, Rule)


def units(text: str, place: Place) -> str:
    """The shown text of *place*."""
    data = text.encode("utf-16-le")
    return data[2 * place.at : 2 * (place.at + place.length)].decode("utf-16-le")


def stands_for(source: str, text: str) -> list[tuple[str, str]]:
    """What each stretch of the only block's text stands for."""
    (found,) = texts(blocks(source))
    assert found[0] == text
    return [(units(text, p), source[p.source : p.source + p.span]) for p in found[1]]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("plain words", "plain words", [("plain words", "plain words")]),
        ("**bold** word", "bold word", [("bold", "bold"), (" word", " word")]),
        ("**마크다운(Markdown)**을 씁니다", "마크다운(Markdown)을 씁니다",
         [("마크다운(Markdown)", "마크다운(Markdown)"), ("을 씁니다", "을 씁니다")]),
        (r"a \* b", "a * b", [("a ", "a "), ("* b", "* b")]),
        ("a &amp; b", "a & b", [("a ", "a "), ("&", "&amp;"), (" b", " b")]),
        (r"\&amp; &#65;", "&amp; A", [("&amp; ", "&amp; "), ("A", "&#65;")]),
        ("see [the a](http://a.b 'a b') b", "see the a b",
         [("see ", "see "), ("the a", "the a"), (" b", " b")]),
        ("<http://a.b/c> d", "http://a.b/c d", [("http://a.b/c", "http://a.b/c"), (" d", " d")]),
        ("`` a`b `` b", "a`b b", [("a`b", "a`b"), (" b", " b")]),
        ("one  \n  two", "one\ntwo", [("one", "one"), ("\n", "\n"), ("two", "two")]),
        ("## two ##", "two", [("two", "two")]),
        ("- [x](http://a.b) x", "x x", [("x", "x"), (" x", " x")]),
        ("> quoted\n> on", "quoted\non", [("quoted\n", "quoted\n"), ("on", "on")]),
        ("a 😀 b", "a 😀 b", [("a ", "a "), ("😀", "😀"), (" b", " b")]),
        ("![cat](http://a.b/cat)", "cat (http://a.b/cat)", [("cat", "cat"), ("(http://a.b/cat)", "(http://a.b/cat)")]),
        ("***both*** ~~gone~~", "both gone", [("both", "both"), (" ", " "), ("gone", "gone")]),
    ],
)  # fmt: skip
def test_what_shown_text_stands_for(source: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert stands_for(source, text) == expected


def test_the_same_words_are_told_apart() -> None:
    source = "x [x](http://x.x) *x* `x` x"
    (found,) = texts(blocks(source))
    assert [p.source for p in found[1]] == [0, 3, 17, 19, 21, 23, 25]


@pytest.mark.parametrize("row", ["| a | b | a |", "| a | | a |", r"| a \| a | `b` | **a** |", "> | 1 | 1 | 1 |"])
def test_cells_of_a_table(row: str) -> None:
    quote = "> " if row.startswith(">") else ""
    source = f"{quote}| x | y | z |\n{quote}|---|---|---|\n{row}\n"
    line = source.index(row)
    row_end = line + len(row)
    last = line
    for text, places in list(texts(blocks(source)))[3:]:
        shown = ""
        for place in places:
            assert line <= place.source < row_end
            assert place.source >= last
            last = place.source + place.span
            shown += source[place.source : place.source + place.span]
        assert shown == text


class Letters:
    """Letters that come only once each, so that each tells where it stands."""

    def __init__(self, rng: random.Random) -> None:
        self._rest = [chr(c) for c in (*range(0xAC00, 0xB800), *range(0x410, 0x450), *range(0x4E00, 0x5200))]
        rng.shuffle(self._rest)

    def word(self, size: int) -> str:
        return "".join(self._rest.pop() for _ in range(size))


MARKS = [
    "**", "*", "_", "~~", "`", "``", "\\*", "\\", "&amp;", "&", " ", " ", " ", "  \n", "\n", "\n\n", "- ", "\n- ",
    "\n  - ", "1. ", "> ", "\n> ", "#", "\n## ", "\n```\n", "\n~~~py\n", "\n    ", "\t", "[", "](http://b.c)", "]",
    "](http://b.c 'd')", "![", "|", "\n| a | b |\n|---|---|\n| ", " | ", " |\n", "\n---\n", "😀", "<", ">", "(", ")",
    "!", "\\|", "\r\n",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(150))
def test_every_letter_is_found_where_it_stands(seed: int) -> None:
    rng = random.Random(seed)
    letters = Letters(rng)
    source = "".join(letters.word(rng.randrange(1, 4)) if rng.random() < 0.5 else rng.choice(MARKS) for _ in range(120))
    whole = source.replace("\r\n", "\n")
    seen: set[str] = set()
    for text, places in texts(blocks(source)):
        end = 0
        for place in places:
            assert place.at >= end
            end = place.at + place.length
            shown = units(text, place)
            stands = whole[place.source : place.source + place.span]
            if place.length == place.span:
                assert shown.replace("\n", " ") == stands.replace("\n", " ")
            seen.update(shown)
        shown_letters = {c for c in text if c.isalpha() and ord(c) > 0x400}
        assert shown_letters <= seen, f"not found: {shown_letters - seen}"


@pytest.mark.parametrize("seed", range(12))
def test_streaming_in_any_pieces_finds_the_same_places(seed: int) -> None:
    rng = random.Random(seed)
    text = SAMPLE * 2 + "long word & more &lt; " * 300 + "\n\n" + "**line** on\n" * 400 + "x" * 9000
    if seed % 2:
        letters = Letters(rng)
        text = "".join(
            letters.word(rng.randrange(1, 4)) if rng.random() < 0.5 else rng.choice(MARKS) for _ in range(400)
        )
    expected = list(texts(blocks(text)))
    stream = MarkdownStream()
    at = 0
    while at < len(text):
        size = rng.choice((1, 2, 5, 17, 60, 900))
        stream.feed(text[at : at + size])
        at += size
    stream.end()
    assert list(texts(stream.finished)) == expected


def test_what_is_open_yet_has_its_places() -> None:
    stream = MarkdownStream()
    source = "First.\n\n- one\n- **tw"
    stream.feed(source)
    (text, places), *_ = list(texts(stream.tail()))[-1:]
    assert [(units(text, p), source[p.source : p.source + p.span]) for p in places] == [("tw", "tw")]
    stream.feed("o**\n\n```py\nx = 1\n  y")
    source += "o**\n\n```py\nx = 1\n  y"
    (text, places), *_ = list(texts(stream.tail()))
    assert text == "x = 1\n  y"
    assert [source[p.source : p.source + p.span] for p in places] == [text]


def test_what_a_user_wrote_stands_where_it_is_shown() -> None:
    text = "a line\n" * 2000
    for shown, places in texts(plain_blocks(text)):
        (place,) = places
        assert text[place.source : place.source + place.span] == shown
