"""The line at the bottom: what the context holds, how fast the model writes, where it runs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from chatapp.core.generation import ReplyInfo
from chatapp.services.context import ContextUse
from chatapp.ui import theme
from chatapp.ui.memory import devices_text
from chatapp.ui.modelhub.download_button import DownloadButton
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_BAR_WIDTH = 84
_NEARLY_FULL = 0.9
_EVERY = 100  # ms between two looks at the numbers of a reply that is being written


class ContextMeter(QWidget):
    """A small bar and "used + draft / total" tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextMeter")
        self._use = ContextUse()
        self.show_use(self._use)

    def show_use(self, use: ContextUse) -> None:
        """Show what will be sent and the draft; a total of 0 means that no model is loaded."""
        self._use = use
        self.setVisible(use.total > 0)
        self.setToolTip("\n".join(self._lines()))
        self.setAccessibleName(self.tr("Context: {tokens}").format(tokens=self._text()))
        self.setAccessibleDescription(self.toolTip())
        self.updateGeometry()
        self.update()

    def _lines(self) -> list[str]:
        use = self._use
        parts = [
            (self.tr("System prompt: {count}"), use.system),
            (self.tr("Your messages: {count}"), use.user),
            (self.tr("Replies: {count}"), use.replies),
            (self.tr("Frame of the chat template: {count}"), use.template),
            (self.tr("What you are typing: {count}"), use.draft),
        ]
        lines = [
            self.tr("The model can look back on {total} tokens (pieces of words).").format(total=number_text(use.total))
        ]
        lines += [text.format(count=number_text(count)) for text, count in parts if count]
        if not use.exact:
            lines.append(self.tr("Approximate while a reply is written or counting is not done."))
        if use.dropped == 1:
            lines.append(self.tr("Too long: 1 earlier message would have to be left out."))
        elif use.dropped:
            lines.append(
                self.tr("Too long: {count} earlier messages would have to be left out.").format(count=use.dropped)
            )
        else:
            lines.append(self.tr("Nothing is left out."))
        if use.system_merged:
            lines.append(self.tr("This model has no place for a system prompt: it is sent with your first message."))
        return lines

    def _text(self) -> str:
        use = self._use
        used, total = number_text(use.used), number_text(use.total)
        about = "" if use.exact else "≈ "
        if use.draft:
            draft = number_text(use.draft)
            return about + self.tr("{used} + {draft} / {total} tokens").format(used=used, draft=draft, total=total)
        return about + self.tr("{used} / {total} tokens").format(used=used, total=total)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(_BAR_WIDTH + 10 + metrics.horizontalAdvance(self._text()), metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        use = self._use
        share, draft = ((min(1.0, n / use.total) if use.total else 0.0) for n in (use.used, use.used + use.draft))
        bar = QRectF(0, self.height() / 2 - 3, _BAR_WIDTH, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.border)
        painter.drawRoundedRect(bar, 3, 3)
        color = colors.warning if draft >= _NEARLY_FULL else colors.accent
        # The draft goes on from what is used, paler.
        for part, shade in ((draft, theme.mix(colors.border, color, 0.5)), (share, color)):
            if part > 0:
                painter.setBrush(shade)
                painter.drawRoundedRect(QRectF(bar.x(), bar.y(), max(6.0, bar.width() * part), 6), 3, 3)
        painter.setPen(colors.muted)
        room = self.rect().adjusted(_BAR_WIDTH + 10, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_use(self._use)
        super().changeEvent(event)


class StatusBar(QWidget):
    """Context meter at the left; speed and engine at the right."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._info: ReplyInfo | None = None
        self._prompt = (0, 0)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = ContextMeter(self)
        self._speed = QLabel(self)
        self._speed.setObjectName("speedLabel")
        self._first = QLabel(self)
        self._first.setObjectName("firstTokenLabel")
        self._engine = QLabel(self)
        self._engine.setObjectName("engineLabel")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 3, 14, 3)
        row.setSpacing(18)
        row.addWidget(self._context)
        row.addWidget(DownloadButton(services, self))  # at the left: at the right, numbers come and go
        row.addStretch(1)
        for label in (self._first, self._speed, self._engine):
            label.setProperty("role", "muted")
            row.addWidget(label)
        services.context.changed.connect(self._on_use_changed)
        chat, engine = services.chat, services.engine
        self._soon = QTimer(self, singleShot=True, interval=_EVERY)
        self._soon.timeout.connect(self._show_numbers)
        chat.stats_changed.connect(self._on_stats_changed)
        chat.conversation_changed.connect(self._on_conversation_changed)
        chat.path_changed.connect(self._show_all)
        chat.state_changed.connect(self._on_state_changed)
        chat.prompt_progress.connect(self._on_prompt_progress)
        engine.state_changed.connect(self._on_state_changed)
        engine.model_loaded.connect(self._on_state_changed)
        engine.devices_changed.connect(self._show_all)
        self._retranslate()

    def _on_stats_changed(self, info: object) -> None:
        if isinstance(info, ReplyInfo):
            self._info = info
        self._on_use_changed()

    def _on_use_changed(self) -> None:
        """At once, but not for every token: that is more than anyone can read."""
        if self._services.chat.streaming_id is None:
            self._soon.stop()
            self._show_all()
        elif not self._soon.isActive():
            self._soon.start()

    def _show_numbers(self) -> None:
        """What changes while a reply is written."""
        self._context.show_use(self._services.context.use)
        self._show_speed()

    def _on_conversation_changed(self) -> None:
        replies = [m.info for m in self._services.chat.conversation.path() if m.info is not None]
        self._info = replies[-1] if replies else None
        self._show_all()

    def _on_state_changed(self) -> None:
        if self._services.chat.state != "prompt":
            self._prompt = (0, 0)
        self._show_all()

    def _on_prompt_progress(self, done: int, total: int) -> None:
        self._prompt = (done, total)
        self._show_all()

    def _show_all(self) -> None:
        self._show_numbers()
        self._engine.setText(self._engine_text())
        where = self.tr("Where the model is computed.")
        self._engine.setToolTip(f"{where}\n{devices_text(self._services)}".rstrip())

    def _show_speed(self) -> None:
        info = self._info
        speed = first = ""
        done, total = self._prompt
        if self._services.chat.state == "prompt" and total:
            first = self.tr("Reading the conversation: {percent} %").format(percent=100 * done // total)
        elif info is not None:
            if info.seconds_to_first_token > 0:
                seconds = number_text(info.seconds_to_first_token, 2 if info.seconds_to_first_token < 1 else 1)
                first = self.tr("First token after {seconds} s").format(seconds=seconds)
            if info.tokens_per_second > 0:
                speed = self.tr("{speed} tokens/s").format(speed=number_text(info.tokens_per_second, 1))
        self._speed.setText(speed)
        self._speed.setVisible(bool(speed))
        self._first.setText(first)
        self._first.setVisible(bool(first))

    def _engine_text(self) -> str:
        engine = self._services.engine
        model = engine.model
        match str(engine.state):
            case "starting" | "loading":
                return self.tr("Loading…")
            case "stopping":
                return self.tr("Stopping…")
            case "failed":
                return self.tr("Engine stopped")
            case "ready" | "busy" if model is not None:
                layers = model.n_gpu_layers
                if layers <= 0:
                    return self.tr("Runs on the CPU")
                return self.tr("{count} of {total} layers on the GPU").format(count=layers, total=model.n_layer + 1)
        return self.tr("No model")

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Status"))
        self._speed.setToolTip(self.tr("How fast the last reply was written."))
        self._first.setToolTip(self.tr("How long the model read before its first word."))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
