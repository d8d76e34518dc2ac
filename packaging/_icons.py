"""The app's icon in the containers of Windows (.ico) and macOS (.icns): both simply hold PNG files."""

import struct
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "icons" / "app"
# macOS: the code of each size; the second one is the same picture for screens with twice the points
_ICNS = {16: (b"icp4",), 32: (b"icp5", b"ic11"), 64: (b"icp6", b"ic12"), 128: (b"ic07",), 256: (b"ic08", b"ic13")}


def write_ico(path: Path) -> None:
    """All sizes in one file, the smallest first."""
    pictures = _pictures()
    head = struct.pack("<HHH", 0, 1, len(pictures))
    at = len(head) + 16 * len(pictures)
    for size, data in pictures.items():
        side = size % 256  # 0 stands for 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), at)
        at += len(data)
    path.write_bytes(head + b"".join(pictures.values()))


def write_icns(path: Path) -> None:
    """The sizes that macOS has names for."""
    parts = [
        struct.pack(">4sI", code, len(data) + 8) + data
        for size, data in _pictures().items()
        for code in _ICNS.get(size, ())
    ]
    body = b"".join(parts)
    path.write_bytes(struct.pack(">4sI", b"icns", len(body) + 8) + body)


def write_banner(path: Path) -> None:
    """A plain picture (BMP, 164 x 314 pixels) in the icon's colour for the installer's last page."""
    width, height, blue = 164, 314, bytes((0xC5, 0x56, 0x3D))  # blue, green, red
    row = blue * width
    rows = (row + bytes(-len(row) % 4)) * height
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 2835, 2835, 0, 0)
    path.write_bytes(struct.pack("<2sIHHI", b"BM", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows)


def _pictures() -> dict[int, bytes]:
    """The PNG files by their side in pixels."""
    files = {int(path.stem.rpartition("-")[2]): path for path in FOLDER.glob("chatapp-*.png")}
    return {size: files[size].read_bytes() for size in sorted(files)}
