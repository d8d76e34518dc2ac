"""The card of a model: what of it becomes Markdown, and what a hostile one cannot do."""

import time

import pytest

from chatapp.hub.card import LIMIT, LONGEST, Card, card

FILES, PAGES = "https://hub/o/m/resolve/c/", "https://hub/o/m/blob/c/"


def made(text: str) -> Card:
    return card(text.encode(), FILES, PAGES, "Picture")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("---\nlicense: mit\n---\n# Title", "# Title"),
        ("---\nnever ends", "---\nnever ends"),
        ("a\n\n---\n\nb", "a\n\n---\n\nb"),
        ("![a cat](cat.png)", f"[Picture: a cat]({FILES}cat.png)"),
        ("![](https://x.y/z.png)", "[Picture](https://x.y/z.png)"),
        ("[![Badge](https://img/x.svg)](https://ex.com)", "[Badge](https://ex.com)"),
        ('<div align="center"><img src="a b.png" alt="Logo"></div>', f"[Picture: Logo]({FILES}a%20b.png)"),
        ('<a href="https://ex.com"><img alt="Chat" src="x.png"></a>', "[Chat](https://ex.com)"),
        ("[use](docs/use.md) [below](#below)", f"[use]({PAGES}docs/use.md) below"),
        ("<script>alert(1)</script><!-- no -->text<style>p {}</style>", "text"),
        ("İki İyi <!-- İ -->model <STYLE>p {}</Style>var", "İki İyi model var"),
        ("<h2>Use</h2>it<br>now", "## Use\n\nit\nnow"),
        ("`<s>` and <think> and <|im_end|>", "`<s>` and <think> and <|im_end|>"),
        ("```html\n<div>![x](y)</div>\n```\n<b>x</b>", "```html\n<div>![x](y)</div>\n```\nx"),
        ("![x](data:image/png;base64,AAAA) [f](file:///etc/passwd)", "Picture: x f"),
        ("|a|b|\n|-|-|\n" + "|x|y|\n" * 3, "|a|b|\n|-|-|\n|x|y|\n|x|y|\n|x|y|"),
        ("|a|b|\n|-|-|\n" + "|x|y|\n" * 300, "~~~~~~\n|a|b|\n|-|-|\n" + "|x|y|\n" * 300 + "\n~~~~~~"),
        ("ab\u202egpj.exe\u2066\x00", "abgpj.exe"),
    ],
)
def test_what_becomes_of_it(source: str, shown: str) -> None:
    assert made(source).text == shown


@pytest.mark.parametrize(
    "piece",
    ["![a](", "<a href=x>", "<img ", "[", "`", "` ", ">", "---\n", "<", "<!--", "[![a](b)", "```\n", "- " * 50 + "\n"],
)
def test_hostile_ones_cost_no_more_than_their_length(piece: str) -> None:
    began = time.perf_counter()
    found = card((piece * LIMIT).encode()[:LIMIT], FILES, PAGES, "Picture")
    assert time.perf_counter() - began < 2  # most take milliseconds; a quadratic one would take minutes
    assert len(found.text) <= 2 * LONGEST
    assert found.cut
