"""A panel at the right of the window with a quiet title bar of our own."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QToolButton, QWidget

from chatapp.ui.widgets.bar import Bar
from chatapp.ui.widgets.icons import icon


class Dock(QDockWidget):
    """Stays at the right; can be closed and resized. *shown* comes when it was hidden and is not any more."""

    shown = Signal()

    def __init__(self, name: str, window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName(name)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.setAllowedAreas(Qt.DockWidgetArea.RightDockWidgetArea)
        bar = Bar("dockTitle", 16, 8, self)
        self._label = QLabel(bar)
        self._label.setProperty("role", "heading")
        self._close = QToolButton(bar)
        self._close.setObjectName("closePanel")
        self._close.setIcon(icon("close", "muted"))
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.close)
        bar.row.addWidget(self._label, 1)
        bar.row.addWidget(self._close)
        self.setTitleBarWidget(bar)
        self._toggle: QToolButton | None = None
        self._retranslate()

    def set_title(self, title: str) -> None:
        """Name the panel, for the eye and for screen readers."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._label.setText(title)
        if self._toggle is not None:
            self._toggle.setToolTip(title)
            self._toggle.setAccessibleName(title)

    def toggle_button(self, picture: QIcon, parent: QWidget) -> QToolButton:
        """A button that shows and hides the panel."""
        button = self._toggle = QToolButton(parent)
        button.setIcon(picture)
        button.setIconSize(QSize(18, 18))
        button.setCheckable(True)
        # Not setVisible itself: PySide does not hand a signal's default argument to a slot of Qt's own.
        button.clicked.connect(lambda shown: self.setVisible(shown))  # noqa: PLW0108
        self.visibilityChanged.connect(lambda _visible: button.setChecked(not self.isHidden()))
        return button

    def _retranslate(self) -> None:
        self._close.setToolTip(self.tr("Close this panel"))
        self._close.setAccessibleName(self.tr("Close this panel"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
