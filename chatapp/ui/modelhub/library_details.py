"""What is known of one local model, and what can be done with it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import UserFixable
from chatapp.services.library import LocalModel
from chatapp.ui.i18n import error_text
from chatapp.ui.memory import need_text
from chatapp.ui.modelhub import library_words as words
from chatapp.ui.modelhub.find_words import badge_text
from chatapp.ui.modelhub.library_actions import LibraryActions
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LONG = 30  # characters
_BREAK = "\u200b"  # where a long path or name may go on in the next line


class LibraryDetails(QScrollArea):
    """Signals:

    rename_requested()  the user wants to give the model another name
    """

    rename_requested = Signal()

    def __init__(self, services: "Services", actions: LibraryActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._actions = actions
        self._model: LocalModel | None = None
        self.setObjectName("libraryDetails")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._name = _label(self, "libraryName", "title")
        self._star = QToolButton(self)
        self._star.setObjectName("libraryFavourite")
        self._star.setCheckable(True)
        self._star.setIconSize(QSize(18, 18))
        self._star.clicked.connect(lambda on: self._actions.set_favourite(self._shown(), on))
        self._error = _label(self, "libraryError", "error")
        self._open = QPushButton(self)
        self._open.setObjectName("libraryOpen")
        self._open.setProperty("primary", "true")
        self._open.clicked.connect(lambda: self._actions.open_in_chat(self._shown()))
        self._more = QPushButton(icon("more"), "", self)
        self._more.setObjectName("libraryMore")
        self._more.clicked.connect(self._show_menu)
        self._fit = _label(self, "libraryFit", "small")
        self._copies = _label(self, "libraryCopies", "small")
        self._tags = QLineEdit(self)
        self._tags.setObjectName("libraryTags")
        self._tags.setMaxLength(500)
        self._tags.editingFinished.connect(self._save_tags)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(14)
        self._facts.setVerticalSpacing(6)
        self._facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._path = ElidedLabel(self)
        self._path.setObjectName("libraryPath")
        self._path.setProperty("role", "small")
        self._build()
        services.models.plans_changed.connect(self._show_fit)
        services.library.noted.connect(self._on_noted)
        services.engine.state_changed.connect(self._show_state)
        self._retranslate()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._star, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._open)
        buttons.addWidget(self._more)
        buttons.addStretch(1)
        content = QWidget(self)
        content.setProperty("plain", "true")
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._error)
        column.addLayout(buttons)
        column.addWidget(self._fit)
        column.addWidget(self._copies)
        column.addWidget(self._tags)
        column.addLayout(self._facts)
        column.addWidget(self._path)
        column.addStretch(1)
        self._content = content
        self.setWidget(content)

    def show_model(self, model: LocalModel | None) -> None:
        """Show it; None for nothing."""
        same = model is not None and self._model is not None and model.path == self._model.path
        if not same and self._tags.hasFocus():
            self._save_tags()
        self._model = model
        self._content.setVisible(model is not None)
        if model is not None:
            self._show_all(model)
            if not same:
                self._show_tags(model)
                self.verticalScrollBar().setValue(0)

    def shown_path(self) -> str:
        """Of the model; "" for none."""
        return str(self._model.path) if self._model is not None else ""

    def _shown(self) -> LocalModel:
        assert self._model is not None
        return self._model

    def _show_all(self, model: LocalModel) -> None:
        library = self._services.library
        notes = library.notes(model)
        self._name.setText(_breakable(library.name(model)))
        self._star.setChecked(notes.favourite)
        self._star.setIcon(icon("star-filled", "warning") if notes.favourite else icon("star", "muted"))
        star = self.tr("Remove from the favourites") if notes.favourite else self.tr("Add to the favourites")
        self._star.setToolTip(star)
        self._star.setAccessibleName(star)
        self._error.setText(" ".join(error_text(model.error)) if model.error is not None else "")
        self._error.setVisible(model.error is not None)
        copies = words.copies(library, model)
        self._copies.setText(_breakable(copies))
        self._copies.setVisible(bool(copies))
        if not self._tags.hasFocus():  # else somebody is typing them
            self._show_tags(model)
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for heading, value in words.facts(library, model):
            key = QLabel(heading, self)
            key.setProperty("role", "muted")
            fact: QLabel
            if len(value) > _LONG and " " not in value:  # a checksum: it has no place to break the line
                fact = ElidedLabel(self)
                fact.set_full_text(value)
            else:
                fact = _label(self, "", "")
                fact.setText(value)
                fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addRow(key, fact)
        self._path.set_full_text(str(model.path))
        self._show_state()
        self._show_fit()

    def _show_tags(self, model: LocalModel) -> None:
        self._tags.setText(", ".join(self._services.library.notes(model).tags))

    def _show_state(self) -> None:
        model, engine = self._model, self._services.engine
        if model is None:
            return
        used = engine.model is not None and engine.model.path == str(model.path)
        self._open.setEnabled(model.error is None and not used)
        self._open.setText(self.tr("In use") if used else self.tr("Use in chat"))

    def _show_fit(self) -> None:
        forecast = self._services.models.forecast(str(self._model.path)) if self._model is not None else None
        self._fit.setVisible(forecast is not None)
        if isinstance(forecast, UserFixable):
            self._fit.setText(error_text(forecast)[0])
        elif forecast is not None:
            self._fit.setText(f"{badge_text(forecast.badge)}: {need_text(forecast.plan)}")

    def _on_noted(self, path: str) -> None:
        if self._model is not None and str(self._model.path) == path:
            self._show_all(self._model)

    def _save_tags(self) -> None:
        if self._model is not None:
            self._services.library.set_tags(self._model, self._tags.text().replace("#", "").split(","))

    def _show_menu(self) -> None:
        menu = self._actions.menu(self._shown(), self.rename_requested.emit)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("About the model"))
        self._more.setText(self.tr("More"))
        self._tags.setPlaceholderText(self.tr("Tags, with commas between them"))
        self._tags.setAccessibleName(self.tr("Tags"))
        self.show_model(self._model)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _label(parent: QWidget, name: str, role: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _breakable(text: str) -> str:
    for after in "/\\-_.":
        text = text.replace(after, after + _BREAK)
    return text
