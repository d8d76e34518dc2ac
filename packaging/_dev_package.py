"""dev.py package: builds the program folder with PyInstaller, and of it the .deb and the portable tarball in dist/."""

import datetime as dt
import functools
import json
import lzma
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import _dev_contents as contents
import _dev_icu as icu
import _dev_llama as llama
import _dev_setup as setup
import _dev_state as state
from _dev_console import Progress, run
from _dev_state import AGAIN, CONSTRAINTS, ROOT, SetupError

WORK = ROOT / "build" / "package"
VENV = WORK / "venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PIP = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
STAMP = VENV / "chatapp-package.json"  # what the finished environment was made from
FOLDER = WORK / "dist" / "chatapp"
DIST = ROOT / "dist"
LINUX = ROOT / "packaging" / "linux"
# Not tuned to this processor: a library for each generation of them, of which the engine takes the best one at start.
CMAKE_ARGS = "-DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON"
# PyInstaller takes the X libraries of the machine it runs on; the rest is for readelf, strip and dpkg-deb.
SYSTEM_PACKAGES = ["binutils", "dpkg", "xz-utils", "desktop-file-utils", "appstream"]
VULKAN_HEADERS = 272  # the last number of their version
VULKAN_PACKAGES = ["libvulkan-dev", "glslc", "spirv-headers"]
# What `trimming.DROPPED` leaves to the system, and the libraries that no program may carry with it.
LIBRARIES = [
    "libstdc++6", "libgcc-s1", "zlib1g", "libzstd1", "libssl3", "libglib2.0-0", "libdbus-1-3", "libfontconfig1",
    "libfreetype6", "libgl1", "libegl1", "libx11-6", "libx11-xcb1", "libxcb1", "libwayland-client0",
    "libwayland-cursor0", "ca-certificates", "fontconfig",
]  # fmt: skip
XZ = 9 | lzma.PRESET_EXTREME  # 64 MB of dictionary: the libraries for each generation of processors are much alike
RECOMMENDS = "fonts-noto-cjk, libsecret-1-0"


def package(apt: bool = True, vulkan: bool = False, compiled: Path | None = None) -> None:
    """Build everything this system can build; print what went where and how large the parts are.

    With *vulkan* what computes on graphics cards is in it: compiled here, or *compiled* elsewhere.
    """
    other = {"win32": "windows", "darwin": "macos"}.get(sys.platform)
    if other:
        script = ROOT / "packaging" / other / "build.py"
        if subprocess.run([sys.executable, script], check=False).returncode:
            raise SetupError(f"packaging/{other}/build.py has failed: what it printed says why.")
        return
    build_folder(apt, vulkan, compiled)
    version = app_version()
    DIST.mkdir(exist_ok=True)
    made = []
    if sys.platform == "linux":
        made = [tarball(version), deb(version)]
    made.append(DIST / f"chatapp-{version}.cdx.json")
    shutil.copy(FOLDER / "_internal/licenses/sbom.cdx.json", made[-1])
    report(made)


# The folder


def build_folder(apt: bool = True, vulkan: bool = False, compiled: Path | None = None) -> None:
    """build/package/dist/chatapp: the two programs and all they need but the system's own libraries."""
    setup.check_writable()
    if apt and sys.platform == "linux" and state.on_path("dpkg-query"):
        of_python = [f"libpython{sys.version_info.major}.{sys.version_info.minor}"] if sys.base_prefix == "/usr" else []
        setup.install_packages(setup.missing_packages(SYSTEM_PACKAGES + of_python, setup.installed_packages()))
    key = wheel_key()
    setup.system_packages(apt, xvfb=False, compiler=not setup.find_wheel(key))
    make_venv(key)
    wheel = setup.find_wheel(key) or setup.build_wheel(key, CMAKE_ARGS, PYTHON)
    fill_venv(key, wheel)
    setup.compile_translations(PYTHON.parent)
    shutil.rmtree(WORK / "dist", ignore_errors=True)
    spec = ROOT / "packaging" / "chatapp.spec"
    command = [PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN", "--distpath", WORK / "dist"]
    step("Freezing", [*command, "--workpath", WORK / "work", spec], PYTHONHASHSEED="1", **epoch())
    if vulkan:
        shutil.copy(compiled or vulkan_library(apt), FOLDER / "_internal" / "llama_cpp" / "lib")
    finish_folder()


def wheel_key() -> str:
    return state.wheel_key(state.pinned("llama-cpp-python"), CMAKE_ARGS, f"any {platform.machine()}, no paths")


def only_vulkan(apt: bool = True) -> None:
    """Compile the library for graphics cards alone, and leave it in dist/ for a build on a system that cannot."""
    setup.check_writable()
    setup.system_packages(apt, xvfb=False, compiler=True)
    make_venv(wheel_key())
    DIST.mkdir(exist_ok=True)
    print(shutil.copy(vulkan_library(apt), DIST))


def vulkan_library(apt: bool) -> Path:
    """What llama.cpp loads where there is a Vulkan loader; elsewhere it is passed over."""
    key = state.wheel_key(state.pinned("llama-cpp-python"), "", f"vulkan {platform.machine()}")
    place = state.cache_folder() / "libraries" / key
    if not place.exists():
        if apt and sys.platform == "linux" and state.on_path("dpkg-query"):
            setup.install_packages(setup.missing_packages(VULKAN_PACKAGES, setup.installed_packages()))
        check_vulkan_headers()
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="building-", dir=place.parent) as work:
            made = llama.compile_vulkan(Path(work), PYTHON)
            finished = Path(work) / "finished"
            finished.mkdir()
            shutil.copy(made, finished)
            finished.rename(place)
    (library,) = place.iterdir()
    return library


def check_vulkan_headers() -> None:
    """ggml names things that older headers do not have, and would say so after ten minutes."""
    # where cmake looks, too
    header = Path(os.environ.get("VULKAN_SDK", "/usr")) / "include" / "vulkan" / "vulkan_core.h"
    found = re.search(r"define VK_HEADER_VERSION (\d+)", header.read_text("utf-8")) if header.exists() else None
    if found and int(found[1]) < VULKAN_HEADERS:
        text = f"The Vulkan headers here are version 1.3.{found[1]} and ggml needs 1.3.{VULKAN_HEADERS}"
        raise SetupError(f"{text}: let VULKAN_SDK name a folder whose include/ has newer ones, {AGAIN}")


def make_venv(key: str) -> None:
    """An environment of its own, whose pip compiles llama.cpp, too."""
    if not STAMP.exists() or STAMP.read_text("utf-8") != wanted_venv(key):
        shutil.rmtree(VENV, ignore_errors=True)
        base = getattr(sys, "_base_executable", None) or sys.executable
        step("Creating an environment for the package", [base, "-I", "-m", "venv", VENV])
        step("Updating its pip", [*PIP, "install", "-c", CONSTRAINTS, "pip"])


def fill_venv(key: str, wheel: Path) -> None:
    """What the app needs and nothing else, so that nothing else is collected."""
    if not STAMP.exists():
        step("Installing llama.cpp into it", [*PIP, "install", "--no-deps", wheel])
        step("Installing the libraries into it", [*PIP, "install", "-c", CONSTRAINTS, *requirements(), "pyinstaller"])
        STAMP.write_text(wanted_venv(key), "utf-8")


def wanted_venv(key: str) -> str:
    inputs = state.inputs_hash(CONSTRAINTS.read_text("utf-8"), (ROOT / "pyproject.toml").read_text("utf-8"))
    return json.dumps({"wheel": key, "inputs": inputs, "python": sys.version})


def requirements() -> list[str]:
    found: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return found


def finish_folder() -> None:
    """One file for each library of llama.cpp, no symbols, what is inside and its licences."""
    inside = FOLDER / "_internal"
    link_versions(inside / "llama_cpp" / "lib")
    if sys.platform == "linux":
        for library in (inside / "PySide6" / "Qt" / "lib").glob("libicudata.so.*"):
            icu.shrink(library)
        for file in inside.rglob("*.so*"):
            # OpenBLAS of numpy breaks when it is stripped, Qt's libraries come so.
            if not file.is_symlink() and not {"numpy.libs", "PySide6"} & set(file.parts):
                subprocess.run(["strip", "--strip-unneeded", file], check=True)
    describe(inside / "licenses")


def describe(folder: Path) -> None:
    """Write into *folder* what is inside (CycloneDX), and the licence texts of all of it."""
    (site,) = VENV.glob("[Ll]ib/**/site-packages")
    found = contents.parts(WORK / "work" / "chatapp", site, PYTHON)
    contents.write_licences(folder, found)
    bill = contents.bill_of_materials(app_version(), found, int(epoch()["SOURCE_DATE_EPOCH"]))
    (folder / "sbom.cdx.json").write_text(bill, "utf-8")


def link_versions(folder: Path) -> None:
    """libllama.so and libllama.so.0.5.0 become links to libllama.so.0, the name by which the others find it."""
    for real in sorted(folder.glob("*.so.?")):
        for other in folder.glob(real.name[: real.name.index(".so")] + ".so*"):
            if other != real:
                other.unlink()
        (folder / real.name[:-2]).symlink_to(real.name)


# What is made of it


def tarball(version: str) -> Path:
    """The portable form: unpack anywhere, start chatapp."""
    name = f"chatapp-{version}-linux-{platform.machine()}"
    path = DIST / f"{name}.tar.xz"
    readme = WORK / "README.txt"
    text = (LINUX / "README.txt").read_text("utf-8")
    readme.write_text(text.format(glibc=needed_glibc(FOLDER), libraries=" ".join(LIBRARIES)), "utf-8")

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = int(epoch()["SOURCE_DATE_EPOCH"])
        entry.mode = 0o755 if entry.isdir() or entry.mode & stat.S_IXUSR else 0o644
        return entry

    files = sorted(FOLDER.rglob("*"))
    sizes = [one.lstat().st_size for one in files]
    done, total = 0, sum(sizes)
    machine_code = {"id": lzma.FILTER_X86} if platform.machine() == "x86_64" else {"id": lzma.FILTER_ARM64}
    with setup.shown(Progress("Packing the tarball")) as progress:
        filters = [machine_code, {"id": lzma.FILTER_LZMA2, "preset": XZ}]
        with lzma.open(path, "wb", filters=filters) as packed, tarfile.open(fileobj=packed, mode="w") as file:
            file.add(FOLDER, name, recursive=False, filter=plain)
            file.add(readme, f"{name}/README.txt", filter=plain)
            for one, size in zip(files, sizes, strict=True):
                progress.update(one.name, done / total)
                done += size
                file.add(one, f"{name}/{one.relative_to(FOLDER)}", recursive=False, filter=plain)
    return path


def deb(version: str) -> Path:
    """The Debian package: /opt/chatapp, a link in /usr/bin, desktop file, icons, metainfo and the .gguf type."""
    tree = WORK / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(FOLDER, tree / "opt" / "chatapp", symlinks=True)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/chatapp").symlink_to("../../opt/chatapp/chatapp")
    desktop_files(tree / "usr" / "share", version)
    control = tree / "DEBIAN"
    control.mkdir()
    size = sum(p.lstat().st_size for p in tree.rglob("*") if not p.is_dir()) // 1024
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    fields = (LINUX / "control").read_text("utf-8")
    versions = {"libstdc++6": " (>= 12)"}  # of the compilers that llama.cpp is built with here
    recommends = RECOMMENDS + ", libvulkan1" * any(FOLDER.rglob("*ggml-vulkan.*"))
    depends = ", ".join([f"libc6 (>= {needed_glibc(FOLDER)})", *(name + versions.get(name, "") for name in LIBRARIES)])
    (control / "control").write_text(
        fields.format(version=version, architecture=architecture, size=size, depends=depends, recommends=recommends),
        "utf-8",
    )
    for script in ("postinst", "postrm"):
        (control / script).write_bytes((LINUX / script).read_bytes())
        (control / script).chmod(0o755)
    for path in [*tree.rglob("*"), tree]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
        seconds = int(epoch()["SOURCE_DATE_EPOCH"])
        os.utime(path, (seconds, seconds), follow_symlinks=False)
    made = DIST / f"chatapp_{version}_{architecture}.deb"
    options = ["--root-owner-group", "-Zxz", "-z9", "-Sextreme"]
    step("Packing the .deb", ["dpkg-deb", *options, "--build", tree, made], **epoch())
    return made


def desktop_files(share: Path, version: str) -> None:
    """What menus, file managers and software centres read."""
    for name, folder in ((f"{APP_ID}.desktop", "applications"), (f"{APP_ID}.metainfo.xml", "metainfo"),
                         (f"{APP_ID}.xml", "mime/packages")):  # fmt: skip
        (share / folder).mkdir(parents=True)
        text = (LINUX / name).read_text("utf-8").replace("@VERSION@", version).replace("@DATE@", release_date())
        (share / folder / name).write_text(text, "utf-8")
    icons = ROOT / "resources" / "icons" / "app"
    for icon in icons.glob("chatapp-*.png"):
        size = icon.stem.partition("-")[2]
        place = share / "icons/hicolor" / f"{size}x{size}" / "apps"
        place.mkdir(parents=True)
        shutil.copy(icon, place / f"{APP_ID}.png")
    place = share / "icons/hicolor/scalable/apps"
    place.mkdir(parents=True)
    shutil.copy(icons / "chatapp.svg", place / f"{APP_ID}.svg")


APP_ID = "org.chatapp.ChatApp"  # desktop file, icons, metainfo; app.py names it, too


def needed_glibc(folder: Path) -> str:
    """The newest version of the C library that anything in *folder* asks for."""
    found = {(2, 17)}
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink() and (".so" in file.name or os.access(file, os.X_OK)):
            text = subprocess.run(["readelf", "-V", file], capture_output=True, text=True, check=False).stdout
            found |= {(int(a), int(b)) for a, b in re.findall(r"GLIBC_(\d+)\.(\d+)", text)}
    return ".".join(map(str, max(found)))


# Small things


def app_version() -> str:
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "chatapp" / "__init__.py").read_text("utf-8"))
    if not found:
        raise SetupError(f"chatapp/__init__.py has no __version__: put it back, {AGAIN}")
    return found.group(1)


@functools.cache
def epoch() -> dict[str, str]:
    """The time of the commit, so that two builds of it are alike."""
    log = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(log, capture_output=True, text=True, check=False)
    return {"SOURCE_DATE_EPOCH": done.stdout.strip() or "315532800"}


def release_date() -> str:
    return dt.datetime.fromtimestamp(int(epoch()["SOURCE_DATE_EPOCH"]), dt.UTC).date().isoformat()


def step(title: str, command: list[object], **environment: str) -> None:
    with setup.shown(Progress(title)) as progress:
        run(command, progress, progress.update, **environment)


def report(made: list[Path]) -> None:
    """How large the parts are, and the files."""
    sizes: Counter[str] = Counter()
    for file in FOLDER.rglob("*"):
        if file.is_file() and not file.is_symlink():
            parts = file.relative_to(FOLDER).parts
            sizes["/".join(parts[:2]) if len(parts) > 2 else parts[-1]] += file.stat().st_size
    vulkan = sum(path.stat().st_size for path in FOLDER.rglob("*ggml-vulkan.*"))
    share = f" and {vulkan / 1e6:.1f} MB for Vulkan" if vulkan else ""
    print(f"\n{(sum(sizes.values()) - vulkan) / 1e6:8.1f} MB{share}  {FOLDER.relative_to(ROOT)}, of which")
    for name, size in sizes.most_common(14):
        print(f"{size / 1e6:8.1f} MB    {name}")
    for path in made:
        print(f"{path.stat().st_size / 1e6:8.1f} MB  {path.relative_to(ROOT)}")
