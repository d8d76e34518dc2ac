"""What the header of a GGUF file on a hub says, from its first bytes alone."""

from pathlib import Path

from chatapp.hub.gguf import GgufHeader, read_beginning
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.small_file import first_bytes
from chatapp.hub.stop import Stop

FIRST = 256 << 10  # bytes: a model's numbers come before its vocabulary


def remote_header(file: RemoteFile, source: Source, stop: Stop, seconds: float) -> GgufHeader:
    """All but its tensors (`read_beginning`); raise HubError, BrokenHeaderError, Stopped."""
    return read_beginning(Path(file.name), first_bytes(file, FIRST, source, stop, seconds), file.size)
