"""Templates against plain jinja2 with Hugging Face's helpers, and against what a hostile one would do."""

import json
import time
from datetime import datetime

import pytest
from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.prompt import ChatTemplate
from chatapp.protocol.messages import ChatMessage

TALK = [
    ChatMessage("system", "Be kind."),
    ChatMessage("user", "안녕 <b> {{ 7*7 }}\n"),
    ChatMessage("assistant", "Hi, “you”!"),
    ChatMessage("user", "  more  "),
]


class Generation(Extension):
    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def reference(source, messages, *, add_generation_prompt=True):
    """As transformers renders it."""

    def refuse(message):
        raise TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda pattern: datetime.now().strftime(pattern)  # noqa: DTZ005
    turns = [{"role": m.role, "content": m.content} for m in messages]
    return environment.from_string(source).render(
        messages=turns, tools=None, documents=None, add_generation_prompt=add_generation_prompt,
        bos_token="<s>", eos_token="</s>",
    )  # fmt: skip


FEATURES = {
    "generation tag": "{% for m in messages %}{% generation %}{{ m.content }}{% set x = 1 %}{% endgeneration %}"
    "{{ x }}{% endfor %}",
    "loop controls": "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}"
    "{% if loop.index > 2 %}{% break %}{% endif %}{{ m.content }}{% endfor %}",
    "tojson": "{{ messages | tojson }}{{ messages | tojson(indent=2) }}{{ messages[1] | tojson(ensure_ascii=True) }}"
    "{{ messages[0] | tojson(sort_keys=true, separators=(',', ':')) }}",
    "date": "{{ strftime_now('%Y-%m-%d') }} {{ strftime_now('%d %B %Y') }}",
    "namespace": "{% set ns = namespace(n=0, last='') %}{% for m in messages %}{% set ns.n = ns.n + 1 %}"
    "{% set ns.last = ns.last ~ m.role ~ ns.n %}{% endfor %}{{ ns.n }}{{ ns.last }}",
    "no tools": "{% if tools is not none %}tools{% endif %}{% if not documents %}none{% endif %}"
    "{% if tools is defined %}defined{% endif %}{{ functions is defined }}",
    "items": "{% for m in messages %}{% for key, value in m.items() %}{{ key }}={{ value }};{% endfor %}"
    "{% for key, value in m | items %}{{ key }}{% endfor %}{{ m.get('none', 'x') }}{{ m.keys() | list }}{% endfor %}",
    "string methods": "{% set c = messages[3]['content'] %}[{{ c.strip() }}|{{ c.split('o')[0] }}|{{ c.rstrip() }}|"
    "{{ c.startswith(' ') }}|{{ c.lstrip('  m').upper() }}|{{ c.replace('more', 'less') }}|{{ c | trim }}|"
    "{{ ' '.join(['a', 'b']) }}|{{ 'x' * 3 }}|{{ '%s-%d' % ('a', 3) }}|{{ '{}:{:>4}'.format('a', 5) }}|{{ c[::-1] }}]",
    "macros": "{% macro turn(m, first=false) %}\n  <{{ m.role }}{% if first %}!{% endif %}>{{ caller() if caller }}\n"
    "{% endmacro %}{% for m in messages %}{{ turn(m, loop.first) }}{% endfor %}"
    "{% call turn(messages[0]) %}inside{% endcall %}",
    "white space": "{% for m in messages %}\n    {% if m.role == 'user' %}\n  {{- m.content -}}\n   {% endif %}\n"
    "{% endfor %}\n\n",
    "trailing newline": "{{ messages[0].content }}\n",
    "attribute access": "{{ messages[0].role }}{{ messages[0]['role'] }}{{ messages[0].missing }}"
    "{{ messages[-1].role }}{% if messages[0].tool_calls is defined %}t{% endif %}{{ messages[1:] | length }}",
    "filters": "{{ messages | map(attribute='role') | join(', ') }}{{ messages | selectattr('role', 'equalto', 'user') "
    "| list | length }}{{ messages[1].content | replace('<b>', '') | indent(2) }}{{ messages | first | string }}"
    "{{ range(3) | list }}{{ [3, 1, 2] | sort | join }}{{ 'a' in 'abc' }}{{ 5 // 2 }}{{ 2 ** 3 }}{{ 7 % 4 }}"
    "{{ [1] + [2] }}{{ 'a' + 'b' }}{{ 'x' if messages else 'y' }}{{ loop_messages | default('none', true) }}",
    "filter block": "{% filter upper %}{{ messages[0].content }}{% endfilter %}{% set t %}{{ bos_token }}b"
    "{% endset %}{{ t }}",
}  # fmt: skip


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("opening", [True, False])
def test_the_same_as_transformers(name: str, opening: bool) -> None:
    source = FEATURES[name] + "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    expected = reference(source, TALK, add_generation_prompt=opening)
    if "Be kind." not in expected:  # then ours puts it elsewhere; compare without a system prompt
        expected = reference(source, TALK[1:] + TALK[1:], add_generation_prompt=opening)
        got = ChatTemplate(source, "<s>", "</s>").render(TALK[1:] + TALK[1:], add_generation_prompt=opening)
    else:
        got = ChatTemplate(source, "<s>", "</s>").render(TALK, add_generation_prompt=opening)
    assert got == expected


HOSTILE = {
    "nested ranges": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "branching recursion": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "repeated text": "{{ 'a' * 10**9 }}",
    "repeated list": "{% set x = [1] * 10**9 %}",
    "doubling with +": "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "doubling with ~": "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "doubling in set": "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set y %}{{ n.x }}{{ n.x }}{% endset %}"
    "{% set n.x = y %}{% endfor %}",
    "doubling a list": "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
    "{{ n.x }}",
    "doubling a list to JSON": "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}"
    "{% endfor %}{{ n.x | tojson }}",
    "much output": "{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 99 }}{% endfor %}",
    "big number": "{{ 10 ** (10 ** 10) }}",
    "center": "{{ 'a'.center(10**10) }}",
    "center filter": "{{ 'a' | center(1000000000) }}",
    "indent": "{{ ('a\n' * 1000000) | indent(1000000) }}",
    "batch": "{{ [1] | batch(1000000000, 'x') | list }}",
    "format": "{{ '%1000000000d' % 5 }}",
    "format with a star": "{{ '%*d' % (1000000000, 5) }}",
    "format method": "{{ '{:1000000000}'.format(5) }}",
    "format with a nested width": "{{ '{:{}}'.format(5, 1000000000) }}",
    "format filter": "{{ '%1000000000d' | format(5) }}",
    "replace": "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
    "replace nothing": "{{ ('a' * 1000000) | replace('', 'b' * 1000000) }}",
    "join": "{{ ('b' * 1000000).join('a' * 1000000) }}",
    "expandtabs": "{{ ('\t' * 1000000).expandtabs(1000000) }}",
    "zfill": "{{ '1'.zfill(1000000000) }}",
    "bytes": "{{ (5).to_bytes(1000000000, 'big') }}",
    "lorem ipsum": "{{ lipsum(1000000) }}",
    "date": "{{ strftime_now('%1000000000Y') }}",
    "constant": "{{ ('a' | center(60000000)) ~ ('a' | center(60000000)) }}",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_template_without_end_is_refused_soon(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(RequestError) as caught:
        ChatTemplate(HOSTILE[name], seconds=0.5).render(TALK)
    assert time.monotonic() - began < 15, "it would take for ever, or all memory"
    assert caught.value.code is ErrorCode.TEMPLATE_FAILED
    assert "\n" not in caught.value.message


# Each of them makes 1.5 GB of texts that are not too large on their own.
TOGETHER = {
    "kept in a list": "{% set n = namespace(l=[]) %}{% for i in range(50) %}"
    "{% set n.l = n.l + ['a' * (30000000 - i)] %}{% endfor %}",
    "slices": "{% set s = 'a' * 30000000 %}{% set t = [" + ", ".join(f"s[{i}:]" for i in range(1, 50)) + "] %}",
    "constants": "{% set t = [" + ", ".join(f"'a' | center({30000000 - i})" for i in range(50)) + "] %}",
}


@pytest.mark.parametrize("name", TOGETHER)
def test_what_is_too_much_together_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match="without end"):
        ChatTemplate(TOGETHER[name]).render(TALK)
    assert ChatTemplate("{{ messages[1:][0].content[1:3] }}").render(TALK) == TALK[1].content[1:3]


@pytest.mark.parametrize("made", ["('a ' * 9000000).split()", "('가' * 9000000) | list", "('가' * 9000000) | sort"])
def test_a_text_is_not_cut_into_very_many(made: str) -> None:
    with pytest.raises(RequestError, match="without end"):
        ChatTemplate(f"{{% set t = {made} %}}").render(TALK)
    assert (
        ChatTemplate("{{ ('b a' * 2).split() }}{{ 'ab' | select | list }}").render(TALK) == "['b', 'ab', 'a']['a', 'b']"
    )


def test_what_took_too_long_is_not_tried_again() -> None:
    template = ChatTemplate(HOSTILE["nested ranges"], seconds=0.3)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(RequestError, match="does not come to an end"):
            template.render(TALK)
    assert time.monotonic() - began < 0.1


def test_long_conversations_are_no_attack() -> None:
    source = "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content.strip() | replace('</s>', '') }}</s>\n{% endfor %}"
    talk = [ChatMessage("user", "word " * 2_000_000), *TALK * 500]
    assert len(ChatTemplate(source, seconds=5).render(talk)) > 10_000_000


def test_a_system_prompt_that_the_template_has_no_place_for_goes_to_the_first_message() -> None:
    refusing = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}"
        "[{{ m.role }}]{{ m.content }}{% endfor %}"
    )
    ignoring = "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    for source in (refusing, ignoring):
        found = ChatTemplate(source).prepare(TALK)
        assert found.system_merged
        assert found.text.startswith("[user]Be kind.\n\n안녕")
    assert not ChatTemplate("{{ messages[0].content }}").prepare(TALK).system_merged


def test_a_refusal_that_has_nothing_to_do_with_the_system_prompt_stays() -> None:
    with pytest.raises(RequestError, match="Roles must alternate"):
        ChatTemplate("{{ raise_exception('Roles must alternate') }}").render(TALK)


def test_earlier_reasoning_is_sent_only_to_templates_that_want_it() -> None:
    talk = [ChatMessage("user", "a"), ChatMessage("assistant", "<think>\nhm\n</think>\n\nb"), ChatMessage("user", "c")]
    plain = "{% for m in messages %}[{{ m.content }}]{% endfor %}"
    assert ChatTemplate(plain).render(talk) == "[a][b][c]"
    own = "{% for m in messages %}[{{ m.content.split('</think>')[-1] }}]{% endfor %}"
    assert ChatTemplate(own).render(talk) == "[a][\n\nb][c]"
    wanted = (
        "{% for m in messages %}[{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}{{ m.content }}]"
        "{% endfor %}"
    )
    assert ChatTemplate(wanted).render(talk) == "[a][(hm)b][c]"


def test_a_prompt_that_ends_inside_a_thought_says_so() -> None:
    source = "{{ messages[0].content }}{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
    assert ChatTemplate(source + "{{ '' }}").prepare(TALK[:1]).opening in ("<think>\n", "<think>")
    assert ChatTemplate(source).prepare(TALK[:1], add_generation_prompt=False).opening == ""
