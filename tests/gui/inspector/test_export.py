"""The export menu of the inspector: whole pictures and exact numbers, through the real dialog's door."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.core.sampling import BAN
from chatapp.core.text_file import plain_text
from chatapp.core.trace_export import trace_from_json
from chatapp.protocol.messages import LoadOptions
from chatapp.services.bundle import Services
from chatapp.services.explorer import ExplorerState
from chatapp.services.notices import Level, Notice
from chatapp.services.text_score import ScoreState
from chatapp.settings.inspector import EXPORT_FOLDER
from chatapp.ui.inspector.explorer_tab import ExplorerTab
from chatapp.ui.inspector.export import ExportButton
from chatapp.ui.inspector.layers_tab import LayersTab
from chatapp.ui.inspector.panel import InspectorPanel
from chatapp.ui.inspector.sampling_tab import SamplingTab
from chatapp.ui.inspector.text_tab import TextTab
from tests.gui.inspector.real import Real, ask, open_real, uneasy

__all__ = ["open_real"]
END = 4  # <|end|> of the starter model
PARAMS = SamplingParams(seed=5, max_tokens=60, temperature=1.3, top_k=12, top_p=0.9, repeat_penalty=1.2)


@pytest.fixture
def panel(open_real: Real, qtbot: QtBot) -> tuple[InspectorPanel, Services]:
    services = open_real(True)
    panel = InspectorPanel(services)
    qtbot.addWidget(panel)
    panel.resize(460, 320)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel, services


def export(panel: InspectorPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path, kind: str) -> list[str]:
    """Choose *kind* in the menu and *path* in the dialog; what the dialog proposed."""
    proposed: list[str] = []

    def choose(_parent: object, _title: str, start: str, _filter: str) -> tuple[str, str]:
        proposed.append(start)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    button = panel.findChild(ExportButton)
    assert button is not None
    with qtbot.waitSignal(button.service.written):
        action(button, kind).trigger()
    return proposed


def action(button: ExportButton, kind: str = "json") -> QAction:
    menu = button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    found = button.findChild(QAction, f"export.{kind}")
    assert found is not None
    return found


def sampling(panel: InspectorPanel) -> SamplingTab:
    tab = panel.findChild(SamplingTab)
    assert tab is not None
    panel.tabs.setCurrentWidget(tab)
    return tab


def test_nothing_to_export_says_so_in_the_menu(panel: tuple[InspectorPanel, Services]) -> None:
    button = panel[0].findChild(ExportButton)
    assert button is not None
    assert not action(button).isEnabled()
    assert button.accessibleName() == "Export what is shown"


def test_tokens(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    kept = ask(services, qtbot, "Tell me about attention and everything else", PARAMS)
    proposed = export(window, qtbot, monkeypatch, tmp_path / "a.json", "json")
    assert [Path(path).name for path in proposed] == ["tokens.json"]
    back = trace_from_json((tmp_path / "a.json").read_bytes())
    np.testing.assert_array_equal(back.ids, kept.ids)
    np.testing.assert_array_equal(back.top_logprobs, kept.top_logprobs)
    assert back.meta["seed"] == 5
    assert back.meta["fingerprint"] == kept.meta["fingerprint"]
    assert back.meta["model"] == "chatapp-starter.gguf"
    assert SamplingParams.from_json(back.meta["sampling"]) == PARAMS
    proposed = export(window, qtbot, monkeypatch, tmp_path / "b.csv", "csv")
    assert proposed == [str(tmp_path / "tokens.csv")], "the folder is remembered"
    assert services.settings.get(EXPORT_FOLDER) == str(tmp_path)
    rows = list(csv.reader(io.StringIO((tmp_path / "b.csv").read_text("utf-8-sig"), newline="")))
    assert [int(row[1]) for row in rows if len(row) == 9 and row[0].isdigit()] == kept.ids.tolist()


def test_the_whole_strip_is_in_the_picture(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    endless = replace(PARAMS, temperature=0.0, repeat_penalty=1.0, logit_bias=((END, -BAN),))
    ask(services, qtbot, "What can you do?", endless)
    qtbot.waitUntil(lambda: window.tabs.widget(0).strip.is_laid_out)
    strip = window.tabs.widget(0).strip
    export(window, qtbot, monkeypatch, tmp_path / "a.png", "png")
    image = QImage(str(tmp_path / "a.png"))
    lines = len(strip.layout_now.lines)
    assert lines > 3
    assert image.height() > 2 * lines * 20 > strip.viewport().height()
    assert json.loads(image.text("Description"))["seed"] == 5
    export(window, qtbot, monkeypatch, tmp_path / "a", "svg")
    text = (tmp_path / "a.svg").read_bytes()
    assert QSvgRenderer(QByteArray(text)).isValid()
    first, last = strip.layout_now.boxes[0].text.strip(), strip.layout_now.boxes[-2].text.strip()
    assert first.encode() in text
    assert last.encode() in text


def test_stages(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    trace = ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = sampling(window)
    assert window.tabs.currentWidget().export_data() is None  # no token yet
    token = uneasy(trace)
    services.inspector.select_token(token)
    export(window, qtbot, monkeypatch, tmp_path / "s.json", "json")
    data = json.loads((tmp_path / "s.json").read_text())
    assert trace.stages is not None
    names = trace.stages.names
    assert data["meta"]["left"] == dict(zip(names, trace.stages.left[token].tolist(), strict=True))
    ids = trace.top_ids[token].tolist()
    for row, candidate in zip(data["rows"], ids, strict=False):
        assert row["id"] == candidate
        at = ids.index(candidate)
        np.testing.assert_array_equal(
            np.array([row[name] for name in names], np.float32), trace.stages.probs[token, :, at]
        )
    assert [row["taken"] for row in data["rows"]].count(1) == 1
    export(window, qtbot, monkeypatch, tmp_path / "s.png", "png")
    image = QImage(str(tmp_path / "s.png"))
    table = tab.stages.table
    assert image.width() >= 2 * (table.horizontalHeader().length() + table.verticalHeader().width())
    assert image.height() >= 2 * table.verticalHeader().length()
    export(window, qtbot, monkeypatch, tmp_path / "s.svg", "svg")
    assert b"Temperature" in (tmp_path / "s.svg").read_bytes()


def test_a_reshaped_distribution(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    trace = ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = sampling(window)
    services.inspector.select_token(uneasy(trace))
    qtbot.mouseClick(tab._show_reshape, Qt.MouseButton.LeftButton)
    export(window, qtbot, monkeypatch, tmp_path / "r.json", "json")
    data = json.loads((tmp_path / "r.json").read_text())
    shaped = tab.reshape.shaped
    assert shaped is not None
    assert [row["low"] for row in data["rows"][:-1]] == pytest.approx(shaped.low.tolist())
    assert data["meta"]["whole_vocabulary"] is False
    assert data["rows"][-1]["text"] == "all others"
    export(window, qtbot, monkeypatch, tmp_path / "r.png", "png")
    assert QImage(str(tmp_path / "r.png")).height() > 2 * tab.reshape.bars.verticalHeader().length()


def test_a_file_that_cannot_be_written_is_one_notice(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    told: list[Notice] = []
    services.notices.attach(told.append)
    ask(services, qtbot, "Tell me about attention", PARAMS)
    occupied = tmp_path / "folder.csv"
    occupied.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(occupied), ""))
    button = window.findChild(ExportButton)
    assert button is not None
    with qtbot.waitSignal(button.service.failed):
        action(button, "csv").trigger()
    assert [notice.level for notice in told] == [Level.ERROR]
    assert "folder.csv could not be written" in told[0].message
    assert list(tmp_path.glob("folder.csv.tmp*")) == []


def test_a_dialog_that_is_closed_writes_nothing(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    ask(services, qtbot, "Tell me about attention", PARAMS)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: ("", ""))
    button = window.findChild(ExportButton)
    assert button is not None
    action(button, "csv").trigger()
    assert list(tmp_path.glob("*.csv")) == []


def test_a_scored_text(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    tab = window.findChild(TextTab)
    assert tab is not None
    window.tabs.setCurrentWidget(tab)
    assert tab.export_data() is None
    services.text_score.start(plain_text("Attention is a weighted mean of values. 한글"), "continuous")
    qtbot.waitUntil(lambda: services.text_score.state is ScoreState.DONE, timeout=30_000)
    export(window, qtbot, monkeypatch, tmp_path / "t.json", "json")
    back = trace_from_json((tmp_path / "t.json").read_bytes())
    np.testing.assert_array_equal(back.logprobs, services.text_score.trace.logprobs)
    model = services.engine.model
    assert model is not None
    assert back.meta["fingerprint"] == model.fingerprint
    assert back.meta["perplexity"] == services.text_score.totals.perplexity
    export(window, qtbot, monkeypatch, tmp_path / "t.png", "png")
    assert not QImage(str(tmp_path / "t.png")).isNull()


def test_the_next_token(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = window.findChild(ExplorerTab)
    assert tab is not None
    window.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: services.explorer.state is ExplorerState.READY, timeout=30_000)
    qtbot.waitUntil(lambda: tab.export_data() is not None)
    known = services.explorer.distribution
    assert known is not None
    export(window, qtbot, monkeypatch, tmp_path / "n.csv", "csv")
    rows = list(csv.DictReader(io.StringIO(without_comments(tmp_path / "n.csv"), newline="")))
    assert [int(row["id"]) for row in rows] == known.order.tolist()
    assert [float(row["logprob"]) for row in rows] == pytest.approx(known.logprobs[known.order].tolist())
    export(window, qtbot, monkeypatch, tmp_path / "n.svg", "svg")
    assert (tmp_path / "n.svg").stat().st_size > 1000
    services.lookahead.start(2, 3, 8)
    qtbot.waitUntil(lambda: services.lookahead.tree is not None, timeout=30_000)
    tab._pages.setCurrentIndex(1)
    export(window, qtbot, monkeypatch, tmp_path / "l.json", "json")
    tree = services.lookahead.tree
    assert tree is not None
    data = json.loads((tmp_path / "l.json").read_text())
    assert [row["id"] for row in data["rows"]] == tree.ids.tolist()
    assert data["meta"]["steps"] == []


def test_layers(
    panel: tuple[InspectorPanel, Services], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, services = panel
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(services.engine.model_path, LoadOptions(recording=1 << 26))
    ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = window.findChild(LayersTab)
    assert tab is not None
    window.tabs.setCurrentWidget(tab)
    services.inspector.select_token(4)
    assert tab.export_data() is None
    tab.lens.ask()
    qtbot.waitUntil(lambda: not tab.lens.is_asking and bool(tab.lens.layers(5)), timeout=30_000)
    views = tab.lens.layers(5)
    export(window, qtbot, monkeypatch, tmp_path / "l.json", "json")
    rows = json.loads((tmp_path / "l.json").read_text())["rows"]
    assert [row["rank"] for row in rows] == [view.rank + 1 for view in views]
    assert [row["id_2"] for row in rows] == [view.top[1][1] for view in views]
    export(window, qtbot, monkeypatch, tmp_path / "l.png", "png")
    assert QImage(str(tmp_path / "l.png")).height() > 2 * tab.table.verticalHeader().length()


def without_comments(path: Path) -> str:
    text = path.read_text("utf-8-sig")
    return text[text.index("rank,id,") :]
