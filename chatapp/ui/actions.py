"""Every action of the window in one table: its menu, words, shortcut and icon.

When adding an action: add a line here, connect its name in `MainWindow`, translate its words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.ui.i18n import LANGUAGES
from chatapp.ui.widgets.icons import icon


@dataclass(frozen=True, slots=True)
class Spec:
    """One action. *shortcuts* are portable key names (Ctrl is Command on macOS); an empty name is a separator."""

    menu: str
    name: str = ""
    text: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole


MENUS = {
    "file": QT_TRANSLATE_NOOP("actions", "&File"),
    "chat": QT_TRANSLATE_NOOP("actions", "&Conversation"),
    "view": QT_TRANSLATE_NOOP("actions", "&View"),
    "help": QT_TRANSLATE_NOOP("actions", "&Help"),
}
_Role = QAction.MenuRole
# fmt: off
TABLE = (
    Spec("file", "new", QT_TRANSLATE_NOOP("actions", "&New conversation"), ("Ctrl+N",), "plus"),
    Spec("file", "open_model", QT_TRANSLATE_NOOP("actions", "&Open model file…"), ("Ctrl+O",), "folder"),
    Spec("file", "models", QT_TRANSLATE_NOOP("actions", "&Models…"), ("Ctrl+Shift+M",), "model"),
    Spec("file"),
    Spec("file", "preferences", QT_TRANSLATE_NOOP("actions", "&Preferences…"), ("Ctrl+Shift+,",),
         role=_Role.PreferencesRole),
    Spec("file"),
    Spec("file", "quit", QT_TRANSLATE_NOOP("actions", "&Quit"), ("Ctrl+Q",), role=_Role.QuitRole),
    Spec("chat", "stop", QT_TRANSLATE_NOOP("actions", "&Stop"), ("Esc",), "stop"),
    Spec("chat", "regenerate", QT_TRANSLATE_NOOP("actions", "Re&generate reply"), ("Ctrl+R",), "regenerate"),
    Spec("chat", "copy_reply", QT_TRANSLATE_NOOP("actions", "&Copy last reply"), ("Ctrl+Shift+C",), "copy"),
    Spec("chat", "save", QT_TRANSLATE_NOOP("actions", "Save as &Markdown…"), ("Ctrl+S",), "export"),
    Spec("chat"),
    Spec("chat", "rename", QT_TRANSLATE_NOOP("actions", "&Rename…"), ("F2",), "edit"),
    Spec("chat", "delete", QT_TRANSLATE_NOOP("actions", "&Delete"), ("Ctrl+Shift+Backspace",), "trash"),
    Spec("chat", "undo_delete", QT_TRANSLATE_NOOP("actions", "&Undo delete"), ("Ctrl+Shift+T",), "undo"),
    Spec("view", "sidebar", QT_TRANSLATE_NOOP("actions", "&Conversation list"), ("Ctrl+B",), checkable=True),
    Spec("view", "settings_panel", QT_TRANSLATE_NOOP("actions", "Conversation &settings"), ("Ctrl+,",),
         checkable=True),
    Spec("view", "inspector", QT_TRANSLATE_NOOP("actions", "&Inspector"), ("Ctrl+I",), "inspect", checkable=True),
    Spec("view", "token_colors", QT_TRANSLATE_NOOP("actions", "Show &token colours in the chat"), ("Ctrl+Shift+H",),
         checkable=True),
    Spec("view", "model_info", QT_TRANSLATE_NOOP("actions", "&Model information…"), ("Ctrl+Shift+I",), "info"),
    Spec("view"),
    Spec("view", "zoom_in", QT_TRANSLATE_NOOP("actions", "&Larger text"), ("Ctrl++", "Ctrl+=")),
    Spec("view", "zoom_out", QT_TRANSLATE_NOOP("actions", "S&maller text"), ("Ctrl+-",)),
    Spec("view", "zoom_reset", QT_TRANSLATE_NOOP("actions", "&Normal text size"), ("Ctrl+0",)),
    Spec("view"),
    Spec("help", "shortcuts", QT_TRANSLATE_NOOP("actions", "&Keyboard shortcuts"), ("F1",)),
    Spec("help", "updates", QT_TRANSLATE_NOOP("actions", "Check for &new versions…"),
         role=_Role.ApplicationSpecificRole),
    Spec("help", "about", QT_TRANSLATE_NOOP("actions", "&About ChatApp"), role=_Role.AboutRole),
)
# fmt: on
CHOICES = {
    "theme": (
        QT_TRANSLATE_NOOP("actions", "&Theme"),
        {
            "auto": QT_TRANSLATE_NOOP("actions", "As the system"),
            "light": QT_TRANSLATE_NOOP("actions", "Light"),
            "dark": QT_TRANSLATE_NOOP("actions", "Dark"),
        },
    ),
    "language": (
        QT_TRANSLATE_NOOP("actions", "Lan&guage"),
        {"auto": QT_TRANSLATE_NOOP("actions", "As the system"), **LANGUAGES},
    ),
}


class Actions(QObject):
    """The QActions of one window, by name, and the menus they hang in."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        for spec in TABLE:
            if spec.name:
                self._actions[spec.name] = self._build(spec, window)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def title(self, name: str) -> str:
        """What an action does, without the marks that only menus need."""
        return re.sub(r"\(&.\)|&|…", "", self._actions[name].text())

    def names(self) -> list[str]:
        """All action names, in the order of the menus."""
        return list(self._actions)

    def connect_all(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Let each action call its handler; every action must have one."""
        missing = set(self._actions) - set(handlers)
        if missing:
            raise ValueError(f"no handler for {sorted(missing)}")
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, call=handler: call())

    def fill(self, bar: QMenuBar) -> None:
        """Build the menus in *bar*."""
        for key in MENUS:
            menu = bar.addMenu("")
            self._menus[key] = menu
            for spec in TABLE:
                if spec.menu == key:
                    if spec.name:
                        menu.addAction(self._actions[spec.name])
                    else:
                        menu.addSeparator()
        for key, (_title, choices) in CHOICES.items():
            submenu = self._menus["view"].addMenu("")
            self._menus[key] = submenu
            group = QActionGroup(submenu)
            self._groups[key] = group
            for value in choices:
                action = submenu.addAction("")
                action.setCheckable(True)
                action.setData(value)
                group.addAction(action)
        self.retranslate()

    def connect_choice(self, key: str, chosen: Callable[[str], object]) -> None:
        """Call *chosen* with the value when the user picks one of a submenu of choices."""
        self._groups[key].triggered.connect(lambda action: chosen(action.data()))

    def show_choice(self, key: str, value: str) -> None:
        """Mark *value* as the chosen one."""
        for action in self._groups[key].actions():
            action.setChecked(action.data() == value)

    def retranslate(self) -> None:
        """Set all words anew."""
        for spec in TABLE:
            if spec.name:
                self._actions[spec.name].setText(_tr(spec.text))
        for key, title in MENUS.items():
            if key in self._menus:
                self._menus[key].setTitle(_tr(title))
        for key, (title, choices) in CHOICES.items():
            if key in self._menus:
                self._menus[key].setTitle(_tr(title))
                for action in self._groups[key].actions():
                    action.setText(_tr(choices[action.data()]))

    def _build(self, spec: Spec, window: QWidget) -> QAction:
        action = QAction(window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(spec.checkable)
        action.setMenuRole(spec.role)
        action.setIconVisibleInMenu(False)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        window.addAction(action)
        return action


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)
