"""The window: QtWidgets that draw what the services say and pass on what the user does."""

import ctypes
import sys

if sys.version_info < (3, 12):
    # PySide6 6.12 relies on None being immortal (PEP 683): before Python 3.12 every void Qt call loses one reference
    # to it, and after some thousand calls the process dies with "none_dealloc". A count that cannot run out cures it;
    # ob_refcnt is the first field of every object.
    for _constant in (None, True, False):
        ctypes.c_ssize_t.from_address(id(_constant)).value += 1 << 40
