"""Where models are looked for: the app's folder, the user's and those of other programs, each with a switch."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.services.library import Keeper, Place
from chatapp.settings.schema import MODEL_SOURCES_OFF
from chatapp.ui.i18n import error_text
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel, number_text, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class LibraryFolders(QDialog):
    """A row for each place, with what was found in it or why it cannot be looked into."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self._places: list[Place] = []
        self.setObjectName("libraryFolders")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        content = QWidget(self)
        content.setProperty("plain", "true")
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.addLayout(self._rows)
        inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        self._add = QPushButton(icon("plus"), "", self)
        self._add.setObjectName("libraryAddFolder")
        self._add.setAutoDefault(False)
        self._add.clicked.connect(self._add_folder)
        self._again = QPushButton(icon("regenerate"), "", self)
        self._again.setObjectName("libraryLookAgain")
        self._again.setAutoDefault(False)
        self._again.clicked.connect(self._library.refresh)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addWidget(self._again)
        foot.addStretch(1)
        foot.addWidget(buttons)
        column = QVBoxLayout(self)
        column.addWidget(self._hint)
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        self._library.changed.connect(self._ask)
        self._library.looking_changed.connect(self._show_all)
        services.settings.changed.connect(self._ask)
        self._retranslate()
        self._ask()

    def _ask(self) -> None:
        self._library.all_places(self._on_places)

    def _on_places(self, places: list[Place]) -> None:
        self._places = places
        self._show_all()

    def _show_all(self) -> None:
        self._again.setEnabled(not self._library.is_looking)
        focused = self.focusWidget().objectName() if self.focusWidget() is not None else ""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place in self._places:
            self._rows.addWidget(self._row(place))
        if focused.startswith("place:"):
            again = self.findChild(QCheckBox, focused)
            if again is not None:
                again.setFocus()

    def _row(self, place: Place) -> QWidget:
        row = QFrame(self)
        row.setProperty("card", "true")
        is_on = place.switch not in self._services.settings.get(MODEL_SOURCES_OFF)
        switch: QWidget
        if place.keeper is Keeper.OWN:
            switch = QLabel(self.tr("ChatApp's own folder"), row)
            switch.setIndent(26)
        else:
            switch = QCheckBox((place.keeper.program or place.folder.name or str(place.folder)).replace("&", "&&"), row)
            switch.setObjectName(f"place:{place.switch}:{place.folder}")
            switch.setChecked(is_on)
            switch.toggled.connect(lambda on: self._library.set_place_on(place.switch, on))
        path = ElidedLabel(row)
        path.setProperty("role", "small")
        path.set_full_text(str(place.folder))
        state, is_problem = self._state(place, is_on=is_on)
        about = QLabel(state, row)
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        about.setProperty("role", "error" if is_problem else "small")
        head = QHBoxLayout()
        head.addWidget(switch, 1)
        if place.keeper is Keeper.FOLDER:
            remove = QToolButton(row)
            remove.setObjectName("libraryRemoveFolder")
            remove.setIcon(icon("close", "muted"))
            remove.setIconSize(QSize(14, 14))
            text = self.tr("Take this folder off the list; its files stay")
            remove.setToolTip(text)
            remove.setAccessibleName(text)
            remove.clicked.connect(lambda: self._library.stop_using(str(place.folder)))
            head.addWidget(remove)
        column = QVBoxLayout(row)
        column.setContentsMargins(4, 10, 4, 10)
        column.setSpacing(3)
        column.addLayout(head)
        for label in (path, about):
            label.setIndent(26)
            column.addWidget(label)
        return row

    def _state(self, place: Place, *, is_on: bool) -> tuple[str, bool]:
        """What was found there, and whether that is a problem."""
        if not is_on:
            return self.tr("Switched off"), False
        looked = next((look for look in self._library.looked() if look.place == place), None)
        if looked is None:
            return self.tr("Not looked at yet"), False
        if looked.problem is not None:
            return " ".join(error_text(looked.problem)), True
        if not looked.models:
            return self.tr("No models"), False
        found = self.tr("Models: {count}, {size}")
        return found.format(count=number_text(len(looked.models)), size=size_text(looked.size) or "0"), False

    def _add_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Add a folder with models"))
        if folder:
            self._library.use_in_place([folder])

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Folders with models"))
        self._hint.setText(
            self.tr(
                "Models are used where they lie. Nothing is copied or changed, also not in other programs' folders."
            )
        )
        self._add.setText(self.tr("Add a folder…"))
        self._again.setText(self.tr("Look again"))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
