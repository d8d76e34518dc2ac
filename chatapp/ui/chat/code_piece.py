"""A block of code: language, Copy button, colours, and a scroll bar of its own for long lines."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QPainter, QPaintEvent, QTextBlock, QTextCursor, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from chatapp.ui import theme
from chatapp.ui.chat import richtext
from chatapp.ui.chat.blocks import Block, Code
from chatapp.ui.chat.highlight import Highlighter
from chatapp.ui.chat.pieces import TextView
from chatapp.ui.chat.places import Places
from chatapp.ui.chat.richtext import Look
from chatapp.ui.widgets.icons import icon

RADIUS = 9
PADDING = 14
HEADER = 34  # pixels, at least
_COPIED_MS = 1600


class _CodeView(TextView):
    """The code itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_code = True
        self.places: Places = ()
        self.highlighter = Highlighter(self.document())

    def places_of(self, block: QTextBlock) -> tuple[Places, int]:
        """All lines are one text."""
        return self.places, block.position()

    def texts(self) -> Iterator[tuple[Places, int]]:
        yield self.places, 0

    def ink(self) -> None:
        """Code has its colours, or its tokens have theirs."""
        if self.highlighter.in_colors == self.is_colored:
            text = self.document().toRawText().replace("\u2029", "\n")  # plain text has more line ends than there are
            self.highlighter.set_in_colors(not self.is_colored, text)


class CodePiece(QWidget):
    """One `Code` block."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = 0
        self.blocks: list[Block] = []
        self._code = Code("")
        self._look = look
        self._width = 0
        self._header = HEADER
        self._language = QLabel(self)
        self._language.setProperty("role", "small")
        self._language.setTextFormat(Qt.TextFormat.PlainText)
        self.view = _CodeView(self)
        self.view.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.view.setLineWrapMode(TextView.LineWrapMode.NoWrap)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.view.setAccessibleName(self.tr("Code"))
        self.copy_button = QToolButton(self)
        self.copy_button.setIconSize(QSize(16, 16))
        self.copy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.copy_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.copy_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COPIED_MS)
        self._timer.timeout.connect(self._show_copy)
        self._style_button()
        self._show_copy()
        richtext.prepare(self.view.document(), look)

    def set_blocks(self, blocks: list[Block], previous: Block | None) -> None:
        """Show the one block in *blocks*; text that was only added to is only added to here, too."""
        del previous
        code = blocks[0]
        assert isinstance(code, Code)
        self.view.places = code.places
        if blocks == self.blocks:
            return
        first = not self.blocks
        old, self._code, self.blocks = self._code, code, blocks
        if first or code.language != old.language:
            self._language.setText(code.language[:32] or self.tr("Code", "label of code in no named language"))
            self.view.highlighter.set_language(code.language.lower())
        changed = self._write(old.text, code.text, first=first)
        if code.closed:
            self.view.highlighter.start(code.text)
        elif changed < len(code.text):
            self.view.highlighter.extend(code.text, changed)

    def fit(self, width: int) -> int:
        """Lay out for *width* pixels; return the height."""
        left = self._code.depth * self._look.indent + self._code.quotes * richtext.QUOTE_WIDTH
        inner = max(40, width - left - 2 * PADDING)
        size = self.view.document().size()
        height = int(-(-size.height() // 1))
        bar = self.view.horizontalScrollBar().sizeHint().height() if size.width() > inner else 0
        hint = self.copy_button.sizeHint()
        self._header = max(HEADER, hint.height() + 4, self._language.sizeHint().height())
        self._language.setGeometry(left + PADDING, 0, max(0, inner - hint.width() - 8), self._header)
        self._width = width
        self._fit_button()
        self.view.setGeometry(left + PADDING, self._header, inner, height + bar)
        return self._header + height + max(PADDING, bar + 4)

    def restyle(self, look: Look) -> None:
        """Draw everything anew in *look*."""
        self._look = look
        self._style_button()
        richtext.prepare(self.view.document(), look)
        blocks, self.blocks = self.blocks, []
        self._code = Code("")
        self.view.clear()
        self.set_blocks(blocks, None)
        self.update()

    def _write(self, old: str, new: str, *, first: bool) -> int:
        """Bring the document from *old* to *new*; return where the change begins."""
        cursor = QTextCursor(self.view.document())
        cursor.beginEditBlock()
        same = len(old) if new.startswith(old) else 0
        if first or not same:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.removeSelectedText()
            cursor.setBlockFormat(richtext.fixed_lines(self._look.code_line))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        style = richtext.plain_format(self._look.code_font, self._look.colors.text)
        cursor.insertText(new[same:].translate(richtext.IN_CODE), style)
        cursor.endEditBlock()
        if first:
            self.view.setTextCursor(QTextCursor(self.view.document()))
        self.work += len(new) - same
        return same

    def _style_button(self) -> None:
        self.copy_button.setFont(theme.font(0.9))
        self.copy_button.setStyleSheet(f"QToolButton {{ color: {self._look.colors.muted.name()}; }}")

    def _show_copy(self) -> None:
        self.copy_button.setIcon(icon("copy", "muted"))
        self.copy_button.setText(self.tr("Copy"))
        self.copy_button.setToolTip(self.tr("Copy this code"))
        self.copy_button.setAccessibleName(self.tr("Copy this code"))
        self._fit_button()

    def _fit_button(self) -> None:
        hint = self.copy_button.sizeHint()
        top = (self._header - hint.height()) // 2 + 1
        self.copy_button.setGeometry(self._width - hint.width() - 6, top, hint.width(), hint.height())

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text)
        self.copy_button.setIcon(icon("check", "muted"))
        self.copy_button.setText(self.tr("Copied"))
        self._fit_button()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._timer.isActive():
            self._timer.stop()
            self._show_copy()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        left = self._code.depth * self._look.indent + self._code.quotes * richtext.QUOTE_WIDTH
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colors.code_background)
        painter.drawRoundedRect(self.rect().adjusted(left, 0, 0, 0), RADIUS, RADIUS)
