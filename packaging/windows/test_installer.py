"""The Windows installer, built with makensis from a small payload and run under wine: no Windows machine is needed.

    python -m pytest packaging/windows/test_installer.py

Wine's own cmd.exe stands for the program. What only Windows can show is listed in RELEASING.md.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
WINE = shutil.which("wine64") or shutil.which("wine")
SERVER = shutil.which("wineserver") or "/usr/lib/wine/wineserver64"
CMD = next(Path("/usr/lib").glob("*/wine/x86_64-windows/cmd.exe"), None)
pytestmark = [
    pytest.mark.skipif(not shutil.which("makensis"), reason="makensis is missing (Debian: nsis)"),
    pytest.mark.skipif(not WINE or not CMD, reason="wine is missing (Debian: wine64)"),
    pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="wine needs a display (xvfb-run)"),
]
UNINSTALL_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\ChatApp"
LINK = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/ChatApp.lnk"
RUNNING, TOO_OLD = 3, 5  # exit codes


class Windows:
    """A fresh wine prefix: a home folder, a registry, and programs that run in them."""

    def __init__(self, folder: Path) -> None:
        # WINEDLLOVERRIDES: a new prefix must not ask for Mono and Gecko
        self._environment = os.environ | {
            "WINEPREFIX": str(folder), "WINEARCH": "win64", "WINEDEBUG": "-all", "HOME": str(folder.parent),
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }  # fmt: skip
        self.drive = folder / "drive_c"
        self.run("wineboot", "--init")
        self.run("winecfg", "-v", "win10")
        self.home = next(p for p in (self.drive / "users").iterdir() if p.name != "Public")
        self.program = self.home / "AppData/Local/Programs/ChatApp"
        self.data = self.home / "AppData/Local/chatapp"

    def start(self, *command: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(WINE), *map(str, command)], env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command: object) -> tuple[int, str]:
        """Exit code and output."""
        with self.start(*command) as process:
            output, _ = process.communicate(timeout=120)
        return process.returncode, output.decode("utf-8", "replace").replace("\r", "")

    def registry(self, key: str, name: str = "") -> str | None:
        """A value; None where there is none."""
        code, output = self.run("reg", "query", key, *(["/v", name] if name else ["/ve"]))
        if code:
            assert "unable to find" in output, (code, output)
            return None
        return output.strip().splitlines()[-1].split("    ", 3)[-1].strip()

    def wait(self) -> None:
        """Until no program runs any more."""
        subprocess.run([SERVER, "-w"], env=self._environment, check=True, timeout=120)

    def close(self) -> None:
        subprocess.run([SERVER, "-k"], env=self._environment, check=False)


Build = Callable[..., Path]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    def make(version: str, *files: str, **environment: str) -> Path:
        folder = tmp_path_factory.mktemp("payload")
        shutil.copy(str(CMD), folder / "chatapp.exe")
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(version, "utf-8")
        made = tmp_path_factory.mktemp("made") / "chatapp-setup.exe"
        options = ["--payload", folder, "--version", version, "--output", made]
        subprocess.run([sys.executable, HERE / "build.py", *options], env=os.environ | environment, check=True)
        return made

    return make


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    windows = Windows(tmp_path_factory.mktemp("wine") / "prefix")
    yield windows
    windows.close()


@pytest.fixture
def clean(windows: Windows) -> Windows:
    """Nothing installed, and a user with chats."""
    if (windows.program / "uninstall.exe").exists():
        windows.run(windows.program / "uninstall.exe", "/S", f"_?={windows.program}")
    shutil.rmtree(windows.program, ignore_errors=True)
    windows.data.mkdir(parents=True, exist_ok=True)
    (windows.data / "conversations.sqlite3").write_text("chats")
    return windows


def uninstall(windows: Windows) -> int:
    """As Windows does it, but waiting: without `_?=` the uninstaller goes on in a copy of itself."""
    text = windows.registry(UNINSTALL_KEY, "QuietUninstallString")
    assert text is not None
    assert text.endswith('ChatApp\\uninstall.exe" /S')
    return windows.run(windows.program / "uninstall.exe", "/S", f"_?={installed_at(windows)}")[0]


def installed_at(windows: Windows) -> str:
    place = windows.registry(UNINSTALL_KEY, "InstallLocation")
    assert place is not None
    return place


def test_it_comes_and_goes_and_the_chats_stay(build: Build, clean: Windows) -> None:
    setup = build(
        "1.2.3rc1", "chatapp-engine.exe", "_internal/PySide6/한글 $INSTDIR.txt", "_internal/licenses/README.txt"
    )
    assert clean.run(setup, "/S")[0] == 0
    assert (clean.program / "_internal/PySide6/한글 $INSTDIR.txt").read_text("utf-8") == "1.2.3rc1"
    assert clean.registry(UNINSTALL_KEY, "DisplayName") == "ChatApp"
    assert clean.registry(UNINSTALL_KEY, "DisplayVersion") == "1.2.3rc1"
    assert installed_at(clean).endswith("\\AppData\\Local\\Programs\\ChatApp")
    assert b"chatapp.exe" in (clean.home / LINK).read_bytes()
    assert not (clean.home / "Desktop/ChatApp.lnk").exists()
    assert clean.registry(r"HKCU\Software\Classes\.gguf") == "ChatApp.gguf"
    command = clean.registry(r"HKCU\Software\Classes\ChatApp.gguf\shell\open\command")
    assert command == f'"{installed_at(clean)}\\chatapp.exe" "%1"'

    (clean.program / "_internal/mine.txt").write_text("not the installer's")
    assert uninstall(clean) == 0
    left = [path.relative_to(clean.program).as_posix() for path in clean.program.rglob("*")]
    # Where it lies the uninstaller cannot delete itself while it runs; started by Windows it is a copy that can.
    assert sorted(left) == ["_internal", "_internal/mine.txt", "uninstall.exe"] or sorted(left) == [
        "_internal", "_internal/mine.txt",
    ]  # fmt: skip
    assert not (clean.home / LINK).exists()
    for key in (UNINSTALL_KEY, r"HKCU\Software\ChatApp", r"HKCU\Software\Classes\ChatApp.gguf",
                r"HKCU\Software\Classes\.gguf"):  # fmt: skip
        assert clean.run("reg", "query", key)[0] != 0, key
    assert (clean.data / "conversations.sqlite3").read_text() == "chats"


def test_the_uninstaller_that_windows_starts_removes_itself_too(build: Build, clean: Windows) -> None:
    assert clean.run(build("1.0", "_internal/a.txt"), "/S")[0] == 0
    assert clean.run(clean.program / "uninstall.exe", "/S")[0] == 0
    clean.wait()  # it goes on in a copy of itself
    assert not clean.program.exists()
    assert (clean.data / "conversations.sqlite3").exists()


def test_an_upgrade_takes_the_old_files_away_and_keeps_what_was_chosen(build: Build, clean: Windows) -> None:
    assert clean.run(build("1.0", "_internal/old.dll", "_internal/both.dll"), "/S")[0] == 0
    desktop = clean.home / "Desktop/ChatApp.lnk"
    shutil.copy(clean.home / LINK, desktop)
    (clean.home / LINK).unlink()
    assert clean.run(build("2.0", "_internal/new.dll", "_internal/both.dll"), "/S")[0] == 0
    assert sorted(p.name for p in (clean.program / "_internal").iterdir()) == ["both.dll", "new.dll"]
    assert (clean.program / "_internal/both.dll").read_text() == "2.0"
    assert clean.registry(UNINSTALL_KEY, "DisplayVersion") == "2.0"
    assert desktop.exists()
    assert not (clean.home / LINK).exists()
    assert (clean.data / "conversations.sqlite3").read_text() == "chats"


def test_a_folder_of_the_users_choice(build: Build, clean: Windows) -> None:
    setup = build("1.0", "_internal/a.txt")
    # NSIS wants the folder last and without quotes, which two arguments become
    assert clean.run(setup, "/S", r"/D=C:\My", r"Programs\ChatApp")[0] == 0
    assert (clean.drive / "My Programs/ChatApp/chatapp.exe").exists()
    assert clean.run(build("1.1", "_internal/b.txt"), "/S")[0] == 0, "the next version goes to the same place"
    assert (clean.drive / "My Programs/ChatApp/_internal/b.txt").exists()
    assert not (clean.drive / "My Programs/ChatApp/_internal/a.txt").exists()
    assert clean.run(build("1.2", "c.txt"), "/S", r"/D=C:\Elsewhere")[0] == 0, "moved"
    assert (clean.drive / "Elsewhere/c.txt").exists()
    assert not (clean.drive / "My Programs/ChatApp").exists()
    assert clean.run(clean.drive / "Elsewhere/uninstall.exe", "/S", r"_?=C:\Elsewhere")[0] == 0


def test_another_program_keeps_the_file_type(build: Build, clean: Windows) -> None:
    clean.run("reg", "add", r"HKCU\Software\Classes\.gguf", "/ve", "/d", "Other.gguf", "/f")
    try:
        assert clean.run(build("1.0"), "/S")[0] == 0
        assert clean.registry(r"HKCU\Software\Classes\.gguf") == "Other.gguf"
        assert clean.run("reg", "query", r"HKCU\Software\Classes\.gguf\OpenWithProgids", "/v", "ChatApp.gguf")[0] == 0
        assert uninstall(clean) == 0
        assert clean.registry(r"HKCU\Software\Classes\.gguf") == "Other.gguf"
        assert clean.run("reg", "query", r"HKCU\Software\Classes\.gguf\OpenWithProgids")[0] != 0
    finally:
        clean.run("reg", "delete", r"HKCU\Software\Classes\.gguf", "/f")


def test_nothing_is_touched_while_the_program_runs(build: Build, clean: Windows) -> None:
    assert clean.run(build("1.0", "_internal/a.txt"), "/S")[0] == 0
    with clean.start(clean.program / "chatapp.exe", "/c", "echo ready& set /p x=") as running:
        assert running.stdout is not None
        assert b"ready" in running.stdout.readline()
        assert clean.run(build("2.0", "_internal/b.txt"), "/S")[0] == RUNNING
        assert uninstall(clean) == RUNNING
        assert clean.registry(UNINSTALL_KEY, "DisplayVersion") == "1.0"
        assert (clean.program / "_internal/a.txt").exists()
        running.communicate(b"\r\n", timeout=30)
    assert uninstall(clean) == 0


def test_an_old_windows_is_refused(build: Build, clean: Windows) -> None:
    clean.run("winecfg", "-v", "win7")
    try:
        assert clean.run(build("1.0"), "/S")[0] == TOO_OLD
        assert not clean.program.exists()
    finally:
        clean.run("winecfg", "-v", "win10")


def test_a_certificate_signs_installer_and_uninstaller(build: Build, tmp_path: Path) -> None:
    log = tmp_path / "signed"
    script = tmp_path / "sign.py"
    script.write_text(f"import sys; open({str(log)!r}, 'a').write(open(sys.argv[-1], 'rb').read(2).decode() + '\\n')")
    build("1.0", CHATAPP_SIGN=f"{sys.executable} {script}")
    assert log.read_text().splitlines() == ["MZ", "MZ"]
