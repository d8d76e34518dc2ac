"""What a token looked at lights up in the chat: the starter model, a chat of two turns in two languages."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import COLORS_IN_CHAT
from chatapp.ui.chat.light import LightHeat
from chatapp.ui.chat.pieces import TextView
from chatapp.ui.chat.token_card import TokenCard
from chatapp.ui.chat.view import ChatView
from chatapp.ui.inspector import scales
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services
from tests.services.test_attention_service import GREEDY, look, open_recording

__all__ = ["make_services", "open_real"]


@pytest.fixture
def services(open_real: Real, qtbot: QtBot, starter_model: str) -> Services:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "  **What** is attention?\n", GREEDY)
    ask(services, qtbot, "오늘 날씨는 어때요?", GREEDY)
    return services


def lit(view: ChatView, qtbot: QtBot) -> list[LightHeat]:
    qtbot.waitUntil(lambda: all(isinstance(w.heat, LightHeat) for w in view.list.widgets()), timeout=20_000)
    return [widget.heat for widget in view.list.widgets() if isinstance(widget.heat, LightHeat)]


def point(text: TextView, place: QPoint, qtbot: QtBot, seen: Callable[[], bool]) -> None:
    """A pointer that lies there already sends nothing when it is told to go there."""

    def move() -> bool:
        if not seen():
            for step in (1, 0):
                QTest.mouseMove(text.viewport(), place + QPoint(step, 0))
        return seen()

    qtbot.waitUntil(move, timeout=20_000)


def test_every_message_has_the_colours_of_what_was_looked_at(view: ChatView, services: Services, qtbot: QtBot) -> None:
    documents = [v.document() for w in view.list.widgets() for v in w.body.views()]
    before = [(d.toHtml(), d.revision()) for d in documents]
    look(services, qtbot, 6)
    attention = services.attention
    heats = lit(view, qtbot)
    assert len(heats) == 4
    light = attention.light.current
    assert light is not None
    assert light.counted[0] == 0  # the sink is left out of the scale
    for widget, heat in zip(view.list.widgets(), heats, strict=True):
        said = ""
        for cell in range(len(heat.traced.trace.cells)):
            found = heat.cell(cell)
            start, end = heat.start + found.start, heat.start + found.end
            weight = float(light.counted[start:end].sum())
            level = round(min(1.0, weight / light.full) * (scales.STEPS - 1))
            assert heat.level(cell) == level or (weight > 0 and 0 < heat.level(cell) <= 7 and level <= 7) or (
                weight == 0 and heat.level(cell) < 0
            )  # fmt: skip
            said += found.text or ""
        assert said.strip() == widget.message.text.strip()
    # What follows the token was not looked at, and the token itself is marked.
    reply = heats[-1]
    assert all(reply.level(cell) <= 0 for cell in range(6, len(reply.traced.trace.cells)))
    assert reply.marked()[0] == reply.cell_of(6)
    assert [(d.toHtml(), d.revision()) for d in documents] == before
    services.attention.set_active(False)
    assert all(widget.heat is None or not isinstance(widget.heat, LightHeat) for widget in view.list.widgets())


def test_pointing_at_a_token_lights_its_own_sources_and_a_click_selects_it(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    services.settings.set(COLORS_IN_CHAT, "on")
    assert view.heat.legend.isVisible()
    look(services, qtbot, 6)
    heats = lit(view, qtbot)
    assert not view.heat.legend.isVisible()  # these are other colours
    reply, question = view.list.widgets()[-1], view.list.widgets()[2]
    text = reply.body.views()[0]
    place = text.tokens.rects_of(4, text.rect().toRectF())[0].center().toPoint()
    attention, wanted = services.attention, heats[-1].cell(4).start
    point(text, place, qtbot, lambda: attention.shown is not None and attention.shown[1] == wanted)
    light = attention.light.current
    assert light is not None
    assert len(light.row) == heats[-1].start + heats[-1].cell(4).start
    QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert services.inspector.token == heats[-1].cell(4).start
    # In another message the card says what a token got; a click goes there.
    view_of = question.body.views()[0]
    place = view_of.tokens.rects_of(1, view_of.rect().toRectF())[0].center().toPoint()
    point(view_of, place, qtbot, lambda: (card := view.findChild(TokenCard)) is not None and card.isVisible())
    assert heats[2].weight(1) == pytest.approx(
        float(np.sum(light.row[heats[2].start + heats[2].cell(1).start : heats[2].start + heats[2].cell(1).end]))
    )
    QTest.mouseClick(view_of.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert services.inspector.message_id == question.message.id
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.UNSCORED)


def test_a_source_of_the_list_is_brought_into_view(view: ChatView, services: Services, qtbot: QtBot) -> None:
    view.resize(500, 260)
    look(services, qtbot, 6)
    heats = lit(view, qtbot)
    first = view.list.widgets()[0]
    services.attention.light.point(heats[0].start + 1, reveal=True)
    qtbot.waitUntil(lambda: not first.visibleRegion().isEmpty())
    assert first.heat is not None
    assert first.heat.marked()[1] == first.heat.cell_of(first.heat.first + 1)
