"""Writes what is shown of a conversation as Markdown, for people and other programs to read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatapp.core import reasoning
from chatapp.core.conversation import Message, Role
from chatapp.core.text import QT_TRANSLATE_NOOP

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class Words:
    """The headings, to be put into the user's language; *reply* where it is not known which model wrote one."""

    untitled: str = QT_TRANSLATE_NOOP("SaveConversation", "Conversation")
    system: str = QT_TRANSLATE_NOOP("SaveConversation", "System prompt")
    user: str = QT_TRANSLATE_NOOP("SaveConversation", "You")
    reply: str = QT_TRANSLATE_NOOP("SaveConversation", "Reply")
    thought: str = QT_TRANSLATE_NOOP("SaveConversation", "Thought")


def to_markdown(title: str, system_prompt: str, path: Sequence[Message], words: Words) -> str:
    """The title, the system prompt and the messages of *path*, each under a heading; thoughts are quoted."""
    parts = [f"# {_line(title) or words.untitled}"]
    if system_prompt.strip():
        parts += [f"## {words.system}", _closed(system_prompt)]
    for message in path:
        if message.role is Role.ASSISTANT:
            thought, text = reasoning.split(message.text)
            parts.append(f"## {_line(message.info.model_name if message.info else '') or words.reply}")
            if thought:
                parts.append(
                    "\n".join(f"> {line}".rstrip() for line in [f"**{words.thought}**", "", *thought.splitlines()])
                )
        else:
            text = message.text
            parts.append(f"## {words.user}")
        parts.append(_closed(text))
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _closed(text: str) -> str:
    """*text* without what surrounds it; a code block that was not finished must not take in the next message."""
    text = text.strip("\r\n")
    fence = ""
    for line in text.splitlines():
        found = _FENCE.fullmatch(line)
        if found is None:
            continue
        if not fence:
            fence = found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text
