"""Asks the finished GGUF questions that were never trained on and scores the answers.

Three parts: the held-back questions of ``held_back.txt`` (each with words the answer must contain), follow-ups in
multi-turn chats, and form (the reply ends by itself, does not loop, stays in the language of the question, no broken
characters). Greedy decoding through the model's own chat template, with llama.cpp.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import llama_cpp
from jinja2.sandbox import ImmutableSandboxedEnvironment
from make_corpus import HERE, Message, held_back_questions

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
SAMPLES = ["What is attention?", "What is a token?", "hi", "who are you?"]
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

    def ask(self, messages: list[Message], temperature: float = 0.0) -> Reply:
        """The reply to the last message."""
        text = self.template.render(messages=messages, bos_token="<|bos|>", add_generation_prompt=True)
        ids = self.model.tokenize(text.encode(), add_bos=False, special=True)
        end = self.model.token_eos()
        out: list[int] = []
        for token in self.model.generate(ids, temp=temperature, top_k=40 if temperature else 1, repeat_penalty=1.0):
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
    for score in (*scores.values(), follow, form):
        for miss in score.misses:
            print("  miss:", miss)
    for question in SAMPLES:
        for temperature in (0.0, 0.7):
            reply = chat.ask([{"role": "user", "content": question}], temperature)
            print(f"[{temperature}] {question} -> {reply.text}{'' if reply.ended else ' …(not ended)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
