"""Turns the hand-written texts in ``corpus/`` into training conversations for the starter model.

The texts hold what the model should say; this file decides how it is asked: question frames, follow-ups, system prompts
and long chats. Everything is drawn from one seeded generator, so the same seed gives the same conversations.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import islice

from corpus_files import CORPUS, LANGUAGES, choose
from plain_sentences import draw_plain
from questions import Answered, Questions
from typing_habits import dress, roughen_english, roughen_korean

Message = dict[str, str]

FIRST_MINUTE_SHARE = 0.24  # of all conversations
PLAIN_SHARE = 0.07  # of all documents
POINTED_SHARE = 0.35  # of the follow-ups ask for something finer about the same topic
AROUND_SHARE = 0.05  # of the questions stand beside another sentence
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


class Writer(Questions):
    """Draws whole conversations."""

    def conversation(self) -> list[Message]:
        """One conversation: mostly a single exchange, often with follow-ups, sometimes long."""
        rng = self.rng
        if rng.random() < FIRST_MINUTE_SHARE:
            return self.first_minute()
        lang = rng.choice(LANGUAGES)
        messages: list[Message] = []
        if rng.random() < 0.12:
            system_lang = lang if rng.random() < 0.8 else rng.choice(LANGUAGES)
            prompts = self.frames["system prompts"][f"{system_lang} q"]
            messages.append({"role": "system", "content": rng.choice(prompts)})
        turns = rng.choices([1, 2, 3, 4, 6, 9, 13], [72, 16, 5, 3.5, 2, 1, 0.5])[0]
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
        for _ in range(rng.choices([1, 2, 3], [62, 23, 15])[0]):
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
        rng, around = self.rng, self.frames["around"]
        if short:
            typed = dress(question, lang, rng)
        elif rng.random() < AROUND_SHARE and len(question) > 4:
            before = rng.random() < 0.6
            other = rng.choice(around[f"{lang} before" if before else f"{lang} after"])
            ends = question if question[-1] in "?!.~" else question + "?"
            typed = f"{other} {question}" if before else f"{ends} {other}"
        else:
            typed = roughen_english(question, rng) if lang == "en" else roughen_korean(question, rng)
        self.asked |= {question, answer}
        messages.append({"role": "user", "content": typed})
        messages.append({"role": "assistant", "content": answer})

    def excuse(self, current: Answered) -> str:
        """Why there is nothing to say of a kind: it is the app, or nothing the model knows."""
        return "because app" if id(current.block) in self.app else "because tiny"

    def is_deep(self, current: Answered) -> bool:
        """Whether there is more to say about it."""
        return "en what" in current.block or "of" in current.block

    def follow_up(self, messages: list[Message], current: Answered) -> None:
        """Appends a follow-up such as "why?"; ``current`` goes on with what was said."""
        rng, lang = self.rng, current.lang
        if rng.random() < POINTED_SHARE and (finer := self.pointed(current)) is not None:
            current.block, current.kind, current.answer = finer.block, finer.kind, finer.answer
            current.said |= finer.said
            self.add(messages, finer.question, finer.answer, lang)
            return
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
                last = self.frames[self.excuse(current) if own is None else "last word"]
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
    """Prints conversations for reading, or measures the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=50, help="how many documents to draw")
    parser.add_argument("--seed", type=int, default=1)
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
    for document in islice(documents(args.seed), args.count):
        turns = [document] if isinstance(document, str) else [f"{m['role'][0]}> {m['content']}" for m in document]
        print(*turns, "", sep="\n")


if __name__ == "__main__":
    main()
