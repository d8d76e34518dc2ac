#!/usr/bin/env python3
"""An AppImage of the program folder that `dev.py package` has built: a runtime followed by a squashfs of the AppDir.

Needs mksquashfs, and the AppImage project's runtime (`runtime-x86_64`), which Debian has not: give it and its SHA-256.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import _dev_package as package
from _dev_state import SetupError, sentence

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Build dist/chatapp-VERSION-ARCH.AppImage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=package.FOLDER, help="the program folder")
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--sha256", required=True, help="of the runtime")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    runtime = given.runtime.read_bytes()
    if hashlib.sha256(runtime).hexdigest() != given.sha256.lower():
        raise SetupError(f"{given.runtime} is another file than the one that is wanted: download it again.")
    version = package.app_version()
    tree = app_dir(given.folder, package.WORK / "AppDir", version)
    output = given.output or package.DIST / f"chatapp-{version}-{platform.machine()}.AppImage"
    print(pack(tree, runtime, output))


def app_dir(folder: Path, tree: Path, version: str) -> Path:
    """The folder as AppImage wants it: AppRun, desktop file and icon on top, the rest under usr."""
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(folder, tree / "usr/lib/chatapp", symlinks=True)
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin/chatapp").symlink_to("../lib/chatapp/chatapp")
    package.desktop_files(tree / "usr/share", version)
    shutil.copy(HERE / "AppRun", tree / "AppRun")
    name = package.APP_ID
    (tree / f"{name}.desktop").symlink_to(f"usr/share/applications/{name}.desktop")
    (tree / f"{name}.png").symlink_to(f"usr/share/icons/hicolor/256x256/apps/{name}.png")
    (tree / ".DirIcon").symlink_to(f"{name}.png")
    metainfo = tree / f"usr/share/metainfo/{name}.metainfo.xml"
    metainfo.with_name(f"{name}.appdata.xml").symlink_to(metainfo.name)  # where AppImage's own tools look
    return tree


def pack(tree: Path, runtime: bytes, output: Path) -> Path:
    """One executable file; the runtime mounts what follows it."""
    squashfs = package.WORK / "AppDir.squashfs"
    squashfs.unlink(missing_ok=True)
    options = ["-root-owned", "-noappend", "-comp", "zstd", "-Xcompression-level", "19", "-quiet", "-no-progress"]
    subprocess.run(["mksquashfs", tree, squashfs, *options], check=True, env=os.environ | package.epoch())
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(runtime + squashfs.read_bytes())
    output.chmod(0o755)
    return output


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError) as error:
        sys.exit(sentence(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed with exit code {error.returncode}.")
