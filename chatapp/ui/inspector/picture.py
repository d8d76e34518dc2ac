"""Pictures of what the inspector shows, whole and not only what is in view: PNG at twice the size, or SVG."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QImage, QImageWriter, QPainter, QPicture
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QTableView, QWidget

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.ui import theme
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.token_strip import TokenStrip

TOO_LARGE = QT_TRANSLATE_NOOP("reasons", "A picture of so many tokens would be too large; SVG has no limit")
_MARGIN = 16  # pixels
_LONGEST = 32_000  # pixels of an image's side
_MOST = 120_000_000  # pixels of an image
_SHARPNESS = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Something *size* large that *paint* draws, on *any_thread* or on the window's; *lines* stand above it."""

    size: QSize
    paint: Callable[[QPainter], None]
    lines: tuple[str, ...] = ()
    any_thread: bool = False


def png(picture: Picture, meta: dict[str, Any]) -> Callable[[], bytes]:
    """What makes the file, on any thread; raise `RequestError` when the image would be too large."""
    size = _whole(picture)
    ratio = float(_SHARPNESS)
    if size.height() * ratio > _LONGEST or size.width() * size.height() * ratio**2 > _MOST:
        ratio = 1.0
    if size.height() > _LONGEST or size.width() * size.height() > _MOST:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=TOO_LARGE)

    def draw() -> QImage:
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.setText("Description", _said(meta))
        _paint(image, picture)
        return image

    def encode(image: QImage) -> bytes:
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        return bytes(data.data())

    if picture.any_thread:
        return lambda: encode(draw())
    drawn = draw()
    return lambda: encode(drawn)


def svg(picture: Picture, title: str, meta: dict[str, Any]) -> Callable[[], bytes]:
    """The same as a drawing."""
    size = _whole(picture)
    resolution = round(QGuiApplication.primaryScreen().logicalDotsPerInch())  # texts as large as on screen

    def draw() -> bytes:
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setResolution(resolution)
        generator.setViewBox(QRect(0, 0, size.width(), size.height()))
        generator.setTitle(title)
        generator.setDescription(_said(meta))
        _paint(generator, picture)
        return bytes(data.data())

    if picture.any_thread:
        return draw
    drawn = draw()
    return lambda: drawn


def table_picture(table: QTableView, lines: tuple[str, ...]) -> Picture:
    """All rows and columns of *table*, which nobody else shows and which is not used again."""
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.clearSelection()
    table.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    table.show()  # lays out the headers
    frame = 2 * table.frameWidth()
    width = max(table.width(), table.verticalHeader().width() + table.horizontalHeader().length() + frame)
    height = table.horizontalHeader().height() + table.verticalHeader().length() + frame
    table.resize(width, height)

    def paint(painter: QPainter) -> None:
        table.render(painter, QPoint(0, 0))
        table.hide()
        table.deleteLater()

    return Picture(QSize(width, height), paint, lines)


def widget_picture(widget: QWidget, lines: tuple[str, ...]) -> Picture:
    """The part of *widget* that is in view."""

    def paint(painter: QPainter) -> None:
        widget.render(painter, QPoint(0, 0), renderFlags=QWidget.RenderFlag.DrawChildren)

    return Picture(widget.size(), paint, lines)


def strip_picture(strip: TokenStrip, legend: Legend, lines: tuple[str, ...]) -> Picture:
    """The whole strip below the legend of its colours."""
    size, draw = strip.content()
    above = legend.height() + 8
    ramp = QPicture()  # a widget can only be drawn here
    legend.render(ramp, QPoint(0, 0), renderFlags=QWidget.RenderFlag.DrawChildren)

    def paint(painter: QPainter) -> None:
        painter.drawPicture(0, 0, ramp)
        painter.translate(0, above)
        draw(painter)

    width = max(size.width(), legend.width())
    return Picture(QSize(width, size.height() + above), paint, lines, any_thread=True)


def _whole(picture: Picture) -> QSize:
    return QSize(picture.size.width() + 2 * _MARGIN, picture.size.height() + 2 * _MARGIN + _caption(picture))


def _caption(picture: Picture) -> int:
    """The height of the lines above."""
    return sum(_heights(picture)) + 8 if picture.lines else 0


def _heights(picture: Picture) -> list[int]:
    """Of each line, which goes on below where it does not fit."""
    metrics = QFontMetrics(theme.font(0.85))
    room = QRect(0, 0, picture.size.width(), _LONGEST)
    return [metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height() for text in picture.lines]


def _paint(device: QImage | QSvgGenerator, picture: Picture) -> None:
    colors = theme.colors()
    size = _whole(picture)
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), colors.background)
    painter.setFont(theme.font(0.85))
    painter.setPen(colors.muted)
    top = _MARGIN
    for text, height in zip(picture.lines, _heights(picture), strict=True):
        painter.drawText(QRect(_MARGIN, top, picture.size.width(), height), Qt.TextFlag.TextWordWrap, text)
        top += height
    painter.translate(_MARGIN, _MARGIN + _caption(picture))
    picture.paint(painter)
    painter.end()


def _said(meta: dict[str, Any]) -> str:
    return json.dumps(meta, ensure_ascii=False)
