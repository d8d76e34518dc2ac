#!/usr/bin/env python3
"""The macOS app and its disk image, for the kind of processor it runs on. Signs and notarises where it is told how.

CHATAPP_SIGN_IDENTITY: a "Developer ID Application: …" in the keychain; without it the app is signed ad hoc, and macOS
asks before it opens it. CHATAPP_NOTARY_PROFILE: what `xcrun notarytool store-credentials` was told to keep.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import _dev_package as package
import _icons as icons
from _dev_state import SetupError, sentence

HERE = Path(__file__).resolve().parent
WORK = package.WORK
APP = WORK / "dist" / "ChatApp.app"  # made by chatapp.spec
MACH_O = {bytes.fromhex(magic) for magic in ("cffaedfe", "feedfacf", "cafebabe", "cafebabf")}


def main() -> None:
    """Build dist/chatapp-VERSION-macos-ARCH.dmg."""
    if sys.platform != "darwin":
        raise SetupError("The macOS app can be built on macOS only: run this command there.")
    WORK.mkdir(parents=True, exist_ok=True)
    icons.write_icns(WORK / "chatapp.icns")
    package.build_folder()
    package.describe(APP / "Contents" / "Resources" / "licenses")
    identity = os.environ.get("CHATAPP_SIGN_IDENTITY") or "-"
    for path in code(APP):
        sign(path, identity)
    run("codesign", "--verify", "--deep", "--strict", APP)
    image = disk_image(package.app_version())
    if identity != "-":
        run("codesign", "--sign", identity, "--timestamp", image)
    profile = os.environ.get("CHATAPP_NOTARY_PROFILE")
    if profile:
        run("xcrun", "notarytool", "submit", image, "--keychain-profile", profile, "--wait")
        run("xcrun", "stapler", "staple", image)
    print(image)


def code(app: Path) -> Iterator[Path]:
    """What has to be signed, the inner before the outer: libraries and programs, then the app around them."""
    found = [path for path in app.rglob("*") if path.is_file() and not path.is_symlink() and is_code(path)]
    yield from sorted(found, key=lambda path: (-len(path.parts), path))
    yield app


def is_code(path: Path) -> bool:
    """By its first bytes: PyInstaller's folder has libraries under many names."""
    with path.open("rb") as file:
        return file.read(4) in MACH_O


def sign(path: Path, identity: str) -> None:
    # The hardened runtime is what notarisation asks for; a time stamp needs Apple's server, and a real identity.
    options = ["--options", "runtime", "--entitlements", HERE / "entitlements.plist"]
    run("codesign", "--force", "--sign", identity, *([] if identity == "-" else ["--timestamp"]), *options, path)


def disk_image(version: str) -> Path:
    """The app beside a link to the folder it is dragged to."""
    stage = WORK / "dmg"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    shutil.copytree(APP, stage / APP.name, symlinks=True)
    (stage / "Applications").symlink_to("/Applications")
    package.DIST.mkdir(exist_ok=True)
    image = package.DIST / f"chatapp-{version}-macos-{platform.machine()}.dmg"
    run("hdiutil", "create", "-volname", "ChatApp", "-srcfolder", stage, "-format", "ULFO", "-ov", image)
    return image


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError) as error:
        sys.exit(sentence(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed with exit code {error.returncode}.")
