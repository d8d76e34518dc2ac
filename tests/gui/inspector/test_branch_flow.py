"""A whole afternoon with branches, in the window and with a real model: fork, switch, find it in the tree, compare."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.inspector.compare_dialog import CompareDialog
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.panel import InspectorPanel
from chatapp.ui.inspector.tokens_tab import TokensTab
from chatapp.ui.inspector.tree_map import TreeTab
from tests.gui.conftest import open_window
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.test_branching import trace_of

__all__ = ["open_real"]
AT = 4


def test_another_token_is_tried_and_held_against_the_first(open_real: Real, qapp: QApplication, qtbot: QtBot) -> None:
    services = open_real(True)
    window = open_window(services, qapp, qtbot)
    panel = window.findChild(InspectorPanel)
    window.actions_table["inspector"].trigger()
    trace = ask(services, qtbot, "Tell me about cats.", SamplingParams(temperature=0, max_tokens=30))
    first = services.chat.conversation.path()[-1]

    # The second likeliest candidate of a token, chosen in the Tokens tab.
    tokens = panel.findChild(TokensTab)
    panel.tabs.setCurrentWidget(tokens)
    services.inspector.select_token(AT)
    table = panel.findChild(QTableView, "candidateTable")
    row = table.model().index(1, 0)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(row).center())
    with qtbot.waitSignal(services.chat.path_changed):
        qtbot.mouseClick(tokens.findChild(QPushButton, "branchButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=30_000)
    made = services.chat.conversation.path()[-1]
    assert trace_of(services, made).ids[: AT + 1].tolist() == [*trace.ids[:AT].tolist(), int(trace.top_ids[AT, 1])]
    assert services.inspector.token == AT
    assert services.inspector.message_id == made.id

    # Where versions are switched it is told.
    def told() -> str:
        widget = next(
            w for w in window.findChildren(MessageWidget) if w.message.id == services.chat.conversation.leaf_id
        )
        return str(widget.findChild(QLabel, "forkLabel").text())

    assert made.info is not None
    assert made.info.fork is not None
    assert made.info.fork.probability is not None
    assert told().endswith(percent(made.info.fork.probability))

    # The tree leads back to the first reply, and compares both.
    tree = panel.findChild(TreeTab)
    panel.tabs.setCurrentWidget(tree)
    qtbot.waitUntil(lambda: tree.view.model().rowCount() == 3)

    def place(message_id: int) -> QPoint:
        return tree.view.visualRect(tree.view.model().index(tree.view.tree.rows.row_of[message_id], 0)).center()

    qtbot.mouseClick(tree.view.viewport(), Qt.MouseButton.LeftButton, pos=place(first.id))
    assert services.chat.conversation.leaf_id == first.id
    assert told() == ""
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(tree.view.viewport(), Qt.MouseButton.LeftButton, control, place(made.id))
    qtbot.mouseClick(tree.findChild(QPushButton, "compareButton"), Qt.MouseButton.LeftButton)
    dialog = tree.findChild(CompareDialog)
    verdict = dialog.findChild(QLabel, "compareVerdict")
    qtbot.waitUntil(lambda: verdict.text().startswith(f"They part at token {AT + 1}: A has "))
    assert percent(made.info.fork.probability) in verdict.text()
    dialog.close()
