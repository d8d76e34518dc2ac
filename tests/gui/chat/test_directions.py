"""Tokens of text that is written from right to left, alone and among other text: drawn, pointed at and clicked."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.ui import theme
from chatapp.ui.chat import decoration
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.pieces import TextView
from chatapp.ui.chat.richtext import Look
from chatapp.ui.chat.view import ChatView
from tests.gui.chat.test_heat import heat_of, lines_of, played, shown, switch
from tests.helpers.replies import PlayedReply

Seen = list[tuple[str, int]]  # what stands there from left to right, and the token it is of

HEBREW: tuple[list[str], Seen] = (
    ["שלום", " עו", "לם", " זה"],
    [(" זה", 3), ("לם", 2), (" עו", 1), ("שלום", 0)],
)
ARABIC: tuple[list[str], Seen] = (["مرحبا", " لا", " بالعالم"], [(" بالعالم", 2), (" لا", 1), ("مرحبا", 0)])
HEBREW_IN_ENGLISH: tuple[list[str], Seen] = (
    ["say ", "שלום", " עולם", " 12", " words"],
    [("say ", 0), ("12", 3), (" ", 3), (" עולם", 2), ("שלום", 1), (" words", 4)],
)
ENGLISH_IN_HEBREW: tuple[list[str], Seen] = (
    ["שלום", " abc", " 123", " ד", " a", " ד"],
    [(" ד", 5), ("a", 4), (" ", 4), (" ד", 3), ("abc", 1), (" 123", 2), (" ", 1), ("שלום", 0)],
)
ALL = [HEBREW, ARABIC, HEBREW_IN_ENGLISH, ENGLISH_IN_HEBREW]
NAMES = ["hebrew", "arabic", "hebrew in english", "english in hebrew"]


def replied(view: ChatView, services: Services, qtbot: QtBot, tokens: list[str]) -> tuple[MessageWidget, TextView]:
    reply = PlayedReply(services, qtbot)
    reply.say([(token.encode(), 0.2) for token in tokens])
    reply.stop()
    switch(services)
    services.inspector.set_open(True)
    widget = shown(view, reply.message_id, qtbot)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    (text,) = widget.body.views()
    return widget, text


def middles(text: TextView, seen: Seen) -> list[tuple[QPoint, int]]:
    """Where *seen* is drawn, measured piece by piece from the left end of the only line."""
    (block,) = lines_of(text)
    line = block.layout().lineAt(0)
    origin = text.document().documentLayout().blockBoundingRect(block).topLeft()
    metrics = QFontMetricsF(theme.font())
    widths = [metrics.horizontalAdvance(piece) for piece, _token in seen]
    is_backwards = line.textStart() == 0 and line.cursorToX(0)[0] > line.cursorToX(block.length() - 1)[0]
    left = line.cursorToX(0)[0] - sum(widths) if is_backwards else line.cursorToX(0)[0]
    found = []
    for width, (_piece, token) in zip(widths, seen, strict=True):
        found.append(((QPointF(left + width / 2, line.y() + line.height() / 2) + origin).toPoint(), token))
        left += width
    return found


@pytest.mark.parametrize(("tokens", "seen"), ALL, ids=NAMES)
def test_every_token_is_where_it_is_drawn(
    view: ChatView, services: Services, qtbot: QtBot, tokens: list[str], seen: Seen
) -> None:
    widget, text = replied(view, services, qtbot, tokens)
    inspector = services.inspector
    for where, token in middles(text, seen):

        def is_pointed_at(where: QPoint = where, token: int = token) -> bool:
            for step in (0, 1):  # a pointer that lies there already sends nothing when it is told to go there
                QTest.mouseMove(text.viewport(), where + QPoint(0, step))
            return inspector.hovered == token

        qtbot.waitUntil(is_pointed_at)
        QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=where)
        assert inspector.token == token
        place = widget.body.place_at(text.viewport().mapToGlobal(where))
        assert place is not None
        assert heat_of(widget).traced.places.token_at(place) == token


@pytest.mark.parametrize(
    "words",
    [
        "שלום עולם זה טקסט ארוך ", "שָׁלוֹם (abc) 12% 😀 ", "لا إله 123 abc ", "plain words, then עברית 4.5 and لا ",
        "می‌خواهم 👨‍👩‍👧 é ", "\u2067abc\u2069 x\u202eabc\u202cd ",
        "שלום abc\\\nabc ו ", "abc\\\nabc ו ",
    ],
)  # fmt: skip
def test_the_tokens_of_a_line_fill_it_and_never_overlap(
    view: ChatView, services: Services, qtbot: QtBot, words: str
) -> None:
    message_id = played(services, qtbot, words * 12)
    switch(services)
    view.resize(420, 700)
    (text,) = shown(view, message_id, qtbot).body.views()
    (block,) = lines_of(text)
    heat = text.tokens.tint.heat
    assert heat is not None
    boxes = [rect for rect, _cell in text.tokens._boxes(block, heat).boxes]
    layout = block.layout()
    assert layout.lineCount() > 1
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        here = sorted((box for box in boxes if abs(box.top() - line.y()) < 3), key=QRectF.left)
        assert all(one.right() < other.left() for one, other in pairwise(here))
        free = sum(other.left() - one.right() - 1 for one, other in pairwise(here))
        assert free == pytest.approx(0, abs=0.1)
        space = 8  # at the end
        assert here[-1].right() - here[0].left() + 1 == pytest.approx(line.naturalTextWidth(), abs=space)


def test_markers_and_code_stand_where_the_text_does(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot, "- פריט `abc` אחד\n\n1. פריט\n\nwords `קוד abc` ו")
    widget = view.list.ensure_widget(message_id)
    assert widget is not None
    qtbot.waitUntil(lambda: widget.body.is_settled)
    (text,) = widget.body.views()
    look = Look.current()
    image = text.viewport().grab().toImage()
    bullet, number, mixed = lines_of(text)
    layout = text.document().documentLayout()
    for block in (bullet, number):
        area, line = layout.blockBoundingRect(block), block.layout().lineAt(0)
        beside = area.left() + line.x() + line.width() + 1
        middle = round(area.top() + line.y() + line.ascent() - look.em * 0.36)
        inked = {image.pixelColor(x, middle).name() for x in range(round(beside), round(beside + look.em * 1.5))}
        assert len(inked) > 1, "its marker"
    metrics = QFontMetricsF(look.code_font)
    for block, code in ((bullet, "abc"), (mixed, "קוד abc")):
        (box,) = decoration._inline_code(block)
        assert box.width() == pytest.approx(metrics.horizontalAdvance(code) + 4, abs=1)
    assert decoration._inline_code(mixed)[0].left() == pytest.approx(
        QFontMetricsF(look.font).horizontalAdvance("words ") - 2, abs=2
    )
