"""Asks the finished GGUF questions that were never trained on and scores the answers.

Greedy, through the model's own chat template, with llama.cpp: the held-back questions of ``held_back.txt`` (each with
words the answer must contain), follow-ups in multi-turn chats, and form (the reply ends by itself, does not loop, stays
in the language of the question, no broken characters).

The first minute of a new user, which *is* trained on and so only shows that it was learned: the messages of
``first_messages.txt`` with five seeds at the app's default sampling, greetings in every capitalisation and punctuation,
and chats of two and three turns that change the language. Here only the whole answer, letter by letter, is right.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import llama_cpp
from jinja2.sandbox import ImmutableSandboxedEnvironment
from make_corpus import HERE, Message, Writer, held_back_questions

GGUF = HERE.parents[1] / "resources" / "starter_model" / "chatapp-starter.gguf"
LIMIT = 200
# First question, follow-up, words the second answer must contain (any of them).
FOLLOW_UPS = [
    ("What is attention?", "why?", ["meaning", "depends"]),
    ("What is a token?", "Explain more simply", ["building blocks", "blocks"]),
    ("What is softmax?", "give me an example please", ["67"]),
    ("what is the kv cache", "But why is it needed?", ["computed again", "Without it"]),
    ("What is temperature?", "and what about top-p?", ["probabilit"]),
    ("What's the weather in Paris?", "why?", ["tiny", "small"]),
    ("어텐션이 뭐야?", "그럼 왜?", ["뜻은", "달라지기"]),
    ("토큰이 뭐예요?", "더 쉽게 설명해줘", ["블록"]),
    ("소프트맥스가 뭐야?", "예를 하나 들어 줘", ["67"]),
    ("양자화가 뭐예요?", "그건 왜 하는 거야?", ["작아", "파일", "빨라"]),
    ("온도가 뭐야?", "그럼 top-k는?", ["개"]),
    ("오늘 서울 날씨 어때?", "왜?", ["작은 모델", "작은 시연용"]),
]
# The app's default sampling.
DEFAULTS = {"temp": 0.7, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
GREEDY = {"temp": 0.0, "top_k": 1}
SEEDS = range(1, 6)
GREETINGS = ["hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning"]
GREETINGS += ["안녕", "안녕하세요", "ㅎㅇ", "하이", "안뇽", "반가워", "반갑습니다"]
ENDINGS = ["", "!", "!!", ".", "?", "~", "...", " :)"]
# Messages with the language and the intent or "topic kind" of their answers.
MIXED: list[list[tuple[str, str, str]]] = [
    [("Hi", "en", "greeting"), ("토큰이 뭐야?", "ko", "token what")],
    [("안녕", "ko", "greeting"), ("What is a token?", "en", "token what")],
    [("Hello!", "en", "greeting"), ("안녕하세요", "ko", "greeting")],
    [("What is GPT?", "en", "gpt what"), ("GPT가 뭐야?", "ko", "gpt what")],
    [("누구세요?", "ko", "who are you"), ("what can you do?", "en", "what can you do")],
    [("Who are you?", "en", "who are you"), ("뭐 할 수 있어?", "ko", "what can you do")],
    [("test", "en", "garbage"), ("어텐션이 뭐야?", "ko", "attention what")],
    [("ㅎㅇ", "ko", "greeting"), ("What is attention?", "en", "attention what")],
    [("Hi!", "en", "greeting"), ("어텐션이 뭐야?", "ko", "attention what"), ("왜?", "ko", "attention why")],
    [
        ("안녕하세요!", "ko", "greeting"),
        ("What is attention?", "en", "attention what"),
        ("why?", "en", "attention why"),
    ],
    [("hello", "en", "greeting"), ("What is a token?", "en", "token what"), ("온도가 뭐야?", "ko", "temperature what")],
    [
        ("하이", "ko", "greeting"),
        ("도와줘", "ko", "what can you do"),
        ("What is temperature?", "en", "temperature what"),
    ],
    [
        ("help", "en", "what can you do"),
        ("토큰이 뭐예요?", "ko", "token what"),
        ("더 쉽게 설명해줘", "ko", "token simple"),
    ],
    [("너 뭐야?", "ko", "who are you"), ("What is an LLM?", "en", "language model what"), ("고마워", "ko", "thanks")],
    [("What is GPT?", "en", "gpt what"), ("왜?", "ko", "gpt why"), ("thanks", "en", "thanks")],
    [
        ("소프트맥스가 뭐야?", "ko", "softmax what"),
        ("explain more simply", "en", "softmax simple"),
        ("bye", "en", "goodbye"),
    ],
]
SAMPLES = ["What is attention?", "What is a token?", "Hi", "hi", "who are you?"]
SAMPLES += ["안녕", "어텐션이 뭐야?", "GPT가 뭐야?", "너는 누구야?"]


@dataclass
class Reply:
    """One answer and how it ended."""

    text: str
    ended: bool


@dataclass
class Score:
    """Right answers out of all, and what went wrong."""

    right: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, ok: bool, note: str) -> None:
        """Counts one answer."""
        self.right, self.total = self.right + ok, self.total + 1
        if not ok:
            self.misses.append(note)

    def __str__(self) -> str:
        return f"{self.right}/{self.total}"


class Chat:
    """The model behind its own chat template."""

    def __init__(self, path: Path) -> None:
        self.model = llama_cpp.Llama(str(path), n_ctx=1024, n_threads=2, verbose=False)
        template = self.model.metadata["tokenizer.chat_template"]
        self.template = ImmutableSandboxedEnvironment().from_string(template)

    def ask(self, messages: list[Message], seed: int = 0) -> Reply:
        """The reply to the last message: greedy, or with a seed at the app's default sampling."""
        text = self.template.render(messages=messages, bos_token="<|bos|>", add_generation_prompt=True)
        ids = self.model.tokenize(text.encode(), add_bos=False, special=True)
        end = self.model.token_eos()
        out: list[int] = []
        self.model.set_seed(seed)
        for token in self.model.generate(ids, repeat_penalty=1.0, **(DEFAULTS if seed else GREEDY)):
            if token == end or len(out) == LIMIT or len(ids) + len(out) >= 1020:
                return Reply(self.model.detokenize(out).decode(errors="replace"), token == end)
            out.append(token)
        raise AssertionError("generate() never ends by itself")


def form_fault(question: str, reply: Reply) -> str:
    """What is wrong with the form of a reply, or nothing."""
    if not reply.ended:
        return "does not end"
    if "\ufffd" in reply.text or not reply.text.strip():
        return "broken or empty"
    words = reply.text.split()
    triples = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    if len(triples) - len(set(triples)) > 2:
        return "loops"
    if (re.search("[가-힣]", question) is None) != (re.search("[가-힣]", reply.text) is None):
        return "other language"
    return ""


def wrong(reply: Reply, answers: list[str]) -> str:
    """How a reply differs from the answers, or nothing when it is one of them letter by letter."""
    if reply.ended and reply.text in answers:
        return ""
    return reply.text + ("" if reply.ended else " …(not ended)")


def first_minute(chat: Chat) -> dict[str, Score]:
    """The first messages, the greetings and the chats in both languages."""
    writer = Writer(0)
    names = ["first English", "first Korean", "greetings", "mixed chats, greedy", "mixed chats, sampled"]
    scores = {name: Score() for name in names}
    for line in (HERE / "first_messages.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        lang, message, keys = (part.strip() for part in line.split(" | "))
        answers = [writer.expected(lang, key.strip()) for key in keys.split("/")]
        for seed in SEEDS:
            fault = wrong(chat.ask([{"role": "user", "content": message}], seed), answers)
            scores["first English" if lang == "en" else "first Korean"].add(not fault, f"{message} -> {fault}")
    for greeting in GREETINGS:
        lang = "en" if greeting.isascii() else "ko"
        for form in dict.fromkeys([greeting, greeting.capitalize(), greeting.upper(), greeting.title()]):
            for ending in ENDINGS:
                reply = chat.ask([{"role": "user", "content": form + ending}])
                fault = wrong(reply, [writer.expected(lang, "greeting")])
                scores["greetings"].add(not fault, f"{form + ending} -> {fault}")
    for turns in MIXED:
        for seed in (0, *SEEDS):
            messages: list[Message] = []
            for message, lang, key in turns:
                messages.append({"role": "user", "content": message})
                reply = chat.ask(messages, seed)
                fault = wrong(reply, [writer.expected(lang, key)])
                asked = " / ".join(m["content"] for m in messages if m["role"] == "user")
                scores["mixed chats, sampled" if seed else "mixed chats, greedy"].add(not fault, f"{asked} -> {fault}")
                messages.append({"role": "assistant", "content": reply.text})
    return scores


def main() -> int:
    """Prints the scores; with ``--verbose`` every answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", type=Path, default=GGUF)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    chat = Chat(args.model)
    scores, form = {"en": Score(), "ko": Score()}, Score()
    for lang, question, needs in held_back_questions():
        reply = chat.ask([{"role": "user", "content": question}])
        ok = all(any(word in reply.text for word in group) for group in needs)
        scores[lang].add(ok, f"{question} -> {reply.text}")
        fault = form_fault(question, reply)
        form.add(not fault, f"{fault}: {question} -> {reply.text}")
        if args.verbose:
            print(f"{'ok ' if ok else 'NO '} {question}\n     {reply.text!r}")
    follow = Score()
    for first, second, words in FOLLOW_UPS:
        messages = [{"role": "user", "content": first}]
        messages.append({"role": "assistant", "content": chat.ask(messages).text})
        messages.append({"role": "user", "content": second})
        reply = chat.ask(messages)
        follow.add(any(word in reply.text for word in words), f"{first} / {second} -> {reply.text}")
        fault = form_fault(second, reply)
        form.add(not fault, f"{fault}: {first} / {second} -> {reply.text}")
    print(f"held back: English {scores['en']}, Korean {scores['ko']}; follow-ups {follow}; form {form}")
    first = first_minute(chat)
    print("; ".join(f"{name} {score}" for name, score in first.items()))
    for score in (*scores.values(), follow, form, *first.values()):
        for miss in score.misses:
            print("  miss:", miss)
    for question in SAMPLES:
        for seed in (0, 1):
            reply = chat.ask([{"role": "user", "content": question}], seed)
            end = "" if reply.ended else " …(not ended)"
            print(f"[{'sampled' if seed else 'greedy'}] {question} -> {reply.text}{end}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
