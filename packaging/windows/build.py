#!/usr/bin/env python3
"""The Windows installer: freezes ChatApp (on Windows) and packs the folder with NSIS (tested on Debian, too).

CHATAPP_SIGN: a command that signs the file whose path is added to it, for example ``signtool sign /fd sha256 …``. With
it the two programs, the uninstaller and the installer are signed; without it nothing is.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import _dev_package as package
import _icons as icons
from _dev_state import SetupError, sentence

HERE = Path(__file__).resolve().parent
WORK = package.WORK
ICON = WORK / "chatapp.ico"  # this and VERSION_INFO: where chatapp.spec looks for them
VERSION_INFO = WORK / "version_info.txt"
BANNER = WORK / "banner.bmp"


def main() -> None:
    """Build dist/chatapp-VERSION-windows-x86_64.exe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payload", type=Path, help="pack this program folder instead of freezing ChatApp")
    parser.add_argument("--version", default=package.app_version(), help="default: chatapp.__version__")
    parser.add_argument("--output", type=Path, help="the file to write")
    given = parser.parse_args()
    folder = given.payload
    if folder is None:
        prepare()
        package.build_folder()
        folder = package.FOLDER
        for program in ("chatapp.exe", "chatapp-engine.exe"):
            sign(folder / program)
    output = given.output or package.DIST / f"chatapp-{given.version}-windows-x86_64.exe"
    print(installer(folder.resolve(), given.version, output.resolve()))


def prepare() -> None:
    """What PyInstaller asks for on Windows: the icon, and what the programs' properties say."""
    WORK.mkdir(parents=True, exist_ok=True)
    icons.write_ico(ICON)
    VERSION_INFO.write_text(version_info(package.app_version()), "utf-8")


def installer(folder: Path, version: str, output: Path) -> Path:
    """Pack *folder* into the installer *output*."""
    makensis = shutil.which("makensis") or shutil.which("makensis", path=r"C:\Program Files (x86)\NSIS")
    if not makensis:
        raise SetupError("makensis is missing: install NSIS 3.08 or newer, then run the same command again.")
    WORK.mkdir(parents=True, exist_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    icons.write_ico(ICON)
    icons.write_banner(BANNER)
    files = WORK / "uninstall_files.nsh"
    files.write_text(removal(folder), "utf-8-sig")  # NSIS takes a file without the mark for one of the old code pages
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1024
    defines = {
        "VERSION": version, "VERSION_NUMBERS": ".".join(map(str, numbers(version))), "PAYLOAD": folder, "ICON": ICON,
        "BANNER": BANNER, "FILES": files, "SIZE": size, "OUTPUT": output,
    }  # fmt: skip
    if os.environ.get("CHATAPP_SIGN"):
        defines["SIGN"] = os.environ["CHATAPP_SIGN"]
    options = [f"-D{name}={value}" for name, value in defines.items()]
    subprocess.run([makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *options, HERE / "chatapp.nsi"], check=True)
    return output


def removal(folder: Path) -> str:
    """The uninstaller's lines: every file that was packed, and the folders they were in where nothing else is.

    Never a whole folder: the user may have chosen one that holds other things.
    """
    paths = sorted(folder.rglob("*"), key=lambda path: (len(path.parts), path), reverse=True)
    lines = []
    for path in paths:
        name = str(path.relative_to(folder)).replace("/", "\\").replace("$", "$$")
        lines.append(f'{"RMDir" if path.is_dir() else "Delete"} "$INSTDIR\\{name}"')
    return "\n".join(lines) + "\n"


def numbers(version: str) -> tuple[int, int, int, int]:
    """1.2.3 as the four numbers Windows wants; what a pre-release has after them is left out."""
    found = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", version)
    if not found:
        raise SetupError(f"“{version}” is not a version: correct chatapp/__init__.py, then run the same command again.")
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch, 0


def version_info(version: str) -> str:
    """PyInstaller's description of a version resource."""
    texts = {
        "CompanyName": "The ChatApp authors", "FileDescription": "ChatApp", "FileVersion": version,
        "LegalCopyright": "The ChatApp authors, Apache-2.0", "ProductName": "ChatApp", "ProductVersion": version,
    }  # fmt: skip
    strings = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in texts.items())
    fixed = f"FixedFileInfo(filevers={numbers(version)}, prodvers={numbers(version)})"
    words = f"StringFileInfo([StringTable('040904B0', [{strings}])])"
    return f"VSVersionInfo(ffi={fixed}, kids=[{words}, VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"


def sign(path: Path) -> None:
    command = os.environ.get("CHATAPP_SIGN")
    if command:
        subprocess.run([*shlex.split(command, posix=os.name != "nt"), str(path)], check=True)


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError) as error:
        sys.exit(sentence(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(error.cmd[0]).name} failed with exit code {error.returncode}.")
