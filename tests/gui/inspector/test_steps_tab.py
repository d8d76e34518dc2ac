"""The Step by step tab with the real engine, by mouse: examples, cards, heads, and one word in many sentences."""

import re

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QPushButton, QSpinBox, QTabBar
from pytestqt.qtbot import QtBot

from chatapp.core.examples import EXAMPLES
from chatapp.core.generation import SamplingParams
from chatapp.core.trace_export import short_float
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.services.token_question import Obstacle
from chatapp.ui.inspector.layers_tab import LayersTab
from chatapp.ui.inspector.number_strip import NumberStrip, ramp_colour
from chatapp.ui.inspector.panel import InspectorPanel
from chatapp.ui.inspector.picture import png
from chatapp.ui.inspector.similarity_chart import SimilarityChart
from chatapp.ui.inspector.step_card import StepCard
from chatapp.ui.inspector.step_words import steps_of
from chatapp.ui.inspector.steps_tab import StepsTab
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services, services
from tests.services.test_chat import answer

__all__ = ["make_services", "open_real", "services"]
PARAMS = SamplingParams(seed=5, max_tokens=8, temperature=0.0)
MOUSE = EXAMPLES[0]


def open_panel(services: Services, qtbot: QtBot) -> tuple[InspectorPanel, StepsTab]:
    panel = InspectorPanel(services)
    qtbot.addWidget(panel)
    panel.resize(530, 680)
    with qtbot.waitExposed(panel):
        panel.show()
    tab = panel.findChild(StepsTab)
    assert tab is not None
    panel.tabs.setCurrentWidget(tab)
    return panel, tab


def press(tab: StepsTab, name: str, qtbot: QtBot) -> None:
    button = tab.findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose_example(tab: StepsTab, qtbot: QtBot, text: str) -> None:
    """As a user does: the button in the line at the top opens the menu, a click chooses."""
    menus = [m for m in tab.findChildren(QMenu, "examplesMenu") if m.parentWidget().isVisible()]
    assert len(menus) == 1
    action = next(a for a in menus[0].actions() if isinstance(a, QAction) and a.text() == text)
    menus[0].popup(tab.mapToGlobal(QPoint(0, 0)))
    qtbot.waitUntil(menus[0].isVisible)
    qtbot.mouseClick(menus[0], Qt.MouseButton.LeftButton, pos=menus[0].actionGeometry(action).center())


def sentence(tab: StepsTab) -> str:
    label = tab.findChild(QLabel, "stepsSentence")
    assert label is not None
    return label.text()


def cards(tab: StepsTab) -> list[str]:
    return [card.objectName() for card in tab.findChildren(StepCard) if card.isVisible()]


def with_example(services: Services, qtbot: QtBot) -> tuple[InspectorPanel, StepsTab]:
    panel, tab = open_panel(services, qtbot)
    choose_example(tab, qtbot, MOUSE.text)
    qtbot.waitUntil(lambda: cards(tab)[-1:] == ["step_sampling"], timeout=30_000)
    return panel, tab


def test_an_example_is_taken_apart_beside_the_chat(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    panel, tab = with_example(services, qtbot)
    inspector = services.inspector
    assert inspector.is_text
    assert "ouse”" in sentence(tab)  # the end of the word is selected
    taken = tab.steps.taken
    assert taken is not None
    assert cards(tab)[0] == "step_embedding"
    assert cards(tab)[-1] == "step_sampling"
    told = tab.findChild(QLabel, "difference_weights")
    assert told is not None
    assert "the same" in told.text()
    strip = tab.findChild(NumberStrip, "numbers_weights")
    assert strip is not None
    assert re.match(r"“I”, number 2 of \d+: ", strip.describe(1))
    # Nothing of it is in the chat, and other tabs show it.
    assert not services.chat.conversation.messages
    assert not services.conversations.summaries()
    assert inspector.trace.owners is not None
    assert inspector.token is not None
    assert taken.arrays["ids"].tolist() == inspector.trace.ids[: inspector.token + 1].tolist()
    exported = tab.export_data()
    assert exported is not None
    rows = list(exported.table().rows)
    queries = [row for row in rows if row[0] == "q"]
    assert [row[2] for row in queries] == [short_float(value) for value in taken.arrays["captured.q"]]
    assert [row[3] for row in queries] == [short_float(value) for value in taken.arrays["recomputed.q"]]
    assert png(exported.picture(), exported.meta)().startswith(b"\x89PNG")
    # Another layer and head, and the head that is chosen elsewhere.
    head = tab.findChild(QSpinBox, "stepsHead")
    assert head is not None
    head.setValue(3)
    qtbot.waitUntil(lambda: tab.steps.taken is not None and tab.steps.taken.head == 2, timeout=30_000)
    services.attention.choose_heads(frozenset(((1, 1),)))
    qtbot.waitUntil(lambda: tab.steps.taken is not None and tab.steps.taken.layer == 1, timeout=30_000)
    qtbot.waitUntil(lambda: cards(tab)[-1:] == ["step_sampling"])
    # Links lead to the next step and to the other tabs.
    card = tab.findChild(StepCard, "step_weights")
    assert card is not None
    link = card.findChild(QPushButton, "openTab")
    assert link is not None
    link.click()
    assert panel.tabs.currentWidget().objectName() == "attentionTab"
    press(tab, "backToChat", qtbot)
    assert not inspector.is_text
    assert inspector.state is TraceState.NONE


def test_the_student_s_question_takes_three_clicks(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    choose_example(tab, qtbot, MOUSE.text)  # two clicks
    qtbot.waitUntil(lambda: bool(cards(tab)), timeout=30_000)
    press(tab, "meaningsButton", qtbot)  # the third
    page = tab.meanings
    qtbot.waitUntil(lambda: page.meanings.similarity is not None, timeout=30_000)
    similarity = page.meanings.similarity
    assert similarity is not None
    assert similarity.shape[1:] == (4, 4)
    np.testing.assert_allclose(similarity[0], 1, atol=1e-5)  # the same row of the table
    assert similarity[-1, 0, 1] < 0.95  # and after the last layer not the same word any more
    assert page.chart.isVisible()
    told = page.findChild(QLabel, "meaningsTold")
    assert told is not None
    assert "“mouse” begins as the same row" in told.text()
    assert b"".join(piece for piece, _ in page.meanings.sentences[0].tokens).endswith(b"wireless mouse")
    press(tab, "backToSteps", qtbot)
    assert cards(tab)


def test_the_chart_of_a_word_is_told_layer_by_layer(qapp: QApplication, qtbot: QtBot) -> None:
    chart = SimilarityChart()
    qtbot.addWidget(chart)
    chart.show_lines(np.array([[1, 0.75, 0.5], [1, 0.875, 0.25]], np.float32))
    assert chart.focusPolicy() & Qt.FocusPolicy.TabFocus
    told = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        before = chart.grab().toImage()
        qtbot.keyClick(chart, key)
        told.append(chart.accessibleDescription())
        assert (chart.grab().toImage() == before) == (told[-2:-1] == told[-1:])
    assert told == [
        "Layer 0: B 1.000, C 1.000", "Layer 1: B 0.750, C 0.875", "Layer 2: B 0.500, C 0.250",
        "Layer 2: B 0.500, C 0.250", "Layer 1: B 0.750, C 0.875",
    ]  # fmt: skip
    chart.show_lines(np.array([[1, 0.5]], np.float32))
    assert not chart.accessibleDescription()


def test_a_word_that_is_missing_and_the_same_beginning(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    press(tab, "meaningsButton", qtbot)
    page = tab.meanings
    page.meanings.compare("mouse", ("a mouse", "a cat"))
    told = page.findChild(QLabel, "meaningsTold")
    assert told is not None
    assert "a cat" in told.text()
    assert not page.meanings.is_asking
    page.meanings.compare("mouse", ("a mouse for my computer", "a mouse under my bed"))
    qtbot.waitUntil(lambda: page.meanings.similarity is not None, timeout=30_000)
    assert "are the same in all of them" in told.text()
    page.meanings.compare("mouse", ("a mouse", "the mouse"))
    assert page.meanings.is_asking
    press(tab, "compareMeanings", qtbot)  # cancels
    assert not page.meanings.is_asking


def test_what_a_word_means_to_a_model_goes_with_it(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    press(tab, "meaningsButton", qtbot)
    page = tab.meanings
    page.meanings.compare("mouse", ("a mouse", "the mouse"))
    qtbot.waitUntil(lambda: page.meanings.similarity is not None, timeout=30_000)
    assert page.chart.isVisible()
    services.engine.unload()
    assert page.meanings.similarity is None
    assert page.meanings.sentences == ()
    assert not page.chart.isVisible()


def test_a_reply_s_token_is_asked_for_and_a_cancel_ends_it(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    trace = ask(services, qtbot, "What is attention?", PARAMS)
    services.chat.set_sampling(SamplingParams(temperature=2.0))  # of the next one
    services.inspector.select_token(3)
    assert not cards(tab)
    press(tab, "stepsButton", qtbot)
    assert tab.steps.is_asking
    press(tab, "stepsButton", qtbot)
    assert not tab.steps.is_asking
    press(tab, "stepsButton", qtbot)
    qtbot.waitUntil(lambda: bool(cards(tab)), timeout=30_000)
    taken = tab.steps.taken
    assert taken is not None
    assert int(taken.arrays["ids"][-1]) == int(trace.ids[2])  # what had been read when it was chosen
    assert int(taken.arrays["top_ids"][0]) == int(trace.ids[3])  # drawn greedily
    assert taken.facts["temperature"] == 0.0
    services.inspector.select_token(4)
    assert not cards(tab)


def test_the_boxes_say_what_the_cards_show(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    ask(services, qtbot, "What is attention?", PARAMS)
    services.inspector.select_token(3)
    layer, head = tab.findChild(QSpinBox, "stepsLayer"), tab.findChild(QSpinBox, "stepsHead")
    assert layer is not None
    assert head is not None
    tab.steps.choose(1000, 1000)  # of a larger model
    press(tab, "stepsButton", qtbot)
    qtbot.waitUntil(lambda: tab.steps.taken is not None, timeout=30_000)
    assert tab.steps.taken is not None
    assert (tab.steps.taken.layer, tab.steps.taken.head) == (layer.value() - 1, head.value() - 1)
    assert (layer.value(), head.value()) == tab.steps.sizes
    services.engine.unload()
    assert tab.steps.taken is not None
    tab.steps.choose(0, 0)  # cannot be asked for now
    assert tab.steps.taken is None
    assert not cards(tab)


def test_other_tabs_ask_about_a_text_and_the_chat_takes_over(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    inspector = services.inspector
    panel, tab = open_panel(services, qtbot)
    inspector.look_at_text("오늘 날씨는", 2)
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=30_000)
    assert inspector.token is not None
    word = b"".join(inspector.trace.token_bytes(i) for i in range(inspector.token + 1)).removeprefix(b"<|bos|>")
    assert word.startswith("오늘".encode())
    assert len(word) < len("오늘 날".encode())
    qtbot.waitUntil(lambda: bool(cards(tab)), timeout=30_000)
    lens = panel.findChild(LayersTab)
    assert lens is not None
    assert lens.lens.obstacle is None
    lens.lens.ask()
    qtbot.waitUntil(lambda: not lens.lens.is_asking, timeout=30_000)
    inspector.select_token(0)
    assert lens.lens.obstacle is Obstacle.FIRST  # nothing comes before it: there is nothing to predict it from
    assert tab.steps.obstacle is None
    qtbot.waitUntil(lambda: tab.steps.taken is not None, timeout=30_000)
    assert tab.steps.taken is not None
    assert tab.steps.taken.arrays["ids"].tolist() == inspector.trace.ids[:1].tolist()  # and not behind all of the text
    services.chat.set_draft("other things do not end it")
    services.chat.path_changed.emit()
    assert inspector.is_text
    ask(services, qtbot, "hello", PARAMS)
    assert not inspector.is_text
    assert inspector.message_id == services.chat.conversation.leaf_id
    assert all(message.id > 0 for message in services.chat.conversation.messages.values())


def test_what_cannot_be_is_said(services: Services, qtbot: QtBot) -> None:
    _, tab = open_panel(services, qtbot)
    assert "Choose an example" in sentence(tab)
    reply = answer(services, qtbot, "one two")
    services.inspector.select(reply.id, 0)
    qtbot.waitUntil(lambda: services.inspector.token == 0)
    failures: list[object] = []
    tab.steps.failed.connect(failures.append)
    press(tab, "stepsButton", qtbot)
    qtbot.waitUntil(lambda: bool(failures))  # the fake engine computes nothing
    assert not tab.steps.is_asking
    assert not cards(tab)


def test_the_words_follow_the_model() -> None:
    gpt2 = [words.key for words in steps_of({"norm": "layer", "gated": False}, frozenset({"learned", "q"}))]
    llama = steps_of({"norm": "rms", "gated": True}, frozenset({"q_rot", "q"}))
    assert "rope" not in gpt2
    assert [words.key for words in llama if words.key not in gpt2] == ["rope"]
    formulas = {words.key: words.formula for words in llama}
    assert "mean(x²)" in formulas["norm"]
    assert "gate" in formulas["ffn"]
    assert "√d" in formulas["scaled"]


def test_colours_of_numbers(qapp: QApplication) -> None:
    strip = NumberStrip()
    strip.resize(60, 40)
    strip.show_numbers(np.array([-2.0, 0.0, 2.0, np.nan], np.float32), None)
    image = strip.grab().toImage()
    colours = [image.pixelColor(round((at + 0.5) * 15), 6) for at in range(4)]
    assert [c.name() for c in colours] == [ramp_colour(x).name() for x in (-1.0, 0.0, 1.0, float("nan"))]
    assert colours[0].blue() > colours[0].red()
    assert colours[2].red() > colours[2].blue()
    assert "recomputed" not in strip.describe(0)
    strip.show_numbers(
        np.array([10.0, 12.0], np.float32), np.array([10.0, 11.0], np.float32), ("a", "b"), from_mean=True
    )
    assert strip.describe(1).splitlines() == ["“b”, number 2 of 2: 12.000", "recomputed: 11.000"]
    many = np.zeros(1000, np.float32)
    many[700] = 5
    strip.show_numbers(many, None)
    image = strip.grab().toImage()
    assert ramp_colour(1.0).name() in {image.pixelColor(x, 6).name() for x in range(60)}  # none is lost
    strip.deleteLater()


def test_every_tab_can_show_a_text(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    panel, _ = open_panel(services, qtbot)
    services.inspector.look_at_text(MOUSE.text, 28)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY, timeout=30_000)
    for at in range(panel.tabs.count()):
        panel.tabs.setCurrentIndex(at)
        qtbot.wait(1)
        for pages in panel.tabs.currentWidget().findChildren(QTabBar):
            for page in range(pages.count()):
                pages.setCurrentIndex(page)
                qtbot.wait(1)  # what goes wrong in a slot fails the test
    panel.tabs.setCurrentIndex(0)
    services.inspector.look_at_chat()


def test_a_sentence_of_one_s_own(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    _, tab = open_panel(services, qtbot)
    choose_example(tab, qtbot, "Your own sentence…")
    dialog = tab.findChild(QInputDialog, "ownSentence")
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    qtbot.keyClicks(dialog.findChild(QLineEdit), "two cats")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cards(tab)[-1:] == ["step_sampling"], timeout=30_000)
    inspector = services.inspector
    assert inspector.is_text
    assert inspector.message is not None
    assert inspector.message.text == "two cats"
    assert inspector.token == len(inspector.trace) - 1
    inspector.look_at_chat()
