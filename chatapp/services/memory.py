"""What there is to compute on and how much memory is free, as far as a process without llama.cpp can find out."""

import subprocess

import psutil

from chatapp import log
from chatapp.hub.fit import available_memory
from chatapp.protocol.framing import Decoder, FramingError
from chatapp.protocol.messages import Device, Hello, from_frame
from chatapp.worker_command import worker_command

_PROBE_TIMEOUT = 30  # seconds; a graphics driver may start slowly
_log = log.get("memory")


def free_memory(worker: int = 0) -> int:
    """Bytes that a new worker can use: what is free, and what the *worker* (a process id) holds for itself now."""
    held = 0
    if worker:
        try:
            info = psutil.Process(worker).memory_info()
            # Without what it maps from files: that counts as free already. Where the system does not tell, nothing.
            held = max(0, info.rss - getattr(info, "shared", info.rss))
        except psutil.Error:
            pass  # it has just ended
    return available_memory() + held


def probe_devices(*, fake: bool) -> tuple[Device, ...]:
    """Ask a worker that is started for it; waits for it, so never on the window's thread. Nothing when it fails.

    In a process of its own, since a graphics driver may take its process down with it.
    """
    program, arguments = worker_command(fake=fake)
    try:
        done = subprocess.run(
            [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_TIMEOUT, check=False
        )
        for frame in Decoder().feed(done.stdout):
            message = from_frame(frame)
            if isinstance(message, Hello):
                return message.devices
    except (OSError, subprocess.TimeoutExpired, FramingError) as error:
        _log.warning("devices cannot be listed: %s", error)
    return ()
