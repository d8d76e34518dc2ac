"""Asks the finished GGUF questions that were never trained on, scores the answers, measures what can be seen of it.

All of it goes through the app's own engine. Greedy: the held-back questions (``held_back.txt``; with ``--second`` also
``held_back_second.txt``, which is for one look at a finished model) and the form of every answer. At the app's default
sampling, with five seeds: ``first_messages.txt``, which *is* trained on and so only shows that it was learned. The
numbers go to ``scores.json`` in the build folder, for the model card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from engine_chat import Chat, Reply
from held_back import FIRST, SECOND, HeldBack, read
from legibility import measure
from places import BUILD, GGUF, HERE
from scoring import declines, form_fault, gives_up, has_ideas

SEEDS = range(1, 6)
SPEED_TOKENS = 60
Seeds = tuple[int | None, ...]
# Topics whose right answer may be told in the words of a refusal ("I cannot calculate", "I have no feelings").
MAY_DECLINE = {"cannot", "who", "app", "greeting", "garbage", "mood"}


@dataclass
class Score:
    """How many answers were right, and those that were not."""

    right: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, ok: bool, note: str) -> None:
        """Counts one answer."""
        self.right, self.total = self.right + ok, self.total + 1
        if not ok:
            self.misses.append(note)


def right(question: HeldBack, answer: str) -> bool:
    """Whether an answer is what the question needs: the ideas, or outside the model's world a refusal."""
    if question.outside:
        return declines(answer)
    if question.topic not in MAY_DECLINE and gives_up(answer):
        return False
    return has_ideas(answer, question.turns[-1], question.ideas)


def ask_all(chat: Chat, path: Path, seeds: Seeds) -> tuple[dict[str, Score], list[tuple[HeldBack, Reply]]]:
    """Scores of a file's questions by language, of those outside by language, and of the form; and all last replies."""
    scores = {f"{kind} {lang}": Score() for kind in ("questions", "outside") for lang in ("en", "ko")} | {
        "form": Score()
    }
    replies: list[tuple[HeldBack, Reply]] = []
    for question in read(path):
        for seed in seeds:
            reply = chat.ask(question.turns, seed)[-1]
            replies.append((question, reply))
            note = f"[{question.lang} {question.topic}] {' >> '.join(question.turns)} -> {reply.text}"
            kind = "outside" if question.outside else "questions"
            scores[f"{kind} {question.lang}"].add(right(question, reply.text), note)
            fault = form_fault(reply.text, question.lang, reply.ended)
            scores["form"].add(not fault, f"{fault}: {note}")
    return scores, replies


def by_chance(replies: list[tuple[HeldBack, Reply]]) -> float:
    """How often an answer to another topic's question, of the same language, would count as right."""
    asked = [(q, r) for q, r in replies if not q.outside]
    hits = [right(q, r.text) for q, _ in asked for other, r in asked if other.lang == q.lang and other.topic != q.topic]
    return sum(hits) / len(hits)


def main() -> int:
    """Prints the scores and writes them down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", type=Path, default=GGUF)
    parser.add_argument(
        "--second", action="store_true", help="also ask the second held-back set: once, at the very end"
    )
    parser.add_argument(
        "--misses", action="store_true", help="show the answers that were wrong (never of the second set)"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=BUILD / "scores.json")
    args = parser.parse_args()
    result: dict[str, object] = {"sha256": hashlib.sha256(args.model.read_bytes()).hexdigest()}
    sets: dict[str, tuple[Path, Seeds]] = {"first": (FIRST, (None,))}
    if args.second:
        sets["second"] = (SECOND, (None,))
    sets["first messages"] = (HERE / "first_messages.txt", tuple(SEEDS))
    with Chat(args.model, args.threads) as chat:
        for name, (path, seeds) in sets.items():
            scores, replies = ask_all(chat, path, seeds)
            print(f"{name}: " + ", ".join(f"{kind} {s.right}/{s.total}" for kind, s in scores.items() if s.total))
            result[name] = {kind: {"right": s.right, "total": s.total} for kind, s in scores.items() if s.total}
            if name == "first":
                result["by chance"] = by_chance(replies)
                result["faults"] = Counter(note.split(":")[0] for note in scores["form"].misses)
                result["legibility"] = measure(chat, [reply for question, reply in replies if not question.outside])
                result["topics"] = {
                    topic: [sum(right(q, r.text) for q, r in replies if q.topic == topic),
                            sum(q.topic == topic for q, _ in replies)]
                    for topic in dict.fromkeys(q.topic for q, _ in replies)
                }  # fmt: skip
            if args.misses and name != "second":
                for kind, score in scores.items():
                    print(*(f"  miss ({kind}): {note}" for note in score.misses), sep="\n")
        seconds = sorted(chat.seconds_for(SPEED_TOKENS, "What is attention?") for _ in range(5))[2]
    result["seconds"] = seconds
    print(json.dumps({key: result[key] for key in ("by chance", "faults", "legibility")}, ensure_ascii=False, indent=1))
    print(f"an answer of {SPEED_TOKENS} tokens takes {seconds:.2f} s")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
