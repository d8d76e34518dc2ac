"""Turns the hand-written texts in ``corpus/`` into training conversations for the starter model.

The texts hold what the model should say; this file decides how it is asked: question frames, follow-ups, system prompts
and long chats. Everything is drawn from one seeded generator, so the same seed gives the same conversations.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpus_files import CORPUS, LANGUAGES, Block, bare, choose, fill, read_blocks, read_lines
from places import HERE
from plain_sentences import draw_plain
from typing_habits import dress, made_up_word, roughen_english, roughen_korean

Message = dict[str, str]

FIRST_MINUTE_SHARE = 0.3  # of all conversations
PLAIN_SHARE = 0.07  # of all documents
MORE_SHARE = 0.4  # of the definitions go on with a further sentence
# What nearly everybody asks first is drawn this much more often than the rest.
COMMON: dict[str, float] = {
    "greeting": 4,
    "who are you": 4,
    "what can you do": 3,
    "thanks": 2,
    "goodbye": 2,
    "open model": 2,
    "use app": 2,
    "gpt": 2.5,
    "token": 2.5,
    "attention": 2.5,
    "query key value": 1.5,
    "softmax": 1.5,
    "temperature": 1.5,
    "next word": 3,
    "facts": 8,
    "near miss": 4,
}
KINDS = {"what": 0.5, "why": 0.14, "how": 0.12, "simple": 0.1, "example": 0.08, "short": 0.03, "see": 0.03}
FOLLOWS = {
    "why": 5,
    "simple": 4,
    "example": 3,
    "more": 3,
    "how": 2,
    "short": 1,
    "again": 1,
    "other": 1.5,
    "see": 0.7,
}
# What is said when there is nothing left of a kind.
LAST_WORD = {"simple": "simple", "short": "simple", "example": "example", "more": "more", "how": "more", "see": "more"}
# What is said when there is no text of a kind; "short" is the first sentence of a definition.
INSTEAD = {"how": "what", "example": "simple", "more": "why", "short": "what", "again": "what"}


def first_sentence(text: str) -> str:
    """A text up to the end of its first sentence."""
    return re.split(r"(?<=[.!?])\s", text)[0]


@dataclass
class Answered:
    """One question with its answer, and the block that answers what follows it."""

    lang: str
    question: str
    answer: str
    block: Block
    kind: str
    said: set[str] = field(default_factory=set)


class Writer:
    """Draws questions, answers and whole conversations from the corpus."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.topics = read_blocks("topics*.txt")
        self.frames = read_blocks("frames.txt")
        self.first = read_blocks("first.txt")
        self.outside = read_blocks("outside*.txt")
        self.chat = read_blocks("chat*.txt", "app*.txt", "compare*.txt", "detail*.txt")
        self.slots = self.outside.pop("slots")
        self.plain = read_lines("plain*.txt")
        self.details = sorted(name for name, block in self.chat.items() if "of" in block)
        self.intents = sorted(set(self.chat) - set(self.details))
        self.asked: set[str] = set()  # every question as it was before typing habits, every answer, every sentence

    # Questions and answers

    def weighted(self, names: list[str]) -> str:
        """One of the names; what is asked most is drawn most."""
        return self.rng.choices(names, [COMMON.get(name, 1.0) for name in names])[0]

    def say(self, block: Block, lang: str, kind: str, said: set[str] | None = None) -> str:
        """One of a block's answers of a kind that was not said yet; empty when all of them were."""
        rng, wanted = self.rng, kind
        while f"{lang} {kind}" not in block:
            if kind not in INSTEAD:
                return ""
            kind = INSTEAD[kind]
        fresh = [text for text in block[f"{lang} {kind}"] if said is None or text not in said]
        if wanted == "short":
            long = 45 if lang == "en" else 28  # a first sentence that says only what the letters stand for is no answer
            fresh = [text for text in fresh if "\n" not in text and len(first_sentence(text)) >= long] or fresh
        if not fresh:
            return ""
        pattern = rng.choice(fresh)
        if said is not None:
            said.add(pattern)
        text = choose(pattern, rng)
        if wanted == "short" and "\n" not in text:
            return first_sentence(text)
        tails = block.get(f"{lang} end" if kind == "a" else f"{lang} more", [])
        if kind in ("a", "what") and tails and "\n" not in text and rng.random() < MORE_SHARE:
            tail = rng.choice(tails)
            if said is not None:
                said.add(tail)
            text += " " + choose(tail, rng)
        return text

    def answered(self, lang: str, question: str, block: Block, kind: str) -> Answered:
        """A question with one of the answers of a block."""
        current = Answered(lang, question, "", block, kind)
        current.answer = self.say(block, lang, kind, current.said)
        return current

    def topic_frame(self, name: str, lang: str, kind: str, about: bool) -> str:
        """A question of a kind (what, why, simple, ...) about a topic."""
        topic, frames, rng = self.topics[name], self.frames["questions"], self.rng
        asks = topic.get(f"{lang} ask {kind}", [])
        if asks and rng.random() < 0.3:
            return choose(rng.choice(asks), rng)
        if about and kind == "what" and rng.random() < 0.35:
            frame = rng.choice(frames[f"{lang} ask about"])
        elif kind == "what" and lang == "en" and "en plural" in topic and rng.random() < 0.4:
            return choose(rng.choice(frames["en ask plural"]), rng).replace("{p}", rng.choice(topic["en plural"]))
        else:
            frame = rng.choice(frames[f"{lang} ask {kind}"])
        return self.put_name(choose(frame, rng), topic, lang)

    def put_name(self, frame: str, topic: Block, lang: str) -> str:
        """A frame with one of a topic's names; the first name is the usual one."""
        rng, names = self.rng, topic[lang]
        chosen = names[0] if rng.random() < 0.4 else rng.choice(names)
        if lang == "en":
            plain_name = rng.choice(topic["en plural"]) if "en plural" in topic and rng.random() < 0.3 else bare(chosen)
            return frame.replace("{x}", chosen).replace("{b}", plain_name)
        return fill(frame, {"x": chosen})

    def from_topic(self, lang: str, about: bool = False) -> Answered:
        """A question about a topic of the model's world."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.04:
            return self.about_two(lang)
        name = self.weighted(sorted(self.topics))
        topic = self.topics[name]
        if roll < 0.08:  # asked in one language, answered in the other, as wished
            other = "ko" if lang == "en" else "en"
            frame = choose(rng.choice(self.frames["questions"][f"{lang} ask in {other}"]), rng)
            return self.answered(other, self.put_name(frame, topic, lang), topic, "what")
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        if f"{lang} {kind}" not in topic and kind not in INSTEAD:
            kind = "what"
        return self.answered(lang, self.topic_frame(name, lang, kind, about), topic, kind)

    def about_two(self, lang: str) -> Answered:
        """How two topics differ: what the one is, and what the other is."""
        first, second = (self.topics[name] for name in self.rng.sample(sorted(self.topics), 2))
        frame = choose(self.rng.choice(self.frames["questions"][f"{lang} ask two"]), self.rng)
        question = fill(frame, {"x": bare(first[lang][0]), "y": bare(second[lang][0])})
        current = Answered(lang, question, "", first, "short")
        current.answer = " ".join(self.say(topic, lang, "short", current.said) for topic in (first, second))
        return current

    def from_first(self, lang: str) -> Answered:
        """Something that people type in their first minute."""
        weights = [sum(len(texts) for texts in block.values()) ** 0.7 for block in self.first.values()]
        key = self.rng.choices(list(self.first), weights)[0]
        question = choose(self.rng.choice(self.first[key][f"{lang} q"]), self.rng)
        name, _, kind = key.rpartition(" ")
        if name in self.topics:
            return self.answered(lang, question, self.topics[name], kind)
        return self.answered(lang, question, self.chat.get(key) or self.outside[key], "a")

    def from_block(self, lang: str, block: Block) -> Answered:
        """Small talk, the app, a detail of a topic, a comparison, or what the model does not know."""
        question = self.fill_slots(choose(self.rng.choice(block[f"{lang} q"]), self.rng), lang)
        return self.answered(lang, question, block, "a")

    def fill_slots(self, frame: str, lang: str) -> str:
        """Fills the slots of a question, each occurrence anew."""
        while match := re.search(r"\{(\w+)\}", frame):
            slot = match.group(1)
            value = self.slot_value(slot, lang)
            if lang == "en" and re.search(r"\b(a|an|the) $", frame[: match.start()], re.IGNORECASE):
                value = bare(value)
            # One slot at a time, so that a particle after it takes the form this value needs.
            head, tail = frame[: match.start()], frame[match.start() :].split("{", 2)
            frame = head + fill("{" + tail[1], {slot: value}) + "".join("{" + rest for rest in tail[2:])
        return frame

    def slot_value(self, slot: str, lang: str) -> str:
        """A number, a made-up word or one of the words of a slot."""
        if slot == "n":
            return str(self.rng.randrange(2, self.rng.choice([10, 100, 1000])))
        made_up = slot in ("noun", "name", "thing", "near", "city", "brand") and self.rng.random() < 0.15
        if made_up or slot == "word1":
            return made_up_word(lang, self.rng)
        return self.rng.choice(self.slots[f"{lang} slot {slot}"])

    def pick(self, lang: str, about: bool) -> Answered:
        """Any question, in the mix the model is trained on."""
        roll = self.rng.random()
        if roll < 0.40:
            return self.from_topic(lang, about)
        if roll < 0.56:
            return self.from_block(lang, self.chat[self.rng.choice(self.details)])
        if roll < 0.78:
            return self.from_block(lang, self.chat[self.weighted(self.intents)])
        return self.from_block(lang, self.outside[self.weighted(sorted(self.outside))])

    # Conversations

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
        turns = rng.choices([1, 2, 3, 4, 6, 9, 13], [56, 22, 9, 6, 4, 2, 1])[0]
        current: Answered | None = None
        while sum(m["role"] == "user" for m in messages) < turns:
            # "Why?" follows what there is to know more often than small talk.
            if current is not None and rng.random() < (0.6 if self.is_deep(current) else 0.25):
                self.follow_up(messages, current)
                continue
            if rng.random() < 0.12 and messages:
                lang = rng.choice(LANGUAGES)
            current = self.pick(lang, about=current is not None)
            self.add(messages, current.question, current.answer, lang)
            lang = current.lang
        return messages

    def first_minute(self) -> list[Message]:
        """A short chat as a new user begins it: a first message, then up to two more in either language."""
        rng = self.rng
        lang = rng.choice(LANGUAGES)
        messages: list[Message] = []
        current: Answered | None = None
        for _ in range(rng.choices([1, 2, 3], [50, 28, 22])[0]):
            if current is not None and rng.random() < (0.4 if self.is_deep(current) else 0.2):
                self.follow_up(messages, current)
                continue
            if current is not None:
                lang = rng.choice(LANGUAGES)
            first = current is None or rng.random() < 0.5
            current = self.from_first(lang) if first else self.pick(lang, about=True)
            self.add(messages, current.question, current.answer, lang, short=first)
        return messages

    def add(self, messages: list[Message], question: str, answer: str, lang: str, short: bool = False) -> None:
        """Appends one exchange, the question as somebody might type it."""
        if short:
            typed = dress(question, lang, self.rng)
        else:
            typed = roughen_english(question, self.rng) if lang == "en" else roughen_korean(question, self.rng)
        self.asked |= {question, answer}
        messages.append({"role": "user", "content": typed})
        messages.append({"role": "assistant", "content": answer})

    def is_deep(self, current: Answered) -> bool:
        """Whether there is more to say about it."""
        return "en what" in current.block or "of" in current.block

    def follow_up(self, messages: list[Message], current: Answered) -> None:
        """Appends a follow-up such as "why?"; ``current`` goes on with what was said."""
        rng, lang = self.rng, current.lang
        topic = self.topics.get(current.block["of"][0]) if "of" in current.block else None
        kinds = {kind: share for kind, share in FOLLOWS.items() if kind != "see" or f"{lang} see" in current.block}
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        ask = choose(rng.choice(self.frames["follow-ups"][f"{lang} ask {kind}"]), rng)
        if kind == "other":
            # A wish such as "in Korean please", or just "왜?" after an English answer: the reply follows the language.
            other = "ko" if lang == "en" else "en"
            if rng.random() < 0.3 and "en what" in current.block:
                current.kind = rng.choice(["why", "simple"])
                ask, asks_in = choose(rng.choice(self.frames["follow-ups"][f"{other} ask {current.kind}"]), rng), other
            else:
                asks_in = other if any("가" <= c <= "힣" for c in ask) == (other == "ko") else lang
            current.lang, current.said = other, set()
            current.answer = self.say(current.block, other, current.kind, current.said)
            self.add(messages, ask, current.answer, asks_in)
            return
        if kind != "again":
            own = current.block if "en what" in current.block or f"{lang} {kind}" in current.block else topic
            current.answer = self.say(own, lang, kind, current.said) if own else ""
            if own and current.answer:
                current.block, current.kind = own, kind
            else:
                last = self.frames["because tiny" if own is None else "last word"]
                current.answer = self.say(last, lang, LAST_WORD.get(kind, "why"))
        self.add(messages, ask, current.answer, lang)


def documents(seed: int, writer: Writer | None = None) -> Iterator[list[Message] | str]:
    """An endless, deterministic stream of conversations and, now and then, plain text."""
    writer = writer or Writer(seed)
    while True:
        if writer.rng.random() < PLAIN_SHARE:
            yield draw_plain(writer.plain, writer.slots, writer.rng)
        else:
            yield writer.conversation()


def table() -> str:
    """All topics and intents with an English example each, as a Markdown table: ``corpus/INTENTS.md``."""
    writer = Writer(1)
    groups = {"topic": writer.topics, "intent": writer.chat, "declined": writer.outside}
    rows = [
        f"| {name} | {group} | {choose((block.get('en q') or block['en'])[0], random.Random(1))} |"
        for group, blocks in groups.items()
        for name, block in sorted(blocks.items())
    ]
    head = ["# What the starter model is asked about", "", "Written by `make_corpus.py --table`.", ""]
    return "\n".join([*head, "| Name | Kind | Example or name |", "|---|---|---|", *rows, ""])


def distinct(count: int, seed: int = 1) -> dict[str, int]:
    """Bytes of distinct text: as written, and as drawn (before typing slips; lists to copy are not counted)."""
    writer = Writer(seed)
    sentences: set[str] = set()
    for _ in range(count):
        writer.conversation()
    for pattern in writer.plain:
        sentences |= {draw_plain([pattern], writer.slots, writer.rng, lists=False) for _ in range(30)}
    written = {line for path in CORPUS.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()}
    texts = {"as written": written, "questions and answers drawn": writer.asked, "plain sentences drawn": sentences}
    return {name: sum(len(text.encode()) for text in of) for name, of in texts.items()}


def main() -> None:
    """Writes a sample of the corpus to look at, or measures it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=20000, help="how many documents to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "build" / "starter_model" / "corpus.jsonl")
    parser.add_argument("--read", action="store_true", help="print the documents for reading instead")
    parser.add_argument("--table", action="store_true", help="write corpus/INTENTS.md")
    parser.add_argument("--measure", action="store_true", help="say how much distinct text there is")
    args = parser.parse_args()
    if args.table:
        (CORPUS / "INTENTS.md").write_text(table(), encoding="utf-8")
        return
    if args.measure:
        for name, size in distinct(args.count, args.seed).items():
            print(f"{name}: {size:,} bytes")
        return
    stream = documents(args.seed)
    if args.read:
        for _ in range(args.count):
            document = next(stream)
            turns = [document] if isinstance(document, str) else [f"{m['role'][0]}> {m['content']}" for m in document]
            print(*turns, "", sep="\n")
        return
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", encoding="utf-8") as file:
        for _ in range(args.count):
            file.write(json.dumps(next(stream), ensure_ascii=False) + "\n")
    print(f"{args.count} documents in {args.out}, {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
