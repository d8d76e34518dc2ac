"""The packaged engine: the worker process, without Qt."""

import sys

from chatapp.engine.__main__ import main

sys.exit(main())
