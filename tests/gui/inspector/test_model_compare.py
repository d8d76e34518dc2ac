"""The chat's model and another one on one sentence, by mouse."""

import json
import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatapp.core.trace_export import csv_bytes, table_json
from chatapp.services.inspector import TraceState
from chatapp.services.model_compare import CompareState
from chatapp.ui import theme
from chatapp.ui.inspector.message_head import MessageHead
from chatapp.ui.inspector.model_compare_dialog import ModelCompareDialog
from tests.gui.inspector.real import Real, open_real
from tests.helpers.tiny_models import tiny

__all__ = ["open_real"]
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.usefixtures("qapp")
def test_two_models_are_compared_by_mouse(open_real: Real, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "light", 10)
    services = open_real(False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(str(tiny("llama-f32")))
    services.inspector.set_open(True)
    services.inspector.look_at_text("The mouse, 마우스, is small.")
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY, timeout=20_000)
    head = MessageHead(services)
    qtbot.addWidget(head)
    with qtbot.waitExposed(head):
        head.show()
    qtbot.mouseClick(head.findChild(QToolButton, "compareModels"), LEFT)
    dialog = head.findChild(ModelCompareDialog)
    with qtbot.waitExposed(dialog):
        pass
    choice, run = dialog.findChild(QComboBox, "compareSecond"), dialog.findChild(QPushButton, "compareRun")
    path = str(tiny("llama-q8_0"))
    choice.addItem(Path(path).name, path)
    choice.setCurrentIndex(choice.findData(path))
    service = services.model_compare
    qtbot.mouseClick(run, LEFT)
    assert run.text() == "Cancel"
    qtbot.waitUntil(lambda: service.state is CompareState.DONE, timeout=30_000)
    found = service.comparison
    assert found is not None
    assert found.kl is not None
    said = {label.objectName(): label for label in dialog.findChildren(QLabel)}
    assert said["modelCompareTold"].text().startswith("Both models expect nearly the same: ")
    assert "They are farthest apart at “" in said["modelCompareTold"].text()

    strip = dialog.strip
    qtbot.waitUntil(lambda: strip.is_laid_out)
    box = next(box for box in strip.layout_now.boxes if 1 < box.start != found.farthest)
    at = QPoint(round(box.x + box.width / 2) + 8, 8 + box.line * strip.height() + 10)
    qtbot.mouseClick(strip.viewport(), LEFT, pos=at)
    qtbot.waitUntil(lambda: box.start in found.attention, timeout=20_000)
    assert said["modelCompareHeads"].text().startswith("Attention when it was foretold: on average a head has ")
    chance = math.exp(float(found.sides[1].trace.logprobs[box.start]))
    rows = dialog.table.rows.rows
    assert sum(row.is_bold for row in rows) == 1
    assert 0 < chance < 1
    exported = dialog.export_data()
    assert exported is not None
    text = csv_bytes(exported.table()).decode("utf-8-sig")
    assert "llama-f32.gguf" in text
    assert "llama-q8_0.gguf" in text
    assert all(side.model.fingerprint in text for side in found.sides)
    assert exported.picture().size.width() > 400
    choice.addItem("other.gguf", str(tiny("llama-sentencepiece")))
    choice.setCurrentIndex(choice.count() - 1)
    assert not strip.isVisible()  # nothing is known of this one
    assert dialog.export_data() is None
    choice.setCurrentIndex(choice.findData(path))
    assert strip.isVisible()
    choice.setCurrentIndex(choice.count() - 1)
    qtbot.mouseClick(run, LEFT)
    qtbot.waitUntil(lambda: service.state is CompareState.DONE, timeout=30_000)
    assert said["modelCompareTold"].text().startswith("These models cut text into different tokens")
    assert not strip.isVisible()
    dialog.close()
    assert not service.other.pid
    assert service.comparison is None


def without_beginning(name: str, folder: Path) -> str:
    """A tiny model that puts nothing before a text: nothing foretells its first token."""
    key = b"tokenizer.ggml.add_bos_token" + (7).to_bytes(4, "little")  # GGUF's number of its type
    data = tiny(name).read_bytes()
    assert key + b"\1" in data
    path = folder / f"{name}.gguf"
    path.write_bytes(data.replace(key + b"\1", key + b"\0"))
    return str(path)


def test_one_token_has_no_numbers_and_is_exported_all_the_same(
    open_real: Real, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    theme.apply(qapp, "light", 10)
    services = open_real(False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(without_beginning("llama-f32", tmp_path))
    services.inspector.set_open(True)
    services.inspector.look_at_text("a")
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY, timeout=20_000)
    dialog = ModelCompareDialog(services)
    qtbot.addWidget(dialog)
    service = services.model_compare
    other = without_beginning("llama-q8_0", tmp_path)
    dialog._choose(other)
    service.start(other)
    qtbot.waitUntil(lambda: service.state is CompareState.DONE, timeout=30_000)
    exported = dialog.export_data()
    assert exported is not None
    found = json.loads(table_json(exported.table()))
    assert found["meta"]["perplexity"] == found["meta"]["bits_per_character"] == [None, None]
    assert len(found["rows"]) == 1
    nothing = ("a_logprob", "b_logprob", "a_rank", "b_rank", "a_top_id", "b_top_id", "kl_bits")
    assert [found["rows"][0][name] for name in nothing] == [None] * len(nothing)
    totals = dialog.findChild(QLabel, "modelCompareTotals").text()
    assert totals.startswith("Perplexity: A –, B – ")
    assert "nan" not in totals
