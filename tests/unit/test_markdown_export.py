"""A conversation as Markdown."""

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import ReplyInfo
from chatapp.core.markdown_export import Words, to_markdown


def said(role: Role, text: str, model: str = "") -> Message:
    return Message(1, None, role, text, 0.0, ReplyInfo(model=model) if role is Role.ASSISTANT else None)


def test_everything_has_its_heading() -> None:
    path = [
        said(Role.USER, "어텐션이 뭐야?\n"),
        said(Role.ASSISTANT, "<think>\nShort.\n\nIn Korean.</think>\n**봐요.**", "/models/a\nb.gguf"),
    ]
    text = to_markdown("Attention\n", "Be brief.", path, Words())
    assert text == (
        "# Attention\n\n## System prompt\n\nBe brief.\n\n## You\n\n어텐션이 뭐야?\n\n"
        "## a b\n\n> **Thought**\n>\n> Short.\n>\n> In Korean.\n\n**봐요.**\n"
    )


def test_what_is_not_known_has_a_name() -> None:
    assert to_markdown("", " ", [said(Role.ASSISTANT, "yes")], Words()) == "# Conversation\n\n## Reply\n\nyes\n"


def test_an_unfinished_code_block_takes_in_nothing() -> None:
    for begun, closed in (
        ("```python\nprint(1)", "```"),
        ("~~~~\n```\n~~~", "~~~~"),
        ("````\n```\n```` x", "````"),
        ("```\na\n```\n```\nb", "```"),
    ):
        text = to_markdown("", "", [said(Role.ASSISTANT, begun), said(Role.USER, "next")], Words())
        assert f"{begun}\n{closed}\n\n## You\n\nnext\n" in text
    whole = "```\na\n```\ninline ``` marks"
    assert f"\n\n{whole}\n" in to_markdown("", "", [said(Role.ASSISTANT, whole)], Words())
