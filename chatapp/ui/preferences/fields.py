"""One input widget for each kind of setting."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontDatabase, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.sampling import MAX_GRAMMAR_LENGTH
from chatapp.core.text import escaped, unescaped
from chatapp.settings.schema import PREFILL
from chatapp.settings.setting import Kind, Setting
from chatapp.ui.i18n import setting_word
from chatapp.ui.preferences.field import Field
from chatapp.ui.preferences.line_fields import FolderField, LineField
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.plain_edit import PlainEdit

_DIGITS = 7  # that a box beside a slider has room for
_AROUND = 42  # pixels of such a box for its arrows and margins

# Slider ranges: where sensible values lie. The number beside it takes everything that is allowed.
_SLIDERS: dict[str, tuple[float, float, float]] = {
    "sampling.temperature": (0.0, 2.0, 0.05),
    "sampling.top_k": (0, 200, 1),
    "sampling.top_p": (0.0, 1.0, 0.01),
    "sampling.min_p": (0.0, 0.5, 0.01),
    "sampling.repeat_penalty": (0.8, 2.0, 0.01),
    "sampling.frequency_penalty": (-2.0, 2.0, 0.05),
    "sampling.presence_penalty": (-2.0, 2.0, 0.05),
    "sampling.dry_multiplier": (0.0, 2.0, 0.05),
    "sampling.top_n_sigma": (0.0, 5.0, 0.05),
    "sampling.typical_p": (0.0, 1.0, 0.01),
    "sampling.xtc_probability": (0.0, 1.0, 0.05),
    "sampling.xtc_threshold": (0.0, 0.5, 0.01),
    "sampling.dynatemp_range": (0.0, 2.0, 0.05),
    "sampling.adaptive_decay": (0.0, 0.99, 0.01),
}


class _SpinBox(QDoubleSpinBox):
    """Changed by the wheel only when it has the focus: scrolling a form must not change it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # the style sheet's padding does not reach it

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Slider(QSlider):
    """Not changed by the wheel, for the same reason."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberField(Field):
    """A number, with a slider where that helps. The setting's special value is a word at the low end."""

    def __init__(self, setting: Setting[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._whole = setting.kind is not Kind.REAL
        low, high = setting.bounds or (0, 1_000_000)
        special = setting.special
        self._special_at: float | None = None
        if special is not None:
            self._special_at = low if special.value == low else low - 1
            low = min(low, self._special_at)
        self._spin = _SpinBox(self)
        self._spin.setDecimals(0 if self._whole else 2)
        self._spin.setRange(low, high)
        self._spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if self._whole:
            self._spin.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        else:
            self._spin.setSingleStep(0.05)
        self._spin.valueChanged.connect(self._on_spin_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self._slider: QSlider | None = None
        self._step = 1.0
        if setting.key in _SLIDERS:
            start, end, self._step = _SLIDERS[setting.key]
            slider = self._slider = _Slider(Qt.Orientation.Horizontal, self)
            slider.setRange(round(start / self._step), round(end / self._step))
            slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to the number beside it
            slider.valueChanged.connect(lambda at: self._spin.setValue(at * self._step))
            row.addWidget(slider, 1)
            row.addWidget(self._spin)
        else:
            row.addWidget(self._spin, 1)
        self.setFocusProxy(self._spin)
        self._fit()
        self.retranslate()
        self.show_value(setting.default)

    def value(self) -> Any:
        at = self._spin.value()
        if self._setting.special is not None and at == self._special_at:
            return self._setting.special.value
        return int(at) if self._whole else round(at, 4)

    def show_value(self, value: Any) -> None:
        if self.value() != value:  # else a number that is being typed would be written out, and "0." refused
            special = self._setting.special
            at = self._special_at if special is not None and value == special.value else value
            self._spin.blockSignals(True)
            self._spin.setValue(float(at if at is not None else 0))
            self._spin.blockSignals(False)
        self._move_slider()

    def set_label(self, text: str) -> None:
        self._spin.setAccessibleName(text)
        if self._slider is not None:
            self._slider.setAccessibleName(text)

    def retranslate(self) -> None:
        if self._setting.special is not None:
            self._spin.setSpecialValueText(setting_word(self._setting.special.title))

    def _fit(self) -> None:
        if self._slider is not None:  # one width for all, so that the sliders above each other are equally long
            self._spin.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * _DIGITS) + _AROUND)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)

    def _move_slider(self) -> None:
        if self._slider is not None:
            self._slider.blockSignals(True)
            self._slider.setValue(round(self._spin.value() / self._step))
            self._slider.blockSignals(False)

    def _on_spin_changed(self) -> None:
        self._move_slider()
        self.edited.emit(self.value())


class ChoiceField(Field):
    """One of a few values."""

    def __init__(self, setting: Setting[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._box = CalmComboBox(self)
        for choice in setting.choices:
            self._box.addItem("", choice.value)
        self._box.activated.connect(lambda _at: self.edited.emit(self.value()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box, 1)
        self.setFocusProxy(self._box)
        self.retranslate()

    def value(self) -> Any:
        return self._box.currentData()

    def show_value(self, value: Any) -> None:
        self._box.setCurrentIndex(self._box.findData(value))

    def set_label(self, text: str) -> None:
        self._box.setAccessibleName(text)
        self._box.view().setAccessibleName(text)  # the list that pops up

    def retranslate(self) -> None:
        for at, choice in enumerate(self._setting.choices):
            self._box.setItemText(at, setting_word(choice.title))


class TextField(Field):
    """A text of several lines, or a tuple of texts, one a line."""

    def __init__(self, setting: Setting[Any], lines: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._several = setting.kind is not Kind.TEXT
        self._escaped = setting.escaped
        self._edit = PlainEdit(self, MAX_GRAMMAR_LENGTH)
        self._edit.setTabChangesFocus(True)
        self._lines = 3 if self._several else 2 if setting.key == PREFILL.key else lines
        if setting.code:
            self._edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            self._edit.setProperty("code", "true")
            self._edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self._lines = 6
        self._edit.textChanged.connect(lambda: self.edited.emit(self.value()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit)
        self.setFocusProxy(self._edit)
        self._fit()

    def value(self) -> Any:
        text = self._edit.text()
        if not self._several:
            return text
        lines = tuple(line for line in text.split("\n") if line)
        return tuple(unescaped(line) for line in lines) if self._escaped else lines

    def show_value(self, value: Any) -> None:
        text = self._text_of(value)
        if self.value() != value:  # else the cursor would jump while somebody types
            self._edit.blockSignals(True)
            self._edit.setPlainText(text)
            self._edit.blockSignals(False)

    def _text_of(self, value: Any) -> str:
        if not self._several:
            return str(value)
        return "\n".join(escaped(line) if self._escaped else line for line in value)

    def set_label(self, text: str) -> None:
        self._edit.setAccessibleName(text)

    def _fit(self) -> None:
        self._edit.setFixedHeight(self._edit.fontMetrics().lineSpacing() * self._lines + 20)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)


class BiasField(TextField):
    """Token numbers and what is added to their logits, a pair a line: ``1234 -5``, also with : or = between."""

    def value(self) -> Any:
        pairs: list[tuple[Any, ...]] = []
        for line in self._edit.toPlainText().splitlines():
            parts = line.replace(":", " ").replace("=", " ").split()
            try:
                token, bias = parts
                pairs.append((int(token), float(bias)))
            except ValueError:
                if parts:
                    pairs.append((line,))  # refused by the setting, with its reason
        return tuple(pairs)

    def _text_of(self, value: Any) -> str:
        return "\n".join(f"{token} {bias:g}" for token, bias in value)


class PathsField(Field):
    """A list of folders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QListWidget(self)
        self._list.setFixedHeight(96)
        self._list.setProperty("framed", "true")
        self._add = QPushButton(self)
        self._remove = QPushButton(self)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self._list.currentRowChanged.connect(lambda row: self._remove.setEnabled(row >= 0))
        self._remove.setEnabled(False)
        buttons = QVBoxLayout()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._list, 1)
        row.addLayout(buttons)
        self.setFocusProxy(self._list)
        self.retranslate()

    def value(self) -> Any:
        return tuple(self._list.item(at).text() for at in range(self._list.count()))

    def show_value(self, value: Any) -> None:
        if self.value() != tuple(value):
            self._list.clear()
            self._list.addItems(list(value))
        self._remove.setEnabled(self._list.currentRow() >= 0)

    def set_label(self, text: str) -> None:
        self._list.setAccessibleName(text)

    def retranslate(self) -> None:
        self._add.setText(self.tr("Add…"))
        self._remove.setText(self.tr("Remove"))

    def _on_add(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder with models"))
        if folder and folder not in self.value():
            self._list.addItem(folder)
            self.edited.emit(self.value())

    def _on_remove(self) -> None:
        self._list.takeItem(self._list.currentRow())
        self.edited.emit(self.value())


def field_for(setting: Setting[Any], parent: QWidget | None = None) -> Field:
    """The input for *setting*."""
    if setting.kind is Kind.INTEGERS:
        raise ValueError(f"{setting.key} is not for people")
    return _FIELDS[setting.kind](setting, parent)


_FIELDS: dict[Kind, Callable[[Setting[Any], QWidget | None], Field]] = {
    Kind.CHOICE: ChoiceField,
    Kind.INTEGER: NumberField,
    Kind.REAL: NumberField,
    Kind.TEXT: lambda setting, parent: TextField(setting, parent=parent),
    Kind.TEXTS: lambda setting, parent: TextField(setting, parent=parent),
    Kind.BIASES: lambda setting, parent: BiasField(setting, parent=parent),
    Kind.LINE: LineField,
    Kind.FOLDER: lambda _setting, parent: FolderField(parent),
    Kind.PATHS: lambda _setting, parent: PathsField(parent),
}
