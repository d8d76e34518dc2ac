"""Judges answers of the starter model: does one hold the idea, decline, loop, or change the language?

Plain rules on text, lenient to wording. What only repeats the question proves nothing, so an alternative that stands in
the question itself does not count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HANGUL = re.compile("[가-힣]")
DECLINES_EN = re.compile(
    r"\bi(?:'m| am)? (?:\w+ly |just |also |still |am |have |sorry,? (?:but )?(?:i )?)*"
    r"(?:do not|don't|did not|didn't|cannot|can't|can not|could not|couldn't|have no|haven't|never|not able|unable"
    r"|not the right|not a (?:good|doctor|search)|no (?:doctor|expert|calculator|idea)|know (?:nothing|only|just|no\b)"
    r"|only (?:know|learned|answer|talk|speak|understand)|run offline"
    r"|(?:far )?too (?:small|tiny|little)|would (?:only )?(?:be )?(?:guess|invent))"
    r"|\bnot (?:something i|part of what i|one of m|my )|\bis new to me|\b(?:outside|beyond) (?:of )?(?:my|what i)"
    r"|\b(?:model|program|running|offline) without (?:internet|access)|\bno (?:idea|internet access)"
    r"|\b(?:and|but) (?:only )?knows? (?:only )?about|\bneeds? a (?:larger|bigger) model|\ba question for an? "
    r"|\bmy (?:tiny |small |little )?(?:world|knowledge) (?:is|ends|stops|has|only)"
    r"|\bask (?:a |an |your |someone|somebody|me (?:about|how|instead|something))"
)
DECLINES_KO = re.compile(
    "모르겠|모릅니|몰라|모르는|모르거든|몰라서|알지못|알수없|알길이없|못해|못합|못하|못드|못알|수없어|수없습|수는없|수가없|할줄몰라|할줄모"
    "|배우지않|배우지못|배운적이없|배운게아니|배우질|제가아는(?:것|범위|세상|건)|아는것이없|벗어나|범위밖|밖의(?:일|이야기|질문|것)|밖에있"
    "|답하기어|답할수|대답하기어|드리기어려|어려워요|어렵습니다|전문가|인터넷이없|연결되어있지않|연결돼있지않|에는약해|처음보는낱말"
    "|에대해물어|것을물어|만(?:알|배우|배운|배웠)|더큰(?:gguf)?모델(?:이필요|에물)"
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, without Markdown and typographic variants, so that only words are compared."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[*`]", "", text).replace("’", "'").replace("‑", "-").replace("–", "-")
    return re.sub(r"\s+", " ", text.replace("-", " ")).strip()


def holds(text: str, alternative: str) -> bool:
    """Whether a text has an alternative: Korean wherever it stands, other words by how they begin, numbers whole."""
    text, alternative = fold(text), fold(alternative)
    if HANGUL.search(alternative):
        return alternative.replace(" ", "") in text.replace(" ", "")
    if not alternative[0].isalnum():
        return alternative in text
    end = r"(?![\d.,]*\d)" if alternative[-1].isdigit() else ""
    return re.search(rf"(?<![a-z0-9]){re.escape(alternative)}{end}", text) is not None


def has_ideas(answer: str, question: str, ideas: tuple[tuple[str, ...], ...]) -> bool:
    """Whether an answer has one alternative of every idea; those that the question already names do not count."""
    return all(any(holds(answer, a) and not holds(question, a) for a in idea) for idea in ideas)


def declines(answer: str) -> bool:
    """Whether an answer says that it does not know or cannot, or sends the asker back to what it knows."""
    text = fold(answer)
    if HANGUL.search(text):
        return DECLINES_KO.search(text.replace(" ", "")) is not None
    return DECLINES_EN.search(text) is not None


def gives_up(answer: str) -> bool:
    """Whether an answer declines for itself, and does not only say what models, masks or caches cannot do."""
    own = (
        re.search("(?:^|[^가-힣])(?:저는|저도|제가|저한테|저에게|저로서는|저로선)", answer)
        if HANGUL.search(answer)
        else True
    )
    return bool(own) and declines(answer)


def sentences(text: str) -> list[str]:
    """The sentences and list items of an answer."""
    return [part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", text) if part.strip()]


def loops(answer: str) -> bool:
    """Whether an answer goes round in circles: a sentence twice, or the same few words or letters again and again."""
    said = [fold(sentence) for sentence in sentences(answer) if len(sentence.split()) >= 3]
    if len(said) != len(set(said)):
        return True
    words = fold(answer).split()
    groups = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return len(groups) - len(set(groups)) > 2 or re.search(r"(\S.{0,11}?)\1{4,}", fold(answer)) is not None


def changes_language(answer: str, lang: str) -> bool:
    """Whether an answer is not in its language throughout.

    Korean may name things in Latin letters ("top-p", "Attention Is All You Need"), but none of its sentences is without
    Hangul; English has no Hangul outside quotation marks.
    """
    if lang == "en":
        return HANGUL.search(re.sub("“[^”]*”|\"[^\"]*\"|'[^']*'", "", answer)) is not None
    plain = [re.sub(r"“[^”]*”|\"[^\"]*\"|`[^`]*`|\*\*[^*]*\*\*", "", sentence) for sentence in sentences(answer)]
    foreign = [s for s in plain if len(re.findall("[A-Za-z]{2,}", s)) >= 4 and not HANGUL.search(s)]
    return bool(foreign) or HANGUL.search(answer) is None


def form_fault(answer: str, lang: str, ended: bool) -> str:
    """What is wrong with the form of an answer, or nothing."""
    if not ended:
        return "does not end"
    if "\ufffd" in answer or not answer.strip():
        return "broken or empty"
    if loops(answer):
        return "loops"
    return "other language" if changes_language(answer, lang) else ""
