"""The page of local models, with real files in folders laid out as other programs do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.settings.file import Settings
from chatapp.settings.schema import MODEL_FOLDERS
from chatapp.ui.dialogs.model_info import ModelInfoDialog
from chatapp.ui.model_selector import ModelSelector
from chatapp.ui.modelhub.import_dialog import ImportDialog
from chatapp.ui.modelhub.library_folders import LibraryFolders
from chatapp.ui.modelhub.library_item_model import Data
from chatapp.ui.modelhub.library_page import LibraryPage
from tests.services.conftest import Make
from tests.services.test_library import home, look
from tests.unit.hub.builders import write_model
from tests.unit.hub.test_found import ollama_store

__all__ = ["home"]


@pytest.fixture
def app(make_services: Make) -> Services:
    """No engine runs."""
    return make_services()


@pytest.fixture
def page(app: Services, qtbot: QtBot, tmp_path: Path) -> LibraryPage:
    """Two models of the app's own, one of Ollama's, one that is broken."""
    write_model(app.paths.models / "alpha.gguf")
    write_model(app.paths.models / "beta.gguf", architecture="qwen2")
    loose = write_model(tmp_path / "loose.gguf", architecture="gemma3")
    ollama_store(tmp_path / "home" / ".ollama" / "models", loose, ["registry.ollama.ai/library/gemma3/1b"])
    (app.paths.models / "broken.gguf").write_text("hello")
    look(app, qtbot)
    page = LibraryPage(app)
    qtbot.addWidget(page)
    page.resize(1000, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def listed(page: LibraryPage) -> list[str]:
    model = page.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def select(page: LibraryPage, name: str) -> None:
    page.list.setCurrentIndex(page.list.model().index(listed(page).index(name), 0))


def answer(kind: type[QWidget], do: Callable[[QWidget], None]) -> None:
    """Do it to the modal window of that *kind* when it comes."""

    def come(tries: int) -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, kind):
            do(box)
        elif tries:
            QTimer.singleShot(10, lambda: come(tries - 1))

    QTimer.singleShot(10, lambda: come(200))


def press(page: LibraryPage, qtbot: QtBot, key: Qt.Key) -> None:
    """In the list, which has to be in the active window."""
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.list.setFocus()
    qtbot.waitUntil(page.list.hasFocus)
    qtbot.keyClick(page.list, key)


def choose(page: LibraryPage, text: str) -> None:
    combo = page.findChild(QComboBox, "libraryShow")
    combo.setCurrentIndex(combo.findText(text))
    combo.activated.emit(combo.currentIndex())


def test_search_filters_and_details(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    assert listed(page) == ["alpha", "beta", "broken", "ChatApp Starter", "gemma3:1b"]
    qtbot.keyClicks(page.findChild(QLineEdit, "librarySearch"), "QWEN2")
    qtbot.waitUntil(lambda: listed(page) == ["beta"])
    page.findChild(QLineEdit, "librarySearch").clear()
    qtbot.waitUntil(lambda: len(listed(page)) == 5)
    select(page, "beta")
    tags = page.findChild(QLineEdit, "libraryTags")
    qtbot.keyClicks(tags, "code, #small")
    qtbot.keyClick(tags, Qt.Key.Key_Return)
    assert "#code" in page.list.currentIndex().data(Data.ROW).line
    choose(page, "#small")
    assert listed(page) == ["beta"]
    choose(page, "Ollama")
    assert listed(page) == ["gemma3:1b"]
    choose(page, "Cannot be used")
    assert listed(page) == ["broken"]
    assert "is not a GGUF model file" in page.findChild(QLabel, "libraryError").text()
    assert not page.findChild(QPushButton, "libraryOpen").isEnabled()


def test_enter_in_the_tags_is_for_the_model_that_is_shown(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    tags = page.findChild(QLineEdit, "libraryTags")
    for name, given in (("alpha", "work"), ("beta", "work, korean")):
        select(page, name)
        app.library.set_tags(page.current(), given.split(", "))
    choose(page, "#work")
    select(page, "alpha")
    assert tags.text() == "work"
    tags.setFocus()
    qtbot.waitUntil(tags.hasFocus)
    tags.selectAll()
    qtbot.keyClick(tags, Qt.Key.Key_Backspace)
    qtbot.keyClick(tags, Qt.Key.Key_Return)
    assert listed(page) == ["beta"]
    assert tags.hasFocus()
    assert tags.text() == "work, korean"
    qtbot.keyClick(tags, Qt.Key.Key_Return)
    assert app.library.notes(page.current()).tags == ("work", "korean")


def test_a_look_at_the_folders_leaves_tags_alone_that_are_being_typed(
    page: LibraryPage, app: Services, qtbot: QtBot
) -> None:
    select(page, "alpha")
    tags = page.findChild(QLineEdit, "libraryTags")
    tags.setFocus()
    qtbot.waitUntil(tags.hasFocus)
    qtbot.keyClicks(tags, "kor")
    write_model(app.paths.models / "gamma.gguf")
    look(app, qtbot)
    assert "gamma" in listed(page)
    assert app.library.notes(page.current()).tags == ()
    qtbot.keyClicks(tags, "ean")
    select(page, "beta")
    select(page, "alpha")
    assert app.library.notes(page.current()).tags == ("korean",)


def test_the_order_is_kept(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    with (app.paths.models / "beta.gguf").open("ab") as file:
        file.truncate(50_000_000)
    look(app, qtbot)
    order = page.findChild(QComboBox, "libraryOrder")
    assert order.currentText() == "Last used"
    by_name = listed(page)
    sizes = {model.name: model.size for model in app.library.models()}
    order.setFocus()
    qtbot.keyClick(order, Qt.Key.Key_S)
    assert order.currentText() == "Size"
    by_size = listed(page)
    assert by_size != by_name
    assert by_size[0] == max(sizes, key=sizes.__getitem__)
    again = LibraryPage(app)
    qtbot.addWidget(again)
    assert again.findChild(QComboBox, "libraryOrder").currentText() == "Size"
    assert listed(again) == by_size


def test_a_favourite_with_a_name_of_its_own_leads_the_model_menu(
    page: LibraryPage, app: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    select(page, "beta")
    qtbot.mouseClick(page.findChild(QToolButton, "libraryFavourite"), Qt.MouseButton.LeftButton)

    def type_it(box: QWidget) -> None:
        assert isinstance(box, QInputDialog)
        box.setTextValue("My coder")
        box.accept()

    answer(QInputDialog, type_it)
    press(page, qtbot, Qt.Key.Key_F2)
    assert page.list.currentIndex().data() == "My coder"
    selector = ModelSelector(app)
    qtbot.addWidget(selector)
    menu = selector.findChild(QMenu)
    menu.aboutToShow.emit()
    assert menu.actions()[1].text().startswith("My coder\t")
    assert any(action.text().endswith("· Ollama") for action in menu.actions())
    (blob,) = (tmp_path / "home" / ".ollama" / "models" / "blobs").iterdir()
    assert app.models.name(str(blob)) == "gemma3:1b"
    for number in range(20):
        shutil.copy(app.paths.models / "alpha.gguf", app.paths.models / f"n{number}.gguf")
    look(app, qtbot)
    menu.aboutToShow.emit()
    assert "All models (25)…" in [action.text() for action in menu.actions()]
    assert len([action for action in menu.actions() if "\t" in action.text()]) == 15


def test_ollamas_models_are_explained_and_not_touched(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    select(page, "gemma3:1b")

    def copy(box: QWidget) -> None:
        assert isinstance(box, QMessageBox)
        assert "ollama rm gemma3:1b" in box.informativeText()
        next(button for button in box.buttons() if button.text() == "Copy the command").click()

    answer(QMessageBox, copy)
    press(page, qtbot, Qt.Key.Key_Delete)
    assert QGuiApplication.clipboard().text() == "ollama rm gemma3:1b"
    assert "gemma3:1b" in listed(page)


@pytest.mark.skipif("sys.platform == 'win32'", reason="would fill the real trash")
def test_delete_asks_first(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    select(page, "alpha")
    answer(QMessageBox, lambda box: qtbot.keyClick(box, Qt.Key.Key_Escape))
    press(page, qtbot, Qt.Key.Key_Delete)
    assert (app.paths.models / "alpha.gguf").exists()

    def agree(box: QWidget) -> None:
        assert isinstance(box, QMessageBox)
        assert str(app.paths.models / "alpha.gguf") in box.informativeText()
        next(b for b in box.buttons() if b.text() == "Move to the trash").click()

    answer(QMessageBox, agree)
    with qtbot.waitSignal(app.library.changed):
        press(page, qtbot, Qt.Key.Key_Delete)
    assert "alpha" not in listed(page)
    assert page.current() is not None


def test_a_dropped_folder_is_used_in_place_or_copied(
    page: LibraryPage, app: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    write_model(tmp_path / "mine" / "gamma.gguf")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine"))])
    hint = page.findChild(QWidget, "dropHint")
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for choice in ("copy", "place"):
        enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, mime, left, none)
        QApplication.sendEvent(page, enter)
        assert enter.isAccepted()
        assert hint.isVisible()
        QApplication.sendEvent(page, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, left, none))
        assert not hint.isVisible()
        dialog = page.findChild(ImportDialog)
        assert dialog.choice == "place"
        dialog.findChild(QRadioButton, f"import_{choice}").setChecked(True)
        with qtbot.waitSignal(app.library.changed):
            dialog.accept()
    assert listed(page).count("gamma") == 2
    assert app.settings.get(MODEL_FOLDERS) == (str(tmp_path / "mine"),)
    assert page.findChild(QPushButton, "libraryCopiesButton").isVisible()


def test_folders_say_what_is_in_them_and_can_be_switched_off(
    page: LibraryPage, app: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    app.settings.set(MODEL_FOLDERS, (str(tmp_path / "gone"),))
    look(app, qtbot)
    dialog = LibraryFolders(app, page)
    dialog.open()
    qtbot.waitUntil(lambda: len([box for box in dialog.findChildren(QCheckBox) if box.isVisible()]) == 2)
    texts = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert any("gone cannot be looked through" in text for text in texts)
    ollama = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Ollama" and box.isVisible())
    with qtbot.waitSignal(app.library.changed):
        ollama.click()
    assert "gemma3:1b" not in listed(page)
    dialog.reject()


def test_folders_that_are_closed_at_once(page: LibraryPage, app: Services, qtbot: QtBot) -> None:
    dialog = LibraryFolders(app, page)  # asks for the places in the background
    with qtbot.waitSignal(dialog.destroyed):
        dialog.open()
        dialog.reject()
        dialog.deleteLater()
        app.tasks.wait(lambda: None)  # the answer is on its way, and comes after the dialog has gone
    QApplication.processEvents()  # an exception here fails the test


def test_details_of_a_model_that_is_not_loaded(tmp_path: Path, qtbot: QtBot) -> None:
    paths = Paths.under(tmp_path / "real")
    paths.ensure()
    path = write_model(paths.models / "m.gguf")
    real = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    dialog = ModelInfoDialog(real, path=str(path))
    try:
        dialog.open()
        facts = dialog.findChild(QTableWidget, "modelFacts")
        qtbot.waitUntil(lambda: facts.rowCount() > 5)
        assert facts.item(1, 1).text() == str(path)
        assert not dialog.findChild(QTabWidget).isTabVisible(1)  # only the loaded one can tokenize
    finally:
        dialog.close()
        real.close()


def test_no_models_leads_to_finding_some(app: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatapp.services.library.starter_model", lambda: Path("/nowhere"))
    look(app, qtbot)
    page = LibraryPage(app)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(page.find_requested):
        page.findChild(QPushButton, "libraryFind").click()
