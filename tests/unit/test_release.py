"""What a release is made with on systems that are not here: the recipes agree with each other and with the tree."""

import importlib.util
import os
import plistlib
import re
import shutil
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from chatapp import paths

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Load]:
    """Loads a script of packaging/ by its path; what it makes goes to a folder of the test's."""
    monkeypatch.setattr(sys, "path", [str(PACKAGING), *sys.path])
    before = set(sys.modules)

    def load(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(path.replace("/", "_"), PACKAGING / f"{path}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if hasattr(module, "package"):
            monkeypatch.setattr(module.package, "WORK", tmp_path / "work")
        return module

    yield load
    for name in set(sys.modules) - before:
        if name.startswith(("_dev", "_icons")):
            del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program folder whose programs only tell how they were called."""
    made = tmp_path / "chatapp"
    (made / "_internal").mkdir(parents=True)
    program = made / "chatapp"
    program.write_text('#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\n"$here/chatapp-engine" && echo "$@"\n')
    (made / "chatapp-engine").write_text("#!/bin/sh\necho engine\n")
    for path in (program, made / "chatapp-engine"):
        path.chmod(0o755)
    return made


# -- workflows ---------------------------------------------------------------------------------------------------------


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_only_what_is_there_with_few_rights(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert job.get("permissions", {}) == ({"contents": "write"} if name == "attach" else {})
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), "pinned to a commit"
        # what others can choose, such as the name of a branch, must not become part of a command
        assert not re.search(r"\$\{\{(?! *matrix\.processor)", step.get("run", ""))
    scripts = re.findall(r"packaging/[\w/]+\.py", text)
    assert scripts
    assert [script for script in scripts if not (ROOT / script).is_file()] == []
    assert not re.search(r"(?i)pypi|npmjs|pythonhosted", text)


def test_ci_calls_the_test_command() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
    assert steps(workflow)[-1] == {"run": "python3 packaging/dev.py test"}


def test_every_part_of_a_release_is_waited_for() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))["jobs"]
    assert jobs["linux"]["needs"] == "vulkan"  # a part of that one
    assert {*jobs["attach"]["needs"], "vulkan"} == set(jobs) - {"attach"}


@pytest.mark.parametrize(
    ("tag", "heading", "said"),
    [
        ("v1.2", "## 1.2 (2026-11-21)", ""),
        ("1.2", "## 1.2 (2026-11-21)", "The tag is 1.2"),
        ("v1.3", "## 1.2 (2026-11-21)", "The tag is v1.3"),
        ("v1.2", "## 1.2 (unreleased)", "day of the release"),
        ("v1.2", "## 1.20 (2026-11-21)", "no section"),
    ],
)
def test_a_tag_is_the_version_and_has_notes(load: Load, tag: str, heading: str, said: str) -> None:
    check = load("check_tag").checked
    changelog = f"# Changelog\n\n{heading}\n\n* news\n\n## 1.1 (2026-01-01)\n\n* old\n"
    if said:
        with pytest.raises(SystemExit, match=said):
            check(tag, '__version__ = "1.2"', changelog)
    else:
        assert check(tag, '__version__ = "1.2"', changelog) == "* news"


# -- macOS -------------------------------------------------------------------------------------------------------------


def test_property_lists_say_what_the_app_is() -> None:
    info = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    assert plistlib.loads(plistlib.dumps(info)) == info
    (kind,) = info["CFBundleDocumentTypes"]
    (declared,) = info["UTImportedTypeDeclarations"]
    assert kind["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert declared["UTTypeTagSpecification"]["public.filename-extension"] == ["gguf"]
    languages = {path.stem.removeprefix("chatapp_") for path in (paths.resources() / "i18n").glob("chatapp_*.ts")}
    assert set(info["CFBundleLocalizations"]) == languages | {"en"}
    rights = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert set(rights.values()) == {True}
    assert "com.apple.security.cs.allow-jit" not in rights


def test_the_app_opens_what_the_finder_sends() -> None:
    code = """if True:
        from PySide6.QtGui import QFileOpenEvent
        from chatapp.app import MacApplication
        app, heard = MacApplication([]), []
        app.sendEvent(app, QFileOpenEvent("/models/first.gguf"))  # at the start, before anybody listens
        early = app.opened
        app.file_opened.connect(heard.append)
        app.sendEvent(app, QFileOpenEvent("/models/모델.gguf"))
        assert (early, heard) == ("/models/first.gguf", ["/models/모델.gguf"]), (early, heard)
    """
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-X", "utf8", "-c", code], env=environment, check=True, cwd=ROOT)


def test_what_is_inside_is_signed_before_what_is_around_it(load: Load, tmp_path: Path) -> None:
    app = tmp_path / "ChatApp.app"
    machine_code = bytes.fromhex("cffaedfe") + b"code"
    for name in ("MacOS/chatapp", "Frameworks/llama_cpp/lib/libllama.dylib", "Frameworks/Python"):
        path = app / "Contents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(machine_code)
    (app / "Contents" / "Info.plist").write_text("<plist/>")
    (app / "Contents" / "Frameworks" / "libllama.dylib").symlink_to("llama_cpp/lib/libllama.dylib")
    order = [path.relative_to(app).as_posix() for path in load("macos/build").code(app)]
    assert order == [
        "Contents/Frameworks/llama_cpp/lib/libllama.dylib", "Contents/Frameworks/Python", "Contents/MacOS/chatapp", ".",
    ]  # fmt: skip


# -- icons and Windows -------------------------------------------------------------------------------------------------


def test_icons_hold_the_pictures(load: Load, tmp_path: Path) -> None:
    icons = load("_icons")
    icons.write_ico(tmp_path / "a.ico")
    data = (tmp_path / "a.ico").read_bytes()
    count = struct.unpack_from("<HHH", data)[2]
    sizes = []
    for at in range(count):
        width, *_rest, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * at)
        sizes.append(width or 256)
        picture = data[offset : offset + length]
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack_from(">I", picture, 16)[0] == sizes[-1]
    assert sizes == sorted(sizes)
    assert {16, 32, 48, 256} <= set(sizes)
    icons.write_icns(tmp_path / "a.icns")
    data = (tmp_path / "a.icns").read_bytes()
    assert struct.unpack_from(">4sI", data) == (b"icns", len(data))


def test_the_uninstaller_names_every_file_and_no_whole_folder(load: Load, folder: Path) -> None:
    (folder / "_internal" / "a $.dll").touch()
    lines = load("windows/build").removal(folder).splitlines()
    assert lines == [
        r'Delete "$INSTDIR\_internal\a $$.dll"', r'Delete "$INSTDIR\chatapp-engine"', r'Delete "$INSTDIR\chatapp"',
        r'RMDir "$INSTDIR\_internal"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "expected"), [("1.2.3", (1, 2, 3, 0)), ("0.2rc1", (0, 2, 0, 0)), ("3", (3, 0, 0, 0))]
)
def test_versions_for_windows(load: Load, version: str, expected: tuple[int, int, int, int]) -> None:
    build = load("windows/build")
    assert build.numbers(version) == expected
    assert f"StringStruct('ProductVersion', '{version}')" in build.version_info(version)


# -- AppImage and Flatpak ----------------------------------------------------------------------------------------------

linux = pytest.mark.skipif(sys.platform != "linux", reason="symbolic links, sh")


@linux
def test_an_app_dir_runs_wherever_it_lies(load: Load, folder: Path, tmp_path: Path) -> None:
    tree = load("appimage/build").app_dir(folder, tmp_path / "My AppDir", "1.2.3")
    moved = tree.rename(tmp_path / "else where")
    (tmp_path / "link").symlink_to(moved / "AppRun")
    for start in (moved / "AppRun", tmp_path / "link", moved / "usr/bin/chatapp"):
        done = subprocess.run([start, "ask", "two words"], capture_output=True, text=True, check=True, cwd="/")
        assert done.stdout.splitlines() == ["engine", "ask two words"]
    assert (moved / "org.chatapp.ChatApp.desktop").read_text("utf-8").startswith("[Desktop Entry]")
    assert (moved / ".DirIcon").read_bytes().startswith(b"\x89PNG")


@linux
@pytest.mark.skipif(not shutil.which("mksquashfs"), reason="mksquashfs is missing (Debian: squashfs-tools)")
def test_an_appimage_is_a_runtime_and_what_it_mounts(load: Load, folder: Path, tmp_path: Path) -> None:
    build = load("appimage/build")
    tree = build.app_dir(folder, tmp_path / "work" / "AppDir", "1.2.3")
    runtime = b"\x7fELF" + bytes(4092)
    made = build.pack(tree, runtime, tmp_path / "made.AppImage")
    assert made.stat().st_mode & stat.S_IXUSR
    unpacked = tmp_path / "unpacked"
    subprocess.run(["unsquashfs", "-q", "-o", str(len(runtime)), "-d", unpacked, made], check=True, capture_output=True)
    done = subprocess.run([unpacked / "AppRun", "hello"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["engine", "hello"]


def test_a_flatpak_has_what_its_manifest_names_and_few_rights(load: Load, folder: Path) -> None:
    manifest = yaml.safe_load((PACKAGING / "flatpak" / "org.chatapp.ChatApp.yml").read_text("utf-8"))
    assert not [right for right in manifest["finish-args"] if "filesystem" in right or "socket=session-bus" in right]
    (module,) = manifest["modules"]
    (source,) = module["sources"]
    build = load("flatpak/build")
    assert (PACKAGING / "flatpak" / source["path"]).resolve() == build.STAGE
    build.STAGE = folder.parent / "stage"
    build.stage(folder, "1.2.3")
    made = {path.relative_to(build.STAGE).as_posix() for path in build.STAGE.rglob("*")}
    assert {"chatapp/chatapp", "share/applications/org.chatapp.ChatApp.desktop"} <= made
    assert manifest["app-id"] == build.package.APP_ID


def test_every_script_can_be_started() -> None:
    for name in ("windows/build.py", "macos/build.py", "appimage/build.py", "flatpak/build.py", "appimage/AppRun",
                 "check_tag.py", "smoke_quick.py"):  # fmt: skip
        assert os.access(PACKAGING / name, os.X_OK), name
