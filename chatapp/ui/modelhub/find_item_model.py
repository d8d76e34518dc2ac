"""The Qt item model of what can be found: results of a search, or the curated list under headings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.services.hub_repository import Badge, Forecast
from chatapp.services.hub_search import HubModel, Pick
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.widgets.text import plain_tip, size_text

Index = QModelIndex | QPersistentModelIndex


class Data(IntEnum):
    """Roles beside Qt's own."""

    ROW = Qt.ItemDataRole.UserRole + 1  # a `Row`
    REPO = Qt.ItemDataRole.UserRole + 2  # "" for a heading


@dataclass(frozen=True, slots=True)
class Row:
    """What one line shows, ready to be drawn.

    author  "" where the name says it
    why     a sentence, of the curated ones
    marks   words and the names of their colours
    """

    repo: str
    name: str
    author: str = ""
    why: str = ""
    facts: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()

    @property
    def is_heading(self) -> bool:
        """Whether it stands above others."""
        return not self.repo

    @property
    def spoken(self) -> str:
        """For screen readers."""
        said = (f"{self.author}/{self.name}" if self.author else self.name, *(mark for mark, _color in self.marks))
        return ", ".join(part for part in (*said, self.why, *self.facts) if part)


class FindItemModel(QAbstractListModel):
    """*is_local* says whether a repository is on this machine."""

    def __init__(self, is_local: Callable[[str], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_local = is_local
        self._rows: list[Row] = []

    def show_results(self, results: Sequence[HubModel], largest: float) -> None:
        """Show *results*; more than *largest* billion weights are marked as too big."""
        self._set([self._result(model, largest) for model in results])

    def show_picks(self, picks: Sequence[Pick], forecasts: dict[str, Forecast]) -> None:
        """Show the curated list."""
        rows: list[Row] = []
        memory = 0
        for pick in picks:
            if pick.memory != memory:
                memory = pick.memory
                rows.append(Row("", self._heading(memory)))
            rows.append(self._pick(pick, forecasts.get(pick.repo)))
        self._set(rows)

    def _set(self, rows: list[Row]) -> None:
        """Keep what is selected and scrolled to, when rows are only added or look different."""
        old, kept = [row.repo for row in self._rows], [row.repo for row in rows[: len(self._rows)]]
        if old and old == kept:
            count = len(self._rows)
            self._rows[:] = rows[:count]
            self.dataChanged.emit(self.index(0), self.index(count - 1))
            if len(rows) > count:
                self.beginInsertRows(QModelIndex(), count, len(rows) - 1)
                self._rows += rows[count:]
                self.endInsertRows()
        elif rows or old:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def _heading(self, memory: int) -> str:
        if memory <= 4:
            return self.tr("For computers with 2 to 4 GB of memory")
        if memory >= 32:
            return self.tr("For 32 GB and more")
        return self.tr("For {count} GB of memory").format(count=memory)

    def _result(self, model: HubModel, largest: float) -> Row:
        author, _, name = model.repo.rpartition("/")
        marks = self._marks(model.repo, korean=words.KOREAN in model.languages)
        if model.task in words.NOT_CHAT:
            marks.append((self.tr("Not for chat"), "warning"))
        if model.gated:
            marks.append((self.tr("Access on request"), "warning"))
        if model.n_params > largest * 1e9:
            marks.append((words.badge_text(Badge.TOO_BIG), "error"))
        facts = (
            self._weights(model.n_params),
            self.tr("{count} downloads").format(count=words.count_text(model.downloads)),
            self.tr("{count} likes").format(count=words.count_text(model.likes)),
            words.date_text(model.modified),
            words.licence_name(model.licence),
        )
        return Row(
            model.repo, words.name_text(name), words.name_text(author), "", tuple(filter(None, facts)), tuple(marks)
        )

    def _pick(self, pick: Pick, forecast: Forecast | None) -> Row:
        marks = self._marks(pick.repo, korean=pick.korean)
        if forecast is not None:
            marks.append((words.badge_text(forecast.badge), words.BADGE_COLORS[forecast.badge]))
        facts = (
            self._weights(pick.n_params),
            self.tr("about {size}").format(size=size_text(pick.size)),
            words.licence_name(pick.licence),
            pick.repo,
        )
        why = QCoreApplication.translate("curated", pick.why)
        return Row(pick.repo, pick.name, "", why, facts, tuple(marks))

    def _weights(self, n_params: int) -> str:
        return self.tr("{count} weights").format(count=words.params_text(n_params)) if n_params else ""

    def _marks(self, repo: str, *, korean: bool) -> list[tuple[str, str]]:
        marks = []
        if self._is_local(repo):
            marks.append((self.tr("On this computer"), "accent"))
        if korean:
            marks.append((self.tr("Korean"), "muted"))
        return marks

    def index_of(self, repo: str) -> QModelIndex:
        """Where a repository is; an invalid index when it is not in the list."""
        return next((self.index(at) for at, row in enumerate(self._rows) if row.repo == repo), QModelIndex())

    def first(self) -> QModelIndex:
        """The first that can be opened."""
        return next((self.index(at) for at, row in enumerate(self._rows) if not row.is_heading), QModelIndex())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        value: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                value = row.spoken
            case Qt.ItemDataRole.ToolTipRole if row.repo:
                value = plain_tip("\n".join(part for part in (words.name_text(row.repo), row.why) if part))
            case Data.ROW:
                value = row
            case Data.REPO:
                value = row.repo
        return value

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
