"""The Layers tab: what the model would have said after each of its layers, for the selected token (logit lens)."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.core.token_text import token_text
from chatapp.core.trace_export import origin
from chatapp.services.inspector import TraceState
from chatapp.services.lens import LayerView, TokenLens
from chatapp.ui.inspector.explorer_exports import layers_export
from chatapp.ui.inspector.exported import APP, Exported
from chatapp.ui.inspector.lens_table import LensTable
from chatapp.ui.inspector.numbers import count, percent
from chatapp.ui.inspector.obstacles import obstacle_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_TOP = 5  # tokens a layer


class LayersTab(QWidget):
    """Asked for with a button: it takes as many steps of the model as there are layers."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layersTab")
        self._inspector = services.inspector
        self.lens = TokenLens(services.inspector, services.questions, services.engine, services.chat, self)
        self.lens.failed.connect(lambda error: services.notices.post_error(error, key="lens"))
        self._sentence = self._label("lensSentence", "")
        self._note = self._label("lensNote", "small")
        self._ask = QPushButton(self)
        self._ask.setObjectName("lensButton")
        self._ask.clicked.connect(self._on_ask)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setRange(0, 1000)
        self.table = LensTable(self)
        self._empty = QWidget(self)  # in place of the table
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sentence, 1)
        head.addWidget(self._ask, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self.table, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._note)
        self.lens.changed.connect(self.refresh)
        self._inspector.state_changed.connect(self.refresh)
        self._inspector.message_changed.connect(self.refresh)
        self._inspector.token_changed.connect(self.refresh)
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Layers")

    def export_data(self) -> Exported | None:
        """The table."""
        views = self.lens.layers(_TOP)
        if not views:
            return None
        trace, token = self._inspector.trace, self._inspector.token
        return layers_export(views, origin(trace.meta, APP, shown="layers", token=token, text=self._token()))

    def refresh(self) -> None:
        """Show the selected token anew."""
        views = self.lens.layers(_TOP)
        is_whole = bool(views) and views[-1].index + 1 == len(views)  # no reply interrupted it
        obstacle = self.lens.obstacle
        self.table.show_layers(views)
        self.table.setVisible(bool(views))
        self._empty.setVisible(not views)
        self._ask.setText(self.tr("Cancel") if self.lens.is_asking else self.tr("Look through the layers"))
        self._ask.setVisible(self.lens.is_asking or (obstacle is None and not is_whole))
        self._bar.setVisible(self.lens.is_asking)
        self._bar.setValue(round(1000 * self.lens.progress))
        self._note.setVisible(bool(views))
        if is_whole:
            self._sentence.setText(self._story(views))
        elif self.lens.is_asking:
            self._sentence.setText(self.tr("The model goes through its layers…"))
        elif self._inspector.state is TraceState.NONE:
            self._sentence.setText(self.tr("When a reply is there, this shows how its tokens took shape."))
        elif obstacle is not None:
            self._sentence.setText(obstacle_text(obstacle))
        else:
            ask = self.tr("When did the model settle on “{token}”? Each layer can be asked what it would say already.")
            self._sentence.setText(ask.format(token=self._token()))

    def _story(self, views: list[LayerView]) -> str:
        """From which layer on the token that was written stayed the likeliest."""
        token, last = self._token(), views[-1]
        if last.rank:
            said = self.tr(
                "“{token}” was not the likeliest token: after the last layer it is number {rank}, with {percent}."
            )
            return said.format(token=token, rank=count(last.rank + 1), percent=percent(last.probability))
        first = len(views) - 1
        while first and views[first - 1].rank == 0:
            first -= 1
        said = self.tr(
            "“{token}” is the likeliest token from layer {layer} of {count} on; in the end it has {percent}."
        )
        return said.format(
            token=token,
            layer=count(views[first].index + 1),
            count=count(last.index + 1),
            percent=percent(last.probability),
        )

    def _token(self) -> str:
        trace, token = self._inspector.trace, self._inspector.token
        if token is None or token >= len(trace):
            return ""
        return token_text(int(trace.ids[token]), trace.shown(int(trace.ids[token])))

    def _on_ask(self) -> None:
        if self.lens.is_asking:
            self.lens.cancel()
        else:
            self.lens.ask()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if role:
            label.setProperty("role", role)
        return label

    def _retranslate(self) -> None:
        self._note.setText(
            self.tr(
                "The state after each layer went through the model's own last norm and output matrix, which were made "
                "for the last layer: early layers speak a language of their own and may seem to know less than they do."
            )
        )
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
