import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextDocumentFragment
from PySide6.QtWidgets import QApplication, QTableView, QTableWidget, QToolTip, QWidget

from chatapp.core.conversation import ConversationSummary, Message, Role
from chatapp.core.generation import Fork, SamplingParams
from chatapp.core.lookahead import LookaheadTree
from chatapp.core.stage_view import StageView
from chatapp.services.explorer import Step
from chatapp.services.lens import LayerView
from chatapp.ui import theme
from chatapp.ui.chat.blocks import Run
from chatapp.ui.chat.fork_label import ForkLabel
from chatapp.ui.chat.richtext import Look, char_format
from chatapp.ui.dialogs import model_info
from chatapp.ui.inspector.lens_table import FIRST, LensTable
from chatapp.ui.inspector.lookahead_tree import LookaheadTreeView
from chatapp.ui.inspector.shape_bars import Bars, ShapeBars
from chatapp.ui.inspector.stage_columns import StageColumns
from chatapp.ui.inspector.step_chips import StepChips
from chatapp.ui.inspector.tree_item_model import _hover_text
from chatapp.ui.sidebar.item_model import ConversationItemModel
from chatapp.ui.widgets.text import ElidedLabel, plain_tip

EVIL = "<b>x</b>"  # as a token, a title, an address


@pytest.mark.parametrize("text", ["<s>", "a <b>bold</b> token", "<img src='/x'>", "&lt;s&gt;", "<div>\nlines</div>"])
def test_what_looks_like_html_is_shown_as_it_stands(text: str) -> None:
    shown = QTextDocumentFragment.fromHtml(plain_tip(text)).toPlainText()
    assert shown == text
    assert "<img" not in plain_tip(text)


@pytest.mark.parametrize("text", ["", "plain", "5 > 3", "“cat” 4.1 %"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain_tip(text) == text


def cell_tip(view: QTableView, row: int, column: int) -> str:
    model = view.model()
    assert isinstance(model, QAbstractItemModel)
    return str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole))


def asked_tip(widget: QWidget, at: QPoint) -> str:
    """What comes up when the pointer rests at a point of *widget*."""
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def cut_label() -> str:
    label = ElidedLabel()
    label.resize(10, 20)
    label.set_full_text(EVIL)
    return label.toolTip()


def fork() -> str:
    label = ForkLabel()
    label.set_fork(Fork(1, 3, 7, -1.0, EVIL.encode(), 8, -2.0, b"old"))
    return label.toolTip()


def stages() -> str:
    view = StageColumns()
    left, ids, probs = np.array([9, 1], np.int32), np.array([7], np.int32), np.array([[0.5, 0.5]], np.float32)
    view.show_view(StageView(("raw", "temperature"), left, ids, probs, (EVIL.encode(),), 0), SamplingParams())
    return cell_tip(view, 0, 0)


def bars() -> str:
    view = ShapeBars()
    view.show_bars(Bars(np.array([7], np.int32), (EVIL.encode(),), np.array([0.5], np.float32), 0, None))
    return cell_tip(view, 0, 1)


def layers() -> str:
    view = LensTable()
    view.show_layers([LayerView(0, ((EVIL.encode(), 7, 0.5),), -1.0, 0, 1.0)])
    return cell_tip(view, 0, FIRST)


def lookahead() -> str:
    view = LookaheadTreeView()
    view.resize(300, 100)
    one, no = np.zeros(1, np.int32), np.zeros(1, np.bool_)
    logprob = np.array([-1.0])
    view.show_tree(LookaheadTree(one - 1, one, logprob.astype(np.float32), logprob, one, no, (EVIL.encode(),)))
    places = (QPoint(x, y) for x in range(0, 300, 4) for y in range(0, 100, 4))
    at = next(place for place in places if view.node_at(place.toPointF()) >= 0)
    return asked_tip(view.viewport(), at)


def chips() -> str:
    view = StepChips()
    view.resize(300, 60)
    view.show_steps(b"", (Step(7, EVIL.encode(), -1.0, 0.5),))
    places = (QPoint(x, y) for x in range(0, 300, 4) for y in range(0, 60, 4))
    at = next(place for place in places if view.chip_at(place.toPointF()) >= 0)
    return asked_tip(view, at)


def tree() -> str:
    return _hover_text(Message(1, None, Role.USER, EVIL, time.time()))


def title() -> str:
    model = ConversationItemModel(lambda _id, _title: None)
    model.set_summaries([ConversationSummary(1, EVIL, time.time())])
    return str(model.index_of(1).data(Qt.ItemDataRole.ToolTipRole))


def fact() -> str:
    table = QTableWidget(0, 1)
    model_info._fill(table, [(EVIL,)])
    item = table.item(0, 0)
    assert item is not None
    return item.toolTip()


def link() -> str:
    return char_format(Run("here", link=f"https://example.org/{EVIL}"), Look.current()).toolTip()


@pytest.mark.parametrize(
    "tip", [cut_label, fork, stages, bars, layers, lookahead, chips, tree, title, fact, link], ids=lambda f: f.__name__
)
def test_every_tooltip_shows_what_it_is_about_as_it_stands(tip: Callable[[], str], qapp: QApplication) -> None:
    theme.apply(qapp, "light", 10)
    said = tip()
    assert EVIL in QTextDocumentFragment.fromHtml(said).toPlainText()
    assert EVIL not in said
