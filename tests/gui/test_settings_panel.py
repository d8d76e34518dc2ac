"""The settings of a conversation and the preferences of the app: every input, live."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QInputDialog,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatapp.core.generation import MAX_SEED, SamplingParams
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.settings.schema import CONTEXT_LENGTH, FONT_SIZE, LANGUAGE, MODEL_FOLDERS, PREFILL, SETTINGS, THEME
from chatapp.ui.main_window import MainWindow
from chatapp.ui.preferences.field import Field
from chatapp.ui.preferences.fields import field_for
from chatapp.ui.preferences.row import SettingRow
from chatapp.ui.settings_panel import SettingsPanel


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> SettingsPanel:
    window.actions_table["settings_panel"].trigger()
    found = window.findChild(SettingsPanel)
    assert found is not None
    qtbot.waitUntil(found.isVisible)
    return found


@pytest.fixture
def preferences(window: MainWindow, qtbot: QtBot) -> QDialog:
    window.actions_table["preferences"].trigger()
    found = window.findChild(QDialog, "preferences")
    assert found is not None
    qtbot.waitUntil(found.isVisible)
    return found


def field(parent: QWidget, key: str) -> Field:
    found = parent.findChild(Field, key)
    assert found is not None, key
    return found


def spin(parent: QWidget, key: str) -> QDoubleSpinBox:
    found = field(parent, key).findChild(QDoubleSpinBox)
    assert found is not None
    return found


def test_every_sampling_value_is_there_with_an_explanation(panel: SettingsPanel) -> None:
    for name in (f.name for f in fields(SamplingParams) if f.name not in ("order", "disabled")):
        row = field(panel, f"sampling.{name}").parent()
        assert isinstance(row, SettingRow)
        info = next(b for b in row.findChildren(QToolButton) if b.accessibleName().startswith("What is"))
        assert len(info.toolTip()) > 40


def test_more_samplers_are_folded_away_until_asked_for(panel: SettingsPanel, qtbot: QtBot) -> None:
    assert field(panel, "sampling.top_k").isVisible()
    assert not field(panel, "sampling.grammar").isVisible()
    panel.findChild(QToolButton, "moreSamplersButton").click()
    assert field(panel, "sampling.grammar").isVisible()
    assert panel.findChild(QListWidget, "samplerChain").isVisible()


def test_stages_are_moved_and_switched_off(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    panel.findChild(QToolButton, "moreSamplersButton").click()
    chain = panel.findChild(QListWidget, "samplerChain")
    chain.setFocus()
    chain.setCurrentRow(3)
    assert chain.currentItem().text() == "Top-k"
    qtbot.keyClick(chain, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(chain, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert services.chat.effective_sampling().order[:3] == ("penalties", "top_k", "dry")
    assert chain.currentRow() == 1
    qtbot.keyClick(chain, Qt.Key.Key_Space)
    assert services.chat.effective_sampling().disabled == ("top_k",)
    qtbot.mouseClick(panel.findChild(QPushButton, "resetAllButton"), Qt.MouseButton.LeftButton)
    assert chain.item(3).text() == "Top-k"
    assert chain.item(3).checkState() is Qt.CheckState.Checked
    for _ in range(20):  # the ends hold
        qtbot.keyClick(chain, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert set(services.chat.effective_sampling().order) == set(SamplingParams().order)


def test_a_wrong_grammar_is_told_with_its_line_and_not_used(panel: SettingsPanel, services: Services) -> None:
    panel.findChild(QToolButton, "moreSamplersButton").click()
    edit = field(panel, "sampling.grammar").findChild(QPlainTextEdit)
    edit.setPlainText('root ::= "a"\nb ::= (')
    row = field(panel, "sampling.grammar").parent()
    assert isinstance(row, SettingRow)
    assert "line 2" in row._error.text()
    assert services.chat.effective_sampling().grammar == ""
    edit.setPlainText('root ::= "a"')
    assert not row._error.isVisible()
    assert services.chat.effective_sampling().grammar == 'root ::= "a"'


def test_values_that_contradict_each_other_are_refused_in_words(panel: SettingsPanel, services: Services) -> None:
    panel.findChild(QToolButton, "moreSamplersButton").click()
    spin(panel, "sampling.mirostat").setValue(2)
    spin(panel, "sampling.adaptive_target").setValue(0.5)
    row = field(panel, "sampling.adaptive_target").parent()
    assert isinstance(row, SettingRow)
    assert "mirostat" in row._error.text()
    assert services.chat.effective_sampling().adaptive_target == -1.0


def test_token_biases_and_breakers_are_typed_as_lines(panel: SettingsPanel, services: Services) -> None:
    panel.findChild(QToolButton, "moreSamplersButton").click()
    field(panel, "sampling.logit_bias").findChild(QPlainTextEdit).setPlainText("42 -100\n7: 1.5")
    assert services.chat.effective_sampling().logit_bias == ((42, -100.0), (7, 1.5))
    edit = field(panel, "sampling.dry_breakers").findChild(QPlainTextEdit)
    assert edit.toPlainText().splitlines()[0] == "\\n"
    edit.setPlainText("\\n\n,")
    assert services.chat.effective_sampling().dry_breakers == ("\n", ",")


def choose_preset(panel: SettingsPanel, name: str) -> None:
    box = panel.findChild(QComboBox, "presetBox")
    at = box.findText(name)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def do_with_preset(panel: SettingsPanel, word: str) -> None:
    """What begins with *word* in the menu."""
    menu = panel.findChild(QToolButton, "presetMenuButton").menu()
    menu.aboutToShow.emit()
    action = next(a for a in menu.actions() if a.text().startswith(word))
    assert action.isEnabled()
    action.trigger()


def test_presets_are_chosen_kept_and_removed(
    panel: SettingsPanel, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    box = panel.findChild(QComboBox, "presetBox")
    assert box.currentText() == "Balanced"
    choose_preset(panel, "Precise")
    assert services.chat.effective_sampling().temperature == 0.3
    assert spin(panel, "sampling.temperature").value() == 0.3
    spin(panel, "sampling.temperature").setValue(0.35)
    assert box.currentIndex() == -1, "these are own values"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("내 것", True))
    do_with_preset(panel, "Save as")
    assert box.currentText() == "내 것"
    out = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(out), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(out), ""))
    do_with_preset(panel, "Export")
    do_with_preset(panel, "Delete")
    assert box.findText("내 것") == -1
    do_with_preset(panel, "Import")
    assert box.currentText() == "내 것"


def test_of_presets_with_the_same_values_the_chosen_one_is_shown(
    panel: SettingsPanel, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = panel.findChild(QComboBox, "presetBox")
    choose_preset(panel, "Precise")
    do_with_preset(panel, "Duplicate")
    assert box.currentText() == "Precise 2"
    choose_preset(panel, "Precise")
    assert box.currentText() == "Precise"
    choose_preset(panel, "Precise 2")
    assert box.currentText() == "Precise 2"
    spin(panel, "sampling.temperature").setValue(0.35)
    assert box.currentIndex() == -1
    spin(panel, "sampling.temperature").setValue(0.3)
    assert box.currentText() == "Precise 2"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Mine", True))
    do_with_preset(panel, "Rename")
    assert box.currentText() == "Mine"
    services.chat.set_sampling(SamplingParams())
    assert box.currentText() == "Balanced"
    choose_preset(panel, "Mine")
    do_with_preset(panel, "Delete")
    assert box.currentText() == "Precise"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Balanced", True))
    do_with_preset(panel, "Save as")
    assert box.currentText() == "Precise", "the name is taken: nothing was made"


def test_a_typed_number_counts_at_once(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    box = spin(panel, "sampling.temperature")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "1.25")
    assert services.chat.effective_sampling().temperature == 1.25
    assert services.settings.sampling().temperature != 1.25, "only this conversation"
    slider = field(panel, "sampling.temperature").findChild(QSlider)
    assert slider.value() == 25
    slider.setValue(10)
    assert services.chat.effective_sampling().temperature == 0.5


@pytest.mark.parametrize(
    ("name", "special"),
    [("top_k", 0), ("repeat_last_n", -1), ("seed", None), ("max_tokens", 0)],
)
def test_special_values_are_words_at_the_low_end(
    panel: SettingsPanel, services: Services, name: str, special: int | None
) -> None:
    box = spin(panel, f"sampling.{name}")
    box.setValue(17)
    assert getattr(services.chat.effective_sampling(), name) == 17
    box.setValue(box.minimum())
    assert getattr(services.chat.effective_sampling(), name) == special
    assert not any(character.isdigit() for character in box.text())


def test_a_seed_has_all_its_bits(panel: SettingsPanel, services: Services) -> None:
    spin(panel, "sampling.seed").setValue(MAX_SEED)
    assert services.chat.effective_sampling().seed == MAX_SEED


def test_stop_texts_are_checked_as_they_are_typed(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    edit = field(panel, "sampling.stop").findChild(QPlainTextEdit)
    edit.setPlainText("###\n\nUser:")
    assert services.chat.effective_sampling().stop == ("###", "User:")
    row = field(panel, "sampling.stop").parent()
    assert isinstance(row, SettingRow)
    assert not row._error.isVisible()
    edit.setPlainText("x" * 300)
    assert row._error.isVisible()
    assert "Stop texts" in row._error.text()
    assert services.chat.effective_sampling().stop == ("###", "User:"), "the old value stays"


def test_the_system_prompt_belongs_to_the_conversation(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    edit = field(panel, "system_prompt").findChild(QPlainTextEdit)
    edit.setPlainText("짧게 답해 줘.")
    first = services.chat.conversation
    assert first.system_prompt == "짧게 답해 줘."
    services.chat.send("hello")
    services.chat.new_conversation()
    assert edit.toPlainText() == ""
    services.chat.open(first.id)
    assert edit.toPlainText() == "짧게 답해 줘."
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)


def test_what_new_conversations_begin_with_is_seen_where_none_has_begun(
    panel: SettingsPanel, services: Services
) -> None:
    row = field(panel, "prefill").parent()
    assert isinstance(row, SettingRow)
    services.settings.set(PREFILL, "Sure:")
    assert row.field.value() == services.chat.conversation.prefill == "Sure:"
    assert row.findChild(QToolButton, "resetButton").isHidden()


def test_back_to_the_defaults_one_by_one_and_all(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    defaults = services.settings.sampling()
    row = field(panel, "sampling.top_p").parent()
    assert isinstance(row, SettingRow)
    reset = row.findChild(QToolButton, "resetButton")
    assert not reset.isVisible()
    spin(panel, "sampling.top_p").setValue(0.5)
    spin(panel, "sampling.min_p").setValue(0.2)
    panel.ensureWidgetVisible(reset)
    assert reset.isVisible()
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert services.chat.effective_sampling().top_p == defaults.top_p
    assert services.chat.effective_sampling().min_p == 0.2
    qtbot.mouseClick(panel.findChild(QPushButton, "resetAllButton"), Qt.MouseButton.LeftButton)
    assert services.chat.conversation.sampling is None
    assert spin(panel, "sampling.min_p").value() == defaults.min_p


def test_values_can_become_the_defaults(panel: SettingsPanel, services: Services, qtbot: QtBot) -> None:
    button = panel.findChild(QPushButton, "makeDefaultButton")
    assert not button.isEnabled()
    spin(panel, "sampling.temperature").setValue(0.1)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert services.settings.sampling().temperature == 0.1
    assert not button.isEnabled()


def test_scrolling_the_panel_changes_no_value(panel: SettingsPanel, services: Services) -> None:
    before = services.chat.effective_sampling()
    for widget in (
        spin(panel, "sampling.temperature"),
        field(panel, "sampling.temperature").findChild(QSlider),
        *panel.findChildren(QComboBox),
    ):
        centre = QPointF(widget.rect().center())
        wheel = QWheelEvent(
            centre,
            QPointF(widget.mapToGlobal(widget.rect().center())),
            QPoint(0, -120),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, wheel)
    assert services.chat.effective_sampling() == before
    assert panel.findChildren(QComboBox)


VALUES: dict[str, Any] = {"system_prompt": "a\nb", "sampling.stop": ("x", "y"), "model_folders": ("/a", "/b")}


@pytest.mark.parametrize("setting", [s for s in SETTINGS if not s.hidden], ids=lambda s: s.key)
def test_every_field_shows_what_it_is_given_and_keeps_quiet(setting: Any, qtbot: QtBot) -> None:
    shown = field_for(setting)
    qtbot.addWidget(shown)
    told: list[object] = []
    shown.edited.connect(told.append)
    values = [setting.default]
    if setting.special is not None:
        values.append(setting.special.value)
    if setting.bounds is not None and isinstance(setting.default, (int, float, type(None))):
        values += [type(setting.default or 0)(bound) for bound in setting.bounds]
    values += [choice.value for choice in setting.choices]
    values += [VALUES[setting.key]] if setting.key in VALUES else []
    for value in values:
        shown.show_value(value)
        assert shown.value() == value
    assert told == []


def test_preferences_hold_every_setting_that_is_not_hidden(preferences: QDialog) -> None:
    keys = {f.objectName() for f in preferences.findChildren(Field)}
    assert keys == {setting.key for setting in SETTINGS if not setting.hidden}
    tabs = preferences.findChild(QTabWidget)
    assert [tabs.tabText(at) for at in range(tabs.count())] == ["General", "Chat", "Model", "Sampling", "Downloads"]


def test_preferences_take_effect_at_once(preferences: QDialog, services: Services, qapp: QApplication) -> None:
    box = field(preferences, THEME.key).findChild(QComboBox)
    box.setCurrentIndex(box.findData("dark"))
    box.activated.emit(box.currentIndex())
    assert services.settings.get(THEME) == "dark"
    spin(preferences, FONT_SIZE.key).setValue(14)
    assert qapp.font().pointSize() == 14
    language = field(preferences, LANGUAGE.key).findChild(QComboBox)
    language.setCurrentIndex(language.findData("ko"))
    language.activated.emit(language.currentIndex())
    QApplication.processEvents()
    assert preferences.windowTitle() == "환경설정"
    assert [box.itemText(at) for at in range(box.count())] == ["시스템 설정", "밝게", "어둡게"]


def test_numbers_are_typed_into_the_preferences_key_by_key(
    preferences: QDialog, services: Services, qtbot: QtBot
) -> None:
    def type_into(key: str, text: str) -> QDoubleSpinBox:
        box = spin(preferences, key)
        box.selectAll()
        qtbot.keyClicks(box, text)
        return box

    temperature = type_into("sampling.temperature", "0.35")
    assert temperature.value() == services.settings.get("sampling.temperature") == 0.35
    slider = field(preferences, "sampling.temperature").findChild(QSlider)
    assert slider.value() == 7, "it follows"
    assert type_into("sampling.temperature", "1.25").value() == services.settings.get("sampling.temperature") == 1.25
    assert type_into(CONTEXT_LENGTH.key, "20480").value() == services.settings.get(CONTEXT_LENGTH.key) == 20480
    most = spin(preferences, "sampling.max_tokens")
    type_into("sampling.max_tokens", "17")
    assert services.settings.get("sampling.max_tokens") == 17
    row = field(preferences, "sampling.max_tokens").parent()
    assert isinstance(row, SettingRow)
    row.findChild(QToolButton, "resetButton").click()
    assert services.settings.get("sampling.max_tokens") == 0
    assert most.text() == most.specialValueText()
    row = field(preferences, "sampling.temperature").parent()
    assert isinstance(row, SettingRow)
    row.findChild(QToolButton, "resetButton").click()
    assert temperature.value() == SamplingParams().temperature


def test_a_change_that_needs_a_reload_offers_it(
    preferences: QDialog, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reload = preferences.findChild(QPushButton, "reloadButton")
    assert not reload.isVisible()
    preferences.findChild(QTabWidget).setCurrentIndex(2)
    spin(preferences, CONTEXT_LENGTH.key).setValue(2048)
    assert services.settings.get(CONTEXT_LENGTH) == 2048
    assert reload.isVisible()
    chosen: list[str] = []
    monkeypatch.setattr(services.models, "choose", chosen.append)
    qtbot.mouseClick(reload, Qt.MouseButton.LeftButton)
    assert chosen == [services.engine.model_path]
    assert not reload.isVisible()


def test_folders_are_added_and_removed(
    preferences: QDialog, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences.findChild(QTabWidget).setCurrentIndex(2)
    folders = field(preferences, MODEL_FOLDERS.key)
    add, remove = folders.findChildren(QPushButton)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "/models")
    for _ in range(2):  # the same one twice is one
        qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    assert services.settings.get(MODEL_FOLDERS) == ("/models",)
    assert not remove.isEnabled()
    folders.findChild(QListWidget).setCurrentRow(0)
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert services.settings.get(MODEL_FOLDERS) == ()
