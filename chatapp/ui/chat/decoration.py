"""What is painted behind and beside the text of a message: list markers, quotation bars, rules, inline code."""

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QTextBlock, QTextDocument, QTextLine

from chatapp.ui.chat import richtext
from chatapp.ui.chat.richtext import Look

_BULLETS = "•◦▪"


def paint(painter: QPainter, document: QTextDocument, look: Look, visible: QRect) -> None:
    """Paint the decoration of *document* as far as it lies in *visible*."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        area = layout.blockBoundingRect(block)
        if area.bottom() >= visible.top() and area.top() <= visible.bottom():
            _paint_block(painter, block, area, look, document.textWidth())
        block = block.next()


def _paint_block(painter: QPainter, block: QTextBlock, area: QRectF, look: Look, width: float) -> None:
    layout = block.blockFormat()
    colors = look.colors
    painter.setPen(Qt.PenStyle.NoPen)
    if layout.hasProperty(richtext.RULE):
        painter.fillRect(QRectF(0, round(area.top() + area.height() / 2), width, 1), colors.border)
    painter.setBrush(colors.border)
    joined = block.previous().isValid() and block.previous().blockFormat().hasProperty(richtext.QUOTES)
    top = area.top() - (layout.topMargin() if joined else 0)
    for level in range(layout.intProperty(richtext.QUOTES)):
        painter.drawRoundedRect(QRectF(level * richtext.QUOTE_WIDTH + 1, top, 3, area.bottom() - top), 1.5, 1.5)
    painter.setBrush(colors.hover)
    for rect in _inline_code(block):
        painter.drawRoundedRect(rect, 4, 4)
    if layout.hasProperty(richtext.MARKER):
        _paint_marker(painter, block, layout.stringProperty(richtext.MARKER), look)


def _paint_marker(painter: QPainter, block: QTextBlock, marker: str, look: Look) -> None:
    line = block.layout().lineAt(0)
    if not line.isValid():
        return
    origin = block.layout().position()
    baseline = origin.y() + line.y() + line.ascent()
    right = origin.x() + line.x() - look.em * 0.55
    if marker in _BULLETS:
        radius = look.em * 0.17
        middle = QRectF(0, 0, 2 * radius, 2 * radius)
        middle.moveCenter(QRectF(right - look.em * 0.3, baseline - look.em * 0.36, 0, 0).center())
        painter.setPen(look.colors.muted if marker == "◦" else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if marker == "◦" else look.colors.muted)
        if marker == "▪":
            painter.drawRect(middle)
        else:
            painter.drawEllipse(middle)
        return
    painter.setPen(look.colors.muted)
    painter.setFont(look.font)
    width = painter.fontMetrics().horizontalAdvance(marker)
    painter.drawText(round(max(0.0, right - width)), round(baseline), marker)


def _x(line: QTextLine, position: int) -> float:
    found: Any = line.cursorToX(position)  # (x, position), though its annotation says less
    return float(found[0])


def _inline_code(block: QTextBlock) -> list[QRectF]:
    """Where the inline code of *block* stands, line by line."""
    found: list[QRectF] = []
    layout = block.layout()
    at = block.begin()
    while not at.atEnd():
        fragment = at.fragment()
        start = fragment.position() - block.position()
        end = start + fragment.length() if fragment.charFormat().hasProperty(richtext.INLINE_CODE) else start
        while start < end:
            line = layout.lineForTextPosition(start)
            stop = min(end, line.textStart() + line.textLength()) if line.isValid() else start
            if stop <= start:
                break
            left, right = _x(line, start), _x(line, stop)
            box = QRectF(left, line.y(), right - left, line.ascent() + line.descent())
            found.append(box.translated(layout.position()).adjusted(-2, 0, 2, 0))
            start = stop
        at += 1
    return found
