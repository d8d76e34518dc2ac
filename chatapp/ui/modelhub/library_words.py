"""What is known of a local model, in words."""

import shlex
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.library import Keeper, LibraryService, LocalModel, Verdict
from chatapp.ui.i18n import error_text
from chatapp.ui.modelhub.find_words import date_text, licence_text, params_text
from chatapp.ui.widgets.text import number_text, size_text

_CHECKS = {
    Verdict.PROVEN: QT_TRANSLATE_NOOP("library", "{date}: exactly what its authors published"),
    Verdict.DAMAGED: QT_TRANSLATE_NOOP("library", "{date}: not what its authors published"),
    Verdict.SAME: QT_TRANSLATE_NOOP("library", "{date}: unchanged since the check before"),
    Verdict.CHANGED: QT_TRANSLATE_NOOP("library", "{date}: changed since the check before"),
    Verdict.FIRST: QT_TRANSLATE_NOOP("library", "{date}: checksum noted, nothing to compare it with"),
}
_NEVER = QT_TRANSLATE_NOOP("library", "not yet")
_STORES = {
    Keeper.OLLAMA: QT_TRANSLATE_NOOP(
        "library",
        "Ollama keeps this model in pieces that it shares between models. Delete it there, with this command:",
    ),
    Keeper.HUGGING_FACE: QT_TRANSLATE_NOOP(
        "library",
        "This model lies in the cache of Hugging Face, whose files belong together. Delete it with this command:",
    ),
}


def keeper_text(model: LocalModel) -> str:
    """Whose the file is, in a word or two."""
    if model.is_starter:
        return _text(QT_TRANSLATE_NOOP("library", "comes with ChatApp"))
    if model.keeper is Keeper.OWN:
        return "ChatApp"
    return model.keeper.program or model.folder.name or str(model.folder)


def line(model: LocalModel, tags: tuple[str, ...]) -> str:
    """The facts below its name in the list."""
    if model.error is not None:
        return error_text(model.error)[0]
    params = params_text(model.n_params) if model.n_params >= 500_000 else ""  # else "0M"
    facts = [params, model.quantization, size_text(model.size), keeper_text(model)]
    return "  ·  ".join([fact for fact in (*facts, *(f"#{tag}" for tag in tags)) if fact])


def facts(library: LibraryService, model: LocalModel) -> list[tuple[str, str]]:
    """Rows of a heading and a value."""
    notes = library.notes(model)
    parts = len(model.files)
    rows = [
        (QT_TRANSLATE_NOOP("library", "Size"), size_text(model.size)),
        (QT_TRANSLATE_NOOP("library", "Files"), number_text(parts) if parts > 1 else ""),
        (QT_TRANSLATE_NOOP("library", "Parameters"), params_text(model.n_params)),
        (QT_TRANSLATE_NOOP("library", "Quantization"), model.quantization),
        (QT_TRANSLATE_NOOP("library", "Architecture"), model.architecture),
        (QT_TRANSLATE_NOOP("library", "Trained context"), _tokens(model.context_length)),
        (QT_TRANSLATE_NOOP("library", "Chat template"), _template(model)),
        (QT_TRANSLATE_NOOP("library", "Licence"), licence_text(model.licence) if model.licence else ""),
        (QT_TRANSLATE_NOOP("library", "From"), model.repo),
        (QT_TRANSLATE_NOOP("library", "Commit"), model.commit[:12]),
        (QT_TRANSLATE_NOOP("library", "Source"), keeper_text(model)),
        (QT_TRANSLATE_NOOP("library", "Last used"), when(notes.last_used)),
        (QT_TRANSLATE_NOOP("library", "Added"), when(model.modified)),
        (QT_TRANSLATE_NOOP("library", "Checked"), check(library, model)),
        ("SHA-256", model.sha256 or (notes.sums[0] if len(notes.sums) == 1 else "")),
    ]
    return [(_text(heading), value) for heading, value in rows if value]


def check(library: LibraryService, model: LocalModel) -> str:
    """When its files were compared with what was published, and how that went."""
    date, verdict = library.checked(model)
    if verdict is None and model.error is not None:
        return ""
    if verdict is None:
        changed = library.notes(model).checked > 0
        return _text(QT_TRANSLATE_NOOP("library", "not since it was last changed") if changed else _NEVER)
    return _text(_CHECKS[verdict]).format(date=when(date))


def copies(library: LibraryService, model: LocalModel) -> str:
    """Where else its bytes lie, and what could be freed; "" when nowhere."""
    for same in library.duplicates():
        if model in same:
            where = ", ".join(str(other.path) for other in same if other is not model)
            template = _text(
                QT_TRANSLATE_NOOP("library", "The same model lies in {where}. Deleting a copy frees {size}.")
            )
            return template.format(where=where, size=size_text(model.size))
    return ""


def store(model: LocalModel) -> tuple[str, str]:
    """Why a model is not ChatApp's to delete, and the command that does it."""
    text = _text(_STORES[model.keeper])
    if model.keeper is Keeper.OLLAMA:
        return text, " && ".join(f"ollama rm {shlex.quote(name)}" for name in model.name.split(", "))
    return text, f"hf cache rm {shlex.quote(f'model/{model.repo}')}"


def when(seconds: float) -> str:
    """The day of a time; "" for never."""
    return date_text(datetime.fromtimestamp(seconds, UTC).astimezone()) if seconds > 0 else ""


def _tokens(count: int) -> str:
    if not count:
        return ""
    return _text(QT_TRANSLATE_NOOP("library", "{count} tokens")).format(count=number_text(count))


def _template(model: LocalModel) -> str:
    if model.error is not None:
        return ""
    if model.has_template:
        return _text(QT_TRANSLATE_NOOP("library", "in the file"))
    if model.foreign_template:
        kept = QT_TRANSLATE_NOOP(
            "library", "none in the file; {program}'s own only works there, so a plain one is used"
        )
        return _text(kept).format(program=model.keeper.program)
    return _text(QT_TRANSLATE_NOOP("library", "none in the file; a plain one is used"))


def _text(template: str) -> str:
    return QCoreApplication.translate("library", template)
