"""A screen nobody sees (Xvfb), its keyboard and mouse (xdotool), and its pixels, read from memory."""

import contextlib
import os
import shutil
import struct
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

WIDTH, HEIGHT = 1366, 768
SOCKETS = Path("/tmp/.X11-unix")


class Screen:
    """As a context manager: the server runs while it is open."""

    def __enter__(self) -> "Screen":
        self.folder = Path(tempfile.mkdtemp(prefix="chatapp-screen-"))
        ours, theirs = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(theirs),
            "-screen",
            "0",
            f"{WIDTH}x{HEIGHT}x24",
            "-nolisten",
            "tcp",
            "-ac",
            "-noreset",
        ]
        self._server = subprocess.Popen([*command, "-fbdir", self.folder], pass_fds=[theirs], stderr=subprocess.DEVNULL)
        os.close(theirs)
        with open(ours, encoding="ascii") as file:  # noqa: PTH123  (a pipe)
            self.display = f":{file.readline().strip()}"
        self._file = (self.folder / "Xvfb_screen0").open("rb", buffering=0)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._server.terminate()
        self._server.wait()
        shutil.rmtree(self.folder)

    # -- eyes ----------------------------------------------------------------------------------------------------------

    def pixels(self, first: int = 0, count: int = HEIGHT) -> bytes:
        """Four bytes for every pixel (blue, green, red, nothing), row by row."""
        fields = struct.unpack(">20I", os.pread(self._file.fileno(), 80, 0))  # of an X window dump
        start = fields[0] + 12 * fields[19]  # the size of its header and the number of its colours
        return os.pread(self._file.fileno(), count * WIDTH * 4, start + first * WIDTH * 4)

    def is_blank(self) -> bool:
        """Whether no window is there; looks at few rows, none of which has the cursor that lies in the middle."""
        return not any(any(self.pixels(row, 1)) for row in (100, 350, 600))

    def save(self, path: Path) -> None:
        """As a PNG picture."""
        data = self.pixels()
        rows = bytearray()
        for y in range(HEIGHT):
            row = data[y * WIDTH * 4 : (y + 1) * WIDTH * 4]
            line = bytearray(WIDTH * 3)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            rows += b"\0" + line

        def chunk(kind: bytes, content: bytes) -> bytes:
            checked = kind + content
            return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(rows), 6)), chunk(b"IEND", b""))
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))

    def red_box(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of a box with a red border at least 200 pixels wide; None when there is none."""
        data = self.pixels()
        tops: list[tuple[int, int, int]] = []
        for y in range(HEIGHT):
            row = data[y * WIDTH * 4 : (y + 1) * WIDTH * 4]
            red = bytes(r > 150 and g < 80 and b < 80 for b, g, r in zip(row[0::4], row[1::4], row[2::4], strict=True))
            start = red.find(b"\1" * 200)
            if start >= 0:
                tops.append((start, y, start + len(red[start:].split(b"\0")[0])))
        return (tops[0][0], tops[0][1], tops[0][2], tops[-1][1]) if len(tops) > 1 else None

    # -- hands ---------------------------------------------------------------------------------------------------------

    def xdotool(self, *words: object) -> str:
        """What it prints."""
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(command, env=os.environ | {"DISPLAY": self.display}, capture_output=True, text=True,
                              check=False)  # fmt: skip
        return done.stdout.strip()

    def keys(self, *names: str) -> None:
        self.xdotool("key", "--delay", 120, *names)
        time.sleep(0.5)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", 30, text)

    def click(self, x: int, y: int) -> None:
        self.xdotool("mousemove", x, y, "click", 1)
        time.sleep(0.5)

    def window(self) -> tuple[int, int, int, int]:
        """Left, top, width, height of the app's largest window, which gets the keys; raises LookupError."""
        found = []
        for number in self.xdotool("search", "--onlyvisible", "--class", "chatapp").split():
            shape = dict(line.split("=") for line in self.xdotool("getwindowgeometry", "--shell", number).splitlines())
            if "WIDTH" in shape:
                found.append((*(int(shape[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")), number))
        if not found:
            raise LookupError("no window")
        *place, number = max(found, key=lambda one: one[2] * one[3])
        self.xdotool("windowfocus", "--sync", number)
        return place[0], place[1], place[2], place[3]


def wait(condition: Callable[[], object], seconds: float) -> bool:
    """Until it is true; False when it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(LookupError, OSError):
            if condition():
                return True
        time.sleep(0.05)
    return False
