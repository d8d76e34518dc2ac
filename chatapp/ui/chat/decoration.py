"""What is painted behind and beside the text of a message: list markers, quotation bars, rules, inline code."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QTextBlock, QTextDocument

from chatapp.ui.chat import richtext
from chatapp.ui.chat.richtext import Look
from chatapp.ui.chat.text_lines import TextLines

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
    backwards = block.textDirection() == Qt.LayoutDirection.RightToLeft
    gap = look.em * 0.55
    near = origin.x() + (line.x() + line.width() + gap if backwards else line.x() - gap)
    if marker in _BULLETS:
        radius = look.em * 0.17
        middle = QRectF(0, 0, 2 * radius, 2 * radius)
        away = look.em * (0.3 if backwards else -0.3)
        middle.moveCenter(QPointF(near + away, baseline - look.em * 0.36))
        painter.setPen(look.colors.muted if marker == "◦" else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if marker == "◦" else look.colors.muted)
        if marker == "▪":
            painter.drawRect(middle)
        else:
            painter.drawEllipse(middle)
        return
    painter.setPen(look.colors.muted)
    painter.setFont(look.font)
    left = near if backwards else max(0.0, near - painter.fontMetrics().horizontalAdvance(marker))
    painter.drawText(round(left), round(baseline), marker)


def _inline_code(block: QTextBlock) -> list[QRectF]:
    """Where the inline code of *block* stands, line by line."""
    found: list[QRectF] = []
    origin, lines = block.layout().position(), TextLines(block)
    at = block.begin()
    while not at.atEnd():
        fragment = at.fragment()
        if fragment.charFormat().hasProperty(richtext.INLINE_CODE):
            start = fragment.position() - block.position()
            boxes = lines.boxes(start, start + fragment.length())
            found += [box.translated(origin).adjusted(-2, 0, 2, 0) for box in boxes]
        at += 1
    return found
