#!/usr/bin/env python3
"""Translations: `update` collects the strings of the source into the .ts file, `compile` makes the .qm the app loads.

After changing a string: run update, translate what it lists as unfinished (Qt Linguist, or any editor), commit the .ts.
"""

import argparse
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TS = ROOT / "resources" / "i18n" / "chatapp_ko.ts"
QM = TS.with_suffix(".qm")


def sources() -> list[Path]:
    """Every module of the app."""
    return sorted((ROOT / "chatapp").rglob("*.py"))


def update(ts: Path = TS) -> int:
    """Bring *ts* up to date: new strings are added unfinished, vanished ones dropped. No line numbers: they would
    change the file with every edit."""
    # lupdate notes where a string comes from relative to the .ts, and keeps its order by that: so run it in place.
    command = [_tool("lupdate"), *map(str, sources()), "-ts", str(ts), "-locations", "none", "-no-obsolete"]
    return subprocess.run([*command, "-source-language", "en", "-target-language", "ko"], check=False).returncode


def compile_ts(ts: Path = TS, qm: Path = QM) -> int:
    """Make *qm* from *ts*; a running app has the old file mapped into its memory, so it must not be written over."""
    made = qm.with_suffix(".qm.new")
    code = subprocess.run([_tool("lrelease"), "-silent", str(ts), "-qm", str(made)], check=False).returncode
    if code == 0:
        made.replace(qm)
    return code


def is_stale(ts: Path = TS, qm: Path = QM) -> bool:
    """Whether *qm* has to be made again."""
    return not qm.is_file() or qm.stat().st_mtime < ts.stat().st_mtime


def unfinished(ts: Path = TS) -> list[str]:
    """The English of everything that is not translated."""
    root = ET.parse(ts).getroot()
    found = []
    for message in root.iter("message"):
        translation = message.find("translation")
        if translation is None or translation.get("type") == "unfinished" or not (translation.text or "").strip():
            found.append(message.findtext("source", ""))
    return found


def _tool(name: str) -> str:
    """The Qt tool that comes with PySide6, beside the running Python."""
    suffix = ".exe" if sys.platform == "win32" else ""
    return str(Path(sys.executable).with_name(f"pyside6-{name}{suffix}"))


def main() -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("update", "compile"))
    if parser.parse_args().command == "compile":
        return compile_ts()
    code = update()
    for text in unfinished():
        print(f"untranslated: {text}")
    return code


if __name__ == "__main__":
    sys.exit(main())
