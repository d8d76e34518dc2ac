"""Two branches side by side: where they part, both probabilities, and the divergence of every token."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.compare import compare
from chatapp.core.conversation import Message
from chatapp.core.generation import SamplingParams
from chatapp.services.bundle import Services
from chatapp.ui import theme
from chatapp.ui.inspector.compare_dialog import CompareDialog
from chatapp.ui.inspector.numbers import percent
from tests.services.test_branching import branch, make_real, start, trace_of
from tests.services.test_chat import answer

Pair = tuple[Services, Message, Message]


@pytest.fixture
def pair(tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[Pair]:
    """Services with a tiny model, a reply, and a branch of it at token 6."""
    theme.apply(qapp, "light", 10)
    services = start(make_real(tmp_path), qtbot)
    services.chat.set_sampling(SamplingParams(temperature=0, max_tokens=40))
    first = answer(services, qtbot, "hello there")
    made = branch(services, qtbot, first, 5, int(trace_of(services, first).top_ids[5, 1]))
    yield services, first, made
    services.close()


def opened(services: Services, qtbot: QtBot, one: int, two: int) -> CompareDialog:
    dialog = CompareDialog(services, (one, two))
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)  # the keyboard is elsewhere otherwise
    qtbot.waitUntil(lambda: bool(dialog.findChild(QLabel, "compareVerdict").text()))
    return dialog


def said(dialog: CompareDialog, name: str = "compareVerdict") -> str:
    return str(dialog.findChild(QLabel, name).text())


def test_where_two_replies_part(pair: Pair, qtbot: QtBot) -> None:
    services, first, made = pair
    p, q = trace_of(services, first), trace_of(services, made)
    dialog = opened(services, qtbot, first.id, made.id)
    assert said(dialog).startswith("They part at token 6: A has ")
    for trace in (p, q):
        assert f"({percent(math.exp(float(trace.logprobs[5])))})" in said(dialog)
    assert said(dialog, "compareDetail").endswith("D(P‖Q) ≥ 0.00 bits")
    # Before the fork both have read the same: what differs is how batches were cut.
    found = compare(p, q)
    assert np.nanmax(found.kl[:6]) < 0.01 < np.nanmax(found.kl[6:])


def test_one_token_is_shared_by_strips_and_chart(pair: Pair, qtbot: QtBot) -> None:
    services, first, made = pair
    dialog = opened(services, qtbot, first.id, made.id)
    found = compare(trace_of(services, first), trace_of(services, made))
    dialog.chart.setFocus()
    qtbot.keyClick(dialog.chart, Qt.Key.Key_Right)
    assert said(dialog, "compareDetail").startswith("Token 7: A ")
    assert said(dialog, "compareDetail").endswith(f"D(P‖Q) ≥ {found.kl[6]:.2f} bits")
    assert dialog.chart.accessibleDescription() == said(dialog, "compareDetail")
    assert [strip._marks.selected for strip in dialog.strips] == [6, 6]
    qtbot.keyClick(dialog.chart, Qt.Key.Key_End)
    assert said(dialog, "compareDetail").startswith(f"Token {len(found)}:")
    middle = dialog.chart.height() // 3
    qtbot.mouseClick(dialog.chart, Qt.MouseButton.LeftButton, pos=QPoint(dialog.chart.width() // 3, middle))
    clicked = dialog.strips[0]._marks.selected
    assert clicked is not None
    assert 0 < clicked < len(found) - 1
    qtbot.keyClick(dialog.strips[0], Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert dialog.strips[1]._marks.selected == 0


def test_swapped(pair: Pair, qtbot: QtBot) -> None:
    services, first, made = pair
    dialog = opened(services, qtbot, first.id, made.id)
    before = said(dialog)
    qtbot.mouseClick(dialog.findChild(QPushButton, "swapButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: said(dialog) != before)
    assert dialog.pair == (made.id, first.id)
    one, two = before.removeprefix("They part at token 6: A has ").removesuffix(".").split(", B has ")
    assert said(dialog) == f"They part at token 6: A has {two}, B has {one}."


def test_the_same_reply_and_one_without_a_record(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three")
    services.chat.regenerate(first.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None)
    again = services.chat.conversation.path()[-1]
    assert said(opened(services, qtbot, first.id, again.id)) == "Both are the same, token by token."
    services.chat.edit(first.id, "by hand")
    edited = services.chat.conversation.path()[-1]
    dialog = opened(services, qtbot, first.id, edited.id)
    assert said(dialog) == "Nothing was recorded of the tokens of one of these replies."
    assert not dialog.chart.isVisible()


def test_one_that_was_cut_off(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three")
    services.chat.set_sampling(SamplingParams(max_tokens=2))
    services.chat.regenerate(first.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None)
    short = services.chat.conversation.path()[-1]
    verdict = said(opened(services, qtbot, short.id, first.id))
    assert verdict == "B begins as A and goes on at token 3 with “three” (100 %)."


def test_tokens_of_different_vocabularies_are_not_compared(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three")
    services.chat.regenerate(first.id)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None)
    again = services.chat.conversation.path()[-1]
    trace = trace_of(services, again)
    other = replace(trace, pieces=dict.fromkeys(trace.pieces, b"else"))
    services.storage.write(lambda store: store.save_trace(again.id, other))
    dialog = opened(services, qtbot, first.id, again.id)
    assert said(dialog).startswith("Models with different vocabularies wrote these replies")
    assert not dialog.chart.isVisible()
