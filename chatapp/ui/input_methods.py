"""Hangul and other composed text on Linux where Qt comes with the app, and the input method's plugin for Qt does not.

PySide6 has a plugin for ibus and none for fcitx5; the one that fcitx5 installs was built for the system's Qt and cannot
be loaded into ours. But fcitx5 speaks the protocol of ibus, too: Qt's own plugin can talk to it, once it is told to.
"""

import re
import sys
from collections.abc import MutableMapping

from PySide6 import QtCore  # not Qt itself: see ui/theme
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from shiboken6 import isValid


def choose(environment: MutableMapping[str, str]) -> bool:
    """Complete what Qt reads when it starts; whether fcitx is used, so that `KeepOrder` is needed.

    Only those who use fcitx see a change: after the plugins they named, which still come first where Qt has them, the
    one of ibus is tried, and then what a Wayland compositor offers.
    """
    if sys.platform != "linux":
        return False
    modern, classic = environment.get("QT_IM_MODULES", ""), environment.get("QT_IM_MODULE", "")
    modules = [name for name in (modern or classic).split(";") if name]
    session = re.search(r"@im=(\w+)", environment.get("XMODIFIERS", ""))
    if not modules and session and not environment.get("WAYLAND_DISPLAY"):
        modules = [session[1]]  # nobody told Qt, but the session tells all X programs
    if not any(name.startswith("fcitx") for name in modules):
        return session is not None and session[1].startswith("fcitx")
    if "ibus" not in modules:
        environment["QT_IM_MODULES"] = ";".join(dict.fromkeys([*modules, "ibus", "wayland"]))
    # Else Qt would want the program ibus-daemon to be there. fcitx5 answers at this address as well.
    environment.setdefault("IBUS_USE_PORTAL", "1")
    return True


class KeepOrder(QObject):
    """Puts a composed syllable before the key that ends it.

    fcitx5 answers "this key is not mine" before it sends the syllable, and Qt believes it in that order: 아 and a
    space would become " 아". So here such a key takes the syllable into the text, and when the same syllable comes
    late it is dropped.
    """

    def __init__(self, app: QGuiApplication) -> None:
        super().__init__(app)
        self._watched: QObject | None = None
        self._preedit = ""  # what is being composed
        self._late = ""  # what was taken into the text and is still to come
        app.focusObjectChanged.connect(self._watch)
        self._watch(app.focusObject())

    def _watch(self, focused: QObject | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched, self._preedit, self._late = focused, "", ""
        if focused is not None:
            focused.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            return self._on_composed(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._preedit and _ends(event):
            taken, self._preedit = self._preedit, ""
            commit = QInputMethodEvent()
            commit.setCommitString(taken)
            QCoreApplication.sendEvent(watched, commit)
            QGuiApplication.inputMethod().reset()
            self._late = taken
        return False

    def _on_composed(self, event: QInputMethodEvent) -> bool:
        """Whether it is to be dropped."""
        is_late = bool(self._late) and event.commitString() == self._late
        if event.commitString() or event.preeditString():
            self._late = ""
        if is_late:
            event.setCommitString("")
        self._preedit = event.preeditString()
        return is_late and not self._preedit


def _ends(key: QKeyEvent) -> bool:
    """Whether a key would write or move, as Shift and the volume keys do not."""
    k = QtCore.Qt.Key
    moves = (k.Key_Left, k.Key_Right, k.Key_Up, k.Key_Down, k.Key_Home, k.Key_End, k.Key_PageUp, k.Key_PageDown)
    return bool(key.text()) or key.key() in moves
