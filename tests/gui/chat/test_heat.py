"""Token colours in the chat: every drawn character has the colour of its token, and can be pointed at and opened."""

import random
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextBlock
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from chatapp.core.measure import Measure
from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import Scored
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import COLORS_IN_CHAT, TOKEN_MEASURE
from chatapp.ui import theme
from chatapp.ui.chat.heat import Heat, palette_of
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.pieces import TextView
from chatapp.ui.chat.token_card import TokenCard
from chatapp.ui.chat.view import ChatView
from chatapp.ui.inspector import scales
from tests.helpers.replies import PlayedReply
from tests.services.conftest import Make, ready

MARKDOWN = """# 어텐션(attention)이란 😀?

A paragraph of **plain** prose with `code`, a [link](https://example.org "plain prose") and &amp; an escaped \\* star,
**마크다운(Markdown)**을 씁니다. 그리고 한국어 문장도 토큰으로 나뉩니다.

1. first *item* of a list
2. second item
   - nested 항목

| Layer | 뜻 |
|---|--:|
| 1 | **질의**(query) |
| 2 | a \\| b |

```python
def mean(values):
    return sum(values)  # 평균
```

> quoted words
"""


def tokens_of(text: str, seed: int = 1) -> list[tuple[bytes, float]]:
    """*text* cut across words, marks and characters, with probabilities from sure to nearly impossible."""
    rng = random.Random(seed)
    pieces: list[bytes] = []
    for part in re.findall(r"[ -~]+|[^ -~]+", text):
        size = 2 if not part.isascii() else rng.choice((1, 3, 4))
        pieces += [part.encode()[at : at + size] for at in range(0, len(part.encode()), size)]
    return [(piece, rng.choice((1.0, 0.9, 0.4, 0.01, 1e-5))) for piece in pieces]


def played(services: Services, qtbot: QtBot, text: str = MARKDOWN) -> int:
    reply = PlayedReply(services, qtbot)
    reply.say(tokens_of(text))
    reply.stop()
    QApplication.processEvents()
    return reply.message_id


def switch(services: Services, on: bool = True) -> None:
    services.settings.set(COLORS_IN_CHAT, "on" if on else "off")


def shown(view: ChatView, message_id: int, qtbot: QtBot) -> MessageWidget:
    widget = view.list.ensure_widget(message_id)
    assert widget is not None
    qtbot.waitUntil(lambda: widget.body.is_settled and widget.heat is not None, timeout=10_000)
    QApplication.processEvents()
    return widget


def heat_of(widget: MessageWidget) -> Heat:
    assert widget.heat is not None
    return widget.heat


def lines_of(view: TextView) -> list[QTextBlock]:
    found, block = [], view.document().begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def char_boxes(view: TextView) -> list[tuple[str, QRectF]]:
    """Every character that takes room, and where it is drawn in the document."""
    layout = view.document().documentLayout()
    found = []
    for block in lines_of(view):
        origin = layout.blockBoundingRect(block).topLeft()
        text, at = block.text(), 0
        while at < len(text.encode("utf-16-le")) // 2:
            data = text.encode("utf-16-le")
            size = 2 if 0xD800 <= int.from_bytes(data[2 * at : 2 * at + 2], "little") < 0xDC00 else 1
            char = data[2 * at : 2 * (at + size)].decode("utf-16-le")
            line = block.layout().lineForTextPosition(at)
            left, right = line.cursorToX(at)[0], line.cursorToX(at + size)[0]
            if right > left and not char.isspace():
                box = QRectF(left, line.y(), right - left, line.ascent() + line.descent())
                found.append((char, box.translated(origin)))
            at += size
    return found


def assert_tokens_are_where_they_are_drawn(widget: MessageWidget) -> int:
    heat, checked = heat_of(widget), 0
    for body in (widget.thought.body, widget.body):
        for view in body.views():
            for char, box in char_boxes(view):
                cell = view.tokens.cell_at(box.center())
                assert cell is not None, char
                text = heat.cell(cell).text or ""
                assert char in text or (char == "&" and set(text) <= set(" &amp;")), (char, text)
                checked += 1
    return checked


def test_every_drawn_character_lies_in_its_token(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot)
    switch(services)
    widget = shown(view, message_id, qtbot)
    assert assert_tokens_are_where_they_are_drawn(widget) > 200


def test_thoughts_and_given_beginnings_count(view: ChatView, services: Services, qtbot: QtBot) -> None:
    reply = PlayedReply(services, qtbot)
    switch(services)
    reply.give("주어진 **beginning**, ")
    reply.say(tokens_of("and *so* on.\r\n\r\nThe end 끝."))
    widget = shown(view, reply.message_id, qtbot)
    view_of = widget.body.views()
    qtbot.waitUntil(lambda: "끝" in widget.body.views()[-1].toPlainText())
    boxes = char_boxes(view_of[0])
    given = [view_of[0].tokens.cell_at(box.center()) for _char, box in boxes[: len("주어진beginning,")]]
    assert given == [None] * len(given)
    texts = [view_of[0].tokens.cell_at(box.center()) for _char, box in boxes[len(given) :]]
    assert None not in texts
    for (char, _box), cell in zip(boxes[len(given) :], texts, strict=True):
        assert char in (heat_of(widget).cell(cell or 0).text or "")
    reply.stop()
    qtbot.waitUntil(lambda: heat_of(widget).count > 0)
    assert view_of[0].tokens.cell_at(boxes[0][1].center()) is None

    message_id = played(services, qtbot, "<think>\nHmm **생각**\n</think>\n\nThe *answer* 답")
    widget = shown(view, message_id, qtbot)
    widget.thought.button.setChecked(True)
    QApplication.processEvents()
    assert assert_tokens_are_where_they_are_drawn(widget) == len("Hmm생각Theanswer답")


def image_of(view: TextView) -> QImage:
    return view.viewport().grab().toImage()


def test_colours_come_and_go_without_moving_the_text(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot)
    widget = view.list.ensure_widget(message_id)
    assert widget is not None
    qtbot.waitUntil(lambda: widget.body.is_settled)
    QApplication.processEvents()
    before = [image_of(v) for v in widget.body.views()]
    boxes = [char_boxes(v) for v in widget.body.views()]
    switch(services)
    widget = shown(view, message_id, qtbot)
    assert [char_boxes(v) for v in widget.body.views()] == boxes
    assert all(image_of(v) != old for v, old in zip(widget.body.views(), before, strict=True))
    switch(services, on=False)
    QApplication.processEvents()
    assert [image_of(v) for v in widget.body.views()] == before


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_an_unlikely_token_is_drawn_on_its_colour(
    view: ChatView, services: Services, qtbot: QtBot, qapp: QApplication, mode: str
) -> None:
    reply = PlayedReply(services, qtbot)
    reply.say([(b"sure", 1.0), (b" mmmmmm", 1e-6), (b" [link](https://example.org)", 1.0)])
    reply.stop()
    switch(services)
    theme.apply(qapp, mode, 10)
    widget = shown(view, reply.message_id, qtbot)
    for measure in Measure:
        services.settings.set(TOKEN_MEASURE, measure.value)
        QApplication.processEvents()
        (text,) = widget.body.views()
        heat = heat_of(widget)
        image = image_of(text)
        strong = text.tokens.rects_of(1, QRectF(text.viewport().rect()))[0]
        ratio = image.devicePixelRatio()
        corner = (strong.topLeft() + QPointF(2, 2)) * ratio
        expected = heat.palette()[heat.level(1)]
        assert expected.alpha() == 255
        assert image.pixelColor(corner.toPoint()).name() == expected.name()
        assert heat.level(0) < 4
        # The ink of everything is the theme's text colour: a link's own would be too weak on a strong ground.
        colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert theme.colors().text.name() in colors
        assert theme.colors().accent.name() not in colors
    theme.apply(qapp, "light", 10)


def luminance(color: QColor) -> float:
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_on_every_colour_and_ground(services: Services, qapp: QApplication, mode: str) -> None:
    theme.apply(qapp, mode, 10)
    colors = theme.colors()
    for measure in (*Measure, scales.ATTENTION):
        for color in palette_of(measure, mode == "dark"):
            for ground in (colors.background, colors.user_bubble, colors.code_background, colors.hover):
                mixed = theme.mix(ground, QColor(color.rgb()), color.alphaF())
                dark, light = sorted((luminance(mixed), luminance(colors.text)))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (measure, color.name(), ground.name())
    theme.apply(qapp, "light", 10)


def test_streamed_text_is_coloured_as_it_comes_and_only_its_end_is_worked_on(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    switch(services)
    reply = PlayedReply(services, qtbot)
    reply.say(tokens_of("Some words of a paragraph, 한글도 있고, that is not very long at all.\n\n" * 40))
    widget = shown(view, reply.message_id, qtbot)
    qtbot.waitUntil(lambda: len(widget.body.views()) > 2)
    QApplication.processEvents()
    view.grab()
    known = [dict(v.tokens._known) for v in widget.body.views()[:-1]]
    assert any(known)
    reply.say(tokens_of("And **more** of them 더.\n\n", 2))
    qtbot.waitUntil(lambda: "more" in widget.body.views()[-1].toPlainText())
    view.grab()
    for text, before in zip(widget.body.views(), known, strict=False):
        assert {n: text.tokens._known[n] for n in before} == before
    last = widget.body.views()[-1]
    for char, box in char_boxes(last)[-6:]:
        cell = last.tokens.cell_at(box.center())
        assert cell is not None
        assert char in (heat_of(widget).cell(cell).text or "")
    reply.stop()


def test_pointing_tells_of_the_token_at_once(view: ChatView, services: Services, qtbot: QtBot) -> None:
    reply = PlayedReply(services, qtbot)
    reply.say([(b"The", 0.9), (b" answer", 0.25), (b".", 1.0)])
    reply.stop()
    switch(services)
    services.inspector.set_open(True)
    widget = shown(view, reply.message_id, qtbot)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    (text,) = widget.body.views()

    def where() -> QPoint:  # asked anew: on a busy machine the list may still be settling
        return text.tokens.rects_of(1, QRectF(text.viewport().rect()))[0].center().toPoint()

    def point() -> bool:
        # A pointer that lies there already sends nothing when it is told to go there.
        for step in (0, 1):
            QTest.mouseMove(text.viewport(), where() + QPoint(step, 0))
        card = view.window().findChild(TokenCard, "tokenCard")
        return card is not None and card.isVisible()

    qtbot.waitUntil(point)
    card = view.window().findChild(TokenCard, "tokenCard")
    assert card is not None
    assert card.accessibleName() == "·answer: 25.0 % · rank 31"
    assert [(name, taken) for name, _p, taken in card._rows] == [
        ("·word1", False), ("·word2", False), ("·word3", False), ("·word4", False), ("·word5", False),
        ("·answer", True),
    ]  # fmt: skip
    assert services.inspector.hovered == 1
    assert not card.geometry().intersects(
        text.tokens.rects_of(1, QRectF(text.viewport().rect()))[0]
        .toAlignedRect()
        .translated(text.viewport().mapTo(view.window(), QPoint()))
    )

    def leave() -> bool:
        for step in (4, 5):
            QTest.mouseMove(text.viewport(), QPoint(text.width() - step, where().y()))
        return card.isHidden()

    qtbot.waitUntil(leave)
    assert services.inspector.hovered is None


def test_clicks_select_and_double_clicks_open(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot, "Click **here** please")
    switch(services)
    widget = shown(view, message_id, qtbot)
    (text,) = widget.body.views()
    char, box = next(found for found in char_boxes(text) if found[0] == "h")
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    inspector = services.inspector
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY)
    assert inspector.message_id == message_id
    assert inspector.token is not None
    cell = heat_of(widget).cell(heat_of(widget).cell_of(inspector.token) or 0)
    assert char in (cell.text or "")
    with qtbot.waitSignal(view.inspect_requested):
        qtbot.mouseDClick(text.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())


def test_the_inspectors_token_is_outlined_with_colours_off(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot, "One two three four")
    services.inspector.set_open(True)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    widget = shown(view, message_id, qtbot)
    (text,) = widget.body.views()
    plain = image_of(text)
    services.inspector.select_token(2)
    selected = image_of(text)
    assert selected != plain
    assert heat_of(widget).selected == 2
    services.inspector.hover(4)
    assert image_of(text) != selected
    services.inspector.hover(None)
    assert image_of(text) == selected
    services.inspector.set_open(False)
    assert image_of(text) == plain


def test_the_menu_inspects_the_token_under_the_mouse(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot, "Some **words** to *look* at: 한국어")
    widget = view.list.ensure_widget(message_id)
    assert widget is not None
    (text,) = widget.body.views()
    _char, box = next(found for found in char_boxes(text) if found[0] == "국")
    text.menu_requested.emit(text.viewport().mapToGlobal(box.center().toPoint()), "")
    menu = widget.findChild(QMenu)
    assert menu is not None
    action = next(a for a in menu.actions() if a.text() == "Inspect this token")
    with qtbot.waitSignal(view.inspect_requested):
        action.trigger()
    menu.close()
    inspector = services.inspector
    qtbot.waitUntil(lambda: inspector.token is not None, timeout=10_000)
    assert inspector.message_id == message_id
    cell = inspector.trace.cells[inspector.trace.cell_of(inspector.token or 0)]
    assert "국" in (cell.text or "")


def test_selecting_and_copying_go_on_working(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot)
    switch(services)
    widget = shown(view, message_id, qtbot)
    widget.body.selection.select_all()
    chosen = widget.body.selection.text()
    assert "마크다운(Markdown)을" in chosen
    widget.body.selection.copy()
    assert QGuiApplication.clipboard().text() == chosen
    opened: list[str] = []
    widget.body.link_clicked.disconnect()
    widget.body.link_clicked.connect(opened.append)
    text = next(v for v in widget.body.views() if "link" in v.toPlainText())
    at = text.toPlainText().index("link") - text.document().findBlockByNumber(1).position()
    line = text.document().findBlockByNumber(1).layout().lineForTextPosition(at)
    origin = text.document().documentLayout().blockBoundingRect(text.document().findBlockByNumber(1)).topLeft()
    where = QPointF(line.cursorToX(at)[0] + 4, line.y() + 8) + origin
    before = services.inspector.message_id
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert opened == ["https://example.org"]
    assert services.inspector.message_id == before


def test_traces_are_read_when_messages_come_into_view(
    view: ChatView, services: Services, make_services: Make, qtbot: QtBot
) -> None:
    message_id = played(services, qtbot)
    switch(services)
    services.close()
    again = ready(make_services(), qtbot)
    other = ChatView(again)
    qtbot.addWidget(other)
    other.resize(900, 700)
    with qtbot.waitExposed(other):
        other.show()
    widget = shown(other, message_id, qtbot)
    assert assert_tokens_are_where_they_are_drawn(widget) > 200
    question = other.list.widgets()[0]
    assert question.heat is None, "what was never scored has no colours"


@pytest.mark.parametrize("scored", ["before", "now"])
def test_a_scored_question_is_coloured(view: ChatView, services: Services, qtbot: QtBot, scored: str) -> None:
    message_id = played(services, qtbot, "Yes")
    asked = services.chat.conversation.messages[message_id].parent_id
    assert asked is not None
    names = [b"<user>", b"\n", b"/qu", b"iet", b"<end>"]
    ids, zero = np.arange(5, dtype=np.int32), np.full(5, -3.0, np.float32)
    trace = TokenTrace(
        ids, zero, ids, zero, ids[:, None], zero[:, None], dict(enumerate(names)),
        {"kind": "prompt", "owners": [-1, 0, 0, 0, -1]},
    )  # fmt: skip
    if scored == "before":
        services.storage.write(lambda store: store.save_trace(asked, trace))
        switch(services)
        services.inspector.select(asked)
    else:
        switch(services)
        services.inspector.select(asked)
        qtbot.waitUntil(lambda: services.inspector.state is TraceState.UNSCORED and services.traces.is_known(asked))
        scores = Scored(0, 0, 5, trace, (-1, 0, 0, 0, -1))
        prefix = services.inspector.prefix_to(asked)
        services.prompt_scores._on_scored(
            asked, prefix, scores
        )  # the test engine has no distributions, and refuses to score
    widget = shown(view, asked, qtbot)
    (text,) = widget.body.views()
    cells = [text.tokens.cell_at(box.center()) for _char, box in char_boxes(text)]
    assert cells == [2, 2, 2, 3, 3, 3]


def test_a_reply_that_is_gone_on_with_has_all_its_tokens(view: ChatView, services: Services, qtbot: QtBot) -> None:
    services.chat.send("/say one two three")
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=10_000)
    switch(services)
    first = services.chat.conversation.path()[-1]
    services.chat.resume(first.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=10_000)
    message = services.chat.conversation.path()[-1]
    assert message.id != first.id
    widget = shown(view, message.id, qtbot)
    qtbot.waitUntil(lambda: widget.heat is not None and heat_of(widget).traced.places.origin == 0, timeout=10_000)
    assert assert_tokens_are_where_they_are_drawn(widget) == len("onetwothree") * 2


def test_the_colours_follow_another_language(view: ChatView, services: Services, qtbot: QtBot) -> None:
    message_id = played(services, qtbot)
    switch(services)
    shown(view, message_id, qtbot)
    view.list.rebuild()  # as for another language
    assert assert_tokens_are_where_they_are_drawn(shown(view, message_id, qtbot)) > 200


def test_the_chat_scrolls_to_the_token_that_the_inspector_selects(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    text = "".join(f"{MARKDOWN}\nPart {n} ends here.\n\n" for n in range(8))
    message_id = played(services, qtbot, text)
    services.inspector.set_open(True)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    widget = shown(view, message_id, qtbot)
    view.list.scroll_to_end()
    bar = view.list.verticalScrollBar()
    places = heat_of(widget).traced.places
    for wanted in ("Part 0 ends", "질의", "Part 6 ends", "return sum", "Part 3 ends"):
        token = places.token_at(text.index(wanted))
        services.inspector.select_token(token)
        qtbot.wait(1)
        area = widget.area_of(places.span_of(token or 0, (token or 0) + 1)[0])
        assert area is not None
        top = widget.y() + area.top()
        assert bar.value() <= top <= bar.value() + view.list.viewport().height() - area.height(), wanted
    at = bar.value()
    services.inspector.select_token((services.inspector.token or 0) + 1)
    assert bar.value() == at, "what is in sight does not move"
