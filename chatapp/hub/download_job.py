"""One entry of the download queue: a model, whole, in one file or in many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from chatapp.core.errors import UserFixable
from chatapp.hub import names
from chatapp.hub.file_names import kind
from chatapp.hub.progress import Phase, Progress
from chatapp.hub.remote_file import RemoteFile
from chatapp.hub.stop import Stop

_ENDING = re.compile(r"(-\d{5}-of-\d{5})?\.gguf$", re.IGNORECASE)


class State(StrEnum):
    """Where an entry is. CANCELLED is told once; such an entry is in the queue no more."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


def are_same(files: Sequence[RemoteFile], others: Sequence[RemoteFile]) -> bool:
    """Whether both are the same bytes in the same places; a repository has a new commit for a word in its card."""
    return len(files) == len(others) and all(map(RemoteFile.is_same_as, files, others))


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as others see it; *error* says why it FAILED. *progress* is of all its files together."""

    id: int
    folder: Path
    files: tuple[RemoteFile, ...]
    state: State
    progress: Progress
    error: UserFixable | None = None

    @property
    def name(self) -> str:
        """Its (first) file's name."""
        return self.files[0].name

    @property
    def title(self) -> str:
        """Its name for people: without the ending, and without the number of its first file."""
        return _ENDING.sub("", self.name)

    @property
    def is_model(self) -> bool:
        """Whether one can chat with it; False for what only accompanies models."""
        return kind(self.name) == "model"

    @property
    def path(self) -> Path:
        """Where its (first) file is, or will be."""
        return names.below(self.folder, self.files[0].repo, self.files[0].path)


@dataclass(slots=True)
class Job:
    """An entry as the queue keeps it; every access under the queue's lock.

    folder    of all models; another one chosen later is for other entries, and for this one when it has no room
    retried   after it had none
    finished  how many of *files*, from the first on, are there and proven
    fetched   which of those were not there before (a cancel must not delete what it did not bring)
    """

    id: int
    folder: Path
    files: tuple[RemoteFile, ...]
    state: State = State.QUEUED
    error: UserFixable | None = None
    finished: int = 0
    fetched: list[int] = field(default_factory=list)
    retried: bool = False
    progress: Progress = field(init=False)
    stop: Stop | None = None  # while its thread lives

    def __post_init__(self) -> None:
        self.progress = self.progress_at(0)

    def item(self) -> Item:
        """For others."""
        return Item(self.id, self.folder, self.files, self.state, self.progress, self.error)

    def progress_at(self, done: int, speed: float = 0.0, phase: Phase = "downloading", reason: str = "") -> Progress:
        """With *done* bytes of the file that is fetched now."""
        done += sum(file.size for file in self.files[: self.finished])
        total = sum(file.size for file in self.files)
        return Progress(done, total, speed, (total - done) / speed if speed > 0 else None, phase, reason)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "id": self.id,
            "folder": str(self.folder),
            "files": [file.to_json() for file in self.files],
            "state": self.state.value,
            "error": self.error.to_json() if self.error else None,
            "finished": self.finished,
            "fetched": self.fetched,
            "done": self.progress.done,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from `to_json`; what was running waits for its turn again. Raise ValueError, KeyError or TypeError."""
        files = tuple(RemoteFile.from_json(file) for file in data["files"])
        state = State(data["state"])
        error = UserFixable.from_json(data["error"]) if data["error"] else None
        job = cls(
            int(data["id"]), Path(data["folder"]), files, State.QUEUED if state is State.RUNNING else state, error
        )
        job.finished = min(max(0, int(data["finished"])), len(files))
        job.fetched = [int(index) for index in data["fetched"] if 0 <= int(index) < len(files)]
        if not files:
            raise ValueError("a download of nothing")
        total = job.progress.total
        job.progress = Progress(min(max(0, int(data["done"])), total), total)
        return job
