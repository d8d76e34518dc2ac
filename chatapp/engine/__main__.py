"""``python -m chatapp.engine [--fake]``: the worker process; frames on stdin and stdout, words on stderr."""

import io
import os
import sys
from typing import BinaryIO

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.engine.backend import Backend
from chatapp.engine.worker import Worker
from chatapp.protocol.messages import Failed, to_bytes

# Turns that an OpenMP thread waits actively at llama.cpp's thread barriers. libgomp's default of some 300,000 makes
# replies ten times slower as soon as another program wants the same cores: a thread spins away the time in which the
# one it waits for could have run. Measured on 2 cores, 0.5B Q4_K_M: 4000 costs nothing when alone (1.00) and doubles
# the speed when the cores are shared, 1000 costs 2 % and gives four times.
SPIN_COUNT = "3000"


def claim_stdio() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for frames, and let everything that prints, C code included, go to stderr."""
    source_fd, sink_fd = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        for fd in (source_fd, sink_fd):
            msvcrt.setmode(fd, os.O_BINARY)
    return io.open(source_fd, "rb"), io.open(sink_fd, "wb")  # noqa: UP020 - live as long as the process


def main() -> int:
    """Serve; ends the process."""
    # Before anything else is imported: llama.cpp prints to file descriptor 1.
    source, sink = claim_stdio()
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    fake = "--fake" in sys.argv[1:]
    try:
        backend = _backend(fake=fake)
    except (ImportError, OSError, RuntimeError) as error:
        sink.write(to_bytes(Failed(None, EngineError(ErrorCode.ENGINE_LIBRARY, reason=str(error)))))
        sink.flush()
        return 3
    Worker(backend, source, sink).run()
    return 0


def _backend(*, fake: bool) -> Backend:
    if fake:
        from chatapp.engine.fake_backend import FakeBackend  # noqa: PLC0415 - must work where llama.cpp does not load

        return FakeBackend()
    from chatapp.engine.llama_backend import LlamaBackend  # noqa: PLC0415 - only after claim_stdio

    return LlamaBackend()


if __name__ == "__main__":
    sys.exit(main())
