"""What can be done with a local model: the menu, and the questions before something is deleted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from chatapp.services.library import Keeper, LocalModel
from chatapp.ui.dialogs.confirm import confirm, explain
from chatapp.ui.dialogs.model_info import ModelInfoDialog
from chatapp.ui.modelhub import library_words as words
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.reveal import reveal
from chatapp.ui.widgets.text import size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LONGEST = 40  # characters of a name in a question


class LibraryActions(QObject):
    """Does them for the widget *window*."""

    def __init__(self, services: "Services", window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        services.library_jobs.trash_refused.connect(self._on_trash_refused)

    def menu(self, model: LocalModel, rename: Callable[[], object]) -> QMenu:
        """Everything there is; it is deleted when it closes."""
        menu = QMenu(self._window)
        menu.setObjectName("libraryMenu")
        usable = model.error is None
        open_it = menu.addAction(self.tr("Use in chat"), lambda: self.open_in_chat(model))
        open_it.setEnabled(usable)
        details = menu.addAction(icon("info"), self.tr("Details…"), lambda: self.show_details(model))
        details.setEnabled(usable)
        menu.addSeparator()
        menu.addAction(icon("edit"), self.tr("Rename"), rename)
        favourite = self._services.library.notes(model).favourite
        star = self.tr("Remove from the favourites") if favourite else self.tr("Add to the favourites")
        menu.addAction(icon("star"), star, lambda: self.set_favourite(model, not favourite))
        menu.addSeparator()
        menu.addAction(icon("check"), self.tr("Check the files"), lambda: self._services.library_jobs.verify(model))
        menu.addAction(icon("folder"), self.tr("Show in the file manager"), lambda: self.reveal(model))
        menu.addAction(
            icon("copy"), self.tr("Copy the path"), lambda: QGuiApplication.clipboard().setText(str(model.path))
        )
        menu.addSeparator()
        if model.keeper is Keeper.FILE:
            menu.addAction(
                self.tr("Take off the list"), lambda: self._services.library.stop_using(str(model.path))
            ).setObjectName("libraryForget")
        if not model.is_starter:
            menu.addAction(icon("trash"), self.tr("Delete…"), lambda: self.delete(model)).setObjectName("libraryDelete")
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def open_in_chat(self, model: LocalModel) -> None:
        """Load it."""
        if model.error is None:
            self._services.models.choose(str(model.path))

    def set_favourite(self, model: LocalModel, on: bool) -> None:
        """Or not."""
        self._services.library.set_favourite(model, on)

    def show_details(self, model: LocalModel) -> None:
        """All its header says."""
        ModelInfoDialog(self._services, self._window, path=str(model.path)).open()

    def reveal(self, model: LocalModel) -> None:
        """In the file manager."""
        reveal(model.path, self)

    def delete(self, model: LocalModel) -> None:
        """Ask, then move it to the trash; what other programs keep in stores of theirs is explained instead."""
        if model.is_starter:
            return
        if model.keeper.is_store:
            self._explain(model)
            return
        name = _short(self._services.library.name(model))
        consequence = [
            self.tr("Its files go to the trash: {size}.").format(size=size_text(model.size) or "0 B"),
            str(model.path),
        ]
        if model.keeper.program:
            consequence.insert(
                0,
                self.tr("This file belongs to {program}, which will not find the model any more.").format(
                    program=model.keeper.program
                ),
            )
        engine = self._services.engine
        if engine.model is not None and engine.model.path == str(model.path):
            consequence.append(self.tr("You are chatting with it; it will be unloaded."))
        question = self.tr("Delete “{name}”?").format(name=name)
        if confirm(self._window, question, "\n\n".join(consequence), self.tr("Move to the trash")):
            self._services.library_jobs.delete(model)

    def _on_trash_refused(self, path: str) -> None:
        model = self._services.library.model(path)
        if model is None:
            return
        question = self.tr("“{name}” cannot be moved to the trash. Delete it for good?").format(
            name=_short(self._services.library.name(model))
        )
        consequence = self.tr("There is no trash for the disk it lies on. This cannot be undone.\n\n{path}")
        if confirm(self._window, question, consequence.format(path=path), self.tr("Delete for good")):
            self._services.library_jobs.delete(model, for_good=True)

    def _explain(self, model: LocalModel) -> None:
        why, command = words.store(model)
        what = self.tr("{program} has to delete this model").format(program=model.keeper.program)
        if explain(self._window, what, f"{why}\n\n{command}", self.tr("Copy the command")):
            QGuiApplication.clipboard().setText(command)


def _short(name: str) -> str:
    """A name for a question, which has one line."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
