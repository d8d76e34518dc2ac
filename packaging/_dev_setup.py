# ruff: noqa: PLC0415  (fcntl or msvcrt: each system has only one of them)
"""The slow part of dev.py: system packages, .venv, the build of llama.cpp, the pinned libraries, translations."""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import _dev_state as state
from _dev_console import APT_BUSY, NO_COMPILER, OFFLINE, CommandError, Progress, held_locks, run, shown, useful_lines
from _dev_llama import PIP_ENV, compile_wheel
from _dev_state import AGAIN, BIN, CONSTRAINTS, NO_ROOM, PYTHON, ROOT, STAMP, VENV, SetupError

UNFINISHED = VENV / "chatapp-dev.unfinished"  # lies there while pip writes; found later, it means "was killed"
QT_PACKAGES = [
    "libglib2.0-0", "libgl1", "libegl1", "libfontconfig1", "libdbus-1-3", "libxkbcommon0", "libxcb-cursor0",
    "libxkbcommon-x11-0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-xkb1", "libxcb-shape0",
    "libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "fontconfig", "fonts-dejavu-core",
    "fonts-noto-cjk", "ca-certificates",
    "libgssapi-krb5-2",  # of QtNetwork and lrelease; Debian 12 has it anyway, Debian 13 does not
    "libgomp1",  # what llama.cpp runs on; g++ brings it, but a build from the cache needs no g++
]  # fmt: skip
XVFB_PACKAGES = ["xvfb", "xauth"]  # xvfb only recommends xauth, but xvfb-run does not work without
ALSO_GOOD = {"fonts-noto-cjk": {"fonts-nanum", "fonts-unfonts-core", "fonts-baekmuk"}}
VENV_BYTES, BUILD_BYTES = 1.2e9, 0.8e9  # measured 0.6 (and what pip unpacks) and 0.5, with room


def set_up(apt: bool, xvfb: bool) -> None:
    """Everything up to a .venv that is right, and the stamp that says so."""
    check_writable()
    lock_name = f"clone-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:16]}"
    with lock(lock_name, "Another run of this command is not through yet"):
        old = state.read_stamp()
        cmake_args = state.wanted_cmake_args(old)
        key = state.wanted_stamp(cmake_args)["wheel"]
        build = not find_wheel(key)
        check_space(build)
        system_packages(apt, xvfb, compiler=build)
        if state.is_ready():  # by that other terminal
            return
        STAMP.unlink(missing_ok=True)
        made_new = make_venv(old)
        pip("Updating pip", "install", "-c", CONSTRAINTS, "pip", *build_tools())
        wheel = find_wheel(key) or build_wheel(key, cmake_args)
        if made_new or old.get("wheel") != key:
            pip("Installing llama.cpp", "install", "--no-deps", "--force-reinstall", wheel)
        # Not isolated, as that would fetch the build tools each time, and fail without network for nothing.
        options = ["--progress-bar=raw", "--no-build-isolation", "-c", CONSTRAINTS]
        pip("Installing the libraries", "install", *options, "-e", ".[dev]")
        check_imports()
        unfinished_stamp = STAMP.with_suffix(".tmp")
        unfinished_stamp.write_text(json.dumps(state.wanted_stamp(cmake_args), indent=1), "utf-8")
        unfinished_stamp.replace(STAMP)


# Before anything is written


def check_writable() -> None:
    for folder in (ROOT, VENV):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise SetupError(f"You may not write to {folder}: make it yours or use a clone of your own, {AGAIN}")
    cache = state.cache_folder()
    try:
        (cache / "wheels").mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=cache / "wheels").close()
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        raise SetupError(f"You may not write to {cache}: make it yours or set XDG_CACHE_HOME, {AGAIN}") from error


def check_space(build: bool) -> None:
    """Refuse early, rather than after minutes of compiling."""
    needs = [(ROOT, 0.0 if VENV.exists() else VENV_BYTES), (state.cache_folder(), BUILD_BYTES if build else 0.0)]
    for folder, _ in needs:
        together = sum(size for other, size in needs if other.stat().st_dev == folder.stat().st_dev)
        free = shutil.disk_usage(folder).free
        if free < together:
            text = f"{folder} has {free / 1e9:.1f} GB free and {together / 1e9:.1f} GB are needed"
            raise SetupError(f"{text}: make room, {AGAIN}")


@contextlib.contextmanager
def lock(name: str, reason: str) -> Iterator[None]:
    """Held by one process at a time and freed by its death; reason is what others read while they wait."""
    path = state.cache_folder() / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not try_lock(file.fileno(), wait=False):
            print(reason + ": waiting for it ...", flush=True)
            while not try_lock(file.fileno(), wait=True):
                pass
        held_locks.add(file.fileno())
        try:
            yield
        finally:
            held_locks.remove(file.fileno())


def try_lock(handle: int, wait: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # LK_LOCK gives up after 10 s
            return True
        return False
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a network folder without locks: go on, all moves into place are atomic
        return True
    return True


# System packages of Debian, Ubuntu and their relatives


def system_packages(apt: bool, xvfb: bool, compiler: bool = False) -> None:
    """Install what is missing when root, else say how. Elsewhere a failing step names what it lacks."""
    debian = apt and state.on_path("dpkg-query") and state.on_path("apt-get")
    no_compiler = compiler and not has_compiler()
    no_venv = not PYTHON.exists() and not importlib.util.find_spec("ensurepip")
    if debian:
        wanted = QT_PACKAGES + (XVFB_PACKAGES if xvfb else [])
        wanted += ["g++"] if no_compiler else []
        wanted += [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"] if no_venv else []
        install_packages(missing_packages(wanted, installed_packages()))
    elif no_compiler:
        raise SetupError(NO_COMPILER)
    elif no_venv:
        raise SetupError(f"This Python cannot create virtual environments: install its venv package, {AGAIN}")
    elif xvfb and not state.on_path("xvfb-run"):
        raise SetupError(
            "The tests open windows: install xvfb-run, or set DISPLAY or QT_QPA_PLATFORM=offscreen, " + AGAIN
        )


def has_compiler() -> bool:
    """Whether a compiler is to be found, as far as that is visible from outside; Windows keeps it off the path."""
    if sys.platform == "win32":
        return True
    if sys.platform == "darwin":  # /usr/bin/c++ is always there, and without the tools only opens a dialog
        return subprocess.run(["/usr/bin/xcode-select", "-p"], capture_output=True, check=False).returncode == 0
    if "CXX" in os.environ:
        return True
    return any(map(state.on_path, ("c++", "g++", "clang++"))) and any(map(state.on_path, ("cc", "gcc", "clang")))


def installed_packages() -> set[str]:
    """Names of installed packages and of those they stand in for (libglib2.0-0t64 provides libglib2.0-0)."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}, ${Provides}\n"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return parse_packages(listing.splitlines())


def parse_packages(listing: Iterable[str]) -> set[str]:
    lines = (line.partition("\t") for line in listing)
    names = (name for status, _, names in lines if status == "installed" for name in names.split(","))
    return {name.split()[0] for name in names if name.strip()}


def missing_packages(wanted: Iterable[str], installed: set[str]) -> list[str]:
    return [name for name in wanted if name not in installed and not ALSO_GOOD.get(name, set()) & installed]


def install_packages(names: list[str]) -> None:
    if not names:
        return
    lists = Path("/var/lib/apt/lists")
    update = not any(lists.glob("*_Packages*"))
    install = "apt-get install --no-install-recommends " + " ".join(names)
    if os.geteuid() != 0:
        line = "sudo apt-get update && sudo " + install if update else "sudo " + install
        raise SetupError(f"System packages are missing. Paste this line, {AGAIN}\n\n  {line}\n")
    if update:
        apt_get("Updating the list of system packages", "update")
    print("Missing system packages:", *names)
    title, command = "Installing them with apt-get", [*install.split()[1:], "-y"]
    try:
        apt_get(title, *command)
    except CommandError as failure:
        if failure.known in {OFFLINE, state.DISK_FULL, APT_BUSY}:
            raise
        if any("dpkg was interrupted" in line for line in failure.lines):
            with shown(Progress("Finishing an interrupted installation")) as progress:
                run(["dpkg", "--configure", "-a"], progress, progress.update, DEBIAN_FRONTEND="noninteractive")
        apt_get("Updating the list of system packages", "update")  # an old list names files that are gone
        apt_get(title, *command)


def apt_get(title: str, *args: str) -> None:
    total, seen = 0, 0

    def watch(line: str) -> None:
        nonlocal total, seen
        if found := re.search(r"(\d+) newly installed", line):
            total = int(found.group(1))
        if found := re.match(r"(Get:|Unpacking|Setting up) ?(\S*)", line):
            seen += 1
            doing = "downloading" if found.group(1) == "Get:" else f"{found.group(1).lower()} {found.group(2)}"
            progress.update(doing, seen / (3 * total) if total else None)

    with shown(Progress(title)) as progress:
        options = ["-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"]
        run(["apt-get", *options, *args], progress, watch, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")


# The virtual environment and pip


def make_venv(old: dict[str, object]) -> bool:
    """Make .venv unless a good one is there; True when its contents are not known. A half-made one is made again."""
    if VENV.exists():
        moved = bool(old) and old.get("root") != str(ROOT)
        if not UNFINISHED.exists() and not moved and venv_works():
            return not old
        print("Removing .venv, which is unfinished or broken, to make it again.", flush=True)
        shutil.rmtree(VENV)
    with shown(Progress("Creating .venv")) as progress, unfinished():
        base = getattr(sys, "_base_executable", None) or sys.executable  # not the Python of a .venv about to go
        run([base, "-I", "-m", "venv", VENV], progress, progress.update)
    return True


def venv_works() -> bool:
    if not PYTHON.exists():
        return False
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-I", "-c", test], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def unfinished() -> Iterator[None]:
    """Mark .venv while it is written to; the mark stays when we are killed or stopped, and .venv is then made again."""
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    try:
        yield
    except SetupError:  # pip failed by itself, and that leaves things as they were
        UNFINISHED.unlink(missing_ok=True)
        raise
    UNFINISHED.unlink(missing_ok=True)


def pip(title: str, *args: object) -> None:
    """pip in .venv, shown as one line."""
    name = ""

    def watch(line: str) -> None:
        nonlocal name
        if found := re.match(r"\s*(?:Collecting|Downloading|Using cached|Building wheel for) (\S+)", line):
            name = re.split(r"-\d|[<>=!~;\[]", found.group(1).rpartition("/")[2])[0]
            progress.update(name)
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            progress.update(f"{name}, {int(found.group(1)) / 1e6:.0f} of {int(found.group(2)) / 1e6:.0f} MB")
        elif "Retrying (Retry" in line:
            progress.update("the package index does not answer, trying again")
        elif line.startswith("Installing collected"):
            progress.update("writing files")

    with shown(Progress(title)) as progress, unfinished():
        run([PYTHON, "-I", "-m", "pip", *args], progress, watch, **PIP_ENV)


def build_tools() -> list[str]:
    """What pyproject.toml needs to install the project itself."""
    requires: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    return requires


def check_imports() -> None:
    """Load what is useless when it does not load: it shows missing system libraries, and a build for another CPU."""
    command = [str(PYTHON), "-I", "-c", "import PySide6.QtWidgets, llama_cpp"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return
    if found := re.search(r"(\S+\.so\S*): cannot open shared object", done.stderr):
        raise SetupError(f"The system library {found.group(1)} is missing: install the package that has it, {AGAIN}")
    print("\n".join("  | " + line for line in useful_lines(done.stderr.splitlines())))
    text = f"Qt or llama.cpp does not load here: delete {state.cache_folder() / 'wheels'} to build llama.cpp anew"
    raise SetupError(f"{text}, {AGAIN}")


# llama.cpp, built once per user, CPU and set of options


def find_wheel(key: str) -> Path | None:
    wheels = (state.cache_folder() / "wheels" / key).glob("*.whl")
    return next((wheel for wheel in wheels if zipfile.is_zipfile(wheel)), None)


def build_wheel(key: str, cmake_args: str, python: Path = PYTHON) -> Path:
    """Compile llama.cpp into the cache with this Python's pip. It appears there complete or not at all."""
    wheels = state.cache_folder() / "wheels"
    with lock(key, "Another run is compiling llama.cpp, which this one will use too"):
        for leftover in wheels.glob(f"building-{key}-*"):  # of a run that was killed, for we hold the lock;
            keep_wheel(leftover / "done", key)  # its compiler may have gone on to the end
            shutil.rmtree(leftover, ignore_errors=True)
        if not find_wheel(key):
            with tempfile.TemporaryDirectory(prefix=f"building-{key}-", dir=wheels, ignore_cleanup_errors=True) as work:
                compile_wheel(Path(work), cmake_args, python)
                keep_wheel(Path(work) / "done", key)
    if wheel := find_wheel(key):
        return wheel
    raise SetupError(f"The build made no wheel of llama.cpp: check CMAKE_ARGS, {AGAIN}")


def keep_wheel(folder: Path, key: str) -> None:
    """Move a finished build to its place, unless a good one is there: where locks do not work, others may be first."""
    if any(map(zipfile.is_zipfile, folder.glob("*.whl"))) and not find_wheel(key):
        place = state.cache_folder() / "wheels" / key
        shutil.rmtree(place, ignore_errors=True)  # a damaged one
        with contextlib.suppress(FileExistsError):
            folder.rename(place)


def compile_translations(programs: Path = BIN) -> None:
    """Make each .qm file that is older than its .ts file, with the lrelease in *programs*."""
    for ts in state.stale_translations():
        done = ts.with_suffix(".qm.tmp")
        try:
            with shown(Progress(f"Translating {ts.name}")) as progress:
                run([programs / "pyside6-lrelease", "-silent", ts, "-qm", done], progress, progress.update)
        except CommandError as failure:
            if failure.known:
                raise
            raise SetupError(f"{ts} cannot be compiled (see above): correct it, {AGAIN}") from failure
        done.replace(ts.with_suffix(".qm"))
