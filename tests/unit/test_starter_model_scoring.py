"""The starter model's evaluation judges answers as a reader would; its guard keeps the held-back questions unseen."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "starter_model"


@pytest.fixture
def scoring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return imported("scoring", monkeypatch)


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return imported("held_back", monkeypatch)


def imported(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    for module in ("scoring", "held_back", "places", "card"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return __import__(name)


def test_an_idea_is_found_in_other_words_but_not_in_the_questions_echo(scoring: ModuleType) -> None:
    ideas = (("piece", "unit"), ("text",))
    assert scoring.has_ideas("Tokens are small **pieces** of text.", "What's a token?", ideas)
    assert not scoring.has_ideas("Tokens belong to a community of texts.", "What's a token?", ideas)
    assert not scoring.has_ideas("A unit of text is a unit of text.", "Is a token a unit of text?", (("unit",),))
    assert scoring.has_ideas("제일 그럴듯한 다음토큰을 골라요.", "그리디가 뭐야?", (("다음 토큰",),))
    assert not scoring.has_ideas("It keeps 140 tokens, or 40.5.", "top k?", (("40",),))
    assert scoring.has_ideas("It keeps 40.", "top k?", (("40",),))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_question_can_be_passed_by_its_echo_and_every_topic_is_asked(
    lang: str, scoring: ModuleType, held_back: ModuleType
) -> None:
    for path, questions, outside, topics in ((held_back.FIRST, 100, 25, 36), (held_back.SECOND, 50, 15, 36)):
        asked = [question for question in held_back.read(path) if question.lang == lang]
        inside = [question for question in asked if not question.outside]
        assert len(inside) >= questions
        assert len(asked) - len(inside) >= outside
        counts = {topic: sum(q.topic == topic for q in inside) for topic in {q.topic for q in inside}}
        assert len(counts) == topics
        assert min(counts.values()) * 6 >= max(counts.values())
        for question in inside:
            for idea in question.ideas:
                assert any(not scoring.holds(question.turns[-1], a) for a in idea), question
            assert not scoring.has_ideas(question.turns[-1], question.turns[-1], question.ideas), question


@pytest.mark.parametrize(
    ("answer", "declined"),
    [
        ("I don't know the weather: I am only a tiny model.", True),
        ("Sorry, that is outside my little world. Ask me about tokens.", True),
        ("I have never learned that.", True),
        ("Ulaanbaatar is the capital of Mongolia.", False),
        ("A causal mask means a token cannot look at later tokens.", False),
        ("그건 제가 배운 것이 아니라 잘 모르겠어요.", True),
        ("저는 작은 모델이라 계산은 못 해요.", True),
        ("몽골의 수도는 울란바토르예요.", False),
    ],
)
def test_what_declines(answer: str, declined: bool, scoring: ModuleType) -> None:
    assert scoring.declines(answer) is declined


def test_who_explains_what_a_model_cannot_do_has_not_given_up(scoring: ModuleType) -> None:
    assert not scoring.gives_up("마스크가 없으면 답을 베끼기만 하고 배우지 못해요.")
    assert scoring.gives_up("저는 아주 작은 모델이라 그건 몰라요.")


@pytest.mark.parametrize(
    ("answer", "lang", "fault"),
    [
        ("Attention weighs tokens. It is how a token finds what matters.", "en", ""),
        ("Attention weighs tokens. 그래서 문맥을 알아요.", "en", "other language"),
        ("Type “안녕” and press Enter.", "en", ""),
        ("어텐션은 토큰을 봐요. It weighs all of the tokens before it.", "ko", "other language"),
        ("top-p는 확률의 합이 p가 될 때까지 남겨요.", "ko", ""),
        ("Attention is good.", "ko", "other language"),
        ("the token of the token of the token of the token of the token", "en", "loops"),
        ("It is the sum of all. Then it is scaled. It is the sum of all.", "en", "loops"),
        ("아아아아아아아아아아", "ko", "loops"),
        ("", "en", "broken or empty"),
        ("A tok\ufffd", "en", "broken or empty"),
    ],
)
def test_form(answer: str, lang: str, fault: str, scoring: ModuleType) -> None:
    assert scoring.form_fault(answer, lang, True) == fault
    assert scoring.form_fault(answer, lang, False) == "does not end"


def test_the_guard_refuses_what_comes_too_close(held_back: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "held.txt"
    path.write_text(
        "en | mask | Why can't a GPT peek at later words? | cheat\n"
        "ko | topk | 탑케이 샘플링은 무엇을 버리나요? | 나머지\n"
        "en | mask | What is a mask? >> but why? | cheat\n",
        encoding="utf-8",
    )
    guard = held_back.Guard(path)
    assert guard.refuses(["why cant a gpt peek at later words"])
    assert guard.refuses(["hello", "Why can't a GPT peak at later words??"])
    assert guard.refuses(["탑케이 샘플링은 무엇을 버려나요"])
    assert not guard.refuses(["Why does a GPT need a causal mask?"])
    assert not guard.refuses(["탑피 샘플링은 어떻게 작동하나요?"])
    assert not guard.refuses(["What is softmax?", "but why?"])
    assert guard.refuses(["what is a mask", "But why?"])
    assert sum(guard.refused.values()) == 4


def test_the_card_has_every_number_or_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STARTER_BUILD", str(tmp_path))
    card = imported("card", monkeypatch)
    monkeypatch.setattr(card, "distinct", lambda _count: {"as written": 1_500_000})
    monkeypatch.setattr(sys, "argv", ["card.py"])
    (tmp_path / "chatapp-starter.gguf").write_bytes(b"weights")
    sha = "9a129ff2f25a49c9d5c34a6a7ee3dd2a7e4dcb1b8fcbfd5e8d0a5e4e5f5a4b3c"
    score = {"right": 3, "total": 4}
    scores = {
        "sha256": sha, "by chance": 0.1, "seconds": 0.25, "first": {"questions en": score}, "topics": {"token": [3, 4]},
        "legibility": {
            "replies": {"entropy": 0.2, "perplexity": 1.1, "choices": 0.3},
            "beginnings": {"The cat": {"entropy": 1.5, "likely": 4, "first": "sat, ran"}},
            "copying": {"best": 0.6, "heads": 2}, "pronouns": {"best": 0.3, "heads": 1},
        },
    }  # fmt: skip
    config = {"vocab": 4096, "width": 256, "layers": 6, "heads": 8, "kv_heads": 4, "hidden": 704, "context": 1024}
    facts = {
        "bytes": 7, "sha256": sha, "parameters": 5, "config": config, "hangul": {"answers": 5.0, "questions": 4.0},
    }  # fmt: skip
    curve = [{"step": 100 * n, "train": 2.0 / n, "validation": 2.5 / n} for n in range(1, 30)]
    run = {
        "curve": curve,
        "step": 2900,
        "tokens": 9e6,
        "seconds": 600,
        "device": "cpu",
        "threads": 2,
        "refused": {"a": 2},
    }

    def write() -> None:
        for name, found in (("run", run), ("export", facts), ("scores", scores)):
            (tmp_path / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")

    write()
    with pytest.raises(SystemExit, match="not of one model"):
        card.main()
    scores["sha256"] = facts["sha256"] = card.hashlib.sha256(b"weights").hexdigest()
    write()
    card.main()
    text = (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert not re.search(r"\{[a-z_]+\}", text)
    assert f"SHA-256 | `{facts['sha256']}`" in text
    assert "| questions in English | 3/4 (75 %) |" in text
    assert (tmp_path / "loss.svg").read_text(encoding="utf-8").count("<polyline") == 2
