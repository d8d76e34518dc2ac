"""The packaged window, and on Linux the command line."""

import os
import sys
from pathlib import Path

from chatapp.__main__ import main

if sys.stderr is None:  # Windows: a program without a console has none, and messages must not end in an error
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
sys.exit(main())
