"""The page that says how attention was shared among the messages: of this token, and of those before it."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from chatapp.services.attention_place import Moment, Part
from chatapp.ui import theme
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.attention_words import region_title, template_title, weight_text
from chatapp.ui.inspector.numbers import count
from chatapp.ui.inspector.share_chart import ShareChart, role_color
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LINES = 8  # of the legend
_SWATCH = 12  # pixels


class SharesPage(QWidget):
    """The mean of all heads; the bar at the right is the selected token's."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._intro, self._token = QLabel(self), ElidedLabel(self)
        self._intro.setObjectName("sharesIntro")
        self._intro.setProperty("role", "small")
        self._intro.setWordWrap(True)
        self._token.setObjectName("sharesToken")
        self._token.setProperty("role", "heading")
        self.chart = ShareChart(self)
        self._legend = QWidget(self)
        grid = QGridLayout(self._legend)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self.lines: list[tuple[QLabel, ElidedLabel, QLabel]] = []
        for row in range(_LINES):
            line = QLabel(self), ElidedLabel(self), QLabel(self)
            for column, label in enumerate(line):
                label.setTextFormat(Qt.TextFormat.PlainText)
                grid.addWidget(label, row, column)
            line[2].setAlignment(Qt.AlignmentFlag.AlignRight)
            self.lines.append(line)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(6)
        column_.addWidget(self._intro)
        column_.addWidget(self.chart, 1)
        column_.addWidget(self._token)
        column_.addWidget(self._legend)
        attention = self._attention
        for signal in (attention.changed, attention.side.scores_changed, theme.notifier.changed):
            signal.connect(self.show_shares)
        self.chart.pointed.connect(self._show_bar)
        self.chart.chosen.connect(self._on_chosen)
        self._retranslate()

    def show_shares(self) -> None:
        """Show the shares as they are known now."""
        scores, error = self._attention.side.scores, self._attention.side.error
        if not self.isVisible():
            return
        if scores is None or scores.shares.shape[1:] != (len(self._attention.regions) + 2,):
            text = " ".join(filter(None, error_text(error))) if error is not None else self.tr("Looking…")
            self._intro.setText(text)
            return
        self._intro.setText(
            self.tr("Each bar is one of the last {count} tokens, the mean of all its heads; the one at the right is "
                    "the selected token.").format(count=count(scores.queries))
        )  # fmt: skip
        self.chart.show_shares(scores.shares, [(role, number) for role, number, _ in self._parts()])
        self._show_bar(None)

    def _parts(self) -> list[tuple[str, int, str]]:
        """Role, number and name of every part of a bar."""
        parts = [(region.role, region.number, region_title(region)) for region in self._attention.regions]
        return [*parts, ("template", 0, template_title()), ("sink", 0, self.tr("First token (sink)"))]

    def _show_bar(self, bar: int | None) -> None:
        scores, picture = self._attention.side.scores, self._attention.picture
        if scores is None or picture is None or scores.shares.shape[1:] != (len(self._attention.regions) + 2,):
            return
        at = scores.queries - 1 if bar is None else bar
        self._token.set_full_text(self._name(at))
        values = scores.shares[at]
        parts = self._parts()
        order = np.argsort(-values, kind="stable")[:_LINES].tolist()
        for place, (swatch, name, number) in enumerate(self.lines):
            found = place < len(order) and float(values[order[place]]) > 0
            for label in (swatch, name, number):
                label.setVisible(found)
            if found:
                role, ordinal, title = parts[order[place]]
                swatch.setPixmap(self._swatch(role, ordinal))
                words = self._attention.regions[order[place]].words if order[place] < len(parts) - 2 else ""
                name.set_full_text(f"{title} · {words}" if words else title)
                number.setText(weight_text(float(values[order[place]])))
        self.chart.setAccessibleDescription(
            ", ".join([self._name(at), *(f"{parts[i][2]} {weight_text(float(values[i]))}" for i in order)])
        )

    def _position(self, bar: int) -> int:
        """Of the token that a bar is of, in the context."""
        scores, picture, shown = self._attention.side.scores, self._attention.picture, self._attention.shown
        if scores is None or picture is None or shown is None:
            return 0
        return picture.position - (scores.queries - 1 - bar) + (1 if shown[2] is Moment.WRITING else 0)

    def _name(self, bar: int) -> str:
        word = self._attention.word(self._position(bar))
        return f"“{word}”" if word else ""

    def _swatch(self, role: str, number: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        image = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
        image.setDevicePixelRatio(ratio)
        image.fill(role_color(role, number))
        painter = QPainter(image)
        painter.setPen(theme.colors().border)
        painter.drawRect(0, 0, _SWATCH - 1, _SWATCH - 1)
        painter.end()
        return image

    def _on_chosen(self, bar: int) -> None:
        token = self._attention.token_at(self._position(bar))
        if token is not None:
            self._inspector.select_token(token)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attention.side.want(Part.SCORES)
        self.show_shares()

    def _retranslate(self) -> None:
        self.chart.setAccessibleName(self.tr("Attention by message"))
        self.show_shares()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
