"""The starter model's corpus is complete in both languages, large enough, and drawn the same for the same seed."""

import re
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "starter_model"
MODULES = ("make_corpus", "questions", "corpus_files", "plain_sentences", "typing_habits", "places")
HANGUL = re.compile("[가-힣]")
# Asked for in the one language, answered in the other.
SWITCHES = {"to korean", "to english"}


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return __import__("make_corpus")


def test_every_intent_is_asked_and_answered_in_both_languages(corpus: ModuleType) -> None:
    writer = corpus.Writer(1)
    for name, block in {**writer.chat, **writer.outside}.items():
        for lang in corpus.LANGUAGES:
            ways = sum(text.count("|") + 1 for text in block[f"{lang} q"])
            assert ways >= 6, f"{name}: only {ways} {lang} questions"
            assert len(block[f"{lang} a"]) >= 2, f"{name}: one {lang} answer"
    for name, block in writer.topics.items():
        for lang in corpus.LANGUAGES:
            assert not {f"{lang} {kind}" for kind in ("what", "why", "simple", "example")} - set(block), name
    assert {block["of"][0] for block in writer.chat.values() if "of" in block} <= set(writer.topics)
    answered = set(writer.chat) | set(writer.outside) | {f"{name} what" for name in writer.topics}
    assert set(writer.first) <= answered


def test_answers_are_in_their_language_and_close_their_marks(corpus: ModuleType) -> None:
    writer = corpus.Writer(1)
    for name, block in {**writer.topics, **writer.chat, **writer.outside}.items():
        for key in {key for key in block if key[3:] in sys.modules["corpus_files"].WHOLE}:
            for text in block[key]:
                korean = key.startswith("ko") if name not in SWITCHES else name == "to korean"
                shown = text if korean else re.sub('[`“"].*?[`”"]', "", text)  # an English answer may quote Korean
                assert korean == (HANGUL.search(shown) is not None), f"{name}: {text}"
                assert text.count("**") % 2 == text.count("`") % 2 == 0, text
                assert text.count("“") == text.count("”"), text
                assert "{" not in text, text


def alternatives(pattern: str) -> list[str]:
    found = re.search(r"\[([^\[\]]*\|[^\[\]]*)\]", pattern)
    if found is None:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [text for choice in found.group(1).split("|") for text in alternatives(head + choice + tail)]


def test_no_question_has_two_meanings(corpus: ModuleType) -> None:
    writer = corpus.Writer(1)
    asked: dict[str, set[str]] = {}
    for name, block in {**writer.chat, **writer.outside, **writer.topics}.items():
        for key in block:
            if re.fullmatch("(en|ko)( q| ask what)?", key):
                for text in (text for pattern in block[key] for text in alternatives(pattern)):
                    asked.setdefault(re.sub(r"[\W_]", "", text.lower()), set()).add(name)
    assert {question: names for question, names in asked.items() if question and len(names) > 1} == {}


def test_the_same_seed_draws_the_same_and_no_pattern_is_left_over(corpus: ModuleType) -> None:
    drawn = [list(islice(corpus.documents(5), 400)) for _ in range(2)]
    assert drawn[0] == drawn[1] != list(islice(corpus.documents(6), 400))
    for document in drawn[0]:
        for text in [document] if isinstance(document, str) else [m["content"] for m in document]:
            assert text.strip()
            assert not re.search(r"\{\w+\}|\w\|\w", text), text


def test_the_table_of_intents_is_of_today(corpus: ModuleType) -> None:
    assert (FOLDER / "corpus" / "INTENTS.md").read_text(encoding="utf-8") == corpus.table()


def test_a_particle_takes_the_form_its_word_needs(corpus: ModuleType) -> None:
    fill = sys.modules["corpus_files"].fill
    said = [
        fill("{x}이 뭐야? {x}을 {x}으로", {"x": word})
        for word in ("토큰", "온도", "GGUF", "LLM", "token", "mask", "틀")
    ]
    assert said == [
        "토큰이 뭐야? 토큰을 토큰으로",
        "온도가 뭐야? 온도를 온도로",
        "GGUF가 뭐야? GGUF를 GGUF로",
        "LLM이 뭐야? LLM을 LLM으로",
        "token이 뭐야? token을 token으로",
        "mask가 뭐야? mask를 mask로",
        "틀이 뭐야? 틀을 틀로",
    ]


def test_there_is_enough_distinct_text_and_the_held_back_questions_stay_unread(
    corpus: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    original = Path.read_text

    def remembered(path: Path, encoding: str) -> str:
        read.append(path.name)
        return original(path, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", remembered)
    sizes = corpus.distinct(12_000)
    assert sizes["as written"] >= 500_000
    assert (
        sizes["questions and answers drawn"] + sizes["plain sentences drawn"] >= 700_000
    )  # 1.5 MB by 60,000 documents
    assert read
    assert not [name for name in read if name.startswith("held_back")]


def test_a_word_that_is_drawn_comes_again(corpus: ModuleType) -> None:
    writer = corpus.Writer(3)
    sentence = sys.modules["plain_sentences"].sentence
    said = {sentence("{a:Ann|Ben} and {b:Ann|Ben}: {b}, {a}[!|.]", writer.rng) for _ in range(60)}
    assert said == {f"{a} and {b}: {b}, {a}{end}" for a, b in (("Ann", "Ben"), ("Ben", "Ann")) for end in "!."}
