"""Draws questions about what the starter model knows, and does not know, with their answers."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache

from corpus_files import LANGUAGES, Block, bare, choose, fill, read_blocks, read_lines
from typing_habits import made_up_word

SWAP_SHARE = 0.2  # of the questions say something in another word
MORE_SHARE = 0.4  # of the definitions go on with a further sentence
ASK_SHARE = 0.4  # of the questions about a topic that has some of its own are one of these, not a frame
# The core of its world is drawn this much more often than the rest; so is what nearly everybody asks first, and what it
# must decline although it looks like something it knows.
CORE = """token, bpe, embedding, position, attention, query key value, scaled dot product, causal mask, multi head,
 feed forward, residual, layer norm, softmax, logits, temperature, top-k, top-p, min-p, greedy, sampling, rnn, lstm,
 vanishing gradient, encoder decoder, decoder only, pre-training, fine-tuning, lora, quantization, gguf, kv cache,
 context length, rag, program aided"""
COMMON = {name.strip(): 3.0 for name in CORE.split(",")} | {
    "greeting": 4,
    "who are you": 4,
    "what can you do": 3,
    "what can you not do": 4,
    "thanks": 5,
    "goodbye": 3,
    "open model": 3,
    "use app": 3,
    "offline": 4,
    "where saved": 2.5,
    "stop": 2.5,
    "edit message": 2.5,
    "regenerate": 2,
    "branch": 2.5,
    "settings": 2.5,
    "find chat": 2,
    "inspector": 2.5,
    "see attention": 2.5,
    "see probabilities": 2.5,
    "context full": 2.5,
    "my context": 2.5,
    "gpt": 2.5,
    "facts": 8,
    "near miss": 4,
}
# What points back at the topic of the last answer, by the particle that its name has; and what goes before it.
POINTS = {
    **dict.fromkeys(("은", "는"), "그건"),
    **dict.fromkeys(("이", "가"), "그게"),
    **dict.fromkeys(("을", "를"), "그걸"),
    **dict.fromkeys(("으로", "로"), "그걸로"),
    **dict.fromkeys(("이랑", "랑"), "그거랑"),
    **dict.fromkeys(("과", "와"), "그거와"),
    **dict.fromkeys(("이란", "란"), "그거란"),
    "의": "그것의",
}
# Not in compounds, and not after words that belong to a noun.
OWNERS = ("which", "what", "one", "two", "many", "more", "much", "each", "no", "any", "per")
ALONE = r"(?<!-)" + "".join(rf"(?<!\b{word} )" for word in OWNERS)
THEN = {"en": ["and ", "but ", "so ", "ok, and ", "then "], "ko": ["그럼 ", "그러면 ", "근데 ", "그런데 ", "그래서 "]}
KINDS = {"what": 0.5, "why": 0.14, "how": 0.12, "simple": 0.1, "example": 0.08, "short": 0.03, "see": 0.03}
# What is said when there is no text of a kind; "short" is the first sentence of a definition.
INSTEAD = {"how": "what", "example": "simple", "more": "why", "short": "what"}


def swap_of(text: str, lang: str) -> tuple[re.Pattern[str], str]:
    """What "old > new" says: whole words in English; in Korean the beginnings of words, and endings with a "?"."""
    old, new = text.split(" > ")
    if lang == "en":
        return re.compile(rf"\b{re.escape(old)}\b", re.IGNORECASE), new
    begins = r"^" if old.startswith(("모델", "LLM")) else "" if old.endswith("?") else "(?<![가-힣])"
    return re.compile(begins + re.escape(old) + ("(?![가-힣])" if old.endswith("줘") else "")), new


def first_sentence(text: str) -> str:
    """A text up to the end of its first sentence."""
    return re.split(r"(?<=[.!?])\s", text)[0]


@cache
def named_by(names: tuple[str, ...], lang: str) -> re.Pattern[str]:
    """Where one of a topic's names stands: in Korean with its particle, in English where "it" could stand alone."""
    either = "|".join(re.escape(bare(name)) for name in sorted(names, key=len, reverse=True))
    if lang == "ko":
        return re.compile(f"(?:{either})(?:({'|'.join(POINTS)})(?![가-힣]))?", re.IGNORECASE)
    return re.compile(rf"{ALONE}\b((an?|the) )?(?:{either})\b(?![-'])", re.IGNORECASE)


def point_back(question: str, topic: Block, lang: str) -> str:
    """The question with "it" in place of the topic's name."""
    if lang == "en":
        return named_by(tuple(topic["en"]), lang).sub("it", question, count=1)
    pattern = named_by((*topic["ko"], *topic["en"]), lang)
    return pattern.sub(lambda found: POINTS.get(found[1] or "", "그거"), question)


@dataclass
class Answered:
    """One question with its answer, and the block that answers what follows it."""

    lang: str
    question: str
    answer: str
    block: Block
    kind: str
    said: set[str] = field(default_factory=set)


class Questions:
    """Draws questions and their answers from the corpus."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.topics = read_blocks("topics*.txt")
        self.frames = read_blocks("frames*.txt")
        self.first = read_blocks("first.txt")
        self.outside = read_blocks("outside*.txt")
        self.chat = read_blocks("chat*.txt", "app*.txt", "compare*.txt", "detail*.txt")
        self.slots = self.outside.pop("slots")
        self.plain = read_lines("plain*.txt")
        self.declined = {id(block) for block in self.outside.values()}
        self.swaps = {
            lang: [swap_of(text, lang) for text in self.frames["swaps"][f"{lang} swap"]] for lang in LANGUAGES
        }
        self.app = {id(self.chat[name]) for name in read_blocks("app*.txt")}
        self.details = sorted(name for name, block in self.chat.items() if "of" in block)
        self.topic_names = {id(block): name for name, block in self.topics.items()}
        self.intents = sorted(set(self.chat) - set(self.details))
        self.asked: set[str] = set()  # every question as it was before typing habits, and every answer

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
        if id(block) not in self.declined and self.rng.random() < SWAP_SHARE:
            question = self.reworded(question, lang)
        current = Answered(lang, question, "", block, kind)
        current.answer = self.say(block, lang, kind, current.said)
        return current

    def reworded(self, question: str, lang: str) -> str:
        """The question with one word, or two, in place of others that mean the same."""
        for _ in range(self.rng.randrange(1, 3)):
            found = [(old, new) for old, new in self.swaps[lang] if old.search(question)]
            if found:
                old, new = self.rng.choice(found)
                question = old.sub(new, question, count=1)
        return question

    def topic_frame(self, name: str, lang: str, kind: str, about: bool) -> str:
        """A question of a kind (what, why, simple, ...) about a topic."""
        topic, frames, rng = self.topics[name], self.frames["questions"], self.rng
        asks = topic.get(f"{lang} ask {kind}", [])
        if asks and rng.random() < ASK_SHARE:
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

    def from_topic(self, lang: str, about: bool) -> Answered:
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
        if roll < 0.13 and f"{lang} clue" in topic:
            return self.named(lang, topic)
        if roll < 0.17 and f"{lang} full" in topic:
            return self.spelled_out(lang, topic)
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

    def named(self, lang: str, topic: Block) -> Answered:
        """A question that describes a topic and asks for its name."""
        frame = choose(self.rng.choice(self.frames["questions"][f"{lang} ask clue"]), self.rng)
        current = self.answered(lang, fill(frame, {"c": self.rng.choice(topic[f"{lang} clue"])}), topic, "what")
        told = fill("It is called **{x}**." if lang == "en" else "{x}이라고 해요.", {"x": bare(topic[lang][0])})
        if lang == "ko":
            told = re.sub(r"^(.*?)((이)?라고 해요\.)$", r"**\1**\2", told)
        current.answer = f"{told} {current.answer}"
        return current

    def spelled_out(self, lang: str, topic: Block) -> Answered:
        """A question about what an abbreviation stands for."""
        frame = choose(self.rng.choice(self.frames["questions"][f"{lang} ask full"]), self.rng)
        letters, words, *meaning = topic[f"{lang} full"]
        current = self.answered(lang, fill(frame, {"x": letters}), topic, "what")
        if lang == "en":
            told = f"{letters} stands for **{words}**."
        else:
            told = fill("{x}은 **{w}**의 줄임말이고, {m}이라는 뜻이에요.", {"x": letters, "w": words, "m": meaning[0]})
        # Either alone or with what it is.
        alone = words.lower() in current.answer.lower() or self.rng.random() < 0.5
        current.answer = told if alone else f"{told} {current.answer}"
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

    def pointed(self, current: Answered) -> Answered | None:
        """A finer question about the topic that was just spoken of, which need not name it: "and why is it cheap?"."""
        rng, lang = self.rng, current.lang
        name = current.block["of"][0] if "of" in current.block else self.topic_names.get(id(current.block), "")
        finer = [self.chat[d] for d in self.details if self.chat[d]["of"][0] == name]
        asked = [(q, block, "a") for block in finer if block is not current.block for q in block[f"{lang} q"]]
        for kind in ("why", "how", "example"):
            asked += [(q, self.topics[name], kind) for q in self.topics.get(name, {}).get(f"{lang} ask {kind}", [])]
        if not asked:
            return None
        question, block, kind = rng.choice(asked)
        question = point_back(choose(question, rng), self.topics[name], lang)
        if rng.random() < 0.5:
            question = rng.choice(THEN[lang]) + question
        return self.answered(lang, question, block, kind)

    def pick(self, lang: str, about: bool) -> Answered:
        """Any question, in the mix the model is trained on."""
        roll = self.rng.random()
        if roll < 0.34:
            return self.from_topic(lang, about)
        if roll < 0.63:
            return self.from_block(lang, self.chat[self.rng.choice(self.details)])
        if roll < 0.83:
            return self.from_block(lang, self.chat[self.weighted(self.intents)])
        return self.from_block(lang, self.outside[self.weighted(sorted(self.outside))])
