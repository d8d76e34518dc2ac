"""`ShareChart`: how attention was shared among the messages, a stacked bar for each token of the reply."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.ui import theme
from chatapp.ui.inspector.bar_row import BarRow

_COLORS = {  # light, dark
    "system": ("#9b86d8", "#7a63c4"),
    "user": ("#4b97d1", "#2f7fb5"),
    "assistant": ("#7fb685", "#4f8f5e"),
    "reply": ("#e98432", "#c96f1f"),
    "template": ("#b4b7c1", "#646874"),
    "sink": ("#e2e3e9", "#3a3d46"),
}
_NARROWEST, _WIDEST = 4.0, 26.0


def role_color(role: str, number: int = 0) -> QColor:
    """Of a message's role; messages of one role take turns with a paler one."""
    found = QColor(_COLORS.get(role, _COLORS["template"])[theme.is_dark()])
    return theme.mix(found, theme.colors().surface, 0.35) if number and number % 2 == 0 else found


class ShareChart(BarRow):
    """Signals as in `BarRow`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_WIDEST, parent)
        self.setObjectName("shareChart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._shares: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._roles: Sequence[tuple[str, int]] = ()
        self._selected: int | None = None

    def show_shares(self, shares: NDArray[np.float32], roles: Sequence[tuple[str, int]], selected: int | None) -> None:
        """*shares* (bars, parts), each from the bottom up, nan where a bar is not known yet; *selected* is outlined.

        *roles* has the role and number of every part.
        """
        if len(shares) != len(self._shares):
            self._cursor = None
            self.setMinimumWidth(round(len(shares) * _NARROWEST) + 4)
        self._shares, self._roles, self._selected = shares, roles, selected
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 150)

    def count(self) -> int:
        return len(self._shares)

    def first_by_keys(self) -> int:
        return self._selected or 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = theme.colors()
        palette = [role_color(*role) for role in self._roles]
        step = self.step()
        seen = range(max(0, int((event.rect().left() - 2) // step)), int((event.rect().right() - 2) // step) + 1)
        for bar in range(seen.start, min(len(self._shares), seen.stop)):
            rect, parts = self.rect_of(bar), self._shares[bar]
            bottom = rect.bottom()
            if np.isnan(parts).any():
                painter.fillRect(QRectF(rect.x(), bottom - 2, rect.width(), 2), colors.border)
                continue
            for share, color in zip(parts.tolist(), palette, strict=True):
                height = share * rect.height()
                painter.fillRect(QRectF(rect.x(), bottom - height, rect.width(), height), color)
                bottom -= height
        if self._selected is not None:
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRect(self.rect_of(self._selected).adjusted(-1, -1, 1, 1))
        if self._cursor is not None:
            painter.setPen(QPen(colors.text, 1))
            painter.drawRect(self.rect_of(self._cursor).adjusted(-0.5, -0.5, 0.5, 0.5))
        if self.hasFocus():
            painter.setPen(QPen(colors.accent, 1))
            painter.drawLine(QPointF(0, self.height() - 0.5), QPointF(self.width(), self.height() - 0.5))
        painter.end()
