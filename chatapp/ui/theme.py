"""The look of the window: colours of the two themes, the font, and the one style sheet made of both."""

from dataclasses import dataclass, fields
from string import Template

from PySide6 import QtCore  # QtCore.Qt has all its enums made when it is first asked for: 15 ms, not before the window
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from chatapp.paths import resources

CJK_FALLBACKS = ("Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic")
MIN_FONT_SIZE, MAX_FONT_SIZE = 8, 32  # points


@dataclass(frozen=True, slots=True)
class Colors:
    """The colours of one theme. Text reaches 7:1 and muted text 4.5:1 on each of the grounds.

    background, surface (cards, fields), sunken (sidebar), code_background, user_bubble, hover and selected are grounds.
    """

    background: QColor
    surface: QColor
    sunken: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    border: QColor
    code_background: QColor
    error: QColor
    warning: QColor
    user_bubble: QColor
    hover: QColor
    selected: QColor


def _colors(**names: str) -> Colors:
    return Colors(**{name: QColor(value) for name, value in names.items()})


LIGHT = _colors(
    background="#fdfdfd",
    surface="#ffffff",
    sunken="#f4f4f6",
    text="#1c1d21",
    muted="#5b5e68",
    accent="#3d56c5",
    on_accent="#ffffff",
    border="#d9dae0",
    code_background="#f3f4f7",
    error="#b3261e",
    warning="#8a4b00",
    user_bubble="#eceef5",
    hover="#e9eaee",
    selected="#dfe3f4",
)
DARK = _colors(
    background="#1b1c20",
    surface="#25272c",
    sunken="#15161a",
    text="#ecedf0",
    muted="#a9acb6",
    accent="#97a6ff",
    on_accent="#11131f",
    border="#383a42",
    code_background="#131418",
    error="#ff8f85",
    warning="#f3bb52",
    user_bubble="#2d3038",
    hover="#2b2d33",
    selected="#323855",
)


class Notifier(QObject):
    """Tells widgets that paint themselves that the colours or the font are other ones now."""

    changed = Signal()


notifier = Notifier()


@dataclass(slots=True)
class _State:
    mode: str = "auto"
    font_size: int = 0
    current: Colors = LIGHT
    app: QApplication | None = None


_state = _State()


def colors() -> Colors:
    """The colours now in use."""
    return _state.current


def is_dark() -> bool:
    """Whether the dark theme is shown."""
    return _state.current is DARK


def ground(app: QApplication, mode: str) -> None:
    """Only the ground of the theme *mode*, for a window that shows before there is anything in it.

    "auto" needs nothing: Qt's style itself follows the system.
    """
    if mode != "auto":
        app.setPalette(_palette(DARK if mode == "dark" else LIGHT))


def apply(app: QApplication, mode: str, font_size: int) -> None:
    """Show the theme *mode* ("auto", "light" or "dark") with a font of *font_size* points (0: the system's)."""
    hints = QGuiApplication.styleHints()
    if _state.app is app and (_state.mode, _state.font_size) == (mode, font_size):
        return
    if _state.app is not app:
        _state.app = app
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(_on_scheme_changed)
    _state.mode, _state.font_size = mode, font_size
    schemes = {"light": QtCore.Qt.ColorScheme.Light, "dark": QtCore.Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes.get(mode, QtCore.Qt.ColorScheme.Unknown))  # also the frame that the system draws
    _refresh()


def font(scale: float = 1.0, *, bold: bool = False) -> QFont:
    """The interface font, *scale* times its usual size."""
    chosen = QFont(QApplication.font())
    chosen.setPointSizeF(chosen.pointSizeF() * scale)
    if bold:
        chosen.setWeight(QFont.Weight.DemiBold)
    return chosen


def monospace(scale: float = 0.95) -> QFont:
    """The fixed-width font for code and raw output, with Hangul to fall back on."""
    chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    # By its real name: in a list of families Qt skips an alias such as "monospace".
    chosen.setFamilies([QFontInfo(chosen).family(), "Noto Sans Mono CJK KR", "D2Coding", *CJK_FALLBACKS])
    chosen.setPointSizeF(QApplication.font().pointSizeF() * scale)
    return chosen


def contrast(one: QColor, other: QColor) -> float:
    """The WCAG 2 contrast ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """*one* with *share* (0..1) of *other* in it."""
    return QColor.fromRgbF(
        *(a + (b - a) * share for a, b in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True))  # type: ignore[index]
    )


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def _on_scheme_changed() -> None:
    if _state.mode == "auto":
        _refresh()


def _refresh() -> None:
    app = _state.app
    if app is None:
        return
    dark = _state.mode == "dark" or (
        _state.mode == "auto" and QGuiApplication.styleHints().colorScheme() == QtCore.Qt.ColorScheme.Dark
    )
    _state.current = DARK if dark else LIGHT
    app.setFont(_font(_state.font_size))
    app.setPalette(_palette(_state.current))
    app.setStyleSheet(_style_sheet(_state.current, app.font()))
    notifier.changed.emit()


def _font(size: int) -> QFont:
    # Without a desktop the system's font is the alias "Sans Serif", which Qt skips in a list: then the first
    # fallback that exists is the interface font, and Latin and Hangul come from one design.
    chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    chosen.setFamilies([*chosen.families(), *CJK_FALLBACKS])
    if size > 0:
        chosen.setPointSize(max(MIN_FONT_SIZE, min(size, MAX_FONT_SIZE)))
    return chosen


def _style_sheet(c: Colors, base: QFont) -> str:
    values = {f.name: getattr(c, f.name).name() for f in fields(c)}
    size = base.pointSizeF()
    values |= {
        "small": f"{size * 0.9:.1f}pt",
        "large": f"{size * 1.15:.1f}pt",
        "accent_hover": mix(c.accent, c.text, 0.18).name(),
        "error_ground": mix(c.surface, c.error, 0.06).name(),
        "warning_ground": mix(c.surface, c.warning, 0.06).name(),
        "disabled": mix(c.muted, c.background, 0.4).name(),
        "strong_border": mix(c.border, c.muted, 0.3).name(),
        "styles": resources().joinpath("styles").as_posix(),
        "check": "check-dark.svg" if c is DARK else "check-light.svg",
    }
    return Template(resources().joinpath("styles", "chatapp.qss").read_text(encoding="utf-8")).substitute(values)


def _palette(c: Colors) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, color in (
        (role.Window, c.background),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.sunken),
        (role.Text, c.text),
        (role.PlaceholderText, c.muted),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.error),
        (role.ToolTipBase, c.surface),
        (role.ToolTipText, c.text),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent),
        (role.LinkVisited, c.accent),
        (role.Accent, c.accent),
        (role.Light, c.hover),
        (role.Midlight, c.hover),
        (role.Mid, c.border),
        (role.Dark, c.border),
        (role.Shadow, c.border),
    ):
        palette.setColor(which, color)
    faded = mix(c.muted, c.background, 0.4)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, faded)
    palette.setColor(group.Disabled, role.Highlight, c.border)
    return palette
