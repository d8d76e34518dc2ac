"""What the line under a reply says of how it came."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Role
from chatapp.core.generation import CacheUse, ReplyInfo
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
