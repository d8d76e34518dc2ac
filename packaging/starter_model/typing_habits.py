"""How people type: capitals, punctuation, slips, informal spelling, lost spaces, politeness, and words nobody knows."""

from __future__ import annotations

import random
import re

STARTS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
ENDS = ["", "", "", "l", "m", "n", "r", "s", "t", "ck", "nd", "rt", "sh"]
MADE_UP_HANGUL = (
    "가강개거건고곡골공과관구국군권기길김나난남내노누다단달담대도동두라란람래로루리린마만말매명모목무문물미민바박반발방배보복본부북비빈사산상새서석선설성소손솔송수순스승시신심아안양여연"
    "영오온옥왕용우운원월위유윤은의이인일임자작잔장재전정조종주준중지진차찬창채천철청초총추춘충치타탄태토통파판평포표풍피하학한항해향현호홍화환황회후훈휴희"
)
TYPO_KEYS = "abcdefghijklmnopqrstuvwxyz"


def roughen_english(text: str, rng: random.Random) -> str:
    """Types an English question the way people do: lower case, no punctuation, slips, politeness."""
    if rng.random() < 0.06:
        text = rng.choice(["Hi! ", "Hello, ", "Hey, ", "ok, ", "So, ", "Please: ", "Well, ", "And "]) + text
    elif rng.random() < 0.05 and len(text) > 8:
        lead = rng.choice(
            ["can you tell me ", "please tell me ", "I wonder: ", "quick question: ", "tell me, ", "i want to know "]
        )
        text = lead + text[0].lower() + text[1:]
    if rng.random() < 0.06:
        first, _, rest = text.partition(" ")
        verb, _, rest = rest.partition(" ")
        if rest and first.lower() in ("what", "how", "why") and verb in ("is", "are", "do", "does"):
            last = rng.random() < 0.3
            filler = rng.choice(FILLERS)
            text = f"{first} {verb} {filler} {rest}" if last else f"{first} {filler} {verb} {rest}"
    if text[-1:].isalpha() and rng.random() < 0.25:
        text += rng.choice("!!.")
    if text[:1].islower() and rng.random() < 0.4:
        text = text[0].upper() + text[1:]
    elif rng.random() < 0.35:
        text = text.lower()
    elif rng.random() < 0.03:
        text = text.upper()
    if rng.random() < 0.35:
        text = text.rstrip("?.! ")
    elif rng.random() < 0.08:
        text = text.rstrip("?.! ") + rng.choice(["??", " ?", "?!", "...", " please", ", please?", "!", " pls"])
    if rng.random() < 0.12:
        text = slip(text, rng)
    if rng.random() < 0.1:
        text = text.replace("'", rng.choice(["", "’"]))
    return text or "?"


def slip(text: str, rng: random.Random) -> str:
    """One typing slip inside a longer word."""
    places = list(re.finditer(r"[A-Za-z]{5,}", text))
    if not places:
        return text
    place = rng.choice(places)
    i = rng.randrange(place.start() + 1, place.end() - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    if kind == 2:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + rng.choice(TYPO_KEYS) + text[i + 1 :]


# How short messages end; what is no question ends in anything.
ENDINGS_QUESTION = ["?"] * 9 + [""] * 8 + ["??", " ?", "?!", ".", "!", "...", "???"]
ENDINGS_OTHER = [""] * 9 + ["!"] * 6 + [".", "."] + ["!!", "!!!", "?", "~", "...", ",", " :)", " !", "^^", " 😊"]
FILLERS = ["actually", "really", "just", "basically", "precisely"]
FILLERS_KOREAN = ["그냥 ", "진짜 ", "사실 ", "근데 ", "좀 ", "저 ", "아 "]


def dress(text: str, lang: str, rng: random.Random) -> str:
    """A short message in any capitalisation and punctuation, as people type the very first one."""
    asks = text.endswith("?") or re.match(r"(what|who|how|can|are|do|which)\b", text.lower()) is not None
    if lang == "ko":
        asks = asks or re.search("뭐야$|누구야$|뭐니$|누구니$|누구세요$|있어$", text) is not None
    roll = rng.random()
    if roll < 0.35:
        text = text.lower()
    elif roll < 0.75:
        text = text[:1].upper() + text[1:]
    elif roll < 0.86:
        text = text.upper()
    elif roll < 0.95:
        text = text.title()
    if rng.random() < 0.05:
        text = slip(text, rng)
    if lang == "ko" and rng.random() < 0.15:
        text = text.replace(" ", "")
    if rng.random() < 0.75:
        text = text.rstrip("?.! ") + rng.choice(ENDINGS_QUESTION if asks else ENDINGS_OTHER)
    return text or "?"


KOREAN_SWAPS = [
    ("해 줘", "해줘"),
    ("해 주세요", "해주세요"),
    ("알려 줘", "알려줘"),
    ("뭐예요", "뭐에요"),
    ("뭐야", "머야"),
    ("뭐야", "뭐야아"),
    ("뭐예요", "뭔가요"),
    ("설명해 줘", "설명해 줄래"),
    ("어떻게", "어케"),
    ("뭐예요", "뭐에여"),
    ("뭐예요", "뭐죠"),
    ("뭐예요", "무엇인지 알려 주세요"),
    ("뭐야", "뭐냐"),
    ("뭐야", "뭔데"),
    ("뭐야", "뭔지 궁금해"),
    ("뭐야", "뭐임"),
    ("어떻게 작동해", "어떻게 돌아가"),
    ("어떻게 해", "어떻게 하면 돼"),
    ("하나요", "하죠"),
    ("인가요", "인지 궁금해요"),
    ("해요?", "하나요?"),
    ("돼요?", "되나요?"),
    ("있어?", "있나?"),
    ("있어?", "있음?"),
    ("이에요?", "인가요?"),
    ("해?", "하는 거야?"),
    ("돼?", "되는 거야?"),
    ("왜 ", "왜 굳이 "),
    ("무슨 ", "어떤 "),
    ("그리고", "글고"),
    ("그런데", "근데"),
    ("좀", "쫌"),
]


def roughen_korean(text: str, rng: random.Random) -> str:
    """Types a Korean question the way people do: lost spaces, lost punctuation, common misspellings, soft endings."""
    if rng.random() < 0.06:
        text = (
            rng.choice(["안녕! ", "안녕하세요, ", "저기, ", "음, ", "혹시 ", "그런데 ", "자, ", "저기요 ", "근데 "])
            + text
        )
    elif rng.random() < 0.06:
        text = rng.choice(FILLERS_KOREAN) + text
    if rng.random() < 0.3:
        swaps = [swap for swap in KOREAN_SWAPS if swap[0] in text]
        if swaps:
            text = text.replace(*rng.choice(swaps))
    if rng.random() < 0.12:
        text = text.replace(" ", "")
    elif rng.random() < 0.06 and " " in text:
        parts = text.split(" ")
        cut = rng.randrange(1, len(parts))
        text = " ".join(parts[:cut]) + " ".join(parts[cut:])
    if text[-1:].isalpha() and rng.random() < 0.25:
        text += rng.choice("!!.~")
    elif rng.random() < 0.4:
        text = text.rstrip("?.! ")
    elif rng.random() < 0.08:
        text = text.rstrip("?.! ") + rng.choice(["??", " ?", "?!", "~", "...", "ㅎㅎ", "ㅋㅋ", "용?", "!"])
    if rng.random() < 0.1:
        text = text.lower()
    return text or "?"


def made_up_word(lang: str, rng: random.Random) -> str:
    """A word that does not exist: the model learns to decline words it has never seen."""
    if lang == "ko":
        return "".join(rng.choice(MADE_UP_HANGUL) for _ in range(rng.randrange(2, 5)))
    word = "".join(rng.choice(STARTS) + rng.choice("aeiou") + rng.choice(ENDS) for _ in range(rng.randrange(1, 4)))
    return word.capitalize() if rng.random() < 0.3 else word
