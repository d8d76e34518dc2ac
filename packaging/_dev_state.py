# ruff: noqa: PLC0415  (an import where it is needed: a second start has milliseconds)
"""Where dev.py keeps things, and whether .venv is still right. Imported at every start: cheap imports only."""

import contextlib
import errno
import hashlib
import json
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

SCHEMA = 2  # raise it when the set-up does things differently, as with a new system package: every clone repeats it
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / ("python.exe" if sys.platform == "win32" else "python")
STAMP = VENV / "chatapp-dev.json"  # what the finished .venv was made from
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
AGAIN = "then run the same command again."
DISK_FULL = "The disk is full: free some space (a first set-up needs about 2 GB), " + AGAIN
NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


class SetupError(Exception):
    """Something the user can put right; the text is the sentence to show."""


def sentence(error: Exception) -> str:
    """One clear sentence for what ended the set-up."""
    if isinstance(error, OSError):
        name = error.filename or "a file"
        if error.errno in NO_ROOM:
            return DISK_FULL
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return f"{name} cannot be written or used: make it accessible to you, {AGAIN}"
        return f"{name}: {error.strerror or error}. Check it, {AGAIN}"
    return str(error)


def cache_folder() -> Path:
    """The folder that all clones of this user share."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))  # must be absolute, says its specification
        base = base if base.is_absolute() else Path.home() / ".cache"
    return base / "chatapp-dev"


def on_path(program: str) -> bool:
    """As shutil.which, whose import costs more than all the rest of a second start."""
    return any(os.access(Path(folder) / program, os.X_OK) for folder in os.environ.get("PATH", "").split(os.pathsep))


def pinned(name: str) -> str:
    """`name==version` as constraints.txt has it."""
    found = re.search(rf"^{re.escape(name)}==\S+", CONSTRAINTS.read_text("utf-8"), re.MULTILINE)
    if not found:
        raise SetupError(f"packaging/constraints.txt has no pin for {name}: add one, {AGAIN}")
    return found.group()


def inputs_hash(constraints: str, pyproject: str) -> str:
    """Hash of all that decides what pip installs; settings of ruff and the like do not."""
    try:
        data = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"pyproject.toml cannot be read ({error}): correct it, {AGAIN}") from error
    parts = [data.get("build-system"), data.get("project"), data.get("tool", {}).get("setuptools")]
    return hashlib.sha256((constraints + json.dumps(parts, sort_keys=True, default=str)).encode()).hexdigest()


def cpu_identity(cpuinfo: str) -> str:
    """Model and instruction sets of the CPU, from the text of /proc/cpuinfo.

    Its other flags name mitigations and timers: they change with the kernel, not what the compiler may use.
    """
    first = dict(re.findall(r"^([^\t:]+?)\s*:[ ]?(.*)$", cpuinfo.split("\n\n", maxsplit=1)[0], re.MULTILINE))
    sets = re.compile(
        "mmx|s?sse|pni|avx|amx|fma|f16c|bmi|abm|lzcnt|popcnt|movbe|adx|aes|v?p?clmul|pclmul|vpclmul|vaes|gfni|sha"
        "|asimd|sve|sme(?!p)|i8mm|bf16|neon|vfp|crc32|atomics"
    )
    flags = sorted(flag for flag in (first.get("flags") or first.get("Features") or "").split() if sets.match(flag))
    return " ".join([first.get(key, "") for key in ("model name", "CPU implementer", "CPU part")] + flags)


def this_cpu() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123  (read to the first CPU's end only)
            return cpu_identity("".join(iter(lambda: file.readline().strip("\n") + "\n", "\n")))
    elif sys.platform == "darwin":
        import subprocess

        query = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
    else:
        import platform

        return platform.processor()


def full_cmake_args(args: str) -> str:
    """The user's build options plus ours: llama.cpp's vision library is of no use here and takes minutes."""
    return args if "LLAVA_BUILD" in args else f"{args} -DLLAVA_BUILD=OFF".strip()


def wheel_key(requirement: str, cmake_args: str, cpu: str) -> str:
    """Folder name of a build of llama.cpp. It is tuned to the CPU: others that share this home must not find it."""
    tools = {k: os.environ[k] for k in ("CC", "CXX", "CFLAGS", "CXXFLAGS", "SKBUILD_CMAKE_ARGS") if k in os.environ}
    system = [sys.platform, str(sys.maxsize)]
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows has neither, musl no version
        system.append(os.uname().machine)  # the same CPU runs two kinds of Python on macOS
        system.append(os.confstr("CS_GNU_LIBC_VERSION") or "")
    parts = [requirement, full_cmake_args(cmake_args), cpu, tools, system]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{requirement.replace('==', '-')}-{digest[:16]}"


def read_stamp() -> dict[str, Any]:
    """What the finished .venv was made from; empty when it is missing or unfinished."""
    with contextlib.suppress(OSError, ValueError):
        stamp = json.loads(STAMP.read_text("utf-8"))
        if isinstance(stamp, dict):
            return stamp
    return {}


def wanted_stamp(cmake_args: str) -> dict[str, Any]:
    """The stamp of a .venv that is up to date."""
    return {
        "schema": SCHEMA,
        "root": str(ROOT),  # scripts in .venv hold absolute paths: a moved clone needs a new one
        "inputs": inputs_hash(CONSTRAINTS.read_text("utf-8"), (ROOT / "pyproject.toml").read_text("utf-8")),
        "cmake_args": cmake_args,
        "wheel": wheel_key(pinned("llama-cpp-python"), cmake_args, this_cpu()),
        "python": os.path.realpath(PYTHON),  # another one after an upgrade of the system's Python
    }


def wanted_cmake_args(stamp: dict[str, Any]) -> str:
    """The build options of the environment, else those of last time: a GPU build stays one."""
    return os.environ.get("CMAKE_ARGS", str(stamp.get("cmake_args", "")))


def is_ready() -> bool:
    stamp = read_stamp()
    return bool(stamp) and PYTHON.exists() and stamp == wanted_stamp(wanted_cmake_args(stamp))


def stale_translations() -> list[Path]:
    """The .ts files that are newer than the .qm file compiled from them."""
    return [ts for ts in sorted((ROOT / "resources" / "i18n").glob("*.ts")) if is_stale(ts)]


def is_stale(ts: Path) -> bool:
    qm = ts.with_suffix(".qm")
    return not qm.exists() or qm.stat().st_mtime < ts.stat().st_mtime
