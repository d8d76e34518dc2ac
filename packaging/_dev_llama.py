"""Compiles llama.cpp with its Python bindings into a wheel."""

import contextlib
import os
import re
import shlex
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import _dev_state as state
from _dev_console import CommandError, Progress, run, shown
from _dev_state import AGAIN, CONSTRAINTS, SetupError

PIP_ENV: dict[str, str | None] = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore",
    "PIP_USER": "0",  # a user's setting of it makes pip refuse to work in a .venv
    "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
}  # fmt: skip


# pip's own cache must stay out of it: it knows wheels by name, and would return one built for other options.
# So must wheels that others built, which a user's pip settings may offer: they differ from what is tested here.
OPTIONS = ["--no-deps", "--no-cache-dir", "--progress-bar=raw", "--build-constraint", CONSTRAINTS]


def compile_wheel(work: Path, cmake_args: str, python: Path) -> None:
    """Compile all of it; leaves the wheel in *work*/done."""
    with compiling("Compiling llama.cpp (once for this machine)", work, cmake_args, python) as (source, do):
        do(python, "-I", "-m", "pip", "wheel", "-v", *OPTIONS, "-w", work / "done", source)


def compile_vulkan(work: Path, python: Path) -> Path:
    """Compile only what computes on graphics cards through Vulkan: a library that llama.cpp loads where it can."""
    with compiling("Compiling llama.cpp for Vulkan (once for this machine)", work, "", python) as (source, do):
        tools = work / "tools"
        do(python, "-I", "-m", "pip", "install", "--target", tools, "-c", CONSTRAINTS, "cmake", "ninja")
        path = {"PYTHONPATH": str(tools), "PATH": f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_SKIP_RPATH=ON"]
        options += ["-DGGML_BACKEND_DL=ON"]
        options += ["-DGGML_VULKAN=ON", "-DGGML_CPU=OFF", "-DGGML_NATIVE=OFF", "-DGGML_CCACHE=OFF", "-DLLAMA_CURL=OFF"]
        options += [f"-DLLAMA_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "TOOLS", "SERVER", "COMMON")]
        do(tools / "bin" / "cmake", "-S", source / "vendor" / "llama.cpp", "-B", work / "build", *options, **path)
        do(tools / "bin" / "cmake", "--build", work / "build", "--target", "ggml-vulkan", **path)
    (made,) = (work / "build" / "bin").glob("*ggml-vulkan.*")
    return made


@contextlib.contextmanager
def compiling(title: str, work: Path, cmake_args: str, python: Path) -> Iterator[tuple[Path, Callable[..., None]]]:
    """Fetch the source; gives its folder and what runs a command of the build.

    The source lies in a folder whose name we know, so that the compiler can leave it out of what it writes: else every
    build would have other bytes.
    """
    env = PIP_ENV | build_env(work, cmake_args)

    def watch(line: str) -> None:
        if found := re.match(r"\s*\[(\d+)/(\d+)\]", line):  # ninja
            progress.update(f"{found.group(1)} of {found.group(2)} files", int(found.group(1)) / int(found.group(2)))
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            progress.update(f"download, {int(found.group(1)) / 1e6:.0f} of {int(found.group(2)) / 1e6:.0f} MB")
        elif "Retrying (Retry" in line:
            progress.update("the package index does not answer, trying again")
        elif "Configuring CMake" in line:
            progress.update("configuring")

    def do(*command: object, **more: str) -> None:
        run(command, progress, watch, **env | more)

    try:
        with shown(Progress(title)) as progress:
            source = ["--no-binary=llama-cpp-python", "-d", work / "archive", state.pinned("llama-cpp-python")]
            do(python, "-I", "-m", "pip", "download", "-v", *OPTIONS, *source)
            (archive,) = (work / "archive").glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                if hasattr(tarfile, "data_filter"):  # not in Debian 12's Python 3.11.2
                    packed.extraction_filter = tarfile.data_filter
                packed.extractall(work / "source")
            (folder,) = (work / "source").iterdir()
            yield folder, do
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
            # Quoted: CMake takes the flags as a shell would, and a home folder may have a space in its name.
            env[flags] = f"{os.environ.get(flags, '')} {shlex.quote(f'-ffile-prefix-map={work}=.')}".strip()
        env["SKBUILD_BUILD_DIR"] = str(work / "build")
        env["TMPDIR"] = str(work)  # /tmp may be small, and what a killed build leaves here is found next time
        gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
        if gigabytes < (os.cpu_count() or 1) and "CMAKE_BUILD_PARALLEL_LEVEL" not in os.environ:
            env["CMAKE_BUILD_PARALLEL_LEVEL"] = str(max(gigabytes, 1))  # a file takes up to 1 GB to compile
    return env
