"""Compiles llama.cpp with its Python bindings into a wheel."""

import os
import re
import shutil
import sys
from pathlib import Path

import _dev_state as state
from _dev_console import CommandError, Progress, run, shown
from _dev_state import AGAIN, CONSTRAINTS, SetupError

PIP_ENV: dict[str, str | None] = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore",
    "PIP_USER": "0",  # a user's setting of it makes pip refuse to work in a .venv
    "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
}  # fmt: skip


def compile_wheel(work: Path, cmake_args: str, python: Path) -> None:
    """Fetch the source, compile it, leave the wheel in *work*/done.

    The source lies in a folder whose name we know, so that the compiler can leave it out of what it writes: else every
    build would have other bytes.
    """

    def watch(line: str) -> None:
        if found := re.match(r"\s*\[(\d+)/(\d+)\]", line):  # ninja
            progress.update(f"{found.group(1)} of {found.group(2)} files", int(found.group(1)) / int(found.group(2)))
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            progress.update(f"download, {int(found.group(1)) / 1e6:.0f} of {int(found.group(2)) / 1e6:.0f} MB")
        elif "Retrying (Retry" in line:
            progress.update("the package index does not answer, trying again")
        elif "Configuring CMake" in line:
            progress.update("configuring")

    # pip's own cache must stay out of it: it knows wheels by name, and would return one built for other options.
    # So must wheels that others built, which a user's pip settings may offer: they differ from what is tested here.
    pip = [python, "-I", "-m", "pip"]
    options = ["--no-deps", "--no-cache-dir", "--progress-bar=raw", "--build-constraint", CONSTRAINTS]
    source = ["--no-binary=llama-cpp-python", "-d", work / "archive", state.pinned("llama-cpp-python")]
    env = PIP_ENV | build_env(work, cmake_args)
    try:
        with shown(Progress("Compiling llama.cpp (once for this machine)")) as progress:
            run([*pip, "download", "-v", *options, *source], progress, watch, **env)
            (archive,) = (work / "archive").glob("*.tar.gz")
            shutil.unpack_archive(archive, work / "source", filter="data")
            (folder,) = (work / "source").iterdir()
            run([*pip, "wheel", "-v", *options, "-w", work / "done", folder], progress, watch, **env)
    except CommandError as failure:
        log = state.cache_folder() / "llama-build.log"
        log.write_text("\n".join(failure.lines), "utf-8")
        if failure.known:
            raise
        text = f"llama.cpp did not compile (see above; all of it is in {log}): check the compiler and CMAKE_ARGS"
        raise SetupError(f"{text}, {AGAIN}") from None


def build_env(work: Path, cmake_args: str) -> dict[str, str | None]:
    env: dict[str, str | None] = {"CMAKE_ARGS": state.full_cmake_args(cmake_args)}
    env["SOURCE_DATE_EPOCH"] = None  # with it set, ggml leaves out AVX and the like: several times slower
    if sys.platform != "win32":  # deep paths there would pass its limit
        for flags in ("CFLAGS", "CXXFLAGS"):
            env[flags] = f"{os.environ.get(flags, '')} -ffile-prefix-map={work}=.".strip()
        env["SKBUILD_BUILD_DIR"] = str(work / "build")
        env["TMPDIR"] = str(work)  # /tmp may be small, and what a killed build leaves here is found next time
        gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
        if gigabytes < (os.cpu_count() or 1) and "CMAKE_BUILD_PARALLEL_LEVEL" not in os.environ:
            env["CMAKE_BUILD_PARALLEL_LEVEL"] = str(max(gigabytes, 1))  # a file takes up to 1 GB to compile
    return env
