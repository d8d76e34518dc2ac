"""Which hub is asked, and with which access token: one answer for search and downloads."""

from urllib.parse import quote

from PySide6.QtCore import QObject, Signal

from chatapp.hub.remote_file import Source


class HubAccess(QObject):
    """Signals:

    changed()  another hub, or another token, is asked from now on
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = Source.default()

    def source(self) -> Source:
        """The hub at this moment; may be asked from any thread."""
        return self._source

    def page(self, repo: str) -> str:
        """The address of a repository's page, for a browser."""
        return f"{self._source.endpoint}/{quote(repo)}"
