"""Checks a GBNF grammar without llama.cpp: what is wrong, and in which line.

llama.cpp itself refuses a grammar without saying where, looks for left recursion in a way that can take for ever, and
parses nested groups on the C stack. So every grammar passes here first; the language is that of its
``src/llama-grammar.cpp`` (https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md).
"""

import re
from dataclasses import dataclass, field

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.sampling import MAX_GRAMMAR_LENGTH, TOO_LONG, invalid
from chatapp.core.text import QT_TRANSLATE_NOOP

NO_NAME = QT_TRANSLATE_NOOP("reasons", "a rule must begin with its name (letters, digits and -)")
NO_DEFINES = QT_TRANSLATE_NOOP("reasons", "“::=” must follow the name of the rule")
UNEXPECTED = QT_TRANSLATE_NOOP("reasons", "“{found}” cannot stand here")
NOT_CLOSED = QT_TRANSLATE_NOOP("reasons", "“{found}” is not closed")
NOTHING_BEFORE = QT_TRANSLATE_NOOP("reasons", "“{found}” has nothing before it to repeat")
BAD_REPEAT = QT_TRANSLATE_NOOP("reasons", "a repetition looks like {{2}}, {{2,}} or {{2,5}}, with numbers up to {high}")
BAD_ESCAPE = QT_TRANSLATE_NOOP("reasons", "“{found}” is no escape that grammars know")
UNDEFINED = QT_TRANSLATE_NOOP("reasons", "the rule “{found}” is used and not defined")
LEFT_RECURSION = QT_TRANSLATE_NOOP("reasons", "the rule “{found}” begins with itself, which never ends")
EMPTY_REPEAT = QT_TRANSLATE_NOOP("reasons", "what is repeated here without limit can be empty, which never ends")
TOO_DEEP = QT_TRANSLATE_NOOP("reasons", "groups are nested too deeply")
TOO_COMPLEX = QT_TRANSLATE_NOOP("reasons", "its rules refer to one another in too many ways")
NO_ROOT = QT_TRANSLATE_NOOP("reasons", "no rule is called “root”, where every grammar begins")
NOT_JSON = QT_TRANSLATE_NOOP("reasons", "it is not JSON (line {line}: {words})")
TOO_NESTED = QT_TRANSLATE_NOOP("reasons", "it is nested too deeply or refers to itself without end")
REFUSED = QT_TRANSLATE_NOOP("reasons", "llama.cpp does not take this rule")

MAX_REPEAT = 2000  # llama.cpp's own limit
_MAX_DEPTH = 100  # nested groups
_MAX_RULES = 5000
_MAX_VISITS = 1_000_000  # what llama.cpp's search for left recursion may cost

_NAME = re.compile(r"[A-Za-z0-9-]+")
_SPACE = re.compile(r"(?:[ \t]|#[^\n\r]*)*")
_SPACE_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n\r]*)*")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[trn\\\"\[\]])")
_REPEAT = re.compile(r"\{\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\}")
_TOKEN = re.compile(r"!?<(?:\[\d{1,9}\]|[^<>\n]+)>")


@dataclass(slots=True)
class _Rule:
    """A rule or a group. Alternates hold what each item refers to: (rule key or None, may be empty, position)."""

    at: int
    alternates: list[list[tuple[str | None, bool, int]]] = field(default_factory=lambda: [[]])


def check_grammar(text: str) -> tuple[tuple[str, int, int], ...]:
    """Return (name, line, position) of every rule, or raise `RequestError` with the line that is wrong.

    Stricter than llama.cpp in one thing: a text in quotes ends on its line, so that a forgotten quote is found there.
    """
    if len(text) > MAX_GRAMMAR_LENGTH:
        raise invalid("grammar", f"{text[:20]}…", TOO_LONG, high=f"{MAX_GRAMMAR_LENGTH:,}")
    parser = _Parser(text)
    parser.read()
    _check_references(parser)
    named = sorted((rule.at, name) for name, rule in parser.rules.items() if not name.startswith("("))
    line = position = 0
    found: list[tuple[str, int, int]] = []
    for at, name in named:
        line, position = line + text.count("\n", position, at), at
        found.append((name, line + 1, at))
    return tuple(found)


def wrong(line: int, reason: str, found: str = "") -> RequestError:
    """The error for *line* (from 1)."""
    return RequestError(ErrorCode.INVALID_GRAMMAR, line=line, reason=reason, found=found, high=MAX_REPEAT)


class _Parser:
    """Recursive descent with an explicit limit; groups become rules named by their position."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.rules: dict[str, _Rule] = {}

    def line(self, at: int) -> int:
        """Line number, from 1, of position *at*."""
        before = self.text[:at]
        return before.count("\n") + before.replace("\r\n", "").count("\r") + 1

    def fail(self, reason: str, found: str = "", at: int | None = None) -> RequestError:
        return wrong(self.line(self.at if at is None else at), reason, found)

    def read(self) -> None:
        """All rules."""
        if "\0" in self.text:
            raise self.fail(UNEXPECTED, "\\0", self.text.index("\0"))
        self._skip(lines=True)
        while self.at < len(self.text):
            name = _NAME.match(self.text, self.at)
            if name is None:
                raise self.fail(NO_NAME)
            rule = _Rule(self.at)
            self.at = name.end()
            self._skip(lines=False)
            if not self.text.startswith("::=", self.at):
                raise self.fail(NO_DEFINES)
            self.at += 3
            self._skip(lines=True)
            self._alternates(rule, 0)
            self.rules[name[0]] = rule  # as in llama.cpp, a later definition counts
            if self.at < len(self.text) and self.text[self.at] not in "\r\n":
                raise self.fail(UNEXPECTED, self.text[self.at])
            self._skip(lines=True)
            if len(self.rules) > _MAX_RULES:
                raise self.fail(TOO_COMPLEX)

    def _skip(self, *, lines: bool) -> None:
        found = (_SPACE_LINES if lines else _SPACE).match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _alternates(self, rule: _Rule, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise self.fail(TOO_DEEP)
        self._sequence(rule, depth)
        while self.text.startswith("|", self.at):
            self.at += 1
            self._skip(lines=True)
            rule.alternates.append([])
            self._sequence(rule, depth)

    def _sequence(self, rule: _Rule, depth: int) -> None:
        items = rule.alternates[-1]
        repeatable = False
        while self.at < len(self.text):
            start, character = self.at, self.text[self.at]
            if character in "*+?{":
                if not repeatable:
                    raise self.fail(NOTHING_BEFORE, character)
                self._repetition(items, character)
            elif character == "(":
                self.at += 1
                self._skip(lines=True)
                key, group = f"({start}", _Rule(start)
                self.rules[key] = group
                self._alternates(group, depth + 1)
                if not self.text.startswith(")", self.at):
                    raise self.fail(NOT_CLOSED, "(", start)
                self.at += 1
                items.append((key, False, start))
            elif character in '"[':
                empty = self._quoted('"' if character == '"' else "]")
                items.append((None, empty, start))
            elif character == ".":
                self.at += 1
                items.append((None, False, start))
            elif (character in "<!") and (token := _TOKEN.match(self.text, start)):
                self.at = token.end()
                items.append((None, False, start))
            elif name := _NAME.match(self.text, start):
                self.at = name.end()
                items.append((name[0], False, start))
            else:
                return
            repeatable = True
            self._skip(lines=depth > 0)

    def _quoted(self, end: str) -> bool:
        """Read past a literal or a character class; whether it matches nothing."""
        start = self.at
        self.at += 1
        count = 0
        while not self.text.startswith(end, self.at):
            if self.at >= len(self.text) or self.text[self.at] in "\r\n":
                raise self.fail(NOT_CLOSED, self.text[start], start)
            if self.text[self.at] == "\\":
                escape = _ESCAPE.match(self.text, self.at)
                if escape is None:
                    raise self.fail(BAD_ESCAPE, self.text[self.at : self.at + 2])
                self.at = escape.end()
            else:
                self.at += 1
            count += 1
        self.at += 1
        return count == 0

    def _repetition(self, items: list[tuple[str | None, bool, int]], character: str) -> None:
        key, empty, start = items.pop()
        least, unlimited = {"*": (0, True), "+": (1, True), "?": (0, False), "{": (0, False)}[character]
        at = self.at
        if character == "{":
            found = _REPEAT.match(self.text, self.at)
            if found is None or max(int(n or 0) for n in (found[1][-9:], (found[3] or "0")[-9:])) > MAX_REPEAT:
                raise self.fail(BAD_REPEAT)
            least, unlimited = int(found[1]), bool(found[2]) and not found[3]
            if found[3] and int(found[3]) < least:
                raise self.fail(BAD_REPEAT)
            self.at = found.end()
        else:
            self.at += 1
        if unlimited:  # checked once everything is known: what is repeated must not be empty
            key = self._wrap(f"({at}*", key, empty=empty, at=start)
        items.append((key, empty or least == 0, start))

    def _wrap(self, name: str, key: str | None, *, empty: bool, at: int) -> str:
        self.rules[name] = _Rule(at, [[(key, empty, at)]])
        return name


def _check_references(parser: _Parser) -> None:
    rules = parser.rules
    for rule in rules.values():
        for alternate in rule.alternates:
            for key, _, at in alternate:
                if key is not None and key not in rules:
                    raise parser.fail(UNDEFINED, key, at)
    if "root" not in rules:
        raise wrong(1, NO_ROOT)
    empty = _empty_rules(rules)
    for name in empty:
        if name.endswith("*"):
            raise parser.fail(EMPTY_REPEAT, at=rules[name].at)
    _check_left_recursion(parser, empty)


def _empty_rules(rules: dict[str, _Rule]) -> set[str]:
    """The rules that can match nothing."""
    users: dict[str, list[str]] = {}
    for name, rule in rules.items():
        for alternate in rule.alternates:
            for key, _, _ in alternate:
                if key is not None:
                    users.setdefault(key, []).append(name)
    found: set[str] = set()
    todo = list(rules)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        if any(all(empty or key in found for key, empty, _ in a) for a in rules[name].alternates):
            found.add(name)
            todo += users.get(name, [])
    return found


def _check_left_recursion(parser: _Parser, empty: set[str]) -> None:
    """Depth first and without recursion; *visits* is what llama.cpp, which remembers nothing, would need."""
    first = {name: _leftmost(rule, empty) for name, rule in parser.rules.items()}
    visits: dict[str, int] = {}
    for start in first:
        path: list[str] = [start]
        on_path = {start}
        at: list[int] = [0]
        while path:
            name = path[-1]
            if name in visits or at[-1] == len(first[name]):
                visits.setdefault(name, 1 + sum(visits[n] for n in first[name]))
                if visits[name] > _MAX_VISITS:
                    raise parser.fail(TOO_COMPLEX, at=parser.rules[name].at)
                on_path.discard(path.pop())
                at.pop()
                continue
            following = first[name][at[-1]]
            at[-1] += 1
            if following in on_path:
                cycle = [following, *reversed(path)]
                named = next((n for n in cycle if not n.startswith("(")), following)
                raise parser.fail(LEFT_RECURSION, named, parser.rules[named].at)
            if following not in visits:
                path.append(following)
                on_path.add(following)
                at.append(0)


def _leftmost(rule: _Rule, empty: set[str]) -> list[str]:
    """What the rule can begin with, as often as it is written."""
    found: list[str] = []
    for alternate in rule.alternates:
        for key, may_be_empty, _ in alternate:
            if key is not None:
                found.append(key)
            if not (may_be_empty or key in empty):
                break
    return found
