"""The packaged window, and on Linux the command line."""

import sys

from chatapp.__main__ import main

sys.exit(main())
