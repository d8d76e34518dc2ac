import pytest

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.prompt import PLAIN_TEMPLATE, ChatTemplate
from chatapp.protocol.messages import ChatMessage

HELLO = [ChatMessage("system", "Be kind."), ChatMessage("user", "안녕 {{ 7*7 }} <|im_end|>")]


def refusal(source: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        ChatTemplate(source).render(HELLO)
    assert caught.value.code is ErrorCode.TEMPLATE_FAILED
    assert "Traceback" not in caught.value.message
    return caught.value


def test_chatml() -> None:
    source = (
        "{% for message in messages %}\n"
        "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )
    assert ChatTemplate(source).render(HELLO) == (
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n안녕 {{ 7*7 }} <|im_end|><|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_what_templates_of_the_hub_use() -> None:
    plain = (
        "{{ bos_token }}{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}"
        "{{ m.role | tojson }}{% endfor %}"
    )
    assert ChatTemplate(plain, "<s>").render(HELLO) == '<s>"user"'
    assert len(ChatTemplate("{{ strftime_now('%Y-%m-%d') }}").render(HELLO)) == 10


def test_a_template_that_refuses_is_quoted() -> None:
    error = refusal("{{ raise_exception('System role not supported') }}")
    assert error.params["reason"] == "System role not supported"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append({'role': 'user', 'content': 'planted'}) }}",
        "{% include '/etc/passwd' %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% import 'os' as os %}",
        "{{ ('x' * 1000000) | list | join('y' * 1000000) }}",
        "{{ 1/0 }}",
        "{{ undefined.attribute }}",
        "{% for %}",
    ],
)
def test_hostile_and_broken_templates_are_refused(source: str) -> None:
    refusal(source)


def test_the_plain_transcript_for_models_without_a_template() -> None:
    text = ChatTemplate(PLAIN_TEMPLATE).render([*HELLO, ChatMessage("assistant", "Hi"), ChatMessage("user", "Bye")])
    assert text == "Be kind.\n\nUser: 안녕 {{ 7*7 }} <|im_end|>\nAssistant: Hi\nUser: Bye\nAssistant:"
