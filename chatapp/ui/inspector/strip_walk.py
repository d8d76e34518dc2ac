"""Where the keys lead in the token strip: from box to box, up and down in a column, to the ends."""

from PySide6.QtCore import Qt

from chatapp.ui.inspector.strip_layout import StripLayout


class Walk:
    """Remembers the column that Up and Down keep to."""

    def __init__(self) -> None:
        self._goal: float | None = None

    def forget(self) -> None:
        """The next step up or down begins a column of its own."""
        self._goal = None

    def target(self, layout: StripLayout, at: int | None, key: int, *, page: int, far: bool = False) -> int | None:
        """The box that *key* leads to from box *at* (None: no box yet); None for other keys.

        page  lines of a page        far  to the ends of the message, not of the line
        """
        if not layout.boxes:
            return None
        last = len(layout.boxes) - 1
        lines: dict[int, int] = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if key in lines:
            return self._vertical(layout, at or 0, lines[key])
        self._goal = None
        if key == Qt.Key.Key_Right:
            return 0 if at is None else min(at + 1, last)
        if key == Qt.Key.Key_Left:
            return last if at is None else max(at - 1, 0)
        row = range(last + 1) if far or at is None else layout.in_line(layout.boxes[at].line)
        ends: dict[int, int] = {Qt.Key.Key_Home: row[0], Qt.Key.Key_End: row[-1]}
        return ends.get(key)

    def _vertical(self, layout: StripLayout, at: int, by: int) -> int | None:
        box = layout.boxes[at]
        if self._goal is None:
            self._goal = box.x + box.width / 2
        return layout.nearest(max(0, min(box.line + by, len(layout.lines) - 1)), self._goal)
