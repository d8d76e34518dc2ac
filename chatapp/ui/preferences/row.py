"""A setting as a form shows it: title, explanation, input, way back to the default, and what is wrong with it."""

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QToolTip, QVBoxLayout, QWidget

from chatapp.core.errors import RequestError
from chatapp.settings.setting import Setting
from chatapp.ui.i18n import error_text, setting_text
from chatapp.ui.preferences.fields import field_for
from chatapp.ui.widgets.icons import icon


class SettingRow(QWidget):
    """One setting.

    Signals:
        changed          the user has put in another value, which is allowed
        reset_requested  the user wants the default back
    """

    changed = Signal(object)
    reset_requested = Signal()

    def __init__(self, setting: Setting[Any], parent: QWidget | None = None, *, explain: bool = False) -> None:
        """With *explain* the explanation is always shown, else only when asked for."""
        super().__init__(parent)
        self.setting = setting
        self.field = field_for(setting, self)
        self.field.setObjectName(setting.key)
        self.field.edited.connect(self._on_edited)
        self._default: Any = setting.default
        self._title = QLabel(self)
        self._title.setBuddy(self.field)
        self._info = _small_button("info", self)
        self._info.clicked.connect(self._show_explanation)
        self._info.setVisible(not explain)
        self._reset = _small_button("reset", self)
        self._reset.setObjectName("resetButton")
        self._reset.clicked.connect(self.reset_requested)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._explanation = QLabel(self)
        self._explanation.setProperty("role", "small")
        self._explanation.setWordWrap(True)
        self._explanation.setVisible(explain)
        self._error = QLabel(self)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title)
        head.addWidget(self._info)
        head.addStretch(1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.field)
        column.addWidget(self._error)
        column.addWidget(self._explanation)
        self._retranslate()

    def show_value(self, value: Any, default: Any) -> None:
        """Show the value in use; the way back is offered when it is not *default*."""
        self._default = default
        self.field.show_value(value)
        self._show_error("")
        self._reset.setVisible(value != default)

    def _on_edited(self, value: Any) -> None:
        try:
            checked = self.setting.checked(value)
        except RequestError as error:
            self._show_error(" ".join(error_text(error)))
            return
        self._show_error("")
        self._reset.setVisible(checked != self._default)
        self.changed.emit(checked)

    def show_refusal(self, error: RequestError) -> None:
        """Say that the value, though allowed, contradicts another one."""
        self._show_error(" ".join(error_text(error)))

    def _show_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def _show_explanation(self) -> None:
        at = self._info.mapToGlobal(QPoint(0, self._info.height()))
        QToolTip.showText(at, self._info.toolTip(), self._info, self._info.rect(), 30_000)

    def _retranslate(self) -> None:
        title, explanation = setting_text(self.setting)
        self._title.setText(title)
        self._explanation.setText(explanation)
        wrapped = f"<qt><div style='max-width:320px'>{explanation}</div></qt>"
        self._info.setToolTip(wrapped)
        self._info.setAccessibleName(self.tr("What is “{title}”?").format(title=title))
        self._info.setAccessibleDescription(explanation)
        self._title.setToolTip(wrapped)
        self._reset.setToolTip(self.tr("Back to the default"))
        self._reset.setAccessibleName(self.tr("Set “{title}” back to its default").format(title=title))
        self.field.set_label(title)
        self.field.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _small_button(name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(name, "muted"))
    button.setIconSize(QSize(14, 14))
    button.setProperty("small", "true")
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
