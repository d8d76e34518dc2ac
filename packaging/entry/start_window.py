"""The packaged window, and on Linux the command line."""

import os
import sys
from pathlib import Path

# PyInstaller's starter has set it to our libraries. What is opened from here (a browser, a file manager) needs its own;
# this process was already started with it, and the engine has a starter of its own.
before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before is not None:
    os.environ["LD_LIBRARY_PATH"] = before

from chatapp.__main__ import main  # noqa: E402

if sys.stderr is None:  # Windows: a program without a console has none, and messages must not end in an error
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
sys.exit(main())
