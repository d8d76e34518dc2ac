"""Downloads one after the other: their order and state outlive the program, and no call here ever waits."""

import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from chatapp import log
from chatapp.core.errors import ErrorCode, HubError, UserFixable
from chatapp.hub import names
from chatapp.hub.download import DEFAULT, Options, download
from chatapp.hub.download_job import Item, Job, State, are_same
from chatapp.hub.pace import Pace
from chatapp.hub.partial import RECORD, beside, discard, reserve
from chatapp.hub.progress import Progress
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop, Stopped
from chatapp.settings.file import write_atomically

_VERSION = 1
_OF_THE_FOLDER = (ErrorCode.DOWNLOAD_NO_SPACE, ErrorCode.FILE_FAILED)  # another one may do
_END_SECONDS = 5.0  # for which `close` waits for a thread, which needs milliseconds
_log = log.get("hub")


class Listener(Protocol):
    """Is told everything, in order, from threads of the queue or of the caller; must return at once."""

    def changed(self, item: Item) -> None:
        """A state changed, or an entry is new."""

    def progressed(self, item: Item) -> None:
        """Bytes came; some ten times a second."""


class DownloadQueue:
    """The queue; every method returns at once, from any thread, but `close`.

    *file* is where it is kept, *folder* where models go that are added from now on, *source* the hub at that moment (a
    token may be new).
    """

    def __init__(
        self,
        file: Path,
        folder: Path,
        source: Callable[[], Source],
        listener: Listener,
        *,
        at_once: int = 1,
        options: Options = DEFAULT,
    ) -> None:
        self._file = file
        self.folder = folder
        self._source = source
        self._listener = listener
        self._at_once = at_once
        self.options = options  # for downloads that start from now on
        self.pace = Pace()  # of all downloads together, from now on
        self._changed = threading.Condition(threading.RLock())
        self._threads: dict[int, threading.Thread] = {}
        self._given_up: list[Job] = []
        self._unsaved = self._closed = False
        self._jobs = self._load()
        self._next_id = max((job.id for job in self._jobs), default=0) + 1
        self._manager = threading.Thread(target=self._manage, name="downloads", daemon=True)
        self._manager.start()

    def items(self) -> tuple[Item, ...]:
        """All entries, in order."""
        with self._changed:
            return tuple(job.item() for job in self._jobs)

    def add(self, files: Sequence[RemoteFile]) -> int:
        """Put a model at the end; its id. While it is on its way it is not added again, but takes the place of other
        bytes for the same files, of an earlier commit."""
        places = [(file.repo, file.path) for file in files]
        with self._changed:
            for job in [job for job in self._jobs if job.state is not State.DONE]:
                if are_same(job.files, files):
                    self.resume(job.id)
                    return job.id
                if [(file.repo, file.path) for file in job.files] == places:
                    self.cancel(job.id)
            job = Job(self._next_id, self.folder, tuple(files))
            self._next_id += 1
            self._jobs.append(job)
            self._tell(job)
            return job.id

    def pause(self, job_id: int) -> None:
        """Stop it and keep what has arrived."""
        self._turn(job_id, State.PAUSED, (State.QUEUED, State.RUNNING))

    def resume(self, job_id: int) -> None:
        """Let it wait for its turn; also after a failure. When there still is no room in its folder, it begins anew in
        the one that was chosen since."""
        with self._changed:
            job = self._find(job_id)
            if job is not None and job.error is not None:
                job.retried = job.error.code in _OF_THE_FOLDER
            self._turn(job_id, State.QUEUED, (State.PAUSED, State.FAILED))

    def cancel(self, job_id: int) -> None:
        """Take it out of the queue; unless it is done, what has arrived is deleted."""
        with self._changed:
            job = self._find(job_id)
            if job is None:
                return
            self._jobs.remove(job)
            if job.state is not State.DONE:
                self._given_up.append(job)
            self._set(job, State.CANCELLED)

    def move(self, job_id: int, place: int) -> None:
        """Put it at *place*, counted from 0; one that runs goes on running."""
        with self._changed:
            job = self._find(job_id)
            if job is not None:
                self._jobs.remove(job)
                self._jobs.insert(max(0, place), job)
                self._tell(job)

    def run_at_once(self, count: int) -> None:
        """Let at most *count* run at the same time; the last of more wait for their turn again. 0: nothing runs."""
        with self._changed:
            self._at_once = count
            for job in [job for job in self._jobs if job.state is State.RUNNING][count:]:
                self._set(job, State.QUEUED)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop everything, save, and end; what ran goes on when the program starts again."""
        with self._changed:
            self._closed = True
            for job in self._jobs:
                if job.stop is not None:
                    job.stop.set()
            threads = [*self._threads.values()]
            self._changed.notify_all()
        for thread in (*threads, self._manager):
            thread.join(_END_SECONDS)

    # -- under the lock ------------------------------------------------------------------------------------------------

    def _find(self, job_id: int) -> Job | None:
        return next((job for job in self._jobs if job.id == job_id), None)

    def _turn(self, job_id: int, state: State, allowed: tuple[State, ...]) -> None:
        with self._changed:
            job = self._find(job_id)
            if job is not None and job.state in allowed:
                self._set(job, state)

    def _set(self, job: Job, state: State, error: UserFixable | None = None) -> None:
        job.state, job.error = state, error
        if state is not State.RUNNING and job.stop is not None:
            job.stop.set()
        self._tell(job)

    def _fail(self, job: Job, error: UserFixable) -> None:
        if not job.retried or error.code not in _OF_THE_FOLDER or job.folder == self.folder:
            self._set(job, State.FAILED, error)
            return
        self._given_up.append(replace(job))
        job.folder, job.finished, job.fetched, job.retried = self.folder, 0, [], False
        job.progress = job.progress_at(0)
        self._set(job, State.QUEUED)

    def _tell(self, job: Job) -> None:
        self._unsaved = True
        self._changed.notify_all()
        self._listener.changed(job.item())

    def _next(self) -> Job | None:
        """The entry whose turn it is; one that is just being stopped is not begun again before its thread has ended."""
        running = sum(job.state is State.RUNNING for job in self._jobs)
        if self._closed or running >= self._at_once:
            return None
        # Of one that was cancelled, too: it may have the same files.
        busy = {file.path for job in self._given_up for file in job.files}
        for job in self._jobs:
            if job.state is State.QUEUED and job.id not in self._threads and busy.isdisjoint(f.path for f in job.files):
                return job
        return None

    def _deletable(self) -> list[Job]:
        return [job for job in self._given_up if job.id not in self._threads]

    # -- the manager's thread ------------------------------------------------------------------------------------------

    def _manage(self) -> None:
        """Start what is next, delete what was given up, save; all that would make a caller wait."""
        closed = False
        while not closed:
            with self._changed:
                self._changed.wait_for(lambda: self._unsaved or self._closed or self._deletable() or self._next())
                closed = self._closed
                if closed:
                    self._changed.wait_for(lambda: not self._threads, _END_SECONDS)
                while (job := self._next()) is not None:
                    self._start(job)
                deletable = self._deletable()
                state = self._to_json() if self._unsaved or closed else None
                self._unsaved = False
            for job in deletable:
                self._delete(job)
            with self._changed:
                self._given_up = [job for job in self._given_up if job not in deletable]
            if state is not None:
                self._save(state)

    def _start(self, job: Job) -> None:
        job.stop = Stop()
        self._threads[job.id] = threading.Thread(
            target=self._run, args=(job, job.stop), name=f"download-{job.id}", daemon=True
        )
        self._set(job, State.RUNNING)
        self._threads[job.id].start()

    def _delete(self, job: Job) -> None:
        """What a cancelled entry has brought. Of a model in many files, a few are of no use."""
        for index, file in enumerate(job.files):
            with contextlib.suppress(UserFixable):
                target = names.local_path(job.folder, file.repo, file.path)
                discard(target)
                if index in job.fetched and len(job.files) > 1:
                    for path in (target, beside(target, RECORD)):
                        with contextlib.suppress(OSError):
                            path.unlink()

    def _save(self, state: dict[str, Any]) -> None:
        try:
            write_atomically(self._file, json.dumps(state).encode())
        except OSError as error:
            _log.warning("the download queue cannot be saved: %s", error)  # the next change tries again

    def _to_json(self) -> dict[str, Any]:
        return {"version": _VERSION, "items": [job.to_json() for job in self._jobs]}

    def _load(self) -> list[Job]:
        """What was saved; a file that cannot be read is set aside."""
        try:
            data = json.loads(self._file.read_bytes())
            return [Job.from_json(job) for job in data["items"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the download queue cannot be read and is set aside: %r", error)
            with contextlib.suppress(OSError):
                self._file.replace(beside(self._file, ".broken"))
            return []

    # -- the threads of downloads --------------------------------------------------------------------------------------

    def _run(self, job: Job, stop: Stop) -> None:
        error: UserFixable | None = None
        stopped = False
        try:
            self._fetch(job, stop)
        except Stopped:
            stopped = True
        except UserFixable as failure:
            error = failure
        except BaseException as bug:
            error = HubError(ErrorCode.DOWNLOAD_BROKE_OFF, name=job.files[0].name, reason=type(bug).__name__)
            raise
        finally:
            with self._changed:
                job.stop = None
                del self._threads[job.id]
                self._changed.notify_all()
                # Whoever stopped it has set the state; and what failed in the moment it was paused is just paused.
                if job.state is State.RUNNING and error is not None:
                    self._fail(job, error)
                elif job.state is not State.CANCELLED and error is None and not stopped:
                    self._set(job, State.DONE)

    def _fetch(self, job: Job, stop: Stop) -> None:
        """All files that are not there yet."""
        targets = [names.local_path(job.folder, file.repo, file.path) for file in job.files]
        for target in targets[job.finished :]:
            reserve(target)
        for index in range(job.finished, len(job.files)):
            is_new = not targets[index].exists()

            def report(progress: Progress) -> None:
                with self._changed:
                    job.progress = job.progress_at(progress.done, progress.speed, progress.phase, progress.reason)
                    self._listener.progressed(job.item())

            self._download(job.files[index], job.folder, stop, report)
            with self._changed:
                job.finished = index + 1
                if is_new:
                    job.fetched.append(index)
                job.progress = job.progress_at(0)
                self._unsaved = True
                self._changed.notify_all()

    def _download(self, file: RemoteFile, folder: Path, stop: Stop, report: Callable[[Progress], None]) -> None:
        """One file. What was refused is asked for again when there is a token by now: a keyring takes its time."""
        while True:
            source = self._source()
            try:
                download(file, folder, source, stop, report, options=self.options, pace=self.pace)
            except HubError:
                if self._source() == source:
                    raise
            else:
                return
