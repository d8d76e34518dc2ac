#!/usr/bin/env python3
"""Fails unless a tag vX.Y.Z is the version of chatapp/__init__.py and the changelog has a dated section for it.

With --notes it prints that section: the notes of the release, which the app shows to who asks what is new.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tag")
    parser.add_argument("--notes", action="store_true")
    given = parser.parse_args()
    init = (ROOT / "chatapp" / "__init__.py").read_text("utf-8")
    notes = checked(given.tag, init, (ROOT / "CHANGELOG.md").read_text("utf-8"))
    if given.notes:
        print(notes)


def checked(tag: str, init: str, changelog: str) -> str:
    """The changelog's section for *tag*; exits with a sentence when something does not agree."""
    found = re.search(r'__version__ = "([^"]+)"', init)
    version = found.group(1) if found else "missing"
    if tag != f"v{version}":
        sys.exit(f"The tag is {tag} and the version in chatapp/__init__.py is {version}: correct one of them.")
    section = re.search(
        rf"^## {re.escape(version)} \(([^)\n]*)\)\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE
    )
    if not section or not re.fullmatch(r"\d{4}-\d\d-\d\d", section.group(1)):
        sys.exit(f"CHANGELOG.md has no section “## {version} (YYYY-MM-DD)”: write the day of the release into it.")
    return section.group(2).strip()


if __name__ == "__main__":
    main()
