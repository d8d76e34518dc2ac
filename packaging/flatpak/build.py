#!/usr/bin/env python3
"""A Flatpak bundle of the program folder that `dev.py package` has built. Needs flatpak-builder and runtimes."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import _dev_package as package
from _dev_state import SetupError, sentence

MANIFEST = Path(__file__).resolve().parent / f"{package.APP_ID}.yml"
STAGE = package.WORK / "flatpak"  # as the manifest names it


def main() -> None:
    """Build dist/chatapp-VERSION-ARCH.flatpak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=package.FOLDER, help="the program folder")
    parser.add_argument("--stage-only", action="store_true", help="lay out what the manifest names, and build nothing")
    given = parser.parse_args()
    version = package.app_version()
    stage(given.folder, version)
    if not given.stage_only:
        print(bundle(version))


def stage(folder: Path, version: str) -> None:
    """The program, and what menus and software centres read."""
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(folder, STAGE / "chatapp", symlinks=True)
    package.desktop_files(STAGE / "share", version)


def bundle(version: str) -> Path:
    repository, built = package.WORK / "flatpak-repo", package.WORK / "flatpak-build"
    package.DIST.mkdir(exist_ok=True)
    output = package.DIST / f"chatapp-{version}-{platform.machine()}.flatpak"
    # The repository of runtimes has been added by whoever calls this: no address is written here.
    builder = ["flatpak-builder", "--user", "--force-clean", "--install-deps-from=flathub", f"--repo={repository}"]
    environment = os.environ | package.epoch()
    subprocess.run([*builder, built, MANIFEST], check=True, env=environment)
    subprocess.run(["flatpak", "build-bundle", repository, output, package.APP_ID], check=True, env=environment)
    return output


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError) as error:
        sys.exit(sentence(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed with exit code {error.returncode}.")
