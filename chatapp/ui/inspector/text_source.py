"""The text to be scored: typed, pasted, or a file, which is not shown when it is long."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import UserFixable
from chatapp.core.text_file import PlainText, plain_text
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.plain_edit import LONGEST, PlainEdit
from chatapp.ui.widgets.text import ElidedLabel, number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LINES, _FEWER = 5, 2  # of the box: without and with a result below it


class _Box(PlainEdit):
    """*pasted* comes instead of a text that is too long for it by itself."""

    pasted = Signal(str)

    def take_too_long(self, text: str, room: int) -> None:
        if len(text) > LONGEST:
            self.pasted.emit(text)
        else:
            super().take_too_long(text, room)


class TextSource(QWidget):
    """*row* has room at its end.

    Signals:
    changed()              `text` is another one
    refused(UserFixable)   a file could not be used
    """

    changed = Signal()
    refused = Signal(UserFixable)

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score = services.text_score
        self._given = PlainText()  # a file, or a text too long for the box; until the box is edited
        self._file_name = ""
        self._lines = _LINES
        self._edit = _Box(self)
        self._edit.setObjectName("scoreText")
        self._edit.setTabChangesFocus(True)
        self._open = QPushButton(self)
        self._open.setObjectName("openTextFile")
        self._file = ElidedLabel(self)
        self._file.setObjectName("textFile")
        self._file.setProperty("role", "small")
        self._drop = QToolButton(self)
        self._drop.setObjectName("dropTextFile")
        self._drop.setIcon(icon("close", "muted"))
        self._drop.setIconSize(QSize(14, 14))
        self.row = QHBoxLayout()
        self.row.setSpacing(6)
        self.row.addWidget(self._open)
        self.row.addWidget(self._file, 1)
        self.row.addWidget(self._drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._edit)
        column.addLayout(self.row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._edit.textChanged.connect(self._on_edited)
        self._edit.pasted.connect(self._on_pasted)
        self._open.clicked.connect(self._on_open)
        self._drop.clicked.connect(self._on_drop)
        self._score.file_read.connect(self._on_read)
        self._score.file_refused.connect(self.refused)
        self._retranslate()
        self._fit()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to score."""
        return not self._given.length and self._edit.document().isEmpty()

    def text(self) -> PlainText:
        """What is to be scored."""
        return self._given if self._given.length else plain_text(self._edit.text())

    def make_room(self, needed: bool) -> None:
        """Take less room, for a result below."""
        self._lines = _FEWER if needed else _LINES
        self._fit()

    def set_usable(self, usable: bool) -> None:
        """Whether the text can be changed."""
        for widget in (self._edit, self._open, self._drop):
            widget.setEnabled(usable)

    def _on_open(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, self.tr("Open a text"), "", self.tr("Texts (*.txt *.md *.csv *.json *.py);;All files (*)")
        )
        if path:
            self._score.open_file(Path(path))

    def _on_edited(self) -> None:
        self._given = PlainText()
        self.changed.emit()

    def _on_read(self, name: str, text: PlainText) -> None:
        self._edit.setPlainText("" if text.length > LONGEST else text.utf8.decode())
        self._file_name, self._given = name, text  # the box knows one kind of line end only
        self._show_file()
        self.changed.emit()

    def _on_pasted(self, text: str) -> None:
        self._score.take(self.tr("Pasted text"), text)

    def _on_drop(self) -> None:
        self._file_name, self._given = "", PlainText()
        self._edit.clear()
        self._show_file()
        self.changed.emit()
        self._edit.setFocus()

    def _show_file(self) -> None:
        long = self._given.length > LONGEST
        self._edit.setVisible(not long)
        self._drop.setVisible(bool(self._file_name))
        count = number_text(self._given.length)
        text = self.tr("{name} · {count} characters").format(name=self._file_name, count=count)
        self._file.set_full_text(text if long else self._file_name)

    def _fit(self) -> None:
        self._edit.setFixedHeight(self._lines * self.fontMetrics().lineSpacing() + 18)

    def _retranslate(self) -> None:
        self._edit.setPlaceholderText(self.tr("Type or paste a text, or open a file"))
        self._edit.setAccessibleName(self.tr("Text to score"))
        self._open.setText(self.tr("Open a file…"))
        self._drop.setToolTip(self.tr("Take this text away"))
        self._drop.setAccessibleName(self._drop.toolTip())
        self._show_file()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)
