"""What PyInstaller collects and ChatApp does not use: left out of the package, each with its reason."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable

Entry = tuple[str, str, str]  # where it goes in the package, the file it is a copy of, and PyInstaller's kind

# Modules that PyInstaller would follow, and why nobody misses them.
EXCLUDES = [
    "hf_xet",  # 11 MB: weights never come through the hub's library, and its Xet path is off
    "setuptools", "pkg_resources", "distutils",  # for installing packages
    "tkinter", "unittest", "pydoc_data", "lib2to3", "test", "readline",  # of the standard library, never imported
    "numpy.random",  # 3 MB, never used
    "numpy.f2py", "numpy.testing", "numpy.distutils",  # for building and testing
    "llama_cpp.server", "diskcache.djangocache",  # need what is not installed
    "chardet",  # 3 MB that requests uses only where it is there
    "PySide6.QtNetwork", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL", "PySide6.QtDBus",  # never imported
]  # fmt: skip
# Patterns of paths inside the package (with "/" on every system), and why nobody misses them.
DROPPED: dict[str, str] = {
    r"PySide6/Qt/plugins/platformthemes/libqgtk3": "pulls in half of GTK; the portal theme stays",
    r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimalegl|vkkhrdisplay|vnc|minimal)": "screens without windows",
    r"PySide6/Qt/plugins/(egldeviceintegrations|xcbglintegrations|networkinformation|tls|qmltooling|generic)/":
        "OpenGL and network of Qt, neither of which is used",
    r"PySide6/Qt/plugins/imageformats/libq(?!svg|jpeg|ico)": "pictures are SVG, PNG (built in), JPEG and ICO",
    r"PySide6/Qt/plugins/wayland-graphics-integration-(client|server)/":
        "OpenGL and Vulkan under Wayland, and compositors",
    r"PySide6/Qt/plugins/wayland-shell-integration/lib(?!xdg)": "cars and kiosks; desktops speak xdg-shell",
    r"PySide6/Qt/translations/(?!qtbase_(ko|en)\.qm)": "the app speaks Korean and English",
    r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)": "tells where it was installed while building",
    # Linux: every desktop has these, their ABI does not change, and they must fit the system: its fonts' settings, its
    # message bus, its X server, its graphics drivers (which need its own C++ library), the corrections of its TLS
    # library. `_dev_package.LIBRARIES` asks for them; the smoke test finds what is asked for too much or too little.
    r"^lib(glib-2\.0|gthread-2\.0|dbus-1|fontconfig|freetype|X11|X11-xcb|stdc\+\+|gcc_s|ssl|crypto|z|zstd)\.so":
        "the system's own",
}  # fmt: skip


def trimmed(entries: Iterable[Entry], needs: Callable[[str], Iterable[str]]) -> list[Entry]:
    """*entries* without what is dropped, and without libraries that only something dropped needed; each once.

    *needs* tells the names of the libraries a file is linked with.
    """
    kept: dict[str, Entry] = {}
    for entry in entries:
        path = entry[0].replace("\\", "/")
        if not any(re.search(pattern, path) for pattern in DROPPED):
            kept.setdefault(path, entry)
    linked: dict[str, set[str]] = {}
    while True:
        for path, (_, source, kind) in kept.items():
            if path not in linked:
                linked[path] = set(needs(source)) if kind in {"BINARY", "EXTENSION"} else set()
        wanted = set().union(*(linked[path] for path in kept))
        orphans = [path for path, entry in kept.items() if _is_library(path, entry) and _name(path) not in wanted]
        if not orphans:
            return list(kept.values())
        for path in orphans:
            del kept[path]


def needs(path: str) -> list[str]:
    """Names of the libraries that a file is linked with by itself (on Linux PyInstaller names theirs, too)."""
    if sys.platform == "linux":
        text = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=False).stdout
        return re.findall(r"\(NEEDED\).*\[(.*)\]", text)
    from PyInstaller.depend.bindepend import get_imports  # noqa: PLC0415  (there while a package is built)

    return [name for name, _ in get_imports(path)]


def _is_library(path: str, entry: Entry) -> bool:
    """Whether it is there for the sake of others only: Python extensions and plugins are loaded by their own name."""
    found = entry[2] in {"BINARY", "SYMLINK"} and re.fullmatch(r"(.*/Qt/lib/)?lib[^/]+\.so(\.\d+)*", path)
    return bool(found) and not _name(path).startswith("libpython")


def _name(path: str) -> str:
    return path.rpartition("/")[2]
