"""The jinja2 environment of chat templates: what Hugging Face gives them, and limits on what an untrusted one can do.

jinja2's immutable sandbox keeps a template away from files and from Python's insides; it does not keep it from running
or growing for ever. Here every block, call and piece of output looks at the clock and at what the process holds, and
whatever can make a large value out of small ones is measured before it is done: so nothing runs for long in one step,
nor takes much. Nothing is computed while a template is compiled. No thread, signal or process is needed, which makes it
the same on every system.
"""

import datetime as dt
import functools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import jinja2
import psutil
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chatapp.core.text import QT_TRANSLATE_NOOP

MAX_SIZE = 32_000_000  # characters of any one value, and of the whole prompt
MAX_MEMORY = 512 << 20  # bytes that all values together may take
MAX_BITS = 100_000  # of a whole number
_LONG_NUMBER = re.compile(r"\d{6}|\*")  # a field width in a format string
_PROCESS = psutil.Process()
_LOOK_EVERY = 0.001  # seconds between looks at the memory, which take some microseconds
_PIECE = 8  # each of many short texts takes as much memory as a text of about so many characters, or more
# Methods that cut a text into many, filters that make a list of its characters.
_CUTTING = frozenset({"split", "rsplit", "splitlines"})
_LISTING = frozenset({"list", "sort"})
# Methods and filters whose result may be as long as the product of what they are given.
_GROWING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "translate", "to_bytes"})
_GROWING_FILTERS = frozenset({"batch", "center", "indent", "slice", "tojson", "urlize", "wordwrap", "xmlattr", "sum"})


ENDLESS = QT_TRANSLATE_NOOP("reasons", "it does not come to an end")
TOO_LARGE = QT_TRANSLATE_NOOP("reasons", "it makes a text or a number without end")


class TemplateLimitError(jinja2.TemplateError):
    """The template ran or grew beyond all need."""


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Compile and render between `begin` and `end`: there time and memory are limited."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        self.end()
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # what could be computed beforehand would be written into the compiled template
            extensions=[GenerationTag, loopcontrols],
            finalize=self._finalized,
        )
        self.code_generator_class = _Generator
        self.filters["tojson"] = _tojson
        for name, made in self.filters.items():
            self.filters[name] = self._measured(name, made)
        del self.globals["lipsum"]  # not for prompts, and long
        self.globals.update(raise_exception=_raise, strftime_now=_strftime_now)

    # -- limits --------------------------------------------------------------------------------------------------------

    def begin(self, seconds: float) -> None:
        """From now on it may run for *seconds* and grow by `MAX_MEMORY`."""
        self._deadline = time.monotonic() + seconds
        self._most: float = _held() + MAX_MEMORY

    def end(self) -> None:
        """No limits any more."""
        self._deadline = self._most = float("inf")
        self._next_look = 0.0

    def tick(self) -> None:
        """Called from compiled templates at the start of every block."""
        now = time.monotonic()
        if now > self._deadline:
            raise TemplateLimitError(ENDLESS)
        if now > self._next_look:
            self._next_look = now + _LOOK_EVERY
            if _held() > self._most:
                raise TemplateLimitError(TOO_LARGE)

    def fits(self, size: int) -> None:
        """Raise when a value of *size* characters is too large."""
        if size > MAX_SIZE:
            raise TemplateLimitError(TOO_LARGE)

    def concat(self, parts: Iterable[str]) -> str:
        """Join the output of a block, a macro or a ``set`` block."""
        parts = list(parts)
        self.fits(sum(map(len, parts)))
        return "".join(parts)

    def join_texts(self, values: Iterable[Any]) -> str:
        """What ``a ~ b`` compiles to."""
        values = list(values)
        self.fits(sum(map(self.size, values)))
        return "".join(map(str, values))

    def size(self, value: object) -> int:
        """About how many characters *value* takes when written out; a whole number counts as that many."""
        self.tick()
        if isinstance(value, (str, bytes)):
            return len(value)
        if isinstance(value, int):
            return abs(value)
        total = 0
        if isinstance(value, dict):
            value = [*value.keys(), *value.values()]
        if isinstance(value, (list, tuple, set, frozenset)):
            for item in value:
                total += len(str(item)) if isinstance(item, int) and item.bit_length() < MAX_BITS else self.size(item)
                total += 2
                self.fits(total)
        return max(1, total)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Measure ``+ * ** %`` before they are done."""
        self.tick()
        match operator:
            case "+" if isinstance(left, (str, bytes, list, tuple)):
                self.fits(len(left) + (len(right) if isinstance(right, (str, bytes, list, tuple)) else 0))
            case "*":
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, (str, bytes, list, tuple)) and isinstance(other, int):
                        self.fits(len(one) * other)
                if isinstance(left, int) and isinstance(right, int):
                    self._fits_bits(left.bit_length() + right.bit_length())
            case "**" if isinstance(left, int) and isinstance(right, int):
                self._fits_bits(left.bit_length() * abs(right))
            case "%" if isinstance(left, (str, bytes)):
                self._fits_format(left, right)
        return super().call_binop(context, operator, left, right)

    def cut(self, value: Any, part: slice) -> Any:
        """What ``a[b:c]`` compiles to."""
        self.tick()
        return value[part]

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as jinja2
        """Measure methods of texts before they are called."""
        __self.tick()
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, (str, bytes, int)):
            __self._fits_call(getattr(__obj, "__name__", ""), owner, [*args, *kwargs.values()])
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Measure ``"…".format()``, which jinja2 wraps already."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        text: str = value.__self__

        def checked(*args: Any, **kwargs: Any) -> str:
            self._fits_format(text, [*args, kwargs])
            return wrapped(*args, **kwargs)

        return checked

    @jinja2.pass_context  # with it, jinja2 leaves constants to the time of rendering
    def _finalized(self, _context: Context, value: Any) -> Any:
        if not isinstance(value, (str, int, float)) and value is not None:
            self.fits(self.size(value))
        return value

    def _measured(self, name: str, made: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(made)  # also copies jinja2's mark of filters that want the context as first argument
        def measured(*args: Any, **kwargs: Any) -> Any:
            args = tuple(self._watched(arg) if isinstance(arg, Iterator) else arg for arg in args)
            given = [*(args[1:] if hasattr(made, "jinja_pass_arg") else args), *kwargs.values()]
            self.tick()
            if name == "format":
                self._fits_format(str(given[0]), given[1:])
            elif name in {"replace", "join"}:
                self._fits_call(name, given[0], given[1:])
            elif name in _GROWING_FILTERS:
                self._fits_product(given)
            elif name in _LISTING and isinstance(given[0], str):
                self.fits(_PIECE * len(given[0]))
            elif given and not isinstance(given[0], int):
                self.fits(self.size(given[0]))
            return made(*args, **kwargs)

        return measured

    def _watched(self, values: Iterator[Any]) -> Iterator[Any]:
        for value in values:
            self.tick()
            yield value

    def _fits_call(self, name: str, owner: Any, args: list[Any]) -> None:
        if name == "replace" and len(args) >= 2:
            text, old, new = owner, args[0], args[1]
            if isinstance(text, str) and isinstance(old, str):
                self.fits(len(text) + text.count(old) * self.size(new))
            else:
                self._fits_product([owner, *args])
        elif name == "join":
            # The method joins its argument with its owner, the filter its owner with its argument.
            many, glue = (args[0], owner) if args and isinstance(owner, (str, bytes)) else (owner, args[:1])
            if isinstance(owner, str) and args and isinstance(args[0], str) and len(args) == 1:
                self.fits((len(owner) + 1) * (len(args[0]) + 1))
            else:
                count = len(many) if hasattr(many, "__len__") else 1
                self.fits(self.size(many) + count * self.size(glue))
        elif name in _GROWING:
            self._fits_product([owner, *args])
        elif name in _CUTTING:
            if args and isinstance(args[0], type(owner)):
                cuts = owner.count(args[0])
            else:
                cuts = sum(map(str.isspace, owner)) if isinstance(owner, str) else len(owner)
            self.fits(len(owner) + _PIECE * cuts)

    def _fits_format(self, pattern: str | bytes, values: Any) -> None:
        text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
        if _LONG_NUMBER.search(text):
            raise TemplateLimitError(TOO_LARGE)
        places = text.count("%") + text.count("{")
        widest = max([0, *map(int, re.findall(r"\d+", text))])
        self.fits(len(text) + places * (widest + (1 if isinstance(values, int) else self.size(values))))

    def _fits_product(self, values: list[Any]) -> None:
        product = 1
        for value in values:
            product *= max(1, self.size(value))
            self.fits(product)

    def _fits_bits(self, bits: int) -> None:
        if bits > MAX_BITS:
            raise TemplateLimitError(TOO_LARGE)


class _Generator(CodeGenerator):
    """Writes the looks at the clock into the compiled template."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        self.writeline("environment.tick()")
        super().blockvisit(nodes, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802 - jinja2 looks it up by this name
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.cut(")
        self.visit(node.node, frame)
        self.write(", slice(")
        for part in (node.arg.start, node.arg.stop, node.arg.step):
            self.visit(part or nodes.Const(None), frame)
            self.write(", ")
        self.write("))")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - jinja2 looks it up by this name
        self.write("environment.join_texts((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class GenerationTag(Extension):
    """``{% generation %}…{% endgeneration %}``: marks what the assistant wrote, for training; here it is just text."""

    tags = {"generation"}  # noqa: RUF012 - as jinja2 declares it

    def parse(self, parser: Parser) -> nodes.Node:
        """Make the body a block of its own, with the scope that gives its variables."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Callable[[], str]) -> str:
        return caller()


def _held() -> int:
    """Bytes the process has taken, wherever the system keeps them: what is swapped out counts."""
    return int(_PROCESS.memory_info().vms)


def _raise(message: object) -> NoReturn:
    raise jinja2.TemplateError(str(message))


def _strftime_now(pattern: str) -> str:
    if len(pattern) > 1000 or re.search(r"\d{3}", pattern):  # glibc knows field widths
        raise TemplateLimitError(TOO_LARGE)
    return dt.datetime.now().strftime(pattern)  # noqa: DTZ005 - the user's own clock, as templates expect


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # jinja2's own escapes HTML; chat templates want plain JSON, as transformers gives it.
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
