"""What the colours of a number strip mean."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.ui import theme
from chatapp.ui.inspector.number_strip import ramp_colour

_BAR = 60  # pixels


class StepLegend(QWidget):
    """Below zero, zero, above zero; and which of the two rows is which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepLegend")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)  # what stands beside it stays where it is
        self.setSizePolicy(policy)
        theme.notifier.changed.connect(self.update)
        self._retranslate()

    def sizeHint(self) -> QSize:
        return QSize(240, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setFont(theme.font(0.88))
        painter.setPen(theme.colors().muted)
        metrics, middle = painter.fontMetrics(), self.height() / 2
        at = 0
        painter.drawText(at, round(middle + metrics.ascent() / 2 - 1), "−")
        at += metrics.horizontalAdvance("− ")
        ramp = QLinearGradient(at, 0, at + _BAR, 0)
        for level in (-1.0, 0.0, 1.0):
            ramp.setColorAt((level + 1) / 2, ramp_colour(level))
        painter.fillRect(at, round(middle) - 5, _BAR, 10, ramp)
        painter.setPen(theme.colors().border)
        painter.drawRect(at, round(middle) - 5, _BAR, 10)
        painter.setPen(theme.colors().muted)
        at += _BAR + 6
        painter.drawText(at, round(middle + metrics.ascent() / 2 - 1), "+")
        at += metrics.horizontalAdvance("+  ")
        shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, max(0, self.width() - at))
        painter.drawText(at, round(middle + metrics.ascent() / 2 - 1), shown)

    def _retranslate(self) -> None:
        self._text = self.tr("top: model, bottom: NumPy")
        self.setAccessibleName(self._text)
        self.setToolTip(
            self.tr("Blue is below zero, orange above it. The strongest colour is the largest number of the list.")
        )
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
