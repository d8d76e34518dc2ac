"""A worker for the terminal and for tests: starts it, sends commands, reads events, without Qt.

The window has its own supervision (`chatapp.services.engine_process`), since it must never wait.
"""

import itertools
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.protocol.framing import Decoder
from chatapp.protocol.messages import (
    Answer,
    Cancel,
    Command,
    Count,
    Counted,
    Embed,
    Embedded,
    Event,
    Failed,
    Finished,
    Generate,
    Hello,
    Inspect,
    Inspected,
    InspectorAnswer,
    InspectorQuestion,
    Load,
    Loaded,
    LoadOptions,
    LoadProgress,
    ModelInfo,
    PromptProgress,
    Tokenize,
    Tokenized,
    from_frame,
    to_bytes,
)
from chatapp.worker_command import worker_command

_CHUNK = 1 << 16  # bytes
_TAIL = 200  # lines of stderr


class EngineClient:
    """A running worker; use as a context manager. Errors it reports, and its death, are raised as `UserFixable`."""

    def __init__(self, *, fake: bool = False) -> None:
        program, arguments = worker_command(fake=fake)
        try:
            self._process = subprocess.Popen(
                [program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
            )
        except OSError as error:
            raise EngineError(ErrorCode.ENGINE_NOT_STARTED, reason=error.strerror or error) from error
        self._decoder = Decoder()
        self._events = self._read()
        self._jobs = itertools.count(1)
        self._stderr: deque[str] = deque(maxlen=_TAIL)
        self._stderr_reader = threading.Thread(target=self._read_stderr, name="engine-stderr", daemon=True)
        self._stderr_reader.start()

    def hello(self) -> Hello:
        """What the worker says first; only before anything else is asked of it."""
        for event in self._events:
            match event:
                case Hello():
                    return event
                case Failed(None, error):
                    raise error
                case _:
                    pass
        raise self._died()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def stderr(self) -> str:
        """The last lines the worker printed."""
        return "".join(self._stderr)

    def load(
        self, path: str, options: LoadOptions | None = None, progress: Callable[[float], None] | None = None
    ) -> ModelInfo:
        """Open a model and wait for it."""
        self.send(Load(path, options or LoadOptions()))
        for event in self._events:
            match event:
                case LoadProgress(fraction) if progress:
                    progress(fraction)
                case Loaded(model):
                    return model
                case Failed(None, error):
                    raise error
                case _:
                    pass
        raise self._died()

    def generate(self, request: Generate) -> Iterator[Event]:
        """Send *request* under a new job number; yield its events up to and including `Finished`."""
        job = next(self._jobs)
        self.send(replace(request, job=job))
        yield from self._until_done(job)

    def inspect(self, request: Inspect, progress: Callable[[int, int], None] | None = None) -> Inspected:
        """Wait for an inspection."""
        job = next(self._jobs)
        self.send(replace(request, job=job))
        for event in self._until_done(job):
            if isinstance(event, PromptProgress) and progress:
                progress(event.done, event.total)
            if isinstance(event, Inspected):
                return event
        raise self._died()

    def count(self, request: Count) -> int:
        """Wait for a token count."""
        job = next(self._jobs)
        self.send(replace(request, job=job))
        for event in self._until_done(job):
            if isinstance(event, Counted):
                return event.total
        raise self._died()

    def tokenize(self, request: Tokenize) -> Tokenized:
        """Wait for a text's tokens."""
        job = next(self._jobs)
        self.send(replace(request, job=job))
        for event in self._until_done(job):
            if isinstance(event, Tokenized):
                return event
        raise self._died()

    def embed(self, request: Embed) -> Embedded:
        """Wait for the vectors of texts."""
        job = next(self._jobs)
        self.send(replace(request, job=job))
        for event in self._until_done(job):
            if isinstance(event, Embedded):
                return event
        raise self._died()

    def ask(self, question: InspectorQuestion, on_progress: Callable[[Event], None] | None = None) -> InspectorAnswer:
        """Wait for an answer; *on_progress* gets the events before it."""
        job = next(self._jobs)
        self.send(replace(question, job=job))
        for event in self._until_done(job):
            if isinstance(event, InspectorAnswer):
                return event
            if on_progress:
                on_progress(event)
        raise self._died()

    def cancel(self, job: int) -> None:
        """Ask the running job to end."""
        self.send(Cancel(job))

    def send(self, command: Command) -> None:
        """Write a command; raise `EngineError` when the worker is dead."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(to_bytes(command))
        except OSError as error:
            raise self._died() from error

    def close(self) -> None:
        """End the worker; returns when it is gone."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr_reader.join()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _until_done(self, job: int) -> Iterator[Event]:
        for event in self._events:
            if isinstance(event, Failed):
                raise event.error
            if getattr(event, "job", None) != job:
                continue
            yield event
            if isinstance(event, Finished | Answer):
                return
        raise self._died()

    def _read(self) -> Iterator[Event]:
        assert self._process.stdout is not None
        while data := self._process.stdout.read(_CHUNK):
            for frame in self._decoder.feed(data):
                message = from_frame(frame)
                if not isinstance(message, Command):
                    yield message

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._stderr.append(line.decode("utf-8", "replace"))

    def _died(self) -> EngineError:
        code = self._process.wait()
        self._stderr_reader.join()
        outcome = f"signal {-code}" if code < 0 else f"exit code {code}"
        return EngineError(ErrorCode.ENGINE_CRASHED, self.stderr, outcome=outcome)
