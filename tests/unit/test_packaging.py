"""What the package leaves out, its licences and links, without building it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from chatapp import arguments
from chatapp.worker_command import worker_command

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def packaging(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(PACKAGING))
    yield importlib.import_module("_dev_package")
    for name in ("_dev_package", "_dev_setup", "_dev_state", "_dev_console", "trimming"):
        sys.modules.pop(name, None)


def test_what_only_something_dropped_needed_is_dropped_too(packaging: ModuleType) -> None:
    trimming = importlib.import_module("trimming")
    linked = {"gtk": ["libgtk-3.so.0"], "libgtk-3.so.0": ["libpango-1.0.so.0"], "xcb": ["libxcb.so.1"]}
    entries = [
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", "gtk", "BINARY"),
        ("libgtk-3.so.0", "libgtk-3.so.0", "BINARY"),
        ("libpango-1.0.so.0", "libpango-1.0.so.0", "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "xcb", "BINARY"),
        ("libxcb.so.1", "libxcb.so.1", "BINARY"),
        ("libxcb.so.1", "twice", "BINARY"),
        ("libpython3.11.so.1.0", "python", "BINARY"),
        ("llama_cpp/lib/libllama.so", "llama", "BINARY"),
        ("resources/styles/chatapp.qss", "qss", "DATA"),
    ]
    kept = [path for path, _, _ in trimming.trimmed(entries, lambda source: linked.get(source, []))]
    assert kept == [
        "PySide6/Qt/plugins/platforms/libqxcb.so", "libxcb.so.1", "libpython3.11.so.1.0",
        "llama_cpp/lib/libllama.so", "resources/styles/chatapp.qss",
    ]  # fmt: skip


def test_a_library_is_there_once(packaging: ModuleType, tmp_path: Path) -> None:
    for name in ("libllama.so", "libllama.so.0", "libllama.so.0.5.0", "libggml-cpu-x64.so"):
        (tmp_path / name).write_text("machine code")
    packaging.link_versions(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["libggml-cpu-x64.so", "libllama.so", "libllama.so.0"]
    assert (tmp_path / "libllama.so").readlink() == Path("libllama.so.0")
    assert not (tmp_path / "libggml-cpu-x64.so").is_symlink()


def test_everything_that_desktops_read_names_the_app_alike(packaging: ModuleType, tmp_path: Path) -> None:
    packaging.desktop_files(tmp_path, "1.2.3")
    made = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    desktop = made["applications/org.chatapp.ChatApp.desktop"].read_text("utf-8")
    assert "Icon=org.chatapp.ChatApp" in desktop
    assert "MimeType=application/x-gguf;" in desktop
    assert 'version="1.2.3"' in made["metainfo/org.chatapp.ChatApp.metainfo.xml"].read_text("utf-8")
    assert "icons/hicolor/scalable/apps/org.chatapp.ChatApp.svg" in made
    assert 'setDesktopFileName("org.chatapp.ChatApp")' in (PACKAGING.parent / "chatapp" / "app.py").read_text("utf-8")


def test_a_file_manager_opens_a_model_by_its_path_alone() -> None:
    assert arguments.parse(["/models/Qwen 2.5.GGUF"]).model == "/models/Qwen 2.5.GGUF"
    assert arguments.parse(["--model", "a.gguf"]).model == "a.gguf"


def test_the_packaged_engine_is_the_program_beside_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/chatapp/chatapp")
    program, arguments = worker_command(fake=True)
    assert Path(program).parent == Path("/opt/chatapp")
    assert Path(program).stem == "chatapp-engine"
    assert arguments == ["--fake"]
