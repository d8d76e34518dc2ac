"""Finding a model by hand: keys and clicks, against a hub on loopback."""

import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.hub_search import PICKS
from chatapp.settings.schema import OFFLINE
from chatapp.ui import theme
from chatapp.ui.modelhub import card_view
from chatapp.ui.modelhub.card_view import CardView
from chatapp.ui.modelhub.find_item_model import Data, Row
from chatapp.ui.modelhub.find_page import FindPage
from chatapp.ui.modelhub.fit_popover import FitPopover
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.modelhub.repository_row import RepositoryRow
from chatapp.ui.modelhub.window import ModelHubWindow
from chatapp.ui.preferences.dialog import PreferencesDialog
from tests.helpers.hub_server import Fault, Hub
from tests.helpers.tiny_models import tiny

REPO = "author/tiny-GGUF"
CARD = b"---\nlicense: mit\n---\n# Tiny\n![cat](cat.png)\n\n[site](https://ex.com/\xed\x95\x9c) <b>bold</b>\n"


@pytest.fixture(autouse=True)
def published(hub: Hub) -> None:
    for n in range(150):
        publish(hub, f"author/model-{n:03}-GGUF", downloads=1000 - n)
    publish(hub, REPO, tags=["gguf", "ko", "license:apache-2.0"], gguf={"total": 200_000, "context_length": 256})
    data = Path(tiny("llama-q8_0")).read_bytes()
    hub.add("tiny-Q8_0.gguf", data, REPO)
    hub.add("tiny-Q4_K_M-00001-of-00002.gguf", data[:-5000], REPO)
    hub.add("tiny-Q4_K_M-00002-of-00002.gguf", b"x" * 100, REPO)
    hub.add("mmproj-F16.gguf", b"m" * 1000, REPO)
    hub.add("README.md", CARD, REPO)


def publish(hub: Hub, repo: str, **fields: Any) -> None:
    hub.cards[repo] = {"id": repo, "author": repo.partition("/")[0]} | fields


@pytest.fixture
def page(services: Services, qapp: QApplication, qtbot: QtBot) -> FindPage:
    theme.apply(qapp, "light", 0)
    page = FindPage(services)
    qtbot.addWidget(page)
    page.resize(900, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.setFocus()
    return page


def rows(page: FindPage) -> list[Row]:
    model = page.list.item_model
    return [model.index(at).data(Data.ROW) for at in range(model.rowCount())]


def found(page: FindPage, qtbot: QtBot, count: int) -> None:
    qtbot.waitUntil(lambda: [bool(row.author) for row in rows(page)] == [True] * count, timeout=10_000)


def opened(page: FindPage, qtbot: QtBot, repo: str = REPO, count: int = 2) -> dict[str, RepositoryRow]:
    page.open(repo)
    qtbot.waitUntil(lambda: len(shown_rows(page)) == count, timeout=10_000)
    qtbot.waitUntil(lambda: all(row.badge.isVisible() for row in shown_rows(page).values()), timeout=10_000)
    return shown_rows(page)


def shown_rows(page: FindPage) -> dict[str, RepositoryRow]:
    return {row.name.text(): row for row in page.findChildren(RepositoryRow) if row.isVisible()}


def test_type_arrow_down_and_enter_open_a_model(page: FindPage, qtbot: QtBot) -> None:
    resets: list[None] = []
    page.list.item_model.modelReset.connect(lambda: resets.append(None))
    for letter in "tinyy" * 19 + "tiny":  # and what was too much is taken back
        qtbot.keyClick(page.box, letter)
    qtbot.keyClick(page.box, "a", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.box, "tiny")
    found(page, qtbot, 1)
    assert len(resets) == 1  # a hundred keys, one answer
    (row,) = rows(page)
    assert (row.author, row.name, [mark for mark, _color in row.marks]) == ("author", "tiny-GGUF", ["Korean"])
    assert "Apache 2.0" in row.facts
    qtbot.keyClick(page.box, Qt.Key.Key_Down)
    assert page.list.hasFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Up)
    assert page.box.hasFocus()
    qtbot.keyClick(page.box, Qt.Key.Key_Down)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(shown_rows(page)) == 2, timeout=10_000)
    back = QKeySequence(QKeySequence.StandardKey.Back)[0]
    qtbot.keyClick(page, back.key(), back.keyboardModifiers())
    qtbot.waitUntil(page.list.hasFocus)
    assert page.list.currentIndex().data(Data.REPO) == REPO
    assert page.box.text() == "tiny"


def test_escape_goes_back_before_it_closes(services: Services, qtbot: QtBot) -> None:
    window = ModelHubWindow(services)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.open("findPage")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page = window.findChild(FindPage)
    opened(page, qtbot)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Escape)
    assert window.isVisible()
    assert page.currentIndex() == 0
    qtbot.keyClick(page.box, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_nothing_typed_shows_a_few_to_begin_with(page: FindPage, services: Services, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(services.hub_search.picks) == len(PICKS), timeout=10_000)
    shown = rows(page)
    assert [row.repo for row in shown if not row.is_heading] == [pick.repo for pick in PICKS]
    assert shown[0].is_heading
    assert page.list.item_model.first().row() == 1
    badges = {mark for row in shown for mark, _color in row.marks}
    assert badges & {"Fits memory", "Tight", "Too big"}
    assert "Korean" in badges
    page.open(PICKS[0].repo)  # the hub has it no longer
    qtbot.waitUntil(lambda: "no longer there" in message(page, "repositoryMessage"), timeout=10_000)


def message(page: FindPage, name: str) -> str:
    pane = page.findChild(MessagePane, name)
    return pane.accessibleName() if pane.isVisible() else ""


def test_an_address_that_is_pasted_is_opened(page: FindPage, hub: Hub, qtbot: QtBot) -> None:
    hub.cards[REPO]["pipeline_tag"] = "text-to-image"
    QApplication.clipboard().setText(f" {hub.url}/{REPO}/blob/main/tiny-Q8_0.gguf?download=true\n")
    qtbot.keyClick(page.box, "v", Qt.KeyboardModifier.ControlModifier)
    found(page, qtbot, 1)
    assert hub.asked_hub[-1].query["search"] == [REPO]
    assert "Not for chat" in [mark for mark, _color in rows(page)[0].marks]
    qtbot.keyClick(page.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(shown_rows(page)) == 2, timeout=10_000)
    repository_in = page._services.hub_search.repository_in
    assert repository_in("https://huggingface.co/Qwen/Qwen3-8B-GGUF") == "Qwen/Qwen3-8B-GGUF"
    assert repository_in("https://evil.example/Qwen/Qwen3-8B-GGUF") == ""
    assert repository_in("Qwen/Qwen3-8B-GGUF") == ""  # a search finds it


def test_more_come_as_one_scrolls(page: FindPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.box, "model")
    found(page, qtbot, 30)
    page.list.enter()
    for count in (60, 100):
        qtbot.keyClick(page.list, Qt.Key.Key_End)
        found(page, qtbot, count)
    assert page.list.currentIndex().row() == 59  # what is chosen stays so when more come
    assert page.findChild(QLabel, "findStatus").text() == "100 models"


def test_a_high_window_gets_more_without_scrolling(page: FindPage, hub: Hub, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.box, "model")
    found(page, qtbot, 30)
    page.resize(900, 2400)
    qtbot.waitUntil(lambda: len(rows(page)) == 100, timeout=10_000)
    hub.hub_faults.extend([Fault(), Fault(status=500)])
    qtbot.keyClicks(page.box, "-0")
    qtbot.waitUntil(lambda: len(hub.hub_faults) == 0 and not page._search.is_loading_more, timeout=10_000)
    asked = len(hub.asked_hub)
    qtbot.waitUntil(lambda: page.findChild(QLabel, "findStatus").text().startswith("The first 30 models"))
    assert len(hub.asked_hub) == asked  # a hub that fails is left alone until somebody scrolls
    assert page.list.verticalScrollBar().value() == 0


def test_filters_ask_for_what_they_say(page: FindPage, hub: Hub, services: Services, qtbot: QtBot) -> None:
    for name, wanted in (("language", "ko"), ("licence", "apache-2.0"), ("size", -1), ("sort", "likes")):
        box = page.findChild(QComboBox, f"find_{name}")
        box.setCurrentIndex(box.findData(wanted))
        box.activated.emit(box.currentIndex())
    found(page, qtbot, 1)
    asked = hub.asked_hub[-1].query
    assert asked["filter"] == ["gguf", "license:apache-2.0", "ko"]
    assert asked["num_parameters"] == [f"max:{round(services.hub_search.largest_params(), 1):g}B"]
    assert asked["sort"] == ["likes"]
    qtbot.keyClicks(page.box, "nowhere")
    qtbot.waitUntil(lambda: "Nothing found" in message(page, "findMessage"), timeout=10_000)
    page.box.clear()
    qtbot.mouseClick(page.findChild(QPushButton, "clearFilters"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(rows(page)) == 30, timeout=10_000)  # sorted by likes: that is a question, too


def test_errors_say_what_to_do_and_can_be_tried_again(page: FindPage, hub: Hub, qtbot: QtBot) -> None:
    hub.hub_faults.append(Fault(status=429, headers={"Retry-After": "33"}))
    qtbot.keyClicks(page.box, "tiny")
    qtbot.waitUntil(lambda: "33 seconds" in message(page, "findMessage"), timeout=10_000)
    qtbot.mouseClick(page.findChild(QPushButton, "searchAgain"), Qt.MouseButton.LeftButton)
    found(page, qtbot, 1)
    assert not message(page, "findMessage")


def test_a_token_that_is_refused_can_be_entered_anew(
    page: FindPage, services: Services, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_expired")
    services.hub._renew()
    hub.hub_faults.extend(Fault(status=401) for _ in range(2))
    qtbot.keyClicks(page.box, "tiny")
    qtbot.waitUntil(lambda: "did not accept the access token" in message(page, "findMessage"), timeout=10_000)
    page.open(REPO)
    qtbot.waitUntil(lambda: "did not accept" in message(page, "repositoryMessage"), timeout=10_000)
    for name in ("repositoryToken", "searchToken"):
        button = page.findChild(QPushButton, name)
        assert button is not None
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        preferences = page.window().findChild(PreferencesDialog)
        assert preferences.findChild(QWidget, "tokenBox").isVisible()
        preferences.close()
        qtbot.waitUntil(lambda: page.window().findChild(PreferencesDialog) is None)
        page.back()


def test_offline_mode_is_said_and_can_be_ended_here(page: FindPage, services: Services, hub: Hub, qtbot: QtBot) -> None:
    services.settings.set(OFFLINE, "on")
    qtbot.keyClicks(page.box, "tiny")
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "goOnline") is not None)
    assert "Offline mode is on" in page.findChild(MessagePane, "findMessage").accessibleName()
    assert hub.asked_hub == []
    qtbot.mouseClick(page.findChild(QPushButton, "goOnline"), Qt.MouseButton.LeftButton)
    found(page, qtbot, 1)


def test_the_page_of_a_model(page: FindPage, services: Services, qtbot: QtBot) -> None:
    shown = opened(page, qtbot)
    assert set(shown) == {"Q4_K_M", "Q8_0"}
    best = shown["Q8_0"]
    assert best.mark.isVisible()
    assert best.badge.text() == "Fits memory"
    assert "in 2 files" in shown["Q4_K_M"].findChild(QLabel, "variantSize").text()
    assert "free for any use" in page.findChild(QLabel, "repositoryLicence").text()
    assert "mmproj" in page.findChild(QLabel, "filesNote").text()
    qtbot.waitUntil(lambda: "own header" in best.badge.toolTip(), timeout=10_000)
    qtbot.mouseClick(best.badge, Qt.MouseButton.LeftButton)
    (numbers,) = page.findChildren(FitPopover)
    assert "for 256 tokens" in numbers.accessibleName()
    numbers.close()
    assert page.findChild(QComboBox, "contextChoice").currentData() == 256
    card = page.findChild(CardView)
    qtbot.waitUntil(lambda: card.body.isVisible() and bool(card.body.views()), timeout=10_000)
    text = "\n".join(view.toPlainText() for view in card.body.views())
    assert "Picture: cat" in text
    assert "<b>" not in text
    page.findChild(QComboBox, "contextChoice").setFocus()
    order = [part for row in page.findChildren(RepositoryRow) for part in (row.badge, row.button)]
    for part in order:
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget() is part


def test_download_until_it_can_be_opened(page: FindPage, services: Services, hub: Hub, qtbot: QtBot) -> None:
    row = opened(page, qtbot)["Q8_0"]
    hub.halt_at = 5000
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.button.text().endswith("%"), timeout=10_000)
    with qtbot.waitSignal(services.downloads.show_requested):
        qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    hub.halt_at = None
    hub.release.set()
    qtbot.waitUntil(lambda: row.button.text() == "Open in chat", timeout=10_000)
    with qtbot.waitSignal(services.models.choosing):
        qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    page.back()
    qtbot.keyClicks(page.box, "tiny")
    found(page, qtbot, 1)
    qtbot.waitUntil(lambda: "On this computer" in [mark for mark, _color in rows(page)[0].marks], timeout=10_000)


def test_what_a_check_found_damaged_can_be_downloaded_again(
    page: FindPage, services: Services, hub: Hub, qtbot: QtBot
) -> None:
    row = opened(page, qtbot)["Q8_0"]
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    path = services.paths.models / REPO / "tiny-Q8_0.gguf"
    library = services.library
    qtbot.waitUntil(lambda: library.model(str(path)) is not None, timeout=10_000)
    with path.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"?")
    os.utime(path, (path.stat().st_mtime + 9,) * 2)
    library.refresh()
    qtbot.waitUntil(lambda: not library.is_looking)
    assert row.button.text() == "Open in chat"
    services.library_jobs.verify(next(model for model in library.models() if model.path == path))
    qtbot.waitUntil(lambda: row.button.text() == "Download", timeout=10_000)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.button.text() == "Open in chat", timeout=10_000)
    assert path.read_bytes() == hub.files[REPO, "tiny-Q8_0.gguf"]


def test_gated_models_say_how_to_get_access(page: FindPage, hub: Hub, qtbot: QtBot) -> None:
    hub.cards[REPO]["gated"] = "manual"
    hub.faults.extend(Fault(status=403) for _ in range(2))  # header and card are closed, the page is not
    opened(page, qtbot)
    steps = page.findChild(QLabel, "accessSteps")
    qtbot.waitUntil(steps.isVisible, timeout=10_000)
    assert "access token" in steps.text()
    page.back()
    hub.gated.add(REPO)
    hub.token = "hf_theirs"
    page.open(REPO)
    qtbot.waitUntil(lambda: "on request" in message(page, "repositoryMessage"), timeout=10_000)


HOSTILE = [
    b"\xe2\x80\xae[click](javascript:alert(1)) [f](file:///etc/passwd) ![d](data:text/html,<script>x</script>)\n\n",
    b">" * 3000 + b" deep\n\n",
    b"- " * 2000 + b"\n\n",
    b"|a" * 400 + b"|\n" + b"|-" * 400 + b"|\n" + b"|x" * 400 + b"|\n\n",
    b"<div><img src=http://tracker/x.png onload=alert(1)><iframe src=http://x></iframe>\n\n",
    b"*" * 4000 + b"\n\n" + b"[" * 4000 + b"\n\n",
    b"```\n" + b"x" * 9000 + b"\n",
]


def test_a_hostile_card_is_only_text(page: FindPage, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("README.md", b"".join(HOSTILE) + b"A word.\n" * 1_300_000, REPO)  # ten million bytes
    sent = hub.sent
    opened(page, qtbot)
    card = page.findChild(CardView)
    qtbot.waitUntil(lambda: bool(card.body.views()) and card.body.is_settled, timeout=20_000)
    assert hub.sent - sent < 6_000_000  # most of it was never asked for
    assert "only its beginning" in page.findChild(QLabel, "cardNote").text()
    html = "".join(view.toHtml() for view in card.body.views())
    assert 'href="javascript' not in html
    assert 'href="file' not in html
    assert "<img" not in html
    assert "\u202e" not in html
    asked: list[str] = []
    monkeypatch.setattr(card_view, "confirm", lambda _parent, _question, address, _do: bool(asked.append(address)))
    card.body.link_clicked.emit("https://ex.com/한")
    assert asked == ["https://ex.com/%ED%95%9C"]
