import pytest

from chatapp.core.reasoning import MARKS, ReasoningParser, open_mark, split


def parts(text: str, size: int) -> tuple[str, str]:
    parser = ReasoningParser()
    found = [parser.feed(text[at : at + size]) for at in range(0, len(text), size)] + [parser.end()]
    return "".join(t for t, _ in found), "".join(a for _, a in found)


@pytest.mark.parametrize("mark", MARKS, ids=lambda m: m.start)
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_every_family_in_any_pieces(mark, size) -> None:
    text = f"{mark.start}\n생각 < 3 [x]\n{mark.end}{mark.answer[0] if mark.answer else ''}\n\nAnswer <b>"
    thought, answer = parts(text, size)
    assert thought.strip() == "생각 < 3 [x]"
    assert answer.strip() == "Answer <b>"
    assert split(text)[0] == "생각 < 3 [x]"


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("text", ["Hello", "", "  indented", "<", "<thin", "Use <think> tags", "<b>bold</b>", "[x](y)"])
def test_plain_answers_stay_as_they_are(text, size) -> None:
    assert parts(text, size) == ("", text)
    assert split(text) == ("", text)


def test_a_thought_without_an_end_is_all_thought() -> None:
    assert parts("<think>still at it </thi", 1) == ("still at it </thi", "")


def test_the_state_follows_the_text() -> None:
    parser = ReasoningParser()
    assert parser.state == "start"
    parser.feed("\n<think>hm")
    assert parser.state == "thought"
    assert parser.feed("</th") == ("", "")
    assert parser.feed("ink>\n\nYes") == ("", "Yes")
    assert parser.state == "answer"


def test_an_empty_thought_is_none() -> None:
    assert split("<think>\n\n</think>\n\nYes") == ("", "Yes")


def test_a_prompt_that_opens_a_thought() -> None:
    assert open_mark("<|im_start|>assistant\n<think>\n") == "<think>\n"
    assert open_mark("assistant\n<think>\n\n</think>\n\n") == ""
    assert open_mark("") == ""


@pytest.mark.parametrize("mark", MARKS, ids=lambda m: m.start)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_where_thought_and_answer_stand(mark, size) -> None:
    text = f" {mark.start}thought\r\n{mark.end}\r\n{mark.answer[0] if mark.answer else ''}the answer\r\n"
    parser = ReasoningParser()
    for at in range(0, len(text), size):
        parser.feed(text[at : at + size])
    parser.end()
    text = text.replace("\r\n", "\n")
    assert text[parser.thought_at :].startswith("thought")
    assert text[parser.answer_at :] == "the answer\n"


def test_an_answer_without_a_thought_begins_at_once() -> None:
    parser = ReasoningParser()
    parser.feed("<th")
    parser.feed("at> is it")
    assert (parser.thought_at, parser.answer_at) == (0, 0)
