"""The search line over a trace that is too long to be searched within a frame."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.bundle import Services
from chatapp.ui.inspector import search_line
from chatapp.ui.inspector.search_line import SearchLine
from tests.helpers.traces import byte_pieces, make_trace
from tests.services.conftest import make_services, services

__all__ = ["make_services", "services"]
WORDS = byte_pieces([" the", " hen", " in", " the", " inn"])


@pytest.fixture
def line(services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> SearchLine:
    monkeypatch.setattr(search_line, "_AT_ONCE", 3)
    line = SearchLine(services.tasks)
    qtbot.addWidget(line)
    return line


def test_what_is_typed_last_is_found_and_a_step_waits_for_it(line: SearchLine, qtbot: QtBot) -> None:
    trace = TraceBuffer(make_trace(WORDS))
    line.set_trace(trace)
    jumps: list[int] = []
    line.jumped.connect(jumps.append)
    QTest.keyClicks(line.edit, "the")
    QTest.keyClick(line.edit, Qt.Key.Key_Return)
    assert not jumps, "nothing is known yet"
    qtbot.waitUntil(lambda: len(jumps) == 1)
    line.step(1)
    assert [trace.token_bytes(at) for at in jumps] == [b" the", b" the"]
    assert jumps[0] < jumps[1]


def test_nothing_is_searched_again_unless_something_came(line: SearchLine, qtbot: QtBot) -> None:
    trace = TraceBuffer(make_trace(WORDS))
    line.set_trace(trace)
    found: list[list[int]] = []
    line.found.connect(found.append)
    line.edit.setText("hen")
    qtbot.waitUntil(lambda: len(found) == 1)
    for _ in range(5):
        line.set_trace(trace)
        line.step(1)
    assert len(found) == 1
    trace.append(make_trace(WORDS))
    line.catch_up()
    qtbot.waitUntil(lambda: len(found) == 2)
    assert len(found[1]) == 2 * len(found[0])
