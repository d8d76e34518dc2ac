#!/usr/bin/env python3
"""Starts a built ChatApp where smoke_test.py cannot (Windows, macOS, AppImage): a reply; the window opens and closes.

Usage: smoke_quick.py PROGRAM [ARGUMENT...], for example smoke_quick.py ChatApp.app/Contents/MacOS/chatapp
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPENS_WITHIN, CLOSES_WITHIN = 90.0, 30.0  # seconds


def main(command: list[str]) -> None:
    if not command:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = Path(made)
        asked = [*command, "--data-dir", str(folder / "asked"), "ask", "What is attention?", "--max-tokens", "12"]
        done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=180, check=False)
        # A program for windows has no output on Windows: there its exit code says whether the engine answered.
        told = sys.platform != "win32"
        check("the starter model answers", done.returncode == 0 and (not told or done.stdout.strip()), done.stderr)
        window_opens(command, folder / "window")
    print("It works.")


def window_opens(command: list[str], data: Path) -> None:
    with (data.parent / "output").open("w+b") as output:
        started = [*command, "--data-dir", str(data), "--lang", "ko"]
        with subprocess.Popen(started, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as window:
            try:
                until = time.monotonic() + OPENS_WITHIN
                while not is_loaded(data) and window.poll() is None and time.monotonic() < until:
                    time.sleep(0.2)
                output.seek(0)
                check("the window opens, and its engine has the model", is_loaded(data), output.read())
                close(window)
                check("it closes by itself when asked to", window.wait(CLOSES_WITHIN) == 0, output.read())
            finally:
                window.kill()
    told = logs(data)
    check(
        "nothing went wrong meanwhile", " ERROR " not in told and not (data / "logs" / "faults.log").read_text(), told
    )


def is_loaded(data: Path) -> bool:
    """The window says so in its log."""
    return "model loaded" in logs(data)


def logs(data: Path) -> str:
    return "".join(path.read_text("utf-8", "replace") for path in (data / "logs").glob("chatapp.log*"))


def close(window: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":  # without /F: the window is asked, as by its own button
        subprocess.run(["taskkill", "/PID", str(window.pid)], check=False, capture_output=True)
    else:
        os.kill(window.pid, signal.SIGTERM)


def check(what: str, good: object, output: bytes | str) -> None:
    print(("ok    " if good else "FAIL  ") + what, flush=True)
    if not good:
        sys.exit(output.decode("utf-8", "replace") if isinstance(output, bytes) else output)


if __name__ == "__main__":
    main(sys.argv[1:])
