"""Decides which side parts fit beside the chat when the window is narrow."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

_LOOK_AGAIN = 10  # milliseconds
CHAT_MIN = 400  # pixels; less and a message is a column of words


class Room(QObject):
    """Hides the sidebar while a panel at the right needs its place, and brings it back when there is room again.

    Signals:
        arranged(bool)  whether the sidebar is shown now
    """

    arranged = Signal(bool)

    def __init__(self, window: QMainWindow, sidebar: QWidget, docks: list[QDockWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._sidebar = sidebar
        self._docks = docks
        self._wanted = True  # what the user wants, room or not
        self._is_settled = False  # panels are as wide as the window until they were laid out once
        for dock in docks:
            dock.visibilityChanged.connect(self.arrange)
        window.installEventFilter(self)

    @property
    def sidebar_wanted(self) -> bool:
        """Whether the user has the sidebar switched on."""
        return self._wanted

    def restore(self, wanted: bool) -> None:
        """As it was last time: the sidebar on or off, and shown if it fits beside the panels."""
        self._wanted = wanted
        self._place(shown=wanted)
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        if any(dock.isVisible() and dock.width() >= self._window.width() for dock in self._docks):
            QTimer.singleShot(_LOOK_AGAIN, self, self._settle)  # not laid out yet
            return
        self._is_settled = True
        shown, room = self._shown(), self._room_for_panels()
        if self._wanted and len(shown) == 1 and shown[0].minimumSizeHint().width() <= room < shown[0].width():
            # Qt makes a panel wider than it was when it comes back; that is no reason to hide the list.
            self._window.resizeDocks(shown, [room], Qt.Orientation.Horizontal)
        else:
            self.arrange()

    def toggle_sidebar(self) -> None:
        """Show the sidebar when it is hidden, for whatever reason, else hide it; without room for both, panels go."""
        if self._sidebar.isHidden():
            self.show_sidebar()
        else:
            self._wanted = False
            self.arrange()

    def show_sidebar(self) -> None:
        """Show it; without room for both, panels go."""
        self._wanted = True
        if not self._fits():
            for dock in self._docks:
                dock.hide()
        self.arrange()

    def arrange(self) -> None:
        """Show the sidebar if it is wanted and fits."""
        if self._is_settled:
            self._place(shown=self._wanted and self._fits())

    def _place(self, *, shown: bool) -> None:
        self._sidebar.setVisible(shown)
        self.arranged.emit(shown)

    def _fits(self) -> bool:
        return sum(dock.width() for dock in self._shown()) <= self._room_for_panels()

    def _shown(self) -> list[QDockWidget]:
        return [dock for dock in self._docks if not dock.isHidden()]

    def _room_for_panels(self) -> int:
        return self._window.width() - self._sidebar.minimumWidth() - CHAT_MIN

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.arrange()
        return False
