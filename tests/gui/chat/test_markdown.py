"""Model output becomes plain data: nothing runs or is fetched, Korean emphasis closes, CommonMark holds."""

import random
import string

import pytest
from markdown_it import MarkdownIt

from chatapp.ui.chat.blocks import Block, Code, Paragraph, Rule, Run, Table, is_allowed_link
from chatapp.ui.chat.markdown import parser
from chatapp.ui.chat.stream import MAX_PARAGRAPH, MarkdownStream, plain_blocks


def blocks(text: str) -> list[Block]:
    stream = MarkdownStream()
    stream.feed(text)
    stream.end()
    return stream.finished


def runs(text: str) -> tuple[Run, ...]:
    (paragraph,) = blocks(text)
    assert isinstance(paragraph, Paragraph)
    return paragraph.runs


def text_of(block: Block) -> str:
    assert isinstance(block, Paragraph)
    return "".join(run.text for run in block.runs)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>click</a>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](vbscript:x)",
        "[click](data:text/html,hi)",
        "[click](file:///etc/passwd)",
        "[click](relative/path)",
        "<javascript:alert(1)>",
        "![picture](data:image/png;base64,AAAA)",
    ],
)
def test_what_could_do_harm_is_only_text(hostile: str) -> None:
    found = runs(hostile)
    assert "".join(run.text for run in found) == hostile
    assert not any(run.link for run in found)


def test_html_blocks_are_only_text() -> None:
    hostile = "<div onclick='x()'>\n<style>*{display:none}</style>\n</div>"
    assert text_of(blocks(hostile)[0]) == hostile


def test_a_picture_is_its_description_and_its_address() -> None:
    assert runs("![a cat](https://example.com/cat.png)") == (
        Run("a cat "),
        Run("(https://example.com/cat.png)", quiet=True),
    )


def test_links_carry_their_address() -> None:
    assert runs("[the page](https://example.com/a)") == (Run("the page", link="https://example.com/a"),)
    assert runs("<mailto:me@example.com>")[0].link == "mailto:me@example.com"
    bare = runs("see https://example.com/a?b=1, or (http://example.org).")
    assert [run.link for run in bare if run.link] == ["https://example.com/a?b=1", "http://example.org"]
    assert runs("https://example.com은")[0] == Run("https://example.com", link="https://example.com")
    assert not any(run.link for run in runs("`https://example.com`"))


@pytest.mark.parametrize("address", ["http:", "https://", "ftp://a.b", "javascript:x", "", "//a.b", "mailto:"])
def test_only_web_and_mail_addresses_are_links(address: str) -> None:
    assert not is_allowed_link(address)


@pytest.mark.parametrize(
    ("text", "bold", "rest"),
    [
        ("**마크다운(Markdown)**을 씁니다", "마크다운(Markdown)", "을 씁니다"),
        ('**"인용"**은', '"인용"', "은"),
        ("**“인용”**은", "“인용”", "은"),
        ("**'값'**이다", "'값'", "이다"),
        ("**100%**로", "100%", "로"),
        ("**끝!**다음", "끝!", "다음"),
        ("**강조**는", "강조", "는"),
        ("**(주)**는", "(주)", "는"),
        ("**重要。**次", "重要。", "次"),
    ],
)
def test_bold_closes_before_a_particle(text: str, bold: str, rest: str) -> None:
    assert runs(text) == (Run(bold, bold=True), Run(rest))


def test_emphasis_opens_after_a_korean_letter() -> None:
    assert runs("이것은**(중요)**한") == (Run("이것은"), Run("(중요)", bold=True), Run("한"))
    assert runs("*강조*는 *'둘'*은") == (
        Run("강조", italic=True),
        Run("는 "),
        Run("'둘'", italic=True),
        Run("은"),
    )
    assert runs("~~(옛말)~~은") == (Run("(옛말)", strike=True), Run("은"))


def test_two_bold_words_in_one_line() -> None:
    assert runs('**"하나"**와 **"둘"**은') == (
        Run('"하나"', bold=True),
        Run("와 "),
        Run('"둘"', bold=True),
        Run("은"),
    )


def test_decomposed_hangul_counts_as_korean() -> None:
    assert runs("\u1100\u1161\u11a8**(x)**\u110b\u1173\u11ab")[1] == Run("(x)", bold=True)


def test_underscores_inside_words_stay_even_before_a_particle() -> None:
    assert runs("snake_case_이름은") == (Run("snake_case_이름은"),)


def test_other_scripts_follow_commonmark_to_the_letter() -> None:
    """The same tokens as an unchanged parser on any text without East Asian letters."""
    stock = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    stock.validateLink = is_allowed_link  # type: ignore[assignment, method-assign]
    rng = random.Random(4)
    for _ in range(3000):
        text = "".join(rng.choices("aé1**__~~ .,()\"'!`\\\n-", k=rng.randrange(1, 30)))
        ours, theirs = parser().renderer, stock.renderer
        assert ours.render(parser().parse(text), parser().options, {}) == theirs.render(
            stock.parse(text), stock.options, {}
        ), text


def test_the_same_emphasis_as_commonmark_in_known_cases() -> None:
    assert runs('a*"foo"*') == (Run('a*"foo"*'),)
    assert runs("**foo bar **") == (Run("**foo bar **"),)
    assert runs('**"foo"**bar') == (Run('**"foo"**bar'),)
    assert runs("*foo**bar**baz*")[1] == Run("bar", bold=True, italic=True)


# -- structure ---------------------------------------------------------------------------------------------------------

SAMPLE = """# Title

Para **bold** and `code` with
a second line.

- one
- two **마크다운(Markdown)**을
  lazy

  second paragraph
- three
   - nested
   - nested too

1. a
2. b
   ```py
   x = 1
   ```
10. c

3) other

| a | b |
|---|--:|
| 1 | **2** |
| 3 |
no pipe

> quote
> - item
> ```
> code
> ```
lazy

```python
def f():
    return "```"

```
    indented code
---
Setext
======
[ref]: https://example.com/ref
see [ref]

~~~
open `fence`
"""


def test_a_document_becomes_blocks() -> None:
    found = blocks(SAMPLE)
    shapes = [
        (type(b).__name__, getattr(b, "marker", ""), getattr(b, "depth", 0), getattr(b, "quotes", 0)) for b in found
    ]
    assert shapes[:9] == [
        ("Paragraph", "", 0, 0),
        ("Paragraph", "", 0, 0),
        ("Paragraph", "•", 1, 0),
        ("Paragraph", "•", 1, 0),
        ("Paragraph", "", 1, 0),
        ("Paragraph", "•", 1, 0),
        ("Paragraph", "◦", 2, 0),
        ("Paragraph", "◦", 2, 0),
        ("Paragraph", "1.", 1, 0),
    ]
    assert [b.marker for b in found if isinstance(b, Paragraph) and b.marker[:1].isdigit()] == ["1.", "2.", "3.", "3)"]
    table = next(b for b in found if isinstance(b, Table))
    assert table.aligns == ("", "right")
    assert [[[r.text for r in cell] for cell in row] for row in table.rows] == [
        [["a"], ["b"]],
        [["1"], ["2"]],
        [["3"], []],
        [["no pipe"], []],
    ]
    codes = [b for b in found if isinstance(b, Code)]
    assert codes == [
        Code("x = 1", "py", depth=1),
        Code("code", quotes=1),
        Code('def f():\n    return "```"\n', "python"),
        Code("indented code"),
        Code("open `fence`", closed=False),
    ]
    assert sum(isinstance(b, Rule) for b in found) == 1
    assert any(run.link == "https://example.com/ref" for b in found if isinstance(b, Paragraph) for run in b.runs)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(4))
def test_streamed_in_any_pieces_gives_the_same_blocks(seed: int, line_end: str) -> None:
    text = (SAMPLE * 2 + "long word " * 900 + "\n\n" + "line\n" * 1800 + "x" * 9000).replace("\n", line_end)
    expected = blocks(text)
    rng = random.Random(seed)
    stream = MarkdownStream()
    at = 0
    while at < len(text):
        size = rng.choice((1, 2, 5, 17, 60, 900))
        stream.feed(text[at : at + size])
        at += size
        if rng.random() < 0.05:
            stream.tail()
    stream.end()
    assert stream.finished == expected
    assert stream.tail() == []


@pytest.mark.parametrize("seed", range(25))
def test_random_markup_never_fails_and_never_depends_on_the_pieces(seed: int) -> None:
    rng = random.Random(seed)
    alphabet = ["\n", "\n\n", "- ", "1. ", "  ", "```", "~~~\n", "|", "|-|\n", "> ", "#", "**", "`", "[a](http://b.c)"]
    text = "".join(rng.choice([*alphabet, rng.choice(string.ascii_lowercase + "가나 ")]) for _ in range(250))
    expected = blocks(text)
    stream = MarkdownStream()
    for char in text:
        stream.feed(char)
        stream.tail()
    stream.end()
    assert stream.finished == expected


@pytest.mark.parametrize(
    "unit",
    [
        "A paragraph with **bold** words and `code` in it.\n\n",
        "- an item of a very long list\n",
        "1. a numbered item of a very long list\n",
        "| a row | of a | very long table |\n",
        "a line of a very long paragraph\n",
        "words without any line end ",
        "x",
    ],
)
def test_cost_of_streaming_does_not_grow_with_the_length(unit: str) -> None:
    head = "| a | b | c |\n|---|---|---|\n" if unit.startswith("|") else ""
    text = (head + unit * (40_000 // len(unit)))[:40_000]
    stream = MarkdownStream()
    most = 0
    for at in range(0, len(text), 40):
        before = stream.work
        stream.feed(text[at : at + 40])
        stream.tail()
        most = max(most, stream.work - before)
    assert most < 5 * MAX_PARAGRAPH


def test_cost_of_streaming_code_does_not_grow_with_the_length() -> None:
    stream = MarkdownStream()
    stream.feed("```python\n")
    before = stream.work
    for _ in range(3000):
        stream.feed("    value = compute(value)\n")
        stream.tail()
    assert stream.work == before


@pytest.mark.parametrize(
    ("so_far", "shown"),
    [
        ("Text\n- ", "Text"),
        ("Text\n1", "Text"),
        ("Text\n##", "Text"),
        ("Text **", "Text"),
        ("Text **bo", "Text bo"),
        ("Text `co", "Text co"),
        ("Text\n```py", "Text"),
    ],
)
def test_marks_do_not_flash_up_while_their_meaning_is_open(so_far: str, shown: str) -> None:
    stream = MarkdownStream()
    stream.feed(so_far)
    assert text_of(stream.tail()[0]) == shown
    stream.end()


def test_an_open_fence_is_drawn_as_code() -> None:
    stream = MarkdownStream()
    stream.feed("```js\nlet a = 1\n``")
    assert stream.tail() == [Code("let a = 1", "js", closed=False)]


def test_what_a_user_wrote_stays_as_it_is() -> None:
    assert plain_blocks("# not a *title*\n<b>") == [Paragraph((Run("# not a *title*\n<b>"),))]
    long = "line\n" * 5000
    parts = plain_blocks(long)
    assert all(isinstance(part, Paragraph) and part.size <= 2 * MAX_PARAGRAPH for part in parts)
    assert "\n".join(text_of(part) for part in parts) == long
