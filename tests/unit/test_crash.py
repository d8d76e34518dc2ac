import subprocess
import sys
import textwrap
import threading

import pytest

from chatapp import crash
from chatapp.crash import CrashHandler


def run(code, folder):
    """Run *code* in a fresh Python with the handler installed on *folder*; returns the finished process."""
    prologue = f"""
        import sys, threading
        from pathlib import Path
        from chatapp.crash import CrashHandler
        handler = CrashHandler(Path({str(folder)!r}), lambda report: print("told", report.path, flush=True))
        handler.install()
    """
    source = textwrap.dedent(prologue) + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=60)


def reports(folder):
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("crash-*.txt"))]


def test_main_thread(tmp_path):
    done = run("raise ValueError('안녕')", tmp_path)
    assert done.returncode == 1
    assert "told" in done.stdout
    assert "ValueError: 안녕" in done.stderr  # the terminal still sees it
    (text,) = reports(tmp_path)
    assert "ValueError: 안녕" in text
    assert "ChatApp " in text
    assert "Python 3" in text


def test_other_thread_and_unraisable(tmp_path):
    run(
        """
        thread = threading.Thread(target=lambda: 1 / 0, name="worker-7")
        thread.start()
        thread.join()
        class Bad:
            def __del__(self):
                raise RuntimeError("in del")
        bad = Bad()
        del bad
        """,
        tmp_path,
    )
    first, second = reports(tmp_path)
    assert "in worker-7" in first
    assert "ZeroDivisionError" in first
    assert "in del" in second


def test_ctrl_c_is_no_crash(tmp_path):
    run("raise KeyboardInterrupt", tmp_path)
    assert reports(tmp_path) == []


def test_a_death_in_c_code_is_kept_for_the_next_start(tmp_path):
    run("import ctypes; ctypes.string_at(0)", tmp_path)
    assert reports(tmp_path) == []
    done = run("print(handler.previous.name)", tmp_path)
    (text,) = reports(tmp_path)
    assert "Segmentation fault" in text or "access violation" in text
    assert "fault.txt" in done.stdout


@pytest.fixture
def handler(tmp_path):
    return CrashHandler(tmp_path)  # not installed: pytest's own hooks stay


def test_a_failing_callback_does_no_harm(handler, capsys):
    def fail(report):
        raise RuntimeError("callback")

    handler.on_report = fail
    assert handler.report(ValueError("x"), "here").path is not None
    assert "callback" in capsys.readouterr().err


def test_a_callback_that_crashes_again_is_not_called_for_ever(handler):
    seen = []

    def again(report):
        seen.append(report)
        handler.report(ValueError("second"), "callback")

    handler.on_report = again
    handler.report(ValueError("first"), "here")
    assert len(seen) == 1


def test_reports_are_limited(handler, tmp_path):
    for _ in range(crash.MAX_REPORTS + 5):
        last = handler.report(ValueError("x"), "here")
    assert last.path is None
    assert "ValueError" in last.text
    assert len(reports(tmp_path)) == crash.MAX_REPORTS


def test_unwritable_folder_still_tells(tmp_path):
    (tmp_path / "file").write_text("in the way")
    seen = []
    handler = CrashHandler(tmp_path / "file", seen.append)
    handler.report(ValueError("x"), "here")
    assert seen[0].path is None


def test_install_and_uninstall_leave_the_hooks_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(crash.faulthandler, "enable", lambda file: None)  # pytest uses the real one
    monkeypatch.setattr(crash.faulthandler, "disable", lambda: None)
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handler = CrashHandler(tmp_path)
    handler.install()
    assert sys.excepthook != before[0]
    handler.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
