"""From messages to the prompt text, by the model's own chat template.

Templates come from untrusted files: `chatapp.engine.template_sandbox` says what one may do, and for how long.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import jinja2

from chatapp.core import reasoning
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.template_sandbox import ENDLESS, TemplateEnvironment, TemplateLimitError
from chatapp.protocol.messages import ChatMessage

T = TypeVar("T")
MAX_TEMPLATE = 1_000_000  # characters
MAX_SECONDS = 5.0  # for compiling, and for rendering; a conversation of a thousand messages takes some milliseconds
TOO_LONG = QT_TRANSLATE_NOOP("reasons", "it is longer than a million characters")

# For models without a template (base models such as GPT-2): a plain transcript they can continue. Their replies bring
# the space after the colon along.
PLAIN_TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}\n\n"
    "{% elif m.role == 'user' %}User: {{ m.content }}\n{% else %}Assistant: {{ m.content | trim }}\n{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
PLAIN_STOP = ("\nUser:",)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt.

    opening        what the template begins the reply with and the reader should see: an open reasoning mark, or ""
    system_merged  the template has no place for a system prompt, so it went into the first user message
    """

    text: str
    opening: str = ""
    system_merged: bool = False


class ChatTemplate:
    """A chat template, compiled when it is first used. *bos* and *eos* are the texts of those tokens."""

    def __init__(self, source: str, bos: str = "", eos: str = "", *, seconds: float = MAX_SECONDS) -> None:
        self._source = source
        self._seconds = seconds
        self._environment = TemplateEnvironment()
        self.starts_with_bos = bool(bos) and ("bos_token" in source or source.lstrip().startswith(bos))
        self._tokens = {"bos_token": bos, "eos_token": eos}
        self._template: jinja2.Template | None = None
        self._refused: RequestError | None = None  # once it took too long, it is not tried again

    def render(self, messages: Sequence[ChatMessage], *, add_generation_prompt: bool = True) -> str:
        """The prompt text; raise `RequestError` with the template's own words when it refuses."""
        return self.prepare(messages, add_generation_prompt=add_generation_prompt).text

    def prepare(self, messages: Sequence[ChatMessage], *, add_generation_prompt: bool = True) -> Rendered:
        """The prompt with what should be known of it; raise `RequestError` when the template refuses."""
        turns = [self._turn(m) for m in messages]
        system = messages[0].content.strip() if messages and messages[0].role == "system" else ""
        merged = False
        try:
            text = self._render(turns, add_generation_prompt=add_generation_prompt)
            if system and system not in text:  # left out without a word
                other = self._render(_merged(turns)[0], add_generation_prompt=add_generation_prompt)
                merged = system in other
                text = other if merged else text
        except RequestError as refusal:
            turns, merged = _merged(turns)
            if not system or not merged or refusal is self._refused:
                raise
            try:
                text = self._render(turns, add_generation_prompt=add_generation_prompt)
            except RequestError:
                raise refusal from None
        return Rendered(text, reasoning.open_mark(text) if add_generation_prompt else "", merged)

    def _turn(self, message: ChatMessage) -> dict[str, Any]:
        """What the template sees of a message: earlier reasoning only if it asks for it."""
        turn: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.role == "assistant":
            thought, answer = reasoning.split(message.content)
            if not thought:
                return turn
            if "reasoning_content" in self._source:
                return {"role": message.role, "content": answer, "reasoning_content": thought}
            if not any(mark.end in self._source for mark in reasoning.MARKS):
                turn["content"] = answer
        return turn

    def _render(self, turns: list[dict[str, Any]], *, add_generation_prompt: bool) -> str:
        def render() -> str:
            if self._template is None:
                if len(self._source) > MAX_TEMPLATE:
                    raise jinja2.TemplateError(TOO_LONG)
                self._template = self._environment.from_string(self._source)
            pieces = self._template.generate(
                messages=turns, add_generation_prompt=add_generation_prompt, tools=None, documents=None, **self._tokens
            )
            return "".join(self._limited(pieces))

        return self._guarded(render)

    def _limited(self, pieces: Iterable[str]) -> Iterable[str]:
        size = 0
        for piece in pieces:
            size += len(piece)
            self._environment.fits(size)
            self._environment.tick()
            yield piece

    def _guarded(self, work: Callable[[], T]) -> T:
        if self._refused is not None:
            raise self._refused
        self._environment.begin(self._seconds)
        try:
            return work()
        except Exception as error:
            refusal = RequestError(ErrorCode.TEMPLATE_FAILED, reason=_sentence(error))
            if isinstance(error, TemplateLimitError):
                self._refused = refusal
            raise refusal from error
        finally:
            self._environment.end()


def plain_text(messages: Sequence[ChatMessage]) -> str:
    """The prompt of raw completion: the texts one after the other, nothing between them; a system prompt above."""
    return "".join(f"{m.content}\n\n" if m.role == "system" else m.content for m in messages)


def _merged(turns: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """The system prompt put in front of the first user message; False when there is no such pair."""
    if len(turns) < 2 or turns[0]["role"] != "system" or turns[1]["role"] != "user":
        return turns, False
    first = turns[1] | {"content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
    return [first, *turns[2:]], True


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return ENDLESS
    lines = (str(error) or type(error).__name__).strip().rstrip(".").splitlines()
    return lines[0][:300] if lines else type(error).__name__
