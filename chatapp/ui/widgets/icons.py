"""Line icons from ``resources/icons``, drawn in the theme's colours at whatever size and scale is asked for."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from chatapp.paths import resources
from chatapp.ui import theme


def icon(name: str, role: str = "text") -> QIcon:
    """The icon *name* in the colour *role* (a field of `theme.Colors`); it follows the theme by itself."""
    source = resources().joinpath("icons", f"{name}.svg")
    if not source.is_file():
        raise KeyError(name)
    return QIcon(_LineIconEngine(name, role))


def pixmap(name: str, size: int, color: QColor, ratio: float = 1.0) -> QPixmap:
    """The icon *name*, *size* logical pixels wide, in one colour; for widgets that paint themselves."""
    image = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, color.name(QColor.NameFormat.HexRgb)).render(painter)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def app_icon() -> QIcon:
    """The icon of the application itself, which keeps its own colours."""
    found = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        path = resources().joinpath("icons", "app", f"chatapp-{size}.png")
        if path.is_file():
            found.addFile(str(path), QSize(size, size))
    return found


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    text = resources().joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))


class _LineIconEngine(QIconEngine):
    """Paints the SVG anew each time, so neither the theme nor the screen's scale can make it stale."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        colors = theme.colors()
        if mode == QIcon.Mode.Disabled:
            return theme.mix(colors.muted, colors.background, 0.45)
        if state == QIcon.State.On and self._role == "text":
            return colors.accent
        color: QColor = getattr(colors, self._role)
        return color

    def clone(self) -> QIconEngine:
        return _LineIconEngine(self._name, self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        target = QRectF(0, 0, side, side)
        target.moveCenter(QRectF(rect).center())
        _renderer(self._name, self._color(mode, state).name()).render(painter, target)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        if size.isEmpty():  # of a button that a layout has no room for
            return QPixmap()
        image = QPixmap(size * scale)  # size is in logical pixels since Qt 6.8
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, image.rect(), mode, state)
        painter.end()
        image.setDevicePixelRatio(scale)
        return image
