"""Turns the hand-written texts in ``corpus/`` into training conversations for the starter model.

The texts hold what the model should say; this file decides how it is asked: question frames, particles, typos, informal
spelling, follow-ups, system prompts and long chats. Everything is drawn from one seeded generator, so the same seed
gives the same conversations. Questions listed in ``held_back.txt`` are never produced.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
LANGUAGES = ("en", "ko")
Message = dict[str, str]
Block = dict[str, list[str]]

# Korean particles that depend on the last sound of the word before them: (after a consonant, after a vowel).
PARTICLES = [
    ("이라는", "라는"),
    ("이란", "란"),
    ("이랑", "랑"),
    ("으로", "로"),
    ("이", "가"),
    ("은", "는"),
    ("을", "를"),
]
PARTICLE_FORMS = {form: pair for pair in PARTICLES for form in pair}
SLOT = re.compile(r"\{(\w+)\}(" + "|".join(sorted(PARTICLE_FORMS, key=len, reverse=True)) + r")?")


def read_blocks(name: str) -> dict[str, Block]:
    """Reads one corpus file; its format is described in README.md."""
    blocks: dict[str, Block] = {}
    block: Block = {}
    for line in (CORPUS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            block = blocks.setdefault(line[2:].strip(), {})
        elif match := re.match(r"(en|ko)((?: \w+)*)(\+ |: )(.*)", line):
            lang, key, joint, text = match.groups()
            key = lang + key
            if joint == "+ ":
                # A list after a sentence needs a blank line, and a sentence after a list needs one too.
                previous = block[key][-1].splitlines()[-1]
                is_item = re.match(r"(- |\d\. )", text) is not None
                was_item = re.match(r"(- |\d\. )", previous) is not None
                block[key][-1] += ("\n" if is_item and was_item else "\n\n") + text
            elif key.endswith(" a") or (name != "frames.txt" and key[2:] in (" what", " why", " simple")):
                block[key] = [text]  # an answer: never split
            else:
                block[key] = [part.strip() for part in text.split(" | ")]
    return blocks


def ends_in_consonant(word: str) -> bool:
    """Whether a word, read aloud in Korean, ends in a consonant."""
    word = re.sub(r"[^\w가-힣]+$", "", word)
    last = word[-1:] or "a"
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28 != 0
    if last.isdigit():
        return last in "013678"
    if last.isupper() or re.search(r"(^|[^A-Za-z])[a-z]$", word):
        return last in "LMNRlmnr"  # spelled out: 엘, 엠, 엔, 알
    return last in "lmngkpt"


def fill(frame: str, values: dict[str, str]) -> str:
    """Puts values into a frame's slots; a Korean particle directly after a slot takes its right form."""

    def replace(match: re.Match[str]) -> str:
        value, particle = values[match.group(1)], match.group(2) or ""
        if particle:
            consonant, vowel = PARTICLE_FORMS[particle]
            particle = consonant if ends_in_consonant(value) else vowel
            if consonant == "으로" and "가" <= value[-1] <= "힣" and (ord(value[-1]) - 0xAC00) % 28 == 8:
                particle = "로"  # after ㄹ
        return value + particle

    return SLOT.sub(replace, frame)


def bare(name: str) -> str:
    """The name without its article."""
    return re.sub(r"^(a|an|the) ", "", name)


def normalize(question: str) -> str:
    """What two questions have in common when they differ only in case, spacing and punctuation."""
    text = unicodedata.normalize("NFKC", question).lower()
    return re.sub(r"[^\w+*/-]+", "", text)


def held_back_questions() -> list[tuple[str, str, list[list[str]]]]:
    """The held-back set: (language, question, groups of alternatives that the answer must contain)."""
    rows = []
    for line in (HERE / "held_back.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            lang, _, question, needs = (part.strip() for part in line.split(" | "))
            rows.append((lang, question, [[a.strip() for a in need.split("/")] for need in needs.split(", ")]))
    return rows


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
]
STARTS += ["t", "tr", "v", "w", "z"]
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


FIRST_MINUTE_SHARE = 0.3  # of all conversations

# What nearly everybody asks first is drawn this much more often than the rest.
COMMON: dict[str, float] = {
    "greeting": 3,
    "who are you": 3,
    "what can you do": 2,
    "thanks": 2,
    "goodbye": 2,
    "open model": 2,
}
COMMON |= {"gpt": 2.5, "token": 2.5, "attention": 2.5, "query key value": 1.5, "softmax": 1.5, "temperature": 1.5}

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
    if rng.random() < 0.15:
        old, new = rng.choice(KOREAN_SWAPS)
        text = text.replace(old, new)
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


@dataclass
class Answered:
    """One question with its answer, and what follow-up questions would be answered with."""

    lang: str
    question: str
    answer: str
    follow: dict[str, str] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)


def weighted(blocks: dict[str, Block]) -> tuple[list[str], list[float]]:
    """The names of blocks and how often each is drawn."""
    names = sorted(blocks)
    return names, [COMMON.get(name, 1.0) for name in names]


class Writer:
    """Draws questions, answers and whole conversations from the corpus."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.topics = read_blocks("topics_1.txt") | read_blocks("topics_2.txt")
        outside, compare = read_blocks("outside.txt"), read_blocks("compare.txt")
        self.slots = outside.pop("slots") | compare.pop("slots")
        self.outside = outside | {"near": compare.pop("near")}
        self.chat = read_blocks("chat.txt") | compare
        self.frames = read_blocks("frames.txt")
        self.first = read_blocks("first.txt")
        self.plain = [s for s in (CORPUS / "plain.txt").read_text(encoding="utf-8").splitlines() if s and s[0] != "#"]
        self.forbidden = {normalize(question) for _, question, _ in held_back_questions()}
        self.names = weighted(self.topics)
        self.intents = weighted(self.chat)
        self.kinds = sorted(self.outside)

    def rough(self, text: str, lang: str, short: bool = False) -> str:
        """The question as somebody might type it; never one of the held-back questions."""
        for _ in range(20):
            if short:
                typed = dress(text, lang, self.rng)
            else:
                typed = roughen_english(text, self.rng) if lang == "en" else roughen_korean(text, self.rng)
            if normalize(typed) not in self.forbidden:
                return typed
        return ""

    def topic_frame(self, name: str, lang: str, kind: str, about: bool) -> str:
        """A question of a kind (what, why, simple) about a topic."""
        topic, frames, rng = self.topics[name], self.frames["questions"], self.rng
        asks = topic.get(f"{lang} ask {kind}", [])
        if asks and rng.random() < 0.25:
            return rng.choice(asks)
        if about and kind == "what" and rng.random() < 0.35:
            frame = rng.choice(frames[f"{lang} about"])
        elif kind == "what" and lang == "en" and "en plural" in topic and rng.random() < 0.4:
            return rng.choice(frames["en plural"]).replace("{p}", rng.choice(topic["en plural"]))
        else:
            frame = rng.choice(frames[f"{lang} {kind}"])
        names = topic[lang]
        # The first name is the usual one.
        chosen = names[0] if rng.random() < 0.4 else rng.choice(names)
        if lang == "en":
            plain_name = rng.choice(topic["en plural"]) if "en plural" in topic and rng.random() < 0.3 else bare(chosen)
            return frame.replace("{x}", chosen).replace("{b}", plain_name)
        return fill(frame, {"x": chosen})

    def from_topic(self, lang: str, about: bool = False) -> Answered:
        """A question about a topic of the model's world."""
        rng = self.rng
        name = rng.choices(*self.names)[0]
        kind = rng.choices(["what", "why", "simple"], [0.6, 0.25, 0.15])[0]
        return self.about_topic(name, lang, kind, self.topic_frame(name, lang, kind, about))

    def about_topic(self, name: str, lang: str, kind: str, question: str) -> Answered:
        """A question with one of a topic's answers and the answers to its follow-ups."""
        topic = self.topics[name]
        last = self.frames["last word"]
        answer = {k: topic[f"{lang} {k}"][0] for k in ("what", "why", "simple")}
        follow = {"why": answer["why"], "simple": answer["simple"], "again": answer["what"]}
        if kind == "why":
            follow["why"] = answer["simple"]
        elif kind == "simple":
            follow["simple"] = last[f"{lang} simple a"][0]
        other_lang = "ko" if lang == "en" else "en"
        return Answered(
            lang, question, answer[kind], follow,
            {"lang": other_lang, "answer": topic[f"{other_lang} {kind}"][0],
             "why": topic[f"{other_lang} why"][0], "simple": topic[f"{other_lang} simple"][0]},
        )  # fmt: skip

    def expected(self, lang: str, key: str) -> str:
        """The answer an intent ("greeting") or a topic ("token what") has in a language."""
        name, _, kind = key.rpartition(" ")
        return self.topics[name][f"{lang} {kind}"][0] if name in self.topics else self.chat[key][f"{lang} a"][0]

    def from_first(self, lang: str) -> Answered:
        """Something that people type in their first minute."""
        rng = self.rng
        weights = [sum(len(texts) for texts in block.values()) ** 0.7 for block in self.first.values()]
        key = rng.choices(list(self.first), weights)[0]
        question = rng.choice(self.first[key][f"{lang} q"])
        name, _, kind = key.rpartition(" ")
        if name in self.topics:
            return self.about_topic(name, lang, kind, question)
        return Answered(lang, question, self.expected(lang, key), self.tiny(lang))

    def from_chat(self, lang: str) -> Answered:
        """Small talk, the model about itself, the app, or a comparison."""
        block = self.chat[self.rng.choices(*self.intents)[0]]
        return Answered(lang, self.rng.choice(block[f"{lang} q"]), block[f"{lang} a"][0], self.tiny(lang))

    def from_outside(self, lang: str) -> Answered:
        """A question outside the model's world, which it must decline."""
        kind = "facts" if self.rng.random() < 0.5 else self.rng.choice(self.kinds)
        block = self.outside[kind]
        question = self.fill_slots(self.rng.choice(block[f"{lang} q"]), lang)
        return Answered(lang, question, block[f"{lang} a"][0], self.tiny(lang))

    def tiny(self, lang: str) -> dict[str, str]:
        """Follow-ups where there is nothing more to say than that the model is tiny."""
        block = self.frames["because tiny"]
        return {"why": block[f"{lang} why a"][0], "simple": block[f"{lang} simple a"][0]}

    def fill_slots(self, frame: str, lang: str) -> str:
        """Fills slots of an outside question, each occurrence anew."""
        while match := re.search(r"\{(\w+)\}", frame):
            slot = match.group(1)
            choices = [str(self.rng.randrange(2, 1000))] if slot == "n" else self.slots[f"{lang} slot {slot}"]
            made_up = slot in ("noun", "name", "thing", "near", "city", "brand") and self.rng.random() < 0.15
            value = self.made_up_word(lang) if made_up else self.rng.choice(choices)
            if lang == "en" and re.search(r"\b(a|an|the) $", frame[: match.start()], re.IGNORECASE):
                value = bare(value)
            head, tail = frame[: match.start()], frame[match.start() :]
            first = SLOT.match(tail)
            assert first is not None
            frame = head + fill(first.group(0), {slot: value}) + tail[first.end() :]
        return frame

    def made_up_word(self, lang: str) -> str:
        """A word that does not exist: the model learns to decline words it has never seen."""
        rng = self.rng
        if lang == "ko":
            return "".join(rng.choice(MADE_UP_HANGUL) for _ in range(rng.randrange(2, 5)))
        word = "".join(rng.choice(STARTS) + rng.choice("aeiou") + rng.choice(ENDS) for _ in range(rng.randrange(1, 4)))
        return word.capitalize() if rng.random() < 0.3 else word

    def pick(self, lang: str, about: bool) -> Answered:
        """Any question, in the mix the model is trained on."""
        roll = self.rng.random()
        if roll < 0.54:
            return self.from_topic(lang, about)
        if roll < 0.80:
            return self.from_chat(lang)
        return self.from_outside(lang)

    def conversation(self) -> list[Message]:
        """One conversation: mostly a single exchange, often with follow-ups, sometimes long."""
        rng = self.rng
        if rng.random() < FIRST_MINUTE_SHARE:
            return self.first_minute()
        lang = rng.choice(LANGUAGES)
        messages: list[Message] = []
        if rng.random() < 0.22:
            system_lang = lang if rng.random() < 0.8 else rng.choice(LANGUAGES)
            prompts = self.frames["system prompts"][f"{system_lang} q"]
            messages.append({"role": "system", "content": rng.choice(prompts)})
        turns = rng.choices([1, 2, 3, 4, 6, 9, 13], [60, 20, 8, 5, 4, 2, 1])[0]
        current: Answered | None = None
        while sum(m["role"] == "user" for m in messages) < turns:
            if current is not None and rng.random() < 0.6:
                current = self.add_follow_up(messages, current)
                continue
            if rng.random() < 0.12 and messages:
                lang = rng.choice(LANGUAGES)
            current = self.pick(lang, about=current is not None)
            self.add(messages, current.question, current.answer, lang)
        return messages

    def first_minute(self) -> list[Message]:
        """A short chat as a new user begins it: a first message, then up to two more in either language."""
        rng = self.rng
        lang = rng.choice(LANGUAGES)
        messages: list[Message] = []
        current: Answered | None = None
        for _ in range(rng.choices([1, 2, 3], [50, 28, 22])[0]):
            if current is not None and rng.random() < 0.35:
                current = self.add_follow_up(messages, current)
                continue
            if current is not None:
                lang = rng.choice(LANGUAGES)
            first = current is None or rng.random() < 0.5
            current = self.from_first(lang) if first else self.pick(lang, about=True)
            self.add(messages, current.question, current.answer, lang, short=first)
        return messages

    def add(self, messages: list[Message], question: str, answer: str, lang: str, short: bool = False) -> None:
        """Appends one exchange unless the question is held back."""
        typed = self.rough(question, lang, short)
        if typed:
            messages.append({"role": "user", "content": typed})
            messages.append({"role": "assistant", "content": answer})

    def add_follow_up(self, messages: list[Message], current: Answered) -> Answered:
        """Appends a follow-up such as "why?" and returns the state after it."""
        rng, lang = self.rng, current.lang
        if "lang" in current.other and rng.random() < 0.18:
            # "why?" after a Korean answer: the reply is in the language of the follow-up.
            lang, kind = current.other["lang"], rng.choice(["why", "simple"])
            answer, last = current.other[kind], self.frames["last word"][f"{lang} {kind} a"][0]
            self.add(messages, rng.choice(self.frames["follow-ups"][f"{lang} {kind}"]), answer, lang)
            follow = {"why": current.other["why"], "simple": current.other["simple"], "again": answer}
            return Answered(lang, "", answer, {**follow, kind: last})
        kinds = [k for k in ("why", "simple", "again") if k in current.follow] + (["other"] if current.other else [])
        kind = rng.choices(kinds, [{"why": 5, "simple": 4, "again": 1, "other": 1}[k] for k in kinds])[0]
        ask = rng.choice(self.frames["follow-ups"][f"{lang} {kind}"])
        if kind == "other":
            other = current.other
            self.add(messages, ask, other["answer"], lang)
            return Answered(other["lang"], "", other["answer"], {"why": other["why"], "simple": other["simple"]})
        answer = current.follow[kind]
        self.add(messages, ask, answer, lang)
        last = self.frames["last word"]
        follow = dict(current.follow)
        if kind in ("why", "simple"):
            follow[kind] = last[f"{lang} {kind} a"][0]
        return Answered(lang, "", answer, follow, current.other)

    def plain_text(self) -> str:
        """Plain sentences, or a list of words that repeats, which teaches heads to copy."""
        rng = self.rng
        if rng.random() < 0.6:
            return " ".join(rng.sample(self.plain, rng.randrange(1, 4)))
        lang = rng.choice(LANGUAGES)
        words = [bare(w) for key in ("noun", "food", "city", "thing") for w in self.slots[f"{lang} slot {key}"]]
        chosen = rng.sample(words, rng.randrange(3, 9))
        return ", ".join(chosen * rng.randrange(2, 4)) + "."


def documents(seed: int) -> Iterator[list[Message] | str]:
    """An endless, deterministic stream of conversations and, now and then, plain text."""
    writer = Writer(seed)
    while True:
        if writer.rng.random() < 0.04:
            yield writer.plain_text()
        elif conversation := writer.conversation():
            yield conversation


def main() -> None:
    """Writes a sample of the corpus to look at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=20000, help="how many documents to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "build" / "starter_model" / "corpus.jsonl")
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    stream = documents(args.seed)
    with args.out.open("w", encoding="utf-8") as file:
        for _ in range(args.count):
            file.write(json.dumps(next(stream), ensure_ascii=False) + "\n")
    print(f"{args.count} documents in {args.out}, {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
