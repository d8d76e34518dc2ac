"""From a grammar or a JSON schema to llama.cpp's grammar sampler; what it refuses is refused with the line."""

import json
import sys
import time
from types import FrameType
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.grammar import NOT_JSON, REFUSED, TOO_NESTED, check_grammar, wrong
from chatapp.core.sampling import MAX_GRAMMAR_LENGTH, SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP

NOT_AN_OBJECT = QT_TRANSLATE_NOOP("reasons", "a schema is a JSON object")
TOO_LARGE = QT_TRANSLATE_NOOP("reasons", "it asks for more than a grammar can hold")
NOT_KNOWN = QT_TRANSLATE_NOOP("reasons", "it uses something that cannot become a grammar ({words})")

_SECONDS = 5.0  # for the conversion of a schema
_MAX_COUNT = 2000  # of minItems and its kin: llama.cpp's limit of repetitions
_MAX_TRIED = 300  # rules that are tried one by one


def grammar_sampler(vocab: Any, params: SamplingParams) -> Any:
    """The native sampler; raise `RequestError`."""
    schema = params.json_schema.strip()
    text = schema_to_grammar(schema) if schema else params.grammar
    try:
        rules = check_grammar(text)
    except RequestError as error:
        if schema:  # a line of what was made of it says nothing to the user
            raise RequestError(ErrorCode.INVALID_SCHEMA, reason=TOO_LARGE, details=error.message) from error
        raise
    sampler = _init(vocab, text)
    if not sampler:
        if schema:
            raise RequestError(ErrorCode.INVALID_SCHEMA, reason=TOO_LARGE)
        raise wrong(_refused_line(vocab, text, rules), REFUSED)
    return sampler


def schema_to_grammar(schema: str) -> str:
    """GBNF of a JSON schema, by the converter that comes with llama.cpp's binding; raise `RequestError`.

    Schemas are untrusted: nothing is fetched, and the work is bounded in size, depth and time.
    """
    try:
        parsed = json.loads(schema)
    except json.JSONDecodeError as error:
        raise _refuse(NOT_JSON, line=str(error.lineno), words=error.msg) from error
    except RecursionError as error:
        raise _refuse(TOO_NESTED) from error
    if not isinstance(parsed, dict):
        raise _refuse(NOT_AN_OBJECT)
    try:
        _check_counts(parsed)
        text = _convert(schema)
    except (RecursionError, TimeoutError) as error:
        raise _refuse(TOO_NESTED) from error
    except MemoryError as error:
        raise _refuse(TOO_LARGE) from error
    except Exception as error:  # the converter asserts, and indexes what is not there
        words = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise _refuse(NOT_KNOWN, words=words) from error
    if len(text) > MAX_GRAMMAR_LENGTH:
        raise _refuse(TOO_LARGE)
    return text


def _refuse(reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_SCHEMA, reason=reason, **params)


def _check_counts(value: object) -> None:
    """Raise MemoryError for repetitions that llama.cpp would not take and the converter would write out."""
    todo = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            for name in ("minItems", "maxItems", "minLength", "maxLength"):
                count = node.get(name)
                if isinstance(count, (int, float)) and count > _MAX_COUNT:
                    raise MemoryError
            todo += node.values()
        elif isinstance(node, list):
            todo += node


def _convert(schema: str) -> str:
    from llama_cpp.llama_grammar import json_schema_to_gbnf  # noqa: PLC0415 - most replies have no schema

    until = time.monotonic() + _SECONDS

    def watch(_frame: FrameType, _event: str, _argument: object) -> None:
        if time.monotonic() > until:
            raise TimeoutError

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        return str(json_schema_to_gbnf(schema))
    finally:
        sys.setprofile(before)


def _init(vocab: Any, text: str) -> Any:
    return C.llama_sampler_init_grammar(vocab, text.encode("utf-8", "replace"), b"root")


def _refused_line(vocab: Any, text: str, rules: tuple[tuple[str, int, int], ...]) -> int:
    """The line of the first rule that llama.cpp refuses on its own, the others being trivial."""
    ends = [at for _, _, at in rules[1:]] + [len(text)]
    for (name, line, at), end in list(zip(rules, ends, strict=True))[:_MAX_TRIED]:
        others = "\n".join(f'{other} ::= "x"' for other, _, _ in rules if other != name)
        sampler = _init(vocab, f"{text[at:end]}\n{others}\n")
        if not sampler:
            return line
        C.llama_sampler_free(sampler)
    return rules[0][1] if rules else 1
