"""One file of one commit of a repository on a hub, and where that hub is."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self
from urllib.parse import quote

PUBLIC = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What identifies a file: with its *sha256* the very bytes.

    repo    owner/name
    commit  40 hex digits (a branch's name would mean other bytes tomorrow)
    path    inside the repository, with /
    size    bytes
    sha256  64 hex digits; empty for small files, of which hubs tell none
    """

    repo: str
    commit: str
    path: str
    size: int
    sha256: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def is_same_as(self, other: "RemoteFile") -> bool:
        """Whether *other* is this file with the same bytes for sure, also of another commit when SHA-256 says so."""
        mine, theirs = ((f.repo, f.path, f.size, f.sha256) for f in (self, other))
        return mine == theirs and (bool(self.sha256) or self.commit == other.commit)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from `to_json`; raise ValueError (or KeyError) when something is not as it must be."""
        found = cls(data["repo"], data["commit"], data["path"], data["size"], data["sha256"])
        texts = (found.repo, found.commit, found.path, found.sha256)
        if not all(isinstance(text, str) for text in texts) or type(found.size) is not int or found.size < 0:
            raise ValueError(f"not a remote file: {data!r}")
        return found


@dataclass(frozen=True, slots=True)
class Source:
    """A hub: its address, the access token for it (empty: none), and whether it may be asked at all."""

    endpoint: str
    token: str = field(default="", repr=False)
    offline: bool = False

    @property
    def host(self) -> str:
        """Its name for messages."""
        return self.endpoint.partition("://")[2].partition("/")[0] or self.endpoint

    def address(self, file: RemoteFile) -> str:
        """Where *file* is asked for; the hub usually answers with another address, signed and soon out of date."""
        repo, commit, path = quote(file.repo), quote(file.commit, safe=""), quote(file.path)
        return f"{self.endpoint.rstrip('/')}/{repo}/resolve/{commit}/{path}"
