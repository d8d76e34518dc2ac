"""What the line under a reply says of how it came."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Role
from chatapp.core.generation import CacheUse, Fork, ReplyInfo
from chatapp.ui.chat.action_row import ActionRow


@pytest.mark.parametrize(
    ("info", "told"),
    [
        (ReplyInfo(completion_tokens=3), ""),
        (
            ReplyInfo(completion_tokens=3, prompt_tokens=340, reused_tokens=312, cache=CacheUse.REUSED),
            "312 of 340 prompt tokens were cached",
        ),
        (
            ReplyInfo(
                completion_tokens=3, prompt_tokens=340, reused_tokens=312, restored_tokens=40, cache=CacheUse.RESTORED
            ),
            "312 of 340 prompt tokens were cached · 40 restored",
        ),
        (
            ReplyInfo(completion_tokens=3, prompt_tokens=340, cache=CacheUse.LOST),
            "The memory of this model cannot be cut: the prompt was evaluated again",
        ),
        (None, ""),
    ],
)
def test_what_was_cached_is_told(qtbot: QtBot, info: ReplyInfo | None, told: str) -> None:
    row = ActionRow(Role.ASSISTANT)
    qtbot.addWidget(row)
    row.set_info(ReplyInfo(completion_tokens=1, prompt_tokens=2, cache=CacheUse.NONE))
    row.set_info(info)
    assert [label.toolTip() for label in row.findChildren(QLabel) if label.toolTip()] == ([told] if told else [])


@pytest.mark.parametrize(
    ("fork", "shown", "told"),
    [
        (
            Fork(1, 11, 5, -3.2, b" cat", 6, -0.494, b" dog"),
            "from “cat” 4.1 %",
            "Token 12 was “ cat” (4.1 %) instead of “ dog” (61.0 %)",
        ),
        (
            Fork(1, 0, 5, -12.0, b"\xed\x95", 6, -0.0001, b"\n"),
            "from “<ED><95>” 0.00061 %",
            "Token 1 was “<ED><95>” (0.00061 %) instead of “⏎” (>99.9 %)",
        ),
        (Fork(1, 2, 77, None, b"", 6, -1.0, b"x"), "from “⟨77⟩”", "Token 3 was “⟨77⟩” instead of “x” (36.8 %)"),
        (
            Fork(1, 2, 5, -6.0, b" ", 5, -6.0, b" "),
            "from “·” 0.25 %",
            "The same up to token 3, “ ” (0.25 %); what follows was drawn anew",
        ),
        (
            Fork(1, 40, 5, 0.0, " 국제화".encode()),
            "from “국제화” 100 %",
            "“ 국제화” (100 %) was put behind the last token of the other version",
        ),
    ],
)
def test_where_a_version_left_another_one(qtbot: QtBot, fork: Fork, shown: str, told: str) -> None:
    row = ActionRow(Role.ASSISTANT)
    qtbot.addWidget(row)
    row.set_siblings(1, 2)
    row.set_info(ReplyInfo(completion_tokens=3, fork=fork))
    row.show()
    label = row.findChild(QLabel, "forkLabel")
    assert label.isVisible()
    assert (label.text(), label.toolTip(), label.accessibleName()) == (shown, told, told)
    row.set_info(ReplyInfo(completion_tokens=3))
    assert not label.isVisible()


def test_without_another_version_nothing_is_said_of_a_fork(qtbot: QtBot) -> None:
    row = ActionRow(Role.ASSISTANT)
    qtbot.addWidget(row)
    row.set_info(ReplyInfo(completion_tokens=3, fork=Fork(1, 2, 5)))
    row.set_siblings(0, 1)
    row.show()
    assert not row.findChild(QLabel, "forkLabel").isVisible()
    row.set_siblings(0, 2)
    assert row.findChild(QLabel, "forkLabel").isVisible()


def test_what_was_guessed_is_told(qtbot: QtBot) -> None:
    row = ActionRow(Role.ASSISTANT)
    qtbot.addWidget(row)
    row.set_info(ReplyInfo(completion_tokens=90, cache=CacheUse.LOST, drafted_tokens=1200, accepted_tokens=70))
    told = [label.toolTip() for label in row.findChildren(QLabel) if label.toolTip()]
    assert told[0].splitlines()[1:] == ["70 of 1,200 guessed tokens were right"]
