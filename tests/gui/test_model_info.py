"""The model's information and its tokenizer, on the real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPlainTextEdit, QTableWidget
from pytestqt.qtbot import QtBot

from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.settings.file import Settings
from chatapp.ui import i18n
from chatapp.ui.dialogs.model_info import ModelInfoDialog, TokenizerView
from chatapp.ui.preferences.dialog import PreferencesDialog
from tests.helpers.tiny_models import CHAT_TEMPLATE, tiny


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[Services]:
    """Services with a tiny model loaded."""
    paths = Paths.under(tmp_path / "data")
    paths.ensure()
    services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose(str(tiny("llama-q8_0")))
    yield services
    services.close()


def rows(table: QTableWidget) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def test_facts_types_and_metadata(real: Services, qtbot: QtBot) -> None:
    dialog = ModelInfoDialog(real)
    qtbot.addWidget(dialog)
    dialog.show()
    facts = dialog.findChild(QTableWidget, "modelFacts")
    qtbot.waitUntil(lambda: ["Architecture", "llama"] in rows(facts), timeout=10_000)
    found = dict(rows(facts))
    assert found["Quantization"] == "Q8_0"
    assert found["Vocabulary"] == "320 tokens"
    assert found["Attention heads"] == "4, with 2 for keys and values"
    assert found["Context in use"] == "2,048 tokens"
    assert found["Computed on"] == "CPU"
    assert found["Licence"] == "not given"
    types = rows(dialog.findChild(QTableWidget, "tensorTypes"))
    assert [(row[0], row[1]) for row in types] == [("Q8_0", "23"), ("F32", "7")]
    metadata = dict(rows(dialog.findChild(QTableWidget, "modelMetadata")))
    assert metadata["llama.block_count"] == "3"
    assert metadata["tokenizer.ggml.tokens"] == "(320 entries, not shown)"
    assert dialog.findChild(QPlainTextEdit, "chatTemplate").toPlainText() == CHAT_TEMPLATE
    memory = dialog.findChild(QLabel, "modelMemory")
    qtbot.waitUntil(lambda: "Needs about" in memory.text(), timeout=10_000)
    assert "CPU: " in memory.text()


def test_the_tokenizer_shows_bytes_and_what_they_make(real: Services, qtbot: QtBot) -> None:
    dialog = ModelInfoDialog(real)
    qtbot.addWidget(dialog)
    dialog.show()
    tokens = dialog.findChild(QTableWidget, "tokenizerTokens")
    view = dialog.findChild(TokenizerView)
    view.show_text("hello 하<|user|>")
    qtbot.waitUntil(lambda: tokens.rowCount() == 5, timeout=10_000)
    found = rows(tokens)
    assert found[0][1:] == ["hello", "68 65 6c 6c 6f", ""]
    assert found[1][1] == "␣"
    assert found[2][1:] == ["<ED> <95>", "ed 95", "part 1 of 2 of the syllable 하"]
    assert found[3][1:] == ["<98>", "98", "part 2 of 2 of the syllable 하"]
    assert found[4][1] == "<|user|>"
    assert found[4][3] == "control token"
    assert dialog.findChild(QLabel, "tokenizerCount").text() == "5 tokens for 15 characters"
    view.show_text("x 뷁")
    qtbot.waitUntil(lambda: rows(tokens)[0][1] == "x", timeout=10_000)
    assert rows(tokens)[-1][3].endswith("of the syllable 뷁")
    view.show_text("hello 하<|user|>")
    qtbot.waitUntil(lambda: rows(tokens)[0][1] == "hello", timeout=10_000)
    view.findChild(QCheckBox).setChecked(False)
    qtbot.waitUntil(lambda: tokens.rowCount() > 6, timeout=10_000)


def test_without_a_model_it_says_so(real: Services, qtbot: QtBot) -> None:
    real.engine.unload()
    dialog = ModelInfoDialog(real)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "when a model is loaded" in dialog.findChild(QLabel, "tokenizerCount").text()
    i18n.install("ko")
    i18n.install("en")


def test_the_preferences_list_the_devices_and_the_need(real: Services, qtbot: QtBot) -> None:
    dialog = PreferencesDialog(real)
    qtbot.addWidget(dialog)
    dialog.show()
    need = dialog.findChild(QLabel, "memoryNeed")
    qtbot.waitUntil(lambda: "Needs about" in need.text(), timeout=10_000)
    assert "for 2,048 tokens" in need.text()
    assert "CPU: " in dialog.findChild(QLabel, "deviceList").text()
    real.settings.set("context_length", 512)
    qtbot.waitUntil(lambda: "for 512 tokens" in need.text(), timeout=10_000)
    real.settings.set("kv_type", "q8_0")
    qtbot.waitUntil(lambda: "16 wide" in need.text(), timeout=10_000)
