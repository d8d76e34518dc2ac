"""What is said of a download: its name, its state in plain words, bytes, speed and time left; and what can be done."""

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from chatapp.core.errors import ErrorCode
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.downloads import Item, Progress, State
from chatapp.ui.i18n import error_text
from chatapp.ui.widgets.text import number_text, size_text

_CONTEXT = "downloads"


class Act(StrEnum):
    """What can be done with an entry."""

    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"
    REMOVE = "remove"
    CHAT = "chat"
    FOLDER = "folder"
    PAGE = "page"
    TOKEN = "token"
    NETWORK = "network"
    SPACE = "space"


LABELS = {
    Act.PAUSE: QT_TRANSLATE_NOOP("downloads", "Pause"),
    Act.RESUME: QT_TRANSLATE_NOOP("downloads", "Resume"),
    Act.RETRY: QT_TRANSLATE_NOOP("downloads", "Try again"),
    Act.CANCEL: QT_TRANSLATE_NOOP("downloads", "Cancel download"),
    Act.REMOVE: QT_TRANSLATE_NOOP("downloads", "Remove from this list"),
    Act.CHAT: QT_TRANSLATE_NOOP("downloads", "Open in chat"),
    Act.FOLDER: QT_TRANSLATE_NOOP("downloads", "Show in folder"),
    Act.PAGE: QT_TRANSLATE_NOOP("downloads", "Open the model's page"),
    Act.TOKEN: QT_TRANSLATE_NOOP("downloads", "Access token…"),
    Act.NETWORK: QT_TRANSLATE_NOOP("downloads", "Network settings…"),
    Act.SPACE: QT_TRANSLATE_NOOP("downloads", "Download folder…"),
}
ICONS = {Act.PAUSE: "pause", Act.RESUME: "play", Act.CANCEL: "close", Act.REMOVE: "close"}  # buttons without words

_STATES = {
    State.QUEUED: QT_TRANSLATE_NOOP("downloads", "Waits for its turn"),
    State.PAUSED: QT_TRANSLATE_NOOP("downloads", "Paused"),
    State.FAILED: QT_TRANSLATE_NOOP("downloads", "Failed"),
    State.DONE: QT_TRANSLATE_NOOP("downloads", "Done"),
}

# What helps against a failure, besides trying again.
_REMEDIES = {
    ErrorCode.HUB_GATED: (Act.PAGE, Act.TOKEN),
    ErrorCode.HUB_TOKEN: (Act.TOKEN,),
    ErrorCode.HUB_NOT_FOUND: (Act.PAGE, Act.TOKEN),
    ErrorCode.HUB_BUSY: (Act.TOKEN,),
    ErrorCode.HUB_FAILED: (Act.PAGE, Act.NETWORK),
    ErrorCode.DOWNLOAD_NO_SPACE: (Act.SPACE,),
    ErrorCode.FILE_FAILED: (Act.SPACE,),
}


def acts(item: Item) -> tuple[Act, ...]:
    """What can be done with *item*, the likeliest first."""
    match item.state:
        case State.QUEUED | State.RUNNING:
            return (Act.PAUSE, Act.CANCEL)
        case State.PAUSED:
            return (Act.RESUME, Act.CANCEL)
        case State.FAILED:
            remedies = _REMEDIES.get(item.error.code, ()) if item.error is not None else ()
            return (Act.RETRY, *remedies, Act.CANCEL)
        case State.DONE:
            return (Act.CHAT, Act.FOLDER, Act.REMOVE) if item.is_model else (Act.FOLDER, Act.REMOVE)
    return ()


def label(act: Act) -> str:
    """What the button says."""
    return _tr(LABELS[act])


def origin(item: Item) -> str:
    """Where it comes from, and in how many files."""
    repo = item.files[0].repo
    if len(item.files) == 1:
        return repo
    return _tr(QT_TRANSLATE_NOOP("downloads", "{repo} · {count} files")).format(repo=repo, count=len(item.files))


def state(item: Item, *, offline: bool) -> str:
    """What happens with it now."""
    if item.state is State.RUNNING:
        return _phase(item.progress)
    if item.state is State.QUEUED and offline:
        return _tr(QT_TRANSLATE_NOOP("downloads", "Waits: offline mode is on"))
    return _tr(_STATES[item.state]) if item.state in _STATES else ""


def _phase(progress: Progress) -> str:
    match progress.phase:
        case "checking":
            return _tr(QT_TRANSLATE_NOOP("downloads", "Checks what is here already"))
        case "offline":
            return _tr(QT_TRANSLATE_NOOP("downloads", "No connection; goes on by itself"))
        case "waiting":
            return _tr(QT_TRANSLATE_NOOP("downloads", "Interrupted; tries again by itself"))
    if progress.speed <= 0:
        return _tr(QT_TRANSLATE_NOOP("downloads", "Waits for the server"))
    return _tr(QT_TRANSLATE_NOOP("downloads", "Downloading"))


def numbers(progress: Progress) -> str:
    """Bytes, speed and time left, as far as they are known."""
    parts = [amount(progress)]
    if progress.speed > 0 and progress.phase == "downloading":
        parts.append(speed(progress.speed))
        if progress.eta is not None:
            parts.append(time_left(progress.eta))
    return " · ".join(parts)


def line(item: Item, *, offline: bool) -> str:
    """All that changes while it arrives."""
    if item.state is State.DONE:
        return f"{state(item, offline=offline)} · {size(item.progress.total)}"
    shown = item.progress if item.state is State.RUNNING else Progress(item.progress.done, item.progress.total)
    return f"{state(item, offline=offline)} · {numbers(shown)}"


def failure(item: Item) -> str:
    """Why it failed, and what helps; empty when it has not."""
    return " ".join(error_text(item.error)) if item.error is not None else ""


def reason(item: Item) -> str:
    """Why it waits, as the connection or the server said."""
    said = item.progress.reason if item.state is State.RUNNING else ""
    return QCoreApplication.translate("reasons", said) if said else ""


def spoken(item: Item, *, offline: bool) -> str:
    """Everything, for screen readers."""
    percent = f"{percentage(item.progress)} %" if item.state is not State.DONE else ""
    parts = (item.title, origin(item), line(item, offline=offline), percent, failure(item))
    return ", ".join(part for part in parts if part)


def percentage(progress: Progress) -> int:
    """Whole percent; 100 only when everything is there."""
    return 100 * progress.done // progress.total if progress.total else 0


def amount(progress: Progress) -> str:
    """Such as "1.2 GB of 4.7 GB"."""
    return _tr(QT_TRANSLATE_NOOP("downloads", "{done} of {total}")).format(
        done=size(progress.done), total=size(progress.total)
    )


def size(n_bytes: float) -> str:
    """Bytes, also none."""
    return size_text(round(n_bytes)) or _tr(QT_TRANSLATE_NOOP("downloads", "0 bytes"))


def speed(bytes_per_second: float) -> str:
    """Such as "12.3 MB/s"."""
    if bytes_per_second >= 1e6:
        return f"{number_text(bytes_per_second / 1e6, 1)} MB/s"
    return f"{number_text(bytes_per_second / 1e3)} kB/s"


def time_left(seconds: float) -> str:
    """Such as "3 min left"; rounded to what can be known."""
    whole = max(1, round(seconds))
    if whole < 60:
        return _tr(QT_TRANSLATE_NOOP("downloads", "{seconds} s left")).format(seconds=whole)
    minutes = round(seconds / 60)
    if minutes < 60:
        return _tr(QT_TRANSLATE_NOOP("downloads", "{minutes} min left")).format(minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _tr(QT_TRANSLATE_NOOP("downloads", "{hours} h {minutes} min left")).format(hours=hours, minutes=minutes)
    return _tr(QT_TRANSLATE_NOOP("downloads", "{days} days left")).format(days=round(hours / 24))


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
