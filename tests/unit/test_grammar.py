"""The check of grammars: the line that is wrong, and what would hang or crash llama.cpp."""

import time

import pytest

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.grammar import check_grammar
from chatapp.core.sampling import MAX_GRAMMAR_LENGTH

WRONG = [
    ('root ::= "a"\nb := "c"', 2, "::="),
    ('root ::= "a"\n\n# a comment\nb ::= "c', 4, "not closed"),
    ('root ::= (\n  "a" |\n  [b-c]\n', 1, "not closed"),
    ('root ::= "a"\nb ::= [a-z', 2, "not closed"),
    ("root ::= word\nword ::= letter+", 2, "“letter” is used"),
    ('root ::= "a" )', 1, "“)”"),
    ('root ::= "\\q"', 1, "escape"),
    ('root ::= * "a"', 1, "nothing before"),
    ('root ::= "a"{', 1, "repetition"),
    ('root ::= "a"{5,2}', 1, "repetition"),
    ('root ::= "a"{3000}', 1, "repetition"),
    ('root ::= a\na ::= b\nb ::= a "x" | "y"', 2, "begins with itself"),
    ('root ::= a\na ::= ""? a "x"', 2, "begins with itself"),
    ('root ::= "x"\r\ny ::= ("a"?)*', 2, "can be empty"),
    ('rood ::= "x"', 1, "root"),
    ("", 1, "root"),
    ('root ::= "a"\n!!! ::= "b"', 2, "name"),
    ('root ::= "a\0"', 1, "\\0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_a_wrong_grammar_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_grammar(text)
    assert caught.value.code is ErrorCode.INVALID_GRAMMAR
    assert caught.value.params["line"] == str(line)
    assert words in caught.value.message
    assert caught.value.message.count(".") <= 1 + words.count("."), "one sentence"


GOOD = [
    'root ::= "yes" | "no"',
    'root ::= (expr "=" ws)+\nexpr ::= term ([-+] term)*\nterm ::= num | "(" ws expr ")"\nnum ::= [0-9]+\nws ::= " "*',
    'root ::= (\n  "a"  # why\n  | "b"\n){2,5} [^"\\\\\\x7F]{3} . {0,2}',
    'root ::= [가-힣]+ "\\u00e9" <[12]> !<|end|> item?\nitem ::= "" | "x" item',
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_grammar_passes(text: str) -> None:
    assert "root" in [name for name, _, _ in check_grammar(text)]


HOSTILE = [
    "root ::= " + "(" * 100_000,
    "root ::= " + "(" * 90 + '"a"' + ")" * 90 + "*" * 50_000,
    "\n".join(f"r{i} ::= r{i + 1} | r{i + 1}" for i in range(60)) + '\nr60 ::= "x"\nroot ::= r0',
    "\n".join(f'a{i} ::= "x"' for i in range(9000)),
    "x" * 10_000_000,
    "root ::= " + '"a" ' * 49_000 + "(",
    "root ::= " + "[" * 199_000,
    "root" * 49_000,
    "#" * 199_999,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_grammar_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(RequestError) as caught:
        check_grammar(text)
    assert time.perf_counter() - started < 2.0
    assert len(caught.value.message) < 300


def test_the_longest_grammar_is_read_in_a_moment() -> None:
    text = 'root ::= "a"\n' + "".join(f'b{i} ::= "c" | [d-e]+ root {"x" * 30}\n' for i in range(1600))
    text += "x" * 30 + " ::= " + " | ".join(["[a-z]"] * 13_000)
    assert len(text) < MAX_GRAMMAR_LENGTH
    started = time.perf_counter()
    check_grammar(text)
    assert time.perf_counter() - started < 3.0


def test_rules_come_with_their_lines() -> None:
    assert check_grammar('# x\nroot ::= a\n\na ::= "1"') == (("root", 2, 4), ("a", 4, 16))
