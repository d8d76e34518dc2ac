"""From a request to the tokens of its prompt: template or raw text, what begins the reply, what has no room.

Text is tokenized once: the tokens that made a reply are remembered, so the next turn is made of what was sampled.
What the messages of a chat say is text, also where it is the name of a control token; in the system prompt and in raw
completion such names are tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatapp.core import reasoning
from chatapp.core.context import plan_drop, room_for_prompt
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.literal import CUT, LiteralText
from chatapp.engine.llama import Model
from chatapp.engine.owners import mark
from chatapp.engine.prompt import PLAIN_TEMPLATE, ChatTemplate, Rendered, plain_text
from chatapp.protocol.messages import ChatMessage, Count, Counted, Generate

_REMEMBERED = 128  # rendered prompts whose exact tokens are kept: as many branches can be gone back to
_COUNTED = 2048  # messages whose number of tokens is kept


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to be evaluated.

    text     as rendered, the beginning of the reply included, with a `literal.CUT` in names that are only text
    opening  what of it is already the reply: the given beginning, or a reasoning mark that the template opens
    prefill  tokens at the end that are the given beginning
    dropped  indices of messages that were left out
    """

    text: str
    tokens: list[int]
    opening: str = ""
    prefill: int = 0
    dropped: tuple[int, ...] = ()


class Prompts:
    """Makes prompts for one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        source = model.chat_template
        self.plain = source is None  # no template: a plain transcript stands in for it
        self._template = ChatTemplate(PLAIN_TEMPLATE)
        if source is not None:
            self._template = ChatTemplate(source, self._name_of(model.bos), self._name_of(model.eos))
        self._literal = LiteralText(model.control_names())
        self._transcripts: dict[str, list[int]] = {}  # text → the very tokens that made it
        self._counts: dict[str, int] = {}

    def make(self, request: Generate, n_ctx: int, *, following: int = 0) -> Prompt:
        """The prompt of *request*; raise `RequestError` when it is empty, refused, or longer than *n_ctx* tokens with
        the *following* ones that stand behind it."""
        given = request.prompt or (plain_text(request.messages) if request.raw else request.messages)
        if not given:
            raise RequestError(ErrorCode.EMPTY_PROMPT)
        messages = request.messages
        dropped: tuple[int, ...] = ()
        prompt = self._make(request, messages)
        if request.overflow == "drop" and not request.prompt:
            room = room_for_prompt(n_ctx - following, request.params.max_tokens)
            while len(prompt.tokens) > room:
                more = self._next_dropped(request, dropped, len(prompt.tokens) - room)
                if more == dropped:
                    break
                dropped = more
                messages = tuple(m for i, m in enumerate(request.messages) if i not in dropped)
                prompt = self._make(request, messages)
        if not prompt.tokens:
            raise RequestError(ErrorCode.EMPTY_PROMPT)
        needed = len(prompt.tokens) + following
        if needed >= n_ctx:
            raise RequestError(ErrorCode.CONTEXT_FULL, needed=needed, available=n_ctx)
        return replace(prompt, dropped=dropped)

    def count(self, request: Count) -> Counted:
        """Tokens of a conversation and of a draft; raise `RequestError` when the template refuses it."""
        messages = request.messages
        system_merged = False
        with_draft = (*messages, ChatMessage("user", request.draft))
        if request.raw:
            total = self._length(plain_text(messages), raw=True)
            longer = self._length(plain_text(with_draft), raw=True) if request.draft else total
        else:
            messages, with_draft = self._guarded(messages), self._guarded(with_draft)
            try:
                rendered = self._template.prepare(messages)
            except RequestError:
                # Some templates want the user's turn last; an empty one stands for what is not written yet.
                rendered = self._template.prepare((*messages, ChatMessage("user", "")))
            total = self._length(rendered.text)
            system_merged = rendered.system_merged
            longer = self._length(self._template.prepare(with_draft).text) if request.draft else total
        begun = self._content(request.prefill)
        each = tuple(self._content(m.content) for m in request.messages)
        return Counted(request.job, total + begun, each, max(0, longer - total), system_merged)

    def written(self, request: Generate) -> list[int]:
        """What a model wrote of the given beginning, as tokens for a grammar, which asks for the characters."""
        text = request.prefill[max(0, len(request.prefill) - request.written) :]
        return self._model.tokenize_within(text, parse_special=False)

    def marked(self, messages: Sequence[ChatMessage], *, raw: bool = False) -> str:
        """The prompt's text with a `mark` in the place of each message's; "" when the template refuses that."""
        marks = [ChatMessage(message.role, mark(index)) for index, message in enumerate(messages)]
        try:
            return plain_text(marks) if raw else self._template.prepare(marks).text
        except RequestError:
            return ""

    def remember(self, made: Prompt, reply: str, tokens: list[int], *, raw: bool) -> None:
        """*tokens* are what *made* and the *reply* to it were made of."""
        text = made.text + (reply if raw else self._literal.guarded(reply, reasoning.TOKENS))
        self._transcripts.pop(text, None)
        self._transcripts[text] = tokens
        while len(self._transcripts) > _REMEMBERED:
            del self._transcripts[next(iter(self._transcripts))]

    def _make(self, request: Generate, messages: Sequence[ChatMessage]) -> Prompt:
        raw = Rendered(request.prompt or plain_text(messages)) if request.raw else None
        rendered = raw or self._template.prepare(self._guarded(messages))
        # A reply that is continued has the template's own opening in its text already.
        prefill = request.prefill.removeprefix(rendered.opening) if rendered.opening else request.prefill
        text = rendered.text + (prefill if raw else self._literal.guarded(prefill, reasoning.TOKENS))
        tokens = self._tokens_of(text, raw=request.raw)
        begun = len(tokens) - self._length(rendered.text, raw=request.raw) if prefill else 0
        return Prompt(text, tokens, rendered.opening + prefill, max(0, begun))

    def _guarded(self, messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
        """*messages* whose texts stay texts; the marks of a thought frame it in what a model said."""
        spared = {"assistant": reasoning.TOKENS}
        return tuple(
            m if m.role == "system" else replace(m, content=self._literal.guarded(m.content, spared.get(m.role, ())))
            for m in messages
        )

    def _next_dropped(self, request: Generate, dropped: tuple[int, ...], excess: int) -> tuple[int, ...]:
        """Some more to leave out than *dropped*, by the tokens of each message; the same when nothing is left."""
        counts = [self._content(m.content) for m in request.messages]
        already = sum(counts[i] for i in dropped)
        return plan_drop(counts, [m.role for m in request.messages], request.pinned, already + excess)

    def _tokens_of(self, text: str, *, raw: bool = False) -> list[int]:
        """Tokenize a prompt, keeping the exact tokens of the longest known beginning.

        Tokenizing a reply's text again may cut it differently from how it was sampled; then the KV cache would be lost
        and the model would read other tokens than it wrote.
        """
        known = max((t for t in self._transcripts if text.startswith(t)), key=len, default="")
        if known:
            self._transcripts[known] = self._transcripts.pop(known)  # used just now
            return self._transcripts[known] + self._tokens_within(text[len(known) :])
        add_bos = raw or self.plain or not self._template.starts_with_bos
        first, _, rest = text.partition(CUT)
        return self._model.tokenize(first, add_special=add_bos, parse_special=True) + self._tokens_within(rest)

    def _tokens_within(self, text: str) -> list[int]:
        pieces = (self._model.tokenize_within(piece, parse_special=True) for piece in text.split(CUT) if piece)
        return [token for piece in pieces for token in piece]

    def _length(self, text: str, *, raw: bool = False) -> int:
        return len(self._tokens_of(text, raw=raw))

    def _content(self, text: str) -> int:
        """Tokens of a message's text alone."""
        known = self._counts.get(text)
        if known is None:
            known = len(self._model.tokenize(reasoning.split(text)[1], add_special=False, parse_special=False))
            if len(self._counts) >= _COUNTED:
                self._counts.clear()
            self._counts[text] = known
        return known

    def _name_of(self, token: int) -> str:
        return self._model.token_text(token, special=True).decode("utf-8", "replace") if token >= 0 else ""
