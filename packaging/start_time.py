#!/usr/bin/env python3
"""How long the packaged window takes to show, beside an empty PySide6 window frozen the same way; on Linux, under Xvfb.

Both start in turns, and the medians count. Exit code 1 when ours takes more than 1.5 times as long.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _dev_package as package
from _smoke_screen import Screen

BOUND = 1.5
BARE = package.WORK / "bare"
WINDOW = """\
import signal, sys
from PySide6.QtWidgets import QApplication, QMainWindow
signal.signal(signal.SIGTERM, signal.SIG_DFL)
app = QApplication(sys.argv)
window = QMainWindow()
window.resize(1180, 708)
window.show()
app.exec()
"""
SPEC = """\
import sys
sys.path.insert(0, {packaging!r})
from trimming import EXCLUDES, needs, trimmed
found = Analysis([{script!r}], excludes=EXCLUDES, optimize=0)
program = EXE(PYZ(found.pure), found.scripts, [], exclude_binaries=True, name="bare", console=True, upx=False)
COLLECT(program, trimmed([*found.binaries, *found.datas], needs), upx=False, name="bare")
"""


def build_bare() -> Path:
    """The empty window as a program folder."""
    program = BARE / "dist" / "bare" / "bare"
    if not program.exists():
        BARE.mkdir(parents=True, exist_ok=True)
        script, spec = BARE / "bare.py", BARE / "bare.spec"
        script.write_text(WINDOW, "utf-8")
        spec.write_text(SPEC.format(packaging=str(package.ROOT / "packaging"), script=str(script)), "utf-8")
        command = [package.PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN", "--distpath", BARE / "dist"]
        package.step("Freezing an empty window", [*command, "--workpath", BARE / "work", spec])
    return program


def seconds(command: list[object], screen: Screen) -> float:
    """From the start of the program to the first pixels of its window."""
    if not screen.is_blank():
        raise RuntimeError("the screen is not empty")
    environment = {"DISPLAY": screen.display, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": tempfile.gettempdir()}
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=environment, stderr=subprocess.DEVNULL)
    try:
        while screen.is_blank():
            if process.poll() is not None or time.perf_counter() - start > 60:
                raise RuntimeError(f"{command[0]} showed nothing")
            time.sleep(0.001)
        return time.perf_counter() - start
    finally:
        time.sleep(1.0)  # it may be busy with what comes after the window
        process.terminate()
        process.wait()
        time.sleep(0.3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, default=package.FOLDER / "chatapp")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    bare = build_bare()
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    with Screen() as screen, tempfile.TemporaryDirectory() as data:
        for run in range(given.runs + 1):
            ours = seconds([given.program, "--data-dir", data], screen)
            empty = seconds([bare], screen)
            if run:  # the first one fills the disk's cache
                taken["ours"].append(ours)
                taken["bare"].append(empty)
    middle = {name: statistics.median(values) for name, values in taken.items()}
    ratio = middle["ours"] / middle["bare"]
    print(json.dumps({**middle, "ratio": ratio, "bound": BOUND, "pass": ratio <= BOUND, "runs": taken}, indent=1))
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main())
