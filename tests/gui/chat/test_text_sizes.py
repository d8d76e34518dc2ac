"""No text of the chat is cut at the sizes that are offered, and what was laid out follows a change of size."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.services.bundle import Services
from chatapp.settings.schema import TEMPERATURE, TOP_K
from chatapp.ui import theme
from chatapp.ui.chat.code_piece import CodePiece
from chatapp.ui.chat.view import ChatView
from chatapp.ui.inspector.steps_tab import StepsTab
from chatapp.ui.preferences.fields import NumberField
from tests.gui.chat.test_view import put

SIZES = (theme.MIN_FONT_SIZE, 13, 20, theme.MAX_FONT_SIZE)
INFO = ReplyInfo("한국어-모델.gguf", FinishReason.CANCELLED, completion_tokens=1234, decode_seconds=20.0)


@pytest.fixture(autouse=True)
def usual_size(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light", 10)


def cut(widget: QWidget) -> list[str]:
    """Texts in *widget* that have less height than they need."""
    found: list[str] = []
    for part in (*widget.findChildren(QLabel), *widget.findChildren(QPushButton), *widget.findChildren(QToolButton)):
        if not part.isVisible() or not part.text():
            continue
        wrapped = isinstance(part, QLabel) and part.wordWrap()
        needed = part.heightForWidth(part.width()) if wrapped else part.sizeHint().height()
        if part.height() < needed:
            found.append(f"{part.text()}: {part.height()} of {needed} pixels")
    return found


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_a_message_is_cut(view: ChatView, services: Services, qapp: QApplication, size: int) -> None:
    put(
        services,
        Message(1, None, Role.USER, "질문", 0),
        Message(2, 1, Role.ASSISTANT, "다른 답", 0, ReplyInfo("m", FinishReason.STOP)),
        Message(3, 1, Role.ASSISTANT, "답\n\n```파이썬\nprint()\n```", 0, INFO),
    )
    asked, reply = view.list.widgets()
    reply.set_divider("이 선 위의 메시지는 보내지 않았지만 고정한 메시지는 보냈어요")
    reply.actions_row.set_score("토큰 점수 매기기")
    theme.apply(qapp, "light", size)
    QApplication.processEvents()
    texts = {label.text() for label in reply.findChildren(QLabel) if label.isVisible()}
    assert {"한국어-모델", "2/2", "파이썬", "Stopped"} < texts
    assert any("tokens/s" in text for text in texts)
    assert cut(asked) + cut(reply) == []
    piece = reply.findChild(CodePiece)
    assert piece is not None
    assert piece.view.y() >= piece.copy_button.geometry().bottom()


def test_a_row_of_buttons_is_as_high_with_the_mouse_on_it(
    view: ChatView, services: Services, qapp: QApplication
) -> None:
    put(services, Message(1, None, Role.USER, "질문", 0), Message(2, 1, Role.ASSISTANT, "답", 0, INFO))
    theme.apply(qapp, "light", 32)
    QApplication.processEvents()
    row = view.list.widgets()[1].actions_row
    row.set_last(False)
    without = row.fit()
    row.set_hovered(True)
    assert row.fit() == without > 28


@pytest.mark.parametrize("size", SIZES)
def test_a_number_beside_a_slider_has_room(qapp: QApplication, qtbot: QtBot, size: int) -> None:
    fields = [NumberField(TEMPERATURE), NumberField(TOP_K)]
    for field in fields:
        qtbot.addWidget(field)
        field.show()
    theme.apply(qapp, "light", size)
    for field, number in zip(fields, ("0.75", "1000000"), strict=True):
        edit = field._spin.lineEdit()
        assert edit.fontMetrics().horizontalAdvance(number) + 6 <= edit.width()
    assert len({field._spin.width() for field in fields}) == 1


def test_the_strip_of_the_steps_follows_the_size(services: Services, qapp: QApplication, qtbot: QtBot) -> None:
    tab = StepsTab(services)
    qtbot.addWidget(tab)
    tab.show()
    before = tab.strip.height()
    theme.apply(qapp, "light", 20)
    QApplication.processEvents()
    assert tab.strip.height() > before + 2 * tab.fontMetrics().height() // 3
