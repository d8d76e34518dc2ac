"""What is known of the model that is open, or of another file: facts, tensor types, metadata, template, tokenizer."""

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.tokens import TokenView, token_views
from chatapp.protocol.messages import Tokenize, Tokenized
from chatapp.ui import theme
from chatapp.ui.memory import devices_text, need_text
from chatapp.ui.widgets.plain_edit import PlainEdit
from chatapp.ui.widgets.text import number_text, plain_tip, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services
    from chatapp.services.models import GgufHeader

_LONGEST_VALUE = 500  # characters of a metadata value that are shown
_LONGEST_TEXT = 20_000  # characters that are tokenized
_TEMPLATE = "tokenizer.chat_template"
_DELAY = 200  # ms after the last key


class ModelInfoDialog(QDialog):
    """Facts come from the file's header, in the background; tokens from the engine.

    With *path* it stays with that file, else it shows the model that is open.
    """

    def __init__(self, services: "Services", parent: QWidget | None = None, *, path: str = "") -> None:
        super().__init__(parent)
        self._services = services
        self._fixed_path = path
        self._header: GgufHeader | None = None
        self.setObjectName("modelInfo")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 600)
        self._facts = _table("modelFacts", 2, self)
        self._types = _table("tensorTypes", 4, self)
        self._metadata = _table("modelMetadata", 2, self)
        self._template = QPlainTextEdit(self)
        self._template.setObjectName("chatTemplate")
        self._template.setReadOnly(True)
        self._template.setFont(theme.monospace(0.9))
        self._memory = QLabel(self)
        self._memory.setObjectName("modelMemory")
        self._memory.setWordWrap(True)
        self._memory.setProperty("role", "small")
        self._tokenizer = TokenizerView(services, self)
        self._pages = QTabWidget(self)
        self._pages.setDocumentMode(True)
        for page in (self._facts_page(), self._tokenizer, self._template, self._metadata):
            self._pages.addTab(page, "")
        self._pages.setTabVisible(1, self._is_open())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._pages, 1)
        column.addWidget(buttons)
        services.models.plans_changed.connect(self._show_memory)
        services.engine.model_loaded.connect(self._on_model_loaded)
        self._retranslate()
        self._read()

    def _facts_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setSpacing(10)
        column.addWidget(self._facts, 3)
        column.addWidget(self._types, 2)
        column.addWidget(self._memory)
        return page

    def _path(self) -> str:
        return self._fixed_path or self._services.engine.model_path

    def _is_open(self) -> bool:
        """Whether it is the model that is open; only that one can tokenize."""
        return not self._fixed_path or self._fixed_path == self._services.engine.model_path

    def _on_model_loaded(self) -> None:
        self._pages.setTabVisible(1, self._is_open())
        if not self._fixed_path:
            self._header = None
            self._read()

    def _read(self) -> None:
        path = self._path()
        if path and not self._services.engine.is_fake:
            self._services.models.details(path, self._on_read)
            self._services.models.plan_again()
        self._show_all()

    def _on_read(self, header: "GgufHeader") -> None:
        if str(header.path) == self._path():
            self._header = header
            self._show_all()

    def _show_all(self) -> None:
        _fill(self._facts, self._fact_rows())
        header = self._header
        counts = dict(header.tensors_by_type) if header else {}
        total = sum(size for _name, size in header.bytes_by_type) if header else 0
        _fill(
            self._types,
            [
                (name, str(counts[name]), size_text(size), self.tr("{percent} %").format(
                    percent=number_text(100 * size / total, 1)))
                for name, size in (header.bytes_by_type if header else ())
            ],
        )  # fmt: skip
        metadata = header.metadata if header else ()
        _fill(self._metadata, [(key, self._value_text(value)) for key, value in metadata])
        template = dict(metadata).get(_TEMPLATE)
        self._template.setPlainText(
            template if isinstance(template, str) else self.tr("This file brings no chat template.") if header else ""
        )
        self._show_memory()

    def _fact_rows(self) -> list[tuple[str, ...]]:
        header, model = self._header, self._services.engine.model if self._is_open() else None
        rows: list[tuple[str, str]] = []
        if header is not None:
            rows += [
                (self.tr("Name"), header.name),
                (self.tr("File"), str(header.path)),
                (self.tr("Size"), size_text(header.size)),
                (self.tr("Architecture"), header.architecture),
                (self.tr("Parameters"), number_text(header.n_params)),
                (self.tr("Quantization"), header.quantization),
                (self.tr("Trained context"), self.tr("{count} tokens").format(
                    count=number_text(header.context_length))),
                (self.tr("Layers"), number_text(header.block_count)),
                (self.tr("Attention heads"), self._heads_text(header)),
                (self.tr("Embedding width"), number_text(header.embedding_length)),
                (self.tr("Vocabulary"), self.tr("{count} tokens").format(count=number_text(header.vocab_size))),
                (self.tr("Chat template"), self.tr("from the file") if header.has_chat_template
                 else self.tr("none in the file; a plain one is used")),
                (self.tr("Licence"), header.licence or self.tr("not given")),
            ]  # fmt: skip
        if model is not None:
            rows += [
                (self.tr("Context in use"), self.tr("{count} tokens").format(count=number_text(model.n_ctx))),
                (self.tr("Computed on"), ", ".join(("CPU", *model.devices))),
                (self.tr("Fingerprint"), model.fingerprint),
            ]
        return [row for row in rows if row[1]]

    def _heads_text(self, header: "GgufHeader") -> str:
        heads, groups = max(header.head_counts, default=0), max(header.kv_head_counts, default=0)
        if not heads:
            return self.tr("none: this model has no attention")
        return self.tr("{heads}, with {groups} for keys and values").format(heads=heads, groups=groups)

    def _value_text(self, value: object) -> str:
        length = getattr(value, "length", None)
        if isinstance(length, int):  # what stands for a vocabulary
            return self.tr("({count} entries, not shown)").format(count=number_text(length))
        text = ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
        text = text.replace("\n", "⏎")
        return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"

    def _show_memory(self) -> None:
        plan = self._services.models.plan(self._path())
        parts = [need_text(plan) if plan is not None else "", devices_text(self._services)]
        self._memory.setText("\n".join(part for part in parts if part))

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Model information"))
        for at, title in enumerate(
            (self.tr("Overview"), self.tr("Tokenizer"), self.tr("Chat template"), self.tr("Metadata"))
        ):
            self._pages.setTabText(at, title)
        self._facts.setHorizontalHeaderLabels([self.tr("What"), self.tr("Value")])
        self._metadata.setHorizontalHeaderLabels([self.tr("Key"), self.tr("Value")])
        self._types.setHorizontalHeaderLabels(
            [self.tr("Tensor type"), self.tr("Tensors"), self.tr("Bytes"), self.tr("Share")]
        )
        self._facts.setAccessibleName(self.tr("Facts about the model"))
        self._types.setAccessibleName(self.tr("Tensor types"))
        self._metadata.setAccessibleName(self.tr("Metadata"))
        self._template.setAccessibleName(self.tr("Chat template"))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


class TokenizerView(QWidget):
    """A text and the tokens the model reads it as: ids, bytes, and which of them make one character together."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._job = 0
        self._input = PlainEdit(self, _LONGEST_TEXT)
        self._input.setObjectName("tokenizerInput")
        self._input.setMaximumHeight(110)
        self._special = QCheckBox(self)
        self._special.setChecked(True)
        self._count = QLabel(self)
        self._count.setObjectName("tokenizerCount")
        self._count.setWordWrap(True)
        self._tokens = _table("tokenizerTokens", 4, self)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY)
        self._timer.timeout.connect(self._ask)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(self._input)
        column.addWidget(self._special)
        column.addWidget(self._count)
        column.addWidget(self._tokens, 1)
        self._input.textChanged.connect(self._timer.start)
        self._special.toggled.connect(self._ask)
        services.engine.answered.connect(self._on_answered)
        services.engine.model_loaded.connect(self._ask)
        self._retranslate()

    def show_text(self, text: str) -> None:
        """Tokenize *text*."""
        self._input.setPlainText(text)

    def _ask(self) -> None:
        text = self._input.text()[:_LONGEST_TEXT]
        self._job = self._services.engine.ask(Tokenize(0, text, self._special.isChecked()))
        if not self._job:
            self._count.setText(self.tr("Tokens are shown when a model is loaded."))

    def _on_answered(self, event: object) -> None:
        if isinstance(event, Tokenized) and event.job == self._job:
            views = token_views(event.ids, [bytes.fromhex(piece) for piece in event.pieces], event.control)
            characters = len(self._input.text()[:_LONGEST_TEXT])
            self._count.setText(
                self.tr("{tokens} tokens for {characters} characters").format(
                    tokens=number_text(len(views)), characters=number_text(characters)
                )
            )
            _fill(self._tokens, [(str(v.id), self._piece_text(v), v.data.hex(" "), self._note(v)) for v in views])

    def _piece_text(self, view: TokenView) -> str:
        if view.text is None:  # part of a character
            return " ".join(f"<{byte:02X}>" for byte in view.data)
        return "".join("␣" if c == " " else "⏎" if c == "\n" else "⇥" if c == "\t" else c for c in view.text)

    def _note(self, view: TokenView) -> str:
        if view.control:
            return self.tr("control token")
        if view.text is not None:
            return ""
        if not view.whole:
            return self.tr("bytes that make no character")
        whole = view.whole.strip() or view.whole  # a space before a word is part of its first token
        name = unicodedata.name(whole[0], "")
        kind = self.tr("syllable") if name.startswith("HANGUL SYLLABLE") else self.tr("character")
        return self.tr("part {part} of {parts} of the {kind} {whole}").format(
            part=view.part, parts=view.parts, kind=kind, whole=whole
        )

    def _retranslate(self) -> None:
        self._input.setPlaceholderText(self.tr("Type a text to see the tokens the model reads it as"))
        self._input.setAccessibleName(self.tr("Text to tokenize"))
        self._special.setText(self.tr("Recognise the names of control tokens"))
        self._tokens.setHorizontalHeaderLabels([self.tr("Id"), self.tr("Text"), self.tr("Bytes"), self.tr("Note")])
        self._tokens.setAccessibleName(self.tr("Tokens"))
        self._ask()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _table(name: str, columns: int, parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, columns, parent)
    table.setObjectName(name)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
    table.horizontalHeader().setStretchLastSection(True)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    return table


def _fill(table: QTableWidget, rows: list[tuple[str, ...]]) -> None:
    table.setRowCount(len(rows))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(plain_tip(text))
            table.setItem(at, column, item)
    for column in range(table.columnCount() - 1):
        table.resizeColumnToContents(column)
        table.setColumnWidth(column, min(320, table.columnWidth(column) + 12))
