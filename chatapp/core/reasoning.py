"""Finds what a model thought before it answered: ``<think>…</think>`` and kin.

A reply's text keeps the marks; this tells its parts apart, whole or while it streams in. Only a block at the very
beginning counts: a model that writes about ``<think>`` in the middle of an answer is not thinking.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """How one family of models writes a thought; *answer* may stand before the answer and is not part of it."""

    start: str
    end: str
    answer: tuple[str, ...] = ()


MARKS: tuple[Mark, ...] = (
    Mark("<think>", "</think>"),
    Mark("<thinking>", "</thinking>"),
    Mark("<thought>", "</thought>"),
    Mark("<reasoning>", "</reasoning>"),
    Mark("<seed:think>", "</seed:think>"),
    Mark("[THINK]", "[/THINK]"),
    Mark("<|START_THINKING|>", "<|END_THINKING|>", ("<|START_RESPONSE|>",)),
    Mark("<|channel>thought", "<channel|>"),
    Mark(
        "<|channel|>analysis<|message|>",
        "<|end|>",
        ("<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"),
    ),
)
# Control tokens that are shown although control tokens are not, since the marks consist of them.
TOKENS: frozenset[str] = frozenset(
    {mark.start for mark in MARKS} | {mark.end for mark in MARKS}
    | {"<|channel|>", "<|message|>", "<|start|>", "<|channel>", "<|START_RESPONSE|>"}
)  # fmt: skip


class ReasoningParser:
    """Feeds on a reply's text and sorts it into *thought* and *answer*.

    state      "start" while it is open what the reply begins with, then "thought" and "answer", or "answer" at once
    thought_at, answer_at  where these begin in the text, 0 while they have not begun; every line end counts as one
    """

    def __init__(self) -> None:
        self.state = "start"
        self.thought_at = 0
        self.answer_at = 0
        self._answered = False
        self._read_length = 0  # characters, every line end as one
        self._return = False  # the last one was a carriage return
        self._mark: Mark | None = None
        self._held = ""

    def feed(self, text: str) -> tuple[str, str]:
        """What *text* adds to the thought and to the answer; what may become a mark is held back."""
        return self._read(text, final=False)

    def end(self) -> tuple[str, str]:
        """The reply is complete: what was still held back."""
        return self._read("", final=True)

    def _read(self, text: str, *, final: bool) -> tuple[str, str]:
        self._held += text
        self._read_length += _length(text) - (self._return and text[:1] == "\n")
        self._return = text.endswith("\r") if text else self._return
        thought = answer = ""
        if self.state == "start":
            self._begin(final=final)
        if self.state == "thought" and self._mark is not None:
            at = self._held.find(self._mark.end)
            if at < 0:
                keep = 0 if final else _overlap(self._held, self._mark.end)
                thought, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
            else:
                thought, self._held = self._held[:at], self._held[at + len(self._mark.end) :]
                self.state = "gap"
        if self.state == "gap":
            self._cross(final=final)
        if self.state == "answer":
            if not self._answered:
                self.answer_at, self._answered = self._read_length - _length(self._held), True
            answer, self._held = self._held, ""
        return thought, answer

    def _begin(self, *, final: bool) -> None:
        text = self._held.lstrip()
        for mark in MARKS:
            if text.startswith(mark.start):
                # "<|channel>thought" and "<think>" are followed by a line end that is not part of the thought.
                self._mark, self._held, self.state = mark, text[len(mark.start) :], "thought"
                self.thought_at = self._read_length - _length(self._held)
                return
        if final or not any(mark.start.startswith(text) for mark in MARKS):
            self.state = "answer"

    def _cross(self, *, final: bool) -> None:
        """Between thought and answer: white space and the answer's own mark belong to neither."""
        text = self._held.lstrip()
        openings = self._mark.answer if self._mark else ()
        for opening in openings:
            if text.startswith(opening):
                self._held, self.state = text[len(opening) :], "answer"
                return
        if not final and (not text or any(opening.startswith(text) for opening in openings)):
            return
        self._held, self.state = text, "answer"


def split(text: str) -> tuple[str, str]:
    """Thought and answer of a whole reply, without white space around the thought; ("", *text*) without a thought."""
    parser = ReasoningParser()
    parts = [parser.feed(text), parser.end()]
    thought = "".join(part[0] for part in parts).strip()
    if parser._mark is None:
        return "", text
    return thought, "".join(part[1] for part in parts)


def open_mark(prompt: str) -> str:
    """The mark, with the white space after it, that *prompt* ends with: the reply begins inside a thought."""
    text = prompt.rstrip()
    for mark in MARKS:
        if text.endswith(mark.start):
            return prompt[len(text) - len(mark.start) :]
    return ""


def _length(text: str) -> int:
    return len(text) - text.count("\r\n")


def _overlap(text: str, mark: str) -> int:
    """Length of the longest end of *text* that begins *mark*."""
    return next((n for n in range(min(len(text), len(mark) - 1), 0, -1) if text.endswith(mark[:n])), 0)
