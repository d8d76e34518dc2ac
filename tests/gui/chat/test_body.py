"""The drawn text of a message: the same whole or streamed, at a cost that does not grow, selectable over all of it."""

import random

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.ui import theme
from chatapp.ui.chat.body import MessageBody
from chatapp.ui.chat.code_piece import CodePiece
from chatapp.ui.chat.pieces import ProsePiece
from chatapp.ui.chat.table_piece import TablePiece
from tests.gui.chat.test_markdown import SAMPLE

WIDTH = 600


@pytest.fixture
def body(qtbot: QtBot) -> MessageBody:
    return shown(qtbot)


def shown(qtbot: QtBot) -> MessageBody:
    body = MessageBody()
    qtbot.addWidget(body)
    body.resize(WIDTH, 400)
    body.height_changed.connect(lambda: body.resize(WIDTH, body.fit(WIDTH)))
    with qtbot.waitExposed(body):
        body.show()
    return body


def drawn(body: MessageBody) -> list[tuple[str, str]]:
    return [(type(view.parent()).__name__, view.document().toHtml()) for view in body.views()]


def wait_until_drawn(body: MessageBody, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: body.is_settled)


def test_streamed_and_whole_look_the_same(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text(SAMPLE * 3)
    wait_until_drawn(body, qtbot)
    other = shown(qtbot)
    other.set_text("", streaming=True)
    rng = random.Random(1)
    text, at = SAMPLE * 3, 0
    while at < len(text):
        size = rng.choice((1, 3, 11, 80))
        other.append(text[at : at + size])
        at += size
        if rng.random() < 0.2:
            other.draw_pending()
    other.end()
    assert drawn(other) == drawn(body)
    assert other.fit(WIDTH) == body.fit(WIDTH)


@pytest.mark.parametrize("char", ["\u2029", "\ufdd0", "\ufdd1", "&#13;"])
def test_no_character_begins_a_paragraph_of_its_own(body: MessageBody, char: str) -> None:
    body.set_text("", streaming=True)
    for piece in ("alpha", char, "be", "ta\n\n", "second", f" {char}", " end"):
        body.append(piece)
        body.draw_pending()
    body.end()
    (view,) = body.views()
    assert view.document().blockCount() == 2
    assert view.toPlainText().count("alpha") == 1
    last = view.document().lastBlock()
    (first, *_), _offset = view.places_of(last)
    assert last.text().startswith("second")
    assert first.source == len(f"alpha{char}beta\n\n")


@pytest.mark.parametrize("char", ["\u2029", "\ufdd0", "\ufdd1"])
def test_no_character_begins_a_line_of_code_of_its_own(body: MessageBody, char: str) -> None:
    body.set_text(f"```python\nx = 1{char}\ny = 2  # end\n```")
    document = body.views()[0].document()
    assert document.blockCount() == 2
    assert document.characterCount() - 1 == len(f"x = 1{char}\ny = 2  # end")
    assert max(found.start for found in document.lastBlock().layout().formats()) == len("y = 2  ")


@pytest.mark.parametrize("char", ["\u2029", "\ufdd0", "\ufdd1", "\r"])
def test_what_a_user_wrote_is_one_paragraph(qtbot: QtBot, char: str) -> None:
    body = MessageBody(plain=True)
    qtbot.addWidget(body)
    for text in (f"alpha{char}beta", f"gamma{char}delta"):
        body.set_text(text)
        (view,) = body.views()
        assert view.document().blockCount() == 1
        assert view.document().characterCount() - 1 == len(text)


def test_finished_pieces_are_left_alone(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("", streaming=True)
    text = "Some words of a paragraph that is not long.\n\n" * 60
    body.append(text)
    wait_until_drawn(body, qtbot)
    views = body.views()
    assert len(views) > 2
    revisions = [view.document().revision() for view in views[:-1]]
    work = body.work
    body.append("More words.\n\nAnd more.\n\n")
    wait_until_drawn(body, qtbot)
    assert body.views()[: len(views) - 1] == views[:-1]
    assert [view.document().revision() for view in views[:-1]] == revisions
    assert body.work - work < 3000


def test_work_of_drawing_grows_no_faster_than_the_text(qtbot: QtBot) -> None:
    def work(repeats: int) -> int:
        body = shown(qtbot)
        body.set_text("", streaming=True)
        for _ in range(repeats):
            for unit in (
                "A paragraph with **bold** words.\n\n",
                "- item\n- item\n",
                "```c\nint x;\n",
                "int y;\n```\n\n",
            ):
                body.append(unit)
                body.draw_pending()
        return body.work

    assert work(160) < 2.3 * work(80)


def test_a_long_open_code_block_is_only_added_to(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("```python\n", streaming=True)
    line = "value = compute(value)  # step\n"
    body.append(line * 400)
    wait_until_drawn(body, qtbot)
    while body._pending:
        body.draw_pending()
    work = body.work
    body.append(line)
    body.draw_pending()
    assert body.work - work < 3 * len(line)
    (view,) = body.views()
    assert view.toPlainText().count("\n") == 400


def test_nothing_is_ever_loaded(body: MessageBody) -> None:
    body.set_text("![x](https://example.com/a.png) text")
    (view,) = body.views()
    for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
        assert view.loadResource(int(kind.value), QUrl("https://example.com/a.png")) is None
        assert view.document().resource(int(kind.value), QUrl("file:///etc/passwd")) is None
    assert "\ufffc" not in view.toPlainText()


def test_a_link_waits_for_a_click_and_shows_where_it_leads(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("[bank](https://evil.example/x)")
    clicked: list[str] = []
    body.link_clicked.connect(clicked.append)
    body.resize(WIDTH, body.fit(WIDTH))
    (view,) = body.views()
    where = view.cursorRect().center() + QPoint(8, 0)
    assert view.anchorAt(where) == "https://evil.example/x"
    assert view.cursorForPosition(where).charFormat().toolTip() == "https://evil.example/x"
    assert clicked == []
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert clicked == ["https://evil.example/x"]
    assert view.toPlainText() == "bank"


def test_code_is_copied_as_it_is_and_scrolls_by_itself(body: MessageBody, qtbot: QtBot) -> None:
    code = "x = 1\n\ty = '한글'\n" + "z" * 400
    body.set_text(f"```python\n{code}\n```")
    body.resize(WIDTH, body.fit(WIDTH))
    piece = body.findChild(CodePiece)
    qtbot.mouseClick(piece.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == code
    assert piece.copy_button.text() == "Copied"
    bar = piece.view.horizontalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == 0
    assert piece.width() == WIDTH
    assert piece.view.verticalScrollBar().maximum() == 0


def test_code_is_coloured(body: MessageBody) -> None:
    body.set_text("```python\ndef f(): return 'x'\n```")
    formats = body.views()[0].document().begin().layout().formats()
    assert len({f.format.foreground().color().name() for f in formats}) >= 3


def test_long_code_is_coloured_to_its_end_in_slices(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("```python\n" + "def f(): return 'x'\n" * 150 + "```")
    (view,) = body.views()
    assert view.document().begin().layout().formats()
    qtbot.waitUntil(lambda: bool(view.document().lastBlock().layout().formats()))


def test_an_unknown_language_is_plain_code(body: MessageBody) -> None:
    body.set_text("```<b>nonsense</b>\ntext\n```")
    assert body.views()[0].toPlainText() == "text"


def test_a_wide_table_scrolls_and_a_long_word_breaks(body: MessageBody) -> None:
    head = "| " + " | ".join(f"Column number {n}" for n in range(12)) + " |\n" + "|---" * 12 + "|\n"
    body.set_text(head + "| 값 " * 12 + "|\n\n" + "w" * 500)
    height = body.fit(WIDTH)
    body.resize(WIDTH, height)
    QApplication.processEvents()
    table, prose = body.findChild(TablePiece), body.findChild(ProsePiece)
    assert table.horizontalScrollBar().maximum() > 0
    assert prose.document().size().width() <= WIDTH
    assert prose.document().size().height() > 3 * prose.fontMetrics().height()


def test_selection_runs_over_all_pieces(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("First words.\n\n```\ncode here\n```\n\nLast words.")
    body.resize(WIDTH, body.fit(WIDTH))
    first, code, last = body.views()
    start = first.viewport().mapToGlobal(QPoint(1, 8))
    end = last.viewport().mapToGlobal(QPoint(WIDTH - 5, 8))
    QTest.mousePress(first.viewport(), Qt.MouseButton.LeftButton, pos=first.viewport().mapFromGlobal(start))
    body.selection.drag(first, end)
    assert body.selection.text() == "First words.\n\ncode here\n\nLast words."
    body.selection.copy()
    assert QGuiApplication.clipboard().text() == body.selection.text()
    body.selection.drag(first, code.viewport().mapToGlobal(QPoint(1, 5)))
    assert not last.textCursor().hasSelection()
    # QTest keeps the button down over tests: the next one would drag where it means to point.
    QTest.mouseRelease(first.viewport(), Qt.MouseButton.LeftButton)
    QTest.mousePress(last.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(1, 8))
    assert body.selection.text() == ""
    QTest.mouseRelease(last.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(1, 8))


def test_selection_upwards_and_by_keyboard(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("First words.\n\n```\ncode here\n```\n\nLast words.")
    body.resize(WIDTH, body.fit(WIDTH))
    first, _code, last = body.views()
    QTest.mousePress(last.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(WIDTH - 5, 8))
    body.selection.drag(last, first.viewport().mapToGlobal(QPoint(1, 8)))
    assert body.selection.text() == "First words.\n\ncode here\n\nLast words."
    QTest.mouseRelease(last.viewport(), Qt.MouseButton.LeftButton)
    body.selection.clear()
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(first, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "First words.\n\ncode here\n\nLast words."


def test_a_selection_survives_while_more_streams_in(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("Keep this selected.\n\nnext", streaming=True)
    (view,) = body.views()
    view.select(0, 9)
    body.append(" words\n\nand another paragraph")
    wait_until_drawn(body, qtbot)
    assert body.selection.text() == "Keep this"


def test_another_theme_draws_everything_anew(body: MessageBody, qapp: QApplication) -> None:
    body.set_text(SAMPLE)
    before = [view.toPlainText() for view in body.views()]
    theme.apply(qapp, "dark", 14)
    body.restyle()
    assert [view.toPlainText() for view in body.views()] == before
    colors = {body.views()[0].document().begin().begin().fragment().charFormat().foreground().color().name()}
    assert colors == {theme.DARK.text.name()}


def test_a_long_stored_message_is_drawn_in_parts(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("A paragraph.\n\n" * 2000)
    assert not body.is_settled
    wait_until_drawn(body, qtbot)
    assert sum(view.toPlainText().count("A paragraph.") for view in body.views()) == 2000


def test_a_long_table_is_drawn_in_parts_whose_columns_line_up(body: MessageBody, qtbot: QtBot) -> None:
    body.set_text("| number | what |\n|---|---|\n", streaming=True)
    for n in range(75):
        body.append(f"| {n} | row |\n")
    body.draw_pending()
    work = body.work
    body.append("| 75 | row |\n")
    body.draw_pending()
    assert body.work - work < 300
    body.end()
    body.resize(WIDTH, body.fit(WIDTH))
    parts = body.findChildren(TablePiece)
    assert [len(part.blocks[0].rows) for part in parts] == [30, 30, 17]
    assert len({tuple(part.columns()) for part in parts}) == 1
    assert parts[1].y() == parts[0].y() + parts[0].height()
    assert body.views()[2].toPlainText().split() == [word for n in range(59, 76) for word in (str(n), "row")]


def test_copied_lists_keep_their_markers(body: MessageBody) -> None:
    body.set_text("Intro 😀\n\n- one\n  - nested\n- two\n\n3. three\n\nEnd")
    body.selection.select_all()
    assert body.selection.text() == "Intro 😀\n• one\n  ◦ nested\n• two\n3. three\n\nEnd"
    (view,) = body.views()
    view.select(9, 12)
    assert body.selection.text() == "one"


def test_colours_stand_right_after_characters_outside_the_basic_plane(body: MessageBody) -> None:
    body.set_text("```python\nx = '😀'\ny = '😀😀'  # 끝\n```")
    line = body.views()[0].document().lastBlock()
    comment = max(line.layout().formats(), key=lambda f: f.start)
    assert line.text()[-3:] == "# 끝"
    assert (comment.start, comment.length) == (line.length() - 1 - 3, 3)
