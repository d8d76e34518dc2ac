"""The page that says how attention was shared among the messages, over the whole reply."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from chatapp.core.attention_picture import shares_of
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
    """A bar for every token of the message, of the chosen heads; below it in numbers the one that is looked at."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._context: object = None  # what the shares that are known belong to
        self.shares: NDArray[np.float32] = np.zeros((0, 0), np.float32)  # of every token, nan where not known yet
        self._intro, self._token = QLabel(self), ElidedLabel(self)
        self._intro.setObjectName("sharesIntro")
        self._intro.setProperty("role", "small")
        self._intro.setWordWrap(True)
        self._token.setObjectName("sharesToken")
        self._token.setProperty("role", "heading")
        self.chart = ShareChart(self)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self.chart)
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
        column_.addWidget(self._area, 1)
        column_.addWidget(self._token)
        column_.addWidget(self._legend)
        attention = self._attention
        for signal in (
            attention.changed, attention.rows.changed, attention.light.changed, attention.heads_changed,
            theme.notifier.changed,
        ):  # fmt: skip
            signal.connect(self.show_shares)
        self.chart.pointed.connect(self._on_pointed)
        self.chart.chosen.connect(self._on_chosen)
        self._retranslate()

    def show_shares(self) -> None:
        """Show the shares as they are known now."""
        attention = self._attention
        if attention.picture is None:
            self._context = None  # the same tokens may come again from another model
        if not self.isVisible() or not attention.is_shown:
            return
        tokens, parts = self._tokens(), self._parts()
        context = (id(attention.ids), attention.heads, attention.how, attention.moment, len(tokens), len(parts))
        if context != self._context:
            self._context = context
            self.shares = np.full((len(tokens), len(parts)), np.nan, np.float32)
        for bar in np.flatnonzero(np.isnan(self.shares[:, 0])).tolist() if self.shares.size else ():
            row = attention.row(tokens[bar])
            if row is not None:
                rest = row / max(1.0, float(row.sum()))  # the largest of the heads sum to more than all
                self.shares[bar] = shares_of(rest[None], attention.owners[: len(row)], len(parts) - 3)[0]
        missing = int(np.isnan(self.shares[:, 0]).sum()) if self.shares.size else 0
        error = attention.rows.error
        if error is not None:
            text = " ".join(filter(None, error_text(error)))
        elif missing:
            text = self.tr("A bar for every token of this message; {count} are still to be read.").format(
                count=count(missing)
            )
        else:
            text = self.tr("A bar for every token of this message, coloured by whose words the model looked at.")
        self._intro.setText(text)
        self.chart.show_shares(self.shares, [(role, number) for role, number, _ in parts], self._selected())
        self._show_bar(self._selected())

    def _tokens(self) -> range:
        """The tokens of the message that is looked at, as the inspector counts them."""
        attention = self._attention
        first = attention.token_at(attention.first_of_message) or 0
        return range(first, len(self._inspector.trace))

    def _selected(self) -> int | None:
        token, tokens = self._attention.light.token, self._tokens()
        return token - tokens.start if token is not None and token in tokens else None

    def _parts(self) -> list[tuple[str, int, str]]:
        """Role, number and name of every part of a bar."""
        parts = [(region.role, region.number, region_title(region)) for region in self._attention.regions]
        return [*parts, ("template", 0, template_title()), ("sink", 0, self.tr("First token (sink)"))]

    def _on_pointed(self, bar: int | None) -> None:
        if bar is not None:
            self._area.ensureVisible(round(self.chart.rect_of(bar).center().x()), 0, 24, 0)
        self._show_bar(self._selected() if bar is None else bar)

    def _show_bar(self, bar: int | None) -> None:
        known = bar is not None and bar < len(self.shares) and not np.isnan(self.shares[bar]).any()
        values = self.shares[bar] if known and bar is not None else np.zeros(len(self._parts()), np.float32)
        self._token.set_full_text("" if bar is None else self._name(bar))
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
        said = [f"{parts[i][2]} {weight_text(float(values[i]))}" for i in order if known]
        self.chart.setAccessibleDescription(", ".join([self._token.full_text, *said]))

    def _name(self, bar: int) -> str:
        word = self._attention.word(self._attention.position_of(self._tokens()[bar]))
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
        self._inspector.select_token(self._tokens()[bar])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attention.rows.want_all(True)
        self.show_shares()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._attention.rows.want_all(False)

    def _retranslate(self) -> None:
        self.chart.setAccessibleName(self.tr("Attention by message"))
        self._area.setAccessibleName(self.tr("Attention by message"))
        self.show_shares()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
