"""Asks where a file is to be written, and writes the conversation that is shown."""

import re
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from chatapp.core.markdown_export import Words, to_markdown
from chatapp.services.export import ExportService
from chatapp.services.settings import SettingsService
from chatapp.settings.inspector import EXPORT_FOLDER

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_NAME_LENGTH = 80  # characters; file systems take 255 bytes
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def ask_path(parent: QWidget, settings: SettingsService, title: str, name: str, ending: str) -> Path | None:
    """Where the user wants to have a file, with its *ending*; *name* in the folder used last is proposed."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(settings.get(EXPORT_FOLDER.key) or documents)
    kind = f"{ending.upper()} (*.{ending})"
    chosen, _filter = QFileDialog.getSaveFileName(parent, title, str(folder / f"{name}.{ending}"), kind)
    path = Path(chosen)
    if chosen and path.suffix != f".{ending}":
        path = path.with_name(f"{path.name}.{ending}")
        if path.exists():  # the dialog has asked about another name
            chosen, _filter = QFileDialog.getSaveFileName(parent, title, str(path))
            path = Path(chosen)
    if not chosen:
        return None
    settings.set(EXPORT_FOLDER, str(path.parent))
    return path


def save_conversation(services: "Services", exports: ExportService, parent: QWidget) -> None:
    """Write the shown branch of the shown conversation as Markdown."""
    shown = services.chat.conversation
    title, system_prompt, path, words = shown.title, shown.system_prompt, shown.path(), _words()
    name = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_NAME_LENGTH].strip(" .") or words.untitled
    asked = QCoreApplication.translate("SaveConversation", "Save as Markdown")
    file = ask_path(parent, services.settings, asked, name, "md")
    if file is not None:
        exports.write(file, lambda: to_markdown(title, system_prompt, path, words).encode("utf-8", "replace"))


def _words() -> Words:
    return Words(*(QCoreApplication.translate("SaveConversation", text) for text in astuple(Words())))
