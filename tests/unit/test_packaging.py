"""What the package leaves out, its licences and links, without building it."""

import importlib
import json
import struct
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
    for name in [name for name in sys.modules if name.startswith("_dev_") or name in ("dev", "trimming")]:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("args", "made"),
    [
        ([], ["package", True, False, None]),
        (["--vulkan"], ["package", True, True, None]),
        (["--vulkan={file}"], ["package", True, True, "{file}"]),
        (["--only-vulkan"], ["only_vulkan", True]),
    ],
)
def test_what_is_packaged(
    packaging: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, args: list[str], made: list[object]
) -> None:
    dev, done = importlib.import_module("dev"), list[object]()
    for name in ("package", "only_vulkan"):
        monkeypatch.setattr(packaging, name, lambda *given, name=name: done.extend([name, *given]))
    library = tmp_path / "libggml-vulkan.so"
    library.touch()
    dev.main(["package", *(text.format(file=library) for text in args)])
    assert done == [library if value == "{file}" else value for value in made]


@pytest.mark.usefixtures("packaging")
@pytest.mark.parametrize(
    "args", [["--foo"], ["--vulkan=nowhere.so"], ["--only-vulkan=x"], ["--vulkan", "--only-vulkan"]]
)
def test_what_cannot_be_packaged_is_said(args: list[str]) -> None:
    dev, state = importlib.import_module("dev"), importlib.import_module("_dev_state")
    with pytest.raises(state.SetupError):
        dev.main(["package", *args])


def test_newer_vulkan_headers_are_asked_for(
    packaging: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    header = tmp_path / "include" / "vulkan" / "vulkan_core.h"
    header.parent.mkdir(parents=True)
    monkeypatch.setenv("VULKAN_SDK", str(tmp_path))
    header.write_text("#define VK_HEADER_VERSION 309\n", "utf-8")
    packaging.check_vulkan_headers()
    header.write_text("#define VK_HEADER_VERSION 239\n", "utf-8")
    with pytest.raises(packaging.SetupError, match=r"1\.3\.239.*VULKAN_SDK"):
        packaging.check_vulkan_headers()


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


def icu_data(items: dict[str, bytes]) -> bytes:
    """Items in the form of ICU's common data, behind a header of 32 bytes."""
    table, names, bodies = struct.pack("<I", len(items)), b"", b""
    first_name = 4 + 8 * len(items)
    first_item = -(-(first_name + sum(len(name) + 1 for name in items)) // 16) * 16
    for name, body in items.items():
        table += struct.pack("<II", first_name + len(names), first_item + len(bodies))
        names += name.encode() + b"\0"
        bodies += body
    head = struct.pack("<HBB", 32, 0xDA, 0x27).ljust(12, b"\0") + b"CmnD".ljust(20, b"\0")
    return head + (table + names).ljust(first_item, b"\0") + bodies


def icu_bundle(text: bytes) -> bytes:
    """A resource bundle of three words and *text*, 16 bytes, with the index that says where it ends."""
    return struct.pack("<H", 4) + b"\xda\x27" + struct.pack("<IIIII", 0, 4, 0, 0, 10) + text + bytes(8)


def test_icu_keeps_what_is_not_a_language_and_the_languages_of_the_app(packaging: ModuleType) -> None:
    icu = importlib.import_module("_dev_icu")
    items = {f"icudt73l/{name}": icu_bundle(name.encode().ljust(16)) for name in (
        "coll/de.res", "coll/ko.res", "coll/root.res", "de_AT.res", "en_GB.res", "langInfo.res", "zu_ZA.res"
    )}  # fmt: skip
    kept = {name: body for name, body in items.items() if "de" not in name and "zu_ZA" not in name}
    assert icu.filtered(icu_data(items) + b"what follows in the library") == icu_data(kept)
    assert icu.filtered(icu_data(kept)) == icu_data(kept)


def test_every_part_of_a_bill_of_materials_is_named_once_and_has_a_licence(packaging: ModuleType) -> None:
    contents = importlib.import_module("_dev_contents")
    inner = contents.Part("ggml", "0.25", "MIT", "pkg:github/ggml-org/ggml@0.25")
    outer = contents.Part("llama", "1", "see its text", "pkg:pypi/llama@1", parts=[inner])
    bill = json.loads(contents.bill_of_materials("1.2.3", [outer], 0))
    assert [part["bom-ref"] for part in bill["components"]] == [outer.ref, inner.ref]
    assert [part["licenses"] for part in bill["components"]] == [
        [{"license": {"name": "see its text"}}], [{"expression": "MIT"}],
    ]  # fmt: skip
    assert {"ref": outer.ref, "dependsOn": [inner.ref]} in bill["dependencies"]
    assert contents.bill_of_materials("1.2.3", [outer], 0) == json.dumps(bill, indent=1, ensure_ascii=False) + "\n"
