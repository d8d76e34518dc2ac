"""The Attention tab by hand: keys and mouse, the starter model in the real worker."""

from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatapp.core.attention import sources, without_sink
from chatapp.core.attention_cells import between_cells
from chatapp.services.attention_place import AttentionState, Moment
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.schema import RECORD_ATTENTION
from chatapp.ui.inspector.attention_tab import AttentionTab
from chatapp.ui.inspector.attention_words import head_name, weight_text
from chatapp.ui.inspector.layer_bars import LayerBars
from chatapp.ui.inspector.numbers import percent as number_percent
from chatapp.ui.inspector.picture import png
from chatapp.ui.widgets.text import number_text
from tests.gui.inspector.real import Real, ask, open_real
from tests.helpers.tiny_models import tiny
from tests.services.conftest import make_services, services
from tests.services.test_attention_service import GREEDY, look, open_recording

__all__ = ["make_services", "open_real", "services"]
W = TypeVar("W", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton


def open_tab(services: Services, qtbot: QtBot) -> AttentionTab:
    tab = AttentionTab(services)
    qtbot.addWidget(tab)
    tab.resize(460, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)  # the keyboard is elsewhere otherwise
    return tab


def part(tab: QWidget, kind: type[W], name: str) -> W:
    found = tab.findChild(kind, name)
    assert found is not None, name
    return found


@pytest.fixture
def tab(open_real: Real, qtbot: QtBot, starter_model: str) -> AttentionTab:
    """The tab, a reply written, its sixth token selected."""
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(5)
    shown(tab, qtbot, 5)
    return tab


def shown(tab: AttentionTab, qtbot: QtBot, token: int) -> None:
    attention = tab._attention
    qtbot.waitUntil(
        lambda: (
            attention.state is AttentionState.READY
            and attention.shown is not None
            and attention.shown[1] == token
            and attention.vocabulary.current is not None
            and tab.sources.strip.is_laid_out
        ),
        timeout=20_000,
    )


def click(widget: QWidget, point: QPoint, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseMove(widget, point)
    QTest.mouseClick(widget, LEFT, modifier, point)


def test_the_top_sources_are_the_largest_weights(tab: AttentionTab) -> None:
    picture = tab._attention.picture
    assert picture is not None
    rest, sink = without_sink(picture.mean)
    part(tab, QCheckBox, "attentionTemplate").click()
    with_template = [(row.position, row.weight) for row in tab.sources.list.sources.rows]
    assert with_template == [(s.position, s.weight) for s in sources(rest, 0.8, 20)]
    assert (rest[picture.owners < 0] > 0).any()
    part(tab, QCheckBox, "attentionTemplate").click()
    rest[picture.owners < 0] = 0  # what is hidden does not count
    rows = tab.sources.list.sources.rows
    expected = sources(rest, 0.8, 20)
    assert [(row.position, row.weight) for row in rows] == [(s.position, s.weight) for s in expected]
    assert weight_text(sink) in part(tab, QLabel, "attentionNumbers").text()
    part(tab, QSlider, "attentionMass").setValue(50)
    fewer = tab.sources.list.sources.rows
    assert len(fewer) < len(rows)
    counted = sum(row.weight for row in fewer) / float(rest.sum())
    assert counted >= 0.5 > counted - fewer[-1].weight / float(rest.sum())


def test_pointing_says_the_weight_and_clicking_selects(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, strip = tab._attention, tab.sources.strip
    picture = attention.picture
    assert picture is not None
    position = len(picture.ids) - 2  # a token of the reply that is before the selected one
    point = strip.rect_of(position).center().toPoint()
    QTest.mouseMove(strip.viewport(), point)
    pointed = part(tab, QLabel, "attentionPointed")
    qtbot.waitUntil(lambda: weight_text(float(picture.mean[position])) in pointed.text())
    assert weight_text(float(picture.mean[position])) in strip.accessibleDescription()
    click(strip.viewport(), point)
    shown(tab, qtbot, 3)
    assert tab._services.inspector.token == 3
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    shown(tab, qtbot, 4)


def test_a_source_in_the_list_is_pointed_out(tab: AttentionTab) -> None:
    table = tab.sources.list
    index = table.sources.index(1, 0)
    click(table.viewport(), table.visualRect(index).center())
    row = table.sources.rows[1]
    assert row.token in part(tab, QLabel, "attentionPointed").text()
    assert tab.sources.strip.viewport().rect().contains(tab.sources.strip.rect_of(row.position).center().toPoint())


def test_template_tokens_come_on_demand(tab: AttentionTab, qtbot: QtBot) -> None:
    strip, owners = tab.sources.strip, tab._attention.owners
    first = int(np.flatnonzero(owners < 0)[-1])
    before = strip.rect_of(first)
    part(tab, QCheckBox, "attentionTemplate").click()
    qtbot.waitUntil(lambda: strip.is_laid_out)
    assert strip.rect_of(first) != before
    assert strip.position_at(strip.rect_of(first).center()) == first


def test_the_other_moment(tab: AttentionTab, qtbot: QtBot) -> None:
    combo = part(tab, QComboBox, "attentionMoment")
    assert combo.currentData() == Moment.WRITING
    before = tab._attention.picture
    QTest.keyClick(combo, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: tab._attention.picture is not before and tab._attention.state is AttentionState.READY)
    picture = tab._attention.picture
    assert picture is not None
    assert picture.ids[-1] == tab._services.inspector.trace.ids[5]


def test_heads_by_mouse_and_keys(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, grid = tab._attention, tab.heads.grid
    part(tab, QTabBar, "attentionPages").setCurrentIndex(1)
    qtbot.waitUntil(lambda: attention.side.scores is not None, timeout=20_000)
    assert attention.picture is not None
    click(grid.viewport(), grid.rect_of((2, 3)).center())
    assert attention.heads == {(2, 3)}
    said = part(tab, QLabel, "headPointed").text()
    assert said.startswith("L2 H3")
    rest, _ = without_sink(attention.picture.weights[2, 3])
    assert f"“{attention.word(int(rest.argmax()))}”: {weight_text(float(rest.max()))}" in said
    np.testing.assert_array_equal(attention.picture.row(attention.heads), attention.picture.weights[2, 3])
    click(grid.viewport(), grid.rect_of((3, 5)).center(), Qt.KeyboardModifier.ControlModifier)
    assert attention.heads == {(2, 3), (3, 5)}
    click(grid.viewport(), grid.rect_of((2, 4)).center())
    click(grid.viewport(), grid.rect_of((3, 5)).center(), Qt.KeyboardModifier.ShiftModifier)
    assert attention.heads == {(2, 4), (2, 5), (3, 4), (3, 5)}
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Up)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert attention.heads == {(2, 6)}
    part(tab, QPushButton, "allHeads").click()
    assert attention.heads == frozenset()


def test_heads_are_sorted_by_what_they_are_coloured_by(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, grid = tab._attention, tab.heads.grid
    part(tab, QTabBar, "attentionPages").setCurrentIndex(1)
    qtbot.waitUntil(lambda: attention.side.scores is not None, timeout=20_000)
    assert attention.side.scores is not None
    combo = part(tab, QComboBox, "headScore")
    combo.setFocus()
    while combo.currentData() != "entropy":
        QTest.keyClick(combo, Qt.Key.Key_Up)
    part(tab, QCheckBox, "sortHeads").click()
    values = [float(attention.side.scores.scores["entropy"][head]) for head in grid.order]
    assert values == sorted(values, reverse=True)
    assert attention.picture is not None
    assert len(values) == attention.picture.weights[..., 0].size
    assert grid.head_at(grid.rect_of(grid.order[0]).center().toPointF()) == grid.order[0]


def test_what_the_picture_is(tab: AttentionTab) -> None:
    picture = tab._attention.picture
    assert picture is not None
    text = part(tab, QLabel, "attentionProof").text()
    for words in ("recorded", "F16 KV", "flash attention", "row sums", number_percent(picture.difference)):
        assert words in text
    assert part(tab, QLabel, "attentionCaution").text()


def test_empty_states(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_real(False)
    services.settings.set(RECORD_ATTENTION, "off")
    tab = open_tab(services, qtbot)
    state = part(tab, QLabel, "attentionState")
    assert "Choose a token" in state.text()
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    services.inspector.set_open(True)
    ask(services, qtbot, "Hello", GREEDY)
    services.inspector.select_token(1)
    shown(tab, qtbot, 1)
    text = part(tab, QLabel, "attentionProof").text()
    for words in ("replayed", "F16 KV", "flash attention off", "row sums"):
        assert words in text
    part(tab, QToolButton, "explainAttention").click()
    assert "switched off in the preferences" in part(tab, QLabel, "attentionMemory").text()
    meta = tab.export_data()
    assert meta is not None
    assert (meta.meta["attention"], meta.meta["flash_attention"]) == ("replayed", "off")


def test_the_matrix_of_a_head(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, matrix = tab._attention, tab.matrix.matrix
    attention.choose_heads(frozenset({(2, 3)}))
    part(tab, QTabBar, "attentionPages").setCurrentIndex(2)
    qtbot.waitUntil(lambda: attention.side.matrix is not None, timeout=20_000)
    known = attention.side.matrix
    assert known is not None
    assert attention.picture is not None
    np.testing.assert_array_equal(known.weights[0, 3, -1], attention.picture.weights[2, 3])
    head = between_cells(known.weights[0, 3], tab.matrix._cells)
    row, column = head.shape[0] - 1, head.shape[1] - 3
    QTest.mouseMove(matrix.viewport(), matrix.rect_of(0, 0).center().toPoint())  # a mouse that stays tells nothing
    QTest.mouseMove(matrix.viewport(), matrix.rect_of(row, column).center().toPoint())
    pointed, weight = part(tab, QLabel, "matrixPointed"), weight_text(float(head[row, column]))
    qtbot.waitUntil(lambda: weight in pointed.text())  # a display tells of the mouse when it likes
    text = pointed.text()
    assert weight_text(matrix.full) in part(tab, QLabel, "matrixScale").text()
    assert matrix.full == pytest.approx(float(head[:, 1:].max()))
    cell = matrix.cell
    matrix.setFocus()
    QTest.keyClick(matrix, Qt.Key.Key_Plus)
    assert matrix.cell > cell
    QTest.keyClick(matrix, Qt.Key.Key_Up)
    assert matrix.accessibleDescription() != text
    for _ in range(30):
        QTest.keyClick(matrix, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: 0 < matrix.painted < head.size)
    QTest.keyClick(matrix, Qt.Key.Key_Up)
    assert matrix._cross is not None  # the pointer, under which cells moved, may have had its say
    token = attention.token_at(int(tab.matrix._cells.starts[matrix.first_query + matrix._cross[0]]))
    QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert token is not None
    shown(tab, qtbot, token)


def test_another_head_by_its_box(tab: AttentionTab, qtbot: QtBot) -> None:
    attention = tab._attention
    part(tab, QTabBar, "attentionPages").setCurrentIndex(2)
    qtbot.waitUntil(lambda: attention.side.matrix is not None, timeout=20_000)
    layer = part(tab, QComboBox, "matrixLayer")
    with qtbot.waitSignal(attention.side.matrix_changed, timeout=20_000):
        QTest.keyClick(layer, Qt.Key.Key_Down)
    assert attention.heads == {(1, 0)}
    assert attention.side.matrix is not None
    assert attention.side.matrix.layers == (1,)


def test_lines_of_chosen_heads_and_of_all(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, page = tab._attention, tab.lines
    tab._services.inspector.select_token(11)
    shown(tab, qtbot, 11)
    part(tab, QTabBar, "attentionPages").setCurrentIndex(3)
    part(tab, QComboBox, "linesLength").setCurrentIndex(0)
    part(tab, QComboBox, "linesLength").activated.emit(0)
    picture = attention.picture
    assert picture is not None
    qtbot.waitUntil(lambda: page._lines is not None and len(page._lines.labels) == 16, timeout=20_000)
    assert "last 16 of" in part(tab, QLabel, "linesSaid").text()
    cells = page._cells
    rest, _sink = without_sink(picture.mean)
    assert page._lines is not None
    mine = page._lines.weights[0, -1]
    first = int(cells.starts[len(cells) - 16])
    assert mine[0] == pytest.approx(float(rest[:first].sum()), abs=2e-3)
    np.testing.assert_allclose(mine[1:], np.add.reduceat(rest, cells.starts)[-16:], atol=2e-3)
    attention.choose_heads(frozenset({(2, 3), (0, 1)}))
    qtbot.waitUntil(lambda: page._lines is not None and len(page._lines.weights) == 2, timeout=20_000)
    assert "L2 H3" in part(tab, QLabel, "linesLegend").text()
    rest, _sink = without_sink(picture.weights[2, 3].astype(np.float32))
    row = page._lines.weights[1, -1]
    np.testing.assert_allclose(row[1:], np.add.reduceat(rest, cells.starts)[-16:], atol=2e-3)
    # The lines are the fewest that have the share of what is here, and point where the numbers say.
    lined = page._lines.shown[1, -1]
    assert row[lined].sum() >= 0.8 * row[1:].sum() - 1e-4 > row[lined].sum() - row[lined].min() - 2e-4
    widget = page.lines
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Up)
    best = int(page._lines.weights[:, -1].mean(axis=0).argmax())
    name = page._lines.labels[best - 1] if best else widget.before
    assert f"“{name}”" in widget.accessibleDescription()
    QTest.keyClick(widget, Qt.Key.Key_Right)
    assert "is looked at by" in widget.accessibleDescription()
    click(widget, widget.rect_of(0, widget.rows - 2).center().toPoint())
    assert tab._services.inspector.token == attention.token_at(int(cells.starts[-2]))


def test_shares_of_every_message(tab: AttentionTab, qtbot: QtBot) -> None:
    attention, chart = tab._attention, tab.shares.chart
    part(tab, QTabBar, "attentionPages").setCurrentIndex(4)
    page, picture = tab.shares, attention.picture
    qtbot.waitUntil(lambda: page.shares.size > 0 and not np.isnan(page.shares).any(), timeout=20_000)
    assert picture is not None
    assert len(page.shares) == len(tab._services.inspector.trace)
    np.testing.assert_allclose(page.shares.sum(axis=-1), 1, atol=2e-3)
    rest, sink = without_sink(picture.mean)
    mine = float(rest[picture.owners == len(attention.regions) - 1].sum())
    assert page.shares[5, len(attention.regions) - 1] == pytest.approx(mine, abs=1e-3)
    assert page.shares[5, -1] == pytest.approx(sink, abs=1e-3)
    said = {line[1].text(): line[2].text() for line in page.lines if line[0].isVisible()}
    assert said["This reply"] == weight_text(float(page.shares[5, len(attention.regions) - 1]))
    click(chart, chart.rect_of(3).center().toPoint())
    shown(tab, qtbot, 3)


def test_shares_are_those_of_the_model_that_is_loaded(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    tab, inspector = open_tab(services, qtbot), services.inspector
    part(tab, QTabBar, "attentionPages").setCurrentIndex(4)
    page = tab.shares
    found: list[NDArray[np.float32]] = []
    for name in ("llama-f32", "llama-tied"):  # which cut text into the same tokens
        with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
            services.models.choose(str(tiny(name)))
        inspector.look_at_text("What is attention?")
        qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
        look(services, qtbot, 5)
        qtbot.waitUntil(lambda: page.shares.size > 0 and not np.isnan(page.shares).any(), timeout=20_000)
        found.append(page.shares[page._tokens().index(5)].copy())
        row = tab._attention.row(5)
        assert row is not None
        assert found[-1][-1] == pytest.approx(without_sink(row)[1], abs=1e-3)
    assert np.abs(found[0] - found[1]).max() > 2e-3


def test_rollout_says_its_convention_and_can_be_stopped(tab: AttentionTab, qtbot: QtBot) -> None:
    combo, attention = part(tab, QComboBox, "attentionHow"), tab._attention
    combo.setFocus()
    worker = psutil.Process(tab._services.engine.pid)
    worker.suspend()
    try:
        QTest.keyClick(combo, Qt.Key.Key_End)
        assert attention.how == "rollout"
        button = part(tab, QPushButton, "rolloutButton")
        qtbot.waitUntil(button.isVisible)
        click(button, button.rect().center())
        assert "Stopped" in part(tab, QLabel, "rolloutText").text()
        assert not tab.sources.list.sources.rows
        click(button, button.rect().center())
    finally:
        worker.resume()
    qtbot.waitUntil(lambda: attention.light.current is not None, timeout=20_000)
    assert "0.5·A + 0.5·I" in part(tab, QLabel, "rolloutText").text()
    assert tab.sources.list.sources.rows
    found = tab.export_data()
    assert found is not None
    assert attention.light.current is not None
    assert [row[4] for row in found.table().rows] == attention.light.current.row.tolist()


def test_what_is_exported(tab: AttentionTab, tmp_path: Path) -> None:
    attention = tab._attention
    attention.choose_heads(frozenset({(2, 3)}))
    found = tab.export_data()
    assert found is not None
    assert attention.picture is not None
    table = found.table()
    assert [row[1] for row in table.rows] == attention.picture.ids.tolist()
    assert [row[4] for row in table.rows] == attention.picture.weights[2, 3].tolist()
    assert table.meta["heads"] == "L2 H3"
    assert table.meta["fingerprint"]
    attention.choose_heads(frozenset(), "rollout")
    part(tab, QTabBar, "attentionPages").setCurrentIndex(2)
    matrix = tab.export_data()
    assert matrix is not None
    assert (matrix.meta["heads"], matrix.meta["combined"]) == ("L0 H0", "mean")  # which is what it shows
    assert [row[4] for row in matrix.table().rows] == attention.picture.weights[0, 0].tolist()
    image = tmp_path / "sources.png"
    image.write_bytes(png(found.picture(), found.meta)())
    assert not QImage(str(image)).isNull()


def test_a_picture_is_verified_by_a_replay(tab: AttentionTab, qtbot: QtBot) -> None:
    verification = tab._services.verification
    button, said = part(tab, QPushButton, "verifyPicture"), part(tab, QLabel, "verifyResult")
    bars = part(tab, LayerBars, "verifyLayers")
    assert not bars.isVisible()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert button.text() == "Cancel"
    qtbot.waitUntil(lambda: verification.result is not None, timeout=20_000)
    result = verification.result
    assert result is not None
    assert not button.isVisible()
    for words in (number_text(result.largest, 3), head_name(result.worst), "other kernels"):
        assert words in said.text()
    bars.setFocus()
    for _ in range(3):
        QTest.keyClick(bars, Qt.Key.Key_Right)
    head, value = result.layers[2]
    pointed = part(tab, QLabel, "verifyPointed").text()
    assert head_name(head) in pointed
    assert number_text(value, 3) in pointed
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert tab._attention.heads == {head}
    click(bars, bars.rect_of(1).center().toPoint())
    assert tab._attention.heads == {result.layers[1][0]}


def test_a_long_reading_says_how_far_it_is_and_can_be_cancelled(
    open_real: Real, qtbot: QtBot, starter_model: str
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    tab = open_tab(services, qtbot)
    action, said = part(tab, QPushButton, "attentionAction"), part(tab, QLabel, "attentionState")
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        services.inspector.select_token(4)
        qtbot.waitUntil(lambda: action.isVisible() and action.text() == "Cancel", timeout=5_000)
        assert part(tab, QProgressBar, "attentionReading").isVisible()
        click(action, action.rect().center())
        assert "cancelled" in said.text()
        assert action.text() == "Try again"
    finally:
        worker.resume()
    click(action, action.rect().center())
    shown(tab, qtbot, 4)
