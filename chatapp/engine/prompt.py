"""From messages to the prompt text, by the model's own chat template in a sandbox.

Templates come from untrusted files: jinja2's immutable sandbox, no loader, no attribute tricks, bounded output.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NoReturn

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.protocol.messages import ChatMessage

MAX_TEMPLATE = 1_000_000  # characters

# For models without a template (base models such as GPT-2): a plain transcript they can continue.
PLAIN_TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}\n\n"
    "{% elif m.role == 'user' %}User: {{ m.content }}\n{% else %}Assistant: {{ m.content }}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
PLAIN_STOP = ("\nUser:",)


class ChatTemplate:
    """A compiled chat template. *bos* and *eos* are the texts of those tokens, as templates expect them."""

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        if len(source) > MAX_TEMPLATE:
            raise RequestError(ErrorCode.TEMPLATE_FAILED, reason="it is longer than a million characters")
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, extensions=[loopcontrols]
        )
        environment.filters["tojson"] = _tojson
        environment.globals.update(raise_exception=_raise, strftime_now=_strftime_now)
        self.starts_with_bos = bool(bos) and ("bos_token" in source or source.lstrip().startswith(bos))
        self._tokens = {"bos_token": bos, "eos_token": eos}
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise RequestError(ErrorCode.TEMPLATE_FAILED, reason=_sentence(error)) from error

    def render(self, messages: Sequence[ChatMessage], *, add_generation_prompt: bool = True) -> str:
        """The prompt text; raise `RequestError` with the template's own words when it refuses."""
        turns = [{"role": m.role, "content": m.content} for m in messages]
        try:
            return self._template.render(
                messages=turns, add_generation_prompt=add_generation_prompt, tools=None, documents=None, **self._tokens
            )
        except Exception as error:
            raise RequestError(ErrorCode.TEMPLATE_FAILED, reason=_sentence(error)) from error


def _sentence(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().rstrip(".").splitlines()[0][:300]


def _raise(message: object) -> NoReturn:
    raise jinja2.TemplateError(str(message))


def _strftime_now(pattern: str) -> str:
    return dt.datetime.now().astimezone().strftime(pattern)


def _tojson(value: Any, indent: int | None = None, *, ensure_ascii: bool = False) -> str:
    # jinja2's own escapes HTML; chat templates want plain JSON, as transformers gives it.
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
