"""How the results are sorted and what is left out."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.hub_search import Query
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.widgets.flow import FlowLayout
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatapp.services.hub_search import Sort

_SIZES = (1, 4, 8, 14, 32, 70)  # billion weights
_SORTS: "tuple[tuple[Sort, str], ...]" = (
    ("downloads", QT_TRANSLATE_NOOP("FindFilters", "Most downloads")),
    ("likes", QT_TRANSLATE_NOOP("FindFilters", "Most likes")),
    ("created_at", QT_TRANSLATE_NOOP("FindFilters", "Newest")),
    ("trending_score", QT_TRANSLATE_NOOP("FindFilters", "Trending")),
)


class FindFilters(QWidget):
    """Signals:

    changed()  a choice is another

    *largest* gives the billions of weights that this machine has room for.
    """

    changed = Signal()

    def __init__(self, largest: "Callable[[], float]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findFilters")
        self._largest = largest
        row = FlowLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._boxes = {name: self._box(name) for name in ("sort", "size", "language", "licence", "task")}
        for box in self._boxes.values():
            row.addWidget(box)
        self.retranslate()

    def query(self, text: str) -> Query:
        """What to look for, with *text* and these choices."""
        value = {name: box.currentData() for name, box in self._boxes.items()}
        size = self._largest() if value["size"] == -1 else value["size"]
        return Query(
            text, value["sort"], licence=value["licence"], language=value["language"], task=value["task"],
            max_params=round(size, 1),
        )  # fmt: skip

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return any(box.currentIndex() > 0 for name, box in self._boxes.items() if name != "sort")

    def clear(self) -> None:
        """Leave nothing out."""
        for name, box in self._boxes.items():
            if name != "sort":
                box.setCurrentIndex(0)
        self.changed.emit()

    def _box(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"find_{name}")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.activated.connect(lambda _at: self.changed.emit())
        return box

    def retranslate(self) -> None:
        """Set all words anew; the choices stay."""
        sizes: list[tuple[object, str]] = [(0, self.tr("Any size"))]
        largest = number_text(self._largest(), 0)
        sizes.append((-1, self.tr("Fits this computer (up to {count}B)").format(count=largest)))
        sizes += [(size, self.tr("Up to {count}B").format(count=size)) for size in _SIZES]
        choices: dict[str, list[tuple[object, str]]] = {
            "sort": [(key, self.tr(text)) for key, text in _SORTS],
            "size": sizes,
            "language": [
                ("", self.tr("Any language")),
                *((code, words.language_text(code)) for code in words.LANGUAGES),
            ],
            "licence": [("", self.tr("Any licence")), *words.LICENCE_NAMES.items()],
            "task": [("", self.tr("Any use")), *((task, words.task_text(task)) for task in words.TASKS)],
        }
        names = {
            "sort": self.tr("Sort by"),
            "size": self.tr("Size"),
            "language": self.tr("Language"),
            "licence": self.tr("Licence"),
            "task": self.tr("Use"),
        }
        for name, box in self._boxes.items():
            at = max(0, box.currentIndex())
            box.clear()
            for value, text in choices[name]:
                box.addItem(text, value)
            box.setCurrentIndex(at)
            box.setAccessibleName(names[name])
            box.setToolTip(names[name])

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
