"""The Tokens tab with real mouse and keys: every number is the trace's, and every token can be reached."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatapp.core.candidates import candidates_of
from chatapp.core.conversation import Role
from chatapp.core.measure import Measure
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import RANK_BUCKETS, SCORE_BY_ITSELF, SHOW_HINTS, TOKEN_MEASURE, WHOLE_PROMPT
from chatapp.ui import i18n, theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.candidate_model import Column
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.numbers import bits, percent
from chatapp.ui.inspector.tokens_tab import TokensTab
from tests.gui.inspector.conftest import Look
from tests.helpers.traces import KOREAN, byte_pieces, make_trace
from tests.services.conftest import Make
from tests.services.test_chat import answer, wait_until_idle

PIECES = byte_pieces(KOREAN)
GROUP = 4  # the first token of 한


def middle(tab: TokensTab, token: int) -> QPoint:
    """Where *token* is in the strip's viewport."""
    layout = tab.strip.layout_now
    index = layout.box_of(token)
    assert index is not None
    box = layout.boxes[index]
    height = tab.strip._painter.line_height
    y = box.line * height + 8 + height // 2 - tab.strip.verticalScrollBar().value()
    return QPoint(round(8 + box.x + box.width / 2), y)


def click(tab: TokensTab, qtbot: QtBot, token: int) -> None:
    qtbot.mouseClick(tab.strip.viewport(), Qt.MouseButton.LeftButton, pos=middle(tab, token))


def label(tab: TokensTab, name: str) -> str:
    found = tab.findChild(QLabel, name)
    assert found is not None
    return found.text()


def cells(tab: TokensTab, column: Column) -> list[str]:
    rows = tab.table.rows
    return [rows.data(rows.index(row, column)) for row in range(rows.rowCount())]


def test_pointing_shows_the_candidates_at_once(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    look(make_trace(PIECES))
    assert tab.table.rows.rowCount() == 0
    qtbot.mouseMove(tab.strip.viewport(), middle(tab, 1))
    qtbot.waitUntil(lambda: services.inspector.hovered == 1)
    expected = candidates_of(services.inspector.trace, 1)
    assert expected is not None
    assert cells(tab, Column.ID)[:-1] == [str(c.token) for c in expected.rows]
    assert cells(tab, Column.TOKEN)[-1] == "all others"
    assert cells(tab, Column.RAW) == [percent(c.probability) for c in expected.rows] + [percent(expected.others)]
    assert tab.table.isColumnHidden(Column.FINAL)
    assert label(tab, "tokenText") == "·word"
    qtbot.mouseMove(tab.strip.viewport(), QPoint(5, tab.strip.viewport().height() - 3))
    qtbot.waitUntil(lambda: services.inspector.hovered is None)
    assert tab.table.rows.rowCount() == 0


def test_every_number_is_the_traces(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    trace = make_trace(PIECES, stages=True)
    look(trace)
    click(tab, qtbot, 2)
    assert services.inspector.token == 2
    p = math.exp(trace.logprobs[2])
    assert label(tab, "tokenNumbers") == (
        f"{percent(p)} · {bits(-math.log2(p))} bits surprisal · "
        f"{bits(trace.entropy[2] / math.log(2))} bits entropy · rank {trace.ranks[2] + 1}"
    )
    assert label(tab, "tokenPlace") == f"token 3 of {len(PIECES)}"
    assert trace.stages is not None
    finals = trace.stages.probs[2, -1]
    shown = cells(tab, Column.FINAL)[: len(finals)]
    assert [text for text, value in zip(shown, finals, strict=True) if value > 0] == [
        percent(float(value)) for value in finals if value > 0
    ]
    assert "cut: Top-k" in shown
    mean = -trace.logprobs.astype(float).mean()
    assert f"perplexity {math.exp(mean):.2f}" in label(tab, "tokenSummary")
    assert f"{mean / math.log(2):.2f} bits/token" in label(tab, "tokenSummary")
    assert f"{100 * (trace.ranks == 0).mean():.0f} % first choices" in label(tab, "tokenSummary")


def test_the_token_that_was_taken_has_its_row_and_exact_rank(tab: TokensTab, look: Look, qtbot: QtBot) -> None:
    trace = make_trace(PIECES)
    token = int(np.flatnonzero(trace.ranks >= trace.top_ids.shape[1])[0])
    look(trace)
    tab._inspector.select_token(token)
    row = tab.table.rows.rowCount() - 2  # before all others
    assert cells(tab, Column.RANK)[row] == str(trace.ranks[token] + 1)
    assert cells(tab, Column.ID)[row] == str(trace.ids[token])
    assert cells(tab, Column.RAW)[row] == percent(math.exp(trace.logprobs[token]))


def test_colours_are_the_levels_of_the_measure(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    trace = make_trace(PIECES)
    look(trace)
    combo = tab.findChild(QComboBox, "tokenMeasure")
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_End)  # rank, as a user with a keyboard chooses it
    combo.activated.emit(combo.currentIndex())
    assert services.settings.get(TOKEN_MEASURE) == Measure.RANK
    worst = [max(trace.ranks[box.start : box.end]) + 1 for box in tab.strip.layout_now.boxes]
    buckets = [sum(rank > bound for bound in (1, 10, 100, 1000)) for rank in worst]
    assert [round(box.shade / (scales.STEPS - 1) * 4) for box in tab.strip.layout_now.boxes] == buckets
    services.settings.set(TOKEN_MEASURE, "surprisal")
    surprisal = [-sum(trace.logprobs[box.start : box.end]) / math.log(2) for box in tab.strip.layout_now.boxes]
    assert [box.shade for box in tab.strip.layout_now.boxes] == [
        round(min(1.0, value / 12) * (scales.STEPS - 1)) for value in surprisal
    ]


def test_the_bounds_of_ranks_can_be_changed(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    look(make_trace(PIECES))
    services.settings.set(TOKEN_MEASURE, "rank")
    legend = tab.findChild(Legend)
    assert legend.labels() == ["1", "≤10", "≤100", "≤1,000", ">1,000"]
    qtbot.mouseClick(tab.findChild(QToolButton, "editRankBounds"), Qt.MouseButton.LeftButton)
    edit = tab.findChild(QLineEdit, "rankBounds")
    edit.selectAll()
    qtbot.keyClicks(edit, "5, 50")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert services.settings.get(RANK_BUCKETS) == (5, 50)
    assert legend.labels() == ["≤5", "≤50", ">50"]
    edit.selectAll()
    qtbot.keyClicks(edit, "50, 5")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert services.settings.get(RANK_BUCKETS) == (5, 50)  # and a sentence says what is wanted


def test_a_korean_syllable_is_one_cell_that_opens(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    trace = make_trace(PIECES)
    look(trace)
    assert [b.text for b in tab.strip.layout_now.boxes[4:6]] == ["한", "국"]
    qtbot.mouseMove(tab.strip.viewport(), middle(tab, GROUP))
    qtbot.waitUntil(lambda: services.inspector.hovered == GROUP)
    total = -trace.logprobs[GROUP : GROUP + 3].sum() / math.log(2)
    assert f"{bits(total)} bits surprisal" in label(tab, "tokenNumbers")
    assert label(tab, "tokenPlace").startswith("tokens 5–7 of")
    click(tab, qtbot, GROUP)
    assert [b.text for b in tab.strip.layout_now.boxes[4:8]] == ["<ED>", "<95>", "<9C>", "국"]
    qtbot.keyClick(tab.strip, Qt.Key.Key_Right)
    assert services.inspector.token == GROUP + 1
    assert label(tab, "tokenText") == "<95>"
    assert label(tab, "tokenPlace") == f"token 6 of {len(PIECES)}, 2/3 of 한"
    qtbot.keyClick(tab.strip, Qt.Key.Key_Return)
    assert [b.text for b in tab.strip.layout_now.boxes[4:6]] == ["한", "국"]
    qtbot.keyClick(tab.strip, Qt.Key.Key_Return)
    click(tab, qtbot, GROUP + 1)  # the token that is selected: that closes it, too
    assert [b.text for b in tab.strip.layout_now.boxes[4:6]] == ["한", "국"]


def test_keys_walk_through_the_tokens(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    look(make_trace(PIECES * 12))
    strip, inspector = tab.strip, services.inspector
    strip.setFocus()
    keys = Qt.Key
    qtbot.keyClick(strip, keys.Key_Right)
    assert inspector.token == 0
    for _ in range(5):
        qtbot.keyClick(strip, keys.Key_Right)
    assert inspector.token == 7  # 한 was one step
    qtbot.keyClick(strip, keys.Key_Left)
    assert inspector.token == 4
    boxes = strip.layout_now.boxes
    qtbot.keyClick(strip, keys.Key_Down)
    qtbot.keyClick(strip, keys.Key_Down)
    assert boxes[strip.layout_now.box_of(inspector.token or 0) or 0].line == 2
    qtbot.keyClick(strip, keys.Key_Up)
    qtbot.keyClick(strip, keys.Key_Up)
    assert inspector.token == 4  # back in its column
    qtbot.keyClick(strip, keys.Key_Home)
    assert inspector.token == 0
    qtbot.keyClick(strip, keys.Key_End)
    assert inspector.token == boxes[strip.layout_now.in_line(0)[-1]].start
    qtbot.keyClick(strip, keys.Key_PageDown)
    assert boxes[strip.layout_now.box_of(inspector.token or 0) or 0].line > 3
    qtbot.keyClick(strip, keys.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert inspector.token == boxes[-1].start
    assert strip.verticalScrollBar().value() == strip.verticalScrollBar().maximum()
    qtbot.keyClick(strip, keys.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(strip, keys.Key_Right)
    qtbot.keyClick(strip, keys.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == " word"
    QApplication.sendEvent(strip, QKeyEvent(QKeyEvent.Type.KeyPress, 0x314E, Qt.KeyboardModifier.NoModifier, "ㅎ"))
    assert inspector.token == 1


def test_a_screen_reader_is_told(tab: TokensTab, look: Look, qtbot: QtBot) -> None:
    trace = make_trace(PIECES)
    look(trace)
    click(tab, qtbot, 1)
    assert tab.strip.accessibleName() == "Tokens"
    assert tab.strip.accessibleDescription() == (
        f"token 2 of {len(PIECES)}, “ word”, probability {percent(math.exp(trace.logprobs[1]))}, "
        f"rank {trace.ranks[1] + 1}"
    )
    for widget in tab.findChildren(QToolButton) + tab.findChildren(QComboBox) + tab.findChildren(QLineEdit):
        assert widget.accessibleName() or isinstance(widget.parent(), QLineEdit), widget.objectName()


def test_the_tab_key_goes_from_top_to_bottom(tab: TokensTab, look: Look, qtbot: QtBot) -> None:
    look(make_trace(PIECES))
    tab._inspector.select_token(1)
    tab.findChild(QToolButton, "previousMessage").setFocus()
    seen = []
    for _ in range(24):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget().objectName())
    wanted = ["tokenMeasure", "explainMeasure", "surprisingToken", "tokenStrip", "tokenSearch", "candidateTable"]
    assert [name for name in dict.fromkeys(seen) if name in wanted] == wanted


def test_search_jumps_and_counts(tab: TokensTab, look: Look, services: Services, qtbot: QtBot) -> None:
    trace = make_trace(PIECES * 4)
    look(trace)
    edit = tab.findChild(QLineEdit, "tokenSearch")
    places = np.flatnonzero(trace.ranks + 1 > 50).tolist()
    assert len(places) > 2
    qtbot.keyClicks(edit, "rank > 50")
    assert label(tab, "tokenSearchCount") == f"{len(places)} found"
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert (services.inspector.token, label(tab, "tokenSearchCount")) == (places[0], f"1 of {len(places)}")
    tab.strip.setFocus()
    qtbot.keyClick(tab.strip, Qt.Key.Key_F3)
    assert services.inspector.token == places[1]
    qtbot.keyClick(tab.strip, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert services.inspector.token == places[-1]  # around the end
    edit.clear()
    edit.insert("한국")  # as an input method commits it
    assert label(tab, "tokenSearchCount") == "4 found"
    edit.clear()
    qtbot.keyClicks(edit, "rank > x")
    assert label(tab, "tokenSearchError") == "“rank > x” needs a number, as in rank > 50."
    assert label(tab, "tokenSearchCount") == ""


def test_the_most_surprising_token_is_one_click_away(
    tab: TokensTab, look: Look, services: Services, qtbot: QtBot
) -> None:
    trace = make_trace(PIECES * 30)
    look(trace)
    chip = tab.findChildren(QPushButton, "surprisingToken")[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    cells = TraceBuffer(trace).cells  # a character of several tokens surprises as a whole, as it is coloured
    bits_of = {cell.start: -trace.logprobs[cell.start : cell.end].sum() / math.log(2) for cell in cells}
    assert services.inspector.token == max(bits_of, key=lambda start: bits_of[start])
    assert chip.text().endswith(f"  {bits(max(bits_of.values()))}")
    shown = tab.strip.viewport().rect()
    assert shown.contains(middle(tab, services.inspector.token or 0))


def test_hints_explain_with_the_tokens_own_numbers(
    tab: TokensTab, look: Look, services: Services, qtbot: QtBot
) -> None:
    trace = make_trace(PIECES)
    look(trace)
    click(tab, qtbot, 1)
    p = math.exp(trace.logprobs[1])
    assert f"“·word” had {percent(p)}, that is {bits(-math.log2(p))} bits." in label(tab, "measureHintText")
    services.settings.set(TOKEN_MEASURE, "rank")
    assert f"“·word” was number {trace.ranks[1] + 1}" in label(tab, "measureHintText")
    qtbot.mouseClick(tab.findChild(QToolButton, "explainMeasure"), Qt.MouseButton.LeftButton)
    assert services.settings.get(SHOW_HINTS) == "off"
    assert not tab.findChild(QLabel, "measureHintText").isVisible()


def test_texts_of_the_strip(tab: TokensTab, look: Look, qtbot: QtBot) -> None:
    trace = make_trace([b"a", b"\n", b"\n\n", b"    ", b"x" * 300, b"", b"\xe2\x80\xae", b"\xff", b" end"])
    look(replace(trace, names={5: b"<|im_end|>"}))
    assert tab.strip.layout_now.boxes[5].text == "<|im_end|>"
    look(trace)  # of an older version: nobody knows what it is called
    layout = tab.strip.layout_now
    assert [box.text for box in layout.boxes[:4]] == ["a", "⏎", "⏎⏎", "    "]
    assert [box.text for box in layout.boxes[5:8]] == ["⟨5⟩", "⟨U+202E⟩", "<FF>"]
    assert [box.line for box in layout.boxes[:4]] == [0, 0, 1, 2]
    assert all(box.x + box.width <= layout.width for box in layout.boxes)


def test_branching_from_a_candidate(tab: TokensTab, services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    services.inspector.select(reply.id, 1)
    qtbot.waitUntil(lambda: services.inspector.token == 1)
    words = {piece: token for token, piece in services.inspector.trace.pieces.items()}
    trace = services.inspector.trace
    trace.top_ids[1], trace.top_logprobs[1] = words[b"three"], math.log(0.25)  # the fake engine knows one candidate
    services.inspector.message_changed.emit()
    services.inspector.token_changed.emit()
    button = tab.findChild(QPushButton, "branchButton")
    assert button.isVisible()
    assert not button.isEnabled()
    tab.table.selectRow(0)
    assert button.isEnabled()
    qtbot.keyClick(tab.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.conversation.leaf_id != reply.id, timeout=10_000)
    wait_until_idle(services, qtbot)
    path = services.chat.conversation.path()
    assert path[-1].text.startswith("one three")
    assert services.chat.conversation.messages[reply.id].text == "one two three"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_both_themes_and_languages(tab: TokensTab, look: Look, qapp: QApplication, qtbot: QtBot, mode: str) -> None:
    look(make_trace(PIECES))
    theme.apply(qapp, mode, 0)
    click(tab, qtbot, GROUP)
    image = tab.strip.grab().toImage()
    box = tab.strip.layout_now.boxes[tab.strip.layout_now.box_of(0) or 0]
    ramp = scales.ramp(Measure.SURPRISAL)
    at = tab.strip.viewport().mapTo(tab.strip, QPoint(round(8 + box.x + 1), 14))
    ratio = image.devicePixelRatio()
    shown = image.pixelColor(round(at.x() * ratio), round(at.y() * ratio))
    assert shown.name() == ramp[max(0, box.shade)].name()
    i18n.install("ko")
    assert tab.title()
    assert tab.strip.is_laid_out


def test_the_empty_table_says_what_to_do_in_the_language_of_now(tab: TokensTab, look: Look) -> None:
    look(make_trace(PIECES))
    english = tab.table._instead
    assert english.startswith("Point at a token")
    i18n.install("ko")
    QApplication.processEvents()
    assert tab.table._instead
    assert tab.table._instead != english


# -- states ------------------------------------------------------------------------------------------------------------


def test_nothing_to_look_at(tab: TokensTab) -> None:
    assert "Nothing to look at yet" in label(tab, "inspectorState")
    assert not tab.strip.isVisible()


def test_a_reply_while_it_is_written_and_the_way_between_messages(
    tab: TokensTab, services: Services, qtbot: QtBot
) -> None:
    services.inspector.set_open(True)
    services.settings.set(SCORE_BY_ITSELF, "off")
    services.chat.send("/say one two three")
    qtbot.waitUntil(lambda: label(tab, "inspectedWords").startswith("one"), timeout=10_000)
    wait_until_idle(services, qtbot)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    qtbot.waitUntil(lambda: [b.text for b in tab.strip.layout_now.boxes] == ["one ", "two ", "three"])
    qtbot.waitUntil(lambda: label(tab, "tokenSummary").startswith("3 tokens"))
    assert (label(tab, "inspectedRole"), label(tab, "inspectedWords")) == ("Reply", "one two three")
    qtbot.mouseClick(tab.findChild(QToolButton, "previousMessage"), Qt.MouseButton.LeftButton)
    assert (label(tab, "inspectedRole"), label(tab, "inspectedWords")) == ("You", "/say one two three")
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.UNSCORED)
    assert "It has to read the prompt once more" in label(tab, "inspectorState")
    button = tab.findChild(QPushButton, "inspectorAction")
    assert button.text() == "Score this prompt"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: label(tab, "inspectorError") != "", timeout=10_000)  # the fake engine cannot
    assert tab.findChild(QLabel, "inspectorError").isVisible()


def test_states_without_a_model_and_without_a_trace(services: Services, make_services: Make, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "안녕 there")
    services.chat.edit(reply.id, "by hand")
    edited = services.chat.conversation.leaf_id
    qtbot.waitUntil(lambda: services.storage.is_saved)
    services.close()
    again = make_services()
    again.chat.open(again.conversations.summaries()[0].id)
    qtbot.waitUntil(lambda: bool(again.chat.conversation.messages))
    tab = TokensTab(again)
    qtbot.addWidget(tab)
    tab.resize(460, 600)
    with qtbot.waitExposed(tab):
        tab.show()
    assert edited is not None
    again.inspector.select(edited)
    qtbot.waitUntil(lambda: again.inspector.state is TraceState.MISSING)
    assert "no recorded probabilities" in label(tab, "inspectorState")
    first = again.chat.conversation.path()[0]
    assert first.role is Role.USER
    again.inspector.select(first.id)
    qtbot.waitUntil(lambda: again.inspector.state is TraceState.NEEDS_MODEL)
    assert "needs a model" in label(tab, "inspectorState")
    with qtbot.waitSignal(again.models.choose_requested):
        qtbot.mouseClick(tab.findChild(QPushButton, "inspectorAction"), Qt.MouseButton.LeftButton)
    again.chat.select(reply.id)
    again.inspector.select(reply.id)  # the saved trace needs no model
    qtbot.waitUntil(lambda: again.inspector.state is TraceState.READY)
    qtbot.waitUntil(lambda: len(tab.strip.layout_now.boxes) > 0)
    assert "".join(box.text for box in tab.strip.layout_now.boxes) == "You said: 안녕 there"


def test_every_model_is_asked_for_a_short_prompt_by_itself(tab: TokensTab, services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "hello")
    assert reply.parent_id is not None
    inspector = services.inspector
    inspector.set_open(True)
    with qtbot.waitSignal(inspector.failed, timeout=10_000):  # the fake engine cannot
        inspector.select(reply.parent_id)
    with qtbot.waitSignal(inspector.failed, timeout=20_000):
        services.engine.restart()


def test_a_prompt_with_its_template(tab: TokensTab, services: Services, qtbot: QtBot) -> None:
    """The message's own tokens; the template's and earlier ones only when they are asked for."""
    trace = make_trace([b"<bos>", b"sys", b"<user>", b"hel", b"lo", b"<end>"])
    trace.meta["owners"] = [-1, 0, -1, 1, 1, -1]
    reply = answer(services, qtbot, "hello")
    assert reply.parent_id is not None
    parent = reply.parent_id
    services.storage.write(lambda store: store.save_trace(parent, trace))
    services.inspector.select(parent)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    assert [box.text for box in tab.strip.layout_now.boxes] == ["hel", "lo"]
    assert label(tab, "tokenSummary").startswith("2 tokens")
    box = tab.findChild(QCheckBox, "wholePrompt")
    assert box.isVisible()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert services.settings.get(WHOLE_PROMPT) == "on"
    assert [box.text for box in tab.strip.layout_now.boxes] == ["<bos>", "sys", "<user>", "hel", "lo", "<end>"]
    assert label(tab, "tokenSummary").startswith("2 tokens")


def test_the_first_token_of_a_text_has_no_numbers(tab: TokensTab, look: Look, qtbot: QtBot) -> None:
    trace = make_trace([b"a", b"b"])
    trace.logprobs[0], trace.ranks[0], trace.entropy[0] = np.nan, -1, np.nan
    trace.top_ids[0], trace.top_logprobs[0] = -1, np.nan
    look(trace)
    click(tab, qtbot, 0)
    assert label(tab, "tokenNumbers") == "Nothing came before it, so the model had no say in it."
    assert tab.table.rows.rowCount() == 0
    assert tab.strip.layout_now.boxes[0].shade == -1


def test_buffers_and_traces_agree() -> None:
    trace = make_trace(PIECES)
    assert TraceBuffer(trace).token_bytes(GROUP) == "한".encode()[:1]
