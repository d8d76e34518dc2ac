"""The Next token tab by hand: keys and mouse, the starter model in the real worker."""

import time
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatapp.core.next_token import NextToken
from chatapp.core.vocabulary import Vocabulary
from chatapp.services.bundle import Services
from chatapp.services.explorer import ExplorerState
from chatapp.services.explorer_place import Source
from chatapp.ui import theme
from chatapp.ui.inspector.distribution_model import ID, TOKEN, DistributionItemModel, cell_text
from chatapp.ui.inspector.distribution_table import DistributionTable
from chatapp.ui.inspector.explorer_tab import ExplorerTab
from chatapp.ui.inspector.lookahead_tree import LookaheadTreeView
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.step_chips import StepChips
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services, services
from tests.services.test_explorer import GREEDY, load

__all__ = ["make_services", "open_real", "services"]
W = TypeVar("W", bound=QWidget)


def open_tab(services: Services, qtbot: QtBot) -> ExplorerTab:
    tab = ExplorerTab(services)
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


def choose(tab: ExplorerTab, source: Source) -> None:
    """Down the list with the arrow keys."""
    box = part(tab, QComboBox, "explorerSource")
    box.setFocus()
    while box.currentData() != source:
        QTest.keyClick(box, Qt.Key.Key_Down)


def ready(services: Services, qtbot: QtBot, steps: int = 0) -> None:
    explorer = services.explorer
    qtbot.waitUntil(
        lambda: explorer.state is ExplorerState.READY and len(explorer.steps) == steps and explorer.place is not None,
        timeout=20_000,
    )


def type_text(tab: ExplorerTab, services: Services, qtbot: QtBot, text: str) -> None:
    choose(tab, Source.TEXT)
    edit = part(tab, QPlainTextEdit, "explorerText")
    edit.setFocus()
    qtbot.keyClicks(edit, text)
    qtbot.waitUntil(lambda: services.explorer.place is not None and services.explorer.text == text, timeout=20_000)
    qtbot.waitUntil(lambda: services.explorer.place.text == text.encode(), timeout=20_000)  # type: ignore[union-attr]
    ready(services, qtbot)


def compose(widget: QWidget, text: str) -> None:
    """As an input method writes Hangul: there are no keys for it."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def ids_shown(table: DistributionTable, count: int = 10) -> list[int]:
    return [int(str(table.rows.index(row, ID).data())) for row in range(min(count, table.rows.rowCount()))]


def test_a_text_is_gone_on_with_by_keyboard(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    assert part(tab, QLabel, "explorerMessage").isVisible()
    type_text(tab, services, qtbot, "Attention lets each")
    table = part(tab, DistributionTable, "candidateDistribution")
    model = services.engine.model
    assert model is not None
    assert table.rows.rowCount() == model.n_vocab
    known = services.explorer.distribution
    assert known is not None
    assert ids_shown(table) == known.order[:10].tolist()

    # Third candidate by keyboard, then back with the mouse.
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    ready(services, qtbot, 1)
    assert services.explorer.steps[0].id == known.order[2]
    chips = part(tab, StepChips, "stepChips")
    assert chips.isVisible()
    assert percent(float(np.exp(known.logprobs[known.order[2]]))) in part(tab, QLabel, "stepProduct").text()
    QTest.mouseClick(part(tab, QWidget, "undoStep"), Qt.MouseButton.LeftButton)
    ready(services, qtbot, 0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    ready(services, qtbot, 1)
    QTest.keyClick(table, Qt.Key.Key_Backspace)
    ready(services, qtbot, 0)
    assert not part(tab, QWidget, "undoStep").isEnabled()


def test_a_double_click_the_likeliest_and_a_draw(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    type_text(tab, services, qtbot, "The")
    table = part(tab, DistributionTable, "candidateDistribution")
    wanted = ids_shown(table)[1]
    at = table.visualRect(table.rows.index(1, TOKEN)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    ready(services, qtbot, 1)
    assert services.explorer.steps[0].id == wanted
    likeliest = ids_shown(table)[0]
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == table.rows.bytes_of(likeliest).decode()
    QTest.mouseClick(part(tab, QPushButton, "takeLikeliest"), Qt.MouseButton.LeftButton)
    ready(services, qtbot, 2)
    assert services.explorer.steps[1].id == likeliest
    seed = part(tab, QSpinBox, "drawSeed")
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "77")
    assert services.explorer.seed == 77
    known = services.explorer.distribution
    assert known is not None
    QTest.mouseClick(part(tab, QPushButton, "drawOne"), Qt.MouseButton.LeftButton)
    ready(services, qtbot, 3)
    assert services.explorer.steps[2].id == known.draw(77, 2)

    # A click on the first chip goes back to it; so does the keyboard.
    chips = part(tab, StepChips, "stepChips")
    QTest.mouseClick(chips, Qt.MouseButton.LeftButton, pos=chips.chip_rect(1).center().toPoint())
    ready(services, qtbot, 2)
    chips.setFocus()
    QTest.keyClick(chips, Qt.Key.Key_Left)
    assert chips.accessibleDescription()
    QTest.keyClick(chips, Qt.Key.Key_Return)
    ready(services, qtbot, 1)


def test_the_vocabulary_is_searched(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    type_text(tab, services, qtbot, "The")
    box, table = part(tab, QLineEdit, "vocabularySearch"), part(tab, DistributionTable, "candidateDistribution")
    vocabulary = services.explorer.vocabulary
    assert vocabulary is not None
    for query, fits in (
        ("att", lambda piece: b"att" in piece.lower()),
        ("뷁", lambda piece: piece[-1:] == b"\xeb" or piece[-2:] == "뷁".encode()[:2] or "뷁".encode() in piece),
        ("<EB>", lambda piece: b"\xeb" in piece),
    ):
        box.clear()
        box.setFocus()
        compose(box, query)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert table.hasFocus()
        shown = [table.rows.token(row) for row in range(table.rows.rowCount())]
        assert set(shown) == {i for i in range(len(vocabulary)) if fits(vocabulary.piece(i))}
        assert shown
        assert str(len(shown)) in part(tab, QLabel, "distributionMass").text().replace(",", "")
    box.clear()
    qtbot.keyClicks(box, "#42")
    qtbot.waitUntil(lambda: table.rows.rowCount() == 1)
    assert ids_shown(table) == [42]
    box.clear()
    qtbot.keyClicks(box, "no such token at all")
    qtbot.waitUntil(lambda: table.rows.rowCount() == 0)
    assert "No token" in part(tab, QLabel, "distributionMass").text()


def test_the_selected_token_of_the_chat_and_another_version_of_the_reply(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(4)
    qtbot.waitUntil(
        lambda: services.explorer.place is not None and services.explorer.place.taken is not None, timeout=20_000
    )
    ready(services, qtbot)
    table = part(tab, DistributionTable, "candidateDistribution")
    assert ids_shown(table)[0] == trace.ids[4]
    where = part(tab, QLabel, "explorerWhere").text()
    assert "token 5" in where
    assert "rank 1," in where
    taken = table.rows.index(0, TOKEN)
    assert "stands here" in str(taken.data(Qt.ItemDataRole.AccessibleTextRole))
    assert table.rows.cell(0, TOKEN).taken
    assert not table.rows.cell(1, TOKEN).taken
    button = part(tab, QPushButton, "continueInChat")
    assert not button.isVisible()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    ready(services, qtbot, 1)
    chosen = services.explorer.steps[0].id
    assert button.isVisible()
    with qtbot.waitSignal(services.chat.path_changed, timeout=20_000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=60_000)
    leaf = services.chat.conversation.leaf_id
    kept = services.storage.read_now(lambda store: store.load_trace(leaf or 0))
    assert kept is not None
    assert kept.ids[:5].tolist() == [*trace.ids[:4].tolist(), chosen]


def test_a_path_of_the_lookahead_is_taken(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    type_text(tab, services, qtbot, "Attention lets each")
    bar = part(tab, QTabBar, "explorerPages")
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    start = part(tab, QPushButton, "lookaheadStart")
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.lookahead.tree is not None, timeout=30_000)
    tree = services.lookahead.tree
    assert tree is not None
    view = part(tab, LookaheadTreeView, "lookaheadTree")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    second = tree.children(-1)[1]
    assert cell_text(int(tree.ids[second]), tree.pieces[second]) in view.accessibleDescription()
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Return)
    way = (tree.children(-1)[0], tree.children(tree.children(-1)[0])[0])
    ready(services, qtbot, 2)
    assert [s.id for s in services.explorer.steps] == [int(tree.ids[n]) for n in way]
    assert view.tree is None

    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.lookahead.tree is not None, timeout=30_000)
    tree = services.lookahead.tree
    assert tree is not None
    first = tree.children(-1)[0]
    assert view.node_at(QPointF(view.node_point(first))) == first
    QTest.mouseMove(view.viewport(), view.node_point(first))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.node_point(first))
    ready(services, qtbot, 3)
    assert services.explorer.steps[2].id == tree.ids[first]


def test_every_control_has_a_name_and_the_theme_may_change(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    type_text(tab, services, qtbot, "The")
    before = tab.grab().toImage()
    for kind in (QPushButton, QLineEdit, QComboBox, QPlainTextEdit, QSpinBox, DistributionTable, LookaheadTreeView):
        for widget in tab.findChildren(kind):
            if widget.objectName() and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget.objectName()
    theme.notifier.changed.emit()
    assert tab.grab().toImage().size() == before.size()


def test_without_a_model_it_says_what_to_do(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    tab = open_tab(services, qtbot)
    choose(tab, Source.TEXT)
    edit = part(tab, QPlainTextEdit, "explorerText")
    qtbot.keyClicks(edit, "Hello")
    qtbot.waitUntil(lambda: "model" in part(tab, QLabel, "explorerMessage").text(), timeout=5_000)
    assert not part(tab, QPushButton, "takeLikeliest").isEnabled()


def test_the_test_engine_says_that_it_cannot(services: Services, qtbot: QtBot) -> None:
    tab = open_tab(services, qtbot)
    choose(tab, Source.TEXT)
    qtbot.keyClicks(part(tab, QPlainTextEdit, "explorerText"), "Hello")
    qtbot.waitUntil(lambda: services.explorer.state is ExplorerState.FAILED, timeout=10_000)
    assert services.explorer.error is not None
    assert services.explorer.error.message in part(tab, QLabel, "explorerMessage").text()


def test_where_another_model_s_token_stands_nothing_is_shown_but_why(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    load(services, qtbot, "llama-f32")
    tab = open_tab(services, qtbot)
    ask(services, qtbot, "Hello", GREEDY)
    services.inspector.select_token(3)
    where = part(tab, QLabel, "explorerWhere")
    qtbot.waitUntil(lambda: where.text().startswith("In the place of token 4 of the reply"), timeout=20_000)
    load(services, qtbot, "llama-sentencepiece")
    qtbot.waitUntil(lambda: services.explorer.state is ExplorerState.OTHER_MODEL, timeout=20_000)
    assert part(tab, QLabel, "explorerMessage").text().startswith("Another model cut this text into tokens")
    assert not where.text()
    assert tab.export_data() is None


def test_the_table_of_a_large_vocabulary_is_shown_and_searched_within_a_frame(qtbot: QtBot) -> None:
    rng = np.random.default_rng(1)
    count = 152_000
    pieces = [f" {'어텐션' if i % 3 else 'attention'}{i}".encode() for i in range(count)]
    lengths = np.array([len(p) for p in pieces], np.int32)
    vocabulary = Vocabulary(lengths, np.frombuffer(b"".join(pieces), np.uint8), np.zeros(count, np.uint8))
    known = NextToken.of(rng.standard_normal(count).astype(np.float32) * 4, np.full(count, 1 / count, np.float32), 5)
    table = DistributionTable()
    qtbot.addWidget(table)
    table.resize(440, 500)
    with qtbot.waitExposed(table):
        table.show()
    model: DistributionItemModel = table.rows
    table.rows.show_distribution(known, vocabulary)
    assert model.rowCount() == count

    def fastest(work: list[str]) -> float:
        times = []
        for query in work:
            begin = time.thread_time()
            model.search(query)
            table.viewport().repaint()
            times.append(time.thread_time() - begin)
        return min(times)

    assert fastest(["어", "att", "어", "att", "어"]) < 0.016
    model.search("")
    table.scrollToBottom()
    times = []
    for row in (10, 70_000, 151_000, 500, 90_000):
        begin = time.thread_time()
        table.scrollTo(model.index(row, 0))
        table.viewport().repaint()
        times.append(time.thread_time() - begin)
    assert min(times) < 0.016


def test_points_outside_nodes_are_no_nodes(qtbot: QtBot) -> None:
    view = LookaheadTreeView()
    qtbot.addWidget(view)
    view.resize(200, 200)
    with qtbot.waitExposed(view):
        view.show()
    assert view.node_at(QPointF(QPoint(50, 50))) == -1
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.accessibleDescription() == ""
