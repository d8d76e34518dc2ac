"""The Qt item model of the local models: searched, filtered, sorted."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.core.errors import UserFixable
from chatapp.services.library import Keeper, LocalModel
from chatapp.settings.schema import LIBRARY_ORDER
from chatapp.ui.modelhub import library_words as words
from chatapp.ui.modelhub.find_words import BADGE_COLORS, badge_text
from chatapp.ui.widgets.text import plain_tip

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

Index = QModelIndex | QPersistentModelIndex


class Data(IntEnum):
    """Roles beside Qt's own."""

    MODEL = Qt.ItemDataRole.UserRole + 1
    ROW = Qt.ItemDataRole.UserRole + 2


class Order(StrEnum):
    """How the list is sorted."""

    USED = "used"
    NAME = "name"
    SIZE = "size"
    ADDED = "added"


class Show(StrEnum):
    """Which models are listed."""

    ALL = "all"
    FAVOURITES = "favourites"
    COPIES = "copies"
    PROBLEMS = "problems"
    TAG = "tag"
    KEEPER = "keeper"


@dataclass(frozen=True, slots=True)
class Row:
    """What a line shows; *marks* are words with the names of their colours."""

    name: str
    line: str
    favourite: bool
    loaded: bool
    broken: bool
    marks: tuple[tuple[str, str], ...]


class LibraryItemModel(QAbstractListModel):
    """Rows are models."""

    def __init__(self, services: "Services", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self._models: list[LocalModel] = []
        self._search = ""
        self._order = Order(services.settings.get(LIBRARY_ORDER))
        self._show: tuple[Show, str] = (Show.ALL, "")

    def set_search(self, text: str) -> None:
        """Keep what has all words of *text* in its name, facts, tags or path."""
        self._search = text
        self.rebuild()

    def set_order(self, order: Order) -> None:
        """Sort by that."""
        self._order = order
        self.rebuild()

    def set_show(self, show: Show, value: str = "") -> None:
        """List only these; *value* is the tag or the keeper."""
        self._show = (show, value)
        self.rebuild()

    def row_of(self, path: str) -> int:
        """Where the model at *path* is; -1 when it is not listed."""
        return next((at for at, model in enumerate(self._models) if str(model.path) == path), -1)

    def rebuild(self) -> bool:
        """List what the library has now; whether these are other rows than before."""
        kept = self._wanted()
        found = _folded(self._search).split()
        if found:
            kept = [model for model in kept if all(word in self._text(model) for word in found)]
        kept.sort(key=self._sort_key())
        if [m.path for m in kept] == [m.path for m in self._models]:
            self._models = kept  # keeps scrolling and selection as they are
            self.repaint()
            return False
        self.beginResetModel()
        self._models = kept
        self.endResetModel()
        return True

    def repaint(self) -> None:
        """Other facts of the same models."""
        if self._models:
            self.dataChanged.emit(self.index(0), self.index(len(self._models) - 1))

    def _wanted(self) -> list[LocalModel]:
        library, (show, value) = self._library, self._show
        match show:
            case Show.FAVOURITES:
                return [m for m in library.models() if library.notes(m).favourite]
            case Show.COPIES:
                return [m for same in library.duplicates() for m in same]
            case Show.PROBLEMS:
                return [m for m in library.models() if m.error is not None]
            case Show.TAG:
                return [m for m in library.models() if value in library.notes(m).tags]
            case Show.KEEPER:
                return [m for m in library.models() if m.keeper is Keeper(value)]
        return list(library.models())

    def _text(self, model: LocalModel) -> str:
        notes = self._library.notes(model)
        parts = (notes.name, model.name, str(model.path), model.repo, model.architecture, model.quantization)
        return _folded(" ".join((*parts, model.keeper.program, *notes.tags)))

    def _sort_key(self) -> Callable[[LocalModel], Any]:
        library, order = self._library, self._order
        if order is Order.SIZE:
            return lambda m: -m.size
        if order is Order.ADDED:
            return lambda m: -m.modified
        if order is Order.USED:
            return lambda m: (-library.notes(m).last_used, _folded(library.name(m)))
        return lambda m: _folded(library.name(m))

    def _row(self, model: LocalModel) -> Row:
        notes = self._library.notes(model)
        marks: list[tuple[str, str]] = []
        forecast = self._services.models.forecast(str(model.path))
        loaded = self._services.engine.model is not None and self._services.engine.model.path == str(model.path)
        if self._library.is_damaged(model):
            marks.append((self.tr("Not the original"), "error"))
        if model.error is not None:
            marks.append((self.tr("Cannot be used"), "error"))
        elif loaded:
            marks.append((self.tr("In use"), "accent"))
        elif isinstance(forecast, UserFixable):
            marks.append((self.tr("Cannot be loaded"), "error"))
        elif forecast is not None:
            marks.append((badge_text(forecast.badge), BADGE_COLORS[forecast.badge]))
        return Row(
            self._library.name(model),
            words.line(model, notes.tags),
            notes.favourite,
            loaded,
            model.error is not None,
            tuple(marks),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._models)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._models):
            return None
        model = self._models[index.row()]
        value: Any = None
        match role:
            case Data.MODEL:
                value = model
            case Data.ROW:
                value = self._row(model)
            case Qt.ItemDataRole.DisplayRole:
                value = self._library.name(model)
            case Qt.ItemDataRole.ToolTipRole:
                value = plain_tip(f"{self._library.name(model)}\n{model.path}")
            case Qt.ItemDataRole.AccessibleTextRole:
                row = self._row(model)
                favourite = [self.tr("favourite")] if row.favourite else []
                value = ", ".join([row.name, *favourite, *(text for text, _color in row.marks), row.line])
        return value


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
